"""How hard may HiGHS try, and what may be claimed about what it gives back?"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import highspy
import numpy as np
import numpy.typing as npt

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


def relative_gap(objective: float, bound: float) -> float:
    """Return |objective − bound| / max(|objective|, 1e-9), the gap every exhibit prints (0 where both agree)."""
    if not (math.isfinite(objective) and math.isfinite(bound)):
        return math.inf
    return abs(objective - bound) / max(abs(objective), 1e-9)


def new_engine(effort: Effort) -> Any:
    """Return HiGHS with the options of an effort."""
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


def report_of(engine: Any, is_mip: bool, effort: Effort, seconds: float) -> SolveReport:
    """Return what HiGHS has found as a report: status, objective, bound, gap, duals."""
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


def require(status: Any, problem: str) -> None:
    """Raise ModelError with ``problem`` unless HiGHS accepted the call."""
    if status == highspy.HighsStatus.kError:
        raise ModelError(f"求解器が{problem}。係数に NaN や無限大がないか確認してください。")
