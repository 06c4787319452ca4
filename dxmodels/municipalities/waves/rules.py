"""Under which rules is the calendar of moves planned, and what does it cost to loosen a limit?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dxmodels.errors import ModelError

if TYPE_CHECKING:
    from dxmodels.inputs import Register

WAVE_RULE_ASSUMPTIONS: tuple[str, ...] = (
    "wave_expert_fte_yen",
    "wave_vendor_slot_yen",
    "wave_staff_fte_yen",
    "wave_late_system_year_yen",
    "wave_levelling_share",
)
_MOST_YEARS_SHOWN = 40


@dataclass(frozen=True)
class WaveRules:
    """Years of the calendar and what must hold: ``must_finish`` = everything moves within the years, ``allow_late`` = after its deadline too.

    ``*_yen``: a shared expert's year, one more parallel move of a vendor, one more staff year, one system a year past its deadline.
    ``levelling_share``: how much more cost (share) is accepted for a more even calendar. ``gap``: relative gap to stop at; ``nodes`` and ``seconds``: limits of the search (seconds for exploring only).
    """

    first_fy: int
    years_count: int
    expert_fte_yen: float
    vendor_slot_yen: float
    staff_fte_yen: float
    late_system_year_yen: float
    must_finish: bool = True
    allow_late: bool = True
    levelling_share: float = 0.0
    gap: float = 0.005
    nodes: int | None = None
    seconds: float | None = None

    def __post_init__(self) -> None:
        """Refuse values outside their range, naming value, range and cure."""
        if not 1 <= self.years_count <= _MOST_YEARS_SHOWN:
            raise ModelError(
                f"計画の年数 {self.years_count} は 1 以上 {_MOST_YEARS_SHOWN} 以下にしてください（例：6）。"
            )
        for name in ("expert_fte_yen", "vendor_slot_yen", "staff_fte_yen", "late_system_year_yen"):
            if not getattr(self, name) >= 0:
                raise ModelError(f"{name}={getattr(self, name)} は 0 円以上にしてください。")
        if not 0.0 <= self.levelling_share <= 1.0:
            raise ModelError(f"平準化のために認める費用の割合 {self.levelling_share} は 0 以上 1 以下にしてください。")
        if not 0.0 <= self.gap < 1.0:
            raise ModelError(f"最適性ギャップ {self.gap} は 0 以上 1 未満にしてください（例：0.005）。")

    @property
    def years(self) -> range:
        """The fiscal years of the calendar."""
        return range(self.first_fy, self.first_fy + self.years_count)


def read_wave_rules(
    register: Register,
    *,
    first_fy: int,
    years_count: int,
    must_finish: bool = True,
    allow_late: bool = True,
    nodes: int | None = None,
    seconds: float | None = None,
) -> WaveRules:
    """Return the rules with prices from the register."""
    return WaveRules(
        first_fy=first_fy,
        years_count=years_count,
        expert_fte_yen=register.value("wave_expert_fte_yen"),
        vendor_slot_yen=register.value("wave_vendor_slot_yen"),
        staff_fte_yen=register.value("wave_staff_fte_yen"),
        late_system_year_yen=register.value("wave_late_system_year_yen"),
        must_finish=must_finish,
        allow_late=allow_late,
        levelling_share=register.value("wave_levelling_share"),
        nodes=nodes,
        seconds=seconds,
    )
