"""How much dearer are treated units than comparable ones, how sure is that, and what would overturn it?

Sets: units i of a tidy table (systems, contracts, municipality × task).
Estimand: E[Y(1) - Y(0)] (att: among the treated), Y the outcome (or its natural log), treatment T.
Estimators: ols (regression.py), ipw / regression_adjustment / aipw / att (weighting.py), event_study (event_study.py). Intervals: ols HC3 with t(n-k), or wild cluster
bootstrap-t; weighting estimators a bootstrap of units or of whole clusters within treatment arms, drawn ``draws`` times (units up to 300 rows: the wider of bootstrap and jackknife), with t(min arm - 1) quantiles
(draws = 0: sandwich error and normal quantiles, for large samples). Minimum detectable effect: (t_{1-α/2} + t_{power}) × standard error (Bloom 1995).
Leaves out: interference between units, measurement error of the treatment, and every unobserved confounder; ``robustness_value`` says how strong one must be.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Literal

import numpy as np
import pandas as pd
from scipy import stats

from dxmodels.errors import ModelError
from dxmodels.lockin.premium.checks import assumptions_of, diagnose, diagnose_event
from dxmodels.lockin.premium.core import Core, Effort, estimate_core
from dxmodels.lockin.premium.design import Design, build_design
from dxmodels.lockin.premium.event_study import estimate_event_study
from dxmodels.lockin.premium.result import PremiumEstimate
from dxmodels.lockin.premium.sensitivity import benchmark_bounds, robustness_value

Method = Literal["ols", "ipw", "regression_adjustment", "aipw", "att", "event_study"]
METHODS: tuple[Method, ...] = ("ols", "ipw", "regression_adjustment", "aipw", "att", "event_study")
_MULTIPLES = (1.0, 2.0, 3.0)


def estimate_premium(
    table: pd.DataFrame,
    *,
    outcome: str,
    treatment: str = "",
    controls: Sequence[str] = (),
    method: Method,
    cluster: str | None = None,
    level: float = 0.95,
    seed: int = 0,
    draws: int = 999,
    benchmark: str | None = None,
    placebo_outcome: str | None = None,
    log_outcome: bool = False,
    treatment_controls: Sequence[str] | None = None,
    link: Literal["probit", "logit"] | None = None,
    covariance: Literal["HC3", "HC2"] = "HC3",
    power: float = 0.8,
    unit: str | None = None,
    time: str | None = None,
    event: str | None = None,
    window: tuple[int, int] = (-3, 3),
    treated: object | None = None,
) -> PremiumEstimate:
    """Return the effect of ``treatment`` on ``outcome`` in ``table`` with interval, robustness values and minimum detectable effect.

    ``treatment`` may be 0/1, truth values, a number (ols only) or two words; ``treated`` names the value that counts as treated where the words do not say it.
    ``controls`` may be numbers, booleans or text (indicators are made); ``treatment_controls`` (default: the same) enter the propensity model, whose ``link`` is
    probit for the average effect and logit for att unless given. ``cluster`` names the column whose groups are resampled whole. ``benchmark`` is the control a
    hidden confounder is compared with; ``placebo_outcome`` an outcome the treatment cannot have moved. event_study needs ``unit``, ``time`` and ``event`` (the
    column with the unit's event year, or a flag in the event's row). Raises ModelError naming the column, the value found and the cure.
    """
    _check(method, level, draws, power)
    controls = (controls,) if isinstance(controls, str) else tuple(controls)
    if not isinstance(table, pd.DataFrame):
        raise ModelError(f"表（DataFrame）を渡してください（{type(table).__name__} が渡されました）。")
    if not treatment and method != "event_study":
        raise ModelError("処置の列名 treatment を指定してください。")
    effort = Effort(level, draws, seed, link, covariance)
    if method == "event_study":
        return _event_premium(
            table, (outcome, unit, time, event or treatment, tuple(controls)), window, log_outcome, effort, power
        )
    build = partial(
        build_design,
        table,
        treatment=treatment,
        controls=controls,
        treatment_controls=controls if treatment_controls is None else treatment_controls,
        cluster=cluster,
        log_outcome=log_outcome,
        treated=treated,
    )
    design = build(outcome=outcome)
    core = estimate_core(design, method, effort)
    placebo = None if placebo_outcome is None else estimate_core(build(outcome=placebo_outcome), method, effort)
    return _assemble(
        design,
        core,
        placebo,
        (method, outcome, treatment, tuple(controls), cluster),
        effort,
        power,
        log_outcome,
        benchmark,
    )


def _check(method: str, level: float, draws: int, power: float) -> None:
    if method not in METHODS:
        raise ModelError(f"推定方法「{method}」は使えません。→ {'、'.join(METHODS)} のいずれかにしてください。")
    for name, value in (("信頼水準 level", level), ("検出力 power", power), ("再標本の回数 draws", draws)):
        if not isinstance(value, int | float | np.number):
            raise ModelError(f"{name} の値「{value}」は数値にしてください。")
    if not 0.5 <= level < 1:
        raise ModelError(f"信頼水準 {level} は 0.5 以上 1 未満にしてください（例：0.95）。")
    if not 0.5 <= power < 1:
        raise ModelError(f"検出力 {power} は 0.5 以上 1 未満にしてください（例：0.8）。")
    if draws != 0 and draws < 99:
        raise ModelError(f"再標本の回数 {draws} は 0（解析的な標準誤差）か 99 以上にしてください。")


def _assemble(
    design: Design,
    core: Core,
    placebo: Core | None,
    names: tuple[str, str, str, tuple[str, ...], str | None],
    effort: Effort,
    power: float,
    log_outcome: bool,
    benchmark: str | None,
) -> PremiumEstimate:
    method, outcome, treatment, controls, cluster = names
    freedom = len(design.outcome) - design.controls.shape[1] - 1
    classical = abs(core.estimate / core.t_for_robustness) if core.t_for_robustness else core.error
    bounds = pd.DataFrame()
    if benchmark is not None:
        bounds = benchmark_bounds(
            design,
            benchmark,
            estimate=core.estimate,
            standard_error=classical,
            level=effort.level,
            multiples=_MULTIPLES,
        )
    overlap = None if core.propensity is None else (float(core.propensity.min()), float(core.propensity.max()))
    return PremiumEstimate(
        method=method,
        outcome=outcome,
        treatment=treatment,
        controls=controls,
        estimate=core.estimate,
        standard_error=core.error,
        interval=core.interval,
        level=effort.level,
        robustness_value=robustness_value(core.t_for_robustness, freedom),
        robustness_value_alpha=robustness_value(core.t_for_robustness, freedom, alpha=1 - effort.level),
        n=len(design.outcome),
        treated_count=int((design.treatment != 0).sum()),
        clusters_count=design.clusters_count if cluster else None,
        minimum_detectable=(core.critical + float(stats.t.ppf(power, max(core.freedom, 1)))) * core.error,
        power=power,
        log_outcome=log_outcome,
        leave_one_out=(float(core.without.min()), float(core.without.max())),
        overlap=overlap,
        bounds=bounds,
        path=pd.DataFrame(),
        diagnostics=diagnose(design, core, placebo, overlap),
        assumptions=assumptions_of(method),
    )


def _event_premium(
    table: pd.DataFrame,
    names: tuple[str, str | None, str | None, str, tuple[str, ...]],
    window: tuple[int, int],
    log_outcome: bool,
    effort: Effort,
    power: float,
) -> PremiumEstimate:
    outcome, unit, time, event, controls = names
    if not (unit and time and event):
        raise ModelError("method='event_study' には unit（単位）、time（年度）、event（イベント年）の列名が必要です。")
    study = estimate_event_study(
        table,
        outcome=outcome,
        unit=unit,
        time=time,
        event=event,
        controls=controls,
        window=window,
        log_outcome=log_outcome,
        level=effort.level,
        draws=max(effort.draws, 999),
        seed=effort.seed,
    )
    fit = study.linear
    freedom = len(study.design.outcome) - study.design.controls.shape[1] - 1
    t_value = fit.estimate / fit.classical_error
    half = fit.critical * fit.standard_error
    return PremiumEstimate(
        method="event_study",
        outcome=outcome,
        treatment=event,
        controls=controls,
        estimate=fit.estimate,
        standard_error=fit.standard_error,
        interval=(fit.estimate - half, fit.estimate + half),
        level=effort.level,
        robustness_value=robustness_value(t_value, freedom),
        robustness_value_alpha=robustness_value(t_value, freedom, alpha=1 - effort.level),
        n=len(study.design.outcome),
        treated_count=int(study.path.loc[study.path["relative_years"] >= 0, "rows_count"].sum()),
        clusters_count=study.design.clusters_count,
        minimum_detectable=(fit.critical + float(stats.t.ppf(power, fit.freedom))) * fit.standard_error,
        power=power,
        log_outcome=log_outcome,
        leave_one_out=(float(fit.without_each.min()), float(fit.without_each.max())),
        overlap=None,
        bounds=pd.DataFrame(),
        path=study.path,
        diagnostics=diagnose_event(study),
        assumptions=(
            "イベントがなければ、各単位は同じ傾きで推移した（平行トレンド）",
            "イベントの時期は価格の見込みで選ばれていない",
        ),
    )
