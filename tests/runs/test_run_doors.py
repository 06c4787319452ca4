"""What leaves a notebook: typed tables, sentences that agree with them, grades the sources allow."""

from __future__ import annotations

import math
import re
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from exhibit_maker import costs, exhibit, missing
from hypothesis import given
from hypothesis import strategies as st

from dxmodels.errors import DxError, ModelError, ParameterError
from dxmodels.figures.style import axes_for
from dxmodels.inputs import NotComputable
from dxmodels.runs import context
from dxmodels.runs.casefacts import case_facts
from dxmodels.runs.display import quantity_text, texts_of
from dxmodels.runs.doors import build_exhibit, build_record
from dxmodels.runs.drawing import stamped
from dxmodels.runs.model import Exhibit, Record
from dxmodels.runs.shown import range_of, record_html, record_text
from dxmodels.runs.wording import closed_up

TERMS = {"title": "いくらか", "reading": "読む。", "limits": "限られる。", "sources": ["総務省の資料"], "grade": "推計"}


def test_columns_carry_kind_unit_and_japanese_label() -> None:
    made = {column.name: column for column in exhibit().columns}
    assert (made["annual_cost_yen"].kind, made["annual_cost_yen"].unit) == ("yen", "円")
    assert made["annual_cost_yen"].label.startswith("年間")
    assert (made["saving_rate"].kind, made["saving_rate"].unit) == ("rate", "割合（0〜1）")
    assert made["fiscal_year"].kind == "fiscal_year"
    assert made["system_id"].kind == "code"


def test_stored_values_are_neither_rounded_nor_printed() -> None:
    rows = exhibit().rows
    assert rows[0] == ("S01", "住民記録", 123_456_789, 0.0414, 2026)
    assert rows[1][3] is None


def test_printed_cells_truncate_amounts_round_shares_and_write_the_era() -> None:
    # 123,456,789 円 → 123 百万円 (truncated); −55,512,345 → ▲55; 999,999 → 0; 2019 → 令和元年度; −12.5 % → ▲12.5
    assert texts_of(exhibit()) == [
        ["S01", "住民記録", "123", "4.1", "令和8年度"],
        ["S02", "税務", "▲55", "－", "令和元年度"],
        ["S03", "福祉", "0", "▲12.5", "令和9年度"],
    ]


@pytest.mark.parametrize(("unit", "printed"), [("円", "123,456,789"), ("千円", "123,456"), ("億円", "1.2")])
def test_the_unit_of_amounts_is_the_exhibits(unit: str, printed: str) -> None:
    assert texts_of(exhibit(unit=unit))[0][2] == printed


@pytest.mark.parametrize(
    ("values", "printed"),
    [
        ([139.3, 115.0], ["139.3", "115.0"]),
        ([0.92, 0.5], ["0.92", "0.50"]),
        ([12345.678], ["12,346"]),
        ([-0.00001, 1.5], ["0.0", "1.5"]),
        ([3.0, 4.0], ["3", "4"]),
    ],
)
def test_plain_numbers_keep_four_significant_digits_of_the_largest(values: list[float], printed: list[str]) -> None:
    made = exhibit("E08", pd.DataFrame({"rate_index": values}))
    assert [row[0] for row in texts_of(made)] == printed


@pytest.mark.parametrize(
    ("value", "kind", "unit", "printed"),
    [
        (4_812_345_678, "yen", "円", "48.1億円"),
        (-198_282_529, "yen", "円", "▲1.9億円"),
        (12_345_678, "yen", "円", "12百万円"),
        (999, "yen", "円", "999円"),
        (-0.0414, "rate", "割合（0〜1）", "▲4.1％"),
        (2026, "fiscal_year", "年度", "令和8年度"),
        (43, "integer", "団体", "43団体"),
        (None, "yen", "円", "算出不能"),
    ],
)
def test_quantities_are_printed_with_their_unit(value: object, kind: str, unit: str, printed: str) -> None:
    assert quantity_text(value, kind, unit) == printed  # type: ignore[arg-type]


