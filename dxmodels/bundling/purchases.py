"""Which joint purchases could be made, and what would each unit pay in them over the horizon?

Sets        purchase = offer line × scope × size class × start year; unit eligible: same task, in the scope, within the offer's size limit,
            start between (contract end − early years) and (contract end + 1 + late years), inside the offer's window
Fixed cost  Σ_{t ≥ start} δ_t · fixed price a year (line k of the price list; the cheapest line for a volume is chosen by the optimum:
            volume tiers as the lower envelope of lines, no bounds on volume needed)
Unit cost   Σ_{t < start} δ_t · current cost (dearer after the contract's end) + δ_start · [exit fee for unexpired years + migration × (share
            if the vendor stays) × (1 − subsidy) + onboarding] + Σ_{t ≥ start} δ_t · [variable price × people + member fee + coordination]
Coordination g(m) = a + b·(m − 1) a member and year, charged at the size class's own m: total convex in members, exact where a class is full
Staff       migration: own-staff share × migration cost / staff cost × joint share; running: share of running cost / staff cost, FTE-years
Going alone the current system for the whole horizon, dearer after the contract's end; no migration
Money       yen, tax in, discounted to the base year
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import numpy.typing as npt
import pandas as pd

from dxmodels.bundling.params import BundleParams, Group
from dxmodels.bundling.problem import Flags, Floats

Column = npt.NDArray[Any]
OWN, NAMED, LEAD = "own", "group", "lead"
HEAD = ("offer_id", "line_number", "vendor_id", "product_id", "scope", "scope_name", "size_class", "start_fy")


@dataclass(frozen=True, eq=False)
class Purchase:
    """One purchase that may be made: its labels in the order of HEAD, fixed cost, member limits, and its units' costs and efforts."""

    head: tuple[object, ...]
    fixed: float
    fewest: float
    most: float
    unit: Column
    cost: Floats
    cash_yen: Floats
    migration_fte: Floats
    staff_fte: Floats


@dataclass(frozen=True, eq=False)
class Clockwork:
    """Discount factors of the horizon: year by year, summed before and from each year on."""

    first_fy: int
    discount: Floats

    @classmethod
    def of(cls, base_fy: int, years: int, rate: float) -> Clockwork:
        """Return the factors for ``years`` years from the base year on."""
        return cls(base_fy, (1.0 + rate) ** -np.arange(years, dtype=float))

    @property
    def years(self) -> int:
        """Length of the horizon."""
        return len(self.discount)

    def from_year(self, start: int) -> float:
        """Sum of factors from year ``start`` (0 = base year) to the end."""
        return float(self.discount[start:].sum())


@dataclass(frozen=True, eq=False)
class Setting:
    """The numbers of the cost formula, read once from the register and the option."""

    rise: float
    exit_fee: float
    same_vendor: float
    subsidy: float
    coordination: float
    coordination_growth: float
    early: int
    late: int
    own_staff: float
    staff_yen: float
    joint_effort: float
    running_effort: float

    @classmethod
    def of(cls, params: BundleParams, subsidy: float) -> Setting:
        """Read every number by name."""
        v = params.value
        return cls(
            v("bundle_extension_price_rise"), v("sim_exit_fee_share"), v("bundle_same_vendor_share"), subsidy,
            v("bundle_coordination_member_yen"), v("bundle_coordination_growth_yen"), round(v("bundle_early_years")),
            round(v("bundle_late_years")), v("sim_own_staff_share"), v("sim_staff_cost_yen"), v("bundle_joint_effort_share"),
            v("bundle_running_effort_share"),
        )  # fmt: skip


@dataclass(frozen=True, eq=False)
class Holders:
    """The units of one task or kind as arrays, with what each would pay alone and before any start year."""

    unit: Column
    owner: Column
    people: Floats
    annual: Floats
    migration: Floats
    end: Column
    vendor: Column
    block: Column
    alone: Floats
    before: Floats


