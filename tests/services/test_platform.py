"""The data-linkage platform by hand, its guard, its stop rule, its curves and the published facts."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dxmodels.errors import ModelError
from dxmodels.glossary import missing_terms
from dxmodels.inputs import Register, load_case, load_register
from dxmodels.services.platform import evaluate_platform, hour_margin
from dxmodels.services.platform_facts import read_published_platform, switching_values
from dxmodels.services.platform_uptake import bass_share, estimate_uptake_rates, logistic_share
from dxmodels.services.use_cases import EXAMPLE_USE_CASES, UseCase

ONE = UseCase("one", "証明の取得", "郵送の減")
TWO = UseCase("two", "資格の確認", "照会の減")
# One use, everybody half connected for ever (rate 0): 1,000 × 0.5 = 500 uses, 100 yen and 0.5 h each.
BASE = {
    "platform_fixed_yen": 60_000.0, "platform_management_yen": 10_000.0, "platform_connect_yen": 100.0, "platform_connect_running_yen": 10.0,
    "platform_use_variable_yen": 2.0, "platform_start_share": 0.5, "platform_uptake_rate": 0.0, "platform_bass_innovation": 0.03,
    "platform_bass_imitation": 0.38, "platform_hour_ceiling_yen": 100.0, "platform_horizon_years": 5.0, "platform_grace_years": 1.0,
    "platform_stop_years": 2.0, "platform_one_uses": 1000.0, "platform_one_cash_yen": 100.0, "platform_one_minutes": 30.0, "platform_one_delay": 0.0,
    "platform_two_uses": 10.0, "platform_two_cash_yen": 1.0, "platform_two_minutes": 60.0, "platform_two_delay": 1.0,
}  # fmt: skip


def account(use_cases: tuple[UseCase, ...] = (ONE,), curve: str = "logistic", **changes: object):  # type: ignore[no-untyped-def]
    elsewhere = changes.pop("claimed_elsewhere", None)
    register = Register.of(**{**BASE, **changes})  # type: ignore[arg-type]
    return evaluate_platform(register, use_cases, start_fy=2026, municipalities=10, seed=1, draws=64, curve=curve, claimed_elsewhere=elsewhere)  # type: ignore[arg-type]  # fmt: skip


def test_the_account_by_hand() -> None:
    # Connections: first year 10 × 0.5 × 100 = 500 and 10 × 0.5 × 10 = 50 a year; variable 2 × 500 = 1,000; cash 50,000; hours 250.
    table = account().by_year
    assert table["platform_connection_yen"].tolist() == [550, 50, 50, 50, 50]
    assert table["platform_net_yen"].tolist() == [50_000 - 71_550, *[50_000 - 71_050] * 4]
    assert table["platform_hours_count"].tolist() == [250] * 5
    assert table["hour_price_yen"].tolist() == [86, *[84] * 4]  # 21,550 ÷ 250 = 86.2; 21,050 ÷ 250 = 84.2


def test_break_even_and_stop_line_by_hand() -> None:
    # Second year: standing cost 70,050. Cash 100 − 2 = 98 a use → 715 uses; with 0.5 h at 100 yen at most: 148 a use → 474 uses.
    second = account().by_year.iloc[1]
    assert (second["platform_even_count"], second["platform_stop_count"]) == (715, 474)


def test_price_of_an_hour_is_a_ratio_of_sums_and_decides() -> None:
    answer = account()
    assert answer.hour_price_yen == pytest.approx((21_550 + 4 * 21_050) / (5 * 250))
    assert answer.pays
    assert "現金だけでは5年で元が取れない" in answer.summary()
    assert not account(platform_hour_ceiling_yen=80.0).pays


def test_stop_rule_bites_after_grace_and_two_years_running() -> None:
    assert account().stop_fy is None
    dear = account(platform_hour_ceiling_yen=80.0)  # price 84 > 80 in years 2, 3: stopped in FY2028
    assert dear.stop_fy == 2028
    assert account(platform_hour_ceiling_yen=80.0, platform_grace_years=3.0).stop_fy == 2030
    assert "2年続けて" in dear.stop_rule()


def test_stop_line_in_uses_says_the_same_as_the_price() -> None:
    for ceiling in (60.0, 83.0, 85.0, 120.0):
        table = account(platform_hour_ceiling_yen=ceiling).by_year
        below_line = table["platform_uses_count"] < table["platform_stop_count"]
        assert (below_line == (table["hour_price_yen"] > ceiling)).all()


def test_cash_break_even_by_hand() -> None:
    cheap = account(platform_fixed_yen=30_000.0)  # −550 − 1,000 + 50,000 − 40,000 > 0 at once
    assert cheap.cash_break_even_fy == 2026
    assert cheap.cash_break_even_share == 1.0


def test_two_use_cases_may_not_claim_one_benefit() -> None:
    with pytest.raises(ModelError, match="二重に数えています"):
        account((ONE, UseCase("two", "別の使い方", ONE.benefit_ja)))
    with pytest.raises(ModelError, match="1件もありません"):
        account(())


def test_a_benefit_claimed_elsewhere_counts_as_zero_but_its_cost_stays() -> None:
    both, without = account((ONE, TWO)), account((ONE, TWO), claimed_elsewhere={ONE.benefit_ja: "図表E06"})
    assert without.by_use_case["platform_cash_yen"].iloc[0] == 0
    assert "図表E06" in without.by_use_case["claim_state_ja"].iloc[0]
    assert without.by_year["platform_connection_yen"].equals(both.by_year["platform_connection_yen"])
    assert without.by_year["platform_cash_yen"].sum() == both.by_use_case["platform_cash_yen"].iloc[1]


def test_a_use_begins_when_it_is_launched_and_years_without_use_have_no_price() -> None:
    table = account((TWO,)).by_year
    assert table["platform_uses_count"].tolist() == [0, 5, 5, 5, 5]
    assert pd.isna(table["hour_price_yen"].iloc[0])


def test_bands_come_from_ranges_and_hold_the_middle() -> None:
    answer = account(platform_fixed_yen=(40_000.0, 60_000.0, 90_000.0))
    low, middle, high = answer.hour_price_band_yen
    assert low < middle < high
    again = account(platform_fixed_yen=(40_000.0, 60_000.0, 90_000.0))
    assert again.hour_price_band_yen == answer.hour_price_band_yen
    still = account().hour_price_band_yen
    assert still == pytest.approx((account().hour_price_yen,) * 3)


@settings(max_examples=25, deadline=None)
@given(st.floats(0.01, 0.9), st.floats(0.0, 3.0), st.floats(0.0, 20.0))
def test_logistic_starts_grows_and_stays_below_one(start: float, rate: float, years: float) -> None:
    assert logistic_share(0.0, start, rate) == pytest.approx(start)
    assert start - 1e-12 <= float(logistic_share(years, start, rate)) <= 1.0
    assert float(logistic_share(-1.0, start, rate)) == 0.0


def test_bass_against_its_differential_equation() -> None:
    time = np.linspace(0, 15, 3001)
    share = bass_share(time, 0.03, 0.38)
    growth = np.gradient(share, time)
    assert growth[1:-1] == pytest.approx(((0.03 + 0.38 * share) * (1 - share))[1:-1], abs=1e-5)
    assert float(bass_share(0.0, 0.03, 0.38)) == 0.0


def test_uptake_rates_by_hand_and_the_registers_range_is_that_of_the_published_counts() -> None:
    two = pd.DataFrame({"uptake_id": ["a", "a"], "service_ja": "甲", "as_of_date": pd.to_datetime(["2020-01-01", "2024-01-01"]), "members_count": [10, 30], "eligible_count": [40, 40]})  # fmt: skip
    assert estimate_uptake_rates(two).median == pytest.approx(
        2 * np.log(3) / 4, rel=1e-3
    )  # logit ¾ − logit ¼ = 2 ln 3, four years
    rates = estimate_uptake_rates(load_case("osaka", tables=["joint_uptake"]).table("joint_uptake"))
    entry = load_register()["platform_uptake_rate"].at(None)
    assert [entry.low, entry.central, entry.high] == [round(x, 2) for x in (rates.slowest, rates.median, rates.fastest)]
    with pytest.raises(ModelError, match="2時点"):
        estimate_uptake_rates(two.head(1))


def test_switching_value_turns_the_verdict() -> None:
    names = ("platform_fixed_yen", "platform_hour_ceiling_yen")
    register = Register.of(**{**BASE, "platform_fixed_yen": (30_000.0, 60_000.0, 90_000.0), "platform_hour_ceiling_yen": (90.0, 100.0, 110.0)})  # type: ignore[arg-type]  # fmt: skip
    answer = switching_values(register, (ONE,), municipalities=10, names=names)
    # Price = 100 when Σ(C − K) = 125,000: five years of fixed cost f give 5 f + 50,000 + 750 + 5,000 − 250,000 = 125,000 → f = 63,850.
    exact = register.replace("platform_fixed_yen", central=63_850.0)
    assert hour_margin(exact, (ONE,), municipalities=10) == pytest.approx(0.0, abs=1e-6)
    assert answer.to_frame()["flip_state_ja"].tolist() == ["逆転する", "逆転しない"]
    assert "63,8" in answer.to_frame()["switch_text_ja"].iloc[0]
    assert "見合わない" in answer.summary()


def test_published_facts_alone() -> None:
    case = load_case("osaka", tables=["context", "municipalities"], published_only=True)
    answer = read_published_platform(case.table("context"), case.table("municipalities"), load_register())
    assert answer.budget_yen == 339_120_000
    assert answer.per_resident_yen == pytest.approx(339_120_000 / 8_837_685)
    assert (answer.to_frame()["platform_value_ja"] == "算出不能").sum() == 3
    with pytest.raises(ModelError, match="予算がありません"):
        read_published_platform(case.table("context").head(2), case.table("municipalities"), load_register())


def test_the_embedded_example_runs_and_every_column_has_a_label() -> None:
    register = load_register()
    answer = evaluate_platform(register, EXAMPLE_USE_CASES, start_fy=2026, municipalities=43, seed=2026, draws=64)
    frames = [answer.by_year, answer.by_use_case, switching_values(register, EXAMPLE_USE_CASES, municipalities=43, names=("platform_fixed_yen",)).table]  # fmt: skip
    assert missing_terms(name for frame in frames for name in frame.columns) == []
    assert set(answer.assumptions) <= set(register)
    assert (answer.by_year["platform_cumulated_p05_yen"] <= answer.by_year["platform_cumulated_p95_yen"]).all()


def test_unknown_curve_is_refused() -> None:
    with pytest.raises(ModelError, match="普及曲線"):
        account(curve="gompertz")
