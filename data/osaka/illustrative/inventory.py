"""What does the prefecture's inventory say about each system, with the gaps and the stale dates real inventories have?

Observed markers (rights, break clause, interface documents …) are drawn given the hidden lock-in; costs and contract ends are what the
contracts said on the day the row was last revised (``as_of_date``), so stale rows are wrong in the way stale rows are.
"""

from __future__ import annotations

import datetime as dt
import math

from dxmodels.fiscal import fiscal_year_of
from illustrative.calibration import load_calibration
from illustrative.contracts import Contract
from illustrative.draws import Draws
from illustrative.history import SystemHistory
from illustrative.prefecture import BASE_FY
from illustrative.spending import running_yen

AS_OF = dt.date(2026, 10, 31)
Row = dict[str, object]
_OPEN_EXPORTS = {"CSV（全項目）": 0.55, "標準レイアウト（CSV）": 0.25, "XML": 0.20}
_CLOSED_EXPORTS = {"独自形式": 0.45, "帳票PDFのみ": 0.35, "出力機能なし": 0.20}
_OWNERS = ("総務課長", "情報企画課長", "企画調整課長", "システム担当課長", "事業推進課長", "指導課長", "管理課長")
_SMALLEST = 1.0


def inventory_rows(histories: list[SystemHistory]) -> list[Row]:
    """Return the rows of ``systems``."""
    return [_with_gaps(history, _facts(history)) for history in histories]


def _facts(history: SystemHistory) -> Row:
    system, draws = history.system, Draws(f"inventory/{history.system.system_id}")
    revised = _revised_on(draws)
    fiscal_year = max(fiscal_year_of(revised), system.start_fy)
    contract = _running_contract(history, revised)
    row: Row = {
        "system_id": system.system_id,
        "name_ja": system.name_ja,
        "description_ja": system.description_ja,
        "department_id": system.department_id,
        "system_kind": system.system_kind,
        "legal_basis_ja": system.legal_basis_ja or None,
        "owner_ja": draws.one_of(_OWNERS),
        "users_people": system.users_people,
        "start_fy": system.start_fy,
        "vendor_id": contract.vendor_id,
        "hosting": system.hosting,
        "annual_cost_yen": running_yen(history, fiscal_year),
        "contract_end_date": contract.end,
        "customisation_rate": system.customisation,
        "server_count": system.servers,
        "as_of_date": revised,
    }
    return row | _markers(history, draws, revised) | _judgements(history, draws) | _load(history, draws)


def _revised_on(draws: Draws) -> dt.date:
    if draws.yes(load_calibration().number("stale_share")):
        return AS_OF - dt.timedelta(days=draws.whole(91, 900))
    return AS_OF - dt.timedelta(days=draws.whole(0, 90))


def _running_contract(history: SystemHistory, day: dt.date) -> Contract:
    chain = [c for c in history.book.contracts if c.scope == "operation" and c.kind != "change"]
    running = [contract for contract in chain if contract.start <= day]
    return running[-1] if running else chain[0]


def _markers(history: SystemHistory, draws: Draws, revised: dt.date) -> Row:
    locked_in = int(history.is_locked_in(BASE_FY))
    shares = {name: pair[locked_in] for name, pair in load_calibration().table("marker_shares").items()}
    vendor, shared = shares["source_rights_vendor"], shares["source_rights_shared"]
    rights = draws.pick({"vendor": vendor, "shared": shared, "owner": 1 - vendor - shared})
    is_open = draws.yes(shares["open_export"])
    tested = draws.yes(shares["export_tested"])
    tested_on = revised - dt.timedelta(days=draws.whole(30, 2200))
    return {
        "source_rights": rights,
        "has_escrow": draws.yes(shares["has_escrow"]),
        "has_break_clause": draws.yes(shares["has_break_clause"]),
        "export_format_ja": draws.pick(_OPEN_EXPORTS if is_open else _CLOSED_EXPORTS),
        "export_test_date": tested_on if tested else None,
        "has_interface_documents": draws.yes(shares["has_interface_documents"]),
        "own_staff_can_explain": draws.yes(shares["own_staff_can_explain"]),
        "end_of_support_date": dt.date(draws.whole(2025, 2033), draws.one_of((1, 4, 7, 10)), 1),
        "standard_package_exists": draws.yes(shares["standard_package_exists"]),
    }


def _judgements(history: SystemHistory, draws: Draws) -> Row:
    system = history.system
    locked_in = history.is_locked_in(BASE_FY)
    value = 2.4 + 0.35 * system.size_class + 0.7 * draws.normal()
    fit = 4.3 - 0.9 * locked_in - 0.05 * system.age_years - 0.8 * system.customisation + 0.5 * draws.normal()
    years = load_calibration().table("switching_years")
    switching = (years["constant"] + years["customisation"] * system.customisation) * draws.around(1.0, years["log_sd"])
    return {
        "replacement_cost_yen": round(running_yen(history, BASE_FY) * switching / 100_000) * 100_000,
        "business_value_score": _half_points(value),
        "technical_fit_score": _half_points(fit),
    }


def _load(history: SystemHistory, draws: Draws) -> Row:
    system = history.system
    mean = min(draws.around(load_calibration().number("cpu_mean") * 0.88, 0.5), 0.7)
    peak = min(mean + draws.around(0.16, 0.55), 0.98)
    effort = 0.18 * math.sqrt(running_yen(history, BASE_FY) / 1e7) * draws.around(1.0, 0.4)
    has_server = system.has_own_server
    return {
        "cpu_mean_rate": mean if has_server else None,
        "cpu_p95_rate": peak if has_server else None,
        "staff_effort_fte": max(0.05, round(effort * 20) / 20),
    }


def _with_gaps(history: SystemHistory, row: Row) -> Row:
    """Blank cells at random, more of them in small systems and in departments that keep their inventory badly."""
    care = 0.16 * (Draws(f"department/{history.system.department_id}").uniform() - 0.5)
    draws = Draws(f"gaps/{history.system.system_id}")
    size = 0.03 * (history.system.size_class - 2.2)
    for name, share in load_calibration().table("coverage").items():
        lost = draws.uniform() >= share + (care + size if share < _SMALLEST else 0.0)
        if lost and share < _SMALLEST:
            row[name] = None
    return row


def _half_points(score: float) -> float:
    return min(max(round(score * 2) / 2, 1.0), 5.0)
