"""Reference cases of shared bodies: nothing is averaged, order and words follow the table."""

from __future__ import annotations

import pytest

from dxmodels.consolidation.references import list_reference_cases
from dxmodels.errors import DxError, MissingTableError
from dxmodels.glossary import missing_terms
from dxmodels.inputs import load_case


def test_cases_by_class_and_falling_confidence() -> None:
    table = load_case("osaka", published_only=True).table("reference_projects")
    found = list_reference_cases(table, classes=["shared_entity", "staff"])
    assert len(found.table) == int(table["reference_class"].isin(["shared_entity", "staff"]).sum())
    order = {"高": 0, "中": 1, "低": 2}
    for _, rows in found.table.groupby("class_ja"):
        levels = rows["confidence_ja"].map(order).tolist()
        assert levels == sorted(levels)
    assert f"共同体の成果{int((table['reference_class'] == 'shared_entity').sum())}件" in found.summary()
    assert "平均は示さない" in found.summary()
    assert missing_terms(found.to_frame().columns) == []


def test_unknown_or_absent_classes_are_refused() -> None:
    table = load_case("osaka", published_only=True).table("reference_projects")
    with pytest.raises(DxError, match="merger"):
        list_reference_cases(table, classes=["merger"])
    with pytest.raises(MissingTableError):
        list_reference_cases(table[table["reference_class"] == "staff"], classes=["shared_entity"])


def test_shares_years_and_negative_values_are_printed_as_planners_write_them() -> None:
    table = load_case("osaka", published_only=True).table("reference_projects")
    found = list_reference_cases(table, classes=["shared_entity", "staff", "overrun", "delay"])
    shown = found.table.set_index(["name_ja", "reference_measure_ja"])["value_ja"]
    assert shown["英国 サウスウェスト・ワン", "中間時点の目標達成率"] == "8.4％"
    assert shown["韓国 政府クラウド", "運用経費の削減目標（実績ではない）"] == "▲30％"
    years = set(found.table["year_text"])
    assert {"2022年度", "2012頃", "2015〜2021", "2024〜2026（計画）"} <= years
    assert not any(mark in text for text in years for mark in ("FY", "c.", "->", "plan"))
    # the headline tells what audits and studies found, in their own words
    assert found.summary().startswith("監査や学術研究で確かめられた共同体の成果をみると、英国 独立共同センター")


def test_where_no_case_is_audited_the_headline_only_counts() -> None:
    table = load_case("osaka", published_only=True).table("reference_projects")
    rows = table[(table["reference_class"] == "shared_entity") & (table["confidence"] != "high")]
    assert list_reference_cases(rows, classes=["shared_entity"]).summary().startswith("参照できる公表事例")
