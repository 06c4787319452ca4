"""What has the planner agreed to: which sheet is which table, which heading is which column, in which unit, and what foreign words mean?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from dxmodels.inputs.imports.aliases import plain
from dxmodels.inputs.imports.inventory.words import value_of
from dxmodels.inputs.schemas import ColumnFacts

MAPPING_FILE = "inventory_mapping.yml"
LEFT_OUT, OPEN = "取り込まない", "未定"
UNITS = {"円": 1, "千円": 1_000, "万円": 10_000, "百万円": 1_000_000, "億円": 100_000_000}
TAXES = {"税込": "gross", "税抜": "net"}


@dataclass(frozen=True)
class ColumnRule:
    """Where a heading goes ("" = left out), what one unit of it is, its tax ("" = not said), and why it was proposed so."""

    column: str
    scale: int = 1
    tax: str = ""
    why: str = ""


@dataclass(frozen=True)
class SheetRule:
    """Which table a sheet is ("" = left out), values for all its rows, and the spreadsheet rows of its heading if stated."""

    table: str
    constants: Mapping[str, str] = field(default_factory=dict)
    heading_rows: tuple[int, int] | None = None
    why: str = ""


@dataclass(frozen=True, eq=False)
class Agreement:
    """The whole mapping: by sheet, by (table, heading), by (table, column, word); columns filled from above; hidden rows kept or not."""

    sheets: Mapping[str, SheetRule] = field(default_factory=dict)
    columns: Mapping[tuple[str, str], ColumnRule] = field(default_factory=dict)
    values: Mapping[tuple[str, str, str], str] = field(default_factory=dict)
    fill_down: frozenset[str] = frozenset({"department_id", "municipality_code"})
    keeps_hidden_rows: bool = True

    def word(self, table: str, facts: ColumnFacts, text: str) -> str | None:
        """Return what ``text`` means in a choice or yes/no column: the planner's word first; None where nobody knows."""
        agreed = self.values.get((table, facts.name, plain(text)))
        return agreed or value_of(text, facts)


def unit_word(rule: ColumnRule, facts: ColumnFacts) -> str:
    """Return how the unit of a mapped column is written in the mapping, "" where it has none."""
    if facts.kind == "yen":
        return next(word for word, scale in UNITS.items() if scale == rule.scale)
    return ("％" if rule.scale == 100 else "割合") if facts.unit.startswith("割合") else ""


def first_of_each(rules: Mapping[int, ColumnRule]) -> dict[int, ColumnRule]:
    """Two columns of a sheet may not both feed one column of the table: the first one does."""
    kept: dict[int, ColumnRule] = {}
    for position, rule in rules.items():
        if rule.column not in {other.column for other in kept.values()}:
            kept[position] = rule
    return kept
