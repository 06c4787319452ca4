"""What is the effect when treated and untreated units are made alike by weighting, by regression, or by both?

Estimators (T = treated 0/1, e = propensity score, m0/m1 = outcome regressions within each arm):
* ipw: weighted means with weights T/e and (1-T)/(1-e), each normalised (Hajek).
* regression_adjustment: mean of m1(x) - m0(x).
* aipw: mean of m1 - m0 + T(y-m1)/e - (1-T)(y-m0)/(1-e) (Robins, Rotnitzky & Zhao 1994; Glynn & Quinn 2010).
* att: mean of y - m0 over the treated, less the mean of y - m0 over the untreated weighted by e/(1-e), normalised (Moodie, Saarela & Stephens 2018).
The standard error is the sandwich of the stacked estimating equations (Stefanski & Boos 2002), so estimation of e, m0 and m1 is in it. The same point estimates
come out of ``statsmodels.treatment``; its own standard errors are not used because its GMM classes take the last six parameters for the propensity model, whatever its size.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy import special

from dxmodels.errors import ModelError
from dxmodels.lockin.premium.columns import Floats
from dxmodels.lockin.premium.design import Design

_NEWTON_STEPS = 60
_NEWTON_TOLERANCE = 1e-10
_FARTHEST_INDEX = 35.0  # beyond it a normal density is zero in floating point
_RUNAWAY = 1e3  # coefficients of scaled columns this large mean that no finite maximum exists
_NO_COUNTERPART = 1e-6  # a propensity this near to 0 or 1 is one for practical purposes
_MOST_ALONE = 0.05  # share of such rows that is still a few odd ones
_CLIP = 1e-9  # a propensity nearer to 0 or 1 than this is a division by zero, not information


class SeparationError(ModelError):
    """The controls separate treated from untreated units completely: no overlap, no comparison."""


@dataclass(frozen=True, eq=False)
class Weighted:
    """Point estimate, its sandwich standard error, each unit's influence on it and the propensity scores (None where unused)."""

    estimate: float
    standard_error: float
    influence: Floats
    propensity: Floats | None


def estimate_weighted(design: Design, method: str, link: str) -> Weighted:
    """Return the estimate of ``method`` (ipw, regression_adjustment, aipw or att) with its clustered sandwich standard error."""
    plain, unit = _in_plain_units(design)
    theta, sizes = _solve(plain, method, link)
    score = _propensity(plain.selection @ theta[-sizes[2] :], link)[0] if sizes[2] else None
    if score is not None:
        _require_overlap(score, method)
    moments = _moments(theta, sizes, plain, method, link)
    jacobian = _jacobian(theta, sizes, plain, method, link)
    try:
        influence = -np.linalg.solve(jacobian, moments.T)[0]
    except np.linalg.LinAlgError:
        # A level absent from one arm leaves a zero row: the pseudo-inverse gives its (unused) coefficient no influence.
        influence = -(np.linalg.pinv(jacobian) @ moments.T)[0]
    by_cluster = np.bincount(plain.groups, weights=influence)
    count = len(by_cluster)
    error = float(np.sqrt((by_cluster**2).sum() * count / (count - 1))) / len(influence)
    return Weighted(float(theta[0]) * unit, error * unit, influence * unit, score)


def _require_overlap(score: Floats, method: str) -> None:
    """Refuse where many rows have no counterpart (a control with nearly as many levels as rows); the effect on the treated needs counterparts of the treated only."""
    alone = score > 1 - _NO_COUNTERPART
    if method != "att":
        alone = alone | (score < _NO_COUNTERPART)
    if alone.mean() > _MOST_ALONE:
        raise SeparationError(
            f"{len(score)} 行のうち {int(alone.sum())} 行は統制変数だけで対象か否かが決まり、比較できる相手がいません。→ 水準の多い統制変数をまとめるか減らすか、method='ols' を使ってください。"
        )


def _in_plain_units(design: Design) -> tuple[Design, float]:
    """The design with every column of size one and the outcome in its own spread: cubes of ages would otherwise swamp the Jacobian."""
    unit = float(design.outcome.std()) or 1.0
    columns = []
    for matrix in (design.controls, design.selection):
        size = np.sqrt((matrix**2).mean(axis=0))
        columns.append(np.asarray(matrix / np.where(size > 0, size, 1.0), dtype=np.float64))
    return replace(design, outcome=design.outcome / unit, controls=columns[0], selection=columns[1]), unit


def point_estimate(design: Design, method: str, link: str) -> float:
    """Return the point estimate alone (used inside bootstraps)."""
    return float(_solve(design, method, link)[0][0])


def fit_propensity(selection: Floats, treatment: Floats, link: str) -> Floats:
    """Return coefficients of a probit or logit of treatment by Fisher scoring; raises SeparationError where none exist."""
    scale = np.sqrt((selection**2).mean(axis=0))
    scale[scale == 0] = 1.0  # a level absent from a bootstrap draw: its coefficient stays 0 under the pseudo-inverse
    x = selection / scale
    beta = np.zeros(x.shape[1])
    for _ in range(_NEWTON_STEPS):
        p, density = _propensity(x @ beta, link)
        weight = density**2 / (p * (1 - p))
        gradient = x.T @ (density * (treatment - p) / (p * (1 - p)))
        information = (x.T * weight) @ x
        if not np.isfinite(information).all() or np.abs(beta).max() > _RUNAWAY:
            break
        step = np.linalg.pinv(information, hermitian=True) @ gradient
        beta = beta + step
        if np.abs(step).max() < _NEWTON_TOLERANCE * (1 + np.abs(beta).max()):
            return np.asarray(beta / scale)
    raise SeparationError(_SEPARATED)


