"""Which legal forms could carry the work, and what does each one need? (E30)

A table of the statutes, not a ranking: legal personality, council votes, whether it can hold contracts, staff and money, leaving, tax.
Sources: 地方自治法 (Local Autonomy Act) and the acts named in each row. Whether a form fits a given task is for the legal department to confirm.
"""

from __future__ import annotations

import pandas as pd

_COLUMNS = (
    "legal_form_ja", "statute_ja", "has_personality", "council_vote_ja", "holds_contracts_ja", "staff_ja", "leaving_ja", "supervision_ja",
)  # fmt: skip
_CONFIRM = "要確認"
_ROWS = (
    ("新たな組織を置かない（任意の連絡会議）", "根拠規定なし（申合せ）", False, "不要", "各団体が個別に契約", "各団体の職員", "自由", "各団体の議会・監査"),
    ("協議会", "地方自治法第252条の2の2", False, "関係団体の議決を経て規約を定める", "管理執行協議会は関係団体の長の名で行う", "関係団体の職員を充てる", "第252条の6の2：2年前までの予告で脱退できる", "関係団体の議会・監査"),
    ("機関等の共同設置", "地方自治法第252条の7", False, "関係団体の議決を経て規約を定める", "共同設置した機関の長が各団体のために行う", "規約で定める団体の職員", "第252条の7の2：2年前までの予告で脱退できる", "関係団体の議会・監査"),
    ("事務の委託", "地方自治法第252条の14", False, "双方の議決を経て規約を定める", "受託団体が自らの名で行う", "受託団体の職員", "規約の変更・廃止（双方の議決）", "受託団体の議会・監査"),
    ("事務の代替執行", "地方自治法第252条の16の2", False, "双方の議決を経て規約を定める", "委託した団体の名で代替執行する", "代替執行する団体の職員", "規約の変更・廃止（双方の議決）", "双方の議会・監査"),
    ("一部事務組合", "地方自治法第284条第2項", True, "全団体の議決と知事（府が加わる場合は総務大臣）の許可", "組合の名で行う", "組合の職員（地方公務員）", "第286条の2：2年前までの予告で脱退できる", "組合の議会・監査"),
    ("広域連合", "地方自治法第284条第3項", True, "全団体の議決と知事（府が加わる場合は総務大臣）の許可", "広域連合の名で行う", "広域連合の職員（地方公務員）", "規約の変更（全団体の議決と許可）", "広域連合の議会・監査、直接請求"),
    ("一般財団法人", "一般社団法人及び一般財団法人に関する法律", True, "出捐の予算の議決（団体ごと）", "法人の名で行う（各団体は法人と契約）", "法人の職員（民間）", "契約・会員規程による", "評議員会・理事会、出資団体監査（地方自治法第199条第7項）"),
    ("地方独立行政法人", "地方独立行政法人法", True, "定款の議決と知事・総務大臣の認可。対象業務は同法第21条に限られる", "法人の名で行う", "法人の職員", "設立団体の変更（定款変更）", "評価委員会、中期目標"),
    ("株式会社", "会社法", True, "出資の予算の議決（団体ごと）", "会社の名で行う（各団体は会社と契約）", "会社の従業員", "株式の譲渡・契約の終了", "株主総会、出資団体監査（出資割合による）"),
)  # fmt: skip


def list_legal_forms() -> pd.DataFrame:
    """Return the legal forms with what each one needs; every row is to be confirmed by the legal department."""
    return pd.DataFrame(_ROWS, columns=list(_COLUMNS)).assign(confirm_ja=_CONFIRM)
