"""Which assumption turns the decision with the smallest move? A tornado sorted by decision flip, not by swing.

Every assumption is moved alone over its own range in the register (``switching_value``). First come those that turn the decision, by
the size of the move relative to the central value; then the others, by the swing of the result.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pandas as pd

from dxmodels.cost.flip_search import Best, ResultOf
from dxmodels.cost.naming import format_in_unit
from dxmodels.cost.switching import STATE_JA, SwitchingValue, switching_value

if TYPE_CHECKING:
    from dxmodels.inputs import Register


@dataclass(frozen=True, eq=False)
class Tornado:
    """Assumptions sorted by how easily they turn the decision: smallest relative move first, then by swing."""

    table: pd.DataFrame
    values: tuple[SwitchingValue, ...] = field(repr=False)
    result_ja: str = "結果"
    result_unit: str = ""

    def to_frame(self) -> pd.DataFrame:
        """Return the ranked table as a planner reads it (E08): values said in their own units (numbers and ids stay in ``table``)."""
        shown = pd.DataFrame([_shown(rank, value) for rank, value in enumerate(self.values, start=1)])
        swing = self.table["swing_value"]
        is_money = self.result_unit == "円"
        shown["swing_yen" if is_money else "swing_value"] = swing.round().astype("Int64") if is_money else swing
        return shown.assign(grade=self.table["grade"])

    def summary(self) -> str:
        """Return how many assumptions turn the decision and which one does so first."""
        turning = [value for value in self.values if value.state == "turns"]
        text = f"調べた{len(self.values)}個の前提のうち{len(turning)}個が、調べた範囲の中で{self.result_ja}の答えを逆転させる。"
        return text + (f"最も小さい動きで逆転させるのは、{turning[0].summary()}" if turning else "")


def rank_by_flip(
    result_of: ResultOf,
    assumptions: Iterable[str],
    *,
    register: Register,
    target: float = 0.0,
    fiscal_year: int | None = None,
    best: Best = "lowest",
    points: int = 25,
    result_ja: str = "結果",
    result_unit: str = "",
    verdicts_ja: tuple[str, str] = ("正", "負"),
) -> Tornado:
    """Return the assumptions in the order in which they turn the decision, each over its own range in the register."""
    values = [
        switching_value(
            result_of,
            name,
            register=register,
            target=target,
            fiscal_year=fiscal_year,
            best=best,
            points=points,
            result_ja=result_ja,
            verdicts_ja=verdicts_ja,
        )
        for name in dict.fromkeys(assumptions)
    ]
    values.sort(key=lambda value: (_flip_distance(value), -_finite(value.swing), value.assumption))
    table = pd.DataFrame([_row(rank, value, register) for rank, value in enumerate(values, start=1)])
    return Tornado(table=table, values=tuple(values), result_ja=result_ja, result_unit=result_unit)


def _row(rank: int, value: SwitchingValue, register: Register) -> dict[str, object]:
    return {
        "flip_rank": rank,
        "assumption": value.assumption,
        "label_ja": value.label_ja,
        "unit": value.unit,
        "state": value.state,
        "switching_value": value.value,
        "relative_move_rate": value.relative_move_rate,
        "range_share": float(value.crossings["range_share"].iloc[0]) if len(value.crossings) else math.nan,
        "low_value": value.low,
        "central_value": value.central,
        "high_value": value.high,
        "result_at_low_value": value.result_at_low,
        "result_at_central_value": value.result_at_central,
        "result_at_high_value": value.result_at_high,
        "swing_value": value.swing,
        "grade": register[value.assumption].grade,
    }


def _shown(rank: int, value: SwitchingValue) -> dict[str, object]:
    move = value.relative_move_rate
    low, high = format_in_unit(value.low, value.unit), format_in_unit(value.high, value.unit)
    return {
        "flip_rank": rank,
        "assumption_ja": value.label_ja,
        "central_ja": format_in_unit(value.central, value.unit),
        "range_ja": low if value.low == value.high else f"{low}〜{high}",
        "switching_ja": format_in_unit(value.value, value.unit) if value.state == "turns" else STATE_JA[value.state],
        "relative_move_rate": move if math.isfinite(move) else math.nan,
    }


def _flip_distance(value: SwitchingValue) -> float:
    return abs(value.relative_move_rate) if value.state == "turns" else math.inf


def _finite(number: float) -> float:
    return number if math.isfinite(number) else 0.0
