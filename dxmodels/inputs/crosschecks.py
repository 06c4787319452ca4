"""Do two tables tell the same story about one contract?

The contract and its bids are kept by different hands: the winner must be the contractor, and the number of valid bids written on the
contract must be the number of valid bids listed. A disagreement is a warning: either table may be the wrong one.
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from dxmodels.errors import Fault
from dxmodels.inputs.columns import MOST_FAULTS_OF_A_KIND
from dxmodels.inputs.tables import CheckedTable


def disagreements(tables: Mapping[str, CheckedTable]) -> list[Fault]:
    """Return a warning for every contract whose bids say something else than the contract."""
    contracts, bids = tables.get("contracts"), tables.get("bids")
    if contracts is None or bids is None or contracts.faulty_columns & {"contract_id"}:
        return []
    return _other_winner(contracts, bids) + _other_count(contracts, bids)


def _other_winner(contracts: CheckedTable, bids: CheckedTable) -> list[Fault]:
    winners = bids.frame.loc[bids.frame["is_winner"].fillna(False), ["contract_id", "vendor_id"]]
    winners = winners.drop_duplicates("contract_id", keep=False)  # a split award has no single contractor
    joined = _with_row(contracts).merge(winners, on="contract_id", suffixes=("", "_won"))
    other = joined[(joined["vendor_id"] != joined["vendor_id_won"]).fillna(False).astype(bool)]
    problem = "契約相手方が入札表の落札者（{}）と違います"
    return _warnings(contracts.file, "vendor_id", problem, other[["row", "vendor_id", "vendor_id_won"]])


def _other_count(contracts: CheckedTable, bids: CheckedTable) -> list[Fault]:
    listed = (bids.frame["bid_status"] == "valid").groupby(bids.frame["contract_id"]).sum()
    joined = _with_row(contracts).merge(listed.rename("listed").reset_index(), on="contract_id")
    other = joined[(joined["valid_bids_count"] != joined["listed"]).fillna(False).astype(bool)]
    problem = "有効な入札の数が入札表の件数（{}）と違います"
    return _warnings(contracts.file, "valid_bids_count", problem, other[["row", "valid_bids_count", "listed"]])


def _warnings(file: str, column: str, problem: str, rows: pd.DataFrame) -> list[Fault]:
    """One warning a line of ``rows``: spreadsheet row, the contract's value, the value of the bids."""
    cure = "契約書と入札調書を突き合わせ、contracts か bids のどちらかを直してください"
    lines = rows.head(MOST_FAULTS_OF_A_KIND).values.tolist()
    return [Fault(file, problem.format(theirs), cure, int(row), column, str(ours)) for row, ours, theirs in lines]


def _with_row(table: CheckedTable) -> pd.DataFrame:
    return table.frame[["contract_id", "vendor_id", "valid_bids_count"]].assign(row=table.rows)
