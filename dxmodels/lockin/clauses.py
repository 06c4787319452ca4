"""What must the next contract of each system contain, and because of which signal?

Each clause answers certain indicators (ANSWERS): flagged → the clause is required; not computable → to be checked first; neither → standing clause where it belongs in every
contract. The wording is an outline in plain words for the legal section to finish; it is no model text of any authority.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from dxmodels.lockin.indicators import CATALOGUE, FLAGGED, NOT_COMPUTABLE, IndicatorTable

REQUIRED, CHECK, STANDING = "required", "check", "standing"
NEED_JA = {REQUIRED: "必須（シグナルに該当）", CHECK: "要確認（指標が算出不能）", STANDING: "標準（全契約に入れる）"}


@dataclass(frozen=True)
class Clause:
    """One clause: title, outline, the indicators it answers, and whether it stands in every contract."""

    title_ja: str
    outline_ja: str
    answers: tuple[str, ...]
    is_standing: bool


CLAUSES: Mapping[str, Clause] = {
    "data_return": Clause(
        "データの返還（形式と試験）",
        "契約終了時および発注者の求めに応じ、全データを項目定義とともに公開された形式（CSV等、標準仕様があるものはその形式）で無償で引き渡す。年1回、出力した全件を発注者が検証する。",
        ("export_untested",),
        True,
    ),
    "source_rights": Clause(
        "仕様・ソースの権利",
        "契約で作成した仕様書・設計書・プログラムの著作権は発注者に譲渡し、著作者人格権を行使しない。受注者が従来から有する部分は、後継事業者の改修・運用に必要な利用を許諾する。",
        ("source_closed",),
        True,
    ),
    "escrow": Clause(
        "ソースの預託",
        "権利を譲渡できない部分は、第三者機関へ預託し、事業の廃止・契約違反・サポート終了のとき開示を受ける。",
        ("source_closed", "support_ending"),
        False,
    ),
    "break_clause": Clause(
        "中途解約",
        "発注者は一定期間前の通知により契約を解約できる。補償は、未償却の実費として契約時に定めた逓減表の額を上限とする。",
        ("break_clause_missing", "switching_cost_high"),
        False,
    ),
    "migration_duty": Clause(
        "移行への協力義務",
        "次期事業者への移行に必要な資料の提供、問合せへの回答、並行稼働への協力を、あらかじめ定めた単価と上限時間の範囲で行う。",
        ("switching_cost_high", "consecutive_awards_same_vendor", "supplier_share_of_spend", "years_since_open_tender"),
        True,
    ),
    "interface_documents": Clause(
        "連携仕様書",
        "他システムとの連携の項目・形式・時期・手順を文書にし、改修の都度更新して納品する。第三者への開示を認める。",
        ("interface_documents_missing",),
        True,
    ),
    "knowledge_handover": Clause(
        "知識の引継ぎ",
        "業務とシステムの対応、設定値、運用手順、既知の不具合を文書で納品し、年1回、職員への説明会を行う。文書だけで第三者が運用を引き継げることを検査の条件とする。",
        ("staff_cannot_explain",),
        True,
    ),
    "customisation_limit": Clause(
        "カスタマイズの抑制",
        "標準機能で代替できない改修だけを、理由・費用・次期への影響を記した承認を経て行う。改修した機能の割合を毎年報告する。",
        ("customisation_high", "standard_package_missing", "changes_over_initial"),
        False,
    ),
    "neutral_specification": Clause(
        "製品を指定しない仕様",
        "次の仕様書では性能・機能で要件を示し、製品名を挙げるときは「同等以上」の条件と判定方法を添える。",
        ("brand_named", "price_close_to_winner"),
        False,
    ),
    "open_schedule": Clause(
        "公告・準備期間と分割",
        "公告から開札、開札から開始までの期間を確保し、意見招請を行う。賃貸借・構築・運用を分けて競争できる単位にする。",
        (
            "single_bid_last_tender",
            "bidders_fell",
            "notice_days_short",
            "lead_days_short",
            "award_rate_last_tender",
            "negotiated_share",
        ),
        False,
    ),
}


@dataclass(frozen=True, eq=False)
class ClausePlan:
    """One row a system and clause: need (required, check or standing), outline, and the signals it answers."""

    table: pd.DataFrame

    def to_frame(self) -> pd.DataFrame:
        """Return system_id, clause, clause_ja, need, outline_ja, because_ja."""
        return self.table.copy()

    def of(self, system_id: str) -> pd.DataFrame:
        """Return the clauses of one system, required ones first."""
        order = {REQUIRED: 0, CHECK: 1, STANDING: 2}
        rows = self.table[self.table["system_id"] == system_id]
        return rows.sort_values("need", key=lambda needs: needs.map(order), kind="stable").reset_index(drop=True)

    def summary(self) -> str:
        """Return in Japanese how many systems need which clause most."""
        required = self.table[self.table["need"] == REQUIRED]
        if required.empty:
            return f"{self.table['system_id'].nunique()} システムに、シグナルによる必須の条項はない。標準の条項は全契約に入れる。"
        top = required["clause_ja"].value_counts()
        return (
            f"{self.table['system_id'].nunique()} システムのうち {required['system_id'].nunique()} に必須の条項がある。"
            f"最も多いのは「{top.index[0]}」（{int(top.iloc[0])} システム）。文言は骨子であり、法務の確認を要する。"
        )


def list_clauses(indicators: IndicatorTable) -> ClausePlan:
    """Return the clauses of every system whose indicators were evaluated."""
    states = indicators.by_system()
    titles = {entry.name: entry.title_ja for entry in CATALOGUE}
    rows = []
    for system_id, row in states.iterrows():
        for name, clause in CLAUSES.items():
            need, because = _need(row, clause)
            if need is not None:
                rows.append(
                    (
                        str(system_id),
                        name,
                        clause.title_ja,
                        need,
                        clause.outline_ja,
                        "、".join(titles[one] for one in because),
                    )
                )
    return ClausePlan(
        pd.DataFrame(rows, columns=["system_id", "clause", "clause_ja", "need", "outline_ja", "because_ja"])
    )


def _need(states: pd.Series, clause: Clause) -> tuple[str | None, list[str]]:
    flagged = [name for name in clause.answers if states.get(name) == FLAGGED]
    if flagged:
        return REQUIRED, flagged
    blank = [name for name in clause.answers if states.get(name, NOT_COMPUTABLE) == NOT_COMPUTABLE]
    if clause.is_standing:
        return (CHECK, blank) if blank and len(blank) == len(clause.answers) else (STANDING, [])
    return (CHECK, blank) if blank and len(blank) == len(clause.answers) else (None, [])
