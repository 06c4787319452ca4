"""Do contracts, bids, spending and the inventory tie to the yen? (the rule stands in data/osaka/truth/README.md)"""

from __future__ import annotations

import pandas as pd
import pytest

from dxmodels.inputs import Case

LEASE_ITEMS = ["hardware_lease", "hardware_maintenance_fee"]


def _months(first: pd.Timestamp, last: pd.Timestamp) -> list[pd.Timestamp]:
    return list(pd.date_range(first, last, freq="MS"))


@pytest.fixture(scope="module")
def parts(case: Case) -> pd.DataFrame:
    """Each contract's amount by fiscal year, reckoned month by month from the rule alone."""
    rows: list[tuple[object, ...]] = []
    columns = ["contract_id", "system_id", "municipality_code", "task", "contract_scope"]
    contracts = case.table("contracts")
    for contract in contracts.itertuples():
        months = _months(contract.start_date, contract.end_date)
        years = [month.year - (month.month < 4) for month in months]
        amounts = {year: contract.award_yen * years.count(year) // len(years) for year in sorted(set(years))}
        amounts[years[-1]] += contract.award_yen - sum(amounts.values())
        key = [getattr(contract, name) for name in columns]
        rows += [(*key, year, amount) for year, amount in amounts.items()]
    return pd.DataFrame(rows, columns=[*columns, "fiscal_year", "part_yen"])


def test_parts_keep_the_whole_amount(case: Case, parts: pd.DataFrame) -> None:
    assert parts["part_yen"].sum() == case.table("contracts")["award_yen"].sum()


@pytest.mark.parametrize("scope", ["operation", "lease", "development"])
def test_contracted_spending_is_the_sum_of_contracts(case: Case, parts: pd.DataFrame, scope: str) -> None:
    spending = case.table("spending")
    leased = spending["system_id"].isin(parts.loc[parts["contract_scope"] == "lease", "system_id"])
    of_lease = spending["cost_item"].isin(LEASE_ITEMS) & leased
    of_project = spending["cost_item"] == "one_off"
    chosen = {"lease": of_lease, "development": of_project, "operation": ~of_lease & ~of_project}[scope]
    booked = spending[chosen].groupby(["system_id", "fiscal_year"])["contract_yen"].sum()
    mine = parts[
        (parts["contract_scope"] == scope) & parts["system_id"].notna() & parts["fiscal_year"].between(2016, 2026)
    ]
    signed = mine.groupby(["system_id", "fiscal_year"])["part_yen"].sum()
    both = pd.concat([booked.rename("booked"), signed.rename("signed")], axis=1).fillna(0)
    assert (both["booked"] == both["signed"]).all()
    assert len(both) > 400


def test_municipal_spending_is_the_sum_of_contracts(case: Case, parts: pd.DataFrame) -> None:
    spending = case.table("municipal_spending").set_index(["municipality_code", "task", "fiscal_year"])
    assert len(spending) == 43 * 20 * 11
    mine = parts[parts["municipality_code"].notna() & parts["fiscal_year"].between(2016, 2026)]
    for column, scope in (("running_yen", "operation"), ("one_off_yen", "development")):
        signed = (
            mine[mine["contract_scope"] == scope]
            .groupby(["municipality_code", "task", "fiscal_year"])["part_yen"]
            .sum()
        )
        assert (spending[column].astype("int64") == signed.reindex(spending.index, fill_value=0)).all()


def test_budget_covers_contract_and_contract_covers_settlement(case: Case) -> None:
    spending = case.table("spending")
    known = spending[spending["budget_yen"].notna()]
    assert (known["budget_yen"] + known["supplement_yen"] >= known["contract_yen"]).all()
    past = spending[spending["fiscal_year"] < 2026]
    assert (past["settled_yen"] <= past["contract_yen"]).all()
    assert past["settled_yen"].notna().all()
    assert spending.loc[spending["fiscal_year"] == 2026, "settled_yen"].isna().all()
    assert 0.90 < len(known) / len(spending) < 0.97


def test_inventory_cost_is_what_the_contracts_said_on_its_date(case: Case, parts: pd.DataFrame) -> None:
    systems = case.table("systems").dropna(subset=["annual_cost_yen", "as_of_date", "start_fy"])
    running = parts[parts["contract_scope"] != "development"].groupby(["system_id", "fiscal_year"])["part_yen"].sum()
    for system in systems.itertuples():
        fiscal_year = max(system.as_of_date.year - (system.as_of_date.month < 4), system.start_fy)
        assert running[system.system_id, fiscal_year] == system.annual_cost_yen, system.system_id


def test_municipal_inventory_is_twelve_months_of_the_contract_in_force(case: Case) -> None:
    contracts = case.table("contracts")
    running = contracts[contracts["municipality_code"].notna() & (contracts["contract_scope"] == "operation")]
    in_force = running[running["start_date"] <= pd.Timestamp("2026-10-31")].sort_values("start_date")
    last = in_force.groupby(["municipality_code", "task"]).last()
    systems = case.table("municipal_systems").set_index(["municipality_code", "task"])
    for key, system in systems[systems["annual_cost_yen"].notna()].iterrows():
        contract = last.loc[key]
        months = len(_months(contract["start_date"], contract["end_date"]))
        assert contract["award_yen"] * 12 // months == system["annual_cost_yen"], key
        if pd.notna(system["contract_end_fy"]):
            assert contract["end_date"].year - (contract["end_date"].month < 4) == system["contract_end_fy"]


def test_bids_tie_to_their_contracts(case: Case) -> None:
    contracts, bids = case.table("contracts").set_index("contract_id"), case.table("bids")
    winners = bids[bids["is_winner"]].set_index("contract_id")
    assert winners.index.is_unique
    assert set(winners.index) == set(bids["contract_id"])
    chosen = contracts.loc[winners.index]
    assert (winners["bid_yen"] == chosen["award_yen"]).all()
    assert (winners["vendor_id"] == chosen["vendor_id"]).all()
    assert (
        bids[bids["bid_status"] != "declined"].groupby("contract_id").size()
        == contracts["bidders_count"].reindex(winners.index.sort_values())
    ).all()
    valid = bids[bids["bid_status"] == "valid"].groupby("contract_id").size()
    assert (valid == contracts["valid_bids_count"].reindex(valid.index)).all()
    assert (chosen["award_yen"] <= chosen["ceiling_yen"]).fillna(True).all()


def test_contracts_follow_their_parents(case: Case) -> None:
    contracts = case.table("contracts").set_index("contract_id")
    children = contracts[contracts["parent_contract_id"].notna()]
    parents = contracts.loc[children["parent_contract_id"]]
    assert (children["system_id"].fillna("").to_numpy() == parents["system_id"].fillna("").to_numpy()).all()
    assert (children["contract_scope"].to_numpy() == parents["contract_scope"].to_numpy()).all()
    changes = children["contract_kind"] == "change"
    inside = (children["start_date"].to_numpy() >= parents["start_date"].to_numpy()) & (
        children["end_date"].to_numpy() <= parents["end_date"].to_numpy()
    )
    assert inside[changes.to_numpy()].all()
    follows = children["start_date"].to_numpy() > parents["end_date"].to_numpy()
    assert follows[~changes.to_numpy()].all()
    assert (contracts["start_date"] <= pd.Timestamp("2026-10-31")).all()
    assert contracts["contract_fy"].min() <= 2012
    assert contracts["contract_fy"].max() == 2026
