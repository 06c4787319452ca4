"""How is an exhibit's table written for machines, and how for a person who opens it in a spreadsheet?

For machines: UTF-8, LF, machine names, stored values; the same bytes for the same result. For people: byte order mark (Excel reads it
as Japanese), printed values and Japanese headers, and an apostrophe before any text a spreadsheet would take for a formula.
"""

from __future__ import annotations

import csv
import io

from dxmodels.runs.display import header_text, is_numeric, texts_of
from dxmodels.runs.model import Cell, Exhibit

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
_MISSING = "－"


def machine_csv(exhibit: Exhibit) -> bytes:
    """Return the table as stored: one header line of machine names, missing values empty."""
    rows = [[_stored(value) for value in row] for row in exhibit.rows]
    return _written([[column.name for column in exhibit.columns], *rows]).encode("utf-8")


def people_csv(exhibit: Exhibit) -> bytes:
    """Return the table as printed, safe to open in a spreadsheet."""
    numeric = [is_numeric(column) for column in exhibit.columns]
    headers = [guarded(header_text(column, exhibit.unit)) for column in exhibit.columns]
    rows = [
        [text.replace(",", "") if right else guarded(text) for text, right in zip(row, numeric, strict=True)]
        for row in texts_of(exhibit)
    ]
    return _written([headers, *rows]).encode("utf-8-sig")


def guarded(text: str) -> str:
    """Return text that no spreadsheet takes for a formula (the sign for a missing value is left alone)."""
    return f"'{text}" if text.startswith(_FORMULA_STARTS) and text != _MISSING else text


def _stored(value: Cell) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{value:.12g}" if not value.is_integer() else str(value)
    return str(value)


def _written(rows: list[list[str]]) -> str:
    target = io.StringIO()
    csv.writer(target, lineterminator="\n").writerows(rows)
    return target.getvalue()
