"""What can be worked out from published totals: tables worked by hand, random tables, and the difference of two editions."""

from __future__ import annotations

import math

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dxmodels.errors import ModelError
from dxmodels.runs.doors import build_exhibit
from dxmodels.runs.editions.audit import audit_ledger
from dxmodels.runs.editions.ledger import Published, build_ledger
from dxmodels.runs.editions.places import Place
from dxmodels.runs.editions.suppression import protect
from dxmodels.runs.model import Exhibit

MARGIN = 0.2
NOTHING = Published()


def exhibit_of(table: pd.DataFrame, id: str = "E07") -> Exhibit:
    return build_exhibit(id, table, title="いくらか", reading="読む。", limits="限る。", grade="推計", sources=["資料"])


def with_totals(inner: list[list[int]]) -> Exhibit:
    """A table of amounts with totals of rows and columns: columns name, one a year, total."""
    rows = [[f"部局{n}", *row, sum(row)] for n, row in enumerate(inner)]
    rows.append(["合計", *(sum(column) for column in zip(*inner, strict=True)), sum(map(sum, inner))])
    names = ["name_ja", *(f"y{n}_yen" for n in range(len(inner[0]))), "total_yen"]
    return exhibit_of(pd.DataFrame(rows, columns=names))


BY_HAND = [[20_010, 50_020, 10_030], [8_040, 19_050, 22_060], [17_070, 32_080, 12_090]]


def range_of(exhibit: Exhibit, held: set[Place], place: Place) -> tuple[float, float]:
    ledger = build_ledger({"E07": exhibit}, held, NOTHING)
    found = audit_ledger(ledger, held, margin=MARGIN)
    entry = next(number for number, places in enumerate(ledger.places) if place in places)
    return next((one.least, one.largest) for one in found.ranges if one.entry == entry)


def test_a_single_withheld_cell_is_the_total_less_the_rest() -> None:
    place = Place("E07", 1, 2)
    assert range_of(with_totals(BY_HAND), {place}, place) == pytest.approx((19_050, 19_050))


def test_four_corners_leave_the_ranges_worked_by_hand() -> None:
    # Withheld: (0,1) 50,020 (0,2) 10,030 (1,1) 19,050 (1,2) 22,060. With t added to the first the others move by −t, −t, +t:
    # none below 0 means −22,060 ≤ t (from the fourth) and t ≤ 10,030, so the first lies in 50,020 − 22,060 = 27,960 … 60,050.
    corners = {Place("E07", r, c) for r in (0, 1) for c in (2, 3)}
    first, second = Place("E07", 0, 2), Place("E07", 0, 3)
    assert range_of(with_totals(BY_HAND), corners, first) == pytest.approx((27_960, 60_050))
    assert range_of(with_totals(BY_HAND), corners, second) == pytest.approx((0, 32_090))


def test_a_cell_in_no_equation_is_free() -> None:
    table = pd.DataFrame({"name_ja": ["甲", "乙"], "cost_yen": [12_345, 67_891]})
    held = {Place("E07", 0, 1)}
    assert audit_ledger(build_ledger({"E07": exhibit_of(table)}, held, NOTHING), held, margin=MARGIN).passes


def test_three_more_cells_protect_one_in_a_table_with_totals() -> None:
    held = {Place("E07", 1, 2)}
    made = protect({"E07": with_totals(BY_HAND)}, held, NOTHING, margin=MARGIN)
    assert made.audit.passes
    assert len(made.added) == 3  # a cycle needs two rows and two columns: no fewer will do
    rows, columns = {p.row for p in made.added} | {1}, {p.column for p in made.added} | {2}
    assert (len(rows), len(columns)) == (2, 2)
    assert 3 not in rows
    assert 4 not in columns


def test_the_cells_added_are_the_cheapest_that_protect() -> None:
    # Beside 1,000,000 in the first row and column only a cell that can move by 200,000 protects: the small ones cannot.
    inner = [[1_000_000, 900_001, 11_001], [800_003, 700_005, 12_003], [13_001, 14_003, 15_005]]
    made = protect({"E07": with_totals(inner)}, {Place("E07", 0, 1)}, NOTHING, margin=MARGIN)
    assert set(made.added) == {Place("E07", 0, 2), Place("E07", 1, 1), Place("E07", 1, 2)}


def test_a_price_is_not_left_to_be_divided_out_of_amount_and_quantity() -> None:
    table = pd.DataFrame(
        {"name_ja": ["甲", "乙", "丙"], "unit_cost_yen": [11_111, 22_223, 33_337], "items_count": [3, 7, 9]}
    )
    table["amount_yen"] = table["unit_cost_yen"] * table["items_count"]
    exhibit = exhibit_of(table)
    held = {Place("E07", row, 1) for row in range(3)}
    assert len(audit_ledger(build_ledger({"E07": exhibit}, held, NOTHING), held, margin=MARGIN).exposed) == 3
    made = protect({"E07": exhibit}, held, NOTHING, margin=MARGIN)
    assert made.audit.passes
    assert {place.row for place in made.added} == {0, 1, 2}


def test_shares_of_a_total_told_in_a_sentence_give_the_amounts_away() -> None:
    table = pd.DataFrame(
        {"name_ja": ["甲", "乙", "丙", "丁"], "estimate_yen": [832_700_000, 753_300_000, 539_500_000, 410_412_345]}
    )
    table["estimate_share"] = table["estimate_yen"] / 11_467_000_000
    exhibit = exhibit_of(table)
    held = {Place("E07", row, 1) for row in range(4)}
    assert protect({"E07": exhibit}, held, NOTHING, margin=MARGIN).added == ()
    made = protect({"E07": exhibit}, held, Published(told=frozenset({"114.67億円"})), margin=MARGIN)
    assert made.audit.passes
    assert len(made.added) == 4


