"""Is a resident of a larger municipality cheaper to serve, and does the case agree with the published bands?

E12 ``compare_scale_with_bands``. The maths stands in scale.py and scale_bands.py.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import pandas as pd

from dxmodels.cost.from_case import estimate_municipal_scale
from dxmodels.cost.scale import ScaleCurve
from dxmodels.cost.scale_bands import compare_with_bands
from dxmodels.inputs import Case


@dataclass(frozen=True, eq=False)
class ScaleWithBands:
    """The curve of the case's municipalities and the published bands beside it (``bands``)."""

    curve: ScaleCurve
    bands: pd.DataFrame

    def to_frame(self) -> pd.DataFrame:
        """Return one row per population band: published, own and curve, in yen a resident and as an index of shape."""
        kinds = ("published", "own", "curve")
        yen, index = [f"{kind}_per_person_yen" for kind in kinds], [f"{kind}_index" for kind in kinds]
        return self.bands[["name_ja", "own_bodies_count", *yen, *index]].round(dict.fromkeys(index, 2))

    def summary(self) -> str:
        """Return the headline sentences (Japanese): from which population on scale no longer helps."""
        (below, low, high), (above, low_above, high_above) = (
            self.curve.elasticity(side) for side in ("below", "above")
        )
        people = f"人口{self.curve.knot / 10_000:.0f}万人"
        level = f"{self.curve.level:.0%}".replace("%", "％")
        small = "住民の多い団体ほど1人当たり経費が安い" if high < 1.0 else "規模の経済は確かめられない"
        large = (
            "規模の経済は確かめられない"
            if low_above <= 1.0 <= high_above
            else ("1人当たり経費はまた高くなる" if above > 1.0 else "なお安くなる")
        )
        return (
            f"{people}までは{small}（人口が1％増えても経費は{below:.2f}％増、{level}区間{low:.2f}〜{high:.2f}）。"
            f"それを超えると{large}（同{above:.2f}％増、区間{low_above:.2f}〜{high_above:.2f}）。{self.curve.bodies}団体・{self.curve.n}件の業務システムによる。"
        )


def compare_scale_with_bands(case: Case, *, seed: int, search: bool) -> ScaleWithBands:
    """Return the curve of yearly cost per resident over population beside the published bands (E12).

    ``search``: look for the knot and redraw for its interval (a minute); else it stands in the middle (geometric mean) of the band
    with the lowest published cost per resident.
    """
    bands = case.table("cost_bands", ["cost_per_person_yen"])
    curve = estimate_municipal_scale(case, seed=seed, knot="search" if search else _cheapest_size(bands))
    return ScaleWithBands(curve, compare_with_bands(curve, bands))


def _cheapest_size(bands: pd.DataFrame) -> float:
    bounded = bands[(bands["population_from_people"] > 0) & bands["population_below_people"].notna()]
    cheapest = bounded.nsmallest(1, "cost_per_person_yen").iloc[0]
    return math.sqrt(float(cheapest["population_from_people"]) * float(cheapest["population_below_people"]))


compare_scale_with_bands.question_ja = "規模と1人当たり経費"  # type: ignore[attr-defined]
