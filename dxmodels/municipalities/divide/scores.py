"""What is compared between municipalities, and on which scale?

Published dashboard indicators whose definition says which direction is better and whose unit is a share or yes/no (a count is not
comparable between a city and a village). Each is put on 0..1 by its own unit (a share stays a share, 有無 stays 0 or 1), never by the sample's own minimum and maximum: a gap that is small in the real world must
not be stretched. An indicator for which lower is better enters as one minus its value. Where an indicator has several editions
the newest is taken. A municipality with any value missing is left out of the ranking and named, not filled in.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from dxmodels.errors import MissingTableError, ModelError
from dxmodels.inputs import Case, Register

COMPARED_DOMAINS = ("governance", "people", "technology", "service")
DOMAIN_JA = {"governance": "体制", "people": "人材", "technology": "技術の活用", "service": "住民サービス"}
_UNIT_SCALES = {"0/1": 1.0, "割合": 1.0, "割合（0〜1）": 1.0, "％": 100.0, "%": 100.0}


@dataclass(frozen=True)
class SizeClassing:
    """Where ordinary cities are split by population (people) when municipalities are classed by size."""

    city_split_people: int

    def __post_init__(self) -> None:
        """Refuse a split that is not a population."""
        if self.city_split_people <= 0:
            raise ModelError(f"市の規模区分の境界 {self.city_split_people} 人は正の数にしてください（例：100000）。")


@dataclass(frozen=True, eq=False)
class Scores:
    """Scores 0..1, one row a municipality and one column an indicator.

    ``indicators``: indicator_id, name_ja, domain, unit in column order; ``places``: name_ja, population_people, size_class_ja by
    municipality_code; ``editions``: as_of values seen per indicator; ``left_out``: codes with a value missing.
    """

    values: pd.DataFrame
    indicators: pd.DataFrame
    places: pd.DataFrame
    editions: dict[str, tuple[str, ...]]
    left_out: tuple[str, ...]

    @property
    def has_trend(self) -> bool:
        """True where at least one indicator was published at two dates: without that no trend of the gap can be shown."""
        return any(len(dates) > 1 for dates in self.editions.values())

    def to_frame(self) -> pd.DataFrame:
        """Return the scores with names, population and size class."""
        return self.places.join(self.values).reset_index()

    def summary(self) -> str:
        """Return what is compared in one Japanese sentence."""
        text = f"{len(self.values)} 団体を {len(self.indicators)} 指標（{self._domains()}）で比べる。"
        if self.left_out:
            text += f"値に欠けがある {len(self.left_out)} 団体は順位を算出不能とした。"
        return text

    def _domains(self) -> str:
        counts = self.indicators["domain"].map(DOMAIN_JA).value_counts(sort=False)
        return "・".join(f"{name}{count}" for name, count in counts.items())


def read_size_classing(register: Register) -> SizeClassing:
    """Return the split of ordinary cities the register declares."""
    return SizeClassing(round(register.value("size_class_city_split_people")))


def collect_scores(case: Case, *, sizes: SizeClassing) -> Scores:
    """Return the newest published scores of a case (tables municipalities, municipality_series, indicators).

    Raises MissingTableError where a table is absent or holds no comparable indicator, ModelError where a value leaves its scale.
    """
    compared = _compared_indicators(case)
    series = case.table("municipality_series", ["indicator_value"])
    series = series[series["indicator_id"].isin(compared["indicator_id"]) & series["indicator_value"].notna()]
    editions = {str(name): tuple(sorted(rows["as_of"].unique())) for name, rows in series.groupby("indicator_id")}
    compared = compared[compared["indicator_id"].isin(list(editions))].reset_index(drop=True)
    if compared.empty:
        raise MissingTableError("municipality_series", ["indicator_value"], reason="に比較できる指標がありません")
    newest = series.sort_values("as_of").drop_duplicates(["municipality_code", "indicator_id"], keep="last")
    wide = newest.pivot(index="municipality_code", columns="indicator_id", values="indicator_value")
    places = _places(case.table("municipalities", ["population_people", "kind"]), sizes)
    scaled = pd.DataFrame({str(row.indicator_id): _scale(wide[row.indicator_id], row) for row in compared.itertuples()})
    complete = scaled.reindex(places.index).dropna().astype(float)
    left_out = tuple(str(code) for code in places.index.difference(complete.index))
    return Scores(complete, compared, places.loc[complete.index], editions, left_out)


def _compared_indicators(case: Case) -> pd.DataFrame:
    indicators = case.table("indicators")
    directed = indicators["domain"].isin(COMPARED_DOMAINS) & (indicators["better"] != "neutral")
    compared = indicators[directed & indicators["unit"].isin(list(_UNIT_SCALES))].assign(
        order=lambda rows: rows["domain"].map(COMPARED_DOMAINS.index)
    )
    columns = ["indicator_id", "name_ja", "definition_ja", "domain", "unit", "better"]
    return compared.sort_values("order", kind="stable")[columns]


def _scale(values: pd.Series, indicator: object) -> pd.Series:
    unit, name = str(getattr(indicator, "unit", "")), str(getattr(indicator, "name_ja", ""))
    scaled = values / _UNIT_SCALES[unit]
    if ((scaled < 0) | (scaled > 1)).any():
        worst = values[(scaled < 0) | (scaled > 1)].iloc[0]
        raise ModelError(
            f"指標「{name}」の値 {worst:g}（単位 {unit or 'なし'}）は 0〜1 または 0〜100％ の範囲にありません。"
            "割合で表した指標に直すか、indicators.csv の better を neutral にして比較から外してください。"
        )
    return 1.0 - scaled if getattr(indicator, "better", "") == "lower" else scaled


def _places(municipalities: pd.DataFrame, sizes: SizeClassing) -> pd.DataFrame:
    places = municipalities.set_index("municipality_code")[["name_ja", "population_people", "kind", "peer_type"]].copy()
    small = f"{sizes.city_split_people // 10_000}万人"
    is_large = places["population_people"] >= sizes.city_split_people
    places["size_class_ja"] = [
        _size_class(str(kind), str(peer_type), bool(large), small)
        for kind, peer_type, large in zip(places["kind"], places["peer_type"], is_large, strict=True)
    ]
    return places.drop(columns=["kind", "peer_type"])


def _size_class(kind: str, peer_type: str, is_large: bool, split_ja: str) -> str:
    if kind == "designated_city":
        return "政令指定都市"
    if kind in ("town", "village"):
        return "町村"
    if peer_type == "中核市":
        return "中核市"
    return f"その他の市（{split_ja}以上）" if is_large else f"その他の市（{split_ja}未満）"
