"""Does a sound case load with the right types, provenance and grades, and does a question it cannot answer say so?"""

from __future__ import annotations

import datetime as dt
import hashlib
from pathlib import Path

import pandas as pd
import pytest
from tiny_case import HEADING, TABLES, heading_of, write_case

from dxmodels.errors import DxError, InputError, MissingTableError, ModelError, ParameterError
from dxmodels.inputs import Case, NotComputable, attempt, check_case, load_case
from dxmodels.inputs.schemas import DTYPES
from dxmodels.inputs.schemas import TABLES as SPECS


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_case(tmp_path / "tiny")


@pytest.fixture
def case(folder: Path) -> Case:
    return load_case(folder)


def test_heading_of_the_case(case: Case) -> None:
    assert (case.name, case.title_ja, case.base_fy, case.price_fy) == ("tiny", "試験用の三団体", 2026, 2026)
    assert case.as_of == dt.date(2026, 10, 31)
    assert dict(case.deadlines) == {"standardisation": dt.date(2026, 3, 31)}
    assert case.tables == tuple(name for name in SPECS if name in TABLES)


def test_every_column_has_the_dtype_of_its_kind(case: Case) -> None:
    for name in case.tables:
        frame = case.table(name)
        assert tuple(frame.columns) == SPECS[name].columns
        for column, facts in SPECS[name].facts.items():
            assert str(frame[column].dtype) == DTYPES[facts.kind], (name, column)


def test_values_are_those_of_the_file(case: Case) -> None:
    systems = case.table("systems").set_index("system_id")
    assert systems.at["S002", "annual_cost_yen"] == 80_000_000
    assert systems.at["S001", "contract_end_date"] == pd.Timestamp("2027-03-31")
    assert systems.at["S001", "customisation_rate"] == 0.1
    assert pd.isna(systems.at["S003", "owner_ja"])
    assert case.table("vendors")["is_local_sme"].tolist() == [False, True]
    assert case.table("spending")["supplement_yen"].tolist() == [0, -200_000, pd.NA]


def test_digests_are_those_of_the_files(case: Case, folder: Path) -> None:
    assert case.digests["systems"] == hashlib.sha256((folder / "systems.csv").read_bytes()).hexdigest()
    assert case.digests["case.yml"] == hashlib.sha256((folder / "case.yml").read_bytes()).hexdigest()
    assert set(case.digests) == {*TABLES, "case.yml"}


def test_a_table_handed_out_is_a_copy(case: Case) -> None:
    vendors = case.table("vendors")
    vendors.loc[0, "name_ja"] = "別名"
    assert case.table("vendors").loc[0, "name_ja"] == "架空情報株式会社"
    with pytest.raises(TypeError):
        case.frames["vendors"] = pd.DataFrame()  # type: ignore[index]


@pytest.mark.parametrize(
    ("tables", "computed", "grade"),
    [
        (("municipalities",), False, "公表値"),
        (("municipalities", "tasks"), False, "公表値"),
        (("municipalities",), True, "推計"),
        (("municipalities", "systems"), False, "推計"),
        (("systems",), True, "推計"),
        (("vendors",), False, "架空"),
        (("municipalities", "systems", "contracts"), False, "架空"),
        ((), False, "公表値"),
        ((), True, "推計"),
    ],
)
def test_grade_is_that_of_the_weakest_table(case: Case, tables: tuple[str, ...], computed: bool, grade: str) -> None:
    assert case.grade(*tables, computed=computed) == grade


def test_source_and_provenance(case: Case) -> None:
    assert (case.provenance("systems"), case.source("systems")) == ("own", "systemsの出典")
    with pytest.raises(MissingTableError, match="rankings"):
        case.grade("rankings")


def test_published_only_leaves_illustrative_tables_unread(folder: Path) -> None:
    (folder / "contracts.csv").write_bytes(b"")  # would be a fault if it were read
    case = load_case(folder, published_only=True)
    assert case.tables == ("municipalities", "tasks", "systems", "services")
    assert case.published_only
    assert "contracts" not in case.digests
    with pytest.raises(MissingTableError, match="架空データのため"):
        case.table("contracts")
    with pytest.raises(InputError, match=r"contracts\.csv"):
        load_case(folder)


def test_an_own_table_stays_in_a_published_only_run_and_keeps_its_grade(folder: Path) -> None:
    case = load_case(folder, published_only=True)
    assert case.grade("systems", "municipalities", computed=False) == "推計"


