"""Where is the model wrong: what it says beside what is published, and what it was never checked against?

E36. The overrun model is calibrated to a few published figures; those it does not meet are shown with their difference, never hidden
by averaging.

What it leaves out: a check against the prefecture's own history (E09 does that where budgets and settlements are held).
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from dxmodels.cost.overrun import check_calibration, fit_overruns
from dxmodels.inputs import Register
from dxmodels.money import format_rate

_POINTS = 100.0  # percentage points in one


@dataclass(frozen=True, eq=False)
class ModelChecks:
    """Published figure, the model's own and the difference, one row a figure."""

    table: pd.DataFrame

    def to_frame(self) -> pd.DataFrame:
        """Return one row per published figure; the difference of two percentages is told in points."""
        shown = self.table[["name_ja", "published_rate", "model_rate"]]
        return shown.assign(difference_point=(self.table["difference_rate"] * _POINTS).round(1))

    def summary(self) -> str:
        """Return which figure the model misses most and by how much (Japanese)."""
        worst = self.table.loc[[self.table["difference_rate"].abs().idxmax()]].iloc[0]
        return (
            f"公表値{len(self.table)}件のうち、モデルが最も外れるのは「{worst['name_ja']}」で、公表{format_rate(worst['published_rate'])}に対し"
            f"モデルは{format_rate(worst['model_rate'])}（差{_points(worst['difference_rate'])}、上限{worst['cap_ratio']:g}倍と宣言した場合）。"
        )


def _points(rate: float) -> str:
    return format_rate(rate).replace("％", "ポイント")


def check_overrun_model(register: Register) -> ModelChecks:
    """Return the overrun model beside the published figures of the register."""
    return ModelChecks(check_calibration(fit_overruns(register), register))
