"""A published panel through the classical model, comparison matrices of every size, and SMAA in closed form."""

import numpy as np
import pandas as pd
import pytest

from dxmodels.errors import ModelError
from dxmodels.panel import ahp_weights, combine_quantiles, cooke_weights, smaa

# The tobacco panel of the TU Delft expert judgment data base: 7 experts, 10 questions with known answers, quantiles 5, 25, 50, 75, 95 %.
# Colson & Cooke 2017 (Reliability Engineering & System Safety 163, 109-120), by the program Excalibur: equal weights .20/.45/.09,
# performance weights .66/.53/.35, optimised .69/1.06/.73, which is the best expert alone (statistical accuracy / information / combined).
LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)
ANSWERS = [13.11, 77.3, 7, 74.28, 34, 1.26, 1.2, 0.777, 1.83, 21.3]
TOBACCO = """
5 12 25 35 50|2 7 10 11 12|5 8 10 15 20|10 25 40 50 60|20 35 50 60 75|1 1.1 1.25 1.4 1.8|1 1.2 1.3 1.4 1.5|.5 .75 1 1.1 1.25|.8 1 1.5 1.6 1.8|40 45 55 60 65
1 5 10 15 25|5 10 15 20 25|1 3 5 7 10|50 60 85 90 100|10 20 30 50 60|1 1.1 1.11 1.14 1.2|1 1.1 1.2 1.3 1.5|.33 .4 .5 .67 1|1 1.5 2 2.5 3|25 30 50 60 75
2 4 6 8 10|8 17 25 38 40|4 7 11 14 16|10 25 35 45 55|15 27 30 40 45|.3 .4 .5 1.5 2|.75 .8 1 1.35 2|.5 .6 .75 .85 1|1.03 1.1 1.15 1.35 1.5|20 45 60 75 80
1 11 15 100 200|3 15 25 30 37|3 5 7 10 15|30 50 75 82 90|20 30 35 42 48|.8 1 1.3 1.4 1.5|.7 1 1.1 1.3 1.4|.5 .6 .7 1 1.1|.98 1.1 1.2 1.3 1.5|45 50 60 70 85
500 550 600 750 1000|0 25 50 75 100|6 7 8 9 11|0 25 50 75 100|27 29 33 34 35|.75 .813 .875 .938 1|1 1.1 1.25 1.3 1.5|.6 .667 .733 .8 .867|1 1.25 1.5 1.75 2|40 45 50 55 60
1 2.3 2.8 3.1 3.4|0 2 4 7 10|3 13 17 19 20|50 60 73 80 90|15 23 32 41 45|.75 .83 .9 1.3 2|.87 .97 1 1.1 1.3|.64 .71 .8 .914 1.067|.67 .85 1 1.2 1.5|19 20 21 23 26
1 4 7 10 15|0 10 20 30 100|4 5 7 9 10|1 85 90 95 100|20 22 32 36 40|.5 .75 1 1.25 1.5|1.1 1.2 1.3 1.4 1.5|.5 .7 .8 .9 1|1 1.2 1.4 1.6 1.8|15 20 25 30 50
"""


def tobacco() -> np.ndarray:
    rows = TOBACCO.strip().splitlines()
    return np.array([[[float(value) for value in cell.split()] for cell in row.split("|")] for row in rows])


@pytest.mark.parametrize(
    ("alpha", "accuracy", "information", "combined"), [(0.0, 0.66, 0.53, 0.35), ("optimise", 0.69, 1.06, 0.73)]
)
def test_the_tobacco_panel_scores_as_published(
    alpha: object, accuracy: float, information: float, combined: float
) -> None:
    found = cooke_weights(tobacco(), ANSWERS, probabilities=LEVELS, alpha=alpha)  # type: ignore[arg-type]
    assert found.panel_calibration == pytest.approx(accuracy, abs=0.005)
    assert found.panel_information == pytest.approx(information, abs=0.005)
    assert found.panel_calibration * found.panel_information == pytest.approx(combined, abs=0.005)


