"""The scoring workbook goes out, is filled in, comes back with its bad cells explained, and the next edition knows the replies."""

from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from dxmodels.cli import main
from dxmodels.errors import InputError
from dxmodels.inputs import NotComputable, Register, load_register
from dxmodels.inputs.panel_keep import keep_panel_sheets, read_case_panel, read_comment_table
from dxmodels.panel.basis import panel_basis
from dxmodels.panel.form import make_form
from dxmodels.runs.panel_sheets import REPLIES


@pytest.fixture(scope="module")
def register() -> Register:
    return load_register()


def fill(path: Path, scores: list[list[int]], *, points: tuple[int, ...] = (100, 60, 40, 20, 80)) -> Path:
    """Fill a workbook that ``dx panel out`` made: scores by criterion and option, swings, pairs as 同じ, quantiles, one comment."""
    book = openpyxl.load_workbook(path)
    for row, line in enumerate(scores, start=4):
        for column, value in enumerate(line, start=3):
            book["評点"].cell(row, column).value = value
    for row, value in enumerate(points, start=4):
        book["重み"].cell(row, 2).value = value
    for row in range(4, 14):
        book["一対比較"].cell(row, 3).value, book["一対比較"].cell(row, 4).value = "同じ", 1
    for row in range(4, 15):
        for column, value in zip((3, 4, 5), (1.0, 100.0, 20000.0), strict=True):
            book["分位点"].cell(row, column).value = value
    book["コメント"]["B4"] = f"{book['評点']['B1'].value}の意見"
    book.save(path)
    return path


FIRST = [[3, 4, 5, 1], [3, 4, 5, 2], [3, 3, 5, 4], [2, 3, 4, 4], [5, 4, 3, 1]]
SECOND = [[3, 3, 4, 2], [2, 4, 5, 2], [3, 3, 4, 5], [2, 3, 5, 4], [5, 4, 4, 1]]


def sent_and_filled(folder: Path) -> list[Path]:
    assert main(["panel", "out", "--member", "委1", "--member", "委2", "--out", str(folder)]) == 0
    files = [folder / "hyokahyo-1.xlsx", folder / "hyokahyo-2.xlsx"]
    return [fill(file, scores) for file, scores in zip(files, (FIRST, SECOND), strict=True)]


def test_what_members_wrote_is_what_the_chapter_ranks(
    tmp_path: Path, register: Register, capsys: pytest.CaptureFixture[str]
) -> None:
    files = sent_and_filled(tmp_path / "out")
    case = tmp_path / "mine"
    assert main(["panel", "read", *map(str, files), "--into", str(case), "--edition", "夏の方向性"]) == 0
    assert "評価表2人分を読み取り、受け付けられない記入はなかった" in capsys.readouterr().out
    sheets = read_case_panel(case, make_form(register))
    scores = sheets.scores.pivot_table(index="option_ja", columns="expert_id", values="score", aggfunc="sum")
    assert scores.loc["共同調達協議会"].tolist() == [22, 22]
    basis = panel_basis(sheets, read_comment_table(case), register, seed=1, published_only=False)
    assert not isinstance(basis.answers, NotComputable)
    assert basis.grade == "推計"
    # by hand: 委1 weighs 1/3, .2, 2/15, 1/15, 4/15; 共同調達協議会 scores 5, 5, 5, 4, 3 → (1/3 + .2 + 2/15)·1 + .75/15 + .5·4/15
    assert basis.answers.judgement.individual.loc["委1", "共同調達協議会"] == pytest.approx(2 / 3 + 0.05 + 2 / 15)
    assert basis.answers.judgement.ranking["option_ja"].iloc[0] == "共同調達協議会"
    assert "架空" not in basis.caveat_ja
    assert not isinstance(basis.pairwise, NotComputable)
    assert basis.pairwise.table["weight_eigenvector_share"].tolist() == pytest.approx([0.2] * 5)
    assert not isinstance(basis.earned, NotComputable)


def test_each_sheet_is_printed_one_page_wide_with_every_word_of_its_question(tmp_path: Path) -> None:
    book = openpyxl.load_workbook(sent_and_filled(tmp_path / "out")[0])
    for sheet in book:
        assert sheet.page_setup.orientation == "landscape"
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert sheet.merged_cells.ranges, sheet.title  # the question stands over the whole width
    rubric = book["評点"]["B4"].value
    assert book["評点"].row_dimensions[4].height >= 16 * len(rubric) * 2 / 44


