"""Every table of the embedded case is listed with its provenance; published-only lists nothing illustrative."""

from __future__ import annotations

from dxmodels.glossary import missing_terms
from dxmodels.inputs import load_case
from dxmodels.inputs.overview import list_tables


def test_tables_by_provenance() -> None:
    case = load_case("osaka")
    found = list_tables(case)
    assert set(found.table["table"]) == set(case.tables)
    assert found.table["provenance_ja"].is_monotonic_decreasing or list(found.table["provenance_ja"].unique()) == [
        "公表値",
        "架空",
    ]
    assert found.table["rows_count"].sum() == sum(len(case.table(name)) for name in case.tables)
    assert "架空" in found.summary()
    assert missing_terms(found.to_frame().columns) == []


def test_real_and_made_up_tables_are_listed_apart() -> None:
    case = load_case("osaka")
    real, made_up = (list_tables(case, illustrative=flag) for flag in (False, True))
    assert set(real.table["provenance_ja"]) == {"公表値"}
    assert set(made_up.table["provenance_ja"]) == {"架空"}
    assert len(real.table) + len(made_up.table) == len(case.tables)
    assert not list_tables(load_case("osaka", published_only=True), illustrative=True).holds_any


def test_published_only_lists_nothing_illustrative() -> None:
    found = list_tables(load_case("osaka", published_only=True))
    assert set(found.table["provenance_ja"]) == {"公表値"}
    assert found.table["source"].str.len().min() > 0