_SEPARATED = "統制変数だけで対象と非対象が完全に分かれてしまい、比較できる相手がいません。→ 統制変数を減らすか、method='ols' を使ってください。"


def _solve(design: Design, method: str, link: str) -> tuple[Floats, tuple[int, int, int]]:
    y, t, x = design.outcome, design.treatment, design.controls
    treated = t == 1
    b0 = _least_squares(x[~treated], y[~treated]) if method != "ipw" else np.zeros(0)
    b1 = _least_squares(x[treated], y[treated]) if method in ("regression_adjustment", "aipw") else np.zeros(0)
    gamma = fit_propensity(design.selection, t, link) if method != "regression_adjustment" else np.zeros(0)
    sizes = (len(b0), len(b1), len(gamma))
    theta = np.concatenate([[0.0, 0.0], b0, b1, gamma])
    theta[:2] = _targets(design, method, link, b0, b1, gamma)
    return theta, sizes


def _least_squares(x: Floats, y: Floats) -> Floats:
    if len(y) <= x.shape[1]:
        raise ModelError(
            f"片方の群が {len(y)} 件しかなく、係数 {x.shape[1]} 個を推定できません。→ 統制変数を減らしてください。"
        )
    return np.asarray(np.linalg.lstsq(x, y, rcond=None)[0])


def _targets(design: Design, method: str, link: str, b0: Floats, b1: Floats, gamma: Floats) -> tuple[float, float]:
    """The effect and, where a second mean is needed, the untreated mean (0 elsewhere: its moment is then trivial)."""
    y, t, x = design.outcome, design.treatment, design.controls
    if method == "regression_adjustment":
        return float((x @ (b1 - b0)).mean()), 0.0
    e = _propensity(design.selection @ gamma, link)[0]
    if method == "aipw":
        return float(_aipw_scores(y, t, x @ b0, x @ b1, e).mean()), 0.0
    up, down = (t / e, (1 - t) / (1 - e)) if method == "ipw" else (t, (1 - t) * e / (1 - e))
    residual = y if method == "ipw" else y - x @ b0
    below = float((down * residual).sum() / down.sum())
    return float((up * residual).sum() / up.sum()) - below, below


def _aipw_scores(y: Floats, t: Floats, m0: Floats, m1: Floats, e: Floats) -> Floats:
    return np.asarray(m1 - m0 + t * (y - m1) / e - (1 - t) * (y - m0) / (1 - e))


def _moments(theta: Floats, sizes: tuple[int, int, int], design: Design, method: str, link: str) -> Floats:
    """Stacked estimating equations, one row a unit: effect, untreated mean, arm regressions, propensity scores."""
    k0, k1, _ = sizes
    b0, b1, gamma = theta[2 : 2 + k0], theta[2 + k0 : 2 + k0 + k1], theta[2 + k0 + k1 :]
    y, t, x = design.outcome, design.treatment, design.controls
    m0 = x @ b0 if k0 else np.zeros(len(y))
    m1 = x @ b1 if k1 else np.zeros(len(y))
    blocks = []
    if k0:
        blocks.append(x * ((1 - t) * (y - m0))[:, None])
    if k1:
        blocks.append(x * (t * (y - m1))[:, None])
    e = np.full(len(y), 0.5)
    if len(gamma):
        e, density = _propensity(design.selection @ gamma, link)
        blocks.append(design.selection * (density * (t - e) / (e * (1 - e)))[:, None])
    head = _target_moments(theta[0], theta[1], method, (y, t, m0, m1, e))
    return np.column_stack([*head, *blocks])


def _target_moments(effect: float, below: float, method: str, parts: tuple[Floats, ...]) -> tuple[Floats, Floats]:
    y, t, m0, m1, e = parts
    if method == "regression_adjustment":
        return m1 - m0 - effect, np.zeros(len(y)) - below
    if method == "aipw":
        return _aipw_scores(y, t, m0, m1, e) - effect, np.zeros(len(y)) - below
    if method == "ipw":
        return t / e * (y - below - effect), (1 - t) / (1 - e) * (y - below)
    return t * (y - m0 - below - effect), (1 - t) * e / (1 - e) * (y - m0 - below)


def _jacobian(theta: Floats, sizes: tuple[int, int, int], design: Design, method: str, link: str) -> Floats:
    """Central differences of the mean moments; steps scaled to each parameter."""
    columns = []
    spread = np.concatenate([[design.outcome.std()] * 2, np.zeros(len(theta) - 2)])
    for index in range(len(theta)):
        step = np.zeros(len(theta))
        step[index] = 1e-5 * max(abs(theta[index]), spread[index], 1e-4)
        above = _moments(theta + step, sizes, design, method, link).mean(axis=0)
        under = _moments(theta - step, sizes, design, method, link).mean(axis=0)
        columns.append((above - under) / (2 * step[index]))
    return np.column_stack(columns)


def _propensity(index: Floats, link: str) -> tuple[Floats, Floats]:
    """Probability (kept off 0 and 1) and its derivative."""
    index = np.clip(index, -_FARTHEST_INDEX, _FARTHEST_INDEX)
    if link == "probit":
        p = special.ndtr(index)
        density = np.exp(-0.5 * index**2) / np.sqrt(2 * np.pi)
    else:
        p = special.expit(index)
        density = p * (1 - p)
    return np.clip(p, _CLIP, 1 - _CLIP), np.maximum(density, np.finfo(float).tiny)
