"""The PDF: tagged PDF/UA-1, only the fonts of the wheels, all Japanese text extractable, nothing cut."""

from __future__ import annotations

import io
import itertools
import re
from typing import Any

import pandas as pd
import pytest
from exhibit_maker import (
    HOSTILE,
    costs,
    exhibit,
    hostile,
    illustrative,
    long_table,
    missing,
    notebook_page,
    page,
    report,
)
from pypdf import PdfReader

from dxmodels.figures.style import axes_for
from dxmodels.runs.document.sheets import PAGE_MM, fitted, sheet_of
from dxmodels.runs.render.packing import packed
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


@pytest.mark.parametrize("kind", ["published", "illustrative", "open", "all"])
def test_a_plan_of_one_notebook_has_a_list_of_exhibits_that_pdf_ua_accepts(kind: str) -> None:
    # entries wrapped in a block of their own once gave "invalid outline entry (TOCI) structure", and a chapter alone may not skip a level
    makers = {
        "published": exhibit,
        "illustrative": lambda name: exhibit(name, costs(), grade="架空"),
        "open": lambda name: missing().model_copy(update={"id": name}),
    }
    chosen = list(makers.values()) if kind == "all" else [makers[kind]] * 3
    exhibits = [maker(f"E{10 * row + place}") for row, maker in enumerate(chosen, start=1) for place in range(4)]
    chapter = {"title_ja": "推進体制", "notebooks": [{"notebook": "80_panel"}]}
    only = page(*exhibits, key="80_panel", notebook="80_panel", chapter="推進体制", records=())
    document = report([only], chapters=[chapter])[0]
    assert document.contents
    sheets = PdfReader(io.BytesIO(document_pdf(document)))
    levels = [
        int(tag[2:]) for tag in _tags(sheets.trailer["/Root"]["/StructTreeRoot"]) if re.fullmatch(r"/H[1-6]", tag)
    ]
    assert set(levels) == {1, 2, 3}
    assert all(after - before <= 1 for before, after in itertools.pairwise([0, *levels]))


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
            for piece in sheet.pieces:
                assert sum(piece.widths_mm) == pytest.approx(PAGE_MM, abs=0.2)

    def test_numbers_get_the_room_they_need(self) -> None:
        number = "▲1,234,567,890"
        sheet = fitted(["名称", "金額"], [["あ" * 200, number]], [False, True])
        # 14 characters of 0.56 em at 8.5 pt are 23.5 mm
        assert sheet.pieces[0].widths_mm[1] >= 23.5
        assert len(sheet.pieces) == 1

    def test_a_table_too_wide_is_printed_in_pieces_that_name_their_rows_and_lose_no_column(self) -> None:
        headers = ["団体", *(f"列{place}" for place in range(15))]
        sheet = fitted(headers, [["堺市", *(["1,234,567,890"] * 15)]] * 20, [False, *([True] * 15)])
        assert len(sheet.pieces) > 1
        assert all(piece.columns[0] == 0 and piece.font_pt >= 7 for piece in sheet.pieces)
        assert sorted(place for piece in sheet.pieces for place in piece.columns[1:]) == list(range(1, 16))
        number_mm = 13 * 0.56 * 7.5 * 0.3528
        assert all(width >= number_mm for piece in sheet.pieces for width in piece.widths_mm[1:])

    def test_a_table_of_few_rows_and_many_columns_is_turned_round(self) -> None:
        names = [f"c{place}_yen" for place in range(14)]
        frame = pd.DataFrame([["甲", *([1_234_567_890_123] * 14)], ["乙", *([2] * 14)]], columns=["name_ja", *names])
        sheet = sheet_of(exhibit("E07", frame, unit="円"), most_rows=45)
        assert sheet.headers[1:] == ("甲", "乙")
        assert [row[1:] for row in sheet.rows] == [("1,234,567,890,123", "2")] * 14
        assert len(sheet.pieces) == 1

    def test_short_words_are_not_broken(self) -> None:
        sheet = fitted(["団体", "説明"], [["河内長野市", "説" * 100]])
        assert sheet.pieces[0].widths_mm[0] >= 5 * sheet.pieces[0].font_pt * 0.3528


class TestPacking:
    """A packed file says the same in fewer bytes."""

    @pytest.fixture(scope="class")
    def both(self) -> tuple[bytes, bytes]:
        frame = pd.DataFrame({"name_ja": [f"団体{place}" for place in range(200)], "annual_cost_yen": range(200)})
        document = notebook_page(exhibit("E07", frame), exhibit("E08"))[0]
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("dxmodels.runs.render.compiling.packed", lambda pdf: pdf)
            plain = document_pdf(document)
        return plain, document_pdf(document)

    def test_it_is_much_smaller_and_the_same_each_time(self, both: tuple[bytes, bytes]) -> None:
        plain, small = both
        assert len(small) < 0.7 * len(plain)
        assert packed(plain) == small

    def test_pages_tags_and_texts_are_the_same(self, both: tuple[bytes, bytes]) -> None:
        plain, small = (PdfReader(io.BytesIO(content)) for content in both)
        assert [page.extract_text() for page in plain.pages] == [page.extract_text() for page in small.pages]
        assert plain.metadata == small.metadata
        roots = [reader.trailer["/Root"] for reader in (plain, small)]
        assert roots[0].keys() == roots[1].keys()
        assert _tags(roots[0]["/StructTreeRoot"]) == _tags(roots[1]["/StructTreeRoot"])
        assert len(_tags(roots[0]["/StructTreeRoot"])) > 100

    def test_what_it_does_not_know_is_left_alone(self) -> None:
        for content in (b"", b"%PDF-1.7\nnothing", b"startxref\n5\n%%EOF"):
            assert packed(content) == content


def _tags(node: Any) -> list[str]:
    """The names of all tags of a structure tree, in order."""
    node = node.get_object()
    if isinstance(node, list):
        return [tag for kid in node for tag in _tags(kid)]
    return [str(node.get("/S", "")), *_tags(node["/K"])] if hasattr(node, "get") and "/K" in node else []


def test_a_figure_never_leaves_its_heading() -> None:
    """A figure as tall as a page is shrunk onto the page of its heading."""

    def tall(frame: pd.DataFrame) -> Any:
        ax = axes_for(None, height_mm=245)
        ax.barh(frame["name_ja"], frame["annual_cost_yen"])
        return ax

    made = PdfReader(io.BytesIO(document_pdf(notebook_page(exhibit("E12"), exhibit("E13", costs(), figure=tall))[0])))
    pages = [page.extract_text() for page in made.pages]
    heading = next(place for place, text in enumerate(pages) if "E13" in text and "いくらか" in text)
    assert "時点令和8年4月1日" in squeezed(pages[heading])  # the stamp of the figure stands on the same page
