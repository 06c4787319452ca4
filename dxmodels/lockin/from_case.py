"""Which tables of a case do the generic lock-in tools need, ready to call from a notebook?

The tools of this room take any tidy table; these doors join a case's own tables for them, with the numbers of the register, and count what had to be left out.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from dxmodels.fiscal import fiscal_year_end, fiscal_year_of
from dxmodels.inputs import Case, Register
from dxmodels.inputs.schemas import ONE_OFF
from dxmodels.lockin.calendar import LeadTimes
from dxmodels.lockin.diagnosis import LOCKED, OPEN
from dxmodels.lockin.gate_load import ReviewEffort
from dxmodels.lockin.indicators.evidence import read_evidence
from dxmodels.lockin.indicators.settings import IndicatorSettings
from dxmodels.lockin.statement import Statement

EVENTS = ("renewal_competed", "renewal_single", "renewal_negotiated")
_FIRST_OF_MONTH = 100  # month × 100 + day
OWN_SERVERS = ("own_server", "shared_server")


def cost_series(case: Case) -> pd.DataFrame:
    """Return id, fiscal_year, cost_yen: running cost (one-off items left out), settled where known, else contracted, else budgeted, years up to the base year."""
    table = case.table("spending")
    table = table[(table["cost_item"] != ONE_OFF) & (table["fiscal_year"] <= case.base_fy)]
    amount = table["settled_yen"].fillna(table["contract_yen"]).fillna(table["budget_yen"])
    sums = amount.astype("Float64").groupby([table["system_id"], table["fiscal_year"]]).sum(min_count=1).dropna()
    frame = sums.reset_index()
    frame.columns = pd.Index(["id", "fiscal_year", "cost_yen"])
    return frame.astype({"id": str, "fiscal_year": int, "cost_yen": float})


def renewal_events(case: Case, settings: IndicatorSettings) -> pd.DataFrame:
    """Return id, fiscal_year and EVENTS (1 in the first year of a renewed contract: competed by two or more, single bid, negotiated)."""
    evidence = read_evidence(case, settings)
    rounds = evidence.rounds()
    bids = evidence.competitive_rounds().set_index("contract_id")["bids_count"]
    renewals = rounds[rounds["contract_kind"] == "renewal"]
    count = renewals["contract_id"].map(bids).astype("Float64")
    flags = pd.DataFrame(
        {
            "id": renewals["system_id"].astype(str),
            "fiscal_year": renewals["contract_fy"].astype(int),
            "renewal_competed": (count >= 2).fillna(False).astype(float),
            "renewal_single": (count == 1).fillna(False).astype(float),
            "renewal_negotiated": (renewals["contract_method"] == "随意契約").fillna(False).astype(float),
        }
    )
    return flags.groupby(["id", "fiscal_year"], as_index=False)[list(EVENTS)].max()


def premium_rows(case: Case, states: pd.Series) -> pd.DataFrame:
    """Return one row a system with a known lock-in state: annual_cost_yen, locked_in (0/1), users_log, servers_log, customisation_rate, age_years, has_own_server.

    Also hardware_lease_yen of the last settled year: the negative control, which lock-in to software cannot have moved.
    """
    systems = case.table("systems", ["annual_cost_yen"]).set_index("system_id")
    known = states[states.isin([LOCKED, OPEN])]
    rows = systems.reindex(known.index.astype(str))
    users, servers = rows["users_people"].astype("Float64"), rows["server_count"].astype("Float64")
    table = pd.DataFrame(
        {
            "system_id": rows.index,
            "annual_cost_yen": rows["annual_cost_yen"].astype("Float64"),
            "locked_in": (known == LOCKED).astype(float).to_numpy(),
            "users_log": np.log(users.where(users > 0).to_numpy(dtype=float, na_value=np.nan)),
            "servers_log": np.log1p(servers.to_numpy(dtype=float, na_value=np.nan)),
            "customisation_rate": rows["customisation_rate"].astype("Float64"),
            "age_years": (case.base_fy - rows["start_fy"]).astype("Float64"),
            "has_own_server": rows["hosting"].isin(OWN_SERVERS).astype(float).where(rows["hosting"].notna()),
        }
    ).reset_index(drop=True)
    return table.merge(_hardware_lease(case), on="system_id", how="left")


def _hardware_lease(case: Case) -> pd.DataFrame:
    if not case.has("spending"):
        return pd.DataFrame({"system_id": pd.Series(dtype=object), "hardware_lease_yen": pd.Series(dtype=float)})
    table = case.table("spending")
    lease = table[(table["cost_item"] == "hardware_lease") & table["settled_yen"].gt(0).fillna(False)]
    last = lease.sort_values("fiscal_year").groupby("system_id").tail(1)
    return pd.DataFrame(
        {"system_id": last["system_id"].astype(str), "hardware_lease_yen": last["settled_yen"].astype(float)}
    )


@dataclass(frozen=True)
class ExitAssumptions:
    """The numbers of the exit questions, from the register (rates per year, shares 0..1)."""

    premium_rate: float
    premium_volatility: float
    premium_drift: float
    discount_rate: float
    horizon_years: int
    contract_years: int
    p_incumbent_wins: float
    premium_cut_share: float
    retender_cost_share: float
    break_fee_share: float
    staff_per_system_fte: float
    rebuild_anyway_share: float

    @classmethod
    def from_register(cls, register: Register) -> ExitAssumptions:
        """Return the central values of the register."""
        value = register.value
        return cls(
            premium_rate=value("exit_premium_rate"),
            premium_volatility=value("exit_premium_volatility"),
            premium_drift=value("exit_premium_drift"),
            discount_rate=value("discount_rate_standard") / (100 if value("discount_rate_standard") > 1 else 1),
            horizon_years=int(value("exit_horizon_years")),
            contract_years=int(value("long_term_contract_years")),
            p_incumbent_wins=value("exit_p_incumbent_wins"),
            premium_cut_share=value("exit_premium_cut_share"),
            retender_cost_share=value("exit_retender_cost_share"),
            break_fee_share=value("exit_break_fee_share"),
            staff_per_system_fte=value("exit_staff_per_system_fte"),
            rebuild_anyway_share=value("exit_rebuild_anyway_share"),
        )


def lead_times(register: Register, *, is_wto: bool, level: str = "central") -> LeadTimes:
    """Return the lengths behind the calendar at a ``level`` of the register (central, low, high).

    ``is_wto`` takes the notice period of 特定調達. Budget and vote count from the first day of their month and have no range.
    """

    def length(name: str) -> int:
        return int(register.value(name, level=level))

    return LeadTimes(
        migration_months=length("exit_migration_months"),
        signing_days=length("exit_signing_days"),
        notice_days=length("notice_days_wto" if is_wto else "notice_days_ordinary"),
        specification_months=length("exit_specification_months"),
        estimate_months=length("exit_estimate_months"),
        budget_request_day=int(register.value("budget_request_month")) * _FIRST_OF_MONTH + 1,
        budget_vote_day=int(register.value("council_vote_month")) * _FIRST_OF_MONTH + 1,
    )


def review_effort(register: Register) -> ReviewEffort:
    """Return what the gate's load is computed with."""
    return ReviewEffort(
        specification_hours=register.value("gate_specification_hours"),
        budget_hours=register.value("gate_budget_hours"),
        return_share=register.value("gate_return_share"),
        reviewers_fte=register.value("gate_reviewers_fte"),
        hours_per_fte=register.value("fte_hours_per_year"),
    )


