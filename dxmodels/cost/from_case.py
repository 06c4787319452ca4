"""Which tables of a case do the generic cost tools need, ready to call from a notebook?

The tools of this room take any tidy table; these doors join the case's own tables for them and say what was left out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from dxmodels.cost.checks import require_columns
from dxmodels.cost.govcloud_sensitivity import CLOUD_ASSUMPTIONS, government_cloud_difference
from dxmodels.cost.scale import ScaleCurve, estimate_scale
from dxmodels.cost.tornado import Tornado, rank_by_flip

if TYPE_CHECKING:
    from dxmodels.inputs import Case, Register

CLOUD_RESULT_JA = "5年間の運用経費の比較"
CLOUD_VERDICTS_JA = ("ガバメントクラウドが割高", "ガバメントクラウドが割安")


@dataclass(frozen=True, eq=False)
class ReplacementEstimates:
    """Estimates to replace the prefecture's systems, and how many systems have none."""

    amounts: pd.Series
    vendors: pd.Series
    systems_count: int

    def summary(self) -> str:
        """Return the coverage as a Japanese sentence."""
        return f"更新・移行の見積額があるのは台帳{self.systems_count}件のうち{len(self.amounts)}件。ないものは計算に含まれない。"


def replacement_estimates(case: Case) -> ReplacementEstimates:
    """Return the estimates to replace by system_id (yen) with the incumbent vendor of each, for ``evaluate_portfolio_tail``."""
    systems = case.table("systems", ["replacement_cost_yen"]).set_index("system_id")
    known = systems[systems["replacement_cost_yen"].notna() & (systems["replacement_cost_yen"] > 0)]
    return ReplacementEstimates(known["replacement_cost_yen"].astype("float64"), known["vendor_id"], len(systems))


def estimate_municipal_scale(
    case: Case, *, knot: float | str | None = "search", level: float = 0.95, seed: int = 0
) -> ScaleCurve:
    """Return the curve of each municipality's yearly running cost by task against its population (random body effect, task levels)."""
    tables = case.require({"municipal_systems": ["annual_cost_yen"], "municipalities": ["population_people"]})
    sizes = tables["municipalities"][["municipality_code", "population_people"]]
    rows = tables["municipal_systems"].merge(sizes, on="municipality_code")
    return estimate_scale(
        rows,
        size="population_people",
        cost="annual_cost_yen",
        knot=knot,
        body="municipality_code",
        controls=["task"],
        level=level,
        seed=seed,
    )


def estimate_system_scale(
    case: Case, *, knot: float | str | None = None, level: float = 0.95, seed: int = 0
) -> ScaleCurve:
    """Return the curve of each prefectural system's yearly cost against its users, within departments (fixed effect)."""
    systems = case.table("systems", ["annual_cost_yen", "users_people", "department_id"])
    return estimate_scale(
        systems,
        size="users_people",
        cost="annual_cost_yen",
        knot=knot,
        body="department_id",
        body_effect="fixed",
        level=level,
        seed=seed,
    )


def turn_cloud_comparison(pilot: pd.DataFrame, register: Register) -> Tornado:
    """Return every assumption of the Government Cloud comparison with the value at which the cheaper side changes (E08)."""
    return rank_by_flip(
        lambda changed: government_cloud_difference(pilot, changed),
        CLOUD_ASSUMPTIONS,
        register=register,
        result_ja=CLOUD_RESULT_JA,
        result_unit="円",
        verdicts_ja=CLOUD_VERDICTS_JA,
    )


def summarize_bands(bands: pd.DataFrame) -> pd.DataFrame:
    """Return the published cost by population band with the cost per body and the index (lowest cost per resident = 1)."""
    require_columns(
        bands, ("band_id", "name_ja", "bodies_count", "cost_per_person_yen", "cost_total_yen"), "人口段階別の経費"
    )
    per_person = bands["cost_per_person_yen"].astype("Float64")
    table = bands[["band_id", "name_ja", "bodies_count", "cost_per_person_yen", "cost_total_yen"]].copy()
    per_body = (bands["cost_total_yen"].astype("Float64") / bands["bodies_count"].astype("Float64")).astype("float64")
    return table.assign(
        cost_per_body_yen=np.trunc(per_body),
        published_index=per_person / per_person.min(),
    )
