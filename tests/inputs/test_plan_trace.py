"""Plan traceability: answered, partly or hole by hand, and gaps of the plan's own chain."""

from __future__ import annotations

import pandas as pd
import pytest

from dxmodels.errors import DxError
from dxmodels.glossary import missing_terms
from dxmodels.inputs import NotComputable
from dxmodels.inputs.trace import (
    ANSWERED,
    FULL,
    HOLE,
    ILLUSTRATIVE,
    NOT_COMPUTABLE,
    PARTLY,
    SHOWN,
    TraceCounts,
    exhibit_states,
    share_by_grade,
    trace_plan,
)


def item(item_id: str, exhibits: str, **chain: str | None) -> dict[str, object]:
    named = {"measure_ja": "対策", "effect_ja": "効果", "indicator_ja": "指標"} | chain
    fixed = {"team": "府庁DX", "part": "課題", "need_ja": "必要", "decisions": "D01;D02"}
    return {"item_id": item_id, "exhibits": exhibits, **fixed, **named}


STATES = {"E01": FULL, "E02": ILLUSTRATIVE, "E03": NOT_COMPUTABLE, "E07": FULL}


@pytest.mark.parametrize(
    ("exhibits", "answer"),
    [
        ("E01;E07", ANSWERED),
        ("E01；E07", ANSWERED),  # full-width separator
        ("E01;E02", PARTLY),  # one is on illustrative data only
        ("E01;E03", PARTLY),
        ("E03", HOLE),  # 算出不能 is no answer
        ("E02", SHOWN),  # illustrative data only
        ("E02;E03", SHOWN),
        ("E33;E35", HOLE),  # exhibits about the report answer no need
        ("E01;E36a", ANSWERED),
        ("E01;E99", PARTLY),  # one does not exist
        ("E99", HOLE),
        ("", HOLE),
    ],
)
def test_answer_by_hand(exhibits: str, answer: str) -> None:
    row = trace_plan(pd.DataFrame([item("P01", exhibits)]), STATES).table.iloc[0]
    assert row["answer_ja"] == answer


def test_where_each_named_exhibit_stands() -> None:
    row = trace_plan(pd.DataFrame([item("P01", "E01;E02;E03;E99")]), STATES).table.iloc[0]
    assert (row["full_exhibits"], row["illustrative_exhibits"]) == ("E01", "E02")
    assert (row["not_computable_exhibits"], row["absent_exhibits"]) == ("E03", "E99")
    assert row["decisions"] == "D01・D02"


@pytest.mark.parametrize(
    ("chain", "gap"),
    [
        ({}, ""),
        ({"measure_ja": None, "effect_ja": None, "indicator_ja": None}, "対策なし"),
        ({"effect_ja": None}, "効果なし"),
        ({"indicator_ja": " "}, "指標なし"),
    ],
)
def test_first_missing_link_of_the_plan_itself(chain: dict[str, str | None], gap: str) -> None:
    assert trace_plan(pd.DataFrame([item("P01", "E01", **chain)]), STATES).table["plan_gap_ja"].iloc[0] == gap


def test_every_item_has_exactly_one_answer_and_the_counts_add_up() -> None:
    items = pd.DataFrame([item(f"P{n}", text) for n, text in enumerate(("E01", "E02", "E99", "", "E01;E03"))])
    trace = trace_plan(items, STATES)
    assert [trace.count(answer) for answer in (ANSWERED, PARTLY, SHOWN, HOLE)] == [1, 1, 1, 2]
    assert list(trace.holes["item_id"]) == ["P2", "P3"]
    assert "5項目のうち、公表値などの実在の表による図表で答えられるのは1項目" in TraceCounts(trace).summary()
    assert "未対応2項目、例示のみ1項目" in trace.summary()
    assert list(trace.to_frame()["answer_ja"]) == [HOLE, HOLE, SHOWN, PARTLY, ANSWERED]  # holes first
    counts = TraceCounts(trace).to_frame()
    assert counts.iloc[-1].tolist() == ["合計", 5, 1, 1, 1, 2]
    assert missing_terms([*trace.to_frame().columns, *counts.columns]) == []


def test_unknown_state_is_refused() -> None:
    with pytest.raises(DxError, match="done"):
        trace_plan(pd.DataFrame([item("P01", "E01")]), {"E01": "done"})


def recorded(*rows: tuple[str, str, str]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["exhibit_id", "state", "grade"], dtype="string")


def test_each_branch_has_its_own_state_and_the_best_of_several_runs_counts() -> None:
    frame = recorded(
        ("E10", "full", "推計"),
        ("E10a", "full", "架空"),
        ("E16a", "not_computable", "算出不能"),
        ("E10a", "full", "推計"),
    )
    assert exhibit_states(frame) == {"E10": FULL, "E10a": FULL, "E16a": NOT_COMPUTABLE}
    assert exhibit_states(NotComputable("", {"results": ()})) == {}
    assert share_by_grade(NotComputable("", {"results": ()})).records_count == 0
    assert "記録された数値がない" in share_by_grade(NotComputable("", {"results": ()})).summary()


@pytest.mark.parametrize(
    ("exhibits", "answer"),
    [
        ("E41b", HOLE),  # the very branch that answers is 算出不能, whatever the others show
        ("E41", ANSWERED),  # made under its own number: its branches are other questions
        ("E16", PARTLY),  # only branches were made: all of them stand for the number
        ("E41a;E41b", PARTLY),
    ],
)
def test_a_need_is_answered_by_the_very_exhibit_it_names(exhibits: str, answer: str) -> None:
    states = {"E41": FULL, "E41a": FULL, "E41b": NOT_COMPUTABLE, "E16a": FULL, "E16b": ILLUSTRATIVE}
    assert trace_plan(pd.DataFrame([item("P01", exhibits)]), states).table["answer_ja"].tolist() == [answer]


def test_share_by_grade_by_hand() -> None:
    records = pd.DataFrame(
        {"grade": ["公表値", "推計", "推計", "架空"], "printed_value": ["1", "2", "算出不能", "4"]}, dtype="string"
    )
    shares = share_by_grade(records)
    assert shares.table.set_index("grade")["records_count"].to_dict() == {
        "公表値": 1,
        "推計": 1,
        "架空": 1,
        "算出不能": 1,
    }
    assert shares.table["records_share"].sum() == pytest.approx(1.0)
    assert "推計1件（25.0％）" in shares.summary()
    assert missing_terms(shares.to_frame().columns) == []
