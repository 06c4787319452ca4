"""The glossary knows every column of every table, and docs/glossary.md is what the files say."""

from pathlib import Path

import pytest

from dxmodels import glossary
from dxmodels.errors import InputError
from dxmodels.inputs import Register
from dxmodels.inputs.glossary_tables import ambiguous_columns, columns_csv, glossary_markdown
from dxmodels.inputs.schemas import TABLES

ROOT = Path(__file__).parents[2]
RENEW = "run: python -m dxmodels.inputs.glossary_tables"


def test_columns_csv_is_made_from_the_schemas() -> None:
    assert (ROOT / "dxmodels/glossary/columns.csv").read_text(encoding="utf-8") == columns_csv(), RENEW


def test_docs_page_is_made_from_the_glossary() -> None:
    assert (ROOT / "docs/glossary.md").read_text(encoding="utf-8") == glossary_markdown(), RENEW


def test_every_column_of_every_table_has_a_label() -> None:
    names = {name for spec in TABLES.values() for name in spec.columns}
    assert glossary.missing_terms(names) == []


def test_a_column_that_differs_between_tables_has_a_neutral_label() -> None:
    common = {term.name for term in glossary.terms() if term.topic == "common"}
    assert ambiguous_columns() - common == set()
    assert glossary.label_ja("name_ja") == "名称"  # not the 団体名 of the first table


def test_the_registers_own_table_is_labelled() -> None:
    assert glossary.missing_terms(Register.of(a=1.0).to_frame().columns) == []
    assert glossary.missing_terms(Register.of(a=1.0).grade_share().columns) == []


def test_labels_units_and_unknown_names() -> None:
    assert (glossary.label_ja("award_yen"), glossary.unit_of("award_yen")) == ("契約金額（税込）", "円")
    assert glossary.label_en("lock_in") == "lock-in"
    assert (glossary.label_ja("列のない名前"), glossary.unit_of("列のない名前")) == ("列のない名前", "")
    assert glossary.missing_terms(["award_yen", "no_such_column"]) == ["no_such_column"]


def test_units_have_japanese_names_and_ranges() -> None:
    assert glossary.unit_ja("JPY/USD") == "円／ドル"
    assert glossary.units()["share"].maximum == 1.0
    assert glossary.nearest_units("JPY/USDD")[0] == "JPY/USD"


def test_each_file_names_a_column_once() -> None:
    seen = [(term.topic, term.name) for term in glossary.terms()]
    assert sorted({pair for pair in seen if seen.count(pair) > 1}) == []


def test_one_name_has_one_meaning_in_all_rooms() -> None:
    """Two rooms may print the same column; then label and unit must be the same (columns.csv yields to common.csv)."""
    labels: dict[str, dict[str, tuple[str, str]]] = {}
    for term in glossary.terms():
        if term.topic != "columns":
            labels.setdefault(term.name, {})[term.topic] = (term.ja, term.unit)
    clashes = {name: found for name, found in labels.items() if len(set(found.values())) > 1}
    assert clashes == {}


def test_a_room_may_ask_for_its_own_label() -> None:
    term = next(term for term in glossary.terms() if term.topic == "columns" and term.name == "vendor_id")
    assert glossary.label_ja("vendor_id", room="columns") == term.ja
    assert glossary.label_ja("vendor_id") == "事業者"


@pytest.mark.parametrize(("text", "said"), [("name,ja\nx,y\n", "見出し"), ("name,ja,en,unit\nx,y\n", "列の数")])
def test_a_broken_file_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, said: str) -> None:
    (tmp_path / "room.csv").write_text(text, encoding="utf-8")
    monkeypatch.setattr(glossary, "FOLDER", tmp_path)
    with pytest.raises(InputError, match=said):
        glossary.terms.__wrapped__()
