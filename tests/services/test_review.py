"""Evidence, accuracy and probability of the overlap search, by hand and by recovery of a planted curve."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dxmodels.errors import InputError, ModelError
from dxmodels.inputs import Register, load_register
from dxmodels.services import calibrate, evaluate_overlaps, explain_pairs, find_overlaps, labelled_calibration
from dxmodels.services.calibration import Calibration
from dxmodels.services.evidence import audiences_of, topics_of

FOUR = pd.DataFrame(
    {
        "service_id": ["A", "B", "C", "D"],
        "channel": ["app", "app", "web", "app"],
        "department_id": ["D1", "D2", "D2", "D1"],
        "name_ja": ["歩数アプリ", "介護予防アプリ", "議会中継", "避難所アプリ"],
        "description": [
            "歩数の記録でポイントがたまる健康アプリ",
            "高齢者の歩数の記録にポイントを付けるアプリ",
            "府議会の本会議を中継するサイト",
            "避難所を地図で案内するアプリ",
        ],
    }
)


def found(**settings_of_search: object):  # type: ignore[no-untyped-def]
    return find_overlaps(FOUR, embedder="sudachi", **settings_of_search)  # type: ignore[arg-type]


def test_evidence_names_shared_words_channel_audience_and_departments() -> None:
    first = explain_pairs(found()).iloc[0]
    assert (first["left_name_ja"], first["right_name_ja"]) == ("歩数アプリ", "介護予防アプリ")
    assert set(first["shared_words_ja"].split("、")) == {"歩数", "記録", "ポイント"}
    assert first["shared_topics_ja"] == "健康"
    assert first["channel_match_ja"] == "同じ（アプリ）"
    assert first["audience_match_ja"] == "手がかりなし"
    assert first["department_match_ja"] == "異なる部局"


def test_an_audience_is_read_off_words_or_left_open() -> None:
    assert audiences_of("高齢者の歩数の記録") == ("高齢者",)
    assert audiences_of("気象警報を知らせる") == ()


def test_topics_of_a_group_are_those_of_half_its_members() -> None:
    assert topics_of(FOUR["description"][:2]) == ["健康", "高齢"]


def test_evaluation_by_hand() -> None:
    search = found()
    ordered = search.pairs()[["left", "right"]].to_numpy().tolist()
    labels = pd.DataFrame({"service_id": list("ABCD"), "group_id": ["g", "g", "", None]})
    answer = evaluate_overlaps(search, labels, checks=1)
    assert ordered[0] == ["A", "B"]
    assert (answer.average_precision, answer.recall_at_checks, answer.same_pairs_count) == (1.0, 1.0, 1)
    assert answer.chance_precision == pytest.approx(1 / 6)
    labels["group_id"] = ["g", "", "g", ""]  # now the true pair stands elsewhere in the ranking
    rank = ordered.index(["A", "C"]) + 1
    tied = (search.pairs()["similarity"] == search.pairs()["similarity"][rank - 1]).sum()
    if tied == 1:
        assert evaluate_overlaps(search, labels, checks=1).average_precision == pytest.approx(1 / rank)


def test_precision_and_recall_at_thresholds_fall_and_rise_as_they_must() -> None:
    table = evaluate_overlaps(found(), pd.DataFrame({"service_id": list("ABCD"), "group_id": list("xxyy")})).to_frame()
    assert table["recall_share"].is_monotonic_decreasing
    assert (table["same_pairs_count"] <= table["pairs_count"]).all()


def test_labels_must_cover_every_service_and_hold_a_pair() -> None:
    with pytest.raises(ModelError, match="標識のない"):
        evaluate_overlaps(found(), pd.DataFrame({"service_id": ["A"], "group_id": ["x"]}))
    with pytest.raises(ModelError, match="同じ組が1つもない"):
        evaluate_overlaps(found(), pd.DataFrame({"service_id": list("ABCD"), "group_id": list("wxyz")}))


def planted(count: int, seed: int = 1) -> tuple[np.ndarray, np.ndarray]:  # type: ignore[type-arg]
    random = np.random.default_rng(seed)
    similarity = random.uniform(0, 0.6, count)
    return similarity, random.uniform(size=count) < 1 / (1 + np.exp(4 - 15 * similarity))


PRIOR = Calibration(-2.0, 5.0, "作成例", weight_verdicts=20.0)


def test_a_planted_curve_is_recovered_from_many_verdicts() -> None:
    curve = calibrate(*planted(900), prior=PRIOR)
    assert curve is not None
    truth = 1 / (1 + np.exp(4 - 15 * np.array([0.1, 0.3, 0.5])))
    assert curve.probability([0.1, 0.3, 0.5]) == pytest.approx(truth, abs=0.06)
    assert curve.verdicts_count == 900


def test_isotonic_from_a_thousand_verdicts_on_and_never_falling() -> None:
    curve = calibrate(*planted(1500), prior=PRIOR)
    assert curve is not None
    assert curve.steps is not None
    assert (np.diff(curve.probability(np.linspace(0, 1, 50))) >= 0).all()


@settings(max_examples=20, deadline=None)
@given(st.floats(0.0, 0.9), st.booleans())
def test_one_verdict_moves_the_probability_its_own_way_but_not_far(similarity: float, same: bool) -> None:
    grid = np.linspace(0, 0.9, 30)
    curve = calibrate(np.array([similarity]), np.array([same]), prior=PRIOR, candidates=grid)
    assert curve is not None
    before, after = float(PRIOR.probability(similarity)), float(curve.probability(similarity))
    assert (after >= before - 1e-4) if same else (after <= before + 1e-4)
    assert abs(after - before) < 0.2


def test_without_verdicts_the_labelled_curve_speaks_and_says_so() -> None:
    prior = labelled_calibration(load_register(), "sudachi")
    search = found(prior=prior)
    assert search.calibration is prior
    assert "標識付きの記述" in search.summary()
    assert search.pairs()["probability_share"].is_monotonic_decreasing


def test_judged_pairs_hold_their_verdict_and_blank_ones_are_left_out() -> None:
    verdicts = pd.DataFrame({"left": ["B", "A"], "right": ["A", "D"], "is_same": [True, None]})
    search = found(prior=PRIOR, verdicts=verdicts)
    chances = search.pairs().set_index(["left", "right"])["probability_share"]
    assert chances["A", "B"] == 1.0
    assert 0 < chances["A", "D"] < 1
    assert search.verdicts_used == 1


def test_contradicting_verdicts_are_refused() -> None:
    verdicts = pd.DataFrame({"left": ["A", "B"], "right": ["B", "A"], "is_same": [True, False]})
    with pytest.raises(InputError, match="違う判定"):
        found(verdicts=verdicts)


def test_the_registers_curve_is_that_of_the_labelled_sets() -> None:
    """The numbers in data/assumptions/services.yml are the logistic curve of the seven sets no weight or word was set on."""
    from pathlib import Path

    from sklearn.linear_model import LogisticRegression

    likeness, same = [], []
    for name in ("frozen", "made_places", "titles", "press_releases", "product_names", "accounts", "budget_text"):
        table = pd.read_csv(Path(__file__).parent / "labelled" / f"{name}.csv", keep_default_na=False, dtype=str)
        group = dict(zip(table["service_id"], table["group_id"], strict=True))
        pairs = find_overlaps(table, embedder="sudachi").candidates()
        likeness.append(pairs["similarity"])
        same += [group[a] == group[b] != "" for a, b in zip(pairs["left"], pairs["right"], strict=True)]
    model = LogisticRegression(C=1e6).fit(np.concatenate(likeness)[:, None], same)
    curve = labelled_calibration(load_register(), "sudachi")
    assert curve.intercept == pytest.approx(model.intercept_[0], abs=0.15)
    assert curve.slope == pytest.approx(model.coef_[0, 0], abs=0.5)


def test_nearest_neighbours_of_each_service() -> None:
    table = found(neighbours=2).neighbours()
    assert table.groupby("service_id").size().tolist() == [2, 2, 2, 2]
    assert table[(table["service_id"] == "A") & (table["neighbour_rank"] == 1)]["neighbour_id"].tolist() == ["B"]


def test_an_assumption_by_another_name_is_refused() -> None:
    with pytest.raises(InputError):
        labelled_calibration(Register.of(overlap_prior_verdicts=20.0), "sudachi")


def test_every_column_a_planner_may_see_has_a_label() -> None:
    from dxmodels.glossary import missing_terms
    from dxmodels.inputs.verdicts import read_verdict_sheets

    search, empty = found(prior=PRIOR), read_verdict_sheets([], [])
    labels = pd.DataFrame({"service_id": list("ABCD"), "group_id": list("xxyz")})
    frames = [explain_pairs(search), search.neighbours(), search.to_frame(), evaluate_overlaps(search, labels).to_frame(), empty.verdicts, empty.refused]  # fmt: skip
    assert missing_terms(name for frame in frames for name in frame.columns) == []