def test_headline_and_alternative_text_name_the_tables_largest_and_smallest() -> None:
    made = exhibit()
    assert "「住民記録・令和8年度」が123百万円で最も大きく" in made.headline
    assert "「税務・令和元年度」が▲55百万円で最も小さい" in made.headline
    assert made.figure is not None
    assert made.headline in made.figure.alt


@given(st.lists(st.integers(-(10**12), 10**12), min_size=2, max_size=12, unique=True))
def test_the_headline_always_agrees_with_the_table(amounts: list[int]) -> None:
    frame = pd.DataFrame({"name_ja": [f"甲{place}" for place in range(len(amounts))], "annual_cost_yen": amounts})
    made = exhibit("E07", frame, unit="円")
    texts = {row[0]: row[1] for row in texts_of(made)}
    high, low = int(np.argmax(amounts)), int(np.argmin(amounts))
    assert f"「甲{high}」が{texts[f'甲{high}']}円で最も大きく" in made.headline
    assert f"「甲{low}」が{texts[f'甲{low}']}円で最も小さい" in made.headline


def test_one_row_and_a_series_of_years_have_their_own_sentences() -> None:
    assert exhibit("E07", costs().head(1)[["annual_cost_yen", "saving_rate"]]).headline.endswith("4.1％である。")
    years = pd.DataFrame({"fiscal_year": [2026, 2025], "annual_cost_yen": [300_000_000, 100_000_000]})
    assert "令和7年度の100百万円から令和8年度の300百万円" in exhibit("E07", years).headline
    assert exhibit("E07", costs().head(0)).headline == "該当する行はない。"


def test_a_result_speaks_for_itself() -> None:
    class Result:
        def to_frame(self) -> pd.DataFrame:
            return costs()

        def summary(self) -> str:
            return "合計は68百万円である。"

    made = build_exhibit("E07", Result(), **{**TERMS, "reading": lambda result: result.summary()})
    assert made.headline == made.reading[0] == "合計は68百万円である。"


def test_an_alternative_text_may_hold_only_numbers_of_the_table() -> None:
    assert exhibit(alt="住民記録は123百万円、税務は▲55百万円である。").figure is not None
    with pytest.raises(ModelError, match="124"):
        exhibit(alt="住民記録は124百万円である。")


def test_figures_are_closed_and_the_same_drawing_gives_the_same_bytes() -> None:
    def draw() -> Exhibit:
        ax = plt.figure().add_subplot()
        ax.bar(["甲", "乙"], [1, 2])
        return exhibit("E07", costs(), figure=ax)

    first, second = draw(), draw()
    assert plt.get_fignums() == []
    assert first.figure is not None
    assert second.figure is not None
    assert first.figure.svg == second.figure.svg
    assert "<text" in first.figure.svg
    assert "甲" in first.figure.svg


def test_the_stamp_names_run_and_date_and_marks_illustrative_data() -> None:
    figure = exhibit().figure
    assert figure is not None
    svg = stamped(figure, left="実行 x-1　時点 令和8年4月1日", mark="架空データを含む")
    plain = stamped(figure, left="対話実行")
    assert "実行 x-1　時点 令和8年4月1日" in svg
    assert "架空データを含む" in svg
    assert "架空データを含む" not in plain
    heights = [float(re.search(r'height="([\d.]+)pt"', text)[1]) for text in (figure.svg, plain)]  # type: ignore[index]
    assert heights[1] > heights[0]


def test_what_a_figure_says_stays_text() -> None:
    ax = axes_for(None)
    ax.set_title("<script>alert(1)</script>\x07")
    ax.plot([1, 2])
    made = exhibit("E07", costs(), figure=ax)
    assert made.figure is not None
    assert "<script" not in made.figure.svg
    assert "\x07" not in made.figure.svg


def test_a_figure_that_could_fetch_is_refused() -> None:
    ax = axes_for(None)
    ax.plot([1, 2])[0].set_url("https://example.org/")
    with pytest.raises(ModelError, match="外部参照"):
        exhibit("E07", costs(), figure=ax)


