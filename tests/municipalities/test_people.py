"""Staff, shared experts and training: by hand, against enumeration, and on the embedded case."""

import itertools
import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import linprog

from dxmodels import glossary
from dxmodels.errors import MissingTableError, ModelError
from dxmodels.inputs import Case, load_case, load_register
from dxmodels.municipalities.distances import EARTH_RADIUS_KM, great_circle_km
from dxmodels.municipalities.help_demand import list_demand_by_role, list_expert_demand, list_expert_supply
from dxmodels.municipalities.move import estimate_move_costs
from dxmodels.municipalities.placement import PlacementRules, place_experts
from dxmodels.municipalities.staffing import StaffNeed, plan_staff_need, pool_leaving
from dxmodels.municipalities.talent import list_people_needed, plan_training, value_experts
from dxmodels.municipalities.waves import WavePlan, list_moves, plan_waves, read_wave_rules

REGISTER = load_register()
DEGREE_KM = EARTH_RADIUS_KM * math.pi / 180
RULES = PlacementRules(
    working_days=200.0, day_hours=10.0, speed_km_per_hour=50.0, detour_ratio=1.0, restation_days=0.0, gap=0.0
)


def halls(*north_km: float) -> pd.DataFrame:
    codes = "ABCDE"[: len(north_km)]
    return pd.DataFrame(
        {
            "municipality_code": list(codes),
            "name_ja": [f"{code}市" for code in codes],
            "latitude_deg": [34.0 + km / DEGREE_KM for km in north_km],
            "longitude_deg": 135.0,
        }
    )


def demand(*rows: tuple[str, int, float]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["municipality_code", "fiscal_year", "demand_days"])


def supply(**counts: float) -> pd.DataFrame:
    return pd.DataFrame({"fiscal_year": [int(name[1:]) for name in counts], "experts_count": list(counts.values())})


def test_distance_along_a_meridian_and_at_right_angles() -> None:
    table = great_circle_km(halls(0.0, 50.0))
    assert table.loc["A", "B"] == pytest.approx(50.0)
    quarter = halls(0.0, 0.0).assign(latitude_deg=0.0, longitude_deg=[0.0, 90.0])
    assert great_circle_km(quarter).loc["A", "B"] == pytest.approx(EARTH_RADIUS_KM * math.pi / 2)
    with pytest.raises(MissingTableError):
        great_circle_km(halls(0.0).assign(latitude_deg=np.nan))


def test_one_expert_between_two_towns_by_hand() -> None:
    # 50 km apart at 50 km/h and 10 hours a day: a visit day takes 1 + 2·50/500 = 1.2 days. Stationed in either town:
    # equal share s: 100 s + 1.2 · 100 s = 200, s = 1/1.1; served 2 · 90.9; the near town first would give 100 + 100/1.2 days
    found = place_experts(demand(("A", 2026, 100), ("B", 2026, 100)), supply(y2026=1), halls(0, 50), rules=RULES)
    assert found.table["served_share"].min() == pytest.approx(1 / 1.1, abs=1e-5)
    assert found.table["served_days"].sum() == pytest.approx(200 / 1.1, abs=1e-3)
    assert found.fairness_price_days == pytest.approx((100 + 100 / 1.2) - 200 / 1.1, abs=1e-3)
    assert found.stations["experts_count"].tolist() == [1]


def test_no_more_experts_than_needed_and_the_fraction_of_one_is_left_idle() -> None:
    found = place_experts(demand(("A", 2026, 150), ("B", 2026, 40)), supply(y2026=2.9), halls(0, 1), rules=RULES)
    assert found.stations["experts_count"].sum() == 1  # 150 + 40 · (1 + 2/500) days are less than 200
    assert found.stations["municipality_code"].tolist() == ["A"]  # the larger one: less travel
    none = place_experts(demand(("A", 2026, 150)), supply(y2026=0.9), halls(0), rules=RULES)
    assert none.table["served_days"].sum() == 0


@pytest.mark.parametrize(("lost", "stations", "days"), [(30.0, ["A", "A"], 20.0), (10.0, ["A", "B"], 10.0)])
def test_years_are_joined_by_what_a_new_station_costs(lost: float, stations: list[str], days: float) -> None:
    # 100 days for A, then 100 days for B, 50 km apart (0.2 days of travel a visit): stay and travel 20 days, or move for ``lost`` days
    rows = demand(("A", 2026, 100), ("B", 2027, 100))
    found = place_experts(rows, supply(y2026=1, y2027=1), halls(0, 50), rules=replace(RULES, restation_days=lost))
    travel = found.stages.set_index("stage_id").loc["travel"]
    assert travel["objective"] == pytest.approx(days, abs=1e-4)
    assert travel["bound"] == pytest.approx(days, abs=1e-2)
    assert found.stations["municipality_code"].nunique() == len(set(stations))
    assert found.gap <= 0.005


