"""Can a journalist work out what the public edition of a run withholds, with nothing but its published tables?

    python benchmarks/batch/attack_public.py RUN          RUN: a folder of reports/ whose public edition was made (dx edition RUN)

Attacks on every withheld number, over all published tables joined by the words of their rows: the same number elsewhere; a sum, difference, product or
quotient of two published columns, or a sum of three of the same exhibit, that gives at least three withheld cells of a column and a third of them
exactly (short numbers, as people and points are, only within their own exhibit: elsewhere they agree by chance); a fixed multiple of a published
column (within the margin of recovery in every row); the total of a column, published elsewhere, where one cell alone is withheld. Exhibits left out
whole are attacked, too. Prints every hit and one line of result; ends with 1 where there is one. What a hit means is judged by a person.
"""

from __future__ import annotations

import itertools
import json
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from dxmodels.runs.editions import finished
from dxmodels.runs.model import NUMERIC_KINDS, Exhibit

MARGIN = 0.2
LEAST_CELLS, LEAST_SHARE, EXACT = 3, 1 / 3, 1e-6
Cells = dict[str, float]  # words of a row -> number


def main(folder: Path) -> int:
    exhibits, held, out = read(folder)
    open_columns = dict(published_columns(exhibits, held, out))
    numbers = np.array(sorted({abs(value) for column in open_columns.values() for value in column.values() if value}))
    hits, cells, columns = 0, 0, 0
    for name, secret in withheld_columns(exhibits, held):
        cells, columns = cells + len(secret), columns + 1
        own = {
            held_name: cells
            for held_name, cells in open_columns.items()
            if held_name.split(".")[0] == name.split(".")[0]
        }
        near = own if short(secret) else open_columns
        for told in (*formulas(secret, near, own), *multiples(secret, open_columns)):
            hits += 1
            print(f"{name}: {told}")
    for name, rest in remainders(exhibits, held, out):
        found = numbers[np.abs(numbers - rest[1]) <= MARGIN * abs(rest[0])] if rest[1] else np.array([])
        exact = found[np.abs(found - rest[1]) <= EXACT * rest[1]]
        if len(exact):
            hits += 1
            print(f"{name}: its total stands in the edition, the cell is the difference")
    print(
        f"{cells} withheld numbers in {columns} columns, {len(open_columns)} published columns: {hits} ways to work one out"
    )
    return int(hits > 0)


def read(folder: Path) -> tuple[dict[str, Exhibit], set[tuple[str, int, int]], set[str]]:
    """Return the exhibits of a run with their true values, the withheld cells, and the exhibits left out whole."""
    manifest = finished.manifest_of(folder)
    pages = finished.pages_of_run(folder, manifest)
    exhibits = {p.stem(e): e for p in pages if not p.job.apart for e in p.results.exhibits if e.computable}
    told = json.loads((folder / "withheld.json").read_text(encoding="utf-8"))
    return exhibits, {tuple(cell) for cell in told["cells"]}, set(told["left_out"])


def number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def words(exhibit: Exhibit, row: int) -> list[str]:
    pairs = zip(exhibit.columns, exhibit.rows[row], strict=True)
    return [str(value) for column, value in pairs if column.kind not in NUMERIC_KINDS and isinstance(value, str)][:2]


def published_columns(
    exhibits: dict[str, Exhibit], held: set[tuple[str, int, int]], out: set[str]
) -> Iterator[tuple[str, Cells]]:
    for stem, exhibit in exhibits.items():
        for at, column in enumerate(exhibit.columns) if stem not in out else ():
            cells = {
                word: float(row[at])  # type: ignore[arg-type]
                for n, row in enumerate(exhibit.rows)
                if number(row[at]) and (stem, n, at) not in held
                for word in words(exhibit, n)
            }
            if len(cells) >= LEAST_CELLS:
                yield f"{stem}.{column.name}", cells


