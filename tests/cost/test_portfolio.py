"""Inventory, concentration and size classes: by hand, against brute force over missing costs, and on bad input."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dxmodels.cost.concentration import measure_concentration, measure_inventory_concentration
from dxmodels.cost.portfolio import SizeClasses, summarize_inventory, summarize_size_classes
from dxmodels.errors import DxError, MissingTableError
from dxmodels.glossary import missing_terms, unit_of
from dxmodels.inputs import Case


def costs(*values: float | None) -> pd.Series:
    return pd.Series(values, index=[f"S{i}" for i in range(len(values))], dtype="Float64")


def case(**frames: pd.DataFrame) -> Case:
    return Case.from_frames(frames, base_fy=2026, validate=False)


THREE = pd.DataFrame(
    {
        "system_id": ["S1", "S2", "S3"],
        "name_ja": ["甲", "乙", "丙"],
        "department_id": ["D1", "D1", "D2"],
        "hosting": ["saas", None, "saas"],
        "annual_cost_yen": [30, None, 70],
        "users_people": [3, 5, 70],
        "staff_effort_fte": [0.5, 0.2, 1.0],
        "server_count": [2, None, 1],
        "cpu_mean_rate": [0.1, 0.5, 0.4],
    }
)
DEPARTMENTS = pd.DataFrame({"department_id": ["D1", "D2"], "name_ja": ["総務部", "財務部"]})


def test_concentration_by_hand() -> None:
    # 60, 20, 20: top 1 holds 60 %, two hold 80 %; Gini = Σ(2i−n−1)c/(n·Σc) = (−2·20 + 0·20 + 2·60)/(3·100) = 80/300
    found = measure_concentration(costs(20, 60, 20), top=1, target_share=0.7)
    assert found.top_share == pytest.approx(0.6)
    assert found.holders_count == 2
    assert found.gini_index == pytest.approx(80 / 300)
    assert (found.top_share_low, found.top_share_high) == pytest.approx((0.6, 0.6))
    assert found.to_frame()["cumulative_cost_yen"].tolist() == [60, 80, 100]


def test_missing_cost_widens_the_share_exactly() -> None:
    # 60, 40 and one unknown x in [0, 60]: top 1 holds 60/(100 + x): between 60/160 (x = 60) and 60/100 (x = 0)
    found = measure_concentration(costs(60, 40, None), top=1, target_share=0.5)
    assert found.top_share == pytest.approx(0.6)
    assert found.top_share_low == pytest.approx(60 / 160)
    assert found.top_share_high == pytest.approx(0.6)
    assert (found.holders_low_count, found.holders_count, found.holders_high_count) == (1, 1, 2)
    assert "記載がない1システム" in found.summary()


def test_the_inventory_of_a_case_is_measured_with_its_missing_costs() -> None:
    found = measure_inventory_concentration(case(systems=THREE), top=1, target_share=0.5)
    assert (found.total_yen, found.missing_count) == (100, 1)
    assert found.to_frame()["name_ja"].tolist() == ["丙", "甲"]
    assert "system_id" not in found.to_frame()


@settings(max_examples=60, deadline=None)
@given(
    known=st.lists(st.integers(1, 100), min_size=2, max_size=6),
    missing=st.integers(1, 3),
    top=st.integers(1, 5),
    seed=st.integers(0, 2**31),
)
def test_no_completion_of_missing_costs_leaves_the_limits(known: list[int], missing: int, top: int, seed: int) -> None:
    top = min(top, len(known) + missing)
    found = measure_concentration(costs(*known, *[None] * missing), top=top, target_share=0.5)
    draws = np.random.default_rng(seed).uniform(0, max(known), size=(300, missing))
    filled = np.hstack([np.tile(np.array(known, dtype=float), (300, 1)), draws])
    ordered = -np.sort(-filled, axis=1)
    shares = ordered[:, :top].sum(axis=1) / ordered.sum(axis=1)
    assert found.top_share_low - 1e-9 <= shares.min()
    assert shares.max() <= found.top_share_high + 1e-9


@given(st.lists(st.integers(0, 1000), min_size=1, max_size=20).filter(lambda values: sum(values) > 0))
def test_gini_lies_between_equality_and_one_holder(values: list[int]) -> None:
    found = measure_concentration(costs(*values), top=1, target_share=0.5)
    assert -1e-12 <= found.gini_index <= 1 - 1 / len(values) + 1e-12
    equal = measure_concentration(costs(*[7] * len(values)), top=1, target_share=0.5)
    assert equal.gini_index == pytest.approx(0.0, abs=1e-12)


@pytest.mark.parametrize(
    ("values", "verdict"),
    [
        ((50, 30, 20), "矛盾しない"),  # top 1 = 50 %
        ((90, 5, 5), "合わない"),  # 90 %
        ((50, 30, 20, None), "判定できない"),  # 50/150 to 50 %
    ],
)
def test_the_statement_is_tested_never_asserted(values: tuple[float | None, ...], verdict: str) -> None:
    found = measure_concentration(costs(*values), top=1, target_share=0.5)
    assert found.compare_with_statement(low_share=0.4, high_share=0.6, is_illustrative=False) == verdict
    assert "検証不能" in found.compare_with_statement(low_share=0.4, high_share=0.6, is_illustrative=True)


@pytest.mark.parametrize(
    ("values", "top", "share", "words"),
    [
        ((None, None), 1, 0.5, "記載"),
        ((5, -1), 1, 0.5, "負"),
        ((5, 4), 3, 0.5, "上位の数 3"),
        ((5, 4), 1, 1.0, "割合 1.0"),
    ],
)
def test_concentration_refuses_bad_input_with_the_value(
    values: tuple[float | None, ...], top: int, share: float, words: str
) -> None:
    with pytest.raises(DxError, match=words):
        measure_concentration(costs(*values), top=top, target_share=share)


def test_inventory_counts_systems_without_cost_and_never_as_zero() -> None:
    found = summarize_inventory(case(systems=THREE, departments=DEPARTMENTS))
    assert (found.systems_count, found.cost_missing_count, found.annual_cost_yen) == (3, 1, 100)
    rows = found.to_frame().set_index("department_ja")
    assert rows.loc["総務部", ["systems_count", "cost_known_count"]].tolist() == [2, 1]
    assert rows.loc["財務部", "annual_cost_yen"] == 70
    assert list(rows.index) == ["財務部", "総務部"]
    assert rows[list(found.hosting_ja)].sum(axis=1).tolist() == rows["annual_cost_yen"].tolist()
    assert rows["annual_cost_yen"].sum() == found.annual_cost_yen
    assert "1システムは経費の記載がなく" in found.summary()
    assert "department_id" not in found.to_frame()


def test_a_department_without_any_known_cost_has_no_sum() -> None:
    systems = THREE.assign(annual_cost_yen=[30, None, None], department_id=["D1", "D1", "D2"])
    table = summarize_inventory(case(systems=systems, departments=DEPARTMENTS)).table.set_index("department_id")
    assert table.loc["D1", "annual_cost_yen"] == 30
    assert pd.isna(table.loc["D2", "annual_cost_yen"])
    assert pd.isna(table.loc["D2", "saas_yen"])


def test_inventory_takes_the_last_closed_year_of_settlement() -> None:
    spending = pd.DataFrame(
        {
            "system_id": ["S1", "S1", "S1", "S3"],
            "fiscal_year": [2024, 2025, 2026, 2025],
            "cost_item": ["operation_work"] * 4,
            "settled_yen": [10, 20, 99, None],
        }
    )
    found = summarize_inventory(case(systems=THREE, departments=DEPARTMENTS, spending=spending))
    assert found.settled_fy == 2025
    assert found.to_frame()["settled_yen"].sum() == 20
    assert "決算額は令和7年度" in found.summary()


def test_inventory_without_tables_says_what_is_needed() -> None:
    with pytest.raises(MissingTableError) as caught:
        summarize_inventory(case(departments=DEPARTMENTS))
    assert caught.value.table == "systems"


def test_size_classes_by_hand() -> None:
    # edge 50: S1 (30) below, S3 (70) above, S2 unknown. Per user: 30/3 = 10 and 70/70 = 1: ten times.
    found = summarize_size_classes(case(systems=THREE), classes=SizeClasses((50,)))
    table = found.to_frame()
    assert table["systems_count"].tolist() == [1, 1, 1]
    assert table["cost_per_user"].tolist()[:2] == [10, 1]
    assert unit_of("cost_per_user") == "円／人"
    assert table["server_cpu_mean_rate"].tolist()[:2] == pytest.approx([0.1, 0.4])
    assert table["size_class_ja"].tolist()[-1] == "（記載なし）"
    assert table["cost_share"].tolist() == pytest.approx([0.3, 0.7, 0.0])
    assert "規模の小さい区分ほど高い（小さい区分から順に10円、1円" in found.summary()


@pytest.mark.parametrize(
    ("users", "words"),
    [
        ((1, 10, 100), "小さい区分ほど高い"),  # 10, 2, 1 yen a user
        ((10, 5, 2), "大きい区分ほど高い"),  # 1, 4, 50
        ((10, 1, 100), "小さいものほど割高とは言えない"),  # 1, 20, 1
        ((10, None, 100), "比べられない"),
    ],
)
def test_the_sentence_on_unit_cost_claims_only_what_the_classes_show(users: tuple[int | None, ...], words: str) -> None:
    systems = pd.DataFrame(
        {
            "system_id": ["S1", "S2", "S3"],
            "annual_cost_yen": [10, 20, 100],
            "users_people": pd.array(users, dtype="Int64"),
            "staff_effort_fte": [1.0, 1.0, 1.0],
            "server_count": pd.array([None] * 3, dtype="Int64"),
            "cpu_mean_rate": pd.array([None] * 3, dtype="Float64"),
        }
    )
    found = summarize_size_classes(case(systems=systems), classes=SizeClasses((15, 50)))
    assert words in found.summary().split("最も小さい区分")[0]


def test_edges_of_classes_are_said_as_round_amounts() -> None:
    edges = SizeClasses((10_000_000, 30_000_000, 100_000_000))
    costs_yen = [1, 10_000_000, 30_000_000, 100_000_000]
    systems = THREE.iloc[[0] * 4].assign(annual_cost_yen=costs_yen, system_id=list("abcd"))
    labels = summarize_size_classes(case(systems=systems), classes=edges).to_frame()["size_class_ja"].tolist()
    assert labels == ["1千万円未満", "1千万円以上3千万円未満", "3千万円以上1億円未満", "1億円以上"]


def test_a_cost_on_the_edge_belongs_to_the_class_above() -> None:
    table = summarize_size_classes(case(systems=THREE), classes=SizeClasses((30,))).to_frame()
    assert table["systems_count"].tolist() == [2, 1]


@pytest.mark.parametrize("edges", [(), (0,), (5, 5), (9, 3)])
def test_size_classes_refuse_edges_that_do_not_rise(edges: tuple[int, ...]) -> None:
    with pytest.raises(DxError, match="境界"):
        SizeClasses(edges)


def test_every_column_shown_has_a_japanese_name() -> None:
    held = case(systems=THREE, departments=DEPARTMENTS)
    frames = [
        summarize_inventory(held).to_frame(),
        measure_concentration(costs(5, 4), top=1, target_share=0.5).to_frame(),
        summarize_size_classes(held, classes=SizeClasses((50,))).to_frame(),
    ]
    assert missing_terms([column for frame in frames for column in frame]) == []
