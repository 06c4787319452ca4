"""Every answer the briefs need, made once for all municipalities; what cannot be answered is kept as such, with what is missing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from dxmodels.bundling.uptake import MemberMap, map_members
from dxmodels.errors import MissingTableError
from dxmodels.fiscal import fiscal_year_end
from dxmodels.inputs import NotComputable, attempt
from dxmodels.lockin.calendar import ExitCalendar, exit_calendar
from dxmodels.lockin.from_case import lead_times
from dxmodels.municipalities import divide
from dxmodels.municipalities.break_even import BreakEven, find_break_even
from dxmodels.municipalities.brief.joint import JointPlan, plan_joint_purchases
from dxmodels.municipalities.divide import ActionGains, RankIntervals
from dxmodels.municipalities.divide.scores import Scores, collect_scores, read_size_classing
from dxmodels.municipalities.help_demand import list_demand_by_role
from dxmodels.municipalities.move import MoveFunding, estimate_move_funding
from dxmodels.municipalities.plans import make_calendar
from dxmodels.municipalities.staffing import StaffNeed, plan_staff_need
from dxmodels.municipalities.state_matrix import StateMatrix, map_states
from dxmodels.municipalities.waves import WavePlan

if TYPE_CHECKING:
    from dxmodels.inputs import Case, Register

_YEARS_AHEAD = 4
_JOINT_TABLES = ("municipalities", "joint_procurements", "joint_members")


@dataclass(frozen=True, eq=False)
class BriefStudy:
    """The answers by question; each is a result or NotComputable."""

    case: Case
    register: Register
    scores: Scores | NotComputable
    ranks: RankIntervals | NotComputable
    members: MemberMap | NotComputable
    states: StateMatrix | NotComputable
    even: BreakEven | NotComputable
    funding: MoveFunding | NotComputable
    waves: WavePlan | NotComputable
    staff: StaffNeed | NotComputable
    demand: pd.DataFrame
    joint: JointPlan | NotComputable
    calendar: ExitCalendar | NotComputable
    all_needs: ActionGains | NotComputable

    @property
    def places(self) -> pd.DataFrame:
        """The municipalities by code."""
        return self.case.table("municipalities").set_index("municipality_code", drop=False)

    def place(self, code: str) -> pd.Series:
        """Return the row of one municipality."""
        return self.places[self.places["municipality_code"] == code].iloc[0]


def make_study(case: Case, register: Register, *, seed: int) -> BriefStudy:
    """Return every answer, made once for all municipalities of the case."""
    scores = attempt(collect_scores, case, sizes=read_size_classing(register))
    even = attempt(find_break_even, case, register)
    waves = attempt(make_calendar, case, register)
    staff = attempt(plan_staff_need, case, register, waves=waves) if isinstance(waves, WavePlan) else waves
    return BriefStudy(
        case=case,
        register=register,
        scores=scores,
        ranks=attempt(divide.rank_municipalities, case, register, seed=seed),
        members=attempt(_members, case),
        states=attempt(map_states, case, register),
        even=even,
        funding=attempt(estimate_move_funding, case, register, systems=even.costs.systems) if isinstance(even, BreakEven) else even,
        waves=waves,
        staff=staff,
        demand=list_demand_by_role(staff, waves, register) if isinstance(staff, StaffNeed) and isinstance(waves, WavePlan) else pd.DataFrame(),
        joint=attempt(plan_joint_purchases, case, register),
        calendar=attempt(_calendar, case, register),
        all_needs=_needs_of_all(scores, register, seed),
    )  # fmt: skip


def years_ahead(base_fy: int) -> range:
    """Return the years in which contracts may end that are told where the body's own contracts are not known."""
    return range(base_fy + 1, base_fy + 1 + _YEARS_AHEAD)


def help_years(study: BriefStudy) -> int:
    """Return over how many years the days of help are counted (0 where there is no calendar)."""
    return 0 if isinstance(study.waves, NotComputable) else len(study.waves.rules.years)


def _members(case: Case) -> MemberMap:
    return map_members(*(case.table(name) for name in _JOINT_TABLES))


def _needs_of_all(scores: Scores | NotComputable, register: Register, seed: int) -> ActionGains | NotComputable:
    """Which step each municipality (not only the lowest) has not taken yet."""
    if isinstance(scores, NotComputable):
        return scores
    group, region = list(scores.values.index), divide.read_weight_region(register)
    return divide.rank_actions(scores, group, steps=1, region=region, draws=1, seed=seed)


def _calendar(case: Case, register: Register) -> ExitCalendar:
    """Last safe decision date for each year in which contracts end (system_id: the fiscal year)."""
    systems = case.table("municipal_systems", ["contract_end_fy"])
    years = sorted({int(year) for year in systems["contract_end_fy"].dropna()})
    if not years:
        raise MissingTableError("municipal_systems", ["contract_end_fy"])
    return decision_dates(case, register, years)


def decision_dates(case: Case, register: Register, years: Iterable[int]) -> ExitCalendar:
    """Return the calendar of contracts that end with each of these fiscal years (system_id: the fiscal year)."""
    ends = [(str(year), pd.Timestamp(fiscal_year_end(year))) for year in years]
    table = pd.DataFrame(ends, columns=["system_id", "contract_end_date"])
    return exit_calendar(table, lead=lead_times(register, is_wto=False), as_of=case.as_of)


_members.question_ja = "共同調達への参加"  # type: ignore[attr-defined]
_calendar.question_ja = "契約の終わりと判断の期限"  # type: ignore[attr-defined]
