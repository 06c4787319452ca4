"""If some members of a bundle left it, what would the cheapest purchase among themselves cost?

Players     the owners of the units in one bundle of a plan (a municipality may hold several tasks in it)
c(S)        min over every bundle f of the problem of F_f + Σ_{i∈S} Σ_{u of i} min(c_uf, a_u), and Σ_{i∈S} a_i, where a_u = min_f (F_f + c_uf)
            is the cost of unit u by itself (in a bundle that one member may open): the group opens at most one joint purchase, which needs its fewest members among those it
            serves better than alone; any member may still go alone
c(N)        what the plan really charges the bundle's members (coupling rules may have made it dearer than the cheapest purchase)
Oracle      the group with the largest Σ shares − c(S), bundle by bundle (offer_game.py); exact where every player has one unit in the bundle
            or no purchase has a least number of members. Otherwise groups are searched for, and the result says so.
Leaves out  yearly budgets and capacities for those who leave: leaving is judged at its easiest.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from dxmodels.bundling.offer_game import Floats, OfferGame
from dxmodels.bundling.plan import BundlePlan
from dxmodels.bundling.problem import BundleProblem, Ints
from dxmodels.errors import ModelError


def offers_of_bundle(plan: BundlePlan, bundle_id: object, *, owner: str = "") -> tuple[tuple[str, ...], OfferGame]:
    """Return the members of one bundle and the purchases any group of them may open; ``owner`` names the units' column that tells who
    pays (blank = each unit).

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
    return players, OfferGame(fixed, cost, joining, fewest, total)


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