def going_alone(units: pd.DataFrame, clock: Clockwork, setting: Setting) -> list[Purchase]:
    """Return every unit's own continuation: the current system for the whole horizon, no migration."""
    end = units["contract_end_fy"].to_numpy() - clock.first_fy
    annual = units["annual_cost_yen"].to_numpy(dtype=float)
    cost = annual * _legacy_factor(end, clock, setting, clock.years)
    running = setting.running_effort * annual / setting.staff_yen * clock.years
    none = np.zeros(1)
    return [
        Purchase(
            (f"own:{row.unit_id}", 0, row.vendor_id, row.product_id, OWN, row.owner_name_ja, 1, clock.first_fy),
            0.0, 1.0, np.inf, np.array([k]), cost[k : k + 1], none, none, running[k : k + 1],
        )
        for k, row in enumerate(units.itertuples(index=False))
    ]  # fmt: skip


def joint_purchases(
    units: pd.DataFrame, offers: pd.DataFrame, params: BundleParams, clock: Clockwork, setting: Setting, *, slack: float
) -> list[Purchase]:
    """Return every joint purchase; members dearer than ``slack`` × their own continuation even before the fixed cost are left out.

    A group with a lead body is a scope only where the lead itself can buy there.
    """
    found: list[Purchase] = []
    for (kind, key), lines in offers.groupby(["unit_kind", "unit_key"], sort=True):
        members = np.flatnonzero(((units["unit_kind"] == kind) & (units["unit_key"] == key)).to_numpy())
        if len(members) >= 2:
            holders = _holders(units, members, clock, setting)
            for line in lines.to_dict("records"):
                found += _purchases_of_line(holders, cast("dict[str, object]", line), params, clock, setting, slack)
    led = {group.title_ja: group.lead for group in params.groups if group.lead}
    owner = units["owner"].to_numpy(dtype=object)
    return [p for p in found if p.head[4] != LEAD or led[str(p.head[5])] in owner[p.unit]]


def _holders(units: pd.DataFrame, members: Any, clock: Clockwork, setting: Setting) -> Holders:
    own = units.iloc[members]
    end = own["contract_end_fy"].to_numpy(dtype=np.int64) - clock.first_fy
    annual = own["annual_cost_yen"].to_numpy(dtype=float)
    columns = []
    for start in range(clock.years):
        fee = setting.exit_fee * np.maximum(0, end + 1 - start) * clock.discount[start]
        columns.append(annual * (_legacy_factor(end, clock, setting, start) + fee))
    return Holders(
        unit=np.asarray(members),
        owner=own["owner"].to_numpy(dtype=object),
        people=own["population_people"].to_numpy(dtype=float),
        annual=annual,
        migration=own["migration_cost_yen"].to_numpy(dtype=float),
        end=end,
        vendor=own["vendor_id"].to_numpy(dtype=object),
        block=own["region_block"].to_numpy(dtype=object),
        alone=annual * _legacy_factor(end, clock, setting, clock.years),
        before=np.column_stack(columns),
    )


def _legacy_factor(end: Column, clock: Clockwork, setting: Setting, until: int) -> Floats:
    """Discounted years of the current system before ``until``, years after the contract's end counted dearer."""
    dearer = np.where(np.arange(until)[None, :] > end[:, None], 1.0 + setting.rise, 1.0)
    return np.asarray((dearer * clock.discount[None, :until]).sum(axis=1))


