"""How fast do municipalities really join a joint procurement, and who has joined what?

* E13 (published part) ``map_members``: municipality × joint procurement. A procurement whose number of first members is that of all
  municipalities holds them all. A name list that holds as many names as the published
  number of first members is complete: then the others did not join at the start. Where the list is shorter or absent, the others
  are unknown, never "not joined"; joins after the start are mostly unnamed, which the cell says too.
* E17 (published part) ``measure_uptake``: members at two published dates. With k of m non-members joined within t years, the
  yearly rate of joining is h = −ln(1 − k/m)/t (constant hazard), its interval from the exact binomial interval of k/m (Clopper &
  Pearson 1934).

What it leaves out: members who left (no published case gives them), price, and why bodies joined. Light services and core
systems are kept apart: one says nothing about the other.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import pandas as pd
from scipy import stats

from dxmodels.errors import ModelError
from dxmodels.money import format_rate

JOINED, LATER, NOT_FIRST, UNKNOWN = "当初参加", "後から参加", "当初不参加", "不明（名簿未公表）"
_CLASS_JA = {"light_saas": "軽量なサービス", "core_system": "基幹システム"}
_DAYS_PER_YEAR = 365.25


@dataclass(frozen=True, eq=False)
class MemberMap:
    """State of every municipality in every joint procurement of an information system (``states``: one column a joint_id)."""

    states: pd.DataFrame
    procurements: pd.DataFrame

    def to_frame(self) -> pd.DataFrame:
        """Return one row per municipality: what it is named in, what it did not join at the start, how many are unknown."""
        named = self.procurements[self.procurements["is_named"]].set_index("joint_id")["service_ja"].map(_short)
        cells, named_cells = self.states[list(self.procurements["joint_id"])], self.states[list(named.index)]
        table = self.states[["municipality_code", "name_ja", "population_people"]].copy()
        table["joined_count"] = table["municipality_code"].map(self.joined_counts())
        table["joined_services_ja"] = ["・".join(named[row.isin([JOINED, LATER])]) for _, row in named_cells.iterrows()]
        table["not_first_count"] = (cells == NOT_FIRST).sum(axis=1)
        table["unknown_count"] = (cells == UNKNOWN).sum(axis=1)
        return table

    def joined_counts(self) -> pd.Series:
        """Number of joint procurements each municipality is named in, indexed by municipality_code."""
        named = self.procurements.loc[self.procurements["is_named"], "joint_id"]
        cells = self.states.set_index("municipality_code")[list(named)]
        return cells.isin([JOINED, LATER]).sum(axis=1)

    def summary(self) -> str:
        """Return the headline sentence (Japanese)."""
        named, counts = self.procurements["is_named"], self.joined_counts()
        none = self.states.loc[self.states["municipality_code"].map(counts) == 0, "name_ja"]
        text = (
            f"公表された共同調達・共同利用{len(named)}件のうち、参加団体名が分かるのは{int(named.sum())}件。"
            f"最も多く名前の出る団体は{int(counts.max())}件"
        )
        names = "・".join(none) if len(none) <= 6 else f"{'・'.join(none.iloc[:6])}ほか"
        return text + f"、一度も名前の出ない団体は{len(none)}団体{f'（{names}）' if len(none) else ''}。"


@dataclass(frozen=True, eq=False)
class Uptake:
    """Members of each joint service at its first and last published date and the yearly rate of joining among non-members."""

    table: pd.DataFrame
    points: pd.DataFrame
    confidence_share: float

    def to_frame(self) -> pd.DataFrame:
        """Return one row per service."""
        return self.table.drop(columns=["uptake_id", "joining_yearly_rate"])

    @property
    def largest_members_count(self) -> int:
        """Members of the most widely joined service at its last published date."""
        return int(self.table["last_members_count"].max())

    def summary(self) -> str:
        """Return the headline sentence (Japanese)."""
        known = self.table[self.table["joining_yearly_rate"].notna()]
        if known.empty:
            return "二時点以上の参加団体数が公表された共同調達はない。"
        ordered = known.sort_values("joining_yearly_share", ascending=False, kind="stable")
        first, *others = [self._row_ja(row) for row in ordered.itertuples()]
        rest = f"ほかは、{'、'.join(others)}。" if others else ""
        return f"最も速く広がったのは{first}。{rest}括弧内は、まだ参加していない団体のうち1年に加わった割合。"

    @staticmethod
    def _row_ja(row: Any) -> str:
        """One service: kind, members from and to, and the rate of joining."""
        rate = format_rate(float(row.joining_yearly_share), decimals=0)
        kind = "" if _CLASS_JA[str(row.service_class)] in row.service_ja else f"{_CLASS_JA[str(row.service_class)]}の"
        return f"{kind}{row.service_ja}で{float(row.period_years):.1f}年に{row.first_members_count}→{row.last_members_count}団体（{rate}）"


def map_members(
    municipalities: pd.DataFrame, joint_procurements: pd.DataFrame, joint_members: pd.DataFrame
) -> MemberMap:
    """Return who has joined which joint procurement of an information system (tables of the same names)."""
    systems = joint_procurements[joint_procurements["is_information_system"].fillna(False)].copy()
    names = joint_members.groupby("joint_id")["municipality_code"].nunique()
    first = joint_members[joint_members["joined_wave"] == "initial"].groupby("joint_id")["municipality_code"].nunique()
    systems["named_count"] = systems["joint_id"].map(names).fillna(0).astype(int)
    systems["is_named"] = systems["named_count"] > 0
    initial = systems["initial_members_count"].astype("Float64")
    systems["is_complete"] = (systems["joint_id"].map(first).astype("Float64") >= initial).fillna(False).astype(bool)
    waves = joint_members.set_index(["joint_id", "municipality_code"])["joined_wave"].to_dict()
    table = municipalities[["municipality_code", "name_ja", "population_people"]].copy()
    systems["is_for_all"] = (initial >= len(table)).fillna(False).astype(bool)
    for row in systems.itertuples():
        rest = JOINED if row.is_for_all else NOT_FIRST if row.is_complete else UNKNOWN
        states = [waves.get((row.joint_id, code)) for code in table["municipality_code"]]
        table[str(row.joint_id)] = [{"initial": JOINED, "later": LATER}.get(str(state), rest) for state in states]
    columns = [
        "joint_id",
        "group_ja",
        "service_ja",
        "contract_fy",
        "initial_members_count",
        "named_count",
        "is_named",
        "is_complete",
    ]
    return MemberMap(table.reset_index(drop=True), systems[columns].reset_index(drop=True))


def measure_uptake(joint_uptake: pd.DataFrame, *, confidence_share: float) -> Uptake:
    """Return members at the first and last published date of each series and the yearly rate of joining with its interval."""
    if not 0.5 <= confidence_share < 1.0:
        raise ModelError(f"信頼水準 {confidence_share} は 0.5 以上 1 未満にしてください（例：0.95）。")
    points = joint_uptake.sort_values(["uptake_id", "as_of_date"], ignore_index=True)
    points["members_share"] = (points["members_count"] / points["eligible_count"]).astype(float)
    rows = [_uptake_row(rows, confidence_share) for _, rows in points.groupby("uptake_id", sort=False)]
    table = pd.DataFrame(rows)
    order = table["last_members_share"].sort_values(ascending=False, kind="stable").index
    return Uptake(table.loc[order].reset_index(drop=True), points, confidence_share)


def _short(service: str) -> str:
    return service.split("（")[0]


def _uptake_row(rows: pd.DataFrame, confidence_share: float) -> dict[str, object]:
    first, last = rows.iloc[0], rows.iloc[-1]
    row: dict[str, object] = {
        "uptake_id": first["uptake_id"],
        "service_ja": first["service_ja"],
        "service_class": first["service_class"],
        "first_date": first["as_of_date"],
        "first_members_count": int(first["members_count"]),
        "last_date": last["as_of_date"],
        "last_members_count": int(last["members_count"]),
        "eligible_count": int(last["eligible_count"]),
        "last_members_share": float(last["members_share"]),
        "period_years": (last["as_of_date"] - first["as_of_date"]).days / _DAYS_PER_YEAR,
    }
    outside = int(first["eligible_count"]) - int(first["members_count"])
    joined = int(last["members_count"]) - int(first["members_count"])
    names = ("joining_yearly_share", "low_joining_yearly_share", "high_joining_yearly_share", "joining_yearly_rate")
    if len(rows) < 2 or outside <= 0 or joined < 0:
        return row | dict.fromkeys(names, None)
    found = stats.binomtest(joined, outside).proportion_ci(confidence_share, method="exact")
    years = cast(float, row["period_years"])
    yearly = [1.0 - (1.0 - share) ** (1.0 / years) for share in (joined / outside, float(found.low), float(found.high))]
    return row | dict(zip(names, [*yearly, -float(np.log1p(-min(joined / outside, 1 - 1e-12))) / years], strict=True))
