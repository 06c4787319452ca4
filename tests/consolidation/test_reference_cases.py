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
