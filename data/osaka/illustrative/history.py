"""Which contracts has each prefectural system had, from FY2011 to the base year?

Three chains a system: operation (five years as a rule, re-tendered or negotiated at each end), hardware lease (own servers), and
development (first build, rebuilds at renewals, yearly modifications). Planted: as long as a system is locked in, its operation contract
costs the lock-in premium more — unless it was awarded against at least one rival: then the premium is gone from that contract on
(the system is "released"). Leases never carry the premium (a negative control).
"""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass, field

from illustrative.calibration import load_calibration
from illustrative.contracts import Contract, ContractBook
from illustrative.draws import Draws
from illustrative.money_parts import priced
from illustrative.prefecture import BASE_FY, PrefectureSystem, price_level, rivals_of, vendors_by_role
from illustrative.projects import add_modifications, add_project
from illustrative.tenders import Shape, contested_shape, draw_shape, hold_tender


@dataclass
class SystemHistory:
    """The contracts of one system and the year in which lock-in ended (None: never, or never locked in)."""

    system: PrefectureSystem
    book: ContractBook
    years: int
    vendor_id: str
    released_fy: int | None = None
    first_fy: int = 0
    premium_by_contract: dict[str, float] = field(default_factory=dict)

    def is_locked_in(self, fiscal_year: int) -> bool:
        """Return whether the system was locked in during a fiscal year."""
        return self.system.once_locked_in and (self.released_fy is None or fiscal_year < self.released_fy)


def make_history(system: PrefectureSystem) -> SystemHistory:
    """Return all contracts of one system."""
    draws = Draws(f"history/{system.system_id}")
    years = int(draws.pick(load_calibration().table("contract_years")))
    history = SystemHistory(system, ContractBook(f"C{system.system_id}"), years, system.vendor_id)
    _add_operation_chain(history, draws)
    _add_lease_chain(history, Draws(f"lease/{system.system_id}"))
    add_modifications(history.book, history, Draws(f"modifications/{system.system_id}"))
    return history


def yearly_yen(system: PrefectureSystem, fiscal_year: int) -> float:
    """Return the yearly running cost without lock-in in prices of the year (operation and lease together)."""
    return system.running_yen * price_level(fiscal_year)


def _add_operation_chain(history: SystemHistory, draws: Draws) -> None:
    system, parent = history.system, None
    first = int(load_calibration().number("first_spending_fy"))
    start = system.start_fy if system.start_fy > first else first - (first - system.start_fy) % history.years
    history.first_fy = start
    while start <= BASE_FY:
        shape = _operation_shape(history, start, draws)
        if shape.is_contested and history.is_locked_in(start) and start > history.first_fy:
            history.released_fy = start
        _add_build(history, start, is_first=parent is None)
        parent = _add_operation(history, start, shape, parent, draws)
        start += history.years
    if start == BASE_FY + 1:  # the renewal of next April is being built now
        _add_build(history, start, is_first=False)


def _operation_shape(history: SystemHistory, start: int, draws: Draws) -> Shape:
    calibration, system = load_calibration(), history.system
    locked_in = history.is_locked_in(start)
    wanted = system.release_wanted_fy
    if locked_in and wanted is not None and start >= wanted and start > history.first_fy:
        return contested_shape(draws)
    negotiated = 1.0 if history.years == 1 else calibration.table("negotiated_by_scope")["operation"][int(locked_in)]
    single = calibration.table("single_bid_by_scope")["operation"][int(locked_in)]
    return draw_shape(draws, negotiated=negotiated, single=single)


def _add_operation(
    history: SystemHistory, start_fy: int, shape: Shape, parent: Contract | None, draws: Draws
) -> Contract:
    system, calibration = history.system, load_calibration()
    locked_in = history.is_locked_in(start_fy)
    premium = calibration.number("lockin_premium") if locked_in else 0.0
    noise = math.exp(calibration.number("contract_noise") * draws.normal())
    # the premium sits on everything but the lease, and lifts the total by exp(premium)
    yearly = yearly_yen(system, start_fy) * (math.exp(premium) - system.lease_share) * noise
    start, end = dt.date(start_fy, 4, 1), dt.date(start_fy + history.years, 3, 31)
    award = priced(yearly * history.years, start_fy)
    tender = hold_tender(
        draws,
        shape,
        award_yen=award,
        start=start,
        incumbent=history.vendor_id,
        rivals=rivals_of(system),
        locked_in=locked_in,
    )
    history.vendor_id = tender.vendor_id
    is_first = parent is None and start_fy == system.start_fy
    contract = history.book.add(
        Contract(
            history.book.next_id(), "operation", "initial" if is_first else "renewal",
            f"{system.name_ja}{'利用契約' if system.hosting == 'saas' else '運用保守業務'}", start, end, award,
            tender.vendor_id, tender, parent.contract_id if parent else None, system.system_id,
        )
    )  # fmt: skip
    history.premium_by_contract[contract.contract_id] = premium
    _add_changes(history, contract, draws)
    return contract


