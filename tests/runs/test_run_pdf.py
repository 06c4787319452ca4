"""The PDF: tagged PDF/UA-1, only the fonts of the wheels, all Japanese text extractable, nothing cut."""

from __future__ import annotations

import io
import re

import pandas as pd
import pytest
from exhibit_maker import HOSTILE, exhibit, hostile, illustrative, long_table, missing, notebook_page, page, report
from pypdf import PdfReader

from dxmodels.runs.document.sheets import LANDSCAPE_MM, PORTRAIT_MM, fitted
from dxmodels.runs.render.pdf import document_pdf


def squeezed(text: str) -> str:
    return re.sub(r"\s", "", text)


@pytest.fixture(scope="module")
def pdf() -> PdfReader:
    pages = [
        page(exhibit("E07"), missing(), long_table()),
        page(illustrative(), hostile(), key="20_cost", notebook="20_cost", records=()),
    ]
    return PdfReader(io.BytesIO(document_pdf(report(pages)[0])))


def test_only_the_fonts_of_the_wheels_are_used_and_embedded(pdf: PdfReader) -> None:
    names = set()
    for sheet in pdf.pages:
        for font in (sheet["/Resources"].get("/Font") or {}).values():
            inner = font.get_object()["/DescendantFonts"][0].get_object()
            descriptor = inner["/FontDescriptor"].get_object()
            assert "/FontFile3" in descriptor or "/FontFile2" in descriptor
            names.add(re.sub(r"^/[A-Z]{6}\+", "", str(inner["/BaseFont"])).removesuffix("-Identity-H"))
    assert names == {"NotoSansCJKjp-Regular", "NotoSansCJKjp-Bold"}


def test_it_is_tagged_titled_and_in_japanese(pdf: PdfReader) -> None:
    root = pdf.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"].startswith("ja")
    assert "pdfuaid:part" in root["/Metadata"].get_object().get_data().decode("utf-8")
    assert pdf.metadata is not None
    assert pdf.metadata.title == "小さな取りまとめ"


def test_figures_have_alternative_text(pdf: PdfReader) -> None:
    found: list[str] = []

    def walk(node: object) -> None:
        entry = node.get_object() if hasattr(node, "get_object") else node
        if isinstance(entry, list):
            for child in entry:
                walk(child)
        elif isinstance(entry, dict):
            if entry.get("/S") == "/Figure":
                found.append(str(entry.get("/Alt", "")))
            if "/K" in entry:
                walk(entry["/K"])

    walk(pdf.trailer["/Root"]["/StructTreeRoot"])
    assert len(found) == 1  # the other exhibits of the report have no figure
    assert all("の図。" in alt for alt in found)


def test_every_text_can_be_extracted(pdf: PdfReader) -> None:
    text = squeezed("".join(sheet.extract_text() for sheet in pdf.pages))
    for words in (
        "公表値で言えること",
        "方法の例示（架空データ）",
        "答えられなかった問い",
        "▲55",
        "令和元年度",
        "48.1億円",
        "第44システム",
        "読む。",
        "経費（システム×年度×経費項目）",
    ):
        assert squeezed(words) in text, words
    for words in HOSTILE:
        assert squeezed(words) in text, words


def test_every_page_names_run_date_number_and_title(pdf: PdfReader) -> None:
    total = len(pdf.pages)
    for number, sheet in enumerate(pdf.pages, start=1):
        text = squeezed(sheet.extract_text())
        for words in (
            "small-0123456789ab",
            "令和8年4月1日時点",
            f"{number}/{total}",
            "小さな取りまとめ",
            "令和8年度版",
        ):
            assert words in text, (number, words)


def test_pages_of_illustrative_numbers_are_marked_and_pages_of_published_ones_are_not() -> None:
    pages = [page(exhibit("E07")), page(illustrative(), key="20_cost", notebook="20_cost", records=())]
    texts = [squeezed(sheet.extract_text()) for sheet in PdfReader(io.BytesIO(document_pdf(report(pages)[0]))).pages]
    published = next(text for text in texts if "公表値で言えること" in text and "E07" in text)
    shown = next(text for text in texts if "方法の例示" in text and "E01" in text)
    assert "架空データを含む" not in published
    assert shown.count("架空データを含む") == 2  # header and exhibit
    assert "架空データを含む" in texts[0]


def test_long_tables_repeat_their_header() -> None:
    document = notebook_page(long_table())[0]
    sheets = [squeezed(sheet.extract_text()) for sheet in PdfReader(io.BytesIO(document_pdf(document))).pages]
    with_rows = [text for text in sheets if re.search(r"第\d+システム\d", text)]
    assert len(with_rows) >= 2
    assert all("年間経費" in text for text in with_rows)


def test_the_same_document_gives_the_same_bytes() -> None:
    document = notebook_page(exhibit())[0]
    assert document_pdf(document) == document_pdf(document)


def test_a_small_report_is_a_small_file() -> None:
    assert len(document_pdf(notebook_page(exhibit())[0])) < 150_000


def test_characters_the_fonts_lack_are_replaced_and_never_stop_a_report() -> None:
    frame = pd.DataFrame({"name_ja": ["約≒", "絵😀", "𠮷野家"], "annual_cost_yen": [1, 2, 3]})
    made = PdfReader(io.BytesIO(document_pdf(notebook_page(exhibit("E07", frame))[0])))
    text = squeezed("".join(sheet.extract_text() for sheet in made.pages))
    for words in ("約≈", "絵〓", "𠮷野家"):
        assert words in text


class TestFitting:
    """Widths on A4: numbers are never broken, nothing is wider than the page."""

    def test_widths_fill_the_page_and_no_more(self) -> None:
        for columns in range(1, 16):
            sheet = fitted(["見出し"] * columns, [["値" * 3] * columns])
            assert sum(sheet.widths_mm) == pytest.approx(LANDSCAPE_MM if sheet.landscape else PORTRAIT_MM, abs=0.2)

    def test_numbers_get_the_room_they_need(self) -> None:
        number = "▲1,234,567,890"
        sheet = fitted(["名称", "金額"], [["あ" * 200, number]], [False, True])
        # 14 characters of 0.56 em at 8.5 pt are 23.5 mm
        assert sheet.widths_mm[1] >= 23.5
        assert not sheet.landscape

    def test_many_columns_turn_the_page(self) -> None:
        sheet = fitted([f"列{place}" for place in range(15)], [["1,234,567,890"] * 15], [True] * 15)
        assert sheet.landscape
        assert sheet.font_pt < 8.5

    def test_short_words_are_not_broken(self) -> None:
        sheet = fitted(["団体", "説明"], [["河内長野市", "説" * 100]])
        assert sheet.widths_mm[0] >= 5 * sheet.font_pt * 0.3528
