"""What happens, year by year, under each promotion structure?

Sets        o options, u units (body × task group × late or not), h bodies, t = base year … +10, k draws
Draws       global inputs by scrambled Sobol' points, unit and body inputs by hashing, all made before any option is looked at and pinned by
            name: every option meets the same world (asserted). Overruns: the cost room's heavy-tailed quantile with one common factor.
Model       see ``kernel``; options are patches of levers over one model, scenarios patches over the register.
Band        ``scrambles`` (>= 8) independent randomisations of draws/scrambles points each.
Results do not depend on the size of the chunks or on the executor, to the bit: each draw is computed by itself, and what is
summed over draws are counts.
What it leaves out: see ``kernel``, ``readiness``, ``capacity``; the bundling room's own plan is not re-optimised per draw.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import special

from dxmodels.consolidation.calibration import CALIBRATION_ASSUMPTIONS, calibrate_capacity
from dxmodels.consolidation.earlier import NOTHING_EARLIER, SCALE_INPUT, EarlierResults, take_earlier
from dxmodels.consolidation.fleet import Fleet, build_fleet
from dxmodels.consolidation.kernel import MEASURES, Chunk, Outcome, run_chunk
from dxmodels.consolidation.result import SimulationResult
from dxmodels.consolidation.settings import (
    ASSUMPTIONS,
    DIMENSIONS,
    OVERRUN_FACTOR,
    Constants,
    Structure,
    central_inputs,
    draw_inputs,
    read_constants,
    read_structure,
)
from dxmodels.consolidation.uniforms import global_uniforms, hashed_uniforms
from dxmodels.cost.overrun import overrun_quantile
from dxmodels.errors import ModelError
from dxmodels.inputs import Case, Patch, Register, load_option, load_register, load_scenario

if TYPE_CHECKING:
    from dxmodels.bundling import BundlePlan
    from dxmodels.cost.scale import ScaleCurve
    from dxmodels.lockin import ExitPlan

Floats = npt.NDArray[np.float64]

OPTIONS = ("status_quo", "stronger_governance", "joint_council", "shared_entity")
TABLES = ("municipalities", "municipal_systems", "systems", "capacity")
LEAST_SCRAMBLES = 8
MOST_BODY_DRAWS = 16_384


@dataclass(frozen=True, eq=False)
class World:
    """One option's view of the world: its structure, its register's constants, and the calibrated vendor slots a year."""

    fleet: Fleet
    structure: Structure
    constants: Constants
    register: Register
    slots_per_year: float
    earlier: EarlierResults = NOTHING_EARLIER


def simulate(
    case: Case,
    options: Sequence[str | Patch] = OPTIONS,
    scenario: str | Patch = "base",
    *,
    draws: int = 8192,
    seed: int,
    register: Register | None = None,
    bundle_plan: BundlePlan | None = None,
    exit_plan: ExitPlan | None = None,
    scale: ScaleCurve | None = None,
    chunk: int = 64,
    scrambles: int = LEAST_SCRAMBLES,
    executor: Executor | None = None,
) -> SimulationResult:
    """Return yearly measures of every option over ``draws`` draws; the first option is the reference of all differences.

    ``options`` and ``scenario`` are names of data/options and data/scenarios, or patches. ``draws`` / ``scrambles`` must be a power of
    two. ``bundle_plan``, ``exit_plan`` and ``scale`` are Results of the earlier rooms and take the place of the register's numbers (see
    ``earlier``). ``chunk`` is the number of draws in the cache at once, ``executor`` (concurrent.futures) runs blocks of draws elsewhere; neither
    changes a single bit. Raises ModelError or ParameterError for impossible settings, MissingTableError for a case without the tables.
    """
    _check(draws, scrambles, chunk, options)
    patches = [load_option(entry) if isinstance(entry, str) else entry for entry in options]
    outside = load_scenario(scenario) if isinstance(scenario, str) else scenario
    base = (load_register() if register is None else register).patched(outside)
    fleet = build_fleet(case)
    calibration = calibrate_capacity(fleet, base)
    slots = calibration.slots_share_per_year * fleet.total_systems
    earlier = take_earlier(
        fleet, bundle_plan=bundle_plan, exit_plan=exit_plan, scale=scale,
        discount_rate=base.value("discount_rate_standard"), most_people=base.value("sim_joint_member_max_people"),
    )  # fmt: skip
    worlds = {patch.name: make_world(fleet, patch, base, slots, earlier=earlier) for patch in patches}
    uniforms = global_uniforms(seed, DIMENSIONS, draws=draws, scrambles=scrambles)
    outcomes, digests = _run_all(worlds, uniforms, seed, draws // scrambles, chunk, executor)
    if len(set(digests.values())) != 1:
        raise ModelError("選択肢の間で乱数が一致しません。プログラムの誤りです。開発者に連絡してください。")
    drawn = draw_world(base, earlier, uniforms)
    return SimulationResult(
        case=case.name,
        scenario=outside.name,
        titles={patch.name: patch.title_ja for patch in patches},
        fleet=fleet,
        calibration=calibration,
        inputs=pd.DataFrame(drawn),
        measures={name: outcome.measures for name, outcome in outcomes.items()},
        deterministic={name: run_deterministic(world).measures for name, world in worlds.items()},
        body_npv={name: outcome.body_npv for name, outcome in outcomes.items()},
        own_npv={name: outcome.own_npv for name, outcome in outcomes.items()},
        unit_shared={name: outcome.unit_shared for name, outcome in outcomes.items()},
        earlier=earlier,
        uniforms_digest=digests,
        discount_rate=next(iter(worlds.values())).constants["discount_rate_standard"],
        draws=draws,
        scrambles=scrambles,
        seed=seed,
        assumptions=tuple(dict.fromkeys((*ASSUMPTIONS, *CALIBRATION_ASSUMPTIONS))),
        grade=case.grade(*TABLES),
    )


def make_world(
    fleet: Fleet, option: Patch, register: Register, slots_per_year: float, *, structure: Structure | None = None, earlier: EarlierResults = NOTHING_EARLIER
) -> World:  # fmt: skip
    """Return one option's world: its changes laid over the scenario's register (``structure`` where it was read before)."""
    changed = register.patched(option)
    return World(fleet, structure or read_structure(option), read_constants(changed), changed, slots_per_year, earlier)


def draw_world(register: Register, earlier: EarlierResults, uniforms: Floats) -> dict[str, Floats]:
    """Return the drawn inputs, with the elasticity in place of the planned saving where a curve was given."""
    inputs = draw_inputs(register, uniforms)
    if earlier.scale is not None:
        inputs[SCALE_INPUT] = earlier.scale.draw(uniforms[:, DIMENSIONS.index("sim_joint_saving_promise")])
    return inputs


def run_deterministic(world: World, *, inputs: dict[str, Floats] | None = None) -> Outcome:
    """Return the case with every input at its central value, each cost as estimated, and bodies joining in evenly spread order.

    ``inputs`` (each (points,)) runs many such cases at once, e.g. the points of a sensitivity design.
    """
    bodies = len(world.fleet.holders)
    used = central_inputs(world.register) if inputs is None else dict(inputs)
    points = len(next(iter(used.values())))
    if world.earlier.scale is not None and SCALE_INPUT not in used:
        used[SCALE_INPUT] = np.full(points, world.earlier.scale.elasticity)
    order = hashed_uniforms(0, "join", world.fleet.holders, start=0, stop=1)[0].argsort().argsort()
    chunk = Chunk(
        inputs=used,
        overrun=np.ones((points, len(world.fleet.holder))),
        join_u=np.repeat(((order + 0.5) / bodies)[None, :], points, axis=0),
        leave_u=np.full((points, bodies), 0.5),
    )
    return _run_world(world, chunk)


def _run_world(world: World, chunk: Chunk) -> Outcome:
    slots = world.slots_per_year
    return run_chunk(world.fleet, world.structure, world.constants, chunk, slots_per_year=slots, earlier=world.earlier)


def _run_all(
    worlds: dict[str, World], uniforms: Floats, seed: int, block: int, chunk: int, executor: Executor | None
) -> tuple[dict[str, Outcome], dict[str, str]]:
    jobs = [(worlds, uniforms[start : start + block], seed, start, chunk) for start in range(0, len(uniforms), block)]
    keep = len(uniforms) <= MOST_BODY_DRAWS
    merged: dict[str, Outcome] = {}
    seen: dict[str, list[str]] = {name: [] for name in worlds}
    place = 0
    for done in executor.map(_run_block, jobs) if executor is not None else map(_run_block, jobs):
        for name, (outcome, digest) in done.items():
            merged.setdefault(name, _empty(outcome, len(uniforms), keep=keep))
            _put(merged[name], outcome, place, keep=keep)
            seen[name].append(digest)
        place += block
    return merged, {name: hashlib.sha256("".join(parts).encode()).hexdigest() for name, parts in seen.items()}


def _run_block(job: tuple[dict[str, World], Floats, int, int, int]) -> dict[str, tuple[Outcome, str]]:
    """Return one block of draws for every option; uniforms of units and bodies are made once and shared by all options."""
    worlds, uniforms, seed, first, chunk = job
    count = len(uniforms)
    found: dict[str, tuple[Outcome, str]] = {}
    digests = {name: hashlib.sha256() for name in worlds}
    for start in range(0, count, chunk):
        stop = min(start + chunk, count)
        shared = _cell_uniforms(next(iter(worlds.values())).fleet, seed, first + start, first + stop)
        for name, world in worlds.items():
            digests[name].update(uniforms[start:stop].tobytes() + b"".join(part.tobytes() for part in shared))
            outcome = _run_one(world, uniforms[start:stop], shared)
            if name not in found:
                found[name] = (_empty(outcome, count, keep=True), "")
            _put(found[name][0], outcome, start, keep=True)
    return {name: (outcome, digests[name].hexdigest()) for name, (outcome, _) in found.items()}


def _run_one(world: World, uniforms: Floats, shared: tuple[Floats, Floats, Floats]) -> Outcome:
    inputs = draw_world(world.register, world.earlier, uniforms)
    own, join_u, leave_u = shared
    rho = world.constants.overrun.factor_correlation
    common = inputs[OVERRUN_FACTOR][:, None]
    together = special.ndtr(np.sqrt(rho) * common + np.sqrt(1.0 - rho) * special.ndtri(own))
    chunk = Chunk(inputs, overrun_quantile(together, world.constants.overrun), join_u, leave_u)
    return _run_world(world, chunk)


def _cell_uniforms(fleet: Fleet, seed: int, start: int, stop: int) -> tuple[Floats, Floats, Floats]:
    units = tuple(
        f"{fleet.holders[number]}/{group}/{'late' if late else 'done'}/{renewal}"
        for number, group, late, renewal in zip(fleet.holder, fleet.group, fleet.is_late, fleet.renewal, strict=True)
    )
    return (
        hashed_uniforms(seed, "overrun", units, start=start, stop=stop),
        hashed_uniforms(seed, "join", fleet.holders, start=start, stop=stop),
        hashed_uniforms(seed, "leave", fleet.holders, start=start, stop=stop),
    )


def _empty(like: Outcome, draws: int, *, keep: bool) -> Outcome:
    years = like.measures[MEASURES[0]].shape[1]
    return Outcome(
        {name: np.empty((draws, years)) for name in MEASURES},
        np.empty((draws if keep else 0, like.body_npv.shape[1])),
        np.empty((draws if keep else 0, like.own_npv.shape[1])),
        np.zeros_like(like.unit_shared),
    )


def _put(target: Outcome, part: Outcome, start: int, *, keep: bool) -> None:
    stop = start + len(part.measures[MEASURES[0]])
    for name in MEASURES:
        target.measures[name][start:stop] = part.measures[name]
    if keep:
        target.body_npv[start:stop] = part.body_npv
        target.own_npv[start:stop] = part.own_npv
    target.unit_shared += part.unit_shared


def _check(draws: int, scrambles: int, chunk: int, options: Sequence[str | Patch]) -> None:
    if scrambles < LEAST_SCRAMBLES:
        raise ModelError(f"スクランブルの組数 {scrambles} は誤差幅を示すため {LEAST_SCRAMBLES} 以上にしてください。")
    each = draws // scrambles
    if draws < 1 or draws % scrambles or each & (each - 1):
        raise ModelError(f"試行回数 {draws} は「組数 {scrambles} × 2のべき乗」にしてください（例：2048、8192）。")
    if chunk < 1:
        raise ModelError(f"一度に計算する試行数 {chunk} は1以上にしてください（例：64）。")
    names = [entry if isinstance(entry, str) else entry.name for entry in options]
    if not names or len(set(names)) != len(names):
        raise ModelError(f"選択肢は重複なく1つ以上指定してください（指定：{'、'.join(names)}）。")
