"""What is known about one system, gathered from every table of the case that speaks of it?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from dxmodels.errors import DxError, MissingTableError
from dxmodels.inputs import Case
from dxmodels.lockin.study import LockinStudy

COST_YEARS = 5
Row = Mapping[str, Any]


@dataclass(frozen=True, eq=False)
class SystemFacts:
    """One system: its inventory row, names, award rounds (oldest first), extra of changes, yearly cost, links, findings, diagnosis, clauses, dates (None where unknown)."""

    row: Row
    department: str
    vendor: str
    rounds: list[Row]
    change_yen: float | None
    cost: pd.DataFrame
    links: list[str]
    findings: pd.DataFrame
    diagnosis: Row | None
    clauses: pd.DataFrame
    dates: Row | None

    @property
    def system_id(self) -> str:
        """Id of the system."""
        return str(self.row["system_id"])

    @property
    def last_round(self) -> Row | None:
        """The latest award, None where no contract is known."""
        return self.rounds[-1] if self.rounds else None


class FactSource:
    """All tables of a case indexed by system, made once for a batch."""

    def __init__(self, study: LockinStudy) -> None:
        case = study.case
        self.competitive_methods = study.settings.competitive_methods
        self.systems: list[Row] = [_plain(row) for row in study.systems.to_dict("records")]
        self._departments, self._vendors = (
            study.names("departments", "department_id"),
            study.names("vendors", "vendor_id"),
        )
        rounds = study.evidence.rounds()
        self._rounds = {str(key): [_plain(r) for r in part.to_dict("records")] for key, part in rounds.groupby("system_id")}  # fmt: skip
        self._changes = study.evidence.changes().groupby("parent_contract_id")["award_yen"].sum(min_count=1)
        self._cost = _cost_by_year(case)
        self._links = _links(case, study.systems)
        own = study.indicators.findings[study.indicators.findings["subject_kind"] == "system"]
        self._findings = dict(iter(own.groupby("subject_id")))
        self._none = own.iloc[:0]
        self._diagnosis = {str(row["system_id"]): _plain(row) for row in study.diagnosis.table.to_dict("records")}
        self._clauses = dict(iter(study.clauses.table.groupby("system_id")))
        self._dates = _dates(study)

    def of(self, row: Row) -> SystemFacts:
        """Return the facts of one row of the inventory."""
        name = str(row["system_id"])
        rounds = self._rounds.get(name, [])
        change = self._changes.get(rounds[-1]["contract_id"]) if rounds else None
        return SystemFacts(
            row=row,
            department=str(self._departments.get(str(row["department_id"]), row["department_id"] or "")),
            vendor=str(self._vendors.get(str(row["vendor_id"]), row["vendor_id"] or "")),
            rounds=rounds,
            change_yen=None if change is None or pd.isna(change) else float(change),
            cost=self._cost.get(name, pd.DataFrame()),
            links=self._links.get(name, []),
            findings=self._findings.get(name, self._none),
            diagnosis=self._diagnosis.get(name),
            clauses=self._clauses.get(name, pd.DataFrame(columns=["need", "clause_ja", "because_ja"])),
            dates=self._dates.get(name),
        )

    def vendor_name(self, vendor_id: object) -> str:
        """Return the name of a vendor, its id where the case does not name it."""
        return "" if vendor_id is None else str(self._vendors.get(str(vendor_id), vendor_id))


def _plain(row: Mapping[Any, Any]) -> Row:
    """A record with None for every blank."""
    return {str(key): None if pd.isna(value) else value for key, value in row.items()}


def _cost_by_year(case: Case) -> dict[str, pd.DataFrame]:
    """Budget (supplement included), contract and settled amount by year, the last years up to the base year."""
    try:
        table = case.table("spending")
    except MissingTableError:
        return {}
    years = table["fiscal_year"].between(case.base_fy - COST_YEARS + 1, case.base_fy)
    kept = table[years].assign(budget_yen=lambda t: t["budget_yen"] + t["supplement_yen"].fillna(0))
    sums = kept.groupby(["system_id", "fiscal_year"])[["budget_yen", "contract_yen", "settled_yen"]].sum(min_count=1)
    return {str(key): part.droplevel("system_id") for key, part in sums.groupby(level="system_id")}


def _links(case: Case, systems: pd.DataFrame) -> dict[str, list[str]]:
    try:
        table = case.table("system_links")
    except MissingTableError:
        return {}
    names = systems.drop_duplicates("system_id").set_index("system_id")["name_ja"].to_dict()
    found: dict[str, list[str]] = {}
    for here, there in (("from_system_id", "to_system_id"), ("to_system_id", "from_system_id")):
        for own, other in zip(table[here], table[there], strict=True):
            if pd.notna(own) and pd.notna(other):
                found.setdefault(str(own), []).append(str(names.get(other, other)))
    return {key: list(dict.fromkeys(others)) for key, others in found.items()}


def _dates(study: LockinStudy) -> dict[str, Row]:
    try:
        table = study.calendar.table
    except DxError:  # no contract end in the whole inventory: the page says so for each system
        return {}
    return {str(row["system_id"]): _plain(row) for row in table.to_dict("records")}
