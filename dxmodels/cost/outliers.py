"""Which municipalities pay far more or less for their information systems than their peers, and where should one look first?

Peers by 類似団体 (published group) and by nearest neighbours in ln(population), judged as in ``peers``; both answers stand side by side.
Reason codes are observable differences between the body and its peers that may explain the distance (``REASON_JA``); they are leads
for a question, not causes. A body compared on few tasks, or with few peers, says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from dxmodels.cost.peers import (
    ABOVE,
    BELOW,
    NOT_JUDGED,
    PeerParams,
    excess_by_component,
    judge_by_group,
    judge_by_neighbours,
)
from dxmodels.errors import ModelError
from dxmodels.money import format_yen

if TYPE_CHECKING:
    from dxmodels.inputs import Case, Register

REASON_JA: dict[str, str] = {
    "one_task": "一つの業務で超過の半分以上を占める",
    "own_server": "自庁・専用の基盤が比較先より多い",
    "not_shared": "共同利用の業務が比較先より少ない",
    "customised": "カスタマイズ率が比較先の4分の3より高い",
    "small_population": "人口が比較先のどこよりも少ない（固定費が重い）",
    "shared": "共同利用の業務が比較先より多い",
    "incomplete": "経費の記入がない業務がある",
    "few_peers": "類似団体が少なく、近傍の団体だけで判定",
}
VERDICT_JA = {
    "high": "両方の比較で高い",
    "low": "両方の比較で低い",
    "high_one": "一方の比較だけで高い",
    "low_one": "一方の比較だけで低い",
    "within": "幅の中",
    "not_judged": "判定不能",
}
PEER_ASSUMPTIONS: tuple[str, ...] = ("peer_neighbours", "peer_level", "peer_minimum")


@dataclass(frozen=True, eq=False)
class CostOutliers:
    """One row a municipality: cost per resident, both comparisons, verdict and reason codes.

    Columns of each comparison: group_* (類似団体) and near_* (nearest in population): peers_count, peer_median_yen, ratio_to_peers,
    low_yen, high_yen, state.
    """

    table: pd.DataFrame
    params: PeerParams
    tasks_count: int

    @property
    def outliers(self) -> pd.DataFrame:
        """The rows that are out of line by at least one comparison, dearest relative to neighbours first."""
        found = self.table[~self.table["verdict"].isin(["within", "not_judged"])]
        return found.sort_values("near_ratio_to_peers", ascending=False, kind="stable", ignore_index=True)

    def to_frame(self) -> pd.DataFrame:
        """Return all bodies as a planner reads them (E12), those out of line first: ratio to both kinds of peers, verdict, leads."""
        order = {verdict: place for place, verdict in enumerate(VERDICT_JA)}
        table = self.table.assign(place=self.table["verdict"].map(order))
        table = table.sort_values(
            ["place", "near_ratio_to_peers"], ascending=[True, False], kind="stable", ignore_index=True
        )
        shown = table[["name_ja", "population_people", "cost_per_person_yen"]].copy()
        for prefix in ("group", "near"):
            shown[f"{prefix}_peer_ratio"] = table[f"{prefix}_ratio_to_peers"].astype("Float64").round(2)
        return shown.assign(
            verdict_ja=table["verdict"].map(VERDICT_JA),
            known_tasks_count=table["known_tasks_count"],
            reasons_ja=table["reasons_ja"],
        )

    def summary(self) -> str:
        """Return the result as Japanese sentences, with names only where both comparisons agree."""
        counts = self.table["verdict"].value_counts()
        text = f"{len(self.table)}団体のうち、類似団体・人口の近い団体のどちらと比べても経費が高いのは{self._named('high')}、"
        text += f"低いのは{self._named('low')}。一方の比較だけで外れるのは{int(counts.get('high_one', 0) + counts.get('low_one', 0))}団体"
        text += f"、判定不能は{int(counts['not_judged'])}団体。" if "not_judged" in counts else "。"
        return text + "差は確認の手掛かりであり、無駄を意味しない。"

    def _named(self, verdict: str) -> str:
        rows = self.table[self.table["verdict"] == verdict]
        names = "、".join(
            f"{name}（1人当たり{format_yen(float(cost), '円')}、人口の近い団体の中央値の{float(ratio):.1f}倍）"
            for name, cost, ratio in zip(
                rows["name_ja"], rows["cost_per_person_yen"], rows["near_ratio_to_peers"], strict=True
            )
        )
        return f"{len(rows)}団体：{names}" if names else "なし"


def read_peer_params(register: Register) -> PeerParams:
    """Return the parameters of the comparison as the register has them."""
    return PeerParams(
        neighbours=round(register.value("peer_neighbours")),
        level=register.value("peer_level"),
        minimum_peers=round(register.value("peer_minimum")),
    )


def find_cost_outliers(case: Case, *, params: PeerParams) -> CostOutliers:
    """Return every municipality's yearly running cost per resident against its peers, from municipal_systems and municipalities.

    Raises MissingTableError without these tables or their cost column.
    """
    tables = case.require(
        {"municipal_systems": ["annual_cost_yen"], "municipalities": ["population_people", "peer_type"]}
    )
    bodies, systems = tables["municipalities"].set_index("municipality_code"), tables["municipal_systems"]
    costs = systems.pivot(index="municipality_code", columns="task", values="annual_cost_yen").astype("float64")
    bodies = bodies.loc[bodies.index.isin(costs.index)]
    costs = costs.reindex(bodies.index)
    if bodies.empty:
        raise ModelError("経費のある市町村が市町村の表にありません。団体コードを確かめてください。")
    size = bodies["population_people"].astype("float64")
    group = judge_by_group(costs, size, bodies["peer_type"], params)
    near = judge_by_neighbours(costs, size, params)
    table = _assemble(bodies, costs, size, group, near)
    features = _features(systems, bodies.index)
    reasons = [
        _reasons(i, costs, size, group, near, features, str(table["verdict"].iloc[i])) for i in range(len(bodies))
    ]
    table["reason_codes"] = [";".join(codes) for codes in reasons]
    table["reasons_ja"] = ["、".join(REASON_JA[code] for code in codes) for codes in reasons]
    return CostOutliers(table=table, params=params, tasks_count=costs.shape[1])


def _assemble(
    bodies: pd.DataFrame, costs: pd.DataFrame, size: pd.Series, group: pd.DataFrame, near: pd.DataFrame
) -> pd.DataFrame:
    table = pd.DataFrame(
        {
            "municipality_code": bodies.index,
            "name_ja": bodies["name_ja"].to_numpy(),
            "peer_type": bodies["peer_type"].to_numpy(),
            "population_people": size.astype("int64").to_numpy(),
            "known_tasks_count": costs.notna().sum(axis=1).to_numpy(),
            "cost_per_person_yen": (costs.sum(axis=1, min_count=1) / size).to_numpy(),
        }
    )
    for prefix, judged in (("group", group), ("near", near)):
        named = judged.drop(columns="peers").add_prefix(f"{prefix}_").reset_index(drop=True)
        table = pd.concat([table, named], axis=1)
    return table.assign(
        verdict=[_verdict(a, b) for a, b in zip(group["state"], near["state"], strict=True)],
    )


def _verdict(group: str, near: str) -> str:
    states = {group, near}
    for state, word in ((ABOVE, "high"), (BELOW, "low")):
        if states == {state}:
            return word
        if state in states:
            return f"{word}_one"
    return "not_judged" if states == {NOT_JUDGED} else "within"


def _features(systems: pd.DataFrame, codes: pd.Index) -> pd.DataFrame:
    own = systems["hosting"].isin(["own_server", "private_cloud"]).where(systems["hosting"].notna())
    frame = pd.DataFrame(
        {
            "municipality_code": systems["municipality_code"],
            "own_server": own.astype("Float64"),
            "shared": systems["shared_group"].notna().astype("Float64"),
            "customised": systems["customisation_rate"].astype("Float64"),
        }
    )
    return frame.groupby("municipality_code").mean().reindex(codes).astype("float64")


def _reasons(
    i: int,
    costs: pd.DataFrame,
    size: pd.Series,
    group: pd.DataFrame,
    near: pd.DataFrame,
    features: pd.DataFrame,
    verdict: str,
) -> list[str]:
    codes: list[str] = []
    peers = near["peers"].iloc[i]
    rows = np.asarray(costs.index.get_indexer(peers), dtype=np.intp)
    mine, theirs = features.iloc[i], features.loc[peers]
    if verdict.startswith("high"):
        excess = excess_by_component(costs, size, rows, i).dropna()
        total = float(excess.sum())
        checks = {
            "one_task": total > 0 and float(excess.max()) > total / 2,
            "own_server": mine["own_server"] > theirs["own_server"].median(),
            "not_shared": mine["shared"] < theirs["shared"].median(),
            "customised": mine["customised"] > theirs["customised"].quantile(0.75),
            "small_population": float(size.iloc[i]) < float(size.iloc[rows].min()),
        }
        codes += [code for code, holds in checks.items() if bool(holds)]
    if verdict.startswith("low") and mine["shared"] > theirs["shared"].median():
        codes.append("shared")
    if bool(costs.iloc[i].isna().any()):
        codes.append("incomplete")
    if group["state"].iloc[i] == NOT_JUDGED and near["state"].iloc[i] != NOT_JUDGED:
        codes.append("few_peers")
    return codes
