"""Do plain methods get back what was planted? And does nothing but these tests read the answer key?"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf

from dxmodels.inputs import Case

REPOSITORY = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def cross_section(case: Case, planted: pd.DataFrame) -> pd.DataFrame:
    spending = case.table("spending").query("fiscal_year == 2026 and cost_item != 'one_off'")
    cost = spending.groupby("system_id")["contract_yen"].sum().astype(float)
    frame = planted.join(cost.rename("cost"))
    return frame.assign(
        log_cost=np.log(frame["cost"]), log_users=np.log(frame["users_people"]), log_servers=np.log1p(frame["server_count"]),
        age=2026 - frame["start_fy"], no_server=(frame["server_count"] == 0).astype(int), treated=frame["locked_in"].astype(int),
    )  # fmt: skip


def test_premium_and_size_elasticities_come_back(cross_section: pd.DataFrame, truth: dict[str, object]) -> None:
    formula = "log_cost ~ log_users + log_servers + customisation_share + age + no_server + treated"
    fit = smf.ols(formula, cross_section).fit(cov_type="HC3", use_t=True)
    expected = dict(truth["planted"])  # type: ignore[call-overload]
    names = {
        "treated": "lockin_premium", "log_users": "cost_of_users", "log_servers": "cost_of_servers",
        "customisation_share": "cost_of_customisation", "age": "cost_of_age", "no_server": "cost_without_own_server",
    }  # fmt: skip
    low, high = fit.conf_int(0.01)[0], fit.conf_int(0.01)[1]
    for name, constant in names.items():
        assert low[name] <= expected[constant] <= high[name], name
    assert fit.pvalues["treated"] < 0.05


def test_naive_difference_is_confounded(cross_section: pd.DataFrame) -> None:
    means = cross_section.groupby("treated")["log_cost"].mean()
    assert means[1] - means[0] > 0.4  # against a planted 0.152


def test_lease_prices_are_a_negative_control(case: Case, cross_section: pd.DataFrame) -> None:
    spending = case.table("spending").query("fiscal_year == 2026 and cost_item == 'hardware_lease'")
    contracts = case.table("contracts")
    leased = contracts.loc[contracts["contract_scope"] == "lease", "system_id"].unique()
    lease = spending[spending["system_id"].isin(leased)].set_index("system_id")["contract_yen"].astype(float)
    frame = cross_section.join(lease.rename("lease"), how="inner").assign(log_lease=lambda t: np.log(t["lease"]))
    fit = smf.ols("log_lease ~ log_users + log_servers + customisation_share + age + treated", frame).fit(
        cov_type="HC3", use_t=True
    )
    assert fit.conf_int(0.01).loc["treated", 0] < 0 < fit.conf_int(0.01).loc["treated", 1]


def test_release_takes_the_premium_away(case: Case, planted: pd.DataFrame) -> None:
    """Operation cost a month, last contract before against first after a release, less what other renewals did."""
    contracts = case.table("contracts")
    running = contracts[
        (contracts["contract_scope"] == "operation")
        & contracts["system_id"].notna()
        & (contracts["contract_kind"] != "change")
    ]
    months = ((running["end_date"] - running["start_date"]).dt.days / 30.4375).round()
    running = running.assign(log_month=np.log((running["award_yen"] / months).astype(float))).sort_values("start_date")
    running = running.assign(change=running.groupby("system_id")["log_month"].diff()).dropna(subset=["change"])
    released = running["system_id"].map(planted["released_fy"].fillna(0)).astype(int) == running["contract_fy"].astype(
        int
    )
    drift = running[~released].groupby("contract_fy")["change"].mean()
    effect = running[released]["change"] - running[released]["contract_fy"].map(drift)
    assert len(effect) == planted["released_fy"].notna().sum() >= 10
    # the premium sits on operation alone (leases carry none), so it is a little above 0.152 there
    assert effect.mean() == pytest.approx(-0.17, abs=3 * effect.std() / np.sqrt(len(effect)))
    assert effect.mean() < -0.08


def test_one_off_projects_overrun_as_planted(case: Case, truth: dict[str, object]) -> None:
    contracts = case.table("contracts").query(
        "contract_scope == 'development' and system_id.notna() and contract_fy < 2026"
    )
    extra = contracts[contracts["contract_kind"] == "change"].groupby("parent_contract_id")["award_yen"].sum()
    first = contracts[contracts["contract_kind"] == "initial"].set_index("contract_id")
    ratio = (first["award_yen"].add(extra, fill_value=0) / first["award_yen"]).astype(float)
    swans = ratio > 1.3
    chance = float(dict(truth["planted"])["blackswan_probability"])  # type: ignore[call-overload]
    assert swans.mean() == pytest.approx(chance, abs=3 * np.sqrt(chance * (1 - chance) / len(ratio)))
    assert ratio[swans].mean() > 2.5


def test_switching_cost_rises_with_customisation(case: Case, planted: pd.DataFrame) -> None:
    systems = (
        case.table("systems").set_index("system_id").join(planted[["customisation_share", "contracted_running_yen"]])
    )
    known = systems.dropna(subset=["replacement_cost_yen"])
    years = (known["replacement_cost_yen"] / known["contracted_running_yen"]).astype(float)
    fit = smf.ols(
        "years ~ customisation", pd.DataFrame({"years": years, "customisation": known["customisation_share"]})
    ).fit(cov_type="HC3")
    assert fit.params["Intercept"] == pytest.approx(1.2 * np.exp(0.25**2 / 2), abs=4 * fit.bse["Intercept"])
    assert fit.params["customisation"] == pytest.approx(2.4 * np.exp(0.25**2 / 2), abs=4 * fit.bse["customisation"])


def test_running_cost_after_the_move_is_the_planted_multiple(case: Case, planted: pd.DataFrame) -> None:
    plans = pd.read_csv(REPOSITORY / "data/osaka/truth/planted_municipal.csv", dtype={"municipality_code": "string"})
    spending = case.table("municipal_spending").set_index(["municipality_code", "task", "fiscal_year"])["running_yen"]
    moved = plans[~plans["is_late"] & (pd.to_datetime(plans["go_live"]) < "2025-04-01")]
    ratios = [
        float(spending[row.municipality_code, row.task, 2026]) / float(spending[row.municipality_code, row.task, 2022])
        for row in moved.itertuples()
    ]
    # prices also rose between the two contracts: 0 to 20 % on top of the multiple
    growth = np.median(np.array(ratios) / moved["move_multiplier"].to_numpy())
    assert 1.0 <= growth <= 1.2
    assert np.corrcoef(ratios, moved["move_multiplier"])[0, 1] > 0.9


def test_bid_patterns_are_in_the_bid_lists(case: Case) -> None:
    bids = case.table("bids")
    patterns = pd.read_csv(REPOSITORY / "data/osaka/truth/planted_signals.csv")
    shown = patterns[patterns["contract_id"].isin(bids["contract_id"])]
    assert len(shown) > 0.8 * len(patterns)
    mine = {name: bids[bids["contract_id"].isin(group["contract_id"])] for name, group in shown.groupby("pattern")}
    losers = mine["identical_losing_prices"].query("not is_winner and bid_status == 'valid'")
    assert (losers.groupby("contract_id")["bid_yen"].nunique() < losers.groupby("contract_id").size()).all()
    left = mine["all_but_winner_disqualified"].query("bid_status == 'valid'")
    assert (left.groupby("contract_id").size() == 1).all()
    regular = bids[bids["vendor_id"] == "V63"]
    assert not regular["is_winner"].any()
    assert bids[bids["contract_id"].isin(regular["contract_id"]) & bids["is_winner"]]["vendor_id"].nunique() == 1


def test_duplicates_share_a_kind_but_not_every_kind_is_a_duplicate(case: Case, planted: pd.DataFrame) -> None:
    systems = case.table("systems").set_index("system_id")
    grouped = systems.join(planted["duplicate_group"]).dropna(subset=["duplicate_group"])
    members = grouped.groupby("duplicate_group")
    assert (members.size() >= 2).all()
    assert (members["department_id"].nunique() >= 2).all()
    licences = systems.join(planted["duplicate_group"]).query("system_kind == '許認可'")
    assert licences["duplicate_group"].isna().all()


def test_nothing_but_tests_and_the_script_reads_the_answer_key() -> None:
    readers = [
        *(REPOSITORY / "dxmodels").rglob("*.py"),
        *(REPOSITORY / "notebooks").rglob("*.ipynb"),
        *(REPOSITORY / "data" / "plans").glob("*.yml"),
    ]
    assert len(readers) > 30
    words = ("planted_systems", "planted_municipal", "planted_services", "planted_signals", "truth.yml", "osaka/truth")
    found = [path.name for path in readers if any(word in path.read_text(encoding="utf-8") for word in words)]
    assert found == []