def test_a_character_the_font_lacks_is_refused() -> None:
    ax = axes_for(None)
    ax.set_title("費用😀")
    with pytest.raises(ModelError, match="😀"):
        exhibit("E07", costs(), figure=ax)


def test_not_computable_is_an_answer_with_the_tables_and_fields_needed() -> None:
    def never(result: object) -> object:
        raise AssertionError("the figure of an answer that does not exist was drawn")

    made = build_exhibit("E09", NotComputable("どれだけずれたか", {"spending": ("budget_yen",)}), figure=never, **TERMS)  # type: ignore[arg-type]
    assert made.headline.startswith("算出不能")
    assert [(need.table, need.columns) for need in made.needs] == [("spending", ("budget_yen",))]
    assert made.needs[0].label == "経費（システム×年度×経費項目）"
    assert (made.part, made.grade) == ("open", "算出不能")
    assert missing().figure is None


def test_a_record_of_nothing_is_recorded_as_not_computable() -> None:
    made = build_record(
        "bias_rate", NotComputable("", {"spending": ()}), unit="割合", sources=["総務省の資料"], grade="推計"
    )
    assert (made.value, made.computable, made.grade) == (None, False, "算出不能")


@pytest.mark.parametrize(
    ("text", "closed"),
    [
        ("43 団体のうち 21 団体は ▲1.5 億円（4.1 ％）", "43団体のうち21団体は▲1.5億円（4.1％）"),
        (
            "2018年 102.2（前年比 ▲0.4 ％）、除いた行 98、一件抜き ▲0.186",
            "2018年 102.2（前年比▲0.4％）、除いた行 98、一件抜き ▲0.186",
        ),
        ("E13 E14 2 3、HHI 0.12 → 0.14", "E13 E14 2 3、HHI 0.12 → 0.14"),
    ],
)
def test_no_space_stands_between_japanese_and_a_number(text: str, closed: str) -> None:
    assert closed_up(text) == closed


def with_range(value: object, between: tuple[float, float, str]) -> Record:
    return build_record(
        "bias_rate", value, unit="割合", sources=["総務省の資料"], grade="推計", label="偏り", between=between
    )


def test_a_record_carries_its_range_as_printed() -> None:
    made = with_range(0.749, (0.684, 0.805, "95％区間"))
    assert (made.low, made.high) == (0.684, 0.805)
    assert range_of(made) == "68.4〜80.5％（95％区間）"
    assert "68.4〜80.5％" in record_text(made)
    assert "68.4〜80.5％" in record_html(made)


def test_a_range_without_width_or_of_nothing_is_none() -> None:
    same = with_range(0.5, (0.5, 0.5, "前提の幅"))
    nothing = with_range(NotComputable("", {"spending": ()}), (0.1, 0.2, "前提の幅"))
    assert [(made.low, made.high, range_of(made)) for made in (same, nothing)] == [(None, None, "")] * 2


@pytest.mark.parametrize(
    ("value", "between"),
    [(0.9, (0.1, 0.5, "前提の幅")), (0.3, (0.5, 0.1, "前提の幅")), (0.3, (0.1, 0.5, " ")), ("高い", (0.1, 0.5, "幅"))],
)
def test_a_range_that_does_not_hold_the_value_or_says_not_of_what_is_refused(
    value: object, between: tuple[float, float, str]
) -> None:
    with pytest.raises(ModelError, match="幅"):
        with_range(value, between)


