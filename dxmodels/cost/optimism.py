"""How far do settlements exceed initial budgets in this body's own history, and how sure may one be with so few systems?

Sets        running = system × fiscal year over the ten cost items; one-off = projects, i.e. consecutive fiscal years of one-off cost
            of a system summed; budgets of zero or missing stages are left out and counted
Estimator   y = ln(settled / initial budget). Observations of a system are not independent, so n is the number of *systems*:
            mean of the systems' means with a t interval (n - 1), beside a percentile bootstrap that redraws whole systems
            (Efron & Tibshirani 1993; Cameron & Miller 2015 on clusters). ``total_ratio`` = Σ settled ÷ Σ budget.
Reading     exp(mean) is the mean ratio (geometric; a few large overruns can lift it above P80), P80 the ratio that four of five
            observations stay within: an uplift in the sense of
            reference class forecasting (Flyvbjerg & COWI 2004; HM Treasury Green Book, optimism bias).
What it leaves out: scope added later counts as overrun; projects without an initial budget; the heavy tail (a short history never
shows it: see ``overrun``).
"""

from __future__ import annotations

import math
from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats

from dxmodels.cost.checks import require_columns, require_range
from dxmodels.inputs.schemas import ONE_OFF
from dxmodels.streams import stream

Floats = npt.NDArray[np.float64]

CLASSES: tuple[tuple[str, str], ...] = (("one_off", "一時経費（構築・移行・更新）"), ("running", "運用経費"))


@dataclass(frozen=True, eq=False)
class OptimismBias:
    """Optimism bias by class of cost: typical ratio with two intervals, quantiles, n, and whether n is small.

    ``observations``: cost_class, system_id, first_fy, budget_yen, settled_yen, settled_to_budget_ratio (one row a project or system-year).
    """

    table: pd.DataFrame
    observations: pd.DataFrame
    left_out_count: int
    level: float

    def ratios(self, cost_class: str = "one_off") -> Floats:
        """Return settled ÷ initial budget of every observation of a class, e.g. for ``check_overruns``."""
        chosen = self.observations.loc[self.observations["cost_class"] == cost_class, "settled_to_budget_ratio"]
        return chosen.to_numpy(dtype=float)

    def to_frame(self) -> pd.DataFrame:
        """Return one row a class of cost (E09): what half and four of five stay within, the mean with its interval, the total."""
        hidden = ["cost_class", "bootstrap_low_ratio", "bootstrap_high_ratio", "is_small_n", "observations_count"]
        first = ["name_ja", "systems_count", "p50_ratio", "p80_ratio"]
        shown = self.table.drop(columns=hidden)
        ratios = [str(name) for name in shown if str(name).endswith("_ratio")]
        return shown[[*first, *shown.columns.difference(first, sort=False)]].round(dict.fromkeys(ratios, 2))

    def summary(self) -> str:
        """Return the bias as Japanese sentences, n first where it is small."""
        parts = [self._sentence(row) for row in self.table.to_dict("records")]
        left = f"当初予算がゼロまたは段階の欠けた{self.left_out_count}件は除いた。" if self.left_out_count else ""
        return "".join(parts) + left

    def _sentence(self, row: dict[Hashable, Any]) -> str:
        if row["systems_count"] == 0:
            return f"{row['name_ja']}は当初予算と決算のそろう実績がなく、算出不能。"
        text = (
            f"{row['name_ja']}の決算は、半数が当初予算の{row['p50_ratio']:.2f}倍以内、5件に4件が{row['p80_ratio']:.2f}倍以内に収まり、"
            f"合計では{row['total_ratio']:.2f}倍（{row['systems_count']}システム、{row['observations_count']:,}件）。"
        )
        if math.isfinite(row["low_ratio"]):
            span = f"{self.level:.0%}".replace("%", "％")
            text += f"平均の倍率は{row['typical_ratio']:.2f}倍（{span}区間{row['low_ratio']:.2f}〜{row['high_ratio']:.2f}倍）"
            text += "で、少数の大きな超過が引き上げている。" if row["typical_ratio"] > row["p80_ratio"] else "。"
        return text + ("件数が少なく、値は参考にとどまる。" if row["is_small_n"] else "")


