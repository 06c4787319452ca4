"""If rules clash, how far must one of them give so that a plan becomes possible — and is that proven to be the least?

One rule after the other is made elastic while all others hold: min Σ easing_r / size_r over the rows r of that rule, where a plan must exist
and costs play no part (Brown & Graves 1975; Chinneck 2008, ch. 6). Size is the limit itself, or the largest entry of the row where that is
larger (a limit of zero counts exceptions). Where no single rule is enough, all clashing rules give together, and if need be every rule.
Proof       the same problem over all choices, in fractions or (small problems) in whole choices without the links x ≤ y: neither can be
            larger than the least easing. Where the easing found meets that bound it is the least; else the bound is told.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd
from scipy import sparse

from dxmodels.bundling.core import cheapest
from dxmodels.bundling.feasibility import row_size, without_links
from dxmodels.bundling.problem import BundleProblem, Flags, Floats, Ints
from dxmodels.bundling.strong import strong_arrays
from dxmodels.solver import Effort, LinearProblem, SolveReport, solve_arrays

COLUMNS = ["eased_rule", "limit_id", "limit", "eased_limit", "easing", "easing_rate"]
_LEAST = 0.01  # an easing within this part of its bound is called the least
_TINY = 1e-7
_EFFORT = Effort(gap=_LEAST, nodes=20)
_BOUND_EFFORT = Effort(gap=_LEAST, nodes=20)
_WHOLE_CHOICES, _LIGHTEST, _BUNDLES = 6_000, 3, 1


@dataclass(frozen=True, eq=False)
class Easing:
    """How far the rows of some rules must give (``table``), in total relative to their sizes, and the proven bound of that total."""

    rules: tuple[str, ...]
    table: pd.DataFrame = field(repr=False)
    total: float
    bound: float

    @property
    def is_least(self) -> bool:
        """True where no smaller easing of these rules can make a plan possible."""
        return self.total <= self.bound * (1 + _LEAST) + _TINY

    @property
    def bound_share(self) -> float:
        """The proven bound as a part of the easing found (1 = the least)."""
        return min(1.0, self.bound / self.total) if self.total > 0 else 1.0


def easing_options(problem: BundleProblem, conflict: Sequence[str], effort: Effort | None = None) -> tuple[Easing, ...]:
    """Return the least easing of each clashing rule alone, the smallest first; of several rules only where no single one is enough."""
    rule_of = [name.split("@")[0] for name in problem.coupling.limit_ids]
    alone = [_eased(problem, (rule,), rule_of, effort) for rule in conflict]
    found = [option for option in alone if option is not None]
    if not found:
        every = tuple(dict.fromkeys(rule_of))
        together = [tuple(conflict), every] if len(conflict) > 1 else [every]
        found = [option for rules in together if (option := _eased(problem, rules, rule_of, effort)) is not None][:1]
    return tuple(sorted(found, key=lambda option: option.total))


def _eased(problem: BundleProblem, rules: tuple[str, ...], rule_of: list[str], effort: Effort | None) -> Easing | None:
    """The easing of the rows of these rules while all others hold, or None where that gives no plan within the effort."""
    may_give = np.isin(np.array(rule_of, dtype=object), list(rules))
    size = np.maximum(np.abs(problem.coupling.rhs), row_size(problem.coupling))[may_give]
    fractions = _elastic(problem, may_give, size, links=False)
    lowest = solve_arrays(replace(fractions, integer=np.zeros(len(fractions.cost), dtype=bool)))
    if not lowest.has_solution:
        return None
    part = problem.keep_choices(_promising(problem, lowest.values[: problem.n_choices]))
    found = solve_arrays(_elastic(part, may_give, size, links=True), effort=effort or _EFFORT)
    if not found.has_solution:
        return None
    bound = found.bound if part.n_choices == problem.n_choices else lowest.objective
    option = _option(problem, rules, np.flatnonzero(may_give), size, found, max(bound, lowest.objective))
    return (
        option if option.is_least else replace(option, bound=max(option.bound, _closer(problem, fractions, may_give)))
    )


def _promising(problem: BundleProblem, fractions: Floats) -> Flags:
    """All choices of a small problem; of a large one all of the bundles that the fractions use or that are a unit's lightest, and light ones."""
    if problem.n_choices <= _WHOLE_CHOICES:
        return np.ones(problem.n_choices, dtype=bool)
    used = np.zeros(problem.n_bundles, dtype=bool)
    used[problem.bundle_of[fractions > _TINY]] = True
    use = np.asarray(abs(problem.coupling.on_choices).sum(axis=0), dtype=float).ravel()
    joint = problem.members_possible[problem.bundle_of] > 1
    used[problem.bundle_of[cheapest(use, problem.unit_of, _BUNDLES, joint)]] = True
    return np.asarray(used[problem.bundle_of] | cheapest(use, problem.unit_of, _LIGHTEST), dtype=np.bool_)


def _closer(problem: BundleProblem, fractions: LinearProblem, may_give: Flags) -> float:
    """A higher bound: in whole choices without links where the problem is small; whole exceptions where each counts as one."""
    if problem.n_choices <= _WHOLE_CHOICES:
        return solve_arrays(fractions, effort=_BOUND_EFFORT).bound
    rows = problem.coupling.take(may_give)
    entries = np.concatenate([rows.on_choices.data, rows.on_bundles.data, rows.rhs])
    if not np.isin(entries, (-1.0, 0.0, 1.0)).all():
        return 0.0
    relaxed = solve_arrays(replace(fractions, integer=np.zeros(len(fractions.cost), dtype=bool)))
    return float(np.ceil(relaxed.objective - 1e-6))


def _elastic(problem: BundleProblem, may_give: Flags, size: Floats, *, links: bool) -> LinearProblem:
    """The model without costs, with one easing column a row that may give, priced at 1 per size of the row."""
    bare = replace(problem, cost=np.zeros(problem.n_choices), fixed_cost=np.zeros(problem.n_bundles))
    model = strong_arrays(bare) if links else without_links(bare, strong_arrays(bare))
    width, start = len(model.cost), len(model.row_lower) - len(problem.coupling)
    at = np.flatnonzero(may_give)
    give = sparse.csr_matrix(
        (-np.ones(len(at)), (start + at, np.arange(len(at)))), shape=(len(model.row_lower), len(at))
    )
    return LinearProblem(
        cost=np.concatenate([model.cost, 1.0 / size]),
        matrix=sparse.hstack([model.matrix, give], format="csr"),
        row_lower=model.row_lower,
        row_upper=model.row_upper,
        lower=np.zeros(width + len(at)),
        upper=np.concatenate([model.upper, np.full(len(at), np.inf)]),
        integer=np.concatenate([model.integer, np.zeros(len(at), dtype=bool)]),
    )


def _option(
    problem: BundleProblem, rules: tuple[str, ...], at: Ints, size: Floats, found: SolveReport, bound: float
) -> Easing:
    rows, easing = problem.coupling, found.values[-len(at) :]
    used = easing > _TINY * size
    limit = (rows.signs * rows.rhs)[at[used]]
    table = pd.DataFrame(
        {
            "eased_rule": rules[0] if len(rules) == 1 else "",
            "limit_id": [rows.limit_ids[r] for r in at[used]],
            "limit": limit,
            "eased_limit": limit + rows.signs[at[used]] * easing[used],
            "easing": easing[used],
            "easing_rate": easing[used] / size[used],
        },
        columns=COLUMNS,
    )
    table = table.sort_values("easing_rate", ascending=False, ignore_index=True)
    return Easing(rules, table, float((easing / size).sum()), bound)
