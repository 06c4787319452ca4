"""What do five simple methods say about the years ahead?

naive: the last value. drift: the mean yearly change goes on. theta: simple exponential smoothing plus half the fitted trend (Assimakopoulos & Nikolopoulos 2000 in the
form of Hyndman & Billah 2003). full_theta: the same with the whole trend. damped_holt: Holt's method with the trend damped by 0.98 a year (Gardner & McKenzie 1985).
Smoothing weights are chosen from a small grid by squared one-step errors. All run over all windows at once; forecasts are floored at zero.
"""

from __future__ import annotations

import numpy as np

from dxmodels.lockin.forecast.windows import Floats, Ints, Windows

METHOD_JA = {
    "naive": "前年同額",
    "drift": "平均増減の延長",
    "theta": "シータ法（傾向半分）",
    "full_theta": "シータ法（傾向全部）",
    "damped_holt": "減衰ホルト法",
    "events": "イベント回帰",
}
METHODS = tuple(METHOD_JA)[:5]
_SMOOTHING = np.linspace(0.1, 1.0, 10)
_LEVEL_WEIGHTS = (0.3, 0.5, 0.7, 0.9)
_TREND_WEIGHTS = (0.05, 0.2, 0.4)
_DAMPING = 0.98


def forecast_methods(windows: Windows) -> Floats:
    """Return the forecasts of METHODS, shape (windows, methods, horizon), in the series' unit."""
    values, start, horizon = windows.values, windows.start, windows.target.shape[1]
    ahead = np.arange(1, horizon + 1)
    last = values[:, -1:]
    slope = _mean_change(values, start)
    level, weight = _smooth(values, start)
    trend = _fitted_slope(values, start)
    theta_growth = trend[:, None] * (ahead - 1 + ((1 - (1 - weight) ** windows.lengths) / weight)[:, None])
    holt = _damped_holt(values, start, ahead)
    stacked = [
        np.repeat(last, horizon, axis=1),
        last + slope[:, None] * ahead,
        level[:, None] + 0.5 * theta_growth,
        level[:, None] + theta_growth,
        holt,
    ]
    return np.maximum(np.stack(stacked, axis=1), 0.0)


def _first(values: Floats, start: Ints) -> Floats:
    return np.asarray(values[np.arange(len(values)), start], dtype=np.float64)


def _mean_change(values: Floats, start: Ints) -> Floats:
    steps = np.maximum(values.shape[1] - 1 - start, 1)
    return np.asarray((values[:, -1] - _first(values, start)) / steps, dtype=np.float64)


def _fitted_slope(values: Floats, start: Ints) -> Floats:
    time = np.arange(values.shape[1])[None, :] - start[:, None]
    known = time >= 0
    centred = np.where(known, time - (np.where(known, time, 0).sum(1) / known.sum(1))[:, None], 0.0)
    spread = (centred**2).sum(axis=1)
    return np.asarray(
        (centred * np.where(known, values, 0.0)).sum(axis=1) / np.maximum(spread, 1e-12), dtype=np.float64
    )


def _smooth(values: Floats, start: Ints) -> tuple[Floats, Floats]:
    """Last level and chosen weight of simple exponential smoothing from the first value."""
    level = np.repeat(_first(values, start)[:, None], len(_SMOOTHING), axis=1)
    squared = np.zeros_like(level)
    for year in range(1, values.shape[1]):
        error = np.where((year > start)[:, None], np.nan_to_num(values[:, year])[:, None] - level, 0.0)
        squared += error**2
        level = level + _SMOOTHING * error
    best = squared.argmin(axis=1)
    return level[np.arange(len(level)), best], _SMOOTHING[best]


def _damped_holt(values: Floats, start: Ints, ahead: Ints) -> Floats:
    rows = np.arange(len(values))
    alpha, beta = (grid.ravel() for grid in np.meshgrid(_LEVEL_WEIGHTS, _TREND_WEIGHTS, indexing="ij"))
    first_steps = np.clip(values.shape[1] - start - 1, 1, 3)
    reached = np.minimum(start + first_steps, values.shape[1] - 1)
    begin = _first(values, start)
    level = np.repeat(begin[:, None], len(alpha), axis=1)
    trend = np.repeat(((values[rows, reached] - begin) / first_steps)[:, None], len(alpha), axis=1)
    squared = np.zeros_like(level)
    for year in range(1, values.shape[1]):
        active = (year > start)[:, None]
        expected = level + _DAMPING * trend
        error = np.where(active, np.nan_to_num(values[:, year])[:, None] - expected, 0.0)
        squared += error**2
        level = np.where(active, expected + alpha * error, level)
        trend = np.where(active, _DAMPING * trend + alpha * beta * error, trend)
    best = squared.argmin(axis=1)
    path = level[rows, best][:, None] + trend[rows, best][:, None] * np.cumsum(_DAMPING**ahead)
    return np.asarray(path, dtype=np.float64)
