"""What is the model a planner can read, and how does the same model look as arrays?

Sets        u units, f bundles, E choices (u, f), R coupling rows
Parameters  c_uf cost, a_uf load, F_f fixed cost, C_f capacity, m_f / M_f fewest and most members, rows Σ g·x + Σ h·y ≤ b
Variables   x_uf ∈ {0,1}: unit u buys in bundle f; y_f ∈ {0,1}: bundle f is bought (only where something depends on it)
Objective   min Σ F_f y_f + Σ c_uf x_uf
Constraints Σ_f x_uf = 1 (each unit once); x_uf ≤ y_f (strong links); Σ_u a_uf x_uf ≤ C_f y_f; m_f y_f ≤ Σ_u x_uf ≤ M_f y_f;
            Σ_f C_f y_f ≥ Σ_u min_f a_uf where every bundle is limited (implied, but it tightens the relaxation); coupling rows
Source      Cornuéjols, Nemhauser & Wolsey (1990); strong against weak links: the relaxation of x ≤ y is 0–2 % tighter on our instances
Leaves out  nothing of the problem: this is the problem.

PuLP is the language of the readable model; above some ten thousand rows the same model is written as arrays (``strong_arrays``), and a
test holds the two equal.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pulp
from scipy import sparse

from dxmodels.bundling.problem import BundleProblem, Flags, Floats, Ints
from dxmodels.solver import LinearProblem


@dataclass(frozen=True, eq=False)
class Needs:
    """Which bundles need an opening variable, a capacity row, a most-members row or a fewest-members row."""

    opening: Flags
    capacity: Flags
    most: Flags
    fewest: Flags


def needs_of(problem: BundleProblem) -> Needs:
    """Return what must be modelled for each bundle; a bundle with no fixed cost and no limits needs nothing.

    A fewest-members row of 1 is needed where opening an empty bundle could pay: negative fixed cost or a coupling row that
    gains from it. Capacity and most-members rows are dropped where every possible member fits.
    """
    possible = problem.members_possible
    total_load = np.bincount(problem.bundle_of, problem.load, minlength=problem.n_bundles)
    capacity = np.isfinite(problem.capacity) & (total_load > problem.capacity)
    most = problem.max_units < possible
    on_bundles = problem.coupling.on_bundles.tocsc()
    in_rows = np.diff(on_bundles.indptr) > 0
    gains = np.zeros(problem.n_bundles, dtype=bool)
    gains[np.unique(np.repeat(np.arange(problem.n_bundles), np.diff(on_bundles.indptr))[on_bundles.data < 0])] = True
    fewest = (problem.min_units > 1) | (problem.fixed_cost < 0) | gains
    opening = (problem.fixed_cost != 0) | fewest | in_rows
    return Needs(opening & (possible > 0), capacity & (possible > 0), most & (possible > 0), fewest & (possible > 0))


def strong_model(problem: BundleProblem, *, name: str = "bundles") -> pulp.LpProblem:
    """Return the strong model of the whole problem in PuLP; variables are x[k] (choice k) and y[f], rows carry ids."""
    model = pulp.LpProblem(name, pulp.LpMinimize)
    needs = needs_of(problem)
    x = [model.add_variable(f"x_{k}", 0, 1, pulp.LpBinary) for k in range(problem.n_choices)]
    y = {f: model.add_variable(f"y_{f}", 0, 1, pulp.LpBinary) for f in np.flatnonzero(needs.opening).tolist()}
    spend = [(y[f], float(problem.fixed_cost[f])) for f in y]
    model += pulp.LpAffineExpression(spend + list(zip(x, problem.cost.tolist(), strict=True))), "total_cost"
    members: dict[int, list[int]] = {}
    options: dict[int, list[int]] = {}
    for k, (u, f) in enumerate(zip(problem.unit_of.tolist(), problem.bundle_of.tolist(), strict=True)):
        members.setdefault(f, []).append(k)
        options.setdefault(u, []).append(k)
    for u, ks in options.items():
        model += pulp.LpAffineExpression([(x[k], 1) for k in ks]) == 1, f"once_{u}"
    for f, ks in members.items():
        _add_bundle_rows(model, problem, needs, f, [x[k] for k in ks], ks, y.get(f))
    _add_total_capacity(model, problem, needs, y)
    _add_coupling(model, problem, x, y)
    return model


def strong_arrays(problem: BundleProblem, *, relax: bool = False) -> LinearProblem:
    """Return the same model as arrays: columns are all choices, then the openings of ``needs_of(problem).opening`` in order."""
    needs = needs_of(problem)
    opened = np.flatnonzero(needs.opening)
    column_of = np.full(problem.n_bundles, -1)
    column_of[opened] = problem.n_choices + np.arange(len(opened))
    blocks = [
        *_once(problem),
        *_links(problem, needs, column_of),
        *_bundle_limits(problem, needs, column_of),
        *_total_capacity(problem, needs, column_of),
        *_coupling(problem, column_of),
    ]
    width = problem.n_choices + len(opened)
    rows = [sparse.csr_matrix((v, (i, j)), shape=(len(low), width)) for i, j, v, low, _ in blocks]
    return LinearProblem(
        cost=np.concatenate([problem.cost, problem.fixed_cost[opened]]),
        matrix=sparse.vstack(rows, format="csr"),
        row_lower=np.concatenate([low for *_, low, _ in blocks]),
        row_upper=np.concatenate([up for *_, up in blocks]),
        lower=np.zeros(width),
        upper=np.ones(width),
        integer=np.full(width, not relax),
    )


def start_of(problem: BundleProblem, taken: Flags) -> Floats:
    """Return a plan as a start vector for ``strong_arrays``."""
    opened = problem.opened_by(taken)[needs_of(problem).opening]
    return np.concatenate([taken.astype(float), opened.astype(float)])


def repaired(problem: BundleProblem, values: Floats) -> Flags:
    """Return the choices a solution takes; the largest value of each unit, which is 1 but for the solver's tolerance."""
    order = np.lexsort((-values[: problem.n_choices], problem.unit_of))
    first = np.searchsorted(problem.unit_of, np.arange(problem.n_units))
    taken = np.zeros(problem.n_choices, dtype=bool)
    taken[order[first]] = True
    return taken


