"""Exit: closed forms, other programs, dense oracles, properties; the plan against brute force; the calendar by hand."""

from __future__ import annotations

import datetime as dt
import itertools
import math

import numpy as np
import pandas as pd
import pytest
import QuantLib as ql  # noqa: N813 - its own documentation writes ql
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm

from dxmodels.errors import ModelError
from dxmodels.lockin.calendar import LeadTimes, exit_calendar
from dxmodels.lockin.exit import optimal_exit, perpetual_trigger_ratio
from dxmodels.lockin.exit_plan import plan_exits


def american_call(value, cost, volatility, drift, discount, years):
    """QuantLib's high-precision American option: dividend yield = discount - drift."""
    today = ql.Date(1, 1, 2020)
    ql.Settings.instance().evaluationDate = today
    count = ql.Actual365Fixed()

    def flat(rate):
        return ql.YieldTermStructureHandle(ql.FlatForward(today, rate, count))

    spread = ql.BlackVolTermStructureHandle(ql.BlackConstantVol(today, ql.NullCalendar(), volatility, count))
    process = ql.BlackScholesMertonProcess(
        ql.QuoteHandle(ql.SimpleQuote(value)), flat(discount - drift), flat(discount), spread
    )
    option = ql.VanillaOption(
        ql.PlainVanillaPayoff(ql.Option.Call, cost), ql.AmericanExercise(today, today + 365 * years)
    )
    option.setPricingEngine(ql.QdFpAmericanEngine(process, ql.QdFpAmericanEngine.highPrecisionScheme()))
    return option.NPV()


@pytest.mark.parametrize(
    ("value", "volatility", "drift", "discount"), [(100, 0.2, 0.0, 0.04), (80, 0.3, 0.01, 0.05), (150, 0.2, 0.0, 0.04)]
)
def test_free_exit_is_an_american_option_with_dividends(value, volatility, drift, discount):
    found = optimal_exit(
        premium=value, volatility=volatility, drift=drift, discount=discount, switching_cost=100, horizon=10
    )
    assert found.value == pytest.approx(american_call(value, 100, volatility, drift, discount, 10), rel=1e-6)


def test_single_date_is_the_black_scholes_formula():
    found = optimal_exit(
        premium=110,
        volatility=0.25,
        drift=0.01,
        discount=0.04,
        switching_cost=100,
        horizon=3,
        exercise="contract_end",
        contract_years=3,
    )
    spread = 0.25 * math.sqrt(3)
    d1 = (math.log(1.1) + (0.01 + 0.03125) * 3) / spread
    expected = math.exp(-0.12) * (110 * math.exp(0.03) * norm.cdf(d1) - 100 * norm.cdf(d1 - spread))
    assert found.value == pytest.approx(expected, rel=1e-9)


def dense_oracle(
    value, volatility, drift, discount, horizon, free, *, fee=None, win=None, tender=0.0, cut=0.0, points=6001, half=4.0
):
    """The same problem per unit of cost by brute force: a dense grid of log V and trapezoidal sums, nothing shared with the solver."""
    grid = np.linspace(-half, half, points)
    width = grid[1] - grid[0]
    offsets = np.arange(-int(8 * volatility / width), int(8 * volatility / width) + 1) * width
    kernel = np.exp(-0.5 * (offsets / volatility) ** 2)
    kernel /= kernel.sum()
    mean = drift - volatility**2 / 2
    wait = np.zeros(points)
    for year in range(horizon, -1, -1):
        best = wait.copy()
        if year in free or fee is not None:
            best = np.maximum(best, np.exp(grid) - 1 - (0 if year in free else fee))
        if year in free and win is not None:
            kept = cut * np.exp(grid) + np.interp(grid + math.log(1 - cut), grid, wait)
            best = np.maximum(best, -tender + (1 - win) * (np.exp(grid) - 1) + win * kept)
        if year == 0:
            break
        shifted = np.interp(grid + mean, grid, best)
        pad = len(offsets) // 2
        wait = math.exp(-discount) * np.convolve(np.pad(shifted, pad, mode="edge"), kernel, mode="valid")
    return float(np.interp(math.log(value), grid, best))


