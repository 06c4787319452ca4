"""Boxes, regret and the value of information: planted answers, hand arithmetic and a published payoff table."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dxmodels.consolidation.discovery import find_boxes
from dxmodels.consolidation.information import value_of_information
from dxmodels.consolidation.regret import regret_table
from dxmodels.consolidation.scenario_tree import grow_scenario_tree
from dxmodels.errors import ModelError

PAYOFFS = pd.DataFrame(
    [[200.0, -180.0], [100.0, -20.0], [0.0, 0.0]], index=["large", "small", "none"], columns=["up", "down"]
)


def draws(count: int = 2000, seed: int = 0) -> pd.DataFrame:
    return pd.DataFrame(np.random.default_rng(seed).random((count, 5)), columns=list("abcde"))


def test_a_planted_box_is_found_with_its_limits() -> None:
    inputs = draws()
    search = find_boxes(inputs, (inputs["a"] > 0.7) & (inputs["b"] < 0.4))
    assert search.box is not None
    assert set(search.box.limits) == {"a", "b"}
    assert search.box.limits["a"] == (pytest.approx(0.7, abs=0.01), np.inf)
    assert search.box.limits["b"] == (-np.inf, pytest.approx(0.4, abs=0.01))
    assert search.box.coverage > 0.97
    assert search.box.density > 0.97
    assert f"「a」が{search.box.limits['a'][0]:.4g}以上、かつ「b」が" in search.summary()


def test_two_planted_boxes_are_found_one_after_the_other() -> None:
    inputs = draws(4000)
    first, second = (inputs["a"] > 0.7) & (inputs["b"] < 0.4), (inputs["c"] > 0.8) & (inputs["d"] > 0.6)
    search = find_boxes(inputs, first | second, boxes=2, minimum_coverage=0.3)
    assert [set(box.limits) for box in search.boxes] == [{"a", "b"}, {"c", "d"}]


def test_pure_noise_gives_no_useful_box() -> None:
    search = find_boxes(draws(), np.random.default_rng(9).random(2000) < 0.3)
    assert search.box is None
    assert not search.is_useful
    assert "見つからなかった" in search.summary()


def test_the_trajectory_starts_whole_and_loses_mass_at_every_step() -> None:
    inputs = draws()
    path = find_boxes(inputs, inputs["a"] > 0.8).trajectory
    assert path.loc[0, ["coverage_share", "mass_share"]].tolist() == [1.0, 1.0]
    assert (path["mass_share"].diff().dropna() < 0).all()
    assert (path["coverage_share"].diff().dropna() <= 1e-12).all()


def test_coverage_and_density_are_what_the_rows_say() -> None:
    inputs = draws(500)
    marks = (inputs["a"] + inputs["b"] > 1.4).to_numpy()
    box = find_boxes(inputs, marks, minimum_coverage=0.3, minimum_density=0.5).box
    assert box is not None
    inside = box.contains(inputs)
    assert box.coverage == pytest.approx(marks[inside].sum() / marks.sum())
    assert box.density == pytest.approx(marks[inside].mean())


def test_the_tree_names_the_same_two_inputs() -> None:
    inputs = draws()
    tree = grow_scenario_tree(inputs, (inputs["a"] > 0.7) & (inputs["b"] < 0.4), depth=2)
    assert tree.leaves.loc[0, "density_share"] > 0.97
    assert "aが0.7016を超える" in tree.leaves.loc[0, "rule"]


def test_a_box_of_few_inputs_keeps_those_that_matter_most() -> None:
    inputs = draws(4000)
    marks = (inputs["a"] > 0.5) & (inputs["b"] < 0.5) & (inputs["c"] > 0.1)
    whole, few = find_boxes(inputs, marks), find_boxes(inputs, marks, most_inputs=2)
    assert whole.box is not None
    assert few.box is not None
    assert (set(whole.box.limits), set(few.box.limits)) == ({"a", "b", "c"}, {"a", "b"})
    inside = few.box.contains(inputs)
    assert few.box.density == pytest.approx(marks[inside].mean())
    assert find_boxes(inputs, marks, most_inputs=1).box is None  # half of the draws inside one limit are marked at best
    with pytest.raises(ModelError, match="1 以上"):
        find_boxes(inputs, marks, most_inputs=0)


def test_rules_of_a_tree_carry_the_units_of_their_inputs() -> None:
    inputs = draws()
    tree = grow_scenario_tree(inputs, inputs["a"] > 0.7, depth=2, units={"a": "倍"})
    assert "aが0.6999倍を超える" in tree.leaves.loc[0, "rule"]


@pytest.mark.parametrize("marks", [np.zeros(10, bool), np.ones(10, bool), np.ones(9, bool)])
def test_marks_that_tell_nothing_are_refused(marks: np.ndarray) -> None:
    with pytest.raises(ModelError):
        find_boxes(draws(10), marks)


def test_regret_by_hand() -> None:
    # best in "up" is 200, in "down" 0: regrets 0/180, 100/20, 200/0
    table = regret_table(PAYOFFS)
    assert table.regret.to_numpy().tolist() == [[0.0, 180.0], [100.0, 20.0], [200.0, 0.0]]
    assert table.least_regret == "small"
    assert table.by_option["payoff_expected"].tolist() == [10.0, 40.0, 0.0]


@given(st.lists(st.lists(st.integers(-1000, 1000), min_size=3, max_size=3), min_size=2, max_size=5))
def test_in_every_state_somebody_has_no_regret(rows: list[list[int]]) -> None:
    table = regret_table(pd.DataFrame(rows, dtype=float))
    assert (table.regret.to_numpy() >= 0).all()
    assert (table.regret.min(axis=0) == 0).all()
    assert table.by_option["best_share"].sum() == pytest.approx(1.0)


def test_the_published_payoff_table() -> None:
    value = value_of_information(PAYOFFS.T, pd.DataFrame({"market": [1, 0]}))
    assert value.expected.tolist() == [10.0, 40.0, 0.0]
    assert value.best_option == "small"
    assert value.evpi == pytest.approx(60.0)
    assert value.evppi["market"] == pytest.approx(60.0)


def test_a_normal_decision_has_the_closed_form_value() -> None:
    # do (b = x + y/2) or leave it: EVPPI(x) = sd·φ(0) = 0.3989, EVPPI(y) = 0.1995, an input without influence is worth nothing
    x = np.random.default_rng(4).normal(size=(8192, 3))
    benefit = pd.DataFrame({"leave": np.zeros(len(x)), "do": x[:, 0] + 0.5 * x[:, 1]})
    value = value_of_information(benefit, pd.DataFrame(x, columns=["x", "y", "noise"]))
    assert value.evpi == pytest.approx(np.sqrt(1.25) / np.sqrt(2 * np.pi), abs=0.02)
    assert value.evppi["x"] == pytest.approx(0.3989, abs=0.03)
    assert value.evppi["y"] == pytest.approx(0.1995, abs=0.03)
    assert value.evppi["noise"] < 0.03
    assert "「x」" in value.summary()


def test_where_one_option_always_wins_nothing_is_worth_knowing() -> None:
    x = np.random.default_rng(5).random((500, 2))
    value = value_of_information(pd.DataFrame({"a": x[:, 0], "b": x[:, 0] + 1}), pd.DataFrame(x, columns=["x", "y"]))
    assert value.evpi == pytest.approx(0.0, abs=1e-12)
    assert "変わる見込みは小さい" in value.summary()
