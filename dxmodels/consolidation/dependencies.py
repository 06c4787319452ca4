"""Which of the prefecture's systems must be replaced together or in order, because others hang on them?

Systems and their links form a graph. For each system: direct links by kind, links over a database or by hand (the hard ones), systems that can be
reached, and how many directly linked systems have their contract end in another year than its own (each needs an interface kept alive in between).
A group is a connected part of the graph: whoever changes in it concerns all the others at the latest through a chain of tests.
Method: connected components by breadth-first search. What it leaves out: the direction in which data flows (a change on either side needs a test).
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

import pandas as pd

from dxmodels.errors import ModelError
from dxmodels.fiscal import fiscal_year_of
from dxmodels.inputs import Case

HARD_LINKS = ("database", "manual")


@dataclass(frozen=True, eq=False)
class Dependencies:
    """One row a linked system, the most entangled first; counts of systems, links and groups."""

    table: pd.DataFrame
    links: int
    apart: int
    groups: int
    largest_group: int
    unlinked: int

    def to_frame(self) -> pd.DataFrame:
        """Return the systems with the most links."""
        return self.table.copy()

    def summary(self) -> str:
        """Return in Japanese which system holds the most others and how many links cross contract ends."""
        top = self.table.iloc[0]
        return (
            f"最も多くの連携を抱えるのは「{top['name_ja']}」（{int(top['links_count'])}件）で、先に更新時期を決めるべきシステムである。"
            f"連携{self.links}件のうち契約の終わる年度が異なるのは{self.apart}件で、その間は旧来の連携を保つ費用がかかる。"
            f"連携で結ばれた最大のまとまりは{self.largest_group}システム、連携の記録がないのは{self.unlinked}システム。"
        )


def trace_dependencies(case: Case, *, count: int = 15) -> Dependencies:
    """Return the ``count`` most linked systems; needs systems and system_links (else MissingTableError)."""
    systems = case.table("systems", ["system_id", "contract_end_date"])
    links = case.table("system_links", ["from_system_id", "to_system_id", "link_kind"])
    known = set(systems["system_id"])
    links = links[links["from_system_id"].isin(known) & links["to_system_id"].isin(known)]
    links = links[links["from_system_id"] != links["to_system_id"]]
    if links.empty:
        raise ModelError(
            "システム間の連携の表に、台帳にあるシステムどうしの連携がありません。システムIDを確かめてください。"
        )
    groups = _groups(links)
    ends = pd.to_datetime(systems["contract_end_date"])
    end_fy = {
        row: None if pd.isna(end) else fiscal_year_of(end.date())
        for row, end in zip(systems["system_id"], ends, strict=True)
    }
    both = pd.concat(
        [links, links.rename(columns={"from_system_id": "to_system_id", "to_system_id": "from_system_id"})]
    )
    both["is_hard"] = both["link_kind"].isin(HARD_LINKS)
    own, other = both["from_system_id"].map(end_fy), both["to_system_id"].map(end_fy)
    both["is_apart"] = own.notna() & other.notna() & (own != other)
    sums = (
        both.groupby("from_system_id")[["is_hard", "is_apart"]]
        .sum()
        .assign(links_count=both.groupby("from_system_id").size())
    )
    table = systems.set_index("system_id").loc[sums.index]
    shown = pd.DataFrame(
        {
            "name_ja": table.get("name_ja", table.index),
            "links_count": sums["links_count"].astype(int),
            "hard_links_count": sums["is_hard"].astype(int),
            "apart_links_count": sums["is_apart"].astype(int),
            "group_systems_count": [len(groups[system]) for system in sums.index],
            "contract_end_fy": pd.array([end_fy[system] for system in sums.index], dtype="Int64"),
        }
    ).sort_values(["links_count", "name_ja"], ascending=[False, True], kind="stable", ignore_index=True)
    sizes = {id(group): len(group) for group in groups.values()}
    apart = int(both["is_apart"].sum()) // 2
    return Dependencies(
        _head(shown, count), len(links), apart, len(sizes), max(sizes.values()), len(systems) - len(shown)
    )


def _head(table: pd.DataFrame, count: int) -> pd.DataFrame:
    if count < 1:
        raise ModelError(f"示す件数 {count} は1以上にしてください。")
    return table.head(count)


def _groups(links: pd.DataFrame) -> dict[str, set[str]]:
    near: dict[str, set[str]] = {}
    for start, end in zip(links["from_system_id"], links["to_system_id"], strict=True):
        near.setdefault(start, set()).add(end)
        near.setdefault(end, set()).add(start)
    found: dict[str, set[str]] = {}
    for start in sorted(near):
        if start in found:
            continue
        group, waiting = {start}, deque([start])
        while waiting:
            for neighbour in near[waiting.popleft()] - group:
                group.add(neighbour)
                waiting.append(neighbour)
        found |= dict.fromkeys(group, group)
    return found
