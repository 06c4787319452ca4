"""Who is locked in, what does it cost, and when to leave?

Signals (``indicators``), diagnosis and the planners' statement (``diagnosis``, ``statement``), price premium (``premium``), cost
forecasts (``forecast``), exit of one system and of all (``exit``, ``exit_plan``), clauses and gates (``clauses``, ``gates``).
"""

from __future__ import annotations

from dxmodels.lockin.clauses import ClausePlan, list_clauses
from dxmodels.lockin.diagnosis import Diagnosis, DiagnosisRule, diagnose_systems
from dxmodels.lockin.exit import ExitPolicy, optimal_exit, perpetual_trigger_ratio
from dxmodels.lockin.exit_plan import ExitPlan, plan_exits
from dxmodels.lockin.forecast import CostForecast, forecast_costs
from dxmodels.lockin.gates import SpecificationCheck, check_specification
from dxmodels.lockin.indicators import IndicatorSettings, IndicatorTable, evaluate_indicators
from dxmodels.lockin.premium import PremiumEstimate, estimate_premium
from dxmodels.lockin.statement import Statement, StatementCheck, check_statement

__all__ = [
    "ClausePlan",
    "CostForecast",
    "Diagnosis",
    "DiagnosisRule",
    "ExitPlan",
    "ExitPolicy",
    "IndicatorSettings",
    "IndicatorTable",
    "PremiumEstimate",
    "SpecificationCheck",
    "Statement",
    "StatementCheck",
    "check_specification",
    "check_statement",
    "diagnose_systems",
    "estimate_premium",
    "evaluate_indicators",
    "forecast_costs",
    "list_clauses",
    "optimal_exit",
    "perpetual_trigger_ratio",
    "plan_exits",
]
