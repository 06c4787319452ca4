"""Starting from one plan, which part of it is worth solving again with everything else held fixed?

Large-neighbourhood search (Shaw 1998; Pisinger & Ropke 2019, Handbook of Metaheuristics). A neighbourhood is a set of bundles taken from
the plan whole, so that fewest-members rules stay simple; their members are freed, all other members keep their bundle and the room they
take is subtracted from every limit. The plan's distance to the proven bound splits exactly into parts by connected group of units
(tasks, if no bundle spans two), and groups are drawn in proportion to their part: effort goes where the proof says there is money.
Three kinds take turns: whole groups, the users of dear coupling rows, and the doubtful units, whose place in the plan is not the one the
relaxation gives them (Danna, Rothberg & Le Pape 2005, relaxation-induced neighbourhoods). Each kind keeps its own size.
Each small problem is solved by HiGHS to a node limit, so that a run with a seed repeats itself.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy import sparse

from dxmodels.bundling.master import Prices
from dxmodels.bundling.parts import unit_groups
from dxmodels.bundling.pricing import Pricer
from dxmodels.bundling.problem import BundleProblem, Coupling, Flags, Floats, Ints
from dxmodels.bundling.strong import repaired, start_of, strong_arrays
from dxmodels.solver import Effort, solve_arrays

_GROWTH = {"group": 1.1, "row": 1.25, "doubt": 1.3}
_LARGEST = {"group": 6.0, "row": 12.0, "doubt": 12.0}


@dataclass(frozen=True, eq=False)
class Step:
    """One improvement step: the plan after it and whether it became cheaper."""

    taken: Flags
    improved: bool


def subproblem(problem: BundleProblem, taken: Flags, free: Flags, allowed: Flags) -> tuple[BundleProblem, Ints]:
    """Return the problem of the free units alone, the others staying where ``taken`` puts them, and the choices it consists of.

    Bundles that keep fixed members are already paid for: they can be joined at no fixed cost within the room left.
    """
    fixed = taken & ~free[problem.unit_of]
    open_already = problem.opened_by(fixed)
    members = np.bincount(problem.bundle_of[fixed], minlength=problem.n_bundles)
    loads = np.bincount(problem.bundle_of[fixed], problem.load[fixed], minlength=problem.n_bundles)
    choices = np.flatnonzero(free[problem.unit_of] & (allowed | taken))
    position = np.cumsum(free) - 1
    rows = problem.coupling
    room = rows.rhs - rows.use(fixed, open_already)
    on_bundles = rows.on_bundles @ sparse.diags((~open_already).astype(float))
    on_choices = rows.on_choices[:, choices]
    part = replace(
        problem,
        units=problem.units[free],
        unit_of=position[problem.unit_of[choices]],
        bundle_of=problem.bundle_of[choices],
        cost=problem.cost[choices],
        load=problem.load[choices],
        fixed_cost=np.where(open_already, 0.0, problem.fixed_cost),
        capacity=problem.capacity - loads,
        min_units=np.where(open_already, 1.0, problem.min_units),
        max_units=problem.max_units - members,
        coupling=_live_rows(Coupling(rows.limit_ids, on_choices, sparse.csr_matrix(on_bundles), room, rows.signs)),
        choice_labels={},
    )
    return part, choices


def _live_rows(rows: Coupling) -> Coupling:
    """Rows with a coefficient left, their right-hand side eased by rounding only (never beyond the checker's tolerance)."""
    live = (np.diff(rows.on_choices.indptr) + np.diff(rows.on_bundles.indptr)) > 0
    kept = rows.take(live)
    return replace(kept, rhs=kept.rhs + 1e-9 * (1.0 + np.abs(kept.rhs)))


class Search:
    """A neighbourhood search over one problem from one plan, guided by prices."""

    def __init__(
        self, problem: BundleProblem, prices: Prices, allowed: Flags, *, seed: int, shares: Floats | None = None
    ) -> None:
        self.problem = problem
        self.allowed = allowed
        self._prices = prices
        self._priced = Pricer(problem).price(prices.pi, prices.lam)
        self._group = unit_groups(problem)
        self._draw = np.random.default_rng(seed)
        self._shares = shares
        self._sizes = {"group": 1.0, "row": 1.0, "doubt": 1.0}
        self._kind = "group"

    def step(self, taken: Flags, effort: Effort) -> Step:
        """Free one neighbourhood and solve it; return the better of the two plans."""
        free = self._free_units(taken)
        part, choices = subproblem(self.problem, taken, free, self.allowed)
        report = solve_arrays(strong_arrays(part), effort=effort, start=start_of(part, taken[choices]))
        if not report.has_solution:
            return Step(taken, False)
        new = taken & ~free[self.problem.unit_of]
        new[choices[repaired(part, report.values)]] = True
        better = self.problem.value(new) < self.problem.value(taken) * (1 - 1e-9) - 1e-12
        # Neighbourhoods grow while they are solved to the end without gain, and shrink where the node limit stops them.
        change = 1.0 if better else _GROWTH[self._kind] if report.status == "optimal" else 0.8
        self._sizes[self._kind] = float(np.clip(self._sizes[self._kind] * change, 1.0, _LARGEST[self._kind]))
        return Step(new if better else taken, bool(better))

    def _free_units(self, taken: Flags) -> Flags:
        kinds = {"row": self._by_row}
        if self._group.max() > 0:
            kinds["group"] = self._by_group
        if self._shares is not None:
            kinds["doubt"] = self._by_doubt
        self._kind = str(self._draw.choice(sorted(kinds)))
        return kinds[self._kind](taken)

    def _by_doubt(self, taken: Flags) -> Flags:
        """Some of the units that the relaxation would rather have elsewhere, with all members where a fewest-members rule holds."""
        problem = self.problem
        assert self._shares is not None  # this kind is drawn only then
        doubtful = problem.unit_of[taken & (self._shares < 0.9)]
        if not len(doubtful):
            return self._by_row(taken)
        count = min(len(doubtful), round(100 * self._sizes["doubt"]))
        free = np.zeros(problem.n_units, dtype=bool)
        free[self._draw.permutation(doubtful)[:count]] = True
        ruled = np.zeros(problem.n_bundles, dtype=bool)
        ruled[problem.bundle_of[taken & free[problem.unit_of]]] = True
        ruled &= problem.min_units > 1
        free[problem.unit_of[taken & ruled[problem.bundle_of]]] = True
        return free

    def _by_group(self, taken: Flags) -> Flags:
        """Whole groups, drawn in proportion to their part of the distance to the bound."""
        groups = int(self._group.max()) + 1
        weight = self._distance_by_group(taken, groups) + 1e-12
        weight = weight / weight.sum() + 0.5 / groups
        count = min(groups, max(1, round(self._sizes["group"])))
        chosen = self._draw.choice(groups, size=count, replace=False, p=weight / weight.sum())
        return np.isin(self._group, chosen)

    def _by_row(self, taken: Flags) -> Flags:
        """Bundles that use one or two dear coupling rows, and some others by chance, all with their members."""
        problem = self.problem
        rows = np.flatnonzero(self._prices.lam > 1e-9)
        bundles = np.unique(problem.bundle_of[taken])
        chance = self._draw.random(len(bundles)) < 0.03 * self._sizes["row"]
        picked = np.zeros(problem.n_bundles, dtype=bool)
        picked[bundles[chance]] = True
        if len(rows):
            row = self._draw.choice(rows, size=min(2, len(rows)), replace=False)
            users = np.asarray(abs(problem.coupling.on_choices[row]).sum(axis=0)).ravel() > 0
            using = np.unique(problem.bundle_of[taken & users])
            keep = min(len(using), round(16 * self._sizes["row"]))
            picked[self._draw.permutation(using)[:keep]] = True
        free = np.zeros(problem.n_units, dtype=bool)
        free[problem.unit_of[taken & picked[problem.bundle_of]]] = True
        return free if free.any() else self._by_group(taken)

    def _distance_by_group(self, taken: Flags, groups: int) -> Floats:
        """By how much each group's bundles are above their worth at the prices; sums to plan cost − bound − priced slack."""
        problem, priced = self.problem, self._priced
        group_of_bundle = np.zeros(problem.n_bundles, dtype=np.int64)
        group_of_bundle[problem.bundle_of] = self._group[problem.unit_of]
        opened = problem.opened_by(taken)
        fixed = problem.fixed_cost + problem.coupling.on_bundles.T @ self._prices.lam
        paid = np.where(opened, fixed, 0.0) + np.bincount(
            problem.bundle_of[taken], priced.reduced[taken], minlength=problem.n_bundles
        )
        above = np.maximum(0.0, paid - np.minimum(0.0, priced.worth))
        return np.bincount(group_of_bundle, above, minlength=groups).astype(float)
