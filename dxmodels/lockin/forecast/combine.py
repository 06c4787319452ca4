"""Which mixture of methods has served this panel, and each series in it, best?

Each method's weight for series i is proportional to exp(-κ_p (E_m - min E) - κ_s e_im): E_m its pooled rolling-origin error over the whole panel relative to the best
(mean of scaled absolute and symmetric percentage error), e_im its mean error on series i relative to the mean of the methods there. The panel decides mostly,
the series' own record a little: pooling is what makes selection safe for short series (cross-learning, Semenoglou et al. 2021). A record of few years says little about the
years ahead (rolling origins of a short series flatter the naive forecast), so the weights are shrunk towards a prior, full Theta (the event regression where events are known),
by c / (c + years - 3). κ_p = 40, κ_s = 9 and c = 2 were chosen on M1 and Tourism.
"""

from __future__ import annotations

import numpy as np

from dxmodels.lockin.forecast.methods import METHODS
from dxmodels.lockin.forecast.windows import Floats, Windows

_PANEL_KAPPA = 40.0
_SERIES_KAPPA = 9.0
_PRIOR_YEARS, _SHORTEST = 2.0, 3


def method_weights(windows: Windows, candidates: Floats, *, series_count: int) -> Floats:
    """Return weights, shape (series, methods), rows summing to 1; equal where there are no rolling windows at all."""
    methods = candidates.shape[1]
    if not len(windows.owner):
        return np.full((series_count, methods), 1.0 / methods)
    distance = np.abs(windows.target[:, None, :] - candidates)
    pooled = _pooled_error(windows, candidates, distance)
    own = _own_error(windows, distance, series_count)
    weights = np.exp(-_PANEL_KAPPA * (pooled - pooled.min()) - _SERIES_KAPPA * (own - own.min(axis=1, keepdims=True)))
    return _towards_prior(weights / weights.sum(axis=1, keepdims=True), windows)


def _towards_prior(weights: Floats, windows: Windows) -> Floats:
    """Shrink each series' weights towards the prior method, the more the shorter its record."""
    years = np.zeros(len(weights), dtype=np.int64)
    np.maximum.at(years, windows.owner, windows.lengths + 1)  # the longest origin knows all years but the last
    pull = (_PRIOR_YEARS / (_PRIOR_YEARS + np.maximum(years - _SHORTEST, 0)))[:, None]
    prior = np.zeros(weights.shape[1])
    prior[METHODS.index("full_theta") if weights.shape[1] == len(METHODS) else -1] = 1.0
    return np.asarray((1 - pull) * weights + pull * prior, dtype=np.float64)


def combine(candidates: Floats, weights: Floats) -> Floats:
    """Return the weighted mean over methods, shape (windows, horizon)."""
    return np.asarray(np.einsum("nmh,nm->nh", candidates, weights), dtype=np.float64)


def _pooled_error(windows: Windows, candidates: Floats, distance: Floats) -> Floats:
    """Mean over horizons of two errors, each relative to its best method: scaled by yearly change, and by the size of the values."""
    scaled = distance / windows.unit[:, None, None]
    size = np.abs(windows.target)[:, None, :] + np.abs(candidates)
    symmetric = np.where(size > 0, distance / np.maximum(size, 1e-300), 0.0 * distance)
    total = np.zeros(candidates.shape[1])
    for error in (scaled, symmetric):
        reached = np.isfinite(windows.target).any(axis=0)
        by_method = np.nanmean(error[:, :, reached], axis=0).mean(axis=1)
        total += by_method / max(float(by_method.min()), 1e-300) / 2
    return total


def _own_error(windows: Windows, distance: Floats, series_count: int) -> Floats:
    known = np.isfinite(distance)
    mean = np.where(known, distance, 0.0).sum(axis=2) / np.maximum(known.sum(axis=2), 1)
    relative = mean / np.maximum(mean.mean(axis=1, keepdims=True), 1e-300)
    counts = np.bincount(windows.owner, minlength=series_count)
    sums = np.stack(
        [np.bincount(windows.owner, relative[:, method], series_count) for method in range(distance.shape[1])], axis=1
    )
    return np.asarray(np.where(counts[:, None] > 0, sums / np.maximum(counts, 1)[:, None], 1.0), dtype=np.float64)
