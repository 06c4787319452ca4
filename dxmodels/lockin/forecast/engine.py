"""How is a panel calibrated: which central path, how hard is each series, and how far must its interval reach?

Rolling origins of the panel give the weights of the mixture (combine.py), the difficulty (difficulty.py) and the conformal factors (conformal.py); the same three then serve the
years ahead. Nothing after a window's last year enters that window.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from dxmodels.lockin.forecast.combine import combine, method_weights
from dxmodels.lockin.forecast.conformal import interval_factors
from dxmodels.lockin.forecast.difficulty import describe_windows, difficulty_of, fit_difficulty
from dxmodels.lockin.forecast.events import EventTable, event_paths
from dxmodels.lockin.forecast.methods import METHOD_JA, METHODS, forecast_methods
from dxmodels.lockin.forecast.series import Panel
from dxmodels.lockin.forecast.windows import LEAST_HISTORY, Floats, Ints, Windows, rolling_windows, stack_histories

# Typical error of a published yearly series one year ahead as a share of its level, growing with the horizon: only for panels with no usable series at all.
_TYPICAL_ERROR = 0.1
_LONGEST = 60  # years: one very old series must not make the work of all others longer


@dataclass(frozen=True, eq=False)
class Engine:
    """A calibrated panel: central paths, difficulty, interval factors, weights."""

    horizon: int
    level: float
    central: Floats
    difficulty: Floats
    lower: Floats
    upper: Floats
    weights: Floats
    scores_count: int
    errors: Floats
    error_sizes: Floats
    error_owner: Ints
    error_origin: Ints

    def bounds(self, central: Floats, difficulty: Floats) -> tuple[Floats, Floats]:
        """Interval ends; widths never shrink with the horizon, the lower end never falls below zero."""
        below = np.maximum.accumulate(-self.lower * difficulty, axis=1)
        above = np.maximum.accumulate(self.upper * difficulty, axis=1)
        return np.maximum(central - below, 0.0), central + above

    def weight_table(self) -> pd.DataFrame:
        """Return method, its Japanese name and its mean weight over the series."""
        names = [*METHODS, "events"][: self.weights.shape[1]]
        return pd.DataFrame(
            {
                "method": names,
                "method_ja": [METHOD_JA[name] for name in names],
                "weight_share": self.weights.mean(axis=0),
            }
        )


def calibrate(panel: Panel, horizon: int, level: float, events: EventTable | None) -> Engine:
    """Return central paths, difficulty and factors of a panel, learnt from its own rolling origins (reference scores where it has none)."""
    panel, unit = _in_plain_units(panel)
    rolling, final = rolling_windows(panel.histories, horizon=horizon), stack_histories(panel.histories, horizon=horizon)  # fmt: skip
    past, ahead = _candidates(panel, rolling, events, rolling=True), _candidates(panel, final, events, rolling=False)
    weights = method_weights(rolling, past, series_count=len(panel.ids))
    if events is None:  # one change is no trend: series of one or two years stay where they are
        weights[final.lengths < LEAST_HISTORY] = np.eye(len(METHODS))[METHODS.index("naive")]
    path_past, path_ahead = combine(past, weights[rolling.owner]), combine(ahead, weights)
    features = describe_windows(rolling, past, path_past)
    coefficients = fit_difficulty(features, rolling.target - path_past, rolling.unit)
    errors, sizes = rolling.target - path_past, difficulty_of(features, rolling.unit, coefficients)
    scores = errors / sizes
    lower, upper = interval_factors(scores, rolling.owner, level=level)
    difficulty = _with_short(final, difficulty_of(describe_windows(final, ahead, path_ahead), final.unit, coefficients))
    each, past_unit = unit[:, None], unit[rolling.owner][:, None]
    return Engine(
        horizon=horizon,
        level=level,
        central=path_ahead * each,
        difficulty=difficulty * each,
        lower=lower,
        upper=upper,
        weights=weights,
        scores_count=int(np.isfinite(scores).sum()),
        errors=errors * past_unit,
        error_sizes=sizes * past_unit,
        error_owner=rolling.owner,
        error_origin=_origin_years(panel, rolling),
    )


def _in_plain_units(panel: Panel) -> tuple[Panel, Floats]:
    """The panel with every series brought near 1 by a power of two (no digit changes; squares neither overflow nor vanish), and those units."""
    peaks = np.array([float(history.max()) for history in panel.histories])
    unit = np.exp2(np.floor(np.log2(np.where(peaks > 0, peaks, 1.0))))
    histories = tuple(history[-_LONGEST:] / size for history, size in zip(panel.histories, unit, strict=True))
    return Panel(panel.ids, histories, panel.last_fy, {}), unit


def _origin_years(panel: Panel, windows: Windows) -> Ints:
    """Last fiscal year each window knows."""
    first = np.array([panel.years_of(row)[0] for row in range(len(panel.ids))], dtype=np.int64)
    return (
        np.asarray(first[windows.owner] + windows.lengths - 1, dtype=np.int64) if len(windows.owner) else windows.owner
    )


def _candidates(panel: Panel, windows: Windows, events: EventTable | None, *, rolling: bool) -> Floats:
    if not len(windows.owner):
        return np.zeros((0, len(METHODS) + (events is not None), windows.target.shape[1]))
    simple = forecast_methods(windows)
    if events is None:
        return simple
    origins: dict[int, list[tuple[int, int]]] = {}
    for row, (owner, length) in enumerate(zip(windows.owner, windows.lengths, strict=True)):
        year = int(panel.years_of(int(owner))[length - 1]) if rolling else panel.last_fy[int(owner)]
        origins.setdefault(year, []).append((row, int(owner)))
    found = event_paths(panel, events, horizon=windows.target.shape[1], origins=origins, rows=len(windows.owner))
    return np.concatenate([simple, found[:, None, :]], axis=1)


def _with_short(windows: Windows, difficulty: Floats) -> Floats:
    """Series of one or two years borrow the relative difficulty of the others: their own changes say nothing yet."""
    short = windows.lengths < LEAST_HISTORY
    if not short.any():
        return difficulty
    size = np.nanmean(np.abs(windows.values), axis=1)
    usable = ~short & (size > 0)
    relative = (
        np.median(difficulty[usable] / size[usable, None], axis=0)
        if usable.any()
        else _TYPICAL_ERROR * np.arange(1, difficulty.shape[1] + 1)
    )
    out = difficulty.copy()
    out[short] = size[short, None] * relative
    return out


def frame_of(panel: Panel, central: Floats, lower: Floats, upper: Floats) -> pd.DataFrame:
    """Return id, fiscal_year, central_yen, lower_yen, upper_yen of every series, one row a year ahead."""
    horizon = central.shape[1]
    years = np.array(panel.last_fy)[:, None] + np.arange(1, horizon + 1)
    return pd.DataFrame(
        {
            "id": np.repeat(np.array(panel.ids, dtype=object), horizon),
            "fiscal_year": years.ravel(),
            "central_yen": central.ravel(),
            "lower_yen": lower.ravel(),
            "upper_yen": upper.ravel(),
        }
    )
