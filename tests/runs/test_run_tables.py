"""Excel and CSV: numbers stay numbers, texts stay texts, one value a cell, the same bytes for the same result."""

from __future__ import annotations

import csv
import io
import zipfile

import pandas as pd
import pytest
from exhibit_maker import HOSTILE, exhibit, hostile, illustrative, long_table, missing, notebook_page
from openpyxl import load_workbook
from openpyxl.workbook import Workbook

from dxmodels.runs.model import Exhibit
from dxmodels.runs.render.csv import guarded, machine_csv, people_csv
from dxmodels.runs.render.xlsx import document_xlsx
from dxmodels.runs.tables import rows_of


def book(*exhibits: Exhibit) -> Workbook:
    document, pages = notebook_page(*exhibits)
    return load_workbook(io.BytesIO(document_xlsx(document, pages)))


def test_tidy_sheets_hold_stored_values_one_a_cell() -> None:
    sheet = book(exhibit())["E07_data"]
    rows = list(sheet.iter_rows(values_only=True))
    assert rows[0][2] == "年間経費（税込）（円）"
    assert rows[1] == ("S01", "住民記録", 123_456_789, 0.0414, 2026)
    assert rows[2][3] is None
    assert len(rows) == 4
    assert list(sheet.merged_cells.ranges) == []


def test_print_sheets_print_the_exhibits_unit_and_are_ready_for_paper() -> None:
    sheet = book(exhibit())["E07"]
    assert [sheet.cell(row, 3).value for row in (6, 7, 8, 9)] == ["年間経費（税込）（百万円）", 123, -55, 0]
    assert sheet.cell(8, 3).number_format == '#,##0;[Red]"▲"#,##0'
    assert sheet.freeze_panes == "B7"
    assert sheet.auto_filter.ref == "A6:E9"
    assert sheet.print_title_rows == "$6:$6"
    assert (sheet.page_setup.fitToWidth or 1, sheet.page_setup.fitToHeight) == (
        1,
        0,
    )  # one page wide is Excel's default
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert sheet.page_setup.paperSize == 9
    assert list(sheet.merged_cells.ranges) == []


def test_columns_are_wide_enough_for_full_width_text() -> None:
    sheet = book(exhibit())["E07"]
    assert sheet.column_dimensions["B"].width >= 8  # 住民記録 is eight half-width characters


def test_the_cover_says_what_the_workbook_is() -> None:
    made = book(exhibit(), illustrative(), missing())
    cover = [value for row in made["表紙"].iter_rows(values_only=True) for value in row if value]
    for words in (
        "架空データを含む",
        "small-0123456789ab",
        "令和8年4月1日",
        "48.1億円［公表値］",
        "いいえ",
        "E01_data",
    ):
        assert words in cover
    assert made.sheetnames == ["表紙", "E01", "E01_data", "E07", "E07_data", "データ辞書"]


def test_the_dictionary_explains_every_column() -> None:
    rows = list(book(exhibit())["データ辞書"].iter_rows(values_only=True))
    assert ("E07_data", "E07", "年間経費（税込）", "annual_cost_yen", "金額", "円", "百万円") in rows
    assert len(rows) == 1 + 5


def test_no_cell_is_a_formula_or_a_link() -> None:
    document, pages = notebook_page(hostile())
    made = document_xlsx(document, pages)
    for sheet in load_workbook(io.BytesIO(made)).worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                assert cell.data_type != "f", (sheet.title, cell.coordinate)
                assert cell.hyperlink is None
    with zipfile.ZipFile(io.BytesIO(made)) as parts:
        for name in parts.namelist():
            assert b"<f>" not in parts.read(name)
    names = [row[0] for row in book(hostile())["E06_data"].iter_rows(min_row=2, values_only=True)]
    assert names == HOSTILE


def test_the_same_document_gives_the_same_workbook() -> None:
    document, pages = notebook_page(exhibit(), long_table())
    assert document_xlsx(document, pages) == document_xlsx(document, pages)


def test_sheet_names_stay_unique_within_excels_limit() -> None:
    from exhibit_maker import page, report

    long_name = "a" * 40
    pages = [
        page(exhibit(), key=f"20_cost-{long_name}{n}", notebook="20_cost", variant=f"{long_name}{n}", records=())
        for n in range(3)
    ]
    document, named = report(pages)
    names = load_workbook(io.BytesIO(document_xlsx(document, named))).sheetnames
    assert len(names) == len({name.lower() for name in names}) == 8
    assert all(len(name) <= 31 for name in names)


def test_the_machine_csv_is_the_stored_table() -> None:
    assert machine_csv(exhibit()).decode("utf-8") == (
        "system_id,name_ja,annual_cost_yen,saving_rate,fiscal_year\n"
        "S01,住民記録,123456789,0.0414,2026\n"
        "S02,税務,-55512345,,2019\n"
        "S03,福祉,999999,-0.125,2027\n"
    )


def test_the_people_csv_is_the_printed_table_and_guards_formulas() -> None:
    made = people_csv(hostile())
    assert made.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(made.decode("utf-8-sig"))))
    assert [row[0] for row in rows[1:6]] == [
        "'=1+1",
        "'+cmd|' /C calc'!A0",
        "'-2+3",
        "'@SUM(1)",
        "<script>alert(1)</script>",
    ]
    plain = list(csv.reader(io.StringIO(people_csv(exhibit()).decode("utf-8-sig"))))
    assert plain[0][2] == "年間経費（税込）（百万円）"
    assert plain[0][3].endswith("（％）")
    assert plain[2] == ["S02", "税務", "▲55", "－", "令和元年度"]


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@x", "\tx", "＝1"])
def test_what_a_spreadsheet_would_compute_is_quoted(text: str) -> None:
    assert guarded(text) == f"'{text}"


def test_ordinary_texts_and_the_missing_sign_are_left_alone() -> None:
    assert [guarded(text) for text in ("住民記録", "1=1", "－", "")] == ["住民記録", "1=1", "－", ""]


def test_seconds_of_a_solver_do_not_make_two_equal_runs_differ() -> None:
    """A second on a quiet machine and ten on a busy one are both "within a minute"; a minute and a half is within ten."""
    told = [
        [row[0] for row in rows_of(pd.DataFrame({"seconds": column}))]
        for column in ([0.9, 3.0, None], [1.1, 19.9, None])
    ]
    assert told[0] == told[1] == [60, 60, None]
    assert rows_of(pd.DataFrame({"seconds": [90.0, 50_000.2]})) == ((600,), (50_001,))
