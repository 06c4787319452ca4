"""Which files make up the illustrative part of a case? One function for the embedded case, one for the synthetic country."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from illustrative.bodies import Body, BodyPlan, plan_bodies
from illustrative.contracts import Contract, contract_rows
from illustrative.history import SystemHistory, make_history
from illustrative.inventory import inventory_rows
from illustrative.municipal import municipal_contracts, system_rows
from illustrative.municipal import spending_rows as municipal_spending_rows
from illustrative.national import case_yml, copied_tables, make_bodies, municipality_rows
from illustrative.offers import offer_rows
from illustrative.people import capacity_rows, staff_rows
from illustrative.planted import truth_files
from illustrative.prefecture import make_systems
from illustrative.signals import plant_signals
from illustrative.small_tables import department_rows, link_rows, service_rows, vendor_rows
from illustrative.spending import spending_rows
from illustrative.writing import read_rows, table_bytes

Files = dict[str, bytes]


def embedded_files(case_folder: Path) -> Files:
    """Return every illustrative file of the embedded case (and its truth), by path relative to the case folder."""
    bodies, names = read_bodies(case_folder), _task_names(case_folder)
    plans = plan_bodies(bodies)
    histories = [make_history(system) for system in make_systems()]
    contracts, signals = plant_signals([contract for history in histories for contract in history.book.contracts])
    municipal = {plan.body.code: municipal_contracts(plan, names) for plan in plans}
    files = _common(bodies, plans, municipal, contracts)
    files |= _prefecture(histories)
    truth = truth_files(histories, plans, signals)
    return files | {f"truth/{name}": content for name, content in truth.items()}


def national_files(case_folder: Path, count: int) -> Files:
    """Return every file of the synthetic national case of ``count`` bodies."""
    bodies, names = make_bodies(count), _task_names(case_folder)
    plans = plan_bodies(bodies)
    municipal = {plan.body.code: municipal_contracts(plan, names) for plan in plans}
    files = copied_tables(case_folder) | _common(bodies, plans, municipal, [])
    files["municipalities.csv"] = table_bytes("municipalities", municipality_rows(bodies))
    tables = sorted(Path(name).stem for name in files)
    return files | {"case.yml": case_yml(count, tables).encode("utf-8")}


def read_bodies(case_folder: Path) -> list[Body]:
    """Return the 43 municipalities from the published tables of the case."""
    series = read_rows(case_folder / "municipality_series.csv")
    talent = {
        row["municipality_code"]
        for row in series
        if row["indicator_id"] == "dx_external_talent" and row["indicator_value"] == "1"
    }
    return [
        Body(
            row["municipality_code"], row["name_ja"], row["kind"], row["peer_type"], int(row["population_people"]),
            int(row["general_staff_people"]), row["shared_cloud_group"], row["municipality_code"] in talent,
        )
        for row in read_rows(case_folder / "municipalities.csv")
    ]  # fmt: skip


def _common(
    bodies: Sequence[Body], plans: list[BodyPlan], municipal: dict[str, list[Contract]], prefecture: list[Contract]
) -> Files:
    contracts, bids = contract_rows(prefecture, "prefecture")
    for code, signed in municipal.items():
        more_contracts, more_bids = contract_rows(signed, f"municipal/{code}")
        contracts, bids = contracts + more_contracts, bids + more_bids
    systems = (row for plan in plans for row in system_rows(plan, municipal[plan.body.code]))
    spending = (row for plan in plans for row in municipal_spending_rows(plan, municipal[plan.body.code]))
    return {
        "vendors.csv": table_bytes("vendors", vendor_rows()),
        "municipal_systems.csv": table_bytes("municipal_systems", systems),
        "municipal_spending.csv": table_bytes("municipal_spending", spending),
        "contracts.csv": table_bytes("contracts", contracts),
        "bids.csv": table_bytes("bids", bids),
        "offers.csv": table_bytes("offers", [row for row in offer_rows() if prefecture or row["unit_kind"] == "task"]),
        "staff.csv": table_bytes("staff", staff_rows(bodies)),
        "capacity.csv": table_bytes("capacity", capacity_rows(bodies)),
    }


def _prefecture(histories: list[SystemHistory]) -> Files:
    return {
        "departments.csv": table_bytes("departments", department_rows()),
        "systems.csv": table_bytes("systems", inventory_rows(histories)),
        "system_links.csv": table_bytes("system_links", link_rows()),
        "spending.csv": table_bytes("spending", spending_rows(histories)),
        "services.csv": table_bytes("services", service_rows()),
    }


def _task_names(case_folder: Path) -> dict[str, str]:
    return {row["task"]: row["name_ja"] for row in read_rows(case_folder / "tasks.csv")}
