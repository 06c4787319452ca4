"""``dx gate``: a specification of one's own leaves as a workbook and a page that say the same."""

from __future__ import annotations

import openpyxl
import pytest

from dxmodels.cli import main
from dxmodels.errors import EXIT_BAD_INPUT, EXIT_OK

TEXT = """業務の範囲は別紙のとおりとする。
データベースは甲社統合基盤を使用すること。
契約終了時には、受注者は全データをCSV形式で返還し、返還に先立ち出力試験を行う。
"""


def test_the_workbook_and_the_page_hold_sentence_rule_cure_calendar_and_hours(tmp_path, capsys):
    file, book = tmp_path / "仕様書.txt", tmp_path / "kanmon.xlsx"
    file.write_text(TEXT, encoding="utf-8")
    arguments = ["gate", str(file), "--brand", "甲社統合基盤", "--notice-days", "15", "--contract-end", "令和12年3月31日", "--out", str(book)]  # fmt: skip
    assert main(arguments) == EXIT_OK
    sheets = openpyxl.load_workbook(book)
    assert sheets.sheetnames == ["検査", "この調達の暦", "審査の時間", "台帳の暦"]
    lines = [[cell.value or "" for cell in row] for row in sheets["検査"].iter_rows()]
    brand = next(line for line in lines if line[0] == "製品名・銘柄の指定")
    assert brand[1:4] == ["要修正", "2行目", "データベースは甲社統合基盤を使用すること。"]
    assert "同等以上" in brand[4]
    assert next(line for line in lines if line[0] == "公告期間")[1] == "要修正"
    assert next(line for line in lines if line[0].startswith("データの返還"))[1] == "適合"
    steps = {row[0].value: row[1].value for row in sheets["この調達の暦"].iter_rows()}
    assert steps["新しい契約での運用開始"] == "令和12年4月1日"
    assert "架空" in "".join(str(cell.value) for row in sheets["審査の時間"].iter_rows(max_row=4) for cell in row)
    page, printed = book.with_suffix(".html").read_text(encoding="utf-8"), capsys.readouterr().out
    for text in ("データベースは甲社統合基盤を使用すること。", brand[4]):
        assert text in page
        assert text in printed
    assert "<script" not in page


@pytest.mark.parametrize(
    ("name", "extra", "words"),
    [
        ("none.txt", [], "開けません"),
        ("a.pdf", [], "読めません"),
        ("a.txt", ["--contract-end", "来年"], "日付として読めません"),
        ("a.txt", ["--notice-days", "-1"], "366"),
        ("a.txt", ["--case", "nowhere"], "nowhere"),
    ],
)
def test_bad_input_is_told_in_japanese_and_leaves_no_file(tmp_path, capsys, name, extra, words):
    (tmp_path / "a.txt").write_text(TEXT, encoding="utf-8")
    (tmp_path / "a.pdf").write_bytes(b"%PDF-1.7")
    book = tmp_path / "out.xlsx"
    assert main(["gate", str(tmp_path / name), "--out", str(book), *extra]) == EXIT_BAD_INPUT
    assert words in capsys.readouterr().err
    assert not book.exists()


def test_a_result_is_never_overwritten(tmp_path, capsys):
    book = tmp_path / "out.xlsx"
    book.with_suffix(".html").write_text("自分のファイル", encoding="utf-8")
    (tmp_path / "a.txt").write_text(TEXT, encoding="utf-8")
    assert main(["gate", str(tmp_path / "a.txt"), "--out", str(book)]) != EXIT_OK
    assert "既にあります" in capsys.readouterr().err
