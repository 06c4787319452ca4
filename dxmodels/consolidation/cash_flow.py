"""What does a ten-year plan of moves cost under uncertainty, computed exactly without walking through the years?

Cells (body × task) with yearly cost b, moving cost m, planned year x_0, locked-in cost l. A draw holds overrun, delay, inflation, saving, exit fee,
take-up, subsidy and discount rate. A cell moves over the year after x = x_0 + delay: done_y = clip(y - x, 0, 1), so that
NPV = Σ_y g_y·[b·(1 - s·k·done_y) + (done_y - done_{y-1})·w],  g_y = ((1+π)/(1+r))^y,  w = m·R·(1-v)·k + l·e
(s saving, k take-up, R overrun, v subsidy, e exit fee, l yearly cost of locked-in cells).
A cell is in motion in two years only: with j = ⌈x⌉ (at least 0) and a = min(j - x, 1), Σ_y done_y·g_y = a·g_j + G_{j+1} and
Σ_y Δdone_y·g_y = a·g_j + (1-a)·g_{j+1}, G the tail sums of g. Cost per cell and draw is constant instead of growing with the years.
Where no uncertainty is per cell, cells of one planned year collapse exactly into a cohort (``collapse``): sums of b, m, l.
What it leaves out: capacity, members, states: that is ``simulate``. This is the kernel for quick looks and for comparison with other programs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from dxmodels.consolidation.cash_flow_fast import compiled_cost
from dxmodels.errors import ModelError

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

DRAW_COLUMNS = ("overrun", "delay", "inflation", "saving", "exit_fee", "take_up", "subsidy", "discount")
_CHUNK_DRAWS = 64


@dataclass(frozen=True, eq=False)
class MovePlan:
    """Cells of a plan (N,): yearly cost, moving cost, locked-in yearly cost (yen), planned year from the first; years simulated."""

    annual_yen: Floats
    move_yen: Floats
    locked_yen: Floats
    planned_year: Ints
    years: int

    def __post_init__(self) -> None:
        """Refuse cells of different lengths and years outside the horizon."""
        if len({len(self.annual_yen), len(self.move_yen), len(self.locked_yen), len(self.planned_year)}) != 1:
            raise ModelError("計画の各列の長さが一致しません。1区画1行にそろえてください。")
        if self.years < 1 or (self.planned_year < 0).any():
            raise ModelError("年数は1以上、予定年は0以上（最初の年を0とする）にしてください。")

    def collapse(self) -> MovePlan:
        """Return the exact cohorts: one row a planned year."""
        found, place = np.unique(self.planned_year, return_inverse=True)
        annual, move, locked = (
            np.bincount(place, weights=column).astype(np.float64)
            for column in (self.annual_yen, self.move_yen, self.locked_yen)
        )
        return MovePlan(annual, move, locked, found, self.years)


def net_present_cost(
    plan: MovePlan, draws: Floats, *, chunk: int = _CHUNK_DRAWS, engine: Literal["numpy", "numba"] = "numpy"
) -> Floats:
    """Return the discounted cost of the plan in each draw (K,); ``draws`` has the columns of ``DRAW_COLUMNS`` (K, 8).

    The same bits for any ``chunk``. ``engine`` "numba" (the extra "fast") is the same model compiled, equal to about 1e-13. Raises
    ModelError for a wrong number of columns, negative delays or an engine that is not there.
    """
    values = np.asarray(draws, dtype=float)
    if values.ndim != 2 or values.shape[1] != len(DRAW_COLUMNS):
        raise ModelError(f"試行の表は {len(DRAW_COLUMNS)} 列（{'、'.join(DRAW_COLUMNS)}）にしてください。")
    if (values[:, 1] < 0).any():
        raise ModelError("遅れ（delay）に負の値があります。0以上の年数にしてください。")
    if engine == "numba":
        return compiled_cost(plan.annual_yen, plan.move_yen, plan.locked_yen, plan.planned_year, plan.years, values)
    if engine != "numpy":
        raise ModelError(f"計算の方法「{engine}」は使えません。numpy か numba を指定してください。")
    parts = [_chunk_cost(plan, values[start : start + chunk]) for start in range(0, len(values), chunk)]
    return np.concatenate(parts) if parts else np.empty(0)


def _chunk_cost(plan: MovePlan, values: Floats) -> Floats:
    overrun, delay, inflation, saving, exit_fee, take_up, subsidy, discount = values.T
    ratio = ((1.0 + inflation) / (1.0 + discount))[:, None]
    grid = np.zeros((len(values), plan.years + 2))
    grid[:, : plan.years] = ratio ** np.arange(plan.years)
    tails = np.zeros_like(grid)
    tails[:, :-1] = np.cumsum(grid[:, ::-1], axis=1)[:, ::-1][:, 1:]
    whole = np.ceil(delay).astype(np.int64)
    first = np.minimum(plan.planned_year[None, :] + whole[:, None], plan.years)
    step = (whole - delay)[:, None]  # the share of the move that falls into the year ⌈x⌉
    flat = first + np.arange(len(values))[:, None] * grid.shape[1]
    running_weight = step * grid + tails
    moving_weight = step * grid
    moving_weight[:, :-1] += (1.0 - step) * grid[:, 1:]
    done, moved = running_weight.ravel().take(flat), moving_weight.ravel().take(flat)
    total = grid.sum(axis=1) * plan.annual_yen.sum()
    saved = saving * take_up * np.einsum("ku,u->k", done, plan.annual_yen)
    move = overrun * (1.0 - subsidy) * take_up * np.einsum("ku,u->k", moved, plan.move_yen)
    return np.asarray(total - saved + move + exit_fee * np.einsum("ku,u->k", moved, plan.locked_yen))
