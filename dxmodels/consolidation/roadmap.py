"""In which year should which systems move to the shared service, within what vendors and staff can do, and what does foresight save?

Sets        u units of bodies that may join (one per body and task group), t = base year … +10
Parameters  c_ut discounted cost of the whole horizon if u moves in t (running + move + exit fee off renewal - renewal spared), c_u∞ if never;
            n_u systems, h_u FTE; S_t vendor slots, H_t staff (local staff of these bodies, shared experts and the pool)
Variables   x_ut ∈ {0, 1}: u moves in t
Objective   min Σ_u [c_u∞ + Σ_t (c_ut - c_u∞)·x_ut]
Constraints Σ_t x_ut ≤ 1; Σ_u n_u·x_ut ≤ S_t; Σ_u h_u·x_ut ≤ H_t
Myopic      year by year the moves that pay within one contract cycle, largest gain first, into what is left of the year's capacity.
Delay       the foresighted plan when nothing may start in the first k years; the difference is the price of waiting.
Deterministic (central values, every body joins). What it leaves out: risk, take-up (the simulation has both), system links.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd
import pulp

from dxmodels.consolidation.calibration import calibrate_capacity
from dxmodels.consolidation.earlier import take_earlier
from dxmodels.consolidation.fleet import HORIZON, Fleet
from dxmodels.consolidation.settings import Structure, read_constants
from dxmodels.errors import ModelError
from dxmodels.money import format_rate, format_yen
from dxmodels.solver import STATUS_JA, Effort, solve

if TYPE_CHECKING:
    from dxmodels.inputs import Register
    from dxmodels.lockin import ExitPlan

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
NEVER = -1


@dataclass(frozen=True, eq=False)
class _Costs:
    units: Ints
    moving: Floats  # (units, years) change of the horizon's cost if the unit moves then
    cycle_gain: Floats  # (units, years) gain within one contract cycle
    systems: Floats
    staff: Floats


@dataclass(frozen=True, eq=False)
class Roadmap:
    """Year of each unit's move under both plans, loads by year, costs, and what the solver proved."""

    moves: pd.DataFrame
    load: pd.DataFrame
    plans: pd.DataFrame
    status_ja: str
    gap: float

    def to_frame(self) -> pd.DataFrame:
        """Return the plans side by side: cost against never moving, moves, peak loads."""
        return self.plans.copy()

    def summary(self) -> str:
        """Return in Japanese what foresight and starting in time are worth."""
        gain = self.plans.set_index("plan")["gain_yen"]
        text = (
            f"先を見通した計画の効果は{format_yen(float(gain['foresight']), '億円')}、年ごとに判断する計画では"
            f"{format_yen(float(gain['myopic']), '億円')}（{self.status_ja}、最適性ギャップ{format_rate(self.gap, decimals=2)}）。"
        )
        delays = [name for name in gain.index if name.startswith("delay")]
        return text + "".join(
            f"着手が{name.removeprefix('delay')}年遅れると効果は{format_yen(float(gain[name]), '億円')}になる。"
            for name in delays
        )


def plan_roadmap(
    fleet: Fleet, structure: Structure, register: Register, *, exit_plan: ExitPlan | None = None, delays: tuple[int, ...] = (1, 2), gap: float = 1e-3
) -> Roadmap:  # fmt: skip
    """Return the foresighted and the myopic plan, and the foresighted one when started later, within what the exit plan leaves of vendors and staff.

    Raises ModelError without candidates.
    """
    costs = _costs(fleet, structure, register)
    slots, staff = _capacities(fleet, structure, register)
    if exit_plan is not None:
        slots, staff = _left_by_exits(fleet, register, exit_plan, slots, staff)
    years, report = _foresight(costs, slots, staff, start=0, gap=gap)
    plans = {"foresight": years, "myopic": _myopic(costs, slots, staff)}
    for delay in delays:
        plans[f"delay{delay}"] = _foresight(costs, slots, staff, start=delay, gap=gap)[0]
    rows = []
    for name, chosen in plans.items():
        load = _loads(costs, chosen)
        moved = chosen != NEVER
        rows.append(
            {
                "plan": name,
                "gain_yen": round(-float(costs.moving[moved, chosen[moved]].sum())),
                "moved_units_count": int(moved.sum()),
                "moved_systems_count": int(costs.systems[moved].sum()),
                "peak_slots_share": float((load[:, 0] / np.maximum(slots, 1e-9)).max()),
                "peak_staff_share": float((load[:, 1] / np.maximum(staff, 1e-9)).max()),
            }
        )
    return Roadmap(
        _moves(fleet, costs, plans), _load_table(fleet, costs, plans, slots, staff), pd.DataFrame(rows), *report
    )


