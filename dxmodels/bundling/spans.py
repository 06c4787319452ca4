"""Which groups' totals are already determined by those that are settled — exactly, in whole numbers?

Settled groups and everybody together span a space; a group whose 0/1 row lies in it has its total of shares determined. The rows are kept
reduced in fractions (Gauss–Jordan), so that no tolerance decides whether two groups are independent.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import lcm

import numpy as np

from dxmodels.bundling.offer_game import Ints


class Span:
    """The span of everybody together and the groups added."""

    def __init__(self, n: int) -> None:
        self.n = n
        self._rows: dict[int, list[Fraction]] = {}  # by pivot column
        self.add([1] * n)

    @property
    def rank(self) -> int:
        """Number of independent groups, everybody together included."""
        return len(self._rows)

    def add(self, group: Sequence[int]) -> bool:
        """Take in a group (0/1 by player); False where it was determined already."""
        row = [Fraction(int(value)) for value in group]
        for pivot, known in self._rows.items():
            row = _less(row, known, row[pivot])
        pivot = next((k for k, value in enumerate(row) if value), -1)
        if pivot < 0:
            return False
        row = [value / row[pivot] for value in row]
        self._rows = {k: _less(known, row, known[pivot]) for k, known in self._rows.items()} | {pivot: row}
        return True

    def nulls(self) -> Ints:
        """Return n − rank whole-number rows that vanish on every group in the span, and on no group outside it all at once."""
        free = [k for k in range(self.n) if k not in self._rows]
        found = np.zeros((len(free), self.n), dtype=np.int64)
        for place, column in enumerate(free):
            entries = {pivot: -row[column] for pivot, row in self._rows.items() if row[column]}
            size = lcm(*(value.denominator for value in entries.values()))
            found[place, column] = size
            for pivot, value in entries.items():
                found[place, pivot] = int(value * size)
        return found


def _less(row: list[Fraction], other: list[Fraction], times: Fraction) -> list[Fraction]:
    return [a - times * b for a, b in zip(row, other, strict=True)] if times else row
