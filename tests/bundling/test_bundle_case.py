"""From a case to a plan: costs by hand, rules that bite, what explanations must satisfy."""

import numpy as np
import pandas as pd
import pytest

from dxmodels.bundling import (
    BundleParams,
    BundleProblem,
    CostGame,
    apply_rules,
    backtest_uptake,
    build_problem,
    departments_overlap,
    dependence_before_after,
    explain_infeasibility,
    near_optimal_plans,
    optimize_bundles,
    participation_of,
    plan_without_losers,
    price_rules,
    project_uptake,
    purchases_with_legal_form,
    renewal_matrix,
    rules_from,
    share_costs,
    share_plan,
    standard_plans,
    verify_plan,
)
from dxmodels.errors import ModelError, ParameterError
from dxmodels.inputs import Case, Register, load_case, load_option, load_register
from dxmodels.solver import Effort

QUICK = Effort(gap=1e-3)


def toy_case() -> Case:
    """Three towns with one task: 10 million yen a year each (the third 40), contracts to FY2027; one offer, no capacities."""
    towns = pd.DataFrame(
        {
            "municipality_code": ["273210", "273228", "271403"], "name_ja": ["甲町", "乙町", "丙市"], "kind": ["town", "town", "designated_city"],
            "region_block": ["北", "北", "南"], "population_people": [10_000, 10_000, 100_000], "source": "試験",
        }
    )  # fmt: skip
    systems = pd.DataFrame(
        {
            "municipality_code": ["273210", "273228", "271403"], "task": "T01", "vendor_id": ["V1", "V2", "V2"], "hosting": "own_server",
            "contract_end_fy": [2027, 2027, 2027], "annual_cost_yen": [10_000_000, 10_000_000, 40_000_000],
            "migration_cost_yen": [5_000_000, 5_000_000, 20_000_000], "migration_state": "legacy",
        }
    )  # fmt: skip
    offers = pd.DataFrame(
        {
            "offer_id": ["F1"], "line_number": [1], "vendor_id": ["V1"], "product_id": ["P1"], "unit_kind": ["task"], "unit_key": ["T01"],
            "fixed_cost_yen": [4_000_000], "variable_cost_yen": [200.0], "member_fee_yen": [1_000_000], "onboarding_yen": [2_000_000],
            "members_min_count": [2], "first_start_fy": [2028], "last_start_fy": [2028],
        }
    )  # fmt: skip
    return Case.from_frames(
        {"municipalities": towns, "municipal_systems": systems, "offers": offers}, base_fy=2026, validate=False
    )


def toy_params() -> BundleParams:
    """Round numbers: no discounting, no dearer extension, no coordination; the incumbent's customers pay 60 % of the move."""
    register = Register.of(
        bundle_horizon_years=10.0,
        bundle_early_years=2.0,
        bundle_late_years=2.0,
        bundle_extension_price_rise=0.0,
        bundle_same_vendor_share=0.6,
        bundle_coordination_member_yen=0.0,
        bundle_coordination_growth_yen=0.0,
        bundle_joint_effort_share=0.7,
        bundle_running_effort_share=0.05,
        sim_exit_fee_share=0.5,
        sim_own_staff_share=0.1,
        sim_staff_cost_yen=8e6,
        cost_elasticity_population_total=0.53,
        discount_rate_standard=0.0,
        long_term_contract_years=5.0,
        wto_threshold_goods_services=40e6,
    )
    return BundleParams(register, scopes=("prefecture",), size_classes=())


def test_costs_of_a_toy_case_by_hand() -> None:
    problem = build_problem(toy_case(), toy_params())
    table = (
        problem.choices_table()
        .assign(scope=problem.bundles["scope"].to_numpy()[problem.bundle_of])
        .set_index(["unit_id", "scope"])["cost"]
    )
    # Alone: 10 years × 10 million. Joint from FY2028: 2 years × 10 + migration (V1 stays: 5 × 0.6 = 3, else 5) + 2 onboarding
    # + 8 years × (200 × 10,000 + 1 million) = 24.
    assert table["273210:T01", "own"] == pytest.approx(100e6)
    assert table["273210:T01", "prefecture"] == pytest.approx(20e6 + 3e6 + 2e6 + 24e6)
    assert table["273228:T01", "prefecture"] == pytest.approx(20e6 + 5e6 + 2e6 + 24e6)
    # City: 80 + 20 + 2 + 8 × (20 + 1) = 270 against 400 alone.
    assert table["271403:T01", "prefecture"] == pytest.approx(270e6)
    joint = problem.fixed_cost.max()
    assert joint == pytest.approx(8 * 4e6)
    plan = optimize_bundles(problem)
    assert plan.objective == pytest.approx(49e6 + 51e6 + 270e6 + 32e6)
    assert verify_plan(problem, plan).ok
    legal = purchases_with_legal_form(plan, toy_params())
    assert bool(legal.loc[0, "is_wto"])  # a designated city takes part and 5 of 10 years cost 201 million
    assert legal.loc[0, "members_ja"] == "丙市・乙町・甲町"


