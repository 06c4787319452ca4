"""A planner's specification in every shape it is kept in: the same sentences, each with its place."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
import xlsxwriter

from dxmodels.errors import InputError
from dxmodels.inputs.specification_files import read_specification

_WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def word_file(path: Path, body: str) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("word/document.xml", f'<w:document xmlns:w="{_WORD}"><w:body>{body}</w:body></w:document>')
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932"])
def test_lines_of_a_text_broken_by_an_editor_are_joined_and_items_are_not(tmp_path, encoding):
    file = tmp_path / "仕様書.txt"
    file.write_text("１　目的\n本業務は、府の文書管理システムの安定した運用と保守を目的\nとする。\n（１）端末は別紙のとおりとする\n（２）保守\n", encoding=encoding)  # fmt: skip
    found = read_specification(file)
    assert [line.text for line in found.lines] == [
        "１　目的",
        "本業務は、府の文書管理システムの安定した運用と保守を目的とする。",
        "（１）端末は別紙のとおりとする",
        "（２）保守",
    ]
    assert [found.place(number) for number in (0, 2, 3)] == ["", "2行目", "4行目"]
    assert found.title_ja == "仕様書"


def test_paragraphs_and_tables_of_a_word_file_without_deleted_text(tmp_path):
    run = "<w:r><w:t>{}</w:t></w:r>".format
    table = f"<w:tbl><w:tr><w:tc><w:p>{run('１')}</w:p></w:tc><w:tc><w:p>{run('端末はゼット社製')}</w:p><w:p>{run('とする。')}</w:p></w:tc></w:tr></w:tbl>"
    deleted = "<w:del><w:r><w:delText>古い文。</w:delText></w:r></w:del>"
    file = word_file(tmp_path / "a.docx", f"<w:p>{run('契約')}{run('終了')}{deleted}</w:p><w:p/>{table}")
    found = read_specification(file)
    assert [(line.place_ja, line.text) for line in found.lines] == [
        ("1段落目", "契約終了"),
        ("表1の1行目", "１　端末はゼット社製 とする。"),
    ]


def test_rows_of_an_item_list_in_csv_and_excel(tmp_path):
    csv = tmp_path / "a.csv"
    csv.write_text("番号,要件\n1,端末はゼット社製とする。\n,\n", encoding="cp932")
    assert [line.text for line in read_specification(csv).lines] == ["番号　要件", "1　端末はゼット社製とする。"]
    book = tmp_path / "b.xlsx"
    with xlsxwriter.Workbook(str(book)) as made:
        sheet = made.add_worksheet("要件")
        sheet.write_row(2, 1, ["機能", "端末はゼット社製とする。"])
    found = read_specification(book)
    assert found.lines[0].text == "機能　端末はゼット社製とする。"
    assert "要件" in found.lines[0].place_ja


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.pdf", b"%PDF-1.7", ".docx"),
        ("a.doc", b"\xd0\xcf\x11\xe0", "Word文書"),
        ("a.docx", b"not a zip", "開けません"),
        ("a.txt", b"", "空"),
        ("a.txt", "　\n\n".encode(), "文がありません"),
        ("a.txt", "仕様書".encode("utf-16"), "UTF-16"),
    ],
)
def test_files_that_cannot_be_read_are_refused_with_the_cure(tmp_path, name, content, words):
    file = tmp_path / name
    file.write_bytes(content)
    with pytest.raises(InputError, match=words):
        read_specification(file)


def test_an_absent_file_and_entities_in_a_word_file_are_refused(tmp_path):
    with pytest.raises(InputError, match="開けません"):
        read_specification(tmp_path / "none.docx")
    file = tmp_path / "x.docx"
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("word/document.xml", '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>')
    with pytest.raises(InputError, match="Word文書にない"):
        read_specification(file)
