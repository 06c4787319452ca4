"""What does this heading, method, result word, unit or tax note of somebody else's list mean in our words?

The table ``aliases.csv`` (group, meaning, alias) is data: a new list is taught by adding a row, not by changing a program. Words are
compared after NFKC without spaces, so full-width and half-width writing is one.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from functools import cache
from pathlib import Path

_FOLDER = Path(__file__).resolve().parent
_SPACES = re.compile(r"\s+")
_BRACKETED = re.compile(r"[(\[【<][^()\[\]【】<>]*[)\]】>]")
_DASHES = str.maketrans({"―": "・", "／": "/", "〔": "(", "〕": ")", "［": "(", "］": ")"})


def plain(text: str) -> str:
    """Return ``text`` in one writing: NFKC, no spaces or line breaks."""
    return _SPACES.sub("", unicodedata.normalize("NFKC", text).translate(_DASHES))


@cache
def alias_table(group: str) -> dict[str, str]:
    """Return alias → meaning of one group of ``aliases.csv``, in file order."""
    with (_FOLDER / "aliases.csv").open(encoding="utf-8", newline="") as file:
        return {plain(row["alias"]): row["meaning"] for row in csv.DictReader(file) if row["group"] == group}


@cache
def field_of(heading: str, group: str = "field") -> str:
    """Return the field a heading names, or ""; a note in brackets (unit, tax) is left aside where the whole is not known."""
    names = alias_table(group)
    whole = plain(heading)
    bare = _BRACKETED.sub("", whole)
    return names.get(whole) or names.get(bare) or names.get(bare.rstrip(":*※")) or ""


@cache
def meaning_within(text: str, group: str) -> str:
    """Return the meaning of the first alias of ``group`` (file order) that stands in ``text``, or ""."""
    whole = plain(text)
    return next((meaning for alias, meaning in alias_table(group).items() if alias in whole), "")


@cache
def only_meaning_within(text: str, group: str) -> str:
    """Return what ``text`` says of ``group`` where it says one thing only, else ""."""
    whole = plain(text)
    found = {meaning for alias, meaning in alias_table(group).items() if alias in whole}
    return found.pop() if len(found) == 1 else ""


@cache
def field_ja(field: str, group: str = "field") -> str:
    """Return the heading by which lists name a field most often: what a planner is told instead of our column name."""
    return next((alias for alias, meaning in alias_table(group).items() if meaning == field), field)


@cache
def unit_of(heading: str) -> int:
    """Return how many yen one unit of a heading is: 千円 → 1000; 0 where it names none."""
    notes = "".join(_BRACKETED.findall(plain(heading))) or plain(heading)
    return int(meaning_within(notes, "unit") or 0)


@cache
def tax_of(heading: str) -> str:
    """Return "gross", "net", or "" where the heading says nothing (or both) about consumption tax."""
    whole = plain(heading)
    found = {meaning for alias, meaning in alias_table("tax").items() if alias in whole}
    return found.pop() if len(found) == 1 else ""


@cache
def merge_rules() -> dict[tuple[str, ...], str]:
    """Return the merge rules of OCDS 1.1 (path → rule), kept here so that nothing is fetched from anywhere."""
    with (_FOLDER / "ocds_merge_rules.csv").open(encoding="utf-8", newline="") as file:
        return {tuple(row["path"].split("/")): row["rule"] for row in csv.DictReader(file)}


@cache
def title_terms() -> dict[str, tuple[str, ...]]:
    """Return the terms that tell information-system contracts by role (title_has, title_has_not, office_has_not, competitive, negotiated)."""
    terms: dict[str, tuple[str, ...]] = {}
    with (_FOLDER / "title_terms.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            terms[row["role"]] = (*terms.get(row["role"], ()), row["term"])
    return terms
