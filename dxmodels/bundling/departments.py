"""Which kinds of system do several departments buy separately, what would one purchase save, and what stands in the way?

Kinds      the inventory's own, or those that the search for systems alike in words proposes (BundleParams.system_kinds); both are shown,
           and a kind several departments buy without any offer to price it is named
Saving     cost of the kind's systems alone − cost in the plan, over the horizon, net of migration, onboarding and exit fees
Obstacles  counted from the inventory's own fields, each with the number of systems it holds for: contract runs beyond the plan's start,
           heavy customisation, rights with the vendor, no interface documents, no standard package, cost unknown
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from dxmodels.bundling.holdings import kinds_of_systems
from dxmodels.bundling.params import DEPARTMENTAL, BundleParams
from dxmodels.bundling.plan import BundlePlan
from dxmodels.bundling.problem import BundleProblem
from dxmodels.fiscal import era_year
from dxmodels.money import format_rate, format_yen

if TYPE_CHECKING:
    from dxmodels.inputs import Case

_SHOWN = 8
_YEN = 1e6  # a change below this is not told


@dataclass(frozen=True, eq=False)
class DepartmentOverlap:
    """One row a kind of system bought by two departments or more, or more than once by one, largest saving first."""

    table: pd.DataFrame = field(repr=False)
    assumptions: tuple[str, ...] = ()
    unpriced: tuple[str, ...] = ()
    filed_saving_yen: float | None = None

    @property
    def saving_yen(self) -> float:
        """What the kinds that pay save together."""
        return float(self.table.loc[self.table["saving_yen"] > 0, "saving_yen"].sum()) if len(self.table) else 0.0

    @property
    def note_ja(self) -> str:
        """Which kinds could not be priced, and how systems filed under another kind came in."""
        alike = int(self.table["alike_count"].sum()) if len(self.table) else 0
        moved = (
            f"台帳の種類が異なるが名称・概要の言葉が近い{alike}件を、図表E06dの候補により同じ種類として加えた（同じ機能かどうかは担当者が確かめる）。"
            if alike
            else ""
        )
        if not self.unpriced:
            return moved
        shown = "・".join(self.unpriced[:_SHOWN]) + ("など" if len(self.unpriced) > _SHOWN else "")
        return f"{moved}複数の部局が持つが提案の価格がないため計算できない種類が{len(self.unpriced)}ある（{shown}）。"

    def to_frame(self) -> pd.DataFrame:
        """Return system_kind, counts, cost alone and in the plan, saving, start years and obstacles."""
        return self.table.copy()

    def summary(self) -> str:
        """Return the total and the largest kind as one Japanese sentence."""
        paying = self.table[self.table["saving_yen"] > 0]
        if paying.empty:
            return "部局をまたぐ一元化で費用が減る種類は見つからなかった。"
        first = paying.iloc[0]
        return (
            f"同種のシステムを複数持つ{len(self.table)}種類のうち{len(paying)}種類で、一つの調達にまとめると費用が減る"
            f"（合計{format_yen(self.saving_yen, '億円')}）。最大は{first['system_kind']}の{format_yen(float(first['saving_yen']), '億円')}。"
            + self._found_ja()
        )

    def _found_ja(self) -> str:
        """What looking beyond the inventory's own kinds adds."""
        if self.filed_saving_yen is None:
            return ""
        more = self.saving_yen - self.filed_saving_yen
        if abs(more) < _YEN:
            return "台帳の種類を超えて似たシステムを探しても、削減額は変わらない。"
        way = "増える" if more > 0 else "減る"
        return f"台帳の種類だけで探した場合は{format_yen(self.filed_saving_yen, '億円')}で、名称・概要が似たシステムを加えると{format_yen(abs(more), '億円')}{way}。"


@dataclass(frozen=True, eq=False)
class Renewals:
    """Which contracts end when: bodies × tasks (``matrix``), and by task and year how many bodies could join hands."""

    matrix: pd.DataFrame = field(repr=False)
    clouds_count: int = 0

    def to_frame(self) -> pd.DataFrame:
        """Return one row a task and year with the bodies whose contracts end then, the largest first."""
        long = self.matrix.rename_axis("owner_name_ja").reset_index()
        long = long.melt("owner_name_ja", var_name="task_name_ja", value_name="contract_end_fy").dropna()
        long["contract_end_fy"] = long["contract_end_fy"].astype(int)
        groups = long.groupby(["task_name_ja", "contract_end_fy"], sort=True)["owner_name_ja"]
        table = groups.agg(bodies_count="size", owners_ja="・".join).reset_index()
        return table.sort_values(["bodies_count", "contract_end_fy"], ascending=[False, True], ignore_index=True)

    def summary(self) -> str:
        """Return where most contracts end together, as one Japanese sentence."""
        first = self.to_frame().iloc[0]
        return (
            f"最も多くの契約が同じ年度に切れるのは、{self.matrix.shape[1]}業務のうち{first['task_name_ja']}で、{era_year(int(first['contract_end_fy']))}に"
            f"契約者{self.matrix.shape[0]}（{self._parties_ja()}）のうち{first['bodies_count']}がそろう。"
        )

    def _parties_ja(self) -> str:
        own = len(self.matrix) - self.clouds_count
        return f"{own}市町村と既存の共同クラウド{self.clouds_count}" if self.clouds_count else f"{own}市町村"


