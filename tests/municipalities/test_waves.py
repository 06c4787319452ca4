"""The calendar of moves: by hand, against full enumeration on small cases, and the limits named where there is none."""

import itertools
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from dxmodels import glossary
from dxmodels.errors import InfeasibleError, InputError, ModelError
from dxmodels.inputs import load_case, load_register
from dxmodels.municipalities.move import estimate_move_costs
from dxmodels.municipalities.waves import (
    WAVE_ASSUMPTIONS,
    WaveConflict,
    WaveInfeasibleError,
    WavePlan,
    WaveRules,
    list_moves,
    plan_waves,
    plan_waves_or_explain,
    read_wave_rules,
)

FIRST = 2027
RULES = WaveRules(
    first_fy=FIRST,
    years_count=3,
    expert_fte_yen=10.0,
    vendor_slot_yen=7.0,
    staff_fte_yen=5.0,
    late_system_year_yen=100.0,
    gap=0.0,
)


def moves(*rows: dict[str, object]) -> pd.DataFrame:
    usual = {"municipality_code": "A", "vendor_id": "V", "earliest_fy": FIRST, "deadline_fy": FIRST + 2}
    return pd.DataFrame([usual | {"system_id": f"S{number}"} | row for number, row in enumerate(rows)])


def capacity(**yearly: list[float]) -> pd.DataFrame:
    """vendor_V=[…], staff_A=[…], expert_E=[…]: one value a year from FIRST on."""
    kinds = {"vendor": "vendor", "staff": "municipality_staff", "expert": "shared_expert"}
    rows = [
        (kinds[name.split("_")[0]], name.split("_")[1], FIRST + place, value)
        for name, values in yearly.items()
        for place, value in enumerate(values)
    ]
    return pd.DataFrame(rows, columns=["capacity_kind", "holder_id", "fiscal_year", "capacity_fte"])


def costs(table: dict[str, list[float]]) -> pd.DataFrame:
    rows = [(name, FIRST + place, value) for name, values in table.items() for place, value in enumerate(values)]
    return pd.DataFrame(rows, columns=["system_id", "fiscal_year", "cost_yen"])


def years_of(plan: WavePlan) -> list[int | None]:
    return [None if pd.isna(year) else int(year) for year in plan.table["go_live_fy"]]


def test_one_slot_a_year_goes_first_to_the_system_whose_delay_costs_most() -> None:
    plan = plan_waves(
        moves({}, {}, {}),
        capacity(vendor_V=[1, 1, 1]),
        rules=RULES,
        costs=costs({"S0": [0, 1, 2], "S1": [0, 5, 10], "S2": [0, 3, 6]}),
    )
    assert years_of(plan) == [FIRST + 2, FIRST, FIRST + 1]  # 2 + 0 + 3
    assert (plan.cost_yen, plan.late_count, plan.gap) == (5.0, 0, 0.0)


def test_a_late_system_is_worse_than_any_cost() -> None:
    plan = plan_waves(
        moves({"deadline_fy": FIRST}, {}),
        capacity(vendor_V=[1, 1, 1]),
        rules=RULES,
        costs=costs({"S0": [1e6, 0, 0], "S1": [0, 1e6, 1e6]}),
    )
    assert years_of(plan)[0] == FIRST
    assert plan.late_count == 0


def test_two_years_of_work_use_two_years_of_capacity() -> None:
    plan = plan_waves(moves({"duration_years": 2}, {}, {}), capacity(vendor_V=[1, 1, 2]), rules=RULES)
    assert years_of(plan)[0] in (FIRST + 1, FIRST + 2)
    used = plan.load.set_index("fiscal_year")["used_fte"]
    assert used.sum() == 4
    assert (used <= [1, 1, 2]).all()


def test_systems_of_one_environment_go_live_together() -> None:
    table = moves({"group_id": "共"}, {"group_id": "共", "municipality_code": "B", "earliest_fy": FIRST + 1}, {})
    plan = plan_waves(table, capacity(vendor_V=[2, 2, 2]), rules=RULES, costs=costs({"S0": [0, 9, 9]}))
    first, second, _ = years_of(plan)
    assert first == second
    assert first >= FIRST + 1


