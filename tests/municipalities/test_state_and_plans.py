"""State of the 20 tasks by hand; the doors a notebook calls; figures draw what the results hold."""

import datetime as dt

import pandas as pd
import pytest

from dxmodels import glossary
from dxmodels.errors import MissingTableError
from dxmodels.figures import municipal_plans as figures
from dxmodels.inputs import Case, load_case, load_register
from dxmodels.municipalities import plans
from dxmodels.municipalities.break_even import find_break_even
from dxmodels.municipalities.state_matrix import NO_REASON, map_states

REGISTER = load_register()


def three_towns(as_of: dt.date) -> Case:
    systems = pd.DataFrame(
        [
            ("271004", "T01", "government_cloud", 40, None, "2026-04-01"),
            ("271004", "T02", "migrating", 10, "vendor_resources", "2026-04-01"),
            ("271403", "T01", "legacy", 0, None, None),
            ("271403", "T02", "other_standard", None, None, None),
            ("273830", "T01", None, None, None, None),
            ("273830", "T02", "legacy", 20, "bespoke", None),
        ],
        columns=["municipality_code", "task", "migration_state", "progress_steps_count", "special_support_reason", "as_of_date"],
    )  # fmt: skip
    frames = {
        "municipal_systems": systems,
        "tasks": pd.DataFrame({"task": ["T01", "T02"], "task_number": [1, 2], "name_ja": ["住民", "税"]}),
        "municipalities": pd.DataFrame(
            {"municipality_code": ["271004", "271403", "273830"], "name_ja": ["甲市", "乙町", "丙村"]}
        ),
    }
    deadlines = {"standardisation": dt.date(2026, 3, 31)}
    return Case.from_frames(frames, base_fy=2026, validate=False, as_of=as_of, deadlines=deadlines)


def test_states_of_three_towns_by_hand() -> None:
    found = map_states(three_towns(dt.date(2026, 10, 31)), REGISTER)
    assert (found.moved_count, found.waiting_count, found.unknown_count) == (2, 3, 1)
    rows = found.table.set_index("municipality_code")
    assert rows.loc["271004", "progress_share"] == pytest.approx((1 + 10 / 40) / 2)
    assert rows.loc["271403", "progress_share"] == pytest.approx((0 + 1) / 2)  # moved counts as all steps
    assert rows.loc["273830", "progress_share"] == pytest.approx(20 / 40)  # what is not known is left out
    assert dict(zip(found.reasons.iloc[:, 0], found.reasons.iloc[:, 1], strict=True)) == {
        "事業者の人員不足": 1, "個別開発": 1, NO_REASON: 1,
    }  # fmt: skip
    assert found.undated_count == 4
    assert "過ぎている" in found.summary()
    assert "1 ある" in found.summary()
    assert "過ぎている" not in map_states(three_towns(dt.date(2025, 10, 31)), REGISTER).summary()


def test_published_case_cannot_answer(osaka: Case) -> None:
    with pytest.raises(MissingTableError):
        map_states(osaka, REGISTER)
    with pytest.raises(MissingTableError):
        plans.plan_case_waves(osaka, REGISTER)


@pytest.fixture(scope="module")
def illustrative() -> Case:
    return load_case("osaka")


def test_without_experts_a_short_staff_finishes_less(illustrative: Case) -> None:
    short = REGISTER.replace("staff_capacity_factor", central=0.3, low=0.1, high=1.0)
    table = plans.compare_without_experts(illustrative, short).table
    assert (table["late_systems_count"].diff().iloc[1] > 0) == ("増える" in plans.compare_without_experts(illustrative, short).summary())  # fmt: skip
    assert table["late_systems_count"].iloc[1] >= table["late_systems_count"].iloc[0]


def test_the_people_questions_are_answered_where_not_everything_can_move(illustrative: Case) -> None:
    tight = REGISTER.replace("vendor_capacity_factor", central=0.02, low=0.02, high=1.0)
    assert not hasattr(plans.plan_case_waves(illustrative, tight), "matrix")
    calendar = plans.make_calendar(illustrative, tight)
    assert calendar.unmoved_count > 0
    assert plans.plan_case_staff(illustrative, tight).bodies["is_one_person"].sum() > 0


def test_figures_hold_one_mark_a_cell_and_names_of_all(illustrative: Case) -> None:
    states = map_states(illustrative, REGISTER)
    ax = figures.plot_state_matrix(states)
    assert len(ax.patches) == len(states.cells)
    assert [label.get_text() for label in ax.get_yticklabels()] == list(states.table["name_ja"])
    waves = plans.make_calendar(illustrative, REGISTER)
    drawn = [text.get_text() for text in figures.plot_wave_calendar(waves).texts]
    assert sum(int(text) for text in drawn) == 2 * len(waves.table)  # every system once, and once in the sum
    costs = find_break_even(illustrative, REGISTER)
    assert len(figures.plot_move_costs(costs).get_yticklabels()) == len(costs.table)
    assert figures.plot_staff_need(plans.plan_case_staff(illustrative, REGISTER)).get_xlabel()


def test_every_column_has_a_label(illustrative: Case) -> None:
    states = map_states(illustrative, REGISTER)
    waves, none = plans.make_calendar(illustrative, REGISTER), plans.compare_without_experts(illustrative, REGISTER)
    named = [*states.to_frame(), *states.cells, *states.reasons, *waves.to_frame(), *none.to_frame()]
    assert glossary.missing_terms(dict.fromkeys(named)) == []
