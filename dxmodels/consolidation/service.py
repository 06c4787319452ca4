"""What do the organisation, the contracts and the residents get in a year: staff, price effects, cost of the structure, service measures?

Price effect of competition: β/(1 + β)·(contested share reached - contested share today), β the single-bid premium; the gate lifts the
contested share as far as its reviewers reach. Organisation: reviewers, shared experts, secretariat; the entity's set-up with overrun
and staff along its ramp, until it is stopped (then one further year of staff as winding-up).
Gap: P90 ÷ P10 over municipalities of cost per resident. Locked in: share of running cost bought without a second bidder in sight.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np
import numpy.typing as npt

from dxmodels.consolidation.earlier import NOTHING_EARLIER, EarlierResults
from dxmodels.consolidation.fleet import Fleet
from dxmodels.consolidation.paths import Paths
from dxmodels.consolidation.readiness import COUNCIL_START, Membership
from dxmodels.consolidation.settings import Constants, Structure

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


class Standing(Protocol):
    """What the measures read of the state of a chunk."""

    standard: Flags
    shared: Flags


def local_staff(
    fleet: Fleet, structure: Structure, constants: Constants, inputs: dict[str, Floats], year: int
) -> tuple[Floats, Floats]:
    """Return staff free for migration by body (draws, H) and the shared pool (draws,), in FTE."""
    speed = inputs["staff_capacity_factor"] * (1.0 - inputs["sim_attrition_rate"] / 2)
    local = fleet.staff_fte[:, year] * constants["sim_staff_migration_share"] * speed[:, None]
    experts = fleet.pool_fte[year] + (structure.shared_experts_fte if year >= COUNCIL_START else 0.0)
    return local, experts * speed


def price_reduction(
    fleet: Fleet, structure: Structure, constants: Constants, inputs: dict[str, Floats], shared: Flags, year: int, *, earlier: EarlierResults = NOTHING_EARLIER
) -> Floats:  # fmt: skip
    """Return the fraction by which running cost is lower than without the structure (draws, U)."""
    scale = earlier.promise(inputs, fleet.is_prefecture) * inputs["sim_realised_share"][:, None]
    premium = inputs["single_bid_premium"]
    competition = (premium / (1.0 + premium) * contested_gain(fleet, structure, constants, inputs))[:, None]
    cover = 1.0 if earlier.bundles is None else np.where(fleet.is_prefecture, 1.0, earlier.bundles.cover)
    reduction = np.where(shared, np.maximum(scale * cover, competition), 0.0)
    if not structure.retenders:
        return np.asarray(reduction)
    renewed = (fleet.renewal <= year) & fleet.is_prefecture
    part = constants["sim_prefecture_bundle_share"] if structure.bundles_departments else 0.0
    own = part * np.maximum(scale, competition) + (1.0 - part) * competition
    return np.asarray(np.where(renewed[None, :], own, reduction))


def contested_gain(fleet: Fleet, structure: Structure, constants: Constants, inputs: dict[str, Floats]) -> Floats:
    """Return by how much the contested share rises: the gate's target, as far as its reviewers reach in a mean year."""
    if not (structure.has_gate and structure.retenders):
        return np.zeros_like(inputs["sim_contested_share_gate"])
    caseload = fleet.systems[fleet.is_prefecture].sum() / constants["long_term_contract_years"]
    reach = min(1.0, structure.gate_reviewers_fte * constants["sim_reviews_per_fte"] / max(caseload, 1.0))
    return np.asarray((inputs["sim_contested_share_gate"] - constants["sim_contested_share_base"]) * reach)


def organisation_cost(
    fleet: Fleet, structure: Structure, constants: Constants, inputs: dict[str, Floats], paths: Paths, members: Membership, stopped: Flags, year: int
) -> Floats:  # fmt: skip
    """Return the yearly cost of the structure itself (draws,), in yen of the year."""
    staff, expert = constants["sim_staff_cost_yen"], constants["sim_expert_cost_yen"]
    cost = np.zeros(len(paths.price))
    if year >= COUNCIL_START:
        secretariat = constants["sim_council_secretariat_fte"] if structure.has_council else 0.0
        people = (structure.gate_reviewers_fte + secretariat) * staff + structure.shared_experts_fte * expert
        cost = cost + people * paths.wage[:, year]
    if not structure.has_entity:
        return cost
    start = members.entity_start
    ramp = np.clip((year + 1 - start) / constants["sim_entity_ramp_years"], 0.0, 1.0)
    review = np.ceil(start + constants["sim_stop_review_years"])
    alive = ~stopped | (year <= review)  # the year of winding-up is still paid
    unit = expert * (1.0 + constants["sim_entity_pay_gap_share"]) * (1.0 + constants["sim_entity_overhead_share"])
    cost = cost + ramp * alive * structure.entity_staff_fte * unit * paths.wage[:, year]
    setup = constants["sim_entity_setup_yen"] * (1.0 + inputs["sim_entity_setup_overrun"]) * paths.price[:, year]
    return cost + np.where(np.floor(start) == year, setup, 0.0)


def service_measures(
    fleet: Fleet, structure: Structure, constants: Constants, inputs: dict[str, Floats], state: Standing, running: Floats, year: int
) -> dict[str, Floats]:  # fmt: skip
    """Return late systems, members, light-service members, shared systems, gap and locked-in share (draws,)."""
    municipal = fleet.population > 0
    per_body = np.add.reduceat(running, fleet.starts, axis=1)[:, municipal] / fleet.population[municipal]
    ordered = np.sort(per_body, axis=1)
    last = ordered.shape[1] - 1
    gap = ordered[:, round(0.9 * last)] / np.maximum(ordered[:, round(0.1 * last)], 1.0)
    gain = contested_gain(fleet, structure, constants, inputs)[:, None]
    covered = state.shared | ((fleet.renewal <= year) & fleet.is_prefecture)[None, :]
    single = running * (1.0 - constants["sim_contested_share_base"] - gain * covered)
    total = running.sum(axis=1)
    light_share = constants["sim_uptake_light_ceiling"]
    reached = min(1.0, max(0.0, year + 1 - COUNCIL_START) / constants["sim_uptake_light_years"])
    light = light_share * reached * municipal.sum() if structure.bundles_light else 0.0
    return {
        "late_systems": (fleet.is_late * fleet.systems * ~state.standard).sum(axis=1),
        "members": np.maximum.reduceat(state.shared, fleet.starts, axis=1).sum(axis=1).astype(float),
        "light_members": np.full(len(running), light),
        "shared_systems": (state.shared * fleet.systems).sum(axis=1),
        "gap_ratio": gap,
        "lockin_share": single.sum(axis=1) / np.where(total > 0, total, 1.0),
    }
