"""Where is a withheld value, and which cells does each rule withhold first (before any is withheld to protect another)?

A cell is named by the stem of its exhibit's files, its row and its column. A number of many digits that stands in several exhibits under the
same name is the same number: it is withheld wherever it stands.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from dxmodels.runs.editions.rules import EditionRules, Rule
from dxmodels.runs.model import NUMERIC_KINDS, Cell, Column, Exhibit

MANY_DIGITS = 5  # a number of so many significant digits is not met twice by chance
_WORDS = {"text", "choice", "code", "fiscal_year", "date"}
_WON = ("is_winner", "is_awarded")
_BIDDERS = ("bidders_count", "bids_count", "participants_count")


@dataclass(frozen=True)
class Place:
    """One cell: the stem of its exhibit, row and column by position."""

    stem: str
    row: int
    column: int


Withheld = dict[Place, Rule]


def first_withheld(exhibits: Mapping[str, Exhibit], rules: EditionRules, *, least_people: float) -> Withheld:
    """Return the cells that the rules withhold, by exhibit stem; blank cells are left alone."""
    held: Withheld = {}
    for stem, exhibit in exhibits.items():
        if exhibit.computable:
            held |= _of_exhibit(stem, exhibit, rules, least_people)
    held = _following(exhibits, held, rules) | held
    return held | _same_values(exhibits, held)


def omitted(exhibits: Mapping[str, Exhibit], rules: EditionRules) -> dict[str, Rule]:
    """Return the exhibits that a rule omits whole."""
    return {
        stem: rule
        for stem, exhibit in exhibits.items()
        for rule in rules.rules
        if exhibit.computable and rule.omits(exhibit)
    }


def significant_digits(value: Cell) -> int:
    """Return how many significant digits a number has (0 for anything that is no number)."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return 0
    digits = f"{abs(value):.12g}" if isinstance(value, float) else str(abs(value))
    mantissa = digits.split("e")[0].replace(".", "").lstrip("0")
    return len(mantissa.rstrip("0"))


def labels_of(exhibit: Exhibit, row: int) -> tuple[str, ...]:
    """Return the words that name a row."""
    pairs = zip(exhibit.columns, exhibit.rows[row], strict=True)
    return tuple(str(value) for column, value in pairs if column.kind in _WORDS and value is not None)


def same_number(exhibits: Mapping[str, Exhibit], place: Place) -> list[object]:
    """Return the keys under which a number is the same in another table: many digits and a word of its row, else its column and all its words."""
    exhibit = exhibits[place.stem]
    value, column = exhibit.rows[place.row][place.column], exhibit.columns[place.column]
    words = labels_of(exhibit, place.row)
    if significant_digits(value) >= MANY_DIGITS and words:
        return [(value, column.kind, word) for word in words]
    return [(value, column.name, words or (place.stem, place.row))]


def _of_exhibit(stem: str, exhibit: Exhibit, rules: EditionRules, least_people: float) -> Withheld:
    held: Withheld = {}
    for at, column in enumerate(exhibit.columns):
        rule = rules.rule_of(exhibit, column)
        if rule is None:
            continue
        for number, row in enumerate(exhibit.rows):
            if row[at] is not None and _speaks_of(rule, exhibit, row, row[at], least_people):
                held[Place(stem, number, at)] = rule
                held |= _mates(rule, exhibit, stem, number)
    return held


def _following(exhibits: Mapping[str, Exhibit], held: Withheld, rules: EditionRules) -> Withheld:
    """Return the cells that other exhibits hold of the subjects of which a rule withholds a value."""
    found: Withheld = {}
    for rule in (rule for rule in rules.rules if rule.follow):
        places = [place for place, ground in held.items() if ground.name == rule.name]
        subjects = {words[0] for place in places if (words := labels_of(exhibits[place.stem], place.row))}
        for stem, exhibit in exhibits.items():
            columns = [
                at for at, column in enumerate(exhibit.columns) if column.name in rule.follow.get(exhibit.id, ())
            ]
            rows = [n for n in range(len(exhibit.rows)) if columns and subjects & set(labels_of(exhibit, n)[:1])]
            found |= {Place(stem, n, at): rule for n in rows for at in columns if exhibit.rows[n][at] is not None}
    return found


def _mates(rule: Rule, exhibit: Exhibit, stem: str, number: int) -> Withheld:
    return {
        Place(stem, number, at): rule
        for at, column in enumerate(exhibit.columns)
        if column.name in rule.mates and exhibit.rows[number][at] is not None
    }


def _speaks_of(rule: Rule, exhibit: Exhibit, row: tuple[Cell, ...], value: Cell, least_people: float) -> bool:
    if rule.when == "small":
        return isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < least_people
    if rule.when == "runner_up":
        return not _won(exhibit.columns, row) and _of_two(exhibit.columns, row)
    return True


def _won(columns: Iterable[Column], row: tuple[Cell, ...]) -> bool:
    return any(column.name in _WON and value is True for column, value in zip(columns, row, strict=True))


def _of_two(columns: Iterable[Column], row: tuple[Cell, ...]) -> bool:
    """True where two took part; also where nobody says how many did."""
    counts = [value for column, value in zip(columns, row, strict=True) if column.name in _BIDDERS]
    return not counts or counts[0] is None or (isinstance(counts[0], int | float) and 1 < counts[0] <= 2)


def _same_values(exhibits: Mapping[str, Exhibit], held: Withheld) -> Withheld:
    """Return every other cell that holds a withheld number of many digits under the same name."""
    known: dict[object, Rule] = {}
    for place, rule in held.items():
        if significant_digits(exhibits[place.stem].rows[place.row][place.column]) >= MANY_DIGITS:
            known |= dict.fromkeys(same_number(exhibits, place), rule)
    found: Withheld = {}
    for stem, exhibit in exhibits.items() if known else ():
        for at, column in enumerate(exhibit.columns):
            for row in range(len(exhibit.rows)) if column.kind in NUMERIC_KINDS else ():
                place = Place(stem, row, at)
                named = [known[key] for key in same_number(exhibits, place) if key in known]
                if named and place not in held:
                    found[place] = named[0]
    return found
