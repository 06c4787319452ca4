"""Which people are needed for how long, can they be paid, who is trained in what, and what must their help be worth to pay?

Sets        r kinds of work asked for (operation, migration, advice: ``help_demand.list_demand_by_role``), y fiscal years
Parameters  d_ry days asked for, D working days of one; market pay w_r, average pay of municipal staff w0, offered pay of a shared expert p
            (before employer's charges); cost of a stationed expert c a year, share g of it borne by the State, price u of an outsourced day
Model       people of kind r at the peak n_r = max_y d_ry / D; pay gap a body alone would have to close w_r - w0; margin of the shared post p - w_r.
            Effect (assumed, labelled): a share e of the days given replaces outsourcing. Cash benefit e·u·Σ days; cost c·Σ stationed;
            switching value e* = c·Σ stationed / (u·Σ days), and with the State's part (1 - g)·e*. e* > 1: days alone can never pay for it.
            Training: people and days by group; it pays (in time) where the share of working time it saves is above days / working days.
Source      経済産業省「IT関連産業の給与等に関する実態調査」(2017) for market pay; 府の公募条件; the rest are declared assumptions.

What it leaves out: employer's charges on either side of the pay comparison, rank and length of service, whether anybody applies; effects
that are not outsourcing saved (fewer failures, better contracts), which stand beside and are never added.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from dxmodels.money import format_rate, format_yen
from dxmodels.municipalities.help_demand import ADVICE, MIGRATION, OPERATION, list_demand_by_role
from dxmodels.municipalities.placement import Placement
from dxmodels.municipalities.staffing import StaffNeed
from dxmodels.municipalities.waves import WavePlan

if TYPE_CHECKING:
    from dxmodels.inputs import Case, Register

PAY_ASSUMPTIONS: tuple[str, ...] = (
    "pay_market_operation",
    "pay_market_migration",
    "pay_market_advice",
    "pay_municipal_staff",
    "cio_aide_salary_osaka",
    "pref_cannot_pay",
    "expert_working_days",
)
TRAINING_ASSUMPTIONS: tuple[str, ...] = (
    "training_owner_days",
    "training_procurement_days",
    "training_successor_days",
    "training_time_saved_share",
    "expert_working_days",
    "muni_training_share",
)
EFFECT_ASSUMPTIONS: tuple[str, ...] = (
    "expert_replaces_share",
    "outsourced_day_yen",
    "wave_expert_fte_yen",
    "expert_grant_share",
)
_ROLES = {
    OPERATION: ("運用の担い手", "日常の運用・問合せ・障害対応を担い、一人情シスの団体を定期に訪ねる"),
    MIGRATION: ("移行の工程管理者", "事業者の工程・データ移行・試験を団体に代わって管理する"),
    ADVICE: ("調達・契約の助言者", "見積を精査し、契約条項・クラウド費用の交渉と移行の段取りを助言する"),
}
_MILLION = 1_000_000


@dataclass(frozen=True, eq=False)
class PeopleNeeded:
    """One row a kind of work: days, people at the peak, market pay against what is paid; ``cannot_pay_share`` of prefectures (published)."""

    table: pd.DataFrame
    municipal_pay_yen: float
    offered_pay_yen: float
    cannot_pay_share: float

    def to_frame(self) -> pd.DataFrame:
        """Return one row a kind of work."""
        return self.table.copy()

    def summary(self) -> str:
        """Return the headline sentences (Japanese), the answer first."""
        dear = self.table[self.table["pay_gap_yen"] > 0]
        widest = self.table.iloc[int(self.table["pay_gap_yen"].to_numpy(dtype=float).argmax())]
        people = "、".join(
            f"{name} {number:.1f} 人"
            for name, number in zip(self.table["role_ja"], self.table["peak_people"], strict=True)
        )
        text = f"要るのは、最も多い年度で{people}。"
        text += (
            f"市町村の平均年収{format_yen(self.municipal_pay_yen, '千円')}では {len(self.table)} 職種のうち {len(dear)} 職種で民間に届かず、"
            f"最も開くのは{widest['role_ja']}の{format_yen(float(widest['pay_gap_yen']), '千円')}。"
        )
        covered = int((self.table["offer_margin_yen"] >= 0).sum())
        return text + (
            f"府の公募条件（{format_yen(self.offered_pay_yen, '千円')}）なら {covered} 職種で民間の平均を上回る。"
            f"全国では都道府県の {format_rate(self.cannot_pay_share, decimals=0)}が十分な報酬を払えないとしている。"
        )


@dataclass(frozen=True, eq=False)
class TrainingPlan:
    """One row a group to be trained: people, days each and in all; time saving assumed and the saving at which it pays."""

    table: pd.DataFrame
    saved_share: float
    switching_share: float
    without_training: tuple[str, ...]

    def to_frame(self) -> pd.DataFrame:
        """Return one row a group."""
        return self.table.copy()

    def summary(self) -> str:
        """Return the headline sentences (Japanese)."""
        people, days = int(self.table["trained_people"].sum()), float(self.table["training_days"].sum())
        verdict = "上回り、" if self.saved_share >= self.switching_share else "下回り、時間の面では"
        pays = "時間の面でも引き合う" if self.saved_share >= self.switching_share else "引き合わない"
        text = (
            f"研修はのべ {people:,} 人、{days:,.0f} 日。情報担当職員の研修は、翌年の勤務時間の "
            f"{format_rate(self.switching_share)}が浮けば元が取れる。仮定は {format_rate(self.saved_share)}で、これを{verdict}{pays}。"
        )
        named = "・".join(self.without_training) if self.without_training else "なし"
        return text + f"職員の育成に取り組んでいないと公表された団体：{named}。"


@dataclass(frozen=True, eq=False)
class ExpertEffect:
    """Cost and assumed cash effect of the shared experts at the low, central and high assumption, and the switching values."""

    table: pd.DataFrame
    cost_yen: float
    served_days: float
    switching_share: float
    grant_share: float

    @property
    def switching_after_grant_share(self) -> float:
        """Share of the days that must replace outsourcing for the bodies' own part to be covered."""
        return self.switching_share * (1.0 - self.grant_share)

    def to_frame(self) -> pd.DataFrame:
        """Return one row a level of the assumption."""
        return self.table.copy()

    def summary(self) -> str:
        """Return the headline sentences (Japanese): the switching value first."""
        text = f"共同人材の費用（期間の計{format_yen(self.cost_yen)}）は、支援日数の {format_rate(self.switching_share, decimals=0)}が外部委託の代わりになれば元が取れる。"
        if self.switching_share > 1.0:
            text += "100％を超えるため、委託の節約だけでは賄えず、遅れや事故を防ぐ効果を別に認める必要がある。"
        assumed = float(self.table.loc[self.table["level_ja"] == "中央", "replaced_share"].iloc[0])
        after = self.switching_after_grant_share
        against = "届く" if assumed >= after else "届かない"
        return text + (
            f"国の措置（{format_rate(self.grant_share, decimals=0)}）を受けた後の府・団体の負担では {format_rate(after, decimals=0)}が分かれ目で、"
            f"仮定の {format_rate(assumed, decimals=0)}では{against}。"
        )