def _capacities(fleet: Fleet, structure: Structure, register: Register) -> tuple[Floats, Floats]:
    eligible = _eligible(fleet, register)
    speed = register.value("staff_capacity_factor") * (1.0 - register.value("sim_attrition_rate") / 2)
    local = fleet.staff_fte[eligible].sum(axis=0) * register.value("sim_staff_migration_share")
    staff = (local + fleet.pool_fte + structure.shared_experts_fte) * speed
    share = fleet.systems[eligible[fleet.holder]].sum()
    slots = calibrate_capacity(fleet, register).slots_share_per_year * share * register.value("vendor_capacity_factor")
    return np.full(HORIZON + 1, slots), staff


def _left_by_exits(
    fleet: Fleet, register: Register, plan: ExitPlan, slots: Floats, staff: Floats
) -> tuple[Floats, Floats]:
    """Return slots and staff less what the exits take: a slot each, and what their staff work exceeds of the prefecture's own staff."""
    rate, most = register.value("discount_rate_standard"), register.value("sim_joint_member_max_people")
    exits = take_earlier(
        fleet, bundle_plan=None, exit_plan=plan, scale=None, discount_rate=rate, most_people=most
    ).exits
    if exits is None:
        return slots, staff
    own = fleet.staff_fte[fleet.population <= 0].sum(axis=0) * register.value("sim_staff_migration_share")
    short = np.maximum(0.0, exits.staff_fte - own)
    return np.maximum(0.0, slots - exits.systems), np.maximum(0.0, staff - short)


def _eligible(fleet: Fleet, register: Register) -> npt.NDArray[np.bool_]:
    return (fleet.population > 0) & (fleet.population < register.value("sim_joint_member_max_people"))


def _costs(fleet: Fleet, structure: Structure, register: Register) -> _Costs:
    units = np.flatnonzero(_eligible(fleet, register)[fleet.holder])
    if len(units) == 0:
        raise ModelError("共同化に加わりうる団体がありません。sim_joint_member_max_people を確かめてください。")
    value, constants = register.value, read_constants(register)
    years = np.arange(HORIZON + 1)
    factor = ((1 + value("service_price_change_outlook")) / (1 + constants["discount_rate_standard"])) ** years
    cycle = int(constants["long_term_contract_years"])
    late = fleet.is_late[units]
    saving = value("sim_joint_saving_promise") * value("sim_realised_share")
    annual = fleet.annual_yen[units] * np.where(late, value("sim_move_running_multiple"), 1.0)
    tails = np.cumsum(factor[::-1])[::-1]
    ahead = np.array([factor[year : year + cycle].sum() for year in years])
    since = years[None, :] - fleet.renewal[units][:, None]
    at_renewal = (since >= 0) & (since % cycle == 0)
    left = np.where(at_renewal | late[:, None], 0, (-since) % cycle)
    share = np.where(late, 0.0, value("sim_joint_move_share"))  # a late unit must pay its move anyway
    move = (share[:, None] - value("sim_renewal_share") * at_renewal) * fleet.migration_yen[units][:, None]
    months = value("sim_parallel_months") / 12.0 + constants["sim_decommission_share"]
    move = move + fleet.annual_yen[units][:, None] * (~late[:, None] * months + constants["sim_exit_fee_share"] * left)
    staff = constants["sim_own_staff_share"] * fleet.migration_yen[units] / constants["sim_staff_cost_yen"]
    cost = move * factor - annual[:, None] * saving * tails
    gain = annual[:, None] * saving * ahead - move * factor
    return _Costs(units, cost, gain, fleet.systems[units], staff)


