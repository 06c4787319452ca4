"""Every row of a foreign list is accounted for, amounts come out as worked by hand, and a case is never half-written."""

from __future__ import annotations

import gzip
import json
import socket
from pathlib import Path

import pandas as pd
import pytest

from dxmodels.cli import main
from dxmodels.errors import InputError, ParameterError
from dxmodels.inputs import load_case
from dxmodels.inputs.imports import import_file
from dxmodels.inputs.imports.bid_lists import read_bid_list
from dxmodels.inputs.imports.cells import amount_of, company_key, day_of, period_of, result_of
from dxmodels.inputs.imports.ocds import read_ocds
from dxmodels.inputs.imports.reviews import read_review

OSAKA_CITY = "271004"
LIST = """令和6年度　入札結果一覧,,,,,,,単位：千円
番号,件名,契約方法,開札日,入札結果,,,予定価格（税抜）
,,,,業者名,入札金額（税抜）,結果,
1,庁内ネットワーク保守業務,一般競争入札,令和6年5月10日,㈱あおば電算,"１２，０００",落札,13000
,,,,みどりシステム(株),12500,,
,,,,さくら情報株式会社,辞退,,
2,文書管理システム賃貸借,一般競争入札（総合評価）,R6.6.3,(株) あおば電算,8000,落札,9000
,,,,くすのき技研,失格,,
合計,,,,,20500,,
3,電話交換機,指名競争,令和6年13月1日,けやき商会,abc,,
"""


def write(folder: Path, name: str, text: str, encoding: str = "utf-8") -> Path:
    path = folder / name
    path.write_text(text, encoding=encoding)
    return path


