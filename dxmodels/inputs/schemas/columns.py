"""What is a column of a table: its Japanese name, its unit, its kind, and what may stand in it?

Every schema is a pandera ``DataFrameSchema`` whose columns are made here, so that the dictionary (data/README.md), the Excel
template, the sample and the reading of files all come from one place.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import pandera.pandas as pa

Kind = Literal["text", "code", "integer", "number", "yen", "fiscal_year", "date", "boolean", "choice"]

# What pandas holds once a column is read; text stays text, never the object "nan".
DTYPES: dict[Kind, str] = {
    "text": "string",
    "code": "string",
    "integer": "Int64",
    "number": "Float64",
    "yen": "Int64",
    "fiscal_year": "Int64",
    "date": "datetime64[ns]",
    "boolean": "boolean",
    "choice": "string",
}
# Every numeric column ends in one of these, so that its unit can be read off its name (a test checks it).
UNIT_SUFFIXES: dict[str, str] = {
    "_yen": "円",
    "_fy": "年度",
    "fiscal_year": "年度",
    "_rate": "割合（0〜1）",
    "_share": "割合（0〜1）",
    "_people": "人",
    "_fte": "人（常勤換算）",
    "_count": "件",
    "_days": "日",
    "_hours": "時間",
    "_months": "か月",
    "_years": "年",
    "_score": "点",
    "_deg": "度",
    "_km2": "km²",
    "_index": "指数",
    "_rank": "位",
    "_row": "行",
    "_column": "列",
    "_number": "",  # a serial number or a year: its label says which
    "_pct": "％",
    "_value": "",  # the unit stands in the row's own unit column
}


@dataclass(frozen=True)
class ColumnFacts:
    """What one column is, in plain words: the reading of cells, the dictionary and the template all start here."""

    name: str
    title_ja: str
    title_en: str
    kind: Kind
    unit: str
    choices: tuple[str, ...]
    minimum: float | None
    maximum: float | None
    nullable: bool
    required: bool


@dataclass(frozen=True)
class TableSpec:
    """One table of a case: its file name, titles, schema, key and the tables its columns point to.

    ``references`` maps a column to "table.column"; a blank cell points nowhere and is allowed where the column is nullable.
    """

    name: str
    title_ja: str
    title_en: str
    schema: pa.DataFrameSchema
    key: tuple[str, ...]
    references: dict[str, str]

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of all columns, in file order."""
        return tuple(self.schema.columns)

    @property
    def required_columns(self) -> tuple[str, ...]:
        """Names of the columns a file must have."""
        return tuple(name for name, column in self.schema.columns.items() if column.required)

    @cached_property
    def facts(self) -> dict[str, ColumnFacts]:
        """Facts of every column by name, in file order."""
        return {name: _facts_of(name, column) for name, column in self.schema.columns.items()}


def column(
    kind: Kind,
    title_ja: str,
    title_en: str,
    *,
    unit: str = "",
    nullable: bool = False,
    required: bool = True,
    choices: Sequence[str] = (),
    minimum: float | None = None,
    maximum: float | None = None,
    unique: bool = False,
) -> pa.Column:
    """Return a pandera column carrying labels, unit, kind, choices and range in its metadata.

    ``required=False`` allows a file without the column (it is then added empty, so it must be nullable).
    """
    checks = []
    if choices:
        checks.append(pa.Check.isin(list(choices)))
    if minimum is not None:
        checks.append(pa.Check.ge(minimum))
    if maximum is not None:
        checks.append(pa.Check.le(maximum))
    metadata: dict[str, Any] = {
        "kind": kind,
        "unit": unit,
        "choices": tuple(choices),
        "minimum": minimum,
        "maximum": maximum,
    }
    return pa.Column(
        DTYPES[kind],
        checks=checks,
        nullable=nullable or not required,
        required=required,
        unique=unique,
        title=title_ja,
        description=title_en,
        metadata=metadata,
    )


def table(
    name: str,
    title_ja: str,
    title_en: str,
    columns: dict[str, pa.Column],
    *,
    key: Sequence[str],
    references: dict[str, str] | None = None,
) -> TableSpec:
    """Return the specification of one table; unknown columns in a file are refused (strict schema)."""
    schema = pa.DataFrameSchema(columns, strict=True, ordered=False, name=name, title=title_ja, description=title_en)
    return TableSpec(name, title_ja, title_en, schema, tuple(key), references or {})


def _facts_of(name: str, column: pa.Column) -> ColumnFacts:
    meta: dict[str, Any] = column.metadata or {}
    return ColumnFacts(
        name=name,
        title_ja=str(column.title),
        title_en=str(column.description),
        kind=meta["kind"],
        unit=meta["unit"] or unit_by_suffix(name, meta["kind"]),
        choices=meta["choices"],
        minimum=meta["minimum"],
        maximum=meta["maximum"],
        nullable=bool(column.nullable),
        required=bool(column.required),
    )


def unit_by_suffix(name: str, kind: Kind) -> str:
    """Return the unit a numeric column's name ends in (data dictionary), or the empty string."""
    if kind not in {"integer", "number", "yen", "fiscal_year"}:
        return ""
    return next((unit for suffix, unit in UNIT_SUFFIXES.items() if name.endswith(suffix)), "")