@pytest.mark.parametrize(
    ("extra", "oracle"),
    [
        ({}, {}),
        ({"break_fee": 0.2}, {"fee": 0.2}),
        (
            {"p_incumbent_wins": 0.6, "retender_cost": 0.03, "premium_cut_share": 0.1},
            {"win": 0.6, "tender": 0.03, "cut": 0.1},
        ),
    ],
)
def test_contract_dates_agree_with_a_dense_oracle(extra, oracle):
    found = optimal_exit(
        premium=1.1,
        volatility=0.2,
        drift=0.01,
        discount=0.04,
        switching_cost=1.0,
        horizon=8,
        exercise="contract_end",
        contract_years=3,
        years_to_contract_end=2,
        **extra,
    )
    coarse, fine = (
        dense_oracle(1.1, 0.2, 0.01, 0.04, 8, (2, 5, 8), points=points, **oracle) for points in (4001, 8001)
    )
    assert found.value == pytest.approx(fine + (fine - coarse) / 3, abs=1e-6)


def test_zero_volatility_is_the_npv_rule():
    for premium in (50.0, 99.9, 100.1, 250.0):
        found = optimal_exit(premium=premium, volatility=0, drift=0, discount=0.04, switching_cost=100, horizon=10)
        assert found.value == pytest.approx(max(premium - 100, 0))
        assert found.value_of_waiting == pytest.approx(0)
        assert found.exit_now is (premium > 100)
    assert found.trigger["trigger_ratio"].to_numpy() == pytest.approx(np.ones(11))


def test_small_volatility_approaches_the_npv_rule():
    found = optimal_exit(premium=120, volatility=0.005, drift=0, discount=0.04, switching_cost=100, horizon=5)
    assert found.trigger["trigger_ratio"].iloc[0] == pytest.approx(1.0, abs=0.02)


def test_growing_premium_without_noise_waits_until_the_known_level():
    # Dixit & Pindyck 5.1: with σ = 0 and 0 < μ < r the trigger is r/(r - μ) = 0.04/0.03
    found = optimal_exit(premium=100, volatility=0, drift=0.01, discount=0.04, switching_cost=100, horizon=60)
    assert found.trigger["trigger_ratio"].iloc[0] == pytest.approx(4 / 3, rel=1e-3)


def test_long_horizon_reaches_the_perpetual_trigger():
    assert perpetual_trigger_ratio(discount=0.04, payout=0.04, volatility=0.2) == pytest.approx(2.0)
    ratios = [
        optimal_exit(premium=100, volatility=0.2, drift=0, discount=0.04, switching_cost=100, horizon=years)
        .trigger["trigger_ratio"]
        .iloc[0]
        for years in (5, 20, 100)
    ]
    assert ratios[0] < ratios[1] < ratios[2] < 2.0
    assert ratios[2] == pytest.approx(2.0, rel=1e-3)


def test_long_horizon_of_a_costly_wait_stays_below_the_perpetual_trigger():
    # δ = 8 %, r = 4 %, σ = 20 %: β = (3 + √17)/2; a finite right is worth less, so its trigger is lower
    perpetual = perpetual_trigger_ratio(discount=0.04, payout=0.08, volatility=0.2)
    beta = (3 + math.sqrt(17)) / 2
    assert perpetual == pytest.approx(beta / (beta - 1))
    found = optimal_exit(premium=100, volatility=0.2, drift=-0.04, discount=0.04, switching_cost=100, horizon=100)
    assert found.trigger["trigger_ratio"].iloc[0] < perpetual
    assert found.trigger["trigger_ratio"].iloc[0] == pytest.approx(perpetual, rel=1e-4)
    assert found.summary().startswith("割増の現在の大きさは 100円。")


