"""In which year does each system leave, when staff, vendors and the yearly budget cannot carry all at once?

Sets: systems i, open exit years T_i, vendors v. Parameters: value w_it (yen, present value of leaving in t less its cost), switching cost c_it (yen), staff f_i (FTE in the year of
the exit), capacity of staff S_t (FTE), of each present vendor's hand-overs M_vt (exits a year), budget B_t (yen).
Variables: x_it ∈ {0, 1}, system i leaves in year t.
Objective: max Σ w_it x_it.  Constraints: Σ_t x_it ≤ 1;  Σ_i f_i x_it ≤ S_t;  Σ_{i: v(i)=v} x_it ≤ M_vt;  Σ_i c_it x_it ≤ B_t.
A multi-dimensional knapsack with a choice of year (PuLP, HiGHS): bound and gap are printed, prices of the capacities come from its linear relaxation.
Leaves out: uncertainty after today (each w_it may come from optimal_exit), work spread over more than the exit year, links between systems.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import pandas as pd
import pulp

from dxmodels.errors import ModelError
from dxmodels.money import format_rate, format_yen
from dxmodels.solver import OPTIMAL, Effort, SolveReport, solve

CANDIDATE_COLUMNS = ("system_id", "exit_fy", "value_yen", "switching_yen", "exit_fte", "vendor_id")
_CAPACITY_COLUMNS = ("resource", "fiscal_year", "used_value", "capacity_value")
_NOTHING_TO_SOLVE = SolveReport(OPTIMAL, 0.0, 0.0, 0.0, 0.0, 0, np.zeros(0), np.zeros(0), np.zeros(0))
_Key = TypeVar("_Key")
_PER_MILLION = 1e6  # money enters the model in 百万円, so that the solver's tolerances mean the same everywhere


@dataclass(frozen=True, eq=False)
class ExitPlan:
    """Exit year of every system (blank = stays), use of every capacity with the price of one more unit, and what was proven.

    ``years``: system_id, exit_fy, value_yen, switching_yen, exit_fte, vendor_id, best_alone_fy, value_lost_yen (against its own best year). ``capacity``: resource,
    fiscal_year, used_value, capacity_value, shadow_price_yen (value of one more unit in the linear relaxation). ``report``: status, objective, bound, gap, seconds.
    """

    years: pd.DataFrame
    capacity: pd.DataFrame
    report: SolveReport

    def to_frame(self) -> pd.DataFrame:
        """Return the exit year of every system."""
        return self.years.copy()

    @property
    def value_yen(self) -> int:
        """Total value of the plan."""
        return int(self.years["value_yen"].sum())

    @property
    def bound_yen(self) -> float:
        """No plan is worth more than this (proven)."""
        return self.report.bound * _PER_MILLION

    def summary(self) -> str:
        """Return the plan in Japanese: how many leave, what it is worth, what was proven, which capacity binds most."""
        if self.years.empty:
            return "脱却の価値が正になる候補がない（割増の節約では切替費用を取り戻せない）。"
        leaving = int(self.years["exit_fy"].notna().sum())
        binding = self.capacity.sort_values("shadow_price_yen", ascending=False).head(1)
        tight = ""
        if len(binding) and float(binding["shadow_price_yen"].iloc[0]) > 0:
            price = format_yen(float(binding["shadow_price_yen"].iloc[0]))
            tight = f"最も効いている制約は {binding['resource'].iloc[0]}（{int(binding['fiscal_year'].iloc[0])}年度）で、1単位増やすと約 {price} の価値。"
        return (
            f"{len(self.years)} システムのうち {leaving} が期間内に脱却し、価値の合計は {format_yen(self.value_yen)}。"
            f"{self.report.status_ja}、上界 {format_yen(self.bound_yen)}、ギャップ {format_rate(self.report.gap, decimals=2)}、{self.report.seconds:.1f}秒。{tight}"
        )


def plan_exits(
    candidates: pd.DataFrame,
    *,
    staff_fte: Mapping[int, float] | None = None,
    vendor_exits: Mapping[tuple[str, int], float] | None = None,
    budget_yen: Mapping[int, float] | None = None,
    effort: Effort | None = None,
) -> ExitPlan:
    """Return the plan of greatest value; ``candidates`` has one row a system and open year (CANDIDATE_COLUMNS; exit_fte and vendor_id may be blank).

    ``staff_fte`` and ``budget_yen`` by fiscal year, ``vendor_exits`` by (vendor_id, fiscal year); None means no limit. Raises ModelError for repeated rows or a year
    without a stated capacity.
    """
    table = _prepare(candidates)
    if table.empty:
        return ExitPlan(
            _years(table, []), pd.DataFrame(columns=[*_CAPACITY_COLUMNS, "shadow_price_yen"]), _NOTHING_TO_SOLVE
        )
    for name, limits in (("職員", staff_fte), ("予算", budget_yen)):
        _require_years(name, limits, table)
    problem, leave, rows = _build(table, staff_fte, vendor_exits, budget_yen)
    report = solve(problem, effort=effort or Effort(gap=1e-4))
    chosen = [row for row, variable in leave.items() if report.has_solution and (variable.varValue or 0) > 0.5]
    years, used = _years(table, chosen), _usage(table, chosen, rows)
    solve(problem, relax=True)
    prices = {name: problem.get_constraint_by_name(name).pi for name in used["name"]}
    used["shadow_price_yen"] = [
        max(0.0, float(prices[name] or 0.0)) * _PER_MILLION / scale
        for name, scale in zip(used["name"], used["scale"], strict=True)
    ]
    return ExitPlan(years, used.drop(columns=["name", "scale"]), report)


def _prepare(candidates: pd.DataFrame) -> pd.DataFrame:
    missing = [name for name in CANDIDATE_COLUMNS if name not in candidates.columns]
    if missing:
        raise ModelError(
            f"脱却候補の表に列 {'、'.join(missing)} がありません。→ {'、'.join(CANDIDATE_COLUMNS)} を用意してください。"
        )
    table = candidates.loc[:, list(CANDIDATE_COLUMNS)].reset_index(drop=True)
    repeated = table.duplicated(["system_id", "exit_fy"])
    if repeated.any():
        row = table[repeated].iloc[0]
        raise ModelError(
            f"脱却候補が重複しています（{row['system_id']}・{row['exit_fy']}年度 など {int(repeated.sum())} 行）。→ 1年度1行にしてください。"
        )
    table["exit_fte"] = table["exit_fte"].astype(float).fillna(0.0)
    for name in ("value_yen", "switching_yen"):
        values = table[name].astype(float)
        if not values.map(math.isfinite).all():
            raise ModelError(
                f"脱却候補の列 {name} に空欄または無限大があります。→ 金額を入れるか、その行を除いてください。"
            )
        table[name] = values
    table["exit_fy"] = table["exit_fy"].astype(int)
    return table


def _require_years(name: str, limits: Mapping[int, float] | None, table: pd.DataFrame) -> None:
    lost = [] if limits is None else sorted(set(table["exit_fy"]) - set(limits))
    if lost:
        raise ModelError(
            f"{name}の上限が {'、'.join(map(str, lost))} 年度にありません。→ 年度ごとの上限を入れるか、上限なし（None）にしてください。"
        )


def _build(
    table: pd.DataFrame,
    staff: Mapping[int, float] | None,
    vendors: Mapping[tuple[str, int], float] | None,
    budget: Mapping[int, float] | None,
) -> tuple[pulp.LpProblem, dict[int, pulp.LpVariable], list[tuple[str, str, int, float, list[int], str, float]]]:
    problem = pulp.LpProblem("exits", pulp.LpMaximize)
    leave = {row: problem.add_variable(f"leave_{row}", cat="Binary") for row in range(len(table))}
    worth = (table["value_yen"] / _PER_MILLION).tolist()
    problem += pulp.lpSum(worth[row] * variable for row, variable in leave.items())
    for number, rows in enumerate(_rows_by(table["system_id"].tolist()).values()):
        problem += pulp.lpSum(leave[row] for row in rows) <= 1, f"once_{number}"
    limits = []
    for number, (resource, year, limit, rows, column, scale) in enumerate(_limits(table, staff, vendors, budget)):
        name = f"capacity_{number}"
        weights = [1.0] * len(rows) if column == "" else (table[column].iloc[rows] / scale).tolist()
        problem += (
            pulp.lpSum(weight * leave[row] for weight, row in zip(weights, rows, strict=True)) <= limit / scale,
            name,
        )
        limits.append((name, resource, year, limit, rows, column, scale))
    return problem, leave, limits


def _limits(
    table: pd.DataFrame,
    staff: Mapping[int, float] | None,
    vendors: Mapping[tuple[str, int], float] | None,
    budget: Mapping[int, float] | None,
) -> list[tuple[str, int, float, list[int], str, float]]:
    found: list[tuple[str, int, float, list[int], str, float]] = []
    for year, rows in _rows_by(table["exit_fy"].tolist()).items():
        if staff is not None:
            found.append(("職員（人）", year, float(staff[year]), rows, "exit_fte", 1.0))
        if budget is not None:
            found.append(("予算（円）", year, float(budget[year]), rows, "switching_yen", _PER_MILLION))
    keys = list(zip(table["vendor_id"].astype(str), table["exit_fy"].tolist(), strict=True))
    for (vendor, year), rows in _rows_by(keys).items():
        if vendors is not None and (vendor, year) in vendors:
            found.append((f"事業者 {vendor}（件）", year, float(vendors[vendor, year]), rows, "", 1.0))
    return found


def _rows_by(keys: Sequence[_Key]) -> dict[_Key, list[int]]:
    rows: dict[_Key, list[int]] = {}
    for row, key in enumerate(keys):
        rows.setdefault(key, []).append(row)
    return rows


def _years(table: pd.DataFrame, chosen: list[int]) -> pd.DataFrame:
    best = table.loc[table.groupby("system_id")["value_yen"].idxmax()].set_index("system_id")
    picked = table.loc[chosen].set_index("system_id")
    out = picked.reindex(pd.Index(table["system_id"].drop_duplicates(), name="system_id"))
    out["exit_fy"] = out["exit_fy"].astype("Int64")
    out[["value_yen", "switching_yen", "exit_fte"]] = out[["value_yen", "switching_yen", "exit_fte"]].fillna(0.0)
    alone = best["value_yen"].reindex(out.index).clip(lower=0.0)
    out["best_alone_fy"] = best["exit_fy"].reindex(out.index).where(alone > 0).astype("Int64")
    out["value_lost_yen"] = alone - out["value_yen"]
    return out.reset_index()


def _usage(
    table: pd.DataFrame, chosen: list[int], limits: list[tuple[str, str, int, float, list[int], str, float]]
) -> pd.DataFrame:
    rows = []
    for name, resource, year, limit, members, column, scale in limits:
        inside = [row for row in members if row in set(chosen)]
        used = float(len(inside)) if column == "" else float(table.loc[inside, column].sum())
        rows.append((name, scale, resource, year, used, limit))
    return pd.DataFrame(rows, columns=["name", "scale", *_CAPACITY_COLUMNS])
