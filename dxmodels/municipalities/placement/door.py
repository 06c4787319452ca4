"""Where are shared experts stationed, and whom do they visit? The tables are checked, the years solved and joined, the answer is read off."""

from __future__ import annotations

import pandas as pd

from dxmodels.errors import ModelError
from dxmodels.municipalities.distances import great_circle_km
from dxmodels.municipalities.placement.model import UNMET, PlacementModel
from dxmodels.municipalities.placement.result import Placement
from dxmodels.municipalities.placement.rules import PlacementRules
from dxmodels.municipalities.placement.stages import join_years, solve_year, stage_table

_WHOLE_TOLERANCE = 1e-6
_SHOWN_TOLERANCE = 1e-4


def place_experts(
    demand: pd.DataFrame, supply: pd.DataFrame, halls: pd.DataFrame, *, rules: PlacementRules
) -> Placement:
    """Return where experts are stationed and whom they visit.

    ``demand``: municipality_code, fiscal_year, demand_days; ``supply``: fiscal_year, experts_count (whole experts are stationed, the fraction
    is left idle); ``halls``: municipality_code, name_ja, latitude_deg, longitude_deg. Every hall that asks for help is a possible station.
    """
    rows, distance = _checked(demand, supply, halls), great_circle_km(halls)
    days = {(str(code), int(year)): float(asked) for code, year, asked in rows.itertuples(index=False)}
    asking = {code for code, _ in days}
    places = [place for place in distance.index if place in asking]
    experts = {
        int(year): int(count + _WHOLE_TOLERANCE)
        for year, count in zip(supply["fiscal_year"], supply["experts_count"], strict=True)
    }
    by_year = {year: {need: asked for need, asked in days.items() if need[1] == year} for _, year in days}
    years = {year: solve_year(by_year[year], experts, distance, places, rules) for year in sorted(by_year)}
    model, joined = join_years(years, days, experts, distance, places, rules)
    price = sum(stages.reports[UNMET].objective - stages.free_unmet_days for stages in years.values())
    return Placement(
        stations=_stations(model, halls),
        visits=_visits(model, halls),
        table=_served(model, halls),
        stages=stage_table(years, joined),
        fairness_price_days=max(0.0, price),
    )


def _checked(demand: pd.DataFrame, supply: pd.DataFrame, halls: pd.DataFrame) -> pd.DataFrame:
    rows = demand[demand["demand_days"] > 0]
    unknown = set(rows["municipality_code"]) - set(halls["municipality_code"])
    if unknown or rows.empty:
        raise ModelError(
            f"支援を要する団体 {sorted(unknown) or 'なし'}：位置のわかる団体の需要を 1 行以上用意してください。"
        )
    missing = sorted(set(rows["fiscal_year"]) - set(supply["fiscal_year"]))
    if missing:
        raise ModelError(f"{missing} 年度の共同人材の数がありません。全年度の行を用意してください（いない年は 0）。")
    return rows.groupby(["municipality_code", "fiscal_year"])["demand_days"].sum().reset_index()


def _stations(model: PlacementModel, halls: pd.DataFrame) -> pd.DataFrame:
    rows = [(hall, year, round(variable.varValue or 0.0)) for (hall, year), variable in model.stationed.items()]
    table = pd.DataFrame(rows, columns=["municipality_code", "fiscal_year", "experts_count"])
    return _named(table[table["experts_count"] > 0], halls)


def _visits(model: PlacementModel, halls: pd.DataFrame) -> pd.DataFrame:
    rows = [
        (code, year, hall, float(variable.varValue or 0.0), model.km(hall, code), model.visit(hall, code))
        for (hall, code, year), variable in model.given.items()
        if (variable.varValue or 0.0) > _SHOWN_TOLERANCE
    ]
    columns = ["municipality_code", "fiscal_year", "station_code", "visit_days", "distance_km", "days_per_visit"]
    table = _named(pd.DataFrame(rows, columns=columns), halls)
    return table.assign(station_ja=table["station_code"].map(halls.set_index("municipality_code")["name_ja"]))


def _served(model: PlacementModel, halls: pd.DataFrame) -> pd.DataFrame:
    asked = pd.Series(model.days).groupby(level=0).sum().rename("demand_days")
    visits = _visits(model, halls)
    given = visits.groupby("municipality_code")["visit_days"].sum().rename("served_days")
    table = pd.concat([asked, given], axis=1).fillna(0.0).rename_axis("municipality_code").reset_index()
    table["served_share"] = table["served_days"] / table["demand_days"]
    stations = visits.groupby("municipality_code")["station_ja"].agg(lambda names: "・".join(dict.fromkeys(names)))
    table["stations_ja"] = [str(stations.get(code, "")) for code in table["municipality_code"]]
    return _named(table, halls).sort_values("demand_days", ascending=False, ignore_index=True)


def _named(table: pd.DataFrame, halls: pd.DataFrame) -> pd.DataFrame:
    names = halls.set_index("municipality_code")["name_ja"]
    return table.assign(name_ja=table["municipality_code"].map(names)).reset_index(drop=True)
