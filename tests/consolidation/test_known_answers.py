"""Closed forms for the generic methods: Sobol's g-function, boxes in ten dimensions and in none, the value of information of a normal choice."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm

from dxmodels.consolidation import find_boxes, sobol_indices, value_of_information


def test_sobols_g_function_in_eight_dimensions() -> None:
    # Saltelli & Sobol' 1995: V_i = 1/(3(1+a_i)^2), V = Π(1+V_i) - 1, S_i = V_i/V, ST_i = V_i Π_{j≠i}(1+V_j)/V
    a = np.array([0.0, 1.0, 4.5, 9.0, 99.0, 99.0, 99.0, 99.0])
    part = 1 / (3 * (1 + a) ** 2)
    whole = np.prod(1 + part) - 1
    found = sobol_indices(
        lambda x: np.prod((np.abs(4 * x - 2) + a) / (1 + a), axis=1), [(0, 1)] * 8, draws=4096, seed=1
    )
    assert found.first.to_numpy() == pytest.approx(part / whole, abs=0.01)
    assert found.total.to_numpy() == pytest.approx(part * np.prod(1 + part) / (1 + part) / whole, abs=0.01)
    halfwidth = found.table["total_order_halfwidth_share"].to_numpy()
    assert (np.abs(found.total.to_numpy() - part * np.prod(1 + part) / (1 + part) / whole) <= halfwidth + 1e-6).all()


def test_a_large_constant_does_not_spoil_the_indices() -> None:
    found = sobol_indices(lambda x: 1e9 + 3 * x[:, 0] + 4 * x[:, 1], [(0, 1), (0, 1)], draws=1024, seed=2)
    assert found.first.to_numpy() == pytest.approx([0.36, 0.64], abs=0.01)


def test_a_box_of_two_inputs_is_found_among_ten_even_with_a_tenth_of_the_marks_wrong() -> None:
    draw = np.random.default_rng(0)
    points = draw.random((4000, 10))
    planted = (points[:, 2] > 0.6) & (points[:, 7] < 0.4)
    clean = find_boxes(points, planted).box
    assert clean is not None
    assert clean.limits == {
        "入力3": (pytest.approx(0.6, abs=0.01), np.inf),
        "入力8": (-np.inf, pytest.approx(0.4, abs=0.01)),
    }
    assert clean.held_out_p < 1e-6
    noisy = find_boxes(points, planted ^ (draw.random(4000) < 0.1)).box
    assert noisy is not None
    assert set(noisy.limits) == {"入力3", "入力8"}
    assert noisy.density == pytest.approx(0.9, abs=0.04)


@pytest.mark.parametrize("peel", [0.05, 0.1])
def test_a_box_with_two_sided_limits_among_five_inputs_whatever_the_peel(peel: float) -> None:
    points = np.random.default_rng(12).random((2000, 5))
    planted = (points[:, 0] > 0.3) & (points[:, 0] < 0.7) & (points[:, 1] > 0.5) & (points[:, 2] < 0.6)
    search = find_boxes(points, planted, peel=peel)
    assert search.box is not None
    assert set(search.box.limits) == {"入力1", "入力2", "入力3"}
    assert search.box.limits["入力1"] == (pytest.approx(0.3, abs=0.03), pytest.approx(0.7, abs=0.03))
    assert min(search.box.coverage, search.box.density) > 0.95
    # a step takes off about ``peel`` of what is left, and the trajectory counts the inputs that are limited
    left = search.trajectory["mass_share"].to_numpy()
    assert 1 - left[1:] / left[:-1] == pytest.approx(np.full(len(left) - 1, peel), abs=0.012)
    assert search.trajectory["restricted_count"].iloc[-1] == 3


def test_two_boxes_of_half_the_outcome_each_are_found_with_the_default_coverage() -> None:
    points = np.random.default_rng(3).random((4000, 6))
    planted = (points[:, 0] > 0.8) & (points[:, 1] > 0.5), (points[:, 2] < 0.2) & (points[:, 3] < 0.5)
    search = find_boxes(points, planted[0] | planted[1], boxes=2)
    assert {frozenset(box.limits) for box in search.boxes} == {
        frozenset({"入力1", "入力2"}),
        frozenset({"入力3", "入力4"}),
    }


@pytest.mark.parametrize("base_rate", [0.1, 0.3, 0.65, 0.8, 0.95])
def test_noise_has_no_useful_box_however_common_the_outcome(base_rate: float) -> None:
    useful = 0
    for seed in range(8):
        draw = np.random.default_rng(seed)
        useful += find_boxes(draw.random((400, 6)), draw.random(400) < base_rate).is_useful
    assert useful == 0


@pytest.mark.parametrize("peel", [0.05, 0.1])
def test_noise_has_no_two_boxes_either(peel: float) -> None:
    for seed in range(6):
        draw = np.random.default_rng(100 + seed)
        assert not find_boxes(draw.random((400, 5)), draw.random(400) < 0.4, peel=peel, boxes=2).is_useful


def test_a_rare_outcome_may_have_a_box_smaller_than_a_twentieth() -> None:
    points = np.random.default_rng(1).random((4000, 4))
    box = find_boxes(points, points[:, 1] > 0.97).box
    assert box is not None
    assert box.limits == {"入力2": (pytest.approx(0.97, abs=0.005), np.inf)}


def unit_normal_loss(mean: float, sd: float) -> float:
    return float(sd * norm.pdf(mean / sd) - abs(mean) * norm.cdf(-abs(mean) / sd))


def test_two_options_with_a_normal_difference_have_the_value_of_the_unit_normal_loss() -> None:
    # benefit 0 against 0.3 + x1 + 0.5·x2 with standard normal inputs (Raiffa & Schlaifer 1961)
    x = np.random.default_rng(0).standard_normal((20_000, 3))
    benefit = np.column_stack([np.zeros(len(x)), 0.3 + x[:, 0] + 0.5 * x[:, 1]])
    value = value_of_information(benefit, pd.DataFrame(x, columns=["x1", "x2", "x3"]))
    assert value.evpi == pytest.approx(unit_normal_loss(0.3, np.hypot(1.0, 0.5)), abs=0.01)
    assert value.evppi["x1"] == pytest.approx(unit_normal_loss(0.3, 1.0), abs=0.012)
    assert value.evppi["x2"] == pytest.approx(unit_normal_loss(0.3, 0.5), abs=0.012)
    assert value.evppi["x3"] == pytest.approx(0.0, abs=0.004)


def test_an_additive_choice_and_a_product_in_closed_form() -> None:
    # a − b of two options x and y: sd √2 → EVPI √2·φ(0); each alone sd 1 → φ(0). A product of symmetric inputs: neither alone tells the sign.
    x = np.random.default_rng(8).standard_normal((20_000, 2))
    value = value_of_information(x, x)
    assert value.evpi == pytest.approx(np.sqrt(2) * norm.pdf(0), abs=0.02)
    assert value.evppi.to_numpy() == pytest.approx([norm.pdf(0)] * 2, abs=0.02)
    u = np.random.default_rng(9).uniform(-1, 1, (20_000, 2))
    product = value_of_information(np.column_stack([np.zeros(len(u)), u[:, 0] * u[:, 1]]), u)
    assert product.evpi == pytest.approx(1 / 8, abs=0.003)
    assert product.evppi.to_numpy() == pytest.approx([0.0, 0.0], abs=0.003)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 6))
def test_knowing_one_input_is_worth_between_nothing_and_everything(seed: int, inputs: int) -> None:
    draw = np.random.default_rng(seed)
    x = draw.standard_normal((300, inputs))
    benefit = np.column_stack([np.zeros(300), x.sum(axis=1) + draw.standard_normal(300), draw.standard_normal(300)])
    value = value_of_information(benefit, x)
    assert (value.evppi >= 0).all()
    assert (value.evppi <= value.evpi).all()


def test_forty_inputs_do_not_invent_value() -> None:
    draw = np.random.default_rng(3)
    x = draw.standard_normal((4000, 40))
    value = value_of_information(np.column_stack([np.zeros(4000), 0.5 * x[:, 0] + draw.standard_normal(4000)]), x)
    assert value.evppi.index[0] == "入力1"
    assert value.evppi.iloc[0] == pytest.approx(unit_normal_loss(0.0, 0.5), abs=0.03)
    assert value.evppi.iloc[1] < 0.03  # the largest of 39 that tell nothing: within two standard errors of zero


def test_without_inputs_only_the_value_of_knowing_everything_is_told() -> None:
    assert "調べても" not in value_of_information([[1.0, 0.0], [0.0, 2.0]]).summary()
