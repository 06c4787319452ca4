"""The Government Cloud pilot: the published table to the yen, re-priced, turned and varied."""

import math

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dxmodels.cost import (
    CloudConditions,
    compare_cloud_conditions,
    compare_government_cloud,
    compare_under_register,
    compare_with_multiples,
    government_cloud_difference,
    rank_by_flip,
    switching_value,
)
from dxmodels.cost.govcloud_sensitivity import CLOUD_ASSUMPTIONS
from dxmodels.errors import ModelError
from dxmodels.inputs import Register


def at_rate(pilot: pd.DataFrame, rate: float, conditions: CloudConditions | None = None):
    return compare_government_cloud(pilot, usdjpy_rate=rate, base_rate=115, repriced_rate=139, conditions=conditions)


def test_the_published_totals_come_back_to_the_yen(pilot: pd.DataFrame) -> None:
    comparison = at_rate(pilot, 115)
    assert comparison.current_total_yen == 4_787_264_648
    assert comparison.government_cloud_total_yen == 4_588_982_119
    assert comparison.difference_yen == -198_282_529


@pytest.mark.parametrize(("rate", "suffix"), [(115, ""), (139, "_at_139")])
def test_every_published_item_comes_back_to_the_yen(pilot: pd.DataFrame, rate: float, suffix: str) -> None:
    table = at_rate(pilot, rate).table.set_index("cost_item")
    published = pilot.set_index("cost_item")
    for side in ("current", "government_cloud"):
        expected = published[f"{side}{suffix}_yen"]
        assert table[f"{side}_yen"].reindex(expected.index).tolist() == expected.tolist()


def test_the_cloud_bill_is_dollars_times_rate_on_one_side_and_partly_on_the_other(pilot: pd.DataFrame) -> None:
    # 1,022,500,843 × 139/115 = 1,235,892,323.28; current: (120,499,217 - 119,066,259)/24 = 59,706.58 dollars
    table = at_rate(pilot, 139).table.set_index("cost_item")
    assert table["government_cloud_yen"]["cloud_usage"] == 1_235_892_323
    assert table["government_cloud_dollar_share"]["cloud_usage"] == pytest.approx(1.0)
    at_160 = at_rate(pilot, 160).table.set_index("cost_item")["current_yen"]["cloud_usage"]
    assert at_160 == round(119_066_259 + 59_706.583333 * 45)


def test_the_change_and_the_exposed_share_agree_with_the_figures_published_elsewhere(
    pilot: pd.DataFrame, register: Register
) -> None:
    assert at_rate(pilot, 115).difference_rate * 100 == pytest.approx(
        register.value("govcloud_pilot_change_fx115"), abs=0.05
    )
    assert at_rate(pilot, 139).difference_rate * 100 == pytest.approx(
        register.value("govcloud_pilot_change_fx139"), abs=0.05
    )
    for rate, level in ((115, "low"), (139, "central"), (160, "high")):
        published = register.value("govcloud_fx_exposed_share", level=level)
        assert at_rate(pilot, rate).dollar_share == pytest.approx(published, abs=0.0006)


def test_the_break_even_rate_is_the_same_by_formula_by_hand_and_by_search(
    pilot: pd.DataFrame, register: Register
) -> None:
    # by hand: 198,282,529 ÷ (1,022,500,843/115 - 1,432,958/24) yen per dollar above 115
    by_hand = 115 + 198_282_529 / (1_022_500_843 / 115 - 1_432_958 / 24)
    assert at_rate(pilot, 115).break_even_rate == pytest.approx(by_hand, rel=1e-12)
    found = switching_value(
        lambda changed: government_cloud_difference(pilot, changed), "usdjpy_planning", register=register
    )
    assert found.value == pytest.approx(by_hand, rel=1e-9)
    assert "137.45円" in found.summary()


def test_two_and_a_half_months_of_parallel_running_eat_the_saving_at_115(
    pilot: pd.DataFrame, register: Register
) -> None:
    # 198,282,529 ÷ (4,787,264,648/60 a month) = 2.485 months
    at_115 = register.replace("usdjpy_planning", central=115.0)
    found = switching_value(
        lambda changed: government_cloud_difference(pilot, changed), "govcloud_parallel_months", register=at_115
    )
    assert found.value == pytest.approx(198_282_529 * 60 / 4_787_264_648, rel=1e-9)
    assert found.summary().startswith("「現行システムとの並行稼働の月数」が2.5か月")


@pytest.mark.parametrize(
    ("conditions", "item", "expected"),
    [
        (CloudConditions(line_multiplier=1.5), "network_lines", 294_083_938 * 1.5),
        (CloudConditions(software_multiplier=0.5), "software_lease", 1_235_749_457 * 0.5),
        (CloudConditions(operation_multiplier=2.0), "operation_work", 1_136_220_600 * 2),
        # four members instead of one, 40 % shareable: 0.6 + 0.4/4 = 0.7
        (CloudConditions(members_count=4, sharing_fixed_share=0.4), "network_lines", 294_083_938 * 0.7),
        (CloudConditions(members_count=4, sharing_fixed_share=0.4), "cloud_usage", 1_022_500_843 * 0.7),
        (CloudConditions(members_count=4, sharing_fixed_share=0.4), "operation_work", 1_136_220_600),
        # six of sixty months of the current system
        (CloudConditions(parallel_months=6, term_months=60), "parallel_running", 478_726_464.8),
    ],
)
def test_conditions_by_hand(pilot: pd.DataFrame, conditions: CloudConditions, item: str, expected: float) -> None:
    table = at_rate(pilot, 115, conditions).table.set_index("cost_item")
    assert table["government_cloud_yen"][item] == pytest.approx(expected, abs=0.51)


