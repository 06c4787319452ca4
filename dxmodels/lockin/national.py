"""What do real information-system contracts of the state show about competition, before any inventory of one's own exists?

E18/E19, published part. Shares with 95 % intervals by Wilson's score method (Wilson 1927) from the published count n; award rates by
number of bidders with the published quantiles; the two regression results with their published (HC3) intervals. Only competitive
methods enter the single-bid shares: 随意契約 and プロポーザル rows list one firm by construction.

What it leaves out: the prefecture's own contracts (needs table ``contracts``), causes: a correlation of bidders and award rate is not
the price of lock-in, because the ceiling may follow the only bidder's own quotation.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from dxmodels.errors import MissingTableError
from dxmodels.lockin.shares import wilson_interval
from dxmodels.money import format_rate

SHARES = (
    "single_bid_share",
    "single_bid_share_by_value",
    "single_bid_share_lowest_price",
    "single_bid_share_comprehensive",
    "single_bid_share_other_contracts",
    "negotiated_share",
    "negotiated_share_by_value",
)
BIDDERS_JA: Mapping[str, str] = {"1": "応札1者", "2": "応札2者", "3plus": "応札3者以上"}
_QUANTILES = ("p10", "p25", "p50", "p75", "p90")
_USED = ["name_ja", "statistic_value", "low95_value", "high95_value", "observations_count", "unit"]
_EFFECTS = ("bidder_elasticity", "single_bid_premium_log")
_CONFIDENCE = 0.95  # the level of the published intervals; ours must match it


@dataclass(frozen=True, eq=False)
class NationalContracts:
    """Single-bid and negotiated shares of the state's information-system contracts, with intervals."""

    shares: pd.DataFrame

    def to_frame(self) -> pd.DataFrame:
        """Return the shares, one row each."""
        return self.shares.drop(columns="statistic_id")

    @property
    def single_bid_share(self) -> float:
        """Share of competitive information-system contracts with one bidder."""
        return float(self._share("single_bid_share")["contracts_share"])

    @property
    def single_bid_between(self) -> tuple[float, float, str]:
        """Limits of the interval of that share, and what the range is of."""
        row = self._share("single_bid_share")
        return float(row["low_share"]), float(row["high_share"]), "95％区間"

    def summary(self) -> str:
        """Return the sentence on competition (Japanese)."""
        share, other = self._share("single_bid_share"), self._share("single_bid_share_other_contracts")
        return (
            f"国の情報システムの競争契約では一者応札が {format_rate(share['contracts_share'])}"
            f"（95％区間 {format_rate(share['low_share'])}〜{format_rate(share['high_share'])}、{share['observations_count']} 件）で、"
            f"情報システム以外の {format_rate(other['contracts_share'])}を上回る。"
        )

    def _share(self, statistic_id: str) -> pd.Series:
        return self.shares[self.shares["statistic_id"] == statistic_id].iloc[0]


@dataclass(frozen=True, eq=False)
class AwardRates:
    """Award rate by number of bidders with its distribution (``table``) and the published correlations (``effects``)."""

    table: pd.DataFrame
    effects: pd.DataFrame

    def to_frame(self) -> pd.DataFrame:
        """Return one row per number of bidders."""
        return self.table.copy()

    def summary(self) -> str:
        """Return the sentence on award rates (Japanese)."""
        parts = "、".join(
            f"{row['bidders_ja']} {format_rate(row['mean_award_rate'])}（{row['observations_count']} 件）"
            for row in self.table.to_dict("records")
        )
        last = self.table.iloc[-1]
        return (
            f"落札率の平均は{parts}。{last['bidders_ja']}は {last['observations_count']} 件しかなく、値の幅が大きい。"
        )


def compare_national_contracts(national_contracts: pd.DataFrame) -> NationalContracts:
    """Return single-bid and negotiated shares from table ``national_contracts``; MissingTableError names absent statistics."""
    statistics = _statistics(national_contracts, SHARES)
    return NationalContracts(pd.DataFrame([_share_row(statistics.loc[[name]].iloc[0], name) for name in SHARES]))


def compare_award_rates(national_contracts: pd.DataFrame) -> AwardRates:
    """Return award rates by number of bidders from table ``national_contracts``; MissingTableError names absent statistics."""
    statistics = _statistics(national_contracts, (*_EFFECTS, *(f"award_rate_{bidders}" for bidders in BIDDERS_JA)))
    rates = pd.DataFrame([_award_row(statistics, bidders, label) for bidders, label in BIDDERS_JA.items()])
    return AwardRates(rates, statistics.loc[list(_EFFECTS)].reset_index())


def _statistics(national_contracts: pd.DataFrame, needed: Sequence[str]) -> pd.DataFrame:
    statistics = national_contracts.set_index("statistic_id")[_USED]
    absent = [name for name in needed if name not in statistics.index]
    if absent:
        raise MissingTableError("national_contracts", absent, reason="に必要な統計量の行がありません")
    return statistics


def _share_row(row: pd.Series, statistic_id: str) -> dict[str, object]:
    share, count = float(row["statistic_value"]), int(row["observations_count"])
    low, high = wilson_interval(share, count, level=_CONFIDENCE)
    # A share of money is no binomial count: Wilson's interval would claim too much.
    by_value = statistic_id.endswith("_by_value")
    return {
        "statistic_id": statistic_id,
        "name_ja": row["name_ja"],
        "contracts_share": share,
        "low_share": np.nan if by_value else low,
        "high_share": np.nan if by_value else high,
        "observations_count": count,
    }


def _award_row(statistics: pd.DataFrame, bidders: str, label: str) -> dict[str, object]:
    mean = statistics.loc[[f"award_rate_{bidders}"]].iloc[0]
    values = statistics["statistic_value"].astype(float) / 100.0
    row: dict[str, object] = {
        "bidders_ja": label,
        "mean_award_rate": float(mean["statistic_value"]) / 100.0,
        "observations_count": int(mean["observations_count"]),
    }
    for quantile in _QUANTILES:
        name = f"award_rate_{bidders}_{quantile}"
        row[f"{quantile}_award_rate"] = values.get(name, np.nan)
    return row
