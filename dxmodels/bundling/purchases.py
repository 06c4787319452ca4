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

import numpy as np
import pandas as pd

from dxmodels.bundling.params import BundleParams
from dxmodels.bundling.problem import Flags, Floats

_ALONE = "own"


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


def going_alone(units: pd.DataFrame, clock: Clockwork, setting: Setting) -> pd.DataFrame:
    """Return the alone choice of every unit: cost over the horizon, staff effort; the bundle is the unit's own."""
    end = units["contract_end_fy"].to_numpy() - clock.first_fy
    cost = units["annual_cost_yen"].to_numpy() * _legacy_factor(end, clock, setting, clock.years)
    running = setting.running_effort * units["annual_cost_yen"].to_numpy() / setting.staff_yen * clock.years
    return pd.DataFrame(
        {
            "unit": np.arange(len(units)), "offer_id": "own:" + units["unit_id"], "line_number": 0, "vendor_id": units["vendor_id"],
            "product_id": units["product_id"], "scope": _ALONE, "scope_name": units["owner_ja"], "size_class": 1, "start_fy": clock.first_fy,
            "cost": cost, "fixed": 0.0, "cash_yen": 0.0, "migration_fte": 0.0, "staff_fte": running, "fewest": 1.0, "most": np.inf,
        }
    )  # fmt: skip


def joint_purchases(units: pd.DataFrame, offers: pd.DataFrame, params: BundleParams, clock: Clockwork, setting: Setting) -> list[pd.DataFrame]:
    """Return the choices of every possible joint purchase, one frame an offer line (columns as in ``going_alone``)."""
    frames = []
    for (kind, key), lines in offers.groupby(["unit_kind", "unit_key"], sort=True):
        members = np.flatnonzero(((units["unit_kind"] == kind) & (units["unit_key"] == key)).to_numpy())
        if len(members) < 2:
            continue
        before = _cost_before(units.iloc[members], clock, setting)
        for line in lines.itertuples(index=False):
            frames += _line_choices(units, members, before, line, params, clock, setting)
    return frames


def _cost_before(units: pd.DataFrame, clock: Clockwork, setting: Setting) -> Floats:
    """Current cost until the start plus exit fee, for every unit and start year (units × years)."""
    end = units["contract_end_fy"].to_numpy() - clock.first_fy
    annual = units["annual_cost_yen"].to_numpy()
    columns = []
    for start in range(clock.years):
        unexpired = np.maximum(0, end + 1 - start)
        fee = setting.exit_fee * unexpired * clock.discount[start]
        columns.append(annual * (_legacy_factor(end, clock, setting, start) + fee))
    return np.column_stack(columns)


def _legacy_factor(end: np.ndarray[tuple[int], np.dtype[np.int64]], clock: Clockwork, setting: Setting, until: int) -> Floats:
    years = np.arange(until)
    dearer = np.where(years[None, :] > end[:, None], 1.0 + setting.rise, 1.0)
    return np.asarray((dearer * clock.discount[None, :until]).sum(axis=1))


def _line_choices(
    units: pd.DataFrame, members: np.ndarray[tuple[int], np.dtype[np.int64]], before: Floats, line: object, params: BundleParams, clock: Clockwork, setting: Setting
) -> list[pd.DataFrame]:
    own = units.iloc[members]
    fits = _fits(own, line)
    end = own["contract_end_fy"].to_numpy() - clock.first_fy
    first = max(0, int(_or(line.first_start_fy, clock.first_fy)) - clock.first_fy)  # type: ignore[attr-defined]
    last = min(clock.years - 1, int(_or(line.last_start_fy, clock.first_fy + clock.years)) - clock.first_fy)  # type: ignore[attr-defined]
    frames = []
    for start in range(first, last + 1):
        ready = fits & (start >= end + 1 - setting.early) & (start <= end + 1 + setting.late)
        for scope, name, inside in _scopes(own, params):
            who = np.flatnonzero(ready & inside)
            for size in _classes(len(who), line, params):
                frames.append(_choices(own.iloc[who], members[who], before[who, start], line, scope, name, size, start, clock, setting))
    return frames


def _choices(
    own: pd.DataFrame, unit: np.ndarray[tuple[int], np.dtype[np.int64]], before: Floats, line: object, scope: str, name: str, size: int, start: int, clock: Clockwork, setting: Setting
) -> pd.DataFrame:
    stays = (own["vendor_id"] == line.vendor_id).to_numpy()  # type: ignore[attr-defined]
    move = own["migration_cost_yen"].to_numpy() * np.where(stays, setting.same_vendor, 1.0)
    cash = move * (1.0 - setting.subsidy) + line.onboarding_yen  # type: ignore[attr-defined]
    meeting = setting.coordination + setting.coordination_growth * (size - 1)
    yearly = line.variable_cost_yen * own["population_people"].to_numpy() + _or(line.member_fee_yen, 0.0) + meeting  # type: ignore[attr-defined]
    remaining = clock.from_year(start)
    effort = setting.joint_effort * setting.own_staff * move / setting.staff_yen
    running = setting.running_effort * own["annual_cost_yen"].to_numpy() / setting.staff_yen
    return pd.DataFrame(
        {
            "unit": unit, "offer_id": line.offer_id, "line_number": line.line_number, "vendor_id": line.vendor_id,  # type: ignore[attr-defined]
            "product_id": line.product_id, "scope": scope, "scope_name": name, "size_class": size, "start_fy": clock.first_fy + start,  # type: ignore[attr-defined]
            "cost": before + clock.discount[start] * cash + remaining * yearly, "fixed": remaining * line.fixed_cost_yen,  # type: ignore[attr-defined]
            "cash_yen": cash, "migration_fte": effort, "staff_fte": effort + running * (start + setting.joint_effort * (clock.years - start)),
            "fewest": float(_or(line.members_min_count, 2)), "most": float(size),  # type: ignore[attr-defined]
        }
    )  # fmt: skip


def _fits(own: pd.DataFrame, line: object) -> Flags:
    largest = _or(line.member_max_people, np.inf)  # type: ignore[attr-defined]
    return np.asarray((own["population_people"] <= largest).to_numpy(), dtype=bool)


def _scopes(own: pd.DataFrame, params: BundleParams) -> list[tuple[str, str, Flags]]:
    """Who may stand together: the whole prefecture, each block, departments among themselves."""
    everyone = np.ones(len(own), dtype=bool)
    if (own["region_block"] == "府庁").all():
        return [("departments", "庁内", everyone)]
    found: list[tuple[str, str, Flags]] = [("prefecture", "府全域", everyone)] if "prefecture" in params.scopes else []
    if "block" in params.scopes:
        blocks = own["region_block"].to_numpy()
        found += [("block", str(block), blocks == block) for block in sorted(set(blocks))]
    if "peer" in params.scopes:
        small = own["population_people"].to_numpy() < own["population_people"].median()
        found += [("peer", "中央値未満の団体", small), ("peer", "中央値以上の団体", ~small)]
    return found


def _classes(eligible: int, line: object, params: BundleParams) -> list[int]:
    """Sizes of the versions of one purchase: each class below the number eligible, and the largest the offer allows."""
    fewest = int(_or(line.members_min_count, 2))  # type: ignore[attr-defined]
    most = min(eligible, int(_or(line.members_max_count, eligible)))  # type: ignore[attr-defined]
    if most < max(2, fewest):
        return []
    return [size for size in params.size_classes if fewest <= size < most] + [most]


def _or(value: object, otherwise: float) -> float:
    return otherwise if pd.isna(value) else float(value)  # type: ignore[arg-type,call-overload]
