"""What may a portfolio of projects cost in a bad case, and which systems carry that risk?

Sets        i systems, s scrambles (>= 8), k draws
Parameters  c_i estimate (yen), overrun distribution and factor correlation (``OverrunParams``)
Model       T = Σ c_i·R_i with R from ``draw_overruns``; every scramble is an independent randomisation of the same Sobol' points,
            so the spread over scrambles is the sampling error of each quantile and is printed beside it (Owen 1997; L'Ecuyer &
            Lemieux 2002). Contribution of system i to the tail = E[c_i·(R_i - 1) | T in its worst 5 %] (Euler allocation of the
            CVaR: Tasche 1999); contributions add up to the tail's whole excess.
What it leaves out: systems that are stopped, savings elsewhere, the years in which the excess falls.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats

from dxmodels.cost.checks import require_range
from dxmodels.cost.overrun import OverrunParams
from dxmodels.cost.scrambles import CURVE, WORST, Scramble, group_codes, run_scramble, valid_costs
from dxmodels.money import format_amount, format_rate

Floats = npt.NDArray[np.float64]

_SETTING_JA = {"cap_ratio": "超過倍率の上限", "factor_correlation": "共通因子の相関"}
_MEASURE_JA = {
    "p50": "P50（半々の確率で収まる額）",
    "p80": "P80（5回に4回は収まる額）",
    "p95": "P95（20回に19回は収まる額）",
    "cvar95": "CVaR（最も悪い5％の場合の平均）",
    "mean": "平均（参考）",
}


@dataclass(frozen=True, eq=False)
class PortfolioTail:
    """Quantiles of a portfolio's cost with their sampling error, and who carries the tail.

    ``quantiles``: measure, name_ja, value_yen, low_yen, high_yen (95 % band over scrambles), standard_error_yen,
    ratio_to_estimate, one_scramble_error_rate. ``contributors``: one row a system, largest share of the tail first.
    ``curve``: exceedance_share, total_yen.
    """

    quantiles: pd.DataFrame
    contributors: pd.DataFrame
    curve: pd.DataFrame
    estimate_yen: int
    worst_share: float
    worst_share_low: float
    worst_share_high: float
    worst_in_draw_share: float
    params: OverrunParams
    draws: int
    scrambles: int
    seed: int

    def to_frame(self) -> pd.DataFrame:
        """Return the table of quantiles (E10) with the band of the sampling error."""
        return self.quantiles[["name_ja", "value_yen", "ratio_to_estimate", "low_yen", "high_yen"]].round(
            {"ratio_to_estimate": 2}
        )

    def value_yen(self, measure: str) -> int:
        """Return one measure: p50, p80, p95, cvar95 or mean."""
        return int(self.quantiles.set_index("measure")["value_yen"][measure])

    @property
    def worst_systems(self) -> tuple[str, ...]:
        """The systems that carry most of the tail, largest first."""
        return tuple(str(name) for name in self.contributors["system_id"].head(WORST))

    def summary(self) -> str:
        """Return the numbers of this result as Japanese sentences."""
        half = (self.quantiles["high_yen"] - self.quantiles["low_yen"]).max() / 2
        p50, p80, p95 = (format_amount(self.value_yen(key)) for key in ("p50", "p80", "p95"))
        return (
            f"見積の合計{format_amount(self.estimate_yen)}に対し、半々の確率で{p50}（P50）、5回に1回は{p80}（P80）、"
            f"20回に1回は{p95}（P95）を超える。最も悪い5％の場合の超過額の{format_rate(self.worst_share)}を、"
            f"上位{min(WORST, len(self.contributors))}システムが占める（計算誤差は最大±{format_amount(float(half))}）。"
        )

    def settings_ja(self) -> str:
        """Return how the numbers were obtained (Japanese): declared cap, correlation, draws."""
        return (
            f"超過倍率の上限は{self.params.cap_ratio:g}倍と宣言し、システム間の相関（共通因子）は{self.params.factor_correlation:g}とした。"
            f"{self.draws:,}回×{self.scrambles}組の準乱数（一様に散らした乱数）で計算した。"
        )


def evaluate_portfolio_tail(
    costs: pd.Series,
    *,
    params: OverrunParams,
    seed: int,
    draws: int = 8192,
    scrambles: int = 8,
    groups: pd.Series | None = None,
) -> PortfolioTail:
    """Return P50/P80/P95/CVaR of the summed cost with error bands, and the share of the tail by system.

    ``costs``: estimates in yen, index = system_id. ``groups``: a label a system (vendor, specification …); systems of one group
    share a factor, None means one factor for all. Raises ModelError for missing, negative or all-zero estimates.
    """
    require_range("スクランブルの組数", scrambles, 8, 1024, "誤差幅を示すため8組以上にしてください。")
    amounts = valid_costs(costs)
    codes = None if groups is None else group_codes(groups, amounts.index)
    runs = [
        run_scramble(amounts.to_numpy(), params, draws=draws, seed=seed, name=f"portfolio_tail/{number}", groups=codes)
        for number in range(scrambles)
    ]
    contributors, worst = _contributor_table(amounts, runs)
    share, _, share_low, share_high = _band(np.array([_share_of(run.contribution, worst) for run in runs]))
    return PortfolioTail(
        quantiles=_quantile_table(runs, float(amounts.sum())),
        contributors=contributors,
        curve=_curve_table(runs),
        estimate_yen=round(float(amounts.sum())),
        worst_share=share,
        worst_share_low=share_low,
        worst_share_high=share_high,
        worst_in_draw_share=float(np.mean([run.worst_in_draw_share for run in runs])),
        params=params,
        draws=draws,
        scrambles=scrambles,
        seed=seed,
    )


def compare_tail_settings(
    costs: pd.Series,
    *,
    params: OverrunParams,
    caps: Iterable[float],
    correlations: Iterable[float],
    seed: int,
    draws: int = 2048,
) -> pd.DataFrame:
    """Return P50/P80/P95/CVaR and the worst three's share under other caps and other correlations (one changed at a time)."""
    settings = [("cap_ratio", cap, replace(params, cap_ratio=cap)) for cap in caps]
    settings += [("factor_correlation", rho, replace(params, factor_correlation=rho)) for rho in correlations]
    rows = []
    for setting, value, changed in settings:
        tail = evaluate_portfolio_tail(costs, params=changed, seed=seed, draws=draws)
        measures = {f"{key}_yen": tail.value_yen(key) for key in ("p50", "p80", "p95", "cvar95")}
        rows.append(
            {
                "tail_setting_ja": _SETTING_JA[setting],
                "setting_value": value,
                **measures,
                "worst_tail_share": tail.worst_share,
            }
        )
    return pd.DataFrame(rows)


