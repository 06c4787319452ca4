"""Which other plans are nearly as good, what do they all share, and how do five typical plans compare?

Near-optimal   choices of the plans found so far are made dearer step by step and the problem is solved again; a plan counts if its true
               cost is within the tolerance of the best. The robust core is what all of them share: safe to decide now.
Five plans     as is (everybody alone), greatest saving, most members, least dependence, least staff effort. The last three give up
               part of the greatest saving for their aim: min aim subject to cost ≤ greatest-saving cost + part × saving (ε-constraint
               method, Haimes, Lasdon & Wismer 1971), over all choices of small problems and a pool of promising ones of large ones.
Dependence     Σ (vendor's share of yearly cost)², the Herfindahl–Hirschman index; least dependence makes each vendor dearer in
               proportion to its share in the greatest-saving plan.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from typing import cast

import numpy as np
import pandas as pd
from scipy import sparse

from dxmodels.bundling.core import cheapest
from dxmodels.bundling.optimize import optimize_bundles
from dxmodels.bundling.plan import BundlePlan
from dxmodels.bundling.pricing import Pricer
from dxmodels.bundling.problem import BundleProblem, Coupling, Flags, Floats
from dxmodels.bundling.strong import repaired, start_of, strong_arrays
from dxmodels.errors import ModelError
from dxmodels.money import format_rate
from dxmodels.solver import FEASIBLE, Effort, solve_arrays

_MONEY_WEIGHT = 1e-3  # of the aim: enough to choose the cheaper of two plans equal in it
_AIM_GAP, _AIM_NODES = 5e-3, 1
_WHOLE_CHOICES, _POOL = 6_000, 2
_COMPARISON_TOLERANCE = 5e-3  # a comparison of aims needs no closer proof than this
STANDARD_PLANS_JA = {
    "as_is": "現状（各団体が単独）",
    "greatest_saving": "削減額最大",
    "most_members": "参加最大",
    "least_dependence": "依存最小",
    "least_staff": "職員負担最小",
}


@dataclass(frozen=True, eq=False)
class PlanPool:
    """Plans within a tolerance of the best, and what they share; the first is the best."""

    plans: tuple[BundlePlan, ...] = field(repr=False)
    tolerance: float

    @property
    def core(self) -> Flags:
        """Choices that every plan takes."""
        return np.asarray(np.logical_and.reduce([plan.taken for plan in self.plans]), dtype=np.bool_)

    def to_frame(self) -> pd.DataFrame:
        """Return one row a plan: plan_number, objective, extra_rate, purchases_count, same_as_best_share."""
        best = self.plans[0]
        rows = [
            (
                k,
                plan.objective,
                plan.objective / best.objective - 1,
                len(plan.bundles_frame()),
                float((plan.taken & best.taken).sum() / best.taken.sum()),
            )
            for k, plan in enumerate(self.plans, start=1)
        ]
        return pd.DataFrame(
            rows, columns=["plan_number", "objective", "extra_rate", "purchases_count", "same_as_best_share"]
        )

    def core_frame(self) -> pd.DataFrame:
        """Return the units decided the same way in every plan, with their bundle."""
        return replace(self.plans[0], taken=self.core).to_frame()

    def summary(self) -> str:
        """Return size and core as one Japanese sentence."""
        share = float(self.core.sum()) / self.plans[0].problem.n_units
        return (
            f"最良から{format_rate(self.tolerance)}以内の計画を{len(self.plans)}通り得た。単位の{format_rate(share)}はどの計画でも同じ調達に入り、"
            "先に決めてよい。残りは費用以外の理由で選べる。"
        )


@dataclass(frozen=True, eq=False)
class StandardPlans:
    """The five typical plans of one problem by name (keys of STANDARD_PLANS_JA)."""

    plans: dict[str, BundlePlan] = field(repr=False)
    problem: BundleProblem = field(repr=False)

    def to_frame(self) -> pd.DataFrame:
        """Return one row a plan: name, cost, saving, members, purchases, dependence, staff effort, bound, gap, seconds, status."""
        return self.by_plan().reset_index(drop=True)

    def by_plan(self) -> pd.DataFrame:
        """Return the same table indexed by the plan's code (keys of STANDARD_PLANS_JA)."""
        base = self.plans["as_is"].objective
        rows = []
        for name, plan in self.plans.items():
            bundles = plan.bundles_frame()
            joint = bundles[bundles["scope"] != "own"]
            rows.append(
                {
                    "standard_plan": name, "standard_plan_ja": STANDARD_PLANS_JA[name], "total_cost_yen": plan.objective, "saving_yen": base - plan.objective,
                    "saving_rate": 1 - plan.objective / base, "joint_units_count": int(joint["members_count"].sum()),
                    "joint_purchases_count": len(joint), "vendor_hhi": vendor_hhi(plan), "staff_effort_years": staff_effort(plan),
                    "bound_yen": plan.bound, "gap": plan.gap, "seconds": plan.seconds, "status_ja": plan.status_ja,
                }
            )  # fmt: skip
        return pd.DataFrame(rows).set_index("standard_plan")

    def summary(self) -> str:
        """Return the saving of the best plan, what the others give up, and how far each may be from its optimum, as Japanese sentences."""
        frame = self.by_plan()
        rest = "、".join(
            f"{row.standard_plan_ja}は{format_rate(cast(float, row.saving_rate))}"
            for row in frame.drop(index=["as_is", "greatest_saving"]).itertuples()
        )
        return (
            f"現状に対し最大で{format_rate(float(frame['saving_rate']['greatest_saving']))}の削減。{rest}の削減となる。"
            f"{self._proof()}"
        )

    def _proof(self) -> str:
        """Return how far the plans may be from the cheapest possible under their aim."""
        gaps = self.by_plan()["gap"].drop("as_is")
        return (
            f"証明できた最適解との差（最適性ギャップ）は、削減額最大で{format_rate(float(gaps['greatest_saving']))}以内、"
            f"ほかの計画で最大{format_rate(float(gaps.drop('greatest_saving').max()))}。"
        )