def test_rules_bite_and_each_has_its_price() -> None:
    problem = build_problem(toy_case(), toy_params())
    free = optimize_bundles(problem).objective
    rules = rules_from(
        [
            {"rule_id": "丙市不参加", "kind": "must_not_join", "owner": "271403"},
            {"rule_id": "V2を使わない", "kind": "exclude", "offer_id": "F1"},
        ]
    )
    ruled = apply_rules(problem, rules)
    # Without the offer everybody stays alone: 100 + 100 + 400.
    assert optimize_bundles(ruled).objective == pytest.approx(600e6)
    prices = price_rules(ruled, years=10)
    table = prices.table.set_index("rule_id")
    # The city out alone: 49 + 51 + 32 + 400 = 532. Dropping the exclusion saves 68; dropping the city's rule saves nothing.
    assert table.loc["V2を使わない", "price_alone"] == pytest.approx(68e6)
    assert table.loc["丙市不参加", "price_alone"] == pytest.approx(0)
    # Joint attribution by hand: v(city) = 532 − 402 = 130, v(exclude) = v(both) = 198: Shapley 65 and 133.
    assert free == pytest.approx(402e6)
    assert table.loc["丙市不参加", "price_joint"] == pytest.approx(65e6)
    assert table.loc["V2を使わない", "price_joint"] == pytest.approx(133e6)
    assert "「対象外とする事業者・提案」で、これだけを外せば年6百万円" in prices.summary().replace(",", "")


@pytest.mark.parametrize(
    ("rule", "check"),
    [
        ({"kind": "budget", "amount_yen": 12_000_001.0}, lambda plan: plan.to_frame()["cash_yen"].sum() <= 12_000_001),
        ({"kind": "vendor_share_cap", "share": 0.34, "vendor_id": "V1"}, lambda plan: plan.to_frame().query("vendor_id == 'V1'")["annual_cost_yen"].sum() <= 0.34 * 60e6),
        ({"kind": "members", "most": 2}, lambda plan: plan.bundles_frame()["members_count"].max() <= 2),
        ({"kind": "members", "fewest": 3}, lambda plan: plan.bundles_frame().query("scope != 'own'")["members_count"].min() >= 3),
        ({"kind": "vendor_cap", "vendor_id": "V1", "count": 2}, lambda plan: plan.bundles_frame().query("scope != 'own'")["members_count"].sum() == 2),
        ({"kind": "keep_incumbent", "owner": "273228"}, lambda plan: "273228:T01" not in str(plan.bundles_frame().query("scope != 'own'"))),
        ({"kind": "lots", "count": 0}, lambda plan: (plan.bundles_frame()["scope"] == "own").all()),
        ({"kind": "fairness_floor", "rate": 0.4}, lambda plan: (plan.to_frame().set_index("owner")["cost"] <= 0.6 * pd.Series({"273210": 100e6, "273228": 100e6, "271403": 400e6}) + 1).all()),
        ({"kind": "nobody_worse_off"}, lambda plan: plan.objective == pytest.approx(402e6)),
        ({"kind": "together", "owners": ["273210", "271403"]}, lambda plan: plan.objective == pytest.approx(402e6)),
    ],
)  # fmt: skip
def test_every_kind_of_rule(rule: dict[str, object], check: object) -> None:
    problem = build_problem(toy_case(), toy_params())
    plan = optimize_bundles(apply_rules(problem, rules_from([{"rule_id": "規則", **rule}])))
    if rule["kind"] == "fairness_floor":
        # The city's own cost falls by 32.5 % at most, so a floor of 40 % cannot be met and is told so.
        assert plan.status == "infeasible"
        return
    assert plan.status == "optimal"
    assert check(plan)  # type: ignore[operator]
    assert plan.objective >= optimize_bundles(problem).objective - 1e-6


