"""The cost questions as a report asks them: tools of this room with the settings of the register, each answer with its own sentence.

E07 ``compare_published_pilot`` (at the pilot's own exchange rate: the published table to the yen), E08 ``compare_at_observed_rates`` (what
each year's exchange rate would have made of it), E10 ``compare_overrun_caps`` (one project, by declared cap) and
``evaluate_replacement_tail`` (all replacements together), E12 ``compare_scale_with_bands``. The maths stands in the tools themselves.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import pandas as pd

from dxmodels.cost.from_case import ReplacementEstimates, estimate_municipal_scale, replacement_estimates
from dxmodels.cost.govcloud import CloudComparison, compare_government_cloud
from dxmodels.cost.govcloud_sensitivity import CLOUD_ASSUMPTIONS, compare_cloud_conditions, compare_under_register
from dxmodels.cost.overrun import OverrunParams, compare_caps, fit_overruns
from dxmodels.cost.portfolio_tail import PortfolioTail, evaluate_portfolio_tail
from dxmodels.cost.scale import ScaleCurve
from dxmodels.cost.scale_bands import compare_with_bands
from dxmodels.errors import MissingTableError
from dxmodels.inputs import Case, Register
from dxmodels.money import format_rate

EXCHANGE_SERIES = "usdjpy"
CAP_ASSUMPTIONS = ("overrun_cap_low_ratio", "overrun_cap_ratio", "overrun_cap_high_ratio", "overrun_cap_extreme_ratio")


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


@dataclass(frozen=True, eq=False)
class CapComparison:
    """Quantiles of one project's cost ratio under each declared cap; ``params`` holds the models drawn, by label."""

    table: pd.DataFrame
    params: Mapping[str, OverrunParams] = field(repr=False)
    declared_cap_ratio: float

    @property
    def p80_ratio(self) -> float:
        """Cost over estimate that four projects of five do not exceed, under the declared cap."""
        return float(self.table.loc[self.table["cap_ratio"] == self.declared_cap_ratio, "p80_ratio"].iloc[0])

    @property
    def p80_between(self) -> tuple[float, float, str]:
        """The ratios that half of the projects and nineteen of twenty do not exceed, under the declared cap, and what the range is of."""
        row = self.table[self.table["cap_ratio"] == self.declared_cap_ratio].iloc[0]
        return float(row["p50_ratio"]), float(row["p95_ratio"]), "P50〜P95"

    def to_frame(self) -> pd.DataFrame:
        """Return one row per cap, lowest first."""
        return self.table.round(2)

    def summary(self) -> str:
        """Return the headline sentence (Japanese)."""
        row = self.table[self.table["cap_ratio"] == self.declared_cap_ratio].iloc[0]
        low, high = self.table["mean_ratio"].min(), self.table["mean_ratio"].max()
        return (
            f"情報システムの事業は、半数が見積の{row['p50_ratio']:.2f}倍以内（P50）に収まるが、5件に1件は{row['p80_ratio']:.2f}倍（P80）、"
            f"20件に1件は{row['p95_ratio']:.2f}倍（P95）を超える（超過の上限を{self.declared_cap_ratio:g}倍と宣言した場合）。"
            f"平均は上限の置き方だけで{low:.2f}〜{high:.2f}倍に動くため、平均では判断しない。"
        )


@dataclass(frozen=True, eq=False)
class ReplacementTail:
    """The tail of all replacements together (``tail``) and how many systems hold an estimate (``estimates``)."""

    tail: PortfolioTail
    estimates: ReplacementEstimates

    @property
    def p80_yen(self) -> int:
        """Cost that is not exceeded in four cases of five."""
        return self.tail.value_yen("p80")

    def to_frame(self) -> pd.DataFrame:
        """Return the quantiles."""
        return self.tail.to_frame()

    def summary(self) -> str:
        """Return the headline sentences (Japanese)."""
        return self.tail.summary() + self.estimates.summary()

    def carriers(self, count: int) -> TailCarriers:
        """Return the ``count`` systems that carry most of the tail, by name."""
        table = self.tail.contributors.head(count)
        names = table["system_id"].map(self.estimates.names)
        return TailCarriers(table.assign(name_ja=names), self.tail)


@dataclass(frozen=True, eq=False)
class TailCarriers:
    """The systems that carry most of the tail of all replacements together, largest share first."""

    table: pd.DataFrame
    tail: PortfolioTail = field(repr=False)

    def to_frame(self) -> pd.DataFrame:
        """Return one row per system, by name."""
        columns = [
            "name_ja",
            "estimate_yen",
            "estimate_share",
            "tail_excess_yen",
            "tail_share",
            "cumulative_tail_share",
        ]
        return self.table[columns]

    def summary(self) -> str:
        """Return who carries the tail (Japanese), the worst systems by name."""
        worst = self.table.head(len(self.tail.worst_systems))
        return (
            f"更新費用が大きく上振れする場合の超過額は、{'・'.join(worst['name_ja'])}の{len(worst)}件が"
            f"{format_rate(self.tail.worst_share)}を占める（見積額では{format_rate(float(worst['estimate_share'].sum()))}）。"
        )


