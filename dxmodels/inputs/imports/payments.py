"""What does the prefecture's 公金支出情報 (payments as published) say about the running of its systems?

The file names department, section, day, item (節), content, amount and budget project, never a system. The user's own file ``payment_rules.csv``
says which payments belong to which system (words that must stand in department, section, item, content, project) and to which cost item; the
first rule that fits wins. What no rule fits is kept whole in ``payments_unmatched.csv``. Staging only: payments are settled amounts by payment day, and later
corrections are not published, so they are never written over the table ``spending``.
"""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from dxmodels.errors import Fault, InputError
from dxmodels.inputs.case_file import nearest
from dxmodels.inputs.imports.aliases import field_ja, plain
from dxmodels.inputs.imports.cells import day_of, year_of, year_of_days
from dxmodels.inputs.imports.findings import Ledger, Reading
from dxmodels.inputs.imports.grids import Grid, read_grids
from dxmodels.inputs.imports.headings import Heading, find_heading, no_heading
from dxmodels.inputs.schemas import COST_ITEMS, ONE_OFF
from dxmodels.inputs.text_files import decode, read_bytes
from dxmodels.money import parse_number

NEEDED = (("paid_yen",), ("content", "project"), ("department", "section"))
RULES_FILE = "payment_rules.csv"
WORDS = ("department", "section", "item", "content", "project")
RULE_COLUMNS = (*WORDS, "system_id", "cost_item", "note")
_TEXTS = ("department", "section", "account", "item", "content", "project")


@dataclass(frozen=True)
class Rule:
    """Words that must stand in a payment's fields, and the system and cost item it then belongs to."""

    row: int
    words: tuple[tuple[str, str], ...]
    system_id: str
    cost_item: str

    def fits(self, payment: dict[str, Any]) -> bool:
        """Return whether every word of the rule stands in its field."""
        return all(word in plain(payment[name]) for name, word in self.words)


def read_payments(path: Path, *, rules: Sequence[Rule]) -> Reading:
    """Return the staged payments: matched (with the sum by system, year and cost item) and unmatched. InputError where unreadable."""
    ledger = Ledger(path.name)
    rows: list[dict[str, Any]] = []
    sheets = [(grid, find_heading(grid, needed=NEEDED, group="payments")) for grid in read_grids(path)]
    if not any(heading for _, heading in sheets):
        raise no_heading(sheets[0][0] if sheets else Grid(path.name, ()), needed_ja="「部局」「支払内容」「支払額」")
    for grid, heading in sheets:
        if heading is not None:
            rows += _payments(grid, heading, ledger)
    ledger.check()
    for row in rows:
        rule = next((rule for rule in rules if rule.fits(row)), None)
        row.update(system_id=rule.system_id if rule else "", cost_item=rule.cost_item if rule else "",
                   rule_row=rule.row if rule else "")  # fmt: skip
    columns = ["fiscal_year", "paid_date", *_TEXTS, "paid_yen", "system_id", "cost_item", "rule_row", "source_row"]
    table = pd.DataFrame(rows, columns=columns, dtype=object)
    matched = table["system_id"] != ""
    empty = pd.DataFrame(dtype=object)
    keeping = {
        "payments_matched": table[matched],
        "payments_unmatched": table[~matched].drop(columns=["system_id", "cost_item", "rule_row"]),
        "spending_proposed": _sums(table[matched]),
        "payments_to_map": _proposals(table[~matched]),
    }
    return Reading("payments", empty, empty, ledger, keeping)


def _payments(grid: Grid, heading: Heading, ledger: Ledger) -> list[dict[str, Any]]:
    rows = []
    for index in range(heading.first_line, len(grid.lines)):
        cells = grid.lines[index]
        if any(cell.strip() for cell in cells):
            texts = {name: cells[place].strip() for name, place in heading.places.items() if place < len(cells)}
            payment = _payment(texts, index + 1, "\t".join(cells), grid.label, ledger)
            rows += [payment] if payment else []
    return rows


