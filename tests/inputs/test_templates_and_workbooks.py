"""Do the generated dictionary and templates say what the schemas say, and does a filled workbook load as the case it came from?"""

from __future__ import annotations

import datetime as dt
import zipfile
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from tiny_case import TABLES, heading_of, write_case

from dxmodels.errors import InputError
from dxmodels.inputs import Case, check_case, load_case
from dxmodels.inputs.dictionary import describe_columns
from dxmodels.inputs.generate import readme_text
from dxmodels.inputs.places import data_root
from dxmodels.inputs.sampling import sample_rows
from dxmodels.inputs.schemas import TABLES as SPECS
from dxmodels.inputs.template import TEMPLATE_TABLES, write_csv_templates, write_template


@pytest.fixture
def case(tmp_path: Path) -> Case:
    return load_case(write_case(tmp_path / "tiny"))


def test_the_dictionary_in_the_repository_is_up_to_date() -> None:
    stored = (data_root() / "README.md").read_text(encoding="utf-8")
    assert stored == readme_text(), "python -m dxmodels.inputs.generate で作り直してください"


def test_templates_are_the_same_bytes_every_time(case: Case, tmp_path: Path) -> None:
    first, second = tmp_path / "first.xlsx", tmp_path / "second.xlsx"
    for path in (first, second):
        write_template(path, sample_from=case)
    assert first.read_bytes() == second.read_bytes()


def test_the_dictionary_names_every_column_once_with_its_unit_and_tax_basis() -> None:
    rows = describe_columns()
    assert len(rows) == sum(len(spec.columns) for spec in SPECS.values())
    assert not rows.duplicated(["table", "column"]).any()
    amounts = rows[rows["unit"] == "円"]
    assert set(amounts["tax"]) == {"税込", "出典のとおり"}
    assert (rows.loc[rows["unit"] != "円", "tax"] == "").all()
    award = rows.set_index(["table", "column"]).loc[("contracts", "award_yen")]
    assert (award["tax"], award["unit"], award["need"], award["span"]) == ("税込", "円", "任意", "0〜")
    text = readme_text()
    assert all(f"\n## {name}\n" in text for name in SPECS)


def test_a_filled_workbook_loads_as_the_case_it_came_from(case: Case, tmp_path: Path) -> None:
    book = tmp_path / "book" / "whatever.xlsx"
    book.parent.mkdir()
    write_template(book, sample_from=case, tables=case.tables, rows=10_000)
    for again in (load_case(book.parent), load_case(book)):
        assert (again.title_ja, again.base_fy, again.as_of) == (case.title_ja, case.base_fy, case.as_of)
        assert dict(again.deadlines) == dict(case.deadlines)
        assert again.tables == case.tables
        for name in case.tables:
            pd.testing.assert_frame_equal(again.table(name), case.table(name))
            assert (again.provenance(name), again.source(name)) == (case.provenance(name), case.source(name))


def test_filled_csv_files_load_as_the_case_they_came_from(case: Case, tmp_path: Path) -> None:
    write_csv_templates(tmp_path / "csv", sample_from=case, tables=case.tables, rows=10_000)
    again = load_case(tmp_path / "csv")
    assert again.title_ja == case.title_ja
    for name in case.tables:
        pd.testing.assert_frame_equal(again.table(name), case.table(name))


def test_a_small_sample_brings_along_all_it_points_to(case: Case) -> None:
    sample = sample_rows(
        case, ("municipalities", "tasks", "vendors", "departments", "systems", "contracts", "bids"), rows=1
    )
    assert sample["contracts"]["contract_id"].tolist() == ["K001"]
    assert sample["systems"]["system_id"].tolist() == ["S001", "S002"]
    assert sample["departments"]["department_id"].tolist() == ["D01"]
    assert sample["municipalities"]["municipality_code"].tolist() == ["271004"]
    Case.from_frames(sample, base_fy=2026)


def test_the_sample_of_the_embedded_case_loads(tmp_path: Path) -> None:
    write_template(tmp_path / "sample.xlsx", sample_from=load_case("osaka"))
    report = check_case(tmp_path)
    assert report.ok, report.summary()
    assert {"systems", "contracts", "spending"} <= set(report.counts)


def test_a_blank_template_is_a_sound_case_without_holdings(tmp_path: Path) -> None:
    write_template(tmp_path / "template.xlsx")
    case = load_case(tmp_path)
    assert not case.has("systems")
    assert case.has("municipalities")  # borrowed from the embedded case
    assert any("データの行がありません" in warning.problem for warning in case.warnings)


