"""Which weights do the members' pairwise comparisons give, whose comparisons are consistent, and do they agree with the swing weights?

Each member's matrix A_e stays as it is (weights and consistency ratio per member, ``ahp_weights``). Group: the geometric mean of the entries over
the members, a_ij = (Π_e a_eij)^(1/m), which keeps reciprocity (Aczél & Saaty 1983); both weight methods, and the swing weights beside.
What it leaves out: importance of members (all count once); a member without a complete sheet is not guessed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from dxmodels.errors import ModelError
from dxmodels.money import format_rate
from dxmodels.panel.ahp import AhpWeights, ahp_weights


@dataclass(frozen=True, eq=False)
class PairwiseWeights:
    """Group weights by criterion (``table``), consistency by member (``members``) and the group's own result."""

    table: pd.DataFrame
    members: pd.DataFrame
    group: AhpWeights

    def to_frame(self) -> pd.DataFrame:
        """Return one row a criterion: weights by eigenvector, by geometric mean and from swings, with ranks."""
        return self.table.copy()

    def summary(self) -> str:
        """Return in Japanese the heaviest criterion, who is inconsistent, and whether the methods agree."""
        top = self.table.iloc[0]
        wrong = self.members.loc[~self.members["is_coherent"], "expert_id"].tolist()
        said = (
            f"比べ方が首尾一貫しない委員は{len(wrong)}人（{'、'.join(map(str, wrong))}）"
            if wrong
            else "すべての委員の比べ方は首尾一貫している"
        )
        differ = (
            "固有ベクトル法と幾何平均法で順位が異なる"
            if self.group.ranks_differ
            else "固有ベクトル法と幾何平均法の順位は同じ"
        )
        swing = self.table["swing_rank"].iloc[0]
        beside = (
            "" if pd.isna(swing) else "、スイング法でも最も重い" if swing == 1 else f"、スイング法では{int(swing)}番目"
        )
        return (
            f"一対比較で最も重い項目は「{top['criterion_ja']}」（{format_rate(float(top['weight_eigenvector_share']))}{beside}）。"
            f"{said}。{differ}（集団の一対比較の整合比は{self.group.consistency_ratio:.3f}で、0に近いほど首尾一貫）。"
        )


def weigh_pairs(pairs: pd.DataFrame, swings: pd.DataFrame | None = None) -> PairwiseWeights:
    """Return the group's weights from pairwise comparisons.

    ``pairs``: expert_id, criterion_ja, other_criterion_ja, times_ratio (how many times the first outweighs the other), all pairs of each member;
    ``swings`` (optional): expert_id, criterion_ja, swing_points. Raises ModelError where a member's pairs are not complete.
    """
    names = list(dict.fromkeys([*pairs["criterion_ja"], *pairs["other_criterion_ja"]]))
    if pairs.empty or len(names) < 2:
        raise ModelError("一対比較の記入がありません。シート「一対比較」をすべて記入した評価表を渡してください。")
    matrices = {
        str(member): _matrix(rows, names, str(member)) for member, rows in pairs.groupby("expert_id", sort=True)
    }
    alone = {member: ahp_weights(pd.DataFrame(matrix, index=names)) for member, matrix in matrices.items()}
    mean = np.exp(np.mean([np.log(matrix) for matrix in matrices.values()], axis=0))
    group = ahp_weights(pd.DataFrame(mean, index=names))
    table = group.to_frame().rename(columns={"criterion": "criterion_ja", "weight_rank": "eigenvector_rank"})
    table["geometric_mean_rank"] = group.other_weights.rank(ascending=False, method="min").astype(int).to_numpy()
    shares = _swing_shares(swings, names) if swings is not None else pd.Series(np.nan, index=names)
    table["swing_share"] = shares.to_numpy()
    table["swing_rank"] = shares.rank(ascending=False, method="min").to_numpy()
    members = pd.DataFrame(
        [
            {
                "expert_id": member,
                "consistency_ratio": found.consistency_ratio,
                "is_coherent": found.is_consistent,
                "heaviest_ja": str(found.weights.idxmax()),
                "ranks_differ": found.ranks_differ,
            }
            for member, found in alone.items()
        ]
    )
    ordered = table.sort_values("weight_eigenvector_share", ascending=False, kind="stable", ignore_index=True)
    return PairwiseWeights(ordered, members, group)


def _matrix(rows: pd.DataFrame, names: list[str], member: str) -> np.ndarray:
    place = {name: number for number, name in enumerate(names)}
    matrix = np.full((len(names), len(names)), np.nan)
    np.fill_diagonal(matrix, 1.0)
    for first, second, ratio in zip(
        rows["criterion_ja"], rows["other_criterion_ja"], rows["times_ratio"].astype(float), strict=True
    ):
        if not ratio > 0:
            raise ModelError(f"委員「{member}」の「{first}」と「{second}」の倍率 {ratio:g} は正の数にしてください。")
        matrix[place[first], place[second]], matrix[place[second], place[first]] = ratio, 1.0 / ratio
    if np.isnan(matrix).any():
        row, column = (int(part) for part in np.argwhere(np.isnan(matrix))[0])
        raise ModelError(
            f"委員「{member}」は「{names[row]}」と「{names[column]}」を比べていません。すべての組を記入してください。"
        )
    return matrix


def _swing_shares(swings: pd.DataFrame, names: list[str]) -> pd.Series:
    points = swings.pivot(index="expert_id", columns="criterion_ja", values="swing_points").astype(float)
    shares = points.div(points.sum(axis=1), axis=0).mean()
    return shares.reindex(names)
