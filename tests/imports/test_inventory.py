"""The inventories planners really keep come in whole: every row and yen accounted for, every doubt said, nothing half-written."""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font

from dxmodels.cli import main
from dxmodels.errors import InputError
from dxmodels.fiscal import era_date, era_year
from dxmodels.inputs import imports, load_case
from dxmodels.inputs.imports.inventory import InventoryReport, import_inventory
from dxmodels.inputs.imports.inventory.mapping_file import read_agreement
from dxmodels.inputs.imports.inventory.sheets import read_inventory_sheets
from dxmodels.inputs.imports.inventory.values import read_value
from dxmodels.inputs.imports.inventory.words import value_of
from dxmodels.inputs.schemas import TABLES

SYSTEMS = TABLES["systems"].facts


def book(folder: Path, name: str, fill: Callable[[Any], None]) -> Path:
    workbook = openpyxl.Workbook()
    fill(workbook)
    path = folder / name
    workbook.save(path)
    return path


def lay(sheet: Any, rows: list[list[Any]]) -> None:
    for row in rows:
        sheet.append(row)


def edit(report: InventoryReport, *pairs: tuple[str, str]) -> None:
    text = report.mapping.read_text(encoding="utf-8")
    for old, new in pairs:
        assert old in text, text
        text = text.replace(old, new)
    report.mapping.write_text(text, encoding="utf-8")


def problems(report: InventoryReport) -> list[tuple[int, str]]:
    frame = report.to_frame()
    return [(row, problem) for row, problem, effect in zip(frame["row"], frame["problem"], frame["effect_ja"], strict=True) if effect != "注意"]  # fmt: skip


