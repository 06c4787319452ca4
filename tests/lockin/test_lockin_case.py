"""From a case to series, premium, exits, calendar and gate: small cases by hand, the planted truth, and pictures."""

from __future__ import annotations

import datetime as dt
import io
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from matplotlib.axes import Axes

from dxmodels.figures import lockin as figures
from dxmodels.figures import lockin_forecast as forecast_figures
from dxmodels.inputs import Case, Register, load_case, load_register
from dxmodels.lockin.calendar import exit_calendar
from dxmodels.lockin.clauses import list_clauses
from dxmodels.lockin.diagnosis import LOCKED, OPEN, UNKNOWN, Diagnosis, DiagnosisRule, diagnose_systems
from dxmodels.lockin.exit_case import evaluate_exits, list_exit_options, plan_case_exits
from dxmodels.lockin.forecast import compare_paths, forecast_costs
from dxmodels.lockin.from_case import (
    EVENTS,
    ExitAssumptions,
    cost_series,
    exit_fields,
    lead_times,
    planners_statement,
    premium_rows,
    renewal_events,
    review_effort,
)
from dxmodels.lockin.gate_load import plan_gate_load
from dxmodels.lockin.indicators import IndicatorSettings, IndicatorTable, evaluate_indicators
from dxmodels.lockin.premium import estimate_premium

TRUTH = Path(__file__).parents[2] / "data" / "osaka" / "truth" / "planted_systems.csv"
CONTROLS = ["users_log", "servers_log", "customisation_rate", "age_years", "has_own_server"]


@pytest.fixture(scope="module")
def osaka() -> Case:
    return load_case("osaka")


@pytest.fixture(scope="module")
def register() -> Register:
    return load_register()


@pytest.fixture(scope="module")
def indicators(osaka, register) -> IndicatorTable:
    return evaluate_indicators(osaka, IndicatorSettings.from_register(register))


@pytest.fixture(scope="module")
def diagnosis(osaka, register, indicators) -> Diagnosis:
    return diagnose_systems(indicators, osaka.table("systems"), rule=DiagnosisRule.from_register(register))


def small_case() -> Case:
    systems = pd.DataFrame(
        {
            "system_id": ["A", "B", "C"],
            "system_kind": "文書管理",
            "vendor_id": ["V1", "V1", "V2"],
            "annual_cost_yen": [116_000_000, 116_000_000, None],
            "replacement_cost_yen": [200_000_000, 200_000_000, 100_000_000],
            "contract_end_date": ["2029-03-31", "2029-03-31", "2029-03-31"],
            "end_of_support_date": ["2030-01-01", None, None],
        }
    )
    spending = pd.DataFrame(
        {
            "system_id": ["A", "A", "A", "A"],
            "fiscal_year": [2024, 2024, 2025, 2024],
            "cost_item": ["operation_work", "data_centre", "operation_work", "one_off"],
            "budget_yen": [100, 50, 120, 999],
            "contract_yen": [90, None, 110, 999],
            "settled_yen": [80, None, None, 999],
        }
    )
    return Case.from_frames(
        {"systems": systems, "spending": spending}, base_fy=2026, as_of=dt.date(2026, 11, 1), validate=False
    )


def test_series_take_the_best_known_amount_and_leave_one_off_cost_out():
    # FY2024: settled 80 + budgeted 50; FY2025: contracted 110
    assert cost_series(small_case()).to_dict("list") == {
        "id": ["A", "A"],
        "fiscal_year": [2024, 2025],
        "cost_yen": [130.0, 110.0],
    }


ASSUMED = ExitAssumptions(
    premium_rate=0.16, premium_volatility=0.1, premium_drift=0.0, discount_rate=0.04, horizon_years=10, contract_years=5, p_incumbent_wins=0.75,
    premium_cut_share=0.25, retender_cost_share=0.03, break_fee_share=0.2, staff_per_system_fte=0.5, rebuild_anyway_share=0.7,
)  # fmt: skip


def test_exit_fields_by_hand():
    states = pd.Series([LOCKED, LOCKED, LOCKED], index=list("ABC"))
    found = exit_fields(small_case(), states, assumptions=ASSUMED)
    table = found.table.set_index("system_id")
    assert found.left_out_count == 1  # C has no cost
    assert table["premium_yen"].tolist() == pytest.approx([16_000_000, 16_000_000])  # 116 / 1.16 = 100
    # A's platform ends within ten years, so 70 % of the rebuild is due anyway; B's end is unknown: all of it counts
    assert table["switching_yen"].tolist() == pytest.approx([60_000_000, 200_000_000])
    assert table["contract_end_fy"].tolist() == [2028, 2028]
    options = list_exit_options(found, base_fy=2026, assumptions=ASSUMED)
    # A in FY2028: 16 M a year from FY2029 to FY2036 at 4 %, less 60 M at FY2028
    expected = 16e6 * sum(1.04 ** (2026 - year) for year in range(2029, 2037)) - 60e6 * 1.04**-2
    assert options.set_index(["system_id", "exit_fy"])["value_yen"].to_dict() == pytest.approx({("A", 2028): expected})


def test_late_decisions_push_the_exit_to_the_next_contract_end(register):
    found = exit_fields(small_case(), pd.Series([LOCKED], index=["A"]), assumptions=ASSUMED)
    late = exit_calendar(found.table, lead=lead_times(register, is_wto=True), as_of=dt.date(2028, 12, 1))
    options = list_exit_options(found, base_fy=2026, assumptions=ASSUMED, calendar=late)
    assert late.table["is_past"].all()
    assert 2028 not in options["exit_fy"].tolist()


