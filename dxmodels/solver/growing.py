"""How is a linear programme solved again and again while rows and columns are added to it?"""

from __future__ import annotations

import math
import time

import numpy as np
import numpy.typing as npt
from scipy import sparse

from dxmodels.solver.engine import NO_SOLUTION, Effort, Floats, SolveReport, new_engine, report_of, require


class GrowingLp:
    """An LP that grows by rows and columns and is solved again from its last basis: the master of a column generation.

    Columns are added after the rows they stand in; a minimisation. ``solve`` returns the duals of all rows in order of arrival
    (positive where more right-hand side would raise the cost).
    """

    def __init__(self, *, effort: Effort | None = None) -> None:
        self._effort = effort or Effort()
        self._engine = new_engine(self._effort)
        self.n_rows = 0
        self.n_columns = 0

    def add_rows(self, matrix: sparse.csr_matrix, lower: Floats, upper: Floats) -> int:
        """Append rows over the columns present; returns the position of the first."""
        rows = matrix.tocsr()
        starts, index = rows.indptr[:-1].astype(np.int32), rows.indices.astype(np.int32)
        status = self._engine.addRows(len(lower), lower, upper, rows.nnz, starts, index, rows.data.astype(float))
        require(status, "行を受け付けません")
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
        require(status, "列を受け付けません")
        first, self.n_columns = self.n_columns, self.n_columns + len(cost)
        return first

    def set_costs(self, columns: npt.NDArray[np.int64], cost: Floats) -> None:
        """Change the costs of columns; the next ``solve`` starts from the last basis."""
        status = self._engine.changeColsCost(len(columns), columns.astype(np.int32), cost.astype(float))
        require(status, "費用を変えられません")

    def set_row_upper(self, rows: npt.NDArray[np.int64], upper: Floats) -> None:
        """Change the right-hand sides of ≤ rows; infinity switches a row off."""
        for row, limit in zip(rows.tolist(), upper.tolist(), strict=True):
            require(self._engine.changeRowBounds(row, -math.inf, limit), "行の限度を変えられません")

    def solve(self) -> SolveReport:
        """Solve as it stands, warm from the last basis."""
        began = time.perf_counter()
        self._engine.run()
        report = report_of(self._engine, False, self._effort, time.perf_counter() - began)
        if report.status != NO_SOLUTION or self._effort.seconds is not None or self._effort.iterations is not None:
            return report
        # Amounts of a billion and more can end a warm run without an answer; a cold one without presolve finds it.
        self._engine.clearSolver()
        self._engine.setOptionValue("presolve", "off")
        self._engine.run()
        self._engine.setOptionValue("presolve", "choose")
        return report_of(self._engine, False, self._effort, time.perf_counter() - began)
