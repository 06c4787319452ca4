"""What is known of a placement: stations, visits, days asked for and given, and how far each objective is proven?"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from dxmodels.money import format_rate

_SHOWN_TOLERANCE = 1e-4


@dataclass(frozen=True, eq=False)
class Placement:
    """Stations by year, visits, days asked for and given by municipality, and how far each objective is proven."""

    stations: pd.DataFrame
    visits: pd.DataFrame
    table: pd.DataFrame
    stages: pd.DataFrame
    fairness_price_days: float

    @property
    def gap(self) -> float:
        """The largest gap of all objectives: worst-served share, days not given, experts, travel with restationing."""
        return float(self.stages["gap"].max())

    def to_frame(self) -> pd.DataFrame:
        """Return one row per municipality: days asked for and given over all years, share served, stations they come from (codes stand in ``table``)."""
        columns = ["name_ja", "demand_days", "served_days", "served_share", "stations_ja"]
        return self.table[columns].copy()

    def summary(self) -> str:
        """Return the headline sentences (Japanese)."""
        asked, given = float(self.table["demand_days"].sum()), float(self.table["served_days"].sum())
        least = self.table.iloc[int(self.table["served_share"].to_numpy(dtype=float).argmin())]
        travel = float((self.visits["visit_days"] * (self.visits["days_per_visit"] - 1.0)).sum())
        yearly = self.stations.groupby("fiscal_year")["experts_count"].sum()
        people = f"{yearly.min()}〜{yearly.max()} 人" if len(yearly) else "0 人"
        text = (
            f"年に {people}の共同人材で、支援を要するのべ {asked:,.0f} 日に対し {given:,.0f} 日（{format_rate(given / asked, decimals=0)}）に応じられる。"
            + (
                "すべての団体の求めに応じられる。"
                if float(least["served_share"]) >= 1.0 - _SHOWN_TOLERANCE
                else f"期間を通じて最も少ない団体は{least['name_ja']}の {format_rate(float(least['served_share']), decimals=0)}。"
            )
            + f"移動に費やすのは {travel:,.0f} 日、最適性ギャップは最大 {format_rate(self.gap, decimals=2)}（充足率・日数・人数・移動のすべて）。"
        )
        if self.fairness_price_days >= 1.0:
            text += f"遠い団体を後回しにすれば、あと {self.fairness_price_days:,.0f} 日多く応じられる（公平の代償）。"
        return text
