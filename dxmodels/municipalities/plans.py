"""The plans of the move, put to a case with the settings of the register: what a notebook calls.

Each function makes the calendar anew (about a second), so that every answer is complete in itself and a missing table is told for the
question asked. Where not everything can move within the years, the people's questions are answered for the calendar that leaves the fewest
systems late.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pandas as pd

from dxmodels.errors import ModelError
from dxmodels.municipalities.help_demand import DEMAND_ASSUMPTIONS, list_expert_demand, list_expert_supply
from dxmodels.municipalities.move import MoveCosts, estimate_move_costs
from dxmodels.municipalities.placement import PLACEMENT_ASSUMPTIONS, Placement, place_experts, read_placement_rules
from dxmodels.municipalities.staffing import STAFF_ASSUMPTIONS, StaffNeed, plan_staff_need
from dxmodels.municipalities.talent import (
    ExpertEffect,
    PeopleNeeded,
    TrainingPlan,
    list_people_needed,
    plan_training,
    value_experts,
)
from dxmodels.municipalities.waves import (
    WAVE_ASSUMPTIONS,
    WaveConflict,
    WavePlan,
    WaveTables,
    list_moves,
    plan_waves_or_explain,
    read_wave_rules,
)
from dxmodels.municipalities.waves.problem import EXPERT

if TYPE_CHECKING:
    from dxmodels.inputs import Case, Register
    from dxmodels.municipalities.waves import WaveRules

WAVE_TABLES = ("municipal_systems", "municipal_spending", "municipalities", "tasks", "govcloud_pilot", "capacity")
STAFF_TABLES = (*WAVE_TABLES, "staff")
PLAN_ASSUMPTIONS = (*WAVE_ASSUMPTIONS, "wave_years_count")
PEOPLE_ASSUMPTIONS = (*STAFF_ASSUMPTIONS, *DEMAND_ASSUMPTIONS)
PLACING_ASSUMPTIONS = (*PEOPLE_ASSUMPTIONS, *PLACEMENT_ASSUMPTIONS)


@dataclass(frozen=True, eq=False)
class WithoutExperts:
    """What the calendar looks like with and without the pool of shared experts."""

    table: pd.DataFrame

    def to_frame(self) -> pd.DataFrame:
        """Return one row with the experts and one without."""
        return self.table.copy()

    def summary(self) -> str:
        """Return the headline sentence (Japanese)."""
        held, none = self.table.iloc[0], self.table.iloc[1]
        late, staying = (int(none[name] - held[name]) for name in ("late_systems_count", "unmoved_count"))
        if late <= 0 and staying <= 0:
            return "共同人材がいなくても、遅れるシステムは増えない。移行のためだけなら、共同人材の効果は遅れの回避には現れない。"
        return (
            f"共同人材がいないと、期限に遅れるシステムが {late} 増え、期間内に終わらないシステムが {staying} 増える。"
        )


def plan_case_waves(case: Case, register: Register) -> WavePlan | WaveConflict:
    """Return the calendar of moves (E28), or which limits clash and what loosening them costs."""
    made, rules = _tables(case, register)
    return plan_waves_or_explain(made.moves, made.capacity, rules=rules, costs=made.costs)


def plan_case_staff(case: Case, register: Register) -> StaffNeed:
    """Return staff needed against staff held over the calendar (E28)."""
    return plan_staff_need(case, register, waves=make_calendar(case, register))


def place_case_experts(case: Case, register: Register) -> Placement:
    """Return where shared experts are stationed over the calendar, and whom they visit (E28)."""
    waves = make_calendar(case, register)
    demand = list_expert_demand(plan_staff_need(case, register, waves=waves), waves, register)
    supply, halls = list_expert_supply(case, waves.rules.years), case.table("municipalities", ["latitude_deg"])
    return place_experts(demand, supply, halls, rules=read_placement_rules(register))


def list_case_people(case: Case, register: Register) -> PeopleNeeded:
    """Return which people are needed, and their pay against the market (E28)."""
    waves = make_calendar(case, register)
    return list_people_needed(plan_staff_need(case, register, waves=waves), waves, register)


def plan_case_training(case: Case, register: Register) -> TrainingPlan:
    """Return who is trained in what (E28)."""
    waves = make_calendar(case, register)
    return plan_training(case, register, need=plan_staff_need(case, register, waves=waves), waves=waves)


def value_case_experts(placement: Placement, *, register: Register) -> ExpertEffect:
    """Return cost, assumed effect and switching value of the experts of a placement (E28)."""
    return value_experts(placement, register)


def compare_without_experts(case: Case, register: Register) -> WithoutExperts:
    """Return late and unmoved systems with the pool of shared experts and without it."""
    made, rules = _tables(case, register)
    rules = replace(rules, must_finish=False, levelling_share=0.0)
    rows = []
    for label, capacity in (("共同人材あり", made.capacity), ("共同人材なし", _without(made.capacity))):
        plan = _plan(made, capacity, rules)
        rows.append({"setting_ja": label, "late_systems_count": plan.late_count, "unmoved_count": plan.unmoved_count, "cost_yen": round(plan.cost_yen)})  # fmt: skip
    return WithoutExperts(pd.DataFrame(rows))


def make_calendar(case: Case, register: Register) -> WavePlan:
    """Return the calendar; where not everything can move within the years, the one with the fewest late systems."""
    made, rules = _tables(case, register)
    found = plan_waves_or_explain(made.moves, made.capacity, rules=rules, costs=made.costs)
    return found if isinstance(found, WavePlan) else _plan(made, made.capacity, replace(rules, must_finish=False))


def _plan(made: WaveTables, capacity: pd.DataFrame, rules: WaveRules) -> WavePlan:
    found = plan_waves_or_explain(made.moves, capacity, rules=rules, costs=made.costs)
    if isinstance(found, WavePlan):
        return found
    raise ModelError(found.summary())


def _tables(case: Case, register: Register) -> tuple[WaveTables, WaveRules]:
    years = round(register.value("wave_years_count"))
    rules = read_wave_rules(register, first_fy=case.base_fy, years_count=years)
    costs: MoveCosts = estimate_move_costs(case, register)
    return list_moves(case, register, rules=rules, costs=costs), rules


def _without(capacity: pd.DataFrame) -> pd.DataFrame:
    kind = capacity["capacity_kind"] == EXPERT
    return capacity.assign(capacity_fte=capacity["capacity_fte"].mask(kind, 0.0))


plan_case_waves.question_ja = "移行の年次計画"  # type: ignore[attr-defined]
plan_case_staff.question_ja = "人材の必要数と保有数"  # type: ignore[attr-defined]
place_case_experts.question_ja = "共同人材の配置"  # type: ignore[attr-defined]
list_case_people.question_ja = "求める人材と給与"  # type: ignore[attr-defined]
plan_case_training.question_ja = "研修の計画"  # type: ignore[attr-defined]
compare_without_experts.question_ja = "共同人材がいない場合"  # type: ignore[attr-defined]