def test_experts_help_where_staff_does_not_reach_and_cost_money() -> None:
    table = moves({"staff_fte": 1.0}, {"staff_fte": 1.0})
    held = capacity(staff_A=[0.5, 0.5, 0.5], expert_E=[2, 2, 2])
    plan = plan_waves(table, held, rules=RULES)
    assert plan.cost_yen == pytest.approx(10.0)  # each needs half an expert's year: 2 × 0.5 × 10 yen
    assert plan.experts["expert_fte"].sum() == pytest.approx(1.0)
    pool = plan.load[plan.load["capacity_kind"] == "shared_expert"]
    assert set(pool["holder_id"]) == {"E"}
    assert pool["used_fte"].sum() == pytest.approx(1.0)


def enumerate_best(table: pd.DataFrame, held: pd.DataFrame, money: pd.DataFrame) -> tuple[int, float] | None:
    """Least late systems, then least cost, over every assignment of years."""
    cap = held.set_index(["capacity_kind", "holder_id", "fiscal_year"])["capacity_fte"].to_dict()
    price = money.set_index(["system_id", "fiscal_year"])["cost_yen"].to_dict()
    rows, years, best = table.to_dict("records"), list(RULES.years), None
    for choice in itertools.product(years, repeat=len(rows)):
        if any(
            year < max(row["earliest_fy"], FIRST + row["duration_years"] - 1)
            for row, year in zip(rows, choice, strict=True)
        ):
            continue
        use: dict[tuple[str, str, int], float] = {}
        for row, year in zip(rows, choice, strict=True):
            for back in range(row["duration_years"]):
                for kind, holder, amount in (
                    ("vendor", row["vendor_id"], 1),
                    ("municipality_staff", row["municipality_code"], row["staff_fte"]),
                ):
                    use[kind, holder, year - back] = use.get((kind, holder, year - back), 0) + amount
        if any(amount > cap[key] + 1e-9 for key, amount in use.items() if key[0] == "vendor"):
            continue
        experts = {
            year: sum(
                max(0.0, amount - cap[key]) for key, amount in use.items() if key[0] != "vendor" and key[2] == year
            )
            for year in years
        }
        if any(experts[year] > cap["shared_expert", "E", year] + 1e-9 for year in years):
            continue
        late = sum(year > row["deadline_fy"] for row, year in zip(rows, choice, strict=True))
        spent = sum(
            price[row["system_id"], year] + RULES.late_system_year_yen * max(0, year - row["deadline_fy"])
            for row, year in zip(rows, choice, strict=True)
        )
        found = (late, spent + RULES.expert_fte_yen * sum(experts.values()))
        best = found if best is None or found < best else best
    return best


@pytest.mark.parametrize("seed", range(12))
def test_small_cases_against_full_enumeration(seed: int) -> None:
    rng = np.random.default_rng(seed)
    table = moves(
        *(
            {
                "municipality_code": rng.choice(["A", "B"]),
                "vendor_id": rng.choice(["V", "W"]),
                "earliest_fy": FIRST + int(rng.integers(0, 2)),
                "deadline_fy": FIRST + int(rng.integers(0, 3)),
                "duration_years": int(rng.integers(1, 3)),
                "staff_fte": float(rng.integers(1, 4)) / 4,
            }
            for _ in range(6)
        )
    )
    held = capacity(
        vendor_V=list(rng.integers(1, 4, 3)),
        vendor_W=list(rng.integers(1, 4, 3)),
        staff_A=list(rng.integers(1, 5, 3) / 2),
        staff_B=list(rng.integers(1, 5, 3) / 2),
        expert_E=[0.5, 0.5, 1.0],
    )
    money = costs({name: [float(value) for value in rng.integers(0, 50, 3)] for name in table["system_id"]})
    best = enumerate_best(table, held, money)
    found = plan_waves_or_explain(table, held, rules=RULES, costs=money)
    if best is None:
        assert isinstance(found, WaveConflict)
        # whatever is named as enough must be enough
        cure = found.cheapest.table
        added = cure[cure["capacity_kind"] != "finish"].rename(columns={"added_fte": "capacity_fte"})
        looser = pd.concat([held, added]) if len(added) == len(cure) else None
        if looser is not None:
            assert isinstance(plan_waves_or_explain(table, looser, rules=RULES, costs=money), WavePlan)
        return
    assert isinstance(found, WavePlan)
    assert (found.late_count, found.cost_yen) == (best[0], pytest.approx(best[1], abs=1e-4))
    assert (found.load["left_fte"] >= -1e-6).all()


