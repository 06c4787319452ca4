"""How strong would something unobserved have to be to explain the premium away?

Cinelli & Hazlett (2020, JRSS B 82, 39-67): with t the t-statistic and df the residual degrees of freedom,
    f = |t| / √df,   RV_q = ½(√(f_q⁴ + 4 f_q²) - f_q²) with f_q = q f                                          (their eq. 18)
and RV_{q,α} uses f_q - t*_{α,df-1}/√(df-1). Bounds: a confounder k times as strong as an observed control z has at most
    R²_d = k r_dz / (1 - r_dz),   R²_y = ((√k + √ρ)/√(1-ρ))² r_yz / (1 - r_yz),   ρ = k r_dz² / ((1 - k r_dz)(1 - r_dz))   (their section 4.4)
where r are partial R²; it moves the estimate by at most se √df √(R²_y R²_d / (1 - R²_d)). Exact for OLS with classical errors; for other estimators the same
formulas are applied to their t as an approximation, and the result says so.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy import stats

from dxmodels.errors import ModelError
from dxmodels.lockin.premium.columns import Floats
from dxmodels.lockin.premium.design import Design


def robustness_value(t_statistic: float, freedom: float, *, share: float = 1.0, alpha: float | None = None) -> float:
    """Return the robustness value (0..1): the partial R² with both treatment and outcome that would reduce the estimate by ``share``.

    With ``alpha`` the confounder need only make the estimate insignificant at that level. Raises ModelError for df ≤ 1.
    """
    if freedom <= 1:
        raise ModelError(f"自由度 {freedom} では頑健性値を計算できません。→ 行を増やすか統制変数を減らしてください。")
    strength = share * abs(t_statistic) / math.sqrt(freedom)
    critical = 0.0 if alpha is None else float(stats.t.ppf(1 - alpha / 2, freedom - 1)) / math.sqrt(freedom - 1)
    reduced = strength - critical
    if reduced <= 0:
        return 0.0
    if critical > 0 and strength > 1 / critical:  # the treatment side alone binds (their appendix)
        return (strength**2 - critical**2) / (1 + strength**2)
    return 2 / (1 + math.sqrt(1 + 4 / reduced**2))  # their eq. 18, written so that a huge t does not cancel itself


def adjusted_estimate(
    estimate: float, standard_error: float, freedom: float, *, outcome_r2: float, treatment_r2: float
) -> tuple[float, float]:
    """Return estimate and standard error as they would be with a confounder of the given partial R² (drawn towards zero)."""
    bias = standard_error * math.sqrt(freedom * outcome_r2 * treatment_r2 / (1 - treatment_r2))
    moved = math.copysign(1.0, estimate) * (abs(estimate) - bias)
    error = standard_error * math.sqrt((1 - outcome_r2) / (1 - treatment_r2) * freedom / (freedom - 1))
    return moved, error


def bound_strength(treatment_r2: float, outcome_r2: float, multiple: float) -> tuple[float, float]:
    """Return (R² with treatment, R² with outcome) of a confounder ``multiple`` times as strong as an observed control."""
    with_treatment = multiple * treatment_r2 / (1 - treatment_r2)
    if with_treatment >= 1:
        return 1.0, 1.0
    shared = multiple * treatment_r2**2 / ((1 - multiple * treatment_r2) * (1 - treatment_r2))
    if shared >= 1:
        return with_treatment, 1.0
    with_outcome = (
        ((math.sqrt(multiple) + math.sqrt(shared)) / math.sqrt(1 - shared)) ** 2 * outcome_r2 / (1 - outcome_r2)
    )
    return with_treatment, min(1.0, with_outcome)


def benchmark_bounds(
    design: Design, benchmark: str, *, estimate: float, standard_error: float, level: float, multiples: Sequence[float]
) -> pd.DataFrame:
    """Return, for a confounder 1, 2, 3 … times as strong as ``benchmark``, its bounds and the adjusted estimate and interval."""
    positions = design.positions.get(benchmark, ())
    if not positions:
        raise ModelError(
            f"比較の基準「{benchmark}」は統制変数にありません。→ {'、'.join(design.positions) or '統制変数を指定'} から選んでください。"
        )
    controls = np.delete(design.controls, positions, axis=1)
    group = design.controls[:, list(positions)]
    with_treatment = partial_r2(design.treatment, controls, group)
    with_outcome = partial_r2(design.outcome, np.column_stack([controls, design.treatment]), group)
    freedom = len(design.outcome) - design.controls.shape[1] - 1
    rows = []
    for multiple in multiples:
        r2_d, r2_y = bound_strength(with_treatment, with_outcome, multiple)
        moved, error = (math.nan, math.nan)
        if r2_d < 1:
            moved, error = adjusted_estimate(estimate, standard_error, freedom, outcome_r2=r2_y, treatment_r2=r2_d)
        half = float(stats.t.ppf(0.5 + level / 2, freedom - 1)) * error
        rows.append((benchmark, multiple, r2_d, r2_y, moved, error, moved - half, moved + half))
    names = [
        "benchmark",
        "multiple_value",
        "treatment_r2_rate",
        "outcome_r2_rate",
        "estimate",
        "standard_error",
        "lower",
        "upper",
    ]
    return pd.DataFrame(rows, columns=names)


def partial_r2(target: Floats, controls: Floats, group: Floats) -> float:
    """Return the share of ``target``'s variance left by ``controls`` that ``group`` explains (0..1)."""
    before, after = _residual_sum(target, controls), _residual_sum(target, np.column_stack([controls, group]))
    return float(1 - after / before) if before > 0 else 0.0


def _residual_sum(target: Floats, x: Floats) -> float:
    residual = target - x @ np.linalg.lstsq(x, target, rcond=None)[0]
    return float(residual @ residual)
