"""The questions of the panel notebook: judged sheets, agreement, acceptability, two ways to weights, earned weights, comments and replies."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from dxmodels.consolidation.told import Told, short_ja
from dxmodels.errors import ModelError
from dxmodels.inputs import NotComputable
from dxmodels.panel.agreement import Concordance, kendall_w
from dxmodels.panel.comparison import ComparisonRanking, promethee, topsis
from dxmodels.panel.example import InventedPanel, invent_panel
from dxmodels.panel.form import make_form
from dxmodels.panel.judgement import PanelJudgement, judge_panel
from dxmodels.panel.replies import ANSWERED, carry_comments
from dxmodels.panel.smaa import Acceptability, smaa

if TYPE_CHECKING:
    from dxmodels.consolidation import SimulationResult
    from dxmodels.inputs import Register

PANEL_ASSUMPTIONS = ("panel_best_score", "panel_smaa_draws", "panel_example_experts", "panel_cooke_overshoot")
EDITIONS_JA = ("夏の方向性", "年度末版")
COST_CRITERION_JA = "費用の軽さ"


@dataclass(frozen=True, eq=False)
class PanelAnswers:
    """Everything the panel's chapter shows of one set of sheets."""

    judgement: PanelJudgement
    agreement: Concordance
    acceptability: Acceptability
    comparisons: tuple[ComparisonRanking, ...]
    mean_scores: pd.DataFrame

    def comparison_table(self) -> pd.DataFrame:
        """Return the ranks of the additive value, TOPSIS and PROMETHEE II side by side."""
        table = self.judgement.ranking[["option_ja", "panel_rank"]]
        for found, name in zip(self.comparisons, ("topsis_rank", "promethee_rank"), strict=True):
            ranks = found.table.set_index("option_ja")["comparison_rank"]
            table = table.assign(**{name: table["option_ja"].map(ranks)})
        return table

    def compared(self) -> Told:
        """Return the same with the sentence whether the first place agrees."""
        table = self.comparison_table()
        first = str(table["option_ja"].iloc[0])
        same = bool((table.loc[table["option_ja"] == first, ["topsis_rank", "promethee_rank"]] == 1).to_numpy().all())
        text = f"加重和で1位の「{first}」は、" + (
            "ほかの2つの方法でも1位である。" if same else "ほかの方法では1位とは限らない。"
        )
        return Told(table, text + "比較のために示すもので、選定には用いない。")

    def settings_ja(self) -> list[str]:
        """Return the settings of the comparison methods."""
        return [f"{found.method_ja}：{found.settings_ja}" for found in self.comparisons]


def example_panel(register: Register, *, seed: int) -> InventedPanel:
    """Return the invented panel (架空)."""
    return invent_panel(make_form(register), experts=int(register.value("panel_example_experts")), seed=seed)


def judge_example(register: Register, *, seed: int) -> PanelAnswers:
    """Return the answers for the invented panel (架空)."""
    made = example_panel(register, seed=seed)
    return answer(made.scores, made.swings, register, seed=seed)


def answer(scores: pd.DataFrame, swings: pd.DataFrame, register: Register, *, seed: int) -> PanelAnswers:
    """Return the answers for any complete sheets (see ``inputs.panel_sheets``)."""
    best = register.value("panel_best_score")
    judgement = judge_panel(scores, swings, best_score=best)
    mean = scores.pivot_table(index="option_ja", columns="criterion_ja", values="score", aggfunc="mean")
    weights = {str(name): float(value) for name, value in judgement.weights.mean().items()}
    return PanelAnswers(
        judgement=judgement,
        agreement=kendall_w(judgement.individual, seed=seed),
        acceptability=smaa((mean - 1.0) / (best - 1.0), draws=int(register.value("panel_smaa_draws")), seed=seed),
        comparisons=(topsis(mean, weights), promethee(mean, weights)),
        mean_scores=(mean - 1.0) / (best - 1.0),
    )


