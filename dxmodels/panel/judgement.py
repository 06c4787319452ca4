"""What does the panel say when nobody's judgement is averaged away, and does one member decide the ranking?

Scores s_eij of member e for option i under criterion j (1 … best), swing points p_ej (0 … 100). Weights of a member w_ej = p_ej / Σ_j p_ej; value of an
option u_ei = Σ_j w_ej·(s_eij - 1)/(best - 1). The panel's value is the mean over members (each member counts once: additive aggregation of values,
Keeney & Kirkwood 1975). Leave one out: the same without one member; the ranking is fragile where the first place changes.
What it leaves out: coalitions of members; reasons (they are in the comments).
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from dxmodels.errors import ModelError


@dataclass(frozen=True, eq=False)
class PanelJudgement:
    """Value by member and option, the panel's ranking, and the ranking with any one member left out."""

    individual: pd.DataFrame
    weights: pd.DataFrame
    ranking: pd.DataFrame
    left_out: pd.DataFrame

    @property
    def is_stable(self) -> bool:
        """True where no single member changes the first place."""
        return not bool(self.left_out["first_changes"].any())

    def to_frame(self) -> pd.DataFrame:
        """Return the ranking with the span of each option's rank when one member is left out."""
        return self.ranking.copy()

    def rank_table(self) -> pd.DataFrame:
        """Return rank by option (columns of the long table: excluded_ja, option_ja, panel_rank): the whole panel, then without each member."""
        rows = [("全員", self.individual.mean())]
        if len(self.individual) > 1:
            rows += [(f"{member}を除く", self.individual.drop(index=member).mean()) for member in self.individual.index]
        parts = []
        for label, mean in rows:
            ranks = mean.rank(ascending=False, method="min").astype(int)
            parts.append(pd.DataFrame({"excluded_ja": label, "option_ja": ranks.index, "panel_rank": ranks.to_numpy()}))
        return pd.concat(parts, ignore_index=True)

    def summary(self) -> str:
        """Return the first option and whether one member decides it, in Japanese."""
        first, count = self.ranking["option_ja"].iloc[0], len(self.individual)
        changing = self.left_out.loc[self.left_out["first_changes"], "expert_id"].tolist()
        tail = (
            "どの委員を除いても1位は変わらない"
            if not changing
            else f"{len(changing)}人（{'、'.join(map(str, changing))}）は、その1人を除くと1位が替わる"
        )
        return f"委員{count}人の平均で1位は「{first}」。{tail}。"


def judge_panel(scores: pd.DataFrame, swings: pd.DataFrame, *, best_score: float) -> PanelJudgement:
    """Return the panel's judgement.

    ``scores``: expert_id, option_ja, criterion_ja, score (1 … best_score); ``swings``: expert_id, criterion_ja, swing_points. Raises ModelError
    where a member lacks a score or a weight.
    """
    points = swings.pivot(index="expert_id", columns="criterion_ja", values="swing_points").astype(float)
    if points.isna().any().any() or (points.sum(axis=1) <= 0).any():
        raise ModelError("スイング点に空欄または合計0の委員があります。全項目に0〜100を入れてもらってください。")
    weights = points.div(points.sum(axis=1), axis=0)
    cube = scores.pivot(index=["expert_id", "option_ja"], columns="criterion_ja", values="score").astype(float)
    if cube.isna().any().any() or set(cube.columns) != set(weights.columns):
        raise ModelError("評点に空欄があるか、評価項目が重みと一致しません。")
    members = cube.index.get_level_values("expert_id")
    if set(members) != set(weights.index):
        raise ModelError("評点と重みの委員が一致しません。両方のシートがそろった委員だけにしてください。")
    shares = weights.loc[members, cube.columns].set_axis(cube.index)
    value = ((cube - 1.0) / (best_score - 1.0) * shares).sum(axis=1).unstack("option_ja")
    left = [_without(value, str(member)) for member in value.index]
    ranks = (
        pd.DataFrame([value.drop(index=m).mean().rank(ascending=False, method="min") for m in value.index])
        if len(value) > 1
        else None
    )
    mean = value.mean().sort_values(ascending=False, kind="stable")
    ranking = pd.DataFrame({"option_ja": mean.index, "panel_score": mean.to_numpy()})
    ranking["panel_rank"] = ranking["panel_score"].rank(ascending=False, method="min").astype(int)
    for name, pick in (("best_left_out_rank", "min"), ("worst_left_out_rank", "max")):
        found = ranks.agg(pick) if ranks is not None else ranking.set_index("option_ja")["panel_rank"]
        ranking[name] = [int(found[option]) for option in ranking["option_ja"]]
    return PanelJudgement(value, weights, ranking, pd.DataFrame(left))


def _without(value: pd.DataFrame, member: str) -> dict[str, object]:
    rest = value.drop(index=member)
    whole = str(value.mean().idxmax())
    first = str(rest.mean().idxmax()) if len(rest) else whole
    return {"expert_id": member, "first_without_ja": first, "first_changes": first != whole}
