"""Ways in which withheld values were worked out once by arithmetic, words and printed forms: each stays closed."""

from __future__ import annotations

import pandas as pd
import pytest
from edition_maker import page

from dxmodels.inputs import load_register
from dxmodels.runs.booklets import Booklet
from dxmodels.runs.document import Page, with_file_names
from dxmodels.runs.doors import build_exhibit
from dxmodels.runs.editions.forms import public_forms
from dxmodels.runs.editions.masking import plan_masking
from dxmodels.runs.editions.material import Material
from dxmodels.runs.editions.public_pages import public_exhibit
from dxmodels.runs.editions.rules import load_rules
from dxmodels.runs.model import Exhibit

LEAST = load_register().value("edition_small_cell_people")
BODIES = ["甲町", "乙町", "丙市", "丁市", "戊市"]
OWN, OUTSIDE, NEED, GAP = (
    [1.0, 1.5, 7.0, 6.5, 8.0],
    [0.0, 0.1, 0.5, 0.0, 1.0],
    [1.6, 2.0, 6.0, 5.0, 7.5],
    [0.6, 0.4, 0.0, 0.0, 0.0],
)


def made(id: str, **columns: list[object]) -> Exhibit:
    return build_exhibit(
        id,
        pd.DataFrame(columns),
        title="職員は足りるか",
        grade="推計",
        sources=["資料"],
        reading="読む。",
        limits="限る。",
    )


def public(*exhibits: Exhibit) -> dict[str, dict[str, list[object]]]:
    """Each exhibit as the public reads it: column by column."""
    held = {one.id: one for one in exhibits}
    masking = plan_masking(Material(held), load_rules(), load_register())
    told = {name: public_exhibit(name, one, masking) for name, one in held.items()}
    return {
        name: {column.name: [row[at] for row in one.rows] for at, column in enumerate(one.columns)}
        for name, one in told.items()
    }


def numeric(values: list[object]) -> list[float | None]:
    return [float(value) if isinstance(value, int | float) else None for value in values]


def test_need_less_gap_less_outside_staff_does_not_tell_a_small_staff() -> None:
    """Own staff = need - gap - outside staff wherever there is a gap: 1.6 - 0.6 - 0.0 = 1.0 for the first town."""
    shown = public(
        made(
            "E28",
            name_ja=list(BODIES),
            own_fte=list(OWN),
            external_fte=list(OUTSIDE),
            run_need_fte=list(NEED),
            largest_gap_fte=list(GAP),
        )
    )["E28"]
    columns = [numeric(shown[name]) for name in ("run_need_fte", "largest_gap_fte", "external_fte")]
    worked_out = [None if None in row else row[0] - row[1] - row[2] for row in zip(*columns, strict=True)]  # type: ignore[operator]
    told = dict(zip(shown["name_ja"], zip(numeric(shown["own_fte"]), worked_out, strict=True), strict=True))
    assert {name: told[name] for name, own in zip(BODIES, OWN, strict=True) if own < LEAST} == {
        "甲町": (None, None),
        "乙町": (None, None),
    }
    assert {told[name][0] for name in BODIES[2:]} == {7.0, 6.5, 8.0}  # large bodies lose nothing
    assert [gap for gap in columns[1] if gap is not None] == GAP[2:]


def test_days_of_help_are_withheld_where_they_follow_from_a_small_staff() -> None:
    staff = made("E28", name_ja=list(BODIES), own_fte=list(OWN), run_need_fte=list(NEED))
    days = made(
        "E28c",
        name_ja=list(BODIES),
        demand_days=[958.2, 620.9, 36.4, 12.7, 55.1],
        served_days=[958.2, 600.3, 36.4, 11.2, 50.6],
        stations_ja=["甲町"] * 5,
    )
    shown = public(staff, days)["E28c"]
    told = dict(zip(shown["name_ja"], numeric(shown["demand_days"]), strict=True))
    assert told == {"甲町": None, "乙町": None, "丙市": 36.4, "丁市": 12.7, "戊市": 55.1}


def test_how_many_bodies_of_a_kind_have_one_person_does_not_name_the_only_village() -> None:
    shown = public(made(
        "E31c", kind=["市", "町", "村", "区", "合計"], bodies_count=[31, 9, 1, 2, 43], it_staff_fte=[280.5, 16.0, 1.0, 143.5, 441.0],
        one_person_count=[0, 1, 1, 0, 2], leavers_rate=[0.149, 0.198, 0.25, 0.204, 0.169],
    ))["E31c"]  # fmt: skip
    village = shown["kind"].index("村")
    for name in ("it_staff_fte", "one_person_count", "leavers_rate"):
        assert not isinstance(shown[name][village], int | float), name


def test_no_withheld_column_is_a_published_share_of_a_published_cost() -> None:
    """The premium is the published premium rate times the published yearly cost: the rules do not pretend to withhold it."""
    rules = load_rules()
    assert all("premium_yen" not in names for rule in rules.rules for names in (rule.columns, *rule.of.values()))


def forms(own: str) -> Page:
    rows = (
        ("情報担当の職員", own),
        ("日常の運用と一人情シスへの訪問", "共同人材 のべ 958 日"),
        ("外部人材を雇う場合", "国の措置50％"),
    )
    block = {"title": "受けられる支援", "kind": "pairs", "rows": rows}
    sheet = {
        "key": "273627",
        "title": "甲町",
        "subtitle": "",
        "badges": (),
        "headline": "",
        "left": (block,),
        "right": (),
        "foot": (),
    }
    bound = Booklet.model_validate(
        {"id": "E27g", "title": "団体別資料", "grade": "推計", "notes": ("注。",), "pages": (sheet,)}
    )
    secret = bound.model_copy(update={"id": "E05"})
    (held,) = with_file_names([page([])])
    return Page(held.job, held.outcome, type(held.results)(held.results.title, booklets=(bound, secret)), held.digest)


@pytest.mark.parametrize(
    ("own", "withheld"),
    [("1.0 人（一人情シス：1人の異動で止まる）", True), ("２.５ 人", True), ("3.0人", False), ("109.5人", False)],
)
def test_a_form_withholds_a_small_staff_and_what_follows_from_it(own: str, withheld: bool) -> None:
    made_forms = dict(public_forms([forms(own)], load_rules(), least_people=LEAST))
    assert list(made_forms) == ["E27g"]  # the cards of systems are not published
    rows = dict(made_forms["E27g"].pages[0].left[0].rows)
    assert (rows["情報担当の職員"] != own) == withheld
    assert ("958" in rows["日常の運用と一人情シスへの訪問"]) != withheld
    assert rows["外部人材を雇う場合"] == "国の措置50％"
    assert any("非公表" in note and "条例" in note for note in made_forms["E27g"].notes) == withheld
