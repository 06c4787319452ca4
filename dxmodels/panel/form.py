"""What is the panel asked: which structures, by which criteria, and which questions about numbers?

Criteria follow the exhibits the panel has in front of it; the seed questions have answers published in the register, so that a panel's quantiles can be
weighed by them. The form is the same for the workbook that goes out and for reading it back.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dxmodels.inputs.panel_cells import PanelForm

if TYPE_CHECKING:
    from dxmodels.inputs import Register

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


def make_form(register: Register) -> PanelForm:
    """Return the form: four structures, five criteria, ten seed questions with published answers and one open question."""
    seeds = tuple((question, unit, register.value(name)) for question, unit, name in SEED_QUESTIONS)
    return PanelForm(
        OPTIONS_JA, CRITERIA_JA, (*seeds, (_OPEN_QUESTION, "団体", None)), int(register.value("panel_best_score"))
    )
