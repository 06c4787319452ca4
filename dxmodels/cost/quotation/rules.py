"""From which value on is a line of a quotation worth a question, and who says so?"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from dxmodels.cost.checks import require_range
from dxmodels.inputs import Register

_TAX, _PRICES = "consumption_tax_rate", "service_price_change_past"
_OWN = {
    "published_rate": "quotation_person_month_rate",
    "above_own_share": "quotation_rate_above_own_share",
    "fewest_peers": "quotation_fewest_peers",
    "days_per_person_month": "quotation_days_per_person_month",
    "overhead_share": "quotation_overhead_share",
    "lump_sum_share": "quotation_lump_sum_share",
    "likeness": "quotation_likeness",
}
QUOTATION_ASSUMPTIONS: tuple[str, ...] = (*_OWN.values(), _TAX, _PRICES)


@dataclass(frozen=True)
class QuotationRules:
    """Thresholds of the checks: yen a person-month (without tax), shares 0..1; ``grounds`` says by field where each comes from (Japanese)."""

    published_rate_yen: float
    published_rate_high_yen: float
    above_own_share: float
    fewest_peers: int
    days_per_person_month: float
    overhead_share: float
    lump_sum_share: float
    likeness: float
    tax_rate: float
    yearly_rise_share: float
    grounds: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse thresholds outside their range."""
        cure = "data/assumptions/quotation.yml の値を直してください。"
        for label, value in (
            ("過去の見積を超えてよい幅", self.above_own_share),
            ("諸経費の割合の目安", self.overhead_share),
            ("一式の割合の目安", self.lump_sum_share),
            ("作業名の似ている度合い", self.likeness),
            ("消費税率", self.tax_rate),
        ):
            require_range(label, value, 0.0, 1.0, cure)
        require_range("1人月の日数", self.days_per_person_month, 1.0, math.inf, cure)
        require_range("過去の見積の件数", self.fewest_peers, 1.0, math.inf, cure)
        require_range("人月単価の上限", self.published_rate_high_yen, self.published_rate_yen, math.inf, cure)

    def ground(self, name: str) -> str:
        """Return where the threshold ``name`` comes from, in Japanese."""
        return self.grounds.get(name, "計算の規則")


def read_quotation_rules(register: Register, *, fiscal_year: int) -> QuotationRules:
    """Return the thresholds of the register for a quotation of work in ``fiscal_year``."""
    grounds = {
        **{name: _ground(register, assumption) for name, assumption in _OWN.items()},
        "tax_rate": _ground(register, _TAX),
        "yearly_rise": _ground(register, _PRICES),
    }
    value = {name: register.value(assumption) for name, assumption in _OWN.items()}
    return QuotationRules(
        published_rate_yen=value["published_rate"],
        published_rate_high_yen=register.value(_OWN["published_rate"], level="high"),
        above_own_share=value["above_own_share"],
        fewest_peers=round(value["fewest_peers"]),
        days_per_person_month=value["days_per_person_month"],
        overhead_share=value["overhead_share"],
        lump_sum_share=value["lump_sum_share"],
        likeness=value["likeness"],
        tax_rate=register.value(_TAX, fiscal_year=fiscal_year),
        yearly_rise_share=register.value(_PRICES, fiscal_year=fiscal_year),
        grounds=grounds,
    )


def _ground(register: Register, name: str) -> str:
    entry = register[name]
    return f"{entry.grade}：{entry.label_ja}（{entry.as_of}）"
