"""What does one case say about lock-in, worked out once and read by every question that rests on it?

Nothing is computed when a study is made; each step is worked out when first asked for and kept. A step that lacks a table raises MissingTableError, which
``attempt`` turns into 算出不能 for the question that asked. The steps are those of the room's own files; this file adds no method.
"""

from __future__ import annotations

from functools import cached_property

import pandas as pd

from dxmodels.errors import MissingTableError
from dxmodels.inputs import Case, Register
from dxmodels.lockin.calendar import ExitCalendar, LeadTimes, exit_calendar
from dxmodels.lockin.clauses import ClausePlan, list_clauses
from dxmodels.lockin.diagnosis import Diagnosis, DiagnosisRule, diagnose_systems
from dxmodels.lockin.forecast import CostForecast, forecast_costs
from dxmodels.lockin.from_case import ExitAssumptions, cost_series, lead_times
from dxmodels.lockin.indicators import IndicatorSettings, IndicatorTable, evaluate_indicators
from dxmodels.lockin.indicators.evidence import Evidence, read_evidence


class LockinStudy:
    """The steps from the tables of a case to diagnosis, clauses and calendar; ``seed`` is that of the rank intervals."""

    def __init__(self, case: Case, register: Register, *, seed: int = 0) -> None:
        self.case, self.register, self.seed = case, register, seed

    @cached_property
    def settings(self) -> IndicatorSettings:
        """Thresholds of the register."""
        return IndicatorSettings.from_register(self.register)

    @cached_property
    def rule(self) -> DiagnosisRule:
        """Rule of the diagnosis from the register."""
        return DiagnosisRule.from_register(self.register)

    @cached_property
    def assumptions(self) -> ExitAssumptions:
        """Numbers of the exit questions from the register."""
        return ExitAssumptions.from_register(self.register)

    @cached_property
    def lead(self) -> LeadTimes:
        """Lengths of the steps of a procurement (特定調達, the longer notice)."""
        return lead_times(self.register, is_wto=True)

    @cached_property
    def systems(self) -> pd.DataFrame:
        """The inventory."""
        return self.case.table("systems")

    @cached_property
    def evidence(self) -> Evidence:
        """Tables as the indicators read them."""
        return read_evidence(self.case, self.settings)

    @cached_property
    def indicators(self) -> IndicatorTable:
        """Every indicator for every subject."""
        return evaluate_indicators(self.case, self.settings)

    @cached_property
    def diagnosis(self) -> Diagnosis:
        """Diagnosis of every system of the inventory."""
        return diagnose_systems(self.indicators, self.systems, rule=self.rule, seed=self.seed)

    @cached_property
    def clauses(self) -> ClausePlan:
        """Clauses of every system."""
        return list_clauses(self.indicators)

    @cached_property
    def calendar(self) -> ExitCalendar:
        """Dates counted back from every contract end of the inventory."""
        return self._calendar_with(self.lead)

    @cached_property
    def late_between(self) -> tuple[int, int]:
        """How many decisions are late where every step takes its shortest and its longest time of the register."""
        low, high = (
            self._calendar_with(lead_times(self.register, is_wto=True, level=level)).late_count
            for level in ("low", "high")
        )
        return low, high

    @cached_property
    def cost_forecast(self) -> CostForecast:
        """Running cost of every system, its department and the prefecture over the horizon, if nothing is decided."""
        groups = self.systems[["system_id", "department_id"]].rename(columns={"system_id": "id"})
        return forecast_costs(cost_series(self.case), horizon=self.assumptions.horizon_years, groups=groups)

    def _calendar_with(self, lead: LeadTimes) -> ExitCalendar:
        return exit_calendar(self.case.table("systems", ["contract_end_date"]), lead=lead, as_of=self.case.as_of)

    def names(self, table: str, key: str) -> pd.Series:
        """Return names by id from a table of the case; empty where the case has no such table."""
        try:
            rows = self.case.table(table)
        except MissingTableError:
            return pd.Series(dtype=object)
        return rows.drop_duplicates(key).set_index(rows[key].astype(str))["name_ja"]
