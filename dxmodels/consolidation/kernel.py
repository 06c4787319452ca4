"""What happens to a chunk of draws, year by year, under one structure?

For each year: exogenous paths → who wants to move → capacity → one-off cost × overrun × learning, exit fee, parallel running,
decommissioning, subsidies → running cost → leaving and stopping → service measures. All arrays have draws as their first axis.

running(u,t)  = annual_u · state factor · ((1-δ_u)·P_t + δ_u·Q_t) · (1 - reduction(u,t))
state factor  = 1 as it stands, 1 + premium for a late unit that has not moved; the move's multiple for a late unit that has moved
reduction     = shared: max(promise·realised, competition); else competition from the first renewal on where the option re-tenders.
                One scale effect or one competition effect on a margin, never both.
               + at a renewal ρ·migration_u·P_t of setting up again, unless the unit moves in that year
Exits, bundles and scale of earlier rooms: see ``earlier``.
one_off(u,t)  = migration_u·R_u·P_t·learning + exit fee + parallel running + decommissioning (+ reversion for those who leave)
net(t)        = running + one_off - national subsidy + organisation: what prefecture and municipalities bear together.
What it leaves out: staff hours (shown apart, never added), rebuilds of the prefecture's systems, benefits to residents.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dxmodels.consolidation.capacity import grant, order_of_units
from dxmodels.consolidation.earlier import NOTHING_EARLIER, EarlierResults
from dxmodels.consolidation.fleet import HORIZON, Fleet
from dxmodels.consolidation.paths import Paths, make_paths
from dxmodels.consolidation.readiness import Membership, draw_membership, wants_shared, wants_standard
from dxmodels.consolidation.service import local_staff, organisation_cost, price_reduction, service_measures
from dxmodels.consolidation.settings import Constants, Structure

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]

MEASURES = (
    "net_yen", "running_yen", "one_off_yen", "local_one_off_yen", "organisation_yen", "late_systems", "members", "light_members",
    "shared_systems", "gap_ratio", "lockin_share", "staff_need_fte", "slots_used", "stopped_share",
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Chunk:
    """Uniform-driven quantities of some draws: inputs (draws,), overrun ratios (draws, U), join and leave uniforms (draws, H)."""

    inputs: dict[str, Floats]
    overrun: Floats
    join_u: Floats
    leave_u: Floats


@dataclass(eq=False)
class Outcome:
    """Measures (name → draws × years), discounted cost by body (draws, H) and by unit of the prefecture (draws, P), and how many
    draw-years each unit was shared (U,)."""

    measures: dict[str, Floats]
    body_npv: Floats
    own_npv: Floats
    unit_shared: Floats


@dataclass(eq=False)
class State:
    """Where every unit stands (draws, U), and what each draw has seen (draws,): systems moved so far, structure
    stopped; staff work carried over by body (draws, H)."""

    standard: Flags
    shared: Flags
    left: Flags
    moved: Floats
    stopped: Flags
    carried: Floats


@dataclass(frozen=True, eq=False)
class _Run:
    """Everything a year of one chunk needs under one structure."""

    fleet: Fleet
    structure: Structure
    constants: Constants
    chunk: Chunk
    paths: Paths
    members: Membership
    state: State
    order: Ints
    last_renewal: Ints
    slots_per_year: float
    earlier: EarlierResults
    is_prefecture: Flags
    out: dict[str, Floats]
    body: Floats
    own: Floats


def run_chunk(
    fleet: Fleet, structure: Structure, constants: Constants, chunk: Chunk, *, slots_per_year: float, earlier: EarlierResults = NOTHING_EARLIER
) -> Outcome:  # fmt: skip
    """Return what happens in these draws; ``slots_per_year`` is the calibrated vendor capacity (systems a year)."""
    draws, units = chunk.overrun.shape
    run = _Run(
        fleet=fleet,
        structure=structure,
        constants=constants,
        chunk=chunk,
        paths=make_paths(chunk.inputs, constants),
        members=draw_membership(
            fleet, structure, constants, chunk.inputs, chunk.join_u, chunk.leave_u, earlier=earlier
        ),
        state=_start(draws, units, len(fleet.holders)),
        order=order_of_units(fleet),
        last_renewal=fleet.last_renewal(int(constants["long_term_contract_years"])),
        slots_per_year=slots_per_year,
        earlier=earlier,
        is_prefecture=fleet.is_prefecture,
        out={name: np.empty((draws, HORIZON + 1)) for name in MEASURES},
        body=np.zeros((draws, len(fleet.holders))),
        own=np.zeros((draws, int(fleet.is_prefecture.sum()))),
    )
    shared = np.zeros(units)
    for year in range(HORIZON + 1):
        granted, first_move = _move(run, year)
        one_off, national = _one_off(run, granted, first_move, year)
        one_off = one_off + _leave(run, year)
        running = _running(run, year) + _renewal(run, granted, year)
        _record(run, year, running, one_off, national)
        shared += run.state.shared.sum(axis=0)  # counts: exact in any order
    return Outcome(run.out, run.body, run.own, shared)


def _start(draws: int, units: int, bodies: int) -> State:
    def nothing() -> Flags:
        return np.zeros((draws, units), dtype=bool)

    return State(
        nothing(), nothing(), nothing(), np.zeros(draws), np.zeros(draws, dtype=bool), np.zeros((draws, bodies))
    )


def _move(run: _Run, year: int) -> tuple[Flags, Flags]:
    fleet, state, constants = run.fleet, run.state, run.constants
    active = ~state.left & ~state.stopped[:, None] & ~fleet.is_prefecture & ~state.shared
    joins = run.members.joins[:, fleet.holder]
    to_shared = wants_shared(run.last_renewal[:, year], joins, year, run.structure) & active
    to_standard = wants_standard(fleet, constants, year)[None, :] & ~state.standard
    # A late unit whose body has joined goes straight to the shared system and is spared a second move.
    to_shared &= ~fleet.is_late | to_standard | state.standard
    if run.earlier.bundles is not None:
        to_shared &= run.earlier.bundles.first_year <= year
    late_to_standard = to_standard & fleet.is_late
    wanted = late_to_standard | to_shared
    staff = constants["sim_own_staff_share"] * fleet.migration_yen / constants["sim_staff_cost_yen"]
    slots = run.slots_per_year * run.chunk.inputs["vendor_capacity_factor"]
    local, pool = local_staff(fleet, run.structure, constants, run.chunk.inputs, year)
    slots, pool = _left_by_exits(run, slots, pool, local, year)
    given = grant(
        wanted, fleet.systems, staff, local=local + state.carried, slots=slots, pool=pool, fleet=fleet, order=run.order
    )
    granted, state.carried = given.units, given.carried
    run.out["staff_need_fte"][:, year] = (granted * staff).sum(axis=1)
    run.out["slots_used"][:, year] = (granted * fleet.systems).sum(axis=1)
    first_move = granted & late_to_standard
    state.standard |= first_move
    state.shared |= granted & to_shared
    return granted, first_move


def _left_by_exits(run: _Run, slots: Floats, pool: Floats, local: Floats, year: int) -> tuple[Floats, Floats]:
    """Return slots and pool less what the prefecture's exits take in this year: its own staff first, then the pool."""
    exits = run.earlier.exits
    if exits is None or not run.structure.retenders:
        return slots, pool
    own = local[:, run.fleet.population <= 0].sum(axis=1)
    short = np.maximum(0.0, exits.staff_fte[year] - own)
    return np.maximum(0.0, slots - exits.systems[year]), np.maximum(0.0, pool - short)


