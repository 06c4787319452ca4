"""Switching values: where a decision turns, on models whose answer is known by hand."""

import math

import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from dxmodels.cost import rank_by_flip, switching_value
from dxmodels.cost.naming import format_in_unit
from dxmodels.errors import ModelError
from dxmodels.inputs import Register
from dxmodels.inputs.assumptions import Assumption, Levels


def one(low: float, central: float, high: float) -> Register:
    return Register.of(x=(low, central, high))


def by_year() -> Register:
    values = {2026: Levels(2.0, 1.0, 4.0), 2027: Levels(3.0, 1.5, 6.0)}
    return Register([Assumption("x", "前提", "ratio", values, "triangular", "仮の値", "", "仮置き", "要確認")])


def test_a_straight_line_turns_where_it_is_zero() -> None:
    found = switching_value(lambda register: 2 * register.value("x") - 3, "x", register=one(0, 1, 2))
    assert found.state == "turns"
    assert found.value == pytest.approx(1.5, rel=1e-12)
    assert found.relative_move_rate == pytest.approx(0.5)
    assert found.crossings["range_share"].iloc[0] == pytest.approx(0.5)


def test_against_another_target() -> None:
    found = switching_value(lambda register: 2 * register.value("x"), "x", register=one(0, 1, 2), target=3.0)
    assert found.value == pytest.approx(1.5)
    assert found.result_at_central == pytest.approx(2.0)


def test_an_answer_that_does_not_turn_says_so() -> None:
    found = switching_value(
        lambda register: register.value("x") + 1,
        "x",
        register=one(0, 1, 2),
        result_ja="差額",
        verdicts_ja=("割高", "割安"),
    )
    assert found.state == "does_not_turn"
    assert math.isnan(found.value)
    assert found.to_frame()["switching_value"].isna().all()
    assert "差額は「割高」のまま変わらない" in found.summary()


def test_an_assumption_without_a_range_is_not_searched() -> None:
    found = switching_value(lambda register: register.value("x") - 9, "x", register=Register.of(x=1.0))
    assert found.state == "no_range"
    assert "算出不能" in found.summary()


def test_beyond_the_register_range_where_asked_for() -> None:
    found = switching_value(lambda register: register.value("x") - 9, "x", register=one(0, 1, 2), search=(0, 20))
    assert found.value == pytest.approx(9)
    assert not found.is_register_range


def test_every_crossing_is_reported_nearest_first() -> None:
    # (x - 1)(x - 4)(x - 9): from 5 the nearest crossing is 4
    found = switching_value(
        lambda register: math.prod(register.value("x") - root for root in (1, 4, 9)), "x", register=one(0, 5, 10)
    )
    assert found.crossings["switching_value"].tolist() == pytest.approx([4, 1, 9])
    assert "ほかに" in found.summary()


def test_a_pair_of_crossings_within_one_step_of_the_scan_is_found() -> None:
    # zero at 0.513 ± 0.001, far closer than the step 1/24 of the scan
    found = switching_value(
        lambda register: (register.value("x") - 0.513) ** 2 - 1e-6, "x", register=one(0, 0.2, 1), points=25
    )
    assert sorted(found.crossings["switching_value"]) == pytest.approx([0.512, 0.514], abs=1e-9)


def test_a_touch_without_crossing_is_not_a_turn_of_sign_but_is_seen_on_a_node() -> None:
    found = switching_value(lambda register: (register.value("x") - 0.5) ** 2, "x", register=one(0, 0.25, 1), points=5)
    assert found.crossings["crossing_kind"].tolist() == ["touch"]


def test_a_step_of_an_integer_model_is_named_a_jump() -> None:
    found = switching_value(lambda register: math.floor(register.value("x")) - 2.5, "x", register=one(0, 1, 10))
    assert found.crossings["crossing_kind"].tolist() == ["jump"]
    assert found.value == pytest.approx(3.0)


def test_values_the_model_refuses_are_skipped_and_counted() -> None:
    def result(register: Register) -> float:
        if register.value("x") > 5:
            raise ModelError("範囲外")
        return register.value("x") - 3

    found = switching_value(result, "x", register=one(0, 1, 10), points=11)
    assert found.value == pytest.approx(3)
    assert found.skipped == 5


