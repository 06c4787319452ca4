"""What would the panel's chapter look like? An invented panel (架空), made from a seed, to be replaced by the real sheets.

No member, score, answer or comment here belongs to any real person. Criteria follow the exhibits the panel has in front of it; the seed questions
have answers published in the register, so that a real panel's quantiles can be weighed by them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from dxmodels.inputs.panel_sheets import MOST_TIMES, PanelForm
from dxmodels.streams import stream

if TYPE_CHECKING:
    from dxmodels.inputs import Register

EXAMPLE_JA = "架空の委員による記入例"
OPTIONS_JA = ("現状維持", "府の統括強化", "共同調達協議会", "新事業体")
CRITERIA_JA = (
    ("費用の軽さ", "5：現状維持より明らかに軽い（図表E24）／3：変わらない／1：明らかに重い"),
    ("頑健さ", "5：どのシナリオでも後悔が小さい（図表E24）／1：前提が外れると大きく負ける"),
    ("小規模団体の支え", "5：一人担当の団体も移行と運用ができる（図表E28・E39）／1：変わらない"),
    ("ロックインの緩和", "5：競う相手のない経費が大きく減る（図表E18・E24）／1：増える"),
    ("実現のしやすさ", "5：今年度から始められる／3：規約の議決が要る／1：法人の設立が要る（図表E30）"),
)
# Question in words, unit, and the assumption of the register that holds the published answer.
SEED_QUESTIONS: tuple[tuple[str, str, str], ...] = (
    ("標準化の期限に間に合わない団体の数（2025年12月、全国1,788団体中）", "団体", "std_late_bodies_2512"),
    ("電子申請の共同調達の参加団体数（2023年6月、府内43団体中）", "団体", "govtech_osaka_eapp"),
    ("1ドルの円相場（2025年の平均）", "円", "usdjpy_2025"),
    ("DX担当職員が1人以下の市町村の数（全国）", "団体", "muni_le1_dx_staff"),
    ("職員のDX研修を行う市区町村の割合（全国）", "％", "muni_training_share"),
    ("外部のデジタル人材を用いる市区町村の数（全国）", "団体", "muni_external_digital"),
    ("都道府県のDX担当職員の数（全国の合計）", "人", "pref_dx_staff_total"),
    ("共同サービスセンターの費用の超過率（英国5機関）", "％", "nao_5centres_overrun"),
    ("共同サービスセンターの費用の超過率（英国研究会議）", "％", "rcuk_ssc_overrun"),
    ("共同基盤に移った組織の数（英国、26組織中）", "組織", "uk_issc_migration"),
)
_OPEN_QUESTION = "基幹系の共同調達に10年後に加わっている府内の団体数"
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


def make_form(register: Register) -> PanelForm:
    """Return the form: four structures, five criteria, ten seed questions with published answers and one open question."""
    seeds = tuple((question, unit, register.value(name)) for question, unit, name in SEED_QUESTIONS)
    return PanelForm(
        OPTIONS_JA, CRITERIA_JA, (*seeds, (_OPEN_QUESTION, "団体", None)), int(register.value("panel_best_score"))
    )


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