def test_a_table_elsewhere_that_adds_up_to_a_withheld_total_is_found() -> None:
    detail = exhibit_of(pd.DataFrame({"name_ja": ["甲", "乙", "丙"], "cost_yen": [12_345, 23_456, 34_567]}), "E08")
    totals = exhibit_of(pd.DataFrame({"item": ["計画", "実績"], "whole_yen": [70_368, 71_111]}))
    held = {Place("E07", 0, 1)}
    exhibits = {"E07": totals, "E08": detail}
    assert not audit_ledger(build_ledger(exhibits, held, NOTHING), held, margin=MARGIN).passes
    made = protect(exhibits, held, NOTHING, margin=MARGIN)
    assert made.audit.passes
    assert {place.stem for place in made.added} == {"E08"}


def test_the_difference_of_two_editions_gives_a_body_away() -> None:
    # Last year's public total held all five bodies; this year's table leaves one out and shows the other four.
    now = {"name_ja": ["甲", "乙", "丙", "丁", "合計"], "cost_yen": [12_345, 23_456, 34_567, 45_678, 116_046]}
    before = {
        "name_ja": ["甲", "乙", "丙", "丁", "戊", "合計"],
        "cost_yen": [12_345, 23_456, 34_567, 45_678, 98_765, 214_811],
    }
    exhibits = {"E07": exhibit_of(pd.DataFrame(now)), "earlier-E07": exhibit_of(pd.DataFrame(before))}
    held = {Place("earlier-E07", 4, 1)}  # withheld then; alone in its total it was safe beside another one withheld
    pair = {*held, Place("earlier-E07", 0, 1)}
    earlier = {"earlier-E07": exhibits["earlier-E07"]}
    fixed = Published(fixed=frozenset({"earlier-E07"}))
    assert audit_ledger(build_ledger(earlier, pair, fixed), pair, margin=0.1).passes
    assert not audit_ledger(build_ledger(exhibits, pair, fixed), pair, margin=0.1).passes
    made = protect(exhibits, pair, fixed, margin=0.1)
    assert made.audit.passes
    assert {place.stem for place in made.added} == {"E07"}


def test_what_an_earlier_edition_has_told_is_named_not_hidden() -> None:
    before = exhibit_of(pd.DataFrame({"name_ja": ["甲", "乙"], "cost_yen": [12_345, 23_456]}))
    now = exhibit_of(pd.DataFrame({"name_ja": ["甲", "乙"], "cost_yen": [12_345, 23_456]}))
    held = {Place("E07", 0, 1)}
    made = protect(
        {"E07": now, "earlier-E07": before}, held, Published(fixed=frozenset({"earlier-E07"})), margin=MARGIN
    )
    assert made.audit.exposed == (Place("E07", 0, 1),)


@pytest.mark.parametrize("margin", [0.0, 1.0, -0.2])
def test_a_margin_out_of_range_is_refused(margin: float) -> None:
    with pytest.raises(ModelError):
        audit_ledger(build_ledger({}, set(), NOTHING), set(), margin=margin)


@settings(max_examples=25, deadline=None)
@given(st.data())
def test_after_protection_no_withheld_cell_of_a_random_table_can_be_worked_out(data: st.DataObject) -> None:
    rows, columns = data.draw(st.integers(2, 4)), data.draw(st.integers(2, 4))
    inner = [[data.draw(st.integers(0, 10**6)) for _ in range(columns)] for _ in range(rows)]
    exhibit = with_totals(inner)
    cells = [Place("E07", r, c + 1) for r in range(rows) for c in range(columns) if inner[r][c] > 0]
    held = set(data.draw(st.lists(st.sampled_from(cells), max_size=4, unique=True))) if cells else set()
    made = protect({"E07": exhibit}, held, NOTHING, margin=MARGIN)
    withheld = held | set(made.added)
    # Checked from first principles: a table that a reader cannot tell from the true one lies far enough off, both ways.
    for place in held:
        low, high = range_by_hand(inner, withheld, place)
        value = inner[place.row][place.column - 1]
        assert low <= value * (1 - MARGIN) + 1
        assert high >= value * (1 + MARGIN) - 1


def range_by_hand(inner: list[list[int]], withheld: set[Place], place: Place) -> tuple[float, float]:
    """The same bounds by scipy, with inner cells and totals as separate unknowns."""
    from scipy.optimize import linprog

    n, m = len(inner), len(inner[0])
    full = [[*row, sum(row)] for row in inner]
    full.append([sum(row[c] for row in full) for c in range(m + 1)])
    at = {(r, c): r * (m + 1) + c for r in range(n + 1) for c in range(m + 1)}
    equations = [{at[r, m]: -1, **{at[r, c]: 1 for c in range(m)}} for r in range(n + 1)]
    equations += [{at[n, c]: -1, **{at[r, c]: 1 for r in range(n)}} for c in range(m + 1)]
    matrix = [[row.get(k, 0) for k in range(len(at))] for row in equations]
    bounds = [(0, None) if Place("E07", r, c + 1) in withheld else (full[r][c], full[r][c]) for (r, c) in at]
    ends = []
    for sign in (1, -1):
        cost = [0.0] * len(at)
        cost[at[place.row, place.column - 1]] = sign
        found = linprog(cost, A_eq=matrix, b_eq=[0] * len(matrix), bounds=bounds)
        ends.append(sign * found.fun if found.status == 0 else -sign * math.inf)
    return ends[0], ends[1]
