"""Which group would gain most by leaving, where costs are a concave function of volume (exactly), or any function at all (by search)?

Concave     c(S) = g(volume of S) is the lower envelope of its tangents. For a tangent of slope s the best group is every player whose share
            exceeds s × volume, and the best group outside a linear span is that one, or it with one player more or less (offer_game.py
            gives the proof). So all growing groups in order of share per volume, and these with each player changed, hold the answer.
Any         climbing: from growing groups in three orders, one player is moved in or out as long as that gains. It may miss the best group:
            what is computed with it is found, not proven, and every result says so.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from dxmodels.bundling.offer_game import Flags, Floats, Ints, proper_nulls

_STARTS = 6  # climbs a call
_STEPS = 200


def best_by_ratio(
    shares: Floats, volume: Floats, cost_of_volume: Callable[[float], float], nulls: Ints | None = None
) -> tuple[Flags, Floats]:
    """Return candidate groups outside the span and their Σ shares − c, the overall best first (volumes ≥ 0, g concave, g(0) ≥ 0)."""
    n = len(shares)
    nulls = proper_nulls(n) if nulls is None else nulls
    ratio = np.where(volume > 0, shares / np.where(volume > 0, volume, 1.0), np.where(shares > 0, np.inf, -np.inf))
    growing = _growing(np.argsort(-ratio, kind="stable"))
    changed = (growing[:, None, :] ^ np.eye(n, dtype=bool)[None]).reshape(-1, n)
    groups = np.unique(np.vstack([growing, changed]), axis=0)
    groups = groups[(groups @ nulls.T).any(axis=1)]
    gains = groups @ shares - np.array([cost_of_volume(float(v)) for v in groups @ volume])
    first = np.argsort(-gains, kind="stable")[: 4 * n]
    return groups[first], gains[first]


def climb(
    cost: Callable[[Flags], float], alone: Floats, shares: Floats, nulls: Ints | None = None
) -> tuple[Flags, Floats]:
    """Return groups outside the span found by climbing, the best found first, with Σ shares − c(S); not proven to hold the best of all."""
    n = len(shares)
    nulls = proper_nulls(n) if nulls is None else nulls
    others = np.array([cost(~row) for row in np.eye(n, dtype=bool)])
    orders = (-shares / np.maximum(np.abs(alone), 1e-300), -shares, -(shares + others))
    starts = np.vstack([np.eye(n, dtype=bool), *[_growing(np.argsort(key, kind="stable")) for key in orders]])
    starts = np.unique(starts, axis=0)
    starts = starts[(starts @ nulls.T).any(axis=1)]
    gains = np.array([shares[row].sum() - cost(row) for row in starts])
    best = np.argsort(-gains, kind="stable")
    for place in best[:_STARTS]:
        starts[place], gains[place] = _climbed(starts[place], float(gains[place]), cost, shares, nulls)
    first = np.argsort(-gains, kind="stable")[: 4 * n]
    return starts[first], gains[first]


def _climbed(
    group: Flags, gain: float, cost: Callable[[Flags], float], shares: Floats, nulls: Ints
) -> tuple[Flags, float]:
    """Move the one player that gains most, until none does."""
    for _ in range(_STEPS):
        near = group ^ np.eye(len(group), dtype=bool)
        near = near[(near @ nulls.T).any(axis=1)]
        gains = np.array([shares[row].sum() - cost(row) for row in near])
        if not len(gains) or gains.max() <= gain + 1e-12 * (1.0 + abs(gain)):
            return group, gain
        group, gain = near[int(gains.argmax())], float(gains.max())
    return group, gain


def _growing(order: Ints) -> Flags:
    """The empty group and every group of the first players of an order."""
    n = len(order)
    growing = np.zeros((n + 1, n), dtype=bool)
    growing[:, order] = np.tri(n + 1, n, -1, dtype=bool)
    return growing
