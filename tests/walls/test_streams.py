"""Common random numbers: by name, by seed, on any machine."""

import numpy as np
import pytest

from dxmodels import streams
from dxmodels.errors import ModelError


def test_same_seed_and_name_give_the_same_numbers() -> None:
    assert np.array_equal(streams.stream(7, "overrun").random(5), streams.stream(7, "overrun").random(5))


def test_other_names_and_seeds_are_independent() -> None:
    first, second = streams.stream(7, "overrun").random(4096), streams.stream(7, "uptake").random(4096)
    # standard error of a correlation of independent series is 1/√4096 = 0.016; five of them
    assert abs(np.corrcoef(first, second)[0, 1]) < 0.08
    assert not np.array_equal(first, streams.stream(8, "overrun").random(4096))


def test_the_numbers_are_pinned() -> None:
    # Golden value: a change here changes every simulated figure of every report.
    assert streams.stream(1, "golden").integers(0, 10**6, 3).tolist() == [57467, 170101, 229897]


def test_sobol_points_fill_the_cube_evenly() -> None:
    points = streams.sobol_draws(3, "inputs", draws=1024, dimensions=4)
    assert points.shape == (1024, 4)
    assert points.min() > 0.0
    assert points.max() < 1.0
    # a scrambled Sobol' net of 1,024 points puts exactly 64 into each sixteenth of every axis
    for axis in points.T:
        assert np.bincount((axis * 16).astype(int), minlength=16).tolist() == [64] * 16


@pytest.mark.parametrize("draws", [0, 3, 1000])
def test_draws_must_be_a_power_of_two(draws: int) -> None:
    with pytest.raises(ModelError, match="2 のべき乗"):
        streams.sobol_draws(1, "x", draws=draws, dimensions=1)


@pytest.mark.parametrize("seed", [-1, 2**63, True])
def test_seeds_outside_the_range_are_refused(seed: int) -> None:
    with pytest.raises(ModelError, match="乱数の種"):
        streams.stream(seed, "x")
