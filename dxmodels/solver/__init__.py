"""How is a PuLP problem solved, and what may be claimed about the answer?

The only place that knows a solver. PuLP says "Optimal" when a time limit was hit, so nothing here repeats that word: a
``SolveReport`` carries status, objective, best bound, gap and seconds as HiGHS states them, and every exhibit prints them.
Reports meant to be reproduced stop on gap, nodes or iterations; seconds are for exploring. One thread, fixed seed.

PuLP's own hand-over to HiGHS goes row by row (20-30 s for 100,000 rows); here the problem is turned into arrays once and passed whole.
Solver: HiGHS (Huangfu & Hall 2018, Mathematical Programming Computation 10, 119-142).
"""

from __future__ import annotations

from dxmodels.solver.engine import (
    FEASIBLE,
    INFEASIBLE,
    NO_SOLUTION,
    OPTIMAL,
    STATUS_JA,
    UNBOUNDED,
    Effort,
    SolveReport,
    relative_gap,
)
from dxmodels.solver.growing import GrowingLp
from dxmodels.solver.solving import LinearProblem, solve, solve_arrays

__all__ = [
    "FEASIBLE",
    "INFEASIBLE",
    "NO_SOLUTION",
    "OPTIMAL",
    "STATUS_JA",
    "UNBOUNDED",
    "Effort",
    "GrowingLp",
    "LinearProblem",
    "SolveReport",
    "relative_gap",
    "solve",
    "solve_arrays",
]
