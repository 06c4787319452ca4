"""The reviewers' workbook goes out, comes back, and every refused cell is explained."""

from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from dxmodels.errors import InputError, ModelError
from dxmodels.inputs import Case
from dxmodels.inputs.verdicts import REASON, SHEET, VERDICT, read_case_verdicts, read_verdict_sheets
from dxmodels.runs.verdict_sheets import GUIDE, write_verdict_sheet
from dxmodels.services import explain_pairs, find_overlaps

SERVICES = pd.DataFrame(
    {
        "service_id": ["S1", "S2", "S3", "S4"],
        "description": ["避難所の地図", "避難所を探す地図アプリ", "図書館の予約", "図書館の本の取り置き"],
    }
)
IDS = SERVICES["service_id"]
PAIRS = explain_pairs(find_overlaps(SERVICES, embedder="sudachi"))


def filled(path: Path, reviewer: str, answers: dict[int, object], changes: dict[str, object] | None = None) -> Path:
    """Write the sheet, fill the verdict of the pair in that row (from 0), change single cells."""
    write_verdict_sheet(path, PAIRS, reviewer=reviewer)
    book = openpyxl.load_workbook(path)
    sheet = book[SHEET]
    column = [cell.value for cell in sheet[4]].index(VERDICT) + 1
    for row, answer in answers.items():
        sheet.cell(row + 5, column).value = answer
    for cell, value in (changes or {}).items():
        sheet[cell] = value
    book.save(path)
    return path


def test_the_workbook_has_a_guide_dropdown_verdicts_and_locked_ids(tmp_path: Path) -> None:
    book = openpyxl.load_workbook(write_verdict_sheet(tmp_path / "out.xlsx", PAIRS))
    assert book.sheetnames == [GUIDE, SHEET]
    sheet = book[SHEET]
    rule = sheet.data_validations.dataValidation[0]
    assert rule.formula1 == '"同じ,違う,判断できない"'
    assert (sheet["B5"].protection.locked, sheet["N5"].protection.locked) == (True, False)
    assert sheet.protection.sheet
    width, text = sheet.column_dimensions["D"].width, str(sheet["D5"].value)
    assert sheet.row_dimensions[5].height >= 15 * -(-2 * len(text) // width)  # every line of the longest cell shows
    assert [cell.value for cell in sheet[4]][-2:] == [VERDICT, REASON]


def test_what_was_filled_in_comes_back_and_moves_the_search(tmp_path: Path) -> None:
    file = filled(tmp_path / "a.xlsx", "防災課 甲", {0: "同じ", 1: "違う", 2: "判断できない"})
    back = read_verdict_sheets([file], IDS)
    assert back.verdicts["verdict_ja"].tolist() == ["同じ", "違う", "判断できない"]
    assert back.decided()["is_same"].tolist() == [True, False]
    assert back.pending_count == len(PAIRS) - 3
    assert back.refused.empty
    assert "判定者1名の判定3組" in back.summary()
    again = find_overlaps(SERVICES, embedder="sudachi", verdicts=back.decided())
    assert again.verdicts_used == 2


def test_every_refused_cell_is_named_with_its_cure(tmp_path: Path) -> None:
    changes = {"B5": "S9", "E6": None, "B7": PAIRS["right"][2]}
    file = filled(tmp_path / "a.xlsx", "甲", {0: "同じ", 1: "同じ", 2: "違う", 3: "たぶん同じ"}, changes)
    back = read_verdict_sheets([file], IDS)
    assert back.verdicts.empty
    assert back.refused[["cell_ja", "found_ja"]].to_numpy().tolist() == [
        ["B5", "S9"], ["E6", "空欄"], ["E7", PAIRS["right"][2]], ["N8", "たぶん同じ"],
    ]  # fmt: skip
    assert back.refused["cure_ja"].str.len().min() > 5


def test_contradicting_reviewers_are_refused_together_and_an_undecided_one_is_no_contradiction(tmp_path: Path) -> None:
    files = [
        filled(tmp_path / "a.xlsx", "甲", {0: "同じ", 1: "同じ"}),
        filled(tmp_path / "b.xlsx", "乙", {0: "違う", 1: "判断できない"}),
    ]
    back = read_verdict_sheets(files, IDS)
    assert back.refused["file_ja"].tolist() == ["a.xlsx", "b.xlsx"]
    assert back.decided()[["left", "right"]].to_numpy().tolist() == [sorted([PAIRS["left"][1], PAIRS["right"][1]])]
    assert back.reviewers == ("甲", "乙")


def test_full_width_ids_and_blanks_are_read_as_meant(tmp_path: Path) -> None:
    file = filled(tmp_path / "a.xlsx", "甲", {0: " 同じ "}, {"B5": "Ｓ" + PAIRS["left"][0][1:]})
    assert len(read_verdict_sheets([file], IDS).verdicts) == 1


@pytest.mark.parametrize(("cell", "said"), [("B1", "判定者が空欄"), ("N4", "見出し")])
def test_a_file_without_reviewer_or_heading_is_refused_whole(tmp_path: Path, cell: str, said: str) -> None:
    file = filled(tmp_path / "a.xlsx", "甲", {0: "同じ"}, {cell: None})
    with pytest.raises(InputError, match=said):
        read_verdict_sheets([file], IDS)


def test_other_files_are_refused(tmp_path: Path) -> None:
    (tmp_path / "x.xlsx").write_text("これは表ではない", encoding="utf-8")
    with pytest.raises(InputError, match="判定票として開けません"):
        read_verdict_sheets([tmp_path / "x.xlsx"], IDS)
    with pytest.raises(ModelError, match="根拠の列"):
        write_verdict_sheet(tmp_path / "y.xlsx", PAIRS[["left", "right"]])


def test_a_case_without_the_folder_has_no_verdicts_and_one_with_it_is_read(tmp_path: Path) -> None:
    services = SERVICES.assign(department_id="D1", channel="app", name_ja="名称")
    case = Case.from_frames({"services": services}, base_fy=2026, validate=False)
    assert read_case_verdicts(case, str(tmp_path)).verdicts.empty
    (tmp_path / "verdicts").mkdir()
    filled(tmp_path / "verdicts" / "a.xlsx", "甲", {0: "同じ"})
    assert len(read_case_verdicts(case, str(tmp_path)).verdicts) == 1
    nothing = Case.from_frames({}, base_fy=2026)
    assert read_case_verdicts(nothing, str(tmp_path)).verdicts.empty


def test_the_command_writes_the_next_pairs_and_leaves_out_what_was_judged(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from dxmodels.cli import main
    from dxmodels.inputs import load_case, load_register
    from dxmodels.services.asked import pairs_to_judge

    target = tmp_path / "out.xlsx"
    assert main(["verdicts", "--out", str(target)]) == 0
    assert "判定票を作成しました" in capsys.readouterr().out
    sheet = openpyxl.load_workbook(target)[SHEET]
    first = {"left": [sheet["B5"].value], "right": [sheet["E5"].value], "is_same": [True]}
    left = pairs_to_judge(
        load_case("osaka", tables=["services"]), load_register(), pd.DataFrame(first), embedder="sudachi"
    )
    assert len(left) == 50
    assert not ((left["left"] == first["left"][0]) & (left["right"] == first["right"][0])).any()
    assert main(["verdicts", "--out", str(target)]) == 4
