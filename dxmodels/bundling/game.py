"""What would each group of members pay if it bought by itself?

A cost game: players N and a cost c(S) for every group S. Small games (≤ 20 players) hold all 2^n costs in one array indexed by bit mask;
larger ones hold a way to compute c(S) and, where there is one, an exact oracle for "which group would gain most by leaving": for costs
that are a concave function of summed volume (oracles.py), and for a list of purchases of which a group opens one (offer_game.py; the members
of a bundle of a plan, bundle_game.py). Without an oracle only a search is possible, and the answer says so.
Source: Young (ed., 1985), Cost Allocation: Methods, Principles, Applications, ch. 1.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import compress
from typing import Protocol

import numpy as np

from dxmodels.bundling.bundle_game import offers_of_bundle
from dxmodels.bundling.offer_game import Flags, Floats, Ints, OfferGame
from dxmodels.bundling.oracles import best_by_ratio, climb
from dxmodels.bundling.plan import BundlePlan
from dxmodels.errors import ModelError

EXACT_PLAYERS = 20  # 2^20 groups fit in memory and in a second
_TABLE_PLAYERS = 18  # tables of offers are written out at once up to here


class Oracle(Protocol):
    """Return groups (one flag row each) with Σ shares − c(S), the largest of all groups first.

    Looked at are the groups on which some row of ``nulls`` is not zero; without it every group but nobody and everybody.
    """

    def __call__(self, shares: Floats, nulls: Ints | None = None) -> tuple[Flags, Floats]:
        """Return the groups and their gains."""


@dataclass(frozen=True, eq=False)
class CostGame:
    """A cost game; build it with ``from_table``, ``from_function``, ``from_volumes``, ``from_offers`` or ``from_bundle``.

    ``oracle`` finds the group that would gain most by leaving; it is None where only enumeration (≤ 20 players) or search is possible.
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
        players = _in_order({player for group in costs for player in group})
        n = len(players)
        if not 1 <= n <= EXACT_PLAYERS:
            raise ModelError(
                f"表で与えるゲームの参加者は1〜{EXACT_PLAYERS}人にしてください（{n}人）。多い場合は from_function を使ってください。"
            )
        bit = {player: 1 << position for position, player in enumerate(players)}
        table = np.full(1 << n, np.nan)
        table[0] = 0.0
        for group, cost in costs.items():
            if not group:
                _refuse_a_cost_of_nobody(cost)
            else:
                table[sum(bit[player] for player in set(group))] = np.nan if cost is None else float(cost)
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
        """Build a game from a function of the set of members; every value is computed once and remembered.

        Where the function gives no finite number for a group that is asked for, ModelError names the group.
        """
        names = _distinct(players)
        return cls(names, lambda flags: _cost_of_group(cost_of, frozenset(compress(names, flags))), oracle, money_unit)

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
            lambda shares, nulls=None: best_by_ratio(shares, volume, cost_of_volume, nulls),
            money_unit,
        )

    @classmethod
    def from_offers(
        cls, players: Iterable[str], fixed_costs: Sequence[float], member_costs: Sequence[Mapping[str, float]], *, money_unit: str = ""
    ) -> CostGame:  # fmt: skip
        """Build c(S) = min over offers of its fixed cost + Σ of its members' costs (a player an offer does not name cannot use it).

        Raises ModelError where some group has no offer that serves all its members, which is so when everybody together has none.
        """
        names = _distinct(players)
        cost = np.array([[float(costs.get(name, np.inf)) for name in names] for costs in member_costs])
        fixed = np.array(fixed_costs, dtype=float)
        if cost.shape != (len(fixed), len(names)) or not np.isfinite(cost).all(axis=1).any():
            raise ModelError("固定費と参加者の費用を提案ごとに与え、全参加者が使える提案を一つは含めてください。")
        return cls.of_offers(names, OfferGame(fixed, cost, np.ones_like(cost), np.zeros(len(fixed))), money_unit)

    @classmethod
    def of_offers(cls, players: tuple[str, ...], offers: OfferGame, money_unit: str = "") -> CostGame:
        """Build the game of a list of purchases; its oracle is left out where it would not be exact."""
        table = [offers.table()] if len(players) <= _TABLE_PLAYERS else []
        return cls(players, offers.cost_of, offers.best_groups if offers.exact else None, money_unit, {}, table)

    @classmethod
    def from_bundle(cls, plan: BundlePlan, bundle_id: object, *, owner: str = "") -> CostGame:
        """Build the game of the members of one bundle of a plan (see bundle_game.offers_of_bundle)."""
        players, offers = offers_of_bundle(plan, bundle_id, owner=owner)
        return cls.of_offers(players, offers, plan.problem.money_unit)

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

    @property
    def is_provable(self) -> bool:
        """True where the group that gains most is known for sure: few players, or an exact oracle."""
        return self.n <= EXACT_PLAYERS or self.oracle is not None

    def best_groups(self, shares: Floats, nulls: Ints | None = None) -> tuple[Flags, Floats]:
        """Return groups with Σ shares − c(S), the best first, by the oracle or, without one, by a search that may miss the best."""
        if self.oracle is not None:
            return self.oracle(shares, nulls)
        return climb(self.cost, self.alone, shares, nulls)

    def cost(self, members: Flags | Iterable[str]) -> float:
        """Return c(S) for a flag array or names; c(∅) = 0. Names that are not players raise ModelError."""
        flags = members if isinstance(members, np.ndarray) and members.dtype == bool else self._flags_of(members)
        if not flags.any():
            return 0.0
        key = np.packbits(flags).tobytes()
        if key not in self._memory:
            self._memory[key] = self.cost_of(flags)
        return self._memory[key]

    def _flags_of(self, members: Iterable[str]) -> Flags:
        wanted = set(members)
        strangers = sorted(map(str, wanted - set(self.players)))
        if strangers:
            raise ModelError(
                f"「{'、'.join(strangers)}」はこのゲームの参加者ではありません。{'、'.join(map(str, self.players[:10]))} などから選んでください。"
            )
        return np.array([player in wanted for player in self.players], dtype=bool)

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


