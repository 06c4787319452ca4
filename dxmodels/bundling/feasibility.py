"""Is there any plan at all, and if not, which rows stand in the way?

Elastic relaxation: min Σ s_r / size_r  s.t. each unit once, members and capacity of bundles, coupling rows eased by s_r ≥ 0, all in fractions and
without the links x ≤ y. A positive optimum proves that no plan exists (a relaxation of a relaxation); rows with a dual are a certificate
of it (Farkas). Where it is zero, a plan is searched among a few choices a unit, then among all.
Source: Brown & Graves (1975), elastic programming; Chinneck (2008), Feasibility and Infeasibility in Optimization, ch. 6.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from scipy import sparse

from dxmodels.bundling.core import cheapest
from dxmodels.bundling.problem import BundleProblem, Coupling, Floats, Ints
from dxmodels.bundling.strong import needs_of, strong_arrays
from dxmodels.errors import ModelError
from dxmodels.solver import INFEASIBLE, Effort, LinearProblem, solve_arrays

_NARROW_CHOICES = 20_000
_PER_UNIT = 4
_TINY = 1e-6
_ANY_PLAN = Effort(gap=0.5)


def is_impossible(problem: BundleProblem, effort: Effort | None = None) -> bool:
    """Return whether provably no plan exists; costs play no part. Raises ModelError where the effort leaves it open."""
    if feasibility_gap(problem)[0] > _TINY:
        return True
    for part in (narrowed(problem), problem):
        plain = replace(part, cost=np.zeros(part.n_choices), fixed_cost=np.zeros(part.n_bundles))
        report = solve_arrays(strong_arrays(plain), effort=effort or _ANY_PLAN)
        if report.has_solution:
            return False
    if report.status != INFEASIBLE:
        raise ModelError("計画の有無を上限内で確定できませんでした。計算量（effort）の上限を上げてください。")
    return True


def feasibility_gap(problem: BundleProblem) -> tuple[float, frozenset[str]]:
    """Return the smallest total easing in fractions (relative to each row's size) and the rules whose rows have a price in it."""
    rows = problem.coupling
    if not len(rows):
        return 0.0, frozenset()
    bare = replace(problem, cost=np.zeros(problem.n_choices), fixed_cost=np.zeros(problem.n_bundles))
    model = without_links(bare, strong_arrays(bare, relax=True))
    report = solve_arrays(_elastic(model, rows))
    if not report.has_solution:
        return float("inf"), frozenset()
    duals = np.abs(report.row_duals[-len(rows) :])
    names = [rows.limit_ids[r].split("@")[0] for r in np.flatnonzero(duals > _TINY * duals.max(initial=1.0))]
    return report.objective, frozenset(names)


def narrowed(problem: BundleProblem) -> BundleProblem:
    """Return the problem with a few choices a unit: its cheapest, its lightest on the rows, its cheapest with others."""
    if problem.n_choices <= _NARROW_CHOICES:
        return problem
    use = np.asarray(abs(problem.coupling.on_choices).sum(axis=0), dtype=float).ravel()
    joint = problem.members_possible[problem.bundle_of] > 1
    kept = cheapest(problem.cost, problem.unit_of, _PER_UNIT) | cheapest(use, problem.unit_of, _PER_UNIT)
    return problem.keep_choices(kept | cheapest(problem.cost, problem.unit_of, _PER_UNIT, joint))


def row_size(rows: Coupling) -> Floats:
    """Return the largest coefficient of each row, by which an easing is measured where the right-hand side is zero."""
    on_choices = abs(rows.on_choices).max(axis=1).toarray().ravel()
    on_bundles = abs(rows.on_bundles).max(axis=1).toarray().ravel()
    largest: Floats = np.maximum(np.maximum(on_choices, on_bundles), 1e-9)
    return largest


def without_links(problem: BundleProblem, model: LinearProblem) -> LinearProblem:
    """Return the model less its link rows, which come right after the rows of the units: a relaxation."""
    opened = len(model.cost) - problem.n_choices
    links = int(np.isin(problem.bundle_of, _opened_bundles(problem)).sum()) if opened else 0
    kept = np.ones(len(model.row_lower), dtype=bool)
    kept[problem.n_units : problem.n_units + links] = False
    return replace(model, matrix=model.matrix[kept], row_lower=model.row_lower[kept], row_upper=model.row_upper[kept])


def _opened_bundles(problem: BundleProblem) -> Ints:
    return np.flatnonzero(needs_of(problem).opening)


def _elastic(model: LinearProblem, rows: Coupling) -> LinearProblem:
    """The model with one easing column a coupling row (the last rows), priced at 1 per size of the row."""
    width, start = len(model.cost), len(model.row_lower) - len(rows)
    size = np.maximum(np.abs(rows.rhs), row_size(rows))
    at = np.arange(len(rows))
    give = sparse.csr_matrix((-np.ones(len(rows)), (start + at, at)), shape=(len(model.row_lower), len(rows)))
    return LinearProblem(
        cost=np.concatenate([np.zeros(width), 1.0 / size]),
        matrix=sparse.hstack([model.matrix, give], format="csr"),
        row_lower=model.row_lower,
        row_upper=model.row_upper,
        lower=np.zeros(width + len(rows)),
        upper=np.concatenate([model.upper, np.full(len(rows), np.inf)]),
        integer=np.zeros(width + len(rows), dtype=bool),
    )
