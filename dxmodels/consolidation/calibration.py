"""How much can vendors move in a year, and does the model reproduce what was published about late systems?

The window before the deadline: systems are due in ``window`` equal years (standard specification to the deadline, FY2023-2025); vendors can
move κ·N systems a year in it, and no others queue for them. Late at the end = what does not fit: share = max(0, 1 - κ·window) where every
year is full. κ is the ONE calibrated parameter: the vendor slots a year per system at which the simulated late share equals the published
10.9 %. With draws, vendors differ (``vendor_capacity_factor`` by draw), so κ is solved on the mean over draws.

Back-test (nothing fitted to it): which bodies have a late system, if systems are served in an order that mixes all bodies with the bodies'
clustering of the case? A body has a late system unless all of its systems fit: with late share p and n systems a body, independent
systems give 1 - (1 - p)^n; wholly clustered ones give p. The published series of bodies is set beside both bounds and beside the
case's own count. What it leaves out: bodies learn and report their delay over time, so the early published counts are lower bounds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import optimize

from dxmodels.consolidation.fleet import Fleet
from dxmodels.errors import ModelError
from dxmodels.money import format_rate

if TYPE_CHECKING:
    from dxmodels.inputs import Register

Floats = npt.NDArray[np.float64]

CALIBRATION_ASSUMPTIONS: tuple[str, ...] = (
    "std_late_system_share_2507", "vendor_capacity_factor", "sim_board_years", "std_bodies_total", "std_systems_total",
    "std_late_bodies_2403", "std_late_bodies_2507", "std_late_bodies_2510", "std_late_bodies_2512",
)  # fmt: skip
_SERIES = ("std_late_bodies_2403", "std_late_bodies_2507", "std_late_bodies_2510", "std_late_bodies_2512")
_GRID = 512


@dataclass(frozen=True, eq=False)
class CapacityCalibration:
    """The calibrated vendor capacity and the back-test of bodies with late systems."""

    slots_share_per_year: float
    published_late_share: float
    model_late_share: float
    back_test: pd.DataFrame

    def to_frame(self) -> pd.DataFrame:
        """Return the back-test: published bodies by date beside the model's at the deadline."""
        return self.back_test.copy()

    def summary(self) -> str:
        """Return in Japanese what was calibrated, on what, and how the back-test came out."""
        last = self.back_test.iloc[-1]
        verdict = "間にある" if last["is_between"] else "外にある"
        return (
            f"事業者の移行能力を年間「全システムの{format_rate(self.slots_share_per_year)}」に合わせると、2025年度末に遅れるシステムは"
            f"{format_rate(self.model_late_share)}（公表値{format_rate(self.published_late_share)}に合わせた唯一の値）。"
            f"遅れを抱える団体の割合は公表値{format_rate(float(last['published_share']))}に対し、モデルの下限"
            f"{format_rate(float(last['model_clustered_share']))}と上限{format_rate(float(last['model_independent_share']))}の{verdict}。"
            "2024年3月から2025年12月までの増え方は遅れが判明していく過程であり、このモデルでは再現できない。"
        )


def calibrate_capacity(fleet: Fleet, register: Register) -> CapacityCalibration:
    """Return κ (share of all systems a year) at which the mean late share equals the published one, and the back-test."""
    published = register.value("std_late_system_share_2507")
    window = int(register.value("sim_board_years"))
    factors = np.asarray(register["vendor_capacity_factor"].quantile((np.arange(_GRID) + 0.5) / _GRID))

    def gap(share: float) -> float:
        return float(late_share(share, factors, window=window).mean() - published)

    if gap(0.0) * gap(1.0) > 0:
        raise ModelError(
            f"公表の遅れの割合 {published:.3f} に合う移行能力が見つかりません（期間 {window} 年）。"
            "std_late_system_share_2507 と sim_board_years を確かめてください。"
        )
    found = float(optimize.brentq(gap, 0.0, 1.0, xtol=1e-12))
    reached = float(late_share(found, factors, window=window).mean())
    return CapacityCalibration(found, published, reached, _back_test(fleet, register, reached))


def late_share(share_per_year: float, factors: Floats | Sequence[float], *, window: int) -> Floats:
    """Return the share of systems still waiting after ``window`` years (draws,): demand falls due in equal parts, a queue forms."""
    capacity = share_per_year * np.asarray(factors, dtype=float)
    waiting = np.zeros_like(capacity)
    for _ in range(window):
        waiting = np.maximum(0.0, waiting + 1.0 / window - capacity)
    return waiting


def _back_test(fleet: Fleet, register: Register, share: float) -> pd.DataFrame:
    bodies = register.value("std_bodies_total")
    per_body = register.value("std_systems_total") / bodies
    municipal = ~fleet.is_prefecture
    late = np.add.reduceat(fleet.systems * fleet.is_late, fleet.starts)
    in_case = float((late > 0).sum() / len(set(fleet.holder[municipal].tolist())))
    rows = []
    for name in _SERIES:
        published = register.value(name)
        clustered, independent = share, 1.0 - (1.0 - share) ** per_body
        rows.append(
            {
                "as_of": register[name].as_of,
                "published_bodies_count": round(published),
                "published_share": published / bodies,
                "model_clustered_share": clustered,
                "model_independent_share": independent,
                "case_share": in_case,
                "is_between": clustered <= published / bodies <= independent,
            }
        )
    return pd.DataFrame(rows)
