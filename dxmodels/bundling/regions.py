"""How is a national problem solved that falls into regions once a few wide rows are priced — and what does that prove?

Sets        regions r (a prefecture with all its tasks, or a prefecture × task where no narrower row ties its tasks together): what is
            connected through bundles and narrow rows. Wide rows w tie regions together (national capacity of a vendor in a year …).
Prices      λ_w ≥ 0 of the wide rows. At prices λ every region is a problem of its own: v_r(λ) = its relaxation with c + λ·g in place of c.
Bound       Σ_r v_r(λ) − λ·b ≤ cost of every feasible plan, for any λ ≥ 0; each v_r comes with its own prices π, λ_narrow, and put together
            they are an ordinary certificate (certificate.py) that the checker adds up without knowing of regions.
Best λ      A few regions are first solved with a share of every wide row in proportion to their units; the mean of their prices is the
            first λ. Then Dantzig & Wolfe (1960): a price master mixes the regions' answers so that the wide rows hold; its duals are the next
            λ, smoothed towards the best λ so far (Wentges 1997). Inside a region columns and rows are generated as in master.py and kept
            from round to round, so that later rounds are warm.
Plan        the mix says how much of each wide row a region uses; that is its share of the row. Each region is then solved on its own within
            its share plus whatever the regions before it left unused. A region without a plan in its share waits for all the leftovers.
Leaves out  trading shares between regions afterwards; the printed gap contains what that would have brought.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from dxmodels.bundling.master import Master, Prices, Relaxation
from dxmodels.bundling.parts import take_part, unit_groups
from dxmodels.bundling.problem import BundleProblem, Flags, Floats, Ints
from dxmodels.solver import LinearProblem, solve_arrays

_LARGEST_SHARE = 0.25  # of the units in one region: above this the regions do not make the problem small
_SMOOTHING = 0.5
_SAMPLE = 4  # regions solved within their shares for the first prices
_FIRST_CAP, _CAP_GROWTH, _CAP_TIMES = (
    0.1,
    4.0,
    8,
)  # price of exceeding a wide row, as a share of the mean cost a unit of use


@dataclass(frozen=True, eq=False)
class Regions:
    """The region of every unit and which rows tie regions together."""

    of_unit: Ints
    wide: Flags

    @property
    def count(self) -> int:
        """Number of regions."""
        return int(self.of_unit.max()) + 1


def find_regions(problem: BundleProblem) -> Regions | None:
    """Return the split with the fewest wide rows whose regions are all small, or None where there is none."""
    rows = problem.coupling
    if not len(rows):
        return None
    group = unit_groups(problem)
    row, touched = _touched_groups(problem, group)
    breadth = np.bincount(row, np.bincount(group)[touched], minlength=len(rows))
    for limit in np.unique(breadth)[::-1]:
        wide = breadth >= limit
        region = _components(group, row, touched, ~wide, len(rows))
        if np.bincount(region).max() <= _LARGEST_SHARE * problem.n_units:
            return Regions(region, wide)
    return None


def _touched_groups(problem: BundleProblem, group: Ints) -> tuple[Ints, Ints]:
    """Every pair (row, group of units) where the row has a coefficient in the group, once."""
    on_x, on_y = problem.coupling.on_choices.tocoo(), problem.coupling.on_bundles.tocoo()
    of_bundle = np.zeros(problem.n_bundles, dtype=np.int64)
    of_bundle[problem.bundle_of] = group[problem.unit_of]
    size = int(group.max()) + 1
    pairs = np.unique(
        np.concatenate(
            [
                on_x.row.astype(np.int64) * size + group[problem.unit_of[on_x.col]],
                on_y.row.astype(np.int64) * size + of_bundle[on_y.col],
            ]
        )
    )
    return pairs // size, pairs % size


def _components(group: Ints, row: Ints, touched: Ints, narrow: Flags, n_rows: int) -> Ints:
    groups = int(group.max()) + 1
    kept = narrow[row]
    size = groups + n_rows
    ends = (touched[kept], groups + row[kept])
    _, label = connected_components(
        sparse.coo_matrix((np.ones(int(kept.sum())), ends), shape=(size, size)), directed=False
    )
    return np.unique(label[:groups], return_inverse=True)[1].astype(np.int64)[group]


@dataclass(frozen=True, eq=False)
class Answer:
    """What a region answered to one set of prices: its plan in fractions, the plan's cost and its use of every wide row."""

    choices: Ints
    shares: Floats
    cost: float
    use: Floats


