"""How long does an expert work in a year, how long is the road, and how closely is the placement proven?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dxmodels.errors import ModelError

if TYPE_CHECKING:
    from dxmodels.inputs import Register

PLACEMENT_ASSUMPTIONS: tuple[str, ...] = (
    "expert_working_days",
    "expert_day_hours",
    "travel_speed_km_per_hour",
    "travel_detour_ratio",
    "expert_restation_days",
)


@dataclass(frozen=True)
class PlacementRules:
    """Working days and hours of one expert, travel speed (km an hour), road detour, days lost by a new station; gaps of the search.

    ``year_gap``: of each year's own objectives; ``gap``: of travel and restationing over all years.
    """

    working_days: float
    day_hours: float
    speed_km_per_hour: float
    detour_ratio: float
    restation_days: float
    gap: float = 0.005
    year_gap: float = 0.001
    nodes: int | None = None
    seconds: float | None = None

    def __post_init__(self) -> None:
        """Refuse values outside their range, naming value, range and cure."""
        for name, label in _POSITIVE_JA.items():
            if not getattr(self, name) > 0:
                raise ModelError(f"{label} {getattr(self, name)} は 0 より大きい数にしてください。")
        if self.detour_ratio < 1.0 or self.restation_days < 0:
            raise ModelError(
                f"迂回の倍率 {self.detour_ratio} は 1 以上、配置替えの日数 {self.restation_days} は 0 以上にしてください。"
            )

    def visit_days(self, distance_km: float) -> float:
        """Days one visit day takes, travel there and back included."""
        return 1.0 + 2.0 * distance_km * self.detour_ratio / (self.speed_km_per_hour * self.day_hours)


_POSITIVE_JA = {
    "working_days": "共同人材の年間の稼働日数",
    "day_hours": "1日の稼働時間",
    "speed_km_per_hour": "移動の速さ（時速km）",
}


def read_placement_rules(
    register: Register, *, nodes: int | None = None, seconds: float | None = None
) -> PlacementRules:
    """Return the rules as the register has them."""
    return PlacementRules(
        working_days=register.value("expert_working_days"),
        day_hours=register.value("expert_day_hours"),
        speed_km_per_hour=register.value("travel_speed_km_per_hour"),
        detour_ratio=register.value("travel_detour_ratio"),
        restation_days=register.value("expert_restation_days"),
        nodes=nodes,
        seconds=seconds,
    )
