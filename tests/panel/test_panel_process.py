"""From the workbook that goes out to the ranking that holds or does not."""

from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest

from dxmodels.errors import InputError, ModelError
from dxmodels.inputs import load_register
from dxmodels.inputs.panel_cells import PanelForm
from dxmodels.inputs.panel_sheets import read_panel_sheets
from dxmodels.panel import carry_comments, judge_panel, list_legal_forms, promethee, topsis
from dxmodels.panel.asked import judge_example
from dxmodels.runs.panel_sheets import write_panel_sheet

FORM = PanelForm(("甲案", "乙案"), (("費用", "軽さ"), ("体制", "続くか")), (("遅れの割合", "％", 10.9),), 5)


def filled(path: Path, expert: str, scores: list[list[object]], swings: list[object], quantiles: list[object]) -> Path:
    write_panel_sheet(path, FORM, expert_id=expert)
    book = openpyxl.load_workbook(path)
    for row, line in enumerate(scores, start=4):
        for column, value in enumerate(line, start=3):
            book["評点"].cell(row, column).value = value
    for row, value in enumerate(swings, start=4):
        book["重み"].cell(row, 2).value = value
    for column, value in enumerate(quantiles, start=3):
        book["分位点"].cell(4, column).value = value
    book["コメント"]["B4"] = f"{expert}の意見"
    book.save(path)
    return path


def test_a_filled_workbook_comes_back_as_it_was_filled(tmp_path: Path) -> None:
    file = filled(tmp_path / "a.xlsx", "委1", [[5, 3], [2, 4]], [100, 50], [5, 10, 20])
    sheets = read_panel_sheets([file], FORM)
    assert sheets.refused.empty
    assert sheets.scores["score"].tolist() == [5, 3, 2, 4]
    assert sheets.swings["swing_points"].tolist() == [100, 50]
    assert sheets.quantiles.iloc[0][["p05_value", "p50_value", "p95_value", "realised_value"]].tolist() == [
        5,
        10,
        20,
        10.9,
    ]
    assert sheets.comments["comment_ja"].tolist() == ["委1の意見"]


@pytest.mark.parametrize(
    ("scores", "swings", "quantiles", "cell", "problem"),
    [
        ([[6, 3], [2, 4]], [100, 50], [5, 10, 20], "C4", "範囲"),
        ([[5, 3.5], [2, 4]], [100, 50], [5, 10, 20], "D4", "整数ではありません"),
        ([[5, None], [2, 4]], [100, 50], [5, 10, 20], "D4", "記入"),
        ([[5, 3], [2, "四"]], [100, 50], [5, 10, 20], "D5", "数では"),
        ([[5, 3], [2, 4]], [0, 0], [5, 10, 20], "B4", "最も大切"),
        ([[5, 3], [2, 4]], [100, 101], [5, 10, 20], "B5", "範囲"),
        ([[5, 3], [2, 4]], [100, 50], [5, 5, 20], "C4:E4", "なっていません"),
        ([[5, 3], [2, 4]], [100, 50], [5, None, 20], "D4", "記入"),
    ],
)
def test_every_refused_cell_is_explained(tmp_path: Path, scores, swings, quantiles, cell: str, problem: str) -> None:  # type: ignore[no-untyped-def]
    sheets = read_panel_sheets([filled(tmp_path / "a.xlsx", "委1", scores, swings, quantiles)], FORM)
    assert len(sheets.refused) == 1
    row = sheets.refused.iloc[0]
    assert row["cell_ja"] == cell
    assert problem in row["problem_ja"]
    assert row["cure_ja"]
    kept = sheets.complete().experts
    assert kept == (("委1",) if row["sheet_ja"] == "分位点" else ())


def test_not_a_workbook_and_the_same_expert_twice_are_refused(tmp_path: Path) -> None:
    bad = tmp_path / "b.xlsx"
    bad.write_text("x", encoding="utf-8")
    with pytest.raises((InputError,), match="評価表"):
        read_panel_sheets([bad], FORM)
    one = filled(tmp_path / "a.xlsx", "委1", [[5, 3], [2, 4]], [100, 50], [])
    with pytest.raises(InputError, match="重複"):
        read_panel_sheets([one, one], FORM)


