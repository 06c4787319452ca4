"""Which contracts, systems and spending follow from each municipality's plan?

Tie by construction: running_yen and one_off_yen of a body, task and year are the yearly parts of its operation and development
contracts. Contracts of five years follow each other until the standard system goes live; the last one ends the day before.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator

from dxmodels.fiscal import fiscal_year_of
from illustrative.bodies import TASKS, Body, BodyPlan, TaskPlan, five_years_on, last_day_before, municipal_rivals
from illustrative.calibration import load_calibration
from illustrative.contracts import Contract, ContractBook
from illustrative.draws import Draws
from illustrative.inventory import AS_OF
from illustrative.money_parts import months_by_year, priced
from illustrative.prefecture import BASE_FY, price_level
from illustrative.tenders import draw_shape, hold_tender

Row = dict[str, object]
_STEPS = 40


def municipal_contracts(plan: BodyPlan, task_names: dict[str, str]) -> list[Contract]:
    """Return the contracts of one body over all tasks."""
    draws, contracts = Draws(f"municipal/contracts/{plan.body.code}"), []
    for task in plan.tasks:
        book = ContractBook(f"M{plan.body.code}{task.task}")
        _add_present_system(book, plan.body, task, task_names[task.task], draws)
        _add_standard_system(book, plan.body, task, task_names[task.task], draws)
        contracts += book.contracts
    return contracts


def spending_rows(plan: BodyPlan, contracts: Iterable[Contract]) -> Iterator[Row]:
    """Return the rows of ``municipal_spending`` of one body."""
    years = range(int(load_calibration().number("first_spending_fy")), BASE_FY + 1)
    totals = {(task, year): [0, 0] for task in TASKS for year in years}
    for contract in contracts:
        for year, part in contract.parts.items():
            if (contract.task, year) in totals:
                totals[str(contract.task), year][contract.scope == "development"] += part
    for (task, year), (running, one_off) in totals.items():
        yield {
            "municipality_code": plan.body.code, "task": task, "fiscal_year": year,
            "running_yen": running, "one_off_yen": one_off,
        }  # fmt: skip


def system_rows(plan: BodyPlan, contracts: list[Contract]) -> Iterator[Row]:
    """Return the rows of ``municipal_systems`` of one body, with gaps and stale dates."""
    body, coverage = plan.body, load_calibration().table("coverage_of_municipal")
    draws = Draws(f"municipal/systems/{body.code}")
    for task in plan.tasks:
        row = _system(body, task, [contract for contract in contracts if contract.task == task.task], draws)
        for name, share in coverage.items():
            if not draws.yes(share):
                row[name] = None
        yield row


def _add_present_system(book: ContractBook, body: Body, task: TaskPlan, name_ja: str, draws: Draws) -> None:
    start, parent = task.first_start, None
    while start < min(task.go_live, AS_OF):
        end = five_years_on(start)
        if (task.go_live - end).days < 550:  # too short for one more contract: this one lasts until the move
            end = last_day_before(task.go_live)
        if parent is not None:
            yearly = task.yearly_yen_2017 * _level(start) * load_calibration().number("refresh_share")
            _add_one_off(book, body, task, f"{name_ja}システム更新業務", start, yearly, draws, months=6)
        yearly = task.yearly_yen_2017 * _level(start)
        parent = _add_running(book, body, task, f"{name_ja}システム運用保守業務", start, end, yearly, parent, draws)
        start = end + dt.timedelta(days=1)


def _add_standard_system(book: ContractBook, body: Body, task: TaskPlan, name_ja: str, draws: Draws) -> None:
    if task.is_late:
        return  # the move lies ahead: nothing is contracted yet
    level = _level(task.go_live)
    title = f"{name_ja}標準準拠システム移行業務"
    _add_one_off(book, body, task, title, task.go_live, task.migration_yen, draws, months=15)
    yearly = task.yearly_yen_2017 * level * task.multiplier
    end = five_years_on(task.go_live)
    title = f"{name_ja}標準準拠システム利用・運用業務"
    _add_running(book, body, task, title, task.go_live, end, yearly, None, draws, vendor=task.next_vendor_id)


def _add_running(
    book: ContractBook, body: Body, task: TaskPlan, title_ja: str, start: dt.date, end: dt.date, yearly_yen: float,
    parent: Contract | None, draws: Draws, *, vendor: str | None = None,
) -> Contract:  # fmt: skip
    months = sum(months_by_year(start, end).values())
    award = priced(yearly_yen * months / 12, start.year)
    holder = vendor or task.vendor_id
    return book.add(_awarded(book, body, task, "operation", title_ja, start, end, award, holder, parent, draws))


def _add_one_off(
    book: ContractBook, body: Body, task: TaskPlan, title_ja: str, go_live: dt.date, amount_yen: float, draws: Draws,
    *, months: int,
) -> None:  # fmt: skip
    first = go_live.year * 12 + go_live.month - 1 - months
    start = dt.date(first // 12, first % 12 + 1, 1)
    award = priced(amount_yen, start.year)
    end = last_day_before(go_live)
    holder = task.next_vendor_id if months > 6 else task.vendor_id
    book.add(_awarded(book, body, task, "development", title_ja, start, end, award, holder, None, draws))


def _awarded(
    book: ContractBook, body: Body, task: TaskPlan, scope: str, title_ja: str, start: dt.date, end: dt.date, award: int,
    vendor: str, parent: Contract | None, draws: Draws,
) -> Contract:  # fmt: skip
    calibration = load_calibration()
    competitive = calibration.number("municipal_competitive")
    shape = draw_shape(
        draws, negotiated=1 - competitive, single=calibration.table("single_bid_by_scope")["operation"][0]
    )
    # the holder of the plan wins: the other bidders of the list are its rivals
    tender = hold_tender(
        draws,
        shape,
        award_yen=award,
        start=start,
        incumbent=vendor,
        rivals=municipal_rivals(),
        locked_in=False,
        keeps=True,
    )
    return Contract(
        book.next_id(), scope, "renewal" if parent else "initial", f"{body.name_ja}{title_ja}", start, end, award, vendor,
        tender, parent.contract_id if parent else None, None, body.code, task.task,
    )  # fmt: skip


def _level(day: dt.date) -> float:
    return price_level(fiscal_year_of(day)) / price_level(2017)


def _system(body: Body, task: TaskPlan, contracts: list[Contract], draws: Draws) -> Row:
    running = [contract for contract in contracts if contract.scope == "operation" and contract.start <= AS_OF][-1]
    months = sum(months_by_year(running.start, running.end).values())
    moved = not task.is_late
    state, steps = _state(moved, draws)
    return {
        "municipality_code": body.code,
        "task": task.task,
        "vendor_id": running.vendor_id,
        "product_id": task.next_product_id if moved else task.product_id,
        "hosting": _hosting(state, task, draws),
        "shared_group": task.shared_group,
        "start_fy": fiscal_year_of(task.go_live) if moved else fiscal_year_of(task.first_start) - draws.whole(0, 8),
        "contract_end_fy": fiscal_year_of(running.end),
        "annual_cost_yen": running.award_yen * 12 // months,
        "migration_cost_yen": round(task.migration_yen / 1000) * 1000,
        "customisation_rate": min(round((0.06 if moved else 0.34) * draws.around(1.0, 0.5), 2), 0.95),
        "migration_state": state,
        "progress_steps_count": steps,
        "special_support_reason": task.late_reason,
        "as_of_date": AS_OF - dt.timedelta(days=draws.whole(91, 500) if draws.yes(0.35) else draws.whole(0, 90)),
    }


def _state(moved: bool, draws: Draws) -> tuple[str, int]:
    if moved:
        cloud = draws.yes(load_calibration().number("government_cloud_share"))
        return ("government_cloud" if cloud else "other_standard"), _STEPS
    return ("migrating", draws.whole(12, 36)) if draws.yes(0.6) else ("legacy", draws.whole(0, 11))


def _hosting(state: str, task: TaskPlan, draws: Draws) -> str:
    if state == "government_cloud":
        return state
    if state == "other_standard":
        return "private_cloud"
    return "shared_server" if task.shared_group else draws.pick({"own_server": 0.7, "private_cloud": 0.3})
