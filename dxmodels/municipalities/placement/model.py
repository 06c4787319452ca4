"""What may be stationed where, who may be visited, and what does each year's objective count?

Sets        h halls an expert may be stationed at (those that ask for help), m municipalities with demand, t fiscal years
Parameters  d_mt days of help asked for, E_t experts, D working days of one, δ_hm = 2 · distance · detour / (speed · hours of a day): travel
            of one visit day in days, ρ days lost when an expert is stationed anew
Variables   y_ht ∈ {0,1,2,…} experts stationed, f_hmt ≥ 0 days given, n_ht ≥ 0 newly stationed, s_t the least-served municipality's share
Objectives  by year: largest s_t; fewest days not given Σ_m d_mt - Σ f; fewest experts Σ_h y_ht; least travel Σ δ_hm f_hmt; over all years
            travel plus restationing ρ Σ n_ht
Constraints Σ_h y_ht ≤ E_t; Σ_m (1 + δ_hm) f_hmt ≤ D·y_ht; f_hmt ≤ d_mt·y_ht; s_t·d_mt ≤ Σ_h f_hmt ≤ d_mt; n_ht ≥ y_ht - y_h,t-1
Source      capacitated facility location with the strong linking f ≤ d·y (Melo, Nickel & Saldanha-da-Gama 2009).

What it leaves out: who can do what (one kind of expert), half days, meetings held by video (a visit day is a day on the spot).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd
import pulp

from dxmodels.municipalities.placement.rules import PlacementRules
from dxmodels.solver import Effort, SolveReport, solve

SHARE, UNMET, PEOPLE, TRAVEL = "least_share", "unmet", "people", "travel"
Need = tuple[str, int]  # municipality, fiscal year
Station = tuple[str, int]  # hall, fiscal year


class PlacementModel:
    """The integer programme over the years of ``days``; ``objective`` gives what is minimised in one year, ``solved`` minimises it."""

    def __init__(
        self,
        days: Mapping[Need, float],
        experts: Mapping[int, int],
        distance: pd.DataFrame,
        places: Sequence[str],
        rules: PlacementRules,
    ) -> None:
        self.days, self.rules, self._distance, self._places = days, rules, distance, places
        self.years = sorted({year for _, year in days})
        self.problem = pulp.LpProblem("placement", pulp.LpMinimize)
        self.stationed: dict[Station, pulp.LpVariable] = {
            (hall, year): pulp.LpVariable(f"y_{hall}_{year}", 0, experts[year], cat=pulp.LpInteger)
            for year in self.years
            for hall in places
        }
        self.given = {
            (hall, *need): pulp.LpVariable(f"f_{hall}_{need[0]}_{need[1]}", lowBound=0)
            for need in days
            for hall in places
        }
        self.new = {key: pulp.LpVariable(f"n_{key[0]}_{key[1]}", lowBound=0) for key in self.stationed}
        self.least = {year: pulp.LpVariable(f"least_share_{year}", 0, 1) for year in self.years}
        for year in self.years:
            self._constrain(year, experts[year])

    def _constrain(self, year: int, experts: int) -> None:
        self.problem += self.objective(PEOPLE, year) <= experts
        needs = [need for need in self.days if need[1] == year]
        for hall in self._places:
            used = [(self.given[(hall, *need)], self.visit(hall, need[0])) for need in needs]
            station = self.stationed[hall, year]
            self.problem += pulp.LpAffineExpression([*used, (station, -self.rules.working_days)]) <= 0
            for need in needs:
                self.problem += self.given[(hall, *need)] <= self.days[need] * station
            before = self.stationed.get((hall, year - 1))
            if before is not None:
                self.problem += self.new[hall, year] >= station - before
        for need in needs:
            served = pulp.lpSum(self.given[(hall, *need)] for hall in self._places)
            self.problem += served <= self.days[need]
            self.problem += served >= self.days[need] * self.least[year]

    def km(self, hall: str, code: str) -> float:
        """Return the distance between two halls."""
        return float(self._distance.at[hall, code])  # type: ignore[arg-type]  # pandas' stubs know no float column

    def visit(self, hall: str, code: str) -> float:
        """Return the days one visit day takes from there."""
        return self.rules.visit_days(self.km(hall, code))

    def objective(self, name: str, year: int) -> pulp.LpAffineExpression:
        """Return what is minimised in one year: minus the least share, days not given, experts, or days of travel."""
        if name == SHARE:
            return pulp.LpAffineExpression([(self.least[year], -1.0)])
        if name == PEOPLE:
            return pulp.LpAffineExpression([(y, 1.0) for (_, at), y in self.stationed.items() if at == year])
        visits = [(f, hall, code) for (hall, code, at), f in self.given.items() if at == year]
        if name == TRAVEL:
            return pulp.LpAffineExpression([(f, self.visit(hall, code) - 1.0) for f, hall, code in visits])
        asked = sum(days for (_, at), days in self.days.items() if at == year)
        return pulp.LpAffineExpression([(f, -1.0) for f, _, _ in visits], constant=asked)

    def restationing(self) -> pulp.LpAffineExpression:
        """Return the days lost by stations that are new (the first year's are not)."""
        return pulp.LpAffineExpression([(new, self.rules.restation_days) for new in self.new.values()])

    def solved(self, objective: pulp.LpAffineExpression, *, gap: float, warm: bool) -> SolveReport:
        """Minimise; ``warm`` begins from the values the variables hold."""
        self.problem.setObjective(objective)
        effort = Effort(gap=gap, nodes=self.rules.nodes, seconds=self.rules.seconds)
        return solve(self.problem, effort=effort, warm=warm)

    def start_from(self, earlier: Mapping[int, PlacementModel]) -> None:
        """Hold the stations and visits found year by year, with the restationing they need."""
        mine = {variable.name: variable for variable in self.problem.variables()}
        for model in earlier.values():
            for variable in model.problem.variables():
                if variable.name in mine:
                    mine[variable.name].setInitialValue(variable.varValue, check=False)
        for (hall, year), new in self.new.items():
            before = self.stationed.get((hall, year - 1))
            rise = 0.0 if before is None else (self.stationed[hall, year].varValue or 0) - (before.varValue or 0)
            new.setInitialValue(max(0.0, rise), check=False)
