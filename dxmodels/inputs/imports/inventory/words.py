"""Which column of our tables does a heading of somebody's inventory mean, and how sure is that?

``inventory_columns.csv`` (table, column, alias) and ``inventory_values.csv`` (column, value, alias) are data: a new word is taught by a row. The
titles of the dictionary are known without a row. An empty column means: known, and left out on purpose (serial numbers, remarks).
"""

from __future__ import annotations

import csv
import difflib
import re
from functools import cache, lru_cache
from pathlib import Path

from dxmodels.fiscal import parse_fiscal_year
from dxmodels.inputs.imports import aliases
from dxmodels.inputs.schemas import TABLES, ColumnFacts
from dxmodels.inputs.schemas.choices import CHOICE_LABELS

TARGETS = ("systems", "municipal_systems", "services")
_FOLDER = Path(__file__).resolve().parents[1]
_BRACKETED = re.compile(r"[(\[【<][^()\[\]【】<>]*[)\]】>]")
_MARKS = re.compile(r"[※*★☆◎○●■□:;。、]+|^\d+[.)]|[①-⑳]")
_YEAR = re.compile(r"(令和|平成|R|H)(元|\d{1,2})(年度|年)?|20\d\d(年度|年)?|(今|前|本|来)年度")
_ALIKE = 0.82
_SHORTEST_PART = 4
_KEPT = 400_000
SURE, LIKELY, MAYBE = "一致", "推定", "要確認"


@lru_cache(maxsize=_KEPT)
def plain(text: str) -> str:
    """Return ``text`` in one writing (NFKC, no spaces); an inventory says the same words ten thousand times."""
    return aliases.plain(text)


@cache
def _aliases(table: str) -> dict[str, str]:
    names = {plain(facts.title_ja): name for name, facts in TABLES[table].facts.items()}
    with (_FOLDER / "inventory_columns.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["table"] in {table, "*"}]
    return {**{plain(row["alias"]).lower(): row["column"] for row in rows},
            **{word.lower(): name for word, name in names.items()}}  # fmt: skip


@cache
def column_of(table: str, words: tuple[str, ...]) -> tuple[str | None, str]:
    """Return (column, how sure) of a heading of ``words`` from top to bottom; column "" = known and left out, None = unknown."""
    whole, lower, upper = "".join(words), words[-1] if words else "", words[0] if words else ""
    for text, sure in ((whole, SURE), (lower, SURE if len(words) == 1 else LIKELY)):
        found = _exact(table, text)
        if found is not None:
            return found, sure
    if len(words) > 1 and not re.search(r"開始|始期|\(自\)|^自$|から", plain(lower)):
        found = _exact(table, upper)
        if found is not None:
            return found, MAYBE
    return _nearly(table, whole)


def _exact(table: str, text: str) -> str | None:
    names = _aliases(table)
    full = plain(text).lower()
    bare = _BRACKETED.sub("", full)
    clean = _MARKS.sub("", bare)
    timeless = _YEAR.sub("", clean.upper()).lower()
    return next((names[word] for word in (full, bare, clean, timeless) if word and word in names), None)


@cache
def names_column(text: str) -> bool:
    """Return whether ``text`` alone is a known heading of any of the tables."""
    return any(_exact(table, text) is not None for table in TARGETS)


def _nearly(table: str, text: str) -> tuple[str | None, str]:
    bare = _MARKS.sub("", _BRACKETED.sub("", plain(text).lower()))
    names = _aliases(table)
    within = [alias for alias in names if len(alias) >= _SHORTEST_PART and alias in bare and names[alias]]
    if within:
        return names[max(within, key=len)], MAYBE
    close = difflib.get_close_matches(bare, list(names), n=1, cutoff=_ALIKE) if len(bare) >= _SHORTEST_PART else []
    return (names[close[0]], MAYBE) if close else (None, "")


@cache
def year_in(heading: str) -> int:
    """Return the fiscal year a heading names (令和7年度予算額 → 2025), 0 where none."""
    found = re.search(_YEAR, plain(heading).upper())
    try:
        return parse_fiscal_year(found[0]) if found and "今前本来".find(found[0][0]) < 0 else 0
    except ValueError:
        return 0


@cache
def _value_aliases(column: str) -> dict[str, str]:
    with (_FOLDER / "inventory_values.csv").open(encoding="utf-8", newline="") as file:
        return {plain(row["alias"]).lower(): row["value"] for row in csv.DictReader(file) if row["column"] == column}


@cache
def value_of(word: str, facts: ColumnFacts) -> str | None:
    """Return the value of a choice or yes/no column that ``word`` means, or None."""
    whole = plain(word).lower()
    if facts.kind == "boolean":
        return _value_aliases("*").get(whole)
    labels = {plain(label).lower(): value for value, label in CHOICE_LABELS.get(facts.name, {}).items()}
    return {**_value_aliases(facts.name), **labels, **{value: value for value in facts.choices}}.get(whole)
