"""Which tables and sentences does the lock-in notebook show? One function an exhibit, each from a LockinStudy; no method of its own."""

from dxmodels.lockin.answers.answer import Answer, limits_of, reading_of
from dxmodels.lockin.answers.backtests import backtest_own_cost, backtest_published_series
from dxmodels.lockin.answers.contracts import (
    list_clause_outlines,
    list_clauses_by_system,
    plan_gate,
)
from dxmodels.lockin.answers.diagnosis import place_systems, rank_suspicion, show_indicator_coverage, weigh_statement
from dxmodels.lockin.answers.exits import (
    compare_paths_of_case,
    forecast_total,
    list_exits,
    plan_all_exits,
    show_calendar,
    show_forecast_backtest,
)
from dxmodels.lockin.answers.history import estimate_premium_ladder, predict_next_tender, show_tender_history
from dxmodels.lockin.answers.specification import (
    check_example_specification,
    check_own_specification,
    count_back_contract,
)
from dxmodels.lockin.study import LockinStudy

RULE_ASSUMPTIONS = (
    "diagnosis_level_share",
    "diagnosis_locked_levels_count",
    "diagnosis_value_cut_score",
    "diagnosis_fit_cut_score",
)
STATEMENT_ASSUMPTIONS = ("statement_systems_count", "statement_budget_share")
EXIT_ASSUMPTIONS = (
    "exit_premium_rate",
    "exit_premium_volatility",
    "exit_premium_drift",
    "exit_horizon_years",
    "long_term_contract_years",
    "exit_p_incumbent_wins",
    "exit_premium_cut_share",
    "exit_retender_cost_share",
    "exit_break_fee_share",
    "exit_rebuild_anyway_share",
    "discount_rate_standard",
)
CALENDAR_ASSUMPTIONS = (
    "notice_days_wto",
    "exit_migration_months",
    "exit_signing_days",
    "exit_specification_months",
    "exit_estimate_months",
    "budget_request_month",
    "council_vote_month",
)
GATE_ASSUMPTIONS = (
    "gate_specification_hours",
    "gate_budget_hours",
    "gate_return_share",
    "gate_reviewers_fte",
    "fte_hours_per_year",
)

__all__ = [
    "CALENDAR_ASSUMPTIONS",
    "EXIT_ASSUMPTIONS",
    "GATE_ASSUMPTIONS",
    "RULE_ASSUMPTIONS",
    "STATEMENT_ASSUMPTIONS",
    "Answer",
    "LockinStudy",
    "backtest_own_cost",
    "backtest_published_series",
    "check_example_specification",
    "check_own_specification",
    "compare_paths_of_case",
    "count_back_contract",
    "estimate_premium_ladder",
    "forecast_total",
    "limits_of",
    "list_clause_outlines",
    "list_clauses_by_system",
    "list_exits",
    "place_systems",
    "plan_all_exits",
    "plan_gate",
    "predict_next_tender",
    "rank_suspicion",
    "reading_of",
    "show_calendar",
    "show_forecast_backtest",
    "show_indicator_coverage",
    "show_tender_history",
    "weigh_statement",
]
