"""Whose answers stand behind the panel's chapter: the workbooks that came back, or, until two are complete, the invented example?

Sheets of real members are never mixed with invented ones. A published-only run shows no invented answer: until sheets come back the questions are 算出不能.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from dxmodels.consolidation.told import Told
from dxmodels.inputs import NotComputable, attempt
from dxmodels.panel.asked import PANEL_ASSUMPTIONS, PanelAnswers, answer, comments_of, example_panel, tell_comments
from dxmodels.panel.earned import weigh_answers
from dxmodels.panel.example import EXAMPLE_JA
from dxmodels.panel.pairwise import weigh_pairs
from dxmodels.panel.replies import carry_comments

if TYPE_CHECKING:
    from dxmodels.inputs import Register
    from dxmodels.inputs.panel_sheets import PanelSheets
    from dxmodels.panel.earned import EarnedJudgement
    from dxmodels.panel.pairwise import PairwiseWeights

LEAST_MEMBERS = 2
SHEETS_JA = "委員が記入した評価表"
_SHEETS_CURE = "評価表を作って委員に配り、記入されたものを読み取れば、次の実行から示す。"


@dataclass(frozen=True, eq=False)
class PanelBasis:
    """Answers, pairwise weights, earned weights, comments and what was received, each a result or NotComputable; grade, sources and a caveat."""

    answers: PanelAnswers | NotComputable
    pairwise: PairwiseWeights | NotComputable
    earned: EarnedJudgement | NotComputable
    comments: Told | NotComputable
    received: Told | NotComputable
    grade: str
    sources: tuple[str, ...]
    caveat_ja: str
    refusals_ja: tuple[str, ...] = ()


def panel_basis(
    sheets: PanelSheets, comments: pd.DataFrame | None, register: Register, *, seed: int, published_only: bool
) -> PanelBasis:
    """Return what the chapter rests on; ``comments``: the table with replies as planners left it (None: none yet)."""
    complete = sheets.complete()
    if len(complete.experts) >= LEAST_MEMBERS:
        return _of_sheets(sheets, complete, comments, register, seed)
    reason = f"評点と重みのそろった評価表が{len(complete.experts)}人分しかない（{LEAST_MEMBERS}人分以上が要る）。{_SHEETS_CURE}"
    pending = NotComputable("委員の評価", {}, reason=reason)
    received = tell_received(sheets) if sheets.experts else pending
    if published_only:
        said = (tuple(sheets.refusals_ja()),)
        return PanelBasis(pending, pending, pending, pending, received, "推計", (SHEETS_JA,), _REAL_JA, *said)
    return _of_example(register, seed, received)


_REAL_JA = "委員の意見であり、正しさの証明ではない。委員の構成が変われば結果も変わる。"
_EXAMPLE_CAVEAT_JA = "架空の記入例であり、実在の委員の評価ではない。評価表がそろえば置き換える。"


def _of_sheets(
    sheets: PanelSheets, complete: PanelSheets, comments: pd.DataFrame | None, register: Register, seed: int
) -> PanelBasis:
    none_said = NotComputable("委員の意見", {}, reason="委員の意見がまだない。")
    table = carry_comments(comments, sheets.comments, edition="今回の版")
    overshoot = register.value("panel_cooke_overshoot")
    return PanelBasis(
        answers=answer(complete.scores, complete.swings, register, seed=seed),
        pairwise=attempt(weigh_pairs, complete.pairs, complete.swings),
        earned=attempt(weigh_answers, complete.quantiles, overshoot=overshoot),
        comments=tell_comments(table) if len(table) else none_said,
        received=tell_received(sheets),
        grade="推計",
        sources=(SHEETS_JA, *PANEL_ASSUMPTIONS),
        caveat_ja=_REAL_JA,
        refusals_ja=tuple(sheets.refusals_ja()),
    )


def _of_example(register: Register, seed: int, received: Told | NotComputable) -> PanelBasis:
    made = example_panel(register, seed=seed)
    return PanelBasis(
        answers=answer(made.scores, made.swings, register, seed=seed),
        pairwise=weigh_pairs(made.pairs, made.swings),
        earned=weigh_answers(made.quantiles, overshoot=register.value("panel_cooke_overshoot")),
        comments=comments_of(made),
        received=received,
        grade="架空",
        sources=(EXAMPLE_JA, *PANEL_ASSUMPTIONS),
        caveat_ja=_EXAMPLE_CAVEAT_JA,
    )


def tell_received(sheets: PanelSheets) -> Told:
    """Return one row a member: cells read, cells refused, and whether the sheet counts; the sentence says who must mend what."""
    kept = sheets.complete().experts
    refused = sheets.refused["expert_id"].value_counts()
    read = sum(
        frame["expert_id"].value_counts().reindex(sheets.experts, fill_value=0).to_numpy()
        for frame in (sheets.scores, sheets.swings, sheets.pairs, sheets.quantiles)
    )
    table = pd.DataFrame(
        {
            "expert_id": list(sheets.experts),
            "answers_count": np.asarray(read, dtype=np.int64),
            "refused_count": [int(refused.get(expert, 0)) for expert in sheets.experts],
            "is_counted": [expert in kept for expert in sheets.experts],
        }
    )
    return Told(table, sheets.summary(), sheets)
