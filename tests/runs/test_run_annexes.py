"""Lists at the end of a report: exhibit numbers in few characters, assumptions with value and range as printed."""

from __future__ import annotations

import io

import pytest
from exhibit_maker import exhibit, missing, notebook_page, page, report
from pypdf import PdfReader

from dxmodels.inputs import load_register
from dxmodels.runs.amounts import in_unit, of_assumption
from dxmodels.runs.document.annexes import assumptions_annex, compact
from dxmodels.runs.document.plain_pages import page_in_japanese, unexplained_names
from dxmodels.runs.plain_words import in_japanese, source_in_japanese
from dxmodels.runs.render.pdf import document_pdf


@pytest.mark.parametrize(
    ("numbers", "said"),
    [
        (["E07"], "E07"),
        (["E24", "E24a", "E24b", "E24c", "E24f"], "E24、E24a〜E24c、E24f"),
        (["E31b", "E31a", "E07"], "E07、E31a、E31b"),
        (["E18c", "E18a", "E18b", "E19"], "E18a〜E18c、E19"),
    ],
)
def test_exhibit_numbers_are_said_shortly(numbers: list[str], said: str) -> None:
    assert compact(numbers) == said


@pytest.mark.parametrize(
    ("value", "unit", "said"),
    [
        (0.125, "share", "12.5％"),
        (137.4514, "JPY/USD", "137.45円／ドル"),
        (12_000_000, "JPY/yr", "12百万円／年"),
        (480_000_000, "JPY", "4.8億円"),
        (2.0, "x", "2倍"),
        (0, "months", "0か月"),
        (-0.5, "ratio", "▲0.5倍"),
    ],
)
def test_values_are_printed_in_japanese_units(value: float, unit: str, said: str) -> None:
    assert in_unit(value, unit) == said


def test_an_assumption_is_printed_with_value_range_source_and_grade() -> None:
    entry = load_register()["usdjpy_2025"]
    assert of_assumption(entry) == ("149.66円／ドル", "140.34円／ドル〜158.41円／ドル")
    annex = assumptions_annex([exhibit(sources=["usdjpy_2025"])])
    assert annex.sheet.headers == ("前提", "値", "幅", "区分", "出典（時点）", "図表")
    row = annex.sheet.rows[0]
    assert row[1:4] == ("149.66円／ドル", "140.34円／ドル〜158.41円／ドル", entry.grade)
    assert entry.as_of in row[4]
    assert "usdjpy" not in "".join(row)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("表「市町村」（municipalities）の値", "表「市町村」の値"),
        ("make_illustrative.py（架空）。", "架空データの作成プログラム（架空）。"),
        ("集計（govcloud_pilot）に合わせた", "集計（「ガバメントクラウド先行事業（5年間の運用経費）」）に合わせた"),
        ("usdjpy_2025 から", "「円ドル相場（2025年平均）」 から"),
        ("資料 https://example.org/usdjpy_2025.html による", "資料 https://example.org/usdjpy_2025.html による"),
        ("the systems of a prefecture", "the systems of a prefecture"),
        ("値は1.0", "値は1.0"),
    ],
)
def test_names_of_the_program_are_printed_in_japanese(text: str, said: str) -> None:
    assert in_japanese(text) == said


def test_joints_of_a_source_are_said_in_japanese_and_other_texts_are_left_as_written() -> None:
    quoted = "How Big Things quoted in https://example.org/a"
    assert source_in_japanese(quoted) == "How Big Things（https://example.org/a に引用）"
    assert (
        source_in_japanese("ITmedia (中核市市長会) https://example.org/b")
        == "ITmedia（中核市市長会）https://example.org/b"
    )
    assert in_japanese("Web (住民向け) システム") == "Web (住民向け) システム"


def test_a_report_of_many_exhibits_has_a_list_of_them_with_pages() -> None:
    few, many = (report([page(*[exhibit(f"E{10 + place}") for place in range(count)])])[0] for count in (3, 12))
    assert (few.contents, many.contents) == (False, True)
    listed = PdfReader(io.BytesIO(document_pdf(many))).pages[1].extract_text()
    assert "図表一覧" in listed
    assert all(f"E{10 + place}" in listed for place in range(12))


def test_a_long_illustrative_table_is_cut_in_the_report_and_a_list_to_be_read_whole_is_not() -> None:
    import pandas as pd

    rows = pd.DataFrame({"name_ja": [f"行{place}" for place in range(50)], "annual_cost_yen": range(50)})
    items = report(
        [
            page(
                exhibit("E07", rows),
                exhibit("E08", rows, grade="架空"),
                exhibit("E09", rows, grade="架空", every_row=True),
            )
        ]
    )[0].items
    shown = {item.number: (len(item.sheet.rows), item.sheet.hidden_rows) for item in items if item.sheet}
    assert shown == {"E07": (45, 5), "E08": (10, 40), "E09": (50, 0)}


def test_what_no_japanese_name_is_known_for_is_named_in_the_log() -> None:
    told = page(
        exhibit("E07", reading="strange_name と municipalities_x を見る。", limits="usdjpy_2025 による。"),
        exhibit("E08"),
    )
    assert unexplained_names(told) == [("E07", ["municipalities_x", "strange_name"])]
    assert page_in_japanese(told).results.exhibits[0].limits == ("「円ドル相場（2025年平均）」による。",)


def test_a_question_left_open_is_told_shortly_in_the_report_and_in_full_on_its_notebooks_page() -> None:
    lacking = missing()
    brief = next(item for item in report([page(exhibit(), lacking)])[0].items if not item.computable)
    full = next(item for item in notebook_page(exhibit(), lacking)[0].items if not item.computable)
    assert "が必要です" in brief.headline
    assert (brief.sheet, brief.sources, brief.limits) == (None, (), ())
    assert full.sheet is not None
    assert full.sources
