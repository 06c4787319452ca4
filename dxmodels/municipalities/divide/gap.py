"""How large is the gap, is it a gap between sizes, and does each indicator rise with size?

Measures on a score x over municipalities (weight a = 1, or residents): difference of best and worst, P90/P10, Gini index and
Theil's T = Σ a_i/A · x_i/μ · ln(x_i/μ) (0·ln 0 = 0), which splits exactly into a part between and a part within size classes
(Theil 1967; Shorrocks 1980). Pattern by size: Spearman's rank correlation with population, interval by Fisher's z with the
standard error √((1 + r²/2)/(n − 3)) (Bonett & Wright 2000, Psychometrika 65), p values by the t approximation, Holm-adjusted
over the indicators. With 43 bodies a correlation below about 0.3 cannot be told from none: then that is what is said.

What it leaves out: why (money, people, vendors); a correlation with size is no effect of size. Trend of the gap: needs a second
edition of the dashboard; with one edition it is 算出不能.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats

from dxmodels.errors import ModelError
from dxmodels.money import format_rate
from dxmodels.municipalities.divide.scores import Scores

FloatArray = npt.NDArray[np.float64]
_SMALLEST_P_SHOWN = 0.0001
RISES, FALLS, UNCLEAR = "規模が大きいほど高い", "規模が大きいほど低い", "規模との関連は確認できない"


@dataclass(frozen=True, eq=False)
class GapMeasures:
    """Gap measures by indicator and for their unweighted mean; ``between_share`` is the part of Theil's T between size classes."""

    table: pd.DataFrame
    municipalities_count: int

    def to_frame(self) -> pd.DataFrame:
        """Return one row per indicator: means, ends, Gini index and the part of the spread between sizes (``table`` holds all)."""
        scores = ["mean_score", "population_weighted_score", "highest_score", "lowest_score", "gini_index"]
        return self.table[["name_ja", *scores, "between_share"]].round(dict.fromkeys(scores, 2))

    def summary(self) -> str:
        """Return the headline sentence (Japanese)."""
        shares = self.table[self.table["is_share"]]
        row = shares.nlargest(1, "range_score").iloc[0]
        text = (
            f"団体の間の差が最も大きいのは「{row['name_ja']}」で、最高{format_rate(row['highest_score'], decimals=0)}・"
            f"最低{format_rate(row['lowest_score'], decimals=0)}（割合の指標、{self.municipalities_count}団体）。"
        )
        if pd.notna(row["between_share"]):
            text += f"そのばらつきの{format_rate(row['between_share'], decimals=0)}は規模の違いによるが、残りは同じ規模の団体の間の差である。"
        return text


@dataclass(frozen=True, eq=False)
class SizePattern:
    """Rank correlation of each indicator with population (``table``) and its mean by size class (``class_means``, long)."""

    table: pd.DataFrame
    class_means: pd.DataFrame
    municipalities_count: int
    confidence_share: float

    def names(self, verdict: str) -> list[str]:
        """Names of the indicators with that verdict."""
        return self.table.loc[self.table["pattern_ja"] == verdict, "name_ja"].to_list()

    def steadily_falling(self) -> list[str]:
        """Names of the indicators whose mean never rises, and falls in all, from one size class to the next smaller one."""
        means = self.class_means.pivot(index="size_class_ja", columns="name_ja", values="mean_score")
        steps = means.reindex(self.class_means["size_class_ja"].unique()).diff().iloc[1:]
        steady = (steps <= 0).all() & (steps < 0).any()
        return [str(name) for name in self.table["name_ja"] if steady[name]]

    def to_frame(self) -> pd.DataFrame:
        """Return one row per indicator: the rank correlation with population, its interval and what follows."""
        correlations = ["size_correlation", "low_correlation", "high_correlation"]
        shown = self.table.drop(columns=["indicator_id", "p_value", "domain"]).round(dict.fromkeys(correlations, 2))
        place = shown.columns.get_loc("holm_p_value")
        shown.insert(place, "holm_p_ja", [_p_text(value) for value in self.table["holm_p_value"]])  # type: ignore[arg-type]
        return shown.drop(columns="holm_p_value")

    def summary(self) -> str:
        """Return the headline sentence (Japanese)."""
        rises, falls, unclear = (self.names(verdict) for verdict in (RISES, FALLS, UNCLEAR))
        parts = [f"人口の多い団体ほど進んでいるのは、{'・'.join(rises) or 'なし'}"]
        if falls:
            parts.append(f"人口の多い団体ほど低いのは、{'・'.join(falls)}")
        parts.append(f"{'・'.join(unclear) or 'なし'}は、規模との関連を確認できない")
        return "。".join(parts) + f"（{self.municipalities_count}団体）。"


def _p_text(value: float) -> str:
    """Return a p value to four decimals; one that would read 0.0000 as smaller than the last place."""
    if not np.isfinite(value):
        return "－"
    return f"{_SMALLEST_P_SHOWN}未満" if value < _SMALLEST_P_SHOWN else f"{value:.4f}"


def read_pattern(pattern: SizePattern) -> list[str]:
    """Return how the size classes compare, beside the correlation over all municipalities (Japanese)."""
    steady = pattern.steadily_falling()
    broken = [name for name in pattern.names(RISES) if name not in steady]
    text = f"大きい規模の区分から小さい区分へ下るとき、平均が一度も上がらず下がっていくのは、{'・'.join(steady) or 'なし'}。"
    if broken:
        text += f"{'・'.join(broken)}は、人口と関連はあるが、途中の区分で上がる。"
    return [
        text,
        "規模による指標は小規模団体への共同の支援が、規模によらない指標は団体ごとの働きかけが向く。",
        "濃いほど平均が高い。●は人口との順位相関が確かめられる指標、△は確かめられない指標。p値は、規模と関連がない場合にこれ以上の相関が偶然に現れる確率で、多くの指標を同時に調べた分を補正した（ホルム法）。",
    ]


