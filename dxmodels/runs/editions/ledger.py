"""Every number that matters for a withheld one, once, with the equations between them: what a reader of the whole edition holds in hand.

Numbers published in several places are one entry where they are equal and named alike (places.py). An entry is
known where any of its places is published. Earlier public editions come in as further tables that cannot be changed any more.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from dxmodels.runs.editions.equations import by_stem, groups_of, products_of, ties_of
from dxmodels.runs.editions.places import MANY_DIGITS, Place, same_number, significant_digits
from dxmodels.runs.editions.printings import printings
from dxmodels.runs.model import NUMERIC_KINDS, Cell, Column, Exhibit

Floats = npt.NDArray[np.float64]
Row = dict[int, float]


@dataclass(frozen=True)
class Published:
    """What a reader has besides the tables: numbers in sentences (as printed), recorded quantities, tables that cannot be changed any more, and columns that stand elsewhere."""

    told: frozenset[str] = frozenset()
    recorded: tuple[tuple[Cell, Column], ...] = ()
    fixed: frozenset[str] = frozenset()
    open: frozenset[str] = frozenset()


@dataclass(eq=False)
class Ledger:
    """Entries (value, places, whether known, whether this edition could withhold it, least value anybody assumes) and equations between them."""

    values: list[float] = field(default_factory=list)
    places: list[list[Place]] = field(default_factory=list)
    known: list[bool] = field(default_factory=list)
    candidate: list[bool] = field(default_factory=list)
    lower: list[float] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    products: list[tuple[int, int, int]] = field(default_factory=list)

    def add(self, value: float, *, known: bool, lower: float = 0.0) -> int:
        """Add an entry and return its number."""
        self.values.append(value)
        self.places.append([])
        self.known.append(known)
        self.candidate.append(False)
        self.lower.append(min(lower, value))
        return len(self.values) - 1

    def linear(self) -> list[Row]:
        """Return all equations that are linear to a reader: the sums, and products with at most one unknown factor."""
        made = list(self.rows)
        for whole, factor, other in self.products:
            for one, rest in ((factor, other), (other, factor)):
                if self.known[one]:
                    made.append({whole: 1.0, rest: -self.values[one]})
                    break
        return [row for row in made if not all(self.known[entry] for entry in row)]


def build_ledger(exhibits: Mapping[str, Exhibit], held: Iterable[Place], published: Published) -> Ledger:
    """Return the ledger of an edition in which the cells ``held`` are withheld."""
    return _Builder(exhibits, frozenset(held), published).build()


class _Builder:
    def __init__(self, exhibits: Mapping[str, Exhibit], held: frozenset[Place], published: Published) -> None:
        self._exhibits = by_stem(exhibits)
        self._held, self._published = held, published
        self._ledger = Ledger()
        self._entries: dict[Place, int] = {}
        self._index = self._numbers_known()
        self._twins = self._all_twins()

    def build(self) -> Ledger:
        touched = {place.stem for place in self._held} & set(self._exhibits)
        for stem in sorted(touched):
            self._inside(stem)
        for stem in sorted(touched):
            self._sums_published_elsewhere(stem)
        self._sums_that_are_withheld()
        self._judge()
        return self._ledger

    def _numbers_known(self) -> set[float]:
        """Return every number of many digits that is published in a table or recorded."""
        found = {abs(_size(value)) for value, _ in self._published.recorded if significant_digits(value) >= MANY_DIGITS}
        for stem, exhibit in self._exhibits.items():
            for number, row in enumerate(exhibit.rows):
                for at, value in enumerate(row):
                    if significant_digits(value) >= MANY_DIGITS and Place(stem, number, at) not in self._held:
                        found.add(abs(_size(value)))
        return found

    def _entry(self, stem: str, row: int, at: int) -> int:
        place = Place(stem, row, at)
        if place not in self._entries:
            exhibit = self._exhibits[stem]
            signed = any(_size(one[at]) < 0 for one in exhibit.rows)
            number = self._ledger.add(_size(exhibit.rows[row][at]), known=False, lower=-np.inf if signed else 0.0)
            family = self._family(place)
            self._ledger.places[number] += sorted(family, key=lambda one: (one.stem, one.row, one.column))
            self._entries |= dict.fromkeys(family, number)
        return self._entries[place]

    def _family(self, place: Place) -> set[Place]:
        """Return all places of the same number."""
        found, waiting = {place}, [place]
        while waiting:
            for key in same_number(self._exhibits, waiting.pop()):
                new = [twin for twin in self._twins[key] if twin not in found]
                found |= set(new)
                waiting += new
        return found

    def _all_twins(self) -> dict[object, list[Place]]:
        twins: dict[object, list[Place]] = {}
        for stem, exhibit in self._exhibits.items():
            for at, column in enumerate(exhibit.columns):
                for row in range(len(exhibit.rows)) if column.kind in NUMERIC_KINDS else ():
                    if isinstance(exhibit.rows[row][at], int | float):
                        for key in same_number(self._exhibits, Place(stem, row, at)):
                            twins.setdefault(key, []).append(Place(stem, row, at))
        return twins

    def _inside(self, stem: str) -> None:
        exhibit = self._exhibits[stem]
        for place in self._held:
            number = exhibit.rows[place.row][place.column] if place.stem == stem else None
            if isinstance(number, int | float) and exhibit.columns[place.column].kind in NUMERIC_KINDS:
                self._entry(stem, place.row, place.column)
        for tie in ties_of(exhibit):
            self._row(
                {self._entry(stem, *cell): share for cell, share in zip(tie.cells, tie.coefficients, strict=True)}
            )
        constants: dict[tuple[int, int], int] = {}
        for product in products_of(exhibit):
            whole, factor = self._entry(stem, *product.whole), self._entry(stem, *product.factor)
            if product.other is None:
                pair = (product.whole[1], product.factor[1])
                if pair not in constants:
                    column = exhibit.columns[pair[0]]
                    constants[pair] = self._ledger.add(product.constant, known=self._is_told(product.constant, column))
                other = constants[pair]
            else:
                other = self._entry(stem, *product.other)
            self._ledger.products.append((whole, factor, other))

    def _sums_published_elsewhere(self, stem: str) -> None:
        exhibit = self._exhibits[stem]
        for at, rows in groups_of(exhibit):
            told = [row for row in rows if isinstance(exhibit.rows[row][at], int | float)]
            if not any(Place(stem, row, at) in self._held for row in told):
                continue
            total = sum(_size(exhibit.rows[row][at]) for row in told)
            if self._is_told(total, exhibit.columns[at]):
                whole = self._ledger.add(total, known=True)
                self._row({whole: 1.0, **{self._entry(stem, row, at): -1.0 for row in told}})

    def _sums_that_are_withheld(self) -> None:
        """A table that is published whole may add up to a number withheld elsewhere."""
        wanted = {
            self._ledger.values[number]: number
            for number in range(len(self._ledger.values))
            if significant_digits(self._ledger.values[number]) >= MANY_DIGITS
            and any(place in self._held for place in self._ledger.places[number])
        }
        for stem, exhibit in self._exhibits.items() if wanted else ():
            for at, rows in groups_of(exhibit):
                told = [row for row in rows if isinstance(exhibit.rows[row][at], int | float)]
                total = sum(_size(exhibit.rows[row][at]) for row in told)
                if total in wanted and len(told) > 1:
                    self._row({wanted[total]: 1.0, **{self._entry(stem, row, at): -1.0 for row in told}})

    def _row(self, row: Row) -> None:
        if len(row) > 1 and row not in self._ledger.rows:
            self._ledger.rows.append(row)

    def _is_told(self, value: float, column: Column) -> bool:
        """True where a reader finds this number in a table, among the recorded quantities, or in a sentence."""
        if significant_digits(value) >= MANY_DIGITS and (abs(value) in self._index or round(abs(value)) in self._index):
            return True
        return bool(printings(value, column) & self._published.told)

    def _judge(self) -> None:
        """Say of every entry whether it is known, and whether this edition could withhold it."""
        for number, places in enumerate(self._ledger.places):
            if not places:
                continue
            shown = [place for place in places if place not in self._held]
            self._ledger.known[number] = bool(shown)
            self._ledger.candidate[number] = bool(shown) and not any(map(self._is_settled, shown))

    def _is_settled(self, place: Place) -> bool:
        """True where withholding a cell would protect nothing: an earlier edition or another publication has it."""
        column = self._exhibits[place.stem].columns[place.column].name
        return place.stem in self._published.fixed or column in self._published.open


def _size(value: Cell) -> float:
    """Return a cell as a number (0 for anything else)."""
    return float(value) if isinstance(value, int | float) else 0.0