def acceptability_with_simulation(
    answers: PanelAnswers, result: SimulationResult, register: Register, *, seed: int
) -> Acceptability:
    """Return SMAA over the members' weights × the simulation's draws: the cost criterion is taken from the draws, the others from the panel.

    Value of the cost criterion in a draw: 1 for the cheapest and 0 for the dearest cost over all draws and structures, in proportion between.
    """
    cost = pd.DataFrame({short_ja(result.titles[option]): result.npv(option) for option in result.options})
    names = [str(name) for name in answers.mean_scores.index]
    if set(names) != set(cost.columns) or COST_CRITERION_JA not in answers.mean_scores.columns:
        raise ModelError(
            f"委員の選択肢（{'、'.join(names)}）がシミュレーションの選択肢（{'、'.join(map(str, cost.columns))}）と一致しません。"
        )
    # Differences to the mean of a draw: what all structures share (prices, the exchange rate) says nothing about the choice.
    gap = cost[names].sub(cost[names].mean(axis=1), axis=0).to_numpy()
    cube = np.repeat(answers.mean_scores.loc[names].to_numpy()[None, :, :], len(gap), axis=0)
    place = list(answers.mean_scores.columns).index(COST_CRITERION_JA)
    cube[:, :, place] = (gap.max() - gap) / (gap.max() - gap.min())
    criteria = [str(name) for name in answers.mean_scores.columns]
    weights = answers.judgement.weights[criteria]
    return smaa(
        cube,
        weights=weights,
        draws=int(register.value("panel_smaa_draws")),
        seed=seed,
        options=names,
        criteria=criteria,
    )


def leave_one_out(answers: PanelAnswers) -> Told:
    """Return the ranking with the span of ranks when one member is left out; drawn from every such ranking."""
    judgement = answers.judgement
    return Told(judgement.to_frame(), judgement.summary(), judgement.rank_table())


def first_of(answers: PanelAnswers) -> str:
    """Return the structure the panel puts first."""
    return str(answers.judgement.ranking["option_ja"].iloc[0])


def first_left_out_of(answers: PanelAnswers) -> str:
    """Return whether the first place holds whoever is left out, in a word or with the structure it would pass to."""
    left = answers.judgement.left_out
    others = list(dict.fromkeys(left.loc[left["first_changes"], "first_without_ja"].astype(str)))
    return f"「{'」「'.join(others)}」に替わることがある" if others else "どの委員を除いても変わらない"


def acceptability_of(answers: PanelAnswers) -> Acceptability:
    """Return the shares of ranks over all weights."""
    return answers.acceptability


def compared_of(answers: PanelAnswers) -> Told:
    """Return the ranks by other methods, for comparison only."""
    return answers.compared()


def settings_of(answers: PanelAnswers | NotComputable) -> list[str]:
    """Return the settings of the comparison methods, or that there is nothing to compare yet."""
    return ["評価表がそろうと計算する。"] if isinstance(answers, NotComputable) else answers.settings_ja()


def agreement_of(answers: PanelAnswers) -> Told:
    """Return how far the members agree, with every member's values for the figure."""
    table = answers.agreement.to_frame().sort_values("mean_rank", kind="stable", ignore_index=True)
    return Told(table.rename(columns={"item": "option_ja"}), answers.agreement.summary(), answers.judgement)


def comments_of(made: InventedPanel) -> Told:
    """Return comment → reply → change over two editions, as the second edition prints it."""
    first = carry_comments(None, made.comments, edition=EDITIONS_JA[0])
    known = made.replies.set_index("comment_ja")
    for name in ("reply_ja", "change_ja"):
        first[name] = first["comment_ja"].map(known[name]).fillna("")
    table = carry_comments(first, made.comments, edition=EDITIONS_JA[1])
    return tell_comments(table)


def tell_comments(table: pd.DataFrame) -> Told:
    """Return the carried comments as a page shows them, with how many are answered."""
    done = int((table["reply_state_ja"] == ANSWERED).sum())
    text = f"意見{len(table)}件のうち回答済みは{done}件。" + (
        f"残る{len(table) - done}件は次の版までに回答する。" if done < len(table) else "すべてに回答した。"
    )
    return Told(table.drop(columns=["comment_id", "expert_id"]), text)
