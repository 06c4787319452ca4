"""Late standardisation, cost references, rankings and outcome gaps: published counts, arithmetic by hand, another program."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest

from dxmodels.errors import DxError, MissingTableError
from dxmodels.glossary import label_ja, missing_terms
from dxmodels.inputs import Case, NotComputable, Register, attempt, load_register
from dxmodels.municipalities import divide
from dxmodels.municipalities.outcomes import ABOVE, measure_outcome_gap, track_rankings
from dxmodels.municipalities.profile import compare_with_peers
from dxmodels.municipalities.standardisation import (
    REFERENCE_ASSUMPTIONS,
    compare_running_cost_references,
    trace_late_standardisation,
)


@pytest.fixture(scope="module")
def register() -> Register:
    return load_register()


def test_late_bodies_as_published(osaka: Case) -> None:
    found = trace_late_standardisation(osaka.table("national_series"))
    table = found.table.set_index("as_of")
    # ASCII.jp on the Digital Agency's briefing: 643 bodies = 36.0 %, 3,770 systems = 10.9 % (2025-07); 743 = 41.6 %; 935 = 52.3 %
    assert table["late_bodies_count"].tolist() == [171, 643, 743, 935]
    assert table["late_bodies_share"].iloc[1:].round(3).tolist() == [0.360, 0.416, 0.523]
    assert round(table.loc["2025-07", "late_systems_share"], 3) == 0.109
    assert table["late_systems_count"].iloc[2:].isna().all()  # systems were not published at the last two dates


def test_reasons_add_up_to_the_published_total(osaka: Case) -> None:
    reasons = trace_late_standardisation(osaka.table("national_series")).reasons
    assert reasons["late_systems_count"].sum() == 3770
    assert reasons["reason_ja"].iloc[0] == "事業者の要員不足"
    assert reasons["reason_share"].sum() == pytest.approx(1.0)


def test_late_series_absent_is_not_computable(osaka: Case) -> None:
    rows = osaka.table("national_series")
    missing = attempt(trace_late_standardisation, rows[rows["series_id"] == "usdjpy"])
    assert isinstance(missing, NotComputable)
    assert "national_series" in missing.message


def test_references_are_the_published_multiples(register: Register) -> None:
    table = compare_running_cost_references(register, present_cost_yen=100_000_000).table.set_index("reference_ja")
    assert table["cost_multiple_index"].tolist() == pytest.approx([0.70, 0.959, 1.003, 1.6, 2.3])
    assert table["high_multiple_index"].dropna().tolist() == [5.7]
    assert table["after_cost_yen"].tolist() == [70_000_000, 95_900_000, 100_300_000, 160_000_000, 230_000_000]


def test_references_follow_the_register(register: Register) -> None:
    changed = register.replace(REFERENCE_ASSUMPTIONS[-1], central=3.0)
    assert compare_running_cost_references(changed).table["cost_multiple_index"].max() == 3.0
    assert "after_cost_yen" not in compare_running_cost_references(changed).table
    with pytest.raises(DxError, match="-5"):
        compare_running_cost_references(register, present_cost_yen=-5)


def test_rank_shares_by_hand(osaka: Case) -> None:
    track = track_rankings(osaka.table("rankings"), home=["日本", "大阪府"])
    rows = track.table
    osaka_row = rows[rows["body_ja"] == "大阪府"].iloc[0]
    assert osaka_row["ahead_share"] == pytest.approx(41 / 46)  # 42nd of 47
    assert "その後の順位は確認できない" in track.summary()
    assert "2021" not in track.summary()  # first and last year only
    assert "2025年の69か国・地域中30位へ下がった" in track.summary()
    assert "大阪府が2019年の47都道府県中42位" in track.summary()
    assert "ahead_share" not in track.to_frame()  # what is printed is what was published
    with pytest.raises(DxError, match="架空国"):
        track_rankings(osaka.table("rankings"), home=["架空国"])


def test_outcome_gap_against_the_published_counts(osaka: Case) -> None:
    found = measure_outcome_gap(osaka, indicator_id="dx_online_32", confidence_share=0.95)
    table = found.table.set_index("name_ja")
    assert table.loc["田尻町", "indicator_share"] == pytest.approx(0.11)  # 2 of 18
    assert table.loc["田尻町", ["done_count", "all_count", "lacking_count"]].tolist() == [2, 18, 16]
    # the published share is the rounded ratio of the published counts
    assert (table["indicator_share"] * 100).round().tolist() == pytest.approx(
        (table["done_count"].astype(float) / table["all_count"].astype(float) * 100).round().tolist()
    )
    assert found.missing_units_count == int(table["all_count"].sum() - table["done_count"].sum())
    assert table["gap_to_best_share"].max() == pytest.approx(0.81)
    left = found.missing_units()
    assert left.total_count == found.missing_units_count
    assert left.to_frame()["lacking_count"].is_monotonic_decreasing
    assert "堺市・豊中市・東大阪市の2件" in left.summary()
    assert set(left.to_frame()) & set(found.to_frame()) == {"name_ja"}  # two questions, two tables


def test_an_indicator_without_counts_says_which_are_needed(osaka: Case) -> None:
    gap = measure_outcome_gap(osaka, indicator_id="dx_mynumber_card", confidence_share=0.95)
    with pytest.raises(MissingTableError, match="件数"):
        gap.missing_units()


INTERNAL = re.compile(r"[a-z][a-z0-9]*_[a-z0-9_]+|\b27\d{4}\b")
SPACED = re.compile(r"\d [^\x00-\x7f]|[^\x00-\x7f] \d")


def test_printed_tables_and_sentences_are_for_a_reader(osaka: Case, register: Register) -> None:
    gap = measure_outcome_gap(osaka, indicator_id="dx_online_32", confidence_share=0.95)
    results = [
        trace_late_standardisation(osaka.table("national_series")),
        compare_running_cost_references(register),
        track_rankings(osaka.table("rankings"), home=["日本", "大阪府"]),
        gap,
        gap.missing_units(),
        divide.rank_municipalities(osaka, register, seed=1),
        divide.lift_lowest(osaka, register, seed=1),
        divide.describe_pattern(osaka, register),
        divide.compare_gap(osaka, register),
        compare_with_peers(osaka, register, municipality_code="273660"),
    ]
    for result in results:
        frame, text = result.to_frame(), result.summary()  # type: ignore[attr-defined]
        assert len(frame.columns) <= 8, type(result)
        labels = [label_ja(column) for column in frame.columns]
        assert len(set(labels)) == len(labels)
        assert missing_terms(frame.columns) == []
        words = [*frame.select_dtypes(exclude="number").astype(str).to_numpy().ravel(), *labels, text]
        assert [word for word in words if INTERNAL.search(word)] == []
        assert not SPACED.search(text), text
        assert not re.search(r"\d{4}-\d{2}", "".join(words))
        assert not frame.isna().all().any(), type(result)


def test_dates_of_the_series_are_told_in_eras_and_its_counts_as_published(osaka: Case) -> None:
    late = trace_late_standardisation(osaka.table("national_series"))
    table = late.to_frame()
    assert table["as_of"].tolist() == ["令和6年3月", "令和7年7月", "令和7年10月", "令和7年12月"]
    assert table["late_bodies_count"].tolist() == [171, 643, 743, 935]
    assert "令和7年12月の935団体（対象団体の52.3％）" in late.summary()


def test_expected_share_agrees_with_statsmodels(osaka: Case) -> None:
    import statsmodels.api as sm

    table = measure_outcome_gap(osaka, indicator_id="dx_online_32", confidence_share=0.95).table
    x, y = np.log(table["population_people"].to_numpy(dtype=float)), table["indicator_share"].to_numpy(dtype=float)
    place = int(np.flatnonzero(table["name_ja"] == "太子町")[0])
    others = np.arange(len(x)) != place
    fitted = sm.OLS(y[others], sm.add_constant(x[others])).fit()
    frame = fitted.get_prediction([[1.0, x[place]]]).summary_frame(alpha=0.05)
    assert table.loc[place, "expected_share"] == pytest.approx(frame["mean"].iloc[0])
    assert table.loc[place, "half_width_share"] == pytest.approx(frame["obs_ci_upper"].iloc[0] - frame["mean"].iloc[0])
    assert table.loc[place, "against_size_ja"] == ABOVE


def test_outcome_nobody_publishes_names_the_rows_needed(osaka: Case) -> None:
    missing = attempt(measure_outcome_gap, osaka, indicator_id="open_data_share", confidence_share=0.95)
    assert isinstance(missing, NotComputable)
    assert missing.needs["municipality_series"] == ("indicator_id", "as_of", "indicator_value")
    with pytest.raises(MissingTableError, match="open_data_share"):
        measure_outcome_gap(osaka, indicator_id="open_data_share", confidence_share=0.95)


def test_every_column_shown_has_a_japanese_name(osaka: Case, register: Register) -> None:
    late = trace_late_standardisation(osaka.table("national_series"))
    frames: list[pd.DataFrame] = [
        late.to_frame(),
        late.reasons,
        compare_running_cost_references(register, present_cost_yen=1).to_frame(),
        track_rankings(osaka.table("rankings"), home=["日本"]).to_frame(),
        measure_outcome_gap(osaka, indicator_id="dx_online_32", confidence_share=0.95).to_frame(),
    ]
    assert missing_terms([column for frame in frames for column in frame]) == []
