"""The tables of the whole-life cost: by item, by discount rate, by commitment, and the tie of contracts, spending and model."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest

from dxmodels.cost import TieError, life_tables
from dxmodels.errors import MissingTableError
from dxmodels.glossary import missing_terms
from dxmodels.inputs import Case, NotComputable, Register, attempt, load_register

BASE = 2026


@pytest.fixture(scope="module")
def register() -> Register:
    return load_register().replace("planning_horizon_years", central=2)


def held(*, award: int = 300, with_contracts: bool = True) -> Case:
    """Two systems; one contract of 300 over 2025-2027, which spending books as 100 a year."""
    systems = pd.DataFrame(
        {
            "system_id": ["A", "B"],
            "name_ja": ["甲", "乙"],
            "department_id": ["D1"] * 2,
            "hosting": ["own_server"] * 2,
            "annual_cost_yen": [100, 50],
            "replacement_cost_yen": [None, None],
            "contract_end_date": [None, None],
        }
    )
    rows = [
        ("A", 2025, "operation_work", 110, 0, 100, 90),
        ("A", 2026, "operation_work", 110, 0, 100, None),
        ("A", 2027, "operation_work", 110, 0, 100, None),
        ("B", 2026, "software_lease", 50, 0, None, None),
    ]
    names = ["system_id", "fiscal_year", "cost_item", "budget_yen", "supplement_yen", "contract_yen", "settled_yen"]
    frames = {"systems": systems, "spending": pd.DataFrame(rows, columns=names)}
    if with_contracts:
        frames["contracts"] = pd.DataFrame(
            {
                "contract_id": ["K1"],
                "system_id": ["A"],
                "start_date": [dt.date(2025, 4, 1)],
                "end_date": [dt.date(2028, 3, 31)],
                "award_yen": [award],
            }
        )
    return Case.from_frames(frames, base_fy=BASE, validate=False)


def test_items_split_the_whole_cost_to_the_yen(register: Register) -> None:
    life = life_tables.estimate_prefecture_life(held(), register)
    assert life.params.last_fy == BASE + 1  # a horizon of two years counts the base year
    found = life_tables.split_by_item(life)
    table = found.to_frame().set_index("cost_item_ja")
    assert table.loc["合計", "past_yen"] + table.loc["合計", "future_yen"] == life.total_nominal_yen
    assert table.loc["運用作業", "past_yen"] == 90
    assert table["future_share"].iloc[:-1].sum() == pytest.approx(1.0)
    assert table.index[0] in found.summary()


def test_present_values_fall_as_the_rate_rises(register: Register) -> None:
    life = life_tables.estimate_prefecture_life(held(), register)
    table = life_tables.list_present_values(life, register).to_frame()
    assert table["discount_rate"].tolist() == [0.04, 0.02, 0.01, 0.0]
    assert table["present_value_yen"].is_monotonic_increasing
    real = life.finance.set_index("fiscal_year")["real_yen"]
    # By hand: the base year is not discounted, the year after it once.
    assert table["present_value_yen"].iloc[0] == round(real[2026] + real[2027] / 1.04)
    assert table["present_value_yen"].iloc[-1] == real[2026] + real[2027]


def test_commitments_stand_beside_the_cost_of_the_year(register: Register) -> None:
    found = life_tables.list_commitments(life_tables.estimate_prefecture_life(held(), register))
    row = found.to_frame().set_index("fiscal_year").loc[2027]
    assert row["amount_yen"] == 100
    assert row["committed_share"] == pytest.approx(100 / row["gross_yen"])
    none = life_tables.list_commitments(life_tables.estimate_prefecture_life(held(with_contracts=False), register))
    assert none.to_frame().empty
    assert "後に及ぶ契約はない" in none.summary()


def test_a_failed_tie_is_named_and_stops_the_run(register: Register) -> None:
    life = life_tables.estimate_prefecture_life(held(), register)
    good = life_tables.tie_case(held(), life)
    good.require()
    assert "すべてで円単位で一致" in good.summary()
    # 90 yen too many over 36 months: 30 a year, named by system and year, largest first
    off = life_tables.tie_case(held(award=390), life)
    assert len(off.failures) == 3
    assert all(text.startswith("甲の令和") for text in off.failures)
    assert "差30円" in off.failures[0]
    with pytest.raises(TieError, match="変更契約"):
        off.require()


def test_a_model_that_lost_a_settlement_is_found(register: Register) -> None:
    life = life_tables.estimate_prefecture_life(held(), register)
    other = held()
    spending = other.table("spending")
    spending.loc[0, "settled_yen"] = 95
    frames = {name: other.table(name) for name in ("systems", "contracts")} | {"spending": spending}
    tie = life_tables.tie_case(Case.from_frames(frames, base_fy=BASE, validate=False), life)
    assert tie.failures == ["令和7年度の決算額（モデルとの差▲5円）"]


def test_without_contracts_the_tie_is_not_computable(register: Register) -> None:
    case = held(with_contracts=False)
    life = life_tables.estimate_prefecture_life(case, register)
    with pytest.raises(MissingTableError):
        life_tables.tie_case(case, life)
    assert isinstance(attempt(life_tables.tie_case, case, life), NotComputable)


def test_every_column_has_a_japanese_name(register: Register) -> None:
    life = life_tables.estimate_prefecture_life(held(), register)
    frames = [
        life_tables.split_by_item(life).to_frame(),
        life_tables.list_present_values(life, register).to_frame(),
        life_tables.list_commitments(life).to_frame(),
        life_tables.tie_case(held(), life).to_frame(),
    ]
    assert missing_terms([column for frame in frames for column in frame]) == []