def list_people_needed(need: StaffNeed, waves: WavePlan, register: Register) -> PeopleNeeded:
    """Return the kinds of people needed over the calendar, and market pay against what municipalities and the prefecture pay."""
    days = list_demand_by_role(need, waves, register)
    by_year = days.groupby(["role_id", "fiscal_year"])["demand_days"].sum().unstack(0)
    own, offered = register.value("pay_municipal_staff"), register.value("cio_aide_salary_osaka") * _MILLION
    rows = []
    for role, (name, work) in _ROLES.items():
        market = register.value(f"pay_market_{role}")
        asked = days[(days["role_id"] == role) & (days["demand_days"] > 0)]
        rows.append(
            {
                "role_ja": name,
                "work_ja": work,
                "bodies_count": asked["municipality_code"].nunique(),
                "demand_days": float(by_year[role].sum()),
                "peak_people": float(by_year[role].max()) / register.value("expert_working_days"),
                "market_pay_yen": round(market),
                "municipal_pay_yen": round(own),
                "pay_gap_yen": round(market - own),
                "offer_margin_yen": round(offered - market),
            }
        )
    return PeopleNeeded(pd.DataFrame(rows), own, offered, register.value("pref_cannot_pay") / 100.0)


def plan_training(case: Case, register: Register, *, need: StaffNeed, waves: WavePlan) -> TrainingPlan:
    """Return who is trained in what for how long, and which bodies are published as not training (needs municipality_series)."""
    groups = (
        ("移行する業務の担当者（1業務1人）", "業務の見直しと標準仕様", len(waves.table), "training_owner_days"),
        ("情報担当職員", "見積の精査・契約条項・クラウド費用", round(need.bodies["own_fte"].sum()), "training_procurement_days"),
        ("一人情シスの副担当（1団体1人）", "引継ぎと日常の運用", int(need.bodies["is_one_person"].sum()), "training_successor_days"),
    )  # fmt: skip
    table = pd.DataFrame(
        [(who, what, people, register.value(name)) for who, what, people, name in groups],
        columns=["trainee_ja", "subject_ja", "trained_people", "days_each"],
    )
    table["training_days"] = table["trained_people"] * table["days_each"]
    each = register.value("training_procurement_days") / register.value("expert_working_days")
    return TrainingPlan(table, register.value("training_time_saved_share"), each, _without_training(case))


def value_experts(placement: Placement, register: Register) -> ExpertEffect:
    """Return what the stationed experts cost, the assumed cash effect of their days, and the share at which the two meet."""
    stationed = int(placement.stations["experts_count"].sum())
    served = float(placement.table["served_days"].sum())
    cost, day = stationed * register.value("wave_expert_fte_yen"), register.value("outsourced_day_yen")
    grant = register.value("expert_grant_share")
    shares = (("下端", register.low), ("中央", register.central), ("上端", register.high))
    rows = []
    for level, value in shares:
        share = value("expert_replaces_share")
        saved = share * served * day
        rows.append(
            {
                "level_ja": level,
                "replaced_share": share,
                "cash_saving_yen": round(saved),
                "expert_cost_yen": round(cost),
                "granted_yen": round(cost * grant),
                "net_before_grant_yen": round(saved - cost),
                "net_after_grant_yen": round(saved - cost * (1.0 - grant)),
            }
        )
    return ExpertEffect(pd.DataFrame(rows), cost, served, cost / (served * day) if served else float("inf"), grant)


def _without_training(case: Case) -> tuple[str, ...]:
    series = case.table("municipality_series", ["indicator_value"])
    rows = series[series["indicator_id"] == "dx_training"].sort_values("as_of").drop_duplicates(["municipality_code"], keep="last")  # fmt: skip
    names = case.table("municipalities").set_index("municipality_code")["name_ja"]
    none = rows.loc[rows["indicator_value"] == 0, "municipality_code"]
    return tuple(str(names[code]) for code in none if code in names.index)
