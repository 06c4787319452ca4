"""The generic doors read other people's tables and refuse what is none, in Japanese."""

import numpy as np
import pandas as pd
import pytest

from dxmodels.consolidation import find_boxes, grow_scenario_tree, regret_table, sobol_indices, value_of_information
from dxmodels.errors import ModelError

PAYOFFS = [[200.0, -180.0], [100.0, -20.0], [0.0, 0.0]]


def test_the_payoff_table_as_frame_array_lists_and_mapping() -> None:
    by_state = {"好況": [200, 100, 0], "不況": [-180, -20, 0]}
    for given in (pd.DataFrame(PAYOFFS), np.array(PAYOFFS), PAYOFFS, by_state, pd.DataFrame(PAYOFFS, dtype=object)):
        found = regret_table(given)
        assert found.by_option["regret_max"].tolist() == [180.0, 100.0, 200.0]
    assert regret_table(PAYOFFS).least_regret == "選択肢2"
    chances = regret_table(by_state, probabilities={"好況": 0.5, "不況": 0.5})
    assert chances.by_option["payoff_expected"].tolist() == [10.0, 40.0, 0.0]


def test_information_from_arrays_and_with_weights() -> None:
    benefit = np.array(PAYOFFS).T
    value = value_of_information(benefit, [1, 0])
    assert value.evpi == pytest.approx(60.0)
    assert value.evppi["入力1"] == pytest.approx(60.0)
    # p(up) = 0.8: means 124, 76, 0 → best with knowledge 0.8·200 + 0.2·0 = 160 → EVPI 36
    assert value_of_information(benefit, weights=[0.8, 0.2]).evpi == pytest.approx(36.0)


def test_boxes_from_arrays_with_marks_of_zero_and_one() -> None:
    points = np.random.default_rng(2).random((1500, 3))
    search = find_boxes(points, (points[:, 1] > 0.6).astype(int))
    assert search.box is not None
    assert search.box.limits == {"入力2": (pytest.approx(0.6, abs=0.01), np.inf)}
    assert "入力2" in grow_scenario_tree(points, points[:, 1] > 0.6, depth=2).summary()


def test_words_are_categories_in_boxes_trees_and_information() -> None:
    draw = np.random.default_rng(4)
    inputs = pd.DataFrame({"率": draw.random(1500), "体制": draw.choice(["協議会", "事業体", "現状"], 1500)})
    marks = (inputs["体制"] == "事業体") & (inputs["率"] > 0.5)
    search = find_boxes(inputs, marks)
    assert search.box is not None
    assert search.box.limits == {"率": (pytest.approx(0.5, abs=0.01), np.inf), "体制＝事業体": (1.0, np.inf)}
    assert "「体制」が「事業体」" in search.summary()
    assert search.box.contains(inputs).sum() == pytest.approx(marks.sum(), abs=3)
    assert "体制が「事業体」" in grow_scenario_tree(inputs, marks, depth=2).leaves["rule"][0]
    assert "「体制」が「事業体」以外" in find_boxes(inputs, inputs["体制"] != "事業体").summary()
    benefit = np.column_stack([np.zeros(1500), np.where(inputs["体制"] == "事業体", -5.0, 1.0)])
    # learning the word tells all: EVPPI = EVPI
    value = value_of_information(benefit, inputs)
    assert value.evppi["体制"] == pytest.approx(value.evpi)


def test_chances_in_the_order_of_the_states() -> None:
    assert regret_table(PAYOFFS, probabilities=[0.5, 0.5]).by_option["payoff_expected"].tolist() == [10.0, 40.0, 0.0]


def test_chances_by_states_that_are_numbers() -> None:
    table = pd.DataFrame([[1, 2], [2, 1]], columns=[2026, 2027])
    found = regret_table(table, probabilities={2026: 0.3, 2027: 0.7})
    assert found.by_option["payoff_expected"].tolist() == pytest.approx([1.7, 1.3])


