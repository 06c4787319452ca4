"""The divide: exact rank intervals against brute force, measures by hand and by another program, the real pattern by size."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest
from four_towns import CODES, towns
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from dxmodels.errors import DxError, MissingTableError
from dxmodels.glossary import missing_terms
from dxmodels.inputs import Case
from dxmodels.municipalities.divide import (
    Scores,
    SizeClassing,
    WeightRegion,
    collect_scores,
    describe_size_pattern,
    find_rank_intervals,
    measure_gap,
    rank_actions,
)
from dxmodels.municipalities.divide.gap import RISES, UNCLEAR, gini, theil
from dxmodels.municipalities.divide.weights import central_weights, draw_weights, largest_value

SIZES = SizeClassing(100_000)
REGION = WeightRegion(0.1, 0.4, 2.0)
TWO = [("a", "governance", "0/1", "higher"), ("b", "service", "％", "higher")]
DOMAINS = ["x", "x", "y", "z", "z", "z", "w"]


def two_indicator_scores() -> Scores:
    # a: 1 1 0 0;  b: 0.2 0.6 0.8 0.4
    return collect_scores(towns({"a": [1, 1, 0, 0], "b": [20, 60, 80, 40]}, TWO), sizes=SIZES)


def test_scores_use_the_units_own_scale_and_the_direction() -> None:
    case = towns({"a": [1, 0, 0, 0], "b": [50, 100, 0, 25]}, [TWO[0], ("b", "service", "％", "lower")])
    scores = collect_scores(case, sizes=SIZES)
    assert scores.values["b"].tolist() == [0.5, 0.0, 1.0, 0.75]
    assert scores.places["size_class_ja"].tolist() == [
        "政令指定都市",
        "政令指定都市",
        "その他の市（10万人以上）",
        "町村",
    ]
    assert not scores.has_trend


def test_counts_and_neutral_indicators_are_not_compared() -> None:
    kinds = [*TWO, ("c", "service", "手続", "higher"), ("d", "staff", "人", "neutral")]
    scores = collect_scores(towns({name: [1, 1, 0, 0] for name in "abcd"}, kinds), sizes=SIZES)
    assert list(scores.values) == ["a", "b"]


def test_a_missing_value_leaves_the_municipality_out_and_names_it() -> None:
    scores = collect_scores(towns({"a": [1, None, 0, 0], "b": [20, 60, 80, 40]}, TWO), sizes=SIZES)
    assert scores.left_out == ("271403",)
    assert "算出不能" in scores.summary()


def test_scores_refuse_a_value_off_its_scale() -> None:
    with pytest.raises(DxError, match="120"):
        collect_scores(towns({"a": [1, 1, 0, 0], "b": [120, 60, 80, 40]}, TWO), sizes=SIZES)


def test_scores_without_comparable_indicators_are_not_computable() -> None:
    with pytest.raises(MissingTableError):
        collect_scores(towns({"d": [1, 1, 0, 0]}, [("d", "staff", "人", "neutral")]), sizes=SIZES)


def test_rank_interval_by_hand() -> None:
    # weights (w, 1-w), w in 0.25..0.75; scores 大阪 .2+.8w, 堺 .6+.4w, 岸和田 .8-.8w, 千早 .4-.4w.
    # 堺 is first whenever w > 1/6: always. 岸和田 meets 大阪 at .8-.8w = .2+.8w, w = .375: rank 2 below, 3 above.
    # 千早 (.4-.4w) meets 大阪 at w = 1/6 (outside) and is always behind 岸和田: always 4th. 大阪 2..3.
    region = WeightRegion(0.25, 0.75, 1.0)
    found = find_rank_intervals(two_indicator_scores(), region=region, lowest_count=1, draws=64, seed=1)
    assert found.proven
    rows = found.table.set_index("name_ja")
    assert rows[["best_rank", "worst_rank"]].to_numpy().tolist() == [[1, 1], [2, 3], [2, 3], [4, 4]]
    assert list(rows.index) == ["堺市", "大阪市", "岸和田市", "千早赤阪村"]  # at w = .5: .8 .6 .4 .2
    assert list(found.lowest["name_ja"]) == ["千早赤阪村"]


def test_ties_count_for_the_best_and_against_the_worst_rank() -> None:
    scores = collect_scores(towns({"a": [1, 1, 0, 0], "b": [50, 50, 20, 20]}, TWO), sizes=SIZES)
    found = find_rank_intervals(scores, region=REGION_TWO, lowest_count=1, draws=64, seed=1).table
    assert found[["best_rank", "worst_rank"]].to_numpy().tolist() == [[1, 2], [1, 2], [3, 4], [3, 4]]


REGION_TWO = WeightRegion(0.25, 0.75, 1.0)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000))
def test_no_random_weighting_leaves_the_exact_interval_and_vertices_reach_it(seed: int) -> None:
    numbers = np.random.default_rng(seed)
    binary = numbers.integers(0, 2, size=(2, 4))
    shares = numbers.integers(0, 101, size=(2, 4))
    kinds = [("a", "governance", "0/1", "higher"), ("b", "people", "0/1", "higher"), *_shares()]
    values = {"a": binary[0].tolist(), "b": binary[1].tolist(), "c": shares[0].tolist(), "d": shares[1].tolist()}
    scores = collect_scores(towns(values, kinds), sizes=SIZES)
    region = WeightRegion(0.1, 0.6, 2.0)
    found = find_rank_intervals(scores, region=region, lowest_count=1, draws=64, seed=seed).table.set_index(
        "municipality_code"
    )
    domains = list(scores.indicators["domain"])
    weights = draw_weights(domains, region, draws=2000, seed=seed + 1)
    index = weights @ scores.values.to_numpy().T
    strict = 1 + (index[:, None, :] > index[:, :, None] + 1e-9).sum(axis=2)
    loose = (index[:, None, :] >= index[:, :, None] - 1e-9).sum(axis=2)
    for place, code in enumerate(scores.values.index):
        assert found.loc[code, "best_rank"] <= strict[:, place].min()
        assert found.loc[code, "worst_rank"] >= loose[:, place].max()


def _shares() -> list[tuple[str, str, str, str]]:
    return [("c", "service", "％", "higher"), ("d", "service", "％", "higher")]


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.floats(-1, 1, width=32), min_size=7, max_size=7),
    st.sampled_from([(0.1, 0.4, 2.0), (0.0, 1.0, 1.0), (0.25, 0.25, 3.0), (0.05, 0.6, 1.5)]),
)
def test_largest_value_equals_a_linear_programme(coefficients: list[float], bounds: tuple[float, float, float]) -> None:
    from scipy.optimize import linprog

    region = WeightRegion(*bounds)
    names = list(dict.fromkeys(DOMAINS))
    sizes = {name: DOMAINS.count(name) for name in names}
    count = len(DOMAINS)
    above, below = np.zeros((2 * count, count + len(names))), np.zeros(2 * count)
    for k, name in enumerate(DOMAINS):
        column = count + names.index(name)
        above[2 * k, k], above[2 * k, column] = -1.0, 1.0 / (region.tilt * sizes[name])
        above[2 * k + 1, k], above[2 * k + 1, column] = 1.0, -region.tilt / sizes[name]
    equal = np.zeros((len(names) + 1, count + len(names)))
    for row, name in enumerate(names):
        equal[row, [k for k, domain in enumerate(DOMAINS) if domain == name]] = 1.0
        equal[row, count + row] = -1.0
    equal[-1, count:] = 1.0
    limits = [(0, 1)] * count + [(region.domain_floor_share, region.domain_cap_share)] * len(names)
    cost = -np.concatenate([coefficients, np.zeros(len(names))])
    solved = linprog(cost, A_ub=above, b_ub=below, A_eq=equal, b_eq=[*np.zeros(len(names)), 1.0], bounds=limits)
    assert largest_value(np.array(coefficients), DOMAINS, region) == pytest.approx(-solved.fun, abs=1e-7)


def test_drawn_weights_stay_in_the_region_and_repeat_with_the_seed() -> None:
    weights = draw_weights(DOMAINS, REGION, draws=500, seed=3)
    assert weights.sum(axis=1) == pytest.approx(np.ones(500))
    shares = pd.DataFrame(weights.T).groupby(np.array(DOMAINS)).sum().to_numpy()
    assert shares.min() >= 0.1 - 1e-9
    assert shares.max() <= 0.4 + 1e-9
    assert np.array_equal(weights, draw_weights(DOMAINS, REGION, draws=500, seed=3))
    assert not np.array_equal(weights, draw_weights(DOMAINS, REGION, draws=500, seed=4))


def test_central_weights_treat_domains_alike() -> None:
    assert central_weights(["x", "x", "y"]).tolist() == [0.25, 0.25, 0.5]


@pytest.mark.parametrize("bounds", [(0.5, 0.4, 2.0), (-0.1, 0.4, 2.0), (0.1, 0.4, 0.5)])
def test_empty_regions_are_refused(bounds: tuple[float, float, float]) -> None:
    with pytest.raises(DxError):
        WeightRegion(*bounds)


def test_bounds_no_weighting_can_meet_are_refused_with_the_cure() -> None:
    with pytest.raises(DxError, match=r"0\.25"):
        largest_value(np.ones(7), DOMAINS, WeightRegion(0.1, 0.2, 2.0))


def test_gini_and_theil_by_hand() -> None:
    # two bodies with 1 and 3: mean absolute difference (0+2+2+0)/4 = 1, over 2·mean 4: 0.25
    values = np.array([1.0, 3.0])
    assert gini(values, np.ones(2)) == pytest.approx(0.25)
    # T = mean of r·ln r with r = 0.5, 1.5: (0.5·ln 0.5 + 1.5·ln 1.5)/2
    assert theil(values) == pytest.approx((0.5 * np.log(0.5) + 1.5 * np.log(1.5)) / 2)
    assert theil(np.array([0.0, 2.0])) == pytest.approx(np.log(2))
    assert np.isnan(gini(np.zeros(3), np.ones(3)))


def test_theil_splits_exactly_into_between_and_within(osaka: Case) -> None:
    scores = collect_scores(osaka, sizes=SIZES)
    values = scores.values["dx_online_32"]
    classes = scores.places["size_class_ja"]
    total, between = theil(values.to_numpy()), 0.0
    within = sum(
        len(part) / len(values) * part.mean() / values.mean() * theil(part.to_numpy())
        for _, part in values.groupby(classes)
    )
    row = measure_gap(scores).table.set_index("indicator_id").loc["dx_online_32"]
    between = row["between_share"] * row["theil_index"]
    assert between + within == pytest.approx(total)


def test_published_pattern_by_size(osaka: Case) -> None:
    # facts README: designated cities 80 % / 100 % / 100 % (online, AI, RPA), towns 32 % / 40 % / 10 %
    pattern = describe_size_pattern(collect_scores(osaka, sizes=SIZES), confidence_share=0.95)
    means = pattern.class_means.pivot(index="size_class_ja", columns="indicator_id", values="mean_score")
    assert means.loc["政令指定都市", ["dx_online_32", "dx_ai", "dx_rpa"]].tolist() == pytest.approx([0.80, 1.0, 1.0])
    assert means.loc["町村", ["dx_online_32", "dx_ai", "dx_rpa"]].tolist() == pytest.approx([0.315, 0.4, 0.1])
    verdicts = pattern.table.set_index("indicator_id")["pattern_ja"]
    assert (verdicts[["dx_online_32", "dx_ai", "dx_rpa"]] == RISES).all()
    assert (verdicts[["dx_policy", "dx_cio_aide", "dx_mynumber_card"]] == UNCLEAR).all()


def test_correlation_agrees_with_scipy_and_holm_with_statsmodels(osaka: Case) -> None:
    from statsmodels.stats.multitest import multipletests

    scores = collect_scores(osaka, sizes=SIZES)
    table = describe_size_pattern(scores, confidence_share=0.95).table
    assert table["holm_p_value"].to_numpy() == pytest.approx(multipletests(table["p_value"], method="holm")[1])
    people = scores.places["population_people"].astype(float)
    for row in table.itertuples():
        assert row.size_correlation == pytest.approx(stats.spearmanr(people, scores.values[row.indicator_id]).statistic)
        assert row.low_correlation < row.size_correlation < row.high_correlation


def test_a_planted_size_effect_is_found_and_noise_is_not(osaka: Case) -> None:
    scores = collect_scores(osaka, sizes=SIZES)
    noise = np.random.default_rng(7)
    people = np.log(scores.places["population_people"].to_numpy(dtype=float))
    planted = scores.values.copy()
    planted["dx_cio"] = (people - people.min()) / np.ptp(people)
    planted["dx_org"] = noise.uniform(size=len(people))
    changed = Scores(planted, scores.indicators, scores.places, scores.editions, ())
    verdicts = describe_size_pattern(changed, confidence_share=0.95).table.set_index("indicator_id")["pattern_ja"]
    assert verdicts["dx_cio"] == RISES
    assert verdicts["dx_org"] == UNCLEAR


def test_an_indicator_all_bodies_share_has_no_correlation() -> None:
    scores = collect_scores(towns({"a": [1, 1, 1, 1], "b": [20, 60, 80, 40]}, TWO), sizes=SIZES)
    row = describe_size_pattern(scores, confidence_share=0.95).table.iloc[0]
    assert np.isnan(row["size_correlation"])
    assert row["pattern_ja"] == UNCLEAR


def test_best_pair_of_steps_by_hand() -> None:
    # 千早赤阪村 lacks a (1.0) and is 10 points below the median of b (50): gain .5·1 + .5·.1 = .55
    found = rank_actions(two_indicator_scores(), ["273830"], steps=2, region=REGION_TWO, draws=64, seed=1)
    row = found.table.iloc[0]
    assert row["central_gain_score"] == pytest.approx(0.55)
    assert row["low_gain_score"] == pytest.approx(0.25 * 1 + 0.75 * 0.1)
    assert row["high_gain_score"] == pytest.approx(0.75 * 1 + 0.25 * 0.1)
    assert found.needs["step_ja"].tolist() == ["a", "b"]


def test_gain_of_steps_is_what_the_index_really_rises_by(osaka: Case) -> None:
    scores = collect_scores(osaka, sizes=SIZES)
    group = list(scores.values.index[:3])
    found = rank_actions(scores, group, steps=2, region=REGION, draws=64, seed=1).table
    domains = list(scores.indicators["domain"])
    raised = scores.values.loc[group].copy()
    names = scores.indicators.set_index("name_ja")["indicator_id"]
    for step in found["steps_ja"].iloc[0].split("＋"):
        column = names[step]
        target = 1.0 if set(scores.values[column].unique()) <= {0.0, 1.0} else scores.values[column].median()
        raised[column] = raised[column].clip(lower=target)
    gain = (raised - scores.values.loc[group]).to_numpy() @ central_weights(domains)
    assert found["central_gain_score"].iloc[0] == pytest.approx(gain.mean())


def test_tied_sets_of_steps_are_called_tied(osaka: Case) -> None:
    scores = collect_scores(towns({"a": [1, 1, 0, 0], "b": [1, 1, 0, 0]}, _binary()), sizes=SIZES)
    said = rank_actions(scores, CODES[2:], steps=1, region=REGION_TWO, draws=64, seed=1).summary()
    assert "2組が同点" in said


def _binary() -> list[tuple[str, str, str, str]]:
    return [("a", "governance", "0/1", "higher"), ("b", "people", "0/1", "higher")]


def test_actions_refuse_an_unknown_municipality() -> None:
    with pytest.raises(DxError, match="999999"):
        rank_actions(two_indicator_scores(), ["999999"], steps=1, region=REGION_TWO, draws=64, seed=1)


def test_ranks_do_not_depend_on_the_order_of_rows(osaka: Case) -> None:
    scores = collect_scores(osaka, sizes=SIZES)
    order = list(itertools.chain(scores.values.index[::-2], scores.values.index[-2::-2]))
    shuffled = Scores(
        scores.values.loc[order], scores.indicators, scores.places.loc[order], scores.editions, scores.left_out
    )
    first, second = (
        find_rank_intervals(s, region=REGION, lowest_count=5, draws=256, seed=1).table.set_index("municipality_code")
        for s in (scores, shuffled)
    )
    columns = ["central_rank", "best_rank", "worst_rank"]
    pd.testing.assert_frame_equal(first[columns].sort_index(), second[columns].sort_index())


def test_every_column_shown_has_a_japanese_name(osaka: Case) -> None:
    scores = collect_scores(osaka, sizes=SIZES)
    ranks = find_rank_intervals(scores, region=REGION, lowest_count=5, draws=64, seed=1)
    pattern = describe_size_pattern(scores, confidence_share=0.95)
    actions = rank_actions(scores, list(ranks.lowest["municipality_code"]), steps=2, region=REGION, draws=64, seed=1)
    frames = [
        ranks.to_frame(),
        pattern.to_frame(),
        pattern.class_means,
        measure_gap(scores).to_frame(),
        actions.to_frame(),
        actions.needs,
    ]
    assert missing_terms([column for frame in frames for column in frame]) == []
