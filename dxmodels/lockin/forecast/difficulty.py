"""How hard is this series, this many years ahead?

The typical size of an error is modelled as  log(|error| / unit + 0.05) = b'x: unit = the history's mean yearly change, x = horizon, length of history, spread, trend,
recent and largest changes, level, and how far the methods disagree. b is a ridge estimate on the panel's own rolling origins, pulled towards coefficients learnt on published
yearly series (M1 and Tourism; benchmarks/lockin/fit_difficulty.py makes difficulty_reference.py), strongly so for horizon and length, where a short panel must extrapolate.
Dividing errors by exp(b'x) is what lets one pooled quantile serve easy and hard series alike (normalised conformal prediction, Papadopoulos et al. 2011).
"""

from __future__ import annotations

import numpy as np

from dxmodels.lockin.forecast import difficulty_reference as reference
from dxmodels.lockin.forecast.windows import Floats, Windows, mean_where

_OFFSET = 0.05
_CLIP = 4.0  # standardised features are cut here: no series is trusted to be harder than any seen
_PRIOR_ROWS = 1000.0  # the reference counts as this many window-years …
_PRIOR_ROWS_EXTRAPOLATED = 3000.0  # … and as this many for horizon and length
_PRIOR_ROWS_LEVEL = 50.0
FEATURES = (
    "constant", "horizon", "length", "spread", "trend", "median_change", "recent_change", "last_change", "unit_to_level", "last_to_level",
    "largest_change", "disagreement", "horizon_trend", "distance",
)  # fmt: skip


def describe_windows(windows: Windows, candidates: Floats, central: Floats) -> Floats:
    """Return the features of every window and year ahead, shape (windows, horizon, features), not standardised."""
    unit, horizon = windows.unit, windows.target.shape[1]
    changes = np.diff(windows.values, axis=1)
    sizes = np.abs(changes)
    level = mean_where(np.abs(windows.values)) + 1e-300
    mean_change = mean_where(changes)
    spread = np.sqrt(np.maximum(mean_where(changes**2) - mean_change**2, 0.0))
    median = np.nan_to_num(
        np.nanmedian(np.column_stack([sizes, np.where(np.isfinite(sizes).any(axis=1), np.nan, 0.0)]), axis=1)
    )
    recent = mean_where(sizes[:, -3:])
    last = np.nan_to_num(sizes[:, -1]) if sizes.shape[1] else np.zeros(len(unit))
    largest = np.nan_to_num(sizes).max(axis=1) if sizes.shape[1] else np.zeros(len(unit))
    flat = [
        np.log(windows.lengths),
        *(np.log(part / unit + _OFFSET) for part in (spread, np.abs(mean_change), median, recent, last)),
        np.log(unit / level + 1e-3),
        np.log(np.abs(windows.values[:, -1]) / level + _OFFSET),
        np.log(largest / unit + _OFFSET),
    ]
    ahead = np.log(np.arange(1, horizon + 1))
    wide = [np.repeat(part[:, None], horizon, axis=1) for part in flat]
    disagreement = np.log(candidates[:, :5].std(axis=1) / unit[:, None] + _OFFSET)
    distance = np.log(np.abs(central - windows.values[:, -1:]) / unit[:, None] + _OFFSET)
    steps = np.repeat(ahead[None, :], len(unit), axis=0)
    return np.stack([np.ones_like(steps), steps, *wide, disagreement, steps * wide[2], distance], axis=2)


def standardise(features: Floats) -> Floats:
    """Return features centred and scaled as in the reference, cut at four standard deviations."""
    scaled = np.clip((features - np.array(reference.MEANS)) / np.array(reference.SPREADS), -_CLIP, _CLIP)
    scaled[..., 0] = 1.0
    return np.asarray(scaled, dtype=np.float64)


def fit_difficulty(features: Floats, errors: Floats, unit: Floats) -> Floats:
    """Return coefficients from the panel's own errors (windows × horizon, NaN unknown), shrunk to the reference."""
    prior = np.array(reference.COEFFICIENTS)
    known = np.isfinite(errors)
    if not known.any():
        return prior
    x = standardise(features)[known]
    y = np.log((np.abs(errors) / unit[:, None])[known] + _OFFSET)
    strength = np.full(len(prior), _PRIOR_ROWS)
    strength[:3] = (_PRIOR_ROWS_LEVEL, _PRIOR_ROWS_EXTRAPOLATED, _PRIOR_ROWS_EXTRAPOLATED)
    return np.asarray(prior + np.linalg.solve(x.T @ x + np.diag(strength), x.T @ (y - x @ prior)), dtype=np.float64)


def difficulty_of(features: Floats, unit: Floats, coefficients: Floats) -> Floats:
    """Return the typical error of every window and year ahead, in the series' unit, shape (windows, horizon)."""
    return np.asarray(unit[:, None] * np.exp(standardise(features) @ coefficients), dtype=np.float64)
