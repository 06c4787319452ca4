"""Where are shared experts and advisers stationed in each year, and whom do they visit?

Sets        h halls an expert may be stationed at (those that ask for help), m municipalities with demand, t fiscal years
Parameters  d_mt days of help asked for, E_t experts, D working days of one, δ_hm = 2 · distance · detour / (speed · hours of a day): travel
            of one visit day in days, ρ days lost when an expert is stationed anew
Variables   y_ht ∈ {0,1,2,…} experts stationed, f_hmt ≥ 0 days given, n_ht ≥ 0 newly stationed, s the least-served municipality's share
Objectives  one after the other: largest s; fewest days not given; fewest experts; least travel and restationing (days)
Constraints Σ_h y_ht ≤ E_t; Σ_m (1 + δ_hm) f_hmt ≤ D·y_ht; f_hmt ≤ d_mt·y_ht; Σ_h f_hmt ≤ d_mt; n_ht ≥ y_ht - y_h,t-1;
            Σ_ht f_hmt ≥ s·Σ_t d_mt
Source      capacitated multi-period facility location (Melo, Nickel & Saldanha-da-Gama 2009); max-min fairness first, so that near and large
            places do not crowd out far and small ones. What fairness costs in days is solved too and printed.

What it leaves out: who can do what (one kind of expert), half days, meetings held by video (a visit day is a day on the spot).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pandas as pd
import pulp

from dxmodels.errors import ModelError
from dxmodels.money import format_rate
from dxmodels.municipalities.distances import great_circle_km
from dxmodels.solver import Effort, SolveReport, solve

if TYPE_CHECKING:
    from dxmodels.inputs import Register

PLACEMENT_ASSUMPTIONS: tuple[str, ...] = (
    "expert_working_days",
    "expert_day_hours",
    "travel_speed_km_per_hour",
    "travel_detour_ratio",
    "expert_restation_days",
)
_KEPT_TOLERANCE = 1e-6
_TRAVEL_GAP = 0.05  # less travel is a courtesy after everything that was asked for: its bound is printed, no hour is spent on proving it
_SHOWN_TOLERANCE = 1e-4
SHARE, UNMET, PEOPLE, TRAVEL = "least_share", "unmet", "people", "travel"
_STAGES_JA = {
    SHARE: "最も少ない団体の充足率",
    UNMET: "応じられない日数",
    PEOPLE: "配置する人数（のべ人・年）",
    TRAVEL: "移動と配置替えの日数",
}


@dataclass(frozen=True)
class PlacementRules:
    """Working days and hours of one expert, travel speed (km an hour), road detour, days lost by a new station; gap of the search."""

    working_days: float
    day_hours: float
    speed_km_per_hour: float
    detour_ratio: float
    restation_days: float
    gap: float = 0.005
    nodes: int | None = None
    seconds: float | None = None

    def __post_init__(self) -> None:
        """Refuse values outside their range, naming value, range and cure."""
        for name in ("working_days", "day_hours", "speed_km_per_hour"):
            if not getattr(self, name) > 0:
                raise ModelError(f"{name}={getattr(self, name)} は 0 より大きい数にしてください。")
        if self.detour_ratio < 1.0 or self.restation_days < 0:
            raise ModelError(
                f"迂回の倍率 {self.detour_ratio} は 1 以上、配置替えの日数 {self.restation_days} は 0 以上にしてください。"
            )

    def visit_days(self, distance_km: float) -> float:
        """Days one visit day takes, travel there and back included."""
        return 1.0 + 2.0 * distance_km * self.detour_ratio / (self.speed_km_per_hour * self.day_hours)


def read_placement_rules(
    register: Register, *, nodes: int | None = None, seconds: float | None = None
) -> PlacementRules:
    """Return the rules as the register has them."""
    return PlacementRules(
        working_days=register.value("expert_working_days"),
        day_hours=register.value("expert_day_hours"),
        speed_km_per_hour=register.value("travel_speed_km_per_hour"),
        detour_ratio=register.value("travel_detour_ratio"),
        restation_days=register.value("expert_restation_days"),
        nodes=nodes,
        seconds=seconds,
    )


@dataclass(frozen=True, eq=False)
class Placement:
    """Stations by year, visits, days asked for and given by municipality, and how far each objective is proven."""

    stations: pd.DataFrame
    visits: pd.DataFrame
    table: pd.DataFrame
    stages: pd.DataFrame
    fairness_price_days: float

    @property
    def gap(self) -> float:
        """The largest gap of the objectives asked for: worst-served share, days not given, experts (travel prints its own)."""
        return float(self.stages.loc[self.stages["stage_id"] != TRAVEL, "gap"].max())

    def to_frame(self) -> pd.DataFrame:
        """Return one row per municipality: days asked for and given over all years, share served, stations they come from (codes stand in ``table``)."""
        columns = ["name_ja", "demand_days", "served_days", "served_share", "stations_ja"]
        return self.table[columns].copy()

    def summary(self) -> str:
        """Return the headline sentences (Japanese)."""
        asked, given = float(self.table["demand_days"].sum()), float(self.table["served_days"].sum())
        least = self.table.iloc[int(self.table["served_share"].to_numpy(dtype=float).argmin())]
        travel = float((self.visits["visit_days"] * (self.visits["days_per_visit"] - 1.0)).sum())
        yearly = self.stations.groupby("fiscal_year")["experts_count"].sum()
        people = f"{yearly.min()}〜{yearly.max()} 人" if len(yearly) else "0 人"
        text = (
            f"年に {people}の共同人材で、支援を要するのべ {asked:,.0f} 日に対し {given:,.0f} 日（{format_rate(given / asked, decimals=0)}）に応じられる。"
            + (
                "すべての団体の求めに応じられる。"
                if float(least["served_share"]) >= 1.0 - _SHOWN_TOLERANCE
                else f"最も少ない団体は{least['name_ja']}の {format_rate(float(least['served_share']), decimals=0)}。"
            )
            + f"移動に費やすのは {travel:,.0f} 日、最適性ギャップは最大 {format_rate(self.gap, decimals=2)}（充足率・日数・人数）。"
        )
        if self.fairness_price_days >= 1.0:
            text += f"遠い団体を後回しにすれば、あと {self.fairness_price_days:,.0f} 日多く応じられる（公平の代償）。"
        return text


def place_experts(
    demand: pd.DataFrame, supply: pd.DataFrame, halls: pd.DataFrame, *, rules: PlacementRules
) -> Placement:
    """Return where experts are stationed and whom they visit.

    ``demand``: municipality_code, fiscal_year, demand_days; ``supply``: fiscal_year, experts_count (whole experts are stationed, the fraction
    is left idle); ``halls``: municipality_code, name_ja, latitude_deg, longitude_deg. Every hall that asks for help is a possible station.
    """
    model = _Model(_checked(demand, supply, halls), supply, great_circle_km(halls), rules)
    free, _ = model.solved(UNMET)
    reports = [(name, *model.solved(name, keep=True)) for name in (SHARE, UNMET, PEOPLE, TRAVEL)]
    stages = pd.DataFrame([_stage(name, value, report) for name, value, report in reports])
    unmet = next(value for name, value, _ in reports if name == UNMET)
    return Placement(model.stations(halls), model.visits(halls), model.served(halls), stages, max(0.0, unmet - free))


def _checked(demand: pd.DataFrame, supply: pd.DataFrame, halls: pd.DataFrame) -> pd.DataFrame:
    rows = demand[demand["demand_days"] > 0]
    unknown = set(rows["municipality_code"]) - set(halls["municipality_code"])
    if unknown or rows.empty:
        raise ModelError(
            f"支援を要する団体 {sorted(unknown) or 'なし'}：位置のわかる団体の需要を 1 行以上用意してください。"
        )
    missing = sorted(set(rows["fiscal_year"]) - set(supply["fiscal_year"]))
    if missing:
        raise ModelError(
            f"{missing} 年度の共同人材の数がありません。supply に全年度の行を用意してください（いない年は 0）。"
        )
    return rows.groupby(["municipality_code", "fiscal_year"])["demand_days"].sum().reset_index()


class _Model:
    """The PuLP model and its variables; objectives are solved one after the other on it."""

    def __init__(
        self, demand: pd.DataFrame, supply: pd.DataFrame, distance: pd.DataFrame, rules: PlacementRules
    ) -> None:
        self.rules, self.distance = rules, distance
        self.days = {(str(code), int(year)): float(days) for code, year, days in demand.itertuples(index=False)}
        self.years = sorted({year for _, year in self.days})
        self.experts = {
            int(year): int(count + _KEPT_TOLERANCE)
            for year, count in zip(supply["fiscal_year"], supply["experts_count"], strict=True)
        }
        self.problem = pulp.LpProblem("placement", pulp.LpMinimize)
        asking = {code for code, _ in self.days}
        places = [place for place in distance.index if place in asking]
        self.stationed = {
            (hall, year): pulp.LpVariable(f"y_{hall}_{year}", 0, self.experts[year], cat=pulp.LpInteger)
            for hall in places
            for year in self.years
        }
        self.given = {
            (hall, *need): pulp.LpVariable(f"f_{hall}_{need[0]}_{need[1]}", lowBound=0)
            for hall in places
            for need in self.days
        }
        self.new = {key: pulp.LpVariable(f"n_{key[0]}_{key[1]}", lowBound=0) for key in self.stationed}
        self.least = pulp.LpVariable("least_share", 0, 1)
        self._constrain(places)
        self.solved_once = False

    def _constrain(self, places: list[str]) -> None:
        for year in self.years:
            self.problem += pulp.lpSum(self.stationed[hall, year] for hall in places) <= self.experts[year]
            needs = [need for need in self.days if need[1] == year]
            for hall in places:
                used = [(self.given[(hall, *need)], self._visit(hall, need[0])) for need in needs]
                station = self.stationed[hall, year]
                self.problem += pulp.LpAffineExpression([*used, (station, -self.rules.working_days)]) <= 0
                for need in needs:
                    self.problem += self.given[(hall, *need)] <= self.days[need] * station
                before = self.stationed.get((hall, year - 1))
                if before is not None:
                    self.problem += self.new[hall, year] >= station - before
        for need, days in self.days.items():
            self.problem += pulp.lpSum(self.given[(hall, *need)] for hall in places) <= days
        for code in sorted({code for code, _ in self.days}):
            needs = [need for need in self.days if need[0] == code]
            served = pulp.lpSum(self.given[(hall, *need)] for hall in places for need in needs)
            self.problem += served >= self.least * sum(self.days[need] for need in needs)

    def _visit(self, hall: str, code: str) -> float:
        return self.rules.visit_days(self._km(hall, code))

    def _km(self, hall: str, code: str) -> float:
        return float(self.distance.at[hall, code])  # type: ignore[arg-type]  # pandas' stubs know no float column

    def _objective(self, name: str) -> pulp.LpAffineExpression:
        if name == SHARE:
            return pulp.LpAffineExpression([(self.least, -1.0)])
        if name == UNMET:
            return pulp.LpAffineExpression(
                [(variable, -1.0) for variable in self.given.values()], constant=sum(self.days.values())
            )
        if name == PEOPLE:
            return pulp.LpAffineExpression([(variable, 1.0) for variable in self.stationed.values()])
        travel = [(variable, self._visit(hall, code) - 1.0) for (hall, code, _), variable in self.given.items()]
        return pulp.LpAffineExpression(
            [*travel, *((variable, self.rules.restation_days) for variable in self.new.values())]
        )

    def solved(self, name: str, *, keep: bool = False) -> tuple[float, SolveReport]:
        """Solve one objective; ``keep`` holds its value for the next ones. Returns its value in plain terms and the report."""
        objective = self._objective(name)
        self.problem.setObjective(objective)
        usual = Effort(gap=self.rules.gap, nodes=self.rules.nodes, seconds=self.rules.seconds)
        effort = replace(usual, gap=max(self.rules.gap, _TRAVEL_GAP), nodes=1) if name == TRAVEL else usual
        report = solve(self.problem, effort=effort, warm=self.solved_once)
        if not report.has_solution:
            raise ModelError(
                "共同人材の配置が見つかりませんでした。nodes・seconds を増やすか、gap を大きくしてください。"
            )
        self.solved_once = True
        if keep:
            self.problem.addConstraint(objective <= report.objective + _KEPT_TOLERANCE, f"keep_{name}")
        if keep and name == UNMET and report.objective <= _SHOWN_TOLERANCE:
            self._require_enough()
        return (-report.objective if name == SHARE else report.objective), report

    def _require_enough(self) -> None:
        """All days are given: each year needs at least the whole number of experts its days fill (a valid cut, halves the search)."""
        for year in self.years:
            days = sum(amount for (_, at), amount in self.days.items() if at == year)
            fewest = math.ceil(days / self.rules.working_days - _SHOWN_TOLERANCE)
            self.problem += pulp.lpSum(station for (_, at), station in self.stationed.items() if at == year) >= fewest

    def stations(self, halls: pd.DataFrame) -> pd.DataFrame:
        rows = [(hall, year, round(variable.varValue)) for (hall, year), variable in self.stationed.items()]
        table = pd.DataFrame(rows, columns=["municipality_code", "fiscal_year", "experts_count"])
        return _named(table[table["experts_count"] > 0], halls)

    def visits(self, halls: pd.DataFrame) -> pd.DataFrame:
        rows = [
            (code, year, hall, float(variable.varValue), self._km(hall, code), self._visit(hall, code))
            for (hall, code, year), variable in self.given.items()
            if variable.varValue > _SHOWN_TOLERANCE
        ]
        columns = ["municipality_code", "fiscal_year", "station_code", "visit_days", "distance_km", "days_per_visit"]
        table = _named(pd.DataFrame(rows, columns=columns), halls)
        return table.assign(station_ja=table["station_code"].map(halls.set_index("municipality_code")["name_ja"]))

    def served(self, halls: pd.DataFrame) -> pd.DataFrame:
        asked = pd.Series(self.days).groupby(level=0).sum().rename("demand_days")
        visits = self.visits(halls)
        given = visits.groupby("municipality_code")["visit_days"].sum().rename("served_days")
        table = pd.concat([asked, given], axis=1).fillna(0.0).rename_axis("municipality_code").reset_index()
        table["served_share"] = table["served_days"] / table["demand_days"]
        stations = visits.groupby("municipality_code")["station_ja"].agg(lambda names: "・".join(dict.fromkeys(names)))
        table["stations_ja"] = [str(stations.get(code, "")) for code in table["municipality_code"]]
        return _named(table, halls).sort_values("demand_days", ascending=False, ignore_index=True)


def _named(table: pd.DataFrame, halls: pd.DataFrame) -> pd.DataFrame:
    names = halls.set_index("municipality_code")["name_ja"]
    return table.assign(name_ja=table["municipality_code"].map(names)).reset_index(drop=True)


def _stage(name: str, value: float, report: SolveReport) -> dict[str, object]:
    bound = -report.bound if name == SHARE else report.bound
    return {
        "stage_id": name, "stage_ja": _STAGES_JA[name], "objective": value, "bound": bound, "gap": report.gap,
        "status_ja": report.status_ja, "seconds": report.seconds, "nodes_count": report.nodes,
    }  # fmt: skip
