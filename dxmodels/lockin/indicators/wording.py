"""How is the number behind a flag, and the limit it was held against, written for a planner?"""

from __future__ import annotations

import math

from dxmodels.money import format_rate

_RATES = frozenset(
    {
        "supplier_share_of_spend",
        "negotiated_share",
        "award_rate_last_tender",
        "changes_over_initial",
        "customisation_high",
        "price_close_to_winner",
        "excessive_losing_bids",
        "excessive_disqualifications",
        "others_disqualified",
        "heavily_discounted_bid",
    }
)
_UNITS = {
    "years_since_open_tender": "年",
    "consecutive_awards_same_vendor": "回",
    "notice_days_short": "日",
    "lead_days_short": "日",
    "short_submission_period": "日",
    "bidders_fell": "者",
    "single_bid_last_tender": "者",
    "single_bid": "者",
    "export_untested": "年前",
    "support_ending": "年後",
    "switching_cost_high": "年分",
    "few_live_references": "社",
    "heterogeneous_supplier": "分野",
}
_WHOLE = frozenset({"回", "日", "者", "社", "分野"})


def value_ja(indicator: str, value: float) -> str:
    """Return a found value or limit with its unit (13年, 44.0％); "" where there is none or the flag is a plain fact."""
    if value is None or math.isnan(value):
        return ""
    if indicator in _RATES:
        return format_rate(value)
    unit = _UNITS.get(indicator)
    if unit is None:
        return f"{value:.3f}" if indicator == "vendor_concentration" else ""
    sign = "▲" if value < 0 else ""
    return f"{sign}{abs(value):.0f}{unit}" if unit in _WHOLE else f"{sign}{abs(value):.1f}{unit}"
