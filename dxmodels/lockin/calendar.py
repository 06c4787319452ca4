"""By when must a decision be taken so that a system can leave at the end of its contract?

Backwards from the contract's end: go-live the next day ← migration months ← contract signed ← days from opening to signature ← notice days ← specification months.
And through the budget: a contract running over several years needs 債務負担行為 (地方自治法214条) voted with the budget of the fiscal year in which it is signed; that vote
follows the budget request of the autumn before, which follows an estimate. The last safe decision date is the earlier of the two. All lengths come from the register.
Leaves out: supplementary budgets and special sessions (they can win months, never be counted on), and the complaint period of WTO procurements.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, fields

import pandas as pd

from dxmodels.errors import ModelError
from dxmodels.fiscal import era_date, fiscal_year_end, fiscal_year_of


@dataclass(frozen=True)
class LeadTimes:
    """Lengths of the steps: months and days from the register, dates as month × 100 + day (1031 = 31 October)."""

    migration_months: int
    signing_days: int
    notice_days: int
    specification_months: int
    estimate_months: int
    budget_request_day: int
    budget_vote_day: int

    def __post_init__(self) -> None:
        """Refuse values outside their range, naming value, range and cure."""
        for field in fields(self):
            value = getattr(self, field.name)
            if field.name.endswith("_day"):
                month, day = divmod(value, 100)
                if not (1 <= month <= 12 and 1 <= day <= 31):
                    raise ModelError(f"日付 {field.name}={value} は 月×100＋日 で指定してください（例：1031）。")
            elif not 0 <= value <= 400:
                raise ModelError(f"期間 {field.name}={value} は 0 以上 400 以下にしてください。")


@dataclass(frozen=True, eq=False)
class ExitCalendar:
    """One row a system: every date counted back from its contract's end, the last safe decision date and whether it has passed."""

    table: pd.DataFrame
    as_of: dt.date

    def to_frame(self) -> pd.DataFrame:
        """Return the calendar, the most urgent system first."""
        return self.table.copy()

    @property
    def late_count(self) -> int:
        """Rows whose last safe decision date has passed."""
        return int(self.table["is_past"].sum())

    def summary(self) -> str:
        """Return in Japanese how many decisions are already late and which is next."""
        late = self.late_count
        ahead = self.table[~self.table["is_past"]]
        text = f"{era_date(self.as_of)}時点で、判断の期限を過ぎた契約が {late} 件。"
        if ahead.empty:
            return text
        first = ahead.iloc[0]
        return text + f"次の期限は {first['system_id']} の {era_date(first['decision_date'].date())}。"


def exit_calendar(contract_ends: pd.DataFrame, *, lead: LeadTimes, as_of: dt.date) -> ExitCalendar:
    """Return the calendar for a table of system_id and contract_end_date (rows without a date are left out).

    Raises ModelError where the columns are missing or no date is given.
    """
    missing = [name for name in ("system_id", "contract_end_date") if name not in contract_ends.columns]
    if missing:
        raise ModelError(
            f"契約終了日の表に列 {'、'.join(missing)} がありません。→ system_id と contract_end_date を用意してください。"
        )
    dated = contract_ends.dropna(subset=["contract_end_date"])
    if dated.empty:
        raise ModelError("契約終了日の入った行がありません。→ 契約終了日を入力してください。")
    rows = [
        _count_back(str(name), pd.Timestamp(end), lead)
        for name, end in zip(dated["system_id"], dated["contract_end_date"], strict=True)
    ]
    table = pd.DataFrame(rows)
    table["is_past"] = table["decision_date"] < pd.Timestamp(as_of)
    table["left_days"] = (table["decision_date"] - pd.Timestamp(as_of)).dt.days
    return ExitCalendar(table.sort_values(["decision_date", "system_id"]).reset_index(drop=True), as_of)


def earliest_exit_fy(*, lead: LeadTimes, as_of: dt.date, base_fy: int) -> int:
    """Return the first fiscal year from ``base_fy`` on whose end can still be met by a decision taken at ``as_of``."""
    year = base_fy
    while _count_back("", pd.Timestamp(fiscal_year_end(year)), lead)["decision_date"] < pd.Timestamp(as_of):  # type: ignore[operator]
        year += 1
    return year


def _count_back(system_id: str, end: pd.Timestamp, lead: LeadTimes) -> dict[str, object]:
    go_live = end + pd.Timedelta(days=1)
    signing = go_live - pd.DateOffset(months=lead.migration_months)
    opening = signing - pd.Timedelta(days=lead.signing_days)
    notice = opening - pd.Timedelta(days=lead.notice_days)
    specification = notice - pd.DateOffset(months=lead.specification_months)
    # The commitment is voted before the fiscal year of the signature begins; notice may follow the vote, so the notice's year decides.
    budget_fy = fiscal_year_of(notice.date())
    vote = _day(budget_fy, lead.budget_vote_day)
    request = _day(budget_fy - 1, lead.budget_request_day)
    estimate = request - pd.DateOffset(months=lead.estimate_months)
    by_budget = estimate <= specification
    return {
        "system_id": system_id,
        "contract_end_date": end,
        "go_live_date": go_live,
        "signing_date": signing,
        "opening_date": opening,
        "announced_date": notice,
        "specification_date": specification,
        "budget_vote_date": vote,
        "budget_request_date": request,
        "estimate_date": estimate,
        "decision_date": min(estimate, specification),
        "binding_ja": "予算要求・債務負担行為" if by_budget else "仕様作成・公告",
    }


def _day(year: int, month_day: int) -> pd.Timestamp:
    month, day = divmod(month_day, 100)
    return pd.Timestamp(year=year, month=month, day=day)
