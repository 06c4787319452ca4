"""How far can one karte be trusted: which of its fields are blank, and how old is the row?

Filled share = filled fields / fields of the karte. Grade A, B, C by the shares of the register, D below; a row older than the register's limit, or of unknown age, is one grade lower.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from dxmodels.errors import ModelError
from dxmodels.glossary import label_ja
from dxmodels.inputs import Register
from dxmodels.lockin.karte.facts import SystemFacts

GRADES = ("A", "B", "C", "D")
INVENTORY_FIELDS = (
    "description_ja", "legal_basis_ja", "owner_ja", "users_people", "start_fy", "hosting", "vendor_id", "annual_cost_yen", "replacement_cost_yen", "contract_end_date",
    "customisation_rate", "source_rights", "has_escrow", "has_break_clause", "export_format_ja", "export_test_date", "has_interface_documents", "own_staff_can_explain",
    "end_of_support_date", "standard_package_exists", "business_value_score", "technical_fit_score",
)  # fmt: skip
CONTRACT_FIELDS = ("contract_method", "bidders_count", "ceiling_yen", "award_yen")


@dataclass(frozen=True)
class ConfidenceRule:
    """Least filled shares of grades A, B, C (0..1, falling) and the age in days beyond which a row counts one grade lower."""

    a_share: float
    b_share: float
    c_share: float
    stale_days: float

    def __post_init__(self) -> None:
        """Refuse shares out of order."""
        if not 1 >= self.a_share >= self.b_share >= self.c_share >= 0:
            raise ModelError(
                f"確度の境 {self.a_share}・{self.b_share}・{self.c_share} は 1 以下 0 以上で大きい順にしてください。"
            )

    @classmethod
    def from_register(cls, register: Register) -> ConfidenceRule:
        """Return the rule of the register."""
        a, b, c = (register.value(f"karte_grade_{letter}_share") for letter in ("a", "b", "c"))
        return cls(a, b, c, register.value("inventory_stale_days"))

    def text_ja(self) -> str:
        """The rule in words."""
        return (
            f"確度：項目の記入率 {self.a_share:.0%} 以上 A、{self.b_share:.0%} 以上 B、{self.c_share:.0%} 以上 C、それ未満 D。"
            f"台帳の時点が {self.stale_days:.0f} 日より古いか不明なら1段下げる。"
        ).replace("%", "％")


@dataclass(frozen=True)
class Confidence:
    """Grade, share of fields filled (0..1), labels of the blank fields, age of the row in days (None = unknown)."""

    grade: str
    filled_share: float
    missing_ja: tuple[str, ...]
    age_days: int | None


def judge_confidence(facts: SystemFacts, *, rule: ConfidenceRule, as_of: dt.date) -> Confidence:
    """Return how far the page of ``facts`` can be trusted; a system without any contract lacks all contract fields."""
    missing = [label_ja(name) for name in INVENTORY_FIELDS if facts.row.get(name) is None]
    last = facts.last_round or {}
    missing += [f"直近契約の{label_ja(name)}" for name in CONTRACT_FIELDS if last.get(name) is None]
    if facts.cost.empty or facts.cost["settled_yen"].isna().all():
        missing.append("決算額")
    filled = 1 - len(missing) / (len(INVENTORY_FIELDS) + len(CONTRACT_FIELDS) + 1)
    stated = facts.row.get("as_of_date")
    age = None if stated is None else (as_of - stated.date()).days
    place = sum(filled < share for share in (rule.a_share, rule.b_share, rule.c_share))
    place += age is None or age > rule.stale_days
    return Confidence(GRADES[min(place, len(GRADES) - 1)], filled, tuple(missing), age)