def estimate_optimism_bias(
    spending: pd.DataFrame, *, seed: int, small_n: int, level: float = 0.95, resamples: int = 2000
) -> OptimismBias:
    """Return the optimism bias of running and one-off cost from the table ``spending``.

    ``small_n``: number of systems below which the estimate is marked as small (register: cost_small_sample). Raises ModelError
    where the table lacks columns.
    """
    require_columns(spending, ("system_id", "fiscal_year", "cost_item", "budget_yen", "settled_yen"), "経費")
    require_range("信頼水準", level, 0.5, 0.999, "0.5以上0.999以下で指定してください（例：0.95）。")
    observations, left_out = _observe(spending)
    rows = [
        _estimate(
            cost_class, name_ja, observations[observations["cost_class"] == cost_class], seed, small_n, level, resamples
        )
        for cost_class, name_ja in CLASSES
    ]
    return OptimismBias(table=pd.DataFrame(rows), observations=observations, left_out_count=left_out, level=level)


def _observe(spending: pd.DataFrame) -> tuple[pd.DataFrame, int]:
    settled = spending[spending["settled_yen"].notna()]
    one_off = settled["cost_item"] == ONE_OFF
    running = settled[~one_off].assign(run=settled["fiscal_year"].astype("int64"))
    projects = _number_runs(settled[one_off])
    frames = []
    for cost_class, rows in (("one_off", projects), ("running", running)):
        # A missing budget in any part makes the whole observation incomparable (min_count=all is expressed by the NA sum below).
        grouped = rows.groupby(["system_id", "run"], as_index=False, observed=True).agg(
            first_fy=("fiscal_year", "min"),
            budget_yen=("budget_yen", lambda part: part.sum(skipna=False)),
            settled_yen=("settled_yen", "sum"),
        )
        frames.append(grouped.assign(cost_class=cost_class))
    together = pd.concat(frames, ignore_index=True).drop(columns="run")
    usable = together["budget_yen"].notna() & (together["budget_yen"].fillna(0) > 0) & (together["settled_yen"] > 0)
    kept = together[usable].astype({"budget_yen": "int64", "settled_yen": "int64", "first_fy": "int64"})
    kept = kept.assign(settled_to_budget_ratio=kept["settled_yen"] / kept["budget_yen"])
    return kept.sort_values(["cost_class", "system_id", "first_fy"], ignore_index=True), int((~usable).sum())


def _number_runs(rows: pd.DataFrame) -> pd.DataFrame:
    """Number the runs of consecutive fiscal years of each system: one run = one project."""
    rows = rows.sort_values(["system_id", "fiscal_year"])
    gap = rows["fiscal_year"].astype("int64").diff().ne(1) | rows["system_id"].ne(rows["system_id"].shift())
    return rows.assign(run=gap.cumsum())


def _estimate(
    cost_class: str, name_ja: str, rows: pd.DataFrame, seed: int, small_n: int, level: float, resamples: int
) -> dict[str, object]:
    head: dict[str, object] = {"cost_class": cost_class, "name_ja": name_ja}
    means = np.log(rows["settled_to_budget_ratio"]).groupby(rows["system_id"]).mean().to_numpy(dtype=float)
    n = len(means)
    low, high = _t_interval(means, level)
    boot_low, boot_high = _bootstrap(means, seed, cost_class, level, resamples)
    ratios = rows["settled_to_budget_ratio"].to_numpy(dtype=float)
    p50, p80 = np.quantile(ratios, [0.5, 0.8]) if n else (math.nan, math.nan)
    return head | {
        "systems_count": n,
        "observations_count": len(rows),
        "typical_ratio": math.exp(means.mean()) if n else math.nan,
        "low_ratio": low,
        "high_ratio": high,
        "bootstrap_low_ratio": boot_low,
        "bootstrap_high_ratio": boot_high,
        "p50_ratio": float(p50),
        "p80_ratio": float(p80),
        "total_ratio": float(rows["settled_yen"].sum() / rows["budget_yen"].sum()) if n else math.nan,
        "is_small_n": n < small_n,
    }


def _t_interval(means: Floats, level: float) -> tuple[float, float]:
    n = len(means)
    if n < 2:
        return math.nan, math.nan
    half = stats.t.ppf(0.5 + level / 2, n - 1) * means.std(ddof=1) / math.sqrt(n)
    return math.exp(means.mean() - half), math.exp(means.mean() + half)


def _bootstrap(means: Floats, seed: int, name: str, level: float, resamples: int) -> tuple[float, float]:
    if len(means) < 2:
        return math.nan, math.nan
    picks = stream(seed, f"optimism_bias/{name}").integers(0, len(means), (resamples, len(means)))
    low, high = np.quantile(means[picks].mean(axis=1), [0.5 - level / 2, 0.5 + level / 2])
    return math.exp(low), math.exp(high)
