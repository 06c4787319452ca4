"""Small random problems and their brute-force answers, shared by the tests of the bundling room."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd


def random_tables(
    seed: int, *, units: int = 4, bundles: int = 3, limits: bool = True
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame | None]:
    """Tables of a small problem: every unit has an alone bundle; capacities, member limits and coupling rows by chance."""
    draw = np.random.default_rng(seed)
    choices = [
        (u, f"B{f}", float(draw.integers(1, 30)), float(draw.integers(1, 6)))
        for u in range(units)
        for f in range(bundles)
        if draw.random() < 0.85
    ]
    choices += [(u, f"A{u}", float(draw.integers(15, 40)), 1.0) for u in range(units)]
    heads = [
        (
            f"B{f}",
            float(draw.integers(0, 40)),
            float(draw.integers(5, 16)) if draw.random() < 0.5 else None,
            int(draw.integers(1, 4)),
            None if draw.random() < 0.6 else 3,
        )
        for f in range(bundles)
    ]
    heads += [(f"A{u}", 0.0, None, None, None) for u in range(units)]
    choice_table = pd.DataFrame(choices, columns=["unit_id", "bundle_id", "cost", "load"])
    bundle_table = pd.DataFrame(heads, columns=["bundle_id", "fixed_cost", "capacity", "min_units", "max_units"])
    if not limits:
        return choice_table, bundle_table, None
    budget = float(draw.integers(30, 60))
    rows = [
        ("budget", "<=", budget, row.unit_id, row.bundle_id, float(draw.integers(1, 15)))
        for row in choice_table.itertuples()
    ]
    rows += [("vendors", ">=", 2.0, None, name, 1.0) for name in bundle_table["bundle_id"] if draw.random() < 0.7]
    table = pd.DataFrame(rows, columns=["limit_id", "sense", "rhs", "unit_id", "bundle_id", "coefficient"])
    return choice_table, bundle_table, table


def brute_force(choices: pd.DataFrame, bundles: pd.DataFrame, limits: pd.DataFrame | None) -> float:
    """The cheapest plan by trying every assignment, straight from the tables; infinite where none is allowed."""
    heads = bundles.set_index("bundle_id").to_dict("index")
    options = [list(group.itertuples(index=False)) for _, group in choices.groupby("unit_id")]
    best = np.inf
    for plan in itertools.product(*options):
        members: dict[str, list[float]] = {}
        for row in plan:
            members.setdefault(row.bundle_id, []).append(row.load)
        if all(_allowed(heads[name], loads) for name, loads in members.items()) and _rows_hold(
            limits, plan, set(members)
        ):
            best = min(best, sum(row.cost for row in plan) + sum(heads[name]["fixed_cost"] for name in members))
    return best


def _allowed(head: dict[str, float], loads: list[float]) -> bool:
    fewest = 1 if pd.isna(head["min_units"]) else head["min_units"]
    most = np.inf if pd.isna(head["max_units"]) else head["max_units"]
    room = np.inf if pd.isna(head["capacity"]) else head["capacity"]
    return bool(fewest <= len(loads) <= most and sum(loads) <= room + 1e-9)


def _rows_hold(limits: pd.DataFrame | None, plan: tuple[object, ...], opened: set[str]) -> bool:
    if limits is None:
        return True
    pairs = {(row.unit_id, row.bundle_id) for row in plan}  # type: ignore[attr-defined]
    for _, rows in limits.groupby("limit_id"):
        left = 0.0
        for row in rows.itertuples():
            counts = row.bundle_id in opened if pd.isna(row.unit_id) else (row.unit_id, row.bundle_id) in pairs
            left += row.coefficient * counts
        sense, rhs = rows["sense"].iloc[0], rows["rhs"].iloc[0]
        if (sense == "<=" and left > rhs + 1e-9) or (sense == ">=" and left < rhs - 1e-9):
            return False
    return True