def _one_off(run: _Run, granted: Flags, first_move: Flags, year: int) -> tuple[Floats, Floats]:
    fleet, constants, inputs = run.fleet, run.constants, run.chunk.inputs
    price = run.paths.price[:, year, None]
    learning = (1.0 + run.state.moved / fleet.total_systems) ** np.log2(1.0 - inputs["sim_learning_rate"])
    bundles, exits = run.earlier.bundles, run.earlier.exits
    part = inputs["sim_joint_move_share"][:, None] * (1.0 if bundles is None else bundles.cover)
    share = np.where(first_move, 1.0, part)
    planned = granted * share * (fleet.migration_yen * price)
    running = granted * (fleet.annual_yen * price)
    cost = planned * run.chunk.overrun * learning[:, None]
    cost += running * (inputs["sim_parallel_months"] / 12.0 + constants["sim_decommission_share"])[:, None]
    if run.structure.leaves_early:
        cost += running * constants["sim_exit_fee_share"] * _years_left(run, year)
    if exits is not None and run.structure.retenders:
        cost += exits.switching_yen[:, year] * price * run.chunk.overrun
    run.state.moved = run.state.moved + (granted * fleet.systems).sum(axis=1)
    in_time = year + fleet.base_fy <= constants["std_extended_deadline_fy"]
    rate = constants["standardisation_subsidy_share"] if in_time else 0.0
    return cost, np.minimum(rate * first_move * planned, cost)


def _years_left(run: _Run, year: int) -> Floats:
    """Return the years a contract still runs (U,); a late unit leaves nothing behind but its own old system."""
    fleet, last = run.fleet, run.last_renewal[:, year]
    cycle = int(run.constants["long_term_contract_years"])
    remaining = np.where(last < 0, fleet.renewal - year, cycle - (year - last)) % cycle
    return np.where(fleet.is_late, 0, remaining).astype(float)


