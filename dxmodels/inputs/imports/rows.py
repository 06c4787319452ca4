"""Which line of a bid list belongs to which contract, and what does each cell of it say?

A line without title, number and opening day, below a line that has them, goes on with the same contract (merged cells). A line that cannot
be understood is refused whole and kept in the report; a single unreadable cell of the contract part is left blank and reported.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from dxmodels.errors import Fault
from dxmodels.inputs.imports.aliases import field_ja
from dxmodels.inputs.imports.cells import Amount, amount_of, count_of, day_of, period_of, year_of
from dxmodels.inputs.imports.findings import Ledger
from dxmodels.inputs.imports.grids import Grid
from dxmodels.inputs.imports.headings import Heading, is_total

_CONTRACT_FIELDS = ("number", "title", "opening_date", "contract_date", "agency", "fiscal_year")
_ROUNDS = ("bid_yen_3", "bid_yen_2", "bid_yen_1", "bid_yen")
_READERS: dict[str, tuple[Callable[[str], Any], str]] = {
    **dict.fromkeys(
        ("announced_date", "opening_date", "contract_date", "start_date", "end_date"),
        (day_of, "日付を 2026-04-01、令和8年4月1日 などの形に直してください"),
    ),
    "fiscal_year": (year_of, "年度を 2026、令和8年度 などの形に直してください"),
    "bidders_count": (count_of, "者数を数字で書いてください"),
}


@dataclass
class BidLine:
    """One line with a bidder: its row, texts by field, the amount as written and the result word."""

    row: int
    texts: dict[str, str]
    cells: Sequence[str]
    amount: Amount
    scale_field: str

    @property
    def line(self) -> str:
        """The row as it was written, cells divided by tabs."""
        return "\t".join(self.cells)


@dataclass
class Lot:
    """One contract of the list: the texts of its first line and all its bidder lines; ``broken`` once a line of it was refused."""

    file: str
    row: int
    texts: dict[str, str]
    lines: list[BidLine] = field(default_factory=list)
    broken: bool = False
    values: dict[str, Any] = field(default_factory=dict)


def lots_of(grid: Grid, heading: Heading, ledger: Ledger) -> list[Lot]:
    """Return the contracts of one sheet with their lines; idle lines are settled, lines without a contract refused."""
    lots: dict[tuple[str, ...], Lot] = {}
    current: Lot | None = None
    for index in range(heading.first_line, len(grid.lines)):
        cells = grid.lines[index]
        if not any(cell.strip() for cell in cells):
            continue
        line = _bid_line(cells, index + 1, heading)
        ledger.read(line.amount.yen)
        if is_total(cells) or _is_heading_again(cells, heading):
            ledger.settle("idle", line.amount.yen)
            current = None if is_total(cells) else current  # what follows a total begins anew
            continue
        current = _lot_for(line, current, lots, grid.label)
        if current is None:
            cure = "件名（または番号）を書いてください"
            fault = Fault(grid.label, "どの契約の行か分かりません", cure, line.row, value=line.line[:200])
            ledger.refuse(fault, line.line, line.amount.yen)
        else:
            current.lines.append(line)
    return list(lots.values())


def read_lot(lot: Lot, ledger: Ledger) -> None:
    """Read the contract part of a lot into ``values``; unreadable cells are left blank and reported."""
    for name, (read, cure) in _READERS.items():
        text = lot.texts.get(name, "")
        try:
            lot.values[name] = read(text) if text else None
        except ValueError:
            lot.values[name] = None
            ledger.find(Fault(lot.file, "読み取れない値です", cure, lot.row, field_ja(name), text), "value_blank")
    _read_period(lot, ledger)


def _read_period(lot: Lot, ledger: Ledger) -> None:
    text = lot.texts.get("period", "")
    try:
        first, last = period_of(text) if text else (None, None)
    except ValueError:
        cure = "「令和6年4月1日～令和7年3月31日」の形に直してください"
        ledger.find(Fault(lot.file, "期間を読み取れません", cure, lot.row, field_ja("period"), text), "value_blank")
        first = last = None
    lot.values["start_date"] = lot.values["start_date"] or first
    lot.values["end_date"] = lot.values["end_date"] or last


def first_day(lot: Lot) -> tuple[dt.date | None, ...]:
    """Return the days of a lot in the order in which they tell its fiscal year."""
    values = lot.values
    return values["opening_date"], values["contract_date"], values["start_date"], values["announced_date"]


def contract_key(texts: dict[str, str], values: dict[str, Any], year: int) -> str:
    """Return an ID made of what the list itself says, the same on every import: number, title, agency, opening day, year."""
    parts = [
        texts.get("agency", ""),
        texts.get("number", ""),
        texts.get("title", ""),
        values.get("opening_date") or "",
        year,
    ]
    return "L" + hashlib.sha256("\x1f".join(map(str, parts)).encode()).hexdigest()[:16]


def _bid_line(cells: Sequence[str], row: int, heading: Heading) -> BidLine:
    width = len(cells)
    texts = {name: text for name, place in heading.places.items() if place < width and (text := cells[place].strip())}
    scales = heading.scales
    written = next((name for name in _ROUNDS if name in texts), "award_yen" if "award_yen" in texts else "")
    amount = amount_of(texts[written], scales[written]) if written else Amount()
    return BidLine(row, texts, cells, amount, written)


def _is_heading_again(cells: Sequence[str], heading: Heading) -> bool:
    """A printed list repeats its header on every page."""
    filled = [(cell.strip(), words) for cell, words in zip(cells, heading.words, strict=False) if cell.strip()]
    return len(filled) > 1 and all(cell in words for cell, words in filled)


def _lot_for(line: BidLine, current: Lot | None, lots: dict[tuple[str, ...], Lot], label: str) -> Lot | None:
    key = tuple(line.texts.get(name, "") for name in _CONTRACT_FIELDS)
    if not (key[0] or key[1]):
        return current
    if current is not None and _goes_on(line.texts, current.texts):
        return current
    if key not in lots:
        lots[key] = Lot(label, line.row, line.texts)
    return lots[key]


def _goes_on(texts: dict[str, str], first: dict[str, str]) -> bool:
    """Whether a line repeats (part of) what the contract's first line says, and contradicts none of it."""
    said = [name for name in _CONTRACT_FIELDS if name in texts]
    return all(texts[name] == first.get(name, "") for name in said) and ("title" in said or "number" in said)