@dataclass(eq=False)
class Region:
    """One region: its own problem (with a proportional share of the wide rows), the master that stays warm, its answers so far."""

    problem: BundleProblem
    units: Flags
    choices: Ints
    rows: Ints
    wide: Flags
    master: Master | None = None
    relaxation: Relaxation | None = None
    answers: list[Answer] = field(default_factory=list)

    def within(self, room: Floats) -> BundleProblem:
        """Return the region's problem with ``room`` (one number a row of the whole problem) on the right of its wide rows."""
        rows = self.problem.coupling
        return self.problem.with_coupling(replace(rows, rhs=np.where(self.wide, room[self.rows], rows.rhs)))

    def mixed(self, weights: Floats) -> tuple[Floats, Floats]:
        """Return shares of the region's choices and use of all rows when its answers are mixed with these weights."""
        shares, use = np.zeros(self.problem.n_choices), np.zeros_like(self.answers[0].use)
        for answer, weight in zip(self.answers, weights, strict=True):
            shares[answer.choices] += weight * answer.shares
            use += weight * answer.use
        return shares, use


def split_regions(problem: BundleProblem, regions: Regions) -> list[Region]:
    """Return the regions as problems of their own, largest first; wide rows are shared among those they touch by number of units."""
    parts = []
    for number in np.argsort(-np.bincount(regions.of_unit), kind="stable"):
        units = regions.of_unit == number
        part, choices, kept = take_part(problem, units)
        rows = np.flatnonzero(kept)
        parts.append(Region(part, units, choices, rows, regions.wide[rows]))
    touched = np.zeros(len(problem.coupling))
    for region in parts:
        touched[region.rows] += region.units.sum()
    room = problem.coupling.rhs / np.maximum(1.0, touched)
    for region in parts:
        region.problem = region.within(room * region.units.sum())
    return parts


@dataclass(frozen=True, eq=False)
class PriceRound:
    """The state after a round: best prices with the bound they prove, value of the price master, each region's mix of answers."""

    prices: Prices
    value: float
    excess: float
    weights: list[Floats]


