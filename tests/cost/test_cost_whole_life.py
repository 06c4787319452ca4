"""Whole-life cost: one small case worked by hand, prices, commitments, local share, and what is not covered."""

import datetime as dt

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dxmodels.cost import (
    WHOLE_LIFE_ASSUMPTIONS,
    WholeLifeParams,
    estimate_whole_life,
    net_one_off_share,
    profile_commitments,
    split_local_share,
    switching_value,
)
from dxmodels.cost.commitments import spread_by_months
from dxmodels.cost.prices import exchange_rates, price_index
from dxmodels.errors import MissingTableError, ModelError, ParameterError
from dxmodels.inputs import Case, Register

BASE = 2026


@pytest.fixture(scope="module")
def plain(register: Register) -> Register:
    """The register with round numbers: 10 % a year on operation, 2 % prices, 0 elsewhere, 150 yen per dollar."""
    changed = register
    for name in WHOLE_LIFE_ASSUMPTIONS:
        if name.startswith("escalation_"):
            rate = 0.10 if name == "escalation_operation_work" else 0.0
            changed = changed.replace(name, central=rate, low=-0.5, high=0.5)
    changed = changed.replace("service_price_change_outlook", central=0.02)
    changed = changed.replace("renewal_rebuild_share", central=1.0)
    return changed.replace("usdjpy_planning", central=150.0)


def case(**tables: pd.DataFrame) -> Case:
    systems = pd.DataFrame(
        {
            "system_id": ["A", "B", "C"],
            "name_ja": ["甲", "乙", "丙"],
            "department_id": ["D1"] * 3,
            "system_kind": ["帳票"] * 3,
            "hosting": ["own_server", "public_cloud", "own_server"],
            "annual_cost_yen": [1_000, 2_000, 500],
            "replacement_cost_yen": [5_000, None, None],
            "contract_end_date": [dt.date(2028, 3, 31), None, None],
        }
    )
    rows = [
        ("A", 2025, "operation_work", 900, 0, 880, 860),
        ("A", 2025, "one_off", 400, 0, 400, 300),
        ("A", 2026, "operation_work", 1_050, -50, None, None),
        ("B", 2026, "cloud_usage", 2_000, 0, 1_900, None),
        ("B", 2020, "operation_work", 100, 0, 100, 100),
    ]
    names = ["system_id", "fiscal_year", "cost_item", "budget_yen", "supplement_yen", "contract_yen", "settled_yen"]
    frames = {"systems": systems, "spending": pd.DataFrame(rows, columns=names)} | tables
    return Case.from_frames(frames, base_fy=BASE, validate=False)


def params(**changes: object) -> WholeLifeParams:
    return WholeLifeParams(**({"last_fy": 2028, "fiscal_strength_index": 0.8} | changes))  # type: ignore[arg-type]


def cost_of(result, system: str, year: int, item: str) -> tuple[int, str]:
    rows = result.costs.set_index(["system_id", "fiscal_year", "cost_item"]).loc[[(system, year, item)]]
    return int(rows["nominal_yen"].sum()), str(rows["amount_basis"].iloc[0])


def test_a_small_case_by_hand(plain: Register) -> None:
    result = estimate_whole_life(case(), plain, params())
    # settlement before contract before budget + supplement
    assert cost_of(result, "A", 2025, "operation_work") == (860, "決算")
    assert cost_of(result, "A", 2026, "operation_work") == (1_000, "予算")
    assert cost_of(result, "B", 2026, "cloud_usage") == (1_900, "契約")
    # operation rises 10 % a year; cloud usage stays at an unchanged rate
    assert cost_of(result, "A", 2027, "operation_work") == (1_100, "推計")
    assert cost_of(result, "A", 2028, "operation_work") == (1_210, "推計")
    assert cost_of(result, "B", 2028, "cloud_usage") == (1_900, "推計")
    # the contract ends in FY2027: 5,000 to rebuild, plus (300 + 0)/2 a year of modifications
    assert cost_of(result, "A", 2027, "one_off") == (5_150, "推計")
    assert cost_of(result, "A", 2028, "one_off") == (150, "推計")
    # real FY2028 = nominal ÷ 1.02²
    assert result.finance.set_index("fiscal_year")["real_yen"][2028] == pytest.approx(
        (1_210 + 1_900 + 150) / 1.02**2, abs=2
    )
    future = {2026: 2_900, 2027: (1_100 + 1_900 + 5_150) / 1.02, 2028: 3_260 / 1.02**2}
    by_hand = sum(amount / 1.04 ** (year - 2026) for year, amount in future.items())
    assert result.present_value_yen(0.04) == pytest.approx(by_hand, abs=3)
    assert result.present_value_yen(0.0) == pytest.approx(sum(future.values()), abs=3)


