"""After the award, how dependent are the buyers on few vendors — and which legal form and procurement rule applies to each purchase?

Dependence  Herfindahl–Hirschman index by task and over all, yearly cost as weight, before (incumbents) and after (the plan's vendors)
WTO flag    a purchase in which the prefecture or a designated city takes part (府, 大阪市, 堺市) and whose contract amount reaches the threshold
            of the special order of the fiscal year (register: wto_threshold_goods_services); contract amount = first term of the long-term
            contract (register: long_term_contract_years)
Legal form  two or more bodies: each contracts by itself under one specification (共同調達), or one body buys for all by 事務の委託
            (地方自治法252条の14) or through a 協議会 (252条の2の2); departments of one prefecture: one contract (庁内一括)
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from dxmodels.bundling.params import BundleParams
from dxmodels.bundling.plan import BundlePlan
from dxmodels.fiscal import era_year
from dxmodels.money import format_yen


@dataclass(frozen=True, eq=False)
class JointPurchases:
    """One row a joint purchase of a plan, largest amount first."""

    table: pd.DataFrame = field(repr=False)

    @property
    def largest(self) -> pd.Series[Any]:
        """The purchase with most members (of several, the first of the table); there must be one."""
        return self.table.iloc[int(self.table["members_count"].to_numpy().argmax())]

    def to_frame(self) -> pd.DataFrame:
        """Return task, start, vendor, members, amount, WTO flag and legal forms."""
        return self.table.copy()

    def summary(self) -> str:
        """Return how many purchases there are, which has most members and how many fall under the WTO rules, in Japanese."""
        if self.table.empty:
            return "共同で調達する業務はなく、すべての団体が単独で調達する計画となる。"
        first = self.largest
        return (
            f"共同調達は{len(self.table)}件・契約額の見込み計{format_yen(float(self.table['contract_amount_yen'].sum()), '億円')}。"
            f"最も多く加わるのは{era_year(int(first['start_fy']))}開始の{first['task_name_ja']}で{first['members_count']}団体"
            f"（既存の共同クラウドは一つと数える）。特定調達の対象は{int(self.table['is_wto'].sum())}件。"
        )


@dataclass(frozen=True, eq=False)
class VendorDependence:
    """Concentration of vendors before and after by task; the first row is all tasks together."""

    table: pd.DataFrame = field(repr=False)

    def to_frame(self) -> pd.DataFrame:
        """Return task, index before and after, change, largest vendor after and its share."""
        return self.table.copy()

    def summary(self) -> str:
        """Return whether dependence grows over all and in how many tasks, in Japanese."""
        whole, tasks = self.table.iloc[0], self.table.iloc[1:]
        change = round(float(whole["hhi_change"]), 3)
        verdict = "強まる" if change > 0 else "弱まる" if change < 0 else "変わらない"
        said = f"事業者への依存は、全体では{verdict}（集中度 {whole['hhi_before']:.3f}→{whole['hhi_after']:.3f}）。"
        rising = int((tasks["hhi_change"] > 0).sum())
        if not rising:
            return f"{said}業務ごとに見ても強まるものはない。"
        worst = tasks.iloc[int(tasks["hhi_change"].to_numpy().argmax())]
        return (
            f"{said}業務ごとには{len(tasks)}業務のうち{rising}業務で強まり、"
            f"最も強まるのは{worst['task_name_ja']}（{worst['hhi_before']:.3f}→{worst['hhi_after']:.3f}）。"
        )


def dependence_before_after(plan: BundlePlan) -> pd.DataFrame:
    """Return HHI before and after by unit_key and for all: unit_key, hhi_before, hhi_after, hhi_change, top_vendor_after, top_share_after."""
    units = plan.problem.units
    after = _vendor_by_unit(plan)
    frame = pd.DataFrame(
        {
            "unit_key": units["unit_key"],
            "before": units["vendor_id"],
            "after": after,
            "weight": units["annual_cost_yen"],
        }
    )
    parts = [("全体", frame), *frame.groupby("unit_key", sort=True)]
    return pd.DataFrame([_row(str(key), part) for key, part in parts])


def purchases_with_legal_form(plan: BundlePlan, params: BundleParams) -> pd.DataFrame:
    """Return every joint purchase of a plan with members, amount, WTO flag and the legal forms open to it."""
    problem = plan.problem
    bundles = plan.bundles_frame()
    joint = bundles[bundles["scope"] != "own"].copy()
    taken = np.flatnonzero(plan.taken)
    inside = pd.DataFrame(
        {
            "bundle_id": problem.bundle_ids[problem.bundle_of[taken]],
            "owner_name_ja": problem.units["owner_name_ja"].to_numpy(dtype=object)[problem.unit_of[taken]],
            "designated": problem.units["is_designated"].to_numpy(dtype=bool)[problem.unit_of[taken]],
            "cash": problem.choice_labels["cash_yen"][taken].astype(float),
            "unit_key": problem.units["unit_key"].to_numpy(dtype=object)[problem.unit_of[taken]],
        }
    )
    by = inside.groupby("bundle_id")
    joint["unit_key"] = joint["bundle_id"].map(by["unit_key"].first())
    joint["members_ja"] = joint["bundle_id"].map(by["owner_name_ja"].agg(lambda names: "・".join(sorted(names))))
    term = params.value("long_term_contract_years")
    joint["contract_amount_yen"] = (joint["total_cost"] / params.horizon_years * term).round().astype("int64")
    limit = [params.register.value("wto_threshold_goods_services", fiscal_year=int(year)) for year in joint["start_fy"]]
    joint["is_wto"] = joint["bundle_id"].map(by["designated"].any()) & (joint["contract_amount_yen"] >= np.array(limit))
    joint["legal_form_ja"] = [
        _legal_form(str(scope), int(count)) for scope, count in zip(joint["scope"], joint["members_count"], strict=True)
    ]
    columns = [
        "bundle_id",
        "unit_key",
        "scope_name",
        "start_fy",
        "vendor_id",
        "members_count",
        "members_ja",
        "contract_amount_yen",
        "is_wto",
        "legal_form_ja",
    ]
    return joint[columns].reset_index(drop=True)


def _vendor_by_unit(plan: BundlePlan) -> np.ndarray[tuple[int], np.dtype[np.object_]]:
    problem = plan.problem
    vendor = np.empty(problem.n_units, dtype=object)
    taken = np.flatnonzero(plan.taken)
    vendor[problem.unit_of[taken]] = problem.bundles["vendor_id"].to_numpy(dtype=object)[problem.bundle_of[taken]]
    return vendor


def _row(key: str, part: pd.DataFrame) -> dict[str, object]:
    before, after = (part.groupby(name)["weight"].sum() / part["weight"].sum() for name in ("before", "after"))
    first, second = float((before**2).sum()), float((after**2).sum())
    return {
        "unit_key": key, "hhi_before": first, "hhi_after": second, "hhi_change": second - first,
        "top_vendor_after": str(after.idxmax()), "top_share_after": float(after.max()),
    }  # fmt: skip


def _legal_form(scope: str, members: int) -> str:
    if scope == "departments":
        return "庁内一括（知事の1契約）"
    if members == 1:
        return "単独契約"
    if scope == "lead":
        return "代表団体への事務の委託"
    return "共同調達・事務の委託・協議会"
