"""Between which limits does a recorded quantity lie, and what are they the limits of?"""

from __future__ import annotations

from typing import Any, cast

from dxmodels.errors import ModelError
from dxmodels.runs import tables
from dxmodels.runs.model import Cell

Between = tuple[float, float, str]  # lowest, highest, what it is the range of


def range_fields(between: Between, value: Cell, name: str) -> dict[str, Any]:
    """Return low, high and range_of of a record; nothing where both ends equal the value (assumptions without a range).

    Raises ModelError where the value lies outside, is no number, or nothing says what the range is of.
    """
    low, high = (cast(float, tables.plain_cell(end, name)) for end in between[:2])
    if low == high == value:
        return {}
    if isinstance(value, str | bool | None) or not low <= value <= high:
        raise ModelError(f"記録 {name}：値 {value} は幅 {low}〜{high} の中にありません。幅の求め方を確かめてください。")
    if not between[2].strip():
        raise ModelError(f"記録 {name}：何の幅かを書いてください（例：95％区間）。")
    return {"low": low, "high": high, "range_of": between[2]}
