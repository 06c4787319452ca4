"""How is a piecewise log-log curve fitted, with honest intervals, when rows belong to bodies and the knot may be unknown?

Model        ln C = a + b1·ln N + (b2 - b1)·max(0, ln N - ln K) + controls + u_body + e; parameterised so that b1, b2 are read directly
Fixed body   one dummy a body, HC3, t(n - k)
Random body  Swamy & Arora (1972) variance components, quasi-demeaning, and the cluster jackknife CV3 (MacKinnon, Nielsen & Webb
             2023, J. Econometrics 232): the clustered form of HC3, t(G - 1)
No body      OLS with HC3 (MacKinnon & White 1985) and t(n - k)
Knot         least squares over candidate knots between the 10 % and 90 % quantiles of ln N; interval = knots whose residual sum of
             squares passes the profile F test (Hansen 2017, J. Business & Economic Statistics 35, for kinks)
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
import statsmodels.api as sm
from scipy import stats

from dxmodels.errors import ModelError

Floats = npt.NDArray[np.float64]
BodyEffect = Literal["none", "random", "fixed"]

_TRIM = 0.10
_CANDIDATES = 60


@dataclass(frozen=True, eq=False)
class ScaleData:
    """Rows ready to fit: logs, body numbers (or None) and dummies of the controls (without a base level)."""

    log_size: Floats
    log_cost: Floats
    bodies: npt.NDArray[np.int64] | None
    controls: Floats

    def take(self, rows: npt.NDArray[np.intp]) -> ScaleData:
        """Return the chosen rows."""
        bodies = None if self.bodies is None else self.bodies[rows]
        return ScaleData(self.log_size[rows], self.log_cost[rows], bodies, self.controls[rows])


@dataclass(frozen=True, eq=False)
class ScaleFit:
    """Coefficients in the order intercept, elasticity below, elasticity above (or one elasticity), controls; with covariance."""

    beta: Floats
    covariance: Floats
    freedom: float
    residuals: Floats
    log_knot: float

    def interval(self, index: int, level: float) -> tuple[float, float, float]:
        """Return standard error and t interval of one coefficient."""
        error = math.sqrt(max(float(self.covariance[index, index]), 0.0))
        half = float(stats.t.ppf(0.5 + level / 2, self.freedom)) * error
        return error, float(self.beta[index]) - half, float(self.beta[index]) + half


def curve_columns(log_size: Floats, log_knot: float) -> Floats:
    """Return intercept and size columns; one size column where the knot is NaN (a plain power law)."""
    ones = np.ones_like(log_size)
    if math.isnan(log_knot):
        return np.column_stack([ones, log_size])
    return np.column_stack([ones, np.minimum(log_size, log_knot), np.maximum(log_size - log_knot, 0.0)])


def fit_curve(data: ScaleData, log_knot: float, effect: BodyEffect) -> ScaleFit:
    """Fit the curve at a given knot (NaN = power law) with the asked body effect."""
    design = np.column_stack([curve_columns(data.log_size, log_knot), data.controls])
    if effect == "none" or data.bodies is None:
        return _ordinary(design, data.log_cost, log_knot)
    if effect == "fixed":
        dummies = np.eye(int(data.bodies.max()) + 1)[data.bodies][:, 1:]
        return _ordinary(np.column_stack([design, dummies]), data.log_cost, log_knot)
    return _random_body(design, data.log_cost, data.bodies, log_knot)


def search_knot(data: ScaleData, level: float) -> tuple[float, float, float]:
    """Return the log knot of least squares and the ends of its profile interval."""
    rows = _one_row_a_body(data)
    lows, highs = np.quantile(rows.log_size, [_TRIM, 1.0 - _TRIM])
    if not highs > lows:
        raise ModelError("規模の幅が狭く、折れ点を探せません。折れ点を指定するか、規模の異なる行を加えてください。")
    candidates = np.linspace(lows, highs, _CANDIDATES)
    squares = np.array([_residual_squares(rows, knot) for knot in candidates])
    best = int(np.argmin(squares))
    freedom = len(rows.log_size) - 4 - rows.controls.shape[1]
    limit = squares[best] * (1.0 + float(stats.f.ppf(level, 1, max(freedom, 1))) / max(freedom, 1))
    inside = candidates[squares <= limit]
    return float(candidates[best]), float(inside.min()), float(inside.max())


def _ordinary(design: Floats, log_cost: Floats, log_knot: float) -> ScaleFit:
    if design.shape[0] <= design.shape[1] or np.linalg.matrix_rank(design) < design.shape[1]:
        raise ModelError(
            f"行数 {design.shape[0]} に対し係数が {design.shape[1]} 個で推定できません。行を増やすか、団体の扱いを random か none にしてください。"
        )
    result = sm.OLS(log_cost, design).fit(cov_type="HC3", use_t=True)
    return ScaleFit(
        beta=np.asarray(result.params),
        covariance=np.asarray(result.cov_params()),
        freedom=float(result.df_resid),
        residuals=np.asarray(result.resid),
        log_knot=log_knot,
    )


def _random_body(design: Floats, log_cost: Floats, bodies: npt.NDArray[np.int64], log_knot: float) -> ScaleFit:
    counts = np.bincount(bodies).astype(float)
    if len(counts) <= design.shape[1] - 1 or len(counts) < 4:
        raise ModelError(
            f"団体数 {len(counts)} が少なすぎて団体効果を推定できません。4団体以上にするか、body を外してください。"
        )
    within, between = _variance_components(design, log_cost, bodies, counts)
    theta = 1.0 - np.sqrt(within / (within + counts * between))
    x, y = _quasi_demean(design, bodies, counts, theta), _quasi_demean(log_cost[:, None], bodies, counts, theta)[:, 0]
    gram, moment = x.T @ x, x.T @ y
    beta = np.asarray(np.linalg.solve(gram, moment), dtype=np.float64)
    groups = len(counts)
    jackknife = np.empty((groups, len(beta)))
    for group in range(groups):
        rows = bodies == group
        # Leaving a body out may leave a control without rows: the least-norm solution then keeps the others.
        jackknife[group] = np.linalg.lstsq(gram - x[rows].T @ x[rows], moment - x[rows].T @ y[rows], rcond=None)[0]
    spread = jackknife - beta
    covariance = np.asarray((groups - 1) / groups * spread.T @ spread, dtype=np.float64)
    return ScaleFit(beta, covariance, float(groups - 1), log_cost - design @ beta, log_knot)


def _variance_components(
    design: Floats, log_cost: Floats, bodies: npt.NDArray[np.int64], counts: Floats
) -> tuple[float, float]:
    """Return (variance within bodies, variance between bodies) by Swamy & Arora, the latter not below zero."""
    full = np.ones_like(counts)
    x, y = _quasi_demean(design, bodies, counts, full), _quasi_demean(log_cost[:, None], bodies, counts, full)[:, 0]
    moving = x[:, x.std(axis=0) > 1e-10]
    left = y - moving @ np.linalg.lstsq(moving, y, rcond=None)[0] if moving.shape[1] else y
    within = float(left @ left) / max(
        len(y) - len(counts) - np.linalg.matrix_rank(moving) if moving.size else len(y) - len(counts), 1
    )
    means_x, means_y = _group_means(design, bodies, counts), _group_means(log_cost[:, None], bodies, counts)[:, 0]
    rest = means_y - means_x @ np.linalg.lstsq(means_x, means_y, rcond=None)[0]
    freedom = max(len(counts) - int(np.linalg.matrix_rank(means_x)), 1)
    between = float(rest @ rest) / freedom - within / stats.hmean(counts)
    return max(within, 1e-12), max(float(between), 0.0)


def _group_means(values: Floats, bodies: npt.NDArray[np.int64], counts: Floats) -> Floats:
    sums = np.zeros((len(counts), values.shape[1]))
    np.add.at(sums, bodies, values)
    return np.asarray(sums / counts[:, None])


def _quasi_demean(values: Floats, bodies: npt.NDArray[np.int64], counts: Floats, theta: Floats) -> Floats:
    return np.asarray(values - (theta[:, None] * _group_means(values, bodies, counts))[bodies])


def _one_row_a_body(data: ScaleData) -> ScaleData:
    """Return body means where rows belong to bodies: the knot is a feature of bodies, not of their many rows."""
    if data.bodies is None:
        return data
    frame = pd.DataFrame({"body": data.bodies, "size": data.log_size, "cost": data.log_cost - _control_part(data)})
    means = frame.groupby("body")[["size", "cost"]].mean()
    return ScaleData(means["size"].to_numpy(), means["cost"].to_numpy(), None, np.empty((len(means), 0)))


def _control_part(data: ScaleData) -> Floats:
    if not data.controls.shape[1]:
        return np.zeros_like(data.log_cost)
    design = np.column_stack([np.ones_like(data.log_size), data.log_size, data.controls])
    beta = np.linalg.lstsq(design, data.log_cost, rcond=None)[0]
    return np.asarray(data.controls @ beta[2:])


def _residual_squares(data: ScaleData, log_knot: float) -> float:
    design = np.column_stack([curve_columns(data.log_size, log_knot), data.controls])
    left = data.log_cost - design @ np.linalg.lstsq(design, data.log_cost, rcond=None)[0]
    return float(left @ left)
