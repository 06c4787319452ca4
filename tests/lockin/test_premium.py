"""The premium: published values, hand arithmetic, planted effects."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
import statsmodels.treatment as treatment_package
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.treatment.treatment_effects import TreatmentEffect

from dxmodels.errors import ModelError
from dxmodels.lockin.premium import adjusted_estimate, bound_strength, estimate_premium, robustness_value
from dxmodels.streams import stream

OUTCOME_CONTROLS = ["prenatal1_", "mmarried_", "mage", "fbaby_"]
SELECTION_CONTROLS = ["mmarried_", "mage", "mage2", "fbaby_", "medu"]


@pytest.fixture(scope="module")
def cattaneo() -> pd.DataFrame:
    """Births of Cattaneo (2010), shipped inside the statsmodels wheel."""
    return pd.read_csv(Path(treatment_package.__file__).parent / "tests" / "results" / "cataneo2.csv")


@pytest.mark.parametrize(
    ("method", "controls", "published", "error"),
    [
        ("ipw", SELECTION_CONTROLS, -230.69, 25.82),  # Stata manual, teffects ipw
        ("regression_adjustment", OUTCOME_CONTROLS, -239.64, 23.82),  # teffects ra
    ],
)
def test_single_model_estimators_reproduce_the_published_births(cattaneo, method, controls, published, error):
    found = estimate_premium(
        cattaneo, outcome="bweight", treatment="mbsmoke_", controls=controls, method=method, draws=0
    )
    assert found.estimate == pytest.approx(published, abs=0.005)
    assert found.standard_error == pytest.approx(error, abs=0.01)
    assert found.n == 4642


def test_aipw_reproduces_the_published_births_and_statsmodels(cattaneo):
    found = estimate_premium(
        cattaneo,
        outcome="bweight",
        treatment="mbsmoke_",
        controls=OUTCOME_CONTROLS,
        treatment_controls=SELECTION_CONTROLS,
        method="aipw",
        draws=0,
    )
    assert found.estimate == pytest.approx(-230.99, abs=0.005)
    assert found.standard_error == pytest.approx(26.21, abs=0.01)
    selection = sm.Probit(cattaneo["mbsmoke_"], sm.add_constant(cattaneo[SELECTION_CONTROLS])).fit(disp=0)
    outcome = sm.OLS(cattaneo["bweight"], sm.add_constant(cattaneo[OUTCOME_CONTROLS]))
    peer = TreatmentEffect(outcome, cattaneo["mbsmoke_"].to_numpy(), results_select=selection)
    assert found.estimate == pytest.approx(peer.aipw(return_results=False)[0], abs=1e-6)


def test_bootstrap_error_agrees_with_the_sandwich_in_a_large_sample(cattaneo):
    names = {
        "outcome": "bweight",
        "treatment": "mbsmoke_",
        "controls": OUTCOME_CONTROLS,
        "treatment_controls": SELECTION_CONTROLS,
    }
    sandwich = estimate_premium(cattaneo, method="aipw", draws=0, **names)
    bootstrap = estimate_premium(cattaneo, method="aipw", draws=199, seed=1, **names)
    assert bootstrap.estimate == sandwich.estimate
    assert bootstrap.standard_error == pytest.approx(sandwich.standard_error, rel=0.2)


def test_two_group_means_give_the_neyman_error():
    # treated 3, 5, 7 (mean 5, variance 4), untreated 1, 2, 3 (mean 2, variance 1): effect 3, HC2 error sqrt(4/3 + 1/3)
    table = pd.DataFrame({"y": [3.0, 5, 7, 1, 2, 3], "t": [1, 1, 1, 0, 0, 0]})
    found = estimate_premium(table, outcome="y", treatment="t", controls=(), method="ols", covariance="HC2")
    assert found.estimate == pytest.approx(3.0)
    assert found.standard_error == pytest.approx(np.sqrt(5 / 3))
    assert found.interval[1] - found.interval[0] == pytest.approx(2 * 2.7764451 * np.sqrt(5 / 3))  # t(4)
    assert found.minimum_detectable == pytest.approx((2.7764451 + 0.9409646) * np.sqrt(5 / 3), rel=1e-6)  # t(4) at 80 %


def test_robustness_values_of_the_published_darfur_example():
    # Cinelli & Hazlett (2020, table 1): t = 4.18, df = 783 -> RV 13.9 %, RV at 5 % 7.6 %
    t_value = 0.09731582 / 0.02325654
    assert robustness_value(t_value, 783) == pytest.approx(0.1388, abs=5e-5)
    assert robustness_value(t_value, 783, alpha=0.05) == pytest.approx(0.0763, abs=5e-5)
    assert robustness_value(1e9, 100) == pytest.approx(
        1.0
    )  # nothing left to explain: only a confounder that explains all would do
    moved, error = adjusted_estimate(0.09731582, 0.02325654, 783, outcome_r2=0.12464, treatment_r2=0.009164)
    assert moved == pytest.approx(0.0752, abs=5e-5)  # once as strong as "female"
    assert error == pytest.approx(0.0219, abs=5e-5)
    assert moved / error == pytest.approx(3.44, abs=0.005)


@given(st.floats(0.2, 30), st.integers(5, 2000))
def test_a_confounder_at_the_robustness_value_brings_the_estimate_to_zero(t_value, freedom):
    value = robustness_value(t_value, freedom)
    moved, _ = adjusted_estimate(t_value, 1.0, freedom, outcome_r2=value, treatment_r2=value)
    assert moved == pytest.approx(0.0, abs=1e-9 * t_value + 1e-9)
    assert robustness_value(t_value, freedom, alpha=0.05) <= value


def test_bound_of_an_equally_strong_confounder_by_hand():
    # r_dz = 0.1, r_yz = 0.2, k = 1: R2d = 1/9; rho = 0.01/0.81; R2y = ((1 + 1/9)/sqrt(1 - 1/81))^2 / 4 = 0.3125
    with_treatment, with_outcome = bound_strength(0.1, 0.2, 1.0)
    assert with_treatment == pytest.approx(1 / 9)
    assert with_outcome == pytest.approx((10 / 9) ** 2 / (80 / 81) / 4)


def systems(seed: int, rows: int = 60) -> pd.DataFrame:
    rng = stream(seed, "test.premium")
    size = rng.normal(0, 1, rows)
    locked = rng.uniform(size=rows) < 1 / (1 + np.exp(-size))
    cost = np.exp(10 + 0.8 * size + 0.15 * locked + rng.normal(0, 0.2, rows))
    return pd.DataFrame(
        {
            "cost": cost,
            "size": size,
            "locked": locked,
            "task": rng.choice(["A", "B"], rows),
            "lease": rng.normal(0, 1, rows),
        }
    )


def test_naive_difference_is_biased_and_the_ladder_is_not():
    naive, adjusted = [], {"ols": [], "aipw": [], "att": []}
    for seed in range(12):
        table = systems(seed, 320)
        naive.append(
            estimate_premium(
                table, outcome="cost", treatment="locked", controls=(), method="ols", log_outcome=True
            ).estimate
        )
        for method, values in adjusted.items():
            values.append(
                estimate_premium(
                    table,
                    outcome="cost",
                    treatment="locked",
                    controls=["size"],
                    method=method,
                    log_outcome=True,
                    draws=0,
                ).estimate
            )
    assert np.mean(naive) > 0.7  # 0.15 planted, the rest is size
    for values in adjusted.values():
        assert np.mean(values) == pytest.approx(0.15, abs=0.03)


def test_hc3_interval_holds_its_level_at_forty_systems():
    hits = 0
    for seed in range(150):
        found = estimate_premium(
            systems(seed, 40),
            outcome="cost",
            treatment="locked",
            controls=["size", "task"],
            method="ols",
            log_outcome=True,
        )
        hits += found.interval[0] <= 0.15 <= found.interval[1]
    assert (
        0.90 <= hits / 150 <= 0.99
    )  # 95 % within three standard errors of 150 draws; 1,000 draws are in benchmarks/lockin


def test_cluster_interval_is_wider_where_towns_share_an_effect():
    rng = stream(3, "test.premium.cluster")
    town = np.repeat(np.arange(30), 8)
    locked = (rng.uniform(size=30) < 0.5)[town]
    cost = 0.1 * locked + rng.normal(0, 0.5, 30)[town] + rng.normal(0, 0.2, 240)
    table = pd.DataFrame({"cost": cost, "locked": locked, "town": town})
    single = estimate_premium(table, outcome="cost", treatment="locked", method="ols")
    pooled = estimate_premium(table, outcome="cost", treatment="locked", method="ols", cluster="town")
    assert pooled.estimate == pytest.approx(single.estimate)
    assert pooled.standard_error > 2 * single.standard_error
    assert pooled.clusters_count == 30
    again = estimate_premium(table, outcome="cost", treatment="locked", method="ols", cluster="town")
    assert pooled.interval == again.interval  # same seed, same draws


def test_leave_one_out_is_exact_for_ols():
    table = systems(5, 30)
    found = estimate_premium(
        table, outcome="cost", treatment="locked", controls=["size"], method="ols", log_outcome=True
    )
    refits = [
        estimate_premium(
            table.drop(index=row), outcome="cost", treatment="locked", controls=["size"], method="ols", log_outcome=True
        ).estimate
        for row in table.index
    ]
    assert found.leave_one_out == pytest.approx((min(refits), max(refits)), rel=1e-9)


def test_benchmark_bounds_and_placebo_stand_beside_the_number():
    table = systems(3, 200)
    table["log_cost"] = np.log(table["cost"])
    found = estimate_premium(
        table,
        outcome="log_cost",
        treatment="locked",
        controls=["size", "task"],
        method="ols",
        benchmark="size",
        placebo_outcome="lease",
    )
    assert list(found.bounds["multiple_value"]) == [1.0, 2.0, 3.0]
    assert found.bounds["estimate"].iloc[0] < found.estimate  # a confounder as strong as size would shrink the premium
    placebo = found.diagnostics.set_index("check_ja").loc["偽の結果での検定", "meaning_ja"]
    assert "0 を含む" in placebo


def test_log_of_a_negative_placebo_is_refused():
    with pytest.raises(ModelError, match="対数"):
        estimate_premium(systems(2), outcome="lease", treatment="locked", method="ols", log_outcome=True)


@pytest.mark.parametrize("window", [(-3, 3), (-2, 2)])
def test_event_study_recovers_a_planted_step(window):
    rng = stream(1, "test.event")
    rows = []
    for unit in range(40):
        start = 2012 + unit % 8 if unit < 28 else None
        level = rng.normal(0, 1)
        for year in range(2008, 2024):
            effect = -0.1 if start is not None and year >= start else 0.0
            rows.append((unit, year, start, np.exp(level + 0.02 * (year - 2008) + effect + rng.normal(0, 0.02))))
    table = pd.DataFrame(rows, columns=["unit", "year", "retender_fy", "cost"])
    found = estimate_premium(
        table,
        outcome="cost",
        method="event_study",
        unit="unit",
        time="year",
        event="retender_fy",
        window=window,
        log_outcome=True,
    )
    assert found.interval[0] <= -0.1 <= found.interval[1]
    assert found.standard_error < 0.02
    before = found.path[found.path["relative_years"] < -1]
    assert (before["estimate"].abs() < 4 * before["standard_error"] + 1e-3).all()
    assert float(str(found.diagnostics.loc[1, "found_ja"]).replace("▲", "-")) == pytest.approx(
        -0.1, abs=0.02
    )  # imputation estimate
    flagged = table.assign(flag=table["year"] == table["retender_fy"])
    same = estimate_premium(
        flagged,
        outcome="cost",
        method="event_study",
        unit="unit",
        time="year",
        event="flag",
        window=window,
        log_outcome=True,
    )
    assert same.estimate == pytest.approx(found.estimate)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"method": "magic"}, "magic"),
        ({"outcome": "unknown"}, "unknown"),
        ({"level": 1.2}, "1.2"),
        ({"draws": 5}, "5"),
        ({"benchmark": "absent"}, "absent"),
        ({"method": "event_study"}, "unit"),
        ({"method": "aipw", "treatment": "size"}, "0/1"),
    ],
)
def test_wrong_calls_say_what_is_wrong(change, message):
    call = {"outcome": "cost", "treatment": "locked", "controls": ["task"], "method": "ols"} | change
    with pytest.raises(ModelError, match=message):
        estimate_premium(systems(1), **call)


def test_separated_arms_are_refused_not_guessed():
    table = pd.DataFrame({"y": np.arange(20.0), "x": np.arange(20.0), "t": [0] * 10 + [1] * 10})
    with pytest.raises(ModelError, match="比較できる相手"):
        estimate_premium(table, outcome="y", treatment="t", controls=["x"], method="aipw", draws=0)


def test_redundant_controls_are_dropped_and_named():
    table = systems(4)
    table["twice"] = 2 * table["size"]
    found = estimate_premium(
        table, outcome="cost", treatment="locked", controls=["size", "twice"], method="ols", log_outcome=True
    )
    alone = estimate_premium(
        table, outcome="cost", treatment="locked", controls=["size"], method="ols", log_outcome=True
    )
    assert found.estimate == pytest.approx(alone.estimate)
    assert "twice" in found.diagnostics["found_ja"].str.cat()


@settings(max_examples=20, deadline=None)
@given(st.floats(-5, 5), st.floats(0.1, 10))
def test_estimate_moves_with_the_unit_of_the_outcome(shift, factor):
    table = systems(7)
    table["log_cost"] = np.log(table["cost"])
    table["moved"] = factor * table["log_cost"] + shift
    call = {"treatment": "locked", "controls": ["size"], "method": "ols"}
    plain, moved = (estimate_premium(table, outcome=name, **call) for name in ("log_cost", "moved"))
    assert moved.estimate == pytest.approx(factor * plain.estimate, rel=1e-7)
    assert moved.robustness_value == pytest.approx(plain.robustness_value, rel=1e-6)


def test_summary_speaks_the_numbers_of_the_table():
    found = estimate_premium(
        systems(2), outcome="cost", treatment="locked", controls=["size"], method="ols", log_outcome=True
    )
    rate = found.as_rate()[0]
    assert f"{abs(rate) * 100:.1f}％" in found.summary()
    assert f"n={found.n}" in found.summary()
    assert list(found.to_frame()["observations_count"]) == [60]


@pytest.mark.parametrize("method", ["ipw", "regression_adjustment", "aipw", "att"])
def test_units_of_the_controls_do_not_move_estimate_or_error(method):
    table = systems(6, 200)
    table["cubed"] = (table["size"] + 40) ** 3
    scaled = table.assign(size=table["size"] * 1e6, cubed=table["cubed"] * 1e9, cost=table["cost"] * 1e3)
    call = {"outcome": "cost", "treatment": "locked", "controls": ["size", "cubed"], "method": method, "draws": 0}
    plain, large = estimate_premium(table, **call), estimate_premium(scaled, **call)
    assert large.estimate == pytest.approx(1e3 * plain.estimate, rel=1e-6)
    assert large.standard_error == pytest.approx(1e3 * plain.standard_error, rel=1e-4)