def test_help_of_one_year_is_shared_fairly_within_that_year() -> None:
    # 200 days of one expert: A alone asks in 2026 and gets them; in 2027 both ask for 200 in the same place and get half each
    rows = demand(("A", 2026, 200), ("A", 2027, 200), ("B", 2027, 200))
    found = place_experts(rows, supply(y2026=1, y2027=1), halls(0, 0), rules=RULES)
    given = found.visits.groupby(["municipality_code", "fiscal_year"])["visit_days"].sum()
    assert given["A", 2026] == pytest.approx(200, abs=1e-3)
    assert given["A", 2027] == pytest.approx(100, abs=1e-3)
    assert given["B", 2027] == pytest.approx(100, abs=1e-3)
    assert found.stages.set_index("stage_id").loc["least_share", "objective"] == pytest.approx(0.5, abs=1e-4)


def least_share(asked: dict[str, float], where: tuple[int, ...], places: pd.DataFrame) -> float:
    """Largest least share for given stations: a linear programme of SciPy."""
    codes, near = list(places["municipality_code"]), great_circle_km(places)
    pairs = [(hall, code) for hall in codes for code in asked]
    cost = np.append(np.zeros(len(pairs)), -1.0)
    room = [
        [RULES.visit_days(float(near.loc[hall, code])) if hall == at else 0.0 for hall, code in pairs] + [0.0]
        for at in codes
    ]
    share = [[-1.0 if code == of else 0.0 for _, code in pairs] + [asked[of]] for of in asked]
    most = [[1.0 if code == of else 0.0 for _, code in pairs] + [0.0] for of in asked]
    sides = [RULES.working_days * count for count in where] + [0.0] * len(asked) + list(asked.values())
    return float(-linprog(cost, A_ub=room + share + most, b_ub=sides, bounds=[(0, None)] * len(pairs) + [(0, 1)]).fun)


@pytest.mark.parametrize("seed", range(4))
def test_against_every_way_to_station_two_experts(seed: int) -> None:
    rng = np.random.default_rng(seed)
    places = halls(*(float(km) for km in rng.integers(0, 120, 3)))
    asked = {code: float(days) for code, days in zip("ABC", rng.integers(60, 300, 3), strict=True)}
    best = max(least_share(asked, where, places) for where in itertools.product(range(3), repeat=3) if sum(where) <= 2)
    rows = demand(*((code, 2026, days) for code, days in asked.items()))
    found = place_experts(rows, supply(y2026=2), places, rules=RULES)
    assert found.table["served_share"].min() == pytest.approx(best, abs=1e-4)
    used = found.visits.assign(days=found.visits["visit_days"] * found.visits["days_per_visit"]).groupby("station_code")["days"].sum()  # fmt: skip
    held = found.stations.set_index("municipality_code")["experts_count"] * RULES.working_days
    assert (used <= held.reindex(used.index) + 1e-3).all()


def test_what_cannot_be_placed_is_refused() -> None:
    with pytest.raises(ModelError, match="人材の数がありません"):
        place_experts(demand(("A", 2027, 5)), supply(y2026=1), halls(0), rules=RULES)
    with pytest.raises(ModelError, match="位置のわかる団体"):
        place_experts(demand(("Z", 2026, 5)), supply(y2026=1), halls(0), rules=RULES)
    with pytest.raises(ModelError, match="0 より大きい"):
        PlacementRules(working_days=0, day_hours=8, speed_km_per_hour=25, detour_ratio=1, restation_days=0)


def test_leavers_are_pooled_over_bodies_and_years() -> None:
    staff = pd.DataFrame({"it_staff_fte": [10.0, 10.0, 5.0], "leavers_people": [2, 3, None]})
    share, (low, high) = pool_leaving(staff)
    assert share == pytest.approx(5 / 20)
    # Wilson by hand: n = 20, p = .25, z = 1.95996: centre (p + z²/2n)/(1 + z²/n) = .290, half width .178
    assert (low, high) == (pytest.approx(0.1119, abs=1e-3), pytest.approx(0.4687, abs=1e-3))


@pytest.fixture(scope="module")
def embedded() -> tuple[Case, WavePlan, StaffNeed]:
    case = load_case("osaka")
    rules = read_wave_rules(REGISTER, first_fy=case.base_fy, years_count=6)
    made = list_moves(case, REGISTER, rules=rules, costs=estimate_move_costs(case, REGISTER))
    waves = plan_waves(made.moves, made.capacity, rules=rules, costs=made.costs)
    return case, waves, plan_staff_need(case, REGISTER, waves=waves)


