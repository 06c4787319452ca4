"""The portfolio's tail: one system has a closed form, several agree with plain simulation, contributions add up."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from dxmodels.cost import (
    OverrunParams,
    compare_tail_settings,
    draw_overruns,
    evaluate_portfolio_tail,
    overrun_quantile,
)
from dxmodels.errors import ModelError

PARAMS = OverrunParams(-0.0946, 0.2029, 0.18, 1.5, 1.38, 10.0, 0.2)
THREE = pd.Series({"A": 500_000_000, "B": 200_000_000, "C": 100_000_000})


def test_one_system_has_the_quantiles_of_the_distribution() -> None:
    tail = evaluate_portfolio_tail(pd.Series({"A": 1_000_000_000}), params=PARAMS, seed=1)
    for measure, level in (("p50", 0.5), ("p80", 0.8), ("p95", 0.95)):
        exact = 1e9 * overrun_quantile(np.array([level]), PARAMS)[0]
        assert tail.value_yen(measure) == pytest.approx(exact, rel=0.003)
    assert tail.value_yen("cvar95") == pytest.approx(1e9 * PARAMS.cvar_ratio(0.95), rel=0.005)
    assert tail.worst_share == pytest.approx(1.0)


def test_three_systems_agree_with_plain_simulation() -> None:
    tail = evaluate_portfolio_tail(THREE, params=PARAMS, seed=1)
    plain = draw_overruns(400_000, params=PARAMS, systems=3, seed=99, quasi=False) @ THREE.to_numpy(dtype=float)
    for measure, level in (("p50", 0.5), ("p80", 0.8), ("p95", 0.95)):
        assert tail.value_yen(measure) == pytest.approx(np.quantile(plain, level), rel=0.01)
    assert tail.value_yen("mean") == pytest.approx(PARAMS.mean_ratio * THREE.sum(), rel=0.002)


def test_bands_are_printed_and_hold_the_value() -> None:
    tail = evaluate_portfolio_tail(THREE, params=PARAMS, seed=1, draws=1024)
    table = tail.quantiles
    assert tail.to_frame()["value_yen"].tolist() == table["value_yen"].tolist()
    assert (table["low_yen"] < table["value_yen"]).all()
    assert (table["value_yen"] < table["high_yen"]).all()
    # the error of the mean of eight scrambles is that of one scramble over √8
    one = table["one_scramble_error_rate"] * table["value_yen"] / np.sqrt(8)
    assert table["standard_error_yen"].to_numpy() == pytest.approx(one.to_numpy(), abs=1)


def test_contributions_add_up_to_the_tail_excess() -> None:
    tail = evaluate_portfolio_tail(THREE, params=PARAMS, seed=1)
    excess = tail.value_yen("cvar95") - tail.estimate_yen
    assert tail.contributors["tail_excess_yen"].sum() == pytest.approx(excess, abs=5)
    assert tail.contributors["tail_share"].sum() == pytest.approx(1.0)
    assert tail.contributors["tail_share"].is_monotonic_decreasing
    assert tail.worst_systems == ("A", "B", "C")


def test_equal_independent_systems_share_the_tail_equally() -> None:
    costs = pd.Series(100_000_000, index=[f"S{i}" for i in range(10)])
    tail = evaluate_portfolio_tail(costs, params=replace(PARAMS, factor_correlation=0.0), seed=5)
    assert tail.contributors["tail_share"].to_numpy() == pytest.approx(np.full(10, 0.1), abs=0.01)
    assert tail.worst_share == pytest.approx(0.3, abs=0.02)
    # but in any one bad draw the three worst of it carry far more than three tenths
    assert tail.worst_in_draw_share > 0.6


def test_correlation_widens_the_tail_and_a_wider_cap_too() -> None:
    costs = pd.Series(100_000_000, index=[f"S{i}" for i in range(20)])
    table = compare_tail_settings(
        costs, params=PARAMS, caps=[5, 10, 20, 52], correlations=[0.0, 0.2, 0.5], seed=1, draws=1024
    )
    caps = table[table["tail_setting_ja"] == "超過倍率の上限"]
    assert caps["p95_yen"].is_monotonic_increasing
    assert table.loc[table["tail_setting_ja"] == "共通因子の相関", "p95_yen"].is_monotonic_increasing


def test_groups_by_vendor_and_systems_without_one() -> None:
    groups = pd.Series({"A": "V1", "B": "V1"})
    grouped = evaluate_portfolio_tail(THREE, params=replace(PARAMS, factor_correlation=0.8), seed=1, groups=groups)
    together = evaluate_portfolio_tail(THREE, params=replace(PARAMS, factor_correlation=0.8), seed=1)
    assert grouped.value_yen("p95") < together.value_yen("p95")


def test_same_seed_same_numbers() -> None:
    first = evaluate_portfolio_tail(THREE, params=PARAMS, seed=3, draws=256)
    second = evaluate_portfolio_tail(THREE, params=PARAMS, seed=3, draws=256)
    pd.testing.assert_frame_equal(first.to_frame(), second.to_frame())
    pd.testing.assert_frame_equal(first.curve, second.curve)


def test_the_sentence_holds_the_declared_cap_and_the_error() -> None:
    tail = evaluate_portfolio_tail(THREE, params=PARAMS, seed=1, draws=256)
    assert "見積の合計8.0億円" in tail.summary()
    assert "計算誤差は最大±" in tail.summary()
    assert "上限は10倍" in tail.settings_ja()
    assert "256回×8組" in tail.settings_ja()


@pytest.mark.parametrize(
    ("costs", "message"),
    [
        (pd.Series([1.0, None], index=["A", "B"]), "欠測"),
        (pd.Series([1.0, -1.0], index=["A", "B"]), "負"),
        (pd.Series([1.0, 2.0], index=["A", "A"]), "重複"),
        (pd.Series([0.0], index=["A"]), "正のシステムがありません"),
    ],
)
def test_faulty_estimates_are_refused(costs: pd.Series, message: str) -> None:
    with pytest.raises(ModelError, match=message):
        evaluate_portfolio_tail(costs, params=PARAMS, seed=1)


def test_fewer_than_eight_scrambles_are_refused() -> None:
    with pytest.raises(ModelError, match="8組以上"):
        evaluate_portfolio_tail(THREE, params=PARAMS, seed=1, scrambles=4)
