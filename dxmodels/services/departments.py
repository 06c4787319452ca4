"""Which systems of different departments do the same thing, whatever kind the inventory files them under; and which services are systems as well?

``find_system_overlaps`` runs the overlap search over names and descriptions of the inventory and keeps groups that span two departments or more.
Its ``proposed_kinds`` are handed over to joint purchasing (bundling: ``systems.assign(system_kind=…)``): systems of a group get one common kind,
the one most of them already carry; a system outside every group keeps its own. ``list_twice_listed`` finds services that the inventory of systems
holds too, so that no saving is claimed twice.
What it leaves out: what the inventory does not describe; two systems alike in words may rest on different laws.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import pandas as pd

from dxmodels.money import format_yen
from dxmodels.services.calibration import Calibration
from dxmodels.services.evidence import topics_of
from dxmodels.services.overlaps import OverlapGroups, find_overlaps

_THRESHOLD = (
    0.3  # stricter than for services: descriptions of systems share words of procedure (apply, register, manage)
)
_SURELY = 0.9  # both of one department, so that likeness of topic alone is common


@dataclass(frozen=True, eq=False)
class SystemOverlaps:
    """Groups of systems that span departments (``table``), the search behind them, and the kinds they propose."""

    table: pd.DataFrame = field(repr=False)
    search: OverlapGroups = field(repr=False)
    members: pd.DataFrame = field(repr=False)
    proposed_kinds: pd.Series[str] = field(repr=False)
    systems_count: int

    @property
    def crossing_count(self) -> int:
        """How many groups join systems that the inventory files under different kinds."""
        return int((self.table["kinds_count"] > 1).sum()) if len(self.table) else 0

    def to_frame(self) -> pd.DataFrame:
        """Return one row a group: theme, systems, departments, kinds, yearly cost known."""
        return self.table.copy()

    def summary(self) -> str:
        """Return how many groups span departments, in one Japanese sentence."""
        if self.table.empty:
            return f"{self.systems_count}システムのうち、部局をまたぐ重複の候補は見つからなかった。"
        held = int(self.table["systems_count"].sum())
        return (
            f"{self.systems_count}システムのうち{held}件が、部局をまたぐ重複の候補{len(self.table)}組に含まれる"
            f"（年間経費の分かる分の合計 {format_yen(float(self.table['overlap_cost_yen'].sum()), '億円')}）。"
            f"うち{self.crossing_count}組は台帳の種類が異なる。種類だけで探すと見落とすか、言葉が似ているだけかを担当者が確かめる。"
        )


def find_system_overlaps(
    systems: pd.DataFrame,
    *,
    embedder: str = "auto",
    threshold: float = _THRESHOLD,
    prior: Calibration | None = None,
    verdicts: pd.DataFrame | None = None,
) -> SystemOverlaps:
    """Return the groups of like systems held by two departments or more.

    ``systems``: system_id, name_ja, description_ja, department_id, system_kind, annual_cost_yen as in the inventory. Name and description
    are compared together. Raises InputError as ``find_overlaps`` does.
    """
    search = find_overlaps(
        _as_services(systems), embedder=embedder, threshold=threshold, prior=prior, verdicts=verdicts
    )
    held = search.groups()[["group_id", "service_id", "similarity_least_share"]]
    members = held.merge(systems.assign(service_id=systems["system_id"].astype(str)), on="service_id")
    spans = members.groupby("group_id")["department_id"].transform("nunique") > 1
    members = members[spans].reset_index(drop=True)
    return SystemOverlaps(
        table=_table(members),
        search=search,
        members=members,
        proposed_kinds=_kinds(systems, members),
        systems_count=len(systems),
    )


def list_twice_listed(
    services: pd.DataFrame, systems: pd.DataFrame, *, prior: Calibration, embedder: str = "auto"
) -> pd.DataFrame:
    """Return services that are probably the same thing as a system of the same department: service_id, system_id, probability_share.

    Only pairs of one department count in which each is the other's most alike: two departments' services are duplicates, not one thing
    listed twice.
    """
    ours = services[["service_id", "name_ja", "description", "department_id"]]
    theirs = _as_services(systems)[["service_id", "name_ja", "description", "department_id"]]
    both = pd.concat([ours, theirs], ignore_index=True)
    pairs = find_overlaps(both, embedder=embedder, prior=prior).pairs()
    department = dict(zip(both["service_id"].astype(str), both["department_id"], strict=True))
    mine, other = set(ours["service_id"].astype(str)), set(theirs["service_id"].astype(str))
    crossing = pairs[pairs["left"].isin(mine) & pairs["right"].isin(other)].rename(
        columns={"left": "service_id", "right": "system_id"}
    )
    crossing = crossing[crossing["service_id"].map(department) == crossing["system_id"].map(department)]
    best = [
        crossing.groupby(side)["similarity"].transform("max") == crossing["similarity"]
        for side in ("service_id", "system_id")
    ]
    first = crossing[best[0] & best[1] & (crossing["probability_share"] >= _SURELY)].drop_duplicates("service_id")
    table: pd.DataFrame = first[["service_id", "system_id", "probability_share"]].reset_index(drop=True)
    return table


def _as_services(systems: pd.DataFrame) -> pd.DataFrame:
    text = systems["description_ja"].astype("string").fillna("").str.strip()
    return pd.DataFrame(
        {
            "service_id": systems["system_id"].astype(str),
            "name_ja": systems["name_ja"],
            "description": systems["name_ja"].astype("string") + "。" + text,
            "department_id": systems["department_id"],
        }
    )


def _table(members: pd.DataFrame) -> pd.DataFrame:
    rows = [
        {
            "overlap_theme_ja": "・".join(topics_of(part["description_ja"].fillna(part["name_ja"]))[:2])
            or "（共通の主題なし）",
            "system_names_ja": "、".join(part["name_ja"].astype(str)),
            "systems_count": len(part),
            "departments_count": int(part["department_id"].nunique()),
            "kinds_count": int(part["system_kind"].nunique()),
            "system_kinds_ja": "、".join(sorted(part["system_kind"].dropna().astype(str).unique())),
            "overlap_cost_yen": int(part["annual_cost_yen"].fillna(0).sum()),
            "masked_count": int(part["annual_cost_yen"].isna().sum()),
            "similarity_least_share": float(part["similarity_least_share"].iloc[0]),
        }
        for _, part in members.groupby("group_id", sort=True)
    ]
    names = ["overlap_theme_ja", "system_names_ja", "systems_count", "departments_count", "kinds_count", "system_kinds_ja", "overlap_cost_yen", "masked_count", "similarity_least_share"]  # fmt: skip
    table = pd.DataFrame(rows, columns=names)
    return table.sort_values("overlap_cost_yen", ascending=False, kind="stable", ignore_index=True)


def _kinds(systems: pd.DataFrame, members: pd.DataFrame) -> pd.Series[str]:
    kinds = systems.set_index(systems["system_id"].astype(str))["system_kind"].astype("string")
    for _, part in members.groupby("group_id", sort=True):
        counted = part["system_kind"].dropna().astype(str).value_counts()
        if len(counted):
            kinds.loc[part["system_id"].astype(str)] = sorted(counted[counted == counted.max()].index)[0]
    return kinds
