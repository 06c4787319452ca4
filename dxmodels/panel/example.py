"""What would the panel's chapter look like? An invented panel (架空), made from a seed, to be replaced by the real sheets.

No member, score, answer or comment here belongs to any real person. The form is the real one (``form``).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from dxmodels.inputs.panel_cells import MOST_TIMES, PanelForm
from dxmodels.streams import stream

EXAMPLE_JA = "架空の委員による記入例"
_OPEN_GUESS = 10.0
_TENDENCY = ((3, 3, 1, 1, 5), (4, 4, 2, 3, 4), (3, 3, 4, 4, 3), (2, 2, 5, 4, 1))
_COMMENTS = (
    (
        "新事業体",
        "参加が5団体にとどまった場合の資金繰りを示してほしい",
        "図表E31に資金が尽きる年度と必要な負担金を加えた",
        "図表E31",
    ),
    ("費用の軽さ", "為替が円高に振れた場合も比べてほしい", "シナリオ別の後悔の表に円高を加えた", "図表E24d"),
    ("共同調達協議会", "町村が加わらない理由を聞き取るべきである", "", ""),
)


@dataclass(frozen=True, eq=False)
class InventedPanel:
    """Invented answers (架空): the same tables that filled workbooks give."""

    scores: pd.DataFrame
    swings: pd.DataFrame
    pairs: pd.DataFrame
    quantiles: pd.DataFrame
    comments: pd.DataFrame
    replies: pd.DataFrame


def invent_panel(form: PanelForm, *, experts: int, seed: int) -> InventedPanel:
    """Return the invented answers of ``experts`` members (架空), the same for the same seed."""
    members = [f"例{number + 1}" for number in range(experts)]
    scores, swings = _opinions(form, members, stream(seed, "invented panel"))
    comments = [
        {"expert_id": members[number % experts], "topic_ja": topic, "comment_ja": text}
        for number, (topic, text, _, _) in enumerate(_COMMENTS)
    ]
    replies = [{"comment_ja": text, "reply_ja": reply, "change_ja": change} for _, text, reply, change in _COMMENTS]
    return InventedPanel(
        scores,
        swings,
        _pairs(form, swings, stream(seed, "invented pairs")),
        _quantiles(form, members, stream(seed, "invented quantiles")),
        pd.DataFrame(comments),
        pd.DataFrame(replies),
    )


def _opinions(form: PanelForm, members: list[str], generator: np.random.Generator) -> tuple[pd.DataFrame, pd.DataFrame]:
    scores, swings = [], []
    for expert in members:
        points = generator.integers(1, 11, len(form.criteria)) * 10
        points[int(np.argmax(points))] = 100
        for place, (criterion, _) in enumerate(form.criteria):
            swings.append({"expert_id": expert, "criterion_ja": criterion, "swing_points": float(points[place])})
            for row, option in enumerate(form.options):
                drawn = _TENDENCY[row][place] + int(generator.integers(-1, 2))
                score = float(min(form.best_score, max(1, drawn)))
                scores.append({"expert_id": expert, "option_ja": option, "criterion_ja": criterion, "score": score})
    return pd.DataFrame(scores), pd.DataFrame(swings)


def _pairs(form: PanelForm, swings: pd.DataFrame, generator: np.random.Generator) -> pd.DataFrame:
    """Return comparisons that follow each member's swing points with an error, rounded to Saaty's whole numbers."""
    rows = []
    for expert, points in swings.groupby("expert_id", sort=False):
        weight = points.set_index("criterion_ja")["swing_points"]
        for first, second in form.pairs:
            ratio = float(weight[first] / weight[second] * np.exp(generator.normal(0.0, 0.25)))
            times = float(np.clip(round(max(ratio, 1.0 / ratio)), 1.0, MOST_TIMES))
            rows.append(
                {
                    "expert_id": expert,
                    "criterion_ja": first,
                    "other_criterion_ja": second,
                    "times_ratio": times if ratio >= 1 else 1.0 / times,
                }
            )
    return pd.DataFrame(rows)


def _quantiles(form: PanelForm, members: list[str], generator: np.random.Generator) -> pd.DataFrame:
    """Return quantiles around the answer: each member has an own bias and an own (often too narrow) spread."""
    rows = []
    for expert in members:
        bias, spread = generator.normal(0.0, 0.15), generator.uniform(0.15, 0.7)
        for question, _, realised in form.questions:
            middle = (realised or _OPEN_GUESS) * float(np.exp(bias + generator.normal(0.0, 0.35)))
            low, high = middle * np.exp(-1.645 * spread), middle * np.exp(1.645 * spread)
            rows.append(
                {
                    "expert_id": expert,
                    "question_ja": question,
                    "p05_value": low,
                    "p50_value": middle,
                    "p95_value": high,
                    "realised_value": realised,
                }
            )
    return pd.DataFrame(rows)