def _foresight(
    costs: _Costs, slots: Floats, staff: Floats, *, start: int, gap: float
) -> tuple[Ints, tuple[str, float]]:
    problem = pulp.LpProblem("roadmap", pulp.LpMinimize)
    pairs = [(u, t) for u in range(len(costs.units)) for t in range(start, HORIZON + 1)]
    pick = {pair: pulp.LpVariable(f"x_{pair[0]}_{pair[1]}", cat="Binary") for pair in pairs}
    scale = max(1.0, float(np.abs(costs.moving).max()))
    problem += pulp.lpSum(costs.moving[pair] / scale * variable for pair, variable in pick.items())
    for u in range(len(costs.units)):
        problem += pulp.lpSum(pick[u, t] for t in range(start, HORIZON + 1)) <= 1
    for t in range(start, HORIZON + 1):
        problem += pulp.lpSum(costs.systems[u] * pick[u, t] for u in range(len(costs.units))) <= slots[t]
        problem += pulp.lpSum(costs.staff[u] * pick[u, t] for u in range(len(costs.units))) <= staff[t]
    report = solve(problem, effort=Effort(gap=gap))
    chosen = np.full(len(costs.units), NEVER, dtype=np.int64)
    for (u, t), variable in pick.items():
        if (variable.value() or 0.0) > 0.5:
            chosen[u] = t
    return chosen, (STATUS_JA[report.status], report.gap)


def _myopic(costs: _Costs, slots: Floats, staff: Floats) -> Ints:
    chosen = np.full(len(costs.units), NEVER, dtype=np.int64)
    for year in range(HORIZON + 1):
        room, people = float(slots[year]), float(staff[year])
        for unit in np.argsort(-costs.cycle_gain[:, year], kind="stable"):
            fits = costs.systems[unit] <= room and costs.staff[unit] <= people
            if chosen[unit] != NEVER or costs.cycle_gain[unit, year] <= 0 or not fits:
                continue
            chosen[unit] = year
            room -= float(costs.systems[unit])
            people -= float(costs.staff[unit])
    return chosen


def _loads(costs: _Costs, chosen: Ints) -> Floats:
    load = np.zeros((HORIZON + 1, 2))
    moved = chosen != NEVER
    np.add.at(load[:, 0], chosen[moved], costs.systems[moved])
    np.add.at(load[:, 1], chosen[moved], costs.staff[moved])
    return load


def _load_table(fleet: Fleet, costs: _Costs, plans: dict[str, Ints], slots: Floats, staff: Floats) -> pd.DataFrame:
    parts = []
    for name, chosen in plans.items():
        load = _loads(costs, chosen)
        part = pd.DataFrame({"plan": name, "fiscal_year": list(fleet.years), "moved_systems_count": load[:, 0]})
        parts.append(part.assign(slots_count=slots, staff_need_fte=load[:, 1], staff_available_fte=staff))
    return pd.concat(parts, ignore_index=True)


def _moves(fleet: Fleet, costs: _Costs, plans: dict[str, Ints]) -> pd.DataFrame:
    frame = fleet.to_frame().iloc[costs.units][["municipality_code", "name_ja", "task_group", "systems_count"]]
    for name in ("foresight", "myopic"):
        years = pd.array(np.where(plans[name] == NEVER, 0, plans[name] + fleet.base_fy), dtype="Int64")
        frame[f"{name}_fy"] = pd.Series(years, index=frame.index).replace(0, pd.NA)
    return frame.reset_index(drop=True)