def near_optimal_plans(
    problem: BundleProblem, *, count: int = 5, tolerance: float = 0.01, effort: Effort | None = None, seed: int = 0
) -> PlanPool:
    """Return up to ``count`` different plans within ``tolerance`` of the best plan's cost, the best first."""
    if count < 1 or not 0 <= tolerance < 1:
        raise ModelError(f"件数 {count} は1以上、許容幅 {tolerance} は0以上1未満にしてください。")
    best = optimize_bundles(problem, effort=effort, seed=seed)
    if not best.has_plan:
        raise ModelError("計画が得られないため、代替案を作れません。explain_infeasibility で条件を確認してください。")
    plans, seen = [best], np.zeros(problem.n_choices)
    for step in range(1, 3 * count):
        if len(plans) >= count:
            break
        seen += plans[-1].taken
        penalty = tolerance * (0.5 + 0.5 * step / count) * np.minimum(seen, 3)
        other = optimize_bundles(
            replace(problem, cost=problem.cost + penalty * np.abs(problem.cost)), effort=effort, seed=seed
        )
        plan = _revalued(problem, other, best)
        different = all((plan.taken != known.taken).any() for known in plans)
        if plan.has_plan and different and plan.objective <= (1 + tolerance) * best.objective:
            plans.append(plan)
    return PlanPool(tuple(sorted(plans, key=lambda plan: plan.objective)), tolerance)


def standard_plans(
    problem: BundleProblem,
    *,
    given_up: float,
    best: BundlePlan | None = None,
    effort: Effort | None = None,
    seed: int = 0,
) -> StandardPlans:
    """Return the five typical plans; needs the labels that build_problem gives (scope, vendor_id, staff_fte).

    ``given_up``: the part of the greatest saving (0..1) the last three plans may spend on their aim. ``best``: the greatest-saving plan
    where it is known already. As is need not obey the rules. Raises ModelError where the problem has no plan.
    """
    if not 0.0 <= given_up <= 1.0:
        raise ModelError(f"手放してよい削減額の割合 {given_up} は0〜1にしてください。")
    effort = effort or Effort(gap=_COMPARISON_TOLERANCE)
    joint = _joint(problem)
    as_is = _everybody_alone(problem, effort, seed)
    best = best or optimize_bundles(problem, effort=effort, seed=seed)
    if not best.has_plan:
        raise ModelError("計画が得られないため比較できません。explain_infeasibility で条件を確認してください。")
    aims: dict[str, Floats] = {
        "most_members": np.where(joint, 0.0, 1.0),
        "least_dependence": _vendor_weight(problem, best),
        "least_staff": problem.choice_labels["staff_fte"].astype(float),
    }
    ceiling = best.objective + given_up * max(0.0, as_is.objective - best.objective)
    plans = {"as_is": as_is, "greatest_saving": best}
    for name, aim in aims.items():
        plans[name] = _towards(problem, aim, ceiling, best, effort)
    return StandardPlans(plans, problem)


