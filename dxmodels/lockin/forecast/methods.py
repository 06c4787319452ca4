"""What do five simple methods say about the years ahead?

naive: the last value. drift: the mean yearly change goes on. theta: simple exponential smoothing plus half the trend (Assimakopoulos & Nikolopoulos 2000 in the form of
Hyndman & Billah 2003). full_theta: the same with the whole trend. damped_holt: Holt's method with the trend damped by 0.98 a year (Gardner & McKenzie 1985).
Trend: mean of the least-squares slope and the median of all slopes between two of the last 20 years (Theil 1950, Sen 1968): one odd year does not tilt a short series.
Smoothing in Theta: five to twelve years hardly tell one smoothing weight from another, so the levels of the whole grid are averaged with Akaike weights, SSE^(-n/2)
(Burnham & Anderson 2002, section 2.9), instead of trusting the best one; Holt's weights are the best of a small grid. All run over all windows at once; floored at zero.
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
_SLOPE_YEARS = 20  # pairs grow with the square of the years, and older ones describe another time
_ROWS_AT_ONCE = 20_000  # bounds the memory of a panel of tens of thousands of series
_PERFECT_FIT = (
    1e-12  # of the worst squared error: a straight line fits perfectly, and its logarithm must not be infinite
)


def forecast_methods(windows: Windows) -> Floats:
    """Return the forecasts of METHODS, shape (windows, methods, horizon), in the series' unit."""
    values, start, horizon = windows.values, windows.start, windows.target.shape[1]
    ahead = np.arange(1, horizon + 1)
    last = values[:, -1:]
    slope = _mean_change(values, start)
    level, lag = _smooth(values, start)
    trend = (_fitted_slope(values, start) + _median_slope(values)) / 2
    theta_growth = trend[:, None] * (ahead - 1 + lag[:, None])
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


def _median_slope(values: Floats) -> Floats:
    """Median over all pairs of the last years of (later - earlier) / years between; 0 for a single year."""
    recent = values[:, -_SLOPE_YEARS:]
    early, late = np.triu_indices(recent.shape[1], 1)
    if not len(early):
        return np.zeros(len(values))
    pieces = [_row_medians((rows[:, late] - rows[:, early]) / (late - early)) for rows in np.array_split(recent, len(recent) // _ROWS_AT_ONCE + 1)]  # fmt: skip
    return np.concatenate(pieces)


def _row_medians(values: Floats) -> Floats:
    """Median of the known entries of each row, 0 where there are none."""
    ordered, known = np.sort(values, axis=1), np.isfinite(values).sum(axis=1)  # blanks are sorted to the end
    rows = np.arange(len(values))
    middle = (
        ordered[rows, np.maximum(known - 1, 0) // 2] + ordered[rows, np.minimum(known // 2, values.shape[1] - 1)]
    ) / 2
    return np.where(known > 0, middle, 0.0)


def _smooth(values: Floats, start: Ints) -> tuple[Floats, Floats]:
    """Level of simple exponential smoothing from the first value, and how far it lags behind a trend, both averaged over the grid by Akaike weights."""
    level = np.repeat(_first(values, start)[:, None], len(_SMOOTHING), axis=1)
    squared = np.zeros_like(level)
    for year in range(1, values.shape[1]):
        error = np.where((year > start)[:, None], np.nan_to_num(values[:, year])[:, None] - level, 0.0)
        squared += error**2
        level = level + _SMOOTHING * error
    lengths = values.shape[1] - start[:, None]
    weights = _akaike_weights(squared, lengths - 1)
    lag = (1 - (1 - _SMOOTHING) ** lengths) / _SMOOTHING
    return (weights * level).sum(axis=1), (weights * lag).sum(axis=1)


def _akaike_weights(squared: Floats, errors_count: Ints) -> Floats:
    """Weights SSE^(-n/2) in each row, summing to 1; equal where every weight fits alike (a constant series)."""
    worst = squared.max(axis=1, keepdims=True)
    relative = np.where(worst > 0, squared / np.where(worst > 0, worst, 1.0), 1.0)
    logs = -errors_count / 2 * np.log(np.maximum(relative, _PERFECT_FIT))
    found = np.exp(logs - logs.max(axis=1, keepdims=True))
    return np.asarray(found / found.sum(axis=1, keepdims=True), dtype=np.float64)


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
