"""Given prices of the rows that tie regions together, which plan does each region make within its share of them?

Bound       Σ_r v_r(λ) − λ·b ≤ cost of every feasible plan for any λ ≥ 0; prices and bound come from volume.py, in one pass over all regions
            at a time, and are an ordinary certificate (certificate.py) that the checker adds up without knowing of regions.
Shares      the mean priced plan of volume.py says how much of every wide row a region uses; that is its share.
Plan        regions are solved one after the other, largest first, each within its share and what those before it left over, so that
            rounding to whole purchases loses room once and not once a region. A region that has no plan in its share waits until all
            others have left their rest.
Leaves out  trading shares between regions afterwards; the printed gap contains what that would have brought.

A run reports each step to ``progress`` with the prices and the part of the plan made so far; passed back as ``start`` it goes on from there.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from dxmodels.bundling.decomposition import PRICE_PASSES, Clock, Found, Milestone, improved_plan, plan_from
from dxmodels.bundling.master import Prices
from dxmodels.bundling.plan import BY_PRICES
from dxmodels.bundling.pricing import Pricer
from dxmodels.bundling.problem import BundleProblem, Flags, Floats
from dxmodels.bundling.regions import Region, Regions, split_regions
from dxmodels.bundling.volume import VolumeEnd, find_prices
from dxmodels.errors import ModelError
from dxmodels.solver import Effort, relative_gap

_REGION_GAP = 0.8  # of the asked gap: each region's plan


def solve_regions(
    problem: BundleProblem, regions: Regions, *, effort: Effort, seed: int, clock: Clock, start: Milestone | None = None
) -> Found:
    """Return plan and bound of a problem that falls into regions once its wide rows are priced."""
    parts = split_regions(problem, regions)
    found = _prices(problem, clock, start)
    if _beyond_reason(problem, found.prices):
        return Found(None, np.inf, found.prices, True, "regions", clock.log)
    taken, served = _plans(problem, parts, found, effort, seed, clock, start)
    proven = found.prices
    if not served.all():
        return Found(None, proven.bound, proven, False, "regions", clock.log)
    value = problem.value(taken)
    if proven.bound > value + 1e-6 * (1.0 + abs(value)):
        raise ModelError(f"下界 {proven.bound} が目的値 {value} を超えました。計算に誤りがあります。")
    clock.note("plan", value, proven.bound, proven, taken)
    return Found(taken, min(proven.bound, value), proven, False, BY_PRICES, clock.log)


def _prices(problem: BundleProblem, clock: Clock, start: Milestone | None) -> VolumeEnd:
    found = find_prices(
        problem,
        passes=PRICE_PASSES,
        start=None if start is None else start.prices,
        note=lambda best: clock.note("prices", np.inf, best.bound, best),
        over=lambda best: clock.over or _beyond_reason(problem, best),
    )
    clock.note("prices", np.inf, found.prices.bound, found.prices)
    return found


def _beyond_reason(problem: BundleProblem, prices: Prices) -> bool:
    """True where the bound exceeds what any plan could cost."""
    dearest = np.zeros(problem.n_units)
    np.maximum.at(dearest, problem.unit_of, problem.cost + np.maximum(0.0, problem.fixed_cost[problem.bundle_of]))
    return prices.bound > float(dearest.sum()) * (1 + 1e-6) + 1e-6


def _plans(
    problem: BundleProblem,
    parts: list[Region],
    found: VolumeEnd,
    effort: Effort,
    seed: int,
    clock: Clock,
    start: Milestone | None,
) -> tuple[Flags, Flags]:
    """Solve the regions within their shares; returns the plan and which units it serves."""
    taken = np.zeros(problem.n_choices, dtype=bool)
    shares = _fitted(problem, np.array([_use(part, found, len(problem.coupling)) for part in parts]))
    left = problem.coupling.rhs - shares.sum(axis=0)
    waiting = list(range(len(parts)))
    for attempt in range(2):
        tried, waiting = waiting, []
        for r in tried:
            part = parts[r]
            room = left + shares[r]
            plan = _kept(part, start) if attempt == 0 else None
            if plan is None:
                plan = _solve_region(part, found, room, effort, seed, clock)
            if plan is None:
                waiting.append(r)
                continue
            taken[part.choices[plan]] = True
            used = np.zeros(len(left))
            used[part.rows] = part.problem.coupling.use(plan, part.problem.opened_by(plan))
            left = room - used
            clock.note("region_plan", np.inf, found.prices.bound, found.prices, taken.copy())
        if not waiting:
            break
    served = np.bincount(problem.unit_of[taken], minlength=problem.n_units) > 0
    return taken, served


def _use(part: Region, found: VolumeEnd, n_rows: int) -> Floats:
    """How much of every row the region uses in the mean priced plan."""
    rows, use = part.problem.coupling, np.zeros(n_rows)
    use[part.rows] = rows.on_choices @ found.shares[part.choices] + rows.on_bundles @ found.opened[part.bundles]
    return use


def _fitted(problem: BundleProblem, use: Floats) -> Floats:
    """Shares that together keep every row, where the mix still exceeded one."""
    total, room = use.sum(axis=0), problem.coupling.rhs
    over = (total > room) & (total > 0)
    return np.where(over, use * (room / np.where(over, total, 1.0)), use)


def _kept(part: Region, start: Milestone | None) -> Flags | None:
    """The region's plan of an earlier run, where that run had come to it."""
    if start is None or start.taken is None:
        return None
    plan = start.taken[part.choices]
    return plan if int(plan.sum()) == part.problem.n_units else None


def _solve_region(
    part: Region, found: VolumeEnd, room: Floats, effort: Effort, seed: int, clock: Clock
) -> Flags | None:
    problem = part.within(room)
    prices = Prices(found.prices.pi[part.units], found.prices.lam[part.rows], -np.inf)
    own = replace(prices, bound=Pricer(problem).price(prices.pi, prices.lam).bound)
    opened = found.opened[part.bundles]
    relaxation = VolumeEnd(own, found.shares[part.choices], opened, found.passes).as_relaxation(problem)
    taken, _ = plan_from(problem, relaxation, effort, clock)
    if taken is None or relative_gap(problem.value(taken), own.bound) <= _REGION_GAP * effort.gap:
        return taken
    own_effort = Effort(
        _REGION_GAP * effort.gap, effort.nodes, effort.iterations, effort.seconds, effort.threads, effort.seed
    )
    return improved_plan(problem, relaxation, taken, own_effort, seed, clock).taken
