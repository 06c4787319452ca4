"""A value planted anywhere in the public files is found; the files as they are made hold none."""

from __future__ import annotations

import base64
import datetime as dt
import io
import json
import struct
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
import xlsxwriter
from edition_maker import RATE, pages
from pypdf import PdfReader, PdfWriter
from pypdf.annotations import Text
from pypdf.generic import NameObject, TextStringObject

from dxmodels.inputs import load_register
from dxmodels.runs.document import Edition, notebook_document
from dxmodels.runs.editions.leaks import search_leaks
from dxmodels.runs.editions.masking import plan_masking
from dxmodels.runs.editions.material import Masking, material_of
from dxmodels.runs.editions.public_pages import public_pages
from dxmodels.runs.editions.rules import load_rules
from dxmodels.runs.render.csv import machine_csv, people_csv
from dxmodels.runs.render.html import document_html
from dxmodels.runs.render.pdf import document_pdf
from dxmodels.runs.render.xlsx import document_xlsx

EDITION = Edition(
    "small-0123456789ab", "小さな取りまとめ", "令和8年度版　公表版", "小さなケース", dt.date(2026, 4, 1), 2026
)


@pytest.fixture(scope="module")
def masking() -> Masking:
    return plan_masking(material_of(pages()), load_rules(), load_register())


