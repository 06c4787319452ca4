"""Which indicators are there, of which group and level, and which fields do they need?

Levels keep the three kinds of lock-in apart: technical (data, interfaces, source), contractual (rights, clauses, competition), knowledge (only the incumbent can explain it).
"""

from __future__ import annotations

from dataclasses import dataclass

TECHNICAL, CONTRACTUAL, KNOWLEDGE, GENERAL = "technical", "contractual", "knowledge", "general"
LEVEL_JA = {TECHNICAL: "技術", CONTRACTUAL: "契約", KNOWLEDGE: "知識", GENERAL: "一般（調達）"}
GROUP_JA = {"history": "契約履歴", "system": "システム", "market": "市場", "general": "調達一般"}


@dataclass(frozen=True)
class Entry:
    """One indicator: its name (function and card), group, level, tables and fields it needs, and whether it counts towards lock-in."""

    name: str
    title_ja: str
    group: str
    level: str
    tables: tuple[str, ...]
    fields: tuple[str, ...]


def _history(name: str, title: str, *fields: str, level: str = CONTRACTUAL) -> Entry:
    return Entry(name, title, "history", level, ("contracts",), fields)


def _system(name: str, title: str, level: str, *fields: str) -> Entry:
    return Entry(name, title, "system", level, ("systems",), fields)


def _general(name: str, title: str, *tables: str, fields: tuple[str, ...]) -> Entry:
    return Entry(name, title, "general", GENERAL, tables, fields)


CATALOGUE: tuple[Entry, ...] = (
    _history("single_bid_last_tender", "直近の競争入札が一者応札", "contract_method", "valid_bids_count"),
    _history("years_since_open_tender", "直近の競争入札からの年数", "contract_method", "contract_fy"),
    _history("consecutive_awards_same_vendor", "同一事業者の連続受注回数", "vendor_id"),
    _history("supplier_share_of_spend", "現行事業者の累計契約額の割合", "vendor_id", "award_yen"),
    _history("negotiated_share", "随意契約の割合と根拠", "contract_method", "method_detail_ja"),
    _history("award_rate_last_tender", "直近の競争入札の落札率", "ceiling_yen", "award_yen"),
    _history("changes_over_initial", "変更契約の増額（当初比）", "parent_contract_id", "award_yen"),
    _history("brand_named", "仕様書の製品名指定", "names_brand", level=TECHNICAL),
    _history("notice_days_short", "公告から開札までの日数", "announced_date", "opening_date"),
    _history("lead_days_short", "開札から履行開始までの日数", "opening_date", "start_date"),
    _history("bidders_fell", "応札者数の減少（初回と直近）", "bidders_count"),
    _system("customisation_high", "カスタマイズ率", TECHNICAL, "customisation_rate"),
    _system("source_closed", "著作権が発注者になく預託もない", CONTRACTUAL, "source_rights", "has_escrow"),
    _system("export_untested", "データ出力の形式と試験", TECHNICAL, "export_format_ja", "export_test_date"),
    _system("interface_documents_missing", "連携仕様書がない", TECHNICAL, "has_interface_documents"),
    _system("staff_cannot_explain", "職員が仕様を説明できない", KNOWLEDGE, "own_staff_can_explain"),
    _system("support_ending", "基盤のサポート終了までの年数", TECHNICAL, "end_of_support_date"),
    _system("break_clause_missing", "中途解約条項がない", CONTRACTUAL, "has_break_clause"),
    _system("switching_cost_high", "切替費用（運用経費の年数）", TECHNICAL, "replacement_cost_yen", "annual_cost_yen"),
    Entry(
        "vendor_concentration",
        "業務別の事業者集中度（割合の2乗和）",
        "market",
        CONTRACTUAL,
        ("municipal_systems",),
        ("task", "vendor_id"),
    ),
    Entry(
        "few_live_references",
        "稼働実績のある事業者数",
        "market",
        TECHNICAL,
        ("municipal_systems", "vendors"),
        ("vendor_id", "references_count"),
    ),
    Entry(
        "standard_package_missing",
        "標準的な製品がない",
        "market",
        TECHNICAL,
        ("systems",),
        ("standard_package_exists",),
    ),
    _general("short_submission_period", "公告期間が短い", "contracts", fields=("announced_date", "opening_date")),
    _general("single_bid", "一者応札", "contracts", fields=("contract_method", "bidders_count")),
    _general(
        "price_close_to_winner",
        "次点と落札者の価格が近い",
        "contracts",
        "bids",
        fields=("bid_yen", "is_winner"),
    ),
    _general("excessive_losing_bids", "落札しない応札が多い", "contracts", "bids", fields=("vendor_id", "is_winner")),
    _general("identical_prices", "同額の入札", "contracts", "bids", fields=("bid_yen",)),
    _general("late_bid_won", "期限後の入札が落札", "contracts", "bids", fields=("bid_status", "is_winner")),
    _general("others_disqualified", "落札者以外がすべて失格", "contracts", "bids", fields=("bid_status", "is_winner")),
    _general("lowest_bid_disqualified", "最低価格の入札が失格", "contracts", "bids", fields=("bid_yen", "bid_status")),
    _general(
        "excessive_disqualifications",
        "失格の多い部局",
        "contracts",
        "bids",
        "systems",
        fields=("bid_status", "department_id"),
    ),
    _general(
        "heterogeneous_supplier",
        "受注分野の多い事業者",
        "contracts",
        fields=("vendor_id", "task", "system_kind"),
    ),
    _general("heavily_discounted_bid", "次点より著しく低い落札", "contracts", "bids", fields=("bid_yen", "is_winner")),
)
BY_NAME = {entry.name: entry for entry in CATALOGUE}