def long(scores: dict[str, list[list[float]]], swings: dict[str, list[float]]) -> tuple[pd.DataFrame, pd.DataFrame]:
    names, options = ("費用", "体制"), ("甲案", "乙案")
    rows = [
        {"expert_id": e, "option_ja": options[o], "criterion_ja": names[c], "score": value}
        for e, table in scores.items()
        for c, line in enumerate(table)
        for o, value in enumerate(line)
    ]
    points = [
        {"expert_id": e, "criterion_ja": names[c], "swing_points": p}
        for e, line in swings.items()
        for c, p in enumerate(line)
    ]
    return pd.DataFrame(rows), pd.DataFrame(points)


def test_judgement_by_hand_and_the_member_who_decides_it() -> None:
    scores, swings = long(
        {"a": [[5, 1], [5, 1]], "b": [[1, 2], [1, 2]], "c": [[1, 2], [1, 2]]},
        {"a": [100, 100], "b": [100, 0], "c": [100, 50]},
    )
    found = judge_panel(scores, swings, best_score=5)
    assert found.individual.loc["a", "甲案"] == 1.0
    assert found.individual.loc["b", "乙案"] == 0.25
    assert found.ranking["panel_score"].tolist() == pytest.approx([1 / 3, 0.5 / 3])
    changes = found.left_out.set_index("expert_id")["first_changes"]
    assert changes.to_dict() == {"a": True, "b": False, "c": False}
    assert not found.is_stable
    assert "a" in found.summary()


def test_incomplete_sheets_are_refused() -> None:
    scores, swings = long({"a": [[5, 1], [5, 1]]}, {"a": [100, 100]})
    with pytest.raises(ModelError, match="空欄"):
        judge_panel(scores.iloc[1:], swings, best_score=5)


def test_topsis_by_hand() -> None:
    """Two options, columns (3, 4) and (4, 3), norm 5: weighted .5·(.6, .8): symmetric, so weights decide."""
    values = pd.DataFrame({"x": [3.0, 4.0], "y": [4.0, 3.0]}, index=["A", "B"])
    assert topsis(values, {"x": 1, "y": 1}).scores.tolist() == pytest.approx([0.5, 0.5])
    found = topsis(values, {"x": 3, "y": 1}).scores
    assert found["B"] == pytest.approx(0.75)  # distances 0.2·(.75, .25)
    assert topsis(values, {"x": 3, "y": 1}, cost_criteria=["x"]).scores["A"] > 0.9
    assert "ユークリッド" in topsis(values, {"x": 1, "y": 1}).settings_ja


def test_promethee_by_hand() -> None:
    values = pd.DataFrame({"x": [1.0, 2.0, 4.0], "y": [3.0, 2.0, 1.0]}, index=["A", "B", "C"])
    usual = promethee(values, {"x": 3, "y": 1}).scores
    assert usual.to_dict() == pytest.approx({"C": 0.5, "B": 0.0, "A": -0.5})
    linear = promethee(values, {"x": 1, "y": 0}, indifference={"x": 1.0}, preference={"x": 3.0}).scores
    assert linear["C"] == pytest.approx((0.5 + 1.0) / 2)  # differences 2 and 3 on a ramp from 1 to 3
    assert linear.sum() == pytest.approx(0.0)


def test_comments_are_carried_with_their_replies() -> None:
    first = pd.DataFrame({"expert_id": ["a"], "topic_ja": ["甲案"], "comment_ja": ["なぜか"]})
    table = carry_comments(None, first, edition="夏")
    assert table["reply_state_ja"].tolist() == ["未回答"]
    table.loc[0, "reply_ja"] = "理由を加えた"
    second = pd.concat([first, first.assign(comment_ja="別の意見")])
    again = carry_comments(table, second, edition="年末")
    assert again["reply_state_ja"].tolist() == ["回答済み", "未回答"]
    assert again["first_edition"].tolist() == ["夏", "年末"]


def test_example_panel_is_reproducible_and_marked() -> None:
    register = load_register()
    one, two = judge_example(register, seed=3), judge_example(register, seed=3)
    pd.testing.assert_frame_equal(one.judgement.ranking, two.judgement.ranking)
    assert all(str(name).startswith("例") for name in one.judgement.individual.index)
    assert one.comparison_table().shape == (4, 4)
    assert np.isclose(one.acceptability.acceptability.sum(axis=1), 1).all()


def test_legal_forms_name_their_statute_and_ask_for_confirmation() -> None:
    table = list_legal_forms()
    assert table["statute_ja"].str.contains("法|根拠規定なし").all()
    assert table["confirm_ja"].str.startswith("要確認：府の法務担当").all()
    assert {"協議会", "一部事務組合", "一般財団法人", "株式会社"} <= set(table["legal_form_ja"])
