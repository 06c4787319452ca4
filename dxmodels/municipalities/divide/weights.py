"""Which weightings of the indicators are sensible, and how far can a result move within all of them?

Sets: domains d (体制, 人材 …), indicators k in d. Parameters: floor, cap (share of a domain), tilt (≥ 1).
Region: W_d in [floor, cap], Σ W_d = 1; w_k in [W_d/(tilt·n_d), tilt·W_d/n_d], Σ_(k in d) w_k = W_d.
The largest value of c·w over the region is found without a solver: within each domain the largest coefficients take their upper
bound first (a linear knapsack), then the same over the domains; it is exact because the inner optimum scales with W_d.

What it leaves out: weights outside the declared floor, cap and tilt (a planner who wants one domain alone may set cap = 1), and
indices that are not weighted sums.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dxmodels.errors import ModelError
from dxmodels.inputs import Register
from dxmodels.streams import stream

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True)
class WeightRegion:
    """All weightings admitted: each domain between ``domain_floor_share`` and ``domain_cap_share``, indicators within ×``tilt``."""

    domain_floor_share: float
    domain_cap_share: float
    tilt: float

    def __post_init__(self) -> None:
        """Refuse an empty region."""
        if not 0.0 <= self.domain_floor_share <= self.domain_cap_share <= 1.0:
            raise ModelError(
                f"領域の重みの下限 {self.domain_floor_share}・上限 {self.domain_cap_share} は 0≦下限≦上限≦1 にしてください。"
            )
        if self.tilt < 1.0:
            raise ModelError(f"領域内の重みの倍率 {self.tilt} は 1 以上にしてください（1＝等分、2＝半分〜2倍）。")

    def check_domains(self, count: int) -> None:
        """Refuse bounds no weighting of ``count`` domains can meet."""
        if self.domain_floor_share * count > 1.0 + 1e-12 or self.domain_cap_share * count < 1.0 - 1e-12:
            raise ModelError(
                f"領域が {count} 個のとき、下限 {self.domain_floor_share} と上限 {self.domain_cap_share} を同時に満たす重みがありません。"
                f"下限を {1 / count:.2f} 以下、上限を {1 / count:.2f} 以上にしてください。"
            )


def read_weight_region(register: Register) -> WeightRegion:
    """Return the region of weights the register declares."""
    return WeightRegion(
        register.value("divide_domain_floor_share"),
        register.value("divide_domain_cap_share"),
        register.value("divide_tilt_ratio"),
    )


def central_weights(domains: list[str]) -> FloatArray:
    """Return the weights that treat domains alike and, within a domain, its indicators alike (sum 1)."""
    sizes = {name: domains.count(name) for name in domains}
    return np.array([1.0 / len(sizes) / sizes[name] for name in domains])


def largest_value(coefficients: FloatArray, domains: list[str], region: WeightRegion) -> FloatArray:
    """Return max over the region of coefficients·w for each row (last axis = indicators in the order of ``domains``)."""
    names = list(dict.fromkeys(domains))
    region.check_domains(len(names))
    inner = []
    for name in names:
        columns = [index for index, domain in enumerate(domains) if domain == name]
        equal = 1.0 / len(columns)
        inner.append(_fill(coefficients[..., columns], equal / region.tilt, min(1.0, equal * region.tilt)))
    return _fill(np.stack(inner, axis=-1), region.domain_floor_share, region.domain_cap_share)


def draw_weights(domains: list[str], region: WeightRegion, *, draws: int, seed: int) -> FloatArray:
    """Return weights drawn from the region, shape (draws, indicators): uniform on each simplex, refused outside the bounds."""
    names = list(dict.fromkeys(domains))
    region.check_domains(len(names))
    generator = stream(seed, "divide-weights")
    shares = _draw_box(generator, len(names), region.domain_floor_share, region.domain_cap_share, draws)
    weights = np.zeros((draws, len(domains)))
    for place, name in enumerate(names):
        columns = [index for index, domain in enumerate(domains) if domain == name]
        equal = 1.0 / len(columns)
        inside = _draw_box(generator, len(columns), equal / region.tilt, min(1.0, equal * region.tilt), draws)
        weights[:, columns] = inside * shares[:, [place]]
    return weights


def _fill(coefficients: FloatArray, low: float, high: float) -> FloatArray:
    """max c·v with v in [low, high], Σ v = 1: the largest coefficients take the room above ``low`` first."""
    ordered = -np.sort(-coefficients, axis=-1)
    count = ordered.shape[-1]
    room = max(0.0, 1.0 - count * low)
    weights = np.full(count, low)
    for index in range(count):
        step = min(high - low, room)
        weights[index] += step
        room -= step
    result: FloatArray = (ordered * weights).sum(axis=-1)
    return result


def _draw_box(generator: np.random.Generator, count: int, low: float, high: float, draws: int) -> FloatArray:
    """Points of {v in [low, high]^count, Σ v = 1}, uniform: the simplex above the floor, refused above the cap."""
    room = 1.0 - count * low
    if count == 1 or room < 1e-9 or high - low < 1e-9:
        return np.full((draws, count), 1.0 / count)
    kept: list[FloatArray] = []
    found = 0
    while found < draws:
        points = low + room * generator.dirichlet(np.ones(count), size=max(4 * draws, 256))
        inside = points[(points <= high + 1e-12).all(axis=1)]
        kept.append(inside)
        found += len(inside)
    return np.concatenate(kept)[:draws]