def _add_bundle_rows(
    model: pulp.LpProblem,
    problem: BundleProblem,
    needs: Needs,
    f: int,
    xs: list[pulp.LpVariable],
    ks: list[int],
    y: pulp.LpVariable | None,
) -> None:
    if y is not None:
        for k, x in zip(ks, xs, strict=True):
            model += pulp.LpAffineExpression([(x, 1), (y, -1)]) <= 0, f"link_{k}"
    count = [(x, 1.0) for x in xs]
    if needs.capacity[f]:
        load = [(x, float(problem.load[k])) for k, x in zip(ks, xs, strict=True)]
        _add_at_most(model, load, float(problem.capacity[f]), y, f"capacity_{f}")
    if needs.most[f]:
        _add_at_most(model, count, float(problem.max_units[f]), y, f"most_{f}")
    if needs.fewest[f]:
        model += pulp.LpAffineExpression([*count, (y, -float(problem.min_units[f]))]) >= 0, f"fewest_{f}"


def _add_at_most(
    model: pulp.LpProblem,
    terms: list[tuple[pulp.LpVariable, float]],
    limit: float,
    y: pulp.LpVariable | None,
    name: str,
) -> None:
    if y is None:
        model += pulp.LpAffineExpression(terms) <= limit, name
    else:
        model += pulp.LpAffineExpression([*terms, (y, -limit)]) <= 0, name


def _add_total_capacity(
    model: pulp.LpProblem, problem: BundleProblem, needs: Needs, y: dict[int, pulp.LpVariable]
) -> None:
    demand = demand_on_capacity(problem, needs)
    if demand is not None:
        terms = [(y[f], float(problem.capacity[f])) for f in y]
        model += pulp.LpAffineExpression(terms) >= demand, "total_capacity"


