"""Given prices of the rows that tie regions together, which plan does each region make within its share of them?

The mix of answers found by the price master (regions.py) says how much of every wide row a region uses; that is its share. Regions are
solved one after the other, largest first, each within its share and what those before it left over, so that rounding to whole purchases
loses room once and not once a region. A region that has no plan in its share waits until all others have left their rest.

A run reports each step to ``progress`` with the prices and the part of the plan made so far; passed back as ``start`` it goes on from there.
"""

from __future__ import annotations

import numpy as np

from dxmodels.bundling.decomposition import Clock, Found, Milestone, improved_plan, plan_from, relaxed_master
from dxmodels.bundling.master import Prices, Relaxation
from dxmodels.bundling.plan import BY_PRICES
from dxmodels.bundling.pricing import Pricer
from dxmodels.bundling.problem import BundleProblem, Flags, Floats
from dxmodels.bundling.regions import PriceMaster, PriceRound, Region, Regions, split_regions
from dxmodels.errors import ModelError
from dxmodels.solver import Effort, relative_gap

_PRICE_ROUNDS, _REGION_ROUNDS = 40, 60
_PRICE_GAP, _REGION_GAP = 0.1, 0.8  # of the asked gap: how closely prices are worked out, and each region's plan


def solve_regions(
    problem: BundleProblem, regions: Regions, *, effort: Effort, seed: int, clock: Clock, start: Milestone | None = None
) -> Found:
    """Return plan and bound of a problem that falls into regions once its wide rows are priced."""
    parts = split_regions(problem, regions)
    state = _prices(problem, regions, parts, effort, clock, start)
    if state.excess > 1e-6 and _beyond_reason(problem, state.prices):
        return Found(None, np.inf, state.prices, True, "regions", clock.log)
    taken, served = _plans(problem, parts, state, effort, seed, clock, start)
    proven = Prices(state.prices.pi, state.prices.lam, Pricer(problem).price(state.prices.pi, state.prices.lam).bound)
    if not served.all():
        return Found(None, proven.bound, proven, False, "regions", clock.log)
    value = problem.value(taken)
    if proven.bound > value + 1e-6 * (1.0 + abs(value)):
        raise ModelError(f"下界 {proven.bound} が目的値 {value} を超えました。計算に誤りがあります。")
    clock.note("plan", value, proven.bound, proven, taken)
    return Found(taken, min(proven.bound, value), proven, False, BY_PRICES, clock.log)


def _prices(
    problem: BundleProblem, regions: Regions, parts: list[Region], effort: Effort, clock: Clock, start: Milestone | None
) -> PriceRound:
    def relax(part: Region, lam: Floats | None) -> Relaxation:
        if part.master is None:
            holds = np.ones(len(part.wide), dtype=bool) if lam is None else ~part.wide
            part.master, relaxation = relaxed_master(part.problem, effort=effort, holds=holds, charge=lam)
            clock.note("region", np.inf, relaxation.prices.bound)
            return relaxation
        part.master.let_hold(~part.wide)
        part.master.charge(np.zeros(len(part.wide)) if lam is None else lam)
        return part.master.run(gap=_PRICE_GAP * effort.gap / 10, rounds=_REGION_ROUNDS, smoothing=0.3)

    return PriceMaster(problem, regions, parts, relax).run(
        gap=_PRICE_GAP * effort.gap,
        rounds=_PRICE_ROUNDS,
        start=None if start is None or start.prices is None else start.prices.lam,
        over=lambda: clock.over,
        note=lambda state: clock.note("prices", np.inf, state.prices.bound, state.prices),
    )


def _beyond_reason(problem: BundleProblem, prices: Prices) -> bool:
    """True where the bound exceeds what any plan could cost."""
    dearest = np.zeros(problem.n_units)
    np.maximum.at(dearest, problem.unit_of, problem.cost + np.maximum(0.0, problem.fixed_cost[problem.bundle_of]))
    return prices.bound > float(dearest.sum()) * (1 + 1e-6) + 1e-6


def _plans(
    problem: BundleProblem,
    parts: list[Region],
    state: PriceRound,
    effort: Effort,
    seed: int,
    clock: Clock,
    start: Milestone | None,
) -> tuple[Flags, Flags]:
    """Solve the regions within their shares; returns the plan and which units it serves."""
    taken = np.zeros(problem.n_choices, dtype=bool)
    mixes = [part.mixed(weights) for part, weights in zip(parts, state.weights, strict=True)]
    shares = _fitted(problem, np.array([use for _, use in mixes]))
    left = problem.coupling.rhs - shares.sum(axis=0)
    waiting = list(range(len(parts)))
    for attempt in range(2):
        tried, waiting = waiting, []
        for r in tried:
            part = parts[r]
            room = left + shares[r]
            found = _kept(part, start) if attempt == 0 else None
            if found is None:
                found = _solve_region(part, state.prices, room, mixes[r][0], effort, seed, clock)
            if found is None:
                waiting.append(r)
                continue
            part.master = None  # its memory is needed no more
            taken[part.choices[found]] = True
            used = np.zeros(len(left))
            used[part.rows] = part.problem.coupling.use(found, part.problem.opened_by(found))
            left = room - used
            clock.note("region_plan", np.inf, state.prices.bound, state.prices, taken.copy())
        if not waiting:
            break
    served = np.bincount(problem.unit_of[taken], minlength=problem.n_units) > 0
    return taken, served


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
    part: Region, prices: Prices, room: Floats, shares: Floats, effort: Effort, seed: int, clock: Clock
) -> Flags | None:
    problem = part.within(room)
    pi, lam = prices.pi[part.units], prices.lam[part.rows]
    priced = Pricer(problem).price(pi, lam)
    own = Prices(pi, lam, priced.bound)
    relaxation = Relaxation(own, priced.bound, shares, shares > 0, 0, 0.0, priced.reduced, np.zeros(problem.n_bundles))
    taken, _ = plan_from(problem, relaxation, effort, clock)
    if taken is None or relative_gap(problem.value(taken), own.bound) <= _REGION_GAP * effort.gap:
        return taken
    own_effort = Effort(
        _REGION_GAP * effort.gap, effort.nodes, effort.iterations, effort.seconds, effort.threads, effort.seed
    )
    return improved_plan(problem, relaxation, taken, own_effort, seed, clock).taken
