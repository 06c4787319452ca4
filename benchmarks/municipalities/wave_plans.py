"""How fast is a calendar of 43 × 20 moves over six years proven, and how does it grow to a country of 1,741?

Every system of the embedded case is put back to "not moved"; steps done, deadlines and contract ends are drawn, and capacity is scaled.
Prints late systems, gaps, seconds and processor seconds a case (on a shared machine only the latter compare); the last lines are the country (bodies repeated, vendors scaled with them).
Run: python benchmarks/municipalities/wave_plans.py [bodies …]     (default 43; add 1741 for the country)
"""

from __future__ import annotations

import datetime as dt
import sys
import time

import numpy as np
import pandas as pd

from dxmodels.inputs import Case, load_case, load_register
from dxmodels.municipalities.move import estimate_move_costs
from dxmodels.municipalities.waves import WavePlan, list_moves, plan_waves_or_explain, read_wave_rules

TABLES = ["municipal_systems", "municipal_spending", "municipalities", "tasks", "govcloud_pilot", "capacity"]
# seed, vendors' capacity, staff years a move, must everything move within the years
SETTINGS = (
    (1, 2.0, 0.1, True),
    (2, 1.5, 0.2, True),
    (3, 2.0, 0.3, True),
    (4, 1.2, 0.15, True),
    (5, 1.0, 0.3, False),
    (6, 1.0, 0.2, True),
)


def all_to_move(case: Case, seed: int, vendor_factor: float) -> Case:
    rng = np.random.default_rng(seed)
    frames = {name: case.table(name) for name in case.tables}
    systems = frames["municipal_systems"]
    count = len(systems)
    systems["migration_state"] = "legacy"
    systems["progress_steps_count"] = pd.array(rng.integers(0, 30, count), dtype="Int64")
    systems["contract_end_fy"] = pd.array(rng.integers(2026, 2031, count), dtype="Int64")
    systems["special_support_reason"] = pd.array(
        np.where(rng.random(count) < 0.3, "vendor_resources", None), dtype="string"
    )
    vendors = frames["capacity"]["capacity_kind"] == "vendor"
    frames["capacity"].loc[vendors, "capacity_fte"] *= vendor_factor
    deadlines = {"standardisation": dt.date(2029, 3, 31), "extended_standardisation": dt.date(2031, 3, 31)}
    return Case.from_frames(frames, base_fy=2026, validate=False, deadlines=deadlines)


def repeated(moves: pd.DataFrame, costs: pd.DataFrame, capacity: pd.DataFrame, bodies: int) -> tuple[pd.DataFrame, ...]:
    """The 43 repeated under new codes until there are ``bodies`` of them; vendors and experts grow in proportion."""
    here = moves["municipality_code"].unique()
    copies = -(-bodies // len(here))
    keep = {
        f"{code}#{copy}"
        for copy in range(copies)
        for code in here
        if copy * len(here) + list(here).index(code) < bodies
    }

    def renamed(table: pd.DataFrame, column: str, copy: int) -> pd.DataFrame:
        return table.assign(**{column: table[column].astype(str) + f"#{copy}"})

    parts = [renamed(renamed(moves, "system_id", copy), "municipality_code", copy) for copy in range(copies)]
    many = pd.concat(parts, ignore_index=True)
    many["group_id"] = many["group_id"] + many["municipality_code"].str.extract(r"(#\d+)")[0]
    many = many[many["municipality_code"].isin(keep)]
    money = pd.concat([renamed(costs, "system_id", copy) for copy in range(copies)], ignore_index=True)
    staff = capacity["capacity_kind"] == "municipality_staff"
    held = [renamed(capacity[staff], "holder_id", copy) for copy in range(copies)]
    rest = capacity[~staff].assign(capacity_fte=lambda table: table["capacity_fte"] * bodies / len(here))
    return many, money, pd.concat([*held, rest], ignore_index=True)


def main(sizes: list[int]) -> None:
    case, register = load_case("osaka", tables=TABLES), load_register()
    costs = estimate_move_costs(case, register)
    for bodies in sizes:
        for seed, vendors, staff, must_finish in SETTINGS if bodies <= 43 else SETTINGS[:1]:
            changed = register.replace("wave_staff_fte_per_system", central=staff, low=0.01, high=1.0)
            rules = read_wave_rules(changed, first_fy=2026, years_count=6, must_finish=must_finish, seconds=120)
            made = list_moves(all_to_move(case, seed, vendors), changed, rules=rules, costs=costs)
            moves, money, held = (
                repeated(made.moves, made.costs, made.capacity, bodies)
                if bodies != 43
                else (made.moves, made.costs, made.capacity)
            )
            began, busy = time.perf_counter(), time.process_time()
            found = plan_waves_or_explain(moves, held, rules=rules, costs=money)
            seconds, busy = time.perf_counter() - began, time.process_time() - busy
            head = f"{bodies} bodies, {len(moves)} systems, vendors ×{vendors}, staff {staff}, must finish {must_finish}: {seconds:.1f} s ({busy:.1f} s of processor)"
            if isinstance(found, WavePlan):
                gaps = "  ".join(
                    f"{row.stage_id} {row.objective:.6g} gap {row.gap:.4%} {row.seconds:.1f} s"
                    for row in found.stages.itertuples()
                )
                print(f"{head}  unmoved {found.unmoved_count}  {gaps}", flush=True)
            else:
                print(f"{head}  no calendar: {found.summary()}", flush=True)


if __name__ == "__main__":
    main([int(text) for text in sys.argv[1:]] or [43])