def planners_statement(register: Register) -> Statement:
    """Return the sentence under test: about 40 systems, about half of the budget."""
    count, share = register["statement_systems_count"], register["statement_budget_share"]
    return Statement(
        *(register.value(count.name, level=level) for level in ("central", "low", "high")),
        *(register.value(share.name, level=level) for level in ("central", "low", "high")),
    )


@dataclass(frozen=True, eq=False)
class ExitFields:
    """One row a suspected system with everything the exit question needs: premium a year, switching cost, years to the contract's end; and what was left out."""

    table: pd.DataFrame
    left_out_count: int

    def summary(self) -> str:
        """Return in Japanese how many systems can be asked and how many lack a field."""
        return f"脱却を検討できるのは {len(self.table)} システム。経費・更新見積額・契約終了日のいずれかが空欄の {self.left_out_count} システムは算出不能。"


def exit_fields(case: Case, states: pd.Series, *, assumptions: ExitAssumptions) -> ExitFields:
    """Return the suspected systems with a known cost, replacement cost and contract end (not in the past).

    The premium a year is the part of today's cost that the premium rate explains: cost × rate / (1 + rate). The switching cost is what leaving costs more than staying:
    where support of the platform ends within the horizon, staying needs a rebuild too, and only the rest of the replacement cost counts.
    """
    systems = case.table("systems", ["annual_cost_yen", "replacement_cost_yen", "contract_end_date"]).set_index(
        "system_id"
    )
    suspected = systems.reindex(states[states == LOCKED].index.astype(str))
    known = suspected.dropna(subset=["annual_cost_yen", "replacement_cost_yen", "contract_end_date"])
    known = known[(known["annual_cost_yen"] > 0) & (known["replacement_cost_yen"] > 0)]
    rate = assumptions.premium_rate
    table = pd.DataFrame(
        {
            "system_id": known.index,
            "vendor_id": known["vendor_id"].to_numpy(),
            "annual_cost_yen": known["annual_cost_yen"].astype(float).to_numpy(),
            "premium_yen": known["annual_cost_yen"].astype(float).to_numpy() * rate / (1 + rate),
            "switching_yen": known["replacement_cost_yen"].astype(float).to_numpy()
            * _share_of_leaving(known, case, assumptions),
            "contract_end_date": known["contract_end_date"].to_numpy(),
            "contract_end_fy": [fiscal_year_of(day.date()) for day in known["contract_end_date"]],
        }
    )
    ahead = table[table["contract_end_fy"] >= case.base_fy].reset_index(drop=True)
    return ExitFields(ahead, len(suspected) - len(ahead))


def _share_of_leaving(systems: pd.DataFrame, case: Case, assumptions: ExitAssumptions) -> np.ndarray:
    """Share of the replacement cost that is due only if the system leaves."""
    last = pd.Timestamp(fiscal_year_end(case.base_fy + assumptions.horizon_years))
    due_anyway = systems["end_of_support_date"].le(last).fillna(False).to_numpy(dtype=bool)
    return np.where(due_anyway, 1.0 - assumptions.rebuild_anyway_share, 1.0)