def test_single_exits_follow_the_rule_of_value(register):
    found = exit_fields(small_case(), pd.Series([LOCKED, LOCKED], index=list("AB")), assumptions=ASSUMED)
    table = evaluate_exits(found, base_fy=2026, assumptions=ASSUMED).table.set_index("system_id")
    assert table.at["A", "value_yen"] > table.at["B", "value_yen"] >= 0
    assert pd.isna(table.at["B", "best_exit_fy"])  # 200 M for at most 16 M a year
    assert (table["value_of_waiting_yen"] >= -1e-6).all()


def test_the_planted_premium_is_inside_its_interval(osaka):
    truth = pd.read_csv(TRUTH).set_index("system_id")
    states = pd.Series(np.where(truth["locked_in"], LOCKED, OPEN), index=truth.index)
    rows = premium_rows(osaka, states)
    found = estimate_premium(
        rows,
        outcome="annual_cost_yen",
        treatment="locked_in",
        controls=CONTROLS,
        method="ols",
        log_outcome=True,
        placebo_outcome="hardware_lease_yen",
    )
    assert found.interval[0] <= 0.152 <= found.interval[1]
    assert "0 を含む" in found.diagnostics.set_index("check_ja").at["偽の結果での検定", "meaning_ja"]
    naive = estimate_premium(
        rows, outcome="annual_cost_yen", treatment="locked_in", controls=(), method="ols", log_outcome=True
    )
    assert naive.estimate > found.estimate + 0.1  # size is what makes the naive difference


def test_unknown_states_are_left_out_of_the_premium(osaka):
    rows = premium_rows(osaka, pd.Series([LOCKED, OPEN, UNKNOWN], index=["P001", "P002", "P003"]))
    assert rows["system_id"].tolist() == ["P001", "P002"]
    assert rows["locked_in"].tolist() == [1.0, 0.0]


def test_renewals_are_told_apart_by_competition(osaka, register):
    events = renewal_events(osaka, IndicatorSettings.from_register(register))
    assert (events[list(EVENTS)].sum(axis=1) <= 2).all()
    assert (events[list(EVENTS)].sum() > 20).all()
    assert not events.duplicated(["id", "fiscal_year"]).any()


def test_the_statement_under_test_comes_from_the_register(register):
    said = planners_statement(register)
    assert (said.systems_count, said.budget_share) == (40, 0.5)


def pictures(osaka, register, indicators, diagnosis) -> dict[str, Axes]:
    settings = IndicatorSettings.from_register(register)
    series = cost_series(osaka)
    ids = sorted(series["id"].unique())[:30]
    series = series[series["id"].isin(ids)]
    departments = osaka.table("systems")[["system_id", "department_id"]].rename(columns={"system_id": "id"})
    forecast = forecast_costs(series, horizon=4, groups=departments[departments["id"].isin(ids)])
    events = renewal_events(osaka, settings)
    ahead = pd.DataFrame({"id": ids, "fiscal_year": 2027, **dict.fromkeys(EVENTS, 0.0)})
    paths = compare_paths(
        series,
        events=events,
        paths={"現行継続": ahead, "公開の再調達": ahead.assign(renewal_competed=1.0)},
        horizon=3,
        draws=50,
    )
    calendar = exit_calendar(osaka.table("systems"), lead=lead_times(register, is_wto=True), as_of=osaka.as_of)
    rows = premium_rows(osaka, diagnosis.states())
    call = {"outcome": "annual_cost_yen", "treatment": "locked_in", "controls": CONTROLS, "log_outcome": True}
    return {
        "quadrants": figures.plot_quadrants(diagnosis),
        "coverage": figures.plot_coverage(indicators),
        "ranks": figures.plot_lockin_ranks(diagnosis),
        "premium": figures.plot_premium_ladder(
            [estimate_premium(rows, method=method, **call) for method in ("ols", "regression_adjustment")]
        ),
        "calendar": figures.plot_exit_calendar(calendar),
        "gate": figures.plot_gate_load(plan_gate_load(calendar.table, effort=review_effort(register))),
        "forecast": forecast_figures.plot_forecast_total(forecast, history=series),
        "backtest": forecast_figures.plot_backtest(forecast),
        "paths": forecast_figures.plot_paths(paths),
    }


def test_every_picture_draws_without_a_missing_glyph(osaka, register, indicators, diagnosis):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for name, ax in pictures(osaka, register, indicators, diagnosis).items():
            ax.figure.savefig(io.BytesIO(), format="png", dpi=40)
            assert ax.get_xlabel() or ax.get_ylabel(), name
            assert ax.patches or ax.lines or ax.collections, name


def test_the_whole_way_from_case_to_plan(osaka, register, indicators, diagnosis):
    assumptions = ExitAssumptions.from_register(register)
    fields = exit_fields(osaka, diagnosis.states(), assumptions=assumptions)
    calendar = exit_calendar(osaka.table("systems"), lead=lead_times(register, is_wto=True), as_of=osaka.as_of)
    plan = plan_case_exits(osaka, fields, assumptions=assumptions, calendar=calendar)
    assert set(plan.years["system_id"]) <= set(fields.table["system_id"])
    assert (plan.capacity["used_value"] <= plan.capacity["capacity_value"] + 1e-9).all()
    assert plan.report.gap <= 1e-4
    tight = plan_case_exits(
        osaka, fields, assumptions=assumptions, calendar=calendar, budget_yen=dict.fromkeys(range(2026, 2037), 60e6)
    )
    assert tight.value_yen <= plan.value_yen
    assert len(list_clauses(indicators).of(fields.table["system_id"].iloc[0])) >= 5
