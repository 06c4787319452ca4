"""Out of draws made once: which structure is lighter at another discount rate, or in the half of the draws where one assumption is small or large?

No new simulation: the draws are discounted anew and, where asked, only those are kept in which the drawn value of one assumption lies in the lower (or
upper) half. D_o = NPV_o - NPV_reference draw by draw (common random numbers). Half of the draws has half the precision: the table states n.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from dxmodels.consolidation.result import SimulationResult
from dxmodels.consolidation.told import short_ja
from dxmodels.errors import ModelError
from dxmodels.money import format_rate, format_yen

HALVES = ("すべての試行", "小さい半分", "大きい半分")
_LEVELS = {"p05_yen": 0.05, "p50_yen": 0.50, "p95_yen": 0.95}


@dataclass(frozen=True, eq=False)
class Explored:
    """One row a structure but the reference: P5, P50, P95 of the difference, share of draws in which it is lighter, n."""

    table: pd.DataFrame
    reference_ja: str
    discount_rate: float

    def to_frame(self) -> pd.DataFrame:
        """Return one row a structure."""
        return self.table.copy()

    def summary(self) -> str:
        """Return which structure is lightest in the middle, and how often (Japanese)."""
        best = self.table.sort_values("p50_yen").iloc[0]
        word = "軽い" if best["p50_yen"] < 0 else "重い"
        return (
            f"割引率{format_rate(self.discount_rate, decimals=0)}では、{best['option_ja']}が{self.reference_ja}より{format_yen(abs(best['p50_yen']), '億円')}{word}"
            f"（中央値、n＝{int(best['draws_count'])}）。{self.reference_ja}より軽いのは試行の{format_rate(best['lighter_share'], decimals=0)}。"
        )


def explore_differences(
    result: SimulationResult, *, discount_rate: float, assumption: str | None = None, half: str = HALVES[0]
) -> Explored:
    """Return the differences to the reference at ``discount_rate``, in the draws of ``half`` (HALVES) of the values of ``assumption``.

    Raises ModelError for an unknown half or assumption, or a rate outside 0..1.
    """
    if not 0.0 <= discount_rate <= 1.0:
        raise ModelError(f"割引率 {discount_rate} は0以上1以下にしてください（例：0.04）。")
    kept = _kept(result, assumption, half)
    rows = []
    for option in result.options[1:]:
        draws = result.difference(option, rate=discount_rate)[kept]
        marks = {name: round(float(np.quantile(draws, level))) for name, level in _LEVELS.items()}
        rows.append(
            {"option_ja": short_ja(result.titles[option]), **marks,
             "lighter_share": float((draws < 0).mean()), "draws_count": int(kept.sum())}
        )  # fmt: skip
    return Explored(pd.DataFrame(rows), short_ja(result.titles[result.reference]), discount_rate)


def _kept(result: SimulationResult, assumption: str | None, half: str) -> npt.NDArray[np.bool_]:
    if half not in HALVES:
        raise ModelError(f"試行の選び方「{half}」は使えません。{'、'.join(HALVES)} のいずれかにしてください。")
    if half == HALVES[0] or assumption is None:
        return np.ones(result.draws, dtype=bool)
    if assumption not in result.inputs.columns:
        raise ModelError(f"前提「{assumption}」は試行ごとに変わる前提ではありません。別の前提を選んでください。")
    values = result.inputs[assumption].to_numpy(dtype=float)
    middle = float(np.median(values))
    return values <= middle if half == HALVES[1] else values > middle
