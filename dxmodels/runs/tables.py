"""How does a result's table become typed columns and rows that JSON, CSV, Excel and PDF can all carry?

The unit and meaning of a column are read off its name (architecture: every numeric column ends in its unit) and the glossary;
labels come from the glossary only. Values stay as stored: yen as integers, shares in 0..1, missing as None.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from dxmodels.errors import ModelError
from dxmodels.glossary import label_ja, unit_of
from dxmodels.inputs.schemas.choices import CHOICE_LABELS
from dxmodels.inputs.schemas.columns import UNIT_SUFFIXES
from dxmodels.runs.model import Cell, Column, Kind

_NAME = re.compile(r"[a-z][a-z0-9_]*")
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")
_CODE_ENDINGS = ("_code", "_id")
_CODE_NAMES = {"task"}
_SHARE_UNIT = "割合（0〜1）"
# Twelve significant digits: far beyond what any figure here means, short of the last bits in which two machines may differ.
_DIGITS = 12
# Seconds of a solver differ from run to run: a table holds the first of these that was not passed, so that equal runs give equal files.
_SECONDS = "seconds"
_SECONDS_SHOWN = (60, 600, 3600, 36_000)


def columns_of(table: pd.DataFrame) -> tuple[Column, ...]:
    """Return the typed columns of ``table``; raises ModelError naming every column that breaks the naming rule."""
    bad = [str(name) for name in table.columns if not (isinstance(name, str) and _NAME.fullmatch(name))]
    if bad or not table.columns.is_unique:
        names = "、".join(bad) or "同じ名前の列"
        raise ModelError(
            f"図表の列名が規則に合いません：{names}。英小文字・数字・「_」の重複しない名前にし、日本語は用語集に登録してください。"
        )
    return tuple(_column(name, table[name]) for name in table.columns)


def rows_of(table: pd.DataFrame) -> tuple[tuple[Cell, ...], ...]:
    """Return the rows of ``table`` as plain values; missing is None, an infinite number is refused (ModelError)."""
    lists = [[plain_cell(value, str(name)) for value in table[name]] for name in table.columns]
    return tuple(zip(*lists, strict=True)) if lists else ()


def flat(table: pd.DataFrame) -> pd.DataFrame:
    """Return ``table`` with a meaningful index turned into its first columns."""
    if table.index.names != [None]:
        return table.reset_index()
    return table


def plain_cell(value: Any, column: str) -> Cell:
    """Return one value as text, integer, float, truth value or None; dates become ISO text."""
    if isinstance(value, list | tuple | set | frozenset):
        parts = sorted(value, key=str) if isinstance(value, set | frozenset) else value
        return printable("；".join(str(part) for part in parts))
    if value is None or value is pd.NA or value is pd.NaT:
        return None
    if isinstance(value, bool | np.bool_):
        return bool(value)
    if column == _SECONDS and isinstance(value, int | float | np.integer | np.floating) and not math.isnan(value):
        return next((most for most in _SECONDS_SHOWN if value <= most), math.ceil(value))
    if isinstance(value, int | np.integer):
        return int(value)
    if isinstance(value, float | np.floating):
        return _plain_float(float(value), column)
    if hasattr(value, "isoformat"):
        return str(value.isoformat())[:10]
    return printable(str(value))


def printable(text: str) -> str:
    """Return text without the control characters and broken code points that XML, Excel and PDF cannot hold."""
    return _CONTROLS.sub("", text).encode("utf-8", "replace").decode("utf-8")


def kind_of(name: str, values: pd.Series[Any] | None = None) -> Kind:
    """Return what kind of value a column or a recorded quantity named ``name`` holds."""
    if values is not None and not pd.api.types.is_numeric_dtype(values.dtype):
        return _kind_of_words(name, values)
    if values is not None and pd.api.types.is_bool_dtype(values.dtype):
        return "boolean"
    if name == "fiscal_year" or name.endswith("_fy"):
        return "fiscal_year"
    unit = unit_of(name) or _suffix_unit(name)
    if name.endswith("_yen") or unit == "円":
        return "yen"
    if name.endswith(("_rate", "_share")) or unit in {"割合", _SHARE_UNIT}:
        return "rate"
    whole = values is not None and pd.api.types.is_integer_dtype(values.dtype)
    return "integer" if whole else "number"


def _kind_of_words(name: str, values: pd.Series[Any]) -> Kind:
    held = [value for value in values if value is not None and value is not pd.NA and value is not pd.NaT]
    if pd.api.types.is_datetime64_any_dtype(values.dtype) or (held and all(hasattr(v, "isoformat") for v in held)):
        return "date"
    if held and all(isinstance(value, bool | np.bool_) for value in held):
        return "boolean"
    if held and all(isinstance(value, int | float | np.number) for value in held):
        return kind_of(name, pd.Series(held))
    if name in CHOICE_LABELS:
        return "choice"
    return "code" if name.endswith(_CODE_ENDINGS) or name in _CODE_NAMES else "text"


def _column(name: str, values: pd.Series[Any]) -> Column:
    kind = kind_of(name, values)
    return Column(name=name, label=label_ja(name), unit=unit_for(name, kind), kind=kind)


def unit_for(name: str, kind: Kind) -> str:
    """Return the unit of the stored values."""
    if kind in {"text", "code", "choice", "boolean", "date"}:
        return ""
    if kind == "yen":
        return "円"
    if kind == "rate":
        return _SHARE_UNIT
    return unit_of(name) or _suffix_unit(name)


def _suffix_unit(name: str) -> str:
    endings: Sequence[str] = sorted(UNIT_SUFFIXES, key=len, reverse=True)
    return next((UNIT_SUFFIXES[ending] for ending in endings if name.endswith(ending)), "")


def _plain_float(value: float, column: str) -> float | int | None:
    if math.isnan(value):
        return None
    if math.isinf(value):
        raise ModelError(f"列「{column}」に無限大があります。図表に出す前に欠測（NA）と理由の列に分けてください。")
    rounded = float(f"{value:.{_DIGITS}g}")
    return 0.0 if rounded == 0 else rounded
