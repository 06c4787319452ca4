"""Are we getting anywhere: rank among others over time, and what residents can do online?

* ``track_rankings``: ranks of a body over time in each published ranking; because the number ranked changes, the share of bodies
  ahead, (rank − 1)/(number − 1), stands beside the rank. A ranking with one date has no trend.
* ``measure_outcome_gap``: a published share indicator by municipality, its distance to the best, the number of units (procedures)
  still missing where the counts are published, and the distance to what is usual for that size: ordinary least squares of the
  share on ln(population) with a prediction interval for one more body (Student t; Weisberg 2014, Applied Linear Regression, §2.7).

What it leaves out: use (a procedure that can be filed online need not be filed online), quality, and outcomes nobody publishes
by municipality (open data, once-only): asking for them answers 算出不能 with the rows the table would need.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from dxmodels.errors import MissingTableError, ModelError
from dxmodels.fiscal import era_text
from dxmodels.inputs import Case
from dxmodels.money import format_rate

USUAL, ABOVE, BELOW = "規模なみ", "規模より高い", "規模より低い"


@dataclass(frozen=True, eq=False)
class RankTrack:
    """Ranks over time, one row per ranking, body and year; ``home`` are the bodies the report speaks about."""

    table: pd.DataFrame
    home: tuple[str, ...]

    def to_frame(self) -> pd.DataFrame:
        """Return the ranks as published, oldest first within each ranking and body (``table`` also has the share of bodies ahead)."""
        return self.table.drop(columns="ahead_share")

    def summary(self) -> str:
        """Return the headline sentences (Japanese): where a rank has moved, then the ranks of one date, told once for all."""
        moved: list[str] = []
        once: dict[str, list[str]] = {}
        for (ranking, body), rows in self.table[self.table["body_ja"].isin(self.home)].groupby(
            ["ranking_ja", "body_ja"], sort=False
        ):
            first, last = rows.iloc[0], rows.iloc[-1]
            if len(rows) > 1:
                way = _way(float(first["place_rank"]), float(last["place_rank"]))
                moved.append(f"{ranking}で、{body}は{_place(first)}から{_place(last)}へ{way}。")
            else:
                once.setdefault(str(ranking), []).append(f"{body}が{_place(last)}")
        told = "、".join(f"{ranking}では{'、'.join(places)}" for ranking, places in once.items())
        return "".join(moved) + (f"{told}で、その後の順位は確認できない。" if once else "")


@dataclass(frozen=True, eq=False)
class OutcomeGap:
    """One share indicator by municipality with its distance to the best and to what is usual for the size."""

    table: pd.DataFrame
    indicator_id: str
    name_ja: str
    as_of: str
    best_ja: str
    missing_units_count: int | None
    confidence_share: float

    def to_frame(self) -> pd.DataFrame:
        """Return one row per municipality, highest share first, beside what is usual for its size."""
        usual = ["expected_share", "half_width_share", "against_size_ja"]
        return self.table[["name_ja", "population_people", "indicator_share", *usual]]

    def missing_units(self) -> MissingUnits:
        """Return how many units (procedures) each municipality still lacks; raises MissingTableError where no counts are published."""
        if self.missing_units_count is None:
            raise MissingTableError(
                "municipality_series",
                ["indicator_value"],
                reason=f"に「{self.name_ja}」の件数（分子・分母）がありません",
            )
        table = self.table[["municipality_code", "name_ja", "done_count", "all_count", "lacking_count"]]
        order = table.sort_values(["lacking_count", "municipality_code"], ascending=[False, True], ignore_index=True)
        return MissingUnits(order, f"{self.name_ja}：残りの手続数", era_text(self.as_of))

    @property
    def best_share(self) -> float:
        """The highest share any municipality has reached."""
        return float(self.table["indicator_share"].max())

    def summary(self) -> str:
        """Return the headline sentence (Japanese)."""
        best, median = self.table["indicator_share"].max(), self.table["indicator_share"].median()
        text = (
            f"{self.name_ja}（{era_text(self.as_of)}）は、最高の{self.best_ja}で{format_rate(best, decimals=0)}、"
            f"中央の団体で{format_rate(median, decimals=0)}。"
        )
        below = self.table.loc[self.table["against_size_ja"] == BELOW, "name_ja"]
        above = self.table.loc[self.table["against_size_ja"] == ABOVE, "name_ja"]
        span = f"人口から見込まれる幅（{format_rate(self.confidence_share, decimals=0)}予測区間）"
        return text + f"{span}を上回るのは{'・'.join(above) or 'なし'}、下回るのは{'・'.join(below) or 'なし'}。"


@dataclass(frozen=True, eq=False)
class MissingUnits:
    """Procedures done, all and still lacking by municipality, most lacking first."""

    table: pd.DataFrame
    label_ja: str
    as_of_ja: str

    @property
    def total_count(self) -> int:
        """Procedures still lacking over all municipalities (each counted where it lacks)."""
        return int(self.table["lacking_count"].sum())

    def to_frame(self) -> pd.DataFrame:
        """Return one row per municipality."""
        return self.table.drop(columns="municipality_code")

    def summary(self) -> str:
        """Return how many are left in all, and where most and fewest (Japanese)."""
        lacking = self.table["lacking_count"]
        most = "・".join(self.table.loc[lacking == lacking.max(), "name_ja"])
        fewest = "・".join(self.table.loc[lacking == lacking.min(), "name_ja"])
        return (
            f"{len(self.table)}団体の対象手続のべ{int(self.table['all_count'].sum()):,}件のうち、{self.total_count:,}件がまだオンライン化されていない"
            f"（{self.as_of_ja}）。残りが最も多いのは{most}の{int(lacking.max())}件、最も少ないのは{fewest}の{int(lacking.min())}件。"
        )


def track_rankings(rankings: pd.DataFrame, *, home: Sequence[str]) -> RankTrack:
    """Return ranks over time from table ``rankings``; ``home`` names the bodies spoken about (as in ``body_ja``)."""
    if not set(home) & set(rankings["body_ja"]):
        raise ModelError(
            f"順位表に対象の団体がありません：{'・'.join(home)}。rankings.csv の body_ja から指定してください。"
        )
    table = rankings[
        ["ranking_ja", "survey_year_number", "body_ja", "place_rank", "among_count", "ranking_score"]
    ].copy()
    ahead = (table["place_rank"] - 1) / (table["among_count"] - 1)
    table["ahead_share"] = ahead.astype("Float64")
    table = table.sort_values(["ranking_ja", "body_ja", "survey_year_number"], ignore_index=True)
    return RankTrack(table, tuple(home))


def measure_outcome_gap(case: Case, *, indicator_id: str, confidence_share: float) -> OutcomeGap:
    """Return the gap of a published share indicator (unit ％) by municipality, newest edition.

    Counts are taken from ``<indicator_id>_numerator``/``_denominator`` where published. Raises MissingTableError where the
    indicator is not published: the answer is then 算出不能, with the rows ``municipality_series`` would need.
    """
    if not 0.5 <= confidence_share < 1.0:
        raise ModelError(f"信頼水準 {confidence_share} は 0.5 以上 1 未満にしてください（例：0.95）。")
    shares, as_of, name_ja = _published_share(case, indicator_id)
    places = case.table("municipalities", ["population_people"]).set_index("municipality_code")
    table = places.loc[places.index.intersection(shares.index), ["name_ja", "population_people"]].copy()
    table["indicator_share"] = shares.reindex(table.index)
    table["gap_to_best_share"] = table["indicator_share"].max() - table["indicator_share"]
    missing = _missing_units(case, indicator_id, table)
    table = table.join(_against_size(table, confidence_share))
    table = table.sort_values("indicator_share", ascending=False, kind="stable").reset_index()
    best = "・".join(table.loc[table["gap_to_best_share"] == 0, "name_ja"])
    return OutcomeGap(table, indicator_id, name_ja, as_of, best, missing, confidence_share)


def list_missing_units(gap: OutcomeGap) -> MissingUnits:
    """Return how many units (procedures) each municipality still lacks (E27); MissingTableError where no counts are published."""
    return gap.missing_units()


def _place(row: pd.Series) -> str:
    ranking = str(row["ranking_ja"])
    kind = next((word for word in ("都道府県", "市区") if word in ranking), "か国・地域")
    among = f"{int(row['among_count'])}{kind}中" if pd.notna(row["among_count"]) else ""
    return f"{int(row['survey_year_number'])}年の{among}{int(row['place_rank'])}位"


def _way(first: float, last: float) -> str:
    if first == last:
        return "変わっていない"
    return "上がった" if last < first else "下がった"


def _published_share(case: Case, indicator_id: str) -> tuple[pd.Series, str, str]:
    series = case.table("municipality_series", ["indicator_value"])
    rows = series[(series["indicator_id"] == indicator_id) & series["indicator_value"].notna()]
    if rows.empty:
        raise MissingTableError(
            "municipality_series",
            ["indicator_id", "as_of", "indicator_value"],
            reason=f"に指標「{indicator_id}」の行がありません",
        )
    as_of = str(rows["as_of"].max())
    newest = rows[rows["as_of"] == as_of].set_index("municipality_code")["indicator_value"].astype(float) / 100.0
    names = case.table("indicators").set_index("indicator_id")["name_ja"]
    return newest, as_of, str(names.get(indicator_id, indicator_id))


def _missing_units(case: Case, indicator_id: str, table: pd.DataFrame) -> int | None:
    """Units (procedures) each body does not yet offer, added to ``table``; None where no counts are published."""
    series = case.table("municipality_series")
    counts = {}
    for part in ("numerator", "denominator"):
        rows = series[series["indicator_id"] == f"{indicator_id}_{part}"].sort_values("as_of")
        if rows.empty:
            return None
        counts[part] = rows.drop_duplicates("municipality_code", keep="last").set_index("municipality_code")[
            "indicator_value"
        ]
    done, all_units = (counts[part].reindex(table.index).astype("Int64") for part in ("numerator", "denominator"))
    lacking = (all_units - done).clip(lower=0)
    table["done_count"], table["all_count"], table["lacking_count"] = done, all_units, lacking
    return int(lacking.sum())


def _against_size(table: pd.DataFrame, confidence_share: float) -> pd.DataFrame:
    """Expected share at the body's size, its prediction interval (the body itself left out of the fit), and the verdict."""
    x, y = np.log(table["population_people"].to_numpy(dtype=float)), table["indicator_share"].to_numpy(dtype=float)
    rows = []
    for place in range(len(x)):
        others = np.arange(len(x)) != place
        expected, half = _predict(x[others], y[others], float(x[place]), confidence_share)
        verdict = USUAL if abs(y[place] - expected) <= half else (ABOVE if y[place] > expected else BELOW)
        rows.append({"expected_share": expected, "half_width_share": half, "against_size_ja": verdict})
    return pd.DataFrame(rows, index=table.index)


def _predict(x: np.ndarray, y: np.ndarray, at: float, confidence_share: float) -> tuple[float, float]:
    count = len(x)
    centre, spread = x.mean(), float(((x - x.mean()) ** 2).sum())
    if count < 4 or spread == 0:
        raise ModelError(
            f"規模との関係を求めるには団体が不足しています（{count} 団体）。5 団体以上の表で計算してください。"
        )
    slope = float(((x - centre) * (y - y.mean())).sum()) / spread
    residuals = y - y.mean() - slope * (x - centre)
    deviation = np.sqrt(float((residuals**2).sum()) / (count - 2))
    factor = np.sqrt(1 + 1 / count + (at - centre) ** 2 / spread)
    quantile = float(stats.t.ppf((1 + confidence_share) / 2, count - 2))
    return float(y.mean() + slope * (at - centre)), float(quantile * deviation * factor)