@given(
    rate=st.floats(60, 300),
    lines=st.floats(0.1, 3),
    usage=st.floats(0.1, 3),
    months=st.floats(0, 24),
    members=st.floats(1, 43),
    share=st.floats(0, 1),
)
def test_at_its_own_break_even_rate_both_sides_cost_the_same(
    pilot: pd.DataFrame, rate: float, lines: float, usage: float, months: float, members: float, share: float
) -> None:
    conditions = CloudConditions(
        line_multiplier=lines,
        cloud_usage_multiplier=usage,
        parallel_months=months,
        term_months=60,
        members_count=members,
        sharing_fixed_share=share,
    )
    comparison = at_rate(pilot, rate, conditions)
    frame = comparison.to_frame().set_index("cost_item_ja")
    items = frame.drop("合計")
    assert frame["difference_yen"]["合計"] == items["difference_yen"].sum()
    if 1 < comparison.break_even_rate < 1000:
        at_break_even = at_rate(pilot, comparison.break_even_rate, conditions)
        assert abs(at_break_even.difference_yen) <= 6  # eleven items rounded to yen


def test_the_sweep_is_the_comparison_at_each_rate(pilot: pd.DataFrame) -> None:
    sweep = at_rate(pilot, 115).sweep([115, 139, 160.0])
    for rate, difference in zip(sweep["yen_per_usd"], sweep["difference_yen"], strict=True):
        assert difference == pytest.approx(at_rate(pilot, rate).difference_yen, abs=5)


def test_no_exchange_rate_seen_so_far_explains_the_multiples_reported_later(
    pilot: pd.DataFrame, register: Register
) -> None:
    comparison = compare_under_register(pilot, register)
    table = compare_with_multiples(comparison, register).set_index("reference_id")
    for reference, multiple in (("tokyo", 1.6), ("core_cities", 2.3), ("core_cities_max", 5.7)):
        rate = table["explaining_yen_per_usd"][reference]
        there = comparison.sweep([rate]).iloc[0]
        assert there["government_cloud_yen"] / there["current_yen"] == pytest.approx(multiple, rel=1e-6)
        assert rate > register.high("usdjpy_planning")


def test_sharing_and_lines_are_shown_side_by_side(pilot: pd.DataFrame, register: Register) -> None:
    table = compare_cloud_conditions(pilot, register).set_index("condition_id")
    assert table["government_cloud_yen"]["single_use"] > table["government_cloud_yen"]["as_pilot"]
    assert table["government_cloud_yen"]["shared_use"] < table["government_cloud_yen"]["as_pilot"]
    assert table["break_even_yen_per_usd"]["lines_low"] > table["break_even_yen_per_usd"]["lines_high"]
    assert table["current_yen"].nunique() == 1


def test_the_tornado_of_every_cloud_assumption_is_sorted_by_flip(pilot: pd.DataFrame, register: Register) -> None:
    tornado = rank_by_flip(
        lambda changed: government_cloud_difference(pilot, changed), CLOUD_ASSUMPTIONS, register=register, points=9
    )
    table = tornado.table
    moves = table.loc[table["state"] == "turns", "relative_move_rate"].abs()
    assert moves.is_monotonic_increasing
    assert (table["state"] == "turns").to_numpy().tolist() == sorted((table["state"] == "turns").tolist(), reverse=True)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda table: table[table["cost_item"] != "cloud_usage"], "クラウド利用料"),
        (lambda table: table.drop(columns="current_at_139_yen"), "current_at_139_yen"),
        (lambda table: pd.concat([table, table.iloc[:1]]), "1行ずつ"),
    ],
)
def test_a_faulty_table_is_refused(pilot: pd.DataFrame, change, message: str) -> None:
    with pytest.raises(ModelError, match=message):
        at_rate(change(pilot), 115)


def test_impossible_rates_and_conditions_are_refused(pilot: pd.DataFrame) -> None:
    with pytest.raises(ModelError, match="円ドル相場 -5"):
        at_rate(pilot, -5)
    with pytest.raises(ModelError, match="同じ"):
        compare_government_cloud(pilot, usdjpy_rate=115, base_rate=139, repriced_rate=139)
    with pytest.raises(ModelError, match="比較期間"):
        CloudConditions(parallel_months=3)
    with pytest.raises(ModelError, match="0以上1以下"):
        CloudConditions(sharing_fixed_share=1.2)


def test_a_table_without_dollars_never_breaks_even(pilot: pd.DataFrame) -> None:
    yen_only = pilot.assign(
        current_at_139_yen=pilot["current_yen"], government_cloud_at_139_yen=pilot["government_cloud_yen"]
    )
    comparison = at_rate(yen_only, 150)
    assert math.isnan(comparison.break_even_rate)
    assert comparison.difference_yen == -198_282_529
    assert "為替に左右されない" in comparison.summary()
