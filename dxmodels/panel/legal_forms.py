"""Which legal forms could carry the work, how does each meet the needs of the reform, and what does each one need? (E30)

A reading of the statutes, not a ranking: ``list_legal_forms`` gives what each form needs, ``judge_legal_forms`` marks each form on the same criteria
(○ the statute allows it as it is, △ with conditions, × not or only by another way). Sources: 地方自治法 (Local Autonomy Act) and the acts named in
each row. The article numbers are those of the acts; whether a form fits a given task is for the prefecture's legal department to confirm.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from dxmodels.consolidation.told import Told

_COLUMNS = (
    "legal_form_ja", "statute_ja", "has_personality", "council_vote_ja", "holds_contracts_ja", "staff_ja", "leaving_ja", "supervision_ja",
)  # fmt: skip
_CONFIRM = "要確認：府の法務担当（個別の事務への当てはめ）"
_ROWS = (
    ("任意の連絡会議（現在のGovTech大阪）", "根拠規定なし（申合せ）", False, "不要", "各団体が個別に契約", "各団体の職員", "自由", "各団体の議会・監査"),
    ("協議会", "地方自治法第252条の2の2", False, "関係団体の議決を経て規約を定める", "管理執行協議会は関係団体の長の名で行う（第252条の5）", "関係団体の職員を充てる", "第252条の6の2：2年前までの予告で脱退できる", "関係団体の議会・監査"),
    ("機関等の共同設置", "地方自治法第252条の7", False, "関係団体の議決を経て規約を定める", "共同設置した機関が各団体のために行う", "規約で定める団体の職員", "第252条の7の2：2年前までの予告で脱退できる", "関係団体の議会・監査"),
    ("事務の委託", "地方自治法第252条の14", False, "双方の議決を経て規約を定める", "受託団体が自らの名で行う（第252条の16）", "受託団体の職員", "規約の変更・廃止（双方の議決）", "受託団体の議会・監査"),
    ("事務の代替執行", "地方自治法第252条の16の2", False, "双方の議決を経て規約を定める", "委託した団体の名で代替執行する（第252条の16の4）", "代替執行する団体の職員", "規約の変更・廃止（双方の議決）", "双方の議会・監査"),
    ("一部事務組合", "地方自治法第284条第2項", True, "全団体の議決（第290条）と知事（府が加わる場合は総務大臣）の許可", "組合の名で行う", "組合の職員（地方公務員）", "第286条の2：2年前までの予告で脱退できる", "組合の議会・監査"),
    ("広域連合", "地方自治法第284条第3項", True, "全団体の議決（第291条の11）と知事（府が加わる場合は総務大臣）の許可", "広域連合の名で行う", "広域連合の職員（地方公務員）", "規約の変更（第291条の3：議決と許可）", "広域連合の議会・監査、直接請求（第291条の6）"),
    ("一般財団法人", "一般社団法人及び一般財団法人に関する法律第152条・第153条", True, "出捐の予算の議決（団体ごと）", "法人の名で行う（各団体は法人と契約）", "法人の職員、派遣職員（公益的法人等派遣法第2条）", "契約・会員規程による", "評議員会・理事会、出資団体監査（地方自治法第199条第7項）、議会への報告（第243条の3第2項）"),
    ("地方独立行政法人", "地方独立行政法人法第7条・第21条", True, "定款の議決と知事・総務大臣の認可。業務は第21条の範囲に限られる", "法人の名で行う", "法人の職員（一般型は法人の定める給与）", "設立団体の変更（定款変更）", "評価委員会、中期目標（第25条）"),
    ("株式会社", "会社法第25条", True, "出資の予算の議決（団体ごと）", "会社の名で行う（各団体は会社と契約）", "会社の従業員、退職派遣（公益的法人等派遣法第10条）", "株式の譲渡・契約の終了", "株主総会、出資団体監査（出資4分の1以上、地方自治法施行令第140条の7）"),
)  # fmt: skip
CRITERIA_JA = (
    "自ら契約できる",
    "契約なしに受託できる",
    "独自の給与で雇える",
    "早く始められる",
    "抜けやすい",
    "議会・監査が及ぶ",
)
_MARKS = (
    "×－×○○○",
    "△○×△△○",
    "△○×△△○",
    "○○×△△○",
    "×○×△△○",
    "○○△×△○",
    "○○△××○",
    "○×○△○△",
    "△△○××△",
    "○×○△△△",
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class LegalForms:
    """One row a legal form: a mark for each criterion, and how many criteria it meets as it is."""

    table: pd.DataFrame

    def to_frame(self) -> pd.DataFrame:
        """Return the marks."""
        return self.table.copy()

    def summary(self) -> str:
        """Return in Japanese that no form meets everything, and which ones trade what."""
        rows = self.table.set_index("legal_form_ja")
        whole = [str(name) for name, met in rows["met_count"].items() if met == len(CRITERIA_JA)]
        own = "、".join(rows.index[rows[f"criterion{CRITERIA_JA.index('独自の給与で雇える') + 1}_ja"] == "○"])
        free = "、".join(rows.index[rows[f"criterion{CRITERIA_JA.index('契約なしに受託できる') + 1}_ja"] == "×"])
        head = f"すべてを満たす形は{'、'.join(whole)}。" if whole else "すべてを満たす法的な形はない。"
        return f"{head}専門職員を独自の給与で雇えるのは{own}だが、このうち{free}は市町村から受託するたびに競争か随意契約の理由が要る。"


def judge_legal_forms() -> LegalForms:
    """Return the legal forms marked on the criteria of ``CRITERIA_JA`` (E30)."""
    rows = []
    for row, marks in zip(_ROWS, _MARKS, strict=True):
        found: dict[str, object] = {"legal_form_ja": row[0]}
        found |= {f"criterion{number}_ja": mark for number, mark in enumerate(marks, start=1)}
        rows.append(found | {"met_count": marks.count("○")})
    return LegalForms(pd.DataFrame(rows))


def tell_legal_forms() -> Told:
    """Return what each form needs, with the sentence on who must decide."""
    table = list_legal_forms().drop(columns="confirm_ja")
    personal = int(table["has_personality"].sum())
    late = int(table["leaving_ja"].str.contains("2年前").sum())
    text = (
        f"{len(table)}の形のうち法人格を持つのは{personal}で、いずれも関係団体の議決が要る。脱退に2年前の予告を定めるのは{late}"
        "で、参加も離脱も更新期に合わせて決める必要がある。"
    )
    return Told(table, text)


def list_legal_forms() -> pd.DataFrame:
    """Return the legal forms with what each one needs; the fit of a task is to be confirmed by the legal department."""
    return pd.DataFrame(_ROWS, columns=list(_COLUMNS)).assign(confirm_ja=_CONFIRM)
