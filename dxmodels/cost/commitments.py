"""How much of coming years' budgets is already bound by contracts (債務負担行為・長期継続契約)?

Sets        k contracts with an amount and a term that reaches beyond one fiscal year; change contracts add their amount to the term
            they name
Method      the amount is spread over the term by days and rounded to yen by the largest remainder, so that the years of every
            contract add up to the contract exactly (a failed tie raises)
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
_ONE_DAY = np.timedelta64(1, "D")


def profile_commitments(contracts: pd.DataFrame, *, base_fy: int) -> pd.DataFrame:
    """Return contract × fiscal year amounts of all multi-year contracts of the prefecture's systems.

    ``is_committed`` marks years after ``base_fy``: what later budgets must carry. Contracts without amount, start or end are left
    out (``commitment_coverage`` counts them).
    """
    require_columns(contracts, ("contract_id", "system_id", "start_date", "end_date", "award_yen"), "契約")
    known = contracts[_has_term(contracts) & contracts["system_id"].notna()]
    start, end = _days(known["start_date"]), _days(known["end_date"])
    first, last = _fiscal_years(start), _fiscal_years(end)
    awards = known["award_yen"].astype("int64").to_numpy()
    ids, systems = known["contract_id"].astype(str).to_numpy(), known["system_id"].astype(str).to_numpy()
    rows: list[tuple[str, str, int, int]] = []
    for position in np.flatnonzero(last > first):
        years = np.arange(first[position], last[position] + 1)
        amounts = spread_by_days(int(awards[position]), years, start[position], end[position])
        rows += [
            (ids[position], systems[position], int(year), int(amount))
            for year, amount in zip(years, amounts, strict=True)
        ]
    frame = pd.DataFrame(rows, columns=list(COMMITMENT_COLUMNS[:4])).astype(
        {"fiscal_year": "int64", "amount_yen": "int64"}
    )
    multi_year = int(awards[last > first].sum())
    require_tie("契約額と年度別の負担額", {"契約額": multi_year, "年度別の合計": int(frame["amount_yen"].sum())})
    return frame.assign(is_committed=frame["fiscal_year"] > base_fy)


def commitment_coverage(contracts: pd.DataFrame) -> dict[str, int]:
    """Return how many of the prefecture's contracts have amount, start and end, and how many are left out."""
    own = contracts[contracts["system_id"].notna()]
    usable = int(_has_term(own).sum())
    return {"contracts_count": len(own), "contracts_left_out_count": len(own) - usable}


def spread_by_days(
    amount_yen: int, years: npt.NDArray[np.int64], start: np.datetime64, end: np.datetime64
) -> npt.NDArray[np.int64]:
    """Return an integer amount spread over fiscal years by the days of the term in each; the parts add up to the amount."""
    opens = np.array([f"{year}-04-01" for year in years], dtype="datetime64[D]")
    closes = np.array([f"{year + 1}-04-01" for year in years], dtype="datetime64[D]")
    days = (np.minimum(closes, end + _ONE_DAY) - np.maximum(opens, start)) / _ONE_DAY
    exact = amount_yen * days / days.sum()
    parts = np.floor(exact).astype(np.int64)
    for position in np.argsort(-(exact - parts), kind="stable")[: amount_yen - int(parts.sum())]:
        parts[position] += 1
    return np.asarray(parts, dtype=np.int64)


def _has_term(contracts: pd.DataFrame) -> pd.Series:
    return contracts[["award_yen", "start_date", "end_date"]].notna().all(axis=1)


def _days(dates: pd.Series) -> npt.NDArray[np.datetime64]:
    return dates.to_numpy(dtype="datetime64[D]")


def _fiscal_years(days: npt.NDArray[np.datetime64]) -> npt.NDArray[np.int64]:
    months = days.astype("datetime64[M]").astype(np.int64)
    return np.asarray((months - 3) // 12 + 1970, dtype=np.int64)