def test_the_blank_templates_say_how_to_bring_ones_own_municipalities(tmp_path: Path) -> None:
    own = (
        "municipality_code,name_ja,kind,region_block,population_people,source\n273210,豊能町,town,豊能,18279,国勢調査\n"
    )
    write_csv_templates(tmp_path / "csv")
    heading = tmp_path / "csv" / "case.yml"
    assert len(load_case(tmp_path / "csv").table("municipalities")) == 43  # borrowed as long as nothing is said
    (tmp_path / "csv" / "municipalities.csv").write_text(own, encoding="utf-8")
    text = heading.read_text(encoding="utf-8")
    uncommented = text.replace("  # municipalities:", "  municipalities:").replace("  #   ", "    ")
    assert uncommented != text
    heading.write_text(uncommented, encoding="utf-8")
    assert load_case(tmp_path / "csv").table("municipalities")["name_ja"].tolist() == ["豊能町"]
    assert load_case(tmp_path / "csv").provenance("municipalities") == "own"

    write_template(tmp_path / "t.xlsx")
    book = openpyxl.load_workbook(tmp_path / "t.xlsx")
    for row in book["case"].iter_rows(min_row=2):
        if str(row[0].value).startswith("tables.municipalities"):
            assert row[1].value in (None, "")
            row[1].value = "own"
    town = {"municipality_code": "273210", "name_ja": "豊能町", "kind": "town", "region_block": "豊能",
            "population_people": 18279, "source": "国勢調査"}  # fmt: skip
    for position, cell in enumerate(book["municipalities"][1], start=1):
        if str(cell.value) in town:
            book["municipalities"].cell(2, position, town[str(cell.value)])
    (tmp_path / "book").mkdir()
    book.save(tmp_path / "book" / "own.xlsx")
    case = load_case(tmp_path / "book")
    assert case.table("municipalities")["name_ja"].tolist() == ["豊能町"]


def test_the_template_holds_no_formula_link_or_number_for_a_code(tmp_path: Path) -> None:
    vendors = pd.DataFrame(
        {
            "vendor_id": ["0012", "=1+1"],
            "name_ja": ["=cmd|' /C calc'!A0", "https://example.com"],
            "is_local_sme": [True, False],
        }
    )
    case = Case.from_frames({"vendors": vendors}, base_fy=2026, deadlines={"standardisation": dt.date(2026, 3, 31)})
    write_template(tmp_path / "t.xlsx", sample_from=case, tables=["vendors"])
    with zipfile.ZipFile(tmp_path / "t.xlsx") as archive:
        sheets = [archive.read(name) for name in archive.namelist() if name.startswith("xl/worksheets/sheet")]
    assert not any(b"<f>" in sheet or b"<hyperlink" in sheet for sheet in sheets)
    assert load_case(tmp_path).table("vendors")["vendor_id"].tolist() == ["0012", "=1+1"]
    assert load_case(tmp_path).table("vendors")["name_ja"].tolist() == vendors["name_ja"].tolist()


def test_the_template_explains_every_column_and_offers_the_choices(tmp_path: Path) -> None:
    write_template(tmp_path / "t.xlsx")
    book = openpyxl.load_workbook(tmp_path / "t.xlsx")
    assert book.sheetnames[:3] == ["はじめに", "データ辞書", "case"]
    assert book.sheetnames[3:] == list(TEMPLATE_TABLES)
    assert book["データ辞書"].max_row - 1 == sum(len(SPECS[name].columns) for name in TEMPLATE_TABLES)
    for name in TEMPLATE_TABLES:
        header = book[name][1]
        assert [cell.value for cell in header] == list(SPECS[name].columns)
        assert all(SPECS[name].facts[cell.value].title_ja in cell.comment.text for cell in header)
    lists = [rule.formula1 for rule in book["contracts"].data_validations.dataValidation]
    assert '"一般競争,指名競争,総合評価,公募型プロポーザル,随意契約"' in lists


def _book(path: Path, sheets: dict[str, list[list[object]]]) -> openpyxl.Workbook:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, lines in sheets.items():
        sheet = book.create_sheet(name)
        for line in lines:
            sheet.append(line)
    book.save(path)
    return book


DEPARTMENTS: list[list[object]] = [
    ["department_id", "name_ja", "staff_people"],
    ["D01", "総務部", 500],
    ["D02", "福祉部", 700],
]


