"""The questions of the joint-procurement notebook, each answered from one study of a case, or 算出不能.

One study holds the plan under the option's rules. Where the rules cannot hold together the clash is the answer to E15, and the other
questions are answered for the plan without the clashing rules, which ``Study.note_ja`` says.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, TypeVar

import pandas as pd

from dxmodels.bundling.alternatives import StandardPlans, standard_plans
from dxmodels.bundling.body_shares import BodyShares, share_among_bodies
from dxmodels.bundling.build import build_problem
from dxmodels.bundling.departments import DepartmentOverlap, Renewals, departments_overlap, renewals_of_problem
from dxmodels.bundling.dependence import (
    JointPurchases,
    VendorDependence,
    dependence_before_after,
    purchases_with_legal_form,
)
from dxmodels.bundling.explain import Conflict, RulePrices, explain_infeasibility, price_rules
from dxmodels.bundling.feasibility import feasibility_gap
from dxmodels.bundling.game import CostGame
from dxmodels.bundling.nobody_loses import EQUAL_PART, people_of
from dxmodels.bundling.optimize import optimize_bundles
from dxmodels.bundling.params import ASSUMPTIONS as _READ
from dxmodels.bundling.params import DEPARTMENTAL, BundleParams
from dxmodels.bundling.participation import Participation, judge_uptake, participation_of
from dxmodels.bundling.plan import BundlePlan
from dxmodels.bundling.problem import BundleProblem
from dxmodels.bundling.purchase_shares import PurchaseShares, compare_shares, stability_of
from dxmodels.bundling.relief import RELIEF_ASSUMPTIONS, relief_of_choices
from dxmodels.bundling.rules import without_rules
from dxmodels.errors import ModelError
from dxmodels.inputs.availability import NotComputable
from dxmodels.solver import Effort

if TYPE_CHECKING:
    from dxmodels.inputs import Case, Patch, Register
    from dxmodels.services.departments import SystemOverlaps

__all__ = [
    "ASSUMPTIONS", "Study", "bodies_of", "departments_of", "dependence_of", "judge_uptake", "of_study", "participation_study",
    "plans_of", "purchase_of", "purchases_of", "renewals_of", "rules_of", "stability_of", "study_purchases", "words_of",
]  # fmt: skip
R = TypeVar("R")
ASSUMPTIONS = (
    *_READ,
    "bundle_aim_saving_share",
    "bundle_join_probability",
    "indicator_customisation_rate",
    "long_term_contract_years",
    *RELIEF_ASSUMPTIONS,
)
_QUICK, _CLOSE = Effort(gap=5e-3, iterations=10), Effort(gap=1e-3, iterations=60)
_MOST_MEMBERS = 18  # of the purchase whose sharing is looked at in full: every group of members is counted
_INFEASIBLE = 1e-6


@dataclass(frozen=True, eq=False)
class Study:
    """One option's joint procurement of a case: the problem with its rules, the plan, and the clash where there was one."""

    case: Case = field(repr=False)
    params: BundleParams = field(repr=False)
    problem: BundleProblem = field(repr=False)
    plan: BundlePlan = field(repr=False)
    conflict: Conflict | None
    option: Patch = field(repr=False)
    is_full: bool
    seed: int

    @property
    def note_ja(self) -> str:
        """What a reader must know of the rules behind every figure of the study."""
        if self.conflict is None:
            return f"選択肢「{self.option.title_ja}」の規則をすべて満たす計画による。"
        dropped = "・".join(f"「{title}」" for title in self.conflict.titles)
        return f"選択肢「{self.option.title_ja}」の規則は両立しないため、{dropped}を外した計画による（図表E15）。"


def study_purchases(
    case: Case, register: Register, *, option: Patch, effort: str = "draft", tasks: tuple[str, ...] = (), seed: int = 0
) -> Study:
    """Return the plan of the municipalities' joint procurement under an option; ``effort`` draft or full, ``tasks`` empty = all."""
    is_full = effort == "full"
    params = BundleParams(register, scopes=("prefecture", "block") if is_full else ("prefecture",), tasks=tasks)
    problem = build_problem(case, params, option=option)
    effort_of = _CLOSE if is_full else _QUICK
    conflict = None
    if feasibility_gap(problem)[0] > _INFEASIBLE:
        conflict = explain_infeasibility(problem)
        problem = without_rules(problem, conflict.rules if conflict else ())
    plan = optimize_bundles(problem, effort=effort_of, seed=seed)
    if not plan.has_plan:
        conflict = explain_infeasibility(problem)
        problem = without_rules(problem, conflict.rules if conflict else ())
        plan = optimize_bundles(problem, effort=effort_of, seed=seed)
    if not plan.has_plan:
        raise ModelError("規則を外しても計画が得られません。提案・台帳の表を確かめてください。")
    return Study(case, params, problem, plan, conflict, option, is_full, seed)