def test_everything_adds_up_and_nothing_missing_is_silent(plain: Register) -> None:
    result = estimate_whole_life(case(), plain, params())
    assert result.total_nominal_yen == result.finance["gross_yen"].sum() == result.by_system()["nominal_yen"].sum()
    assert result.by_year()["nominal_yen"].sum() == result.total_nominal_yen
    assert result.coverage["systems_count"] == 3
    assert result.coverage["covered_systems_count"] == 2
    assert result.not_covered["system_id"].tolist() == ["C"]
    assert "台帳3件のうち2件" in result.summary()


def test_a_closed_system_is_not_projected(plain: Register) -> None:
    rows = case().table("spending")
    closed = rows[rows["system_id"].ne("A") | rows["fiscal_year"].ne(2026)].assign(
        fiscal_year=lambda table: table["fiscal_year"].mask(table["system_id"].eq("A"), 2024)
    )
    result = estimate_whole_life(case(spending=closed), plain, params())
    assert result.costs.query("system_id == 'A'")["fiscal_year"].max() == 2024


def test_cloud_bills_move_with_the_dollar_as_far_as_they_are_linked(plain: Register) -> None:
    old = case().table("spending").assign(fiscal_year=2025).query("cost_item == 'cloud_usage'")
    rate_2025 = plain.value("usdjpy_2025")
    result = estimate_whole_life(case(spending=old), plain, params(with_one_off=False))
    assert cost_of(result, "B", 2026, "cloud_usage")[0] == round(1_900 * 150 / rate_2025)
    unlinked = plain.replace("cloud_dollar_share_government", central=0.25)
    result = estimate_whole_life(case(spending=old), unlinked, params(with_one_off=False))
    assert cost_of(result, "B", 2026, "cloud_usage")[0] == round(1_900 * (0.75 + 0.25 * 150 / rate_2025))


def test_chosen_systems_only_and_wrong_choices(plain: Register) -> None:
    only = estimate_whole_life(case(), plain, params(system_ids=("B",)))
    assert only.costs["system_id"].unique().tolist() == ["B"]
    with pytest.raises(ModelError, match="Z"):
        estimate_whole_life(case(), plain, params(system_ids=("Z",)))
    with pytest.raises(ModelError, match="経費の行がありません"):
        estimate_whole_life(case(), plain, params(system_ids=("C",)))
    with pytest.raises(ModelError, match="基準年度"):
        estimate_whole_life(case(), plain, params(last_fy=2020))
    with pytest.raises(ModelError, match="割引率"):
        estimate_whole_life(case(), plain, params()).present_value_yen(0.03)


def test_without_spending_the_question_is_not_computable(plain: Register) -> None:
    with pytest.raises(MissingTableError):
        estimate_whole_life(Case.from_frames({}, base_fy=BASE, validate=False), plain, params())


def test_the_rise_of_operation_cost_turns_the_question_which_of_two_systems_is_cheaper(plain: Register) -> None:
    def future(changed: Register) -> dict[str, float]:
        costs = estimate_whole_life(case(), changed, params(with_one_off=False)).costs
        year = costs[costs["fiscal_year"] == 2028].groupby("system_id")["nominal_yen"].sum()
        return {str(name): float(value) for name, value in year.items()}

    old = plain.replace("escalation_operation_work", central=0.2)
    found = switching_value(future, "escalation_operation_work", register=old, search=(0.0, 0.5))
    # 1,000·(1+g)² = 1,900
    assert found.value == pytest.approx(1.9**0.5 - 1, abs=1e-3)
    assert (found.winner, found.crossings["winner_after"].iloc[0]) == ("A", "B")


