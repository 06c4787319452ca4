"""Which parts of a problem have nothing to do with each other?

Units, bundles and coupling rows are the nodes of one graph; what is not connected can be decided separately, and the bounds add up.
A bundle without fixed cost, limits or coefficient on its opening (going alone) ties nobody to anybody.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from dxmodels.bundling.problem import BundleProblem, Coupling, Flags, Ints
from dxmodels.bundling.strong import needs_of


def connected_parts(problem: BundleProblem) -> list[Flags]:
    """Return one flag array over the units for every part that shares no unit, bundle or coupling row with another."""
    label = _labels(problem, with_rows=True)
    return [label == part for part in range(int(label.max(initial=0)) + 1)]


def unit_groups(problem: BundleProblem) -> Ints:
    """Return for every unit the number of its group: units that share no bundle, even indirectly, differ (rows do not count)."""
    return _labels(problem, with_rows=False)


def take_part(problem: BundleProblem, units: Flags) -> tuple[BundleProblem, Ints, Flags]:
    """Return the problem of the marked units with only their bundles and rows, its choices' positions, and a flag for each row."""
    choices = np.flatnonzero(units[problem.unit_of])
    bundles = np.zeros(problem.n_bundles, dtype=bool)
    bundles[problem.bundle_of[choices]] = True
    rows = problem.coupling
    on_choices, on_bundles = rows.on_choices[:, choices], rows.on_bundles[:, np.flatnonzero(bundles)]
    kept = (np.diff(on_choices.indptr) + np.diff(on_bundles.indptr)) > 0
    coupling = Coupling(rows.limit_ids, on_choices, on_bundles, rows.rhs, rows.signs).take(kept)
    part = replace(
        problem,
        units=problem.units[units].reset_index(drop=True),
        bundles=problem.bundles[bundles].reset_index(drop=True),
        unit_of=(np.cumsum(units) - 1)[problem.unit_of[choices]],
        bundle_of=(np.cumsum(bundles) - 1)[problem.bundle_of[choices]],
        cost=problem.cost[choices],
        load=problem.load[choices],
        fixed_cost=problem.fixed_cost[bundles],
        capacity=problem.capacity[bundles],
        min_units=problem.min_units[bundles],
        max_units=problem.max_units[bundles],
        coupling=coupling,
        choice_labels={name: values[choices] for name, values in problem.choice_labels.items()},
    )
    return part, choices, kept


def _labels(problem: BundleProblem, *, with_rows: bool) -> Ints:
    n, m = problem.n_units, problem.n_bundles
    needs = needs_of(problem)
    tying = (needs.opening | needs.capacity | needs.most)[problem.bundle_of]
    ends = [(problem.unit_of[tying], n + problem.bundle_of[tying])]
    if with_rows:
        on_x, on_y = problem.coupling.on_choices.tocoo(), problem.coupling.on_bundles.tocoo()
        ends.append((problem.unit_of[on_x.col], np.asarray(n + m + on_x.row, dtype=np.int64)))
        ends.append((np.asarray(n + on_y.col, dtype=np.int64), np.asarray(n + m + on_y.row, dtype=np.int64)))
    first, second = np.concatenate([a for a, _ in ends]), np.concatenate([b for _, b in ends])
    size = n + m + len(problem.coupling)
    graph = sparse.coo_matrix((np.ones(len(first)), (first, second)), shape=(size, size))
    _, label = connected_components(graph, directed=False)
    return np.unique(label[:n], return_inverse=True)[1].astype(np.int64)
