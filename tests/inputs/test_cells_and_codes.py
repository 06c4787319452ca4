"""Is the text of a cell read as what it says, in every form the field writes it, and refused where it says nothing?"""

from __future__ import annotations

import datetime as dt
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dxmodels.fiscal import era_date, era_year
from dxmodels.inputs.cells import CellError, cell_reader
from dxmodels.inputs.codes import check_digit, is_municipality_code, municipality_code_fault
from dxmodels.inputs.raw import cell_text
from dxmodels.inputs.schemas import CHOICE_LABELS, TABLES, UNIT_SUFFIXES
from dxmodels.money import format_yen

_FULL_WIDTH = str.maketrans(string.digits + ",-", "０１２３４５６７８９，－")


def read(table: str, column: str, text: str) -> object:
    return cell_reader(TABLES[table].facts[column])(text)


@pytest.mark.parametrize(
    ("table", "column", "text", "value"),
    [
        ("systems", "annual_cost_yen", "１２，３４５，６７８", 12_345_678),
        ("systems", "annual_cost_yen", " 12,345,678円 ", 12_345_678),
        ("systems", "annual_cost_yen", "¥1000", 1000),
        ("systems", "annual_cost_yen", "1000.0", 1000),
        ("spending", "supplement_yen", "▲1,200", -1200),
        ("spending", "supplement_yen", "△1200", -1200),
        ("spending", "supplement_yen", "（1,200）", -1200),
        ("spending", "supplement_yen", "－１２００", -1200),
        ("systems", "customisation_rate", "12.5%", 0.125),
        ("systems", "customisation_rate", "１２．５％", 0.125),
        ("staff", "it_staff_fte", "1e-1", 0.1),
        ("spending", "fiscal_year", "令和7年度", 2025),
        ("spending", "fiscal_year", "令和元", 2019),
        ("spending", "fiscal_year", "Ｒ７", 2025),
        ("spending", "fiscal_year", "㋿7", 2025),
        ("spending", "fiscal_year", "2025.0", 2025),
        ("systems", "contract_end_date", "令和9年3月31日", dt.date(2027, 3, 31)),
        ("systems", "contract_end_date", "R9.3.31", dt.date(2027, 3, 31)),
        ("systems", "contract_end_date", "2027/3/31", dt.date(2027, 3, 31)),
        ("systems", "contract_end_date", "20270331", dt.date(2027, 3, 31)),
        ("systems", "contract_end_date", "2027-03-31 00:00:00", dt.date(2027, 3, 31)),
        ("systems", "contract_end_date", "平成３１年４月３０日", dt.date(2019, 4, 30)),
        ("systems", "system_id", "Ｓ００１", "S001"),
        ("staff", "municipality_code", "２７１００４", "271004"),
        ("systems", "hosting", "ガバメントクラウド", "government_cloud"),
        ("systems", "hosting", "ＳａａＳ", "saas"),
        ("spending", "cost_item", "クラウド利用料", "cloud_usage"),
        ("vendors", "name_ja", "　株式会社　架空　", "株式会社　架空"),
        ("vendors", "name_ja", "か\u3099くう", "がくう"),
        *(
            ("systems", "has_escrow", text, True)
            for text in ("true", "TRUE", "1", "１", "はい", "有", "あり", "○", "Yes")
        ),
        *(("systems", "has_escrow", text, False) for text in ("false", "0", "いいえ", "無", "なし", "×", "No")),
        *(
            ("systems", column, "　 ", None)
            for column in ("annual_cost_yen", "owner_ja", "contract_end_date", "hosting")
        ),
    ],
)
def test_the_forms_of_the_field_are_understood(table: str, column: str, text: str, value: object) -> None:
    assert read(table, column, text) == value


@pytest.mark.parametrize(
    ("code", "digit"), [("27100", 4), ("27140", 3), ("01100", 2), ("13101", 6), ("47201", 8), ("27000", 8)]
)
def test_check_digits_of_published_codes(code: str, digit: int) -> None:
    # 大阪市 271004, 堺市 271403, 札幌市 011002, 千代田区 131016, 那覇市 472018, 大阪府 270008
    assert check_digit(code) == digit
    assert is_municipality_code(f"{code}{digit}")


