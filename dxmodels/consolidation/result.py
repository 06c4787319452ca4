"""What came out of a simulation: yearly bands, totals with error bands, differences to the first option, winners and losers.

Error band of a quantile: each of the independent scrambles gives its own estimate; the reported value is their mean, the band its 95 %
interval with Student's t on (scrambles - 1) degrees of freedom (randomised quasi-Monte Carlo: Owen 1997).
Differences between options are taken draw by draw (common random numbers), so their band is far narrower than that of the totals.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats

from dxmodels.consolidation.calibration import CapacityCalibration
from dxmodels.consolidation.earlier import EarlierResults
from dxmodels.consolidation.fleet import HORIZON, Fleet
from dxmodels.errors import ModelError
from dxmodels.money import format_rate, format_yen

Floats = npt.NDArray[np.float64]
_Held = TypeVar("_Held")

QUANTILE_LEVELS = (0.05, 0.50, 0.80, 0.95)
FAN_LEVELS = (0.05, 0.25, 0.50, 0.75, 0.95)


@dataclass(frozen=True, eq=False)
class SimulationResult:
    """Draws of every measure by option; the first option is the reference of all differences.

    ``measures[option][name]`` (draws, years), yen at the prices of each year; ``deterministic`` the same with one draw at the central
    values; ``body_npv[option]`` (draws, bodies) and ``own_npv`` (draws, prefecture's units) discounted; ``unit_shared`` counts the
    draw-years in which each unit was shared; ``earlier`` what came from earlier rooms.
    """

    case: str
    scenario: str
    titles: Mapping[str, str]
    fleet: Fleet
    calibration: CapacityCalibration
    inputs: pd.DataFrame
    measures: Mapping[str, Mapping[str, Floats]]
    deterministic: Mapping[str, Mapping[str, Floats]]
    body_npv: Mapping[str, Floats]
    own_npv: Mapping[str, Floats]
    unit_shared: Mapping[str, Floats]
    earlier: EarlierResults
    uniforms_digest: Mapping[str, str]
    discount_rate: float
    draws: int
    scrambles: int
    seed: int
    assumptions: tuple[str, ...]
    grade: str

    @property
    def options(self) -> tuple[str, ...]:
        """The options, the reference first."""
        return tuple(self.titles)

    @property
    def reference(self) -> str:
        """The option all differences are taken to."""
        return self.options[0]

    @property
    def years(self) -> list[int]:
        """Fiscal years of the second axis."""
        return list(self.fleet.years)

    def npv(self, option: str, *, rate: float | None = None) -> Floats:
        """Return the discounted net cost of prefecture and municipalities together (draws,), in yen of the base year."""
        return self._discounted(self._of(self.measures, option)["net_yen"], rate)

    def deterministic_npv(self, option: str, *, rate: float | None = None) -> float:
        """Return the same for the deterministic case: every input at its central value, no overrun."""
        return float(self._discounted(self._of(self.deterministic, option)["net_yen"], rate)[0])

    def difference(self, option: str, *, rate: float | None = None) -> Floats:
        """Return option minus reference, draw by draw (draws,); negative = cheaper than the reference."""
        return self.npv(option, rate=rate) - self.npv(self.reference, rate=rate)

    def net_benefit(self, *, rate: float | None = None) -> pd.DataFrame:
        """Return minus the discounted net cost, one column an option, one row a draw: what regret and information value take."""
        return pd.DataFrame({option: -self.npv(option, rate=rate) for option in self.options})

    def fan(self, measure: str, *, option: str | None = None) -> pd.DataFrame:
        """Return quantiles by year of one measure, for one or all options, with the deterministic case and the mean."""
        end = "yen" if measure.endswith("_yen") else "value"
        rows = []

        def shown(value: float) -> float | int:
            return round(float(value)) if end == "yen" else float(value)

        for name in self.options if option is None else (option,):
            values = self._of(self.measures, name)[measure]
            marks = np.quantile(values, FAN_LEVELS, axis=0)
            for number, year in enumerate(self.years):
                row = {"option_ja": self.titles[name], "fiscal_year": year}
                row |= {
                    f"p{round(100 * level):02d}_{end}": shown(marks[k, number]) for k, level in enumerate(FAN_LEVELS)
                }
                row[f"mean_{end}"] = shown(values[:, number].mean())
                row[f"deterministic_{end}"] = shown(self.deterministic[name][measure][0, number])
                rows.append(row)
        return pd.DataFrame(rows)

    def totals(self, *, difference: bool = False, rate: float | None = None) -> pd.DataFrame:
        """Return P5, P50, P80, P95, CVaR95 and mean of the discounted net cost by option, each with its error band."""
        rows = []
        for option in self.options:
            draws = self.difference(option, rate=rate) if difference else self.npv(option, rate=rate)
            fixed = self.deterministic_npv(option, rate=rate)
            if difference:
                fixed -= self.deterministic_npv(self.reference, rate=rate)
            for name, value, half in _quantiles_with_bands(draws, self.scrambles):
                rows.append(
                    {
                        "option": option,
                        "option_ja": self.titles[option],
                        "statistic_ja": name,
                        "value_yen": round(value),
                        "halfwidth_yen": round(half),
                        "error_rate": half / abs(value) if value else 0.0,
                        "deterministic_yen": round(fixed),
                    }
                )
        return pd.DataFrame(rows)

    def to_frame(self) -> pd.DataFrame:
        """Return one row an option: P50 and P5–P95 of the cost, difference to the reference, how often it is cheapest."""
        benefit = self.net_benefit().to_numpy()
        best = benefit.argmax(axis=1)
        rows = []
        for number, option in enumerate(self.options):
            cost, gap = self.npv(option), self.difference(option)
            last = {name: float(np.median(values[:, -1])) for name, values in self.measures[option].items()}
            rows.append(
                {
                    "option_ja": self.titles[option],
                    "deterministic_yen": round(self.deterministic_npv(option)),
                    "mean_yen": round(float(cost.mean())),
                    "p05_yen": round(float(np.quantile(cost, 0.05))),
                    "p50_yen": round(float(np.quantile(cost, 0.50))),
                    "p95_yen": round(float(np.quantile(cost, 0.95))),
                    "difference_p05_yen": round(float(np.quantile(gap, 0.05))),
                    "difference_p50_yen": round(float(np.quantile(gap, 0.50))),
                    "difference_p95_yen": round(float(np.quantile(gap, 0.95))),
                    "cheaper_share": float((gap < 0).mean()),
                    "best_share": float((best == number).mean()),
                    "members_count": last["members"],
                    "lockin_share": last["lockin_share"],
                    "gap_ratio": last["gap_ratio"],
                }
            )
        return pd.DataFrame(rows)

    def by_body(self, option: str) -> pd.DataFrame:
        """Return who wins and who loses: each body's discounted cost difference (median, P5, P95) and its chance of losing."""
        if not len(self._of(self.body_npv, option)):
            raise ModelError("試行回数が多いため団体別の値は保存していません。draws を16384以下にしてください。")
        gap = self.body_npv[option] - self.body_npv[self.reference]
        low, middle, high = np.quantile(gap, (0.05, 0.50, 0.95), axis=0)
        return pd.DataFrame(
            {
                "municipality_code": self.fleet.holders,
                "name_ja": self.fleet.holder_names,
                "difference_p05_yen": low.round().astype(np.int64),
                "difference_p50_yen": middle.round().astype(np.int64),
                "difference_p95_yen": high.round().astype(np.int64),
                "difference_mean_yen": gap.mean(axis=0).round().astype(np.int64),
                "loses_share": (gap > 0).mean(axis=0),
            }
        ).sort_values("difference_mean_yen", kind="stable", ignore_index=True)

    def by_vendor(self, option: str) -> pd.DataFrame:
        """Return by incumbent vendor the yearly revenue it would put up for joint bidding (mean over draws, last year)."""
        share = self._of(self.unit_shared, option) / (self.draws * (HORIZON + 1))
        units = self.fleet.to_frame()[["municipality_code", "task_group", "is_late"]].assign(shared_share=share)
        rows = self.fleet.incumbents.merge(units, on=["municipality_code", "task_group", "is_late"], how="left")
        rows["exposed_yen"] = rows["annual_cost_yen"] * rows["shared_share"].fillna(0.0)
        table = rows.groupby("vendor_id", as_index=False)[["annual_cost_yen", "exposed_yen"]].sum()
        table["exposed_share"] = table["exposed_yen"] / table["annual_cost_yen"]
        table["exposed_yen"] = table["exposed_yen"].round().astype(np.int64)
        table["annual_cost_yen"] = table["annual_cost_yen"].round().astype(np.int64)
        return table.sort_values("exposed_yen", ascending=False, kind="stable", ignore_index=True)

    def summary(self) -> str:
        """Return in Japanese which option is cheapest how often, beside the deterministic case, with draws and error."""
        table = self.to_frame()
        best = table.iloc[int(table["best_share"].to_numpy().argmax())]
        fixed = min(self.options, key=self.deterministic_npv)
        text = (
            f"11年間の負担（割引率{format_rate(self.discount_rate, decimals=0)}）が最も小さくなる割合が高いのは「{best['option_ja']}」（{format_rate(float(best['best_share']), decimals=0)}）。"
            f"前提をすべて中央値とした場合に最も小さいのは「{self.titles[fixed]}」。"
        )
        if best["option_ja"] != self.titles[self.reference]:
            text += (
                f"「{best['option_ja']}」の{self.titles[self.reference]}との差の中央値は"
                f"{format_yen(best['difference_p50_yen'], '億円')}"
                f"（90％の範囲{format_yen(best['difference_p05_yen'], '億円')}〜{format_yen(best['difference_p95_yen'], '億円')}）。"
            )
        return text + f"（試行{self.draws:,}回、{self.scrambles}組の準乱数、乱数の種{self.seed}）"

    def _of(self, holder: Mapping[str, _Held], option: str) -> _Held:
        if option not in self.titles:
            raise ModelError(
                f"選択肢「{option}」は計算していません。{'、'.join(self.options)} のいずれかにしてください。"
            )
        return holder[option]

    def _discounted(self, yearly: Floats, rate: float | None) -> Floats:
        used = self.discount_rate if rate is None else rate
        factors = (1.0 + used) ** -np.arange(HORIZON + 1, dtype=float)
        return np.asarray((yearly * factors).sum(axis=1))


def _quantiles_with_bands(draws: Floats, scrambles: int) -> list[tuple[str, float, float]]:
    parts = draws.reshape(scrambles, -1)
    tail = np.sort(parts, axis=1)[:, math.ceil(0.95 * parts.shape[1]) :]
    columns = [(f"P{round(100 * level)}", np.quantile(parts, level, axis=1)) for level in QUANTILE_LEVELS]
    columns += [("CVaR95", tail.mean(axis=1)), ("平均", parts.mean(axis=1))]
    factor = float(stats.t.ppf(0.975, scrambles - 1)) / math.sqrt(scrambles)
    return [(name, float(values.mean()), factor * float(values.std(ddof=1))) for name, values in columns]
