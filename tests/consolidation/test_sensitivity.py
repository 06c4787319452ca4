"""Sobol' indices against the published Ishigami function (Ishigami & Homma 1990)."""

import math

import numpy as np
import pytest

from dxmodels.consolidation.sensitivity import sobol_indices
from dxmodels.errors import ModelError

BOUNDS = dict.fromkeys(("x1", "x2", "x3"), (-np.pi, np.pi))


def ishigami(x: np.ndarray) -> np.ndarray:
    return np.sin(x[..., 0]) + 7 * np.sin(x[..., 1]) ** 2 + 0.1 * x[..., 2] ** 4 * np.sin(x[..., 0])


def test_ishigami_indices_are_the_published_ones() -> None:
    found = sobol_indices(ishigami, BOUNDS, draws=8192, seed=1)
    assert found.first.to_numpy() == pytest.approx([0.3139, 0.4424, 0.0], abs=0.01)
    assert found.total.to_numpy() == pytest.approx([0.5576, 0.4424, 0.2437], abs=0.01)


def test_a_function_of_one_row_gives_the_same_as_one_of_all_rows() -> None:
    by_row = sobol_indices(lambda row: float(ishigami(np.asarray(row)[None, :])[0]), BOUNDS, draws=64, seed=3)
    at_once = sobol_indices(ishigami, BOUNDS, draws=64, seed=3)
    assert by_row.total.to_numpy() == pytest.approx(at_once.total.to_numpy())


def test_an_additive_function_has_no_interactions() -> None:
    # y = 3a + 4b on the unit square: variances 9/12 and 16/12 → first = total = .36, .64
    found = sobol_indices(lambda x: 3 * x[:, 0] + 4 * x[:, 1], [(0, 1), (0, 1)], draws=4096, seed=2)
    assert found.first.to_numpy() == pytest.approx([0.36, 0.64], abs=0.01)
    assert found.total.to_numpy() == pytest.approx([0.36, 0.64], abs=0.01)


@pytest.mark.parametrize(
    ("bounds", "draws", "message"),
    [([(1.0, 0.0)], 64, "下限＜上限"), ([(0.0, 1.0)], 1, "2 以上"), ([], 64, "組で指定")],
)
def test_bad_settings_are_refused(bounds: list[tuple[float, float]], draws: int, message: str) -> None:
    with pytest.raises(ModelError, match=message):
        sobol_indices(lambda x: x[:, 0], bounds, draws=draws, seed=1)


def test_a_constant_result_has_no_sensitivity() -> None:
    with pytest.raises(ModelError, match="一定"):
        sobol_indices(lambda x: np.ones(len(x)), [(0.0, 1.0)], draws=64, seed=1)


def test_a_result_that_is_not_finite_names_the_input() -> None:
    with pytest.raises(ModelError, match="有限の数"):
        sobol_indices(lambda x: np.where(x[:, 0] < 0.5, np.nan, 1.0), [(0.0, 1.0)], draws=64, seed=1)


def test_a_number_of_draws_between_powers_of_two_is_raised_and_said() -> None:
    found = sobol_indices(ishigami, BOUNDS, draws=1000, seed=3)
    assert (found.draws, found.evaluations) == (1024, 1024 * 5)
    assert found.first.to_numpy() == pytest.approx(sobol_indices(ishigami, BOUNDS, draws=1024, seed=3).first.to_numpy())


@pytest.mark.parametrize(
    "by_name",
    [
        lambda x: np.sin(x["x1"]) + 7 * np.sin(x["x2"]) ** 2 + 0.1 * x["x3"] ** 4 * np.sin(x["x1"]),
        lambda a, b, c: np.sin(a) + 7 * np.sin(b) ** 2 + 0.1 * c**4 * np.sin(a),
        lambda x, amplitude=7: np.sin(x[:, 0]) + amplitude * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0]),
        lambda row: math.sin(row[0]) + 7 * math.sin(row[1]) ** 2 + 0.1 * row[2] ** 4 * math.sin(row[0]),
    ],
)  # fmt: skip
def test_a_function_may_ask_for_its_inputs_by_name_one_by_one_or_by_row(by_name) -> None:  # type: ignore[no-untyped-def]
    plain = sobol_indices(ishigami, BOUNDS, draws=128, seed=3)
    assert sobol_indices(by_name, BOUNDS, draws=128, seed=3).total.to_numpy() == pytest.approx(plain.total.to_numpy())


def test_saltellis_additive_function_with_coefficients_that_double() -> None:
    # y = Σ c_i x_i, c = 1, 2, 4, 8 on the unit cube: S_i = ST_i = c_i² / Σ c² = 1/85, 4/85, 16/85, 64/85 (Saltelli et al. 2008, ch. 1)
    c = np.array([1.0, 2.0, 4.0, 8.0])
    found = sobol_indices(lambda x: x @ c, [(0, 1)] * 4, draws=4096, seed=5)
    assert found.first.to_numpy() == pytest.approx(c**2 / 85, abs=0.005)
    assert found.total.to_numpy() == pytest.approx(c**2 / 85, abs=0.005)
