"""What is this column, word or unit called in Japanese and in English, and in which unit is it?

Names inside the house are machine-readable English; Japanese is put on at display only, and only from here. Each file beside this
one holds ``name,ja,en,unit`` rows: ``columns.csv`` (made from the table schemas), ``common.csv`` (columns that several rooms
print), one ``<room>.csv`` per room; ``words.csv`` holds the words of the field with their meaning, ``units*.csv`` the units of the
assumptions register. A wall: it reads CSV files only and imports no room and no schema.
"""

from __future__ import annotations

import csv
import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

from dxmodels.errors import Fault, InputError

FOLDER = Path(__file__).resolve().parent
TERM_FIELDS = ("name", "ja", "en", "unit")
WORD_FIELDS = ("name", "ja", "en", "meaning_ja")
UNIT_FIELDS = ("unit", "ja", "minimum", "maximum")
# Where a name stands in several files the first of these wins; the rooms follow by name (they must agree: a test checks it).
_FIRST = ("common", "columns")


@dataclass(frozen=True)
class Term:
    """One column name with its labels and unit; ``topic`` is the file it stands in (a room, common or columns)."""

    name: str
    ja: str
    en: str
    unit: str
    topic: str


@dataclass(frozen=True)
class Word:
    """One word of the field: one word per idea, in both languages, and what is meant by it here."""

    name: str
    ja: str
    en: str
    meaning_ja: str


@dataclass(frozen=True)
class Unit:
    """One unit of the assumptions register, its Japanese name and the range its values must stay in (None = open)."""

    unit: str
    ja: str
    minimum: float | None
    maximum: float | None


def label_ja(name: str, *, room: str | None = None) -> str:
    """Return the Japanese label of a column or word; an unknown name (a user's own column) is returned unchanged."""
    return _label(name, room, "ja")


def label_en(name: str, *, room: str | None = None) -> str:
    """Return the English label of a column or word; an unknown name is returned unchanged."""
    return _label(name, room, "en")


def unit_of(name: str, *, room: str | None = None) -> str:
    """Return the Japanese unit of a column ("" where it has none or the name is unknown)."""
    term = _find(name, room)
    return term.unit if term else ""


def missing_terms(names: Iterable[str]) -> list[str]:
    """Return those names that have neither a term nor a word: the test of a room's ``to_frame()`` expects an empty list."""
    return [name for name in names if _find(name, None) is None and name not in words()]


def is_unit(unit: str) -> bool:
    """True where the register knows the unit."""
    return unit in units()


def unit_ja(unit: str) -> str:
    """Return the Japanese name of a register unit; an unknown one unchanged."""
    found = units().get(unit)
    return found.ja if found else unit


def nearest_units(unit: str, count: int = 3) -> list[str]:
    """Return the known units that are written most like ``unit``, for messages."""
    return difflib.get_close_matches(unit, units(), n=count, cutoff=0.4)


@cache
def terms() -> tuple[Term, ...]:
    """Return the terms of all files, first ``common`` and ``columns``, then the rooms by name.

    Raises InputError naming every file whose header or rows are not ``name,ja,en,unit``.
    """
    topics = sorted(
        path.stem for path in FOLDER.glob("*.csv") if path.stem != "words" and not path.stem.startswith("units")
    )
    ordered = [topic for topic in _FIRST if topic in topics] + [topic for topic in topics if topic not in _FIRST]
    return tuple(
        Term(name, ja, en, unit, topic)
        for topic in ordered
        for name, ja, en, unit in _rows(f"{topic}.csv", TERM_FIELDS)
    )


@cache
def words() -> dict[str, Word]:
    """Return the words of the field by name."""
    return {row[0]: Word(*row) for row in _rows("words.csv", WORD_FIELDS)}


@cache
def units() -> dict[str, Unit]:
    """Return the units of the assumptions register by name (``units.csv`` and any ``units_<room>.csv``)."""
    rows = [row for path in sorted(FOLDER.glob("units*.csv")) for row in _rows(path.name, UNIT_FIELDS)]
    return {name: Unit(name, ja, _bound(low), _bound(high)) for name, ja, low, high in rows}


def _label(name: str, room: str | None, language: Literal["ja", "en"]) -> str:
    term: Term | Word | None = _find(name, room) or words().get(name)
    if term is None:
        return name
    return term.ja if language == "ja" else term.en


def _find(name: str, room: str | None) -> Term | None:
    found = _terms_by_name().get(name, {})
    return found.get(room or "") or next(iter(found.values()), None)


@cache
def _terms_by_name() -> dict[str, dict[str, Term]]:
    by_name: dict[str, dict[str, Term]] = {}
    for term in terms():
        by_name.setdefault(term.name, {}).setdefault(term.topic, term)
    return by_name


def _rows(file: str, fields: tuple[str, ...]) -> list[tuple[str, ...]]:
    with (FOLDER / file).open(encoding="utf-8", newline="") as lines:
        table = [tuple(row) for row in csv.reader(lines) if row]
    header = ",".join(fields)
    if not table or table[0] != fields:
        raise InputError(
            [Fault(f"dxmodels/glossary/{file}", "見出し行が違います", f"1行目を {header} にしてください", row=1)]
        )
    faults = [
        Fault(
            f"dxmodels/glossary/{file}",
            "列の数が違うか、必須の欄が空です",
            f"{header} の順に書いてください",
            row=line,
            value=",".join(row),
        )
        for line, row in enumerate(table[1:], start=2)
        if len(row) != len(fields) or not all(row[:2])
    ]
    if faults:
        raise InputError(faults)
    return table[1:]


def _bound(text: str) -> float | None:
    return float(text) if text else None
