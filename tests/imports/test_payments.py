"""Payments are mapped by the user's own rules; what no rule fits is kept, and both sums together are the file's."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from dxmodels.errors import InputError
from dxmodels.inputs.imports import import_file

PAYMENTS = """会計年度,部局名,室課(所)名,支払日,会計区分,節(細節名),支払内容,支払額,事業名(予算事業名)
令和6年度,総務部,人事課,令和6年5月31日,一般会計,委託料,人事給与システム運用,"1,100,000",人事給与事務費
令和6年度,総務部,人事課,令和6年6月28日,一般会計,委託料,人事給与システム運用,1100000,人事給与事務費
令和6年度,総務部,人事課,令和6年6月28日,一般会計,使用料及び賃借料,端末借上料,330000,人事給与事務費
令和6年度,総務部,人事課,令和6年6月28日,一般会計,報酬,会議謝金,不明,人事給与事務費
令和6年度,総務部,人事課,令和6年6月31日,一般会計,需用費,消耗品,5000,人事給与事務費
"""
CASE = """title_ja: 試験
base_fy: 2026
price_fy: 2026
as_of: 2026-10-31
deadlines: {standardisation: 2026-03-31}
tables:
  departments: {provenance: own, source: 試験}
"""


@pytest.fixture
def case(tmp_path: Path) -> Path:
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "case.yml").write_text(CASE, encoding="utf-8")
    (folder / "departments.csv").write_text("department_id,name_ja,staff_people\nD01,総務部,10\n", encoding="utf-8")
    return folder


def kept(case: Path, name: str) -> pd.DataFrame:
    return pd.read_csv(case / "imports" / "payments-p.csv" / f"{name}.csv", encoding="utf-8-sig", keep_default_na=False)


def test_nothing_is_lost_without_rules_and_rules_move_rows(tmp_path: Path, case: Path) -> None:
    path = tmp_path / "p.csv"
    path.write_text(PAYMENTS, encoding="cp932")
    import_file("payments", path, into=case)
    assert int(kept(case, "payments_unmatched")["paid_yen"].sum()) == 2_530_000
    assert kept(case, "refused_rows")["row"].tolist() == [5, 6]
    rules = "department,section,item,content,project,system_id,cost_item,note\n,,委託料,人事給与システム,,P001,operation_work,\n"
    (case / "imports" / "payment_rules.csv").write_text(rules, encoding="utf-8")
    report = import_file("payments", path, into=case)
    sums = kept(case, "spending_proposed")
    assert sums.to_dict("records") == [
        {"system_id": "P001", "fiscal_year": 2024, "cost_item": "operation_work", "settled_yen": 2_200_000}
    ]
    assert int(kept(case, "payments_unmatched")["paid_yen"].sum()) == 330_000
    assert report.reading.ledger.yen_read == 2_200_000 + 330_000 + 5_000
    assert not (case / "spending.csv").exists()  # a proposal only


def test_all_faults_of_the_rules_at_once(tmp_path: Path, case: Path) -> None:
    path = tmp_path / "p.csv"
    path.write_text(PAYMENTS, encoding="utf-8")
    import_file("payments", path, into=case)
    rules = "department,section,item,content,project,system_id,cost_item,note\n,,委託料,,,P001,operation,\n,,,,,P002,one_off,\n"
    (case / "imports" / "payment_rules.csv").write_text(rules, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        import_file("payments", path, into=case)
    assert [fault.row for fault in caught.value.faults] == [2, 3]


def test_a_case_must_be_there_first(tmp_path: Path) -> None:
    path = tmp_path / "p.csv"
    path.write_text(PAYMENTS, encoding="utf-8")
    with pytest.raises(InputError, match="ケースがありません"):
        import_file("payments", path, into=tmp_path / "none")
    assert not (tmp_path / "none").exists()
