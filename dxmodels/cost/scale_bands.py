"""Does the curve agree with the published cost per resident by population band?

The published survey holds all information systems of a body, a case may hold some of them: levels are shown, the *shape* is compared
through an index (band with the lowest published cost per resident = 1).
"""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from dxmodels.cost.checks import require_columns
from dxmodels.cost.scale import ScaleCurve

_BAND_COLUMNS = ("band_id", "name_ja", "population_from_people", "population_below_people", "cost_per_person_yen")


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
