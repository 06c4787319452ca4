"""Which system of which municipality moves in which year, so that the fewest are late, and then at the least cost?

The model is in ``model``, the tables it reads in ``problem``, what happens where no calendar satisfies every limit in ``conflict``.
The result's ``load`` has the shape of the case's capacity table, so that exits, bundles and the roadmap planned after it can take its
years as given.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from dxmodels.errors import ModelError
from dxmodels.fiscal import era_year
from dxmodels.money import format_rate, format_yen
from dxmodels.municipalities.waves.conflict import WaveConflict, WaveInfeasibleError, find_conflict
from dxmodels.municipalities.waves.model import MILLION, WaveModel, build_model
from dxmodels.municipalities.waves.problem import EXPERT, POOL, STAFF, WaveProblem, build_problem, name_ja
from dxmodels.municipalities.waves.rules import WaveRules
from dxmodels.municipalities.waves.stages import ASKED, COST, LATE, PEAK, UNMOVED, solve_stages

_ROUNDING_TOLERANCE = 1e-7
_PRINTED = (
    "name_ja", "task_ja", "special_support_reason_ja", "staff_fte",
    "deadline_fy", "statutory_deadline_fy", "go_live_fy", "is_late",
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class WavePlan:
    """The calendar: one row a system (``table``), what it uses (``load``), shared experts by municipality and year (``experts``).

    ``stages``: objective, bound, gap and seconds of late systems and then of cost. ``unlimited``: holders without a row of capacity.
    """

    table: pd.DataFrame
    load: pd.DataFrame
    experts: pd.DataFrame
    stages: pd.DataFrame
    cost_yen: float
    rules: WaveRules
    unlimited: tuple[str, ...]

    @property
    def late_count(self) -> int:
        """Systems that go live after their deadline, or not within the years."""
        return int(self.table["is_late"].sum())

    @property
    def unmoved_count(self) -> int:
        """Systems that do not move within the years."""
        return int(self.table["go_live_fy"].isna().sum())

    @property
    def gap(self) -> float:
        """The largest gap of the objectives asked for: late systems and cost (the others print their bound)."""
        return float(self.stages.loc[self.stages["stage_id"].isin(ASKED), "gap"].max())

    def stage(self, stage_id: str) -> pd.Series:
        """Return the row of one stage (late, unmoved, cost or peak)."""
        return self.stages[self.stages["stage_id"] == stage_id].iloc[0]

    def matrix(self) -> pd.DataFrame:
        """Return systems going live by municipality (rows) and fiscal year (columns); the last column is those not within the years."""
        years = self.table["go_live_fy"].astype("Int64")
        counts = pd.crosstab(self.table["municipality_code"], years.fillna(0))
        found = counts.reindex(columns=[*self.rules.years, 0], fill_value=0).rename(columns={0: "unmoved_count"})
        return found.reset_index()

    def to_frame(self) -> pd.DataFrame:
        """Return one row a system, by year of going live; without codes where the moves give names (all columns stand in ``table``)."""
        rows = self.table.sort_values(["go_live_fy", "municipality_code"], kind="stable", ignore_index=True)
        named = [name for name in _PRINTED if name in rows]
        return rows[named] if {"name_ja", "task_ja"} <= set(named) else rows

    def summary(self) -> str:
        """Return the headline sentences (Japanese), the answer first."""
        text = f"残る {len(self.table)} システムは" + self._outcome_ja()
        late, cost = self.stage(LATE), self.stage(COST)
        if self.late_count:
            text += f"遅れを {late['bound']:.0f} システムより減らせないことは証明済み。"
        proven = max(0.0, float(cost["objective"]) - float(cost["bound"]))
        least = (
            "これより安い計画がないことは証明済み"
            if proven < MILLION
            else f"真の最小との差は最大でも{format_yen(proven)}"
        )
        text += (
            f"期間の総費用は{format_yen(self.cost_yen, '億円')}（費用だけで決めた場合は{format_yen(float(cost['objective']), '億円')}で、"
            f"{least}、最適性ギャップ {format_rate(float(cost['gap']), decimals=2)}）。"
        )
        if PEAK in set(self.stages["stage_id"]):
            text += f"費用を{format_rate(self.rules.levelling_share)}まで上乗せして年ごとの偏りをならし、1年に稼働するのは最大 {self.stage(PEAK)['objective']:.0f} システム。"
        if self.unlimited:
            text += f"能力の表に行がない {len(self.unlimited)} 者は制限なしとした。"
        return text

    def _outcome_ja(self) -> str:
        last = era_year(self.rules.years[-1])
        if not self.late_count:
            done = era_year(int(self.table["go_live_fy"].max()))
            return f"{done}までにすべて移せ、計画上の期限に遅れるものはない。"
        if not self.unmoved_count:
            return f"{last}までにすべて移せるが、{self.late_count} が計画上の期限に遅れる。"
        least = self.stage(UNMOVED)["bound"] if UNMOVED in set(self.stages["stage_id"]) else 0
        return (
            f"{self.late_count} が計画上の期限に遅れ、うち {self.unmoved_count} は{last}までに終わらない"
            f"（終わらないものは少なくとも {least:.0f}）。"
        )


def plan_waves(
    moves: pd.DataFrame,
    capacity: pd.DataFrame,
    *,
    rules: WaveRules,
    costs: pd.DataFrame | None = None,
    reserved: pd.DataFrame | None = None,
    ignore: tuple[str, ...] = (),
) -> WavePlan:
    """Return the calendar with the fewest late systems and, among those, the least cost (tables: see ``problem``).

    ``ignore``: kinds of capacity that do not limit it (e.g. to see what staff it would need). Raises InputError with every fault of the
    tables, WaveInfeasibleError naming the clashing limits and the cheapest relaxation where no calendar satisfies all of them.
    """
    problem = build_problem(moves, capacity, rules=rules, costs=costs, reserved=reserved, ignore=ignore)
    found = _solved(problem)
    if isinstance(found, WaveConflict):
        raise WaveInfeasibleError(found)
    return found


def plan_waves_or_explain(
    moves: pd.DataFrame,
    capacity: pd.DataFrame,
    *,
    rules: WaveRules,
    costs: pd.DataFrame | None = None,
    reserved: pd.DataFrame | None = None,
) -> WavePlan | WaveConflict:
    """Return the calendar, or, where there is none, which limits clash and what loosening them costs (a result like any other)."""
    return _solved(build_problem(moves, capacity, rules=rules, costs=costs, reserved=reserved))


def _solved(problem: WaveProblem) -> WavePlan | WaveConflict:
    if problem.rules.must_finish and any(not unit.options for unit in problem.units):
        return find_conflict(problem)
    model = build_model(problem)
    stages, report = solve_stages(problem, model)
    if report.has_solution:
        return _plan(problem, model, stages)
    if report.status == "infeasible":
        return find_conflict(problem)
    raise ModelError(
        "計算の上限までに移行計画が見つかりませんでした。nodes・seconds を増やすか、gap を大きくしてください。"
    )


def _plan(problem: WaveProblem, model: WaveModel, stages: pd.DataFrame) -> WavePlan:
    chosen: dict[int, int] = {
        unit: year
        for (unit, year), variable in model.goes_live.items()
        if variable.varValue and variable.varValue > 0.5
    }
    table = problem.systems.copy()
    live = pd.Series(pd.NA, index=table.index, dtype="Int64")
    for number, unit in enumerate(problem.units):
        live.loc[list(unit.members)] = chosen.get(number, pd.NA)
    deadline = table["deadline_fy"].astype("Int64")
    table["go_live_fy"] = live
    staying_is_late = deadline <= problem.rules.years[-1]
    table["is_late"] = (live > deadline).fillna(staying_is_late).astype(bool)
    table["late_years"] = (live - deadline).clip(lower=0)
    experts = _experts(model)
    return WavePlan(
        table=table,
        load=_load(problem, chosen, experts),
        experts=experts,
        stages=stages,
        cost_yen=_cost(problem, chosen, experts),
        rules=problem.rules,
        unlimited=tuple(name_ja(resource, problem.names) for resource in problem.unlimited),
    )


def _cost(problem: WaveProblem, chosen: dict[int, int], experts: pd.DataFrame) -> float:
    moves = sum(problem.costs[number, chosen.get(number)] for number in range(len(problem.units)))
    return moves + problem.rules.expert_fte_yen * float(experts["expert_fte"].sum())


def _experts(model: WaveModel) -> pd.DataFrame:
    rows = [
        {"municipality_code": place, "fiscal_year": year, "expert_fte": float(variable.varValue)}
        for (place, year), variable in model.experts.items()
        if variable.varValue is not None and variable.varValue > _ROUNDING_TOLERANCE
    ]
    return pd.DataFrame(rows, columns=["municipality_code", "fiscal_year", "expert_fte"])


def _load(problem: WaveProblem, chosen: dict[int, int], experts: pd.DataFrame) -> pd.DataFrame:
    """Used and left capacity of every limited resource and year; staff carries what experts do not."""
    used = dict.fromkeys(problem.capacity, 0.0)
    for resource, year, unit, option, amount in problem.usage():
        if chosen.get(unit) == option:
            used[resource, year] += amount
    for row in experts.itertuples():
        place, year, amount = str(row.municipality_code), int(str(row.fiscal_year)), float(str(row.expert_fte))
        used[(STAFF, place), year] -= amount
        used[(EXPERT, POOL), year] += amount
    rows = [
        {
            "capacity_kind": kind,
            "holder_id": problem.pool_holder if holder == POOL else holder,
            "fiscal_year": year,
            "used_fte": round(amount, 9),
            "capacity_fte": problem.given[(kind, holder), year],
            "left_fte": round(problem.capacity[(kind, holder), year] - amount, 9),
        }
        for ((kind, holder), year), amount in used.items()
    ]
    return pd.DataFrame(rows).assign(used_share=lambda table: _share(table))


def _share(table: pd.DataFrame) -> pd.Series:
    free = (table["used_fte"] + table["left_fte"]).to_numpy(dtype=float)
    return pd.Series(np.divide(table["used_fte"], free, out=np.zeros(len(table)), where=free > 0), index=table.index)