def _add_coupling(
    model: pulp.LpProblem, problem: BundleProblem, x: list[pulp.LpVariable], y: dict[int, pulp.LpVariable]
) -> None:
    rows = problem.coupling
    for r, name in enumerate(rows.limit_ids):
        on_x, on_y = rows.on_choices[[r]].tocoo(), rows.on_bundles[[r]].tocoo()
        terms = [(x[k], float(v)) for k, v in zip(on_x.col, on_x.data, strict=True)]
        terms += [(y[f], float(v)) for f, v in zip(on_y.col.tolist(), on_y.data, strict=True) if f in y]
        model += pulp.LpAffineExpression(terms) <= float(rows.rhs[r]), f"limit_{r}_{name}"


def demand_on_capacity(problem: BundleProblem, needs: Needs) -> float | None:
    """Return the load every plan must place, where all bundles have a finite capacity and an opening; None otherwise."""
    used = problem.members_possible > 0
    if not (needs.capacity.any() and np.isfinite(problem.capacity[used]).all() and needs.opening[used].all()):
        return None
    least = np.full(problem.n_units, np.inf)
    np.minimum.at(least, problem.unit_of, problem.load)
    return float(least.sum()) * (1.0 - 1e-12)


_Block = tuple[Ints, Ints, Floats, Floats, Floats]  # row, column, value, lower, upper


def _once(problem: BundleProblem) -> list[_Block]:
    ones = np.ones(problem.n_units)
    return [(problem.unit_of, np.arange(problem.n_choices), np.ones(problem.n_choices), ones, ones)]


def _links(problem: BundleProblem, needs: Needs, column_of: Ints) -> list[_Block]:
    linked = np.flatnonzero(needs.opening[problem.bundle_of])
    n = len(linked)
    rows = np.concatenate([np.arange(n), np.arange(n)])
    columns = np.concatenate([linked, column_of[problem.bundle_of[linked]]])
    return [(rows, columns, np.concatenate([np.ones(n), -np.ones(n)]), np.full(n, -np.inf), np.zeros(n))]


def _bundle_limits(problem: BundleProblem, needs: Needs, column_of: Ints) -> list[_Block]:
    ones = np.ones(problem.n_choices)
    return [
        _one_limit(problem, needs.capacity, problem.load, problem.capacity, column_of, 1.0),
        _one_limit(problem, needs.most, ones, problem.max_units, column_of, 1.0),
        _one_limit(problem, needs.fewest, ones, problem.min_units, column_of, -1.0),
    ]


def _one_limit(
    problem: BundleProblem, wanted: Flags, weight: Floats, limit: Floats, column_of: Ints, sign: float
) -> _Block:
    """Rows sign·(Σ weight·x − limit·y) ≤ 0 of the wanted bundles; without an opening variable y counts as 1."""
    bundles = np.flatnonzero(wanted)
    row_of = np.full(problem.n_bundles, -1)
    row_of[bundles] = np.arange(len(bundles))
    members = np.flatnonzero(wanted[problem.bundle_of])
    has_y = column_of[bundles] >= 0
    rows = np.concatenate([row_of[problem.bundle_of[members]], np.flatnonzero(has_y)])
    columns = np.concatenate([members, column_of[bundles[has_y]]])
    values = sign * np.concatenate([weight[members], -limit[bundles[has_y]]])
    return rows, columns, values, np.full(len(bundles), -np.inf), np.where(has_y, 0.0, sign * limit[bundles])


def _total_capacity(problem: BundleProblem, needs: Needs, column_of: Ints) -> list[_Block]:
    demand = demand_on_capacity(problem, needs)
    if demand is None:
        return []
    opened = np.flatnonzero(needs.opening)
    zeros = np.zeros(len(opened), dtype=np.int64)
    return [(zeros, column_of[opened], problem.capacity[opened], np.array([demand]), np.array([np.inf]))]


def _coupling(problem: BundleProblem, column_of: Ints) -> list[_Block]:
    rows = problem.coupling
    on_x, on_y = rows.on_choices.tocoo(), rows.on_bundles.tocoo()
    present = column_of[on_y.col] >= 0
    row = np.concatenate([on_x.row, on_y.row[present]]).astype(np.int64)
    column = np.concatenate([on_x.col, column_of[on_y.col[present]]]).astype(np.int64)
    values = np.concatenate([on_x.data, on_y.data[present]])
    return [(row, column, values, np.full(len(rows), -np.inf), rows.rhs)]
