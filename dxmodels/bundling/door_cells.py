"""What stands in the cells of a table: ids as text to match by, numbers within their range — and every fault with its row?"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from dxmodels.errors import Fault

Floats = npt.NDArray[np.float64]

SHOWN_PER_KIND = 20  # faults of one kind that are listed


def missing_columns(table: pd.DataFrame, name: str, needed: tuple[str, ...]) -> list[Fault]:
    """Return a fault for every needed column the table lacks."""
    return [
        Fault(name, "列がありません", "列を足してください", 0, column)
        for column in needed
        if column not in table.columns
    ]


def read_ids(frame: pd.DataFrame, column: str, table: str, faults: list[Fault]) -> pd.Series[str]:
    """Return the ids as text; blank ones are noted as faults."""
    blank = frame[column].isna().to_numpy(dtype=bool)
    for row in np.flatnonzero(blank)[:SHOWN_PER_KIND]:
        faults.append(Fault(table, "IDが空です", "IDを入れてください", int(row) + 2, column))
    return id_text(frame[column]).fillna("").astype(object)


def id_text(ids: pd.Series[Any]) -> pd.Series[str]:
    """Ids as text to match tables by; 1.0 (an integer id read beside blanks) is the same id as 1."""
    if pd.api.types.is_float_dtype(ids) and (ids.dropna() % 1 == 0).all():
        ids = ids.astype("Int64")
    return ids.astype("string").str.strip()


def id_index(ids: pd.Series[str]) -> pd.Index[str]:
    """Return the ids as text to look positions up in."""
    index: pd.Index[str] = pd.Index(id_text(ids).to_numpy(dtype=object))
    return index if index.is_unique else index.drop_duplicates()  # repeated ids are a fault already noted


def shown_ids(text: npt.NDArray[np.object_], original: pd.Series[str]) -> npt.NDArray[np.generic]:
    """The ids as their owner wrote them: integers stay integers (and sort as such), everything else is text."""
    whole = pd.api.types.is_integer_dtype(original)
    return text.astype(np.int64) if whole else text


def read_numbers(
    frame: pd.DataFrame,
    column: str,
    table: str,
    faults: list[Fault],
    *,
    blank: float | None,
    minimum: float | None = 0.0,
) -> Floats:
    """Return a column of numbers, ``blank`` where a cell or the column is missing (None: refused); faults name the row and the value."""
    if column not in frame.columns:
        return np.full(len(frame), np.nan if blank is None else blank)
    raw = frame[column]
    values = pd.to_numeric(raw, errors="coerce").astype("Float64").to_numpy(dtype=float, na_value=np.nan)
    empty = raw.isna().to_numpy(dtype=bool)
    allowed_infinite = blank is not None and np.isinf(blank)
    wrong = (np.isnan(values) & ~(empty & (blank is not None))) | (np.isinf(values) & (not allowed_infinite))
    if minimum is not None:
        wrong |= values < minimum
    cure = "有限の数値にしてください" if minimum is None else f"{minimum:g} 以上の数値にしてください"
    for row in np.flatnonzero(wrong)[:SHOWN_PER_KIND]:
        faults.append(
            Fault(table, "数値として使えません", cure, int(row) + 2, column, "空" if empty[row] else str(raw.iloc[row]))
        )
    return np.where(empty, np.nan if blank is None else blank, values)


def refuse_duplicates(frame: pd.DataFrame, key: list[str], table: str, faults: list[Fault]) -> None:
    """Note every row whose key was seen before."""
    repeated = np.flatnonzero(frame.duplicated(key).to_numpy(dtype=bool))
    for row in repeated[:SHOWN_PER_KIND]:
        value = "・".join(str(frame[name].iloc[row]) for name in key)
        faults.append(
            Fault(table, "同じ行が二度あります", "一行にまとめてください", int(row) + 2, "、".join(key), value)
        )
