"""Who wants to move in a year: whose contract ends, who has joined by then, whom does the deadline press?

Joining (core systems): body m joins at a_m = s + T·v_m/c where v_m < c, else never; s start, T years to the ceiling, c ceiling, v_m its
uniform: the share that has joined grows linearly to c. With an entity a body joins by whichever comes first, council or entity.
Leaving: after an exponential time at the yearly rate λ: a_m - ln(1 - z_m)/(-ln(1 - λ)).
Wanting to move: a late unit from its renewal on, or from the year before the extended deadline; a unit on standard software once a
renewal has passed since its body joined (or at once where the option leaves early).
What it leaves out: bodies that join because others did; size as a reason to join, except the ceiling on population.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dxmodels.consolidation.earlier import NOTHING_EARLIER, EarlierResults
from dxmodels.consolidation.fleet import Fleet
from dxmodels.consolidation.settings import Constants, Structure

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

NEVER = np.inf
COUNCIL_START = 1.0  # the year after the base year, the first whose budget can hold it


@dataclass(frozen=True, eq=False)
class Membership:
    """When each body joins and leaves (draws, holders), in years from the base year; when the entity starts (draws,)."""

    joins: Floats
    leaves: Floats
    entity_start: Floats


def draw_membership(
    fleet: Fleet, structure: Structure, constants: Constants, inputs: dict[str, Floats], join_u: Floats, leave_u: Floats, *, earlier: EarlierResults = NOTHING_EARLIER
) -> Membership:  # fmt: skip
    """Return joining and leaving times; ``join_u`` and ``leave_u`` are uniforms (draws, holders)."""
    draws = len(join_u)
    delay = inputs["sim_entity_delay_years"]
    start = (structure.entity_start_fy - fleet.base_fy) + delay if structure.has_entity else np.full(draws, NEVER)
    joins = np.full(join_u.shape, NEVER)
    if structure.bundles_core and structure.has_council:
        begin = np.full(draws, COUNCIL_START)
        joins = _joining(join_u, begin, inputs["sim_uptake_years"], inputs["sim_uptake_ceiling_council"])
        if structure.has_entity:
            by_entity = _joining(join_u, start, inputs["sim_uptake_years"], inputs["sim_uptake_ceiling_entity"])
            joins = np.minimum(joins, by_entity)
    may_join = _may_join(fleet, constants, earlier)
    joins = np.where(may_join[None, :], joins, NEVER)
    leaves = np.full(join_u.shape, NEVER)
    if structure.members_may_leave:
        with np.errstate(divide="ignore", invalid="ignore"):
            hazard = -np.log1p(-inputs["sim_leave_rate"])[:, None]
            stay = np.where(hazard > 0, -np.log1p(-leave_u) / hazard, NEVER)
        leaves = joins + stay
    return Membership(joins, leaves, start)


def wants_standard(fleet: Fleet, constants: Constants, year: int) -> Flags:
    """Return which units (U,) must move to standard software in ``year`` if they have not: renewal, or pressure of the deadline."""
    pressed = year >= int(constants["std_extended_deadline_fy"]) - fleet.base_fy - 1
    return fleet.is_late & ((fleet.renewal <= year) | pressed)


def wants_shared(last_renewal: npt.NDArray[np.int64], joins: Floats, year: int, structure: Structure) -> Flags:
    """Return which units (draws, U) want the shared system; ``joins`` is by unit (draws, U), ``last_renewal`` (U,)."""
    joined = joins <= year
    return joined if structure.leaves_early else joined & (last_renewal[None, :] >= joins)


def _may_join(fleet: Fleet, constants: Constants, earlier: EarlierResults) -> Flags:
    if earlier.bundles is not None:
        return np.asarray(np.maximum.reduceat(earlier.bundles.cover, fleet.starts) > 0) & (fleet.population > 0)
    if earlier.scale is not None:
        return earlier.scale.may_join
    return np.asarray((fleet.population > 0) & (fleet.population < constants["sim_joint_member_max_people"]))


def _joining(uniforms: Floats, start: Floats, years: Floats, ceiling: Floats) -> Floats:
    share = uniforms / ceiling[:, None]
    return np.where(share < 1.0, start[:, None] + years[:, None] * share, NEVER)
