"""Which one-off projects did a system have, what were they budgeted at, and what did they cost in the end?

Planted (reference class of IT projects): five of six projects cost what their tender said, one of six becomes a black swan whose
contracted total is a capped Pareto multiple of its first budget, by way of change contracts. Budget = ceiling and a small margin.
"""

from __future__ import annotations

import datetime as dt
from typing import Protocol

from illustrative.calibration import load_calibration
from illustrative.contracts import Contract, ContractBook
from illustrative.draws import Draws
from illustrative.money_parts import priced, up_to_thousand
from illustrative.prefecture import BASE_FY, PrefectureSystem, price_level, rivals_of
from illustrative.tenders import draw_shape, hold_tender


class History(Protocol):
    """What a project needs to know about its system's past."""

    system: PrefectureSystem
    vendor_id: str
    first_fy: int

    def is_locked_in(self, fiscal_year: int) -> bool:
        """Return whether the system was locked in during a fiscal year."""


def add_project(
    book: ContractBook, history: History, operation_fy: int, title_ja: str, budget_yen: float, draws: Draws
) -> None:
    """Add a build that ends in March before ``operation_fy``; a large one takes two fiscal years."""
    long_one = budget_yen >= load_calibration().number("large_project_yen")
    start = dt.date(operation_fy - 1 - long_one, 6, 1)
    _add(book, history, start, dt.date(operation_fy, 3, 31), title_ja, budget_yen, draws)


def add_modifications(book: ContractBook, history: History, draws: Draws) -> None:
    """Add the yearly small modifications of a running system."""
    calibration = load_calibration()
    low, high = calibration.row("modification_size")
    first = max(int(calibration.number("first_spending_fy")), history.first_fy)
    for fiscal_year in range(first, BASE_FY + 1):
        wanted, size = draws.yes(calibration.number("modification_rate")), draws.between(low, high)
        if not wanted or history.system.hosting == "saas":
            continue
        budget = history.system.running_yen * price_level(fiscal_year) * size
        start, end = dt.date(fiscal_year, 7, 1), dt.date(fiscal_year + 1, 3, 31)
        _add(book, history, start, end, f"{history.system.name_ja}改修業務", budget, draws)


def _add(
    book: ContractBook, history: History, start: dt.date, end: dt.date, title_ja: str, budget_yen: float, draws: Draws
) -> None:
    calibration, system = load_calibration(), history.system
    locked_in = history.is_locked_in(start.year)
    negotiated = calibration.table("negotiated_by_scope")["development"][int(locked_in)]
    single = calibration.table("single_bid_by_scope")["development"][int(locked_in)]
    is_small = budget_yen <= calibration.number("small_negotiated_yen")
    shape = draw_shape(draws, negotiated=1.0 if is_small else negotiated, single=single)
    margin = draws.between(*calibration.row("budget_margin"))
    budget = up_to_thousand(max(budget_yen, 300_000))
    award = priced(budget / (1 + margin) * shape.award_rate, start.year)
    tender = hold_tender(
        draws,
        shape,
        award_yen=award,
        start=start,
        incumbent=history.vendor_id,
        rivals=rivals_of(system),
        locked_in=locked_in,
    )
    first = book.add(
        Contract(
            book.next_id(), "development", "initial", title_ja, start, end, award, tender.vendor_id, tender,
            system_id=system.system_id, budget_yen=budget,
        )
    )  # fmt: skip
    _add_black_swan(book, first, budget, draws)


def _add_black_swan(book: ContractBook, first: Contract, budget: int, draws: Draws) -> None:
    calibration = load_calibration()
    shape = calibration.table("blackswan_ratio")
    is_swan = draws.yes(calibration.number("blackswan_probability"))
    total = budget * draws.capped_pareto(shape["minimum"], shape["alpha"], shape["cap"])
    start = dt.date(first.end.year - 1, 11, 1)
    if not is_swan or start.year > BASE_FY or start > dt.date(BASE_FY, 10, 31):
        return
    book.add(
        Contract(
            book.next_id(), "development", "change", f"{first.title_ja}（変更）", start, first.end,
            priced(total - first.award_yen, start.year), first.vendor_id, None, first.contract_id, first.system_id,
            method=first.tender.method if first.tender else None,
        )
    )  # fmt: skip
