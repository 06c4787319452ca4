"""Which calendar has the fewest late systems, among those costs least, and among those about as cheap is the most even?

Sets        u units (systems that go live together), t fiscal years it may go live in, r resources (vendors, municipalities' staff,
            the pool of shared experts)
Parameters  a_urb amount of r used b years before go-live; C_rt capacity left; l_ut late systems; c_ut cost over the calendar (yen);
            p price of a year of a shared expert
Variables   x_ut ∈ {0,1} unit u goes live in t; y_mt ≥ 0 years of shared experts helping municipality m in t
Objectives  one after the other: late systems Σ_u (l_u,none + Σ_t (l_ut - l_u,none) x_ut); where systems may stay, those that do not move within the
            years; cost Σ c_ut x_ut + Σ_u c_u,none (1 - Σ_t x_ut) + p Σ y_mt; where nothing is late and a share λ more cost is allowed
            for it, the most systems that go live in one year
Constraints Σ_t x_ut = 1 (≤ 1 where a unit may stay); Σ a_urb x_u,t+b ≤ C_rt for vendors; ≤ C_mt + y_mt for staff; Σ_m y_mt ≤ C_experts,t
Source      lexicographic (preemptive) goal programming (Charnes & Cooper 1961); each objective reports its own bound and gap.

What it leaves out: slips of single moves and overruns (dxmodels.consolidation simulates them); experts helping a vendor.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import pulp

from dxmodels.municipalities.waves.problem import EXPERT, POOL, STAFF, Resource, WaveProblem

Option = tuple[int, int]  # unit, go-live year
Row = tuple[Resource, int]
MILLION = 1_000_000  # objectives in million yen keep the numbers near one


@dataclass(frozen=True, eq=False)
class WaveModel:
    """The PuLP problem with its variables; ``rows``: the left-hand side of every capacity by resource and year."""

    problem: pulp.LpProblem
    goes_live: dict[Option, pulp.LpVariable]
    experts: dict[tuple[str, int], pulp.LpVariable]
    rows: dict[Row, pulp.LpAffineExpression]
    late: pulp.LpAffineExpression
    cost: pulp.LpAffineExpression


def build_model(problem: WaveProblem) -> WaveModel:
    """Return the model without an objective."""
    model = pulp.LpProblem("waves", pulp.LpMinimize)
    goes_live, experts = option_variables(problem), expert_variables(problem)
    rows = capacity_rows(problem, goes_live, experts)
    for number, unit in enumerate(problem.units):
        once = pulp.LpAffineExpression([(goes_live[number, year], 1) for year in unit.options])
        model += (once == 1 if problem.rules.must_finish else once <= 1), f"unit_{number}"
    for place, (row, left_side) in enumerate(rows.items()):
        model += left_side <= problem.capacity[row], f"capacity_{place}"
    return WaveModel(model, goes_live, experts, rows, _late(problem, goes_live), _cost(problem, goes_live, experts))


def option_variables(problem: WaveProblem, category: str = pulp.LpBinary) -> dict[Option, pulp.LpVariable]:
    """Return one variable a unit and year it may go live in."""
    return {
        (number, year): pulp.LpVariable(f"x_{number}_{year}", lowBound=0, upBound=1, cat=category)
        for number, unit in enumerate(problem.units)
        for year in unit.options
    }


def expert_variables(problem: WaveProblem) -> dict[tuple[str, int], pulp.LpVariable]:
    """Return the years of shared experts by municipality with limited staff, where there is a pool of them."""
    if not any(resource == (EXPERT, POOL) for resource, _ in problem.capacity):
        return {}
    places = sorted({holder for (kind, holder), _ in problem.capacity if kind == STAFF})
    return {
        (place, year): pulp.LpVariable(f"y_{place}_{year}", lowBound=0) for place in places for year in problem.rules.years
    }  # fmt: skip


def capacity_rows(
    problem: WaveProblem, goes_live: dict[Option, pulp.LpVariable], experts: dict[tuple[str, int], pulp.LpVariable]
) -> dict[Row, pulp.LpAffineExpression]:
    """Return what is used of each limited resource in each year, for those used at all."""
    terms: dict[Row, list[tuple[pulp.LpVariable, float]]] = defaultdict(list)
    for resource, year, unit, option, amount in problem.usage():
        terms[resource, year].append((goes_live[unit, option], amount))
    for (place, year), variable in experts.items():
        if ((STAFF, place), year) in terms:
            terms[(STAFF, place), year].append((variable, -1.0))
            terms[(EXPERT, POOL), year].append((variable, 1.0))
    return {row: pulp.LpAffineExpression(found) for row, found in terms.items()}


def _late(problem: WaveProblem, goes_live: dict[Option, pulp.LpVariable]) -> pulp.LpAffineExpression:
    staying = [_late_if_staying(problem, number) for number in range(len(problem.units))]
    terms = [
        (variable, problem.units[number].late_count(year) - staying[number])
        for (number, year), variable in goes_live.items()
    ]
    return pulp.LpAffineExpression(terms, constant=sum(staying))


def _late_if_staying(problem: WaveProblem, number: int) -> int:
    """A system left for after the calendar is late unless its deadline lies after it too."""
    return sum(deadline <= problem.rules.years[-1] for deadline in problem.units[number].deadlines)


def _cost(
    problem: WaveProblem, goes_live: dict[Option, pulp.LpVariable], experts: dict[tuple[str, int], pulp.LpVariable]
) -> pulp.LpAffineExpression:
    stay = {number: problem.costs[number, None] for number in range(len(problem.units))}
    terms = [
        (variable, (problem.costs[number, year] - stay[number]) / MILLION)
        for (number, year), variable in goes_live.items()
    ]
    terms += [(variable, problem.rules.expert_fte_yen / MILLION) for variable in experts.values()]
    return pulp.LpAffineExpression(terms, constant=sum(stay.values()) / MILLION)
