"""How many of the prefecture's servers could be merged, judged by their peaks and not by their means?

Need = Σ servers_i · P95_i · margin / target; today's count is the yardstick. Consolidation by the mean alone is shown beside it, as the
mistake it would be. Systems without server count or P95 are counted, not guessed.
What it leaves out: memory and disks, peaks at the same hour (the margin), systems that may not share a host.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from dxmodels.inputs.schemas.choices import choice_label_ja

if TYPE_CHECKING:
    from dxmodels.inputs import Case, Register

_TOTAL_JA = "合計"
SERVER_ASSUMPTIONS = ("server_target_rate", "server_overcommit_margin", "server_annual_cost_yen")


@dataclass(frozen=True, eq=False)
class ServerConsolidation:
    """Servers today and after merging, by hosting; counts of systems with and without measurements."""

    table: pd.DataFrame
    measured_systems: int
    unmeasured_systems: int
    assumptions: tuple[str, ...] = SERVER_ASSUMPTIONS

    def to_frame(self) -> pd.DataFrame:
        """Return one row a hosting form and the total."""
        return self.table.copy()

    def summary(self) -> str:
        """Return the servers today and needed, in Japanese, with what was not measured."""
        last = self.table.iloc[-1]
        return (
            f"計測のある{self.measured_systems}システムのサーバ{int(last['servers_today_count']):,}台は、P95（計測値の95％がこれを下回る利用率）に基づけば"
            f"{int(last['servers_needed_count']):,}台で足りる（平均に基づく{int(last['servers_by_mean_count']):,}台では足りないおそれがある）。"
            f"利用率または台数が不明の{self.unmeasured_systems}システムは含めていない。"
        )


def consolidate_servers(case: Case, register: Register) -> ServerConsolidation:
    """Return how many servers the measured systems need when they share hosts (own and shared servers of the inventory)."""
    columns = ["hosting", "server_count", "cpu_mean_rate", "cpu_p95_rate"]
    rows = case.table("systems", columns)
    rows = rows[rows["hosting"].isin(["own_server", "shared_server"])]
    known = rows.dropna(subset=["server_count", "cpu_p95_rate"])
    known = known[known["server_count"] > 0].assign(
        peak=lambda table: table["server_count"] * table["cpu_p95_rate"],
        mean=lambda table: table["server_count"] * table["cpu_mean_rate"].fillna(table["cpu_p95_rate"]),
    )
    sums = known.groupby("hosting", sort=True)[["server_count", "peak", "mean"]].sum().astype(float)
    sums.loc["total"] = sums.sum()
    target = register.value("server_target_rate")
    margin = register.value("server_overcommit_margin")
    table = pd.DataFrame(
        {
            "hosting": [_TOTAL_JA if name == "total" else choice_label_ja("hosting", str(name)) for name in sums.index],
            "servers_today_count": sums["server_count"].astype(int).to_numpy(),
            "servers_needed_count": [math.ceil(peak * margin / target) for peak in sums["peak"]],
            "servers_by_mean_count": [math.ceil(mean / target) for mean in sums["mean"]],
        }
    )
    saved = table["servers_today_count"] - table["servers_needed_count"]
    table["saving_yen"] = (saved * register.value("server_annual_cost_yen")).round().astype("int64")
    return ServerConsolidation(table, len(known), len(rows) - len(known))
