"""Who holds which system today, at what cost, until when — and what must be estimated because the table is blank?

One row a unit: owner (a municipality, an existing shared cloud, a department), key (task or kind of system), people served, yearly cost,
migration cost, last fiscal year of the contract, incumbent vendor and product. Members of an existing shared cloud are one unit a task:
they bought together and move together. Blanks are filled and marked: cost by the task's median of cost / people^elasticity (register),
migration cost by the task's median ratio to yearly cost, contract end by the task's median, people by the owner's size.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from dxmodels.bundling.params import DEPARTMENTAL, MUNICIPAL, BundleParams
from dxmodels.errors import ModelError
from dxmodels.fiscal import fiscal_year_of

if TYPE_CHECKING:
    from dxmodels.inputs import Case

_COLUMNS = [
    "unit_id", "unit_kind", "unit_key", "owner", "owner_name_ja", "region_block", "bodies_count", "population_people",
    "annual_cost_yen", "migration_cost_yen", "contract_end_fy", "vendor_id", "product_id", "is_designated", "is_estimated",
]  # fmt: skip


def units_of_case(case: Case, params: BundleParams) -> pd.DataFrame:
    """Return one row a unit (columns above), sorted by unit_id; raises MissingTableError where a needed table is absent."""
    frames = []
    if MUNICIPAL in params.unit_kinds:
        frames.append(_municipal_units(case))
    if DEPARTMENTAL in params.unit_kinds:
        frames.append(_department_units(case, params.system_kinds))
    units = pd.concat(frames, ignore_index=True)
    if params.tasks:
        units = units[units["unit_key"].isin(params.tasks)]
    if units.empty:
        raise ModelError(
            f"対象となる業務・種類（{'、'.join(params.tasks)}）のシステムが台帳にありません。名称を確かめてください。"
        )
    filled = _fill_blanks(units, params.value("cost_elasticity_population_total"), case.base_fy)
    return filled[_COLUMNS].sort_values("unit_id", ignore_index=True)


def _municipal_units(case: Case) -> pd.DataFrame:
    systems = case.table("municipal_systems", ["annual_cost_yen", "contract_end_fy"])
    towns = case.table("municipalities")[["municipality_code", "name_ja", "kind", "region_block", "population_people"]]
    frame = systems.merge(towns, on="municipality_code")
    group = frame["shared_group"]
    frame["owner"] = group.fillna(frame["municipality_code"]).astype(str)
    frame["owner_name_ja"] = group.fillna(frame["name_ja"]).astype(str)
    frame["is_designated"] = (frame["kind"] == "designated_city").astype(bool)
    frame = frame.rename(columns={"task": "unit_key"})
    merged = frame.groupby(["owner", "unit_key"], as_index=False).agg(
        owner_name_ja=("owner_name_ja", "first"),
        region_block=("region_block", "first"),
        bodies_count=("municipality_code", "size"),
        population_people=("population_people", "sum"),
        annual_cost_yen=("annual_cost_yen", _sum_or_blank),
        migration_cost_yen=("migration_cost_yen", _sum_or_blank),
        contract_end_fy=("contract_end_fy", "max"),
        vendor_id=("vendor_id", "first"),
        product_id=("product_id", "first"),
        is_designated=("is_designated", "max"),
    )
    return merged.assign(unit_kind=MUNICIPAL, unit_id=merged["owner"] + ":" + merged["unit_key"].astype(str))


def kinds_of_systems(systems: pd.DataFrame, proposed: Mapping[str, str], offered: set[str]) -> pd.Series[str]:
    """Return each system's kind: the proposed one where offers exist for it, else the inventory's own."""
    own = systems["system_kind"].astype("string")
    other = systems["system_id"].astype(str).map(dict(proposed)).astype("string")
    return other.where(other.isin(offered), own)


def _department_units(case: Case, proposed: Mapping[str, str]) -> pd.DataFrame:
    systems = case.table("systems", ["annual_cost_yen"])
    offers = case.table("offers")
    kinds = set(offers.loc[offers["unit_kind"] == DEPARTMENTAL, "unit_key"].astype(str))
    systems = systems.assign(system_kind=kinds_of_systems(systems, proposed, kinds))
    names = case.table("departments").set_index("department_id")["name_ja"]
    frame = systems[systems["system_kind"].isin(kinds)]
    ends = pd.to_datetime(frame["contract_end_date"])
    return pd.DataFrame(
        {
            "unit_id": frame["system_id"].astype(str),
            "unit_kind": DEPARTMENTAL,
            "unit_key": frame["system_kind"].astype(str),
            "owner": frame["department_id"].astype(str),
            "owner_name_ja": frame["department_id"].map(names).astype(str) + "・" + frame["name_ja"].astype(str),
            "region_block": "府庁",
            "bodies_count": 1,
            "population_people": frame["users_people"],
            "annual_cost_yen": frame["annual_cost_yen"],
            "migration_cost_yen": frame["replacement_cost_yen"],
            "contract_end_fy": [pd.NA if pd.isna(day) else fiscal_year_of(day.date()) for day in ends],
            "vendor_id": frame["vendor_id"],
            "product_id": pd.NA,
            "is_designated": True,  # the prefecture itself is bound by the WTO special order
        }
    )


def _sum_or_blank(values: pd.Series[int]) -> object:
    return pd.NA if values.isna().any() else values.sum()


def _fill_blanks(units: pd.DataFrame, elasticity: float, base_fy: int) -> pd.DataFrame:
    frame = units.copy()
    numeric = ["population_people", "annual_cost_yen", "migration_cost_yen", "contract_end_fy"]
    frame[numeric] = frame[numeric].astype("Float64")
    frame["is_estimated"] = frame[numeric].isna().any(axis=1).astype(bool)
    people = _median_within(frame, frame["population_people"])
    scaled: pd.Series[float] = frame["annual_cost_yen"] / np.power(people, elasticity)
    cost = frame["annual_cost_yen"].fillna(_median_within(frame, scaled) * np.power(people, elasticity))
    ratio = _median_within(frame, frame["migration_cost_yen"] / cost)
    end = _median_within(frame, frame["contract_end_fy"]).fillna(float(base_fy))
    return frame.assign(
        population_people=people.astype(float),
        annual_cost_yen=cost.astype(float),
        migration_cost_yen=frame["migration_cost_yen"].fillna(ratio * cost).astype(float),
        contract_end_fy=end.round().astype(int),
        vendor_id=frame["vendor_id"].astype("string").fillna("不明").astype(str),
        product_id=frame["product_id"].astype("string").fillna("").astype(str),
        is_designated=frame["is_designated"].astype(bool),
    )


def _median_within(frame: pd.DataFrame, values: pd.Series[float]) -> pd.Series[float]:
    """The values with blanks filled by the median of the same task or kind, then of all."""
    by_key = values.groupby(frame["unit_key"]).transform("median")
    return values.fillna(by_key).fillna(values.median()).astype("Float64")