def everything_in(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932"])
def test_two_row_header_thousand_yen_era_dates_and_declined(tmp_path: Path, encoding: str) -> None:
    reading = read_bid_list(write(tmp_path, "list.csv", LIST, encoding))
    network, lease = reading.contracts.to_dict("records")
    assert (network["ceiling_yen"], network["award_yen"]) == (14_300_000, 13_200_000)  # 13,000 and 12,000 千円 and 10 %
    assert str(network["opening_date"]) == "2024-05-10"
    assert network["contract_fy"] == 2024
    assert (network["bidders_count"], network["valid_bids_count"]) == (2, 2)  # who declined is no bidder
    assert (lease["contract_method"], lease["bidders_count"], lease["valid_bids_count"]) == ("総合評価", 2, 1)
    assert reading.bids["bid_status"].tolist() == ["valid", "valid", "declined", "valid", "disqualified"]
    assert reading.bids["is_winner"].tolist() == [True, False, False, True, False]
    assert network["vendor_id"] == lease["vendor_id"] == "株式会社あおば電算"  # ㈱, (株) and 株式会社 are one firm


def test_rows_and_yen_of_the_file_are_all_accounted_for(tmp_path: Path) -> None:
    totals = read_bid_list(write(tmp_path, "list.csv", LIST)).ledger.totals().set_index("fate_ja")
    assert totals.loc["読取"].tolist() == [7, 53_000_000]
    assert totals.loc["取込"].tolist() == [5, 32_500_000]  # 12,000 + 12,500 + 8,000 千円, before tax
    assert totals.loc["対象外"].tolist() == [1, 20_500_000]
    assert totals.loc["不採用"].tolist() == [1, 0]


def test_every_malformed_row_is_reported_and_kept_whole(tmp_path: Path) -> None:
    ledger = read_bid_list(write(tmp_path, "list.csv", LIST)).ledger
    report = ledger.report()
    assert report["row"].tolist() == [10, 10]
    assert report["value"].tolist()[0] == "令和6年13月1日"
    assert report["effect_ja"].tolist() == ["値だけ空欄", "行を不採用"]
    assert "けやき商会\tabc" in ledger.refused_rows()["line"].tolist()[0]


def test_a_contract_with_a_refused_line_has_no_count_of_bidders(tmp_path: Path) -> None:
    text = LIST.replace("みどりシステム(株),12500", "みどりシステム(株),一万")
    reading = read_bid_list(write(tmp_path, "list.csv", text))
    first = reading.contracts.iloc[0]
    assert first["bidders_count"] is None  # counting one would report a single bid that never was
    assert len(reading.bids) == 4


def test_old_excel_with_merged_cells_and_a_proposal_that_lists_only_the_chosen_firm() -> None:
    reading = read_bid_list(Path(__file__).parent / "made_up_bid_list.xls")
    keeping, lease = reading.contracts.to_dict("records")
    assert str(keeping["opening_date"]) == "2023-06-15"
    assert keeping["award_yen"] == 5_500_000
    assert keeping["bidders_count"] == 2
    assert (lease["contract_method"], lease["bidders_count"]) == ("公募型プロポーザル", None)
    assert reading.bids["vendor_id"].nunique() == 3


def test_xlsx_gives_what_csv_gives(tmp_path: Path) -> None:
    import csv

    import xlsxwriter

    lines = list(csv.reader(LIST.splitlines()))
    with xlsxwriter.Workbook(str(tmp_path / "list.xlsx")) as book:
        sheet = book.add_worksheet("結果")
        for row, line in enumerate(lines):
            sheet.write_row(row, 0, line)
        sheet.merge_range(1, 4, 1, 6, "入札結果")
    from_book = read_bid_list(tmp_path / "list.xlsx")
    from_text = read_bid_list(write(tmp_path, "list.csv", LIST))
    columns = ["contract_id", "title_ja", "ceiling_yen", "award_yen", "bidders_count", "vendor_id"]
    pd.testing.assert_frame_equal(from_book.contracts[columns], from_text.contracts[columns])
    assert from_book.bids["bid_yen"].tolist() == from_text.bids["bid_yen"].tolist()


def test_tax_that_the_file_does_not_state_is_asked_for(tmp_path: Path) -> None:
    path = write(tmp_path, "list.csv", "件名,開札日,入札者名,入札金額\n保守,2021-05-01,甲社,1000\n")
    with pytest.raises(InputError, match="税込か税抜か"):
        read_bid_list(path)
    assert read_bid_list(path, tax="net").bids["bid_yen"].tolist() == [1_100]
    assert read_bid_list(path, tax="gross").bids["bid_yen"].tolist() == [1_000]


def test_tax_rate_is_that_of_the_fiscal_year(tmp_path: Path) -> None:
    text = "件名,年度,入札者名,入札金額（税抜）,結果\n旧,平成26年度,甲社,1001,落札\n新,令和2年度,甲社,1001,落札\n"
    assert read_bid_list(write(tmp_path, "l.csv", text)).bids["bid_yen"].tolist() == [
        1_081,
        1_101,
    ]  # 8 % and 10 %, cut to the yen


def test_a_second_round_takes_the_place_of_the_first(tmp_path: Path) -> None:
    text = "番号,件名,契約方式,年度,入札者名,入札金額（税込）,結果\n"
    text += "1,保守,指名競争,2024,甲社,900,\n1,保守,指名競争,2024,甲社,800,落札\n1,保守,指名競争,2024,乙社,850,\n"
    reading = read_bid_list(write(tmp_path, "l.csv", text))
    assert reading.bids["bid_yen"].tolist() == [800, 850]
    assert reading.ledger.rows["superseded"] == 1
    assert reading.contracts.iloc[0]["bidders_count"] == 2


def test_a_remark_never_makes_a_winner_and_a_firm_may_be_called_like_a_result(tmp_path: Path) -> None:
    text = "件名,契約方法,年度,入札者名,入札金額（税込）,落札者,備考\n"
    text += "保守,一般競争,2024,株式会社採用ナビ,900,株式会社採用ナビ,\n,,,乙,850,,契約相手方と協議中\n,,,丙,,,期限後に到着\n"
    reading = read_bid_list(write(tmp_path, "l.csv", text))
    assert reading.bids["is_winner"].tolist() == [True, False, False]
    assert reading.bids["bid_status"].tolist() == ["valid", "valid", "late"]


def test_a_tender_that_came_to_nothing_is_no_firm_of_that_name(tmp_path: Path) -> None:
    text = "番号,件名,契約方法,開札日,落札者,落札金額（税抜）\n1,改修,一般競争,R6.6.1,㈱甲,100\n2,更新,一般競争,R6.6.2,不調,\n3,保守,一般競争,R6.6.3,入札中止,\n"
    reading = read_bid_list(write(tmp_path, "l.csv", text))
    assert reading.contracts["vendor_id"].tolist() == ["株式会社甲"]
    assert (reading.ledger.rows["used"], reading.ledger.rows["idle"]) == (1, 2)
    assert reading.ledger.report()["value"].tolist() == ["不調", "入札中止"]
    bidders = "件名,年度,業者名,入札金額（税込）,結果\n更新,2024,不調,,\n保守,2024,甲,90,落札\n"
    assert read_bid_list(write(tmp_path, "b.csv", bidders)).bids["vendor_id"].tolist() == ["甲"]


@pytest.mark.parametrize(
    ("title", "method"),
    [("令和７年度　随意契約結果", "随意契約"), ("一般競争入札 結果一覧", "一般競争"), ("競争入札及び随意契約", "随意契約"), ("一般競争・指名競争の結果", None), ("契約一覧", None)],
)  # fmt: skip
def test_a_title_that_names_one_method_says_it_for_all_rows(tmp_path: Path, title: str, method: str | None) -> None:
    text = f"{title}（税込）\n契約名称,契約の相手方,契約金額（円）,契約年月日\n保守,甲社,１２３円,令和７年４月１日\n"
    assert read_bid_list(write(tmp_path, "l.csv", text)).contracts["contract_method"].tolist() == [method]


def test_the_firm_beside_an_award_has_won_and_two_winners_are_told(tmp_path: Path) -> None:
    one = "件名,年度,業者名,落札金額（税込）,契約方式\nA,2024,甲,500,一般競争\n"
    reading = read_bid_list(write(tmp_path, "one.csv", one))
    assert reading.contracts["vendor_id"].tolist() == ["甲"]
    assert reading.bids["is_winner"].tolist() == [True]
    two = "件名,年度,業者名,入札金額（税込）,結果\nA,2024,甲,500,落札\nA,2024,乙,400,落札\n"
    reading = read_bid_list(write(tmp_path, "two.csv", two))
    assert reading.contracts[["vendor_id", "award_yen"]].isna().all(axis=None)
    assert "落札者が 2 者" in reading.ledger.report()["problem"].item()


def test_reports_name_columns_as_lists_do_and_never_as_we_do(tmp_path: Path) -> None:
    text = "件名,年度,開札日,業者名,入札金額,結果\nA,2024,いつか,甲,約5,落札\n"
    with pytest.raises(InputError, match="列「入札金額」"):
        read_bid_list(write(tmp_path, "l.csv", text))
    assert read_bid_list(tmp_path / "l.csv", tax="net").ledger.report()["column"].tolist() == ["開札日", "入札金額"]
    review = REVIEW51.replace("3000", "三千円").replace(",1,99.5", ",一者,非公表").replace(",2000", ",1000")
    told = read_review(write(tmp_path, "5-1.csv", review), kind="review51").ledger.report()
    assert told["column"].tolist() == ["契約額", "契約先名"]


@pytest.mark.parametrize(
    ("text", "scale", "yen"),
    [
        ("１，２３４", 1000, 1_234_000),
        ("¥1,200", 1, 1200),
        ("12千円", 1, 12_000),
        ("1,500円", 1000, 1500),
        ("0.5", 1000, 500),
    ],
)
def test_amounts(text: str, scale: int, yen: int) -> None:
    assert amount_of(text, scale).yen == yen


def test_unreadable_amounts_are_problems_not_zeros() -> None:
    assert amount_of("▲100", 1).problem
    assert amount_of("約100", 1).problem
    assert amount_of("－", 1).yen is None
    assert amount_of("辞退", 1).word == "declined"


def test_days_periods_words_and_companies() -> None:
    assert str(day_of("令和元年5月7日（火）")) == "2019-05-07"
    assert str(day_of("2024/4/1 10:30")) == "2024-04-01"
    assert [str(day) for day in period_of("令和６年４月１日～令和７年３月３１日")] == ["2024-04-01", "2025-03-31"]
    assert (result_of("落札者"), result_of("不落"), result_of("落選")) == ("winner", "valid", "valid")
    assert company_key("（株）甲 乙") == company_key("㈱甲乙") == "株式会社甲乙"


def test_import_makes_a_case_that_loads_and_importing_again_changes_nothing(tmp_path: Path) -> None:
    path, case = write(tmp_path, "list.csv", LIST), tmp_path / "mine"
    report = import_file("bids", path, into=case, municipality=OSAKA_CITY)
    assert (report.contracts, report.bids, report.exit_code) == (2, 5, 0)
    before = everything_in(case)
    loaded = load_case(case)
    assert loaded.provenance("contracts") == "own"
    assert loaded.provenance("municipalities") == "published"
    assert int(loaded.table("bids")["bid_yen"].sum()) == 13_200_000 + 13_750_000 + 8_800_000
    import_file("bids", path, into=case, municipality=OSAKA_CITY)
    assert everything_in(case) == before


def test_a_corrected_file_replaces_its_own_rows_and_leaves_those_of_others(tmp_path: Path) -> None:
    case = tmp_path / "mine"
    import_file("bids", write(tmp_path, "a.csv", LIST), into=case, municipality=OSAKA_CITY)
    other = "件名,年度,落札者,契約金額（税込）\n別件,2024,丙社,5000\n"
    import_file("bids", write(tmp_path, "b.csv", other), into=case, municipality=OSAKA_CITY)
    import_file("bids", write(tmp_path, "a.csv", LIST.replace("12500", "12600")), into=case, municipality=OSAKA_CITY)
    loaded = load_case(case)
    assert sorted(loaded.table("contracts")["title_ja"]) == sorted(
        ["庁内ネットワーク保守業務", "文書管理システム賃貸借", "別件"]
    )
    amounts = set(loaded.table("bids")["bid_yen"].dropna())
    assert 13_860_000 in amounts
    assert 13_750_000 not in amounts


def test_contracts_that_a_newer_file_of_the_same_name_lacks_are_named_in_the_outcome(tmp_path: Path) -> None:
    case = tmp_path / "mine"
    import_file("bids", write(tmp_path, "a.csv", LIST), into=case, municipality=OSAKA_CITY)
    shorter = "\n".join(line for line in LIST.splitlines() if "文書管理" not in line and "くすのき" not in line)
    report = import_file("bids", write(tmp_path, "a.csv", shorter), into=case, municipality=OSAKA_CITY)
    assert report.dropped == 1
    assert "1 件" in report.summary().split("同じ名前のファイル")[1]


def test_a_contract_two_files_hold_is_kept_once(tmp_path: Path) -> None:
    case = tmp_path / "mine"
    import_file("bids", write(tmp_path, "a.csv", LIST), into=case, municipality=OSAKA_CITY)
    text = LIST.replace("3,電話交換機", "4,別の電話")
    report = import_file("bids", write(tmp_path, "a2.csv", text), into=case, municipality=OSAKA_CITY)
    assert (report.known_elsewhere, report.contracts, report.bids) == (2, 0, 0)
    assert len(load_case(case).table("contracts")) == 2
    account = case / "imports" / "bids-a2.csv" / "contracts_known_elsewhere.csv"
    assert len(pd.read_csv(account, encoding="utf-8-sig")) == 2


def test_contracts_without_owner_are_kept_and_owners_file_brings_them_in(tmp_path: Path) -> None:
    path, case = write(tmp_path, "list.csv", LIST), tmp_path / "mine"
    first = import_file("bids", path, into=case)
    assert first.contracts + first.waiting == 2  # in the table or waiting, never gone
    rule = f"title_has,agency_has,system_id,municipality_code,note\nネットワーク,,,{OSAKA_CITY},\n"
    (case / "imports" / "owners.csv").write_text(rule, encoding="utf-8")
    second = import_file("bids", path, into=case)
    assert second.contracts + second.waiting == 2
    owned = load_case(case).table("contracts").set_index("title_ja")["municipality_code"]
    assert owned["庁内ネットワーク保守業務"] == OSAKA_CITY


def test_embedded_case_and_foreign_tables_are_refused(tmp_path: Path) -> None:
    path, case = write(tmp_path, "list.csv", LIST), tmp_path / "mine"
    with pytest.raises(InputError, match="埋込みケース"):
        import_file("bids", path, into="osaka")
    import_file("bids", path, into=case, municipality=OSAKA_CITY)
    text = (case / "case.yml").read_text(encoding="utf-8").replace("provenance: own", "provenance: illustrative")
    (case / "case.yml").write_text(text, encoding="utf-8")
    before = everything_in(case)
    with pytest.raises(InputError) as caught:
        import_file("bids", path, into=case)
    assert [fault.column for fault in caught.value.faults] == ["tables.contracts", "tables.bids"]  # both at once
    assert everything_in(case) == before


def test_nothing_is_half_written_when_writing_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, case = write(tmp_path, "list.csv", LIST), tmp_path / "mine"
    import_file("bids", path, into=case, municipality=OSAKA_CITY)
    before = everything_in(case)

    def full_disk(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("dxmodels.inputs.imports.door.write_case_file", full_disk)
    with pytest.raises(Exception, match="ケースは元のまま"):
        import_file("bids", write(tmp_path, "list.csv", LIST.replace("12500", "1")), into=case, municipality=OSAKA_CITY)
    assert everything_in(case) == before
    assert [item.name for item in tmp_path.iterdir() if item.name.startswith(".")] == []


def test_command_line_speaks_japanese_and_has_exit_codes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write(tmp_path, "list.csv", LIST)
    assert main(["import", "bids", str(path), "--into", str(tmp_path / "mine"), "--municipality", OSAKA_CITY]) == 0
    assert "契約 2 件、入札 5 件" in capsys.readouterr().out
    assert main(["import", "bid", str(path), "--into", str(tmp_path / "mine"), "--municipality", "27100"]) == 2
    shown = capsys.readouterr().err
    assert "2 件の誤り" in shown
    assert "もしかして：bids" in shown
    with pytest.raises(ParameterError):
        import_file("bids", path, into=tmp_path / "x", tax="なし")


def release(ocid: str, number: int, **more: object) -> dict[str, object]:
    return {"ocid": ocid, "id": f"{ocid}-{number}", "date": f"2024-0{number}-01T00:00:00Z", "tag": ["tender"], **more}


def process() -> list[dict[str, object]]:
    tender = {
        "id": "t",
        "title": "窓口システム",
        "procurementMethod": "open",
        "value": {"amount": 1000, "currency": "JPY"},
    }
    opened = {**tender, "tenderPeriod": {"startDate": "2024-04-01T00:00:00Z", "endDate": "2024-04-20T00:00:00Z"}}
    bids = [
        {
            "id": "b1",
            "status": "valid",
            "value": {"amount": 900, "currency": "JPY"},
            "tenderers": [{"id": "v1", "name": "㈱甲"}],
        },
        {
            "id": "b2",
            "status": "valid",
            "value": {"amount": 950, "currency": "JPY"},
            "tenderers": [{"id": "v2", "name": "乙"}],
        },
        {"id": "b3", "status": "withdrawn", "tenderers": [{"id": "v3", "name": "丙"}]},
    ]
    award = {"id": "a", "status": "active", "date": "2024-05-01T00:00:00Z", "value": {"amount": 900, "currency": "JPY"},
             "suppliers": [{"id": "v1", "name": "株式会社甲"}]}  # fmt: skip
    later = {"id": "t", "title": "窓口システム（訂正）"}
    return [release("o-1", 1, tender=opened), release("o-1", 2, tender=later, awards=[award], bids={"details": bids})]


@pytest.mark.parametrize("shape", ["release_package", "record_package", "json_lines"])
def test_ocds_releases_are_compiled_without_a_network(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, shape: str
) -> None:
    def no_network(*_: object, **__: object) -> None:
        raise AssertionError("the network was asked")

    monkeypatch.setattr(socket, "socket", no_network)
    texts = {
        "release_package": json.dumps({"releases": process()}),
        "record_package": json.dumps({"records": [{"ocid": "o-1", "releases": process()}]}),
        "json_lines": "\n".join(json.dumps(item) for item in process()),
    }
    reading = read_ocds(write(tmp_path, "o.json", texts[shape]), tax="net")
    row = reading.contracts.iloc[0]
    assert row["title_ja"] == "窓口システム（訂正）"  # the later release corrects the earlier
    assert str(row["announced_date"]) == "2024-04-01"  # and what it does not repeat stays
    assert (row["ceiling_yen"], row["award_yen"]) == (1_100, 990)
    assert (row["bidders_count"], row["valid_bids_count"]) == (2, 2)
    assert reading.bids.set_index("vendor_id")["is_winner"].to_dict() == {"株式会社甲": True, "乙": False, "丙": False}


@pytest.mark.parametrize(
    "whole",
    [
        {"releases": None}, {"records": None}, {"records": [1, None]}, {"releases": 5}, {"releases": "abc"}, {"releases": {"a": 1}},
        {"records": [{"ocid": "o-1", "versionedRelease": {}}]}, {"releases": [{"ocid": "o-1", "date": None, "id": "1"}]},
        {"releases": [{**process()[0], "tender": {"id": "t", "value": {"amount": 1e400, "currency": "JPY"}}}]},
    ],
)  # fmt: skip
def test_ocds_of_another_shape_is_refused_and_kept(tmp_path: Path, whole: dict[str, object]) -> None:
    ledger = read_ocds(write(tmp_path, "o.json", json.dumps(whole)), tax="gross").ledger
    assert ledger.rows["used"] == 0
    assert ledger.rows["refused"] == ledger.rows_read >= 1
    assert len(ledger.refused_rows()) == ledger.rows_read


@pytest.mark.parametrize("text", ['{"releases": []}', "[]", "[" * 100_000])
def test_ocds_without_a_release_is_no_silent_nothing(tmp_path: Path, text: str) -> None:
    with pytest.raises(InputError):
        read_ocds(write(tmp_path, "o.json", text), tax="gross")


def test_ocds_packed_as_registries_hand_it_out(tmp_path: Path) -> None:
    lines = "\n".join(json.dumps(item) for item in process()).encode()
    (tmp_path / "o.jsonl.gz").write_bytes(gzip.compress(lines))
    assert len(read_ocds(tmp_path / "o.jsonl.gz", tax="gross").bids) == 3
    (tmp_path / "torn.jsonl.gz").write_bytes(gzip.compress(lines)[:60])
    with pytest.raises(InputError, match="展開したファイル"):
        read_ocds(tmp_path / "torn.jsonl.gz", tax="gross")


def test_ocds_releases_published_twice_count_once(tmp_path: Path) -> None:
    once = read_ocds(write(tmp_path, "a.json", json.dumps({"releases": process()})), tax="gross")
    twice = read_ocds(write(tmp_path, "a.json", json.dumps({"releases": process() + process()[::-1]})), tax="gross")
    pd.testing.assert_frame_equal(twice.contracts, once.contracts)
    pd.testing.assert_frame_equal(twice.bids, once.bids)


def test_ocds_in_another_currency_or_without_ocid_is_refused_and_kept(tmp_path: Path) -> None:
    foreign = release("o-2", 1, tender={"id": "t", "title": "x", "value": {"amount": 1, "currency": "USD"}})
    lines = [json.dumps(item) for item in [*process(), foreign, {"releases": [{"id": "none"}]}]] + ["{broken"]
    ledger = read_ocds(write(tmp_path, "o.jsonl", "\n".join(lines)), tax="gross").ledger
    assert (ledger.rows_read, ledger.rows["used"], ledger.rows["refused"]) == (4, 1, 3)
    assert "USD" in " ".join(ledger.report()["problem"])


def test_ocds_case_loads(tmp_path: Path) -> None:
    path = write(tmp_path, "o.json", json.dumps({"releases": process()}))
    report = import_file("ocds", path, into=tmp_path / "mine", tax="税抜", municipality=OSAKA_CITY)
    assert (report.contracts, report.bids) == (1, 3)
    assert load_case(tmp_path / "mine").table("contracts")["contract_id"].tolist() == ["o-1"]


REVIEW51 = """事業年度,予算事業ID,事業名,府省庁,支出先ブロック番号,支出先ブロック名,ブロックの合計支出額,支出先名,法人番号,支出先の合計支出額,契約概要,金額,契約方式等,入札者数,落札率
2024,1,事業,甲省,A,民間,5000,,,,,,,,
2024,1,事業,甲省,A,,,架空電算,1,5000,,,,,
2024,1,事業,甲省,A,,,,,,システム保守,3000,一般競争契約（最低価格）,1,99.5
2024,1,事業,甲省,A,,,,,,端末,2000,随意契約（その他）,,
2024,2,事業,甲省,B,,,,,,名なし,700,随意契約（その他）,,
"""


def test_review_51_takes_contract_rows_only_and_gives_them_the_vendor_above(tmp_path: Path) -> None:
    reading = read_review(write(tmp_path, "5-1.csv", REVIEW51, "cp932"), kind="review51")
    assert reading.contracts["award_yen"].tolist() == [3000, 2000]
    assert reading.contracts["vendor_id"].tolist() == ["架空電算", "架空電算"]
    assert reading.contracts["bidders_count"].tolist() == [1, None]
    assert (reading.ledger.rows["idle"], reading.ledger.rows["refused"], reading.ledger.yen["refused"]) == (2, 1, 700)


def test_review_files_are_not_taken_for_each_other(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="review51"):
        read_review(write(tmp_path, "5-1.csv", REVIEW51), kind="review54")