def renewals_of_problem(problem: BundleProblem) -> Renewals:
    """Return the renewals of a problem's contracts; an existing shared cloud is one party to its contract."""
    clouds = problem.units.loc[problem.units["bodies_count"] > 1, "owner_name_ja"].nunique()
    return Renewals(renewal_matrix(problem), int(clouds))


def departments_overlap(case: Case, plan: BundlePlan, params: BundleParams) -> DepartmentOverlap:
    """Return the overlaps of the departments' systems under a plan (of a problem built with unit kind system_kind and these params)."""
    inventory = case.table("systems")
    systems = inventory.set_index(inventory["system_id"].astype(str))
    problem = plan.problem
    chosen = np.flatnonzero(plan.taken)
    frame = plan.to_frame().assign(
        alone_yen=_alone(problem)[problem.unit_of[chosen]], share_yen=_with_fixed(plan, chosen)
    )
    ours = frame[frame["unit_kind"] == DEPARTMENTAL]
    heavy = params.value("indicator_customisation_rate")
    rows = [
        _row(str(kind), part, systems, heavy) for kind, part in ours.groupby("unit_key", sort=True) if len(part) > 1
    ]
    table = pd.DataFrame(rows)
    if len(table):
        table = table.sort_values("saving_yen", ascending=False, ignore_index=True)
    read = (*params.assumptions, "indicator_customisation_rate")
    return DepartmentOverlap(table, read, _unpriced(inventory, params, set(ours["unit_key"].astype(str))))


def renewal_matrix(problem: BundleProblem) -> pd.DataFrame:
    """Return owners × tasks (by name, most people first) with the last fiscal year of the running contract: what can be joined when."""
    units = problem.units
    people = units.groupby("owner_name_ja")["population_people"].max().sort_values(ascending=False)
    matrix: pd.DataFrame = units.assign(unit_key=units["unit_key"].astype(str)).pivot_table(
        index="owner_name_ja", columns="unit_key", values="contract_end_fy", aggfunc="max"
    )
    return matrix.reindex(people.index).rename(columns=problem.texts.name).rename_axis(columns=None)


def _alone(problem: BundleProblem) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    own = np.flatnonzero((problem.bundles["scope"] == "own").to_numpy()[problem.bundle_of])
    cost = np.full(problem.n_units, np.inf)
    np.minimum.at(cost, problem.unit_of[own], problem.cost[own])
    return cost


def _with_fixed(
    plan: BundlePlan, chosen: np.ndarray[tuple[int], np.dtype[np.int64]]
) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Cost of each unit with an equal part of its purchase's fixed cost, so that kinds add up to the plan."""
    problem = plan.problem
    bundle = problem.bundle_of[chosen]
    members = np.bincount(bundle, minlength=problem.n_bundles)
    return np.asarray(problem.cost[chosen] + problem.fixed_cost[bundle] / members[bundle])


def _unpriced(inventory: pd.DataFrame, params: BundleParams, priced: set[str]) -> tuple[str, ...]:
    """Kinds that two departments or more hold and no offer prices, the most systems first."""
    every = set(map(str, params.system_kinds.values())) | set(inventory["system_kind"].dropna().astype(str))
    kind = kinds_of_systems(inventory, params.system_kinds, every)
    left = inventory.assign(kind=kind)[~kind.isin(priced) & kind.notna()]
    found = left.groupby("kind").agg(departments=("department_id", "nunique"), systems=("system_id", "size"))
    found = found[found["departments"] > 1].sort_values("systems", ascending=False, kind="stable")
    return tuple(map(str, found.index))


def _row(kind: str, part: pd.DataFrame, systems: pd.DataFrame, heavy: float) -> dict[str, object]:
    joint = part[part["scope"] != "own"]
    held = systems.loc[part["unit_id"].astype(str).to_list()]
    starts = sorted(set(joint["start_fy"].astype(int)))
    obstacles = {
        "契約期間が開始年度以降まで残る": int((part["contract_end_fy"] >= starts[0]).sum()) if starts else 0,
        f"カスタマイズ率{format_rate(heavy, decimals=0)}以上": int(
            (held["customisation_rate"] >= heavy).fillna(False).sum()
        ),
        "著作権が事業者に帰属": int((held["source_rights"] == "vendor").fillna(False).sum()),
        "連携仕様書なし": int((~held["has_interface_documents"].fillna(True)).sum()),
        "標準的な製品なし": int((~held["standard_package_exists"].fillna(True)).sum()),
        "年間経費が不明": int(held["annual_cost_yen"].isna().sum()),
    }
    return {
        "system_kind": kind, "systems_count": len(part), "alike_count": int((held["system_kind"].astype("string") != kind).fillna(True).sum()), "departments_count": int(part["owner"].nunique()), "joint_systems_count": len(joint),
        "alone_cost_yen": float(part["alone_yen"].sum()), "plan_cost_yen": float(part["share_yen"].sum()),
        "saving_yen": float(part["alone_yen"].sum() - part["share_yen"].sum()), "start_years_ja": "・".join(map(str, starts)),
        "obstacles_ja": "、".join(f"{name}{count}件" for name, count in obstacles.items() if count),
    }  # fmt: skip