class PriceMaster:
    """Finds prices of the wide rows round by round; ``relax(region, λ)`` solves a region at prices, or within its share (λ = None)."""

    def __init__(
        self,
        problem: BundleProblem,
        regions: Regions,
        parts: list[Region],
        relax: Callable[[Region, Floats | None], Relaxation],
    ) -> None:
        self.problem = problem
        self.parts = parts
        self._relax = relax
        self._wide = np.flatnonzero(regions.wide)
        self._cap = np.zeros(len(self._wide))
        self._raised = 0
        self._best: Prices | None = None

    def run(
        self,
        *,
        gap: float,
        rounds: int,
        start: Floats | None = None,
        over: Callable[[], bool] = lambda: False,
        note: Callable[[PriceRound], None] = lambda _: None,
    ) -> PriceRound:
        """Ask all regions at prices, mix their answers, and repeat until value and bound meet, or the rounds or ``over`` end it."""
        lam = self._from_shares() if start is None else start
        for _ in range(rounds):
            self._ask(lam)
            state, duals = self._mix(lam)
            note(state)
            met = state.value - state.prices.bound <= gap * abs(state.value)
            if over() or (met and not (state.excess > 1e-6 and self._raise_cap())):
                break
            lam = _SMOOTHING * state.prices.lam + (1 - _SMOOTHING) * duals
        return state

    def _from_shares(self) -> Floats:
        """Solve some regions within their shares of the wide rows; returns the mean of their prices, weighing by their units."""
        rows = len(self.problem.coupling)
        total, weight = np.zeros(rows), np.zeros(rows)
        step = -(-len(self.parts) // _SAMPLE)
        for part in self.parts[step // 2 :: step]:
            relaxation = self._relax(part, None)
            if relaxation.shortfall <= 1e-7:
                part.answers.append(self._answer(part, relaxation))
                total[part.rows] += part.units.sum() * relaxation.prices.lam
                weight[part.rows] += part.units.sum()
        return total / np.maximum(1.0, weight)

    def _ask(self, lam: Floats) -> None:
        pi, full = np.zeros(self.problem.n_units), np.zeros(len(lam))
        full[self._wide] = lam[self._wide]
        bound = -float(full @ self.problem.coupling.rhs)
        for part in self.parts:
            charged = np.where(part.wide, lam[part.rows], 0.0)
            relaxation = self._relax(part, charged)
            part.relaxation = relaxation
            part.answers.append(self._answer(part, relaxation))
            pi[part.units] = relaxation.prices.pi
            full[part.rows[~part.wide]] = relaxation.prices.lam[~part.wide]
            bound += relaxation.prices.bound + float(charged @ part.problem.coupling.rhs)
        if self._best is None or bound > self._best.bound:
            self._best = Prices(pi, full, bound)

    def _answer(self, part: Region, relaxation: Relaxation) -> Answer:
        rows, p = part.problem.coupling, part.problem
        use = np.zeros(len(self.problem.coupling))
        use[part.rows] = rows.on_choices @ relaxation.shares + rows.on_bundles @ relaxation.opened
        chosen = np.flatnonzero(relaxation.shares > 1e-9)
        cost = float(p.cost @ relaxation.shares + p.fixed_cost @ relaxation.opened)
        return Answer(chosen, relaxation.shares[chosen], cost, use)

    def _mix(self, lam: Floats) -> tuple[PriceRound, Floats]:
        """Solve the price master: the cheapest mix of all answers that keeps the wide rows, exceeding them at a price."""
        costs = np.array([answer.cost for part in self.parts for answer in part.answers])
        uses = np.array([answer.use[self._wide] for part in self.parts for answer in part.answers])
        owner = np.repeat(np.arange(len(self.parts)), [len(part.answers) for part in self.parts])
        if not self._raised:
            fair = np.abs(costs).sum() / np.maximum(1e-9, np.abs(uses).sum(0))
            self._cap, self._raised = np.maximum(_FIRST_CAP * fair, _CAP_GROWTH * lam[self._wide]), 1
        n, extra = len(costs), len(self._wide)
        once = sparse.csr_matrix((np.ones(n), (owner, np.arange(n))), shape=(len(self.parts), n + extra))
        limit = sparse.hstack([sparse.csr_matrix(uses.T), -sparse.identity(extra)], format="csr")
        ones, right = np.ones(len(self.parts)), self.problem.coupling.rhs[self._wide]
        report = solve_arrays(
            LinearProblem(
                cost=np.concatenate([costs, self._cap]),
                matrix=sparse.vstack([once, limit], format="csr"),
                row_lower=np.concatenate([ones, np.full(extra, -np.inf)]),
                row_upper=np.concatenate([ones, right]),
                lower=np.zeros(n + extra),
                upper=np.full(n + extra, np.inf),
                integer=np.zeros(n + extra, dtype=bool),
            )
        )
        duals = np.zeros(len(lam))
        duals[self._wide] = np.maximum(0.0, -report.row_duals[len(self.parts) :])
        weights = [report.values[:n][owner == r] for r in range(len(self.parts))]
        assert self._best is not None  # the regions were asked before
        return PriceRound(self._best, report.objective, float(report.values[n:].sum()), weights), duals

    def _raise_cap(self) -> bool:
        """Make exceeding dearer; False once it is dear beyond reason (then no plan exists even in fractions)."""
        self._cap, self._raised = self._cap * _CAP_GROWTH, self._raised + 1
        return self._raised <= _CAP_TIMES
