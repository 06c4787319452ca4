"""The questions of the panel notebook: the example panel judged, its agreement, rank acceptability and the two comparison methods."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from dxmodels.panel.agreement import Concordance, kendall_w
from dxmodels.panel.comparison import ComparisonRanking, promethee, topsis
from dxmodels.panel.example import invent_panel, make_form
from dxmodels.panel.judgement import PanelJudgement, judge_panel
from dxmodels.panel.smaa import Acceptability, smaa

if TYPE_CHECKING:
    from dxmodels.inputs import Register

PANEL_ASSUMPTIONS = ("panel_best_score", "panel_smaa_draws", "panel_example_experts")


@dataclass(frozen=True, eq=False)
class PanelAnswers:
    """Everything the panel's chapter shows of one set of sheets."""

    judgement: PanelJudgement
    agreement: Concordance
    acceptability: Acceptability
    comparisons: tuple[ComparisonRanking, ...]

    def comparison_table(self) -> pd.DataFrame:
        """Return the ranks of the additive value, TOPSIS and PROMETHEE II side by side."""
        table = self.judgement.ranking[["option_ja", "panel_rank"]]
        for found, name in zip(self.comparisons, ("topsis_rank", "promethee_rank"), strict=True):
            ranks = found.table.set_index("option_ja")["comparison_rank"]
            table = table.assign(**{name: table["option_ja"].map(ranks)})
        return table

    def settings_ja(self) -> list[str]:
        """Return the settings of the comparison methods."""
        return [f"{found.method_ja}：{found.settings_ja}" for found in self.comparisons]


def judge_example(register: Register, *, seed: int) -> PanelAnswers:
    """Return the answers for the invented panel (架空)."""
    form = make_form(int(register.value("panel_best_score")))
    scores, swings = invent_panel(form, experts=int(register.value("panel_example_experts")), seed=seed)
    return answer(scores, swings, register, seed=seed)


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
    )
