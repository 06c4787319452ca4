"""Money as Japanese public finance prints and writes it."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dxmodels import money
from dxmodels.errors import ModelError


@pytest.mark.parametrize(
    ("yen", "unit", "text"),
    [
        (4_787_264_648, "億円", "47.8億円"),  # 47.87… is cut, not rounded
        (-198_282_529, "百万円", "▲198百万円"),
        (-198_282_529, "億円", "▲1.9億円"),
        (1_999, "千円", "1千円"),
        (-999, "千円", "0千円"),  # below the unit there is nothing to be negative
        (0, "円", "0円"),
        (1_234_567, "円", "1,234,567円"),
    ],
)
def test_amounts_are_cut_below_the_unit(yen: int, unit: str, text: str) -> None:
    assert money.format_yen(yen, unit) == text


@pytest.mark.parametrize(
    ("yen", "text"),
    [(478_726_464, "4.7億円"), (15_000_000, "15百万円"), (-8_400_000, "▲8百万円"), (800_000, "800千円"), (0, "0円")],
)
def test_a_sentence_takes_a_unit_that_does_not_hide_the_amount(yen: int, text: str) -> None:
    assert money.format_amount(yen) == text


def test_unit_can_be_left_to_the_table_header() -> None:
    assert money.format_yen(12_345_678, "百万円", with_unit=False) == "12"


@given(st.integers(min_value=-(10**14), max_value=10**14))
def test_truncation_never_moves_away_from_zero(yen: int) -> None:
    shown = money.truncate_to_unit(yen, "百万円") * 1_000_000
    assert abs(shown) <= abs(yen)
    assert abs(yen) - abs(shown) < 1_000_000


@pytest.mark.parametrize(
    ("rate", "text"), [(-0.0414, "▲4.1％"), (0.749, "74.9％"), (-0.0001, "0.0％"), (float("nan"), "－")]
)
def test_ratios_are_rounded(rate: float, text: str) -> None:
    assert money.format_rate(rate) == text


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1,234", "1234"),
        ("１，２３４", "1234"),
        ("▲1,234", "-1234"),
        ("△５", "-5"),
        ("(12)", "-12"),
        ("−3", "-3"),
        ("¥1,000", "1000"),
        ("1000円", "1000"),
        ("0.95", "0.95"),
    ],
)
def test_numbers_as_people_write_them(text: str, number: str) -> None:
    assert money.parse_number(text) == Decimal(number)


@pytest.mark.parametrize("text", ["", "約100", "1,23", "12千円", "1.2.3", "nan", "inf", "1e5", "--3"])
def test_what_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="数値として読めません"):
        money.parse_number(text)


@given(st.integers(min_value=-(10**13), max_value=10**13))
def test_printed_yen_reads_back(yen: int) -> None:
    assert money.parse_number(money.format_yen(yen, "円")) == yen


def test_tax_is_cut_not_rounded() -> None:
    # 999 yen + 10 % = 1,098.9 → 1,098
    assert money.tax_inclusive_yen(999, tax_included=False, tax_rate=0.10) == 1098
    assert money.tax_inclusive_yen(999, tax_included=True, tax_rate=0.10) == 999


@pytest.mark.parametrize(("yen", "unit"), [(1.0, "兆円"), (float("nan"), "円"), (float("inf"), "円")])
def test_unknown_units_and_endless_amounts_are_refused(yen: float, unit: str) -> None:
    with pytest.raises(ModelError):
        money.truncate_to_unit(yen, unit)