def everything_in(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def two_row_header(workbook: Any) -> None:
    """Merged two-row header, thousands without tax stated above, departments once, full-width digits, subtotals, a hidden row, notes."""
    sheet = workbook.active
    sheet.title = "台帳"
    lay(sheet, [
        ["令和７年度　情報システム台帳"],
        [None] * 9 + ["（単位：千円、税抜）"],
        ["部局", "システム概要", None, None, "経費", None, None, "契約", None, "備考"],
        [None, "管理番号", "システム名", "利用者数", "Ｒ５決算額", "Ｒ６決算額", "Ｒ７予算額", "委託先", "契約期間", None],
        ["総務部", "A001", "人事給与システム", "１，２００", 9800, 9900, "１０，０００", "㈱あおば電算", "R4.4.1～R9.3.31", "古い"],
        [None, "A002", "文書管理システム", 300, "▲50", 2000, 300, "(株)あおば電算", "令和9年3月", None],
        [None, None, "小計", None, None, None, 10300],
        ["福祉部", "A003", "福祉総合", "約500", 1, 2, "2,500", None, "平成40年3月31日", None],
        [None, "A004", None, 10, 1, 2, 3],
        ["合計", None, None, None, None, None, 12803],
        ["※ 再リース分を含む。"],
    ])  # fmt: skip
    for area in ("A1:J1", "A3:A4", "B3:D3", "E3:G3", "H3:I3", "J3:J4"):
        sheet.merge_cells(area)
    sheet.row_dimensions[6].hidden = True


def test_two_row_header_thousands_without_tax_departments_written_once(tmp_path: Path) -> None:
    path, case = book(tmp_path, "台帳R7.xlsx", two_row_header), tmp_path / "mine"
    trial = import_inventory(path, into=case)
    assert not (case / "case.yml").exists()  # a trial writes no table
    rows = trial.ledger.rows
    assert (trial.ledger.rows_read, rows["used"], rows["idle"], rows["refused"]) == (7, 3, 3, 1)
    # by hand: 10,000 + 300 + 10,300 + 2,500 + 3 + 12,803 千円
    assert trial.ledger.yen_read == 35_906_000 == sum(trial.ledger.yen.values())
    done = import_inventory(path, into=case, write=True)
    systems = load_case(case).table("systems").set_index("system_id")
    departments = load_case(case).table("departments").set_index("department_id")["name_ja"]
    assert systems["department_id"].map(departments).tolist() == ["総務部", "総務部", "福祉部"]
    assert systems["annual_cost_yen"].tolist() == [11_000_000, 330_000, 2_750_000]  # 10 % tax
    assert systems.loc["A001", ["users_people", "vendor_id"]].tolist() == [1200, "株式会社あおば電算"]
    assert systems["contract_end_date"].dt.strftime("%Y-%m-%d").tolist()[:2] == ["2027-03-31", "2027-03-31"]
    assert problems(done) == [
        (8, "「約」「程度」や幅のある値は読み取りません"),
        (8, "日付として読めません"),
        (9, "システム名が空欄です"),
    ]
    assert any("隠れた行" in text for text in done.to_frame()["problem"])
    assert not any("合いません" in text for text in done.to_frame()["problem"])  # subtotal and total tie


def test_nothing_is_lost(tmp_path: Path) -> None:
    path, case = book(tmp_path, "台帳R7.xlsx", two_row_header), tmp_path / "mine"
    import_inventory(path, into=case)
    import_inventory(path, into=case, write=True)
    account = case / "imports" / "excel-台帳R7.xlsx"
    aside = pd.read_csv(account / "unmapped_cells.csv", dtype=str)
    # Ｒ５ and Ｒ６ of four rows each, and one remark
    assert sorted(aside["value"]) == sorted(["9800", "9900", "▲50", "2000", "1", "2", "1", "2", "古い"])
    refused = pd.read_csv(account / "refused_rows.csv", dtype=str)
    assert refused[["row"]].values.tolist() == [["9"]]
    assert "A004" in refused["line"][0]
    idle = pd.read_csv(account / "idle_rows.csv", dtype=str)
    assert idle[["row", "problem"]].values.tolist() == [["7", "小計・合計"], ["10", "小計・合計"], ["11", "注記"]]


def test_a_name_is_no_banner_and_no_note(tmp_path: Path) -> None:
    def fill(workbook: Any) -> None:
        lay(workbook.active, [
            ["部局", "システム名", "種類", "年間経費（円・税込）"],
            ["危機管理室", "防災情報", "防災", 5], [None, "防災センター", None, None], [None, "作成支援", "文書", None],
            ["■都市計画局", None, None, None], [None, "都市計画", "GIS", 7],
        ])  # fmt: skip

    report = import_inventory(book(tmp_path, "names.xlsx", fill), into=tmp_path / "mine")
    rows = report.resolved.frames["systems"]
    assert rows["name_ja"].tolist() == ["防災情報", "防災センター", "作成支援", "都市計画"]
    names = [report.resolved.departments[key] for key in rows["department_id"]]
    assert names == ["危機管理室", "危機管理室", "危機管理室", "都市計画局"]


def one_sheet_a_department(workbook: Any) -> None:
    """A sheet per department, unit and tax in a note below, banners, a legend sheet, a hidden sheet, choices in people's words."""
    head = ["No.", "情報システム名", "年間運用経費", "設置場所", "中途解約条項", "カスタマイズ率（％）", "運用開始"]
    first = workbook.active
    first.title = "都市整備部"
    lay(first, [
        head,
        [1, "道路台帳システム", 12.5, "庁内", "有", 30, dt.datetime(2013, 4, 1)],
        [2, "河川監視", 3, "府のクラウド", "×", 12.5, "H25.10"],
        ["※金額は百万円、税込。"],
    ])  # fmt: skip
    second = workbook.create_sheet("商工労働部")
    lay(second, [
        head, ["【産業振興課】"], [1, "企業データベース", 4, "ASP/SaaS", "○", 0, 2013.1],
        ["※金額は百万円、税込。"],
    ])  # fmt: skip
    lay(workbook.create_sheet("凡例"), [["記号", "意味"], ["○", "あり"], ["×", "なし"]])
    hidden = workbook.create_sheet("旧台帳")
    hidden.sheet_state = "hidden"
    lay(hidden, [head, [1, "廃止済みシステム", 1, "庁内", "有", 0, "H1"]])


def test_a_sheet_for_each_department_and_words_to_translate(tmp_path: Path) -> None:
    path, case = book(tmp_path, "部局別.xlsx", one_sheet_a_department), tmp_path / "mine"
    trial = import_inventory(path, into=case)
    text = trial.mapping.read_text(encoding="utf-8")
    assert "府のクラウド: 未定" in text
    assert "取り込まない  # 非表示のシート" in text
    edit(trial, ("府のクラウド: 未定", "府のクラウド: プライベートクラウド"))
    import_inventory(path, into=case, write=True)
    loaded = load_case(case)
    systems = loaded.table("systems").sort_values("annual_cost_yen")
    assert systems["name_ja"].tolist() == ["河川監視", "企業データベース", "道路台帳システム"]
    assert systems["annual_cost_yen"].tolist() == [3_000_000, 4_000_000, 12_500_000]
    assert systems["hosting"].tolist() == ["private_cloud", "saas", "own_server"]
    assert systems["has_break_clause"].tolist() == [False, True, True]
    assert systems["customisation_rate"].tolist() == [0.125, 0.0, 0.30]
    assert systems["start_fy"].tolist() == [2013, pd.NA, 2013]  # 2013.1 may be January or October: refused
    assert set(loaded.table("departments")["name_ja"]) == {"都市整備部", "商工労働部"}
    assert set(systems["system_kind"]) == {"未分類"}


def test_an_open_word_leaves_only_its_cell_blank(tmp_path: Path) -> None:
    path, case = book(tmp_path, "部局別.xlsx", one_sheet_a_department), tmp_path / "mine"
    import_inventory(path, into=case)
    report = import_inventory(path, into=case, write=True)
    systems = load_case(case).table("systems").set_index("name_ja")
    assert pd.isna(systems.loc["河川監視", "hosting"])
    assert systems.loc["河川監視", "annual_cost_yen"] == 3_000_000
    assert (3, "選択肢にない語です") in problems(report)


def merged_amounts(workbook: Any) -> None:
    """A contract's amount merged over the systems it covers, a system merged over two rows, a display in thousands, struck rows."""
    sheet = workbook.active
    sheet.title = "一覧"
    lay(sheet, [
        ["所管課", "システム名称", "種別", "年間経費（千円・税込）", "サポート期限"],
        ["情報課", "庁内LAN", "ネットワーク", 6000, "令和10年度末"],
        [None, "無線LAN", "ネットワーク", None, 46112],
        ["窓口課", "予約", "予約", 1_234_000, dt.datetime(2029, 1, 14)],
        ["窓口課", "申請", "電子申請", 500, "未定"],
        [None, None, None, 200, "－"],
        ["窓口課", "旧予約", "予約", 10, "2020/3/31"],
    ])  # fmt: skip
    for area in ("A2:A3", "D2:D3", "B5:B6"):
        sheet.merge_cells(area)
    sheet["D4"].number_format = '#,##0,"千円"'
    sheet["B7"].font = Font(strike=True)


def test_merged_amounts_count_once_and_display_formats_do_not_deceive(tmp_path: Path) -> None:
    path, case = book(tmp_path, "merged.xlsx", merged_amounts), tmp_path / "mine"
    report = import_inventory(path, into=case)
    systems = report.resolved.frames["systems"].set_index("name_ja")
    assert systems["annual_cost_yen"].to_dict() == {
        "庁内LAN": "6000000", "無線LAN": "", "予約": "1234000", "申請": "500000", "旧予約": "10000",
    }  # fmt: skip
    assert systems["end_of_support_date"].to_dict() == {
        "庁内LAN": "2029-03-31", "無線LAN": "", "予約": "2029-01-14", "申請": "", "旧予約": "2020-03-31",
    }  # fmt: skip
    frame = report.to_frame()
    assert frame.loc[frame["row"] == 6, "effect_ja"].tolist() == ["行を不採用"]  # one system over two merged rows
    notes = " ".join(frame["problem"])
    assert "取り消し線" in notes
    assert "表示形式が千単位" in notes
    assert "日付がExcelの通し番号になっています" in notes


def repeated_pages(workbook: Any) -> None:
    """A printed list: the header again on every page, a second table of another shape below, twins, an impossible year, formulas."""
    sheet = workbook.active
    lay(sheet, [
        ["部局名", "システム名", "分類", "稼働年度", "年額（円、税込）", "契約満了日"],
        ["総務部", "財務会計", "財務", "H30", 100, "R8.3.31"],
        ["総務部", "統計", "統計", "R3", 200, "H29.3.31"],
        ["部局名", "システム名", "分類", "稼働年度", "年額（円、税込）", "契約満了日"],
        ["総務部", "財務会計", "財務", "H30", 100, "R8.3.31"],
        ["健康部", "健診", "健康", "R1", "=E2+E3", "R8.3.31"],
        [],
        ["ベンダー名", "システム名称", "部局", "年額（千円、税込）"],
        ["㈲みどり", "献血", "健康部", 7],
    ])  # fmt: skip


def test_repeated_headers_twins_and_a_second_table(tmp_path: Path) -> None:
    report = import_inventory(book(tmp_path, "pages.xlsx", repeated_pages), into=tmp_path / "mine")
    systems = report.resolved.frames["systems"].set_index("name_ja")
    assert systems.index.tolist() == ["財務会計", "統計", "健診", "献血"]  # neither 会計 nor 統計 is a total
    assert systems.loc["献血", ["annual_cost_yen", "vendor_id"]].tolist() == ["7000", "有限会社みどり"]
    assert (
        systems.loc["統計", "contract_end_date"] == ""
    )  # ends before it began: the date is left blank, the system stays
    found = problems(report)
    assert (5, "2 行目と同じもの（部局と名称、または番号が同じ）です") in found
    assert (6, "数式の計算結果が保存されていません") in found
    assert any(row == 3 and "稼働開始年度" in text for row, text in found)


def municipal_tasks(workbook: Any) -> None:
    """The list of one municipality: names of bodies and tasks in words, states of the move in words, a blank body below the first."""
    sheet = workbook.active
    lay(sheet, [
        ["団体名", "業務名", "パッケージ名", "年間経費（税込・円）", "契約終了年度", "移行状況", "特定移行支援該当理由"],
        ["堺市", "住民基本台帳", "すみれ", "１２，０００，０００", "令和8年度", "移行中", None],
        [None, "固定資産税", "すみれ", 9_000_000, "R8", "未着手", "メインフレーム"],
        [None, "謎の業務", "x", 1, "R8", "完了", None],
    ])  # fmt: skip


def test_municipal_inventory_by_names(tmp_path: Path) -> None:
    path, case = book(tmp_path, "sakai.xlsx", municipal_tasks), tmp_path / "mine"
    import_inventory(path, into=case)
    report = import_inventory(path, into=case, write=True)
    rows = load_case(case).table("municipal_systems")
    assert rows[["municipality_code", "task"]].values.tolist() == [["271403", "T01"], ["271403", "T03"]]
    assert rows["migration_state"].tolist() == ["migrating", "legacy"]
    assert rows["special_support_reason"].fillna("").tolist() == ["", "mainframe"]
    assert problems(report) == [(4, "業務「謎の業務」が分かりません")]


def plain_book(workbook: Any) -> None:
    lay(workbook.active, [["部局", "システム名", "種類", "年間経費"], ["総務部", "人事", "人事", 100]])


def test_tax_unsaid_must_be_answered_before_writing(tmp_path: Path) -> None:
    path, case = book(tmp_path, "plain.xlsx", plain_book), tmp_path / "mine"
    with pytest.raises(InputError, match="取込みの設定がまだありません"):
        import_inventory(path, into=case, write=True)
    trial = import_inventory(path, into=case)
    assert "要記入：列「年間経費」の税" in trial.summary()
    with pytest.raises(InputError, match="税（税込 か 税抜）が未定"):
        import_inventory(path, into=case, write=True)
    assert not (case / "case.yml").exists()
    edit(trial, ("税: 未定", "税: 税抜"), ("単位: 円", "単位: 万円"))
    import_inventory(path, into=case, write=True)
    assert load_case(case).table("systems")["annual_cost_yen"].tolist() == [1_100_000]


def test_tax_may_be_answered_on_the_command_line(tmp_path: Path) -> None:
    path, case = book(tmp_path, "plain.xlsx", plain_book), tmp_path / "mine"
    with pytest.raises(InputError, match="税の別が選択肢にありません"):
        import_inventory(path, into=case, tax="免税")
    trial = import_inventory(path, into=case, tax="税抜")
    assert trial.open_questions == ()
    import_inventory(path, into=case, write=True)
    assert load_case(case).table("systems")["annual_cost_yen"].tolist() == [110]


def test_next_year_needs_no_new_mapping_and_replaces_nothing_of_others(tmp_path: Path) -> None:
    path, case = book(tmp_path, "plain.xlsx", plain_book), tmp_path / "mine"
    edit(import_inventory(path, into=case), ("税: 未定", "税: 税込"))
    import_inventory(path, into=case, write=True)
    before = everything_in(case)
    import_inventory(path, into=case, write=True)
    assert everything_in(case) == before  # the same file again changes nothing

    def more(workbook: Any) -> None:
        plain_book(workbook)
        workbook.active.append([None, "給与", "人事", 50])

    later = import_inventory(book(tmp_path, "later.xlsx", more), into=case, write=True)
    assert later.ledger.rows["used"] == 1  # 人事 stays as the first file brought it
    assert load_case(case).table("systems")["annual_cost_yen"].tolist() == [100, 50]

    def corrected(workbook: Any) -> None:
        lay(workbook.active, [["部局", "システム名", "種類", "年間経費"], ["総務部", "人事", "人事", 120]])

    import_inventory(book(tmp_path, "plain.xlsx", corrected), into=case, write=True)
    assert sorted(load_case(case).table("systems")["annual_cost_yen"]) == [50, 120]


def test_what_was_written_by_hand_stays_when_the_file_is_taken_in_again(tmp_path: Path) -> None:
    path, case = book(tmp_path, "plain.xlsx", plain_book), tmp_path / "mine"
    edit(import_inventory(path, into=case), ("税: 未定", "税: 税込"))
    import_inventory(path, into=case, write=True)
    table = case / "systems.csv"
    systems = pd.read_csv(table, dtype=str, keep_default_na=False)
    systems.loc[0, ["annual_cost_yen", "description_ja"]] = ["777", "人事の記録"]
    systems.to_csv(table, index=False)
    again = import_inventory(path, into=case, write=True)
    held = load_case(case).table("systems").iloc[0]
    assert (held["annual_cost_yen"], held["description_ja"]) == (777, "人事の記録")
    told = again.to_frame()
    assert set(told.loc[told["problem"] == "手で書いた値を残しました", "value"]) == {"777", "人事の記録"}


def test_a_system_that_is_no_longer_in_the_file_goes_and_is_named(tmp_path: Path) -> None:
    def two(workbook: Any) -> None:
        plain_book(workbook)
        workbook.active.append([None, "給与", "人事", 50])

    path, case = book(tmp_path, "plain.xlsx", two), tmp_path / "mine"
    edit(import_inventory(path, into=case), ("税: 未定", "税: 税込"))
    import_inventory(path, into=case, write=True)
    later = import_inventory(book(tmp_path, "plain.xlsx", plain_book), into=case, write=True).to_frame()
    assert later.loc[later["problem"].str.contains("ケースから除きました"), "value"].tolist() == ["給与"]
    assert load_case(case).table("systems")["name_ja"].tolist() == ["人事"]


def test_ditto_marks_words_for_nothing_and_department_totals_are_no_names(tmp_path: Path) -> None:
    def fill(workbook: Any) -> None:
        lay(workbook.active, [
            ["情報システム一覧（千円・税込）"],
            ["部局", "システム名", "種類", "事業者", "年間経費"],
            ["総務部", "職員情報", "人事", "甲社", 100],
            ["〃", "出退勤", "人事", "同上", 200],
            ["福祉計", None, None, None, 300],
            ["財務部", "予算編成", "財務", "未定", 400],
            ["〃", "〃", "財務", "なし", 500],
        ])  # fmt: skip

    path, case = book(tmp_path, "ditto.xlsx", fill), tmp_path / "mine"
    report = import_inventory(path, into=case)
    systems = report.resolved.frames["systems"]
    assert systems["name_ja"].tolist() == ["職員情報", "出退勤", "予算編成"]
    assert systems["annual_cost_yen"].astype(int).tolist() == [100_000, 200_000, 400_000]
    assert systems["department_id"].nunique() == 2
    assert set(report.resolved.departments.values()) == {"総務部", "財務部"}
    told = report.to_frame()
    assert sum(told["problem"].str.contains("と読みました")) == 2
    assert [row for row, problem in problems(report) if "〃" in problem] == [7]


def test_vendors_are_looked_up_where_the_case_knows_them(tmp_path: Path) -> None:
    """A firm the case knows is found in any writing; one it does not know leaves the cell blank and waits in a list."""
    path, case = book(tmp_path, "plain.xlsx", plain_book), tmp_path / "mine"
    edit(import_inventory(path, into=case), ("税: 未定", "税: 税込"))
    import_inventory(path, into=case, write=True)
    (case / "vendors.csv").write_text("vendor_id,name_ja,is_local_sme,references_count\nV1,株式会社あおば電算,true,3\n", encoding="utf-8")  # fmt: skip
    heading = case / "case.yml"
    heading.write_text(heading.read_text(encoding="utf-8") + "  vendors:\n    provenance: own\n    source: 事業者名簿\n", encoding="utf-8")  # fmt: skip

    def with_vendors(workbook: Any) -> None:
        lay(workbook.active, [
            ["部局", "システム名", "種類", "年間経費", "委託先"],
            ["総務部", "給与", "人事", 1, "㈱あおば電算"], ["総務部", "文書", "文書", 1, "みどり商会"],
        ])  # fmt: skip

    other = book(tmp_path, "vendors.xlsx", with_vendors)
    import_inventory(other, into=case)
    import_inventory(other, into=case, write=True)
    systems = load_case(case).table("systems").set_index("name_ja")
    assert systems.loc["給与", "vendor_id"] == "V1"
    assert pd.isna(systems.loc["文書", "vendor_id"])
    waiting = pd.read_csv(case / "imports" / "excel-vendors.xlsx" / "vendors_to_add.csv", dtype=str)
    assert waiting["name_ja"].tolist() == ["みどり商会"]


def test_a_new_heading_must_be_seen_first(tmp_path: Path) -> None:
    path, case = book(tmp_path, "plain.xlsx", plain_book), tmp_path / "mine"
    edit(import_inventory(path, into=case), ("税: 未定", "税: 税込"))
    import_inventory(path, into=case, write=True)
    before = everything_in(case)

    def wider(workbook: Any) -> None:
        lay(
            workbook.active, [["部局", "システム名", "種類", "年間経費", "重要度"], ["総務部", "人事", "人事", 1, "高"]]
        )

    other = book(tmp_path, "wider.xlsx", wider)
    with pytest.raises(InputError, match="設定にない見出しです"):
        import_inventory(other, into=case, write=True)
    assert everything_in(case) == before
    edit(import_inventory(other, into=case), ("対応する項目が見つからない", ""))
    assert import_inventory(other, into=case, write=True).aside == 1


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("項目: システム名", "項目: システムめい", "知らない項目です"),
        ("単位: 円", "単位: ドル", "知らない単位です"),
        ("税: 未定", "税: 免税", "税の別が選択肢にありません"),
        ("表: 情報システム台帳（府）", "表: 台帳", "知らない表です"),
        ("隠れた行: 取り込む", "隠れた行: たぶん", "選択肢にない値です"),
        ("隠れた行: 取り込む", "見えない行: 取り込む", "知らない項目です"),
        ("- 所管部局", "- 部局のようなもの", "知らない項目です"),
    ],
)
def test_a_mapping_edited_wrongly_is_refused_with_line_and_cure(tmp_path: Path, old: str, new: str, said: str) -> None:
    trial = import_inventory(book(tmp_path, "plain.xlsx", plain_book), into=tmp_path / "mine")
    edit(trial, (old, new))
    with pytest.raises(InputError, match=said) as caught:
        import_inventory(tmp_path / "plain.xlsx", into=tmp_path / "mine")
    assert all(fault.row > 0 and fault.cure for fault in caught.value.faults)


