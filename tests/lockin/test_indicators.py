"""Indicators: every card's worked example runs, three states, traps, settings, coverage."""

from __future__ import annotations

import datetime as dt
import inspect
import io
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from dxmodels.errors import MissingTableError, ParameterError
from dxmodels.inputs import Case, load_case, load_register
from dxmodels.lockin.indicators import CATALOGUE, IndicatorSettings, evaluate_indicators, flags, history, market, system

CARDS = Path(__file__).parents[2] / "docs" / "models" / "indicators"
BLOCK = re.compile(r"```csv (\w+)\n(.*?)```", re.DOTALL)
HEADINGS = ("## 方法", "## 計算例", "## なぜ見るか", "## 設定", "## 除くもの", "## 前提と限界")


@pytest.fixture(scope="module")
def settings() -> IndicatorSettings:
    return IndicatorSettings.from_register(load_register())


@pytest.fixture(scope="module")
def embedded() -> Case:
    return load_case("osaka")


def case_of(tables: dict[str, str]) -> Case:
    frames = {
        name: pd.read_csv(io.StringIO(text), dtype=str, keep_default_na=False).replace("", pd.NA)
        for name, text in tables.items()
    }
    return Case.from_frames(frames, base_fy=2026, as_of=dt.date(2026, 11, 1), validate=False)


def contracts(rows: str) -> dict[str, str]:
    return {
        "contracts": "contract_id,system_id,contract_kind,contract_fy,contract_method,valid_bids_count,bidders_count\n"
        + rows
    }


@pytest.mark.parametrize("entry", CATALOGUE, ids=lambda entry: entry.name)
def test_the_worked_example_of_every_card(entry, settings):
    text = (CARDS / f"{entry.name}.md").read_text(encoding="utf-8")
    assert all(heading in text for heading in HEADINGS)
    blocks = dict(BLOCK.findall(text))
    expected = pd.read_csv(io.StringIO(blocks.pop("expected"))).astype({"subject_id": str}).set_index("subject_id")
    found = evaluate_indicators(case_of(blocks), settings).of(entry.name).set_index("subject_id")
    for subject, row in expected.iterrows():
        assert found.at[subject, "state"] == row["state"], subject
        if row["state"] == "not_computable":
            assert found.at[subject, "reason_ja"]
        else:
            assert found.at[subject, "found_value"] == pytest.approx(row["found_value"], abs=6e-3)


def test_every_card_and_every_function_is_in_the_catalogue():
    names = {entry.name for entry in CATALOGUE}
    assert {path.stem for path in CARDS.glob("*.md")} == names
    public = {
        name
        for module in (history, system, market, flags)
        for name, function in inspect.getmembers(module, inspect.isfunction)
        if not name.startswith("_") and function.__module__ == module.__name__
    }
    assert public == names
    assert sum(entry.group == "general" for entry in CATALOGUE) == 11


def test_single_bids_are_counted_within_competitive_methods_only(settings):
    # 5 negotiated and proposal rows list one firm by construction; of four tenders one is single: 25 %, not 6 of 9
    rows = "".join(
        f"N{i},A,renewal,2021,{method},1,1\n" for i, method in enumerate(["随意契約"] * 3 + ["公募型プロポーザル"] * 2)
    )
    rows += "C1,A,renewal,2021,一般競争,1,1\nC2,B,renewal,2021,一般競争,2,2\nC3,C,renewal,2021,総合評価,3,3\nC4,D,renewal,2021,総合評価,2,2\n"
    found = evaluate_indicators(case_of(contracts(rows)), settings)
    table = found.single_bids.set_index("contract_method")
    assert set(table.index) == {"一般競争", "総合評価"}
    assert table["single_bids_count"].sum() / table["contracts_count"].sum() == 0.25
    assert set(found.of("single_bid")["subject_id"]) == {"C1", "C2", "C3", "C4"}


def test_blank_fields_are_never_a_false_zero(settings):
    found = evaluate_indicators(case_of(contracts("C1,A,renewal,2021,一般競争,,\n")), settings)
    assert found.of("single_bid_last_tender")["state"].tolist() == ["not_computable"]
    assert found.of("single_bid")["state"].tolist() == ["not_computable"]
    assert np.isnan(found.of("single_bid")["found_value"].iloc[0])


def test_exclusions_change_what_is_counted(settings):
    rows = "C1,A,renewal,2016,一般競争,2,2\nC2,A,renewal,2021,指名競争,1,1\n"
    case = case_of(contracts(rows))
    assert evaluate_indicators(case, settings).of("single_bid_last_tender")["state"].tolist() == ["flagged"]
    without = settings.changed({"excluded_methods": ["指名競争"]})
    assert evaluate_indicators(case, without).of("single_bid_last_tender")["state"].tolist() == ["not_flagged"]


@pytest.mark.parametrize("change", [{"award_rat": 0.9}, {"award_rate": -1}, {"excluded_methods": ["くじ"]}])
def test_unknown_or_impossible_settings_are_refused(settings, change):
    with pytest.raises(ParameterError) as caught:
        settings.changed(change)
    assert "award_rate" in str(caught.value) or "一般競争" in str(caught.value)


def test_thresholds_come_from_the_register_and_are_printed(settings):
    register = load_register().replace("indicator_award_rate", central=0.9)
    changed = IndicatorSettings.from_register(register)
    assert changed.award_rate == 0.9
    found = evaluate_indicators(case_of(contracts("C1,A,renewal,2021,一般競争,1,1\n")), changed)
    assert found.of("award_rate_last_tender")["threshold_value"].iloc[0] == 0.9
    assert "indicator_award_rate" in found.assumptions


def test_missing_tables_are_named_in_the_coverage_not_raised(settings):
    coverage = (
        evaluate_indicators(case_of(contracts("C1,A,renewal,2021,一般競争,1,1\n")), settings)
        .to_frame()
        .set_index("indicator")
    )
    assert coverage.at["identical_prices", "computable_count"] == 0
    assert "bids" in coverage.at["identical_prices", "needs_ja"]
    with pytest.raises(MissingTableError):
        evaluate_indicators(case_of({"vendors": "vendor_id,name_ja\nV1,甲社\n"}), settings)


def test_too_few_values_draw_no_fence(settings):
    rows = contracts("C1,A,renewal,2021,一般競争,2,2\n") | {
        "bids": "contract_id,vendor_id,bid_yen,bid_status,is_winner\nC1,V1,40,valid,true\nC1,V2,100,valid,false\n"
    }
    assert evaluate_indicators(case_of(rows), settings).of("heavily_discounted_bid")["state"].tolist() == [
        "not_computable"
    ]


def test_the_embedded_case_shows_coverage_before_flags(embedded, settings):
    found = evaluate_indicators(embedded, settings)
    coverage = found.to_frame()
    assert len(coverage) == len(CATALOGUE)
    assert (coverage["computable_count"] <= coverage["subjects_count"]).all()
    assert (coverage["flagged_count"] <= coverage["computable_count"]).all()
    assert 0 < coverage["computable_share"].mean() < 1
    assert len(found.by_system()) == 240
    assert "シグナル" in found.summary()
