"""Which value of an assumption stands at probability u, so that later rooms can draw it by inverse transform?

What low, central and high mean for each distribution (``interval`` says how much probability lies between low and high):

| distribution | low | central | high | interval |
|---|---|---|---|---|
| fixed | not used | the value | not used | bounds |
| uniform | minimum | not used | maximum | bounds |
| triangular | minimum | mode | maximum | bounds |
| pert | minimum | mode | maximum | bounds |
| normal | P5 or P2.5 | median | P95 or P97.5 | p5_p95 (default) or ci95 |
| lognormal | P5 or P2.5 | median | P95 or P97.5 | p5_p95 (default) or ci95 |
| pareto_capped | scale (smallest value) | median | cap, which carries all probability beyond it | bounds |

Formulas: triangular by its closed inverse; pert = Beta(1 + 4(m−a)/(b−a), 1 + 4(b−m)/(b−a)) on [a, b] (Malcolm et al. 1959, Operations
Research 7(5)); normal and lognormal are two-piece, so that all three stated quantiles are met exactly also where the published
interval is not symmetric (Wallis 2014, Statistical Science 29(1), of the form with equal halves; the density jumps at the median
then); pareto_capped = min(low·(1−u)^(−1/α), high), α = ln 2 / ln(central/low).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import special

from dxmodels.errors import ModelError

Floats = npt.NDArray[np.float64]

BOUNDS, P5_P95, CI95 = "bounds", "p5_p95", "ci95"
INTERVALS = (BOUNDS, P5_P95, CI95)
DISTRIBUTIONS = ("fixed", "uniform", "triangular", "pert", "normal", "lognormal", "pareto_capped")
_OPEN_ENDED = ("normal", "lognormal")
# Probability up to the upper end of each interval; the mathematical meaning of its name.
_UPPER_PROBABILITY = {P5_P95: 0.95, CI95: 0.975}
_PERT_WEIGHT = 4.0  # Malcolm et al. 1959: mean = (a + 4m + b)/6


@dataclass(frozen=True)
class Levels:
    """Low, central and high of one assumption (in one fiscal year), in its own unit; None = not published."""

    central: float
    low: float | None = None
    high: float | None = None

    def at(self, level: str) -> float:
        """Return the value at ``level`` (low, central or high); the central value where the end is not published."""
        if level not in ("low", "central", "high"):
            raise ModelError(f"水準「{level}」は使えません。low・central・high のいずれかにしてください。")
        value: float | None = getattr(self, level)
        return self.central if value is None else value


def default_interval(distribution: str) -> str:
    """Return what low and high mean where the entry does not say: the ends, or P5 and P95 for the open-ended ones."""
    return P5_P95 if distribution in _OPEN_ENDED else BOUNDS


def inconsistencies(levels: Levels, distribution: str, interval: str) -> list[tuple[str, str]]:
    """Return (problem, cure) of everything that keeps these levels from having this distribution; [] if all is well."""
    low, central, high = levels.low, levels.central, levels.high
    found = []
    if (low is not None and low > central) or (high is not None and central > high):
        found.append((f"low ≤ central ≤ high になっていません（{low} / {central} / {high}）", "大小を直してください"))
    if distribution == "fixed":
        return found
    if low is None or high is None:
        cure = "両方を書くか、distribution: fixed にしてください"
        return [*found, (f"分布 {distribution} には low と high が要ります", cure)]
    return found + _shape_faults(distribution, interval, low, central, high)


def _shape_faults(distribution: str, interval: str, low: float, central: float, high: float) -> list[tuple[str, str]]:
    found = []
    if low >= high:
        cure = "幅を持たせるか、distribution: fixed にしてください"
        found.append((f"分布 {distribution} なのに low と high が同じか逆です", cure))
    if (interval == BOUNDS) == (distribution in _OPEN_ENDED):
        usable = "p5_p95 または ci95" if distribution in _OPEN_ENDED else "bounds"
        cure = f"interval は {usable} にしてください"
        found.append((f"分布 {distribution} に interval: {interval} は使えません", cure))
    if distribution in ("lognormal", "pareto_capped") and low <= 0.0:
        found.append((f"分布 {distribution} の low が 0 以下です（{low}）", "正の値にするか、別の分布にしてください"))
    if distribution == "pareto_capped" and central <= low:
        problem = "分布 pareto_capped の central（中央値）が low（最小値）と同じです"
        found.append((problem, "central を low より大きくしてください"))
    return found


def quantile(levels: Levels, distribution: str, interval: str, u: npt.ArrayLike) -> Floats:
    """Return the value at each probability of ``u`` (any shape, strictly between 0 and 1), in the assumption's unit.

    Raises ModelError where ``u`` leaves (0, 1) or the levels do not admit the distribution.
    """
    points = np.asarray(u, dtype=np.float64)
    if not bool(np.all((points > 0.0) & (points < 1.0))):
        raise ModelError(
            f"確率は 0 と 1 の間（両端を除く）にしてください（最小 {points.min()}、最大 {points.max()}）。"
        )
    problems = inconsistencies(levels, distribution, interval)
    if problems:
        raise ModelError("；".join(f"{problem} → {cure}" for problem, cure in problems))
    if distribution == "fixed":
        return np.full(points.shape, levels.central)
    low, high = levels.at("low"), levels.at("high")
    if distribution in _OPEN_ENDED:
        return _two_piece(points, low, levels.central, high, interval, logs=distribution == "lognormal")
    return _BOUNDED[distribution](points, low, levels.central, high)


def _two_piece(u: Floats, low: float, central: float, high: float, interval: str, *, logs: bool) -> Floats:
    a, m, b = (math.log(low), math.log(central), math.log(high)) if logs else (low, central, high)
    width = float(special.ndtri(_UPPER_PROBABILITY[interval]))
    z = special.ndtri(u)
    value = m + z * np.where(z < 0.0, (m - a) / width, (b - m) / width)
    return np.asarray(np.exp(value) if logs else value, dtype=np.float64)


def _uniform(u: Floats, low: float, central: float, high: float) -> Floats:
    return low + u * (high - low)


def _triangular(u: Floats, low: float, mode: float, high: float) -> Floats:
    width = high - low
    rising = low + np.sqrt(u * width * (mode - low))
    falling = high - np.sqrt((1.0 - u) * width * (high - mode))
    return np.asarray(np.where(u * width < mode - low, rising, falling), dtype=np.float64)


def _pert(u: Floats, low: float, mode: float, high: float) -> Floats:
    width = high - low
    first, second = 1.0 + _PERT_WEIGHT * (mode - low) / width, 1.0 + _PERT_WEIGHT * (high - mode) / width
    return np.asarray(low + width * special.betaincinv(first, second, u), dtype=np.float64)


def _pareto_capped(u: Floats, low: float, median: float, high: float) -> Floats:
    alpha = math.log(2.0) / math.log(median / low)
    return np.minimum(low * (1.0 - u) ** (-1.0 / alpha), high)


_BOUNDED: dict[str, Callable[[Floats, float, float, float], Floats]] = {
    "uniform": _uniform,
    "triangular": _triangular,
    "pert": _pert,
    "pareto_capped": _pareto_capped,
}
