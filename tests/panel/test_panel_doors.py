"""Published cases and other people's tables: Kendall's W with ties, AHP tables in any order, ties in SMAA, refusals in Japanese."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dxmodels.errors import ModelError
from dxmodels.panel import ahp_weights, cooke_weights, kendall_w, smaa

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


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: kendall_w([["高", "低"], ["低", "高"]]), "数値でない"),
        (lambda: kendall_w([[1, 2]]), "2 人以上"),
        (lambda: kendall_w([[1, np.nan], [1, 2]]), "空欄"),
        (lambda: ahp_weights([["1", "約3"], ["1/3", "1"]]), "数値でない"),
        (lambda: ahp_weights([[1, 2, 3], [1, 2, 3]]), "正方"),
        (lambda: smaa([[1, 2], [2, "x"]], draws=10, seed=1), "数値でない"),
        (lambda: smaa([[1, 2], [2, 1]], draws=0, seed=1), "1以上"),
        (lambda: cooke_weights([[[1, 2, 3]]], [1.0, 2.0]), "設問の数"),
    ],
)
def test_what_cannot_be_read_is_refused_in_japanese(call, said: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ModelError, match=said):
        call()
