"""How is a machine name of a choice printed in Japanese?

Tables hold machine names (``government_cloud``); the template's lists, the dictionary and every table a planner sees print the
words below. A file may hold either. Columns whose choices are Japanese already need no entry.
"""

from __future__ import annotations

from dxmodels.inputs.schemas.published_costs import COST_ITEMS, ONE_OFF

_COST_ITEM_WORDS = (
    "運用作業", "ハードウェア保守作業", "その他外部委託", "ハードウェア借料", "ハードウェア保守料",
    "ソフトウェア借料", "ソフトウェア保守料", "データセンター利用料", "通信回線料", "クラウド利用料",
)  # fmt: skip

CHOICE_LABELS: dict[str, dict[str, str]] = {
    "kind": {"designated_city": "政令指定都市", "city": "市", "town": "町", "village": "村"},
    "domain": {
        "population": "人口",
        "finance": "財政",
        "staff": "職員",
        "governance": "推進体制",
        "people": "人材",
        "technology": "技術",
        "service": "住民サービス",
    },
    "better": {"higher": "高いほど良い", "lower": "低いほど良い", "neutral": "良し悪しなし"},
    "joined_wave": {"initial": "当初", "later": "途中参加"},
    "service_class": {"light_saas": "軽量SaaS", "core_system": "基幹業務システム"},
    "reference_class": {"overrun": "費用超過", "shared_entity": "共同組織", "delay": "遅延", "staff": "職員"},
    "cost_item": {**dict(zip(COST_ITEMS, _COST_ITEM_WORDS, strict=True)), ONE_OFF: "一時経費"},
    "hosting": {
        "own_server": "自庁サーバ",
        "shared_server": "共用サーバ",
        "private_cloud": "プライベートクラウド",
        "public_cloud": "パブリッククラウド",
        "government_cloud": "ガバメントクラウド",
        "saas": "SaaS",
    },
    "source_rights": {"owner": "発注者", "vendor": "受注者", "shared": "共有"},
    "migration_state": {
        "legacy": "未着手（現行のまま）",
        "migrating": "移行中",
        "government_cloud": "ガバメントクラウドへ移行済",
        "other_standard": "標準準拠（他の基盤）",
        "shared_entity": "共同組織で利用",
    },
    "special_support_reason": {
        "mainframe": "大型汎用機の刷新",
        "bespoke": "個別開発",
        "no_product": "適合製品なし",
        "vendor_resources": "事業者の人員不足",
    },
    "contract_kind": {"initial": "新規", "renewal": "更新", "change": "変更"},
    "contract_scope": {"operation": "運用・保守・利用", "lease": "賃貸借", "development": "構築・改修"},
    "line_kind": {
        "work": "明細",
        "overhead": "諸経費",
        "discount": "値引き",
        "subtotal": "小計",
        "tax": "消費税",
        "total": "合計",
    },
    "bid_status": {"valid": "有効", "declined": "辞退", "disqualified": "失格", "late": "遅延"},
    "link_kind": {"file": "ファイル", "api": "API", "database": "データベース", "manual": "手作業"},
    "unit_kind": {"task": "標準化業務", "system_kind": "府システムの種類"},
    "channel": {
        "sns": "SNS",
        "app": "アプリ",
        "ai": "AI",
        "web": "ウェブサイト",
        "reservation": "予約",
        "open_data": "オープンデータ",
        "other": "その他",
    },
    "capacity_kind": {
        "vendor": "事業者",
        "municipality_staff": "市町村職員",
        "prefecture_staff": "府職員",
        "shared_expert": "共同人材",
    },
    "confidence": {"high": "高", "medium": "中", "low": "低"},
}


def choice_label_ja(column: str, value: str) -> str:
    """Return how ``value`` of ``column`` is printed in Japanese; the value itself where it needs no other word."""
    return CHOICE_LABELS.get(column, {}).get(value, value)


def choice_value(column: str, label: str) -> str | None:
    """Return the machine name that ``label`` stands for in ``column``, or None."""
    return next((value for value, word in CHOICE_LABELS.get(column, {}).items() if word == label), None)
