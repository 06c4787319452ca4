"""How is a PuLP problem solved, and what may be claimed about the answer?

The only file that knows a solver. PuLP says "Optimal" when a time limit was hit, so nothing here repeats that word: a
``SolveReport`` carries status, objective, best bound, gap and seconds as HiGHS states them, and every exhibit prints them.
Reports meant to be reproduced stop on gap, nodes or iterations; seconds are for exploring. One thread, fixed seed.

PuLP's own hand-over to HiGHS goes row by row (20-30 s for 100,000 rows); here the problem is turned into arrays once and passed whole.
Solver: HiGHS (Huangfu & Hall 2018, Mathematical Programming Computation 10, 119-142).
"""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import highspy
import numpy as np
import numpy.typing as npt
import pulp
from scipy import sparse

from dxmodels.errors import ModelError

Floats = npt.NDArray[np.float64]

OPTIMAL = "optimal"  # proven within the asked gap
FEASIBLE = "feasible"  # a solution, stopped by a limit before the asked gap
INFEASIBLE = "infeasible"
UNBOUNDED = "unbounded"
NO_SOLUTION = "no_solution"  # stopped by a limit before any solution was found

STATUS_JA = {
    OPTIMAL: "最適（指定した最適性ギャップ以内を証明）",
    FEASIBLE: "実行可能（上限到達のため打切り。最適とは限らない）",
    INFEASIBLE: "実行不能",
    UNBOUNDED: "非有界",
    NO_SOLUTION: "解なし（上限到達）",
}

_NO_WAY = (highspy.HighsModelStatus.kInfeasible, highspy.HighsModelStatus.kUnboundedOrInfeasible)


@dataclass(frozen=True)
class Effort:
    """How hard to try: relative gap to stop at, node and iteration limits, and (for exploring only) seconds.

    A run limited by ``seconds`` depends on the machine and is not reproducible; leave it None in reports.
    """

    gap: float = 1e-6
    nodes: int | None = None
    iterations: int | None = None
    seconds: float | None = None
    threads: int = 1
    seed: int = 0

    def __post_init__(self) -> None:
        """Refuse values outside their range, naming value, range and cure."""
        if not 0.0 <= self.gap < 1.0:
            raise ModelError(f"最適性ギャップ {self.gap} は 0 以上 1 未満にしてください（例：0.001）。")
        for name, value in (
            ("nodes", self.nodes),
            ("iterations", self.iterations),
            ("seconds", self.seconds),
        ):
            if value is not None and value <= 0:
                raise ModelError(f"計算量の上限 {name}={value} は正の数にしてください。")
        if self.threads < 1:
            raise ModelError(f"スレッド数 {self.threads} は 1 以上にしてください。")


@dataclass(frozen=True, eq=False)
class SolveReport:
    """What the solver found and what it proved; objective and bound are in the problem's own sense and unit."""

    status: str
    objective: float
    bound: float
    gap: float
    seconds: float
    nodes: int
    values: Floats = field(repr=False)
    row_duals: Floats = field(repr=False)
    reduced_costs: Floats = field(repr=False)
    solver: str = "HiGHS"

    @property
    def has_solution(self) -> bool:
        """True where ``values`` is a feasible solution."""
        return self.status in (OPTIMAL, FEASIBLE)

    @property
    def status_ja(self) -> str:
        """The status in Japanese, as exhibits print it."""
        return STATUS_JA[self.status]


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
    engine = _engine(effort)
    _require(engine.passModel(_highs_model(problem)), "モデルを受け付けません")
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
    return _report(engine, bool(problem.integer.any()), effort, time.perf_counter() - began)