def test_missing_table_and_blank_column_are_answers(case: Case) -> None:
    with pytest.raises(MissingTableError) as absent:
        case.table("rankings", ["place_rank"])
    assert (absent.value.table, absent.value.columns) == ("rankings", ("place_rank",))
    with pytest.raises(MissingTableError, match="export_format_ja") as blank:
        case.table("systems", ["annual_cost_yen", "export_format_ja"])
    assert blank.value.columns == ("export_format_ja",)
    assert not case.has("rankings")


def test_a_misspelt_table_or_column_is_an_error_not_an_answer(case: Case) -> None:
    with pytest.raises(ModelError, match="もしかして：systems"):
        case.table("sytems")
    with pytest.raises(ModelError, match="annual_cost_yen"):
        case.table("systems", ["anual_cost_yen"])
    assert not isinstance(attempt(case.table, "vendors"), NotComputable)
    with pytest.raises(ModelError):
        attempt(case.table, "sytems")


def test_attempt_names_the_question_the_table_and_the_fields(case: Case) -> None:
    def count_rights(of: Case) -> int:
        return len(of.table("rankings", ["place_rank", "ranking_score"]))

    count_rights.question_ja = "順位の推移"  # type: ignore[attr-defined]
    answer = attempt(count_rights, case)
    assert isinstance(answer, NotComputable)
    assert answer.question == "順位の推移"
    assert (
        answer.message
        == "算出不能：「順位の推移」には表「国際・国内の順位」（rankings）の項目「順位・得点」が必要です。"
    )
    assert answer.to_frame()["label"].tolist() == ["順位", "得点"]


def test_attempt_gives_the_result_and_lets_other_errors_through(case: Case) -> None:
    assert attempt(len, [1, 2]) == 2
    with pytest.raises(ZeroDivisionError):
        attempt(lambda: 1 / 0)


def test_require_names_everything_missing_at_once(case: Case) -> None:
    answer = attempt(case.require, {"vendors": [], "rankings": [], "systems": ["export_format_ja", "owner_ja"]})
    assert isinstance(answer, NotComputable)
    assert dict(answer.needs) == {"rankings": (), "systems": ("export_format_ja",)}
    assert list(case.require({"vendors": [], "systems": ["owner_ja"]})) == ["vendors", "systems"]


def test_only_declared_tables_can_be_asked_for(folder: Path) -> None:
    case = load_case(folder, tables=["spending"])
    assert case.tables == ("spending",)
    for ask in (case.table, case.has, case.provenance):
        with pytest.raises(ModelError, match="宣言されていません"):
            ask("systems")
    with pytest.raises(MissingTableError):
        case.table("rankings")
    with pytest.raises(ParameterError, match="もしかして：spending"):
        load_case(folder, tables=["spendings"])


def test_declared_tables_are_checked_against_those_they_point_to(folder: Path) -> None:
    (folder / "systems.csv").write_text(TABLES["systems"].replace("S002,財務会計", "S009,財務会計"), encoding="utf-8")
    with pytest.raises(InputError, match="S002"):
        load_case(folder, tables=["spending"])
    assert load_case(folder, tables=["services"]).tables == ("services",)


def test_published_tables_are_borrowed_from_another_case(tmp_path: Path) -> None:
    heading = "published_from: osaka\n" + heading_of(["systems", "departments", "vendors"])
    folder = write_case(
        tmp_path / "own", {n: TABLES[n] for n in ("systems", "departments", "vendors")}, heading=heading
    )
    case = load_case(folder)
    assert {"municipalities", "tasks", "systems"} <= set(case.tables)
    assert len(case.table("municipalities")) == 43
    assert (case.provenance("municipalities"), case.provenance("systems")) == ("published", "own")
    assert all(case.provenance(name) != "illustrative" or name in {"departments", "vendors"} for name in case.tables)


@pytest.mark.parametrize(
    "name", ["../x", "..", "Osaka", "os aka", "", "a" * 65, "大阪", "-x", "osaka.csv", "../../etc"]
)
def test_a_name_that_is_no_slug_is_refused(name: str) -> None:
    with pytest.raises(ParameterError, match="名前に使えない文字"):
        load_case(name)


def test_unknown_case_names_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(ParameterError, match="もしかして：osaka"):
        load_case("osaca")
    with pytest.raises(ParameterError, match="そのフォルダ"):
        load_case(tmp_path / "nothing")
    with pytest.raises(ParameterError, match="そのフォルダ"):
        load_case("data/nothing")


def test_path_as_text_with_a_separator(folder: Path) -> None:
    assert load_case(str(folder)).name == "tiny"


