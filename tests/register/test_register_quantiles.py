"""Inverse transforms of the register's distributions: the stated levels are met, and SciPy's own distributions agree."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import integrate, stats

from dxmodels.errors import ModelError
from dxmodels.inputs.assumptions import Levels
from dxmodels.inputs.assumptions.quantiles import default_interval, inconsistencies, quantile

GRID = np.linspace(0.01, 0.99, 99)
BOUNDED = ("uniform", "triangular", "pert")
three_levels = st.tuples(st.floats(0.5, 1e6), st.floats(1.001, 50.0), st.floats(1.001, 50.0)).map(
    lambda t: (t[0], t[0] * t[1], t[0] * t[1] * t[2])
)


def draw(distribution: str, low: float, central: float, high: float, u: object) -> np.ndarray:
    return quantile(Levels(central, low, high), distribution, default_interval(distribution), u)


@pytest.mark.parametrize(
    ("distribution", "peer"),
    [
        ("uniform", stats.uniform(10, 20)),
        ("triangular", stats.triang(c=5 / 20, loc=10, scale=20)),
        # PERT of (10, 15, 30): alpha = 1 + 4*5/20 = 2, beta = 1 + 4*15/20 = 4
        ("pert", stats.beta(2, 4, loc=10, scale=20)),
    ],
)
def test_bounded_ones_agree_with_scipy(distribution: str, peer: stats.rv_continuous) -> None:
    assert draw(distribution, 10, 15, 30, GRID) == pytest.approx(peer.ppf(GRID), rel=1e-12)


def test_pert_mean_is_a_plus_4m_plus_b_over_6() -> None:
    mean, _ = integrate.quad(lambda u: float(draw("pert", 10, 15, 30, u)), 1e-12, 1 - 1e-12)
    assert mean == pytest.approx((10 + 4 * 15 + 30) / 6, rel=1e-6)


def test_symmetric_normal_is_the_normal() -> None:
    # 95 % interval of the bidder elasticity: half width 0.115 = 1.95996 sd
    levels = Levels(-0.156, -0.271, -0.041)
    peer = stats.norm(-0.156, 0.115 / stats.norm.ppf(0.975))
    assert quantile(levels, "normal", "ci95", GRID) == pytest.approx(peer.ppf(GRID), rel=1e-12)


@given(three_levels)
def test_open_ended_ones_meet_p5_median_and_p95_even_where_skewed(levels: tuple[float, float, float]) -> None:
    low, central, high = levels
    for distribution in ("normal", "lognormal"):
        assert draw(distribution, low, central, high, [0.05, 0.5, 0.95]) == pytest.approx(
            [low, central, high], rel=1e-9
        )


@given(three_levels)
def test_bounded_ones_stay_within_their_ends_and_never_fall(levels: tuple[float, float, float]) -> None:
    low, central, high = levels
    for distribution in (*BOUNDED, "pareto_capped"):
        values = draw(distribution, low, central, high, GRID)
        assert np.all(np.diff(values) >= 0)
        assert low <= values[0]
        assert values[-1] <= high * (1 + 1e-12)


def test_capped_pareto_by_hand() -> None:
    # low 1, median 2 -> alpha 1, so P(X > x) = 1/x: 1/10 of the probability stands at the cap 10
    assert draw("pareto_capped", 1, 2, 10, [0.5, 0.8, 0.95]) == pytest.approx([2.0, 5.0, 10.0])


def test_fixed_ignores_its_range_and_keeps_the_shape() -> None:
    assert quantile(Levels(3.0, 1.0, 9.0), "fixed", "bounds", np.full((2, 3), 0.9)).tolist() == [[3.0] * 3] * 2


def test_mode_at_an_end_is_allowed() -> None:
    # single_bid_premium: the central value is the upper end
    assert draw("triangular", 0.1, 0.164, 0.164, 0.5) == pytest.approx(0.1 + math.sqrt(0.5) * 0.064)


@pytest.mark.parametrize("u", [0.0, 1.0, -0.1, [0.5, float("nan")]])
def test_probabilities_outside_the_open_interval_are_refused(u: object) -> None:
    with pytest.raises(ModelError, match="0 と 1 の間"):
        draw("uniform", 1, 2, 3, u)


@pytest.mark.parametrize(
    ("distribution", "interval", "levels", "said"),
    [
        ("triangular", "bounds", Levels(1.0), "low と high が要ります"),
        ("uniform", "bounds", Levels(1.0, 1.0, 1.0), "同じか逆"),
        ("normal", "bounds", Levels(1.0, 0.0, 2.0), "interval: bounds は使えません"),
        ("pert", "ci95", Levels(1.0, 0.0, 2.0), "interval: ci95 は使えません"),
        ("lognormal", "p5_p95", Levels(1.0, 0.0, 2.0), "0 以下"),
        ("pareto_capped", "bounds", Levels(1.0, 1.0, 2.0), "中央値"),
        ("fixed", "bounds", Levels(3.0, 1.0, 2.0), "low ≤ central ≤ high"),
    ],
)
def test_impossible_levels_are_named(distribution: str, interval: str, levels: Levels, said: str) -> None:
    assert any(said in problem for problem, _ in inconsistencies(levels, distribution, interval))