def test_a_clash_is_named_with_the_cheapest_way_out() -> None:
    problem = build_problem(toy_case(), toy_params())
    rules = [
        {"rule_id": "全団体参加", "kind": "must_join", "unit_key": "T01"},
        {"rule_id": "年度予算", "kind": "budget", "amount_yen": 20_000_000.0},
        {"rule_id": "無関係", "kind": "vendor_share_cap", "share": 1.0},
    ]
    conflict = explain_infeasibility(apply_rules(problem, rules_from(rules)))
    assert conflict is not None
    assert set(conflict.rules) == {"全団体参加", "年度予算"}
    # Joining costs 5 + 7 + 22 = 34 million in FY2028 (own vendor 3 + 2, other 5 + 2, city 20 + 2): 70 % more budget, or one town less.
    easing = conflict.relaxation.set_index("limit_id")
    assert easing.loc["年度予算@2028", "eased_limit"] == pytest.approx(34e6)
    assert "同時に成り立ちません" in conflict.summary()
    assert "「年度予算の上限（2028年度）」を20百万円から34百万円へ" in conflict.summary()
    assert explain_infeasibility(problem) is None


def test_faulty_rules_are_refused_with_all_faults() -> None:
    with pytest.raises(ParameterError) as caught:
        rules_from([{"rule_id": "x@y", "kind": "vendor_share_cap", "share": 3, "colour": "red"}])
    for piece in ("@", "colour", "割合が範囲の外"):
        assert piece in str(caught.value)
    strangers = [
        {"rule_id": "r", "kind": "must_join", "owner": "Z"},
        {"rule_id": "s", "kind": "exclude", "vendor_id": "V9"},
    ]
    with pytest.raises(ParameterError) as caught:
        apply_rules(build_problem(toy_case(), toy_params()), rules_from(strangers))
    for piece in ("「Z」", "「V9」", "2 件の誤り"):
        assert piece in str(caught.value)


def test_options_decide_the_reach() -> None:
    none = build_problem(toy_case(), toy_params(), option=load_option("status_quo"))
    assert set(none.bundles["scope"]) == {"own"}
    joint = build_problem(toy_case(), toy_params(), option=load_option("joint_council"))
    assert "prefecture" in set(joint.bundles["scope"])


def test_participation_by_hand() -> None:
    problem = build_problem(toy_case(), toy_params())
    plan = optimize_bundles(problem)
    joint = plan.bundles_frame().query("scope != 'own'")["bundle_id"].iloc[0]
    certain = participation_of(plan, joint, 1.0)
    # Gains 51, 49 and 130 million against a fixed cost of 32.
    assert certain.saving_if_all == pytest.approx(198e6)
    assert certain.expected_saving == pytest.approx(198e6)
    assert (certain.fewest_members, certain.fewest_if_least_first) == (1, 1)
    half = participation_of(plan, joint, 0.5, draws=20_000)
    by_hand = np.mean(
        [max(0.0, a * 51e6 + b * 49e6 + c * 130e6 - 32e6) for a in (0, 1) for b in (0, 1) for c in (0, 1)]
    )
    assert half.expected_saving == pytest.approx(by_hand, abs=5 * half.standard_error)
    with pytest.raises(ModelError, match="0〜1"):
        participation_of(plan, joint, 1.5)


def test_uptake_backtest_on_the_real_series() -> None:
    table = backtest_uptake(load_case("osaka", tables=["joint_uptake"])).set_index("uptake_id")
    assert list(table[["members_from", "members_to"]].loc["e_application"]) == [11, 35]
    # By hand: (43−35)/(43−11) = 0.25 left after two years, a yearly rate of one half.
    assert table.loc["e_application", "yearly_rate"] == pytest.approx(0.5, abs=0.002)
    assert project_uptake(11, 43, 0.5, 2)[-1] == pytest.approx(35)
    assert (table["predicted_members"] <= 43).all()


def small_problem_of_the_case() -> BundleProblem:
    case = load_case(
        "osaka", tables=["municipalities", "municipal_systems", "offers", "systems", "departments", "capacity"]
    )
    return build_problem(
        case, BundleParams(load_register(), unit_kinds=("task",), scopes=("block",), tasks=("T02",)), capacities=False
    )


