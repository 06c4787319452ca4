"""Where does the header of a list stand, and which column is which field?

Headings of one, two or three rows: a blank cell of an upper row takes the word to its left (a merged heading), and the words of a column
are read together, then the lower word, then the upper one. The best-matching place among the first rows is the header; unit and tax are
taken from the column's own words, else from the lines above the header.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dxmodels.errors import Fault, InputError
from dxmodels.inputs.imports.aliases import alias_table, field_of, plain, tax_of, unit_of
from dxmodels.inputs.imports.grids import Grid

_ROWS_LOOKED_AT = 40
_MOST_HEADER_ROWS = 3
_AMOUNTS = ("bid_yen", "bid_yen_1", "bid_yen_2", "bid_yen_3", "award_yen", "ceiling_yen")


@dataclass(frozen=True)
class Heading:
    """Column of each field; first line of the data; yen per unit and tax ("gross", "net", "") of each amount; unread headings."""

    places: Mapping[str, int]
    first_line: int
    scales: Mapping[str, int]
    taxes: Mapping[str, str]
    unknown: tuple[tuple[int, str], ...]
    doubled: tuple[tuple[str, str], ...]
    words: tuple[str, ...]
    above: str


def find_heading(grid: Grid, *, needed: Sequence[Sequence[str]], group: str = "field") -> Heading | None:
    """Return the header of ``grid``, or None where no row names one field of every set in ``needed``."""
    best: tuple[int, int, int] | None = None
    for start in range(min(_ROWS_LOOKED_AT, len(grid.lines))):
        for height in range(1, min(_MOST_HEADER_ROWS, len(grid.lines) - start) + 1):
            if height > 1 and _holds_values(grid.lines[start + height - 1], group):
                break
            found = {field for field, _ in _fields(grid, start, height, group) if field}
            if all(found & set(one_of) for one_of in needed):
                best = max(best or (0, 0, 0), (len(found), -height, -start))
    if best is None:
        return None
    return _heading(grid, -best[2], -best[1], group)


def no_heading(grid: Grid, *, needed_ja: str) -> InputError:
    """Return the error of a sheet in which no header was found."""
    cure = f"{needed_ja} の見出しのある表にしてください（見出しの言い換えは dxmodels/inputs/imports/aliases.csv に足せます）"
    return InputError([Fault(grid.label, "見出しの行が見つかりません", cure)])


def _heading(grid: Grid, start: int, height: int, group: str) -> Heading:
    columns = _fields(grid, start, height, group)
    above = " ".join(cell for line in grid.lines[:start] for cell in line if cell)
    places: dict[str, int] = {}
    doubled: list[tuple[str, str]] = []
    for position, (field, words) in enumerate(columns):
        if field in places:
            doubled.append((field, words))
        elif field:
            places[field] = position
    unknown = tuple((position, words) for position, (field, words) in enumerate(columns) if words and not field)
    amounts = {field: columns[place][1] for field, place in places.items() if field in _AMOUNTS}
    scales = {field: unit_of(words) or unit_above(above) or 1 for field, words in amounts.items()}
    taxes = {field: tax_of(words) or tax_of(above) for field, words in amounts.items()}
    return Heading(
        places, start + height, scales, taxes, unknown, tuple(doubled), tuple(words for _, words in columns), above
    )


def unit_above(text: str) -> int:
    """Return the unit a title line states (単位：千円), 0 where none."""
    whole = plain(text)
    place = whole.find("単位")
    return unit_of(whole[place : place + 8]) if place >= 0 else 0


def _fields(grid: Grid, start: int, height: int, group: str) -> list[tuple[str, str]]:
    """Return (field, words) of every column if the header were ``height`` rows from ``start``."""
    rows = [list(line) for line in grid.lines[start : start + height]]
    width = max((len(row) for row in rows), default=0)
    rows = [row + [""] * (width - len(row)) for row in rows]
    for upper, lower in itertools.pairwise(rows):
        for position in range(1, width):
            if not upper[position].strip() and lower[position].strip():
                upper[position] = upper[position - 1]
    return [_field_of_column([row[position] for row in rows], group) for position in range(width)]


def _holds_values(line: Sequence[str], group: str) -> bool:
    """A row with a digit outside a known heading (第1回) is data: it must never be taken for a lower heading."""
    return any(any(sign.isdigit() for sign in plain(cell)) and not field_of(cell, group) for cell in line)


def _field_of_column(cells: list[str], group: str) -> tuple[str, str]:
    words = [cell.strip() for cell in dict.fromkeys(cells) if cell.strip()]
    whole = "".join(words)
    tries = [whole, *reversed(words)]
    return next((field for word in tries if (field := field_of(word, group))), ""), whole


def is_total(cells: Sequence[str]) -> bool:
    """Return whether a line is a total: the first filled cell says so."""
    first = next((cell for cell in cells if cell.strip()), "")
    return plain(first) in alias_table("total")
