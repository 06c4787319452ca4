"""What would a set of rules cost if purchases could be divided into fractions — quickly, for every subset of the rules?

One master of the relaxation is kept, opened with the choices that a known plan's prices find worth their price; rules are switched on and
off in it, so that each subset starts from the columns, rows and basis of the last. The prices of a solved set also bound every subset of it (prices of dropped rows count as zero); where that bound is within rounding
of the set's value the subset needs no solve. The values are proven lower bounds of the true costs; their differences carry no noise from search gaps.
"""

from __future__ import annotations

import numpy as np

from dxmodels.bundling.core import cheapest
from dxmodels.bundling.decomposition import relaxed_master
from dxmodels.bundling.master import Master, Prices
from dxmodels.bundling.plan import BundlePlan
from dxmodels.bundling.pricing import Pricer
from dxmodels.bundling.problem import BundleProblem, Flags, Ints
from dxmodels.bundling.strong import needs_of
from dxmodels.solver import Effort

RELAXED_GAP = 5e-6
_ROUNDS = 200
_PER_UNIT = 8  # choices a unit the master opens with: fewer cost rounds, more cost longer solves
_COLUMNS_ADDED = 1500


class RelaxedValues:
    """The relaxation's value for any subset of the rules of one problem (``kept``: one flag a rule, in the order of ``names``)."""

    def __init__(self, problem: BundleProblem, names: list[str], plan: BundlePlan | None = None) -> None:
        self.problem = problem
        self._rule_of = np.array([_place(name, names) for name in problem.coupling.limit_ids], dtype=np.int64)
        self._rules = len(names)
        self._master = (
            relaxed_master(problem, effort=Effort(gap=RELAXED_GAP))[0] if plan is None else _warm(problem, plan)
        )
        self._known: list[tuple[Flags, Prices]] = []

    def value(self, kept: Flags) -> float:
        """Return the cheapest cost in fractions with the kept rules only."""
        kept = np.asarray(kept, dtype=bool)
        holds = np.ones(len(self._rule_of), dtype=bool)
        ruled = self._rule_of >= 0
        holds[ruled] = kept[self._rule_of[ruled]]
        for held, prices in self._known:
            if (kept == held).all():
                return prices.bound
            if (kept <= held).all():
                below = self._master.pricer.price(prices.pi, np.where(holds, prices.lam, 0.0)).bound
                if prices.bound - below <= RELAXED_GAP * abs(prices.bound):
                    return prices.bound
        self._master.let_hold(holds)
        found = self._master.run(gap=RELAXED_GAP, rounds=_ROUNDS, smoothing=0.0).prices
        self._known.append((kept, found))
        return found.bound


def _warm(problem: BundleProblem, plan: BundlePlan) -> Master:
    """A master that holds the plan and the choices its prices find most promising."""
    prices = plan.certificate
    priced = Pricer(problem).price(prices.unit_price, prices.limit_price)
    worth = np.maximum(0.0, np.nan_to_num(priced.worth, posinf=0.0))
    promise = priced.reduced + worth[problem.bundle_of]
    free = ~needs_of(problem).opening[problem.bundle_of]
    kept = (
        plan.taken | cheapest(promise, problem.unit_of, _PER_UNIT) | cheapest(priced.reduced, problem.unit_of, 2, free)
    )
    master = Master(problem, most_added=max(_COLUMNS_ADDED, problem.n_units))
    opened: Ints = np.flatnonzero(kept)
    master.add(opened)
    return master


def _place(limit_id: str, names: list[str]) -> int:
    rule = limit_id.split("@")[0]
    return names.index(rule) if rule in names else -1
