"""Could a new body find and pay its people, and how do its assumptions stand beside what became of published ones? What E31's annexes tell."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from dxmodels.consolidation.entity import EntityCase
from dxmodels.consolidation.told import Told
from dxmodels.cost.naming import format_in_unit
from dxmodels.inputs.schemas.choices import choice_label_ja
from dxmodels.money import format_rate, format_yen

if TYPE_CHECKING:
    from dxmodels.inputs import Case, Register

# own assumption → published cases set beside it
_BESIDE: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("専門職員の人件費（1人当たり年額）", "sim_expert_cost_yen", ("cio_aide_salary_osaka",)),
    ("専門職員の給与の上乗せ", "sim_entity_pay_gap_share", ("pref_cannot_pay",)),
    ("立ち上げの遅れ", "sim_entity_delay_years", ("kombit_delay",)),
    ("設立費の超過", "sim_entity_setup_overrun", ("nao_5centres_overrun", "rcuk_ssc_overrun")),
    ("約束した節約のうち実現する割合", "sim_realised_share", ("southwest_one_realisation", "kombit_saving")),
    ("加わる団体の割合（上限）", "sim_uptake_ceiling_entity", ("uk_issc_migration",)),
)
# assumptions whose precedents stand in the same scale: is the case harder when the value is low?
_HARDER_WHEN_LOW = {
    "sim_entity_delay_years": False, "sim_entity_setup_overrun": False, "sim_realised_share": True, "sim_uptake_ceiling_entity": True,
}  # fmt: skip
_OTHER_SCALE = ("kombit_saving",)  # a saving of running cost, not a share of what was promised
_ROUNDING_TOLERANCE = 1e-3
BESIDE_ASSUMPTIONS: tuple[str, ...] = (
    "govtech_tokyo_headcount",
    *(name for _, own, others in _BESIDE for name in (own, *others)),
)
STAFF_ASSUMPTIONS: tuple[str, ...] = (
    "sim_attrition_rate",
    "muni_le1_dx_staff",
    "muni_external_digital",
    "muni_training_share",
)


def tell_entity_beside(entity: EntityCase, register: Register) -> Told:
    """Return the entity's staff, pay, delay, overrun and membership beside published bodies."""
    table = entity.table
    staff = f"設立年度{float(table['entity_staff_fte'].iloc[0]):.0f}人 → {float(table['entity_staff_fte'].max()):.0f}人"
    rows = [_row("職員数", staff, ("govtech_tokyo_headcount",), register)]
    rows += [_row(subject, _spoken(register, own), others, register) for subject, own, others in _BESIDE]
    expert = register.value("sim_expert_cost_yen") * (1.0 + register.value("sim_entity_pay_gap_share"))
    gap = expert / register.value("sim_staff_cost_yen") - 1.0
    pay = f"専門職員の単価は職員の平均より{format_rate(gap, decimals=0)}高く置いている（年{format_yen(expert, '百万円', decimals=1)}）。"
    return Told(pd.DataFrame(rows), _verdict(register) + pay, entity)


def _verdict(register: Register) -> str:
    """Say on how many items the central assumption is milder than the hardest precedent, and whether the range holds that precedent."""
    milder, outside = [], []
    for subject, own, others in _BESIDE:
        if own not in _HARDER_WHEN_LOW:
            continue
        low_is_hard = _HARDER_WHEN_LOW[own]
        found = [_as_share(register.value(name), register[name].unit) for name in others if name not in _OTHER_SCALE]
        hardest = min(found) if low_is_hard else max(found)
        end = register.low(own) if low_is_hard else register.high(own)
        sign = 1.0 if low_is_hard else -1.0
        milder += [subject] if sign * (register.value(own) - hardest) > 0 else []
        outside += [subject] if sign * (end - hardest) > _ROUNDING_TOLERANCE else []
    count = len(_HARDER_WHEN_LOW)
    if not milder:
        return f"先例と比べられる{count}項目のどれでも、想定の中央は最も厳しい先例より甘くない。"
    held = (
        "先例の値はいずれも計算の幅の内に置いている"
        if not outside
        else f"このうち{'、'.join(outside)}は計算の幅も先例に届かない"
    )
    which = f"{count}項目すべて" if len(milder) == count else f"{count}項目のうち{len(milder)}項目"
    return f"先例と比べられる{which}（{'、'.join(milder)}）で、想定の中央は最も厳しい先例より甘い。{held}。"


