"""The scale curve: planted elasticities come back, intervals cover, another program agrees, bands are compared by shape."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from hypothesis import given
from hypothesis import strategies as st

from dxmodels.cost import compare_with_bands, estimate_scale
from dxmodels.cost.scale_fit import ScaleData, fit_curve
from dxmodels.errors import ModelError

BELOW, ABOVE, KNOT = 0.53, 1.15, 150_000.0
SIZES = np.exp(np.linspace(np.log(5_000), np.log(2_700_000), 43))


def planted(seed: int, *, tasks: int = 1, body_sd: float = 0.25, row_sd: float = 0.2) -> pd.DataFrame:
    generator = np.random.default_rng(seed)
    logs, edge = np.log(SIZES), np.log(KNOT)
    bodies = generator.normal(0, body_sd, len(SIZES))
    curve = 9 + BELOW * np.minimum(logs, edge) + ABOVE * np.maximum(logs - edge, 0)
    rows = [
        pd.DataFrame(
            {
                "body": [f"B{i:02d}" for i in range(len(SIZES))],
                "people": SIZES,
                "cost": np.exp(curve + bodies + generator.normal(0, row_sd, len(SIZES)) + 0.3 * task),
                "task": f"T{task}",
            }
        )
        for task in range(tasks)
    ]
    return pd.concat(rows, ignore_index=True)


def quick(table: pd.DataFrame, **options):
    defaults = {"size": "people", "cost": "cost", "knot": KNOT, "folds": 2, "repeats": 1, "resamples": 20}
    return estimate_scale(table, **{**defaults, **options})


def test_without_noise_the_planted_curve_comes_back_exactly() -> None:
    table = planted(1, body_sd=0.0, row_sd=0.0)
    curve = quick(table)
    assert curve.elasticity("below")[0] == pytest.approx(BELOW, abs=1e-9)
    assert curve.elasticity("above")[0] == pytest.approx(ABOVE, abs=1e-9)
    assert curve.minimum_state == "interior_proven"
    assert curve.minimum_size == pytest.approx(KNOT)
    predicted = curve.predict(table["people"])
    assert predicted["cost"].to_numpy() == pytest.approx(table["cost"].to_numpy(), rel=1e-6)
    assert predicted["average_cost"].idxmin() == np.abs(np.log(SIZES / KNOT)).argmin()


def test_the_knot_is_found_where_it_was_planted() -> None:
    curve = quick(planted(2, body_sd=0.05, row_sd=0.02), knot="search")
    assert curve.knot_low <= KNOT <= curve.knot_high
    assert curve.knot == pytest.approx(KNOT, rel=0.25)
    assert curve.to_frame()["search_low"].notna().all()


@pytest.mark.parametrize(("tasks", "body"), [(1, None), (6, "body")])
def test_intervals_cover_the_planted_elasticities_as_often_as_stated(tasks: int, body: str | None) -> None:
    hits = np.zeros(2)
    for seed in range(120):
        curve = quick(planted(seed, tasks=tasks), body=body)
        for side, (name, truth) in enumerate((("below", BELOW), ("above", ABOVE))):
            _, low, high = curve.elasticity(name)
            hits[side] += low <= truth <= high
    # 95 % nominal; the 0.1 % quantile of a binomial (120, 0.95) is 105
    assert (hits >= 105).all()
    assert (hits < 120 + 1).all()


def test_pooling_rows_of_a_body_as_if_independent_would_overstate_certainty() -> None:
    ratios = []
    for seed in range(20):
        table = planted(seed, tasks=10)
        honest, naive = (
            quick(table, body=body, controls=["task"]).coefficients["standard_error"] for body in ("body", None)
        )
        ratios.append((honest / naive).to_numpy())
    assert (np.mean(ratios, axis=0) > 1.8).all()


@pytest.mark.filterwarnings("ignore::statsmodels.tools.sm_exceptions.ConvergenceWarning")
def test_random_bodies_agree_with_statsmodels_mixedlm() -> None:
    table = planted(4, tasks=5)
    logs, edge = np.log(table["people"]), np.log(KNOT)
    design = np.column_stack([np.ones(len(logs)), np.minimum(logs, edge), np.maximum(logs - edge, 0)])
    peer = sm.MixedLM(np.log(table["cost"]), design, groups=table["body"]).fit(reml=True, method="powell")
    own = quick(table, body="body").coefficients
    assert own["estimate"].to_numpy() == pytest.approx(np.asarray(peer.fe_params)[1:3], abs=0.005)
    assert own["standard_error"].to_numpy() == pytest.approx(np.asarray(peer.bse_fe)[1:3], rel=0.35)


def test_without_bodies_the_interval_is_statsmodels_hc3_with_t() -> None:
    table = planted(5)
    design = sm.add_constant(np.log(table["people"]))
    peer = sm.OLS(np.log(table["cost"]), design).fit(cov_type="HC3", use_t=True)
    own = quick(table, knot=None).coefficients.iloc[0]
    assert own["estimate"] == pytest.approx(peer.params.iloc[1])
    assert (own["low"], own["high"]) == pytest.approx(tuple(peer.conf_int().iloc[1]))


def test_the_clustered_interval_of_single_rows_is_hc3_without_its_small_sample_factor() -> None:
    # bodies of one row each: CV3 = (G-1)/G · HC3 where the between variance absorbs everything
    table = planted(6)
    logs = np.log(table["people"].to_numpy())
    data = ScaleData(logs, np.log(table["cost"].to_numpy()), np.arange(len(logs)), np.empty((len(logs), 0)))
    clustered, plain = fit_curve(data, np.log(KNOT), "random"), fit_curve(data, np.log(KNOT), "none")
    ratio = np.diag(clustered.covariance)[1:] / np.diag(plain.covariance)[1:]
    assert ratio == pytest.approx(np.full(2, 42 / 43), rel=0.08)


def test_fixed_bodies_need_size_that_varies_within_a_body() -> None:
    generator = np.random.default_rng(7)
    body_sizes = np.exp(generator.normal(6, 1, 20))
    rows = [
        {"body": f"D{i}", "users": users, "cost": np.exp(2 + 0.7 * np.log(users) + i / 5 + generator.normal(0, 0.05))}
        for i, size in enumerate(body_sizes)
        for users in size * np.exp(generator.normal(0, 0.5, 8))
    ]
    table = pd.DataFrame(rows)
    fixed = quick(table, size="users", knot=None, body="body", body_effect="fixed")
    assert fixed.elasticity()[0] == pytest.approx(0.7, abs=0.03)
    with pytest.raises(ModelError, match="random か none"):
        quick(planted(1, tasks=3), body="body", body_effect="fixed")


def test_controls_take_out_the_level_of_each_task() -> None:
    table = planted(8, tasks=4, body_sd=0.0, row_sd=0.01)
    uneven = table[~((table["task"] == "T3") & (table["people"] < 100_000))]
    with_controls = quick(uneven, controls=["task"])
    assert with_controls.elasticity("below")[0] == pytest.approx(BELOW, abs=0.01)
    assert abs(quick(uneven).elasticity("below")[0] - BELOW) > 0.02


def test_out_of_sample_the_knot_wins_only_where_there_is_one() -> None:
    bent = quick(planted(9, body_sd=0.05), folds=5, repeats=4).validation.set_index("curve_model")["rmse_log"]
    assert bent["piecewise"] < bent["power_law"] < bent["proportional"]
    straight = planted(9, body_sd=0.0, row_sd=0.0).assign(
        cost=lambda table: table["people"] ** 0.7 * np.exp(np.random.default_rng(1).normal(0, 0.2, len(table)))
    )
    error = quick(straight, folds=5, repeats=4).validation.set_index("curve_model")["rmse_log"]
    assert error["power_law"] <= error["piecewise"] * 1.02


@given(st.floats(0.1, 0.95), st.floats(1.05, 2.0), st.floats(1e-3, 1e3))
def test_average_cost_is_lowest_at_the_knot_whatever_the_unit_of_money(below: float, above: float, unit: float) -> None:
    logs, edge = np.log(SIZES), np.log(KNOT)
    cost = unit * np.exp(5 + below * np.minimum(logs, edge) + above * np.maximum(logs - edge, 0))
    curve = quick(pd.DataFrame({"people": SIZES, "cost": cost}))
    assert curve.minimum_state == "interior_proven"
    assert curve.elasticity("below")[0] == pytest.approx(below, abs=1e-6)


def test_bands_are_compared_in_level_and_in_shape() -> None:
    bands = pd.DataFrame(
        {
            "band_id": ["small", "low", "none"],
            "name_ja": ["小", "最小", "該当なし"],
            "population_from_people": [0, 100_000, 10_000_000],
            "population_below_people": [20_000, 200_000, None],
            "cost_per_person_yen": [11_724.0, 3_096.0, None],
        }
    )
    curve = quick(planted(10, body_sd=0.0, row_sd=0.0))
    table = compare_with_bands(curve, bands).set_index("band_id")
    inside = SIZES[(SIZES >= 100_000) & (SIZES < 200_000)]
    cost = np.exp(9 + BELOW * np.minimum(np.log(inside), np.log(KNOT)) + ABOVE * np.maximum(np.log(inside / KNOT), 0))
    assert table["own_per_person_yen"]["low"] == pytest.approx(cost.sum() / inside.sum())
    assert table["published_index"]["small"] == pytest.approx(11_724 / 3_096)
    assert table["own_index"]["low"] == 1.0
    assert table["own_bodies_count"]["none"] == 0
    assert np.isnan(table["curve_per_person_yen"]["none"])


def test_faulty_calls_are_refused() -> None:
    table = planted(1)
    with pytest.raises(ModelError, match="8行以上"):
        quick(table.head(5))
    with pytest.raises(ModelError, match="範囲の外"):
        quick(table, knot=1.0)
    with pytest.raises(ModelError, match="search"):
        quick(table, knot="best")
    with pytest.raises(ModelError, match="列「people」"):
        quick(table.drop(columns="people"))
    with pytest.raises(ModelError, match="正の数"):
        quick(table).predict([0])


def test_the_sentence_admits_what_is_not_proven() -> None:
    unsure = next(
        curve for seed in range(50) if (curve := quick(planted(seed, body_sd=0.9))).minimum_state == "interior"
    )
    assert "断定できない" in unsure.summary()
    assert "付近で最小となる" in quick(planted(1, body_sd=0.01, row_sd=0.01)).summary()
    falling = planted(1).assign(cost=lambda table: table["people"] ** 0.5)
    assert "最小点は見いだせない" in quick(falling).summary()


def test_the_curve_adds_up_over_tasks_of_different_levels() -> None:
    table = planted(13, tasks=5, body_sd=0.0, row_sd=0.0)
    curve = quick(table, controls=["task"])
    totals = table.groupby("people")["cost"].sum()
    assert (curve.predict(totals.index)["cost"] * 5).to_numpy() == pytest.approx(totals.to_numpy(), rel=1e-6)
