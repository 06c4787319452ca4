"""Asking tables of a case: handed over in order, or named where missing."""

from __future__ import annotations

import pandas as pd
import pytest

from dxmodels.errors import TieError
from dxmodels.inputs import Case, NotComputable, attempt
from dxmodels.inputs.ask import ask

DEPARTMENTS = pd.DataFrame({"department_id": ["D1"], "name_ja": ["総務部"]})
SYSTEMS = pd.DataFrame({"system_id": ["S1", "S2"], "department_id": ["D1", "D1"]})


def count(first: pd.DataFrame, second: pd.DataFrame, *, weight: int) -> tuple[int, int]:
    return len(first) * weight, len(second) * weight


def test_tables_are_handed_over_in_the_order_named() -> None:
    case = Case.from_frames({"systems": SYSTEMS, "departments": DEPARTMENTS}, base_fy=2026, validate=False)
    assert ask(case, ["systems", "departments"], count, weight=10) == (20, 10)
    assert ask(case, ["departments", "systems"], count, weight=10) == (10, 20)
    assert ask(case, "systems", len) == 2


def test_a_question_about_an_answer_that_could_not_be_given_is_that_answer() -> None:
    missing = NotComputable("経費", {"spending": ()})
    assert attempt(len, missing) is missing
    assert attempt(count, DEPARTMENTS, SYSTEMS, weight=missing) is missing


def test_a_failed_tie_stops_the_run_and_is_never_a_lack_of_data() -> None:
    def tied() -> None:
        raise TieError("差 1円")

    with pytest.raises(TieError):
        attempt(tied)


def test_a_table_without_a_title_is_named_once() -> None:
    assert NotComputable("", {"results": ()}).message == "算出不能：表「results」が必要です。"


def test_every_missing_table_is_named() -> None:
    case = Case.from_frames({"departments": DEPARTMENTS}, base_fy=2026, validate=False)
    missing = ask(case, ["systems", "departments", "spending"], count, weight=1)
    assert isinstance(missing, NotComputable)
    assert set(missing.needs) == {"systems", "spending"}
