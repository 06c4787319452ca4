"""Every need of the plan has a line in plan_items.csv, and each line leads to decisions and exhibits that exist."""

import csv
from pathlib import Path

import pytest

from dxmodels.inputs import load_case

HERE = Path(__file__).parent
ITEMS = load_case("osaka", tables=["plan_items"]).table("plan_items")
DECISIONS = {f"D{number:02d}" for number in range(1, 13)}
EXHIBITS = {f"E{number:02d}" for number in range(1, 42)}
BRANCHES = "abcdefghijklmnopqrstuvwxyz"
LAST_LINE = 141
# Lines of the plan's overview that are blank or mere headings of what follows.
HEADINGS = {2, 6, 10, 14, 15, 19, 25, 54}
BLANK = {
    1,
    13,
    16,
    18,
    27,
    29,
    34,
    39,
    41,
    46,
    51,
    53,
    55,
    61,
    70,
    72,
    74,
    76,
    78,
    85,
    90,
    92,
    94,
    99,
    102,
    107,
    110,
    116,
}
BLANK |= {118, 122, 127, 129, 131, 136}


def lines_of(text: str) -> set[int]:
    """Lines written as 3, 30-33 or 28;30-33."""
    found: set[int] = set()
    for part in text.split(";"):
        first, _, last = part.partition("-")
        found |= set(range(int(first), int(last or first) + 1))
    return found


def plan_lines() -> dict[str, set[int]]:
    with (HERE / "plan_lines.csv").open(encoding="utf-8", newline="") as rows:
        return {row["item_id"]: lines_of(row["lines"]) for row in csv.DictReader(rows)}


def split(column: str) -> list[list[str]]:
    return [str(cell).split(";") for cell in ITEMS[column]]


def test_every_line_of_the_plan_is_answered() -> None:
    answered = set().union(*plan_lines().values())
    assert set(range(1, LAST_LINE + 1)) - answered - HEADINGS - BLANK == set()


def test_items_and_lines_belong_together() -> None:
    assert set(plan_lines()) == set(ITEMS["item_id"])


@pytest.mark.parametrize(("column", "known"), [("decisions", DECISIONS), ("exhibits", EXHIBITS)])
def test_decisions_and_exhibits_exist_and_each_is_needed(column: str, known: set[str]) -> None:
    named = [name.rstrip(BRANCHES) for cell in split(column) for name in cell]
    assert set(named) == known
    assert all(len(cell) == len(set(cell)) and cell == sorted(cell) for cell in split(column))


def test_no_need_is_said_twice() -> None:
    assert ITEMS["need_ja"].is_unique


def test_what_the_plan_does_not_say_is_left_blank() -> None:
    """E33 shows holes: a need without measure, a measure without effect, an effect without indicator."""
    holes = ITEMS[["measure_ja", "effect_ja", "indicator_ja"]].isna().sum()
    assert (holes > 0).all()
    # The overview names outcome indicators almost nowhere: two ranks, two dates, one deadline, two counts of its own.
    assert int(ITEMS["indicator_ja"].notna().sum()) == 7


def test_all_three_teams_have_items() -> None:
    assert set(ITEMS["team"]) == {"府庁DX", "市町村DX", "制度・あり方", "共通"}
