"""Does the curve predict bodies it has not seen, and does it agree with the published cost per resident by population band?

Out of sample  repeated K-fold, whole bodies left out; root mean square error in logs and median absolute error in per cent, beside a
               plain power law and cost in proportion to size (a knot that does not predict better is not needed)
Bands          the published survey holds all information systems of a body, a case may hold some of them: levels are shown, the *shape*
               is compared through an index (band with the lowest published cost per resident = 1)
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from dxmodels.cost.checks import require_columns, require_range
from dxmodels.cost.scale_fit import ScaleData, curve_columns, search_knot
from dxmodels.streams import stream

if TYPE_CHECKING:
    from dxmodels.cost.scale import ScaleCurve

Floats = npt.NDArray[np.float64]

_MODEL_JA = {"piecewise": "折れ線（両対数）", "power_law": "べき乗則（折れ点なし）", "proportional": "規模に比例"}
_BAND_COLUMNS = ("band_id", "name_ja", "population_from_people", "population_below_people", "cost_per_person_yen")


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


def compare_with_bands(curve: ScaleCurve, bands: pd.DataFrame) -> pd.DataFrame:
    """Return published cost per resident by band beside the case's own and the curve's, in yen and as an index of shape.

    ``bands``: the case's table cost_bands. A band without bodies in the case shows the curve only where it lies within the data.
    """
    require_columns(bands, _BAND_COLUMNS, "人口段階別の経費")
    bodies = curve.observations.groupby("body", as_index=False).agg(size=("size", "first"), cost=("cost", "sum"))
    rows_a_body = curve.observations.groupby("body").size().mean()
    rows = [_band_row(bands.iloc[row], bodies, curve, float(rows_a_body)) for row in range(len(bands))]
    table = pd.DataFrame(rows)
    published = table["published_per_person_yen"].to_numpy(dtype=float)
    for kind in ("published", "own", "curve"):
        values = table[f"{kind}_per_person_yen"].to_numpy(dtype=float)
        table[f"{kind}_index"] = values / (
            values[np.nanargmin(published)] if np.isfinite(published).any() else math.nan
        )
    return table


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


def _band_row(band: pd.Series, bodies: pd.DataFrame, curve: ScaleCurve, rows_a_body: float) -> dict[str, object]:
    low, high, published = (
        math.nan if pd.isna(band[name]) else float(band[name])
        for name in ("population_from_people", "population_below_people", "cost_per_person_yen")
    )
    high = math.inf if math.isnan(high) else high
    inside = bodies[(bodies["size"] >= low) & (bodies["size"] < high)]
    size = float(np.exp(np.log(inside["size"]).mean())) if len(inside) else math.sqrt(max(low, 1.0) * high)
    known = bool(bodies["size"].min() <= size <= bodies["size"].max())
    point = curve.predict([size]) * rows_a_body if known else pd.DataFrame()
    averages = {
        f"curve_{name}_yen": float(point[column].iloc[0]) if known else math.nan
        for name, column in (("per_person", "average_cost"), ("low", "average_low"), ("high", "average_high"))
    }
    return {
        "band_id": str(band["band_id"]),
        "name_ja": str(band["name_ja"]),
        "own_bodies_count": len(inside),
        "published_per_person_yen": published,
        "own_per_person_yen": float(inside["cost"].sum() / inside["size"].sum()) if len(inside) else math.nan,
        "curve_size_people": size if known else math.nan,
        **averages,
    }
