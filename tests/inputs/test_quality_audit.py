"""Are holes, age and loose ends counted as a person would count them?"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tiny_case import write_case

from dxmodels.errors import ModelError
from dxmodels.inputs import Case, NotComputable, load_case
from dxmodels.inputs.audit import ESSENTIAL_ITEMS, FURTHER_ITEMS, InventoryAudit, audit_inventory, audit_quality
from dxmodels.inputs.schemas import TABLES


@pytest.fixture
def case(tmp_path: Path) -> Case:
    return load_case(write_case(tmp_path / "tiny"))


def test_coverage_by_hand(case: Case) -> None:
    coverage = audit_quality(case, stale_after_days=90).to_frame().set_index(["table", "column"])
    # bids: 3 rows × 5 columns, one blank bid (K001/V02)
    assert coverage.loc[("bids", ""), ["rows_count", "cells_count", "filled_count", "missing_count"]].tolist() == [
        3,
        15,
        14,
        1,
    ]
    assert coverage.loc[("bids", "bid_yen"), "coverage_rate"] == pytest.approx(2 / 3)
    assert coverage.loc[("systems", "owner_ja"), ["filled_count", "missing_count"]].tolist() == [2, 1]
    assert coverage.loc[("systems", "server_count"), "coverage_rate"] == 0
    assert coverage.loc[("systems", "owner_ja"), "label"] == "管理責任者（職名）"


def test_staleness_by_hand(case: Case) -> None:
    staleness = audit_quality(case, stale_after_days=90).staleness.set_index("table")
    # as of 2026-10-31: S001 2026-10-01 is 30 days old, S002 2026-01-15 is 289 days old, S003 has no date
    row = staleness.loc["systems"]
    assert row[["rows_count", "undated_count", "stale_count", "future_count"]].tolist() == [3, 1, 1, 0]
    assert row["median_age_days"] == (30 + 289) / 2
    assert row["oldest_date"] == pd.Timestamp("2026-01-15")
    assert staleness.loc["municipal_systems", "stale_count"] == 0
    assert "joint_uptake" not in staleness.index
    at_the_limit = audit_quality(case, stale_after_days=289).staleness.set_index("table")
    assert at_the_limit.loc["systems", "stale_count"] == 0


def test_inventory_by_hand(case: Case) -> None:
    items = audit_inventory(case).to_frame().set_index("item")
    # 92,000,000 yen a year are known: S001 12,000,000 and S002 80,000,000; S003 has neither owner, cost nor end
    assert items.loc["管理責任者", ["filled_count", "coverage_rate", "cost_coverage_rate"]].tolist() == [
        2,
        pytest.approx(2 / 3),
        1.0,
    ]
    assert items.loc["経費の記録", "filled_count"] == 2
    assert items.loc["契約の記録", ["filled_count", "cost_coverage_rate"]].tolist() == [1, pytest.approx(80 / 92)]
    assert pd.isna(items.loc["年間運用経費", "cost_coverage_rate"])
    assert items["is_essential"].sum() == len(ESSENTIAL_ITEMS)
    audit = audit_inventory(case)
    assert (audit.systems_count, audit.complete_count) == (3, 2)
    assert "3件のうち" in audit.summary()
    assert "2件（66.7％）" in audit.summary()


def test_joins_by_hand(case: Case) -> None:
    joins = audit_quality(case, stale_after_days=90).joins.set_index(["table", "column", "target"])
    row = joins.loc[("contracts", "system_id", "systems.system_id")]
    # two of three contracts are for systems, both for S002: S001 and S003 have none
    assert row[["pointers_count", "blank_count", "lost_count", "targets_count", "unreferenced_count"]].tolist() == [
        2,
        1,
        0,
        3,
        2,
    ]
    assert joins.loc[("capacity", "holder_id", "vendors.vendor_id"), "pointers_count"] == 1


def test_summary_says_the_numbers_of_the_tables(case: Case) -> None:
    audit = audit_quality(case, stale_after_days=90)
    text = audit.summary()
    assert f"{len(case.tables)}表" in text
    assert f"5行中{audit.stale_count}行（20.0％）" in text
    assert "時点の記入がない行は1行" in text
    assert "情報システム台帳3件" in text


def test_without_an_inventory_the_audit_says_so() -> None:
    vendors = pd.DataFrame({"vendor_id": ["V01"], "name_ja": ["甲"], "is_local_sme": [True]})
    audit = audit_quality(Case.from_frames({"vendors": vendors}, base_fy=2026), stale_after_days=90)
    assert isinstance(audit.inventory, NotComputable)
    assert "算出不能：「情報システム台帳の記入状況」" in audit.summary()
    assert audit.staleness.empty


@pytest.mark.parametrize("days", [0, -1, True])
def test_a_senseless_limit_is_refused(case: Case, days: int) -> None:
    with pytest.raises(ModelError, match="1 以上の日数"):
        audit_quality(case, stale_after_days=days)


def test_items_are_columns_of_the_inventory() -> None:
    for columns in {**ESSENTIAL_ITEMS, **FURTHER_ITEMS}.values():
        assert set(columns) <= set(TABLES["systems"].columns)


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.one_of(st.none(), st.dates(dt.date(2020, 1, 1), dt.date(2026, 12, 31))), min_size=1, max_size=20),
    st.integers(1, 1000),
)
def test_every_row_is_fresh_stale_or_undated(dates: list[dt.date | None], days: int) -> None:
    systems = pd.DataFrame({"system_id": [f"S{i}" for i in range(len(dates))], "as_of_date": dates})
    case = Case.from_frames({"systems": systems}, base_fy=2026, as_of=dt.date(2026, 10, 31), validate=False)
    row = audit_quality(case, stale_after_days=days).staleness.iloc[0]
    fresh = sum(day is not None and (case.as_of - day).days <= days for day in dates)
    assert row["rows_count"] == fresh + row["stale_count"] + row["undated_count"]
    audit = audit_quality(case, stale_after_days=days).inventory
    assert isinstance(audit, InventoryAudit)
    assert audit.complete_count == 0