def test_a_heading_row_can_be_stated_by_hand(tmp_path: Path) -> None:
    def unknown(workbook: Any) -> None:
        lay(workbook.active, [["ア", "イ", "ウ"], ["総務部", "人事", 5]])

    path, case = book(tmp_path, "strange.xlsx", unknown), tmp_path / "mine"
    with pytest.raises(InputError, match="見出しがどのシートにも見つかりません"):
        import_inventory(path, into=case)
    mapping = case / "imports" / "inventory_mapping.yml"
    mapping.write_text(
        "シート:\n  Sheet: {表: 情報システム台帳（府）, 見出しの行: 1-1, 空欄に入れる値: {種類: 人事}}\n"
        "列:\n  情報システム台帳（府）:\n    ア: 所管部局\n    イ: システム名\n"
        "    ウ: {項目: 年間運用経費（税込）, 単位: 千円, 税: 税込}\n",
        encoding="utf-8",
    )
    import_inventory(path, into=case)
    import_inventory(path, into=case, write=True)
    row = load_case(case).table("systems").iloc[0]
    assert (row["name_ja"], row["annual_cost_yen"]) == ("人事", 5000)


def test_the_embedded_case_and_published_tables_are_never_touched(tmp_path: Path) -> None:
    path = book(tmp_path, "plain.xlsx", plain_book)
    with pytest.raises(InputError, match="埋込みケースには取り込めません"):
        import_inventory(path, into="osaka")