@dataclass(frozen=True, eq=False)
class ScaleWithBands:
    """The curve of the case's municipalities and the published bands beside it (``bands``)."""

    curve: ScaleCurve
    bands: pd.DataFrame

    def to_frame(self) -> pd.DataFrame:
        """Return one row per population band: published, own and curve, in yen a resident and as an index of shape."""
        kinds = ("published", "own", "curve")
        yen, index = [f"{kind}_per_person_yen" for kind in kinds], [f"{kind}_index" for kind in kinds]
        return self.bands[["name_ja", "own_bodies_count", *yen, *index]].round(dict.fromkeys(index, 2))

    def summary(self) -> str:
        """Return the headline sentences (Japanese): from which population on scale no longer helps."""
        (below, low, high), (above, low_above, high_above) = (
            self.curve.elasticity(side) for side in ("below", "above")
        )
        people = f"人口{self.curve.knot / 10_000:.0f}万人"
        level = f"{self.curve.level:.0%}".replace("%", "％")
        small = "住民の多い団体ほど1人当たり経費が安い" if high < 1.0 else "規模の経済は確かめられない"
        large = (
            "規模の経済は確かめられない"
            if low_above <= 1.0 <= high_above
            else ("1人当たり経費はまた高くなる" if above > 1.0 else "なお安くなる")
        )
        return (
            f"{people}までは{small}（人口が1％増えても経費は{below:.2f}％増、{level}区間{low:.2f}〜{high:.2f}）。"
            f"それを超えると{large}（同{above:.2f}％増、区間{low_above:.2f}〜{high_above:.2f}）。{self.curve.bodies}団体・{self.curve.n}件の業務システムによる。"
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


def compare_overrun_caps(register: Register) -> CapComparison:
    """Return one project's P50, P80, P95 and mean under each declared cap of the register (E10, published reference class)."""
    caps = tuple(dict.fromkeys(register.value(name) for name in CAP_ASSUMPTIONS))
    base = fit_overruns(register)
    params = {f"上限{cap:g}倍": replace(base, cap_ratio=cap) for cap in caps}
    return CapComparison(compare_caps(register, caps), params, register.value("overrun_cap_ratio"))


def evaluate_replacement_tail(case: Case, register: Register, *, seed: int, draws: int) -> ReplacementTail:
    """Return P50, P80, P95 of replacing all systems that hold an estimate, and who carries the tail (E10)."""
    estimates = replacement_estimates(case)
    tail = evaluate_portfolio_tail(estimates.amounts, params=fit_overruns(register), seed=seed, draws=draws)
    return ReplacementTail(tail, estimates)


def read_replacement_tail(result: ReplacementTail) -> list[str]:
    """Return how to read the tail and with which settings it was drawn (Japanese)."""
    return [
        "曲線は、更新費用の合計がその額を超える確率。赤い点がP50・P80・P95（それぞれ50％、80％、95％の確率で収まる額）。",
        result.tail.settings_ja(),
    ]


def compare_scale_with_bands(case: Case, *, seed: int, search: bool) -> ScaleWithBands:
    """Return the curve of yearly cost per resident over population beside the published bands (E12).

    ``search``: look for the knot and redraw for its interval (a minute); else it stands in the middle (geometric mean) of the band
    with the lowest published cost per resident.
    """
    bands = case.table("cost_bands", ["cost_per_person_yen"])
    curve = estimate_municipal_scale(case, seed=seed, knot="search" if search else _cheapest_size(bands))
    return ScaleWithBands(curve, compare_with_bands(curve, bands))


def _rate_row(name: str, year: int | None, found: CloudComparison) -> dict[str, object]:
    return {
        "rate_ja": name,
        "year_number": year,
        "yen_per_usd": found.usdjpy_rate,
        "current_yen": found.current_total_yen,
        "government_cloud_yen": found.government_cloud_total_yen,
        "difference_yen": found.difference_yen,
    }


def _cheapest_size(bands: pd.DataFrame) -> float:
    bounded = bands[(bands["population_from_people"] > 0) & bands["population_below_people"].notna()]
    cheapest = bounded.nsmallest(1, "cost_per_person_yen").iloc[0]
    return math.sqrt(float(cheapest["population_from_people"]) * float(cheapest["population_below_people"]))


evaluate_replacement_tail.question_ja = "更新費用の上振れ"  # type: ignore[attr-defined]
compare_scale_with_bands.question_ja = "規模と1人当たり経費"  # type: ignore[attr-defined]
