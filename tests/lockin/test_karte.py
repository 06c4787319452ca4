"""The karte by hand: what stands on the page of a full row and of a nearly blank one, and how its confidence is judged."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest

from dxmodels.errors import MissingTableError, ModelError, ParameterError
from dxmodels.inputs import Case, load_register
from dxmodels.lockin.karte import KarteSet, draw_up_kartes
from dxmodels.lockin.karte.confidence import CONTRACT_FIELDS, INVENTORY_FIELDS, ConfidenceRule
from dxmodels.runs.booklets import FormPage, build_booklet
from dxmodels.runs.render.booklet import booklet_pdf

FULL = {
    "system_id": "A1",
    "name_ja": "文書管理システム",
    "description_ja": "公文書を管理する",
    "department_id": "D1",
    "system_kind": "文書管理",
    "legal_basis_ja": "公文書管理条例",
    "owner_ja": "課長",
    "users_people": 1200,
    "start_fy": 2014,
    "vendor_id": "V1",
    "hosting": "own_server",
    "annual_cost_yen": 50_000_000,
    "replacement_cost_yen": 200_000_000,
    "contract_end_date": "2031-03-31",
    "customisation_rate": 0.6,
    "source_rights": "vendor",
    "has_escrow": False,
    "has_break_clause": False,
    "export_format_ja": "CSV",
    "export_test_date": "2026-01-10",
    "has_interface_documents": False,
    "own_staff_can_explain": False,
    "end_of_support_date": "2035-01-01",
    "standard_package_exists": True,
    "business_value_score": 4.0,
    "technical_fit_score": 2.0,
    "as_of_date": "2026-10-01",
}
ROUND = {
    "system_id": "A1",
    "title_ja": "運用保守",
    "contract_kind": "renewal",
    "contract_scope": "operation",
    "contract_method": "一般競争",
    "announced_date": "2025-12-01",
    "opening_date": "2026-01-20",
    "start_date": "2026-04-01",
    "end_date": "2031-03-31",
    "bidders_count": 1,
    "valid_bids_count": 1,
    "ceiling_yen": 250_000_000,
    "award_yen": 240_000_000,
    "tax_included": True,
    "vendor_id": "V1",
}


def case(**tables: pd.DataFrame) -> Case:
    blank = {"system_id": "B<2>/ア", "name_ja": "空欄の多いシステム", "department_id": "D1", "system_kind": "文書管理"}
    frames = {
        "departments": pd.DataFrame([{"department_id": "D1", "name_ja": "総務部", "staff_people": 10}]),
        "vendors": pd.DataFrame([{"vendor_id": "V1", "name_ja": "甲社", "is_local_sme": False}]),
        "systems": pd.DataFrame([FULL, blank]),
        "contracts": pd.DataFrame([{**ROUND, "contract_id": "C1", "contract_fy": 2021, "start_date": "2021-04-01", "end_date": "2026-03-31"}, {**ROUND, "contract_id": "C2", "contract_fy": 2026}]),
        "spending": pd.DataFrame([{"system_id": "A1", "fiscal_year": year, "cost_item": "operation_work", "budget_yen": 60_000_000, "supplement_yen": 1_000_000, "contract_yen": 50_000_000, "settled_yen": 40_000_000 + year} for year in (2020, 2025, 2026)]),
        **tables,
    }  # fmt: skip
    return Case.from_frames(
        {name: table for name, table in frames.items() if len(table)}, base_fy=2026, as_of=dt.date(2026, 10, 31)
    )


@pytest.fixture(scope="module")
def kartes() -> KarteSet:
    return draw_up_kartes(case(), load_register())


def said(kartes: KarteSet, system_id: str) -> dict[str, str]:
    rows = kartes.lines[kartes.lines["system_id"] == system_id]
    return dict(zip(rows["item_ja"], rows["shown_ja"], strict=True))


def test_page_of_a_full_row_says_what_the_tables_say(kartes: KarteSet) -> None:
    page = said(kartes, "A1")
    assert page["目的"] == "公文書を管理する"
    assert page["所管・責任者"] == "総務部　課長"
    assert page["利用者"] == "1,200人"
    assert page["受注者"] == "甲社"
    assert page["応札者"] == "1者"
    assert page["公告〜開札"] == "50 日"  # 1 December to 20 January
    assert page["契約金額"] == "240,000千円（落札率 96.0％）"  # 240 / 250
    assert page["これまでの契約"] == "令和3年度から 2 回、同じ事業者が続けて 2 回"
    assert page["令和7年度"] == "61,000／50,000／40,002"  # 60 + 1 supplement; 40,002,025 cut to thousands
    assert page["5年計"] == "122,000／100,000／80,004"  # FY2020 lies outside the five years
    assert page["処置案"].startswith("移行")  # value 4, fit 2
    assert page["職員が仕様を説明できない"] == "該当／－"
    assert page["カスタマイズ率"] == "60.0％"


def test_headline_gives_answer_proposal_and_date(kartes: KarteSet) -> None:
    headline = kartes.kartes[0].headline
    # go-live 2031-04-01, 12 months of migration: signed 2030-04-01, so notice falls into FY2029, voted March 2029, estimate August 2028
    assert headline.startswith("ロックインの疑いが強い")
    assert "処置案は移行" in headline
    assert "令和10年8月1日までに判断が要る（あと 640 日）" in headline


def test_nearly_blank_row_claims_nothing(kartes: KarteSet) -> None:
    page, karte = said(kartes, "B<2>/ア"), kartes.kartes[1]
    assert karte.headline.startswith("項目が足りず、ロックインの有無は算出不能。処置案は算出不能。")
    assert page["契約の記録"] == "未記入"
    assert page["確度"].startswith("D（記入率 0.0％、時点不明")
    assert page[f"欠けている項目（{len(INVENTORY_FIELDS) + len(CONTRACT_FIELDS) + 1}）"].startswith("概要（1行）")


def test_confidence_falls_with_blanks_and_with_age() -> None:
    def grade(**changes: object) -> str:
        table = pd.DataFrame([{**FULL, **changes}])
        return str(draw_up_kartes(case(systems=table), load_register()).table["karte_grade"].iloc[0])

    assert grade() == "A"
    assert grade(as_of_date="2026-07-01") == "B"  # 122 days old
    assert grade(as_of_date=None) == "B"
    many = dict.fromkeys(["legal_basis_ja", "owner_ja", "users_people", "start_fy", "hosting"])
    assert grade(**many) == "B"  # 22 of 27 filled


def test_rule_out_of_order_is_refused() -> None:
    with pytest.raises(ModelError, match="大きい順"):
        ConfidenceRule(0.5, 0.75, 0.9, 90)


def test_one_system_gives_every_line_of_its_page_and_unknown_ids_are_refused() -> None:
    one = draw_up_kartes(case(), load_register(), system_id="A1")
    assert list(one.to_frame().columns) == ["section_ja", "item_ja", "shown_ja"]
    assert one.summary().startswith("A1　文書管理システム：")
    with pytest.raises(ParameterError, match="台帳にありません"):
        draw_up_kartes(case(), load_register(), system_id="ZZ")


def test_inventory_alone_is_enough_and_none_is_not() -> None:
    bare = draw_up_kartes(
        case(contracts=pd.DataFrame(), spending=pd.DataFrame(), vendors=pd.DataFrame()), load_register()
    )
    assert said(bare, "A1")["受注者（台帳）"] == "V1"
    with pytest.raises(MissingTableError):
        draw_up_kartes(case(systems=pd.DataFrame()), load_register())


def test_sheets_become_one_page_each_and_file_names_are_safe(kartes: KarteSet) -> None:
    import io

    import pypdf

    made = build_booklet("E05", kartes.sheets, title="カルテ", notes=["注"], grade="推計", names=["試験用の台帳"])
    assert [page.key for page in made.pages] == ["A1", "no2"]
    pdf = booklet_pdf(made, run_id="試験", as_of=dt.date(2026, 10, 31))
    assert pdf == booklet_pdf(made, run_id="試験", as_of=dt.date(2026, 10, 31))
    texts = [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages]
    assert len(texts) == 2
    assert "文書管理システム" in texts[0]
    assert "未記入" in texts[1]


def test_a_page_that_never_fits_is_an_error_not_a_second_sheet(kartes: KarteSet) -> None:
    from dxmodels.errors import RunError

    page = FormPage.model_validate(kartes.sheets[0])
    long = page.left[0].model_copy(update={"rows": (("行", "とても長い"),) * 400})
    made = build_booklet("E05", [page.model_copy(update={"left": (long,)}).model_dump()], title="カルテ", notes=["注"], grade="推計", names=["試験用の台帳"])  # fmt: skip
    with pytest.raises(RunError, match="一枚に収まりません"):
        booklet_pdf(made, run_id="試験", as_of=dt.date(2026, 10, 31))
