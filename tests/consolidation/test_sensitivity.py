"""Sobol' indices against the published Ishigami function (Ishigami & Homma 1990)."""

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
    [([(1.0, 0.0)], 64, "下限＜上限"), ([(0.0, 1.0)], 100, "2 のべき乗"), ([], 64, "組で指定")],
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
