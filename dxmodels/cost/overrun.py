"""How far do information-system projects exceed their estimate, and how heavy is the tail?

Cost ratio R = cost at completion / estimate. With t the tail threshold, p = P(R > t), α the tail's shape, c the declared cap:

    R <= t  (probability 1 - p)   lognormal(μ, σ) truncated at t
    R >  t  (probability p)       Pareto(α) on (t, c]:  P(R > r | tail) = ((t/r)^α - (t/c)^α) / (1 - (t/c)^α)

μ and σ are the ones for which the body has the published mean and the published share of projects over budget; p, t, α are
published; c is declared, because at α <= 1 the mean of an uncapped tail does not exist. Every quantile is closed form
(``overrun_quantile``), so scrambled Sobol' points drive it; dependence is one Gaussian factor a group (shared vendor, shared
specification): z_i = √ρ·f + √(1-ρ)·e_i, u_i = Φ(z_i).

Sources: Flyvbjerg & Budzier 2011 (HBR 89(9); mean +27 %, one in six +200 %); Flyvbjerg & Gardner 2023 (18 % beyond +50 %, mean
+447 % there; moment matching gives α = 1.38); Flyvbjerg et al. 2025 (α <= 1); JUAS 2014 (43.9 % over budget). One-factor
copula: Vasicek 1987; truncated Pareto: Aban, Meerschaert & Panorska 2006 (JASA 101).
What it leaves out: projects abandoned before completion, the size of the project, schedule overrun, correlation between cost and
delay. The published samples are mostly not Japanese municipalities: compare with the own history (``check_overruns``).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import integrate, optimize, special

from dxmodels.cost.checks import require_range
from dxmodels.errors import ModelError
from dxmodels.streams import sobol_draws, stream

if TYPE_CHECKING:
    from dxmodels.inputs import Register

Floats = npt.NDArray[np.float64]

ASSUMPTIONS: tuple[str, ...] = (
    "overrun_tail_prob50",
    "overrun_tail_threshold_ratio",
    "overrun_pareto_alpha_mm",
    "overrun_cap_ratio",
    "overrun_rest_mean",
    "juas_over_budget_500pm",
    "overrun_factor_correlation",
)


@dataclass(frozen=True)
class OverrunParams:
    """The overrun distribution of one project and how projects move together; ratios are cost ÷ estimate."""

    body_log_mean: float
    body_log_sd: float
    tail_share: float
    tail_threshold_ratio: float
    tail_alpha: float
    cap_ratio: float
    factor_correlation: float

    def __post_init__(self) -> None:
        """Refuse values outside their range, naming value, range and cure."""
        require_range("本体の対数標準偏差", self.body_log_sd, 1e-6, 5.0, "前提値台帳の超過率の前提を確かめてください。")
        require_range("裾の確率", self.tail_share, 0.0, 0.999, "0以上1未満の割合で指定してください（例：0.18）。")
        require_range(
            "裾の境界（倍率）", self.tail_threshold_ratio, 1e-6, 1e6, "見積に対する倍率で指定してください（例：1.5）。"
        )
        require_range("裾の形状 α", self.tail_alpha, 1e-3, 50.0, "正の数で指定してください（公表値は1.0〜1.38）。")
        require_range("因子の相関 ρ", self.factor_correlation, 0.0, 0.99, "0以上1未満で指定してください（例：0.2）。")
        if not self.tail_threshold_ratio < self.cap_ratio < math.inf:
            raise ModelError(
                f"超過倍率の上限 {self.cap_ratio} は裾の境界 {self.tail_threshold_ratio} より大きい有限の数にしてください"
                "（公表値に対する感度は 5・10・20・52）。"
            )

    @property
    def mean_ratio(self) -> float:
        """Mean cost ratio; shown only beside quantiles, for with a heavy tail it hangs on the declared cap."""
        body = _body_mean(self.body_log_mean, self.body_log_sd, self.tail_threshold_ratio)
        return (1.0 - self.tail_share) * body + self.tail_share * self.tail_mean_ratio

    @property
    def tail_mean_ratio(self) -> float:
        """Mean cost ratio of the projects beyond the threshold, under the declared cap."""
        return _capped_pareto_mean(self.tail_alpha, self.tail_threshold_ratio, self.cap_ratio)

    def exceedance(self, ratio: float) -> float:
        """Return P(R > ratio)."""
        if ratio >= self.tail_threshold_ratio:
            floor = (self.tail_threshold_ratio / self.cap_ratio) ** self.tail_alpha
            reach = (self.tail_threshold_ratio / min(ratio, self.cap_ratio)) ** self.tail_alpha
            return float(self.tail_share * (reach - floor) / (1.0 - floor))
        if ratio <= 0:
            return 1.0
        below = special.ndtr((math.log(ratio) - self.body_log_mean) / self.body_log_sd) / _body_mass(self)
        return float(1.0 - (1.0 - self.tail_share) * below)

    def cvar_ratio(self, level: float) -> float:
        """Return the mean cost ratio of the worst ``1 - level`` of projects (conditional value at risk)."""
        require_range("信頼水準", level, 0.0, 0.9999, "0以上1未満で指定してください（例：0.95）。")
        kink = [1.0 - self.tail_share] if level < 1.0 - self.tail_share else None
        area, _ = integrate.quad(
            lambda u: float(overrun_quantile(np.array([u]), self)[0]), level, 1.0, points=kink, limit=200
        )
        return float(area / (1.0 - level))


def fit_overruns(register: Register, *, cap_ratio: float | None = None) -> OverrunParams:
    """Return the overrun model calibrated to the published figures of the register.

    ``cap_ratio`` overrides the declared cap for sensitivity. Raises ModelError where the published figures contradict
    each other (e.g. fewer projects over budget than beyond the threshold).
    """
    threshold = register.value("overrun_tail_threshold_ratio")
    tail_share = register.value("overrun_tail_prob50")
    over_budget = register.value("juas_over_budget_500pm") / 100.0
    body_over = (over_budget - tail_share) / (1.0 - tail_share)
    log_mean, log_sd = solve_body(1.0 + register.value("overrun_rest_mean") / 100.0, body_over, threshold)
    return OverrunParams(
        body_log_mean=log_mean,
        body_log_sd=log_sd,
        tail_share=tail_share,
        tail_threshold_ratio=threshold,
        tail_alpha=register.value("overrun_pareto_alpha_mm"),
        cap_ratio=register.value("overrun_cap_ratio") if cap_ratio is None else cap_ratio,
        factor_correlation=register.value("overrun_factor_correlation"),
    )


def solve_body(mean_ratio: float, over_budget_share: float, threshold_ratio: float) -> tuple[float, float]:
    """Return (μ, σ) of the lognormal truncated at ``threshold_ratio`` with that mean and that share above 1.

    Raises ModelError where no such lognormal exists.
    """
    require_range(
        "本体のうち予算超過の割合", over_budget_share, 0.001, 0.999, "予算超過の割合は裾の確率より大きくしてください。"
    )

    def log_mean_of(log_sd: float) -> float:
        edge = math.log(threshold_ratio)

        def gap_of_share(mu: float) -> float:
            return float(special.ndtr(-mu / log_sd) - (1.0 - over_budget_share) * special.ndtr((edge - mu) / log_sd))

        return float(optimize.brentq(gap_of_share, -20.0 * log_sd, edge + 20.0 * log_sd))

    def gap_of_mean(log_sd: float) -> float:
        return _body_mean(log_mean_of(log_sd), log_sd, threshold_ratio) - mean_ratio

    low, high = 0.01, 1.5
    if gap_of_mean(low) * gap_of_mean(high) > 0:
        raise ModelError(
            f"平均倍率 {mean_ratio:.3f}、予算超過の割合 {over_budget_share:.3f} を同時に満たす対数正規分布がありません。"
            "前提値台帳の「残り6分の5の事業の費用超過率（平均）」と「500人月以上の事業で予算を超えた企業の割合（日本）」を確かめてください。"
        )
    log_sd = float(optimize.brentq(gap_of_mean, low, high, xtol=1e-12))
    return log_mean_of(log_sd), log_sd


def overrun_quantile(uniforms: Floats, params: OverrunParams) -> Floats:
    """Return the cost ratio at each probability in (0, 1): the inverse distribution function, any shape."""
    body_share = 1.0 - params.tail_share
    inside = np.minimum(uniforms / body_share, 1.0) * _body_mass(params)
    body = np.exp(params.body_log_mean + params.body_log_sd * special.ndtri(inside))
    if params.tail_share == 0.0:
        return np.asarray(body)
    reach = np.clip((uniforms - body_share) / params.tail_share, 0.0, 1.0)
    floor = (params.tail_threshold_ratio / params.cap_ratio) ** params.tail_alpha
    tail = params.tail_threshold_ratio * (1.0 - reach * (1.0 - floor)) ** (-1.0 / params.tail_alpha)
    return np.where(uniforms <= body_share, body, tail)


def correlate_uniforms(uniforms: Floats, params: OverrunParams, groups: npt.NDArray[np.int64] | None = None) -> Floats:
    """Return uniforms (draws, systems) that move together, from independent ones (draws, factors + systems).

    The first columns drive the factors (one, or one for each group number 0, 1, … in ``groups``), so that the most
    important dimensions of a Sobol' sequence carry them.
    """
    factors = 1 if groups is None else int(groups.max()) + 1
    systems = uniforms.shape[1] - factors
    if systems < 1 or (groups is not None and len(groups) != systems):
        raise ModelError(f"一様乱数の列数 {uniforms.shape[1]} は因子数 {factors} とシステム数の和にしてください。")
    if params.factor_correlation == 0.0:
        return uniforms[:, factors:]
    normal = special.ndtri(uniforms)
    common = normal[:, [0]] if groups is None else normal[:, :factors][:, groups]
    rho = params.factor_correlation
    return np.asarray(special.ndtr(math.sqrt(rho) * common + math.sqrt(1.0 - rho) * normal[:, factors:]))


def draw_overruns(
    n: int,
    *,
    params: OverrunParams,
    systems: int = 1,
    seed: int | None = None,
    uniforms: Floats | None = None,
    groups: npt.NDArray[np.int64] | None = None,
    quasi: bool = True,
    name: str = "overruns",
) -> Floats:
    """Return cost ratios (n, systems), correlated through the factor(s).

    Give either ``seed`` (scrambled Sobol' points of stream ``name``, n a power of two; plain draws with ``quasi=False``) or
    ``uniforms`` (n, factors + systems) drawn elsewhere, so that options share common random numbers.
    """
    if (seed is None) == (uniforms is None):
        raise ModelError("乱数の種 seed と一様乱数 uniforms は、どちらか一方だけを指定してください。")
    if uniforms is None:
        assert seed is not None
        dimensions = systems + (1 if groups is None else int(groups.max()) + 1)
        uniforms = (
            sobol_draws(seed, name, draws=n, dimensions=dimensions)
            if quasi
            else stream(seed, name).uniform(np.finfo(np.float64).tiny, 1.0, (n, dimensions))
        )
    if len(uniforms) != n:
        raise ModelError(f"一様乱数の行数 {len(uniforms)} と試行回数 {n} が一致しません。")
    return overrun_quantile(correlate_uniforms(uniforms, params, groups), params)


def check_calibration(params: OverrunParams, register: Register) -> pd.DataFrame:
    """Return each published overrun figure beside the model's own: what the calibration meets and what it does not."""
    one_in = register.value("overrun_blackswan_prob")
    rows = [
        ("mean_overrun", "平均の超過率", register.value("overrun_mean_hbr") / 100, params.mean_ratio - 1),
        ("worst_sixth_mean", "上位6分の1の平均超過率", register.value("overrun_blackswan_cost") / 100, params.cvar_ratio(1 - one_in) - 1),
        ("beyond_threshold", "超過率50％超の割合", register.value("overrun_tail_prob50"), params.exceedance(params.tail_threshold_ratio)),
        ("beyond_threshold_mean", "超過率50％超の平均", register.value("overrun_tail_mean") / 100, params.tail_mean_ratio - 1),
        ("over_budget", "予算超過の割合", register.value("juas_over_budget_500pm") / 100, params.exceedance(1.0)),
    ]  # fmt: skip
    frame = pd.DataFrame(rows, columns=["statistic_id", "name_ja", "published_rate", "model_rate"])
    return frame.assign(cap_ratio=params.cap_ratio, difference_rate=frame["model_rate"] - frame["published_rate"])


def compare_caps(register: Register, caps: tuple[float, ...]) -> pd.DataFrame:
    """Return P50, P80, P95, CVaR95 and the mean of one project's cost ratio under each declared cap."""
    base = fit_overruns(register)
    rows = []
    for cap in caps:
        params = replace(base, cap_ratio=cap)
        p50, p80, p95 = overrun_quantile(np.array([0.50, 0.80, 0.95]), params)
        rows.append((cap, p50, p80, p95, params.cvar_ratio(0.95), params.mean_ratio))
    names = ["cap_ratio", "p50_ratio", "p80_ratio", "p95_ratio", "cvar95_ratio", "mean_ratio"]
    return pd.DataFrame(rows, columns=names)


def check_overruns(params: OverrunParams, ratios: Floats) -> pd.DataFrame:
    """Return how often the own history (cost ratios) exceeded the model's P50, P80 and P95, with the exact binomial interval.

    A share whose interval misses the nominal one says that the published distribution does not fit this body.
    """
    ratios = np.asarray(ratios, dtype=float)
    if len(ratios) == 0 or not np.isfinite(ratios).all() or (ratios <= 0).any():
        raise ModelError("実績の倍率（決算÷当初見積）は正の数の並びで与えてください。")
    n = len(ratios)
    rows = []
    for level in (0.50, 0.80, 0.95):
        exceeded = int((ratios > overrun_quantile(np.array([level]), params)[0]).sum())
        low = special.betaincinv(exceeded, n - exceeded + 1, 0.025) if exceeded else 0.0
        high = special.betaincinv(exceeded + 1, n - exceeded, 0.975) if exceeded < n else 1.0
        rows.append((level, 1 - level, exceeded, n, exceeded / n, low, high, low <= 1 - level <= high))
    names = [
        "level_share",
        "nominal_share",
        "exceeded_count",
        "n_count",
        "observed_share",
        "low_share",
        "high_share",
        "is_consistent",
    ]
    return pd.DataFrame(rows, columns=names)


def _body_mass(params: OverrunParams) -> float:
    edge = (math.log(params.tail_threshold_ratio) - params.body_log_mean) / params.body_log_sd
    return float(special.ndtr(edge))


def _body_mean(log_mean: float, log_sd: float, threshold_ratio: float) -> float:
    edge = (math.log(threshold_ratio) - log_mean) / log_sd
    return float(math.exp(log_mean + log_sd**2 / 2) * special.ndtr(edge - log_sd) / special.ndtr(edge))


def _capped_pareto_mean(alpha: float, threshold: float, cap: float) -> float:
    span = cap / threshold
    if math.isclose(alpha, 1.0, abs_tol=1e-9):
        return threshold * math.log(span) / (1.0 - 1.0 / span)
    return float(threshold * alpha / (alpha - 1.0) * (1.0 - span ** (1.0 - alpha)) / (1.0 - span**-alpha))
