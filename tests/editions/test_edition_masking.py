"""What the public reads: marks with their ground, sentences and figures left out, nobody undecided let through, rules that are checked."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from edition_maker import RATE, SECOND, pages, rates, staff

from dxmodels.errors import InputError
from dxmodels.inputs import load_register
from dxmodels.runs.doors import build_exhibit
from dxmodels.runs.editions.listing import public_list
from dxmodels.runs.editions.masking import plan_masking
from dxmodels.runs.editions.material import Masking, Material, material_of
from dxmodels.runs.editions.places import Place, significant_digits
from dxmodels.runs.editions.printings import numbers_in, printings
from dxmodels.runs.editions.public_pages import public_exhibit, public_pages
from dxmodels.runs.editions.rules import load_rules, stale_columns
from dxmodels.runs.model import Column, Exhibit


@pytest.fixture(scope="module")
def masking() -> Masking:
    return plan_masking(material_of(pages()), load_rules(), load_register())


def public_of(masking: Masking, id: str):  # type: ignore[no-untyped-def]
    made = public_pages(pages(), masking)
    return next(one for page in made for one in page.results.exhibits if one.id == id)


def masked_alone(table: pd.DataFrame, id: str, **terms: object) -> Masking:
    exhibit = build_exhibit(
        id, table, title="問い", grade="推計", sources=terms.get("sources", ["資料"]), reading="読む。", limits="限る。"
    )  # type: ignore[arg-type]
    return plan_masking(Material({id: exhibit}), load_rules(), load_register())


def test_unit_prices_carry_the_mark_of_their_rule(masking: Masking) -> None:
    held = {place for place in masking.withheld if place.stem == "E11b"}
    assert {place.column for place in held} >= {3, 5}  # price and amount
    assert not {place.column for place in held} & {1, 2, 4}  # work, role and number of quotations stay


def test_an_exhibit_that_has_lost_its_sense_becomes_a_sentence_with_its_ground(masking: Masking) -> None:
    told = public_of(masking, "E11b")
    assert (told.rows, told.figure, told.reading) == ((), None, ())
    assert "公表版では省いた" in told.headline
    assert "情報公開条例第8条第1項第1号" in told.limits[0]


def test_only_the_second_of_two_is_withheld(masking: Masking) -> None:
    rows = public_of(masking, "E19").rows
    assert [row[2] for row in rows] == [61_234_500, "非公表［2］", 21_111_100, 22_222_200, 23_333_300]


def test_a_village_of_one_is_not_left_to_be_subtracted(masking: Masking) -> None:
    told = [row[2] for row in public_of(masking, "E31c").rows]
    assert told[2] == "非公表［4］"
    assert sum(str(value).startswith("非公表") for value in told) >= 2
    assert all(row[1] == whole[1] for row, whole in zip(public_of(masking, "E31c").rows, staff().rows, strict=True))


def test_sentences_and_records_that_tell_a_withheld_number_are_left_out(masking: Masking) -> None:
    made = public_pages(pages(), masking)[0].results
    assert made.lead == ("問い。",)
    assert [record.name for record in made.records] == ["total_yen"]
    assert public_of(masking, "E02").reading == ("甲は乙より少ない。",)


def test_no_public_object_holds_the_values(masking: Masking) -> None:
    text = "".join(page.results.to_json() for page in public_pages(pages(), masking))
    assert str(RATE) not in text
    assert str(SECOND) not in text


def test_the_legend_counts_the_cells_and_names_the_ground(masking: Masking) -> None:
    legend = public_of(masking, "E31c").limits[0]
    assert "［4］少人数の値（大阪府情報公開条例第9条第1号" in legend
    assert "1欄" in legend


def test_a_column_nobody_has_decided_on_is_withheld() -> None:
    table = pd.DataFrame({"vendor_ja": ["甲社", "乙社"], "turnover_yen": [12_345, 23_456], "members_count": [4, 5]})
    made = masked_alone(table, "E77")
    assert {(place.column, rule.name) for place, rule in made.withheld.items()} == {(1, "undecided")}


def test_an_exhibit_resting_on_quotations_shows_only_what_is_listed() -> None:
    table = pd.DataFrame({"quoted_work_ja": ["監視", "点検"], "some_new_yen": [12_345, 23_456], "peers_count": [4, 5]})
    made = masked_alone(table, "E78", sources=["quotations"])
    assert {place.column for place in made.withheld} == {1}


def test_single_experts_are_withheld() -> None:
    table = pd.DataFrame({"expert_id": ["甲", "乙"], "calibration_value": [0.31234, 0.45678]})
    made = masked_alone(table, "E32e")
    assert len(made.withheld) == 4


def test_a_number_under_the_same_name_in_another_exhibit_is_withheld_there_too() -> None:
    offers = build_exhibit(
        "E11b", rates_frame(), title="問い", grade="推計", sources=["資料"], reading="読む。", limits="限る。"
    )
    other = pd.DataFrame({"quoted_work_ja": ["運用監視"], "price_yen": [RATE]})
    named = build_exhibit("E50", other, title="問い", grade="推計", sources=["資料"], reading="読む。", limits="限る。")
    made = plan_masking(Material({"E11b": offers, "E50": named}), load_rules(), load_register())
    assert Place("E50", 0, 1) in made.withheld


def rates_frame() -> pd.DataFrame:
    made = rates()
    return pd.DataFrame(list(made.rows), columns=[column.name for column in made.columns])


def test_the_public_list_tells_counts_and_grounds_and_no_value(masking: Masking) -> None:
    told = public_list(masking, None)
    assert [column.name for column in told.columns][:3] == [
        "withheld_number",
        "withheld_title_ja",
        "withheld_cells_count",
    ]
    assert sum(int(row[2] or 0) for row in told.rows) == len(masking.withheld)
    assert str(RATE) not in told.model_dump_json()


def test_nothing_is_withheld_of_an_exhibit_that_no_rule_speaks_of() -> None:
    made = masked_alone(pd.DataFrame({"name_ja": ["甲", "乙"], "cost_yen": [12_345, 23_456]}), "E02")
    assert (made.withheld, made.left_out) == ({}, {})
    assert public_exhibit("E02", made.exhibits["E02"], made) == made.exhibits["E02"]


def test_a_rule_file_with_faults_is_refused_with_all_of_them(tmp_path: Path) -> None:
    text = "title_ja: 公表版\nmark_ja: 非公表\nrules:\n  - name: a\n    colour: red\nsecondary: {name: s}\nundecided: {name: u, title_ja: 未, ground_ja: 未, source: 本書}\n"
    path = tmp_path / "public.yml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        load_rules(path)
    assert len(caught.value.faults) >= 6  # unknown key, three missing of the rule, three of the second
    assert all(fault.cure for fault in caught.value.faults)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1,187,300円", "1187300円"), ("１，１８７，３００", "1187300"), ("1,187千円", "1187千円"), ("118.73万円", "118.73万円"),
        ("1億2,345万円", "12345万円"), ("12.3億円である", "12.3億円"), ("約8,327百万円", "8327百万円"),
    ],
)  # fmt: skip
def test_numbers_are_read_however_they_are_printed(text: str, number: str) -> None:
    assert number in set(numbers_in(text))


@pytest.mark.parametrize(
    "text", ["1,187,300円", "1187300", "１１８７３００円", "1,187千円", "118.73万円", "1.19百万円"]
)
def test_every_usual_printing_of_an_amount_is_known(text: str) -> None:
    column = Column(name="rate_yen", label="単価", unit="円", kind="yen")
    assert set(numbers_in(text)) & printings(RATE, column)


@pytest.mark.parametrize(
    ("value", "digits"), [(1_180_000, 3), (12_345, 5), (0.5, 1), (0.394555707868, 12), (None, 0), (True, 0)]
)
def test_significant_digits(value: object, digits: int) -> None:
    assert significant_digits(value) == digits  # type: ignore[arg-type]


def test_rows_ranked_by_a_withheld_number_are_put_in_the_order_of_their_words() -> None:
    table = pd.DataFrame(
        {
            "task_name_ja": ["丙", "甲", "乙", "丁"],
            "start_fy": [2027, 2028, 2029, 2030],
            "contract_amount_yen": [98_765_400, 87_654_300, 76_543_200, 65_432_100],
        }
    )
    made = masked_alone(table.assign(legal_form_ja="共同", members_ja="甲市", is_wto=True), "E14a")
    rows = public_exhibit("E14a", made.exhibits["E14a"], made).rows
    assert [row[0] for row in rows] == sorted(["丙", "甲", "乙", "丁"])
    assert {row[2] for row in rows} == {"非公表［5］"}
    assert dict(zip([row[0] for row in rows], [row[1] for row in rows], strict=True))["甲"] == 2028


def test_a_rule_whose_column_was_renamed_is_named_before_anything_is_published() -> None:
    def exits(name: str) -> Exhibit:
        table = pd.DataFrame({"system_id": ["S1"], "switching_yen": [5], name: [7], "value_lost_yen": [0]})
        return build_exhibit(
            "E20b", table, title="問い", grade="推計", sources=["資料"], reading="読む。", limits="限る。"
        )

    assert stale_columns(load_rules(), [exits("exit_value_yen")]) == []
    named = stale_columns(load_rules(), [exits("value_yen")])
    assert [(fault.column, fault.value) for fault in named] == [("E20b", "exit_value_yen")]
