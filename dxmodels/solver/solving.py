"""How is a PuLP problem, or a problem given as arrays, solved once?"""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import highspy
import numpy as np
import numpy.typing as npt
import pulp
from scipy import sparse

from dxmodels.solver.engine import Effort, Floats, SolveReport, new_engine, report_of, require

_NO_WAY = (highspy.HighsModelStatus.kInfeasible, highspy.HighsModelStatus.kUnboundedOrInfeasible)


@dataclass(frozen=True, eq=False)
class LinearProblem:
    """A mixed-integer problem as arrays: min cost·x, row_lower ≤ A x ≤ row_upper, lower ≤ x ≤ upper, x integer where marked."""

    cost: Floats
    matrix: sparse.csr_matrix
    row_lower: Floats
    row_upper: Floats
    lower: Floats
    upper: Floats
    integer: npt.NDArray[np.bool_]
    offset: float = 0.0


def solve(
    problem: pulp.LpProblem, *, effort: Effort | None = None, relax: bool = False, warm: bool = False
) -> SolveReport:
    """Solve a PuLP problem with HiGHS, write the values back to its variables, and report status, bound, gap and seconds.

    ``relax`` drops integrality (the LP relaxation, with duals). ``warm`` begins from the values the variables hold now, e.g. from an
    earlier objective of a lexicographic solve. A maximisation is reported in its own sense.
    Constraint duals are also written to ``constraint.pi``. Never raises for infeasible problems: read ``status``.
    """
    variables = problem.variables()
    sign = -1.0 if problem.sense == pulp.LpMaximize else 1.0
    held = [variable.varValue for variable in variables] if warm else [None]
    start = None if None in held else np.array(held, dtype=float)
    report = solve_arrays(_to_arrays(problem, variables, sign, relax), effort=effort, start=start)
    if report.has_solution:
        for variable, value, reduced in zip(variables, report.values, report.reduced_costs, strict=True):
            variable.varValue = float(value)
            variable.dj = sign * float(reduced)
        for constraint, dual in zip(problem.constraints.values(), report.row_duals, strict=True):
            constraint.pi = sign * float(dual)
    if sign > 0:
        return report
    return _negated(report)


def solve_arrays(
    problem: LinearProblem,
    *,
    effort: Effort | None = None,
    start: Floats | None = None,
) -> SolveReport:
    """Solve a problem given as arrays (minimisation); ``start`` is a feasible solution to begin from."""
    effort = effort or Effort()
    began = time.perf_counter()
    engine = new_engine(effort)
    require(engine.passModel(_highs_model(problem)), "モデルを受け付けません")
    if start is not None:
        solution = highspy.HighsSolution()
        solution.col_value = list(map(float, start))
        engine.setSolution(solution)
    engine.run()
    if engine.getModelStatus() in _NO_WAY:
        # Presolve of this HiGHS has called feasible integer problems infeasible: no "no" is believed that presolve alone has given.
        engine.setOptionValue("presolve", "off")
        engine.clearSolver()
        engine.run()
    return report_of(engine, bool(problem.integer.any()), effort, time.perf_counter() - began)


def _highs_model(problem: LinearProblem) -> Any:
    rows = problem.matrix.tocsr()
    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = len(problem.cost), len(problem.row_lower)
    model.col_cost_, model.col_lower_, model.col_upper_ = problem.cost, problem.lower, problem.upper
    model.row_lower_, model.row_upper_ = problem.row_lower, problem.row_upper
    model.offset_ = problem.offset
    model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    model.a_matrix_.start_ = rows.indptr.astype(np.int32)
    model.a_matrix_.index_ = rows.indices.astype(np.int32)
    model.a_matrix_.value_ = rows.data.astype(np.float64)
    if problem.integer.any():
        kinds = (highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger)
        model.integrality_ = [kinds[int(flag)] for flag in problem.integer]
    return model


def _to_arrays(
    problem: pulp.LpProblem, variables: Sequence[pulp.LpVariable], sign: float, relax: bool
) -> LinearProblem:
    position = {variable: index for index, variable in enumerate(variables)}
    cost = np.zeros(len(variables))
    for variable, coefficient in problem.objective.items():
        cost[position[variable]] = sign * coefficient
    starts, columns, data = [0], [], []
    row_lower, row_upper = [], []
    for constraint in problem.constraints.values():
        columns += [position[variable] for variable in constraint]
        data += constraint.values()
        starts.append(len(columns))
        right = -constraint.constant
        row_lower.append(-math.inf if constraint.sense == pulp.LpConstraintLE else right)
        row_upper.append(math.inf if constraint.sense == pulp.LpConstraintGE else right)
    matrix = sparse.csr_matrix(
        (np.array(data, dtype=float), np.array(columns, dtype=np.int64), np.array(starts, dtype=np.int64)),
        shape=(len(row_lower), len(variables)),
    )
    return LinearProblem(
        cost=cost,
        matrix=matrix,
        row_lower=np.array(row_lower, dtype=float),
        row_upper=np.array(row_upper, dtype=float),
        lower=np.array([-math.inf if v.lowBound is None else v.lowBound for v in variables], dtype=float),
        upper=np.array([math.inf if v.upBound is None else v.upBound for v in variables], dtype=float),
        integer=np.array([v.cat == pulp.LpInteger and not relax for v in variables], dtype=bool),
        offset=sign * float(problem.objective.constant),
    )


def _negated(report: SolveReport) -> SolveReport:
    return SolveReport(
        status=report.status,
        objective=-report.objective,
        bound=-report.bound,
        gap=report.gap,
        seconds=report.seconds,
        nodes=report.nodes,
        values=report.values,
        row_duals=-report.row_duals,
        reduced_costs=-report.reduced_costs,
    )