def test_the_clashing_vendor_and_the_cheapest_cure_are_named() -> None:
    table = moves(*[{"staff_fte": 0.1}] * 5, {"vendor_id": "W", "municipality_code": "B"})
    held = capacity(vendor_V=[1, 1, 1], vendor_W=[9, 9, 9], staff_A=[9, 9, 9], staff_B=[9, 9, 9])
    with pytest.raises(WaveInfeasibleError) as caught:
        plan_waves(table, held, rules=RULES)
    assert isinstance(caught.value, InfeasibleError)
    assert caught.value.conflict[0] == "事業者の並行移行数（V）"
    assert "W" not in "".join(caught.value.conflict)
    explained = caught.value.explained
    assert explained.clashes == ((("vendor", "V"),),)
    # five moves, three slots: two more slots at 7 yen are cheaper than two system-years beyond the end at 100 yen
    assert explained.cheapest.price_yen == pytest.approx(14.0)
    assert explained.cheapest.table["added_fte"].sum() == 2
    alone = {each.name_ja: each for each in explained.relaxations[1:]}
    assert not alone["市町村の職員を増やす"].is_enough
    assert alone["期間・期限を延ばす（期間は2倍まで）"].price_yen == pytest.approx(
        300.0
    )  # one a year late, one two years
    assert "必要 5.0 に対し 3.0" in explained.summary()


def test_two_independent_clashes_are_both_named() -> None:
    table = moves({}, {}, {}, {}, {"municipality_code": "B", "vendor_id": "W", "staff_fte": 2.0})
    held = capacity(vendor_V=[1, 1, 1], vendor_W=[5, 5, 5], staff_B=[1, 1, 1])
    found = plan_waves_or_explain(table, held, rules=RULES)
    assert isinstance(found, WaveConflict)
    assert set(found.clashes) == {(("vendor", "V"),), (("municipality_staff", "B"),)}


def test_a_clash_of_whole_systems_is_told_apart() -> None:
    # 3 slots a year for 3 years, but each of the four systems needs 2 at once: three fit, the sum (8 of 9) would do
    table = moves(*[{"vendor_slots_count": 2.0}] * 4)
    found = plan_waves_or_explain(table, capacity(vendor_V=[3, 3, 3]), rules=RULES)
    assert isinstance(found, WaveConflict)
    assert found.is_whole_only
    assert found.cheapest.price_yen == pytest.approx(7.0)  # one more slot makes room for two in one year
    assert "年度で割れない" in found.summary()


def test_a_system_that_cannot_be_in_time_is_named_where_no_delay_is_allowed() -> None:
    table = moves({"earliest_fy": FIRST + 2, "deadline_fy": FIRST}, {})
    held = capacity(vendor_V=[1, 1, 1])
    with pytest.raises(InfeasibleError, match="S0"):
        plan_waves(table, held, rules=replace(RULES, allow_late=False))
    assert plan_waves(table, held, rules=RULES).late_count == 1


def test_where_not_all_must_move_the_rest_is_counted_and_late() -> None:
    plan = plan_waves(moves(*[{}] * 5), capacity(vendor_V=[1, 1, 1]), rules=replace(RULES, must_finish=False))
    assert (plan.unmoved_count, plan.late_count) == (2, 2)
    assert plan.matrix()["unmoved_count"].sum() == 2
    assert "うち 2 は令和11年度までに終わらない" in plan.summary()


def test_what_earlier_plans_use_is_not_there_any_more() -> None:
    used = pd.DataFrame({"capacity_kind": ["vendor"], "holder_id": ["V"], "fiscal_year": [FIRST], "used_fte": [1.0]})
    held = capacity(vendor_V=[1, 1, 1])
    plan = plan_waves(moves({}, {}), held, rules=RULES, costs=costs({"S0": [0, 1, 2], "S1": [0, 1, 2]}), reserved=used)
    assert FIRST not in years_of(plan)
    with pytest.raises(InputError, match="超えています"):
        plan_waves(moves({}), held, rules=RULES, reserved=used.assign(used_fte=2.0))


def test_a_kind_of_capacity_may_be_left_out() -> None:
    table, held = moves({"staff_fte": 5.0}), capacity(vendor_V=[1, 1, 1], staff_A=[1, 1, 1])
    assert isinstance(plan_waves_or_explain(table, held, rules=RULES), WaveConflict)
    plan = plan_waves(table, held, rules=RULES, ignore=("municipality_staff", "shared_expert"))
    assert plan.unlimited == ()


def test_evenness_costs_no_more_than_allowed() -> None:
    money = costs({f"S{number}": [100.0, 101.0, 102.0] for number in range(6)})
    held = capacity(vendor_V=[6, 6, 6])
    cheap = plan_waves(moves(*[{}] * 6), held, rules=RULES, costs=money)
    even = plan_waves(moves(*[{}] * 6), held, rules=replace(RULES, levelling_share=0.02), costs=money)
    assert cheap.table["go_live_fy"].value_counts().max() == 6
    assert even.table["go_live_fy"].value_counts().max() == 2
    assert cheap.cost_yen == pytest.approx(600.0)
    assert even.cost_yen == pytest.approx(606.0)  # two each at 100, 101, 102: within 612


