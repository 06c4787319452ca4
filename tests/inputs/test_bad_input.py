"""Does every kind of bad input get a message a planner can act on: file, row, column, value, what is wrong, how to mend it?"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pytest
from tiny_case import TABLES, as_csv, only_around, spoiled, write_case

from dxmodels.errors import Fault, InputError
from dxmodels.inputs import load_case


@dataclass(frozen=True)
class Cell:
    """One cell of the tiny case is spoiled; exactly one fault must be found, and point at it."""

    name: str
    table: str
    row: int
    column: str
    value: str
    problem: str
    cure: str


CELLS = [
    # numbers and amounts
    Cell("negative cost", "systems", 2, "annual_cost_yen", "-12000000", "負の値", "0 以上（単位：円）"),
    Cell("negative with triangle", "systems", 2, "annual_cost_yen", "▲1,000", "負の値", "補正・変更契約"),
    Cell("NaN", "systems", 2, "annual_cost_yen", "NaN", "「欠測」を表す語", "空欄に"),
    Cell("NULL", "spending", 3, "settled_yen", "NULL", "「欠測」を表す語", "空欄に"),
    Cell("inf", "staff", 2, "it_staff_fte", "inf", "数値として読めません", "単位：人"),
    Cell("words", "systems", 3, "annual_cost_yen", "未定", "数値として読めません", "単位：円"),
    Cell("thousand yen", "systems", 3, "annual_cost_yen", "80,000千円", "「千円」単位", "円に直した数字"),
    Cell("hundred million", "systems", 3, "annual_cost_yen", "1億", "「億」単位", "例：100000000"),
    Cell("millions", "systems", 3, "annual_cost_yen", "12百万円", "「百万円」単位", "例：12000000"),
    Cell("ten thousands", "systems", 3, "annual_cost_yen", "１，２３４．５万円", "「万円」単位", "例：12345000"),
    Cell("millions in words", "systems", 3, "annual_cost_yen", "約百万円", "「百万円」単位", "円に直した数字"),
    Cell("dash", "spending", 2, "supplement_yen", "－", "「該当なし」", "0 なら 0、不明なら空欄"),
    Cell("broken separators", "systems", 3, "annual_cost_yen", "80,00,000", "数値として読めません", "「,」"),
    Cell("half a yen", "systems", 3, "annual_cost_yen", "80000000.5", "整数ではありません", "円単位の整数"),
    Cell("scientific amount", "systems", 3, "annual_cost_yen", "8E+07", "指数表示", "全桁"),
    Cell("too many digits", "systems", 3, "annual_cost_yen", "9" * 17, "桁が大きすぎます", "16桁以内"),
    Cell("per cent of an amount", "systems", 3, "annual_cost_yen", "85%", "％の付いた値", "単位（円）"),
    Cell("share above one", "systems", 2, "customisation_rate", "60", "範囲外です（0 以上1 以下", "85％なら 0.85"),
    Cell("excel error", "systems", 2, "annual_cost_yen", "#REF!", "Excelのエラー値", "空欄に"),
    Cell("column too narrow", "contracts", 2, "award_yen", "#######", "列幅不足", "列幅"),
    Cell("zero members", "offers", 2, "members_min_count", "0", "範囲外です（1 以上", "1 以上"),
    # codes
    Cell("five digits", "staff", 2, "municipality_code", "27321", "検査数字のない5桁", "「273210」"),
    Cell("code as decimal", "staff", 2, "municipality_code", "273210.0", "小数の数値に変わって", "「273210」"),
    Cell("lost leading zero", "staff", 2, "municipality_code", "11002", "先頭の0が失われて", "「011002」"),
    Cell("lost zero and digit", "staff", 2, "municipality_code", "1100", "先頭の0と検査数字", "「011002」"),
    Cell("wrong check digit", "staff", 2, "municipality_code", "273211", "検査数字（6桁目）が合いません", "「273210」"),
    Cell("no such prefecture", "staff", 2, "municipality_code", "483210", "都道府県番号", "団体コード表"),
    Cell("name for code", "staff", 2, "municipality_code", "豊能町", "6桁の団体コードではありません", "例：271004"),
    Cell("unknown municipality", "staff", 2, "municipality_code", "131016", "表「municipalities」にない", "行を加えて"),
    Cell("code in scientific form", "vendors", 3, "vendor_id", "1.2E+05", "指数表示の数値", "「文字列」"),
    # choices, booleans
    Cell("unknown choice", "systems", 2, "hosting", "cloud", "選択肢にない", "public_cloud（パブリッククラウド）"),
    Cell(
        "unknown cost item", "spending", 2, "cost_item", "operation-work", "選択肢にない", "もしかして：operation_work"
    ),
    Cell("unknown method", "contracts", 2, "contract_method", "競争入札", "選択肢にない", "一般競争"),
    Cell("not a truth value", "vendors", 2, "is_local_sme", "たぶん", "はい／いいえとして読めません", "有／無"),
    # dates and fiscal years
    Cell("no such day", "systems", 2, "contract_end_date", "2027-02-30", "日付として読めません", "令和8年4月1日"),
    Cell(
        "no such era year", "systems", 2, "contract_end_date", "平成40年4月1日", "日付として読めません", "実在する日付"
    ),
    Cell("serial day", "systems", 2, "contract_end_date", "46477", "Excelの通し番号", "「2027-03-31」"),
    Cell("year month only", "systems", 2, "contract_end_date", "令和8年4月", "日付として読めません", "実在する日付"),
    Cell("open end", "systems", 2, "contract_end_date", "9999-12-31", "日付が範囲外", "期限なし・不明は空欄"),
    Cell("fiscal year as date", "spending", 2, "fiscal_year", "2025/4/1", "年度として読めません", "令和8年度"),
    Cell("impossible fiscal year", "spending", 2, "fiscal_year", "20255", "年度として読めません", "2026"),
    Cell("fiscal year far away", "spending", 2, "fiscal_year", "1868", "年度が範囲外", "1950〜2100"),
    # blanks, keys, joins
    Cell("blank key", "vendors", 3, "vendor_id", "", "空欄です", "必ず入れて"),
    Cell("blank obligatory choice", "contracts", 2, "contract_kind", "　", "空欄です", "例：initial"),
    Cell("NaN as a name", "vendors", 2, "name_ja", "nan", "「欠測」を表す語", "空欄に"),
    Cell("control character", "vendors", 2, "name_ja", "架空\x0b社", "制御文字", "CLEAN"),
    Cell("overlong cell", "vendors", 2, "name_ja", "あ" * 32_768, "32,768 文字", "32,767 文字以内"),
    Cell("bid for unknown contract", "bids", 4, "contract_id", "K009", "表「contracts」にない", "もしかして：K003"),
    Cell("unknown vendor", "bids", 4, "vendor_id", "V99", "表「vendors」にない", "vendors.vendor_id"),
    Cell("unknown system", "spending", 4, "system_id", "S020", "表「systems」にない", "もしかして：S00"),
    Cell(
        "unknown parent contract",
        "contracts",
        3,
        "parent_contract_id",
        "K100",
        "表「contracts」にない",
        "もしかして：K00",
    ),
    Cell("unknown holder", "capacity", 2, "holder_id", "V07", "表「vendors」にない", "もしかして：V0"),
    Cell("unknown task of an offer", "offers", 2, "unit_key", "T99", "表「tasks」にない", "行を加えて"),
    # contradictions within a row
    Cell("ends before it starts", "contracts", 2, "end_date", "2018-03-31", "履行開始日（2018-04-01）より前", "契約書"),
    Cell(
        "opened before announced",
        "contracts",
        2,
        "opening_date",
        "2018-01-09",
        "公告日（2018-01-10）より前",
        "入れ違え",
    ),
    Cell("more valid than bids", "contracts", 2, "valid_bids_count", "4", "応札者数（3）を超えて", "入札調書"),
    Cell("contract of two", "contracts", 2, "municipality_code", "271004", "両方が書かれています", "どちらか一方"),
    Cell("its own parent", "contracts", 3, "parent_contract_id", "K002", "元の契約が自分自身", "空欄に"),
    Cell("invalid winner", "bids", 2, "bid_status", "late", "有効（valid）ではありません", "落札の欄"),
    Cell(
        "contract ends before first year",
        "systems",
        2,
        "contract_end_date",
        "2020-03-31",
        "稼働開始年度（2020）より前",
        "契約終了日",
    ),
    Cell(
        "municipal contract ends early",
        "municipal_systems",
        2,
        "start_fy",
        "2030",
        "契約終了年度（2027）より大きく",
        "出典",
    ),
    Cell(
        "more old people than people",
        "municipalities",
        4,
        "population_65plus_people",
        "20000",
        "人口（18279）より大きく",
        "出典",
    ),
    Cell("link to itself", "system_links", 2, "to_system_id", "S001", "連携元と連携先が同じ", "行を消して"),
    Cell("fewest above most", "offers", 2, "members_min_count", "11", "最大参加数（10）より大きく", "出典"),
    Cell(
        "code where the name stands", "municipalities", 4, "name_ja", "273210", "団体名の欄に団体コード", "列がずれて"
    ),
]


@pytest.mark.parametrize("case", CELLS, ids=lambda case: case.name)
def test_a_bad_cell_is_named_with_its_cure(case: Cell, tmp_path: Path) -> None:
    tables = {**only_around(case.table), case.table: spoiled(case.table, case.row, case.column, case.value)}
    faults = faults_of(write_case(tmp_path / "bad", tables))
    here = [
        fault
        for fault in faults
        if (fault.file, fault.row, fault.column) == (f"{case.table}.csv", case.row, case.column)
    ]
    assert len(here) == 1, faults
    assert here[0].value == case.value.strip()
    assert case.problem in here[0].problem
    assert case.cure in here[0].cure
    assert len(faults) == 1, faults


@dataclass(frozen=True)
class File:
    """One file as a whole is spoiled; the given fault must be among those found, at the row and column given."""

    name: str
    table: str
    content: str | bytes
    row: int
    column: str
    problem: str
    cure: str


def _with_line(table: str, *cells: str) -> str:
    return TABLES[table] + ",".join(cells) + "\n"


def _header(table: str, old: str, new: str) -> str:
    return TABLES[table].replace(old, new, 1)


FILES = [
    File("empty", "vendors", "", 0, "", "ファイルが空", "1行目に列名"),
    File("only a byte order mark", "vendors", b"\xef\xbb\xbf\n", 0, "", "ファイルが空", "1行目に列名"),
    File("first line blank", "vendors", "\n" + TABLES["vendors"], 1, "", "1行目が空行", "1行目に列名"),
    File("titles above the header", "vendors", "事業者一覧,,,\n" + TABLES["vendors"], 2, "", "列名の行が 2 行目", "1行目に"),
    File("one title above the header", "vendors", "事業者一覧\n" + TABLES["vendors"], 2, "", "列名の行が 2 行目", "1行目に"),
    File("no header", "vendors", TABLES["vendors"].partition("\n")[2], 1, "", "知っている列名がありません", "vendor_id"),
    File("missing column", "departments", _header("departments", "name_ja", "note"), 1, "name_ja", "必要な列がありません", "部局名"),
    File("extra column", "departments", _header("departments", "staff_people", "memo"), 1, "memo", "表「departments」にない列", "列ごと消して"),
    File("misspelt column", "spending", _header("spending", "settled_yen", "setled_yen"), 1, "setled_yen", "にない列", "もしかして：settled_yen"),
    File("double column", "departments", _header("departments", "staff_people", "name_ja"), 1, "name_ja", "同じ列が2度", "どちらか一方"),
    File("nameless column", "departments", _header("departments", ",staff_people", ","), 1, "", "3 列目に列名がありません", "列ごと消して"),
    File("duplicate key", "vendors", _with_line("vendors", "V01", "別会社", "true", "3"), 4, "vendor_id", "キーが 2 行目と重複", "どちらか一方を消す"),
    File("duplicate key in full width", "vendors", _with_line("vendors", "Ｖ０１", "別会社", "true", ""), 4, "vendor_id", "キーが 2 行目と重複", "消す"),
    File("duplicate composite key", "staff", _with_line("staff", "273210", "令和7年度", "1", "0", "0"), 3, "municipality_code＋fiscal_year", "重複", "消す"),
    File("line too long", "departments", _with_line("departments", "D03", "土木部", "1", "2"), 4, "", "列の数が 4 で、見出しの 3", "「,」"),
    File("line too short", "departments", _with_line("departments", "D03"), 4, "", "列の数が 1", "行の区切り"),
    File("quotation never closed", "departments", _with_line("departments", "D03", '"土木部', "1"), 4, "", "閉じていません", "引用符を閉じて"),
    File("stray quotation", "departments", _with_line("departments", "D03", '"土"木部', "1"), 4, "", "使い方が正しくありません", "2つ重ねて"),
    File("utf-16", "departments", TABLES["departments"].encode("utf-16"), 0, "", "UTF-16", "CSV UTF-8"),
    File("euc-jp", "departments", TABLES["departments"].encode("euc_jp"), 0, "", "EUC-JP", "CSV UTF-8"),
    File("euc-jp with kana", "departments", (TABLES["departments"] + "D03,まちづくり推進センターの係,3\n").encode("euc_jp"), 0, "", "EUC-JP", "CSV UTF-8"),
    File("damaged utf-8", "departments", TABLES["departments"].encode()[:-9] + b"\xe9\xff,1\n", 3, "", "UTF-8でも", "保存し直して"),
    File("bom and damaged", "departments", b"\xef\xbb\xbfdepartment_id,name_ja,staff_people\nD01,\x91\x8d,1\n", 2, "", "UTF-8でも", "保存し直して"),
    File("tab separated", "departments", TABLES["departments"].replace(",", "\t"), 1, "", "タブ区切り", "カンマ区切り"),
    File("semicolons", "departments", TABLES["departments"].replace(",", ";"), 1, "", "セミコロン区切り", "カンマ区切り"),
    File("cell of half a file", "departments", _with_line("departments", "D03", '"' + "あ" * 200_000 + '"', "1"), 4, "", "長すぎます", "32,767 文字"),
    File("line of totals", "systems", _with_line("systems", "合計", *[""] * 8, "92000000", *[""] * 4), 5, "", "合計の行です", "消してください"),
    File("line of totals without a key", "departments", _with_line("departments", "", "（小計）", "1200"), 4, "", "合計の行です", "消してください"),
    File("ring of contracts", "contracts", TABLES["contracts"].replace("K001,S002,,,initial,,", "K001,S002,,,renewal,K002,"), 2, "parent_contract_id", "輪になり", "空欄に"),
]  # fmt: skip


@pytest.mark.parametrize("case", FILES, ids=lambda case: case.name)
def test_a_bad_file_is_named_with_its_cure(case: File, tmp_path: Path) -> None:
    faults = faults_of(write_case(tmp_path / "bad", {**only_around(case.table), case.table: case.content}))
    here = [
        fault
        for fault in faults
        if (fault.row, fault.column) == (case.row, case.column) and case.problem in fault.problem
    ]
    assert [fault.file for fault in here] == [f"{case.table}.csv"], faults
    assert case.cure in here[0].cure


@dataclass(frozen=True)
class Heading:
    """case.yml is spoiled by one replacement; the given fault must be found."""

    name: str
    old: str
    new: str
    row: int
    column: str
    value: str
    problem: str
    cure: str


HEADINGS = [
    Heading("blank title", "試験用の三団体", "", 1, "title_ja", "", "値が空", "後に値を書いて"),
    Heading("impossible year", "base_fy: 2026", "base_fy: 8年", 2, "base_fy", "8年", "年度として読めません", "例に合わせて"),
    Heading("date that does not exist", "2026-10-31", '"2026-10-32"', 4, "as_of", "2026-10-32", "day", "例に合わせて"),
    Heading("unknown key", "price_fy", "price_year", 3, "price_year", "2026", "知らない項目", "もしかして：price_fy"),
    Heading("unknown table", "  staff:", "  staf:", 0, "tables.staf", "staf", "知らない表の名前", "例に合わせて"),
    Heading("unknown provenance", "provenance: published", "provenance: official", 0, "tables.municipalities.provenance", "official", "選択肢にない", "illustrative（架空）"),
    Heading("file elsewhere", "source: staffの出典", "source: x, file: ../staff.csv", 0, "tables.staff.file", "../staff.csv", "形が正しくありません", "フォルダは書けません"),
    Heading("days instead of an assumption", "base_fy: 2026", "base_fy: 2026\nstale_after_days: 90", 3, "stale_after_days", "90", "文字でなければ", "前提の名前"),
    Heading("no deadline", "\n  standardisation: 2026-03-31", " {}", 5, "deadlines", "", "空です", "1つ以上"),
    Heading("broken yaml", "base_fy: 2026", "base_fy: [2026", 0, "", "", "YAMLとして読めません", "字下げ"),
    Heading("double key", "price_fy: 2026", "price_fy: 2026\nprice_fy: 2025", 4, "", "", "同じキーが2度", "消して"),
]  # fmt: skip


@pytest.mark.parametrize("case", HEADINGS, ids=lambda case: case.name)
def test_a_bad_heading_is_named_with_its_cure(case: Heading, tmp_path: Path) -> None:
    folder = write_case(tmp_path / "bad", {name: TABLES[name] for name in ("municipalities", "staff")})
    text = (folder / "case.yml").read_text(encoding="utf-8")
    assert case.old in text
    (folder / "case.yml").write_text(text.replace(case.old, case.new, 1), encoding="utf-8")
    faults = faults_of(folder)
    here = [fault for fault in faults if fault.column == case.column and case.problem in fault.problem]
    assert [fault.file for fault in here] == ["case.yml"], faults
    assert case.row in (0, here[0].row)
    assert here[0].row > 0
    assert (here[0].value, case.cure in here[0].cure) == (case.value, True)


def test_the_cases_are_at_least_sixty() -> None:
    assert len(CELLS) + len(FILES) + len(HEADINGS) >= 60
    assert len({case.name for case in (*CELLS, *FILES, *HEADINGS)}) == len(CELLS) + len(FILES) + len(HEADINGS)


@pytest.mark.parametrize(
    ("table", "row", "column", "value", "problem"),
    [
        ("contracts", 2, "award_yen", "420000001", "予定価格（420000000 円）を超えて"),
        ("contracts", 3, "parent_contract_id", "", "元の契約IDがありません"),
        ("bids", 3, "is_winner", "true", "落札者が2者以上"),
        ("contracts", 2, "system_id", "", "府のシステムも市町村も書かれていません"),
    ],
)
def test_what_is_odd_but_possible_is_a_warning(
    table: str, row: int, column: str, value: str, problem: str, tmp_path: Path
) -> None:
    text = spoiled(table, row, column, value)
    if table == "bids":
        text = text.replace("declined", "valid")
    case = load_case(write_case(tmp_path / "odd", {**only_around(table), table: text}))
    found = [warning for warning in case.warnings if problem in warning.problem]
    assert found
    assert found[-1].file == f"{table}.csv"
    assert row in {warning.row for warning in found}


def test_a_contract_and_its_bids_that_disagree_are_warnings(tmp_path: Path) -> None:
    contracts = spoiled("contracts", 4, "vendor_id", "V01").replace("3,2,420000000", "3,3,420000000")
    case = load_case(write_case(tmp_path / "two_hands", {**only_around("bids"), "contracts": contracts}))
    found = {(warning.row, warning.column, warning.value, warning.problem) for warning in case.warnings}
    # K003: contractor V01, but V02 won; K001: three valid bids written, one listed; K003: two written, one listed
    assert {
        (4, "vendor_id", "V01", "契約相手方が入札表の落札者（V02）と違います"),
        (2, "valid_bids_count", "3", "有効な入札の数が入札表の件数（1）と違います"),
        (4, "valid_bids_count", "2", "有効な入札の数が入札表の件数（1）と違います"),
    } <= found


def test_a_join_that_cannot_be_checked_is_a_warning(tmp_path: Path) -> None:
    tables = {name: text for name, text in TABLES.items() if name != "vendors"}
    case = load_case(write_case(tmp_path / "no_vendors", tables))
    assert any("「vendors」がない" in warning.problem for warning in case.warnings)


@pytest.mark.parametrize(
    ("file", "problem", "hint"),
    [
        ("contrcats.csv", "表の名前ではないファイル", "もしかして：contracts.csv"),
        ("契約.csv", "表の名前ではないファイル", "もしかして：contracts.csv"),
        ("Staff.csv", "表の名前ではないファイル", "もしかして：staff.csv"),
        ("集計.csv", "表の名前ではないファイル", "別のフォルダに移して"),
        ("contracts.CSV", "拡張子が大文字", "「.csv」"),
        ("contracts.xls", "この形式（.xls）", "contracts.csv か contracts.xlsx"),
        ("contracts.tsv", "この形式（.tsv）", "CSV UTF-8"),
    ],
)
def test_a_file_left_unread_is_a_warning_with_the_nearest_table(
    file: str, problem: str, hint: str, tmp_path: Path
) -> None:
    folder = write_case(tmp_path / "stray", {name: TABLES[name] for name in ("departments", "vendors")})
    (folder / file).write_text("a,b\n1,2\n", encoding="utf-8")
    (folder / "メモ.txt").write_text("覚え書き", encoding="utf-8")
    found = [fault for fault in load_case(folder).warnings if fault.file == file]
    assert len(found) == 1
    assert problem in found[0].problem
    assert hint in found[0].cure
    assert not [fault for fault in load_case(folder).warnings if fault.file == "メモ.txt"]


def test_a_misspelt_file_of_a_listed_table_is_named_where_it_is_missed(tmp_path: Path) -> None:
    folder = write_case(tmp_path / "missed", {name: TABLES[name] for name in ("departments", "vendors")})
    (folder / "vendors.csv").rename(folder / "vendros.csv")
    (fault,) = faults_of(folder)
    assert "もしかして：vendros.csv" in fault.cure


def test_one_table_given_twice_is_one_fault(tmp_path: Path) -> None:
    folder = write_case(tmp_path / "twice")
    pd.DataFrame({"vendor_id": ["V01"], "name_ja": ["甲"]}).to_excel(folder / "vendors.xlsx", index=False)
    (fault,) = faults_of(folder)
    assert "2か所以上" in fault.problem
    assert "vendors.csv、vendors.xlsx" in fault.problem


def test_a_vendor_whose_size_nobody_knows_is_no_fault(tmp_path: Path) -> None:
    case = load_case(write_case(tmp_path / "unknown", {"vendors": spoiled("vendors", 2, "is_local_sme", "")}))
    assert case.table("vendors")["is_local_sme"].isna().tolist() == [True, False]


def test_a_line_of_totals_is_one_fault_whatever_else_is_wrong_with_it(tmp_path: Path) -> None:
    text = _with_line("systems", "合計", *[""] * 8, "92000000", *[""] * 4)
    assert len(faults_of(write_case(tmp_path / "total", {**only_around("systems"), "systems": text}))) == 1


def test_a_ledger_kept_in_thousands_is_asked_about(tmp_path: Path) -> None:
    text = TABLES["systems"].replace("12000000", "12000").replace("80000000", "80000")
    case = load_case(write_case(tmp_path / "thousands", {**only_around("systems"), "systems": text}))
    (found,) = [warning for warning in case.warnings if "小さすぎます" in warning.problem]
    assert (found.file, found.row, found.column, found.value) == ("systems.csv", 2, "annual_cost_yen", "12000")
    assert "千円・百万円" in found.cure
    sound = load_case(write_case(tmp_path / "yen", only_around("systems")))
    assert not [warning for warning in sound.warnings if "小さすぎます" in warning.problem]


def test_a_heading_of_another_name_is_named(tmp_path: Path) -> None:
    folder = write_case(tmp_path / "named")
    (folder / "case.yml").rename(folder / "Case.yaml")
    (fault,) = faults_of(folder)
    assert "「Case.yaml」の名前を「case.yml」に" in fault.cure
    (folder / "Case.yaml").unlink()
    (fault,) = faults_of(folder)
    assert "dx template" in fault.cure


def test_a_tab_in_the_heading_is_named(tmp_path: Path) -> None:
    folder = write_case(tmp_path / "tab")
    text = (folder / "case.yml").read_text(encoding="utf-8")
    (folder / "case.yml").write_text(text.replace("  standardisation", "\tstandardisation"), encoding="utf-8")
    (fault,) = faults_of(folder)
    assert (fault.row, fault.problem) == (6, "タブ文字が使われています")


def test_a_hundred_thousand_bad_cells_are_counted_not_listed(tmp_path: Path) -> None:
    lines = [["department_id", "name_ja", "staff_people"], *([f"D{n}", "部", "多数"] for n in range(100_000))]
    faults = faults_of(write_case(tmp_path / "flood", {"departments": as_csv(lines)}))
    assert len(faults) == 501
    assert "99,500 件" in faults[-1].problem


def faults_of(folder: Path) -> tuple[Fault, ...]:
    with pytest.raises(InputError) as error:
        load_case(folder)
    assert len(str(error.value)) > 20
    return error.value.faults
