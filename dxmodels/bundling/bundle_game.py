"""If some members of a bundle left it, what would the cheapest purchase among themselves cost?

Players     the owners of the units in one bundle of a plan (a municipality may hold several tasks in it)
c(S)        min over every bundle f of the problem of F_f + Σ_{i∈S} Σ_{u of i} min(c_uf, a_u), and Σ_{i∈S} a_i, where a_u = min_f (F_f + c_uf)
            is the cost of unit u by itself (in a bundle that one member may open): the group opens at most one joint purchase, which needs its fewest members among those it
            serves better than alone; any member may still go alone
c(N)        what the plan really charges the bundle's members (coupling rules may have made it dearer than the cheapest purchase)
Oracle      the group with the largest Σ shares − c(S) is found exactly, bundle by bundle: take every player whose share exceeds its cost
            there (drop the least of them where that would be everyone).
Leaves out  yearly budgets and capacities for those who leave: leaving is judged at its easiest. The oracle is exact where every player has
            one unit in the bundle.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from dxmodels.bundling.game import CostGame, Flags, Floats
from dxmodels.bundling.plan import BundlePlan
from dxmodels.bundling.problem import BundleProblem, Ints
from dxmodels.errors import ModelError

_TABLE_PLAYERS = 18


def game_of_bundle(plan: BundlePlan, bundle_id: object, *, owner: str = "") -> CostGame:
    """Return the cost game of the members of one bundle; ``owner`` names the units' column that tells who pays (blank = each unit).

    Raises ModelError where the bundle is not bought in the plan or the column does not exist.
    """
    problem = plan.problem
    taken = np.flatnonzero(plan.taken & (problem.bundle_ids[problem.bundle_of] == bundle_id))
    if not len(taken):
        raise ModelError(
            f"束「{bundle_id}」はこの計画で調達されていません。bundles_frame() の bundle_id から選んでください。"
        )
    players, player_of = _players(problem, problem.unit_of[taken], owner)
    fixed, cost, joining, fewest = _cost_by_bundle(problem, problem.unit_of[taken], player_of, len(players))
    total = float(problem.cost[taken].sum() + problem.fixed_cost[problem.bundle_of[taken[0]]])
    game = _PurchaseGame(fixed, cost, joining, fewest, total)
    table = [game.table()] if len(players) <= _TABLE_PLAYERS else []
    return CostGame(players, game.cost_of, game.best_group, problem.money_unit, {}, table)


def cost_alone(problem: BundleProblem) -> Floats:
    """Return a_u, what each unit pays with nobody else: its cheapest bundle that one member may open (any, if there is none)."""
    for possible in (problem.min_units <= 1, np.ones(problem.n_bundles, dtype=bool)):
        cost = np.full(problem.n_units, np.inf)
        choices = np.flatnonzero(possible[problem.bundle_of])
        full = problem.cost[choices] + problem.fixed_cost[problem.bundle_of[choices]]
        np.minimum.at(cost, problem.unit_of[choices], full)
        if np.isfinite(cost).all():
            break
    return cost


def _players(problem: BundleProblem, units: Ints, owner: str) -> tuple[tuple[str, ...], Ints]:
    if owner and owner not in problem.units.columns:
        raise ModelError(
            f"単位の表に列「{owner}」がありません。{'、'.join(map(str, problem.units.columns))} から選んでください。"
        )
    names = problem.units[owner or "unit_id"].astype(str).to_numpy()[units]
    codes, labels = pd.factorize(names, sort=True)
    return tuple(str(label) for label in labels), codes.astype(np.int64)


def _cost_by_bundle(
    problem: BundleProblem, units: Ints, player_of: Ints, players: int
) -> tuple[Floats, Floats, Floats, Floats]:
    """Purchases worth a look (row 0 = all alone): fixed cost, each player's cost, units each would bring, fewest members."""
    position = np.full(problem.n_units, -1)
    position[units] = np.arange(len(units))
    choices = np.flatnonzero(position[problem.unit_of] >= 0)
    unit, bundle = position[problem.unit_of[choices]], problem.bundle_of[choices]
    alone = cost_alone(problem)[units]
    useful, row = np.unique(bundle, return_inverse=True)
    cost = np.tile(alone, (len(useful) + 1, 1))
    np.minimum.at(cost, (row + 1, unit), problem.cost[choices])
    fixed = np.concatenate([[0.0], problem.fixed_cost[useful]])
    by_player, joining = np.zeros((len(fixed), players)), np.zeros((len(fixed), players))
    np.add.at(by_player.T, player_of, cost.T)
    np.add.at(joining.T, player_of, (cost < alone).T.astype(float))
    fewest = np.concatenate([[0.0], problem.min_units[useful]])
    worth = (fixed + by_player.sum(axis=1) < by_player[0].sum() - 1e-12) & (joining.sum(axis=1) >= fewest)
    worth[0] = True
    return fixed[worth], by_player[worth], joining[worth], fewest[worth]


class _PurchaseGame:
    """Costs of all groups over a list of possible purchases."""

    def __init__(self, fixed: Floats, cost: Floats, joining: Floats, fewest: Floats, total: float) -> None:
        self.fixed, self.cost, self.total = fixed, cost, total
        self.joining, self.fewest = joining, fewest
        self.n = cost.shape[1]

    def cost_of(self, members: Flags) -> float:
        if members.all():
            return self.total
        open_to_them = self.joining[:, members].sum(axis=1) >= self.fewest
        return float((self.fixed + self.cost[:, members].sum(axis=1))[open_to_them].min())

    def table(self) -> Floats:
        """All 2^n costs by bit mask: sums by doubling, one purchase at a time."""
        best = np.full(1 << self.n, np.inf)
        for fixed, cost, joining, fewest in zip(self.fixed, self.cost, self.joining, self.fewest, strict=True):
            sums, count = np.zeros(1), np.zeros(1)
            for value, brings in zip(cost, joining, strict=True):
                sums, count = np.concatenate([sums, sums + value]), np.concatenate([count, count + brings])
            np.minimum(best, np.where(count >= fewest, sums + fixed, np.inf), out=best)
        best[0], best[-1] = 0.0, self.total
        return best

    def best_group(self, shares: Floats) -> tuple[Flags, Floats]:
        """The best proper, non-empty group for every purchase, the overall best first (see CostGame.oracle)."""
        gain = shares - self.cost
        joins = gain > 0
        for row in np.flatnonzero((joins * self.joining).sum(axis=1) < self.fewest):
            self._fill_up(joins[row], gain[row], self.joining[row], self.fewest[row])
        none = ~joins.any(axis=1)
        joins[none, gain[none].argmax(axis=1)] = True
        everyone = joins.all(axis=1) & (self.n > 1)
        joins[everyone, gain[everyone].argmin(axis=1)] = False
        value = np.where(joins, gain, 0.0).sum(axis=1) - self.fixed
        value[(joins * self.joining).sum(axis=1) < self.fewest] = -np.inf
        first = np.argsort(-value, kind="stable")[: 4 * self.n]
        first = first[np.isfinite(value[first])]
        return joins[first], value[first]

    @staticmethod
    def _fill_up(joins: Flags, gain: Floats, brings: Floats, fewest: float) -> None:
        """Take in the players who lose least until the purchase has its fewest members."""
        count = float(brings[joins].sum())
        for player in np.argsort(-gain, kind="stable"):
            if count >= fewest:
                return
            if not joins[player] and brings[player] > 0:
                joins[player] = True
                count += float(brings[player])
