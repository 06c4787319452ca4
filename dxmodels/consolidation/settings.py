"""What does each promotion structure decide, and which numbers does the simulation read?

``Inputs`` are the uncertain numbers (drawn by inverse transform from the register), ``Constants`` the ones without a range,
``Structure`` the levers of one option. Nothing here has a default: every number comes from data/assumptions, every lever from
data/options.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from scipy import special

from dxmodels.cost.overrun import OverrunParams, fit_overruns
from dxmodels.errors import ModelError

if TYPE_CHECKING:
    from dxmodels.inputs import Patch, Register

Floats = npt.NDArray[np.float64]

OVERRUN_FACTOR = "overrun_common_factor"
OVERRUN_FACTOR_JA = "移行費の超過の全体的な出方（小さいほうからの順位）"
# Register assumptions drawn as global inputs, in the order of the Sobol' dimensions (the most important first).
DRAWN: tuple[str, ...] = (
    "sim_realised_share",
    "sim_joint_saving_promise",
    "sim_uptake_ceiling_council",
    "sim_uptake_ceiling_entity",
    "sim_move_running_multiple",
    "sim_late_running_premium",
    "usdjpy_planning",
    "service_price_change_outlook",
    "sim_entity_delay_years",
    "sim_leave_rate",
    "sim_uptake_years",
    "sim_entity_setup_overrun",
    "single_bid_premium",
    "sim_contested_share_gate",
    "sim_joint_move_share",
    "sim_renewal_share",
    "escalation_cloud_usage",
    "vendor_capacity_factor",
    "staff_capacity_factor",
    "sim_attrition_rate",
    "sim_learning_rate",
    "sim_parallel_months",
    "sim_staff_wage_change",
)
DIMENSIONS: tuple[str, ...] = (OVERRUN_FACTOR, *DRAWN)
_FIXED: tuple[str, ...] = (
    "sim_decommission_share", "sim_exit_fee_share", "sim_own_staff_share", "sim_staff_cost_yen", "sim_expert_cost_yen",
    "sim_staff_migration_share", "sim_contested_share_base", "sim_reviews_per_fte",
    "sim_prefecture_bundle_share", "sim_council_secretariat_fte", "sim_entity_overhead_share", "sim_entity_setup_yen",
    "sim_entity_ramp_years", "sim_entity_pay_gap_share", "sim_stop_review_years", "sim_stop_members", "sim_reversion_share",
    "sim_joint_member_max_people", "sim_uptake_light_years", "sim_uptake_light_ceiling",
    "sim_board_years", "usdjpy_2026", "govcloud_fx_exposed_share", "std_extended_deadline_fy", "discount_rate_standard",
    "standardisation_subsidy_share", "long_term_contract_years", "std_late_system_share_2507",
)  # fmt: skip
_OVERRUN: tuple[str, ...] = (
    "overrun_tail_prob50", "overrun_tail_threshold_ratio", "overrun_pareto_alpha_mm", "overrun_cap_ratio", "overrun_rest_mean",
    "juas_over_budget_500pm", "overrun_factor_correlation",
)  # fmt: skip
ASSUMPTIONS: tuple[str, ...] = (*DRAWN, *_FIXED, *_OVERRUN)


@dataclass(frozen=True)
class Constants:
    """Numbers without a range, by name, and the overrun distribution."""

    values: dict[str, float]
    overrun: OverrunParams

    def __getitem__(self, name: str) -> float:
        """Return one number in the assumption's own unit."""
        return self.values[name]


@dataclass(frozen=True)
class Structure:
    """The levers of one option, as the simulation reads them."""

    name: str
    title_ja: str
    retenders: bool
    leaves_early: bool
    has_gate: bool
    gate_reviewers_fte: float
    bundles_departments: bool
    bundles_core: bool
    bundles_light: bool
    shared_experts_fte: float
    has_council: bool
    has_entity: bool
    entity_start_fy: int
    entity_staff_fte: float
    members_may_leave: bool
    subsidy_rate: float

    def __post_init__(self) -> None:
        """Refuse an entity without staff, and rates outside 0..1."""
        if self.has_entity and self.entity_staff_fte <= 0:
            raise ModelError(
                f"選択肢「{self.name}」は新事業体を置きますが職員数が {self.entity_staff_fte:g} 人です。"
                "entity_staff_fte を1以上にしてください（例：70）。"
            )
        if not 0.0 <= self.subsidy_rate <= 1.0:
            raise ModelError(f"補助率 {self.subsidy_rate} は0以上1以下にしてください（migration_subsidy_rate）。")


def read_structure(option: Patch) -> Structure:
    """Return what one option decides (levers not set stand at their default)."""
    lever = option.lever_values()
    form, bundling, policy = str(lever["legal_form"]), str(lever["municipal_bundling"]), str(lever["retender_policy"])
    has_entity = form in ("foundation", "company", "partial_cooperative")
    return Structure(
        name=option.name,
        title_ja=option.title_ja,
        retenders=policy != "as_is",
        leaves_early=policy == "early_if_pays",
        has_gate=bool(lever["specification_gate"]),
        gate_reviewers_fte=float(lever["gate_reviewers_fte"]),
        bundles_departments=bool(lever["department_bundling"]),
        bundles_core=bundling == "core_systems",
        bundles_light=bundling in ("light_saas", "core_systems"),
        shared_experts_fte=float(lever["shared_experts_fte"]),
        has_council=form != "none",
        has_entity=has_entity,
        entity_start_fy=int(lever["entity_start_fy"]),
        entity_staff_fte=float(lever["entity_staff_fte"]) if has_entity else 0.0,
        members_may_leave=bool(lever["members_may_leave"]),
        subsidy_rate=float(lever["migration_subsidy_rate"]),
    )


def read_constants(register: Register) -> Constants:
    """Return the numbers without a range; a number by fiscal year is read at its last year."""
    return Constants({name: _last(register, name, "central") for name in _FIXED}, fit_overruns(register))


def draw_inputs(register: Register, uniforms: Floats) -> dict[str, Floats]:
    """Return each global input in its own unit (draws,), from uniforms (draws, dimensions) in the order of ``DIMENSIONS``."""
    inputs = {OVERRUN_FACTOR: special.ndtri(uniforms[:, 0])}
    for number, name in enumerate(DRAWN, start=1):
        inputs[name] = np.asarray(register[name].quantile(uniforms[:, number]))
    return inputs


def central_inputs(register: Register) -> dict[str, Floats]:
    """Return the deterministic case: every input at its central value, no common overrun."""
    return {OVERRUN_FACTOR: np.zeros(1)} | {name: np.array([register.value(name)]) for name in DRAWN}


def _last(register: Register, name: str, level: str) -> float:
    entry = register[name]
    return entry.value(list(entry.values)[-1], level=level)
