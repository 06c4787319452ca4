"""AHP, SMAA, Kendall's W and Cooke's model against published examples, closed forms and hand arithmetic."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import chi2

from dxmodels.errors import ModelError
from dxmodels.panel.agreement import kendall_w
from dxmodels.panel.ahp import ahp_weights
from dxmodels.panel.cooke import combine_quantiles, cooke_weights
from dxmodels.panel.smaa import smaa

# Saaty's comparison of drinks consumed (coffee, wine, tea, beer, soda, milk, water)
DRINKS = np.array(
    [
        [1, 9, 5, 2, 1, 1, 1 / 2],
        [1 / 9, 1, 1 / 3, 1 / 9, 1 / 9, 1 / 9, 1 / 9],
        [1 / 5, 3, 1, 1 / 3, 1 / 4, 1 / 3, 1 / 9],
        [1 / 2, 9, 3, 1, 1 / 2, 1, 1 / 3],
        [1, 9, 4, 2, 1, 2, 1 / 2],
        [1, 9, 3, 1, 1 / 2, 1, 1 / 3],
        [2, 9, 9, 3, 2, 3, 1],
    ]
)


def test_saatys_drinks() -> None:
    found = ahp_weights(DRINKS)
    assert found.weights.to_numpy() == pytest.approx([0.177, 0.019, 0.042, 0.116, 0.190, 0.129, 0.327], abs=5e-4)
    assert found.consistency_ratio == pytest.approx(0.022, abs=5e-4)
    assert found.random_index_name == "Saaty 1980"


@pytest.mark.parametrize("method", ["eigenvector", "geometric_mean"])
def test_consistent_comparisons_give_back_their_weights(method: str) -> None:
    weights = np.array([0.5, 0.3, 0.2])
    found = ahp_weights(weights[:, None] / weights[None, :], method=method)  # type: ignore[arg-type]
    assert found.weights.to_numpy() == pytest.approx(weights)
    assert found.consistency_ratio == pytest.approx(0.0, abs=1e-9)
    assert not found.ranks_differ


def test_circular_comparisons_are_called_inconsistent() -> None:
    found = ahp_weights(np.array([[1, 3, 1 / 3], [1 / 3, 1, 3], [3, 1 / 3, 1]]))
    assert not found.is_consistent
    assert "見直し" in found.summary()


def test_entries_that_are_not_reciprocal_are_refused_with_the_cure() -> None:
    with pytest.raises(ModelError, match=r"1行2列の値 3 .* 0\.3333"):
        ahp_weights([[1, 3], [3, 1]])


def test_kendalls_w_of_the_textbook_example() -> None:
    # Siegel & Castellan: 3 executives rank 6 applicants, W = .16
    ranks = np.array([[1, 6, 3, 2, 5, 4], [1, 5, 6, 4, 2, 3], [6, 3, 2, 5, 4, 1]])
    assert kendall_w(-ranks).w == pytest.approx(0.16, abs=0.005)


def test_full_agreement_is_one_and_opposite_views_are_zero() -> None:
    assert kendall_w([[3, 2, 1], [9, 5, 1], [30, 20, 10]]).w == pytest.approx(1.0)
    assert kendall_w([[3, 2, 1], [1, 2, 3]]).w == pytest.approx(0.0)


def test_ties_are_corrected() -> None:
    # two experts, both (1.5, 1.5, 3): W with the tie correction is 1
    assert kendall_w([[2, 2, 1], [5, 5, 0]]).w == pytest.approx(1.0)


def test_smaa_of_two_opposite_options_and_a_compromise() -> None:
    # values (1,0), (0,1), (.6,.6): with w uniform on [0,1] the first wins for w > .6, the second for w < .4, the third between
    found = smaa(
        pd.DataFrame([[1, 0], [0, 1], [0.6, 0.6]], index=list("abc"), columns=["x", "y"]), draws=40_000, seed=1
    )
    assert found.acceptability[1].to_numpy() == pytest.approx([0.4, 0.4, 0.2], abs=0.01)
    assert found.central_weights.loc["a"].to_numpy() == pytest.approx([0.8, 0.2], abs=0.01)
    assert found.acceptability.sum(axis=0).to_numpy() == pytest.approx([1, 1, 1])
    assert found.acceptability.sum(axis=1).to_numpy() == pytest.approx([1, 1, 1])


def test_an_order_of_importance_is_obeyed() -> None:
    # x at least as important as y: w_x uniform on [.5, 1] → "a" wins for w_x > .6: 80 %
    table = pd.DataFrame([[1, 0], [0.6, 0.6]], index=["a", "c"], columns=["x", "y"])
    assert smaa(table, weights=["x", "y"], draws=40_000, seed=2).acceptability[1]["a"] == pytest.approx(0.8, abs=0.01)


def test_bounds_on_weights_are_obeyed_and_contradictions_refused() -> None:
    table = pd.DataFrame([[1, 0], [0.6, 0.6]], index=["a", "c"], columns=["x", "y"])
    inside = smaa(table, weights={"x": (0.5, 0.7)}, draws=20_000, seed=3)
    assert inside.acceptability[1]["a"] == pytest.approx(0.5, abs=0.015)
    with pytest.raises(ModelError, match="矛盾"):
        smaa(table, weights={"x": (0.8, 0.9), "y": (0.8, 0.9)}, draws=10, seed=1)


def test_uncertain_values_are_sampled_with_the_weights() -> None:
    # option a is (1,1) in half of the simulation draws and (0,0) in the other half; b is always (.5,.5)
    cube = np.array([[[1.0, 1.0], [0.5, 0.5]], [[0.0, 0.0], [0.5, 0.5]]])
    found = smaa(cube, draws=20_000, seed=4)
    assert found.acceptability[1].to_numpy() == pytest.approx([0.5, 0.5], abs=0.015)
    assert found.confidence.to_numpy() == pytest.approx([0.5, 0.5])


def test_calibration_by_hand() -> None:
    # 10 questions; expert states (−1, 0, 1); realisations fall 0/5/5/0 into the bins:
    # I = .5 ln(.5/.45)·2 = .10536; statistic 2·10·I = 2.1072; C = P(χ²₃ ≥ 2.1072) = .5504
    truth = np.array([-0.5] * 5 + [0.5] * 5)
    answers = np.tile([-1.0, 0.0, 1.0], (1, 10, 1))
    found = cooke_weights(answers, truth)
    assert found.table["calibration_value"][0] == pytest.approx(chi2.sf(2 * 10 * np.log(0.5 / 0.45), 3))
    # range [−1, 1] widened by 10 % of its length 2 on both sides: [−1.2, 1.2], length 2.4; widths .2, 1, 1, .2
    by_hand = np.log(2.4) + 2 * (0.05 * np.log(0.05 / 0.2) + 0.45 * np.log(0.45 / 1.0))
    assert found.table["information_value"][0] == pytest.approx(by_hand)
    assert found.weights.tolist() == [1.0]


def test_the_overconfident_expert_loses_nearly_all_weight() -> None:
    truth = np.random.default_rng(0).normal(size=20)
    wide = np.tile([-1.645, 0.0, 1.645], (20, 1))
    narrow = np.tile([-0.3, 0.0, 0.3], (20, 1))
    found = cooke_weights(np.stack([wide, narrow]), truth)
    assert found.weights.iloc[1] < 1e-6


def test_one_expert_alone_keeps_his_quantiles() -> None:
    assert combine_quantiles(np.array([[1.0, 2.0, 4.0]]), np.array([1.0]), 0.0, 5.0) == pytest.approx([1.0, 2.0, 4.0])


def test_quantiles_out_of_order_are_refused() -> None:
    with pytest.raises(ModelError, match="小さい順"):
        cooke_weights(np.array([[[2.0, 1.0, 3.0]]]), [1.0])


def test_full_width_fractions_are_numbers() -> None:
    assert ahp_weights([["１", "３"], ["１／３", "１"]]).weights.to_numpy() == pytest.approx([0.75, 0.25])


@pytest.mark.parametrize("levels", [(0.5, 0.1, 0.9), (0.0, 0.5, 1.0), (0.05, 0.5, 0.5)])
def test_quantile_levels_out_of_order_are_refused(levels: tuple[float, float, float]) -> None:
    with pytest.raises(ModelError, match="小さい順に並べてください"):
        cooke_weights(np.tile([-1.0, 0.0, 1.0], (1, 10, 1)), np.zeros(10), probabilities=levels)
