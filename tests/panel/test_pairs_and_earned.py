"""Pairwise sheets out and in, group weights, earned weights, the simulation in the acceptability, legal forms and the pictures."""

import io
import warnings
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest

from dxmodels.consolidation import simulate
from dxmodels.errors import ModelError
from dxmodels.figures import panel as figures
from dxmodels.glossary import missing_terms
from dxmodels.inputs import Register, load_case, load_register
from dxmodels.inputs.panel_cells import PanelForm
from dxmodels.inputs.panel_sheets import read_panel_sheets
from dxmodels.panel import asked, judge_legal_forms, weigh_answers, weigh_pairs
from dxmodels.panel.ahp import ahp_weights
from dxmodels.panel.basis import panel_basis
from dxmodels.panel.form import make_form
from dxmodels.runs.panel_sheets import write_panel_sheet

FORM = PanelForm(("甲案", "乙案"), (("費用", ""), ("体制", ""), ("職員", "")), (("遅れ", "％", 10.9),), 5)


@pytest.fixture(scope="module")
def register() -> Register:
    return load_register()


@pytest.fixture(scope="module")
def answers(register: Register) -> asked.PanelAnswers:
    return asked.judge_example(register, seed=5)


def filled(path: Path, pairs: list[tuple[object, object]]) -> Path:
    write_panel_sheet(path, FORM, expert_id="委1")
    book = openpyxl.load_workbook(path)
    for row in range(4, 7):
        for column in (3, 4):
            book["評点"].cell(row, column).value = 3
        book["重み"].cell(row, 2).value = 100
    for row, (side, times) in enumerate(pairs, start=4):
        book["一対比較"].cell(row, 3).value, book["一対比較"].cell(row, 4).value = side, times
    book.save(path)
    return path


def test_a_pairwise_sheet_comes_back_as_ratios(tmp_path: Path) -> None:
    sheets = read_panel_sheets([filled(tmp_path / "a.xlsx", [("左", 3), ("右", 2), ("同じ", 1)])], FORM)
    assert sheets.refused.empty
    assert sheets.pairs[["criterion_ja", "other_criterion_ja"]].to_numpy().tolist() == [
        ["費用", "体制"],
        ["費用", "職員"],
        ["体制", "職員"],
    ]
    assert sheets.pairs["times_ratio"].tolist() == [3.0, 0.5, 1.0]
    assert len(sheets.complete().pairs) == 3


def test_an_untouched_pairwise_sheet_is_no_fault(tmp_path: Path) -> None:
    sheets = read_panel_sheets([filled(tmp_path / "a.xlsx", [])], FORM)
    assert sheets.refused.empty
    assert sheets.pairs.empty


@pytest.mark.parametrize(
    ("pairs", "cell", "problem"),
    [
        ([("左", 3), ("右", 10), ("同じ", 1)], "D5", "範囲"),
        ([("左", 3), ("右", None), ("同じ", 1)], "D5", "記入"),
        ([("左", 3), (None, 2), ("同じ", 1)], "C5", "記入"),
        ([("左", 3), ("費用", 2), ("同じ", 1)], "C5", "選べない"),
        ([("左", 3), ("右", 2), ("同じ", 4)], "C6:D6", "食い違って"),
        ([("左", 1), ("右", 2), ("同じ", 1)], "C4:D4", "食い違って"),
        ([("左", "三"), ("右", 2), ("同じ", 1)], "D4", "数では"),
    ],
)
def test_every_refused_pair_is_explained_and_the_scores_are_kept(
    tmp_path: Path, pairs: list, cell: str, problem: str
) -> None:  # type: ignore[type-arg]
    sheets = read_panel_sheets([filled(tmp_path / "a.xlsx", pairs)], FORM)
    assert sheets.refused["cell_ja"].tolist() == [cell]
    assert problem in sheets.refused["problem_ja"].iloc[0]
    assert sheets.pairs.empty
    assert sheets.complete().experts == ("委1",)


def pairs_of(weights: dict[str, list[float]]) -> pd.DataFrame:
    names = ("費用", "体制", "職員")
    return pd.DataFrame(
        [
            {"expert_id": member, "criterion_ja": names[i], "other_criterion_ja": names[j], "times_ratio": w[i] / w[j]}
            for member, w in weights.items()
            for i in range(3)
            for j in range(i + 1, 3)
        ]
    )


def test_the_group_is_the_geometric_mean_of_its_members() -> None:
    """Two consistent members 4:2:1 and 1:2:4: the group's weights are √4 : √4 : √4, all equal."""
    found = weigh_pairs(pairs_of({"a": [4, 2, 1], "b": [1, 2, 4]}))
    assert found.table["weight_eigenvector_share"].to_numpy() == pytest.approx([1 / 3] * 3)
    assert found.members["consistency_ratio"].max() == pytest.approx(0.0, abs=1e-9)
    assert not found.group.ranks_differ
    alone = weigh_pairs(pairs_of({"a": [4, 2, 1]})).table.set_index("criterion_ja")["weight_geometric_mean_share"]
    assert alone[["費用", "体制", "職員"]].to_numpy() == pytest.approx([4 / 7, 2 / 7, 1 / 7])