@given(st.integers(1, 47), st.integers(0, 999))
def test_exactly_one_last_digit_is_right(prefecture: int, number: int) -> None:
    five = f"{prefecture:02d}{number:03d}"
    assert [digit for digit in range(10) if is_municipality_code(f"{five}{digit}")] == [check_digit(five)]


@given(st.integers(1, 47), st.integers(0, 999))
def test_the_cure_for_a_code_without_its_check_digit_holds_the_right_code(prefecture: int, number: int) -> None:
    five = f"{prefecture:02d}{number:03d}"
    fault = municipality_code_fault(five)
    assert fault is not None
    assert is_municipality_code(f"{five}{check_digit(five)}")
    assert f"{five}{check_digit(five)}" in fault[1] or is_municipality_code("0" + five)


@given(st.integers(1, 9), st.integers(0, 999))
def test_a_lost_leading_zero_is_recognised(prefecture: int, number: int) -> None:
    five = f"0{prefecture}{number:03d}"
    whole = f"{five}{check_digit(five)}"
    fault = municipality_code_fault(whole.removeprefix("0"))
    assert fault is not None
    assert whole in fault[1]


@given(st.integers(-(10**15), 10**15))
def test_an_amount_survives_every_way_it_is_printed(amount: int) -> None:
    printed = [
        str(amount),
        f"{amount:,}",
        format_yen(amount, "円"),
        str(amount).translate(_FULL_WIDTH),
        f" {amount:,}円",
    ]
    assert {read("spending", "supplement_yen", text) for text in printed} == {amount}


@given(st.dates(dt.date(1900, 1, 1), dt.date(2117, 12, 31)))  # 令和99年
def test_a_day_survives_western_and_era_writing(day: dt.date) -> None:
    printed = [
        day.isoformat(),
        f"{day:%Y/%m/%d}",
        f"{day:%Y%m%d}",
        era_date(day),
        cell_text(dt.datetime(*day.timetuple()[:3])),
    ]
    assert {read("systems", "contract_end_date", text) for text in printed} == {day}


@given(st.integers(1950, 2100))
def test_a_fiscal_year_survives_western_and_era_writing(year: int) -> None:
    assert {read("spending", "fiscal_year", text) for text in (str(year), f"{year}年度", era_year(year))} == {year}


@given(st.floats(0, 1))
def test_a_share_survives_as_the_text_of_a_frame(share: float) -> None:
    assert read("systems", "customisation_rate", cell_text(share)) == share


@given(st.text(max_size=40), st.sampled_from(sorted(TABLES)))
def test_whatever_stands_in_a_cell_it_is_read_or_refused_with_a_cure(text: str, table: str) -> None:
    for name, facts in TABLES[table].facts.items():
        try:
            cell_reader(facts)(text)
        except CellError as error:
            words = (error.problem, error.cure)
        else:
            words = ("読めた", "－")
        assert all(words), name


@given(st.text(max_size=40))
def test_reading_what_was_read_changes_nothing(text: str) -> None:
    for column in ("name_ja", "system_id", "hosting", "annual_cost_yen", "contract_end_date", "has_escrow"):
        try:
            once = read("systems", column, text)
        except CellError:
            continue
        assert once is None or read("systems", column, cell_text(once)) == once


def test_every_choice_in_english_has_a_japanese_word_of_its_own() -> None:
    for spec in TABLES.values():
        for facts in spec.facts.values():
            words = CHOICE_LABELS.get(facts.name, {})
            english = [value for value in facts.choices if value.isascii() and value not in {"A", "B"}]
            assert set(english) <= set(words), (spec.name, facts.name)
            assert len(set(words.values())) == len(words)


def test_schemas_keep_their_own_rules() -> None:
    for spec in TABLES.values():
        titles = [facts.title_ja for facts in spec.facts.values()]
        assert len(set(titles)) == len(titles), spec.name
        assert not [name for name in spec.key if spec.facts[name].nullable], spec.name
        for facts in spec.facts.values():
            if facts.kind in {"integer", "number", "yen", "fiscal_year"}:
                assert facts.name.endswith(tuple(UNIT_SUFFIXES)), (spec.name, facts.name)
        for column, target in spec.references.items():
            table, key = target.split(".")
            assert column in spec.facts
            assert TABLES[table].key == (key,)
