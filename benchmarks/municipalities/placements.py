"""How fast is the placing of shared experts proven for 43 halls and six years, and what does it gain over the obvious rule?

The obvious rule: one expert at each of the halls that ask for most, year by year, every body helped from the nearest of them. Prints each
objective with gap and seconds, and the days given and the worst-served share of both.
Run: python benchmarks/municipalities/placements.py [experts a year …]     (default: the capacity of the embedded case, then 3)
"""

from __future__ import annotations

import sys
import time

import pandas as pd

from dxmodels.inputs import load_case, load_register
from dxmodels.municipalities.distances import great_circle_km
from dxmodels.municipalities.help_demand import list_expert_demand, list_expert_supply
from dxmodels.municipalities.placement import PlacementRules, place_experts, read_placement_rules
from dxmodels.municipalities.plans import STAFF_TABLES, make_calendar
from dxmodels.municipalities.staffing import plan_staff_need


def obvious(
    demand: pd.DataFrame, supply: pd.DataFrame, halls: pd.DataFrame, rules: PlacementRules
) -> tuple[float, float]:
    """Days given and worst-served share of the obvious rule."""
    near, given = great_circle_km(halls), {}
    for year, rows in demand[demand["demand_days"] > 0].groupby("fiscal_year"):
        experts = int(supply.set_index("fiscal_year")["experts_count"][year])
        stations = list(rows.nlargest(experts, "demand_days")["municipality_code"])
        room = dict.fromkeys(stations, rules.working_days)
        for code, days in rows.nlargest(len(rows), "demand_days")[["municipality_code", "demand_days"]].itertuples(
            index=False
        ):
            station = min(stations, key=lambda hall: near.loc[hall, code])
            each = rules.visit_days(float(near.loc[station, code]))
            got = min(days, room[station] / each)
            room[station] -= got * each
            given[code] = given.get(code, 0.0) + got
    asked = demand.groupby("municipality_code")["demand_days"].sum()
    asked = asked[asked > 0]
    return sum(given.values()), float((pd.Series(given).reindex(asked.index, fill_value=0.0) / asked).min())


def main(counts: list[float]) -> None:
    case, register = load_case("osaka", tables=[*STAFF_TABLES]), load_register()
    waves = make_calendar(case, register)
    demand = list_expert_demand(plan_staff_need(case, register, waves=waves), waves, register)
    rules, halls = read_placement_rules(register), case.table("municipalities")
    held = list_expert_supply(case, waves.rules.years)
    for count in (None, *counts):
        supply = held if count is None else held.assign(experts_count=float(count))
        began = time.perf_counter()
        found = place_experts(demand, supply, halls, rules=rules)
        seconds = time.perf_counter() - began
        stages = "  ".join(
            f"{row.stage_id} {row.objective:.4g} gap {row.gap:.3%} {row.seconds:.1f} s"
            for row in found.stages.itertuples()
        )
        days, share = obvious(demand, supply, halls, rules)
        ours = float(found.table["served_days"].sum())
        print(f"experts {list(supply['experts_count'])}: {seconds:.1f} s  {stages}", flush=True)
        print(
            f"  days given {ours:.0f} (obvious rule {days:.0f}, ratio {ours / days:.3f}); worst share {found.table['served_share'].min():.3f} (obvious {share:.3f})"
        )


if __name__ == "__main__":
    main([float(text) for text in sys.argv[1:]] or [3.0])
