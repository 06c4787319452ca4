"""Published cases and other people's tables: Kendall's W with ties, AHP tables in any order, ties in SMAA, refusals in Japanese."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dxmodels.errors import ModelError
from dxmodels.panel import ahp_weights, cooke_weights, kendall_w, promethee, smaa, topsis

# Anxiety ratings of 20 subjects by 3 raters, the example of the R package irr: Wt = 0.54, Chisq(19) = 30.8, p = 0.0429
ANXIETY = [
    [3, 3, 3, 4, 5, 5, 2, 3, 5, 2, 2, 6, 1, 5, 2, 2, 1, 2, 4, 3],
    [3, 6, 4, 6, 2, 4, 2, 4, 3, 3, 2, 3, 3, 3, 2, 2, 1, 3, 3, 4],
    [2, 1, 4, 4, 3, 2, 1, 6, 1, 1, 1, 2, 3, 3, 1, 1, 3, 3, 2, 2],
]


def test_kendalls_w_with_many_ties_as_another_program_gives_it() -> None:
    found = kendall_w(ANXIETY, permutations=99)
    assert (round(found.w, 2), round(found.chi_square, 1), round(found.p_value, 4)) == (0.54, 30.8, 0.0429)
    assert kendall_w(pd.DataFrame(ANXIETY), permutations=9).w == found.w


@settings(max_examples=30, deadline=None)
@given(st.lists(st.lists(st.integers(1, 5), min_size=4, max_size=4), min_size=2, max_size=6))
def test_w_lies_between_nought_and_one_and_ignores_who_comes_first(rows: list[list[int]]) -> None:
    if all(len(set(row)) == 1 for row in rows):
        with pytest.raises(ModelError, match="同じ評点"):
            kendall_w(rows, permutations=1)
        return
    found = kendall_w(rows, permutations=1)
    assert -1e-12 <= found.w <= 1 + 1e-12
    assert kendall_w(rows[::-1], permutations=1).w == pytest.approx(found.w)


def test_a_comparison_table_may_list_its_columns_in_another_order() -> None:
    names = ["費用", "体制", "職員"]
    weights = np.array([0.6, 0.3, 0.1])
    table = pd.DataFrame(weights[:, None] / weights, index=names, columns=names)
    found = ahp_weights(table[["職員", "費用", "体制"]])
    assert found.weights[names].to_numpy() == pytest.approx(weights)


def test_equal_options_share_the_first_place_by_lot() -> None:
    found = smaa(np.array([[0.5, 0.5], [0.5, 0.5]]), draws=20_000, seed=1)
    assert found.acceptability[1].to_numpy() == pytest.approx([0.5, 0.5], abs=0.015)


def test_equal_experts_earn_equal_weights_and_one_who_knows_nothing_none() -> None:
    truth = np.arange(1.0, 13.0)
    good = np.column_stack([truth - 3, truth + np.tile([0.5, -0.5], 6), truth + 3])
    far = good + 100
    found = cooke_weights(np.stack([good, good, far]), truth)
    assert found.weights.iloc[0] == found.weights.iloc[1] == pytest.approx(0.5, abs=1e-6)
    frame = pd.DataFrame(
        [
            {"expert": e, "question": q, "a": x[0], "b": x[1], "c": x[2]}
            for e, cube in (("甲", good), ("乙", far))
            for q, x in enumerate(cube)
        ]
    )
    assert cooke_weights(frame, dict(enumerate(truth))).weights["甲"] > 0.99


# Saaty's choice of a house (1980): size, transport, neighbourhood, age, yard, facilities, condition, financing
HOUSE = [
    [1, 5, 3, 7, 6, 6, "1/3", "1/4"],
    ["1/5", 1, "1/3", 5, 3, 3, "1/5", "1/7"],
    ["1/3", 3, 1, 6, 3, 4, 6, "1/5"],
    ["1/7", "1/5", "1/6", 1, "1/3", "1/4", "1/7", "1/8"],
    ["1/6", "1/3", "1/3", 3, 1, "1/2", "1/5", "1/6"],
    ["1/6", "1/3", "1/4", 4, 2, 1, "1/5", "1/6"],
    [3, 5, "1/6", 7, 5, 5, 1, "1/2"],
    [4, 7, 5, 8, 6, 6, 2, 1],
]


def test_saatys_house_has_the_published_priorities_and_is_called_inconsistent() -> None:
    found = ahp_weights(HOUSE)
    assert found.weights.round(3).tolist() == [0.173, 0.054, 0.188, 0.018, 0.031, 0.036, 0.167, 0.333]
    assert found.lambda_max == pytest.approx(9.669, abs=5e-4)
    assert found.consistency_ratio == pytest.approx(0.169, abs=5e-4)
    assert not found.is_consistent


@pytest.mark.parametrize(
    ("name", "method"),
    [("Geometric Mean", "geometric_mean"), ("row-geometric-mean", "geometric_mean"), ("幾何平均法", "geometric_mean"), ("eigen", "eigenvector"), ("固有ベクトル", "eigenvector")],
)  # fmt: skip
def test_a_method_may_be_called_by_its_other_names(name: str, method: str) -> None:
    assert ahp_weights(HOUSE, method=name).method == method


def test_reciprocals_printed_with_two_decimals_are_reciprocals_and_worse_ones_not() -> None:
    for times, printed in ((3, 0.33), (6, 0.17), (7, 0.14), (8, 0.13), (9, 0.11)):
        assert ahp_weights([[1, times], [printed, 1]]).weights.iloc[0] == pytest.approx(times / (times + 1), abs=0.01)
    for times, printed in ((3, 0.3), (9, 0.1), (1, 1.1)):
        with pytest.raises(ModelError, match="逆数"):
            ahp_weights([[1, times], [printed, 1]])


def test_tables_of_topsis_and_promethee_as_arrays_lists_and_frames() -> None:
    rows, weights = [[7, 9, 9, 8], [8, 7, 8, 7], [9, 6, 8, 9], [6, 7, 8, 6]], [0.1, 0.4, 0.3, 0.2]
    frame = pd.DataFrame(rows, columns=list("abcd"))
    for method in (topsis, promethee):
        plain = method(rows, weights, cost_criteria=["項目4"])
        named = method(frame, dict(zip("abcd", weights, strict=True)), cost_criteria=["d"])
        assert plain.table["comparison_score"].tolist() == pytest.approx(named.table["comparison_score"].tolist())
        assert method(np.array(rows), np.array(weights)).table["option_ja"].iloc[0] == "選択肢1"
    # the steps of Hwang & Yoon: vector norm, weights, last criterion a cost
    matrix = np.array(rows) / np.linalg.norm(rows, axis=0) * weights * [1, 1, 1, -1]
    far, near = (np.linalg.norm(matrix - end, axis=1) for end in (matrix.min(axis=0), matrix.max(axis=0)))
    closeness = topsis(rows, weights, cost_criteria=["項目4"]).scores
    assert closeness[[f"選択肢{i}" for i in range(1, 5)]].to_numpy() == pytest.approx(far / (far + near))


def test_topsis_of_the_five_telephones_printed_in_textbooks() -> None:
    # price, storage, camera, looks with equal weights, price to be small: .534277 .308368 .691632 .534737 .401046
    rows = [[250, 16, 12, 5], [200, 16, 8, 3], [300, 32, 16, 4], [275, 32, 8, 4], [225, 16, 16, 2]]
    scores = topsis(rows, [0.25] * 4, cost_criteria=["項目1"]).scores
    published = [0.534277, 0.308368, 0.691632, 0.534737, 0.401046]
    assert [scores[f"選択肢{number}"] for number in range(1, 6)] == pytest.approx(published, abs=1e-6)


def test_weight_sets_are_used_equally_often_and_named_tables_read() -> None:
    # 30 sets with a third for the first criterion alone: each set exactly 10 times in 300 draws
    sets = [[1.0, 0.0]] * 10 + [[0.0, 1.0]] * 20
    found = smaa({"費用": [1, 0], "体制": [0, 1]}, weights=sets, draws=300, seed=5)  # type: ignore[arg-type]
    assert found.acceptability[1].tolist() == pytest.approx([1 / 3, 2 / 3])
    assert list(found.central_weights.columns) == ["費用", "体制"]


def test_answers_by_expert_are_a_table_of_experts() -> None:
    truth = np.arange(1.0, 13.0)
    good = np.column_stack([truth - 3, truth + np.tile([0.5, -0.5], 6), truth + 3])
    assert cooke_weights({"甲": good, "乙": good + 100}, truth).weights["甲"] > 0.99  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: kendall_w([["高", "低"], ["低", "高"]]), "数値でない"),
        (lambda: kendall_w([[1, 2]]), "2 人以上"),
        (lambda: kendall_w([[1, np.nan], [1, 2]]), "空欄"),
        (lambda: ahp_weights([["1", "約3"], ["1/3", "1"]]), "数値でない"),
        (lambda: ahp_weights([[1, 3, None], ["1/3", 1, 2], ["", "1/2", 1]]), "1行3列が空欄"),
        (lambda: ahp_weights([[1, 3], [-1, 1]]), "2行1列が-1"),
        (lambda: ahp_weights([[1, 3], ["1/3", 1]], method="平均"), "方法「平均」"),
        (lambda: topsis([[1, 2], [2, 1]], [1.0]), "同じ数"),
        (lambda: cooke_weights({"甲": [[1, 2, 3]], "乙": [[1, 2, 3]] * 2}, [1.0]), "そろっていません"),
        (lambda: ahp_weights([[1, 2, 3], [1, 2, 3]]), "正方"),
        (lambda: smaa([[1, 2], [2, "x"]], draws=10, seed=1), "数値でない"),
        (lambda: smaa([[1, 2], [2, 1]], draws=0, seed=1), "1以上"),
        (lambda: cooke_weights([[[1, 2, 3]]], [1.0, 2.0]), "設問の数"),
    ],
)
def test_what_cannot_be_read_is_refused_in_japanese(call, said: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ModelError, match=said):
        call()
