"""Which systems of a case are still to move, with what work, deadline and cost in each year?

Parameters  steps done of 40, steps a project finishes in a year σ, deadline (extended where the body has a reason for special support),
            buffer β kept before it, staff years per move f·(population/reference)^e, contract end E, yearly cost before b and after a,
            break fee share ρ, premium π of years past the contract's end, one-off cost K
Model       duration d = ⌈(40 - steps)/σ⌉; go-live at the end of year t costs, over the calendar, b up to t (b·(1+π) after E), a after t,
            ρ·b for each contract year given up, and K. Systems of one shared
            environment and task go live together. After-cost: the body's realised multiple where it has one, else the published one.
Source      tables municipal_systems and capacity; 特定移行支援 as in the basic policy (標準化基本方針).

What it leaves out: prices rising within the calendar; a vendor other than today's carrying out the move (its capacity row would count).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from dxmodels.fiscal import fiscal_year_of
from dxmodels.inputs.schemas.choices import CHOICE_LABELS
from dxmodels.municipalities.move import MoveCosts
from dxmodels.municipalities.move.present import MOVED_STATES
from dxmodels.municipalities.waves.problem import STAFF, VENDOR
from dxmodels.municipalities.waves.rules import WAVE_RULE_ASSUMPTIONS, WaveRules

if TYPE_CHECKING:
    from dxmodels.inputs import Case, Register

Floats = npt.NDArray[np.float64]

WAVE_ASSUMPTIONS: tuple[str, ...] = (
    *WAVE_RULE_ASSUMPTIONS,
    "std_migration_steps",
    "std_deadline_fy",
    "std_extended_deadline_fy",
    "wave_steps_per_year",
    "wave_buffer_years",
    "wave_staff_fte_per_system",
    "wave_staff_elasticity",
    "wave_staff_reference_people",
    "wave_break_fee_share",
    "wave_extension_premium_share",
    "vendor_capacity_factor",
    "staff_capacity_factor",
)
_FACTORS = {VENDOR: "vendor_capacity_factor", STAFF: "staff_capacity_factor"}


@dataclass(frozen=True, eq=False)
class WaveTables:
    """What ``plan_waves`` reads: ``moves``, ``costs`` and ``capacity``; ``without_cost``: systems whose yearly cost is not known."""

    moves: pd.DataFrame
    costs: pd.DataFrame
    capacity: pd.DataFrame
    without_cost: tuple[str, ...]


def list_moves(case: Case, register: Register, *, rules: WaveRules, costs: MoveCosts) -> WaveTables:
    """Return the systems of a case that have not moved, what each year of go-live would cost, and the capacity there is.

    Needs municipal_systems and capacity (MissingTableError otherwise).
    """
    systems = case.table("municipal_systems", ["migration_state"])
    waiting = systems[~systems["migration_state"].isin(list(MOVED_STATES)).fillna(False)].reset_index(drop=True)
    places = case.table("municipalities", ["population_people"]).set_index("municipality_code")
    moves = _moves(waiting, places, case, register, rules)
    table, without = _costs(waiting, moves, costs, register, rules)
    return WaveTables(moves, table, _capacity(case.table("capacity"), register), without)


def _moves(
    waiting: pd.DataFrame, places: pd.DataFrame, case: Case, register: Register, rules: WaveRules
) -> pd.DataFrame:
    people = places["population_people"].reindex(waiting["municipality_code"]).astype(float).to_numpy()
    size = (people / register.value("wave_staff_reference_people")) ** register.value("wave_staff_elasticity")
    left = register.value("std_migration_steps") - waiting["progress_steps_count"].fillna(0).astype(float)
    lasting = (left / register.value("wave_steps_per_year")).map(math.ceil).clip(lower=1)
    statutory = _deadlines(waiting, case, register)
    group = waiting["shared_group"].astype("string") + "・" + waiting["task"].astype("string")
    return pd.DataFrame(
        {
            "system_id": waiting["municipality_code"] + "-" + waiting["task"],
            "municipality_code": waiting["municipality_code"],
            "name_ja": places["name_ja"].reindex(waiting["municipality_code"]).to_numpy(),
            "task": waiting["task"],
            "task_ja": _task_names(case, waiting["task"]),
            "vendor_id": waiting["vendor_id"],
            "group_id": group,
            "special_support_reason": waiting["special_support_reason"],
            "special_support_reason_ja": waiting["special_support_reason"].map(CHOICE_LABELS["special_support_reason"]),
            "earliest_fy": rules.first_fy,
            "statutory_deadline_fy": statutory,
            "deadline_fy": statutory - round(register.value("wave_buffer_years")),
            "duration_years": lasting.astype(int),
            "vendor_slots_count": 1.0,
            "staff_fte": np.round(register.value("wave_staff_fte_per_system") * size, 3),
        }
    )


def _task_names(case: Case, tasks: pd.Series) -> pd.Series:
    if not case.has("tasks"):
        return tasks
    return tasks.map(case.table("tasks").set_index("task")["name_ja"]).fillna(tasks)


def _deadlines(waiting: pd.DataFrame, case: Case, register: Register) -> npt.NDArray[np.int64]:
    """Fiscal year of each system's deadline: the extended one where there is a reason for special support."""
    named = (("standardisation", "std_deadline_fy"), ("extended_standardisation", "std_extended_deadline_fy"))
    usual, extended = (
        fiscal_year_of(case.deadlines[key]) if key in case.deadlines else round(register.value(name))
        for key, name in named
    )
    return np.where(waiting["special_support_reason"].notna(), extended, usual).astype(np.int64)