def vendor_hhi(plan: BundlePlan) -> float:
    """Return the Herfindahl–Hirschman index of vendors (0..1) by yearly cost of the units they serve."""
    frame = plan.to_frame()
    vendor = plan.problem.bundles["vendor_id"].to_numpy(dtype=object)[plan.problem.bundle_of[plan.taken]]
    weight = frame["annual_cost_yen"].to_numpy(dtype=float)
    share = pd.Series(weight).groupby(vendor).sum() / weight.sum()
    return float((share**2).sum())


def staff_effort(plan: BundlePlan) -> float:
    """Return the staff effort of a plan in FTE-years over the horizon."""
    return float(plan.problem.choice_labels["staff_fte"][plan.taken].astype(float).sum())


def _joint(problem: BundleProblem) -> Flags:
    return np.asarray(problem.bundles["scope"] != "own", dtype=bool)[problem.bundle_of]


def _everybody_alone(problem: BundleProblem, effort: Effort | None, seed: int) -> BundlePlan:
    free = problem.with_coupling(problem.coupling.take(np.zeros(len(problem.coupling), dtype=bool)))
    return optimize_bundles(free.keep_choices(~_joint(problem)), effort=effort, seed=seed)


def _vendor_weight(problem: BundleProblem, best: BundlePlan) -> Floats:
    """Each choice's price of dependence: its unit's yearly cost times its vendor's share in the greatest-saving plan."""
    annual = problem.units["annual_cost_yen"].to_numpy(dtype=float)
    codes, _ = pd.factorize(problem.bundles["vendor_id"], sort=True)
    served = np.bincount(
        codes[problem.bundle_of[best.taken]], annual[problem.unit_of[best.taken]], minlength=codes.max() + 1
    )
    weight = served[codes[problem.bundle_of]] / annual.sum() * annual[problem.unit_of]
    return np.asarray(weight / max(float(weight.mean()), 1e-12))


def _towards(problem: BundleProblem, aim: Floats, ceiling: float, best: BundlePlan, effort: Effort) -> BundlePlan:
    """The plan that goes furthest towards the aim at no more than the ceiling; of plans equal in it, a cheap one."""
    began = time.perf_counter()
    kept = _pool(problem, aim, best)
    part = problem.keep_choices(kept)
    weight = _MONEY_WEIGHT * float(aim[best.taken].sum() + aim.mean()) / max(abs(best.objective), 1e-9)
    row = Coupling(
        ("ceiling",),
        sparse.csr_matrix(part.cost[None, :]),
        sparse.csr_matrix(part.fixed_cost[None, :]),
        np.array([ceiling * (1 + 1e-9)]),
        np.ones(1),
    )
    aimed = replace(
        part,
        cost=aim[kept] + weight * part.cost,
        fixed_cost=weight * part.fixed_cost,
        coupling=part.coupling.joined(row),
    )
    limits = Effort(gap=_AIM_GAP, nodes=effort.nodes or _AIM_NODES, threads=effort.threads, seed=effort.seed)
    report = solve_arrays(strong_arrays(aimed), effort=limits, start=start_of(aimed, best.taken[kept]))
    taken = best.taken.copy()
    if report.has_solution:
        taken[:] = False
        taken[np.flatnonzero(kept)[repaired(aimed, report.values)]] = True
    value = problem.value(taken)
    seconds = time.perf_counter() - began
    return replace(best, taken=taken, objective=value, bound=min(best.bound, value), seconds=seconds, status=FEASIBLE)


def _pool(problem: BundleProblem, aim: Floats, best: BundlePlan) -> Flags:
    """All choices of a small problem; of a large one those promising in money, in the aim and in both, and going alone."""
    if problem.n_choices <= _WHOLE_CHOICES:
        return np.ones(problem.n_choices, dtype=bool)
    prices = best.certificate
    priced = Pricer(problem).price(prices.unit_price, prices.limit_price)
    worth = np.maximum(0.0, np.nan_to_num(priced.worth, posinf=1e300))[problem.bundle_of]
    promise = priced.reduced + worth
    scale = float(np.abs(problem.cost).mean()) / max(float(np.abs(aim).mean()), 1e-12)
    kept = best.taken | ~_joint(problem) | cheapest(promise, problem.unit_of, _POOL)
    return np.asarray(kept | cheapest(promise + 0.1 * scale * aim, problem.unit_of, _POOL), dtype=np.bool_)


def _revalued(problem: BundleProblem, plan: BundlePlan, best: BundlePlan) -> BundlePlan:
    """A plan of a shifted problem at the true costs; its proven bound on the true cost is the best plan's."""
    if not plan.has_plan:
        return plan
    return replace(
        plan,
        problem=problem,
        objective=problem.value(plan.taken),
        bound=best.bound,
        status="feasible",
        certificate=best.certificate,
    )
