"""What a council would try: equal share to 100 %, Osaka City out, one vendor's cap moved (a clash: test_rules_as_data.py)."""

from dataclasses import replace
from functools import cache

import pytest
from matplotlib.axes import Axes
from matplotlib.text import Text

from dxmodels.bundling import asked, verify_plan
from dxmodels.bundling.explain import RulePrices
from dxmodels.bundling.relief import relief_of_choices
from dxmodels.figures import bundling as figures
from dxmodels.inputs import NotComputable, attempt, load_case, load_option, load_register

TABLES = ["municipalities", "municipal_systems", "offers", "capacity", "tasks", "vendors"]
TASKS = ("T02", "T08", "T18")


@pytest.fixture(scope="module")
def osaka() -> object:
    return load_case("osaka", tables=TABLES)


@cache
def study(case: object, name: str, tasks: tuple[str, ...] = TASKS) -> asked.Study:
    option = load_option(name)
    register = load_register().patched(option)
    return asked.study_purchases(case, register, option=option, tasks=tasks)  # type: ignore[arg-type]


def _texts(ax: Axes) -> list[str]:
    return [text.get_text() for text in ax.findobj(Text)]


def test_equal_share_to_all_names_losers_and_leavers(osaka: object) -> None:
    equal = asked.bodies_of(study(osaka, "council_equal_share"))
    assert equal.rule_ja == "均等割"
    table = equal.to_frame().set_index("owner_name_ja")
    assert table["share_yen"].to_list() == table["equal_share_yen"].to_list()
    losers = table[table["share_yen"] > table["stand_alone_cost_yen"] * (1 + 1e-9)]
    assert set(equal.losers) == set(losers.index)
    assert "大阪市" not in equal.losers
    assert set(equal.losers) <= set(equal.leavers)
    assert equal.leavers
    assert equal.leavers[0] in equal.summary()
    # Shares add up to the plan, and what is left when losers leave is a plan of its own in which nobody loses.
    assert table["share_yen"].sum() == pytest.approx(equal.fair.plan.objective - equal.fair.price)
    assert 0 <= equal.left_yen <= equal.saving_yen


def test_osaka_city_out_is_priced_and_the_city_is_in_no_purchase(osaka: object) -> None:
    found = study(osaka, "council_osaka_out")
    assert verify_plan(found.problem, found.plan).ok
    purchases = asked.purchases_of(found)
    assert "大阪市" not in "".join(purchases.table["members_ja"]).replace("東大阪市", "").replace("大阪狭山市", "")
    task = purchases.largest["task_name_ja"]
    assert f"開始の{task}で" in purchases.summary()
    assert f"{task}の調達" in " ".join(_texts(figures.plot_bundle_map_of(found)(purchases)))
    assert figures.plot_bundle_map_of(found)(replace(purchases, table=purchases.table.iloc[:0])).patches
    prices = asked.rules_of(found)
    assert isinstance(prices, RulePrices)
    table = prices.to_frame().set_index("rule_ja")
    assert (table["price_alone_yen"] >= 0).all()
    assert "大阪市は参加しない" in table.index
    assert table["price_joint_yen"].sum() == pytest.approx(
        (prices.with_rules - prices.without_rules) / prices.years, rel=0.02, abs=2e6
    )


def test_a_vendor_cap_binds_and_is_priced(osaka: object) -> None:
    found = study(osaka, "council_vendor_cap")
    members = found.plan.to_frame()
    share = members.loc[members["vendor_id"] == "V11", "annual_cost_yen"].sum() / members["annual_cost_yen"].sum()
    assert share <= 0.15 + 1e-9
    prices = asked.rules_of(found)
    assert isinstance(prices, RulePrices)
    assert "最大の事業者の占有率の上限（15％）" in set(prices.to_frame()["rule_ja"])


def test_one_purchase_under_five_rules(osaka: object) -> None:
    shares = asked.purchase_of(study(osaka, "joint_council"))
    table = shares.to_frame()
    for rule, found in shares.shares.items():
        assert table[f"{rule}_share_yen"].sum() == pytest.approx(found.total)
        assert found.total == pytest.approx(shares.shares["equal"].total)
    # The nucleolus harms nobody where the purchase saves anything at all.
    assert not shares.shares["nucleolus"].losers
    frame = asked.stability_of(shares).to_frame().set_index("sharing_rule_ja")
    # Net of allocation tax: every member's relief is a part of its own outlay, and the nucleolus, which harms nobody, stays harmless.
    assert (table["relief_yen"] >= 0).all()
    assert (table["relief_yen"] < 0.45 * table["stand_alone_cost_yen"]).all()
    assert frame.loc["仁", "net_losers_ja"] == "なし"
    assert (frame.loc[frame["leaving_groups_count"] == 0, "amount_to_hold_yen"] == 0).all()


def test_relief_by_hand(osaka: object) -> None:
    """90 % by bond, half of its repayment in the allocation tax: 45 % of the outlay up to FY2029, nothing after or for rich bodies."""
    found = study(osaka, "joint_council")
    towns = found.case.table("municipalities").set_index("municipality_code")["fiscal_strength_index"].astype(float)
    problem = found.problem
    relief = relief_of_choices(problem, found.case.table("municipalities"), found.params.register)
    outlay = problem.choice_labels["cash_yen"].astype(float)
    start = problem.bundles["start_fy"].to_numpy()[problem.bundle_of]
    strength = problem.units["owner"].map(towns).to_numpy(dtype=float)[problem.unit_of]
    poor = (strength < 1.0) & (start <= 2029)
    assert relief[poor] == pytest.approx(0.45 * outlay[poor])
    assert (relief[(start > 2029) | (strength >= 1.0)] == 0).all()
    assert poor.any()
    assert (strength >= 1.0).any()


def test_published_values_alone_cannot_answer() -> None:
    case = load_case("osaka", tables=TABLES, published_only=True)
    option = load_option("joint_council")
    answer = attempt(asked.study_purchases, case, load_register(), option=option)
    assert isinstance(answer, NotComputable)
    assert asked.of_study(answer, asked.plans_of) is answer


def test_who_joins_and_how_dependent_it_makes_are_answered_from_the_tables(osaka: object) -> None:
    found = study(osaka, "joint_council")
    purchases = asked.purchases_of(found)
    table = purchases.to_frame()
    assert f"共同調達は{len(table)}件" in purchases.summary()
    assert f"{table['members_count'].max()}団体" in purchases.summary()
    dependence = asked.dependence_of(found)
    rows = dependence.to_frame()
    whole, tasks = rows.iloc[0], rows.iloc[1:]
    assert ("強まる（" in dependence.summary()) == (round(whole["hhi_change"], 3) > 0)
    assert f"{len(tasks)}業務のうち{(tasks['hhi_change'] > 0).sum()}業務" in dependence.summary() or "強まるものはない" in dependence.summary()  # fmt: skip


def test_parties_to_contracts_are_municipalities_and_shared_clouds(osaka: object) -> None:
    """Every party that is no municipality is a shared cloud of the inventory, and is told as one."""
    found = asked.renewals_of(study(osaka, "joint_council"))
    names = set(load_case("osaka", tables=["municipalities"]).table("municipalities")["name_ja"])
    others = [name for name in found.matrix.index if name not in names]
    assert found.clouds_count == len(others)
    assert f"{len(found.matrix) - len(others)}市町村と既存の共同クラウド{len(others)}" in found.summary() or not others