def withheld_columns(exhibits: dict[str, Exhibit], held: set[tuple[str, int, int]]) -> Iterator[tuple[str, Cells]]:
    by_column: dict[tuple[str, int], list[int]] = {}
    for stem, row, at in sorted(held):
        by_column.setdefault((stem, at), []).append(row)
    for (stem, at), rows in by_column.items():
        exhibit = exhibits[stem]
        cells = {
            (words(exhibit, row) or [""])[0]: float(exhibit.rows[row][at])
            for row in rows
            if number(exhibit.rows[row][at]) and exhibit.rows[row][at]
        }  # type: ignore[arg-type]
        if len(cells) >= LEAST_CELLS:
            yield f"{stem}.{exhibit.columns[at].name}", cells


def spread(values: np.ndarray) -> bool:
    """True where the values differ by more than the margin of recovery: else knowing one is knowing all."""
    least, most = np.abs(values).min(), np.abs(values).max()
    return bool(most > least * (1 + MARGIN) / (1 - MARGIN))


def short(secret: Cells) -> bool:
    """True for numbers of so few digits that they agree with others by chance."""
    return all(len(f"{abs(value):.12g}".replace(".", "").strip("0")) < 5 for value in secret.values())


def formulas(secret: Cells, columns: dict[str, Cells], own: dict[str, Cells]) -> Iterator[str]:
    """Yield formulas of published columns that give a good part of the withheld cells exactly."""
    keys, least = list(secret), max(LEAST_CELLS, LEAST_SHARE * len(secret))
    true = np.array([secret[key] for key in keys])
    if not spread(true):
        return
    table = {name: np.array([cells.get(key, np.nan) for key in keys]) for name, cells in columns.items()}
    table = {
        name: values for name, values in table.items() if np.isfinite(values).sum() >= least and np.nanstd(values) > 0
    }

    def agrees(values: np.ndarray) -> bool:
        right = np.abs(values - true) <= EXACT * np.abs(true)
        return bool(right.sum() >= least and len(set(true[right])) > 1)

    with np.errstate(all="ignore"):
        singles = [name for name, values in table.items() if agrees(values)]
        yield from singles
        for (a, x), (b, y) in itertools.permutations(table.items(), 2):
            for sign, values in (("-", x - y), ("/", x / y), *((("+", x + y), ("*", x * y)) if a < b else ())):
                if agrees(values):
                    yield f"{a} {sign} {b}"
        small = [(name, values) for name, values in table.items() if name in own]
        for (a, x), (b, y), (c, z) in itertools.permutations(small, 3):
            if b < c and agrees(x - y - z):
                yield f"{a} - {b} - {c}"
            if a < b and agrees(x + y - z):
                yield f"{a} + {b} - {c}"


def multiples(secret: Cells, columns: dict[str, Cells]) -> Iterator[str]:
    """Yield published columns of which every withheld cell is the same multiple, to the margin."""
    for name, cells in columns.items():
        ratios = np.array([value / cells[key] for key, value in secret.items() if cells.get(key)])
        if (
            len(ratios) == len(secret)
            and spread(np.array(list(secret.values())))
            and ratios.min() > 0
            and not spread(ratios)
        ):
            yield f"{np.median(ratios):.4g} times {name}"


def remainders(
    exhibits: dict[str, Exhibit], held: set[tuple[str, int, int]], out: set[str]
) -> Iterator[tuple[str, tuple[float, float]]]:
    """Yield every withheld cell that stands alone in its column, with the sum of the column."""
    alone: dict[tuple[str, int], list[int]] = {}
    for stem, row, at in held:
        if stem not in out and number(exhibits[stem].rows[row][at]):
            alone.setdefault((stem, at), []).append(row)
    for (stem, at), rows in alone.items():
        if len(rows) == 1:
            values = [float(row[at]) for row in exhibits[stem].rows if number(row[at])]  # type: ignore[arg-type]
            yield f"{stem}.{exhibits[stem].columns[at].name}", (float(exhibits[stem].rows[rows[0]][at]), sum(values))  # type: ignore[arg-type]


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]).resolve()))
