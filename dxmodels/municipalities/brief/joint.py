"""Which joint purchases could a municipality join, and what would it pay or lose under two ways of sharing?

The cheapest plan of the bundling room for the municipalities' tasks, every joint purchase allowed, and each purchase of it divided by the
Shapley value and in equal parts. Amounts are present values over the horizon, tax included. What it leaves out: purchases outside the
cheapest plan (counted as candidates only), and whether the others join.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from dxmodels.bundling import BundleParams, BundlePlan, build_problem, optimize_bundles, share_plan
from dxmodels.errors import ModelError
from dxmodels.solver import Effort

if TYPE_CHECKING:
    from dxmodels.inputs import Case, Register

_EFFORT = Effort(gap=0.005)
_RULES = {"shapley": "shapley_saving_yen", "equal": "equal_saving_yen"}


@dataclass(frozen=True, eq=False)
class JointPlan:
    """One row a municipality and joint purchase (``table``), candidates by municipality (``candidates``), horizon and gap of the plan."""

    table: pd.DataFrame
    candidates: pd.Series
    horizon_years: int
    gap: float

    def of(self, municipality_code: str) -> pd.DataFrame:
        """Return the purchases of one municipality, largest saving first."""
        rows = self.table[self.table["municipality_code"] == municipality_code]
        return rows.sort_values("shapley_saving_yen", ascending=False, kind="stable", ignore_index=True)

    def candidates_of(self, municipality_code: str) -> int:
        """Return how many joint purchases are open to one municipality."""
        return int(self.candidates.get(municipality_code, 0))


def plan_joint_purchases(case: Case, register: Register, *, tasks: tuple[str, ...] = ()) -> JointPlan:
    """Return the joint purchases of the cheapest plan by municipality (MissingTableError without holdings or offers); no ``tasks`` = all."""
    params = BundleParams(register, tasks=tasks)
    plan = optimize_bundles(build_problem(case, params), effort=_EFFORT)
    if not plan.has_plan:
        raise ModelError(plan.summary())
    return JointPlan(_purchases(plan, case), _candidates(plan), round(params.horizon_years), plan.gap)


plan_joint_purchases.question_ja = "参加できる共同調達"  # type: ignore[attr-defined]


def _purchases(plan: BundlePlan, case: Case) -> pd.DataFrame:
    units, bundles = plan.to_frame(), plan.bundles_frame().set_index("bundle_id")
    joint = units[units["bundle_id"].map(bundles["members_count"]) > 1]
    tasks = case.table("tasks").set_index("task")["name_ja"]
    named = joint.groupby(["owner", "owner_name_ja", "bundle_id"], sort=False)["unit_key"].agg(
        lambda keys: "・".join(str(tasks.get(key, key)) for key in keys)
    )
    table = (
        named.rename("task_ja").reset_index().rename(columns={"owner": "municipality_code", "owner_name_ja": "name_ja"})
    )
    for column in ("members_count", "start_fy", "scope_name"):
        table[column] = table["bundle_id"].map(bundles[column])
    for rule, column in _RULES.items():
        shares = share_plan(plan, rule=rule).table.set_index(["player", "bundle_id"])
        keys = pd.MultiIndex.from_frame(table[["name_ja", "bundle_id"]])
        table[column] = shares["saving"].reindex(keys).to_numpy(dtype=float)
        table["alone_yen"] = shares["stand_alone_cost"].reindex(keys).to_numpy(dtype=float)
    return table


def _candidates(plan: BundlePlan) -> pd.Series:
    """Offers (at one reach, whatever year, line or size) that each municipality could join."""
    problem = plan.problem
    bundles = problem.bundles[["offer_id", "scope", "scope_name"]].astype(str)
    chosen = bundles.iloc[problem.bundle_of].assign(owner=problem.units["owner"].to_numpy()[problem.unit_of])
    pairs = chosen[chosen["scope"] != "own"].drop_duplicates(["owner", "offer_id", "scope_name"])
    return pairs.groupby("owner").size()
