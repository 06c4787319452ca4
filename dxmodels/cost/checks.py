"""Is a number in its range, do two sums tie, and what does the planner do if not?

Small guards shared by the files of this room. A tie is exact: figures of budget, contract and model agree to the yen or the
run stops (``TieError``); nothing is ever adjusted to force a sum.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from dxmodels.errors import ModelError, TieError
from dxmodels.money import format_yen

if TYPE_CHECKING:
    import pandas as pd


def require_range(label_ja: str, value: float, low: float, high: float, cure: str) -> None:
    """Raise ModelError unless ``low <= value <= high`` (an infinite bound is open); text gives value, range and cure."""
    if math.isfinite(value) and low <= value <= high:
        return
    bounds = f"{_bound(low)}以上" if math.isinf(high) else f"{_bound(low)}以上{_bound(high)}以下"
    raise ModelError(f"{label_ja} {value} は範囲外です（{bounds}）。{cure}")


def require_columns(table: pd.DataFrame, columns: Iterable[str], what_ja: str) -> None:
    """Raise ModelError naming every column that ``table`` lacks."""
    missing = [name for name in columns if name not in table.columns]
    if missing:
        raise ModelError(f"{what_ja}の表に列「{'」「'.join(missing)}」がありません。列名を確かめてください。")


def require_tie(what_ja: str, amounts_yen: Mapping[str, int]) -> None:
    """Raise TieError unless all named amounts (integer yen) are the same to the yen."""
    (first_name, first), *others = amounts_yen.items()
    for name, amount in others:
        if amount != first:
            raise TieError(
                f"{what_ja}が一致しません：{first_name} {format_yen(first, '円')}、{name} {format_yen(amount, '円')}"
                f"（差 {format_yen(amount - first, '円')}）。元の表の行の欠落・重複・単位を確かめてください。"
            )


def _bound(value: float) -> str:
    return f"{value:,.6g}" if abs(value) < 1e6 else f"{value:,.0f}"
