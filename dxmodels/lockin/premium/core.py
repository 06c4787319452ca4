"""How is one estimate made: the point, its error, its critical value, and what it becomes with any one unit left out?

Dispatches to regression.py and weighting.py and resamples: units, or whole clusters, are drawn with replacement within treatment arms (stratified, so that no draw
loses an arm). Draws in which treated and untreated separate are counted, and refused when they are half of all.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy import stats

from dxmodels.errors import ModelError
from dxmodels.lockin.premium.columns import Floats
from dxmodels.lockin.premium.design import Design
from dxmodels.lockin.premium.regression import estimate_linear
from dxmodels.lockin.premium.weighting import SeparationError, estimate_weighted, point_estimate
from dxmodels.streams import stream

_EXACT_LEAVE_ONE_OUT = 300  # above this many units the influence function stands in for refitting
_LEAST_ARM = 2
_LEAST_DRAWS = 999  # the bootstrap-t quantile of a regression needs the tail, not only the spread


@dataclass(frozen=True)
class Effort:
    """Interval level, bootstrap draws (0 = sandwich error), seed, link of the propensity model, covariance of OLS."""

    level: float
    draws: int
    seed: int
    link: str | None
    covariance: str


@dataclass(frozen=True, eq=False)
class Core:
    """Estimate, error, critical value and degrees of freedom, with what the checks need."""

    estimate: float
    error: float
    critical: float
    freedom: float
    t_for_robustness: float
    without: Floats
    propensity: Floats | None = None
    failed_draws: int = 0

    @property
    def interval(self) -> tuple[float, float]:
        """Lower and upper end."""
        return self.estimate - self.critical * self.error, self.estimate + self.critical * self.error


def estimate_core(design: Design, method: str, effort: Effort) -> Core:
    """Return the estimate of any method but event_study."""
    _require_spread(design)
    if method == "ols":
        fit = estimate_linear(
            design,
            level=effort.level,
            draws=max(effort.draws, _LEAST_DRAWS),
            seed=effort.seed,
            covariance=effort.covariance,
        )
        # The robustness value is defined with the classical t, as in its source.
        return Core(
            fit.estimate,
            fit.standard_error,
            fit.critical,
            fit.freedom,
            fit.estimate / fit.classical_error,
            fit.without_each,
        )
    _require_two_arms(design)
    link = effort.link or ("logit" if method == "att" else "probit")
    fit_weighted = estimate_weighted(design, method, link)
    freedom = len(design.outcome) - design.controls.shape[1] - 1
    error, failed = fit_weighted.standard_error, 0
    critical = float(stats.norm.ppf(0.5 + effort.level / 2))
    if effort.draws:
        error, failed = _bootstrap_error(design, method, link, effort.draws, effort.seed)
        error *= math.sqrt(len(design.outcome) / freedom)  # residuals of fitted regressions are too small, as in HC1
        critical = float(stats.t.ppf(0.5 + effort.level / 2, _arm_freedom(design)))
    without = _leave_one_out(design, method, link, fit_weighted.estimate, fit_weighted.influence)
    if effort.draws and design.clusters_count == len(design.outcome) == len(without):
        # The bootstrap is a little too short where a few units weigh much (coverage 92.5-93 % at 240); the jackknife sees them.
        error = max(error, _jackknife_error(without) * math.sqrt(len(design.outcome) / freedom))
    return Core(
        fit_weighted.estimate,
        error,
        critical,
        freedom,
        fit_weighted.estimate / error,
        without,
        fit_weighted.propensity,
        failed,
    )


def _require_two_arms(design: Design) -> None:
    found = sorted(set(design.treatment.tolist()))
    if found != [0.0, 1.0]:
        raise ModelError(
            f"この方法では対象の列は 0/1（または真偽）の両方が必要です。見つかった値：{'、'.join(f'{value:g}' for value in found[:5])}。→ 列を 0/1 に直すか、treated=対象の値 を指定するか、method='ols' を使ってください。"
        )


def _require_spread(design: Design) -> None:
    """One treated or one untreated unit fits perfectly: its error would come out as nothing."""
    found, counts = np.unique(design.treatment, return_counts=True)
    if len(found) == 2 and counts.min() < _LEAST_ARM:
        raise ModelError(
            f"対象か非対象の一方が {counts.min()} 件しかなく、ばらつきを推定できません。→ {_LEAST_ARM} 件以上にしてください。"
        )


def _arm_freedom(design: Design) -> int:
    """Clusters (or units) of the smaller arm, less one: what the bootstrap error of that arm's mean rests on."""
    arms = [len(np.unique(design.groups[design.treatment == arm])) for arm in (0.0, 1.0)]
    return max(2, min(arms) - 1)


def _bootstrap_error(design: Design, method: str, link: str, draws: int, seed: int) -> tuple[float, int]:
    generator = stream(seed, "lockin.premium.bootstrap")
    members = [np.flatnonzero(design.groups == group) for group in range(design.clusters_count)]
    ever = np.array([design.treatment[rows].max() for rows in members])
    arms = [np.flatnonzero(ever == arm) for arm in (0.0, 1.0)]
    values, failed = [], 0
    for _ in range(draws):
        drawn = np.concatenate([generator.choice(arm, len(arm)) for arm in arms if len(arm)])
        rows = np.concatenate([members[group] for group in drawn])
        try:
            values.append(point_estimate(design.take(rows), method, link))
        except ModelError:
            failed += 1
    if len(values) < max(50, draws // 2):
        raise SeparationError(
            f"再標本 {draws} 回のうち {failed} 回で対象と非対象が分かれてしまい、標準誤差が求まりません。→ 統制変数を減らすか method='ols' を使ってください。"
        )
    # The central 95 % range in normal units: a handful of draws with a propensity near 0 must not decide the spread.
    low, high = np.quantile(values, [0.025, 0.975])
    return float((high - low) / (2 * stats.norm.ppf(0.975))), failed


def _jackknife_error(without: Floats) -> float:
    """Standard error from the estimates with one unit left out (Tukey 1958)."""
    count = len(without)
    return math.sqrt((count - 1) / count * float(((without - without.mean()) ** 2).sum()))


def _leave_one_out(design: Design, method: str, link: str, estimate: float, influence: Floats) -> Floats:
    count = len(design.outcome)
    if count > _EXACT_LEAVE_ONE_OUT:
        return estimate - influence / (count - 1)
    values = []
    for left_out in range(count):
        try:
            values.append(point_estimate(design.take(np.delete(np.arange(count), left_out)), method, link))
        except ModelError:
            continue
    return np.array(values) if values else np.array([estimate])
