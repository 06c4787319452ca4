"""Who estimates well on what is known, and what does the panel then expect of what is not known?

Seed questions are those with a realised value; Cooke's classical model gives each member an earned weight (``cooke``). The open questions are
combined with the earned weights and, beside them, with equal weights: where the two differ much, the weighting decides and must be discussed.
What it leaves out: members who left a seed question open (all seeds are needed; they keep no earned weight and are named).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from dxmodels.errors import ModelError
from dxmodels.panel.cooke import CookeWeights, combine_quantiles, cooke_weights

_LEVELS = ["p05_value", "p50_value", "p95_value"]


@dataclass(frozen=True, eq=False)
class EarnedJudgement:
    """Members' scores on the seed questions and the panel's quantiles for the open ones, with earned and with equal weights."""

    table: pd.DataFrame
    open_questions: pd.DataFrame
    left_out: tuple[str, ...]
    weights: CookeWeights

    def to_frame(self) -> pd.DataFrame:
        """Return one row a member: calibration, information, combined score, weight."""
        return self.table.copy()

    def summary(self) -> str:
        """Return in Japanese who earned weight and what the panel expects of the first open question."""
        text = self.weights.summary()
        if self.left_out:
            text += f"既知の設問に空欄のある委員{len(self.left_out)}人（{'、'.join(self.left_out)}）には重みを付けていない。"
        if len(self.open_questions):
            row = self.open_questions.iloc[0]
            text += (
                f"「{row['question_ja']}」は、成績で重み付けすると{row['earned_p50_value']:.3g}（90％の範囲{row['earned_p05_value']:.3g}〜"
                f"{row['earned_p95_value']:.3g}）、全員を同じ重みとすると{row['equal_p50_value']:.3g}。"
            )
        return text


def weigh_answers(quantiles: pd.DataFrame, *, overshoot: float, alpha: float = 0.0) -> EarnedJudgement:
    """Return earned weights and the combined answers; ``quantiles``: expert_id, question_ja, p05/p50/p95_value, realised_value (missing = open).

    Raises ModelError where no question has a realised value or nobody answered them all.
    """
    seeds = quantiles[quantiles["realised_value"].notna()]
    names = list(seeds["question_ja"].drop_duplicates())
    if not names:
        raise ModelError(
            "答えの分かっている設問がありません。委員の成績で重み付けするには、実際の値のある設問を加えてください。"
        )
    answered = seeds.groupby("expert_id")["question_ja"].nunique()
    full = answered[answered == len(names)].index.astype(str).tolist()
    if not full:
        raise ModelError("既知の設問すべてに答えた委員がいません。空欄のある委員に記入を依頼してください。")
    used = seeds[seeds["expert_id"].isin(full)].rename(columns={"expert_id": "expert", "question_ja": "question"})
    truth = used.groupby("question")["realised_value"].first()
    weights = cooke_weights(used[["expert", "question", *_LEVELS]], truth, alpha=alpha, overshoot=overshoot)
    shown = weights.to_frame().rename(columns={"expert": "expert_id"})
    table = shown.sort_values("weight_share", ascending=False, kind="stable", ignore_index=True)
    left = tuple(sorted(set(quantiles["expert_id"].astype(str)) - set(full)))
    return EarnedJudgement(table, _combined(quantiles, weights.weights, overshoot), left, weights)


def _combined(quantiles: pd.DataFrame, earned: pd.Series, overshoot: float) -> pd.DataFrame:
    rows = []
    asked = quantiles[quantiles["realised_value"].isna() & quantiles["expert_id"].isin(earned.index)]
    for question, answers in asked.groupby("question_ja", sort=False):
        cube = answers[_LEVELS].to_numpy(dtype=float)
        margin = overshoot * (cube.max() - cube.min())
        low, high = float(cube.min() - margin), float(cube.max() + margin)
        share = earned.reindex(answers["expert_id"]).to_numpy(dtype=float)
        row: dict[str, object] = {"question_ja": question, "answering_count": len(cube)}
        for name, weight in (("earned", share), ("equal", np.ones(len(cube)))):
            if weight.sum() <= 0:
                weight = np.ones(len(cube))
            found = combine_quantiles(cube, weight / weight.sum(), low, high)
            row |= {f"{name}_{level}": float(value) for level, value in zip(_LEVELS, found, strict=True)}
        rows.append(row)
    return pd.DataFrame(rows)
