"""How is a joint price split when nothing but the members and their residents is published?

E16, published part. Sets: members i with residents p_i. Parameters: price P (yen a year, tax included), λ in 0..1.
Share of i: λ·P/n + (1 − λ)·P·p_i/Σp (均等割 λ, 人口割 1 − λ). Shares are whole yen and add up to P: each is cut to whole yen and the
yen left over go to the largest fractions first (ties by code), as an agreement would write it.

``largest_equal_share``: the largest λ at which no member pays more than alone, if cost grew with residents as cost = c·p^b (b < 1).
The unit price c and the joint price c·(Σp)^b cancel, so λ* needs only b: λ* = min over members with 1/n > p_i/Σp of
(p_i^b/(Σp)^b − p_i/Σp) / (1/n − p_i/Σp), cut to 0..1.

What it leaves out: what each member pays today (not published: who gains or loses in yen is 算出不能), usage, and groups that could
do better without the rest; Shapley, nucleolus and stability belong to the sharing model on offers and stand-alone costs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from dxmodels.errors import ModelError
from dxmodels.money import format_rate, format_yen

FloatArray = npt.NDArray[np.float64]
ALL_JA = "全市町村"


@dataclass(frozen=True, eq=False)
class PriceShares:
    """Shares of one price by equal, population and mixed rule (whole yen, each column adds up to ``price_yen``)."""

    table: pd.DataFrame
    price_yen: int
    equal_share: float

    def to_frame(self) -> pd.DataFrame:
        """Return one row per member, most residents first."""
        return self.table.copy()

    @property
    def heaviest(self) -> pd.Series:
        """The member that pays most per resident under the mixed rule."""
        return self.table.nlargest(1, "mixed_per_resident").iloc[0]

    def summary(self) -> str:
        """Return the headline sentence (Japanese)."""
        most, least = self.heaviest, self.table.nsmallest(1, "mixed_per_resident").iloc[0]
        above = int((self.table["mixed_yen"] > self.table["population_yen"]).sum())
        return (
            f"年{format_yen(self.price_yen)}（税込）を{len(self.table)}団体で均等割{format_rate(self.equal_share, decimals=0)}・"
            f"人口割{format_rate(1 - self.equal_share, decimals=0)}で分けると、1人当たりは{least['name_ja']}の"
            f"{least['mixed_per_resident']:,.1f}円から{most['name_ja']}の{most['mixed_per_resident']:,.1f}円。"
            f"人口割だけの場合より重くなるのは{above}団体。"
        )


@dataclass(frozen=True, eq=False)
class EqualLimits:
    """Largest equal part without a loser, one row a group and elasticity."""

    table: pd.DataFrame

    def to_frame(self) -> pd.DataFrame:
        """Return one row per group and elasticity."""
        return self.table.copy()

    def summary(self) -> str:
        """Return the headline sentence (Japanese): each group's limit over the elasticities looked at."""
        spans = self.table.groupby("buyers_ja", sort=False)["equal_limit_share"].agg(["min", "max"])
        parts = [
            f"{name}は{format_rate(low, decimals=0)}" + (f"〜{format_rate(high, decimals=0)}" if high > low else "")
            for name, low, high in zip(spans.index, spans["min"], spans["max"], strict=True)
        ]
        low, high = self.table["cost_elasticity"].min(), self.table["cost_elasticity"].max()
        return f"費用の人口に対する弾力性（人口が1％増えると費用が何％増えるか）が{low:.2f}〜{high:.2f}のとき、だれも単独より高くならない均等割の上限は、{'、'.join(parts)}。"


