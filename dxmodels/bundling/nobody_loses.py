"""Which plan leaves nobody worse off when every purchase is divided by one named rule, and what does that promise cost?

"Nobody loses under a 均等割" depends on who joins in the end, so it is no linear row over choices; over whole groups of members it is:
Sets        k candidate groups (a bundle with its members) in which nobody pays more than alone under the rule (content_groups.py); one alone
Variables   z_k ∈ {0,1} the group buys
Objective   min Σ T_k z_k, T_k the purchase's whole cost with these members
Constraints each unit in one group; a bundle bought by one group at most; the coupling rows of the problem
Method      candidates by trimming; the relaxation's prices of the units give more candidates; then the integer problem over all of them.
Rules       equal c/n; population c·w_i/Σw; mixed λ·equal + (1−λ)·population, c = the purchase's whole cost, members i, w residents
Proof       the plan obeys every rule and nobody loses in it. It need not be the best such plan (not all content groups are candidates); its
            bound is that of the problem with free transfers, which every such plan obeys: the gap holds the search's and the rule's part.
Source      set partitioning by column generation: Desaulniers, Desrosiers & Solomon (2005), Column Generation, ch. 1.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
from scipy import sparse

from dxmodels.bundling.bundle_game import cost_alone
from dxmodels.bundling.content_groups import ContentGroups, find_content_groups
from dxmodels.bundling.core import cheapest
from dxmodels.bundling.optimize import optimize_bundles
from dxmodels.bundling.plan import BundlePlan
from dxmodels.bundling.problem import BundleProblem, Flags, Floats, Ints
from dxmodels.errors import ModelError
from dxmodels.solver import FEASIBLE, Effort, LinearProblem, solve_arrays

_ROUNDING = 1e-9
_EFFORT = Effort(gap=2e-3, nodes=20)
_OWN_CHOICES = 3
EQUAL_PART = {"equal": 1.0, "population": 0.0}


@dataclass(frozen=True, eq=False)
class FairPlan:
    """A plan in which nobody loses under the rule, ``price`` = what the promise costs against the plan it started from.

    ``groups_count`` content groups were looked at. ``obeys_rules`` is False where no such plan obeys the problem's rules (a body that must
    join loses): then losers simply go alone, whatever the rules say.
    """

    plan: BundlePlan = field(repr=False)
    price: float
    groups_count: int
    obeys_rules: bool


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
    alone = cost_alone(problem)
    taken, groups = _best_of_content_groups(problem, equal_part, alone)
    obeys = taken is not None
    if taken is None:
        taken = _losers_out(problem, plan.taken, alone, equal_part)
    objective = problem.value(taken)
    fair = replace(plan, taken=taken, objective=objective, bound=min(plan.bound, objective), status=FEASIBLE)
    return FairPlan(fair, objective - plan.objective, groups, obeys)


def _best_of_content_groups(problem: BundleProblem, equal_part: float, alone: Floats) -> tuple[Flags | None, int]:
    """The cheapest plan made of content groups and of bodies alone, and how many groups were looked at."""
    people = people_of(problem)
    groups = find_content_groups(problem, equal_part=equal_part, alone=alone, people=people)
    model, own = _over_groups(problem, groups)
    relaxed = solve_arrays(replace(model, integer=np.zeros(len(model.cost), dtype=bool)))
    if relaxed.has_solution:
        prices = relaxed.row_duals[: problem.n_units]
        more = find_content_groups(problem, equal_part=equal_part, alone=alone, people=people, prices=prices)
        groups = _joined(groups, more)
        model, own = _over_groups(problem, groups)
    report = solve_arrays(model, effort=_EFFORT)
    if not report.has_solution:
        return None, len(groups)
    taken = np.zeros(problem.n_choices, dtype=bool)
    for place in np.flatnonzero(report.values > 1 - 1e-6):
        taken[groups.choices[place] if place < len(groups) else own[place - len(groups)]] = True
    return taken, len(groups)


def _joined(groups: ContentGroups, more: ContentGroups) -> ContentGroups:
    """Both lists without repetition."""
    known = {(b, c.tobytes()) for b, c in zip(groups.bundle, groups.choices, strict=True)}
    for bundle, choices, cost in zip(more.bundle, more.choices, more.cost, strict=True):
        if (bundle, choices.tobytes()) not in known:
            groups.bundle.append(bundle)
            groups.choices.append(choices)
            groups.cost.append(cost)
    return groups


def _over_groups(problem: BundleProblem, groups: ContentGroups) -> tuple[LinearProblem, Ints]:
    """The set-partitioning model: columns are the groups, then single choices of purchases that one member may open."""
    own = _single_choices(problem)
    bundle = np.concatenate([np.array(groups.bundle, dtype=np.int64), problem.bundle_of[own]])
    members = [*groups.choices, *own[:, None]]
    column = np.repeat(np.arange(len(members)), [len(choices) for choices in members])
    choice = np.concatenate(members) if members else np.zeros(0, dtype=np.int64)
    width = len(members)
    inside = sparse.csr_matrix((np.ones(len(choice)), (choice, column)), shape=(problem.n_choices, width))
    opens = sparse.csr_matrix((np.ones(width), (bundle, np.arange(width))), shape=(problem.n_bundles, width))
    once = sparse.csr_matrix((np.ones(len(choice)), (problem.unit_of[choice], column)), shape=(problem.n_units, width))
    rows = problem.coupling
    several = np.flatnonzero(np.bincount(bundle, minlength=problem.n_bundles) > 1)
    use = sparse.csr_matrix(rows.on_choices @ inside + rows.on_bundles @ opens)
    binding = np.flatnonzero((np.diff(use.indptr) > 0) | (rows.rhs < 0))
    ones = np.ones(problem.n_units)
    return LinearProblem(
        cost=np.concatenate([np.array(groups.cost), problem.cost[own] + problem.fixed_cost[problem.bundle_of[own]]]),
        matrix=sparse.vstack([once, opens[several], use[binding]], format="csr"),
        row_lower=np.concatenate([ones, np.full(len(several) + len(binding), -np.inf)]),
        row_upper=np.concatenate([ones, np.ones(len(several)), rows.rhs[binding]]),
        lower=np.zeros(width),
        upper=np.ones(width),
        integer=np.ones(width, dtype=bool),
    ), own


def _single_choices(problem: BundleProblem) -> Ints:
    """Each unit's cheapest ways to buy alone, and the cheapest that no other unit could be in the way of."""
    full = problem.cost + problem.fixed_cost[problem.bundle_of]
    single = problem.min_units[problem.bundle_of] <= 1
    kept = cheapest(full, problem.unit_of, _OWN_CHOICES, single)
    free = single & (problem.members_possible[problem.bundle_of] == 1)
    return np.asarray(np.flatnonzero(kept | cheapest(full, problem.unit_of, 1, free)), dtype=np.int64)


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
