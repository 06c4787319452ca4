"""Which published numbers are tied to one another, so that a withheld one might be worked out?

Found in the tables themselves, as any reader with a spreadsheet would find them: a row of totals, a column that is the sum or difference of
others, running totals, products (price × quantity, share × total), and sums of a column or of a group of its rows that are published
elsewhere, in a table, in a recorded quantity or in a sentence. A tie counts where it holds in all rows to the precision that is printed.

What it leaves out: products of two withheld numbers, and knowledge from outside the report.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dxmodels.runs.editions.places import labels_of
from dxmodels.runs.model import NUMERIC_KINDS, Column, Exhibit

Floats = npt.NDArray[np.float64]
_TOTAL = re.compile(r"^(?:総?合?計|小計|全体|総額|全部局|全団体|全国|府計|計.*|.*の?合計)$")
_SUM_TOLERANCE = 2e-3  # totals of printed numbers
_PRODUCT_TOLERANCE = 1e-2  # ratios are printed to two decimals
_LEAST_ROWS = 3  # below, a tie may be chance
_MOST_COLUMNS = 16
At = tuple[int, int]


@dataclass(frozen=True)
class Tie:
    """One equation within a table: Σ coefficient × cell = 0."""

    cells: tuple[At, ...]
    coefficients: tuple[float, ...]


@dataclass(frozen=True)
class Product:
    """One product within a table: the first cell = the second × the third (a constant where that is None)."""

    whole: At
    factor: At
    other: At | None
    constant: float = 0.0


def numbers_of(exhibit: Exhibit) -> Floats:
    """Return the cells as numbers, NaN for anything else."""
    table = np.full((len(exhibit.rows), len(exhibit.columns)), np.nan)
    for at, column in enumerate(exhibit.columns):
        if column.kind in NUMERIC_KINDS:
            table[:, at] = [_number(row[at]) for row in exhibit.rows]
    return table


def ties_of(exhibit: Exhibit) -> list[Tie]:
    """Return the sums within a table: rows of totals, sums and differences of columns, running totals."""
    table, places = numbers_of(exhibit), _numeric(exhibit)
    found = [tie for at in places for tie in _column_totals(exhibit, table, at)]
    found += _running(table, places)
    for columns in _of_one_unit(exhibit, places):
        found += _row_sums(table, columns)
    return found


def products_of(exhibit: Exhibit) -> list[Product]:
    """Return the products within a table, and the columns that are one constant times another."""
    table, places = numbers_of(exhibit), _numeric(exhibit)[:_MOST_COLUMNS]
    found: list[Product] = []
    for whole, factor, other in itertools.permutations(places, 3):
        if factor < other and (rows := _holds(table[:, whole], table[:, factor] * table[:, other])) is not None:
            found += [Product((row, whole), (row, factor), (row, other)) for row in rows]
    for whole, factor in itertools.permutations(places, 2):
        found += _proportional(exhibit.columns, table, whole, factor)
    return found


def groups_of(exhibit: Exhibit) -> Iterator[tuple[int, list[int]]]:
    """Yield the sets of rows that somebody may add up in each numeric column: all of them, and those with the same word in a column of words."""
    everything = list(range(len(exhibit.rows)))
    sets = [everything] if len(everything) >= _LEAST_ROWS else []
    for at, column in enumerate(exhibit.columns):
        if column.kind in {"text", "choice", "code", "fiscal_year"}:
            words: dict[object, list[int]] = {}
            for number, row in enumerate(exhibit.rows):
                words.setdefault(row[at], []).append(number)
            sets += [rows for rows in words.values() if 1 < len(rows) < len(everything)]
    for at in _numeric(exhibit):
        for rows in sets:
            yield at, rows


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else np.nan


def _numeric(exhibit: Exhibit) -> list[int]:
    return [
        at
        for at, column in enumerate(exhibit.columns)
        if column.kind in NUMERIC_KINDS and not column.name.endswith(("_rank", "_number"))
    ]


def _of_one_unit(exhibit: Exhibit, places: Sequence[int]) -> list[list[int]]:
    units: dict[tuple[str, str], list[int]] = {}
    for at in places:
        column = exhibit.columns[at]
        kind = "count" if column.kind in {"integer", "number"} else column.kind
        units.setdefault((kind, column.unit), []).append(at)
    return [columns[:_MOST_COLUMNS] for columns in units.values() if len(columns) >= _LEAST_ROWS]


def _column_totals(exhibit: Exhibit, table: Floats, at: int) -> list[Tie]:
    known = [int(row) for row in np.flatnonzero(np.isfinite(table[:, at]))]
    if len(known) < _LEAST_ROWS:
        return []
    whole = float(table[known, at].sum())
    found = []
    for row in known:
        ends = row in (known[0], known[-1]) or any(_TOTAL.match(word) for word in labels_of(exhibit, row)[:1])
        value = float(table[row, at])
        rest = [other for other in known if other != row]
        if ends and value and abs(whole - 2 * value) <= _SUM_TOLERANCE * abs(value) and _several(table[rest, at]):
            found.append(Tie(tuple((one, at) for one in (row, *rest)), (1.0, *(-1.0 for _ in rest))))
    return found


def _row_sums(table: Floats, columns: Sequence[int]) -> list[Tie]:
    found: list[Tie] = []
    for whole in columns:
        others = [at for at in columns if at != whole]
        sets = [list(pair) for pair in itertools.combinations(others, 2)]
        sets += [others[i:j] for i in range(len(others)) for j in range(i + 3, len(others) + 1)]
        for parts in sets:
            total = table[:, parts].sum(axis=1)
            rows = _same(table[:, whole], total)
            if rows is not None and any(_several(table[row, parts]) for row in rows):
                cells = [tuple((row, at) for at in (whole, *parts)) for row in rows]
                found += [Tie(one, (1.0, *(-1.0 for _ in parts))) for one in cells]
    return found


def _running(table: Floats, places: Sequence[int]) -> list[Tie]:
    found: list[Tie] = []
    for total, part in itertools.permutations(places, 2):
        if len(table) < _LEAST_ROWS or _same(table[1:, total], table[:-1, total] + table[1:, part]) is None:
            continue
        if not np.isfinite(table[:, [total, part]]).all() or not _several(table[1:, part]):
            continue
        found += [Tie(((row, total), (row - 1, total), (row, part)), (1.0, -1.0, -1.0)) for row in range(1, len(table))]
        if abs(table[0, total] - table[0, part]) <= _SUM_TOLERANCE * abs(table[0, total]):
            found.append(Tie(((0, total), (0, part)), (1.0, -1.0)))
    return found


def _proportional(columns: Sequence[Column], table: Floats, whole: int, factor: int) -> list[Product]:
    if columns[factor].kind != "rate" or columns[whole].kind == "rate":
        return []
    told = np.isfinite(table[:, whole]) & np.isfinite(table[:, factor]) & (table[:, factor] != 0)
    if told.sum() < _LEAST_ROWS or np.ptp(table[told, factor]) == 0:
        return []
    ratios = table[told, whole] / table[told, factor]
    constant = float(np.median(ratios))
    if not constant or np.abs(ratios - constant).max() > _PRODUCT_TOLERANCE * abs(constant):
        return []
    rows = [int(row) for row in np.flatnonzero(told)]
    exact = float(table[rows, whole].sum() / table[rows, factor].sum())
    return [Product((row, whole), (row, factor), None, exact) for row in rows]


def _same(left: Floats, right: Floats) -> list[int] | None:
    """Return the rows where both are known if they agree in all of them, None where they do not or where there are too few."""
    return _agree(left, right, _SUM_TOLERANCE, least=2)


def _holds(whole: Floats, product: Floats) -> list[int] | None:
    rows = _agree(whole, product, _PRODUCT_TOLERANCE, least=_LEAST_ROWS)
    return rows if rows is not None and len(set(whole[rows].tolist())) > 1 else None


def _agree(left: Floats, right: Floats, tolerance: float, *, least: int) -> list[int] | None:
    told = np.isfinite(left) & np.isfinite(right)
    size = np.maximum(np.abs(left), np.abs(right))
    fits = np.abs(left - right) <= tolerance * size
    if told.sum() < least or not fits[told].all() or not (size[told] > 0).any():
        return None
    return [int(row) for row in np.flatnonzero(told & (size > 0))]


def _several(values: Floats) -> bool:
    return int((np.abs(values) > 0).sum()) > 1


def by_stem(exhibits: Mapping[str, Exhibit]) -> dict[str, Exhibit]:
    """Return the exhibits that hold a table of numbers."""
    return {stem: exhibit for stem, exhibit in exhibits.items() if exhibit.computable and _numeric(exhibit)}
