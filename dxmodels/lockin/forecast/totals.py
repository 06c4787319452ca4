"""What do departments and the whole prefecture cost, so that totals add up and their intervals know that systems move together?

Totals are forecast as series of their own and reconciled with their members (reconcile.py), or are sums of their members where the shared history is short or events drive the paths.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from dxmodels.errors import ModelError
from dxmodels.lockin.forecast.conformal import total_factors
from dxmodels.lockin.forecast.engine import Engine, calibrate, frame_of
from dxmodels.lockin.forecast.methods import METHODS
from dxmodels.lockin.forecast.reconcile import reconcile, summing_rows
from dxmodels.lockin.forecast.series import Panel
from dxmodels.lockin.forecast.windows import Floats, Ints

_LEAST_KNOWN_SHARE = 0.5
_LEAST_FOR_TOTALS = 6  # years all members share, below which a total's own forecast says nothing its members do not


def add_up(panel: Panel, engine: Engine, groups: pd.DataFrame | pd.Series) -> tuple[Floats, pd.DataFrame]:
    """Reconcile the totals' own forecasts with their members', and return the base paths and the table of totals with intervals."""
    _require_common_end(panel)
    rows = summing_rows(panel.ids, groups)
    members = [positions for _, _, positions in rows]
    last = max(panel.last_fy)
    histories = tuple(_chained(panel, positions) for positions in members)
    # The last row is the grand total; a young department borrows its spread from the others, as a short series does.
    if len(histories[-1]) >= _LEAST_FOR_TOTALS and engine.weights.shape[1] == len(METHODS):
        base, totals, lower, upper = _totals_of_their_own(panel, engine, members, histories)
    else:
        base, totals, lower, upper = _totals_of_members(engine, members)
    names = Panel(tuple(name for _, name, _ in rows), (), (last,) * len(rows), {})
    frame = frame_of(names, totals, lower, upper)
    frame.insert(0, "level", np.repeat([level for level, _, _ in rows], engine.horizon))
    return base, frame


def _totals_of_their_own(
    panel: Panel, engine: Engine, members: list[Ints], histories: tuple[Floats, ...]
) -> tuple[Floats, Floats, Floats, Floats]:
    """Totals as a panel of their own, calibrated on their own past errors: sums are smoother than members, and a trend that no single system shows still counts.

    Their errors are those of sums that were really made, so systems that move together are not averaged away.
    """
    names = tuple(str(number) for number in range(len(members)))
    own = calibrate(Panel(names, histories, (max(panel.last_fy),) * len(members), {}), engine.horizon, engine.level, None)  # fmt: skip
    base, totals = reconcile(engine.central, own.central, members, engine.difficulty, own.difficulty)
    return base, totals, *own.bounds(totals, own.difficulty)


def _chained(panel: Panel, positions: Ints) -> Floats:
    """History of a sum whose members began in different years: the last year's sum, carried back by the growth of those known in both years (a chained index).

    Ends where the members known hold less than half of the last year's sum: further back it would speak of others.
    """
    longest = max(len(panel.histories[row]) for row in positions)
    table = np.full((len(positions), longest), np.nan)
    for place, row in enumerate(positions):
        table[place, longest - len(panel.histories[row]) :] = panel.histories[row]
    last = table[:, -1]
    sums = [float(last.sum())]
    for year in range(longest - 2, -1, -1):
        both = np.isfinite(table[:, year])
        before, after = float(table[both, year].sum()), float(table[both, year + 1].sum())
        if after <= 0 or last[both].sum() < _LEAST_KNOWN_SHARE * last.sum():
            break
        sums.append(sums[-1] * before / after)
    return np.array(sums[::-1])


def _totals_of_members(engine: Engine, members: list[Ints]) -> tuple[Floats, Floats, Floats, Floats]:
    """Totals as sums of their members where the shared history is too short or events drive the paths; intervals from sums of past errors."""
    sums = np.array([engine.central[positions].sum(axis=0) for positions in members])
    sizes = np.array([np.sqrt((engine.difficulty[positions] ** 2).sum(axis=0)) for positions in members])
    base, totals = reconcile(engine.central, sums, members, engine.difficulty, sizes)
    low, high = total_factors(
        engine.errors, engine.error_sizes, engine.error_owner, engine.error_origin, members, level=engine.level
    )
    # As for single series, a later year is never said to be surer than an earlier one: few origins make the factors jump.
    sizes = np.maximum.accumulate(sizes, axis=1)
    lower = np.maximum(totals - np.maximum.accumulate(-low * sizes, axis=1), 0.0)
    return base, totals, lower, totals + np.maximum.accumulate(high * sizes, axis=1)


def _require_common_end(panel: Panel) -> None:
    last = max(panel.last_fy)
    early = [name for name, end in zip(panel.ids, panel.last_fy, strict=True) if end < last]
    if early:
        raise ModelError(
            f"最終年度のそろわない系列があり合計できません（{last}年度より前に終わる系列：{'、'.join(early[:5])} など {len(early)} 件）。→ 廃止した系列を除くか、年度をそろえてください。"
        )
