"""What would each group of members pay if it bought by itself?

A cost game: players N and a cost c(S) for every group S. Small games (≤ 20 players) hold all 2^n costs in one array indexed by bit mask;
larger ones hold a way to compute c(S) and, where there is one, an exact oracle for "which group would gain most by leaving": for costs
that are a concave function of summed volume the answer is a set of the players with the highest price per volume (below), for a bundle
of a plan it is a small optimisation problem (bundle_game.py). Without an oracle only a search is possible, and the answer says so.
Source: Young (ed., 1985), Cost Allocation: Methods, Principles, Applications, ch. 1.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from dxmodels.errors import ModelError

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
EXACT_PLAYERS = 20  # 2^20 groups fit in memory and in a second
Oracle = Callable[[Floats], tuple[Flags, Floats]]


@dataclass(frozen=True, eq=False)
class CostGame:
    """A cost game; build it with ``from_table``, ``from_function``, ``from_volumes`` or ``from_bundle``.

    ``oracle(shares)`` returns proper, non-empty groups (one flag row each, the first with the largest Σ shares − c(S) of all) and these
    amounts; it is None where only enumeration (≤ 20 players) or search is possible.
    """

    players: tuple[str, ...]
    cost_of: Callable[[Flags], float] = field(repr=False)
    oracle: Oracle | None = field(repr=False, default=None)
    money_unit: str = ""
    _memory: dict[bytes, float] = field(repr=False, default_factory=dict)
    _table: list[Floats] = field(repr=False, default_factory=list)

    @classmethod
    def from_table(cls, costs: Mapping[frozenset[str], float], *, money_unit: str = "") -> CostGame:
        """Build a game from a cost for every non-empty group of its players; missing groups raise ModelError, named."""
        players = tuple(sorted({player for group in costs for player in group}))
        n = len(players)
        if not 1 <= n <= EXACT_PLAYERS:
            raise ModelError(
                f"表で与えるゲームの参加者は1〜{EXACT_PLAYERS}人にしてください（{n}人）。多い場合は from_function を使ってください。"
            )
        bit = {player: 1 << position for position, player in enumerate(players)}
        table = np.full(1 << n, np.nan)
        table[0] = 0.0
        for group, cost in costs.items():
            if group:
                table[sum(bit[player] for player in group)] = float(cost)
        _refuse_gaps(table, players)
        weight = 1 << np.arange(n)
        return cls(players, lambda flags: float(table[int(weight[flags].sum())]), None, money_unit, {}, [table])

    @classmethod
    def from_function(
        cls,
        players: Iterable[str],
        cost_of: Callable[[frozenset[str]], float],
        *,
        oracle: Oracle | None = None,
        money_unit: str = "",
    ) -> CostGame:
        """Build a game from a function of the set of members; every value is computed once and remembered."""
        names = _distinct(players)
        labels = np.array(names, dtype=object)
        return cls(names, lambda flags: float(cost_of(frozenset(labels[flags]))), oracle, money_unit)

    @classmethod
    def from_volumes(
        cls, volumes: Mapping[str, float], cost_of_volume: Callable[[float], float], *, money_unit: str = ""
    ) -> CostGame:
        """Build c(S) = g(Σ volumes of S) for a concave g with g(0) ≥ 0 (economies of scale); it has an exact oracle.

        A concave g is the lower envelope of its tangents, so for each tangent slope s the best group is every player whose share
        exceeds s × volume: only the players with the highest share per volume need be looked at, with each player left out in turn.
        """
        names = _distinct(volumes)
        volume = np.array([float(volumes[name]) for name in names])
        if (volume < 0).any():
            raise ModelError("数量は0以上にしてください。負の数量があります。")
        return cls(
            names,
            lambda flags: float(cost_of_volume(float(volume[flags].sum()))),
            lambda shares: _best_by_ratio(shares, volume, cost_of_volume),
            money_unit,
        )

    @classmethod
    def from_bundle(cls, plan: object, bundle_id: object, *, owner: str = "") -> CostGame:
        """Build the game of the members of one bundle of a plan (see bundle_game.game_of_bundle)."""
        from dxmodels.bundling.bundle_game import (
            game_of_bundle,  # the game of a bundle needs the model, the model needs no game
        )

        return game_of_bundle(plan, bundle_id, owner=owner)  # type: ignore[arg-type]

    @property
    def n(self) -> int:
        """Number of players."""
        return len(self.players)

    @property
    def total(self) -> float:
        """Cost of all together, c(N)."""
        return self.cost(np.ones(self.n, dtype=bool))

    @property
    def alone(self) -> Floats:
        """Cost of each player alone, in the order of ``players``."""
        return np.array([self.cost(row) for row in np.eye(self.n, dtype=bool)])

    def cost(self, members: Flags | Iterable[str]) -> float:
        """Return c(S) for a flag array or names; c(∅) = 0."""
        flags = members if isinstance(members, np.ndarray) else np.isin(np.array(self.players), list(members))
        if not flags.any():
            return 0.0
        key = np.packbits(flags).tobytes()
        if key not in self._memory:
            self._memory[key] = self.cost_of(flags)
        return self._memory[key]

    def table(self) -> Floats:
        """Return all 2^n costs by bit mask (bit i = player i); raises ModelError beyond 20 players."""
        if self.n > EXACT_PLAYERS:
            raise ModelError(
                f"{self.n}人のゲームは全組合せを列挙できません（上限{EXACT_PLAYERS}人）。標本または制約生成の方法を使ってください。"
            )
        if not self._table:
            masks = (np.arange(1 << self.n)[:, None] >> np.arange(self.n)) & 1
            values = [0.0] + [self.cost_of(row) for row in masks[1:].astype(bool)]
            self._table.append(np.array(values))
        return self._table[0]


def members_of_mask(players: Sequence[str], mask: int) -> tuple[str, ...]:
    """Return the names in a bit mask."""
    return tuple(player for position, player in enumerate(players) if mask >> position & 1)


def _distinct(players: Iterable[str]) -> tuple[str, ...]:
    names = tuple(players)
    if len(set(names)) != len(names) or not names:
        raise ModelError("参加者が空か、同じ名前が重なっています。")
    return names


def _refuse_gaps(table: Floats, players: Sequence[str]) -> None:
    gaps = np.flatnonzero(~np.isfinite(table))
    if len(gaps):
        shown = "、".join("{" + ",".join(members_of_mask(players, int(mask))) + "}" for mask in gaps[:5])
        raise ModelError(
            f"費用のない組合せが{len(gaps)}件あります：{shown}。すべての組合せの費用（有限の数）を与えてください。"
        )


def _best_by_ratio(shares: Floats, volume: Floats, cost_of_volume: Callable[[float], float]) -> tuple[Flags, Floats]:
    """For each player left out, the best group of the others; the overall best first."""
    n = len(shares)
    ratio = np.where(volume > 0, shares / np.where(volume > 0, volume, 1.0), np.where(shares > 0, np.inf, -np.inf))
    order = np.argsort(-ratio, kind="stable")
    groups, gains = np.zeros((n, n), dtype=bool), np.empty(n)
    for left_out in range(n):
        ranked = order[order != left_out]
        amounts = np.cumsum(shares[ranked]) - np.array([cost_of_volume(float(v)) for v in np.cumsum(volume[ranked])])
        gains[left_out] = amounts.max()
        groups[left_out, ranked[: int(amounts.argmax()) + 1]] = True
    prefix = np.tril(
        np.ones((n - 1, n), dtype=bool)
    )  # and every proper group of the dearest players, for a fuller list
    growing = np.zeros_like(prefix)
    growing[:, order] = prefix
    more = np.cumsum(shares[order])[:-1] - np.array([cost_of_volume(float(v)) for v in np.cumsum(volume[order])[:-1]])
    groups, gains = np.vstack([groups, growing]), np.concatenate([gains, more])
    first = np.argsort(-gains, kind="stable")
    return groups[first], gains[first]
