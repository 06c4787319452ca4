"""How is a problem too large for one model solved, and proven?

1 split     parts that share no unit, bundle or coupling row are solved one by one and added up
2 relax     column-and-row generation of the strong relaxation (master.py): prices and a bound; with coupling rows it starts from the
            prices without them and from the cheapest choices of every unit under every pattern of coupling rows; a very large coupled
            problem is priced by the volume algorithm instead (volume.py)
3 core      a small integer problem over the promising choices gives the first plan
4 finish    where few enough choices are left that a better plan could contain, they are solved to the end: a proof of the optimum
5 search    neighbourhood search from that plan until the gap, the steps or (exploring only) the seconds are used up

Measured on 43 × 20 × 10 in benchmarks/bundling. Bound ≤ objective is asserted always.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from dxmodels.bundling.core import cheapest, choices_not_ruled_out, core_choices, solve_core
from dxmodels.bundling.master import Master, Prices, Relaxation
from dxmodels.bundling.neighbourhood import Search
from dxmodels.bundling.plan import BY_PRICES
from dxmodels.bundling.pricing import Pricer
from dxmodels.bundling.problem import BundleProblem, Coupling, Flags, Ints
from dxmodels.bundling.strong import needs_of
from dxmodels.bundling.volume import find_prices
from dxmodels.errors import ModelError
from dxmodels.solver import Effort, relative_gap

_CORE_SIZES = (6, 20)  # choices a unit in the first integer problem; wider where the narrower has no plan
# A quick look starts narrower: on the embedded case half the time for a plan as good; the tight 43 × 20 needs six (0.35 % against 1.07 %).
_QUICK_GAP, _QUICK_SIZE = 2e-3, 3
_FINISH_CHOICES = 60_000  # above this the closing integer problem is not attempted
_STEP_NODES = 30
_EXACT_CHOICES = (
    250_000  # above this the relaxation of a coupled problem takes minutes; prices near it take seconds (volume.py)
)
PRICE_PASSES = 3000
_RELAXATION_ROUNDS = 200


@dataclass(frozen=True, eq=False)
class Found:
    """A plan (or None), the bound, the prices that prove it, whether infeasibility was proven, and what happened when."""

    taken: Flags | None
    bound: float
    prices: Prices
    infeasible: bool
    method: str
    log: list[tuple[str, float, float, float]] = field(default_factory=list)


@dataclass(frozen=True, eq=False)
class Milestone:
    """Where a long run stands: stage, cost of the whole plan (inf before there is one), bound, seconds, prices, plan made so far."""

    stage: str
    objective: float
    bound: float
    seconds: float
    prices: Prices | None = field(default=None, repr=False)
    taken: Flags | None = field(default=None, repr=False)


class Clock:
    """The seconds spent and left of one run, and the log of its stages; each stage is also told to ``progress``."""

    def __init__(self, effort: Effort, progress: Callable[[Milestone], None] | None = None) -> None:
        self._progress = progress
        self._began = time.perf_counter()
        self._limit = effort.seconds
        self.log: list[tuple[str, float, float, float]] = []

    @property
    def spent(self) -> float:
        """Seconds since the start."""
        return time.perf_counter() - self._began

    @property
    def left(self) -> float | None:
        """Seconds left (never below 0.1), or None without a limit."""
        return None if self._limit is None else max(0.1, self._limit - self.spent)

    @property
    def over(self) -> bool:
        """True once an exploring limit is used up."""
        return self._limit is not None and self.spent >= self._limit

    def note(
        self, stage: str, objective: float, bound: float, prices: Prices | None = None, taken: Flags | None = None
    ) -> None:
        """Write one line of the log and report it."""
        self.log.append((stage, objective, bound, self.spent))
        if self._progress is not None:
            self._progress(Milestone(stage, objective, bound, self.spent, prices, taken))


def decompose(problem: BundleProblem, *, effort: Effort, seed: int, clock: Clock) -> Found:
    """Solve one connected problem by steps 2–5."""
    large = problem.n_choices > _EXACT_CHOICES and len(problem.coupling)
    relaxation = _near_relaxation(problem, clock) if large else relax(problem, effort=effort)
    clock.note("relaxation", relaxation.value, relaxation.prices.bound)
    if _cannot_be_served(problem, relaxation):
        return Found(None, np.inf, relaxation.prices, True, "relaxation", clock.log)
    taken, infeasible = plan_from(problem, relaxation, effort, clock)
    if taken is None:
        return Found(
            None, np.inf if infeasible else relaxation.prices.bound, relaxation.prices, infeasible, "core", clock.log
        )
    clock.note("core", problem.value(taken), relaxation.prices.bound)
    return improved_plan(problem, relaxation, taken, effort, seed, clock)


def _near_relaxation(problem: BundleProblem, clock: Clock) -> Relaxation:
    found = find_prices(problem, passes=PRICE_PASSES, over=lambda _: clock.over)
    return found.as_relaxation(problem)


def relax(problem: BundleProblem, *, effort: Effort) -> Relaxation:
    """Return the strong relaxation by column-and-row generation; with coupling rows, warm from the problem without them."""
    return relaxed_master(problem, effort=effort)[1]


def relaxed_master(problem: BundleProblem, *, effort: Effort, holds: Flags | None = None) -> tuple[Master, Relaxation]:
    """Return the master of the relaxation at its end, to be run again with some rows switched off, and the relaxation.

    ``holds`` marks the rows in force (all, where None).
    """
    gap = max(1e-9, min(1e-5, effort.gap / 10))
    plain = problem.with_coupling(Coupling.empty(problem.n_choices, problem.n_bundles))
    master = Master(plain)
    master.add(np.flatnonzero(_opening_columns(plain)))
    first = master.run(gap=gap, rounds=_RELAXATION_ROUNDS)
    if not len(problem.coupling):
        return master, first
    coupled = Master(problem, most_added=max(1500, problem.n_units))
    if holds is not None:
        coupled.let_hold(holds)
    coupled.add(np.flatnonzero(_columns_by_pattern(problem, first)))
    return coupled, coupled.run(gap=gap, rounds=_RELAXATION_ROUNDS, smoothing=0.3)


def _opening_columns(problem: BundleProblem) -> Flags:
    """Eight choices a unit that look cheap when the fixed cost is split among all who could join, and two free-standing ones."""
    shared = problem.fixed_cost / np.maximum(1, np.minimum(problem.members_possible, problem.max_units))
    guess = problem.cost + np.maximum(0.0, shared)[problem.bundle_of]
    free = ~needs_of(problem).opening[problem.bundle_of]
    return cheapest(guess, problem.unit_of, 8) | cheapest(problem.cost, problem.unit_of, 2, free)


def _columns_by_pattern(problem: BundleProblem, first: Relaxation) -> Flags:
    """For every unit and every set of coupling rows a choice may touch, its best choice and its best free-standing one."""
    pattern = _row_patterns(problem)
    worth = np.maximum(
        0.0, np.nan_to_num(Pricer(problem).price(first.prices.pi, np.zeros(len(problem.coupling))).worth)
    )
    promise = first.reduced + 0.1 * worth[problem.bundle_of]
    key = problem.unit_of * (int(pattern.max(initial=0)) + 1) + pattern
    free = ~needs_of(problem).opening[problem.bundle_of]
    kept = cheapest(promise, key, 1) | cheapest(promise, key, 1, free) | (first.shares > 1e-7)
    return (
        (kept & cheapest(promise, problem.unit_of, 24))
        | (first.shares > 1e-7)
        | cheapest(promise, problem.unit_of, 2, free)
    )


def _row_patterns(problem: BundleProblem) -> Ints:
    """A number for the set of coupling rows of each choice: equal numbers, equal sets (up to a 62-bit hash)."""
    rows = problem.coupling.on_choices.tocsc()
    mark = np.random.default_rng(0).integers(0, 2**62, size=max(1, len(problem.coupling)))
    total = np.zeros(problem.n_choices, dtype=np.int64)
    np.add.at(total, np.repeat(np.arange(problem.n_choices), np.diff(rows.indptr)), mark[rows.indices])
    return np.unique(total, return_inverse=True)[1].astype(np.int64)


def _cannot_be_served(problem: BundleProblem, relaxation: Relaxation) -> bool:
    """True where the bound exceeds what any plan could cost: no plan exists, not even in fractions."""
    dearest = np.zeros(problem.n_units)
    np.maximum.at(dearest, problem.unit_of, problem.cost + np.maximum(0.0, problem.fixed_cost[problem.bundle_of]))
    ceiling = float(dearest.sum())
    return relaxation.prices.bound > ceiling + 1e-6 * (1.0 + abs(ceiling))


def plan_from(
    problem: BundleProblem, relaxation: Relaxation, effort: Effort, clock: Clock
) -> tuple[Flags | None, bool]:
    """Return a plan from the narrowest core that has one; (None, True) where even all choices have none.

    A quick look goes on to the usual width where its plan misses the gap.
    """
    nodes = 1 if len(problem.coupling) and relaxation.prices.lam.any() else 500
    sizes = (_QUICK_SIZE, *_CORE_SIZES) if effort.gap >= _QUICK_GAP else _CORE_SIZES
    quick: Flags | None = None
    for width in (*sizes, None):
        kept = (
            np.ones(problem.n_choices, dtype=bool)
            if width is None
            else core_choices(problem, relaxation, per_unit=width)
        )
        limit = effort.nodes or (nodes if width in (sizes[0], _CORE_SIZES[0]) else 50 * nodes)
        taken, _, infeasible = solve_core(problem, kept, effort=_sub(effort, clock, nodes=limit))
        if quick is not None:
            return (quick if taken is None or problem.value(quick) < problem.value(taken) else taken), False
        far = taken is not None and _gap(problem, taken, relaxation.prices.bound) > effort.gap
        if far and width == _QUICK_SIZE and not clock.over:
            quick = taken
        elif taken is not None or (width is None and infeasible) or clock.over:
            return taken, infeasible and width is None
    return None, False


def improved_plan(
    problem: BundleProblem, relaxation: Relaxation, taken: Flags, effort: Effort, seed: int, clock: Clock
) -> Found:
    """Close or improve a plan until the gap, the steps or the seconds of ``effort`` are used up."""
    bound, prices = relaxation.prices.bound, relaxation.prices
    method = BY_PRICES
    taken, bound, method = _finish(problem, prices, taken, bound, method, effort, clock)
    search = Search(problem, prices, core_choices(problem, relaxation, per_unit=8), seed=seed, shares=relaxation.shares)
    steps, quiet = (effort.iterations or 0), 0
    for turn in range(steps):
        if _gap(problem, taken, bound) <= effort.gap or clock.over or quiet > 60:
            break
        step = search.step(taken, _sub(effort, clock, nodes=_STEP_NODES, gap=1e-5))
        taken, quiet = step.taken, 0 if step.improved else quiet + 1
        if step.improved or turn % 20 == 0:
            clock.note("search", problem.value(taken), bound)
    if steps and _gap(problem, taken, bound) > effort.gap:
        taken, bound, method = _finish(problem, prices, taken, bound, method, effort, clock)
    value = problem.value(taken)
    if bound > value + 1e-6 * (1.0 + abs(value)):
        raise ModelError(f"下界 {bound} が目的値 {value} を超えました。計算に誤りがあります。")
    return Found(taken, min(bound, value), prices, False, method, clock.log)


def _finish(
    problem: BundleProblem, prices: Prices, taken: Flags, bound: float, method: str, effort: Effort, clock: Clock
) -> tuple[Flags, float, str]:
    """Solve the choices a better plan could contain, where they are few enough; returns plan, bound and how it was proven."""
    value = problem.value(taken)
    if relative_gap(value, bound) <= effort.gap or clock.over:
        return taken, bound, method
    left = choices_not_ruled_out(problem, prices, value * (1 - 1e-10) if value > 0 else value) | taken
    # With coupling rows the closing problem is worth trying only when fixing has bitten.
    allowed = _FINISH_CHOICES if not prices.lam.any() else 8 * problem.n_units
    if left.sum() > allowed:
        return taken, bound, method
    better, within, _ = solve_core(
        problem, left, effort=_sub(effort, clock, nodes=effort.nodes, gap=effort.gap / 2), start=taken
    )
    if better is not None and problem.value(better) < value:
        taken = better
    proven = max(bound, min(within, problem.value(taken)))
    clock.note("finish", problem.value(taken), proven)
    return taken, proven, "lagrangian+branch_and_bound" if proven > bound else method


def _gap(problem: BundleProblem, taken: Flags, bound: float) -> float:
    return relative_gap(problem.value(taken), bound)


def _sub(effort: Effort, clock: Clock, *, nodes: int | None, gap: float | None = None) -> Effort:
    """The effort of one integer problem inside the run; at least the run's own gap is asked for."""
    return Effort(
        gap=effort.gap / 4 if gap is None else gap,
        nodes=nodes,
        seconds=clock.left,
        threads=effort.threads,
        seed=effort.seed,
    )


def log_frame(log: list[tuple[str, float, float, float]]) -> pd.DataFrame:
    """Return the stages of a run as a table: stage, objective, bound, seconds."""
    return pd.DataFrame(log, columns=["stage", "objective", "bound", "seconds"])