def test_a_circular_member_is_named_and_a_missing_pair_refused() -> None:
    circle = pairs_of({"a": [4, 2, 1]}).assign(expert_id="c", times_ratio=[3.0, 1 / 3, 3.0])
    found = weigh_pairs(pd.concat([pairs_of({"a": [4, 2, 1]}), circle]))
    assert "1人（c）" in found.summary()
    with pytest.raises(ModelError, match="比べていません"):
        weigh_pairs(circle.iloc[:2])
    with pytest.raises(ModelError, match="一対比較の記入がありません"):
        weigh_pairs(circle.iloc[:0])


def test_ties_are_no_difference_of_ranks() -> None:
    assert not ahp_weights(np.array([[1, 1, 3], [1, 1, 3], [1 / 3, 1 / 3, 1]])).ranks_differ


def answers_of(spread: float, name: str, truths: list[float]) -> pd.DataFrame:
    rows = [
        {
            "expert_id": name,
            "question_ja": f"問{n}",
            "p05_value": t - spread,
            "p50_value": t + 0.1,
            "p95_value": t + spread,
            "realised_value": t,
        }
        for n, t in enumerate(truths)
    ]
    return pd.DataFrame(
        [
            *rows,
            {
                "expert_id": name,
                "question_ja": "未知",
                "p05_value": 1.0,
                "p50_value": 2.0,
                "p95_value": 4.0,
                "realised_value": np.nan,
            },
        ]
    )


def test_earned_weights_carry_over_to_the_open_question() -> None:
    """Two members with the same open answer: whatever the weights, the combination is that answer."""
    truths = list(np.linspace(10, 50, 12))
    wild = answers_of(5.0, "b", truths)
    wild.loc[wild["realised_value"].notna(), ["p05_value", "p50_value", "p95_value"]] += 40.0
    found = weigh_answers(pd.concat([answers_of(5.0, "a", truths), wild]), overshoot=0.1)
    assert found.table["expert_id"].iloc[0] == "a"
    row = found.open_questions.iloc[0]
    assert [row[f"earned_{level}"] for level in ("p05_value", "p50_value", "p95_value")] == pytest.approx(
        [1.0, 2.0, 4.0]
    )
    blank = pd.concat([answers_of(5.0, "a", truths), wild.iloc[3:]])
    assert weigh_answers(blank, overshoot=0.1).left_out == ("b",)
    with pytest.raises(ModelError, match="答えの分かっている"):
        weigh_answers(wild[wild["realised_value"].isna()], overshoot=0.1)


def test_the_simulation_takes_the_place_of_the_cost_scores(register: Register, answers: asked.PanelAnswers) -> None:
    result = simulate(load_case("osaka"), draws=64, seed=2)
    found = asked.acceptability_with_simulation(answers, result, register, seed=1)
    assert found.acceptability.sum(axis=1).to_numpy() == pytest.approx(1.0)
    few = simulate(load_case("osaka"), ["status_quo", "joint_council"], draws=64, seed=2)
    with pytest.raises(ModelError, match="一致しません"):
        asked.acceptability_with_simulation(answers, few, register, seed=1)


def test_legal_forms_are_marked_on_every_criterion() -> None:
    table = judge_legal_forms().to_frame()
    marks = table.filter(like="criterion")
    assert marks.shape == (10, 6)
    assert set(marks.to_numpy().ravel()) <= set("○△×－")
    assert table["met_count"].max() < 6
    assert "すべてを満たす法的な形はない" in judge_legal_forms().summary()
    assert missing_terms(table.columns) == []


def test_comments_are_told_without_names(register: Register) -> None:
    told = asked.comments_of(asked.example_panel(register, seed=5))
    assert "expert_id" not in told.table
    assert (told.table["first_edition"] == asked.EDITIONS_JA[0]).all()
    assert "回答済みは2件" in told.summary()


def test_every_picture_draws_without_a_missing_glyph(answers: asked.PanelAnswers, register: Register) -> None:
    none_back = read_panel_sheets([], make_form(register))
    weighed = panel_basis(none_back, None, register, seed=5, published_only=False)
    drawn = [
        figures.plot_rank_chart(asked.leave_one_out(answers)),
        figures.plot_acceptability(answers.acceptability),
        figures.plot_agreement(asked.agreement_of(answers)),
        figures.plot_pair_weights(weighed.pairwise),  # type: ignore[arg-type]
        figures.plot_earned(weighed.earned),  # type: ignore[arg-type]
    ]
    for frame in (weighed.pairwise, weighed.earned):
        assert missing_terms(frame.to_frame().columns) == []  # type: ignore[union-attr]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for ax in drawn:
            ax.figure.savefig(io.BytesIO(), format="png", dpi=40)
            assert ax.get_xlabel()