def _costs(
    waiting: pd.DataFrame, moves: pd.DataFrame, costs: MoveCosts, register: Register, rules: WaveRules
) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Cost over the calendar of every year of go-live (and of not moving), one row a system and year."""
    keys = pd.MultiIndex.from_frame(waiting[["municipality_code", "task"]])
    before = costs.systems.set_index(["municipality_code", "task"])["before_yen"].reindex(keys)
    yearly = before.to_numpy(dtype=float, na_value=np.nan)
    multiple = _multiples(costs).reindex(waiting["municipality_code"]).to_numpy(dtype=float)
    once = waiting["migration_cost_yen"].fillna(0).to_numpy(dtype=float)
    known = np.isfinite(yearly) & np.isfinite(multiple)
    amounts = [
        _amount(year, np.nan_to_num(yearly), np.nan_to_num(multiple, nan=1.0), once, waiting, register, rules)
        for year in (*rules.years, None)
    ]
    table = pd.DataFrame(
        {
            "system_id": np.tile(moves["system_id"].to_numpy(dtype=object), len(amounts)),
            "fiscal_year": pd.array(np.repeat([*rules.years, 0], len(moves)), dtype="Int64"),
            "cost_yen": np.rint(np.concatenate(amounts)),
        }
    )
    table["fiscal_year"] = table["fiscal_year"].where(table["fiscal_year"] != 0)
    return table, tuple(moves.loc[~known, "system_id"])


def _multiples(costs: MoveCosts) -> pd.Series:
    bodies = costs.table.set_index("municipality_code")
    return bodies["realised_multiple_ratio"].fillna(bodies["reference_multiple_ratio"]).astype(float)


def _amount(
    go_live: int | None,
    yearly: Floats,
    multiple: Floats,
    once: Floats,
    waiting: pd.DataFrame,
    register: Register,
    rules: WaveRules,
) -> Floats:
    last = rules.years[-1]
    until = last if go_live is None else go_live
    ends = waiting["contract_end_fy"].fillna(until).to_numpy(dtype=float)
    beyond = np.clip(until - np.maximum(ends, rules.first_fy - 1), 0, None)
    given_up = np.clip(ends - until, 0, None) if go_live is not None else 0.0
    share = register.value
    years = (until - rules.first_fy + 1) + multiple * (last - until)
    years = years + share("wave_extension_premium_share") * beyond + share("wave_break_fee_share") * given_up
    return np.asarray(yearly * years + (0.0 if go_live is None else once), dtype=float)


def _capacity(capacity: pd.DataFrame, register: Register) -> pd.DataFrame:
    factors = capacity["capacity_kind"].map({kind: register.value(name) for kind, name in _FACTORS.items()}).fillna(1.0)
    return capacity.assign(capacity_fte=capacity["capacity_fte"].astype(float) * factors.astype(float))