def test_need_of_one_body_and_year_by_hand(embedded: tuple[Case, WavePlan, StaffNeed]) -> None:
    case, waves, need = embedded
    code, year = "272183", 2027  # 大東市
    moving = waves.table[waves.table["municipality_code"] == code]
    under_way = moving[(moving["go_live_fy"] >= year) & (moving["go_live_fy"] - moving["duration_years"] < year)]
    row = need.by_year[(need.by_year["municipality_code"] == code) & (need.by_year["fiscal_year"] == year)].iloc[0]
    assert row["move_need_fte"] == pytest.approx(under_way["staff_fte"].sum(), abs=1e-6)
    people = float(case.table("municipalities").set_index("municipality_code")["population_people"][code])
    systems = int((case.table("municipal_systems")["municipality_code"] == code).sum())
    assert row["run_need_fte"] == pytest.approx(0.15 * systems * (people / 100_000) ** 0.25)
    assert row["gap_fte"] == pytest.approx(max(0.0, row["run_need_fte"] + row["move_need_fte"] - row["held_fte"]))


def test_thin_bodies_and_their_chance_of_losing_everybody(embedded: tuple[Case, WavePlan, StaffNeed]) -> None:
    _, _, need = embedded
    village = need.bodies[need.bodies["name_ja"] == "千早赤阪村"].iloc[0]
    assert village["is_one_person"]
    assert village["all_change_share"] == pytest.approx(need.leaving_share ** village["bus_factor_people"])
    low, high = need.leaving_interval
    assert low < need.leaving_share < high
    assert "千早赤阪村" in need.summary()


def test_kinds_of_work_add_up_to_the_demand_that_is_placed(embedded: tuple[Case, WavePlan, StaffNeed]) -> None:
    _, waves, need = embedded
    roles, whole = list_demand_by_role(need, waves, REGISTER), list_expert_demand(need, waves, REGISTER)
    assert roles["demand_days"].sum() == pytest.approx(whole["demand_days"].sum(), abs=0.05 * len(whole))
    advice = roles[roles["role_id"] == "advice"]["demand_days"].sum()
    assert advice == pytest.approx(6 * waves.table["duration_years"].sum())  # six days for every year of every move
    lacking = need.by_year[["gap_fte", "uncovered_fte"]].max(axis=1).sum() * 220
    visits = 24 * 6 * int(need.bodies["is_one_person"].sum())
    assert whole["demand_days"].sum() == pytest.approx(lacking + visits + advice, abs=0.05 * len(whole))


def test_pay_and_training_by_hand(embedded: tuple[Case, WavePlan, StaffNeed]) -> None:
    case, waves, need = embedded
    people = list_people_needed(need, waves, REGISTER)
    manager = people.table.set_index("role_ja").loc["移行の工程管理者"]
    assert manager["pay_gap_yen"] == 8_915_000 - 6_000_000
    assert manager["offer_margin_yen"] == 11_400_000 - 8_915_000
    assert "66％" in people.summary()
    training = plan_training(case, REGISTER, need=need, waves=waves)
    assert training.switching_share == pytest.approx(3 / 220)
    assert training.table["training_days"].iloc[0] == 2 * len(waves.table)
    assert set(training.without_training) == {"羽曳野市", "能勢町", "田尻町", "柏原市", "泉大津市", "河内長野市"}


def test_effect_of_experts_turns_at_its_switching_value() -> None:
    found = place_experts(demand(("A", 2026, 150), ("B", 2026, 40)), supply(y2026=1), halls(0, 1), rules=RULES)
    effect = value_experts(found, REGISTER)
    # one expert a year at 11.4 million yen; 190 days at 60,000 yen: 11.4 million yen, so every day would have to replace outsourcing
    assert effect.switching_share == pytest.approx(1.0, abs=1e-6)
    assert effect.switching_after_grant_share == pytest.approx(0.5, abs=1e-6)
    even = value_experts(found, REGISTER.replace("expert_replaces_share", central=1.0, low=0.2, high=1.0))
    assert even.table["net_before_grant_yen"].iloc[1] == pytest.approx(0, abs=1000)


def test_every_column_of_the_people_tables_has_a_label(embedded: tuple[Case, WavePlan, StaffNeed]) -> None:
    case, waves, need = embedded
    found = place_experts(demand(("A", 2026, 150)), supply(y2026=1), halls(0), rules=RULES)
    named = [*need.by_year, *need.bodies, *found.visits, *found.stations, *found.table, *found.stages]
    named += [*list_people_needed(need, waves, REGISTER).to_frame(), *value_experts(found, REGISTER).to_frame()]
    named += [*plan_training(case, REGISTER, need=need, waves=waves).to_frame(), *list_expert_supply(case, [2026])]
    assert glossary.missing_terms(dict.fromkeys(named)) == []