def _payment(texts: dict[str, str], row: int, line: str, label: str, ledger: Ledger) -> dict[str, Any] | None:
    try:
        value = parse_number(plain(texts.get("paid_yen", "")))
        amount = int(value)
        if value != amount:
            raise ValueError("円未満")
    except ValueError:
        ledger.read()
        fault = Fault(
            label,
            "支払額を読み取れません",
            "円の整数に直してください",
            row,
            field_ja("paid_yen", "payments"),
            texts.get("paid_yen", ""),
        )
        ledger.refuse(fault, line)
        return None
    ledger.read(amount)
    try:
        day = _paid_day(texts.get("paid_date", ""))
        year = year_of(texts.get("fiscal_year", "")) or year_of_days(day)
    except ValueError:
        year = day = None
    if year is None:
        cure = "会計年度（2026、令和8年度）と支払日（2026-04-01 など）を直してください"
        shown = texts.get("fiscal_year", "") + " " + texts.get("paid_date", "")
        ledger.refuse(
            Fault(label, "会計年度か支払日を読み取れません", cure, row, field_ja("fiscal_year", "payments"), shown),
            line,
            amount,
        )
        return None
    ledger.settle("used", amount)
    fields = {name: texts.get(name, "") for name in _TEXTS}
    return {"fiscal_year": year, "paid_date": day or "", **fields, "paid_yen": amount, "source_row": row}


def _paid_day(text: str) -> dt.date | None:
    """Return the day paid; salaries are published by month (支払年月), which counts as its first day."""
    whole = plain(text)
    if whole.endswith("月"):
        return day_of(whole + "1日")
    return day_of(text)


def _sums(matched: pd.DataFrame) -> pd.DataFrame:
    """Return what ``spending`` would hold if the rules are right: settled yen by system, fiscal year and cost item."""
    keys = ["system_id", "fiscal_year", "cost_item"]
    amounts = matched["paid_yen"].astype("int64").groupby([matched[key] for key in keys]).sum()
    return amounts.rename("settled_yen").reset_index()


def _proposals(unmatched: pd.DataFrame) -> pd.DataFrame:
    """Return the unmatched payments by project and item, largest first, in the columns of the rules file: to be completed by hand."""
    keys = ["department", "section", "item", "project"]
    sums = unmatched.astype({"paid_yen": "int64"}).groupby(keys, as_index=False)["paid_yen"].agg(["sum", "size"])
    sums = sums.sort_values(["sum", *keys], ascending=[False, True, True, True, True])
    note = [f"{int(count)}件 {int(total):,}円" for total, count in zip(sums["sum"], sums["size"], strict=True)]
    return pd.DataFrame({**sums[keys], "content": "", "system_id": "", "cost_item": "", "note": note})[
        list(RULE_COLUMNS)
    ]


def read_rules(path: Path, *, systems: frozenset[str] | None) -> list[Rule]:
    """Return the rules of ``path`` ([] where there is none); InputError with every fault. ``systems``: the known IDs, if any are known."""
    if not path.is_file():
        return []
    lines = csv.DictReader(decode(read_bytes(path), file=path.name).splitlines())
    absent = [name for name in RULE_COLUMNS[:-1] if name not in (lines.fieldnames or [])]
    if absent:
        cure = f"1行目を {','.join(RULE_COLUMNS)} にしてください"
        raise InputError([Fault(path.name, f"列 {'、'.join(absent)} がありません", cure, 1)])
    rules: list[Rule] = []
    faults: list[Fault] = []
    for row, line in enumerate(lines, start=2):
        words = tuple((name, plain(line[name] or "")) for name in WORDS if (line[name] or "").strip())
        system, item = (line["system_id"] or "").strip(), (line["cost_item"] or "").strip()
        if system:  # a proposal not filled in yet is no rule
            faults += _rule_faults(path.name, row, words, system, item, systems)
            rules.append(Rule(row, words, system, item))
    if faults:
        raise InputError(faults)
    return rules


def _rule_faults(
    file: str, row: int, words: Sequence[tuple[str, str]], system: str, item: str, systems: frozenset[str] | None
) -> list[Fault]:
    faults = []
    known = (*COST_ITEMS, ONE_OFF)
    if not words:
        faults.append(Fault(file, "条件の語が1つもありません", f"{'、'.join(WORDS)} のどれかに語を書いてください", row))
    if item not in known:
        cure = f"次のいずれかにしてください：{'、'.join(known)}{nearest(item, known)}"
        faults.append(Fault(file, "経費項目が選択肢にありません", cure, row, "cost_item", item))
    if systems is not None and system not in systems:
        cure = f"台帳 systems にある system_id にしてください{nearest(system, sorted(systems))}"
        faults.append(Fault(file, "台帳にないシステムです", cure, row, "system_id", system))
    return faults
