"""Which plan leaves nobody worse off when every purchase is divided by one named rule, and what does that promise cost?

"Nobody loses under a 均等割" depends on who joins in the end, so it is no linear row. Method (delayed exclusion), task by task: divide every
purchase by the rule; where somebody would pay more than alone, find the part of its members with the greatest saving in which nobody loses
(leaving out, one after the other, the worst loser or the dearest member); who is left out may not be in that purchase (nor in its twins: same
offer and start, other line, scope or size); solve the task again with all others held; at most eight times, then losers go alone. The plan
is feasible by construction; its bound is that of the problem with free transfers, which every such plan obeys, so the gap shown holds both
the search's and the rule's part.
Rules   equal c/n; population c·w_i/Σw; mixed λ·equal + (1−λ)·population, c = the purchase's whole cost, members i, w residents
Leaves out  better plans in which an excluded member would be welcome again beside other partners (the bound says how much that can be).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from dxmodels.bundling.bundle_game import cost_alone
from dxmodels.bundling.neighbourhood import subproblem
from dxmodels.bundling.optimize import optimize_bundles
from dxmodels.bundling.parts import unit_groups
from dxmodels.bundling.plan import BundlePlan
from dxmodels.bundling.problem import BundleProblem, Flags, Floats, Ints
from dxmodels.bundling.strong import repaired, start_of, strong_arrays
from dxmodels.errors import ModelError
from dxmodels.solver import FEASIBLE, Effort, solve_arrays

_ROUNDS = 8  # for each task
_ROUNDING = 1e-9
_PART_GAP = 5e-3
_PART_NODES = 5
EQUAL_PART = {"equal": 1.0, "population": 0.0}


@dataclass(frozen=True, eq=False)
class FairPlan:
    """A plan in which nobody loses under the rule; ``excluded`` pairs were shut out on the way, ``price`` is what the promise costs."""

    plan: BundlePlan = field(repr=False)
    price: float
    excluded: int
    rounds: int


def plan_without_losers(
    problem: BundleProblem,
    *,
    equal_part: float,
    effort: Effort | None = None,
    seed: int = 0,
    first: BundlePlan | None = None,
) -> FairPlan:
    """Return a plan in which no member of any purchase pays more than alone under equal_part·equal + (1−equal_part)·population.

    ``first``: a plan of the same problem to start from. Raises ModelError where the problem has no plan at all.
    """
    if not 0.0 <= equal_part <= 1.0:
        raise ModelError(f"均等割の割合 {equal_part} は0〜1にしてください。")
    plan = first or optimize_bundles(problem, effort=effort, seed=seed)
    if not plan.has_plan:
        raise ModelError("計画が得られないため、だれも損をしない計画を作れません。先に規則の衝突を解いてください。")
    search = _Search(problem, equal_part)
    taken = plan.taken
    for task in np.unique(search.group):
        taken = search.settled(taken, task)
    objective = problem.value(taken)
    fair = replace(plan, taken=taken, objective=objective, bound=min(plan.bound, objective), status=FEASIBLE)
    return FairPlan(fair, objective - plan.objective, int((~search.allowed).sum()), search.rounds)


class _Search:
    """The exclusions made so far, and the way to settle one task after the other."""

    def __init__(self, problem: BundleProblem, equal_part: float) -> None:
        self.problem, self.equal_part = problem, equal_part
        self.alone, self.group = cost_alone(problem), unit_groups(problem)
        self.allowed = np.ones(problem.n_choices, dtype=bool)
        self.rounds = 0
        self._twins = _twins(problem)

    def settled(self, taken: Flags, task: int) -> Flags:
        """Return the plan with one task changed until nobody loses in it."""
        free = self.group == task
        mine = free[self.problem.unit_of]
        for turn in range(_ROUNDS + 1):
            losing = losing_choices(self.problem, taken & mine, self.alone, self.equal_part)
            if not len(losing):
                break
            if turn == _ROUNDS:
                return _losers_out(self.problem, taken, self.alone, self.equal_part)
            self.rounds += 1
            self._exclude(taken, losing)
            taken = _solved_again(self.problem, taken, free, self.allowed)
        return taken

    def _exclude(self, taken: Flags, losing: Ints) -> None:
        problem = self.problem
        out = []
        for bundle in np.unique(problem.bundle_of[losing]):
            members = np.flatnonzero(taken & (problem.bundle_of == bundle))
            out.append(np.setdiff1d(members, self._content_part(members, float(problem.fixed_cost[bundle]))))
        left: Ints = np.concatenate(out)
        pair = problem.unit_of * (int(self._twins.max(initial=0)) + 1) + self._twins[problem.bundle_of]
        joint = problem.members_possible[problem.bundle_of] > 1
        self.allowed[np.isin(pair, pair[left]) & joint] = False

    def _content_part(self, members: Ints, fixed: float) -> Ints:
        """Of some members of one purchase, the part with the greatest saving found in which nobody loses (empty: none)."""
        problem, best, best_saving = self.problem, members[:0], 0.0
        fewest = float(problem.min_units[problem.bundle_of[members[0]]])
        people, alone = people_of(problem), self.alone
        for dearest_first in (0, 1, 2, 4, 8):
            part, dropped = members, 0
            while len(part) >= max(2.0, fewest):
                unit, cost = problem.unit_of[part], problem.cost[part]
                share = _shares(fixed + float(cost.sum()), people[unit], self.equal_part)
                loss = share / alone[unit]
                if (loss <= 1 + _ROUNDING).all():
                    saving = float(alone[unit].sum() - share.sum())
                    best, best_saving = (part, saving) if saving > best_saving else (best, best_saving)
                    break
                part = np.delete(part, cost.argmax() if dropped < dearest_first else loss.argmax())
                dropped += 1
        return np.asarray(best, dtype=np.int64)


def _shares(total: float, people: Floats, equal_part: float) -> Floats:
    """What each member of one purchase pays."""
    return np.asarray(
        total * (equal_part / len(people) + (1.0 - equal_part) * people / max(float(people.sum()), 1e-12))
    )


def _twins(problem: BundleProblem) -> Ints:
    """A number a bundle: equal for bundles that differ only in line, scope or size."""
    labels = [name for name in ("offer_id", "start_fy") if name in problem.bundles]
    if len(labels) < 2:
        return np.asarray(np.arange(problem.n_bundles), dtype=np.int64)
    return np.asarray(problem.bundles.groupby(labels, sort=False).ngroup(), dtype=np.int64)


def losing_choices(problem: BundleProblem, taken: Flags, alone: Floats, equal_part: float) -> Ints:
    """Return the choices of a plan whose unit pays more in its purchase than alone under the rule."""
    chosen = np.flatnonzero(taken)
    bundle, unit = problem.bundle_of[chosen], problem.unit_of[chosen]
    members = np.bincount(bundle, minlength=problem.n_bundles)
    total = problem.fixed_cost + np.bincount(bundle, problem.cost[chosen], minlength=problem.n_bundles)
    people = people_of(problem)[unit]
    crowd = np.bincount(bundle, people, minlength=problem.n_bundles)
    part = equal_part / members[bundle] + (1.0 - equal_part) * people / np.maximum(crowd[bundle], 1e-12)
    share = total[bundle] * part
    return chosen[(members[bundle] > 1) & (share > alone[unit] * (1 + _ROUNDING))]


def people_of(problem: BundleProblem) -> Floats:
    """Return residents (users) of each unit, by which a 人口割 divides; raises ModelError where the units have none."""
    if "population_people" not in problem.units:
        raise ModelError("人口割には units の列「population_people」が必要です。人口のある表から問題を作ってください。")
    return problem.units["population_people"].to_numpy(dtype=float)


def _solved_again(problem: BundleProblem, taken: Flags, free: Flags, allowed: Flags) -> Flags:
    """The freed tasks solved to the end without the excluded choices, everything else held; their members go alone where that fails."""
    usable = allowed & ~(taken & ~allowed)
    start = _alone_where_shut_out(problem, taken, usable)
    part, choices = subproblem(problem, start, free, usable)
    report = solve_arrays(
        strong_arrays(part), effort=Effort(gap=_PART_GAP, nodes=_PART_NODES), start=start_of(part, start[choices])
    )
    if not report.has_solution:
        return start
    new = start & ~free[problem.unit_of]
    new[choices[repaired(part, report.values)]] = True
    return new


def _alone_where_shut_out(problem: BundleProblem, taken: Flags, usable: Flags) -> Flags:
    """The plan with every shut-out unit in its cheapest purchase of its own."""
    single = problem.min_units[problem.bundle_of] <= 1
    own = single & (problem.fixed_cost[problem.bundle_of] == 0) & usable
    new = taken & usable
    lost = np.setdiff1d(problem.unit_of[taken], problem.unit_of[new])
    for unit in lost:
        options = np.flatnonzero(own & (problem.unit_of == unit))
        if not len(options):
            raise ModelError("単独で調達する選択肢のない単位があるため、損をする者を外せません。")
        new[options[problem.cost[options].argmin()]] = True
    return _dissolved(problem, new, own)


def _dissolved(problem: BundleProblem, taken: Flags, own: Flags) -> Flags:
    """Purchases left with fewer than their fewest members end, and their members go alone too."""
    chosen = np.flatnonzero(taken)
    members = np.bincount(problem.bundle_of[chosen], minlength=problem.n_bundles)
    short = (members > 0) & (members < problem.min_units)
    leaving = chosen[short[problem.bundle_of[chosen]]]
    new = taken.copy()
    new[leaving] = False
    for unit in problem.unit_of[leaving]:
        options = np.flatnonzero(own & (problem.unit_of == unit))
        new[options[problem.cost[options].argmin()]] = True
    return new


def _losers_out(problem: BundleProblem, taken: Flags, alone: Floats, equal_part: float) -> Flags:
    """After too many rounds: losers simply go alone until nobody loses."""
    while len(losing := losing_choices(problem, taken, alone, equal_part)):
        usable = np.ones(problem.n_choices, dtype=bool)
        usable[losing] = False
        taken = _alone_where_shut_out(problem, taken, usable)
    return taken