def _case_with_book(folder: Path, lines: list[list[object]] = DEPARTMENTS, sheet: str = "departments") -> Path:
    folder.mkdir()
    (folder / "case.yml").write_text(heading_of(["departments"]), encoding="utf-8")
    _book(folder / "departments.xlsx", {sheet: lines})
    return folder


def test_one_sheet_in_a_file_named_after_the_table_may_have_any_name(tmp_path: Path) -> None:
    assert len(load_case(_case_with_book(tmp_path / "a", sheet="Sheet1")).table("departments")) == 2


def test_faults_in_a_sheet_name_book_sheet_and_row(tmp_path: Path) -> None:
    lines = [*DEPARTMENTS, [None, None, None], ["D02", "土木部", -3.5]]
    with pytest.raises(InputError) as error:
        load_case(_case_with_book(tmp_path / "a", lines))
    found = {(fault.file, fault.row, fault.column, fault.value) for fault in error.value.faults}
    assert found == {
        ("departments.xlsx［departments］", 5, "staff_people", "-3.5"),
        ("departments.xlsx［departments］", 5, "department_id", "D02"),
    }


def test_the_same_table_in_two_places_is_refused(tmp_path: Path) -> None:
    folder = _case_with_book(tmp_path / "a")
    (folder / "departments.csv").write_text(TABLES["departments"], encoding="utf-8")
    with pytest.raises(InputError, match="2か所以上"):
        load_case(folder)
    text = heading_of(["departments"]).replace("source: departments", "file: departments.csv, source: departments")
    (folder / "case.yml").write_text(text, encoding="utf-8")
    assert len(load_case(folder).table("departments")) == 2


def test_merged_cells_and_unsaved_formulas_are_refused(tmp_path: Path) -> None:
    folder = _case_with_book(tmp_path / "a")
    book = openpyxl.load_workbook(folder / "departments.xlsx")
    book["departments"].merge_cells("B2:B3")
    book["departments"]["C2"] = "=1+2"
    book.save(folder / "departments.xlsx")
    with pytest.raises(InputError) as error:
        load_case(folder)
    problems = {(fault.row, fault.value, fault.problem[:8]) for fault in error.value.faults}
    assert problems == {(2, "", "結合セルがありま"), (2, "=1+2", "数式の計算結果が")}


def test_a_password_an_old_format_and_rubbish_are_told_apart(tmp_path: Path) -> None:
    folder = _case_with_book(tmp_path / "a")
    (folder / "departments.xlsx").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"0" * 100)
    with pytest.raises(InputError, match="パスワード付き、または旧形式"):
        load_case(folder)
    (folder / "departments.xlsx").write_bytes(b"not a workbook")
    with pytest.raises(InputError, match="Excelブックとして開けません"):
        load_case(folder)


def test_a_workbook_that_unpacks_to_an_absurd_size_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = _case_with_book(tmp_path / "a")
    monkeypatch.setattr("dxmodels.inputs.workbooks.MOST_BYTES", 1000)
    with pytest.raises(InputError, match="展開すると"):
        load_case(folder)


def test_files_and_tables_beyond_the_declared_size_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = write_case(tmp_path / "big", {"departments": TABLES["departments"]})
    monkeypatch.setattr("dxmodels.inputs.raw.MOST_LINES", 1)
    with pytest.raises(InputError, match="1 行以内に分けて"):
        load_case(folder)
    monkeypatch.setattr("dxmodels.inputs.text_files.MOST_BYTES", 10)
    with pytest.raises(InputError, match="10 バイト以内に分けて"):
        load_case(folder)


def test_a_heading_in_a_sheet_is_checked_like_case_yml(case: Case, tmp_path: Path) -> None:
    write_template(tmp_path / "t.xlsx", sample_from=case, tables=["departments"])
    book = openpyxl.load_workbook(tmp_path / "t.xlsx")
    rows = {row[0].value: row[1] for row in book["case"].iter_rows()}
    rows["base_fy"].value, rows["tables.departments.provenance"].value = "8年", "official"
    book.save(tmp_path / "t.xlsx")
    with pytest.raises(InputError) as error:
        load_case(tmp_path / "t.xlsx")
    found = {(fault.file, fault.row, fault.column, fault.value) for fault in error.value.faults}
    assert found == {
        ("t.xlsx［case］", rows["base_fy"].row, "base_fy", "8年"),
        ("t.xlsx［case］", rows["tables.departments.provenance"].row, "tables.departments.provenance", "official"),
    }
