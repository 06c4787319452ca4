"""What does each member add to the cost on average, over all orders in which the group could have come together?

φ_i = Σ_{S ∌ i} |S|!(n−|S|−1)!/n! · (c(S∪i) − c(S))   (Shapley 1953). Exact: one pass over all 2^n costs a player, vectorised by bit mask.
Sampled: random orders in antithetic pairs (an order and its reverse; Castro, Gómez & Tejada 2009), standard errors from the pairs.
"""

from __future__ import annotations

from math import factorial

import numpy as np

from dxmodels.bundling.game import CostGame
from dxmodels.bundling.offer_game import Floats
from dxmodels.errors import ModelError
from dxmodels.streams import stream

SHAPLEY_EXACT_PLAYERS = 18


def shapley_exact(game: CostGame) -> tuple[Floats, Floats]:
    """Return the exact Shapley value and zero standard errors (all 2^n costs are used)."""
    n, costs = game.n, game.table()
    size = np.zeros(1 << n, dtype=np.int64)
    for i in range(n):
        size.reshape(-1, 2, 1 << i)[:, 1, :] += 1
    weight = np.array([factorial(s) * factorial(n - s - 1) / factorial(n) for s in range(n)])
    values = np.empty(n)
    for i in range(n):
        cube, count = costs.reshape(-1, 2, 1 << i), size.reshape(-1, 2, 1 << i)
        values[i] = ((cube[:, 1, :] - cube[:, 0, :]) * weight[count[:, 0, :]]).sum()
    return values, np.zeros(n)


def shapley_sampled(game: CostGame, *, samples: int, seed: int) -> tuple[Floats, Floats]:
    """Return the sampled Shapley value and its standard errors from ``samples`` random orders (taken in reversed pairs)."""
    if samples < 4:
        raise ModelError(f"標本数 {samples} は4以上にしてください。")
    generator = stream(seed, "bundling.shapley")
    pairs = np.empty((samples // 2, game.n))
    for row in pairs:
        order = generator.permutation(game.n)
        row[:] = (_added_costs(game, order) + _added_costs(game, order[::-1])) / 2
    return pairs.mean(axis=0), pairs.std(axis=0, ddof=1) / np.sqrt(len(pairs))


def _added_costs(game: CostGame, order: np.ndarray[tuple[int], np.dtype[np.int64]]) -> Floats:
    members, before = np.zeros(game.n, dtype=bool), 0.0
    added = np.empty(game.n)
    for player in order:
        members[player] = True
        after = game.cost_of(members)
        added[player], before = after - before, after
    return added
