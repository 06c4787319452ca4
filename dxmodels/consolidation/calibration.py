"""How much can vendors move in a year, and does the model reproduce what was published about late systems?

The window before the deadline: systems are due in ``window`` equal years (standard specification to the deadline, FY2023-2025); vendors can
move κ·N systems a year in it, and no others queue for them. Late at the end = what does not fit: share = max(0, 1 - κ·window) where every
year is full. κ is the ONE calibrated parameter: the vendor slots a year per system at which the simulated late share equals the published
10.9 %. With draws, vendors differ (``vendor_capacity_factor`` by draw), so κ is solved on the mean over draws.

Back-test (nothing fitted to it): how many bodies have a late system at each published date? Readiness: a body's systems come in g packages of
neighbouring tasks (the units of the simulation), each late as a whole; with constant demand and capacity the backlog grows in proportion to
the elapsed part x of the window, so at x a package is known to be late with probability x·p and a body has a late one with
E[1 - (1 - x·p_f)^g], p_f the late share at vendor factor f. Bounds beside it: wholly clustered systems p, independent ones 1 - (1 - p)^n.
What it leaves out: bodies report with a lag and vendors withdraw all at once, so that the published series is steeper at both ends.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import optimize

from dxmodels.consolidation.fleet import TASK_GROUPS, Fleet
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
_MONTHS, _MARCH = 12, 3
_NEAR_TOLERANCE = 0.03  # "reproduced" is said of a share of bodies within three points


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
        rows = self.back_test
        near = int((rows["model_error_share"].abs() <= _NEAR_TOLERANCE).sum())
        first, last = rows.iloc[0], rows.iloc[-1]
        return (
            f"事業者の移行能力を年間「全システムの{format_rate(self.slots_share_per_year)}」に合わせると、2025年度末に遅れるシステムは"
            f"{format_rate(self.model_late_share)}（公表値{format_rate(self.published_late_share)}に合わせた唯一の値）。"
            f"合わせていない団体数の系列では、公表された{len(rows)}時点のうち{near}時点を{_NEAR_TOLERANCE * 100:.0f}ポイント以内で再現し、"
            f"最初（{first['as_of']}）は{_points(first['model_error_share'])}、最後（{last['as_of']}）は{_points(last['model_error_share'])}外れた。"
        )


def _points(error: float) -> str:
    return f"{abs(error) * 100:.1f}ポイント{'多く' if error > 0 else '少なく'}"


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
    late = late_share(found, factors, window=window)
    reached = float(late.mean())
    return CapacityCalibration(found, published, reached, _back_test(fleet, register, late, window))


def late_share(share_per_year: float, factors: Floats | Sequence[float], *, window: int) -> Floats:
    """Return the share of systems still waiting after ``window`` years (draws,): demand falls due in equal parts, a queue forms."""
    capacity = share_per_year * np.asarray(factors, dtype=float)
    waiting = np.zeros_like(capacity)
    for _ in range(window):
        waiting = np.maximum(0.0, waiting + 1.0 / window - capacity)
    return waiting


def elapsed_share(as_of: str, *, base_fy: int, window: int) -> float:
    """Return the part of the window before the base year that has passed by the end of the month ``as_of`` ("2025年7月", "2025-07")."""
    found = re.match(r"(\d{4})\D+(\d{1,2})", as_of)
    if found is None:
        raise ModelError(f"時点「{as_of}」から年月を読み取れません。「2025年7月」のように書いてください。")
    year, month = int(found.group(1)), int(found.group(2))
    months = (year - (base_fy - window)) * _MONTHS + month - _MARCH
    return float(np.clip(months / (window * _MONTHS), 0.0, 1.0))


def _back_test(fleet: Fleet, register: Register, late: Floats, window: int) -> pd.DataFrame:
    bodies, share = register.value("std_bodies_total"), float(late.mean())
    per_body = register.value("std_systems_total") / bodies
    municipal = ~fleet.is_prefecture
    held = np.add.reduceat(fleet.systems * fleet.is_late, fleet.starts)
    in_case = float((held > 0).sum() / len(set(fleet.holder[municipal].tolist())))
    packages = len(set(TASK_GROUPS.values()))
    rows = []
    for name in _SERIES:
        published, as_of = register.value(name) / bodies, register[name].as_of
        known = elapsed_share(as_of, base_fy=fleet.base_fy, window=window) * late
        model = float((1.0 - (1.0 - known) ** packages).mean())
        rows.append(
            {
                "as_of": as_of,
                "published_bodies_count": round(published * bodies),
                "published_share": published,
                "model_package_share": model,
                "model_error_share": model - published,
                "model_clustered_share": share,
                "model_independent_share": 1.0 - (1.0 - share) ** per_body,
                "case_share": in_case,
            }
        )
    return pd.DataFrame(rows)