def _as_share(value: float, unit: str) -> float:
    """A published figure in the scale of the assumption beside it: per cent and "of 26 customers" as shares."""
    whole = re.search(r"of (\d+)", unit)
    return value / 100.0 if unit == "%" else value / float(whole[1]) if whole else value


def tell_staff(case: Case, register: Register) -> Told:
    """Return the municipalities' IT staff by kind: number, one-person bodies, external help, yearly leavers beside the assumption."""
    staff = case.table("staff", ["municipality_code", "fiscal_year", "it_staff_fte", "external_fte", "leavers_people"])
    places = case.table("municipalities", ["municipality_code", "kind", "general_staff_people"])
    last = staff[staff["fiscal_year"] == staff["fiscal_year"].max()].merge(places, on="municipality_code")
    left = staff.groupby("municipality_code")[["leavers_people", "it_staff_fte"]].sum().astype(float)
    last = last.merge(left.add_suffix("_all"), left_on="municipality_code", right_index=True)
    rows = [_profile(choice_label_ja("kind", str(kind)), part) for kind, part in last.groupby("kind", sort=False)]
    table = pd.DataFrame([*rows, _profile("合計", last)])
    whole, assumed = table.iloc[-1], register.value("sim_attrition_rate")
    verdict = (
        "想定の範囲内"
        if register.low("sim_attrition_rate") <= whole["leavers_rate"] <= register.high("sim_attrition_rate")
        else "想定の範囲外"
    )
    text = (
        f"情報担当職員は{int(whole['bodies_count'])}団体で{float(whole['it_staff_fte']):.0f}人、担当が1人以下の団体は{int(whole['one_person_count'])}。"
        f"年間の異動・退職は{format_rate(float(whole['leavers_rate']))}で、シミュレーションの想定{format_rate(assumed, decimals=0)}に対し{verdict}。"
        f"職員のDX研修を行う市区町村は全国で{register.value('muni_training_share'):.1f}％にとどまる（役割別の人数と研修の表がないため、市町村の役割別の過不足は算出不能。新事業体の役割別は図表E31d）。"
    )
    return Told(table, text)


def _profile(kind_ja: str, part: pd.DataFrame) -> dict[str, object]:
    people, external = part["it_staff_fte"].astype(float), part["external_fte"].astype(float)
    total = float(people.sum())
    return {
        "kind": kind_ja,
        "bodies_count": len(part),
        "it_staff_fte": total,
        "it_staff_mean_fte": float(people.mean()),
        "one_person_count": int((people <= 1.0).sum()),
        "external_fte": float(external.sum()),
        "leavers_rate": float(
            part["leavers_people_all"].sum() / max(float(part["it_staff_fte_all"].sum()), np.finfo(float).tiny)
        ),
    }


def _row(subject: str, own: str, others: tuple[str, ...], register: Register) -> dict[str, str]:
    return {
        "entity_item_ja": subject,
        "entity_plan_ja": own,
        "published_ja": "；".join(f"{register[name].label_ja} {_spoken(register, name)}" for name in others),
    }


def _spoken(register: Register, name: str) -> str:
    unit = register[name].unit
    low, high = register.low(name), register.high(name)
    central = format_in_unit(register.central(name), unit)
    return central if low == high else f"{central}（{format_in_unit(low, unit)}〜{format_in_unit(high, unit)}）"
