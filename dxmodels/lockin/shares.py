"""Between which bounds lies a share that was counted on n cases? Wilson's score interval (Wilson 1927): holds its level for small n and for shares near 0 or 1."""

from __future__ import annotations

import math

from scipy import stats


def wilson_interval(share: float, count: int, *, level: float = 0.95) -> tuple[float, float]:
    """Return the interval of ``share`` (0..1) counted on ``count`` cases."""
    z = float(stats.norm.ppf((1 + level) / 2))
    centre = (share + z * z / (2 * count)) / (1 + z * z / count)
    half = z / (1 + z * z / count) * math.sqrt(share * (1 - share) / count + z * z / (4 * count * count))
    return centre - half, centre + half
