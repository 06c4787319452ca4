"""Which few choices must a good plan come from, and which choices can no better plan contain?

The core keeps the choices that the relaxation uses or that are nearly worth their price. It finds plans; it proves nothing.
Fixing proves: at prices with bound L, taking choice (u, f) costs at least L + max(0, z_f) + max(0, r_uf), so any choice for which that
reaches the cost of a known plan can be left out without losing a better plan (reduced-cost fixing; Beasley 1993, Lagrangean heuristics
for location problems). For bundles with fewest or most members only max(0, z_f) is used, since members may then displace each other.
"""

from __future__ import annotations

import numpy as np

from dxmodels.bundling.master import Prices, Relaxation
from dxmodels.bundling.pricing import Pricer
from dxmodels.bundling.problem import BundleProblem, Flags, Floats, Ints
from dxmodels.bundling.strong import needs_of, repaired, start_of, strong_arrays
from dxmodels.solver import INFEASIBLE, Effort, solve_arrays


def cheapest(value: Floats, group: Ints, count: int, among: Flags | None = None) -> Flags:
    """Mark the ``count`` smallest values of every group (ties: the first in order), of those marked in ``among`` only."""
    candidates = np.arange(len(value)) if among is None else np.flatnonzero(among)
    order = candidates[np.lexsort((value[candidates], group[candidates]))]
    rank = np.arange(len(order)) - np.searchsorted(group[order], group[order])
    marked = np.zeros(len(value), dtype=bool)
    marked[order[rank < count]] = True
    return marked


def core_choices(problem: BundleProblem, relaxation: Relaxation, *, per_unit: int) -> Flags:
    """Return the choices the relaxation uses, the ``per_unit`` most promising of every unit, and its two best free-standing ones."""
    prices = relaxation.prices
    priced = Pricer(problem).price(prices.pi, prices.lam)
    promise = priced.reduced + np.maximum(0.0, np.nan_to_num(priced.worth, posinf=0.0))[problem.bundle_of]
    promise[np.isposinf(priced.worth)[problem.bundle_of]] = np.inf
    free = ~needs_of(problem).opening[problem.bundle_of]
    kept = relaxation.shares > 1e-7
    kept |= cheapest(promise, problem.unit_of, per_unit)
    kept |= cheapest(priced.reduced, problem.unit_of, 2, free)
    return kept


def solve_core(
    problem: BundleProblem, kept: Flags, *, effort: Effort, start: Flags | None = None
) -> tuple[Flags | None, float, bool]:
    """Solve the problem over the kept choices: (plan or None, bound over these choices, proven infeasible over them)."""
    part = problem.keep_choices(kept)
    begin = None if start is None or (start & ~kept).any() else start_of(part, start[kept])
    report = solve_arrays(strong_arrays(part), effort=effort, start=begin)
    if not report.has_solution:
        return None, report.bound if report.status != INFEASIBLE else np.inf, report.status == INFEASIBLE
    taken = np.zeros(problem.n_choices, dtype=bool)
    taken[np.flatnonzero(kept)[repaired(part, report.values)]] = True
    return taken, report.bound, False


def choices_not_ruled_out(problem: BundleProblem, prices: Prices, best_value: float) -> Flags:
    """Return the choices that a plan cheaper than ``best_value`` may still contain."""
    priced = Pricer(problem).price(prices.pi, prices.lam)
    needs = needs_of(problem)
    worth = np.where(needs.opening | needs.capacity | needs.most, np.maximum(0.0, priced.worth), 0.0)
    crowded = (needs.most | needs.fewest)[problem.bundle_of]
    extra = np.where(crowded, 0.0, np.maximum(0.0, priced.reduced))
    return priced.bound + worth[problem.bundle_of] + extra < best_value
