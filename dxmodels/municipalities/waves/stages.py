"""In which order are the objectives of the calendar met, and how far is each proven?

Late systems first; then, where systems may stay, those that do not move within the years (searched at the root only: its bound is
printed, proving it takes far longer than everything else and decides no deadline); then cost; then, where nothing is late and
more cost is allowed for it, the most systems that go live in one year. Each objective is kept (at the value found) while the next is
improved, and reports its own bound, gap, nodes and seconds.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace

import pandas as pd
import pulp

from dxmodels.municipalities.waves.fill import fill_room
from dxmodels.municipalities.waves.model import MILLION, WaveModel
from dxmodels.municipalities.waves.problem import WaveProblem
from dxmodels.solver import Effort, SolveReport, solve

LATE, UNMOVED, COST, PEAK = "late", "unmoved", "cost", "peak"
STAGES_JA = {
    LATE: "計画上の期限に遅れるシステム数",
    UNMOVED: "期間内に終わらないシステム数",
    COST: "総費用（円）",
    PEAK: "1年に稼働するシステム数の最大",
}
_COUNT_TOLERANCE = 1e-6
_NONE_LATE = 0.5
_LEVELLING_GAP = 0.1  # evenness is a courtesy: its bound is printed, but no hour is spent on proving it
_LEVELLING = Effort(gap=_LEVELLING_GAP, nodes=1)
ASKED = (LATE, COST)  # the objectives whose gap the plan answers for


def solve_stages(problem: WaveProblem, model: WaveModel) -> tuple[pd.DataFrame, SolveReport]:
    """Solve the objectives in turn, each kept while the next is improved; return one row a stage and the report of the last one solved.

    A row: stage_id, stage_ja, objective, bound, gap, status_ja, seconds, nodes_count. Stops at the first stage without a solution.
    """
    rules, rows = problem.rules, []
    left = [LATE, COST] if rules.must_finish else [LATE, UNMOVED, COST]
    usual = Effort(gap=rules.gap, nodes=rules.nodes, seconds=rules.seconds)
    special = {PEAK: _LEVELLING, UNMOVED: replace(usual, nodes=1)}
    for name in left:
        expression = _objective(name, problem, model)
        model.problem.setObjective(expression)
        report = solve(model.problem, effort=special.get(name, usual), warm=name != LATE)
        rows.append(_stage(name, report, MILLION if name == COST else 1))
        if not report.has_solution:
            break
        allowed = 1.0 + (rules.levelling_share if name == COST else 0.0)
        limit = report.objective * allowed + _COUNT_TOLERANCE
        model.problem.addConstraint(expression <= limit, f"keep_{name}")
        if name == LATE and not rules.must_finish:
            fill_room(problem, model)
        if name == LATE and rules.levelling_share > 0 and report.objective < _NONE_LATE:
            left.append(PEAK)
    return pd.DataFrame(rows), report


def _objective(name: str, problem: WaveProblem, model: WaveModel) -> pulp.LpAffineExpression:
    if name in (LATE, COST):
        return model.late if name == LATE else model.cost
    return _unmoved(problem, model) if name == UNMOVED else _peak(problem, model)


def _unmoved(problem: WaveProblem, model: WaveModel) -> pulp.LpAffineExpression:
    terms = [(variable, -len(problem.units[number].members)) for (number, _), variable in model.goes_live.items()]
    return pulp.LpAffineExpression(terms, constant=len(problem.systems))


def _peak(problem: WaveProblem, model: WaveModel) -> pulp.LpAffineExpression:
    """Most systems that go live in one year."""
    peak = pulp.LpVariable("peak", lowBound=0)
    by_year: dict[int, list[tuple[pulp.LpVariable, int]]] = defaultdict(list)
    for (number, year), variable in model.goes_live.items():
        by_year[year].append((variable, len(problem.units[number].members)))
    for year, terms in by_year.items():
        model.problem.addConstraint(pulp.LpAffineExpression([*terms, (peak, -1)]) <= 0, f"peak_{year}")
    # the calendar found so far is a start for this stage too, with its own peak
    held = [sum(size * (variable.varValue or 0.0) for variable, size in terms) for terms in by_year.values()]
    peak.setInitialValue(max(held), check=False)
    return pulp.LpAffineExpression([(peak, 1)])


def _stage(name: str, report: SolveReport, scale: int) -> dict[str, object]:
    return {
        "stage_id": name,
        "stage_ja": STAGES_JA[name],
        "objective": report.objective * scale,
        "bound": report.bound * scale,
        "gap": report.gap,
        "status_ja": report.status_ja,
        "seconds": report.seconds,
        "nodes_count": report.nodes,
    }
