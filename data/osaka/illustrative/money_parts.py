"""How does one contract's amount fall on fiscal years, and how is an amount split into items to the yen?

Tie rule of the case: a contract's amount falls on fiscal years in proportion to its whole months, each year's part cut to the yen,
the last year taking the rest. ``spending.contract_yen`` of a system and year, summed over cost items, is the sum of these parts.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from dxmodels.fiscal import fiscal_year_of

_TAX_STEP = ((2019, 1_100), (2014, 1_080), (0, 1_050))  # 税率10％・8％・5％：千円（税抜）刻みの税込額


def priced(amount_yen: float, fiscal_year: int) -> int:
    """Return a contract amount: a whole number of thousand yen before consumption tax, tax in; at least one step."""
    step = next(step for first, step in _TAX_STEP if fiscal_year >= first)
    return max(round(amount_yen / step), 1) * step


def up_to_thousand(amount_yen: float) -> int:
    """Return an amount rounded up to thousand yen, as budgets are asked for."""
    return -int(-amount_yen // 1000) * 1000


def months_by_year(start: dt.date, end: dt.date) -> dict[int, int]:
    """Return the number of months of a contract in each fiscal year (start on a first, end on a last day of a month)."""
    months: dict[int, int] = {}
    year, month = start.year, start.month
    while (year, month) <= (end.year, end.month):
        fiscal_year = fiscal_year_of(dt.date(year, month, 1))
        months[fiscal_year] = months.get(fiscal_year, 0) + 1
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    return months


def yearly_parts(award_yen: int, start: dt.date, end: dt.date) -> dict[int, int]:
    """Return the part of a contract's amount in each fiscal year; the parts add up to the amount."""
    months = months_by_year(start, end)
    total = sum(months.values())
    parts = {year: award_yen * count // total for year, count in months.items()}
    parts[max(parts)] += award_yen - sum(parts.values())
    return parts


def split_to_the_yen(amount_yen: int, shares: Mapping[str, float]) -> dict[str, int]:
    """Return the amount by item in proportion to ``shares``; the items add up to the amount (largest takes the rest)."""
    total = sum(shares.values())
    parts = {item: int(amount_yen * share / total) for item, share in shares.items() if share > 0}
    largest = max(parts, key=lambda item: shares[item])
    parts[largest] += amount_yen - sum(parts.values())
    return parts
