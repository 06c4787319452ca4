"""What do the experts say, how far do they agree, and does the ranking hold?"""

from __future__ import annotations

from dxmodels.panel.agreement import Concordance, kendall_w
from dxmodels.panel.ahp import AhpWeights, ahp_weights
from dxmodels.panel.comparison import ComparisonRanking, promethee, topsis
from dxmodels.panel.cooke import CookeWeights, combine_quantiles, cooke_weights
from dxmodels.panel.earned import EarnedJudgement, weigh_answers
from dxmodels.panel.judgement import PanelJudgement, judge_panel
from dxmodels.panel.legal_forms import LegalForms, judge_legal_forms, list_legal_forms, tell_legal_forms
from dxmodels.panel.pairwise import PairwiseWeights, weigh_pairs
from dxmodels.panel.replies import carry_comments
from dxmodels.panel.smaa import Acceptability, smaa

__all__ = [
    "Acceptability",
    "AhpWeights",
    "ComparisonRanking",
    "Concordance",
    "CookeWeights",
    "EarnedJudgement",
    "LegalForms",
    "PairwiseWeights",
    "PanelJudgement",
    "ahp_weights",
    "carry_comments",
    "combine_quantiles",
    "cooke_weights",
    "judge_legal_forms",
    "judge_panel",
    "kendall_w",
    "list_legal_forms",
    "promethee",
    "smaa",
    "tell_legal_forms",
    "topsis",
    "weigh_answers",
    "weigh_pairs",
]
