"""What does one contract hold, and how does it stand in the table ``contracts``?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field

from dxmodels.fiscal import fiscal_year_of
from illustrative.calibration import load_calibration
from illustrative.draws import Draws
from illustrative.money_parts import yearly_parts
from illustrative.tenders import COMPETITIVE, PROPOSAL, Tender


@dataclass(frozen=True)
class Contract:
    """One contract of a prefectural system or of a municipality's task."""

    contract_id: str
    scope: str
    kind: str
    title_ja: str
    start: dt.date
    end: dt.date
    award_yen: int
    vendor_id: str
    tender: Tender | None
    parent_id: str | None = None
    system_id: str | None = None
    municipality_code: str | None = None
    task: str | None = None
    budget_yen: int | None = None
    method: str | None = None

    @property
    def contract_fy(self) -> int:
        """Return the fiscal year of award, which is the year it starts."""
        return fiscal_year_of(self.start)

    @property
    def parts(self) -> dict[int, int]:
        """Return the part of the amount in each fiscal year."""
        return yearly_parts(self.award_yen, self.start, self.end)


@dataclass
class ContractBook:
    """The contracts of one owner in order of writing, with their running number."""

    prefix: str
    contracts: list[Contract] = field(default_factory=list)

    def next_id(self) -> str:
        """Return the identifier of the next contract."""
        return f"{self.prefix}-{len(self.contracts) + 1:03d}"

    def add(self, contract: Contract) -> Contract:
        """Keep a contract and return it."""
        self.contracts.append(contract)
        return contract


def contract_rows(contracts: Iterable[Contract], name: str) -> tuple[list[dict[str, object]], list[dict[str, object]]]:
    """Return the rows of ``contracts`` and ``bids``, with the gaps real tables have (stream ``name``)."""
    draws, rows, bids = Draws(f"coverage/{name}"), [], []
    coverage = load_calibration().table("coverage_of_contracts")
    for contract in contracts:
        kept = {field_name: draws.yes(share) for field_name, share in coverage.items()}
        rows.append(_row(contract, kept))
        if contract.tender is not None and kept["bidders_count"] and kept["bids"]:
            bids += [
                {"contract_id": contract.contract_id, **vars(bid)}
                for bid in sorted(contract.tender.bids, key=lambda bid: (not bid.is_winner, bid.vendor_id))
            ]
    return rows, bids


def _row(contract: Contract, kept: dict[str, bool]) -> dict[str, object]:
    row: dict[str, object] = {
        "contract_id": contract.contract_id,
        "system_id": contract.system_id,
        "municipality_code": contract.municipality_code,
        "task": contract.task,
        "title_ja": contract.title_ja,
        "contract_kind": contract.kind,
        "contract_scope": contract.scope,
        "parent_contract_id": contract.parent_id,
        "contract_fy": contract.contract_fy,
        "contract_method": contract.tender.method if contract.tender else contract.method,
        "start_date": contract.start,
        "end_date": contract.end,
        "award_yen": contract.award_yen,
        "tax_included": True,
        "vendor_id": contract.vendor_id,
    }
    return row | (_tender_cells(contract.tender, kept) if contract.tender else {})


def _tender_cells(tender: Tender, kept: dict[str, bool]) -> dict[str, object]:
    counted = tender.method in COMPETITIVE or tender.method == PROPOSAL
    cells: dict[str, object] = {
        "method_detail_ja": tender.detail_ja,
        "announced_date": tender.announced,
        "opening_date": tender.opening,
        "bidders_count": tender.bidders if counted else 1,
        "ceiling_yen": tender.ceiling_yen,
        "names_brand": tender.names_brand,
    }
    cells = {name: value for name, value in cells.items() if kept[name]}
    if kept["bidders_count"]:
        cells["valid_bids_count"] = tender.valid_bids if counted else 1
    return cells
