"""Do the contracts add up to the contracted spending of every system and year, to the yen?

Two tables kept by different hands (契約台帳 and 経費) must tell the same story before a bridge or a forecast rests on both. Contracts are
spread over fiscal years by months (``commitments``); each system and fiscal year that the spending table holds is compared. By
default a difference stops the run; a body that has just begun to keep the tables may ask for the list of differences instead.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from dxmodels.cost.checks import require_tie
from dxmodels.cost.commitments import contract_parts
from dxmodels.errors import ModelError, TieError
from dxmodels.fiscal import era_year
from dxmodels.money import format_amount, format_yen

if TYPE_CHECKING:
    from dxmodels.inputs import Case


@dataclass(frozen=True, eq=False)
class ContractTie:
    """System × fiscal year: contracted spending, sum of contracts, difference; and how many were compared."""

    table: pd.DataFrame

    @property
    def differences(self) -> pd.DataFrame:
        """The rows that do not tie, largest difference first."""
        rows = self.table[self.table["difference_yen"] != 0]
        return rows.sort_values("difference_yen", key=lambda column: -column.abs(), ignore_index=True)

    def to_frame(self) -> pd.DataFrame:
        """Return the sums by fiscal year (E09)."""
        grouped = self.table.groupby("fiscal_year", as_index=False)
        sums = grouped[["spending_contract_yen", "contracts_yen", "difference_yen"]].sum()
        return sums.assign(systems_count=grouped["system_id"].count()["system_id"])

    def summary(self) -> str:
        """Return the finding as a Japanese sentence."""
        total = int(self.table["contracts_yen"].sum())
        text = f"契約台帳と経費の契約額を{len(self.table):,}件（システム×年度、合計{format_amount(total)}）で照合し、"
        if self.differences.empty:
            return text + "すべて円単位で一致した。"
        return text + f"{len(self.differences)}件が一致しない。"


def tie_contracts_to_spending(case: Case, *, strict: bool = True) -> ContractTie:
    """Return the comparison of tables contracts and spending; with ``strict`` the first difference raises TieError.

    Raises MissingTableError without either table, ModelError where they share no system.
    """
    tables = case.require({"spending": ["contract_yen"], "contracts": ["award_yen", "start_date", "end_date"]})
    booked = _sum_by_year(tables["spending"].dropna(subset=["contract_yen"]), "contract_yen")
    signed = contract_parts(tables["contracts"])
    signed = signed[signed["system_id"].isin(booked["system_id"])]
    signed = signed[signed["fiscal_year"].between(booked["fiscal_year"].min(), booked["fiscal_year"].max())]
    if signed.empty:
        raise ModelError("契約と経費の表に共通するシステムがありません。システムIDの書き方を確かめてください。")
    both = booked.merge(_sum_by_year(signed, "amount_yen"), on=["system_id", "fiscal_year"], how="outer")
    both = both.fillna({"contract_yen": 0, "amount_yen": 0}).astype({"contract_yen": "int64", "amount_yen": "int64"})
    table = both.rename(columns={"contract_yen": "spending_contract_yen", "amount_yen": "contracts_yen"})
    tie = ContractTie(table.assign(difference_yen=table["contracts_yen"] - table["spending_contract_yen"]))
    if strict and len(tie.differences):
        raise TieError(_first_difference(tie.differences))
    require_tie(
        "照合した契約額", {"経費の表": int(booked["contract_yen"].sum()), "契約と照合した行": _booked(tie.table)}
    )
    return tie


def _sum_by_year(rows: pd.DataFrame, column: str) -> pd.DataFrame:
    sums = rows.groupby(["system_id", "fiscal_year"])[[column]].sum().reset_index()
    return sums.astype({"system_id": "str", "fiscal_year": "int64", column: "int64"})


def _booked(table: pd.DataFrame) -> int:
    return int(table["spending_contract_yen"].sum())


def _first_difference(rows: pd.DataFrame) -> str:
    first = rows.iloc[0]
    return (
        f"契約台帳と経費の契約額が{len(rows)}件一致しません。最大の差は{first['system_id']}の{era_year(int(first['fiscal_year']))}："
        f"経費 {format_yen(int(first['spending_contract_yen']), '円')}、契約 {format_yen(int(first['contracts_yen']), '円')}"
        f"（差 {format_yen(int(first['difference_yen']), '円')}）。変更契約の記入漏れと税込・税抜を確かめてください。"
    )
