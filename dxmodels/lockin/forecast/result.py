"""What does a cost forecast hold, and how good was it on the years already known?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from dxmodels.money import format_rate, format_yen

_SMALLEST_MONEY = 1e6
_WHOLE_DIGITS = 1e3  # from here on no decimals are printed


@dataclass(frozen=True, eq=False)
class CostForecast:
    """Central path and interval of every series and, where ``groups`` were given, of every total.

    ``paths``: id, fiscal_year, central_yen, lower_yen, upper_yen (the unit of the input; ≥ 0). ``totals``: level, id and the same; centrals add up, intervals do
    not. ``weights``: method, mean weight in the mixture. ``backtest``: for each year ahead, on years held back before anything was fitted: count, share inside
    the interval, errors against the naive forecast. ``effects``: effects of the events (empty without). ``notes``: Japanese remarks on gaps and short series.
    """

    paths: pd.DataFrame
    totals: pd.DataFrame
    weights: pd.DataFrame
    backtest: pd.DataFrame
    effects: pd.DataFrame
    level: float
    horizon: int
    series_count: int
    scores_count: int
    notes: tuple[str, ...]

    def to_frame(self) -> pd.DataFrame:
        """Return id, fiscal_year, central_yen, lower_yen, upper_yen of every series."""
        return self.paths.copy()

    @property
    def backtest_coverage(self) -> float:
        """Share of held-back observations inside their interval (NaN where none could be held back)."""
        if self.backtest.empty:
            return float("nan")
        weights = self.backtest["observations_count"]
        return float((self.backtest["inside_share"] * weights).sum() / weights.sum())

    def summary(self) -> str:
        """Return the forecast in Japanese: totals at the end of the horizon, what it rests on, how it did on held-back years."""
        text = (
            f"{self._totals_ja()}"
            f"区間は{format_rate(self.level, decimals=0)}で、過去の予測誤差 {self.scores_count} 件から定めた。"
        )
        if self.backtest.empty:
            return text + "履歴が短く、過去の年度での検証はできない。"
        text += f"直近を伏せた検証では {format_rate(self.backtest_coverage)} が区間に入った"
        known = self.backtest.dropna(subset="mase_ratio")
        if known.empty:
            return text + "（その間に金額の変わった系列はなく、前年同額との比較はできない）。"
        errors = np.average(known["mase_ratio"], weights=known["observations_count"])
        return text + f"。誤差は前年同額とした場合の {errors:.2f} 倍。"

    def _totals_ja(self) -> str:
        """The sum over all series in the first and last year that every one of them reaches; no sum where there is no such year."""
        years = self.paths.groupby("fiscal_year")["central_yen"]
        by_year = years.sum()[years.size() == self.series_count]
        if by_year.empty:
            return f"{self.series_count} 系列に共通する予測年度はない（最終年度がそろっていない）。"
        first, last = int(by_year.index[0]), int(by_year.index[-1])
        later = f" から {last}年度 {_amount(by_year[last])}" if last > first else ""
        return f"{self.series_count} 系列の合計は {first}年度 {_amount(by_year[first])}{later}（中央値の和）。"


def _amount(value: float) -> str:
    """A sum as printed: 百万円 for money of any size, plain digits for series that are too small to be yen (indices, counts)."""
    if value >= _SMALLEST_MONEY:
        return format_yen(float(value))
    return f"{float(value):,.0f}" if value >= _WHOLE_DIGITS else f"{float(value):.4g}"
