"""How would the forecast have done, had it been made at earlier dates?

For every year named, everything after it is hidden, the forecast is made from scratch and set beside what came. Printed as it comes out: no date is chosen for its result.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from dxmodels.errors import ModelError
from dxmodels.lockin.forecast.door import forecast_costs
from dxmodels.money import format_rate


@dataclass(frozen=True, eq=False)
class FrozenBacktest:
    """One row a series, date frozen and year that followed: forecast, interval, what came, whether it lay inside, relative error of forecast and of the last value."""

    table: pd.DataFrame
    level: float

    def to_frame(self) -> pd.DataFrame:
        """Return the table."""
        return self.table.copy()

    def summary(self) -> str:
        """Return in Japanese how often the truth lay inside and how the error compares with 'no change'."""
        inside, count = float(self.table["is_inside"].mean()), len(self.table)
        error, naive = (
            float(self.table["forecast_error_rate"].abs().mean()),
            float(self.table["naive_error_rate"].abs().mean()),
        )
        return (
            f"過去の時点で凍結した予測 {count} 件のうち {format_rate(inside)} が{format_rate(self.level, decimals=0)}区間に入った。"
            f"平均の誤差率は {format_rate(error)}（前年同値とした場合 {format_rate(naive)}）。"
        )


def backtest_frozen(
    series: pd.DataFrame, *, horizon: int, frozen_fy: Sequence[int], level: float = 0.95
) -> FrozenBacktest:
    """Return forecasts of ``series`` (id, fiscal_year, cost_yen: any yearly positive series) made at each of ``frozen_fy`` against what followed.

    Dates with no history before or nothing after them are skipped; ModelError where none is left.
    """
    parts = []
    for year in frozen_fy:
        known, after = series[series["fiscal_year"] <= year], series[series["fiscal_year"] > year]
        if known.empty or after.empty:
            continue
        made = forecast_costs(known, horizon=horizon, level=level).to_frame()
        last = known.sort_values("fiscal_year").groupby("id")["cost_yen"].last().rename("last_yen").reset_index()
        actual = after.rename(columns={"cost_yen": "actual_yen"})
        keyed = [table.assign(id=table["id"].astype(str)) for table in (made, actual, last)]
        parts.append(keyed[0].merge(keyed[1], on=["id", "fiscal_year"]).merge(keyed[2], on="id").assign(frozen_fy=year))
    if not parts or not sum(map(len, parts)):
        raise ModelError(
            f"凍結の年度 {'、'.join(map(str, frozen_fy))} のどれも、前後に値がありません。→ 系列の途中の年度を指定してください。"
        )
    table = pd.concat(parts, ignore_index=True)
    table["is_inside"] = (table["actual_yen"] >= table["lower_yen"]) & (table["actual_yen"] <= table["upper_yen"])
    table["forecast_error_rate"] = table["central_yen"] / table["actual_yen"] - 1
    table["naive_error_rate"] = table["last_yen"] / table["actual_yen"] - 1
    columns = [
        "id",
        "frozen_fy",
        "fiscal_year",
        "central_yen",
        "lower_yen",
        "upper_yen",
        "actual_yen",
        "is_inside",
        "forecast_error_rate",
        "naive_error_rate",
    ]
    return FrozenBacktest(table[columns], level)