def _purchases_of_line(
    holders: Holders, line: dict[str, object], params: BundleParams, clock: Clockwork, setting: Setting, slack: float
) -> list[Purchase]:
    fits = holders.people <= _or(line["member_max_people"], np.inf)
    first = max(0, int(_or(line["first_start_fy"], clock.first_fy)) - clock.first_fy)
    last = min(clock.years - 1, int(_or(line["last_start_fy"], clock.first_fy + clock.years)) - clock.first_fy)
    found = []
    for start in range(first, last + 1):
        # The first year after the contract's last one is end + 1.
        ready = fits & (start >= holders.end + 1 - setting.early) & (start <= holders.end + 1 + setting.late)
        for scope, name, inside in _scopes(holders, params, str(line["unit_key"])):
            who = np.flatnonzero(ready & inside)
            for size in _classes(len(who), line, params):
                purchase = _purchase(holders, who, line, (scope, name, size), start, clock, setting, slack)
                if len(purchase.unit) >= purchase.fewest:
                    found.append(purchase)
    return found


def _purchase(
    holders: Holders,
    who: Column,
    line: dict[str, object],
    place: tuple[str, str, int],
    start: int,
    clock: Clockwork,
    setting: Setting,
    slack: float,
) -> Purchase:
    scope, name, size = place
    move = holders.migration[who] * np.where(holders.vendor[who] == line["vendor_id"], setting.same_vendor, 1.0)
    cash = move * (1.0 - setting.subsidy) + _or(line["onboarding_yen"], 0.0)
    meeting = setting.coordination + setting.coordination_growth * (size - 1)
    yearly = _or(line["variable_cost_yen"], 0.0) * holders.people[who] + _or(line["member_fee_yen"], 0.0) + meeting
    remaining = clock.from_year(start)
    cost = holders.before[who, start] + clock.discount[start] * cash + remaining * yearly
    kept = cost <= slack * holders.alone[who]
    effort = setting.joint_effort * setting.own_staff * move / setting.staff_yen
    running = setting.running_effort * holders.annual[who] / setting.staff_yen
    staff = effort + running * (start + setting.joint_effort * (clock.years - start))
    head = (
        line["offer_id"],
        line["line_number"],
        line["vendor_id"],
        line["product_id"],
        scope,
        name,
        size,
        clock.first_fy + start,
    )
    fixed = remaining * _or(line["fixed_cost_yen"], 0.0)
    fewest = _or(line["members_min_count"], 2.0)
    return Purchase(
        head, fixed, fewest, float(size), holders.unit[who][kept], cost[kept], cash[kept], effort[kept], staff[kept]
    )


def _scopes(holders: Holders, params: BundleParams, key: str) -> list[tuple[str, str, Flags]]:
    """Who may stand together: the prefecture, each block, towns of like size, named groups, departments among themselves."""
    everyone = np.ones(len(holders.unit), dtype=bool)
    if (holders.block == "府庁").all():
        return [("departments", "庁内", everyone)]
    found: list[tuple[str, str, Flags]] = [("prefecture", "府全域", everyone)] if "prefecture" in params.scopes else []
    if "block" in params.scopes:
        found += [("block", str(block), holders.block == block) for block in sorted(set(holders.block))]
    if "peer" in params.scopes:
        small = holders.people < np.median(holders.people)
        found += [("peer", "人口が中央値未満の団体", small), ("peer", "人口が中央値以上の団体", ~small)]
    return found + [_group_scope(holders, group) for group in params.groups if not group.tasks or key in group.tasks]


def _group_scope(holders: Holders, group: Group) -> tuple[str, str, Flags]:
    return LEAD if group.lead else NAMED, group.title_ja, np.isin(holders.owner, group.owners)


def _classes(eligible: int, line: dict[str, object], params: BundleParams) -> list[int]:
    """Sizes of the versions of one purchase: each class below the number eligible, and the largest the offer allows."""
    fewest = int(_or(line["members_min_count"], 2))
    most = min(eligible, int(_or(line["members_max_count"], eligible)))
    if most < max(2, fewest):
        return []
    return [size for size in params.size_classes if fewest <= size < most] + [most]


def _or(value: object, otherwise: float) -> float:
    return otherwise if pd.isna(value) else float(value)  # type: ignore[call-overload, arg-type]
