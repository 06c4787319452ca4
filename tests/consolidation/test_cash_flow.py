"""The closed ten-year cash flow equals walking through the years, in any chunk and as cohorts."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dxmodels.consolidation.cash_flow import MovePlan, net_present_cost
from dxmodels.errors import ModelError


def a_plan(seed: int, cells: int = 30, years: int = 10) -> MovePlan:
    draw = np.random.default_rng(seed)
    annual = draw.uniform(1, 9, cells)
    locked = annual * (draw.random(cells) < 0.5)
    return MovePlan(annual, draw.uniform(1, 20, cells), locked, draw.integers(0, years + 3, cells), years)


def walked(plan: MovePlan, row: np.ndarray) -> float:
    overrun, delay, inflation, saving, exit_fee, take_up, subsidy, discount = row
    total, before = 0.0, np.zeros(len(plan.annual_yen))
    for year in range(plan.years):
        done = np.clip(year - (plan.planned_year + delay), 0, 1)
        moving = done - before
        weight = plan.move_yen * overrun * (1 - subsidy) * take_up + plan.locked_yen * exit_fee
        cost = plan.annual_yen * (1 - saving * take_up * done) + moving * weight
        total += cost.sum() * ((1 + inflation) / (1 + discount)) ** year
        before = done
    return total


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10_000), delay=st.floats(0, 14), years=st.integers(1, 12))
def test_closed_form_equals_walking_through_the_years(seed: int, delay: float, years: int) -> None:
    plan = a_plan(seed, years=years)
    row = np.array([1.7, delay, 0.02, 0.3, 0.4, 0.8, 0.25, 0.03])
    assert net_present_cost(plan, row[None, :])[0] == pytest.approx(walked(plan, row), rel=1e-11)


def test_chunks_give_the_same_bits_and_cohorts_the_same_answer() -> None:
    plan, draw = a_plan(3, cells=200), np.random.default_rng(0)
    rows = np.column_stack([draw.uniform(0.8, 2.5, 300), draw.uniform(0, 3, 300), draw.uniform(0, 0.04, (300, 6))])
    whole = net_present_cost(plan, rows, chunk=300)
    assert np.array_equal(whole, net_present_cost(plan, rows, chunk=1))
    assert len(plan.collapse().annual_yen) < 15
    np.testing.assert_allclose(net_present_cost(plan.collapse(), rows), whole, rtol=1e-12)


def test_by_hand() -> None:
    """One cell, two years, cost 10, move 4 in the first year at no delay, half saved from the second year on."""
    plan = MovePlan(np.array([10.0]), np.array([4.0]), np.array([0.0]), np.array([0]), 2)
    row = np.array([[1.0, 0.0, 0.0, 0.5, 0.0, 1.0, 0.0, 0.0]])
    assert net_present_cost(plan, row)[0] == pytest.approx(10 + 5 + 4)


def test_bad_input_is_refused() -> None:
    plan = a_plan(1)
    with pytest.raises(ModelError, match="列"):
        net_present_cost(plan, np.zeros((2, 3)))
    with pytest.raises(ModelError, match="遅れ"):
        net_present_cost(plan, np.full((1, 8), -1.0))


@pytest.mark.parametrize("years", [1, 4, 10])
def test_the_compiled_kernel_is_the_same_model(years: int) -> None:
    pytest.importorskip("numba")
    plan, draw = a_plan(5, cells=120, years=years), np.random.default_rng(1)
    rows = np.column_stack([draw.uniform(0.8, 2.5, 200), draw.uniform(0, 14, 200), draw.uniform(0, 0.9, (200, 6))])
    rows[:3, 1] = (0.0, 1.0, 2.5)
    np.testing.assert_allclose(
        net_present_cost(plan, rows, engine="numba"), net_present_cost(plan, rows), rtol=1e-10, atol=0
    )
    with pytest.raises(ModelError, match="numpy か numba"):
        net_present_cost(plan, rows, engine="gpu")  # type: ignore[arg-type]