class GrowingLp:
    """An LP that grows by rows and columns and is solved again from its last basis: the master of a column generation.

    Columns are added after the rows they stand in; a minimisation. ``solve`` returns the duals of all rows in order of arrival
    (positive where more right-hand side would raise the cost).
    """

    def __init__(self, *, effort: Effort | None = None) -> None:
        self._effort = effort or Effort()
        self._engine = _engine(self._effort)
        self.n_rows = 0
        self.n_columns = 0

    def add_rows(self, matrix: sparse.csr_matrix, lower: Floats, upper: Floats) -> int:
        """Append rows over the columns present; returns the position of the first."""
        rows = matrix.tocsr()
        starts, index = rows.indptr[:-1].astype(np.int32), rows.indices.astype(np.int32)
        status = self._engine.addRows(len(lower), lower, upper, rows.nnz, starts, index, rows.data.astype(float))
        _require(status, "行を受け付けません")
        first, self.n_rows = self.n_rows, self.n_rows + len(lower)
        return first

    def add_columns(self, matrix: sparse.csc_matrix, cost: Floats, upper: Floats) -> int:
        """Append columns (0 ≤ x ≤ upper) over the rows present; returns the position of the first."""
        columns = matrix.tocsc()
        starts, index = columns.indptr[:-1].astype(np.int32), columns.indices.astype(np.int32)
        lower = np.zeros(len(cost))
        status = self._engine.addCols(
            len(cost), cost, lower, upper, columns.nnz, starts, index, columns.data.astype(float)
        )
        _require(status, "列を受け付けません")
        first, self.n_columns = self.n_columns, self.n_columns + len(cost)
        return first

    def set_costs(self, columns: npt.NDArray[np.int64], cost: Floats) -> None:
        """Change the costs of columns; the next ``solve`` starts from the last basis."""
        status = self._engine.changeColsCost(len(columns), columns.astype(np.int32), cost.astype(float))
        _require(status, "費用を変えられません")

    def set_row_upper(self, rows: npt.NDArray[np.int64], upper: Floats) -> None:
        """Change the right-hand sides of ≤ rows; infinity switches a row off."""
        for row, limit in zip(rows.tolist(), upper.tolist(), strict=True):
            _require(self._engine.changeRowBounds(row, -math.inf, limit), "行の限度を変えられません")

    def solve(self) -> SolveReport:
        """Solve as it stands, warm from the last basis."""
        began = time.perf_counter()
        self._engine.run()
        report = _report(self._engine, False, self._effort, time.perf_counter() - began)
        if report.status != NO_SOLUTION or self._effort.seconds is not None or self._effort.iterations is not None:
            return report
        # Amounts of a billion and more can end a warm run without an answer; a cold one without presolve finds it.
        self._engine.clearSolver()
        self._engine.setOptionValue("presolve", "off")
        self._engine.run()
        self._engine.setOptionValue("presolve", "choose")
        return _report(self._engine, False, self._effort, time.perf_counter() - began)


def relative_gap(objective: float, bound: float) -> float:
    """Return |objective − bound| / max(|objective|, 1e-9), the gap every exhibit prints (0 where both agree)."""
    if not (math.isfinite(objective) and math.isfinite(bound)):
        return math.inf
    return abs(objective - bound) / max(abs(objective), 1e-9)


def _engine(effort: Effort) -> Any:
    engine = highspy.Highs()
    options: dict[str, Any] = {
        "output_flag": False,
        "threads": effort.threads,
        "parallel": "off" if effort.threads == 1 else "on",
        "random_seed": effort.seed % (2**31 - 1),
        "mip_rel_gap": effort.gap,
        "mip_abs_gap": 0.0,
    }
    if effort.nodes is not None:
        options["mip_max_nodes"] = effort.nodes
    if effort.iterations is not None:
        options["simplex_iteration_limit"] = effort.iterations
        options["ipm_iteration_limit"] = effort.iterations
    if effort.seconds is not None:
        options["time_limit"] = float(effort.seconds)
    for name, value in options.items():
        engine.setOptionValue(name, value)
    return engine


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


def _report(engine: Any, is_mip: bool, effort: Effort, seconds: float) -> SolveReport:
    info, solution = engine.getInfo(), engine.getSolution()
    feasible = info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible
    model_status = engine.getModelStatus()
    objective = info.objective_function_value if feasible else math.inf
    if is_mip:
        bound = info.mip_dual_bound
    else:
        bound = objective if model_status == highspy.HighsModelStatus.kOptimal else -math.inf
    gap = relative_gap(objective, bound)
    empty = np.zeros(0)
    return SolveReport(
        status=_status(model_status, feasible, gap, effort),
        objective=objective,
        bound=bound,
        gap=gap,
        seconds=seconds,
        nodes=max(0, int(info.mip_node_count)) if is_mip else 0,
        values=np.array(solution.col_value) if feasible else empty,
        row_duals=np.array(solution.row_dual) if feasible else empty,
        reduced_costs=np.array(solution.col_dual) if feasible else empty,
    )


def _status(model_status: Any, feasible: bool, gap: float, effort: Effort) -> str:
    statuses = highspy.HighsModelStatus
    if model_status == statuses.kInfeasible:
        return INFEASIBLE
    if model_status in (statuses.kUnbounded, statuses.kUnboundedOrInfeasible):
        return UNBOUNDED if model_status == statuses.kUnbounded else INFEASIBLE
    if not feasible:
        return NO_SOLUTION
    # HiGHS says "optimal" once its own gap rule holds; it is repeated only where the bound really proves it.
    return OPTIMAL if gap <= effort.gap + 1e-9 else FEASIBLE


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


def _require(status: Any, problem: str) -> None:
    if status == highspy.HighsStatus.kError:
        raise ModelError(f"求解器が{problem}。係数に NaN や無限大がないか確認してください。")