def test_check_case_reports_instead_of_raising(folder: Path) -> None:
    sound = check_case(folder)
    assert sound.ok
    assert sound.counts["spending"] == 3
    assert "誤りはありません" in sound.summary()
    (folder / "vendors.csv").write_text("vendor_id,name_ja,is_local_sme\nV01,甲,多分\n", encoding="utf-8")
    (folder / "systems.csv").write_text(TABLES["systems"].replace("2028-03-31", "2017-03-31"), encoding="utf-8")
    report = check_case(folder)
    assert not report.ok
    assert {fault.column for fault in report.faults} >= {"is_local_sme", "contract_end_date", "vendor_id"}
    assert len(report.to_frame()) == len(report.faults) + len(report.warnings)


def test_check_case_of_a_faulty_heading_is_a_report_too(folder: Path) -> None:
    (folder / "case.yml").write_text("title_ja: x\n", encoding="utf-8")
    assert len(check_case(folder).faults) == 5
    with pytest.raises(ParameterError):
        check_case("../x")


def test_columns_that_may_be_blank_may_be_left_out_with_a_warning(case: Case) -> None:
    text = [str(warning) for warning in case.warnings if warning.file == "systems.csv"]
    assert len(text) == 1
    assert "replacement_cost_yen" in text[0]


def test_net_amounts_become_tax_inclusive(tmp_path: Path) -> None:
    contracts = TABLES["contracts"].replace("410000000,405000000,true", "410000001,405000000,false")
    case = load_case(write_case(tmp_path / "net", {**TABLES, "contracts": contracts}))
    row = case.table("contracts").set_index("contract_id").loc["K002"]
    # FY2023: 10 % by the register (consumption_tax_rate), truncated to the yen: 410,000,001 × 1.1 = 451,000,001.1
    assert (row["ceiling_yen"], row["award_yen"], row["tax_included"]) == (451_000_001, 445_500_000, True)
    assert any(warning.column == "tax_included" for warning in case.warnings)


def test_japanese_titles_serve_as_column_names_in_any_order(tmp_path: Path) -> None:
    text = "職員数,部局ID,部局名\n500,D01,総務部\n700,D02,福祉部\n"
    case = load_case(write_case(tmp_path / "ja", {**TABLES, "departments": text}))
    assert case.table("departments").iloc[0].tolist() == ["D01", "総務部", 500]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932"])
def test_the_three_encodings_give_the_same_case(tmp_path: Path, encoding: str, case: Case) -> None:
    encoded = {name: text.encode(encoding) for name, text in TABLES.items()}
    other = load_case(write_case(tmp_path / encoding, encoded))
    for name in case.tables:
        pd.testing.assert_frame_equal(other.table(name), case.table(name))


@pytest.mark.parametrize("name", ["ｵｵｻｶｼ ｼﾞｮｳﾎｳｶ", "ｶﾌﾞｼｷｶﾞｲｼｬ ｶｸｳ･ｿﾌﾄ", "ﾎﾟﾝﾌﾟｼﾞｮｳ"])
def test_half_width_kana_of_old_systems_are_no_other_encoding(tmp_path: Path, name: str) -> None:
    text = f"department_id,name_ja,staff_people\nD01,{name},5\nD02,{name},6\n"
    case = load_case(write_case(tmp_path / "kana", {"departments": text.encode("cp932")}))
    assert case.table("departments")["name_ja"].tolist() == [name, name]


def test_html_and_formulas_in_a_name_are_text(tmp_path: Path) -> None:
    names = ["<script>alert(1)</script>", "=cmd|' /C calc'!A0", "@SUM(1+1)"]
    text = "vendor_id,name_ja,is_local_sme\n" + "".join(f'V0{i},"{name}",0\n' for i, name in enumerate(names, start=1))
    case = load_case(write_case(tmp_path / "html", {**TABLES, "vendors": text}))
    assert case.table("vendors")["name_ja"].tolist() == names


def test_a_value_over_two_lines_counts_as_one_spreadsheet_row(tmp_path: Path) -> None:
    text = 'department_id,name_ja,staff_people\nD01,"総務\n部",500\nD02,福祉部,-1\n'
    with pytest.raises(InputError) as error:
        load_case(write_case(tmp_path / "two", {**TABLES, "departments": text}))
    assert [(fault.row, fault.column) for fault in error.value.faults] == [(3, "staff_people")]


def test_blank_lines_are_skipped_and_rows_still_count_as_the_sheet_shows(tmp_path: Path) -> None:
    text = "department_id,name_ja,staff_people\n\nD01,総務部,500\n,,\n  ,,\nD02,福祉部,x1\n\n"
    with pytest.raises(InputError) as error:
        load_case(write_case(tmp_path / "gaps", {**TABLES, "departments": text}))
    assert [(fault.row, fault.value) for fault in error.value.faults] == [(6, "x1")]


