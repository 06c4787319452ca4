"""How are random choices drawn so that every machine writes the same bytes?

Only ``Generator.random`` of a named stream is used (PCG64, one double per draw); normals come from the inverse of the normal
distribution and choices from cumulated shares, so the bytes do not depend on the sampling algorithms of a NumPy release.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TypeVar

from scipy.special import ndtri

from dxmodels.streams import stream

K = TypeVar("K")
SEED = 2026
_BLOCK = 256


class Draws:
    """A named stream of uniform numbers with the few shapes the tables need."""

    def __init__(self, name: str, *, seed: int = SEED) -> None:
        self._generator = stream(seed, f"osaka-illustrative/{name}")
        self._left: list[float] = []

    def uniform(self) -> float:
        """Return one number in [0, 1)."""
        if not self._left:
            self._left = self._generator.random(_BLOCK).tolist()[::-1]
        return self._left.pop()

    def normal(self) -> float:
        """Return one standard normal number."""
        return float(ndtri(min(max(self.uniform(), 1e-12), 1.0 - 1e-12)))

    def between(self, low: float, high: float) -> float:
        """Return one number evenly between two bounds."""
        return low + (high - low) * self.uniform()

    def whole(self, low: int, high: int) -> int:
        """Return one integer from ``low`` to ``high``, both possible."""
        return low + min(int(self.uniform() * (high - low + 1)), high - low)

    def around(self, median: float, log_sd: float) -> float:
        """Return one lognormal number with the given median."""
        return float(median * math.exp(log_sd * self.normal()))

    def yes(self, probability: float) -> bool:
        """Return True with the given probability."""
        return self.uniform() < probability

    def pick(self, shares: Mapping[K, float]) -> K:
        """Return one key, each with a chance in proportion to its share."""
        target = self.uniform() * sum(shares.values())
        for key, share in shares.items():
            target -= share
            if target < 0:
                return key
        return next(reversed(list(shares)))

    def one_of(self, items: Sequence[K]) -> K:
        """Return one of the items, all equally likely."""
        return items[self.whole(0, len(items) - 1)]

    def from_quantiles(self, values: Sequence[float], levels: Sequence[float]) -> float:
        """Return one number from the distribution with these quantiles (straight lines between them)."""
        target = self.uniform()
        for left in range(len(levels) - 1):
            if target <= levels[left + 1]:
                part = (target - levels[left]) / (levels[left + 1] - levels[left])
                return values[left] + part * (values[left + 1] - values[left])
        return values[-1]

    def capped_pareto(self, minimum: float, alpha: float, cap: float) -> float:
        """Return one Pareto number, cut at ``cap``."""
        return float(min(minimum * (1.0 - self.uniform()) ** (-1.0 / alpha), cap))


def logistic(value: float) -> float:
    """Return the probability of a logit."""
    return 1.0 / (1.0 + math.exp(-value))
