"""Does the curve predict bodies it has not seen?

Repeated K-fold, whole bodies left out; root mean square error in logs and median absolute error in per cent, beside a plain power law and
cost in proportion to size (a knot that does not predict better is not needed).
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
import pandas as pd

from dxmodels.cost.checks import require_range
from dxmodels.cost.scale_fit import ScaleData, curve_columns, search_knot
from dxmodels.streams import stream

Floats = npt.NDArray[np.float64]

_MODEL_JA = {"piecewise": "折れ線（両対数）", "power_law": "べき乗則（折れ点なし）", "proportional": "規模に比例"}


def cross_validate(
    data: ScaleData, *, knot: float, searched: bool, seed: int, folds: int, repeats: int
) -> pd.DataFrame:
    """Return the out-of-sample error of the curve and of its two simpler rivals."""
    require_range("交差検証の分割数", folds, 2, 50, "2以上で指定してください（例：5）。")
    units = np.arange(len(data.log_size)) if data.bodies is None else data.bodies
    count = int(units.max()) + 1
    models = ["power_law", "proportional"] if math.isnan(knot) else list(_MODEL_JA)
    errors: dict[str, list[Floats]] = {model: [] for model in models}
    generator = stream(seed, "scale/folds")
    for _ in range(repeats):
        fold_of = generator.permutation(np.arange(count) % min(folds, count))
        for fold in range(min(folds, count)):
            held = np.flatnonzero(fold_of[units] == fold)
            train, test = data.take(np.flatnonzero(fold_of[units] != fold)), data.take(held)
            log_knot = search_knot(train, 0.95)[0] if searched else knot
            for model in models:
                errors[model].append(test.log_cost - _predict(model, train, test, log_knot))
    rows = [_error_row(model, np.concatenate(parts), folds, repeats) for model, parts in errors.items()]
    return pd.DataFrame(rows)


def _predict(model: str, train: ScaleData, test: ScaleData, log_knot: float) -> Floats:
    if model == "proportional":
        offset = train.log_cost - train.log_size
        x, y, add, at = np.ones((len(offset), 1)), offset, test.log_size, np.ones((len(test.log_size), 1))
    else:
        used = log_knot if model == "piecewise" else math.nan
        x, y, add = curve_columns(train.log_size, used), train.log_cost, np.zeros_like(test.log_size)
        at = curve_columns(test.log_size, used)
    beta = np.linalg.lstsq(np.column_stack([x, train.controls]), y, rcond=None)[0]
    return np.asarray(np.column_stack([at, test.controls]) @ beta + add)


def _error_row(model: str, errors: Floats, folds: int, repeats: int) -> dict[str, object]:
    return {
        "curve_model": model,
        "name_ja": _MODEL_JA[model],
        "rmse_log": float(np.sqrt(np.mean(errors**2))),
        "median_error_rate": float(np.median(np.abs(np.expm1(errors)))),
        "folds_count": folds,
        "repeats_count": repeats,
    }