def test_every_fault_of_the_tables_is_told_at_once() -> None:
    table = moves({"system_id": "S"}, {"system_id": "S", "duration_years": 0}, {"earliest_fy": pd.NA})
    with pytest.raises(InputError) as caught:
        plan_waves(table, capacity(vendor_V=[1, 1, 1]), rules=RULES)
    assert {fault.column for fault in caught.value.faults} == {"system_id", "duration_years", "earliest_fy"}
    with pytest.raises(InputError, match="2029年度の行がありません"):
        plan_waves(moves({}), capacity(vendor_V=[1, 1]), rules=RULES)
    with pytest.raises(ModelError, match="計画の年数"):
        replace(RULES, years_count=0)


def test_a_holder_without_rows_is_not_limited_and_is_named() -> None:
    plan = plan_waves(moves({}, {"vendor_id": None}), capacity(staff_A=[1, 1, 1]), rules=RULES)
    assert plan.unlimited == ("事業者の並行移行数（V）",)
    assert "制限なし" in plan.summary()


@pytest.fixture(scope="module")
def embedded() -> WavePlan:
    tables = ["municipal_systems", "municipal_spending", "municipalities", "tasks", "govcloud_pilot", "capacity"]
    case, register = load_case("osaka", tables=tables), load_register()
    rules = read_wave_rules(register, first_fy=case.base_fy, years_count=round(register.value("wave_years_count")))
    made = list_moves(case, register, rules=rules, costs=estimate_move_costs(case, register))
    assert set(WAVE_ASSUMPTIONS) <= set(register)
    return plan_waves(made.moves, made.capacity, rules=rules, costs=made.costs)


def test_the_embedded_case_is_planned_and_proven(embedded: WavePlan) -> None:
    assert embedded.gap <= 0.005
    assert (embedded.load["left_fte"] >= -1e-6).all()
    assert embedded.unmoved_count == 0
    assert (embedded.table["go_live_fy"] >= embedded.rules.first_fy + embedded.table["duration_years"] - 1).all()
    # the load of each vendor is what its systems need
    vendors = embedded.load[embedded.load["capacity_kind"] == "vendor"].groupby("holder_id")["used_fte"].sum()
    needed = embedded.table.groupby("vendor_id")["duration_years"].sum()
    pd.testing.assert_series_equal(
        vendors[vendors > 0], needed.astype(float), check_names=False, check_index_type=False
    )


def test_cost_of_one_system_by_hand() -> None:
    tables = ["municipal_systems", "municipal_spending", "municipalities", "tasks", "govcloud_pilot", "capacity"]
    case, register = load_case("osaka", tables=tables), load_register()
    rules = read_wave_rules(register, first_fy=2026, years_count=6)
    move = estimate_move_costs(case, register)
    made = list_moves(case, register, rules=rules, costs=move)
    row = made.moves.iloc[0]
    system = (
        case.table("municipal_systems")
        .query("municipality_code == @row.municipality_code and task == @row.task")
        .iloc[0]
    )
    yearly = float(
        move.systems.query("municipality_code == @row.municipality_code and task == @row.task")["before_yen"].iloc[0]
    )
    multiple, end = float(move.of(row["municipality_code"])["realised_multiple_ratio"]), int(system["contract_end_fy"])
    priced = made.costs.query("system_id == @row.system_id").set_index("fiscal_year")["cost_yen"]
    for go_live in (2027, 2030):
        by_hand = sum(
            yearly * (1.0 + (0.1 if year > end else 0.0)) if year <= go_live else yearly * multiple
            for year in range(2026, 2032)
        )
        by_hand += 0.5 * yearly * max(0, end - go_live) + float(system["migration_cost_yen"])
        assert priced[go_live] == pytest.approx(by_hand, abs=1.0)


def test_every_column_has_a_label(embedded: WavePlan) -> None:
    conflict = plan_waves_or_explain(moves({}, {}, {}, {}), capacity(vendor_V=[1, 1, 1]), rules=RULES)
    named = [*embedded.to_frame(), *embedded.load, *embedded.experts, *embedded.stages, *conflict.to_frame()]
    assert glossary.missing_terms(dict.fromkeys(named)) == []