def test_embedded_case_gives_a_proven_plan_and_its_comparisons() -> None:
    problem = small_problem_of_the_case()
    plan = optimize_bundles(problem, effort=QUICK)
    assert verify_plan(problem, plan).ok
    assert plan.gap <= 2e-3
    frame = standard_plans(problem, given_up=0.5, effort=Effort(gap=5e-3)).by_plan()
    assert frame["total_cost_yen"].idxmin() == "greatest_saving"
    assert (frame["total_cost_yen"] <= frame.loc["as_is", "total_cost_yen"] * (1 + 1e-9)).all()
    assert frame.loc["most_members", "joint_units_count"] >= frame.loc["greatest_saving", "joint_units_count"]
    assert frame.loc["least_staff", "staff_effort_years"] <= frame.loc["greatest_saving", "staff_effort_years"] + 1e-9
    hhi = dependence_before_after(plan)
    assert hhi["hhi_after"].between(0, 1).all()
    matrix = renewal_matrix(problem)
    assert matrix.shape[1] == 1
    pool = near_optimal_plans(problem, count=2, effort=QUICK)
    assert pool.to_frame()["extra_rate"].max() <= 0.01


def test_departments_of_the_embedded_case() -> None:
    case = load_case(
        "osaka", tables=["municipalities", "municipal_systems", "offers", "systems", "departments", "capacity"]
    )
    params = BundleParams(load_register(), unit_kinds=("system_kind",))
    problem = build_problem(case, params)
    plan = optimize_bundles(problem, effort=QUICK)
    overlap = departments_overlap(case, plan, params)
    table = overlap.to_frame()
    assert (table["systems_count"] >= 2).all()
    own = problem.bundles["scope"].to_numpy()[problem.bundle_of] == "own"
    assert table["saving_yen"].sum() <= problem.cost[own].sum() - plan.objective + 1
    assert "億円" in overlap.summary() or "見つからなかった" in overlap.summary()


def test_a_whole_plan_shared_by_one_rule() -> None:
    problem = build_problem(toy_case(), toy_params())
    plan = optimize_bundles(problem)
    equal = share_plan(plan, rule="equal")
    # 402 million in three equal parts of 134: both towns would pay more than the 100 they pay alone.
    assert equal.totals["share"].to_list() == pytest.approx([134e6] * 3)
    assert set(equal.losers) == {"甲町", "乙町"}
    assert "2者" in equal.summary()
    core = share_plan(plan, rule="nucleolus")
    assert not core.losers
    assert core.totals["share"].sum() == pytest.approx(plan.objective)
    # Under equal shares no two of the three gain together with the city: 49 + 51 + 32 = 132 is left, 66 for each town against 100.
    fair = plan_without_losers(problem, equal_part=1.0)
    assert fair.plan.objective == pytest.approx(132e6 + 400e6)
    assert fair.price == pytest.approx(130e6)
    assert not share_plan(fair.plan, rule="equal").losers
    assert verify_plan(problem, fair.plan).ok
    nobody = share_plan(
        optimize_bundles(apply_rules(problem, rules_from([{"rule_id": "単独", "kind": "lots", "count": 0}]))),
        rule="equal",
    )
    assert nobody.totals["share"].sum() == pytest.approx(600e6)


def test_figures_draw_what_the_results_say() -> None:
    from dxmodels.figures import bundling as figures

    problem = build_problem(toy_case(), toy_params())
    plan = optimize_bundles(problem)
    joint = plan.bundles_frame().query("scope != 'own'")["bundle_id"].iloc[0]
    game = CostGame.from_bundle(plan, joint, owner="owner_name_ja")
    axes = figures.plot_shares({"equal": share_costs(game, rule="equal")})
    drawn = sorted(axes.collections[0].get_offsets()[:, 0].tolist())
    assert drawn == pytest.approx(sorted([134 / 100, 134 / 100, 134 / 400]))
    assert len(figures.plot_renewals(renewal_matrix(problem)).get_yticklabels()) == 3
    lines = figures.plot_participation(participation_of(plan, joint, 0.5)).get_lines()
    assert lines[0].get_ydata()[-1] == pytest.approx(230e6)