def test_the_price_index_by_hand(register: Register) -> None:
    index = price_index(register, [2024, 2026, 2028], price_fy=2026)
    assert index[2026] == 1.0
    outlook = 1 + register.value("service_price_change_outlook")
    assert index[2028] == pytest.approx(outlook**2)
    assert index[2024] == pytest.approx(1 / (1.027 * outlook))


def test_known_exchange_rates_are_the_published_ones_and_plans_use_the_planning_rate(register: Register) -> None:
    rates = exchange_rates(register, [2018, 2025, 2026, 2030])
    assert rates[2018] == 110.47
    assert rates[2025] == 149.66
    assert rates[2026] == rates[2030] == register.value("usdjpy_planning")


def test_the_net_share_is_55_per_cent_for_a_receiving_body_while_the_bond_exists(register: Register) -> None:
    assert net_one_off_share(register, fiscal_year=2026, fiscal_strength_index=0.77) == pytest.approx(0.55)
    assert net_one_off_share(register, fiscal_year=2026, fiscal_strength_index=1.0) == 1.0
    assert net_one_off_share(register, fiscal_year=2035, fiscal_strength_index=0.77) == 1.0
    assert net_one_off_share(register, fiscal_year=2020, fiscal_strength_index=0.77) == 1.0


@given(st.lists(st.tuples(st.integers(0, 10**12), st.integers(0, 10**12)), min_size=1, max_size=6), st.floats(0, 2))
def test_net_burden_and_allocation_tax_always_add_up(
    register: Register, amounts: list[tuple[int, int]], strength: float
) -> None:
    yearly = pd.DataFrame(amounts, columns=["running_yen", "one_off_yen"]).assign(
        fiscal_year=range(2025, 2025 + len(amounts))
    )
    table = split_local_share(yearly, register, fiscal_strength_index=strength)
    assert (table["net_local_yen"] + table["allocation_tax_yen"] == table["gross_yen"]).all()
    assert (table["gross_yen"] == yearly["running_yen"] + yearly["one_off_yen"]).all()
    assert (table["bond_yen"] <= yearly["one_off_yen"]).all()


def contract(identifier: str, start: str, end: str, award: int | None, system: str | None = "A") -> dict[str, object]:
    return {
        "contract_id": identifier,
        "system_id": system,
        "start_date": pd.Timestamp(start),
        "end_date": pd.Timestamp(end) if end else pd.NaT,
        "award_yen": award,
    }


def contracts(*rows: dict[str, object]) -> pd.DataFrame:
    return pd.DataFrame(rows).astype({"award_yen": "Int64", "system_id": "string"})


def test_commitments_by_hand() -> None:
    table = contracts(
        contract("five", "2024-04-01", "2029-03-31", 603),  # ten yen a month, three left over
        contract("one", "2026-04-01", "2027-03-31", 999),
        contract("open", "2026-04-01", "", 5),
        contract("town", "2024-04-01", "2029-03-31", 10, system=None),
    )
    profile = profile_commitments(table, base_fy=2026)
    assert profile["contract_id"].unique().tolist() == ["five"]
    assert profile["amount_yen"].tolist() == [120, 120, 120, 120, 123]
    assert profile.loc[profile["is_committed"], "fiscal_year"].tolist() == [2027, 2028]


@given(amount=st.integers(0, 10**13), first=st.integers(480, 700), months=st.integers(0, 130))
def test_every_contract_is_spread_to_the_yen(amount: int, first: int, months: int) -> None:
    parts = spread_by_months(amount, first, first + months)
    assert sum(parts.values()) == amount
    assert all(part >= 0 for part in parts.values())
    assert sorted(parts) == list(range(min(parts), max(parts) + 1))


def test_the_profile_is_part_of_the_result(plain: Register) -> None:
    table = contracts(contract("five", "2024-04-01", "2029-03-31", 603))
    result = estimate_whole_life(case(contracts=table), plain, params())
    assert result.commitment_profile()["amount_yen"].tolist() == [120, 123]
    assert result.coverage["contracts_count"] == 1


def test_a_price_path_before_the_published_years_is_refused(register: Register) -> None:
    with pytest.raises(ParameterError, match="service_price_change_past"):
        price_index(register, [2010, 2026], price_fy=2026)
