"""The overrun model: it meets the published figures it is calibrated to, and its formulas are each other's inverse."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import special, stats

from dxmodels.cost import (
    OverrunParams,
    check_calibration,
    check_overruns,
    compare_caps,
    draw_overruns,
    fit_overruns,
    overrun_quantile,
)
from dxmodels.cost.overrun import correlate_uniforms, solve_body
from dxmodels.errors import ModelError
from dxmodels.inputs import Register


@pytest.fixture(scope="module")
def params(register: Register) -> OverrunParams:
    return fit_overruns(register)


def test_the_calibration_meets_the_published_figures(params: OverrunParams, register: Register) -> None:
    table = check_calibration(params, register).set_index("statistic_id")
    assert table["model_rate"]["beyond_threshold"] == pytest.approx(0.18)
    assert table["model_rate"]["over_budget"] == pytest.approx(0.439)
    # mean of the published non-black-swans: 0.924 of the estimate
    below = overrun_quantile(np.linspace(1e-6, 0.82, 200_001), params)
    assert np.mean(below) == pytest.approx(0.924, abs=1e-3)
    # what the declared cap decides: near the published +27 % and +200 %, far below the uncapped +447 %
    assert table["difference_rate"]["mean_overrun"] == pytest.approx(0.0, abs=0.04)
    assert table["difference_rate"]["worst_sixth_mean"] == pytest.approx(0.0, abs=0.15)
    assert table["difference_rate"]["beyond_threshold_mean"] < -2.0


@pytest.mark.parametrize(("alpha", "cap"), [(1.38, 1e12), (1.0, 51.8)])
def test_the_published_tail_mean_is_met_by_the_published_alphas(
    params: OverrunParams, alpha: float, cap: float
) -> None:
    # "x_min = 1.5, mean ratio 5.47 → alpha 1.38; with alpha = 1 the same mean needs a cap at 51.8"
    assert replace(params, tail_alpha=alpha, cap_ratio=cap).tail_mean_ratio == pytest.approx(5.47, abs=0.03)


@given(u=st.floats(1e-9, 1 - 1e-9), alpha=st.floats(0.3, 4), cap=st.floats(1.6, 100), share=st.floats(0.01, 0.6))
def test_quantile_and_exceedance_are_inverse(u: float, alpha: float, cap: float, share: float) -> None:
    params = OverrunParams(-0.1, 0.2, share, 1.5, alpha, cap, 0.0)
    ratio = float(overrun_quantile(np.array([u]), params)[0])
    assert 0 < ratio <= cap * (1 + 1e-12)
    assert params.exceedance(ratio) == pytest.approx(1 - u, abs=1e-9)


@given(first=st.floats(0.001, 0.999), second=st.floats(0.001, 0.999))
def test_the_quantile_rises(first: float, second: float) -> None:
    params = OverrunParams(-0.1, 0.2, 0.18, 1.5, 1.38, 10.0, 0.2)
    low, high = sorted((first, second))
    values = overrun_quantile(np.array([low, high]), params)
    assert values[0] <= values[1]


def test_mean_and_cvar_agree_with_plain_simulation(params: OverrunParams) -> None:
    draws = overrun_quantile(np.random.default_rng(1).random(2_000_000), params)
    error = draws.std() / math.sqrt(len(draws))
    assert draws.mean() == pytest.approx(params.mean_ratio, abs=4 * error)
    worst = np.sort(draws)[-100_000:]
    assert worst.mean() == pytest.approx(params.cvar_ratio(0.95), rel=0.01)
    assert params.cvar_ratio(0.0) == pytest.approx(params.mean_ratio, rel=1e-6)


def test_the_body_is_solved_for_mean_and_share_over_budget() -> None:
    log_mean, log_sd = solve_body(0.95, 0.4, 1.5)
    body = stats.truncnorm((-np.inf), (math.log(1.5) - log_mean) / log_sd, log_mean, log_sd)
    assert body.sf(0.0) == pytest.approx(0.4, abs=1e-9)
    assert body.expect(np.exp) == pytest.approx(0.95, abs=1e-6)


def test_contradicting_figures_are_refused() -> None:
    with pytest.raises(ModelError, match="予算超過"):
        solve_body(0.95, -0.1, 1.5)
    with pytest.raises(ModelError, match="同時に満たす"):
        solve_body(1.45, 0.3, 1.5)


@pytest.mark.parametrize("rho", [0.0, 0.2, 0.5])
def test_projects_move_together_as_the_factor_says(params: OverrunParams, rho: float) -> None:
    changed = replace(params, factor_correlation=rho)
    uniforms = np.random.default_rng(3).random((200_000, 3))
    normal = special.ndtri(correlate_uniforms(uniforms, changed))
    assert np.corrcoef(normal.T)[0, 1] == pytest.approx(rho, abs=0.01)
    assert normal.std(axis=0) == pytest.approx([1, 1], abs=0.01)


def test_only_systems_of_one_group_share_a_factor(params: OverrunParams) -> None:
    changed = replace(params, factor_correlation=0.6)
    uniforms = np.random.default_rng(4).random((100_000, 2 + 3))
    normal = special.ndtri(correlate_uniforms(uniforms, changed, np.array([0, 0, 1])))
    table = np.corrcoef(normal.T)
    assert table[0, 1] == pytest.approx(0.6, abs=0.01)
    assert table[0, 2] == pytest.approx(0.0, abs=0.02)


def test_draws_are_reproducible_and_can_be_given_from_outside(params: OverrunParams) -> None:
    first = draw_overruns(64, params=params, systems=5, seed=7)
    assert np.array_equal(first, draw_overruns(64, params=params, systems=5, seed=7))
    assert not np.array_equal(first, draw_overruns(64, params=params, systems=5, seed=8))
    uniforms = np.full((2, 3), 0.5)
    assert draw_overruns(2, params=params, uniforms=uniforms) == pytest.approx(
        np.full((2, 2), float(overrun_quantile(np.array([0.5]), params)[0]))
    )


def test_wrong_calls_are_refused(params: OverrunParams) -> None:
    with pytest.raises(ModelError, match="どちらか一方"):
        draw_overruns(4, params=params)
    with pytest.raises(ModelError, match="一致しません"):
        draw_overruns(4, params=params, uniforms=np.full((2, 3), 0.5))
    with pytest.raises(ModelError, match="5・10・20・52"):
        replace(params, cap_ratio=1.2)
    with pytest.raises(ModelError, match="因子の相関"):
        replace(params, factor_correlation=1.0)


def test_the_cap_decides_the_mean_but_not_p50_and_p80(register: Register) -> None:
    table = compare_caps(register, (5, 10, 20, 52))
    assert table["mean_ratio"].is_monotonic_increasing
    assert table["cvar95_ratio"].is_monotonic_increasing
    assert table["p50_ratio"].nunique() == 1
    assert table["p80_ratio"].nunique() == 1


def test_history_is_held_against_the_model_with_an_exact_interval(params: OverrunParams) -> None:
    own = overrun_quantile((np.arange(200) + 0.5) / 200, params)
    table = check_overruns(params, own)
    assert table["is_consistent"].all()
    row = table.set_index("level_share").loc[0.80]
    exact = stats.binomtest(int(row["exceeded_count"]), 200).proportion_ci(0.95, method="exact")
    assert (row["low_share"], row["high_share"]) == pytest.approx((exact.low, exact.high))
    assert check_overruns(params, own + 0.5)["is_consistent"].tolist()[:2] == [False, False]
    with pytest.raises(ModelError, match="正の数"):
        check_overruns(params, np.array([1.0, -1.0]))
