"""Which texts tell a withheld number? One index of all their printings, used to leave sentences out and to search the finished files.

A printing that a published cell or a source has, too, is left out of the index: it tells nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from dxmodels.runs.editions.places import Place
from dxmodels.runs.editions.printings import numbers_in, plain_digits, printings
from dxmodels.runs.model import NUMERIC_KINDS, Exhibit

_LEAST_WORDS = 12  # a withheld text so long does not stand elsewhere by chance


@dataclass(frozen=True, eq=False)
class Secrets:
    """Printings of withheld numbers and withheld texts, each with the cell it stands in."""

    numbers: Mapping[str, Place] = field(default_factory=dict)
    texts: Mapping[str, Place] = field(default_factory=dict)

    def told_by(self, text: str) -> list[tuple[str, Place]]:
        """Return every withheld number or text that ``text`` tells, with its cell."""
        found = [(number, self.numbers[number]) for number in numbers_in(text) if number in self.numbers]
        plain = plain_digits(text)
        return found + [(words, place) for words, place in self.texts.items() if words in plain]


def index_secrets(exhibits: Mapping[str, Exhibit], held: Iterable[Place], unread: frozenset[str]) -> Secrets:
    """Return the index of the cells ``held``; ``unread`` are exhibits of which no cell is published."""
    wanted = set(held)
    numbers: dict[str, Place] = {}
    texts: dict[str, Place] = {}
    for place in sorted(wanted, key=lambda one: (one.stem, one.row, one.column)):
        exhibit = exhibits[place.stem]
        value, column = exhibit.rows[place.row][place.column], exhibit.columns[place.column]
        if isinstance(value, str) and len(value) >= _LEAST_WORDS and any(sign.isdigit() for sign in value):
            texts.setdefault(plain_digits(value), place)
        for text in printings(value, column):
            numbers.setdefault(text, place)
    innocent = _printed_anyway(exhibits, wanted, unread, set(numbers))
    return Secrets({text: place for text, place in numbers.items() if text not in innocent}, texts)


def _printed_anyway(
    exhibits: Mapping[str, Exhibit], wanted: set[Place], unread: frozenset[str], numbers: set[str]
) -> set[str]:
    found: set[str] = set()
    for stem, exhibit in exhibits.items():
        for source in exhibit.sources:  # assumptions and citations are public
            found |= set(numbers_in(f"{source.value} {source.range} {source.detail} {source.label}")) & numbers
        if stem in unread or not exhibit.computable:
            continue
        for at, column in enumerate(exhibit.columns):
            for row in range(len(exhibit.rows)) if column.kind in NUMERIC_KINDS else ():
                if Place(stem, row, at) not in wanted:
                    found |= printings(exhibit.rows[row][at], column) & numbers
    return found
