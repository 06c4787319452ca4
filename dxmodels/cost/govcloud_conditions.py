"""In which conditions does a body run on Government Cloud, other than the pilot's own?

Multipliers on the pilot's amounts (1.0 = as published), months of parallel running, and how many bodies share one environment:
with a share φ of usage, lines and data centre that does not grow with the members, n members instead of the pilot's n0 scale
these items by 1 - φ + φ·n0/n.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dxmodels.cost.checks import require_range
from dxmodels.cost.naming import COST_ITEM_JA
from dxmodels.errors import ModelError

if TYPE_CHECKING:
    from dxmodels.inputs import Register

_SHARED_ITEMS = ("cloud_usage", "network_lines", "data_centre")
_SCALED_BY = {
    "network_lines": "line_multiplier",
    "cloud_usage": "cloud_usage_multiplier",
    "operation_work": "operation_multiplier",
    "software_lease": "software_multiplier",
}


@dataclass(frozen=True)
class CloudConditions:
    """How the Government Cloud side differs from the pilot: multipliers, months of parallel running, bodies sharing one environment."""

    line_multiplier: float = 1.0
    cloud_usage_multiplier: float = 1.0
    operation_multiplier: float = 1.0
    software_multiplier: float = 1.0
    parallel_months: float = 0.0
    term_months: float = math.inf
    members_count: float = 1.0
    pilot_members_count: float = 1.0
    sharing_fixed_share: float = 0.0

    def __post_init__(self) -> None:
        """Refuse values outside their range, naming value, range and cure."""
        for item, name in _SCALED_BY.items():
            cure = "先行事業の額を1.0とする倍率で指定してください。"
            require_range(f"{COST_ITEM_JA[item]}の倍率", getattr(self, name), 0.0, 100.0, cure)
        require_range("並行稼働の月数", self.parallel_months, 0.0, 120.0, "0か月以上で指定してください。")
        require_range("環境を共有する団体数", self.members_count, 1.0, 2000.0, "1団体以上で指定してください。")
        require_range(
            "先行事業の1件当たり団体数", self.pilot_members_count, 1.0, 2000.0, "1団体以上で指定してください。"
        )
        require_range(
            "共有により分担できる割合", self.sharing_fixed_share, 0.0, 1.0, "0以上1以下の割合で指定してください。"
        )
        if self.parallel_months and not 0 < self.term_months < math.inf:
            raise ModelError("並行稼働の月数を指定するときは、比較期間の月数（例：60）も指定してください。")

    @property
    def sharing_multiplier(self) -> float:
        """Factor on usage, lines and data centre when ``members_count`` bodies share one environment."""
        share = self.sharing_fixed_share
        return 1.0 - share + share * self.pilot_members_count / self.members_count

    def multiplier(self, cost_item: str) -> float:
        """Return the factor on one cost item of the Government Cloud side."""
        own = float(getattr(self, _SCALED_BY[cost_item])) if cost_item in _SCALED_BY else 1.0
        return own * (self.sharing_multiplier if cost_item in _SHARED_ITEMS else 1.0)


def read_cloud_conditions(register: Register) -> CloudConditions:
    """Return the conditions of the Government Cloud side as the register has them."""
    return CloudConditions(
        line_multiplier=register.value("govcloud_line_multiplier"),
        cloud_usage_multiplier=register.value("govcloud_cloud_usage_multiplier"),
        operation_multiplier=register.value("govcloud_operation_multiplier"),
        software_multiplier=register.value("govcloud_software_multiplier"),
        parallel_months=register.value("govcloud_parallel_months"),
        term_months=register.value("govcloud_pilot_term_months"),
        members_count=register.value("govcloud_sharing_members"),
        pilot_members_count=register.value("govcloud_pilot_members"),
        sharing_fixed_share=register.value("govcloud_sharing_fixed_share"),
    )
