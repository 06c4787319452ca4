"""What was budgeted, supplemented, contracted and settled by system, fiscal year and cost item?

Ties by construction (tests hold them): contract_yen of a system and year, summed over items, equals the yearly parts of its contracts
(operation items from operation contracts, lease items from leases, one_off from development); budget + supplement ≥ contract ≥ settled
in every row. A year's first budget is made before its tender: it holds the ceiling where a contract starts in that year, the running
contract otherwise; changes during the year come by supplement. The base year is under way: nothing is settled.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from dxmodels.inputs.schemas import COST_ITEMS, ONE_OFF
from illustrative.calibration import load_calibration
from illustrative.contracts import Contract
from illustrative.draws import Draws
from illustrative.history import SystemHistory
from illustrative.money_parts import split_to_the_yen, up_to_thousand, yearly_parts
from illustrative.prefecture import BASE_FY, LEASE_ITEMS, PrefectureSystem

Row = dict[str, object]
_NEGLIGIBLE = 0.02  # an item below this share of a small system is paid under another heading


def spending_rows(histories: Iterable[SystemHistory]) -> list[Row]:
    """Return the rows of ``spending`` for all systems, FY2016 to the base year."""
    rows: list[Row] = []
    for history in histories:
        draws = Draws(f"spending/{history.system.system_id}")
        for fiscal_year in range(int(load_calibration().number("first_spending_fy")), BASE_FY + 1):
            rows += _year(history, fiscal_year, draws)
    return rows


def running_yen(history: SystemHistory, fiscal_year: int) -> int:
    """Return the contracted running cost (operation and lease) of one system in one fiscal year."""
    contracts = (contract for contract in history.book.contracts if contract.scope != "development")
    return sum(contract.parts.get(fiscal_year, 0) for contract in contracts)


def item_shares(system: PrefectureSystem, scope: str) -> dict[str, float]:
    """Return the shares of cost items that contracts of one scope pay for."""
    if scope == "development":
        return {ONE_OFF: 1.0}
    leased = LEASE_ITEMS if system.lease_share else ()
    items = leased if scope == "lease" else [item for item in COST_ITEMS if item not in leased]
    shares = {item: system.item_shares.get(item, 0.0) for item in items}
    least = _NEGLIGIBLE if system.size_class <= 2 and scope != "lease" else 0.0
    return {item: share for item, share in shares.items() if share > least}


def _year(history: SystemHistory, fiscal_year: int, draws: Draws) -> list[Row]:
    contracted, planned = _amounts(history, fiscal_year)
    known = not draws.yes(0.04 if history.system.size_class >= 3 else 0.09)
    rows: list[Row] = []
    for item in (*COST_ITEMS, ONE_OFF):
        if item not in contracted and item not in planned:
            continue
        row = _row(history.system.system_id, fiscal_year, item, contracted[item], planned[item], draws)
        if not known:
            row["budget_yen"] = row["supplement_yen"] = None
        rows.append(row)
    return rows


def _amounts(history: SystemHistory, fiscal_year: int) -> tuple[Mapping[str, int], Mapping[str, int]]:
    """Return what was contracted and what had been planned before the tenders, by cost item."""
    contracted: dict[str, int] = defaultdict(int)
    planned: dict[str, int] = defaultdict(int)
    for contract in history.book.contracts:
        amount = contract.parts.get(fiscal_year, 0)
        if not amount:
            continue
        shares = item_shares(history.system, contract.scope)
        for item, part in split_to_the_yen(amount, shares).items():
            contracted[item] += part
        for item, part in split_to_the_yen(_planned(contract, fiscal_year, amount), shares).items():
            planned[item] += part
    return contracted, planned


def _planned(contract: Contract, fiscal_year: int, amount: int) -> int:
    """Return what the first budget of the year holds for a contract."""
    if contract.kind == "change":
        return 0 if contract.contract_fy == fiscal_year else amount
    if contract.budget_yen is not None:
        return yearly_parts(contract.budget_yen, contract.start, contract.end)[fiscal_year]
    if contract.contract_fy == fiscal_year and contract.tender is not None:
        return max(amount, round(amount / contract.tender.award_rate))
    return amount


def _row(system_id: str, fiscal_year: int, item: str, contract: int, planned: int, draws: Draws) -> Row:
    calibration = load_calibration()
    margin = 1 + draws.between(*calibration.row("budget_margin")) * (item != ONE_OFF)
    unspent = calibration.table("unspent")
    saved = draws.between(0, unspent["most"]) if draws.yes(unspent["probability"]) and item != ONE_OFF else 0.0
    cut_back = draws.yes(0.5)
    budget = up_to_thousand(planned * margin)
    supplement = up_to_thousand(contract - budget) if contract > budget else 0
    if item == ONE_OFF and cut_back and budget - contract > budget // 10:
        supplement = -((budget - contract) // 1000 * 1000)  # 減額補正
    return {
        "system_id": system_id,
        "fiscal_year": fiscal_year,
        "cost_item": item,
        "budget_yen": budget,
        "supplement_yen": supplement,
        "contract_yen": contract,
        "settled_yen": None if fiscal_year == BASE_FY else contract - int(contract * saved),
    }
