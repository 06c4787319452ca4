"""What came of importing this file into that case?

Kinds: ``ocds``, ``bids``, ``review51``, ``review54``, ``payments``. See docs/models/imports.md for what each reads and where everything goes.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from dxmodels.errors import EXIT_BAD_INPUT, EXIT_OK, Fault, InputError, ParameterError
from dxmodels.inputs.case_file import nearest
from dxmodels.inputs.codes import municipality_code_fault
from dxmodels.inputs.imports.bid_lists import read_bid_list
from dxmodels.inputs.imports.findings import FATES_JA, Reading
from dxmodels.inputs.imports.ocds import read_ocds
from dxmodels.inputs.imports.owners import OWNERS_FILE, Assigned, assign
from dxmodels.inputs.imports.payments import RULES_FILE, read_payments, read_rules
from dxmodels.inputs.imports.reviews import read_review
from dxmodels.inputs.imports.target import (
    FOLDER,
    Target,
    find_target,
    known_to,
    own_table,
    staged,
    write_case_file,
    write_table,
    write_user_files,
)
from dxmodels.inputs.schemas import TABLES

KINDS = ("ocds", "bids", "review51", "review54", "payments")
TAXES = {"税抜": "net", "税込": "gross", "": ""}
_TABLES = ("contracts", "bids")


@dataclass(frozen=True, eq=False)
class ImportReport:
    """What an import did: the account of the file, rows put into the case, rows waiting, and where the account lies."""

    reading: Reading
    case: str
    contracts: int
    bids: int
    waiting: int
    known_elsewhere: int
    dropped: int
    account: Path

    @property
    def exit_code(self) -> int:
        """0, or 2 where not one row of the file could be used."""
        return EXIT_OK if self.reading.ledger.rows["used"] else EXIT_BAD_INPUT

    def to_frame(self) -> pd.DataFrame:
        """Return what was not understood: file, row, column, value, problem, cure, effect_ja."""
        return self.reading.ledger.report()

    def summary(self) -> str:
        """Return the outcome in Japanese."""
        ledger = self.reading.ledger
        fates = "、".join(f"{word} {ledger.rows[fate]:,}" for fate, word in FATES_JA.items())
        lines = [
            f"{ledger.file}：{ledger.rows_read:,} 行（{fates}）。読取額 {ledger.yen_read:,} 円の行き先はすべて一致。"
        ]
        if self.reading.kind == "payments":
            counts = {name: len(table) for name, table in self.reading.keeping.items()}
            lines.append(f"システムに対応づけ {counts['payments_matched']:,} 件、未対応 {counts['payments_unmatched']:,} 件"
                         f"（{FOLDER}/{RULES_FILE} に規則を書いて取り込み直してください）。")  # fmt: skip
        else:
            lines.append(f"ケース「{self.case}」に契約 {self.contracts:,} 件、入札 {self.bids:,} 件を取り込みました。")
        if self.waiting and self.reading.kind.startswith("review"):
            lines.append(f"このまま契約の表に入れられない {self.waiting:,} 件は、理由と直し方とともに contracts_waiting.csv に置きました"
                         "（集計用の全件は review_contracts.csv）。")  # fmt: skip
        elif self.waiting:
            lines.append(f"割当・確認待ちの契約 {self.waiting:,} 件は contracts_waiting.csv にあります"
                         f"（{FOLDER}/{OWNERS_FILE} に割当を書くか --municipality を付けて取り込み直してください）。")  # fmt: skip
        if self.known_elsewhere:
            lines.append(f"別のファイルから取込み済みの契約 {self.known_elsewhere:,} 件は元のままにしました。")
        if self.dropped:
            lines.append(
                f"同じ名前のファイルの前回の取込みにあり今回はない契約 {self.dropped:,} 件を除きました"
                "（別のファイルなら名前を変えて、前回のものから取り込み直してください）。"
            )
        lines.append(f"読み取れなかった点 {len(ledger.findings):,} 件と行の内訳：{self.account}")
        return "\n".join(lines)


def import_file(
    kind: str, path: str | Path, *, into: str | Path, tax: str = "", municipality: str = ""
) -> ImportReport:
    """Read ``path`` as ``kind`` into the own tables of case ``into`` (a slug, or a folder; made if it is not there).

    ``tax``: 税抜, 税込 or "" (the file says it). ``municipality``: the code whose contracts these all are. Raises InputError with every fault
    (nothing is written then), ParameterError for a wrong argument.
    """
    source = Path(path)
    _refuse_arguments(kind, tax, municipality)
    target = find_target(into, () if kind == "payments" else _TABLES)
    if kind == "payments" and not target.exists:
        cure = "先に情報システム台帳（systems）のあるケースを作ってください（dx template）"
        raise InputError([Fault(target.folder.name, "公金支出情報の取込み先のケースがありません", cure)])
    reading = _read(kind, source, target, TAXES[tax])
    with staged(target) as stage:
        return _write(reading, source, target, stage, municipality)


def _refuse_arguments(kind: str, tax: str, municipality: str) -> None:
    faults = []
    if kind not in KINDS:
        faults.append(
            Fault(
                "KIND",
                "知らない種類です",
                f"{'、'.join(KINDS)} のいずれかにしてください{nearest(kind, KINDS)}",
                value=kind,
            )
        )
    if tax not in TAXES:
        faults.append(Fault("--tax", "税の別が選択肢にありません", "税抜 か 税込 にしてください", value=tax))
    fault = municipality_code_fault(municipality) if municipality else None
    if fault:
        faults.append(Fault("--municipality", fault[0], fault[1], value=municipality))
    if faults:
        raise ParameterError(faults)


def _read(kind: str, source: Path, target: Target, tax: str) -> Reading:
    if kind == "bids":
        return read_bid_list(source, tax=tax)
    if kind == "ocds":
        return read_ocds(source, tax=tax)
    if kind == "payments":
        rules = read_rules(target.imports / RULES_FILE, systems=known_to(target).systems)
        return read_payments(source, rules=rules)
    return read_review(source, kind=kind)


def _write(reading: Reading, source: Path, target: Target, stage: Path, municipality: str) -> ImportReport:
    """Write account and tables into the staged folder."""
    name = account_name(reading.kind, source)
    account = stage / FOLDER / name
    known_elsewhere = dropped = kept = bids = waiting = 0
    if reading.kind != "payments":
        assigned = assign(
            reading.contracts, reading.bids,
            owners=target.imports / OWNERS_FILE, municipality=municipality, known=known_to(target),
        )  # fmt: skip
        before = _ids_before(account)
        elsewhere = _merge(assigned, target, stage, account, before)
        known_elsewhere, dropped = len(elsewhere), len(before - set(reading.contracts.get("contract_id", ())))
        kept, bids, waiting = (
            len(assigned.contracts) - known_elsewhere,
            _bids_kept(assigned, elsewhere),
            len(assigned.waiting_contracts),
        )
        _write_waiting(assigned, account)
    _write_account(reading, source, account)
    write_user_files(stage / FOLDER)
    if reading.kind != "payments":
        write_case_file(stage, dict.fromkeys(_TABLES, _source_text(stage)))
    return ImportReport(
        reading, target.folder.name, kept, bids, waiting, known_elsewhere, dropped, target.imports / name
    )


def account_name(kind: str, source: Path) -> str:
    """Return the folder of an import's account: the kind and the file's name, so that the same file always has the same one."""
    return f"{kind}-{re.sub(r'[^0-9A-Za-z぀-ヿ一-鿿_.-]', '_', source.name)}"


def _merge(assigned: Assigned, target: Target, stage: Path, account: Path, before: set[str]) -> set[str]:
    """Put the new rows in place of those this file brought before; contracts another file (or the user) holds stay as they are."""
    elsewhere: set[str] = set()
    for table, rows in (("contracts", assigned.contracts), ("bids", assigned.bids)):
        columns = list(TABLES[table].columns)
        own = own_table(target, table)
        others = pd.DataFrame(columns=columns, dtype=object) if own is None else own[~own["contract_id"].isin(before)]
        if table == "contracts":
            elsewhere = set(others["contract_id"]) & set(rows["contract_id"])
        new = rows[~rows["contract_id"].isin(elsewhere)] if len(rows) else rows
        merged = pd.concat([others.reindex(columns=columns), new.reindex(columns=columns)], ignore_index=True)
        write_table(stage, table, merged.astype(object).where(merged.notna(), ""))
    ids = [key for key in assigned.contracts.get("contract_id", ()) if key not in elsewhere]
    write_table(account, "contract_ids", pd.DataFrame({"contract_id": ids}, dtype=object))
    known = assigned.contracts[assigned.contracts["contract_id"].isin(elsewhere)]
    write_table(account, "contracts_known_elsewhere", known, for_people=True)
    return elsewhere


def _bids_kept(assigned: Assigned, elsewhere: set[str]) -> int:
    return sum(key not in elsewhere for key in assigned.bids.get("contract_id", ()))


def _ids_before(account: Path) -> set[str]:
    path = account / "contract_ids.csv"
    return set(pd.read_csv(path, dtype=str)["contract_id"]) if path.is_file() else set()


def _write_waiting(assigned: Assigned, account: Path) -> None:
    write_table(account, "contracts_waiting", assigned.waiting_contracts, for_people=True)
    write_table(account, "bids_waiting", assigned.waiting_bids, for_people=True)
    names = pd.DataFrame(
        {"vendor_id": "", "name_ja": list(assigned.new_vendors), "is_local_sme": "", "references_count": ""}
    )
    write_table(account, "vendors_to_add", names, for_people=True)


def _write_account(reading: Reading, source: Path, account: Path) -> None:
    write_table(account, "not_understood", reading.ledger.report(), for_people=True)
    write_table(account, "refused_rows", reading.ledger.refused_rows(), for_people=True)
    write_table(account, "totals", reading.ledger.totals(), for_people=True)
    for name, table in reading.keeping.items():
        write_table(account, name, table, for_people=True)
    digest = hashlib.sha256(source.read_bytes()).hexdigest()
    facts = pd.DataFrame([{"kind": reading.kind, "file": source.name, "sha256": digest}])
    write_table(account, "source", facts)


def _source_text(stage: Path) -> str:
    """Return what the tables rest on: every imported file with the start of its digest (the rest stands in imports/)."""
    sources = [pd.read_csv(path, dtype=str).iloc[0] for path in sorted((stage / FOLDER).glob("*/source.csv"))]
    parts = [
        f"{row['file']}（{row['kind']}、SHA-256 {row['sha256'][:12]}）" for row in sources if row["kind"] != "payments"
    ]
    text = f"dx import による取込み：{'、'.join(parts)}"
    return (
        text if len(text) <= 1900 else f"dx import による取込み {len(parts)} ファイル（一覧は {FOLDER}/*/source.csv）"
    )
