"""What comes of bringing this inventory workbook into that case: first as a trial, then for good?

The first call proposes a mapping, writes it into the case's folder and tries it out; nothing else is written. The planner edits the mapping, tries again
as often as wanted, and with ``write=True`` the rows enter the case, wholly or not at all (the folder is rebuilt beside the old one and checked as
``dx check`` does). Importing the same file again replaces what it brought before.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from dxmodels.errors import EXIT_BAD_INPUT, EXIT_OK, Fault, InputError, ParameterError
from dxmodels.inputs.assumptions import load_register
from dxmodels.inputs.folders import find_case
from dxmodels.inputs.imports.door import account_name
from dxmodels.inputs.imports.findings import FATES_JA, Ledger
from dxmodels.inputs.imports.inventory.layout import Block
from dxmodels.inputs.imports.inventory.mapping import MAPPING_FILE, TAXES, Agreement, ColumnRule
from dxmodels.inputs.imports.inventory.mapping_file import read_agreement, write_agreement
from dxmodels.inputs.imports.inventory.propose import propose
from dxmodels.inputs.imports.inventory.records import Harvest, read_block
from dxmodels.inputs.imports.inventory.resolve import Resolved, resolve
from dxmodels.inputs.imports.inventory.sheets import read_inventory_sheets
from dxmodels.inputs.imports.inventory.shown import describe_agreement
from dxmodels.inputs.imports.inventory.store import keys_elsewhere, known_names, put_into_case, write_account
from dxmodels.inputs.imports.target import FOLDER, Target, find_target, staged
from dxmodels.inputs.places import EMBEDDED_CASE
from dxmodels.inputs.schemas import TABLES
from dxmodels.inputs.tax import TAX_ASSUMPTION

KIND = "excel"
_SHOWN_FINDINGS = 12


@dataclass(frozen=True, eq=False)
class InventoryReport:
    """What an import did, or would do (``written`` false): the account of every row, the mapping, and where both lie."""

    case: str
    ledger: Ledger
    agreement: Agreement
    blocks: tuple[Block, ...]
    resolved: Resolved
    aside: int
    written: bool
    mapping: Path
    account: Path
    open_questions: tuple[str, ...]

    @property
    def exit_code(self) -> int:
        """0, or 2 where not one row could be used."""
        return EXIT_OK if self.ledger.rows["used"] else EXIT_BAD_INPUT

    def to_frame(self) -> pd.DataFrame:
        """Return what was not understood: file (with its sheet), row, column, value, problem, cure, effect_ja."""
        return self.ledger.report()

    def summary(self) -> str:
        """Return the mapping and the outcome in Japanese."""
        ledger = self.ledger
        fates = "、".join(f"{word} {ledger.rows[fate]:,}" for fate, word in FATES_JA.items() if fate != "superseded")
        tables = "、".join(f"{TABLES[name].title_ja} {len(frame):,} 件" for name, frame in self.resolved.frames.items())
        did = "取り込みました" if self.written else "取り込める見込みです（試行。ケースの表はまだ変えていません）"
        lines = [
            describe_agreement(self.agreement, self.blocks),
            f"{ledger.file}：{ledger.rows_read:,} 行（{fates}）。読取額 {ledger.yen_read:,} 円の行き先はすべて一致。",
            f"ケース「{self.case}」に{tables or '0 件'}を{did}。",
            *self._findings(),
            f"取り込まない列の値 {self.aside:,} 個、読み取れなかった点 {len(ledger.findings):,} 件、行の内訳：{self.account}",
        ]
        if self.resolved.departments:
            lines.insert(
                3, f"新しい部局 {len(self.resolved.departments)}：{'、'.join(self.resolved.departments.values())}"
            )
        return "\n".join([*lines, *self._next()])

    def _findings(self) -> list[str]:
        severe = sorted(self.ledger.findings, key=lambda pair: (pair[1] == "note", pair[0].file, pair[0].row))
        shown = [f"  {fault}" for fault, _ in severe[:_SHOWN_FINDINGS]]
        rest = len(severe) - len(shown)
        return [*shown, f"  … ほか {rest:,} 件（記録に全件）"] if rest > 0 else shown

    def _next(self) -> list[str]:
        if self.written:
            return [f"取込みの設定（次の年にも使います）：{self.mapping}"]
        todo = [f"  要記入：{question}" for question in self.open_questions]
        return [
            f"取込みの設定を {self.mapping} に書きました。確かめて直し、もう一度試すか、--write を付けて取り込んでください。",
            *todo,
        ]


def import_inventory(path: str | Path, *, into: str | Path, write: bool = False, tax: str = "") -> InventoryReport:
    """Read the inventory workbook ``path`` into the own tables of case ``into`` (a slug, or a folder; made if it is not there).

    Without ``write`` it is a trial: the mapping is proposed (or completed) and everything is read, but no table changes. With ``write`` every heading
    must be in the mapping already. ``tax`` (税込, 税抜) answers for amounts whose tax the file does not state. Raises InputError with every fault (nothing is written then).
    """
    source, target = Path(path), find_target(into, ())
    mapping = target.imports / MAPPING_FILE
    remembered = read_agreement(mapping) if mapping.is_file() else Agreement()
    sheets = read_inventory_sheets(source)
    agreement, blocks = propose(sheets, remembered)
    agreement = _with_tax(agreement, tax)
    if not blocks:
        cure = f"{mapping} の「シート」に表の種類と見出しの行を書いてください"
        write_agreement(mapping, agreement, counts={})
        raise InputError([Fault(source.name, "台帳の見出しがどのシートにも見つかりません", cure)])
    harvest = Harvest(Ledger(source.name))
    for block in blocks:
        read_block(block, agreement, harvest)
    account = target.imports / account_name(KIND, source)
    resolved = _resolved(harvest, agreement, target, account)
    harvest.ledger.check()
    questions = _open_questions(agreement, blocks)
    if write:
        _refuse_unseen(mapping, remembered, blocks, questions)
        find_target(into, tuple(resolved.frames) + (("departments",) if resolved.departments else ()))
        _write(harvest, resolved, agreement, source, target, account)
    else:
        account = account.with_name(f"trial-{account.name}")
        write_agreement(mapping, agreement, counts=harvest.open_words)
        shutil.rmtree(account, ignore_errors=True)
        write_account(account, harvest, resolved)
    return InventoryReport(
        target.folder.name,
        harvest.ledger,
        agreement,
        tuple(blocks),
        resolved,
        len(harvest.aside),
        write,
        mapping,
        account,
        questions,
    )


def _with_tax(agreement: Agreement, tax: str) -> Agreement:
    """Put the tax stated on the command line where neither the file nor the mapping says it."""
    if not tax:
        return agreement
    if tax not in TAXES:
        raise ParameterError([Fault("--tax", "税の別が選択肢にありません", "税抜 か 税込 にしてください", value=tax)])
    columns = {
        key: replace(rule, tax=TAXES[tax], why="税は --tax から") if _is_open(key[0], rule) else rule
        for key, rule in agreement.columns.items()
    }
    return replace(agreement, columns=columns)


def _is_open(table: str, rule: ColumnRule) -> bool:
    return bool(rule.column) and not rule.tax and TABLES[table].facts[rule.column].kind == "yen"


def _resolved(harvest: Harvest, agreement: Agreement, target: Target, account: Path) -> Resolved:
    net = frozenset(key for key, rule in agreement.columns.items() if rule.tax == "net")
    return resolve(
        harvest,
        known_names(target),
        taken=keys_elsewhere(target, account),
        net_columns=net,
        tax_rate=_tax_rate(target) if net else 0.0,
    )


def _tax_rate(target: Target) -> float:
    base = find_case(target.folder if target.exists else EMBEDDED_CASE).heading.base_fy
    return load_register().value(TAX_ASSUMPTION, fiscal_year=base)


def _open_questions(agreement: Agreement, blocks: Sequence[Block]) -> tuple[str, ...]:
    """Amounts whose tax nobody has stated: they may not enter a case whose amounts are all tax-inclusive."""
    found = {
        heading: None
        for block in blocks
        for heading in block.headings
        if (rule := agreement.columns.get((block.table, heading))) is not None and _is_open(block.table, rule)
    }
    return tuple(f"列「{heading}」の税（税込 か 税抜）" for heading in found)


def _refuse_unseen(mapping: Path, remembered: Agreement, blocks: Sequence[Block], questions: Sequence[str]) -> None:
    """What the planner has not seen in the mapping may not be written."""
    cure = "先に --write を付けずに試し、設定を確かめてください"
    if not mapping.is_file():
        raise InputError([Fault(MAPPING_FILE, "取込みの設定がまだありません", cure)])
    faults = [
        Fault(block.sheet.label, "設定にない見出しです", cure, block.start + 1, heading)
        for block in blocks
        for heading in block.headings
        if heading and (block.table, heading) not in remembered.columns
    ]
    faults += [Fault(block.sheet.label, "設定にないシートです", cure) for block in blocks if block.sheet.name not in remembered.sheets]  # fmt: skip
    faults += [Fault(MAPPING_FILE, f"{question}が未定です", "税込 か 税抜 と書いてください") for question in questions]
    if faults:
        raise InputError(faults)


def _write(
    harvest: Harvest, resolved: Resolved, agreement: Agreement, source: Path, target: Target, account: Path
) -> None:
    digest = hashlib.sha256(source.read_bytes()).hexdigest()
    with staged(target) as stage:
        place = stage / FOLDER / account.name
        shutil.rmtree(stage / FOLDER / f"trial-{account.name}", ignore_errors=True)
        put_into_case(resolved, target, stage, place, digest=digest, ledger=harvest.ledger)
        write_account(place, harvest, resolved)
        write_agreement(stage / FOLDER / MAPPING_FILE, agreement, counts=harvest.open_words)