@pytest.fixture(scope="module")
def clean(masking: Masking, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The public files of the run as they are made."""
    folder = tmp_path_factory.mktemp("clean")
    made = public_pages(pages(), masking)
    document = notebook_document(made[0], EDITION)
    (folder / "page.html").write_text(document_html(document), encoding="utf-8")
    (folder / "page.pdf").write_bytes(document_pdf(document))
    (folder / "page.xlsx").write_bytes(document_xlsx(document, made))
    (folder / "tables" / "people").mkdir(parents=True)
    for exhibit in made[0].results.exhibits:
        if exhibit.columns:
            (folder / "tables" / f"{exhibit.id}.csv").write_bytes(machine_csv(exhibit))
            (folder / "tables" / "people" / f"{exhibit.id}.csv").write_bytes(people_csv(exhibit))
    return folder


def test_the_files_as_they_are_made_tell_nothing(clean: Path, masking: Masking) -> None:
    assert search_leaks(clean, masking, printed=True) == []


def workbook(plant: Callable[[xlsxwriter.Workbook], None]) -> bytes:
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target)
    book.add_worksheet("表紙").write(0, 0, "表")
    plant(book)
    book.close()
    return target.getvalue()


def in_cell(book: xlsxwriter.Workbook) -> None:
    book.add_worksheet("値").write_number(3, 3, RATE)


def in_text(book: xlsxwriter.Workbook) -> None:
    book.add_worksheet("値").write_string(3, 3, "単価は1,187,300円")


def in_comment(book: xlsxwriter.Workbook) -> None:
    book.add_worksheet("値").write_comment(0, 0, "もとの値 1,187千円")


def in_hidden_sheet(book: xlsxwriter.Workbook) -> None:
    sheet = book.add_worksheet("控え")
    sheet.write_number(0, 0, RATE)
    sheet.hide()


def in_properties(book: xlsxwriter.Workbook) -> None:
    book.set_properties({"comments": "118.73万円"})


def in_sheet_name(book: xlsxwriter.Workbook) -> None:
    book.add_worksheet("1187300円")


def in_chart_cache(book: xlsxwriter.Workbook) -> None:
    chart = book.add_chart({"type": "bar"})
    chart.add_series({"values": "=[other.xlsx]値!$A$1:$A$2", "values_data": [RATE, 2]})
    book.add_worksheet("図").insert_chart("A1", chart)


def in_header(book: xlsxwriter.Workbook) -> None:
    book.add_worksheet("値").set_header("&L1,187,300")


@pytest.mark.parametrize(
    "plant", [in_cell, in_text, in_comment, in_hidden_sheet, in_properties, in_sheet_name, in_chart_cache, in_header]
)
def test_a_value_in_a_workbook_is_found(plant: Callable[..., None], masking: Masking, tmp_path: Path) -> None:
    (tmp_path / "book.xlsx").write_bytes(workbook(plant))
    assert [leak.exhibit for leak in search_leaks(tmp_path, masking) if leak.file == "book.xlsx"][:1] == ["E11b"]


SVG = '<svg xmlns="http://www.w3.org/2000/svg"><title>{0}</title><text x="1">{1}</text></svg>'
PICTURE = base64.b64encode(SVG.format("図", "1,187,300円").encode()).decode()
HIDDEN_IN_PAGES = {
    "text": "<p>単価は１，１８７，３００円</p>",
    "entity": "<p>1&#44;187&#44;300円</p>",
    "alternative": '<img src="x" alt="単価1,187,300円の図">',
    "label": '<div aria-label="118.73万円">表</div>',
    "title": '<abbr title="1,187千円">単価</abbr>',
    "data": "<td data-value='1187300'>－</td>",
    "comment": "<!-- 1187300 -->",
    "picture": f'<img alt="図" src="data:image/svg+xml;base64,{PICTURE}">',
    "metadata": "<svg><metadata>1187300</metadata></svg>",
}


@pytest.mark.parametrize("where", HIDDEN_IN_PAGES)
def test_a_value_in_a_page_is_found(where: str, masking: Masking, tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text(f"<html><body>{HIDDEN_IN_PAGES[where]}</body></html>", encoding="utf-8")
    assert search_leaks(tmp_path, masking)[0].file == "page.html"


def png_with(text: bytes, kind: bytes) -> bytes:
    data = b"Comment\0" + (b"\0" + zlib.compress(text) if kind == b"zTXt" else text)
    chunk = struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    return b"\x89PNG\r\n\x1a\n" + chunk + b"\0\0\0\0IEND\xaeB`\x82"


def plain_files() -> dict[str, bytes]:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as packed:
        packed.writestr("inner.csv", "単価\n1187300\n")
    return {
        "table.csv": "単価\n1187300\n".encode(),
        "people.csv": '\ufeff単価\n"1,187,300"\n'.encode(),
        "manifest.json": json.dumps({"note": {"値": 1187300}}).encode(),
        "log.txt": "単価 1,187,300円".encode(),
        "figure.svg": SVG.format("単価1,187,300円", "図").encode(),
        "picture.png": png_with(b"1187300", b"tEXt"),
        "packed.png": png_with(b"1187300", b"zTXt"),
        "1187300.csv": b"a\n",
        "archive.zip": archive.getvalue(),
    }


@pytest.mark.parametrize("name", plain_files())
def test_a_value_in_any_other_file_is_found(name: str, masking: Masking, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(plain_files()[name])
    assert {leak.file for leak in search_leaks(tmp_path, masking)} == {name}


def in_metadata(writer: PdfWriter) -> None:
    writer.add_metadata({"/Subject": "1,187,300円"})


def in_alternative(writer: PdfWriter) -> None:
    root = writer.root_object["/StructTreeRoot"].get_object()
    root[NameObject("/Alt")] = TextStringObject("単価は１１８７３００円")


def in_note(writer: PdfWriter) -> None:
    writer.add_annotation(0, Text(text="118.73万円", rect=(0, 0, 10, 10)))


def in_attachment(writer: PdfWriter) -> None:
    writer.add_attachment("source.csv", b"<a>1187300</a>")


@pytest.mark.parametrize("plant", [in_metadata, in_alternative, in_note, in_attachment])
def test_a_value_in_a_pdf_beside_its_text_is_found(
    plant: Callable[[PdfWriter], None], clean: Path, masking: Masking, tmp_path: Path
) -> None:
    writer = PdfWriter(clone_from=PdfReader(clean / "page.pdf"))
    plant(writer)
    writer.write(tmp_path / "page.pdf")
    assert search_leaks(tmp_path, masking) != []


def test_a_value_printed_on_a_page_of_a_pdf_is_found(masking: Masking, tmp_path: Path) -> None:
    document = notebook_document(pages()[0], EDITION)  # the internal pages
    (tmp_path / "page.pdf").write_bytes(document_pdf(document))
    assert any("ページ" in leak.part for leak in search_leaks(tmp_path, masking, printed=True))


def test_a_cell_that_should_hold_the_mark_is_looked_up(clean: Path, masking: Masking, tmp_path: Path) -> None:
    (tmp_path / "tables").mkdir()
    text = (clean / "tables" / "E19.csv").read_text(encoding="utf-8")
    (tmp_path / "tables" / "E19.csv").write_text(
        text.replace("非公表［2］", "63"), encoding="utf-8"
    )  # too short to be searched for
    assert [leak.exhibit for leak in search_leaks(tmp_path, masking)] == ["E19"]


def test_a_leak_is_told_without_the_value(masking: Masking, tmp_path: Path) -> None:
    (tmp_path / "table.csv").write_text("1187300\n", encoding="utf-8")
    assert "1187300" not in str(search_leaks(tmp_path, masking)[0])
