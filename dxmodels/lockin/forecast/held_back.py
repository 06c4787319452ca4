"""How good would this forecast have been for the last years, had they been hidden from it?"""

from __future__ import annotations

import numpy as np
import pandas as pd

from dxmodels.lockin.forecast.engine import calibrate
from dxmodels.lockin.forecast.events import EventTable
from dxmodels.lockin.forecast.series import Panel
from dxmodels.lockin.forecast.windows import LEAST_HISTORY, Floats


def backtest_held_back(panel: Panel, horizon: int, level: float, events: EventTable | None) -> pd.DataFrame:
    """Hold back the last years of every series, repeat everything without them, and compare."""
    longest = max(len(history) for history in panel.histories)
    held = min(horizon, longest - LEAST_HISTORY - 1)
    if held < 1:
        return pd.DataFrame()
    known = panel.shortened(held)
    if not known.ids:
        return pd.DataFrame()
    engine = calibrate(known, held, level, events)
    lower, upper = engine.bounds(engine.central, engine.difficulty)
    place = {name: row for row, name in enumerate(panel.ids)}
    actual = np.array([panel.histories[place[name]][-held:] for name in known.ids])
    last = np.array([history[-1] for history in known.histories])[:, None]
    miss, naive = np.abs(actual - engine.central), np.abs(actual - last)
    size = np.abs(actual) + np.abs(engine.central)
    return pd.DataFrame(
        {
            "years_ahead": np.arange(1, held + 1),
            "observations_count": len(actual),
            "inside_share": ((actual >= lower) & (actual <= upper)).mean(axis=0),
            "smape_pct": 200 * np.where(size > 0, miss / np.where(size > 0, size, 1.0), 0.0).mean(axis=0),
            "mase_ratio": _ratio(miss.sum(axis=0), naive.sum(axis=0)),
            "total_error_rate": _ratio(engine.central.sum(axis=0), actual.sum(axis=0)) - 1,
        }
    )


def _ratio(above: Floats, below: Floats) -> Floats:
    """Quotient, blank where the denominator is no size at all (years that did not change: nothing to compare with)."""
    some = below > np.finfo(np.float64).eps * above  # far above rounding: 0 / 0 and 1 / 1e-300 are both no answer
    return np.asarray(np.where(some, above / np.where(some, below, 1.0), np.nan), dtype=np.float64)
