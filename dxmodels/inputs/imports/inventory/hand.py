"""Which cells did somebody fill in or correct by hand since this file was last taken in? They stay when it is taken in again.

Compared are three texts of a cell: as the case holds it, as the last import brought it, as the new file has it. What differs from the last import was
written by hand and wins; what an older import left no record of wins only where the new file is blank.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from dxmodels.inputs.schemas import TABLES

BROUGHT = "brought_"  # + table: the rows as this import brought them
Row = dict[str, str]


def rows_brought(account: Path, table: str) -> dict[str, Row]:
    """Return key → row as the last import brought it; empty where there is no record."""
    path = account / f"{BROUGHT}{table}.csv"
    return rows_by_key(pd.read_csv(path, dtype=str, keep_default_na=False), table) if path.is_file() else {}


def rows_by_key(frame: pd.DataFrame, table: str) -> dict[str, Row]:
    """Return key → row of texts (blank for a missing value)."""
    texts = frame.astype(object).where(frame.notna(), "").astype(str)
    keys = ["|".join(parts) for parts in zip(*(texts[name] for name in TABLES[table].key), strict=True)]
    records: list[dict[str, str]] = [dict(zip(texts.columns, row, strict=True)) for row in texts.to_numpy()]
    return dict(zip(keys, records, strict=True))


def with_hand_work(
    rows: pd.DataFrame, table: str, current: Mapping[str, Row], before: Mapping[str, Row]
) -> tuple[pd.DataFrame, list[tuple[str, str, str]]]:
    """Return the rows with what was written by hand, and each such cell: key, column, the value kept."""
    made, kept = rows_by_key(rows, table), []
    for key, new in made.items():
        for column in rows.columns:
            held = current.get(key, {}).get(column, "")
            was = before[key].get(column, "") if key in before else ("" if not new[column] else held)
            if held and held != was and held != new[column]:
                new[column] = held
                kept.append((key, column, held))
    return pd.DataFrame(list(made.values()), columns=rows.columns, dtype=object), kept
