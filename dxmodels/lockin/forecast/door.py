"""What will each series cost in the coming years, and between which bounds?

Sets: series i (systems, contracts), fiscal years t. Parameters: cost_yen (≥ 0), events by year, groups.
Central path: mixture of five simple methods (and the event regression, where events are known) with weights from rolling origins pooled over the panel (combine.py).
Interval: central + difficulty × pooled conformal quantiles for each year ahead (difficulty.py, conformal.py), cut at zero. Totals: reconcile.py.
Because every interval is calibrated on errors already made in this panel, its level does not rest on a distribution; what it leaves out is a future unlike the past of
all series (a law, a merger): such changes belong in ``events`` or in a scenario. Two series or two years lean on published yearly series instead.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from dxmodels.errors import ModelError
from dxmodels.lockin.forecast.engine import calibrate, frame_of
from dxmodels.lockin.forecast.events import EventTable, fit_events
from dxmodels.lockin.forecast.held_back import backtest_held_back
from dxmodels.lockin.forecast.result import CostForecast
from dxmodels.lockin.forecast.series import Panel, ids_as_given, read_panel
from dxmodels.lockin.forecast.totals import add_up
from dxmodels.lockin.forecast.windows import LEAST_HISTORY

_MOST_YEARS = 50


def forecast_costs(
    series: pd.DataFrame,
    *,
    horizon: int,
    level: float = 0.95,
    events: pd.DataFrame | None = None,
    groups: pd.DataFrame | pd.Series | None = None,
) -> CostForecast:
    """Return central paths and ``level`` intervals for ``horizon`` years after each series' last.

    ``series``: long table id, fiscal_year, cost_yen (any yearly series ≥ 0; ids come back in their own type). ``events``: id, fiscal_year and one numeric column an event, past and future years
    alike. ``groups``: id (column or index) and one column a level (department …); totals then add up. Raises ModelError naming rows, values and the cure.
    """
    _check(horizon, level)
    panel = read_panel(series)
    table = None if events is None else EventTable(events, panel.ids)
    engine = calibrate(panel, horizon, level, table)
    central, difficulty = engine.central, engine.difficulty
    totals = pd.DataFrame()
    if groups is not None:
        central, totals = add_up(panel, engine, groups)
    lower, upper = engine.bounds(central, difficulty)
    paths = frame_of(panel, central, lower, upper)
    return CostForecast(
        paths=paths.assign(id=ids_as_given(paths["id"], series["id"])),
        totals=totals,
        weights=engine.weight_table(),
        backtest=backtest_held_back(panel, horizon, level, table),
        effects=pd.DataFrame() if table is None else fit_events(panel, table).to_frame(),
        level=level,
        horizon=horizon,
        series_count=len(panel.ids),
        scores_count=engine.scores_count,
        notes=_notes(panel),
    )


def _check(horizon: int, level: float) -> None:
    if isinstance(horizon, bool) or not isinstance(horizon, int | np.integer) or not 1 <= horizon <= _MOST_YEARS:
        raise ModelError(f"予測年数 {horizon} は 1 以上 {_MOST_YEARS} 以下の整数にしてください。")
    if not isinstance(level, int | float | np.number) or not 0.5 <= level < 1:
        raise ModelError(f"区間の水準 {level} は 0.5 以上 1 未満にしてください（例：0.95）。")


def _notes(panel: Panel) -> tuple[str, ...]:
    notes = []
    short = [name for name, history in zip(panel.ids, panel.histories, strict=True) if len(history) < LEAST_HISTORY]
    if short:
        notes.append(
            f"{LEAST_HISTORY} 年未満の系列 {len(short)} 件（{'、'.join(short[:5])} など）は前年同額に近い予測とし、幅は他の系列から借りた。"
        )
    if panel.blank_rows_count:
        notes.append(f"何も書かれていない {panel.blank_rows_count} 行は使っていない。")
    if panel.filled:
        notes.append(f"年度の抜けを前後から補った系列 {len(panel.filled)} 件（計 {sum(panel.filled.values())} 年分）。")
    return tuple(notes)