def test_the_optimised_weight_goes_to_the_best_expert_alone() -> None:
    found = cooke_weights(tobacco(), ANSWERS, probabilities=LEVELS, alpha="optimise")
    assert found.weights.round(9).tolist() == [0, 0, 0, 0, 0, 0, 1]
    assert found.table["combined_value"].iloc[-1] == pytest.approx(0.73, abs=0.005)


def test_equal_weights_score_as_published() -> None:
    cube, truth = tobacco(), np.array(ANSWERS)
    low, high = np.minimum(cube.min(axis=(0, 2)), truth), np.maximum(cube.max(axis=(0, 2)), truth)
    low, high = low - 0.1 * (high - low), high + 0.1 * (high - low)
    equal = np.full(7, 1 / 7)
    panel = [combine_quantiles(cube[:, q], equal, low[q], high[q], LEVELS) for q in range(10)]
    # scored beside the seven, whose answers span the range: the panel is an eighth expert
    found = cooke_weights(np.concatenate([cube, np.array(panel)[None]]), truth, probabilities=LEVELS)
    row = found.table.iloc[-1]
    assert (round(row["calibration_value"], 2), round(row["information_value"], 2)) == (0.20, 0.45)


@pytest.mark.parametrize("size", range(1, 16))
def test_consistent_matrices_of_every_size_give_back_their_weights(size: int) -> None:
    weights = np.random.default_rng(size).random(size) + 0.1
    for method in ("eigenvector", "geometric_mean"):
        found = ahp_weights((weights[:, None] / weights).tolist(), method=method)  # type: ignore[arg-type]
        assert found.weights.to_numpy() == pytest.approx(weights / weights.sum())
        assert found.consistency_ratio == pytest.approx(0.0, abs=1e-9)


def test_fractions_may_be_written_as_text() -> None:
    found = ahp_weights([["1", "3", "5"], ["1/3", "1", "2"], ["1/5", "1/2", "1"]])
    assert found.weights.to_numpy() == pytest.approx(ahp_weights([[1, 3, 5], [1 / 3, 1, 2], [0.2, 0.5, 1]]).weights)


@pytest.mark.parametrize(
    ("matrix", "said"),
    [([[2, 3], [1 / 3, 1]], "1行1列（同じ項目どうし）の値が 2"), ([["1", "三"], ["1", "1"]], "分数")],
)
def test_a_wrong_cell_of_a_comparison_is_named(matrix: list[list[object]], said: str) -> None:
    with pytest.raises(ModelError, match=said):
        ahp_weights(matrix)  # type: ignore[arg-type]


def test_smaa_of_two_options_in_closed_form() -> None:
    # (1, 0) against (.4, .8): the first wins where w > .8/1.4; uniform weights, an order, bounds, sets and fixed weights
    values, turn = [[1, 0], [0.4, 0.8]], 0.8 / 1.4
    expected = {
        "uniform": 1 - turn,
        ("項目1", "項目2"): (1 - turn) / 0.5,
    }
    for weights, share in expected.items():
        found = smaa(values, weights=weights if isinstance(weights, str) else list(weights), draws=60_000, seed=1)
        assert found.acceptability[1].iloc[0] == pytest.approx(share, abs=0.007)
    bounded = smaa(values, weights={"項目1": (0.5, 0.7)}, draws=60_000, seed=1)
    assert bounded.acceptability[1].iloc[0] == pytest.approx((0.7 - turn) / 0.2, abs=0.007)
    for fixed in ([0.9, 0.1], np.array([9, 1]), {"項目1": 0.9, "項目2": 0.1}, [[0.9, 0.1]]):
        assert smaa(values, weights=fixed, draws=50, seed=1).acceptability[1].tolist() == [1.0, 0.0]  # type: ignore[arg-type]
    central = smaa(values, draws=60_000, seed=1).central_weights.to_numpy()
    assert central[:, 0] == pytest.approx([(1 + turn) / 2, turn / 2], abs=0.01)


def test_weights_that_are_missing_or_incomplete_are_refused() -> None:
    table = pd.DataFrame([[1, 0], [0, 1]], columns=["費用", "体制"])
    for wrong in (None, {"費用": 1.0}, [["高", "低"]]):
        with pytest.raises(ModelError):
            smaa(table, weights=wrong, draws=10, seed=1)  # type: ignore[arg-type]