def test_a_model_that_cannot_answer_today_is_an_error() -> None:
    with pytest.raises(ModelError, match="中心値"):
        switching_value(lambda register: math.nan, "x", register=one(0, 1, 2))


@pytest.mark.parametrize(("best", "turns_at"), [("lowest", 4.0), ("highest", 2.5)])
def test_a_ranking_turns_where_another_option_takes_the_lead(best: str, turns_at: float) -> None:
    # lowest: A = x against B = 4 - turns at 4; highest: C = 5 - x against A = x - turns at 2.5
    def result(register: Register) -> dict[str, float]:
        x = register.value("x")
        return {"A": x, "B": 4.0} if best == "lowest" else {"A": x, "C": 5.0 - x}

    found = switching_value(result, "x", register=one(0, 1, 10), best=best)  # type: ignore[arg-type]
    assert found.value == pytest.approx(turns_at)
    assert found.winner == ("A" if best == "lowest" else "C")
    assert found.crossings["winner_after"].iloc[0] == ("B" if best == "lowest" else "A")
    assert "替わる" in found.summary()


def test_a_ranking_given_as_a_series() -> None:
    found = switching_value(
        lambda register: pd.Series({"A": register.value("x"), "B": 2.0}), "x", register=one(0, 1, 3)
    )
    assert found.value == pytest.approx(2)


def test_a_path_by_fiscal_year_moves_as_a_whole_or_in_one_year() -> None:
    def result(register: Register) -> float:
        return register.value("x", fiscal_year=2026) + register.value("x", fiscal_year=2027) - 7.5

    # whole path in proportion to 2026: x + 1.5x = 7.5 → 3; 2027 alone: 2 + x = 7.5 → 5.5
    assert switching_value(result, "x", register=by_year()).value == pytest.approx(3.0)
    assert switching_value(result, "x", register=by_year(), fiscal_year=2027).value == pytest.approx(5.5)


@given(
    slope=st.floats(-50, 50),
    root=st.floats(-5, 5),
    low=st.floats(-10, -6),
    high=st.floats(6, 10),
    share=st.floats(0, 1),
)
def test_any_straight_line_is_turned_at_its_root(
    slope: float, root: float, low: float, high: float, share: float
) -> None:
    assume(abs(slope) > 1e-3)
    central = min(low + share * (high - low), high)
    found = switching_value(
        lambda register: slope * (register.value("x") - root), "x", register=one(low, central, high)
    )
    assert found.value == pytest.approx(root, abs=1e-8)


def test_the_tornado_sorts_by_flip_before_swing() -> None:
    # a: small swing, turns after +10 %; b: large swing, turns after +50 %; c: huge swing, never turns
    register = Register.of(a=(0.5, 1.0, 2.0), b=(0.5, 1.0, 2.0), c=(0.0, 1.0, 2.0))

    def result(changed: Register) -> float:
        a, b, c = (changed.value(name) for name in "abc")
        return 10 * (1.1 - a) + 2 * (1 - b) + 100 * max(1 - c, 0.0)

    tornado = rank_by_flip(result, ["c", "b", "a", "c"], register=register)
    table = tornado.table
    assert table["assumption"].tolist() == ["a", "b", "c"]
    assert table["relative_move_rate"].tolist()[:2] == pytest.approx([0.1, 0.5])
    assert table["state"].tolist() == ["turns", "turns", "does_not_turn"]
    assert "3個の前提のうち2個" in tornado.summary()


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (137.451, "JPY/USD", "1ドル137.45円"),
        (0.125, "share", "12.5％"),
        (0.02, "share/yr", "年2.0％"),
        (2.485, "months", "2.5か月"),
        (2.16, "members", "2.2団体"),
        (1.6, "x", "1.60倍"),
        (-3.0, "%", "▲3.0％"),
        (250_000_000, "JPY", "250百万円"),
        (1_500, "JPY/person/yr", "1,500円／人・年"),
        (math.nan, "x", "－"),
    ],
)
def test_values_are_said_in_natural_units(value: float, unit: str, text: str) -> None:
    assert format_in_unit(value, unit) == text