def _share_of(contribution: Floats, worst: npt.NDArray[np.intp]) -> float:
    return float(contribution[worst].sum() / contribution.sum())


def _band(values: Floats) -> tuple[float, float, float, float]:
    """Return the mean over scrambles, its standard error and the 95 % t interval."""
    mean, error = float(values.mean()), float(values.std(ddof=1) / math.sqrt(len(values)))
    half = float(stats.t.ppf(0.975, len(values) - 1)) * error
    return mean, error, mean - half, mean + half


def _quantile_table(runs: list[Scramble], estimate: float) -> pd.DataFrame:
    rows = []
    for key in runs[0].measures:
        values = np.array([run.measures[key] for run in runs])
        mean, error, low, high = _band(values)
        rows.append(
            {
                "measure": key,
                "name_ja": _MEASURE_JA[key],
                "value_yen": round(mean),
                "low_yen": round(low),
                "high_yen": round(high),
                "standard_error_yen": round(error),
                "ratio_to_estimate": mean / estimate,
                "one_scramble_error_rate": float(values.std(ddof=1)) / mean,
            }
        )
    return pd.DataFrame(rows)


def _contributor_table(amounts: pd.Series, runs: list[Scramble]) -> tuple[pd.DataFrame, npt.NDArray[np.intp]]:
    contribution = np.mean([run.contribution for run in runs], axis=0)
    order = np.argsort(-contribution, kind="stable")
    frame = pd.DataFrame(
        {
            "system_id": amounts.index.astype("string"),
            "estimate_yen": amounts.round().astype(np.int64).to_numpy(),
            "tail_excess_yen": contribution.round().astype(np.int64),
            "tail_share": contribution / contribution.sum(),
            "estimate_share": (amounts / amounts.sum()).to_numpy(),
        }
    ).iloc[order]
    table = frame.assign(cumulative_tail_share=frame["tail_share"].cumsum()).reset_index(drop=True)
    return table, order[: min(WORST, len(order))]


def _curve_table(runs: list[Scramble]) -> pd.DataFrame:
    totals = np.mean([run.curve for run in runs], axis=0)
    return pd.DataFrame({"exceedance_share": 1.0 - CURVE, "total_yen": totals.round().astype(np.int64)})
