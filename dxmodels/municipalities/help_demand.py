"""How many days of help does each municipality ask for in each year, for which kind of work, and who is there to give it?

Model       running work that the body's staff does not cover and visits to one-person IT (operation); move effort that free staff does not
            cover (migration); days of advice for every move under way (advice). Days of a year of work: the experts' working days.
Source      tables of ``staffing`` and ``waves``; days per visit and per move are declared assumptions.

What it leaves out: that a body may not ask, or asks for more because help is free.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pandas as pd

from dxmodels.municipalities.staffing import StaffNeed
from dxmodels.municipalities.waves import WavePlan
from dxmodels.municipalities.waves.problem import EXPERT

if TYPE_CHECKING:
    from dxmodels.inputs import Case, Register

DEMAND_ASSUMPTIONS: tuple[str, ...] = ("expert_working_days", "expert_one_person_days", "expert_move_days")
OPERATION, MIGRATION, ADVICE = "operation", "migration", "advice"


def list_expert_demand(need: StaffNeed, waves: WavePlan, register: Register) -> pd.DataFrame:
    """Return days of help each municipality asks for by year, over all kinds of work (``list_demand_by_role``)."""
    rows = list_demand_by_role(need, waves, register)
    return rows.groupby(["municipality_code", "fiscal_year"], sort=False)["demand_days"].sum().round(1).reset_index()


def list_demand_by_role(need: StaffNeed, waves: WavePlan, register: Register) -> pd.DataFrame:
    """Return days of help by municipality, year and kind of work (role_id).

    operation: what running lacks beyond the moves' own gap, and visits to one-person IT; migration: move effort that free staff does not
    cover; advice: days for every move under way.
    """
    table = need.by_year[["municipality_code", "fiscal_year", "gap_fte", "uncovered_fte"]]
    keys = pd.MultiIndex.from_frame(table[["municipality_code", "fiscal_year"]])
    working, alone = register.value("expert_working_days"), need.bodies.set_index("municipality_code")["is_one_person"]
    running = (table["gap_fte"] - table["uncovered_fte"]).clip(lower=0.0).to_numpy(dtype=float) * working
    visits = alone.reindex(table["municipality_code"]).to_numpy(dtype=bool) * register.value("expert_one_person_days")
    under_way = _moves_under_way(waves).reindex(keys, fill_value=0).to_numpy(dtype=float)
    days = {
        OPERATION: running + visits,
        MIGRATION: table["uncovered_fte"].to_numpy(dtype=float) * working,
        ADVICE: under_way * register.value("expert_move_days"),
    }
    parts = [keys.to_frame(index=False).assign(role_id=role, demand_days=amount) for role, amount in days.items()]
    return pd.concat(parts, ignore_index=True)


def list_expert_supply(case: Case, years: Sequence[int]) -> pd.DataFrame:
    """Return shared experts by year from the capacity table (all holders together)."""
    capacity = case.table("capacity", ["capacity_fte"])
    rows = capacity[(capacity["capacity_kind"] == EXPERT) & capacity["fiscal_year"].isin(list(years))]
    sums = rows.groupby("fiscal_year")["capacity_fte"].sum().reindex(list(years), fill_value=0.0)
    return sums.astype(float).rename("experts_count").rename_axis("fiscal_year").reset_index()


def _moves_under_way(waves: WavePlan) -> pd.Series:
    """Systems being moved by municipality and year (every year of their duration)."""
    rows = waves.table.dropna(subset=["go_live_fy"])
    triples = zip(rows["municipality_code"], rows["go_live_fy"], rows["duration_years"], strict=True)
    years = [(code, int(live) - back) for code, live, lasting in triples for back in range(int(lasting))]
    return pd.Series(1, index=pd.MultiIndex.from_tuples(years)).groupby(level=[0, 1]).sum()
