"""Given prices for units and for coupling rows, what is each bundle worth, and what bound does that prove?

Sets, parameters: as in strong.py; prices π_u (free) of "unit u is served" and λ_r ≥ 0 of the coupling rows.
Reduced cost     r_uf = c_uf + Σ_r λ_r g_r,uf − π_u,   F̃_f = F_f + Σ_r λ_r h_rf
Worth of f       z_f = F̃_f + min { Σ_S r_uf : S members of f allowed by capacity, fewest and most members, S not empty }
Bound            L(π, λ) = Σ π_u − λ·b + Σ_f min(0, z_f) ≤ cost of every feasible plan (Geoffrion 1974, Lagrangean relaxation for integer
                 programming). Any lower estimate of z_f keeps it valid: with a capacity the members' knapsack is relaxed to fractions,
                 and of the capacity estimate and the members estimate the larger counts.
Bundles without fixed cost, limits and coefficient on their opening are priced choice by choice: Σ_u min(0, r_uf).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from dxmodels.bundling.problem import BundleProblem, Flags, Floats, Ints
from dxmodels.bundling.strong import needs_of


@dataclass(frozen=True, eq=False)
class Priced:
    """The answer of one pricing: bound, reduced cost of each choice, worth of each bundle, and the choices it would take."""

    bound: float
    reduced: Floats
    worth: Floats
    taken: Flags


class Pricer:
    """Prices all bundles of one problem at once; built once, called for every set of prices."""

    def __init__(self, problem: BundleProblem) -> None:
        self.problem = problem
        needs = needs_of(problem)
        self._choices_t = problem.coupling.on_choices.T.tocsr()
        self._bundles_t = problem.coupling.on_bundles.T.tocsr()
        self._free = ~needs.opening & ~needs.capacity & ~needs.most
        self._limited = _Members(problem, np.flatnonzero(needs.most | (needs.fewest)))
        self._loaded = _Members(problem, np.flatnonzero(needs.capacity))

    def price(self, pi: Floats, lam: Floats) -> Priced:
        """Return bound, reduced costs and the plan of the relaxed problem at prices (π, λ)."""
        problem = self.problem
        reduced = problem.cost - pi[problem.unit_of]
        fixed = problem.fixed_cost
        if len(lam):
            reduced = reduced + self._choices_t @ lam
            fixed = fixed + self._bundles_t @ lam
        taken = reduced < 0
        worth = fixed + np.bincount(problem.bundle_of, np.minimum(reduced, 0.0), minlength=problem.n_bundles)
        for members, estimate in ((self._limited, _by_count), (self._loaded, _by_load)):
            members.tighten(estimate, reduced, fixed, worth, taken)
        pays = worth < 0
        taken &= pays[problem.bundle_of]
        bound = float(pi.sum() - lam @ problem.coupling.rhs + worth[pays].sum())
        return Priced(bound, reduced, worth, taken)


class _Members:
    """The choices of some bundles, bundle by bundle, for limits that need them sorted."""

    def __init__(self, problem: BundleProblem, bundles: Ints) -> None:
        self.problem = problem
        self.bundles = bundles
        position = np.full(problem.n_bundles, -1)
        position[bundles] = np.arange(len(bundles))
        self.choices = np.flatnonzero(position[problem.bundle_of] >= 0)
        self.group = position[problem.bundle_of[self.choices]]

    def tighten(
        self,
        estimate: Callable[[_Members, Floats], tuple[Floats, Flags]],
        reduced: Floats,
        fixed: Floats,
        worth: Floats,
        taken: Flags,
    ) -> None:
        """Raise ``worth`` of these bundles to the estimate where it is larger, and mark the members it takes."""
        if not len(self.bundles):
            return
        value, chosen = estimate(self, reduced[self.choices])
        better = fixed[self.bundles] + value
        higher = better > worth[self.bundles] + 1e-12 * np.abs(worth[self.bundles])
        worth[self.bundles] = np.maximum(worth[self.bundles], better)
        update = higher[self.group]
        taken[self.choices[update]] = chosen[update]


def _by_count(members: _Members, reduced: Floats) -> tuple[Floats, Flags]:
    """Cheapest members when at least m and at most M must join: the m cheapest, then all that pay, up to M."""
    problem, n = members.problem, len(members.bundles)
    order = np.lexsort((reduced, members.group))
    group, value = members.group[order], reduced[order]
    rank = np.arange(len(order)) - np.searchsorted(group, group)
    fewest, most = problem.min_units[members.bundles][group], problem.max_units[members.bundles][group]
    joins = (rank < fewest) | ((value < 0) & (rank < most))
    total: Floats = np.bincount(group, np.where(joins, value, 0.0), minlength=n).astype(float)
    # A bundle that can never reach its fewest members is never bought.
    total[np.bincount(members.group, minlength=n) < problem.min_units[members.bundles]] = np.inf
    chosen = np.zeros(len(order), dtype=np.bool_)
    chosen[order] = joins
    return total, chosen


def _by_load(members: _Members, reduced: Floats) -> tuple[Floats, Flags]:
    """Cheapest members within the capacity, the last one in fractions (a lower estimate of the true knapsack)."""
    problem, n = members.problem, len(members.bundles)
    load, capacity = problem.load[members.choices], problem.capacity[members.bundles]
    pays = (reduced < 0) & (load <= capacity[members.group])
    ratio = np.where(pays, np.where(load > 0, reduced / np.maximum(load, 1e-300), -np.inf), np.inf)
    order = np.lexsort((ratio, members.group))
    group = members.group[order]
    placed = np.where(pays[order], load[order], 0.0)
    before = np.cumsum(placed) - placed
    first = np.searchsorted(group, np.arange(n))
    before = before - before[np.minimum(first, len(order) - 1)][group]
    room = capacity[group] - before
    share = np.where(pays[order], np.clip(np.where(placed > 0, room / np.maximum(placed, 1e-300), 1.0), 0.0, 1.0), 0.0)
    total: Floats = np.bincount(group, share * reduced[order], minlength=n).astype(float)
    chosen = np.zeros(len(order), dtype=np.bool_)
    chosen[order] = share > 0
    return total, chosen
