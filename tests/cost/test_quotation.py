"""Every check of a quotation against figures worked by hand; nothing of others' prices goes back to the vendor."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dxmodels.cli import main
from dxmodels.cost.quotation import QuotationRules, read_quotation_rules, review_quotation
from dxmodels.cost.quotation.content import likeness
from dxmodels.errors import InputError, ModelError
from dxmodels.inputs import Case, load_case, load_register
from dxmodels.inputs.quotation_form import SHEET, read_quotation_form, write_quotation_form
from dxmodels.inputs.quotation_keep import keep_quotation
from dxmodels.runs.quotation_sheet import write_quotation_questions

RULES = QuotationRules(
    published_rate_yen=955_000, published_rate_high_yen=1_900_000, above_own_share=0.1, fewest_peers=3, days_per_person_month=20,
    overhead_share=0.1, lump_sum_share=0.2, likeness=0.6, tax_rate=0.1, yearly_rise_share=0.027,
)  # fmt: skip
SOUND = [
    {"quoted_work_ja": "運用監視", "engineer_role_ja": "SE", "people_fte": 1.0, "term_months": 12, "quantity_value": 12, "quantity_unit_ja": "人月", "unit_price_yen": 1_000_000, "cost_item": "operation_work"},
    {"quoted_work_ja": "ソフト使用料", "quantity_value": 12, "quantity_unit_ja": "月", "unit_price_yen": 500_000, "cost_item": "software_lease"},
]  # fmt: skip


def paper(
    lines: list[dict[str, Any]], *, number: str = "Q2", date: str = "2026-10-01", year: int = 2027, overhead: int = 0,
    stated: tuple[int, int, int] | None = None, net: bool | None = True, vendor: str = "V1",
) -> list[dict[str, Any]]:  # fmt: skip
    head = {"quotation_id": number, "title_ja": "保守", "vendor_id": vendor, "system_id": "S1", "quoted_date": pd.Timestamp(date), "fiscal_year": year}  # fmt: skip
    rows: list[dict[str, Any]] = []
    for line in lines:
        amount = line.get("quoted_yen", round(line.get("quantity_value", 0) * line.get("unit_price_yen", 0)))
        rows.append(
            {"line_kind": "work", **line, "quoted_yen": amount, "tax_included": None if net is None else not net}
        )
    if overhead:
        rows.append(
            {"line_kind": "overhead", "quoted_work_ja": "諸経費", "quoted_yen": overhead, "tax_included": not net}
        )
    total = sum(row["quoted_yen"] for row in rows)
    for kind, amount in zip(("subtotal", "tax", "total"), stated or (total, total // 10, total + total // 10), strict=True):  # fmt: skip
        rows.append({"line_kind": kind, "quoted_yen": amount, "tax_included": kind == "total"})
    return [{**head, "quotation_line_number": place, **row} for place, row in enumerate(rows, start=1)]


def table(*papers: list[dict[str, Any]]) -> pd.DataFrame:
    frame = pd.DataFrame([row for rows in papers for row in rows])
    return Case.from_frames({"quotations": frame}, base_fy=2026).table("quotations")


def state(frame: pd.DataFrame, check: str, **more: Any) -> str:
    return finding(frame, check, **more).state_ja


def finding(frame: pd.DataFrame, check: str, **more: Any) -> Any:
    review = review_quotation(frame, rules=RULES, **more)
    return next(found for found in review.findings if found.check_ja == check)


def test_a_sound_quotation_is_asked_nothing() -> None:
    review = review_quotation(table(paper(SOUND, overhead=1_800_000)), rules=RULES)
    assert review.flagged_count == 0
    assert review.questions().table.empty
    # own rates, last year's quotation and cost items known: none of the three is there
    assert review.not_computable_count == 3
    assert "該当しない" in review.summary()


@pytest.mark.parametrize(
    ("stated", "gap"),
    [((18_000_000, 1_800_000, 19_800_001), 1), ((18_000_001, 1_800_000, 19_800_001), 1), ((17_000_000, 1_700_000, 18_700_000), 1_000_000)],
)  # fmt: skip
def test_totals_tie_to_the_yen(stated: tuple[int, int, int], gap: int) -> None:
    found = finding(table(paper(SOUND, stated=stated)), "明細・小計・合計の一致")
    assert (found.state_ja, found.subject_yen) == ("該当", gap)


def test_quantity_times_price() -> None:
    """12 × 1,000,000 = 12,000,000, quoted 12,500,000: 500,000 too much."""
    wrong = [{**SOUND[0], "quoted_yen": 12_500_000}, SOUND[1]]
    found = finding(table(paper(wrong)), "数量×単価＝金額")
    assert (found.state_ja, found.lines) == ("該当", (1,))
    assert "500,000円" in found.evidence_ja
    assert "12,000,000円" in found.questions[0].text_ja


def test_people_times_months_and_days() -> None:
    """1 × 12 = 12 person-months, not 13; 0.5 person × 2 months = 20 person-days at 20 days a month."""
    days = {"quoted_work_ja": "点検", "engineer_role_ja": "SE", "people_fte": 0.5, "term_months": 2, "quantity_value": 20, "quantity_unit_ja": "人日", "unit_price_yen": 50_000}  # fmt: skip
    assert state(table(paper([SOUND[0], days])), "人数×期間＝工数") == "非該当"
    found = finding(table(paper([{**SOUND[0], "quantity_value": 13}, days])), "人数×期間＝工数")
    assert (found.state_ja, found.lines) == ("該当", (1,))
    assert state(table(paper([SOUND[1]])), "人数×期間＝工数") == "算出不能"


def test_published_range_counts_without_tax() -> None:
    """2,000,000 with tax is 1,818,182 without: within 1,900,000; 2,090,001 with tax is above."""
    at = [{**SOUND[0], "unit_price_yen": 2_000_000}]
    assert state(table(paper(at, net=False)), "人月単価と公表の範囲") == "非該当"
    assert state(table(paper([{**SOUND[0], "unit_price_yen": 2_090_001}], net=False)), "人月単価と公表の範囲") == "該当"
    assert state(table(paper([{**SOUND[0], "unit_price_yen": 1_900_001}])), "人月単価と公表の範囲") == "該当"


def test_own_earlier_quotations_of_the_role() -> None:
    """Earlier SE rates 900, 1,000, 1,100 千円: median 1,000; + 10 % is allowed, 1,100,001 is not; two quotations are too few."""
    earlier = [paper([{**SOUND[0], "unit_price_yen": rate}], number=f"E{rate}", date="2025-10-01", vendor="V9") for rate in (900_000, 1_000_000, 1_100_000)]  # fmt: skip
    assert (
        state(table(*earlier, paper([{**SOUND[0], "unit_price_yen": 1_100_000}])), "人月単価と過去の見積") == "非該当"
    )
    found = finding(table(*earlier, paper([{**SOUND[0], "unit_price_yen": 1_100_001}])), "人月単価と過去の見積")
    assert found.state_ja == "該当"
    assert "n＝3" in found.evidence_ja
    assert "1,000,000" not in found.questions[0].text_ja  # nobody else's price goes to the vendor
    assert state(table(*earlier[:2], paper(SOUND)), "人月単価と過去の見積") == "算出不能"
    later = [paper(SOUND, number="L", date="2026-12-01")]
    assert state(table(*earlier[:2], *later, paper(SOUND)), "人月単価と過去の見積", quotation_id="Q2") == "算出不能"


def test_one_role_at_two_rates() -> None:
    two = [SOUND[0], {**SOUND[0], "quoted_work_ja": "点検", "unit_price_yen": 1_050_000}]
    assert state(table(paper(two)), "同じ職種の単価のばらつき") == "該当"
    assert state(table(paper(SOUND)), "同じ職種の単価のばらつき") == "非該当"


def test_rise_over_last_year() -> None:
    """18,000,000 → 18,486,000 is + 2.7 %; a yen more is above; over two years 1.027² - 1 = 5.4729 % is allowed."""
    last = paper(SOUND, number="Q1", date="2025-10-01", year=2026)
    more = [SOUND[0], {**SOUND[1], "unit_price_yen": 540_500}]
    assert state(table(last, paper(more)), "前回の見積からの上昇") == "非該当"
    assert state(table(last, paper([more[0], {**more[1], "quoted_yen": 6_486_001}])), "前回の見積からの上昇") == "該当"
    two_years = paper(SOUND, number="Q1", date="2025-10-01", year=2025)
    assert state(table(two_years, paper([SOUND[0], {**SOUND[1], "quoted_yen": 6_985_000}])), "前回の見積からの上昇") == "非該当"  # fmt: skip
    other = paper(SOUND, number="Q1", date="2025-10-01", year=2026, vendor="V7")
    assert state(table(other, paper(SOUND)), "前回の見積からの上昇") == "算出不能"


def test_alike_work_lines() -> None:
    """管理報告: pieces 管理, 理報, 報告; 管理: one piece, common one: 2·1/(3+1) = 0.5."""
    assert likeness("管理報告", "管理") == pytest.approx(0.5)
    twice = [SOUND[0], {**SOUND[0], "quoted_work_ja": "運用の監視"}]
    found = finding(table(paper(twice)), "作業の重複")
    assert (found.state_ja, found.lines, found.subject_yen) == ("該当", (1, 2), 12_000_000)
    other_role = [SOUND[0], {**SOUND[0], "quoted_work_ja": "運用の監視", "engineer_role_ja": "PG"}]
    assert state(table(paper(other_role)), "作業の重複") == "非該当"


def test_overhead_and_lump_sums() -> None:
    """Work 18,000,000: overhead 1,800,000 is 10 %; 一式 4,500,000 of 22,500,000 is 20 %."""
    assert state(table(paper(SOUND, overhead=1_800_000)), "諸経費の割合") == "非該当"
    assert state(table(paper(SOUND, overhead=1_800_001)), "諸経費の割合") == "該当"
    lump = {"quoted_work_ja": "移行", "quantity_value": 1, "quantity_unit_ja": "式", "unit_price_yen": 4_500_000}
    assert state(table(paper([*SOUND, lump])), "内訳のない一式") == "非該当"
    found = finding(table(paper([*SOUND, {**lump, "unit_price_yen": 4_500_005}])), "内訳のない一式")
    assert (found.state_ja, found.lines) == ("該当", (3,))


def test_missing_cost_items() -> None:
    last = paper([*SOUND, {"quoted_work_ja": "回線", "quantity_value": 12, "quantity_unit_ja": "月", "unit_price_yen": 1, "cost_item": "network_lines"}], number="Q1", date="2025-10-01", year=2026)  # fmt: skip
    found = finding(table(last, paper(SOUND)), "経費項目の漏れ")
    assert found.state_ja == "該当"
    assert "通信回線料（前回の見積にあり）" in found.evidence_ja
    spending = pd.DataFrame({"system_id": ["S1", "S1"], "fiscal_year": [2025, 2024], "cost_item": ["data_centre", "cloud_usage"], "settled_yen": [5, 5]})  # fmt: skip
    found = finding(table(paper(SOUND)), "経費項目の漏れ", spending=spending)
    assert "データセンター利用料（支出の実績あり）" in found.evidence_ja
    assert "クラウド利用料" not in found.evidence_ja  # paid two years ago, no longer


def test_tax_basis() -> None:
    assert state(table(paper(SOUND, net=None)), "税の別と消費税額") == "該当"
    assert state(table(paper(SOUND, stated=(18_000_000, 1_800_001, 19_800_001))), "税の別と消費税額") == "該当"
    odd = [{**SOUND[1], "quantity_value": 1, "unit_price_yen": 15}]
    assert state(table(paper(odd, stated=(15, 1, 16))), "税の別と消費税額") == "非該当"  # 1.5 yen is cut to 1


@given(amounts=st.lists(st.integers(1, 10**9), min_size=1, max_size=8), overhead=st.integers(0, 10**7))
@settings(max_examples=8, deadline=None)
def test_what_ties_is_never_asked(amounts: list[int], overhead: int) -> None:
    lines = [{"quoted_work_ja": f"作業{'甲乙丙丁戊己庚辛'[place]}", "quantity_value": 1, "quantity_unit_ja": "台", "unit_price_yen": yen} for place, yen in enumerate(amounts)]  # fmt: skip
    frame = table(paper(lines, overhead=overhead))
    for check in ("明細・小計・合計の一致", "数量×単価＝金額", "税の別と消費税額"):
        assert state(frame, check) == "非該当"


def test_unknown_quotation_is_told_with_the_known_ones() -> None:
    with pytest.raises(ModelError, match="Q2"):
        review_quotation(table(paper(SOUND)), rules=RULES, quotation_id="Q9")
    with pytest.raises(ModelError, match="0以上1以下"):
        QuotationRules(**{**RULES.__dict__, "overhead_share": 1.5})


def test_the_embedded_quotation_shows_what_was_planted() -> None:
    case = load_case("osaka", tables=["quotations", "spending"])
    rules = read_quotation_rules(load_register(), fiscal_year=2026)
    review = review_quotation(case.table("quotations"), rules=rules, spending=case.table("spending"))
    assert [found.check_ja for found in review.findings if found.state_ja != "該当"] == ["税の別と消費税額"]
    sound = review_quotation(case.table("quotations"), rules=rules, quotation_id="Q2026-021")
    assert sound.flagged_count == 0
    assert case.grade("quotations") == "架空"
    assert all(found.ground_ja for found in review.findings)


def test_the_form_goes_out_blank_and_comes_back_filled(tmp_path: Path) -> None:
    path = tmp_path / "form.xlsx"
    write_quotation_form(path)
    book = openpyxl.load_workbook(path)
    sheet = book[SHEET]
    for row, value in enumerate(("Q7", "保守", "V01", "P003", "令和8年10月1日", "令和9年度", "税抜"), start=1):
        sheet.cell(row, 2, value)
    sheet.append([])
    for row, cells in enumerate(
        [
            ["明細", "運用作業", "運用監視", "SE", 1, 12, "１２", "人月", "1,000千円", "12,000,000"],
            ["値引き", None, "出精値引き", None, None, None, None, None, None, "▲1,000,000"],
            ["小計", None, "小計", None, None, None, None, None, None, 11_000_000],
            ["消費税", None, None, None, None, None, None, None, None, 1_100_000],
            ["合計", None, None, None, None, None, None, None, None, 12_100_000],
        ],
        start=10,
    ):
        for column, value in enumerate(cells, start=1):
            sheet.cell(row, column, value)
    book.save(path)
    frame = read_quotation_form(path)
    assert frame["quoted_yen"].tolist() == [12_000_000, -1_000_000, 11_000_000, 1_100_000, 12_100_000]
    assert frame["unit_price_yen"].tolist()[0] == 1_000_000
    assert state(frame, "明細・小計・合計の一致") == "非該当"
    sheet.cell(10, 10, "約1200万")
    sheet.cell(10, 2, "うんよう")
    book.save(path)
    with pytest.raises(InputError) as caught:
        read_quotation_form(path)
    assert {(fault.row, fault.column) for fault in caught.value.faults} == {(10, "金額（円）"), (10, "経費項目")}


def filled_form(path: Path, number: str, price: int) -> Path:
    write_quotation_form(path)
    book = openpyxl.load_workbook(path)
    sheet = book[SHEET]
    for row, value in enumerate((number, "保守", "㈱あおば", None, "2026-10-01", "2027", "税抜"), start=1):
        sheet.cell(row, 2, value)
    for column, value in enumerate(["明細", "運用作業", "監視", "SE", 1, 12, 12, "人月", price, 12 * price], start=1):
        sheet.cell(10, column, value)
    book.save(path)
    return path


def test_a_kept_quotation_is_a_peer_and_is_replaced_by_its_own_number(tmp_path: Path) -> None:
    case = tmp_path / "mine"
    assert keep_quotation(filled_form(tmp_path / "a.xlsx", "A1", 900_000), into=case) == ("A1", 1)
    keep_quotation(filled_form(tmp_path / "b.xlsx", "B1", 1_000_000), into=case)
    keep_quotation(filled_form(tmp_path / "a.xlsx", "A1", 950_000), into=case)
    held = load_case(case).table("quotations")
    assert dict(zip(held["quotation_id"], held["unit_price_yen"], strict=True)) == {"B1": 1_000_000, "A1": 950_000}
    with pytest.raises(InputError, match="埋込みケース"):
        keep_quotation(tmp_path / "a.xlsx", into="osaka")


def test_the_sheet_for_the_vendor_holds_questions_and_no_formula(tmp_path: Path) -> None:
    evil = [{**SOUND[0], "quoted_work_ja": "=1+1", "quantity_value": 13}]
    review = review_quotation(table(paper(evil)), rules=RULES)
    path = write_quotation_questions(
        tmp_path / "q.xlsx", review.questions().table, review.quotation.lines, title="保守"
    )
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == ["照会", "質問票", "見積明細"]
    assert book["質問票"].max_row - 1 == len(review.questions().table)
    assert {cell.data_type for sheet in book for row in sheet.iter_rows() for cell in row} <= {"s", "n"}
    letter = " ".join(str(cell.value) for cell in book["照会"]["A"] if cell.value)
    assert "お願い申し上げます" in letter


def test_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "shokai.xlsx"
    assert main(["quotation", "review", "--out", str(out)]) == 0
    assert "照会票を作成しました" in capsys.readouterr().out
    assert main(["quotation", "review", "--out", str(out)]) == 4  # never over an existing file
    assert main(["quotation", "blank", "--out", str(tmp_path / "form.xlsx")]) == 0
