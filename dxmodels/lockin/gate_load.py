"""Through the year, how many specifications and budgets arrive at the gate, and do the reviewers' hours suffice?

Each contract that ends brings two cases: its budget request (in the month the estimate is due) and its specification (in the month before notice); dates come from the exit calendar.
Load of a month = cases × hours a case; capacity = reviewers × hours a year / 12. Backlog is carried over: what is not reviewed this month waits. A queue with known arrivals,
no randomness; it leaves out rework of rejected cases except through ``return_share`` (share of cases that come back once).
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from dxmodels.errors import ModelError
from dxmodels.fiscal import era_text

_MONTHS_A_YEAR = 12


@dataclass(frozen=True)
class ReviewEffort:
    """Hours a specification and a budget request take, share of cases that return once, reviewers (FTE) and hours of one reviewer a year."""

    specification_hours: float
    budget_hours: float
    return_share: float
    reviewers_fte: float
    hours_per_fte: float

    def __post_init__(self) -> None:
        """Refuse negative values and shares above one."""
        for name in ("specification_hours", "budget_hours", "reviewers_fte", "hours_per_fte"):
            if getattr(self, name) < 0:
                raise ModelError(f"審査の前提 {name}={getattr(self, name)} は 0 以上にしてください。")
        if not 0 <= self.return_share <= 1:
            raise ModelError(f"差戻しの割合 {self.return_share} は 0 以上 1 以下にしてください。")


@dataclass(frozen=True, eq=False)
class GateLoad:
    """One row a month: cases arriving, hours needed, hours available, hours waiting at the end of the month."""

    table: pd.DataFrame
    effort: ReviewEffort

    def to_frame(self) -> pd.DataFrame:
        """Return the load by month."""
        return self.table.copy()

    @property
    def needed_fte(self) -> float:
        """Fewest reviewers (FTE) for which nothing waits at the end of any month."""
        peak = float(self.table["needed_hours"].max())
        return peak * _MONTHS_A_YEAR / self.effort.hours_per_fte if self.effort.hours_per_fte else float("inf")

    def summary(self) -> str:
        """Return in Japanese the busiest month, what waits, and how many reviewers would do."""
        busiest = self.table.iloc[int(self.table["needed_hours"].to_numpy().argmax())]
        waiting = self.table.iloc[int(self.table["waiting_hours"].to_numpy().argmax())]
        text = f"審査 {int(self.table['cases_count'].sum())} 件。最も多いのは{busiest['month_text']}（{busiest['needed_hours']:.0f} 時間、能力 {busiest['capacity_hours']:.0f} 時間）。"
        if waiting["waiting_hours"] <= 0:
            return text + "積み残しは生じない。"
        return (
            text
            + f"{waiting['month_text']}に {waiting['waiting_hours']:.0f} 時間が積み残しとなる。毎月さばくには {self.needed_fte:.1f} 人が要る。"
        )


def plan_gate_load(calendar: pd.DataFrame, *, effort: ReviewEffort) -> GateLoad:
    """Return the load by month from an exit calendar (columns estimate_date and specification_date); cases
    whose last safe date has passed are left out. Raises ModelError where none is left."""
    if "is_past" in calendar.columns:
        calendar = calendar[~calendar["is_past"].astype(bool)]
    if calendar.empty:
        raise ModelError("暦に契約がありません。→ 契約終了日のある台帳を渡してください。")
    budget = calendar["estimate_date"].dt.to_period("M").value_counts()
    specification = calendar["specification_date"].dt.to_period("M").value_counts()
    months = pd.period_range(
        min(budget.index.min(), specification.index.min()), max(budget.index.max(), specification.index.max()), freq="M"
    )
    table = pd.DataFrame({"month": months})
    table["budgets_count"] = budget.reindex(months).fillna(0).astype(int).to_numpy()
    table["specifications_count"] = specification.reindex(months).fillna(0).astype(int).to_numpy()
    table["cases_count"] = table["budgets_count"] + table["specifications_count"]
    hours = table["budgets_count"] * effort.budget_hours + table["specifications_count"] * effort.specification_hours
    table["needed_hours"] = hours * (1 + effort.return_share)
    table["capacity_hours"] = effort.reviewers_fte * effort.hours_per_fte / _MONTHS_A_YEAR
    table["waiting_hours"] = _backlog(table["needed_hours"].tolist(), table["capacity_hours"].tolist())
    table["month_text"] = [era_text(f"{month.year}-{month.month:02d}") for month in months]
    return GateLoad(
        table.drop(columns="month")[["month_text", *[c for c in table.columns if c not in ("month", "month_text")]]],
        effort,
    )


def _backlog(needed: list[float], capacity: list[float]) -> list[float]:
    waiting, out = 0.0, []
    for hours, able in zip(needed, capacity, strict=True):
        waiting = max(0.0, waiting + hours - able)
        out.append(waiting)
    return out