def test_bad_cells_are_told_with_file_sheet_cell_value_and_cure_and_do_not_count(
    tmp_path: Path, register: Register, capsys: pytest.CaptureFixture[str]
) -> None:
    files = sent_and_filled(tmp_path / "out")
    book = openpyxl.load_workbook(files[1])
    book["評点"]["D5"] = "良い"
    book["評点"]["E5"], book["評点"]["F5"] = 3.5, "４"  # no whole number; typed in full width, which is a number
    book["重み"]["A4"], book["重み"]["A5"] = book["重み"]["A5"].value, book["重み"]["A4"].value  # sorted by somebody
    book["一対比較"]["C4"] = "右"
    book.save(files[1])
    case = tmp_path / "mine"
    assert main(["panel", "read", *map(str, files), "--into", str(case)]) == 0
    said = capsys.readouterr().out
    assert "hyokahyo-2.xlsx［評点］D5「良い」数ではありません→1〜5の整数を半角で入れてください" in said
    assert "［評点］E5「3.5」整数ではありません→1〜5の整数にしてください" in said
    assert "F5" not in said
    assert "［重み］A4「頑健さ」見出しが配布時と違います→「費用の軽さ」に戻し" in said
    assert "［一対比較］C4:D4「右・1」" in said
    assert "委2は評点と重みの訂正を待つ" in said
    sheets = read_case_panel(case, make_form(register))
    assert set(sheets.complete().experts) == {"委1"}
    waiting = panel_basis(sheets, None, register, seed=1, published_only=True)
    assert isinstance(waiting.answers, NotComputable)
    assert "1人分しかない" in waiting.answers.message
    assert panel_basis(sheets, None, register, seed=1, published_only=False).grade == "架空"


def test_a_second_workbook_of_a_member_replaces_the_first_and_files_that_are_none_are_all_named(
    tmp_path: Path, register: Register
) -> None:
    files = sent_and_filled(tmp_path / "out")
    form, case = make_form(register), tmp_path / "mine"
    keep_panel_sheets(files, form, into=case)
    _, kept = keep_panel_sheets([fill(files[0], SECOND)], form, into=case)
    assert kept.experts == ("委1", "委2")
    assert kept.scores.query("expert_id == '委1'")["score"].tolist() == [value for line in SECOND for value in line]
    for name in ("a.xlsx", "b.xlsx"):
        (tmp_path / name).write_text("x", encoding="utf-8")
    with pytest.raises(InputError, match=r"(?s)a\.xlsx.*b\.xlsx"):
        keep_panel_sheets([tmp_path / "a.xlsx", tmp_path / "b.xlsx", files[0]], form, into=case)
    assert read_case_panel(case, form).experts == ("委1", "委2")


def test_comments_and_replies_go_from_edition_to_edition(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = sent_and_filled(tmp_path / "out")
    case = tmp_path / "mine"
    main(["panel", "read", *map(str, files), "--into", str(case), "--edition", "夏の方向性"])
    path = case / "panel" / "iken.csv"
    table = pd.read_csv(path, dtype=str).fillna("")
    table.loc[0, "回答"], table.loc[0, "変更した箇所"] = "表に加えた", "図表E31"
    table.to_csv(path, index=False, encoding="cp932")  # as a Japanese spreadsheet may save it
    book = openpyxl.load_workbook(files[1])
    book["コメント"]["B5"] = "新しい意見"
    book.save(files[1])
    main(["panel", "read", str(files[1]), "--into", str(case), "--edition", "年度末版"])
    assert "意見3件（うち未回答2件）" in capsys.readouterr().out
    again = read_comment_table(case)
    assert again is not None
    assert again["first_edition"].tolist() == ["夏の方向性", "夏の方向性", "年度末版"]
    assert again["reply_ja"].tolist() == ["表に加えた", "", ""]
    main(["panel", "out", "--case", str(case), "--out", str(tmp_path / "next")])
    sheet = openpyxl.load_workbook(tmp_path / "next" / "hyokahyo.xlsx")[REPLIES]
    assert [cell.value for cell in sheet[4]][:5] == [
        "夏の方向性",
        table.loc[0, "対象"],
        table.loc[0, "意見"],
        "表に加えた",
        "図表E31",
    ]


@pytest.mark.parametrize(
    ("line", "said"),
    [(["panel", "read"], "指定がありません"), (["panel", "read", "x.xlsx", "--into", "osaka"], "x.xlsx")],
)
def test_a_wrong_command_line_is_explained(line: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(line) == 2
    assert said in capsys.readouterr().err
