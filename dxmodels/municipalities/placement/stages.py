"""In which order are the objectives met, and how far is each proven?

Year by year, since help of a year cannot be given in another: largest share of the least-served municipality, so that near and large places do
not crowd out far and small ones; fewest days not given; fewest experts; least travel. Each is kept
while the next is improved. Years are tied by restationing alone: all years are then solved together with the years' own results kept. The proven
least travel of each year enters as a valid inequality, which closes the bound (a year's integer hull; cf. Dantzig & Wolfe 1960).
What fairness costs in days is solved too: days given if nobody's share were looked after.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd
import pulp

from dxmodels.errors import ModelError
from dxmodels.municipalities.placement.model import PEOPLE, SHARE, TRAVEL, UNMET, Need, PlacementModel
from dxmodels.municipalities.placement.rules import PlacementRules
from dxmodels.solver import FEASIBLE, SolveReport, relative_gap

STAGES_JA = {
    SHARE: "最も少ない団体の充足率（最も低い年度）",
    UNMET: "応じられない日数",
    PEOPLE: "配置する人数（のべ人・年）",
    TRAVEL: "移動と配置替えの日数",
}
_YEARLY = (SHARE, UNMET, PEOPLE, TRAVEL)
_KEPT_TOLERANCE = 1e-6
_WHOLE_TOLERANCE = 1e-4


@dataclass(frozen=True, eq=False)
class YearStages:
    """One year's model after its objectives, each objective's report, and days not given if fairness were left aside."""

    model: PlacementModel
    reports: Mapping[str, SolveReport]
    free_unmet_days: float


def solve_year(
    days: Mapping[Need, float],
    experts: Mapping[int, int],
    distance: pd.DataFrame,
    places: Sequence[str],
    rules: PlacementRules,
) -> YearStages:
    """Solve one year's objectives in turn."""
    model = PlacementModel(days, experts, distance, places, rules)
    year = model.years[0]
    free = _solved(model, model.objective(UNMET, year), rules.year_gap, warm=False)
    reports: dict[str, SolveReport] = {}
    for name in _YEARLY:
        reports[name] = _solved(model, model.objective(name, year), rules.year_gap, warm=True)
        if name != TRAVEL:
            keep(model, name, year, reports[name].objective)
    return YearStages(model, reports, free.objective)


def join_years(
    years: Mapping[int, YearStages],
    days: Mapping[Need, float],
    experts: Mapping[int, int],
    distance: pd.DataFrame,
    places: Sequence[str],
    rules: PlacementRules,
) -> tuple[PlacementModel, SolveReport]:
    """Keep each year's results and make travel and restationing of all years least; return model and report."""
    model = PlacementModel(days, experts, distance, places, rules)
    travel = model.restationing()
    for year, stages in years.items():
        for name in (SHARE, UNMET, PEOPLE):
            keep(model, name, year, stages.reports[name].objective)
        travel += model.objective(TRAVEL, year)
        model.problem += model.objective(TRAVEL, year) >= stages.reports[TRAVEL].bound - _KEPT_TOLERANCE
    model.start_from({year: stages.model for year, stages in years.items()})
    return model, _solved(model, travel, rules.gap, warm=True)


def keep(model: PlacementModel, name: str, year: int, value: float) -> None:
    """Hold a year's objective at the value found; the days given say how many experts there must be at least (a valid cut)."""
    model.problem += model.objective(name, year) <= value + _KEPT_TOLERANCE
    if name == UNMET:
        given = sum(days for (_, at), days in model.days.items() if at == year) - value
        fewest = math.ceil(given / model.rules.working_days - _WHOLE_TOLERANCE)
        model.problem += model.objective(PEOPLE, year) >= fewest


def stage_table(years: Mapping[int, YearStages], joined: SolveReport) -> pd.DataFrame:
    """Return one row an objective: the lowest year's share, sums over the years, travel with restationing; each with bound and gap."""
    rows = [_summed(name, [stages.reports[name] for stages in years.values()]) for name in (SHARE, UNMET, PEOPLE)]
    return pd.DataFrame([*rows, _row(TRAVEL, joined.objective, joined.bound, joined.gap, [joined])])


def _solved(model: PlacementModel, objective: pulp.LpAffineExpression, gap: float, *, warm: bool) -> SolveReport:
    report = model.solved(objective, gap=gap, warm=warm)
    if not report.has_solution:
        raise ModelError(
            "共同人材の配置が見つかりませんでした。計算の上限を増やすか、最適性ギャップを大きくしてください。"
        )
    return report


def _summed(name: str, reports: list[SolveReport]) -> dict[str, object]:
    if name == SHARE:
        lowest = max(reports, key=lambda report: report.objective)  # the objective is minus the share
        return _row(name, -lowest.objective, -lowest.bound, max(report.gap for report in reports), reports)
    objective, bound = (sum(getattr(report, part) for report in reports) for part in ("objective", "bound"))
    gap = 0.0 if abs(objective) <= _KEPT_TOLERANCE else relative_gap(objective, bound)
    return _row(name, objective, bound, gap, reports)


def _row(name: str, objective: float, bound: float, gap: float, reports: list[SolveReport]) -> dict[str, object]:
    worst = next((report for report in reports if report.status == FEASIBLE), reports[0])
    return {
        "stage_id": name, "stage_ja": STAGES_JA[name], "objective": objective, "bound": bound, "gap": gap, "status_ja": worst.status_ja,
        "seconds": sum(report.seconds for report in reports), "nodes_count": sum(report.nodes for report in reports),
    }  # fmt: skip
