"""How is a table written so that the same rows always give the same bytes?

UTF-8 without BOM, LF, columns in the order of the schema, integers without separators, other numbers with a fixed number of
decimals, dates as 2026-04-01, true/false, blank where nothing is known.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from dxmodels.inputs.schemas import TABLES

Row = Mapping[str, object]
_DECIMALS = {"_rate": 3, "_fte": 2, "_score": 1, "variable_cost_yen": 2, "_deg": 4, "_km2": 2, "_index": 2}


def table_bytes(name: str, rows: Iterable[Row]) -> bytes:
    """Return the CSV of one table of the schema; a column that no row holds stays blank, an unknown one is an error."""
    return csv_bytes(TABLES[name].columns, rows)


def csv_bytes(columns: Sequence[str], rows: Iterable[Row]) -> bytes:
    """Return a CSV with these columns."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    known = set(columns)
    for row in rows:
        if not known.issuperset(row):
            raise ValueError(f"unknown columns {sorted(set(row) - known)}")
        writer.writerow([_cell(row.get(column), column) for column in columns])
    return text.getvalue().encode("utf-8")


def read_rows(path: Path) -> list[dict[str, str]]:
    """Return the rows of a CSV as text."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _cell(value: object, column: str) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, float):
        decimals = next((places for end, places in _DECIMALS.items() if column.endswith(end)), 6)
        return f"{value:.{decimals}f}"
    return str(value)
