"""What would the panel's chapter look like? An invented panel (架空), made from a seed, to be replaced by the real sheets.

No member, score or comment here belongs to any real person. Criteria follow the exhibits the panel has in front of it.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from dxmodels.inputs.panel_sheets import PanelForm
from dxmodels.streams import stream

EXAMPLE_JA = "架空の委員による記入例"
OPTIONS_JA = ("現状維持", "府の統括強化", "共同調達協議会", "新事業体")
CRITERIA_JA = (
    ("費用の軽さ", "5：現状維持より明らかに軽い（図表E24）／3：変わらない／1：明らかに重い"),
    ("頑健さ", "5：どのシナリオでも後悔が小さい（図表E24）／1：前提が外れると大きく負ける"),
    ("小規模団体の支え", "5：一人担当の団体も移行と運用ができる（図表E28・E39）／1：変わらない"),
    ("ロックインの緩和", "5：競う相手のない経費が大きく減る（図表E18・E24）／1：増える"),
    ("実現のしやすさ", "5：今年度から始められる／3：規約の議決が要る／1：法人の設立が要る（図表E30）"),
)
_TENDENCY = ((3, 3, 1, 1, 5), (4, 4, 2, 3, 4), (3, 3, 4, 4, 3), (2, 2, 5, 4, 1))


def make_form(best_score: int) -> PanelForm:
    """Return the form the example uses: four structures, five criteria, three quantile questions of which two have a published answer."""
    questions = (
        ("標準化の期限に遅れたシステムの割合（2025年7月、全国）", "％", 10.9),
        ("電子申請の共同調達の参加団体数（2023年6月、府内43団体中）", "団体", 35.0),
        ("基幹系の共同調達に10年後に加わっている府内の団体数", "団体", None),
    )
    return PanelForm(OPTIONS_JA, CRITERIA_JA, questions, best_score)


def invent_panel(form: PanelForm, *, experts: int, seed: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return invented scores and swing points of ``experts`` members (架空), the same for the same seed."""
    generator = stream(seed, "invented panel")
    scores, swings = [], []
    for number in range(experts):
        expert = f"例{number + 1}"
        points = generator.integers(1, 11, len(form.criteria)) * 10
        points[int(np.argmax(points))] = 100
        for place, (criterion, _) in enumerate(form.criteria):
            swings.append({"expert_id": expert, "criterion_ja": criterion, "swing_points": float(points[place])})
            for row, option in enumerate(form.options):
                drawn = _TENDENCY[row][place] + int(generator.integers(-1, 2))
                score = float(min(form.best_score, max(1, drawn)))
                scores.append({"expert_id": expert, "option_ja": option, "criterion_ja": criterion, "score": score})
    return pd.DataFrame(scores), pd.DataFrame(swings)
