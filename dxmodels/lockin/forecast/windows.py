"""Which stretches of history are forecast from, and what came after them?

Series of unequal length are laid right-aligned in one array (blank on the left), so that every method runs over all of them at once.
Rolling origins: for each series the last few origins with at least three years before them; what came after, up to the horizon, is the target.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

LEAST_HISTORY = 3  # fewer years than this say nothing about the size of changes
_ORIGINS = 8  # older origins describe another time, and cost time
_SMALLEST_UNIT = 1e-3  # of the mean level: a constant series still gets an interval


@dataclass(frozen=True, eq=False)
class Windows:
    """Histories (N × T, right-aligned, NaN before ``start``), the series each belongs to, and the years that followed (N × H, NaN where unknown)."""

    values: Floats
    start: Ints
    owner: Ints
    target: Floats

    @property
    def lengths(self) -> Ints:
        """Years of history in each window."""
        return np.asarray(self.values.shape[1] - self.start, dtype=np.int64)

    @property
    def unit(self) -> Floats:
        """Mean absolute yearly change of each window, the yardstick of its errors."""
        return np.maximum(
            mean_where(np.abs(np.diff(self.values, axis=1))), _SMALLEST_UNIT * mean_where(np.abs(self.values)) + 1e-12
        )


def stack_histories(histories: Sequence[Floats], *, horizon: int) -> Windows:
    """Return one window a series: all it has, nothing known after."""
    return _stack(histories, np.arange(len(histories)), np.full((len(histories), horizon), np.nan))


def rolling_windows(histories: Sequence[Floats], *, horizon: int) -> Windows:
    """Return the rolling-origin windows of all series, oldest first within a series (possibly none)."""
    pieces, owners, targets = [], [], []
    for owner, history in enumerate(histories):
        for cut in range(max(LEAST_HISTORY, len(history) - _ORIGINS), len(history)):
            if not history[:cut].any():  # nothing was ever paid: there is no size to measure an error by
                continue
            after = np.full(horizon, np.nan)
            known = history[cut : cut + horizon]
            after[: len(known)] = known
            pieces.append(history[:cut])
            owners.append(owner)
            targets.append(after)
    return _stack(pieces, np.array(owners, dtype=np.int64), np.array(targets).reshape(len(pieces), horizon))


def mean_where(values: Floats) -> Floats:
    """Row means over the known entries, 0 where a row has none."""
    known = np.isfinite(values)
    total = np.where(known, values, 0.0).sum(axis=1)
    return np.asarray(total / np.maximum(known.sum(axis=1), 1), dtype=np.float64)


def _stack(histories: Sequence[Floats], owner: Ints, target: Floats) -> Windows:
    width = max((len(history) for history in histories), default=1)
    values = np.full((len(histories), width), np.nan)
    for row, history in enumerate(histories):
        values[row, width - len(history) :] = history
    start = np.array([width - len(history) for history in histories], dtype=np.int64)
    return Windows(values, start, owner, target)
