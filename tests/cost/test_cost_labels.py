"""Every column a planner sees has its Japanese name, and every number the room assumes stands in the register with a source."""

import pandas as pd
import pytest

from dxmodels.cost import (
    CLOUD_ASSUMPTIONS,
    WHOLE_LIFE_ASSUMPTIONS,
    PeerParams,
    WholeLifeParams,
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
    replacement_estimates,
    summarize_bands,
    tie_contracts_to_spending,
    turn_cloud_comparison,
)
from dxmodels.cost.outliers import PEER_ASSUMPTIONS
from dxmodels.cost.overrun import ASSUMPTIONS as OVERRUN_ASSUMPTIONS
from dxmodels.glossary import missing_terms
from dxmodels.inputs import Case, Register, load_case


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
        "E12 published": summarize_bands(bands),
        "E12 peers": find_cost_outliers(osaka, params=PeerParams(8, 0.95, 5)).to_frame(),
        "E12 systems": estimate_system_scale(osaka).to_frame(),
        "whole life": whole.to_frame(),
        "present values": whole.present_values,
        "commitments": whole.commitment_profile(),
    }


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
    assert summarize_bands(facts.table("cost_bands"))["cost_per_body_yen"].notna().sum() >= 2
