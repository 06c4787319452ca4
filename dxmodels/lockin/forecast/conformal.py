"""How far below and above the central path must the interval reach to hold the truth as often as it says?

Split-conformal quantiles of signed errors divided by their difficulty, pooled over series and origins, for each year ahead where there are enough of them and over all
years ahead otherwise (Vovk, Gammerman & Shafer 2005; pooled over a panel). The panel counts by its number of series, not of windows, because windows of one series
overlap; the reference scores count as ten series more, so a panel of two series gets the interval of published series and a panel of hundreds its own.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from dxmodels.lockin.forecast import difficulty_reference as reference
from dxmodels.lockin.forecast.windows import Floats, Ints

_REFERENCE_SERIES = 10.0
_CORRECTION_SERIES = 100.0
_ENOUGH_SCORES = 200
_ENOUGH_SUMS = 40


def interval_factors(scores: Floats, owner: Ints, *, level: float) -> tuple[Floats, Floats]:
    """Return for each year ahead the factors (lower ≤ upper) of the difficulty; ``scores`` is windows × horizon, NaN unknown."""
    tail = (1 - level) / 2
    pooled = _blend(scores.ravel(), np.repeat(owner, scores.shape[1]), tail)
    lower, upper = np.full(scores.shape[1], pooled[0]), np.full(scores.shape[1], pooled[1])
    for ahead in range(scores.shape[1]):
        if np.isfinite(scores[:, ahead]).sum() >= _ENOUGH_SCORES:
            lower[ahead], upper[ahead] = _blend(scores[:, ahead], owner, tail)
    return lower, upper


def total_factors(
    errors: Floats, sizes: Floats, owner: Ints, origin: Ints, members: Sequence[Ints], *, level: float
) -> tuple[Floats, Floats]:
    """Return by year ahead the factors of totals: quantiles of Σ error / √Σ size² over past origins and groups of two or more members.

    Errors of systems that move together do not cancel in the sum; because the sums were really made, that is in the quantiles. Without such sums the
    factors of single series are used (too wide).
    """
    scores = [_summed_scores(errors, sizes, owner, origin, positions) for positions in members if len(positions) > 1]
    table = np.concatenate(scores) if scores else np.zeros((0, errors.shape[1]))
    if not np.isfinite(table).any():
        return interval_factors(errors / sizes, owner, level=level)
    tail = (1 - level) / 2
    pooled = table[np.isfinite(table)]
    ends = []
    for ahead in range(table.shape[1]):
        known = table[np.isfinite(table[:, ahead]), ahead]
        ends.append(np.quantile(known if len(known) >= _ENOUGH_SUMS else pooled, [tail, 1 - tail]))
    low, high = np.array(ends).T
    return np.minimum(low, 0.0), np.maximum(high, 0.0)


def _summed_scores(errors: Floats, sizes: Floats, owner: Ints, origin: Ints, positions: Ints) -> Floats:
    """One row a past origin: Σ error / √Σ size² of the members known there, blank where fewer than two are."""
    inside = np.isin(owner, positions)
    rows = []
    for year in np.unique(origin[inside]):
        at = inside & (origin == year)
        known = np.isfinite(errors[at])
        spread = np.sqrt((np.where(known, sizes[at], 0.0) ** 2).sum(axis=0))
        summed = np.where(known, errors[at], 0.0).sum(axis=0)
        rows.append(
            np.where((known.sum(axis=0) >= 2) & (spread > 0), summed / np.where(spread > 0, spread, 1.0), np.nan)
        )
    return np.array(rows).reshape(len(rows), errors.shape[1])


def _blend(scores: Floats, owner: Ints, tail: float) -> tuple[float, float]:
    known = np.isfinite(scores)
    reference_scores = np.array(reference.SCORES)
    values, weights = [reference_scores], [np.full(len(reference_scores), _REFERENCE_SERIES / len(reference_scores))]
    if known.any():
        series = len(np.unique(owner[known]))
        values.append(scores[known])
        weights.append(np.full(int(known.sum()), series / known.sum()))
    return _weighted_quantile(np.concatenate(values), np.concatenate(weights), tail)


def _weighted_quantile(values: Floats, weights: Floats, tail: float) -> tuple[float, float]:
    """Both tails of a weighted sample with the finite-sample correction; the interval never leaves out the central path."""
    order = np.argsort(values, kind="stable")
    ordered, cumulated = values[order], np.cumsum(weights[order])
    count = cumulated[-1] - _REFERENCE_SERIES + _CORRECTION_SERIES
    left_out = cumulated[-1] * max(tail - (1 - tail) / count, 0.0)
    low = ordered[min(int(np.searchsorted(cumulated, left_out, side="right")), len(ordered) - 1)]
    high = ordered[min(int(np.searchsorted(cumulated, cumulated[-1] - left_out, side="left")), len(ordered) - 1)]
    return float(min(low, 0.0)), float(max(high, 0.0))