def test_sobol_reads_the_problem_as_salib_writes_it() -> None:
    problem = {"num_vars": 2, "names": ["a", "b"], "bounds": [[0, 1], [0, 1]]}
    found = sobol_indices(lambda x: 3 * x[:, 0] + 4 * x[:, 1], problem, draws=1024, seed=2)
    assert found.first[["a", "b"]].to_numpy() == pytest.approx([0.36, 0.64], abs=0.02)
    table = pd.DataFrame({"low": [0, 0], "high": [1, 1]}, index=["a", "b"])
    same = sobol_indices(lambda x: 3 * x[:, 0] + 4 * x[:, 1], table, draws=1024, seed=2)
    assert same.first.to_numpy() == pytest.approx(found.first.to_numpy())


def test_a_table_of_costs_by_hand() -> None:
    # cheapest 3 in state one, 2 in state two: regrets 0/7, 2/0, 1/1; largest costs 9, 5, 4
    found = regret_table([[3, 9], [5, 2], [4, 3]], higher_is_better=False)
    assert found.regret.to_numpy().tolist() == [[0.0, 7.0], [2.0, 0.0], [1.0, 1.0]]
    assert found.by_option["payoff_worst"].tolist() == [9.0, 5.0, 4.0]
    assert found.least_regret == "選択肢3"
    turned = regret_table([[-3, -9], [-5, -2], [-4, -3]])
    assert (found.regret.to_numpy() == turned.regret.to_numpy()).all()


def test_benefits_with_their_draws_as_columns_are_turned_where_the_inputs_say_so() -> None:
    x = np.random.default_rng(6).standard_normal((1000, 2))
    benefit = np.column_stack([np.zeros(1000), x[:, 0]])
    assert value_of_information(benefit.T, x).evppi.to_dict() == value_of_information(benefit, x).evppi.to_dict()
    assert value_of_information(PAYOFFS, weights=[0.8, 0.2]).evpi == pytest.approx(36.0)


def test_marks_may_be_given_as_a_function_of_the_inputs() -> None:
    inputs = pd.DataFrame(np.random.default_rng(7).random((1000, 3)), columns=["a", "b", "c"])
    by_rule = find_boxes(inputs, lambda x: x["a"] > 0.7)
    assert by_rule.box is not None
    assert by_rule.box.limits == find_boxes(inputs, inputs["a"] > 0.7).box.limits  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: regret_table([[1.0, "高い"], [2.0, 3.0]]), "「高い」は数値ではありません"),
        (lambda: regret_table(pd.DataFrame([[1, 2], [3, 4]], columns=["x", "x"])), "重複"),
        (lambda: regret_table({"a": [1, 2], "b": [1]}), "表として読めません"),
        (lambda: regret_table([[1.0, None], [2.0, 3.0]]), "空欄"),
        (lambda: value_of_information([[1.0], [2.0]]), "2 つ以上の選択肢"),
        (lambda: value_of_information([[1.0, 2.0], [2.0, 1.0]], [1.0, 2.0, 3.0]), "一致しません"),
        (lambda: value_of_information([[1.0, 2.0], [2.0, 1.0]], weights=[1.0, -1.0]), "0 以上"),
        (lambda: find_boxes([[1.0], [2.0]], [0.2, 0.7]), "真偽"),
        (lambda: find_boxes(pd.DataFrame({"a": ["x", 1.0]}), [True, False]), "数値ではありません"),
        (lambda: find_boxes(pd.DataFrame({"a": list("abcdefghijklm")}), [True] + [False] * 12), "13種類"),
        (lambda: find_boxes(pd.DataFrame({"a": ["x", None]}), [True, False]), "空欄"),
        (lambda: regret_table([[1.0, 2.0], [2.0, 1.0]], probabilities=[1.0]), "同じ数"),
        (lambda: sobol_indices(np.sum, {"a": "広い"}, draws=8, seed=1), "数の組"),
        (lambda: sobol_indices(np.sum, [(0, 0)], draws=8, seed=1), "下限＜上限"),
    ],
)
def test_what_is_no_table_is_refused_in_japanese(call, said: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ModelError, match=said):
        call()
