"""Every column a planner sees has its Japanese name, and every number the room assumes stands in the register with a source."""

import re
from typing import Any

import pandas as pd
import pytest

from dxmodels.cost import (
    CLOUD_ASSUMPTIONS,
    WHOLE_LIFE_ASSUMPTIONS,
    PeerParams,
    WholeLifeParams,
    asked,
    bridge_budget_to_settlement,
    check_calibration,
    compare_caps,
    compare_cloud_conditions,
    compare_tail_settings,
    compare_under_register,
    compare_with_bands,
    compare_with_multiples,
    estimate_municipal_scale,
    estimate_optimism_bias,
    estimate_system_scale,
    estimate_whole_life,
    evaluate_portfolio_tail,
    find_cost_outliers,
    fit_overruns,
    life_tables,
    replacement_estimates,
    summarize_bands,
    tie_contracts_to_spending,
    turn_cloud_comparison,
)
from dxmodels.cost.concentration import measure_inventory_concentration
from dxmodels.cost.influence import rank_register
from dxmodels.cost.outliers import PEER_ASSUMPTIONS
from dxmodels.cost.overrun import ASSUMPTIONS as OVERRUN_ASSUMPTIONS
from dxmodels.cost.portfolio import read_size_classes, summarize_size_classes
from dxmodels.cost.validation import check_overrun_model
from dxmodels.glossary import label_ja, missing_terms
from dxmodels.inputs import Case, Register, load_case

INTERNAL = re.compile(r"[a-z][a-z0-9]*_[a-z0-9_]+|\b[DS]\d{2,4}\b")  # cloud_usage, usdjpy_planning, D01, S0123
SPACED = re.compile(r"\d [^\x00-\x7f]|[^\x00-\x7f] \d")  # 40 システム, 上位 40


@pytest.fixture(scope="module")
def osaka() -> Case:
    return load_case("osaka")


@pytest.fixture(scope="module")
def frames(osaka: Case, register: Register) -> dict[str, pd.DataFrame]:
    pilot, bands = osaka.table("govcloud_pilot"), osaka.table("cost_bands")
    spending = osaka.table("spending")
    whole = estimate_whole_life(osaka, register, WholeLifeParams(last_fy=2030, fiscal_strength_index=0.77))
    cloud, curve = compare_under_register(pilot, register), estimate_municipal_scale(osaka, knot=150_000)
    params, amounts = fit_overruns(register), replacement_estimates(osaka).amounts
    tail = evaluate_portfolio_tail(amounts, params=params, seed=1, draws=256)
    return {
        "E07": cloud.to_frame(),
        "E08": turn_cloud_comparison(pilot, register).to_frame(),
        "E08 conditions": compare_cloud_conditions(pilot, register),
        "E08 multiples": compare_with_multiples(cloud, register),
        "E08 sweep": cloud.sweep([100, 150]),
        "E09": bridge_budget_to_settlement(spending).to_frame(),
        "E09 bias": estimate_optimism_bias(spending, seed=1, small_n=10).to_frame(),
        "E09 tie": tie_contracts_to_spending(osaka).to_frame(),
        "E10": tail.to_frame(),
        "E10 systems": tail.contributors,
        "E10 calibration": check_calibration(params, register),
        "E10 caps": compare_caps(register, (5, 10)),
        "E10 settings": compare_tail_settings(amounts, params=params, caps=[5], correlations=[0], seed=1, draws=256),
        "E12": curve.to_frame(),
        "E12 bands": compare_with_bands(curve, bands),
        "E12 published": summarize_bands(bands).to_frame(),
        "E12 peers": find_cost_outliers(osaka, params=PeerParams(8, 0.95, 5)).to_frame(),
        "E12 systems": estimate_system_scale(osaka).to_frame(),
        "whole life": whole.to_frame(),
        "present values": whole.present_values,
        "commitments": whole.commitment_profile(),
    }


