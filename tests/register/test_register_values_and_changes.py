"""Value by fiscal year, replacement, patches on the register, its table, grades and digest."""

import pandas as pd
import pytest

from dxmodels.errors import ModelError, ParameterError
from dxmodels.inputs import Assumption, Register
from dxmodels.inputs.assumptions import Levels
from dxmodels.inputs.patches import Change, Patch


def by_year(*, carry_forward: bool = False, **years: float) -> Assumption:
    values = {int(name[2:]): Levels(value) for name, value in years.items()}
    return Assumption(
        "rate", "率", "share", values, "fixed", "法", "2026年", "公表値", topic="t", carry_forward=carry_forward
    )


RANGED = Assumption(
    "share", "割合", "share", {None: Levels(0.3, 0.1, 0.5)}, "triangular", "調査", "2026年", "公表値", topic="t"
)


def patch(values: dict[int | None, Levels], name: str = "share") -> Patch:
    change = Change(values, "別の出典", "2027年", "推計", "注")
    return Patch("what_if", "もしも", "scenarios", {name: change}, "出典", "")


def test_a_year_has_its_own_value_and_nothing_is_interpolated() -> None:
    rate = by_year(fy2024=0.1, fy2028=0.3)
    assert rate.value(2024) == 0.1
    with pytest.raises(ParameterError, match=r"2026年度.*2024年度、2028年度"):
        rate.value(2026)


def test_carry_forward_holds_a_value_until_the_next_year_given() -> None:
    rate = by_year(carry_forward=True, fy2014=0.08, fy2020=0.10)
    assert [rate.value(year) for year in (2014, 2019, 2020, 2040)] == [0.08, 0.08, 0.10, 0.10]
    with pytest.raises(ParameterError, match="2013年度"):
        rate.value(2013)


def test_a_value_by_year_needs_a_year() -> None:
    with pytest.raises(ParameterError, match="年度を指定"):
        by_year(fy2024=0.1).value()


def test_one_value_serves_every_year() -> None:
    assert Register([RANGED]).by_year("share", [2020, 2030], level="high") == {2020: 0.5, 2030: 0.5}


def test_low_and_high_fall_back_to_central_where_not_published() -> None:
    register = Register.of(a=3.0, b=(1.0, 2.0, 5.0))
    assert (register.low("a"), register.high("a"), register["a"].has_range) == (3.0, 3.0, False)
    assert (register.low("b"), register.central("b"), register.high("b"), register["b"].has_range) == (1, 2, 5, True)
    with pytest.raises(ModelError, match="low・central・high"):
        register.value("b", level="mid")


def test_unknown_names_are_answered_with_the_nearest() -> None:
    with pytest.raises(ParameterError, match="usdjpy_2025") as caught:
        Register.of(usdjpy_2025=1.0, share=2.0).value("usdjpy_2052")
    assert "usdjpy_2052" in str(caught.value)


def test_replacing_a_number_without_a_source_makes_it_a_placeholder() -> None:
    before = Register([RANGED])
    after = before.replace("share", central=0.4)
    assert (after.value("share"), after.low("share"), before.value("share")) == (0.4, 0.1, 0.3)
    assert (after["share"].grade, after["share"].changed_by) == ("仮置き", "replace")
    assert "調査" in after["share"].source
    assert "要確認" in after["share"].note


def test_replacing_with_a_source_keeps_the_word_of_that_source() -> None:
    after = Register([RANGED]).replace("share", central=0.9, high=0.95, source="府の契約実績", grade="公表値")
    assert (after["share"].source, after["share"].grade) == ("府の契約実績", "公表値")


def test_a_central_value_outside_the_kept_range_is_refused() -> None:
    with pytest.raises(ParameterError, match="low ≤ central ≤ high"):
        Register([RANGED]).replace("share", central=0.9)


def test_replacing_one_year_leaves_the_others() -> None:
    after = Register([by_year(fy2024=0.1, fy2025=0.2)]).replace("rate", central=0.5, fiscal_year=2025)
    assert after.by_year("rate", [2024, 2025]) == {2024: 0.1, 2025: 0.5}


def test_a_patch_brings_its_own_source_and_keeps_the_ends_it_does_not_state() -> None:
    after = Register([RANGED]).patched(patch({None: Levels(0.5, None, 0.6)}))
    assert (after.low("share"), after.central("share"), after.high("share")) == (0.1, 0.5, 0.6)
    entry = after["share"]
    assert (entry.source, entry.as_of, entry.grade, entry.changed_by) == ("別の出典", "2027年", "推計", "what_if")
    assert entry.label_ja == "割合"


def test_a_patch_of_one_year_on_a_constant_leaves_the_other_years() -> None:
    after = Register([RANGED]).patched(patch({2028: Levels(0.4)}))
    assert after.by_year("share", [2027, 2028, 2029]) == {2027: 0.3, 2028: 0.4, 2029: 0.3}


def test_a_patch_for_all_years_replaces_a_path() -> None:
    after = Register([by_year(fy2024=0.1, fy2025=0.2)]).patched(patch({None: Levels(0.7)}, "rate"))
    assert after.value("rate", fiscal_year=2030) == 0.7


def test_a_patch_reports_unknown_names_and_bad_ranges_together() -> None:
    bad = Patch(
        "what_if", "もしも", "scenarios",
        {name: Change({None: Levels(0.9)}, "出典", "2027年", "推計", "") for name in ("share", "shaer")}, "出典", "",
    )  # fmt: skip
    with pytest.raises(ParameterError) as caught:
        Register([RANGED]).patched(bad)
    assert len(caught.value.faults) == 2
    assert all(fault.file == "scenarios/what_if.yml" for fault in caught.value.faults)


def test_the_table_has_a_row_a_year_and_blank_for_what_is_not_published() -> None:
    frame = Register([RANGED, by_year(fy2024=0.1, fy2025=0.2)]).to_frame()
    assert frame["name"].tolist() == ["share", "rate", "rate"]
    assert frame["fiscal_year"].isna().tolist() == [True, False, False]
    assert frame.loc[1, "low"] is pd.NA
    assert frame.loc[0, "high"] == 0.5
    needed = {"name", "label", "value", "low", "high", "unit", "source", "as_of", "grade", "topic"}
    assert needed <= set(frame.columns)
    assert Register([RANGED]).to_frame(["share"]).shape[0] == 1


def test_grade_share_counts_each_assumption_once() -> None:
    register = Register([RANGED, by_year(fy2024=0.1, fy2025=0.2)]).replace("share", central=0.2)
    table = register.grade_share().set_index("grade")
    assert table["assumptions_count"].to_dict() == {"公表値": 1, "推計": 0, "仮置き": 1}
    assert register.grade_share(["rate", "rate"]).set_index("grade").loc["公表値", "assumptions_share"] == 1.0


def test_the_digest_follows_every_number_and_source_but_not_the_order() -> None:
    one, other = Register([RANGED, by_year(fy2024=0.1)]), Register([by_year(fy2024=0.1), RANGED])
    assert one.digest == other.digest
    assert one.digest != one.replace("share", high=0.51).digest


def test_an_assumption_refuses_levels_its_distribution_cannot_have() -> None:
    with pytest.raises(ParameterError, match="low と high"):
        Assumption("x", "x", "share", {None: Levels(1.0)}, "triangular", "s", "2026", "推計")
