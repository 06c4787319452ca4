"""Which words of one-line service descriptions mean the same thing?

``services.csv`` holds concepts of public administration with the words that stand for them: ``topic`` concepts say what a service is about,
``generic`` ones (app, page, inform, provide …) say only that it is a service and must hardly count, ``medium`` ones (LINE, YouTube …) where it
is found, not what it is about. ``audiences.csv`` holds the words by which a description says whom it is for. A wall: it reads its own files.
"""

from __future__ import annotations

import csv
import unicodedata
from dataclasses import dataclass
from functools import cache
from pathlib import Path


@dataclass(frozen=True)
class Concept:
    """One idea and the words that stand for it; ``is_generic`` where it does not tell services apart, ``is_medium`` where it names a place only."""

    name: str
    is_generic: bool
    words: tuple[str, ...]
    is_medium: bool = False

    @property
    def is_topic(self) -> bool:
        """Whether it tells what a service is about."""
        return not (self.is_generic or self.is_medium)


@cache
def service_concepts() -> tuple[Concept, ...]:
    """Return the concepts of ``services.csv``, their words in NFKC form."""
    with (Path(__file__).resolve().parent / "services.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return tuple(
        Concept(
            row["concept"],
            row["kind"] == "generic",
            tuple(unicodedata.normalize("NFKC", word) for word in row["words"].split(";")),
            row["kind"] == "medium",
        )
        for row in rows
    )


@cache
def service_audiences() -> dict[str, tuple[str, ...]]:
    """Return the audiences of ``audiences.csv`` with the words that name them, in NFKC form."""
    with (Path(__file__).resolve().parent / "audiences.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return {
        row["audience"]: tuple(unicodedata.normalize("NFKC", word) for word in row["words"].split(";")) for row in rows
    }
