"""What plan was found, what was proven about it, and how may anyone check that?"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from dxmodels.bundling.problem import BundleProblem, Flags, Floats
from dxmodels.money import format_rate
from dxmodels.solver import FEASIBLE, INFEASIBLE, NO_SOLUTION, OPTIMAL, STATUS_JA, relative_gap

SERVED, LIMIT = "unit", "limit"
BY_PRICES = "lagrangian"  # how a bound was reached that follows from the prices alone


@dataclass(frozen=True, eq=False)
class Certificate:
    """Prices that prove a lower bound on every feasible plan; they travel with the plan so that anyone can add them up again.

    ``unit_price`` (π, one a unit) may have any sign; ``limit_price`` (λ ≥ 0, one a coupling row) is the fall in total cost per unit
    of extra room. ``bound`` is the Lagrangian value at these prices; ``method`` tells how the plan's own bound was reached.
    """

    unit_price: Floats
    limit_price: Floats
    bound: float
    method: str

    def to_frame(self, problem: BundleProblem) -> pd.DataFrame:
        """Return the prices as a table: kind (unit or limit), id, price."""
        units = pd.DataFrame({"price_kind": SERVED, "price_id": problem.unit_ids, "shadow_price": self.unit_price})
        limits = pd.DataFrame(
            {"price_kind": LIMIT, "price_id": list(problem.coupling.limit_ids), "shadow_price": self.limit_price}
        )
        return pd.concat([units, limits], ignore_index=True)


@dataclass(frozen=True, eq=False)
class BundlePlan:
    """Who buys in which bundle, at what total cost, and how far that can be from the best plan.

    ``objective`` and ``bound`` are in the problem's money; ``status`` is 'optimal' only where gap ≤ the asked gap was proven,
    'feasible' where a limit stopped the search, 'infeasible' where no plan exists, 'no_solution' where none was found in the limits.
    """

    problem: BundleProblem = field(repr=False)
    taken: Flags = field(repr=False)
    objective: float
    bound: float
    seconds: float
    status: str
    seed: int
    certificate: Certificate = field(repr=False)
    history: pd.DataFrame = field(repr=False)

    @property
    def gap(self) -> float:
        """(objective − bound) / objective; infinite where there is no plan or no bound."""
        return relative_gap(self.objective, self.bound)

    @property
    def has_plan(self) -> bool:
        """True where a feasible plan was found."""
        return self.status in (OPTIMAL, FEASIBLE)

    @property
    def status_ja(self) -> str:
        """The status in Japanese, as exhibits print it."""
        return STATUS_JA[self.status]

    def to_frame(self) -> pd.DataFrame:
        """Return one row a unit: its labels, the bundle it buys in, that bundle's labels, cost and load of the choice.

        Where unit and bundle have a label of one name (vendor_id, product_id), the bundle's stands under it and the unit's own, what it
        holds today, under ``current_``.
        """
        problem, chosen = self.problem, np.flatnonzero(self.taken)
        units = problem.units.iloc[problem.unit_of[chosen]].reset_index(drop=True)
        bundles = problem.bundles.iloc[problem.bundle_of[chosen]].reset_index(drop=True)
        own = {name: values[chosen] for name, values in problem.choice_labels.items()}
        choice = pd.DataFrame({"cost": problem.cost[chosen], "load": problem.load[chosen], **own})
        units = units.rename(columns={name: f"current_{name}" for name in units if name in bundles})
        frame = pd.concat([units, bundles, choice], axis=1)
        return frame.loc[:, ~frame.columns.duplicated()]

    def bundles_frame(self) -> pd.DataFrame:
        """Return one row a bundle bought: its labels, members_count, own and members' cost, total_cost."""
        problem, chosen = self.problem, np.flatnonzero(self.taken)
        opened = np.flatnonzero(problem.opened_by(self.taken))
        frame = problem.bundles.iloc[opened].reset_index(drop=True)
        own = np.bincount(problem.bundle_of[chosen], problem.cost[chosen], minlength=problem.n_bundles)[opened]
        count = np.bincount(problem.bundle_of[chosen], minlength=problem.n_bundles)[opened]
        return frame.assign(
            members_count=count,
            members_cost=own,
            fixed_cost=problem.fixed_cost[opened],
            total_cost=own + problem.fixed_cost[opened],
        )

    def members_of(self, bundle_id: object) -> list[object]:
        """Return the ids of the units in one bundle of the plan (empty where the bundle is not bought)."""
        problem = self.problem
        inside = self.taken & (problem.bundle_ids[problem.bundle_of] == bundle_id)
        return list(problem.unit_ids[problem.unit_of[inside]])

    def summary(self) -> str:
        """Return what was found and proven, as one Japanese sentence."""
        if self.status == INFEASIBLE:
            return f"すべての条件を満たす計画はありません（証明済み、{self.seconds:.1f}秒）。explain_infeasibility で衝突する条件を確認してください。"
        if self.status == NO_SOLUTION:
            return f"上限までに計画が見つかりませんでした（{self.seconds:.1f}秒）。計算量の上限を上げるか、条件を見直してください。"
        bundles = self.bundles_frame()
        joint = int((bundles["members_count"] > 1).sum())
        return (
            f"{self.problem.n_units}単位を{len(bundles)}件の調達（うち複数の単位によるもの{joint}件）にまとめる計画。"
            f"総費用 {self.objective:,.2f}{self.problem.money_unit}、下界 {self.bound:,.2f}{self.problem.money_unit}、"
            f"最適性ギャップ {format_rate(self.gap, decimals=3)}、{self.seconds:.1f}秒、{self.status_ja}。"
        )