def measure_gap(scores: Scores) -> GapMeasures:
    """Return gap measures of every indicator over the municipalities compared."""
    classes = scores.places["size_class_ja"]
    people = scores.places["population_people"].to_numpy(dtype=float)
    rows = []
    for indicator in scores.indicators.itertuples():
        values = scores.values[str(indicator.indicator_id)].to_numpy()
        rows.append(
            {
                "indicator_id": indicator.indicator_id,
                "name_ja": indicator.name_ja,
                "domain": indicator.domain,
                "is_share": bool(set(np.unique(values)) - {0.0, 1.0}),
                "mean_score": values.mean(),
                "population_weighted_score": float(np.average(values, weights=people)),
            }
            | _spread(values)
            | _theil_parts(values, classes)
        )
    return GapMeasures(pd.DataFrame(rows), len(scores.values))


def describe_size_pattern(scores: Scores, *, confidence_share: float) -> SizePattern:
    """Return how each indicator goes with population; ``confidence_share`` (0..1) sets intervals and the verdict."""
    if not 0.5 <= confidence_share < 1.0:
        raise ModelError(f"信頼水準 {confidence_share} は 0.5 以上 1 未満にしてください（例：0.95）。")
    people = scores.places["population_people"].to_numpy(dtype=float)
    rows = [
        _correlation_row(scores, indicator, people, confidence_share) for indicator in scores.indicators.itertuples()
    ]
    table = pd.DataFrame(rows)
    table["holm_p_value"] = _holm(table["p_value"].to_numpy())
    certain = table["holm_p_value"] < 1.0 - confidence_share
    direction = np.where(table["size_correlation"] > 0, RISES, FALLS)
    table["pattern_ja"] = np.where(certain, direction, UNCLEAR)
    return SizePattern(table, _class_means(scores), len(scores.values), confidence_share)


def gini(values: FloatArray, weights: FloatArray) -> float:
    """Return the Gini index of values held by groups of the given weights: mean absolute difference over twice the mean."""
    mean = float(np.average(values, weights=weights))
    if mean <= 0:
        return float("nan")
    share = weights / weights.sum()
    differences = np.abs(values[:, None] - values[None, :])
    return float((share[:, None] * share[None, :] * differences).sum() / (2 * mean))


def theil(values: FloatArray) -> float:
    """Return Theil's T of non-negative values (nan where all are zero)."""
    mean = float(values.mean())
    if mean <= 0:
        return float("nan")
    ratio = values / mean
    return float(np.mean(np.where(ratio > 0, ratio * np.log(np.maximum(ratio, np.finfo(float).tiny)), 0.0)))


def _spread(values: FloatArray) -> dict[str, float]:
    p10, p90 = np.quantile(values, [0.1, 0.9])
    return {
        "highest_score": float(values.max()),
        "lowest_score": float(values.min()),
        "range_score": float(values.max() - values.min()),
        "p90_p10_index": float(p90 / p10) if p10 > 0 else float("nan"),
        "gini_index": gini(values, np.ones(len(values))),
    }


def _theil_parts(values: FloatArray, classes: pd.Series) -> dict[str, float]:
    total = theil(values)
    means = pd.Series(values, index=classes.index).groupby(classes).transform("mean").to_numpy()
    between = theil(means)
    return {"theil_index": total, "between_share": between / total if total > 0 else float("nan")}


def _class_means(scores: Scores) -> pd.DataFrame:
    """Mean score by size class, classes in falling order of mean population."""
    classes = scores.places["size_class_ja"]
    order = scores.places.groupby("size_class_ja")["population_people"].mean().sort_values(ascending=False).index
    means = scores.values.groupby(classes).mean().reindex(order)
    long = means.reset_index().melt("size_class_ja", var_name="indicator_id", value_name="mean_score")
    long["bodies_count"] = long["size_class_ja"].map(classes.value_counts()).astype(int)
    return long.merge(scores.indicators[["indicator_id", "name_ja"]], on="indicator_id", how="left")


def _correlation_row(
    scores: Scores, indicator: object, people: FloatArray, confidence_share: float
) -> dict[str, object]:
    name = str(getattr(indicator, "indicator_id", ""))
    values = scores.values[name].to_numpy()
    row: dict[str, object] = {
        "indicator_id": name,
        "name_ja": getattr(indicator, "name_ja", ""),
        "domain": getattr(indicator, "domain", ""),
    }
    if np.ptp(values) == 0:
        return (
            row | dict.fromkeys(("size_correlation", "low_correlation", "high_correlation"), np.nan) | {"p_value": 1.0}
        )
    found = stats.spearmanr(people, values)
    r = float(found.statistic)
    half = stats.norm.ppf((1 + confidence_share) / 2) * np.sqrt((1 + r * r / 2) / (len(values) - 3))
    z = np.arctanh(np.clip(r, -1 + 1e-12, 1 - 1e-12))
    return row | {
        "size_correlation": r,
        "low_correlation": float(np.tanh(z - half)),
        "high_correlation": float(np.tanh(z + half)),
        "p_value": float(found.pvalue),
    }


def _holm(p_values: FloatArray) -> FloatArray:
    """Holm's step-down adjustment: each ordered p times the number of hypotheses not yet rejected, made monotone."""
    order = np.argsort(p_values)
    factors = np.arange(len(p_values), 0, -1)
    adjusted = np.minimum(1.0, np.maximum.accumulate(p_values[order] * factors))
    result = np.empty_like(adjusted)
    result[order] = adjusted
    return result
