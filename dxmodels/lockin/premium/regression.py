"""What is the coefficient of the treatment in a linear regression, and how sure may a small sample be of it?

Estimator: ordinary least squares. Without clusters: HC3 covariance (MacKinnon & White 1985; statsmodels) with t(n-k) quantiles. With clusters: the interval is a
wild cluster bootstrap-t with Webb's six-point weights (Cameron, Gelbach & Miller 2008; Webb 2023) drawn from jackknifed cluster scores (MacKinnon, Nielsen & Webb 2023), because t quantiles are too short with few or uneven clusters.
Because of HC3's leverage correction the interval held its level at n = 40 in simulation where normal quantiles did not.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import statsmodels.api as sm
from scipy import stats

from dxmodels.errors import ModelError
from dxmodels.lockin.premium.columns import Floats
from dxmodels.lockin.premium.design import Design
from dxmodels.streams import stream

_WEBB = np.sqrt(np.array([0.5, 1.0, 1.5]))
_WEBB_WEIGHTS = np.concatenate([-_WEBB, _WEBB])


@dataclass(frozen=True, eq=False)
class Linear:
    """OLS of one coefficient: estimate, standard error, critical value of its interval, degrees of freedom, leave-one-out estimates."""

    estimate: float
    standard_error: float
    critical: float
    freedom: int
    classical_error: float
    without_each: Floats


def estimate_linear(design: Design, *, level: float, draws: int, seed: int, covariance: str = "HC3") -> Linear:
    """Return the OLS coefficient of the treatment with HC3 (or HC2) or cluster-bootstrap uncertainty; raises ModelError where it is not identified."""
    x = np.column_stack([design.treatment, design.controls])
    _require_identified(design, x)
    fit = sm.OLS(design.outcome, x).fit(cov_type=covariance, use_t=True)
    inverse: Floats = np.asarray(np.linalg.inv(x.T @ x), dtype=np.float64)
    residual: Floats = np.asarray(fit.resid, dtype=np.float64)
    leverage = np.clip(np.einsum("ij,jk,ik->i", x, inverse, x), 0.0, 1 - 1e-9)
    influence = (x @ inverse)[:, 0] * residual / (1 - leverage)
    classical = float(np.sqrt(inverse[0, 0] * (residual @ residual) / fit.df_resid))
    if design.clusters_count == len(design.outcome):
        critical = float(stats.t.ppf(0.5 + level / 2, fit.df_resid))
        return Linear(
            float(fit.params[0]), float(fit.bse[0]), critical, int(fit.df_resid), classical, fit.params[0] - influence
        )
    error, critical = _cluster_bootstrap_t(design, x, residual, inverse, level, draws, seed)
    return Linear(
        float(fit.params[0]), error, critical, design.clusters_count - 1, classical, fit.params[0] - np.bincount(design.groups, influence)
    )  # fmt: skip


def _require_identified(design: Design, x: Floats) -> None:
    rows, columns = x.shape
    if rows <= columns + 1:
        raise ModelError(
            f"使える行が {rows} 件で、係数 {columns} 個の推定には足りません。→ 統制変数を減らすか、{columns + 2} 行以上にしてください。"
        )
    c = design.controls
    rest = design.treatment - c @ np.linalg.lstsq(c, design.treatment, rcond=None)[0]
    if rest @ rest <= 1e-12 * max(float(design.treatment @ design.treatment), 1e-300):
        raise ModelError(
            "対象の有無が統制変数だけで決まっており（または全行同じ値）、効果を識別できません。→ 統制変数を見直してください。"
        )


def _cluster_bootstrap_t(
    design: Design, x: Floats, residual: Floats, inverse: Floats, level: float, draws: int, seed: int
) -> tuple[float, float]:
    """Cluster-robust standard error and the bootstrap quantile of |t|, from cluster scores alone (no refitting)."""
    count = design.clusters_count
    if count < 3:
        raise ModelError(f"クラスタが {count} 個では標準誤差を推定できません。→ 3 個以上にしてください。")
    grams = np.zeros((count, x.shape[1], x.shape[1]))
    np.add.at(grams, design.groups, x[:, :, None] * x[:, None, :])
    scores = np.zeros((count, x.shape[1]))
    np.add.at(scores, design.groups, x * residual[:, None])
    row = inverse[0]
    freedom = len(residual) - x.shape[1]
    correction = np.sqrt(count / (count - 1) * (len(residual) - 1) / freedom)
    error = correction * float(np.sqrt(((scores @ row) ** 2).sum()))
    weights = stream(seed, "lockin.premium.wild").choice(_WEBB_WEIGHTS, size=(draws, count))
    freed = _jackknife_scores(x, grams, scores)
    moved = weights @ freed @ inverse  # shift of all coefficients, draws × k
    # score of cluster g in a draw: v_g s_g - (X_g'X_g) shift
    projected = weights * (freed @ row) - np.einsum("bk,gk->bg", moved, grams @ row)
    errors = correction * np.sqrt((projected**2).sum(axis=1))
    return error, float(np.quantile(np.abs(moved[:, 0] / errors), level))


def _jackknife_scores(x: Floats, grams: Floats, scores: Floats) -> Floats:
    """Cluster scores freed of their own pull on the fit: X'X (β - β without g). Raw scores understate clusters with leverage."""
    total = x.T @ x
    shifts = [np.linalg.pinv(total - gram, hermitian=True) @ score for gram, score in zip(grams, scores, strict=True)]
    return np.asarray(np.array(shifts) @ total, dtype=np.float64)