@settings(max_examples=4, deadline=None)
@given(st.floats(0.05, 0.5), st.floats(-0.02, 0.03), st.floats(0.6, 2.5))
def test_restricting_dates_never_raises_the_value(volatility, drift, premium):
    call = {
        "premium": premium,
        "volatility": volatility,
        "drift": drift,
        "discount": 0.05,
        "switching_cost": 1.0,
        "horizon": 6,
    }
    free = optimal_exit(**call)
    fee = optimal_exit(**call, exercise="contract_end", contract_years=3, years_to_contract_end=0, break_fee=0.1)
    yearly = optimal_exit(**call, exercise="contract_end", contract_years=1, years_to_contract_end=0)
    ends = optimal_exit(**call, exercise="contract_end", contract_years=3, years_to_contract_end=0)
    assert free.value >= yearly.value - 2e-6
    assert yearly.value >= fee.value - 1e-9
    assert fee.value >= ends.value - 1e-9
    assert ends.value >= ends.npv_value - 1e-12


def test_exit_region_is_monotone_in_the_premium_and_in_uncertainty():
    call = {
        "drift": 0.0,
        "discount": 0.04,
        "switching_cost": 1.0,
        "horizon": 8,
        "exercise": "contract_end",
        "contract_years": 2,
        "years_to_contract_end": 0,
    }
    level = optimal_exit(premium=1.0, volatility=0.2, **call).trigger["trigger_yen"].iloc[0]
    leaves = [
        optimal_exit(premium=level * factor, volatility=0.2, **call).exit_now
        for factor in (0.7, 0.9, 0.999, 1.001, 1.2, 3)
    ]
    assert leaves == [False, False, False, True, True, True]
    triggers = [
        optimal_exit(premium=1.0, volatility=s, **call).trigger["trigger_yen"].iloc[0] for s in (0.05, 0.2, 0.4)
    ]
    assert triggers == sorted(triggers)


def test_yearly_premium_is_capitalised_to_the_horizon():
    # no growth, no noise, 5 years at 4 %: an amount a year is worth (1 - e^-0.2)/0.04 = 4.5317 today
    found = optimal_exit(
        premium=25, volatility=0, drift=0, discount=0.04, switching_cost=100, horizon=5, yearly_premium=True
    )
    assert found.npv_value == pytest.approx(25 * (1 - math.exp(-0.2)) / 0.04 - 100)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"premium": -1}, "-1"),
        ({"volatility": 9.0}, "9.0"),
        ({"exercise": "sometimes"}, "sometimes"),
        ({"exercise": "contract_end"}, "contract_years"),
        ({"drift": 0.2}, "0.2"),
        ({"p_incumbent_wins": 0.5}, "contract_end"),
    ],
)
def test_wrong_terms_are_refused(change, message):
    call = {
        "premium": 100,
        "volatility": 0.2,
        "drift": 0.0,
        "discount": 0.04,
        "switching_cost": 100,
        "horizon": 5,
    } | change
    with pytest.raises(ModelError, match=message):
        optimal_exit(**call)


def candidates() -> pd.DataFrame:
    rng = np.random.default_rng(4)
    rows = [
        (
            f"S{i}",
            year,
            float(rng.integers(-20, 100)) * 1e6,
            float(rng.integers(10, 60)) * 1e6,
            float(rng.integers(1, 4)),
            f"V{i % 2}",
        )
        for i in range(5)
        for year in (2027, 2028)
    ]
    return pd.DataFrame(rows, columns=["system_id", "exit_fy", "value_yen", "switching_yen", "exit_fte", "vendor_id"])


