"""Fiscal years and eras against the calendar itself, and discounting by hand."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dxmodels import fiscal
from dxmodels.errors import ModelError


def test_fiscal_year_turns_on_the_first_of_april() -> None:
    assert fiscal.fiscal_year_of(dt.date(2026, 3, 31)) == 2025
    assert fiscal.fiscal_year_of(dt.date(2026, 4, 1)) == 2026


@given(st.dates(min_value=dt.date(1900, 1, 1), max_value=dt.date(2100, 12, 31)))
def test_every_day_lies_inside_its_fiscal_year(day: dt.date) -> None:
    year = fiscal.fiscal_year_of(day)
    assert fiscal.fiscal_year_start(year) <= day <= fiscal.fiscal_year_end(year)


@pytest.mark.parametrize(
    ("year", "text"),
    [(2026, "令和8年度"), (2019, "令和元年度"), (2018, "平成30年度"), (1989, "平成元年度"), (1988, "昭和63年度")],
)
def test_era_of_a_fiscal_year(year: int, text: str) -> None:
    assert fiscal.era_year(year) == text


@pytest.mark.parametrize(
    ("day", "text"),
    [
        (dt.date(2019, 4, 30), "平成31年4月30日"),
        (dt.date(2019, 5, 1), "令和元年5月1日"),
        (dt.date(1989, 1, 7), "昭和64年1月7日"),
    ],
)
def test_era_of_a_day_changes_on_the_day(day: dt.date, text: str) -> None:
    assert fiscal.era_date(day) == text


@pytest.mark.parametrize(
    ("text", "year"),
    [
        ("2026", 2026),
        ("２０２６年度", 2026),
        ("FY2026", 2026),
        ("令和8年度", 2026),
        ("令和元年度", 2019),
        ("R8", 2026),
        ("r8", 2026),
        ("㋿8", 2026),
        ("令和８", 2026),
        ("平成30年度", 2018),
        ("H31", 2019),
        ("昭和64年", 1989),
    ],
)
def test_fiscal_years_as_people_write_them(text: str, year: int) -> None:
    assert fiscal.parse_fiscal_year(text) == year


@pytest.mark.parametrize("text", ["", "平成", "令和0年", "平成32年度", "昭和65", "26", "二千二十六", "2026-04"])
def test_what_is_no_fiscal_year_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"年"):
        fiscal.parse_fiscal_year(text)


@pytest.mark.parametrize(
    ("as_of", "text"),
    [
        ("2025-12", "令和7年12月"),
        ("2024-07-12", "令和6年7月12日"),
        ("2019-04", "平成31年4月"),
        ("2019-05", "令和元年5月"),
        ("2025-13", "2025-13"),
        ("2022〜24年", "2022〜24年"),
        ("", ""),
    ],
)
def test_as_of_texts_are_told_in_eras(as_of: str, text: str) -> None:
    assert fiscal.era_text(as_of) == text


@given(st.integers(min_value=1990, max_value=2090))
def test_era_text_reads_back(year: int) -> None:
    assert fiscal.parse_fiscal_year(fiscal.era_year(year)) == year


@pytest.mark.parametrize(
    "text",
    ["2026-04-01", "2026/4/1", "2026.4.1", "20260401", "令和8年4月1日", "R8.4.1", "２０２６年４月１日", "㋿8年4月1日"],
)
def test_dates_as_people_write_them(text: str) -> None:
    assert fiscal.parse_date(text) == dt.date(2026, 4, 1)


@pytest.mark.parametrize("text", ["2026-02-30", "2026-13-01", "4月1日", "令和8年", "20260431"])
def test_days_that_do_not_exist_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        fiscal.parse_date(text)


def test_present_value_by_hand() -> None:
    # 100 now + 104 in a year at 4 % = 100 + 100 = 200
    assert fiscal.present_value({2026: 100.0, 2027: 104.0}, base_fy=2026, rate=0.04) == pytest.approx(200.0)
    assert fiscal.present_value({2026: 100.0, 2027: 104.0}, base_fy=2026, rate=0.0) == pytest.approx(204.0)


def test_a_rate_of_minus_one_is_refused() -> None:
    with pytest.raises(ModelError, match="割引率"):
        fiscal.discount_factor(2027, base_fy=2026, rate=-1.0)


def test_before_meiji_is_refused() -> None:
    with pytest.raises(ModelError, match="元号"):
        fiscal.era_year(1800)
