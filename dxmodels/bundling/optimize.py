"""Who should buy together, from which offer, starting when, at least total cost — and how far can that plan be from the best?

Sets        u units (owner × task), f bundles (scope × offer line × start year), choices (u, f)
Parameters  c_uf cost of unit u in bundle f over the horizon (discounted; legacy cost until the start, penalty, migration net of subsidy,
            running share, coordination), F_f fixed cost of the bundle, a_uf load, C_f capacity, m_f / M_f fewest and most members,
            coupling rows (budgets by year, vendor and staff capacity, vendor shares …)
Variables   x_uf ∈ {0,1} unit u buys in bundle f, y_f ∈ {0,1} bundle f is bought
Objective   min Σ F_f y_f + Σ c_uf x_uf
Constraints each unit once, x ≤ y, capacity, fewest/most members, coupling rows (strong.py states them all)
Method      moderate size: the readable model in PuLP, solved whole by HiGHS. Beyond: column-and-row generation with facility pricing,
            lazy coupling rows, core integer problem, closing proof, neighbourhood search (decomposition.py). National size with rows
            that tie regions together: those rows are priced and the regions solved one by one (regions.py, regional_plan.py).
Sources     Cornuéjols, Nemhauser & Wolsey (1990), The uncapacitated facility location problem; Geoffrion (1974), Lagrangean relaxation for
            integer programming; Barahona & Chudak (2005), Near-optimal solutions to large-scale facility location problems.
Leaves out  demand that reacts to price; bargaining after the award; costs are taken as certain (participation.py varies membership).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pulp

from dxmodels.bundling.decomposition import Clock, Found, Milestone, decompose, log_frame
from dxmodels.bundling.master import Master, Prices
from dxmodels.bundling.parts import connected_parts, take_part
from dxmodels.bundling.plan import BY_PRICES, BundlePlan, Certificate
from dxmodels.bundling.pricing import Pricer
from dxmodels.bundling.problem import BundleProblem, Flags
from dxmodels.bundling.regional_plan import solve_regions
from dxmodels.bundling.regions import find_regions
from dxmodels.bundling.strong import repaired, strong_model
from dxmodels.solver import FEASIBLE, INFEASIBLE, NO_SOLUTION, OPTIMAL, Effort, relative_gap, solve

_MODERATE_CHOICES = (
    6_000  # PuLP builds some 10,000 rows a second: up to here the readable model takes about a second to write
)
_NATIONAL_CHOICES = 1_000_000  # from here on rows that tie regions together are priced, where that makes regions
_BATCH_CHOICES = 1_000
_STEPS_WITH_COUPLING = 60


def optimize_bundles(
    problem: BundleProblem,
    *,
    effort: Effort | None = None,
    seed: int = 0,
    progress: Callable[[Milestone], None] | None = None,
    start: Milestone | None = None,
) -> BundlePlan:
    """Return the cheapest plan found with a proven bound (see the module's first lines for the model).

    ``effort``: relative gap to stop at, nodes of each integer problem, iterations (search steps), and seconds for exploring only.
    Without it the gap is 1e-6; large problems with coupling rows stop at 0.1 % or 60 search steps. Reproducible unless seconds are set.
    ``progress`` is told every stage; a milestone of an earlier run of the same problem, given as ``start``, lets a national run go on.
    The plan's ``status`` never says optimal unless the gap was proven; an impossible problem is reported, not raised.
    """
    effort = effort or _default_effort(problem)
    clock = Clock(effort, progress)
    parts = _batched(connected_parts(problem), problem)
    if len(parts) == 1:
        return _as_plan(problem, _solve_part(problem, effort, seed, clock, start), effort, seed, clock)
    return _as_plan(problem, _solve_parts(problem, parts, effort, seed, clock), effort, seed, clock)


def _batched(parts: list[Flags], problem: BundleProblem) -> list[Flags]:
    """Parts put together up to the size of a small model: a thousand tiny models would cost more to write than to solve."""
    choices = np.bincount(problem.unit_of, minlength=problem.n_units)
    batches: list[Flags] = []
    room = 0
    for units in parts:
        size = int(choices[units].sum())
        if size <= room:
            batches[-1] = batches[-1] | units
            room -= size
        else:
            batches.append(units)
            room = _BATCH_CHOICES - size
    return batches


def _default_effort(problem: BundleProblem) -> Effort:
    if problem.n_choices > _MODERATE_CHOICES and len(problem.coupling):
        return Effort(gap=1e-3, iterations=_STEPS_WITH_COUPLING)
    return Effort(gap=1e-6, iterations=_STEPS_WITH_COUPLING)


def _solve_part(
    problem: BundleProblem, effort: Effort, seed: int, clock: Clock, start: Milestone | None = None
) -> Found:
    regions = find_regions(problem) if problem.n_choices > _NATIONAL_CHOICES else None
    if regions is not None:
        return solve_regions(problem, regions, effort=effort, seed=seed, clock=clock, start=start)
    if problem.n_choices > _MODERATE_CHOICES:
        return decompose(problem, effort=effort, seed=seed, clock=clock)
    return _solve_whole(problem, effort, clock)


def _solve_whole(problem: BundleProblem, effort: Effort, clock: Clock) -> Found:
    """The readable model, solved whole; prices for the certificate come from the column generation."""
    relaxation = _prices_of(problem)
    limits = Effort(effort.gap, effort.nodes, None, clock.left, effort.threads, effort.seed)
    model = strong_model(problem)
    report = solve(model, effort=limits)
    if not report.has_solution:
        return Found(None, np.inf, relaxation, report.status == INFEASIBLE, "branch_and_bound", clock.log)
    values = np.array([variable.varValue for variable in _choice_variables(model, problem)])
    taken = repaired(problem, values)
    bound = min(max(report.bound, relaxation.bound), problem.value(taken))
    method = "branch_and_bound" if bound > relaxation.bound + 1e-9 * abs(bound) else BY_PRICES
    clock.note("whole", problem.value(taken), bound)
    return Found(taken, bound, relaxation, False, method, clock.log)


def _choice_variables(model: pulp.LpProblem, problem: BundleProblem) -> list[pulp.LpVariable]:
    named = model.variablesDict()
    return [named[f"x_{k}"] for k in range(problem.n_choices)]


def _prices_of(problem: BundleProblem) -> Prices:
    master = Master(problem)
    master.add(np.arange(problem.n_choices))
    return master.run(gap=1e-9, rounds=5, smoothing=0.0).prices


def _solve_parts(problem: BundleProblem, parts: list[Flags], effort: Effort, seed: int, clock: Clock) -> Found:
    """Solve parts that share nothing one after the other and put plans, prices and bounds together."""
    taken = np.zeros(problem.n_choices, dtype=bool)
    pi, lam = np.zeros(problem.n_units), np.zeros(len(problem.coupling))
    bound, infeasible, complete, methods = 0.0, False, True, set()
    for units in parts:
        part, choices, rows = take_part(problem, units)
        found = _solve_part(part, effort, seed, Clock(effort) if clock.left is None else clock)
        pi[units], lam[rows] = found.prices.pi, found.prices.lam
        bound, infeasible = bound + found.bound, infeasible or found.infeasible
        methods.add(found.method)
        if found.taken is None:
            complete = False
        else:
            taken[choices[found.taken]] = True
    prices = Prices(pi, lam, Pricer(problem).price(pi, lam).bound)
    clock.note("parts", problem.value(taken) if complete else np.inf, bound)
    return Found(taken if complete else None, bound, prices, infeasible, "+".join(sorted(methods)), clock.log)


def _as_plan(problem: BundleProblem, found: Found, effort: Effort, seed: int, clock: Clock) -> BundlePlan:
    certificate = Certificate(found.prices.pi, found.prices.lam, found.prices.bound, found.method)
    history = log_frame(found.log)
    if found.taken is None:
        status, objective = (INFEASIBLE if found.infeasible else NO_SOLUTION), np.inf
        bound = np.inf if found.infeasible else found.prices.bound
        return BundlePlan(
            problem,
            np.zeros(problem.n_choices, dtype=bool),
            objective,
            bound,
            clock.spent,
            status,
            seed,
            certificate,
            history,
        )
    objective = problem.value(found.taken)
    proven = relative_gap(objective, found.bound) <= effort.gap + 1e-9
    return BundlePlan(
        problem, found.taken, objective, min(found.bound, objective), clock.spent, OPTIMAL if proven else FEASIBLE, seed, certificate, history
    )  # fmt: skip