def of_study(found: Any, function: Callable[..., R], *arguments: Any, **settings: Any) -> R | NotComputable:
    """Return ``function(found, …)``, or the NotComputable that ``found`` already is."""
    return found if isinstance(found, NotComputable) else function(found, *arguments, **settings)


def words_of(found: Any, *sentences: str) -> list[str]:
    """Return the sentences with the study's own note after them."""
    return [*sentences, found.note_ja] if isinstance(found, Study) else list(sentences)


def renewals_of(study: Study) -> Renewals:
    """E13: which contracts of which bodies end when, task by task."""
    return renewals_of_problem(study.problem)


def plans_of(study: Study) -> StandardPlans:
    """E14: five standard plans side by side."""
    given_up = study.params.value("bundle_aim_saving_share")
    return standard_plans(study.problem, given_up=given_up, best=study.plan, seed=study.seed)


def purchases_of(study: Study) -> JointPurchases:
    """E14: the joint purchases of the plan with members, amount, legal form and WTO flag, largest first."""
    text = study.problem.texts.name
    table = purchases_with_legal_form(study.plan, study.params)
    table["task_name_ja"] = table["unit_key"].map(text)
    table["vendor_name_ja"] = table["vendor_id"].map(text)
    shown = [
        "task_name_ja", "start_fy", "vendor_name_ja", "members_count", "members_ja", "contract_amount_yen", "is_wto", "legal_form_ja",
    ]  # fmt: skip
    return JointPurchases(table.sort_values("contract_amount_yen", ascending=False, ignore_index=True)[shown])


def dependence_of(study: Study) -> VendorDependence:
    """E14: vendor concentration before and after, by task and over all."""
    table = dependence_before_after(study.plan)
    text = study.problem.texts.name
    table.insert(0, "task_name_ja", table["unit_key"].map(text))
    return VendorDependence(table.assign(top_vendor_after=table["top_vendor_after"].map(text)).drop(columns="unit_key"))


def rules_of(study: Study) -> RulePrices | Conflict:
    """E15: what each rule costs a year, or which rules clash and the cheapest way out."""
    if study.conflict is not None:
        return study.conflict
    return price_rules(study.problem, years=study.params.horizon_years, relaxed=True, plan=study.plan, seed=study.seed)


def bodies_of(study: Study) -> BodyShares:
    """E16: who pays, who loses and who would leave under the option's sharing rule."""
    rule = str(study.option.lever("cost_sharing_rule"))
    part = EQUAL_PART.get(rule, float(study.option.lever("equal_share_rate")))
    return share_among_bodies(study.plan, equal_part=part, seed=study.seed)


def purchase_of(study: Study) -> PurchaseShares:
    """E16: one purchase under every rule, with losers and groups that would gain by leaving.

    The purchase with the greatest saving among those of at most 18 members (every group of members is counted).
    """
    bundles = study.plan.bundles_frame()
    joint = bundles[(bundles["members_count"] > 2) & (bundles["members_count"] <= _MOST_MEMBERS)]
    if joint.empty:
        raise ModelError("3〜18団体による共同調達が計画にないため、分担方法の比較はできません。")
    games = {name: CostGame.from_bundle(study.plan, name, owner="owner_name_ja") for name in _largest(joint)}
    chosen = max(games, key=lambda name: float(games[name].alone.sum() - games[name].total))
    units = study.problem.units
    people = dict(zip(units["owner_name_ja"].astype(str), people_of(study.problem), strict=True))
    relief = relief_of_choices(study.problem, study.case.table("municipalities"), study.params.register)
    return compare_shares(study.plan, chosen, games[chosen], people, relief=relief)


def participation_study(study: Study, shares: PurchaseShares) -> Participation:
    """E17: the purchase of E16 under uncertain participation."""
    return participation_of(
        study.plan, shares.bundle_id, study.params.value("bundle_join_probability"), seed=study.seed
    )


def departments_of(
    case: Case, register: Register, *, option: Patch, alike: SystemOverlaps | NotComputable | None = None
) -> DepartmentOverlap:
    """E38: what one purchase across departments would save net of migration, and what stands in the way.

    ``alike``: the search for systems alike across departments; systems it groups count as one kind beside the inventory's own kinds.
    """
    filed = BundleParams(register, unit_kinds=(DEPARTMENTAL,))
    found = departments_overlap(case, _departments_plan(case, filed, option), filed)
    if alike is None or isinstance(alike, NotComputable):
        return found
    kinds = {str(name): str(kind) for name, kind in alike.proposed_kinds.dropna().items()}
    wider = replace(filed, system_kinds=kinds)
    more = departments_overlap(case, _departments_plan(case, wider, option), wider)
    return replace(more, filed_saving_yen=found.saving_yen)


def _departments_plan(case: Case, params: BundleParams, option: Patch) -> BundlePlan:
    return optimize_bundles(build_problem(case, params, option=option, rules=False))


def _largest(joint: pd.DataFrame, *, count: int = 6) -> list[object]:
    return list(joint.nlargest(count, "total_cost")["bundle_id"])
