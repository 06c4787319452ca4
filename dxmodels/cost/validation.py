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


@dataclass(frozen=True, eq=False)
class ModelChecks:
    """Published figure, the model's own and the difference, one row a figure."""

    table: pd.DataFrame

    def to_frame(self) -> pd.DataFrame:
        """Return one row per published figure."""
        return self.table.drop(columns="statistic_id")

    def summary(self) -> str:
        """Return which figure the model misses most and by how much (Japanese)."""
        worst = self.table.loc[[self.table["difference_rate"].abs().idxmax()]].iloc[0]
        return (
            f"公表値 {len(self.table)} 件と照合し、最も外れるのは「{worst['name_ja']}」：公表 {format_rate(worst['published_rate'])}に対し"
            f"モデル {format_rate(worst['model_rate'])}（差 {format_rate(worst['difference_rate'])}）。"
        )


def check_overrun_model(register: Register) -> ModelChecks:
    """Return the overrun model beside the published figures of the register."""
    return ModelChecks(check_calibration(fit_overruns(register), register))
