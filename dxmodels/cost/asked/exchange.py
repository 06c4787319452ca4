"""What do exchange rate and conditions make of the comparison with Government Cloud?

E07 ``compare_published_pilot`` (at the pilot's own exchange rate: the published table to the yen), E08 ``compare_at_observed_rates`` (what each year's
exchange rate would have made of it) and ``compare_conditions``. The maths stands in govcloud.py and govcloud_sensitivity.py.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from dxmodels.cost.govcloud import CloudComparison, compare_government_cloud
from dxmodels.cost.govcloud_sensitivity import CLOUD_ASSUMPTIONS, compare_cloud_conditions, compare_under_register
from dxmodels.errors import MissingTableError
from dxmodels.inputs import Register

EXCHANGE_SERIES = "usdjpy"


@dataclass(frozen=True, eq=False)
class RateComparison:
    """The comparison at every observed yearly rate and at the planning rate.

    ``comparison`` is the one at the planning rate, ``at_limits`` those at the lower and upper limit of that rate; ``break_even_rates`` are the break-even
    rates with each of the other assumptions at its lower and upper limit, one at a time.
    """

    table: pd.DataFrame
    comparison: CloudComparison
    observed: Mapping[int, float] = field(repr=False)
    at_limits: tuple[CloudComparison, CloudComparison] = field(repr=False)
    break_even_rates: tuple[float, ...] = field(repr=False)

    @property
    def break_even_rate(self) -> float:
        """Exchange rate (yen per dollar) at which both sides cost the same."""
        return self.comparison.break_even_rate

    @property
    def planning_difference_yen(self) -> int:
        """Government Cloud less current system over five years at the planning rate (positive = dearer)."""
        return self.comparison.difference_yen

    @property
    def planning_between(self) -> tuple[float, float, str]:
        """That difference at the lower and upper limit of the planning rate, and what the range is of."""
        low, high = sorted(limit.difference_yen for limit in self.at_limits)
        return low, high, "為替の前提の幅"

    @property
    def break_even_between(self) -> tuple[float, float, str]:
        """Lowest and highest break-even rate when the other assumptions go to their limits one at a time, and what the range is of."""
        rates = (self.break_even_rate, *self.break_even_rates)
        return min(rates), max(rates), "ほかの前提を一つずつ動かした幅"

    def to_frame(self) -> pd.DataFrame:
        """Return one row per exchange rate, lowest first."""
        return self.table.drop(columns="year_number")

    def summary(self) -> str:
        """Return the headline sentence (Japanese), the break-even rate included."""
        years = self.table[self.table["year_number"].notna()].sort_values("year_number")
        dearer = [f"{int(row['year_number'])}年" for row in years.to_dict("records") if row["difference_yen"] > 0]
        return f"{self.comparison.summary()}年平均の為替でみると、ガバメントクラウドが割高になるのは{'・'.join(dearer) or 'なし'}。"


@dataclass(frozen=True, eq=False)
class ConditionComparison:
    """The comparison under other line costs and numbers of sharing bodies, at the planning exchange rate."""

    table: pd.DataFrame

    def to_frame(self) -> pd.DataFrame:
        """Return one row per condition."""
        return self.table.drop(columns="condition_id")

    def summary(self) -> str:
        """Return the headline sentence (Japanese): which conditions make Government Cloud cheaper, which dearer."""
        cheaper = self.table.loc[self.table["difference_yen"] < 0, "name_ja"]
        dearer = self.table.loc[self.table["difference_yen"] >= 0, "name_ja"]
        low, high = self.table["break_even_yen_per_usd"].min(), self.table["break_even_yen_per_usd"].max()
        return (
            f"ガバメントクラウドが割安になるのは「{'」「'.join(cheaper) or 'なし'}」、割高になるのは「{'」「'.join(dearer) or 'なし'}」の場合。"
            f"損益分岐の為替は条件により1ドル{low:.0f}〜{high:.0f}円に動く。"
        )


def compare_published_pilot(pilot: pd.DataFrame, *, register: Register) -> CloudComparison:
    """Return the comparison at the pilot's own exchange rate: the published table, to the yen (E07)."""
    base = register.value("govcloud_pilot_base_rate")
    return compare_government_cloud(
        pilot, usdjpy_rate=base, base_rate=base, repriced_rate=register.value("govcloud_pilot_repriced_rate")
    )


def compare_at_observed_rates(
    pilot: pd.DataFrame, national_series: pd.DataFrame, *, register: Register
) -> RateComparison:
    """Return the comparison at each year's mean exchange rate, at the pilot's two rates and at the planning rate (E08).

    Raises MissingTableError where ``national_series`` holds no exchange rate.
    """
    rows = national_series[national_series["series_id"] == EXCHANGE_SERIES]
    if rows.empty:
        raise MissingTableError(
            "national_series", ["series_value"], reason=f"に為替（{EXCHANGE_SERIES}）の行がありません"
        )
    observed = {int(year): float(rate) for year, rate in zip(rows["as_of"], rows["series_value"], strict=True)}
    named: list[tuple[str, int | None, float]] = [(f"{year}年平均", year, rate) for year, rate in observed.items()]
    named += [
        ("先行事業の試算", None, register.value("govcloud_pilot_base_rate")),
        ("先行事業の再試算", None, register.value("govcloud_pilot_repriced_rate")),
        ("この報告の前提", None, register.value("usdjpy_planning")),
    ]
    # Every row is a whole comparison, so that its totals are sums of rounded items like those of the other exhibits, to the yen.
    found = [
        _rate_row(name, year, compare_under_register(pilot, register, usdjpy_rate=rate)) for name, year, rate in named
    ]
    table = pd.DataFrame(found).astype({"year_number": "Int64"})
    comparison = compare_under_register(pilot, register)
    planning = register["usdjpy_planning"]
    low, high = (
        compare_under_register(pilot, register, usdjpy_rate=planning.value(level=level)) for level in ("low", "high")
    )
    table = table.sort_values("yen_per_usd", kind="stable", ignore_index=True)
    return RateComparison(table, comparison, observed, (low, high), _break_even_rates(pilot, register))


def _break_even_rates(pilot: pd.DataFrame, register: Register) -> tuple[float, ...]:
    """Return the break-even rate with each assumption but the exchange rate at its low and its high value; where none exists, none is returned."""
    others = [name for name in CLOUD_ASSUMPTIONS if name != "usdjpy_planning" and register[name].has_range]
    rates = (
        compare_under_register(pilot, register.replace(name, central=register.value(name, level=level))).break_even_rate
        for name in others
        for level in ("low", "high")
    )
    return tuple(rate for rate in rates if math.isfinite(rate))


def compare_conditions(pilot: pd.DataFrame, *, register: Register) -> ConditionComparison:
    """Return the comparison under the register's range of line cost and sharing, one changed at a time (E08)."""
    return ConditionComparison(compare_cloud_conditions(pilot, register))


def _rate_row(name: str, year: int | None, found: CloudComparison) -> dict[str, object]:
    return {
        "rate_ja": name,
        "year_number": year,
        "yen_per_usd": found.usdjpy_rate,
        "current_yen": found.current_total_yen,
        "government_cloud_yen": found.government_cloud_total_yen,
        "difference_yen": found.difference_yen,
    }