@pytest.fixture(scope="module")
def printed(osaka: Case, register: Register) -> dict[str, Any]:
    """Every result that notebooks 20 and 60 and the summary print from this room, by exhibit."""
    pilot, spending = osaka.table("govcloud_pilot"), osaka.table("spending")
    life = life_tables.estimate_prefecture_life(osaka, register)
    tail = asked.evaluate_replacement_tail(osaka, register, seed=1, draws=256)
    tornado = turn_cloud_comparison(pilot, register)
    return {
        "E02": measure_inventory_concentration(osaka, top=40, target_share=0.5),
        "E03": summarize_size_classes(osaka, classes=read_size_classes(register)),
        "E07": asked.compare_published_pilot(pilot, register=register),
        "E08": tornado,
        "E08a": asked.compare_at_observed_rates(pilot, osaka.table("national_series"), register=register),
        "E08b": asked.compare_conditions(pilot, register=register),
        "E09": bridge_budget_to_settlement(spending),
        "E09a": estimate_optimism_bias(spending, seed=1, small_n=10),
        "E09b": life,
        "E09c": life_tables.split_by_item(life),
        "E09d": life_tables.list_present_values(life, register),
        "E09e": life_tables.list_commitments(life),
        "E09f": life_tables.tie_case(osaka, life),
        "E10": asked.compare_overrun_caps(register),
        "E10a": tail,
        "E10b": tail.carriers(10),
        "E12": summarize_bands(osaka.table("cost_bands")),
        "E12a": asked.compare_scale_with_bands(osaka, seed=1, search=False),
        "E12b": find_cost_outliers(osaka, params=PeerParams(8, 0.95, 5)),
        "E35": rank_register(register, tornado),
        "E36": check_overrun_model(register),
    }


def test_what_is_printed_holds_no_internal_name_and_fits_a_page(printed: dict[str, Any]) -> None:
    for name, result in printed.items():
        frame = result.to_frame()
        assert missing_terms(frame.columns) == [], name
        assert len(frame.columns) <= 8, name
        labels = [label_ja(column) for column in frame.columns]
        assert len(set(labels)) == len(labels), name
        words = frame.select_dtypes(exclude="number").astype(str).to_numpy().ravel().tolist() + labels
        assert [word for word in words if INTERNAL.search(word)] == [], name


def test_sentences_hold_no_internal_name_and_one_way_of_writing_numbers(printed: dict[str, Any]) -> None:
    for name, result in printed.items():
        text = result.summary()
        assert text.endswith("。"), name
        assert not INTERNAL.search(text), name
        assert not SPACED.search(text), (name, text)
        assert not re.search(r"\d{4}-\d{2}", text), name


def test_every_printed_column_has_a_japanese_label(frames: dict[str, pd.DataFrame]) -> None:
    missing = {name: missing_terms(frame.columns) for name, frame in frames.items()}
    assert {name: found for name, found in missing.items() if found} == {}


def test_no_printed_table_is_empty_or_infinite(frames: dict[str, pd.DataFrame]) -> None:
    for name, frame in frames.items():
        assert len(frame), name
        numbers = frame.select_dtypes("number").astype("float64")
        assert not numbers.isin([float("inf"), float("-inf")]).any(axis=None), name


def test_contracts_and_spending_of_the_embedded_case_tie_to_the_yen(osaka: Case) -> None:
    assert tie_contracts_to_spending(osaka).differences.empty


def test_every_assumption_of_the_room_is_in_the_register(register: Register) -> None:
    names = {*CLOUD_ASSUMPTIONS, *WHOLE_LIFE_ASSUMPTIONS, *PEER_ASSUMPTIONS, *OVERRUN_ASSUMPTIONS}
    assert names <= set(register)
    assert all(register[name].has_range for name in CLOUD_ASSUMPTIONS)


def test_published_facts_alone_carry_the_cloud_and_the_reference_class(register: Register) -> None:
    facts = load_case("osaka", published_only=True)
    pilot = facts.table("govcloud_pilot")
    assert compare_under_register(pilot, register).break_even_rate == pytest.approx(137.4515, abs=1e-3)
    assert facts.grade("govcloud_pilot", computed=False) == "公表値"
    assert len(check_calibration(fit_overruns(register), register)) == 5
    assert summarize_bands(facts.table("cost_bands")).table["cost_per_body_yen"].notna().sum() >= 2
