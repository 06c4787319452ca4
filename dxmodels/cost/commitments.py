"""How much of coming years' budgets is already bound by contracts (債務負担行為・長期継続契約)?

Sets        k contracts with an amount and a term that reaches beyond one fiscal year; change contracts add their amount to the term
            they name
Method      the amount is spread evenly over the months of the term, truncated to yen by year, the last year takes the rest: the years of
            a contract add up to the contract exactly (a failed tie raises), and contracts add up to the contracted spending of the
            same system and year where both tables are kept by this rule (``tie_contracts_to_spending``)
Source      地方自治法第214条（債務負担行為）、第234条の3（長期継続契約）. The inventory of contracts does not say which of the two a
            contract rests on; the profile therefore shows both together as 後年度負担.
What it leaves out: options to extend, index clauses, payment plans other than even ones.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from dxmodels.cost.checks import require_columns, require_tie

COMMITMENT_COLUMNS: tuple[str, ...] = ("contract_id", "system_id", "fiscal_year", "amount_yen", "is_committed")


def profile_commitments(contracts: pd.DataFrame, *, base_fy: int) -> pd.DataFrame:
    """Return contract × fiscal year amounts of all multi-year contracts of the prefecture's systems.

    ``is_committed`` marks years after ``base_fy``: what later budgets must carry. Contracts without amount, start or end are left
    out (``commitment_coverage`` counts them).
    """
    parts = contract_parts(contracts)
    several = parts.groupby("contract_id")["fiscal_year"].transform("nunique") > 1
    return parts[several].reset_index(drop=True).assign(is_committed=lambda rows: rows["fiscal_year"] > base_fy)


def contract_parts(contracts: pd.DataFrame) -> pd.DataFrame:
    """Return contract_id, system_id, fiscal_year, amount_yen of every contract of the prefecture's systems with amount and term."""
    require_columns(contracts, ("contract_id", "system_id", "start_date", "end_date", "award_yen"), "契約")
    known = contracts[_has_term(contracts) & contracts["system_id"].notna()]
    start, end = _months(known["start_date"]), _months(known["end_date"])
    awards = known["award_yen"].astype("int64").to_numpy()
    ids, systems = known["contract_id"].astype(str).to_numpy(), known["system_id"].astype(str).to_numpy()
    rows = [
        (ids[position], systems[position], year, amount)
        for position in range(len(known))
        for year, amount in spread_by_months(int(awards[position]), int(start[position]), int(end[position])).items()
    ]
    frame = pd.DataFrame(rows, columns=list(COMMITMENT_COLUMNS[:4]))
    frame = frame.astype({"fiscal_year": "int64", "amount_yen": "int64"})
    total = int(awards.sum())
    require_tie("契約額と年度別の負担額", {"契約額": total, "年度別の合計": int(frame["amount_yen"].sum())})
    return frame


def commitment_coverage(contracts: pd.DataFrame) -> dict[str, int]:
    """Return how many of the prefecture's contracts have amount, start and end, and how many are left out."""
    own = contracts[contracts["system_id"].notna()]
    usable = int(_has_term(own).sum())
    return {"contracts_count": len(own), "contracts_left_out_count": len(own) - usable}


def spread_by_months(amount_yen: int, first_month: int, last_month: int) -> dict[int, int]:
    """Return an amount by fiscal year, spread evenly over months numbered from January 1970 (= 0); the parts add up to the amount."""
    years = (np.arange(first_month, last_month + 1) - 3) // 12 + 1970
    counts = {int(year): int(count) for year, count in zip(*np.unique(years, return_counts=True), strict=True)}
    parts = {year: amount_yen * count // len(years) for year, count in counts.items()}
    parts[max(parts)] += amount_yen - sum(parts.values())
    return parts


def _has_term(contracts: pd.DataFrame) -> pd.Series:
    return contracts[["award_yen", "start_date", "end_date"]].notna().all(axis=1)


def _months(dates: pd.Series) -> npt.NDArray[np.int64]:
    return dates.to_numpy(dtype="datetime64[M]").astype(np.int64)