@pytest.mark.usefixtures("in_tiny_case")
class TestGrades:
    """In the tiny case municipalities are published and systems illustrative."""

    def test_illustrative_tables_forbid_better_grades(self) -> None:
        for grade in ("公表値", "推計"):
            with pytest.raises(ModelError, match="systems"):
                exhibit(sources=["systems", "municipalities"], grade=grade)
        assert exhibit(sources=["systems"], grade="架空").illustrative

    def test_published_tables_allow_every_grade(self) -> None:
        for grade in ("公表値", "推計", "架空"):
            assert exhibit(sources=["municipalities"], grade=grade).grade == grade

    def test_records_are_held_to_the_same_rule(self) -> None:
        with pytest.raises(ModelError, match="systems"):
            build_record("total_yen", 1, unit="円", sources=["systems"], grade="推計")

    def test_own_tables_are_no_published_values(self, in_tiny_case: Path) -> None:
        from dxmodels.runs.casefacts import case_facts

        heading = in_tiny_case / "data" / "tiny" / "case.yml"
        heading.write_text(heading.read_text(encoding="utf-8").replace("illustrative", "own"), encoding="utf-8")
        case_facts.cache_clear()
        with pytest.raises(ModelError, match="自前の台帳"):
            exhibit(sources=["systems"], grade="公表値")
        assert exhibit(sources=["systems"], grade="推計").grade == "推計"

    def test_a_published_only_run_cannot_hold_illustrative_numbers(self) -> None:
        context.enter("00_data", {"case": "tiny", "published_only": True})
        with pytest.raises(ModelError, match="公表値のみ"):
            exhibit(sources=["systems"], grade="架空")

    def test_sources_say_where_each_number_comes_from(self) -> None:
        made = exhibit(sources=["municipalities", "usdjpy_2025", "総務省の資料"])
        assert [(source.kind, source.grade) for source in made.sources] == [
            ("table", "公表値"),
            ("assumption", "推計"),
            ("citation", ""),
        ]
        assert made.sources[0].detail == "公表値：国勢調査"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"sources": []}, "出典がありません"),
        ({"sources": ["municipalites"]}, "municipalities"),
        ({"grade": "確実"}, "区分「確実」"),
        ({"reading": "  "}, "読み方が空"),
        ({"limits": []}, "限界が空"),
        ({"title": " "}, "題名がありません"),
        ({"unit": "万円"}, "万円"),
    ],
)
def test_what_may_not_be_published_is_refused(change: dict[str, object], said: str) -> None:
    with pytest.raises(DxError, match=said):
        exhibit("E07", costs(), **change)


@pytest.mark.parametrize(
    ("table", "said"),
    [
        (pd.DataFrame({"年間経費": [1]}), "年間経費"),
        (pd.DataFrame([[1, 2]], columns=["a", "a"]), "同じ名前"),
        (pd.DataFrame({"payback_years": [math.inf]}), "無限大"),
        (pd.DataFrame({"n_count": range(100_001)}), "100,001"),
        ("a text", "to_frame"),
    ],
)
def test_tables_that_cannot_be_carried_are_refused(table: object, said: str) -> None:
    with pytest.raises(ModelError, match=said):
        exhibit("E07", table)


@pytest.mark.parametrize("id", ["e07", "E7", "E007", "07", "E07/../x", ""])
def test_exhibit_numbers_have_one_form(id: str) -> None:
    with pytest.raises(ModelError, match="図表番号"):
        exhibit(id, costs())


@pytest.mark.parametrize("name", ["合計", "Total", "1st", "a" * 81, "a b"])
def test_record_names_have_one_form(name: str) -> None:
    with pytest.raises(ModelError, match="記録名"):
        build_record(name, 1, unit="件", sources=["総務省の資料"], grade="推計")


def test_an_index_with_a_name_becomes_a_column_and_lists_become_text() -> None:
    frame = pd.DataFrame({"members": [["甲", "乙"], ["丙"]]}, index=pd.Index(["B1", "B2"], name="bundle_id"))
    made = exhibit("E13", frame)
    assert [column.name for column in made.columns] == ["bundle_id", "members"]
    assert made.rows[0] == ("B1", "甲；乙")


def test_unknown_sources_name_the_nearest() -> None:
    with pytest.raises(ParameterError, match="usdjpy_2025"):
        exhibit("E07", costs(), sources=["usdjpy_2052"])


def test_a_folder_that_an_import_named_after_its_file_is_no_file(in_tiny_case: Path) -> None:
    account = in_tiny_case / "data" / "tiny" / "imports" / "list.xlsx"
    account.mkdir(parents=True)
    (account / "totals.csv").write_text("a\n1\n", encoding="utf-8")
    case_facts.cache_clear()
    found = case_facts("tiny").other_files()
    assert account not in found
    assert account / "totals.csv" in found