def share_price(members: pd.DataFrame, *, price_yen: int, equal_share: float) -> PriceShares:
    """Return each member's share of ``price_yen`` (columns municipality_code, name_ja, population_people needed).

    ``equal_share``: λ in 0..1, the part split equally. Raises ModelError for no member, a price below one yen a member, or λ outside.
    """
    if members.empty:
        raise ModelError("参加団体がありません。joint_members に団体コードのある共同調達を指定してください。")
    if price_yen < len(members):
        raise ModelError(f"価格 {price_yen:,} 円は 1 団体 1 円以上（{len(members)} 円以上）にしてください。")
    if not 0.0 <= equal_share <= 1.0:
        raise ModelError(f"均等割の割合 {equal_share} は 0〜1 にしてください（例：0.3）。")
    table = members[["municipality_code", "name_ja", "population_people"]].sort_values(
        "municipality_code", ignore_index=True
    )
    people = table["population_people"].to_numpy(dtype=float)
    equal, by_people = np.full(len(table), 1.0 / len(table)), people / people.sum()
    for name, parts in (
        ("equal", equal),
        ("population", by_people),
        ("mixed", equal_share * equal + (1.0 - equal_share) * by_people),
    ):
        table[f"{name}_yen"] = _whole_yen(parts, price_yen)
        table[f"{name}_per_resident"] = table[f"{name}_yen"] / people
    order = table["population_people"].sort_values(ascending=False, kind="stable").index
    return PriceShares(table.loc[order].reset_index(drop=True), price_yen, equal_share)


def share_joint_price(
    joint_members: pd.DataFrame, municipalities: pd.DataFrame, *, joint_id: str, price_yen: float, equal_share: float
) -> PriceShares:
    """Return the shares of a price among the named members of one joint procurement (tables of the same names)."""
    return share_price(
        _members(joint_members, municipalities, joint_id), price_yen=round(price_yen), equal_share=equal_share
    )


def compare_equal_limits(
    joint_members: pd.DataFrame,
    municipalities: pd.DataFrame,
    joint_procurements: pd.DataFrame,
    *,
    joint_ids: Sequence[str],
    elasticities: Mapping[str, float],
) -> EqualLimits:
    """Return the largest equal part without a loser for each joint procurement, and for all municipalities, by elasticity.

    ``elasticities``: what the value stands for (下限, 中心, 上限 …) → elasticity of cost with respect to residents.
    """
    titles = joint_procurements.set_index("joint_id")["service_ja"]
    groups = {str(titles[name]): _members(joint_members, municipalities, name) for name in joint_ids} | {
        ALL_JA: municipalities
    }
    rows = [
        {
            "buyers_ja": name,
            "members_count": len(members),
            "elasticity_level_ja": level,
            "cost_elasticity": elasticity,
            "equal_limit_share": largest_equal_share(members["population_people"], elasticity=elasticity),
        }
        for name, members in groups.items()
        for level, elasticity in elasticities.items()
    ]
    return EqualLimits(pd.DataFrame(rows))


def largest_equal_share(population_people: pd.Series, *, elasticity: float) -> float:
    """Return the largest equal part λ (0..1) at which no member pays more than alone, if cost = c·residents^elasticity."""
    people = population_people.to_numpy(dtype=float)
    if len(people) < 2 or (people <= 0).any():
        raise ModelError("均等割の上限を求めるには、人口が正の団体が 2 以上必要です。")
    if not 0.0 < elasticity < 1.0:
        raise ModelError(
            f"人口に対する費用の弾力性 {elasticity} は 0 より大きく 1 より小さい値にしてください（例：0.53）。"
        )
    parts = people / people.sum()
    small = parts < 1.0 / len(people)
    if not small.any():
        return 1.0
    limits = (parts[small] ** elasticity - parts[small]) / (1.0 / len(people) - parts[small])
    return float(np.clip(limits.min(), 0.0, 1.0))


def _members(joint_members: pd.DataFrame, municipalities: pd.DataFrame, joint_id: str) -> pd.DataFrame:
    codes = joint_members.loc[joint_members["joint_id"] == joint_id, "municipality_code"]
    if codes.empty:
        known = "・".join(sorted(joint_members["joint_id"].unique()))
        raise ModelError(
            f"共同調達 {joint_id} の参加団体名は joint_members にありません。{known} から指定してください。"
        )
    return municipalities[municipalities["municipality_code"].isin(codes)]


def _whole_yen(parts: FloatArray, price_yen: int) -> npt.NDArray[np.int64]:
    exact = parts * price_yen
    whole = np.floor(exact).astype(np.int64)
    left = price_yen - int(whole.sum())
    # Equal fractions must tie exactly, or the last bit of a float would decide who pays the odd yen.
    fractions = np.round(exact - whole, 6)
    order = np.lexsort((np.arange(len(parts)), -fractions))
    whole[order[:left]] += 1
    return whole