def _leave(run: _Run, year: int) -> Floats | float:
    fleet, state, constants = run.fleet, run.state, run.constants
    if not run.structure.bundles_core:
        return 0.0
    goes = (run.members.leaves <= year)[:, fleet.holder] & ~state.left
    if run.structure.has_entity:
        review = np.ceil(run.members.entity_start + constants["sim_stop_review_years"])
        belongs = np.maximum.reduceat(state.shared, fleet.starts, axis=1).sum(axis=1)
        stops = (review == year) & (belongs < constants["sim_stop_members"])
        state.stopped |= stops
        goes |= stops[:, None] & state.shared
    reverting = goes & state.shared
    state.left |= goes
    state.shared &= ~goes
    cost: Floats = reverting * constants["sim_reversion_share"] * fleet.migration_yen * run.chunk.overrun
    return cost * run.paths.price[:, year, None]


def _running(run: _Run, year: int) -> Floats:
    fleet, state, inputs = run.fleet, run.state, run.chunk.inputs
    exposure = run.constants["govcloud_fx_exposed_share"] * np.where(fleet.is_late, 1.0, fleet.on_government_cloud)
    exposed = np.where(fleet.is_late & ~state.standard, 0.0, exposure)
    level = (1.0 - exposed) * run.paths.price[:, year, None] + exposed * run.paths.cloud[:, year, None]
    multiple = np.where(state.standard, inputs["sim_move_running_multiple"][:, None], 1.0)
    waiting = fleet.is_late & ~state.standard
    multiple = multiple + waiting * inputs["sim_late_running_premium"][:, None]
    reduction = price_reduction(fleet, run.structure, run.constants, inputs, state.shared, year, earlier=run.earlier)
    cost: Floats = fleet.annual_yen * level * multiple * (1.0 - reduction)
    if run.earlier.exits is not None and run.structure.retenders:
        # An exit is competition for the system that leaves: the larger of the two counts, never their sum.
        cost = np.maximum(0.0, cost - run.earlier.exits.beyond(reduction, level * multiple, year))
    return cost


def _renewal(run: _Run, granted: Flags, year: int) -> Floats:
    """Return the cost of setting up again at a renewal (draws, U): everybody pays it who does not move in that year."""
    fleet, inputs = run.fleet, run.chunk.inputs
    due = (run.last_renewal[:, year] == year) & ~granted & (run.state.standard | ~fleet.is_late)
    promise = run.earlier.promise(inputs, run.is_prefecture) * inputs["sim_realised_share"][:, None]
    scale = np.where(run.state.shared, promise * _cover(run), 0.0)
    cost: Floats = due * inputs["sim_renewal_share"][:, None] * fleet.migration_yen * (1.0 - scale)
    return cost * run.paths.price[:, year, None]


def _after_subsidy(run: _Run, by_body: Floats, net: Floats) -> Floats:
    """Return what each body bears (draws, H) once the prefecture pays its share of the municipalities' moves; the total stays what it was."""
    rate, fleet = run.structure.subsidy_rate, run.fleet
    if rate == 0.0:
        return by_body
    aid = rate * np.add.reduceat(net * ~fleet.is_prefecture, fleet.starts, axis=1)
    borne = by_body - aid
    borne[:, fleet.population <= 0] += aid.sum(axis=1)[:, None]
    return borne


def _cover(run: _Run) -> Floats | float:
    return 1.0 if run.earlier.bundles is None else run.earlier.bundles.cover


def _record(run: _Run, year: int, running: Floats, one_off: Floats, national: Floats) -> None:
    fleet, structure, out = run.fleet, run.structure, run.out
    organisation = organisation_cost(
        fleet, structure, run.constants, run.chunk.inputs, run.paths, run.members, run.state.stopped, year
    )
    net = one_off - national
    borne = running + net
    by_body = np.add.reduceat(borne, fleet.starts, axis=1)
    run.body[:] += _after_subsidy(run, by_body, net) * run.paths.discount[year]
    run.own[:] += borne[:, run.is_prefecture] * run.paths.discount[year]
    out["stopped_share"][:, year] = run.state.stopped
    out["running_yen"][:, year] = running.sum(axis=1)
    out["one_off_yen"][:, year] = one_off.sum(axis=1)
    out["local_one_off_yen"][:, year] = (net * ~fleet.is_prefecture).sum(axis=1) * (1.0 - structure.subsidy_rate)
    out["organisation_yen"][:, year] = organisation
    out["net_yen"][:, year] = by_body.sum(axis=1) + organisation
    measures = service_measures(fleet, structure, run.constants, run.chunk.inputs, run.state, running, year)
    for name, values in measures.items():
        out[name][:, year] = values