def test_all_faults_of_all_files_come_at_once(tmp_path: Path) -> None:
    tables = {
        **TABLES,
        "vendors": TABLES["vendors"].replace("V02,", "V01,"),
        "spending": TABLES["spending"].replace("5000000,0", "-5,0").replace("S002", "S404"),
        "tasks": "",
        "staff": TABLES["staff"].replace("1.5", "NaN"),
    }
    with pytest.raises(InputError) as error:
        load_case(write_case(tmp_path / "many", tables))
    found = {(fault.file, fault.column) for fault in error.value.faults}
    assert {
        ("vendors.csv", "vendor_id"),
        ("spending.csv", "budget_yen"),
        ("spending.csv", "system_id"),
        ("tasks.csv", ""),
        ("staff.csv", "it_staff_fte"),
    } <= found


def test_a_faulty_target_does_not_blame_those_who_point_to_it(tmp_path: Path) -> None:
    with pytest.raises(InputError) as error:
        load_case(write_case(tmp_path / "cascade", {**TABLES, "vendors": "", "tasks": "x\n1\n"}))
    assert {fault.file for fault in error.value.faults} == {"vendors.csv", "tasks.csv"}


def test_thousands_of_equal_faults_are_listed_up_to_a_limit_and_counted(tmp_path: Path) -> None:
    lines = "".join(f"D{number:05d},部,-1\n" for number in range(2000))
    with pytest.raises(InputError) as error:
        load_case(write_case(tmp_path / "flood", {"departments": f"department_id,name_ja,staff_people\n{lines}"}))
    assert len(error.value.faults) == 501
    assert "1,500 件" in error.value.faults[-1].problem


def test_case_from_frames_is_checked_like_files() -> None:
    vendors = pd.DataFrame({"vendor_id": ["V01"], "name_ja": ["甲"], "is_local_sme": [True]})
    case = Case.from_frames({"vendors": vendors}, base_fy=2026, provenance={"vendors": "illustrative"})
    assert case.table("vendors")["references_count"].isna().all()
    assert case.grade("vendors") == "架空"
    assert case.as_of == dt.date(2026, 4, 1)
    with pytest.raises(InputError, match="キーが 2 行目と重複"):
        Case.from_frames({"vendors": pd.concat([vendors, vendors])}, base_fy=2026)
    with pytest.raises(InputError, match="知らない表"):
        Case.from_frames({"vendor": vendors}, base_fy=2026)


def test_case_from_frames_unchecked_only_types_the_columns() -> None:
    systems = pd.DataFrame({"system_id": ["S1", "S2"], "annual_cost_yen": [1.0, float("nan")]})
    case = Case.from_frames({"systems": systems}, base_fy=2026, validate=False)
    assert case.table("systems")["annual_cost_yen"].tolist() == [1, pd.NA]
    with pytest.raises(InputError, match="annual_cost_yen"):
        Case.from_frames(
            {"systems": systems.rename(columns={"annual_cost_yen": "anual_cost_yen"})}, base_fy=2026, validate=False
        )


def test_case_from_frames_published_only() -> None:
    frame = pd.DataFrame({"vendor_id": ["V01"], "name_ja": ["甲"], "is_local_sme": [True]})
    case = Case.from_frames({"vendors": frame}, base_fy=2026, provenance="illustrative", published_only=True)
    assert not case.has("vendors")
    assert isinstance(attempt(case.table, "vendors"), NotComputable)


def test_unlisted_table_needs_a_provenance_but_an_unfilled_template_does_not(tmp_path: Path) -> None:
    folder = write_case(tmp_path / "extra")
    (folder / "rankings.csv").write_text(",".join(SPECS["rankings"].columns) + "\n", encoding="utf-8")
    (folder / "planted_truth.csv").write_text("anything,goes\n1,2\n", encoding="utf-8")
    assert not load_case(folder).has("rankings")
    with (folder / "rankings.csv").open("a", encoding="utf-8") as file:
        file.write("IMD,2024,日本,31,67,,出典\n")
    with pytest.raises(InputError, match="由来（provenance）が書かれていない表"):
        load_case(folder)


def test_listed_table_without_a_file(tmp_path: Path) -> None:
    folder = write_case(tmp_path / "gone")
    (folder / "staff.csv").unlink()
    with pytest.raises(InputError) as error:
        load_case(folder)
    assert [(f.file, f.column) for f in error.value.faults] == [("case.yml", "tables.staff")]


def test_missing_heading(tmp_path: Path) -> None:
    folder = write_case(tmp_path / "headless")
    (folder / "case.yml").unlink()
    with pytest.raises(InputError, match="ケースの説明がありません"):
        load_case(folder)


def test_every_fault_is_a_planners_error() -> None:
    assert issubclass(InputError, DxError)
    assert "{tables}" in HEADING
