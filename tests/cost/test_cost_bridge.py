"""Budget → contract → settlement: by hand, to the yen, and what a failed tie does. Optimism bias: by hand and by recovery."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dxmodels.cost import (
    TieError,
    bridge_budget_to_settlement,
    bridge_by_year,
    estimate_optimism_bias,
    require_tie,
    tie_contracts_to_spending,
)
from dxmodels.errors import ModelError
from dxmodels.inputs import Case

COLUMNS = ["system_id", "fiscal_year", "cost_item", "budget_yen", "supplement_yen", "contract_yen", "settled_yen"]


def spending(*rows: tuple[object, ...]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=COLUMNS)
    return frame.astype({name: "Int64" for name in COLUMNS if name.endswith("_yen") or name == "fiscal_year"})


TWO_YEARS = spending(
    ("S1", 2024, "operation_work", 100, None, 90, 95),
    ("S1", 2024, "one_off", 1000, 200, 1100, 1300),
    ("S2", 2024, "operation_work", 50, -10, 40, 40),
    ("S2", 2024, "cloud_usage", 70, None, None, 60),
    ("S1", 2025, "operation_work", 110, None, 100, 100),
    ("S1", 2026, "operation_work", 120, None, 110, None),
)


def test_the_bridge_by_hand() -> None:
    bridge = bridge_budget_to_settlement(TWO_YEARS, fiscal_year=2024)
    # complete rows: budget 1150, supplement 190, contract 1230, settled 1435
    expected = {
        "budget": 1150,
        "supplement": 190,
        "current_budget": 1340,
        "contract_margin": -110,
        "contract": 1230,
        "after_contract": 205,
        "settled": 1435,
    }
    assert {step: bridge.amount_yen(step) for step in expected} == expected
    assert bridge.incomplete[["system_id", "cost_item"]].to_numpy().tolist() == [["S2", "cloud_usage"]]
    assert (bridge.rows_count, bridge.systems_count) == (3, 2)
    assert "段階の欠けた1行" in bridge.summary()


def test_the_latest_settled_year_is_taken_unless_another_is_asked_for() -> None:
    assert bridge_budget_to_settlement(TWO_YEARS).fiscal_year == 2025
    by_year = bridge_by_year(TWO_YEARS)
    assert by_year["fiscal_year"].tolist() == [2024, 2025]
    assert by_year["bridged_share"].tolist() == [0.75, 1.0]


def test_control_totals_that_agree_pass_and_one_yen_off_stops() -> None:
    whole = {"budget_yen": 1220, "settled_yen": 1495}
    assert bridge_budget_to_settlement(TWO_YEARS, fiscal_year=2024, control_totals=whole).amount_yen("settled") == 1435
    with pytest.raises(TieError, match="差 1円"):
        bridge_budget_to_settlement(TWO_YEARS, fiscal_year=2024, control_totals=whole | {"settled_yen": 1496})
    with pytest.raises(TieError):
        require_tie("試験", {"甲": 1, "乙": 2})


@given(
    st.lists(
        st.tuples(
            st.integers(1, 10**12),
            st.integers(-(10**11), 10**11),
            st.integers(0, 10**12),
            st.integers(0, 10**12),
        ),
        min_size=1,
        max_size=12,
    )
)
def test_any_complete_table_ties(rows: list[tuple[int, int, int, int]]) -> None:
    table = spending(*((f"S{index % 3}", 2024, f"item{index}", *row) for index, row in enumerate(rows)))
    bridge = bridge_budget_to_settlement(table)
    steps = bridge.steps.set_index("step")["amount_yen"]
    assert (
        steps["budget"] + steps["supplement"] + steps["contract_margin"] + steps["after_contract"] == steps["settled"]
    )
    assert steps["settled"] == sum(row[3] for row in rows)
    assert bridge.by_item["contract_yen"].sum() == steps["contract"]


def case_with(contract_rows: list[tuple[object, ...]]) -> Case:
    contracts = pd.DataFrame(contract_rows, columns=["contract_id", "system_id", "start_date", "end_date", "award_yen"])
    frames = {"spending": TWO_YEARS, "contracts": contracts}
    return Case.from_frames(frames, base_fy=2026, validate=False)


# S1 2024 90 + 1,100, 2025 100, 2026 110; S2 2024 40 (its cloud row has no contract amount)
TYING = [
    ("K1", "S1", "2024-04-01", "2027-03-31", 300),
    ("K2", "S1", "2024-04-01", "2025-03-31", 1_090),
    ("K3", "S1", "2026-04-01", "2027-03-31", 10),
    ("K4", "S2", "2024-04-01", "2025-03-31", 40),
    ("K5", "other", "2024-04-01", "2025-03-31", 77),
]


def test_contracts_tie_to_spending_or_stop() -> None:
    tie = tie_contracts_to_spending(case_with(TYING))
    assert tie.differences.empty
    assert tie.to_frame().set_index("fiscal_year")["contracts_yen"].to_dict() == {2024: 1_230, 2025: 100, 2026: 110}
    assert "すべて円単位で一致" in tie.summary()
    off = [*TYING[:3], ("K4", "S2", "2024-04-01", "2025-03-31", 41)]
    with pytest.raises(TieError, match=r"S2の令和6年度.*差 1円"):
        tie_contracts_to_spending(case_with(off))
    assert len(tie_contracts_to_spending(case_with(off), strict=False).differences) == 1
    with pytest.raises(ModelError, match="共通するシステム"):
        tie_contracts_to_spending(case_with(TYING[4:]))


def test_duplicates_and_years_without_rows_are_refused() -> None:
    with pytest.raises(ModelError, match="重複"):
        bridge_budget_to_settlement(pd.concat([TWO_YEARS, TWO_YEARS.iloc[:1]]), fiscal_year=2024)
    with pytest.raises(ModelError, match="令和8年度"):
        bridge_budget_to_settlement(TWO_YEARS, fiscal_year=2026)
    with pytest.raises(ModelError, match="settled_yen"):
        bridge_budget_to_settlement(TWO_YEARS.assign(settled_yen=pd.NA))


def test_the_typical_ratio_by_hand() -> None:
    # S1 runs one project over 2023-24: 150 → 300 (×2); S2 one: 100 → 50 (×0.5). Mean log = 0 → ×1; t(1, .975) = 12.706
    table = spending(
        ("S1", 2023, "one_off", 100, None, 100, 100),
        ("S1", 2024, "one_off", 50, None, 50, 200),
        ("S2", 2024, "one_off", 100, None, 100, 50),
        ("S2", 2022, "one_off", 0, None, 0, 10),
    )
    bias = estimate_optimism_bias(table, seed=1, small_n=10)
    row = bias.table.set_index("cost_class").loc["one_off"]
    assert row["systems_count"] == 2
    assert row["observations_count"] == 2
    assert row["typical_ratio"] == pytest.approx(1.0)
    assert row["high_ratio"] == pytest.approx(math.exp(12.7062 * math.log(2)), rel=1e-4)
    assert row["total_ratio"] == pytest.approx(350 / 250)
    assert row["is_small_n"]
    assert bias.left_out_count == 1
    assert sorted(bias.ratios("one_off")) == pytest.approx([0.5, 2.0])
    assert "算出不能" in bias.summary()
    assert "参考にとどまる" in bias.summary()


def test_one_system_has_no_interval() -> None:
    bias = estimate_optimism_bias(spending(("S1", 2024, "operation_work", 100, None, 90, 110)), seed=1, small_n=10)
    row = bias.table.set_index("cost_class").loc["running"]
    assert row["typical_ratio"] == pytest.approx(1.1)
    assert math.isnan(row["low_ratio"])


def test_a_planted_bias_is_covered_as_often_as_stated_although_years_of_a_system_resemble_each_other() -> None:
    covered = covered_boot = 0
    generator = np.random.default_rng(11)
    for _ in range(80):
        rows = []
        for system in range(20):
            own = generator.normal(0.15, 0.3)
            for year in range(2020, 2025):
                ratio = math.exp(own + generator.normal(0, 0.05))
                rows.append((f"S{system}", year, "operation_work", 10**6, None, 10**6, round(10**6 * ratio)))
        row = estimate_optimism_bias(spending(*rows), seed=1, small_n=10, resamples=200).table.set_index("cost_class")
        truth = math.exp(0.15)
        covered += row["low_ratio"]["running"] <= truth <= row["high_ratio"]["running"]
        covered_boot += row["bootstrap_low_ratio"]["running"] <= truth <= row["bootstrap_high_ratio"]["running"]
    assert covered / 80 >= 0.90
    assert covered_boot / 80 >= 0.85