def _in_order(players: set[str]) -> tuple[str, ...]:
    """Players in an order of their own that does not depend on the order of the table, also where names and numbers are mixed."""
    try:
        return tuple(sorted(players))
    except TypeError:
        return tuple(sorted(players, key=lambda player: (type(player).__name__, str(player))))


def _distinct(players: Iterable[str]) -> tuple[str, ...]:
    names = tuple(players)
    if len(set(names)) != len(names) or not names:
        raise ModelError("参加者が空か、同じ名前が重なっています。")
    return names


def _cost_of_group(cost_of: Callable[[frozenset[str]], float], group: frozenset[str]) -> float:
    found = cost_of(group)
    try:
        cost = float(found)
    except (TypeError, ValueError):
        cost = math.nan
    if not math.isfinite(cost):
        members = "、".join(sorted(map(str, group)))
        raise ModelError(
            f"組合せ {{{members}}} の費用「{found}」は有限の数ではありません。費用の関数を確認してください。"
        )
    return cost


def _refuse_a_cost_of_nobody(cost: float) -> None:
    if cost:
        raise ModelError(
            f"だれも参加しない組合せに費用 {cost} が付いています。0にし、全員に共通の固定費は各組合せの費用に含めてください。"
        )


def _refuse_gaps(table: Floats, players: Sequence[str]) -> None:
    gaps = np.flatnonzero(~np.isfinite(table))
    if len(gaps):
        shown = "、".join("{" + ",".join(map(str, members_of_mask(players, int(mask)))) + "}" for mask in gaps[:5])
        raise ModelError(
            f"費用のない組合せが{len(gaps)}件あります：{shown}。すべての組合せの費用（有限の数）を与えてください。"
        )
