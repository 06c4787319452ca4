"""What is the best exit of every suspected system of a case, alone and together?

Alone: optimal_exit with the yearly premium saved to the horizon, free exit at contract ends, break fee otherwise, re-tender with the incumbent's chance. Together: one candidate
a system and open contract end, worth the premium saved from the following year to the horizon less the switching cost, both discounted to the base year; planned by plan_exits under
the prefecture's staff of the capacity table and, where given, a yearly budget. Only exits worth more than nothing are offered.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from dxmodels.fiscal import discount_factor
from dxmodels.inputs import Case
from dxmodels.lockin.calendar import ExitCalendar
from dxmodels.lockin.exit import optimal_exit
from dxmodels.lockin.exit_plan import CANDIDATE_COLUMNS, ExitPlan, plan_exits
from dxmodels.lockin.from_case import ExitAssumptions, ExitFields
from dxmodels.money import format_rate, format_yen

_EXIT_COLUMNS = (
    "system_id", "premium_yen", "switching_yen", "contract_end_fy", "trigger_yen", "retender_from_yen", "value_yen", "value_of_waiting_yen", "best_exit_fy",
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class ExitTable:
    """One row a system: premium a year, switching cost, first trigger, value, value of waiting, best exit year (blank: stays)."""

    table: pd.DataFrame
    assumptions: ExitAssumptions

    def to_frame(self) -> pd.DataFrame:
        """Return the systems, the most valuable exit first."""
        return self.table.copy()

    def summary(self) -> str:
        """Return in Japanese how many would leave and what waiting is worth."""
        leaving = int(self.table["best_exit_fy"].notna().sum())
        return (
            f"{len(self.table)} システムのうち、割増が見込みどおりなら期間内に脱却するのは {leaving}。脱却の価値の合計は {format_yen(float(self.table['value_yen'].sum()))}、"
            f"うち待てることの価値は {format_yen(float(self.table['value_of_waiting_yen'].sum()))}（割増率 {format_rate(self.assumptions.premium_rate, decimals=0)} は外部の推計）。"
        )


def evaluate_exits(
    fields: ExitFields, *, base_fy: int, assumptions: ExitAssumptions, earliest_fy: int | None = None
) -> ExitTable:
    """Return the exit policy of every system in ``fields`` on its own; none leaves before ``earliest_fy``, the first year that can still be prepared."""
    wait = 0 if earliest_fy is None else max(0, earliest_fy - base_fy)
    rows = [_exit_row(row, base_fy, assumptions, wait) for row in fields.table.to_dict("records")]
    table = pd.DataFrame(rows, columns=list(_EXIT_COLUMNS)).astype({"best_exit_fy": "Int64"})
    ordered = table.sort_values(["value_yen", "system_id"], ascending=[False, True]).reset_index(drop=True)
    return ExitTable(ordered, assumptions)


def with_reachable_ends(fields: ExitFields, *, calendar: ExitCalendar, assumptions: ExitAssumptions) -> ExitFields:
    """Return the fields with the next contract end where the last safe decision date of the present one has passed."""
    late = _late(calendar)
    moved = fields.table["contract_end_fy"] + fields.table["system_id"].isin(late) * assumptions.contract_years
    return ExitFields(fields.table.assign(contract_end_fy=moved), fields.left_out_count)


def list_exit_options(
    fields: ExitFields, *, base_fy: int, assumptions: ExitAssumptions, calendar: ExitCalendar | None = None
) -> pd.DataFrame:
    """Return candidates for plan_exits: every contract end within the horizon at which leaving is worth more than nothing.

    With a ``calendar``, contract ends whose last safe decision date has passed are not offered (the next end is).
    """
    late = set() if calendar is None else _late(calendar)
    rows = []
    for row in fields.table.to_dict("records"):
        first = int(row["contract_end_fy"]) + (assumptions.contract_years if row["system_id"] in late else 0)
        for year in range(first, base_fy + assumptions.horizon_years, assumptions.contract_years):
            value = _worth(row["premium_yen"], row["switching_yen"], year, base_fy, assumptions)
            if value > 0:
                rows.append(
                    (
                        row["system_id"],
                        year,
                        value,
                        row["switching_yen"],
                        assumptions.staff_per_system_fte,
                        row["vendor_id"],
                    )
                )
    return pd.DataFrame(rows, columns=list(CANDIDATE_COLUMNS))


def plan_case_exits(
    case: Case,
    fields: ExitFields,
    *,
    assumptions: ExitAssumptions,
    calendar: ExitCalendar | None = None,
    budget_yen: Mapping[int, float] | None = None,
) -> ExitPlan:
    """Return one plan for all systems under the prefecture's staff (capacity table) and ``budget_yen`` by fiscal year.

    MissingTableError where the case holds no capacity table.
    """
    options = list_exit_options(fields, base_fy=case.base_fy, assumptions=assumptions, calendar=calendar)
    capacity = case.table("capacity")
    staff = capacity[capacity["capacity_kind"] == "prefecture_staff"].groupby("fiscal_year")["capacity_fte"].sum()
    return plan_exits(
        options, staff_fte={int(str(year)): float(fte) for year, fte in staff.items()}, budget_yen=budget_yen
    )


def _late(calendar: ExitCalendar) -> set[str]:
    return set(calendar.table.loc[calendar.table["is_past"].astype(bool), "system_id"])


def _worth(premium: float, switching: float, year: int, base_fy: int, assumptions: ExitAssumptions) -> float:
    rate = assumptions.discount_rate
    saved = sum(
        premium
        * (1 + assumptions.premium_drift) ** (later - base_fy)
        * discount_factor(later, base_fy=base_fy, rate=rate)
        for later in range(year + 1, base_fy + assumptions.horizon_years + 1)
    )
    return saved - switching * discount_factor(year, base_fy=base_fy, rate=rate)


def _exit_row(row: Mapping[Hashable, Any], base_fy: int, assumptions: ExitAssumptions, wait: int) -> tuple[object, ...]:
    years = int(row["contract_end_fy"]) - base_fy
    policy = optimal_exit(
        premium=row["premium_yen"],
        volatility=assumptions.premium_volatility,
        drift=assumptions.premium_drift,
        discount=assumptions.discount_rate,
        switching_cost=row["switching_yen"],
        horizon=assumptions.horizon_years,
        exercise="contract_end",
        contract_years=assumptions.contract_years,
        years_to_contract_end=years,
        break_fee=assumptions.break_fee_share * row["switching_yen"],
        p_incumbent_wins=assumptions.p_incumbent_wins,
        retender_cost=assumptions.retender_cost_share * row["switching_yen"],
        premium_cut_share=assumptions.premium_cut_share,
        yearly_premium=True,
        earliest_years=wait,
    )
    at_end = policy.trigger[policy.trigger["years_from_now"] == years]
    trigger, retender = (
        float(at_end[name].iloc[0]) if len(at_end) else float("nan") for name in ("trigger_yen", "retender_from_yen")
    )
    best = pd.NA if policy.best_exit_year is None else base_fy + policy.best_exit_year
    own = (row["system_id"], row["premium_yen"], row["switching_yen"], int(row["contract_end_fy"]))
    return (*own, trigger, retender, policy.value, policy.value_of_waiting, best)