def _add_changes(history: SystemHistory, parent: Contract, draws: Draws) -> None:
    """Add changes during the contract: from October of a year to the end of the contract."""
    calibration = load_calibration()
    low, high = calibration.row("change_contract_size")
    for fiscal_year in range(parent.contract_fy, min(parent.contract_fy + history.years, BASE_FY + 1)):
        if not draws.yes(calibration.number("change_contract_rate")):
            continue
        start = dt.date(fiscal_year, 10, 1)
        months = (parent.end.year - start.year) * 12 + parent.end.month - start.month + 1
        yearly = parent.award_yen / history.years * draws.between(low, high)
        history.book.add(
            Contract(
                history.book.next_id(), parent.scope, "change", f"{parent.title_ja}（変更）", start, parent.end,
                priced(yearly * months / 12, fiscal_year), parent.vendor_id, None, parent.contract_id, parent.system_id,
                method=parent.tender.method if parent.tender else None,
            )
        )  # fmt: skip


def _add_build(history: SystemHistory, start_fy: int, *, is_first: bool) -> None:
    """Add the build before a start of operation: always for a new system or a release, sometimes at a renewal."""
    calibration, system = load_calibration(), history.system
    draws = Draws(f"build/{system.system_id}/{start_fy}")
    if start_fy <= calibration.number("first_spending_fy"):
        return
    size = calibration.table("rebuild_size")
    if history.released_fy == start_fy:
        multiple = calibration.number("release_rebuild_size") * draws.around(1.0, 0.25)
    elif is_first or (history.years > 1 and draws.yes(calibration.number("rebuild_at_renewal"))):
        multiple = draws.around(size["median"], size["log_sd"])
    else:
        return
    title = f"{system.name_ja}{'構築' if is_first else '再構築'}業務"
    add_project(history.book, history, start_fy, title, yearly_yen(system, start_fy) * multiple, draws)


def _add_lease_chain(history: SystemHistory, draws: Draws) -> None:
    system, calibration = history.system, load_calibration()
    if not system.lease_share:
        return
    month = 10 if draws.yes(calibration.number("lease_start_in_october")) else 4
    first = int(calibration.number("first_spending_fy"))
    # an October lease must have begun before the first April of the tables
    start_fy = system.start_fy if system.start_fy > first else first - draws.whole(1 if month == 10 else 0, 4)
    month = 4 if system.start_fy > first else month
    parent, lessor = None, draws.pick(vendors_by_role()["lease"])
    while start_fy <= BASE_FY:
        parent = _add_lease(history, dt.date(start_fy, month, 1), parent, lessor, draws)
        lessor, start_fy = parent.vendor_id, start_fy + 5


def _add_lease(history: SystemHistory, start: dt.date, parent: Contract | None, lessor: str, draws: Draws) -> Contract:
    system, calibration = history.system, load_calibration()
    chances = {name: calibration.table(f"{name}_by_scope")["lease"][0] for name in ("negotiated", "single_bid")}
    shape = draw_shape(draws, negotiated=chances["negotiated"], single=chances["single_bid"])
    noise = math.exp(calibration.number("contract_noise") * draws.normal())
    award = priced(yearly_yen(system, start.year) * system.lease_share * 5 * noise, start.year)
    tender = hold_tender(
        draws, shape, award_yen=award, start=start, incumbent=lessor, rivals=vendors_by_role()["lease"], locked_in=False
    )
    end = start.replace(year=start.year + 5) - dt.timedelta(days=1)
    return history.book.add(
        Contract(
            history.book.next_id(), "lease", "renewal" if parent or start.year != system.start_fy else "initial",
            f"{system.name_ja}機器賃貸借", start, end, award, tender.vendor_id, tender,
            parent.contract_id if parent else None, system.system_id,
        )
    )  # fmt: skip