def test_what_the_case_would_refuse_leaves_it_untouched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, case = book(tmp_path, "plain.xlsx", plain_book), tmp_path / "mine"
    edit(import_inventory(path, into=case), ("税: 未定", "税: 税込"))
    import_inventory(path, into=case, write=True)
    before = everything_in(case)
    monkeypatch.setattr("dxmodels.inputs.imports.inventory.door.write_account", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        import_inventory(path, into=case, write=True)
    assert everything_in(case) == before
    assert [place.name for place in tmp_path.iterdir() if place.name.startswith(".mine")] == []


def test_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = book(tmp_path, "台帳R7.xlsx", two_row_header)
    assert main(["import", "excel", str(path), "--into", str(tmp_path / "mine")]) == 0
    shown = capsys.readouterr().out
    assert "試行。ケースの表はまだ変えていません" in shown
    assert "annual_cost_yen" not in shown  # a planner reads Japanese titles, not our column names
    assert main(["import", "excel", str(path), "--into", str(tmp_path / "mine"), "--write"]) == 0
    assert "3 件を取り込みました" in capsys.readouterr().out
    assert main(["check", str(tmp_path / "mine")]) == 0


def test_mapping_survives_writing_and_reading(tmp_path: Path) -> None:
    trial = import_inventory(book(tmp_path, "台帳R7.xlsx", two_row_header), into=tmp_path / "mine")
    again = read_agreement(trial.mapping)
    kept = {key: (rule.column, rule.scale, rule.tax) for key, rule in trial.agreement.columns.items()}
    assert {key: (rule.column, rule.scale, rule.tax) for key, rule in again.columns.items()} == kept


@given(yen=st.integers(0, 10**12), scale=st.sampled_from([1, 1_000, 1_000_000]), style=st.integers(0, 3))
@settings(max_examples=150, deadline=None)
def test_an_amount_reads_back_however_it_is_written(yen: int, scale: int, style: int) -> None:
    whole, rest = divmod(yen, scale)
    text = f"{whole:,}" + (f".{str(rest).zfill(len(str(scale)) - 1)}" if rest else "")
    if style == 1:
        text = text.translate(str.maketrans("0123456789,.", "０１２３４５６７８９，．"))
    elif style == 2:
        text = f" {text} "
    elif style == 3 and not rest:
        text += {1: "円", 1_000: "千円", 1_000_000: "百万円"}[scale]
        scale = 1
    reading = read_value(text, SYSTEMS["annual_cost_yen"], scale)
    assert (reading.yen, reading.text, reading.problem) == (yen, str(yen), "")


@given(day=st.dates(dt.date(1950, 1, 1), dt.date(2099, 12, 31)), style=st.integers(0, 3))
@settings(max_examples=150, deadline=None)
def test_a_day_reads_back_in_every_calendar(day: dt.date, style: int) -> None:
    text = [day.isoformat(), f"{day.year}/{day.month}/{day.day}", era_date(day), f"{day.year}年{day.month}月{day.day}日"][style]  # fmt: skip
    assert read_value(text, SYSTEMS["contract_end_date"], 1).text == day.isoformat()


@given(year=st.integers(1950, 2090))
def test_a_fiscal_year_reads_back(year: int) -> None:
    assert read_value(era_year(year), SYSTEMS["start_fy"], 1).text == str(year)
    assert read_value(f"{year + 1}年3月31日", SYSTEMS["start_fy"], 1).text == str(year)


@given(text=st.text(max_size=30))
@settings(max_examples=400, deadline=None)
def test_no_cell_is_dropped_in_silence(text: str) -> None:
    for name in ("annual_cost_yen", "contract_end_date", "start_fy", "customisation_rate", "users_people"):
        reading = read_value(text, SYSTEMS[name], 1)
        assert reading.text or reading.problem or reading.note or not text.strip()


def test_every_alias_leads_to_a_column_that_exists() -> None:
    folder = Path(imports.__file__).parent
    columns = pd.read_csv(folder / "inventory_columns.csv", dtype=str, keep_default_na=False)
    for table, column, alias in columns.itertuples(index=False):
        assert not column or column in TABLES[table].facts, alias
    assert not columns.duplicated(["table", "alias"]).any()
    values = pd.read_csv(folder / "inventory_values.csv", dtype=str, keep_default_na=False)
    choices = {name: facts.choices for spec in TABLES.values() for name, facts in spec.facts.items() if facts.choices}
    for column, value, alias in values.itertuples(index=False):
        assert value in ({"true", "false"} if column == "*" else choices[column]), alias
    assert value_of("ＡＳＰ／ＳａａＳ", SYSTEMS["hosting"]) == "saas"


def test_csv_and_the_old_xls_are_read_too(tmp_path: Path) -> None:
    path = tmp_path / "台帳.csv"
    path.write_text("部局,システム名,種類,年間経費（千円・税込）\n総務部,人事,人事,１２\n", encoding="cp932")
    report = import_inventory(path, into=tmp_path / "mine")
    assert report.resolved.frames["systems"]["annual_cost_yen"].tolist() == ["12000"]
    old = read_inventory_sheets(Path(__file__).parent / "made_up_bid_list.xls")
    assert any("".join(line) for line in old[0].lines)


HEAD = ["部局", "システム名", "種類", "年間経費（千円・税込）", "契約満了日", "備考"]
CELL = st.one_of(
    st.none(), st.integers(-(10**13), 10**13), st.floats(allow_nan=False, allow_infinity=False), st.booleans(),
    st.dates(dt.date(1900, 3, 1), dt.date(2300, 1, 1)), st.text(max_size=8),
    st.sampled_from(["小計", "合計", "※注", "【総務部】", "▲1,000", "令和9年3月末", "－", "約10", "=A1", "部局", "システム名"]),
)  # fmt: skip


@given(rows=st.lists(st.lists(CELL, min_size=6, max_size=6), max_size=8), merge=st.booleans())
@settings(max_examples=15, deadline=None)
def test_whatever_stands_in_the_rows_all_of_them_are_accounted_for(rows: list[list[Any]], merge: bool) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)

        def fill(workbook: Any) -> None:
            sheet = workbook.active
            sheet.append(HEAD)
            for row in rows:
                sheet.append([_plain_cell(value) for value in row])
            if merge and len(rows) > 1:
                sheet.merge_cells("A2:A3")

        report = import_inventory(book(folder, "fuzz.xlsx", fill), into=folder / "mine")
        ledger = report.ledger
        assert ledger.rows_read == sum(ledger.rows.values())
        assert ledger.yen_read == sum(ledger.yen.values())
        assert ledger.rows["used"] == sum(len(frame) for frame in report.resolved.frames.values())
        assert len(ledger.refused_rows()) == ledger.rows["refused"]
        assert report.summary()


def _plain_cell(value: Any) -> Any:
    """What a workbook can hold: no control characters."""
    return ILLEGAL_CHARACTERS_RE.sub("", value) if isinstance(value, str) else value
