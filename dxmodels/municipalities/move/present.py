"""What did each municipal system cost a year before the move, and what does it cost after it, in one year's prices?

Parameters  start year s of the running system, yearly cost a of its contract, running cost R(y) by fiscal year, price index I(y)
Model       moved:      before = R(s-1) · I(p)/I(s-1), the last full year of the old system; after = a · I(p)/I(s) (the price agreed at
                        the start), or R(base year) · I(p)/I(base year) where the contract's price is not known
            not moved:  before = a, or R(base year); after is not known yet
            multiple = after ÷ before, where both are known.
Source      tables municipal_systems and municipal_spending; prices as in dxmodels.cost.prices.

What it leaves out: parallel running and one-off cost (not part of R), changes of scope between the two contracts, tax changes inside
a contract. A system without the figures it needs is left out of both sides and counted, never filled in.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from dxmodels.cost.prices import price_index

if TYPE_CHECKING:
    from dxmodels.inputs import Case, Register

MOVED_STATES = ("government_cloud", "other_standard", "shared_entity")
BOTH_KNOWN, AFTER_TO_COME, NOT_KNOWN = "移行前後とも判明", "移行前（これから）", "判明せず"


def compare_before_after(case: Case, register: Register) -> pd.DataFrame:
    """Return one row a system: municipality_code, task, shared_group, has_moved, before_yen, after_yen, multiple_ratio, basis_ja.

    Amounts are yearly, tax included, in prices of the case's price year (Float64, missing where not known). Raises MissingTableError
    where ``municipal_systems`` or ``municipal_spending`` is not held.
    """
    systems = case.table("municipal_systems", ["migration_state", "annual_cost_yen"])
    running = _running_by_year(case.table("municipal_spending", ["running_yen"]))
    levels = _levels(register, running.columns, case.price_fy)
    moved = systems["migration_state"].isin(list(MOVED_STATES)).fillna(False).astype(bool)
    start = systems["start_fy"].astype("Float64").to_numpy(dtype=float, na_value=np.nan)
    contract = systems["annual_cost_yen"].astype("Float64").to_numpy(dtype=float, na_value=np.nan)
    keys = pd.MultiIndex.from_frame(systems[["municipality_code", "task"]])
    spent = running.reindex(keys)
    now = _at(spent, np.full(len(systems), float(case.base_fy)), levels)
    old = _at(spent, start - 1.0, levels)
    agreed = contract * np.array([levels.get(int(year), np.nan) if year == year else np.nan for year in start])
    full_year = np.where(start < case.base_fy, now, np.nan)
    after = np.where(moved, np.where(np.isfinite(agreed), agreed, full_year), np.nan)
    before = np.where(moved, old, np.where(np.isfinite(contract), contract, now))
    table = systems[["municipality_code", "task", "shared_group"]].assign(
        has_moved=moved, before_yen=before, after_yen=after, multiple_ratio=_ratio(after, before)
    )
    numbers = ["before_yen", "after_yen", "multiple_ratio"]
    table[numbers] = table[numbers].astype("Float64")
    return table.assign(basis_ja=[_basis(*row) for row in zip(moved, before, after, strict=True)])


def _running_by_year(spending: pd.DataFrame) -> pd.DataFrame:
    """Running cost with one row a system and one column a fiscal year; a year without cost is no year of service."""
    rows = spending[spending["running_yen"].notna() & (spending["running_yen"] > 0)]
    wide = rows.pivot(index=["municipality_code", "task"], columns="fiscal_year", values="running_yen")
    return wide.astype("Float64").set_axis([int(year) for year in wide.columns], axis=1)


def _levels(register: Register, years: pd.Index, price_fy: int) -> dict[int, float]:
    index = price_index(register, (int(year) for year in years), price_fy=price_fy)
    return {year: 1.0 / level for year, level in index.items()}


def _at(spent: pd.DataFrame, years: np.ndarray, levels: dict[int, float]) -> np.ndarray:
    """Running cost of each row in its own year, in prices of the price year (NaN where there is none)."""
    place = {int(year): number for number, year in enumerate(spent.columns)}
    values = spent.to_numpy(dtype=float, na_value=np.nan)
    found = [
        values[row, place[int(year)]] * levels[int(year)] if year == year and int(year) in place else np.nan
        for row, year in enumerate(years)
    ]
    return np.asarray(found, dtype=float)


def _ratio(after: np.ndarray, before: np.ndarray) -> np.ndarray:
    known = np.isfinite(before) & (before > 0)
    return np.asarray(np.divide(after, before, out=np.full(len(after), np.nan), where=known), dtype=float)


def _basis(moved: bool, before: float, after: float) -> str:
    if moved and np.isfinite(before) and np.isfinite(after):
        return BOTH_KNOWN
    return AFTER_TO_COME if not moved and np.isfinite(before) else NOT_KNOWN