def test_plan_agrees_with_every_combination():
    table = candidates()
    staff, budget = {2027: 4.0, 2028: 5.0}, {2027: 90e6, 2028: 80e6}
    vendor = {("V0", 2027): 1.0, ("V0", 2028): 1.0}
    found = plan_exits(table, staff_fte=staff, vendor_exits=vendor, budget_yen=budget)
    best = 0.0
    groups = [[None, *rows] for rows in table.groupby("system_id").indices.values()]
    for choice in itertools.product(*groups):
        picked = table.loc[[row for row in choice if row is not None]]
        ok = all(
            picked.loc[picked.exit_fy == year, "exit_fte"].sum() <= staff[year]
            and picked.loc[picked.exit_fy == year, "switching_yen"].sum() <= budget[year]
            and ((picked.exit_fy == year) & (picked.vendor_id == "V0")).sum() <= 1
            for year in (2027, 2028)
        )
        best = max(best, picked["value_yen"].sum()) if ok else best
    assert found.value_yen == pytest.approx(best)
    assert found.report.gap <= 1e-4
    assert (found.capacity["used_value"] <= found.capacity["capacity_value"] + 1e-6).all()


def test_more_capacity_never_hurts_and_prices_are_paid_where_it_binds():
    table = candidates()
    tight = plan_exits(table, staff_fte={2027: 2.0, 2028: 2.0})
    loose = plan_exits(table, staff_fte={2027: 20.0, 2028: 20.0})
    free = plan_exits(table)
    assert tight.value_yen <= loose.value_yen == free.value_yen
    assert loose.capacity["shadow_price_yen"].sum() == pytest.approx(0)
    assert tight.capacity["shadow_price_yen"].max() > 0
    assert free.years["value_lost_yen"].sum() == pytest.approx(0)  # everyone has their own best year


def test_years_without_a_capacity_are_named():
    with pytest.raises(ModelError, match="2028"):
        plan_exits(candidates(), staff_fte={2027: 1.0})


LEAD = LeadTimes(
    migration_months=12,
    signing_days=30,
    notice_days=40,
    specification_months=6,
    estimate_months=2,
    budget_request_day=1031,
    budget_vote_day=324,
)


def test_calendar_by_hand():
    # end 2029-03-31, live 2029-04-01, signed 2028-04-01, opened 2028-03-02, announced 2028-01-22 (FY2027), specification from 2027-07-22;
    # FY2027's budget is voted on 2027-03-24 after the request of 2026-10-31, whose estimate starts 2026-08-31: that is the last safe day
    table = pd.DataFrame({"system_id": ["A"], "contract_end_date": [pd.Timestamp("2029-03-31")]})
    row = exit_calendar(table, lead=LEAD, as_of=dt.date(2026, 11, 1)).to_frame().iloc[0]
    assert row["announced_date"] == pd.Timestamp("2028-01-22")
    assert row["budget_vote_date"] == pd.Timestamp("2027-03-24")
    assert row["decision_date"] == pd.Timestamp("2026-08-31")
    assert row["is_past"]
    assert row["binding_ja"] == "予算要求・債務負担行為"


@given(st.dates(dt.date(2026, 1, 1), dt.date(2040, 12, 31)))
def test_every_step_precedes_the_next(end):
    row = (
        exit_calendar(
            pd.DataFrame({"system_id": ["A"], "contract_end_date": [pd.Timestamp(end)]}),
            lead=LEAD,
            as_of=dt.date(2026, 11, 1),
        )
        .to_frame()
        .iloc[0]
    )
    order = ["decision_date", "specification_date", "announced_date", "opening_date", "signing_date", "go_live_date"]
    assert row[order].is_monotonic_increasing
    assert (
        row["decision_date"]
        <= row["estimate_date"]
        <= row["budget_request_date"]
        <= row["budget_vote_date"]
        <= row["announced_date"]
    )


def test_calendar_without_dates_is_refused():
    with pytest.raises(ModelError, match="契約終了日"):
        exit_calendar(
            pd.DataFrame({"system_id": ["A"], "contract_end_date": [pd.NaT]}), lead=LEAD, as_of=dt.date(2026, 11, 1)
        )
