"""Which structure is robust, when does it lose, and which uncertainty should be studied first?

States of the world are the draws (and, beside them, the named scenarios). Regret: Savage. Decision flip: each assumption moved over its own
range in the register until another structure is cheapest (deterministic case). Boxes: PRIM over the drawn inputs where ``option`` costs more
than ``against``, told in one sentence; a tree of depth 2 as a second opinion. Information: EVPI and EVPPI of the discounted net cost. Sensitivity:
Sobol' indices of the difference, on the model with costs as estimated.

What it leaves out: dependence between inputs; benefits that are not cash; what it costs to find out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from dxmodels.consolidation.calibration import CALIBRATION_ASSUMPTIONS, calibrate_capacity
from dxmodels.consolidation.discovery import BoxSearch, find_boxes
from dxmodels.consolidation.earlier import SCALE_INPUT, SCALE_INPUT_JA
from dxmodels.consolidation.fleet import HORIZON, build_fleet
from dxmodels.consolidation.information import InformationValue, value_of_information
from dxmodels.consolidation.regret import RegretTable, regret_table
from dxmodels.consolidation.result import SimulationResult
from dxmodels.consolidation.scenario_tree import ScenarioTree, grow_scenario_tree
from dxmodels.consolidation.sensitivity import SobolIndices, sobol_indices
from dxmodels.consolidation.settings import DRAWN, OVERRUN_FACTOR, OVERRUN_FACTOR_JA, central_inputs, read_structure
from dxmodels.consolidation.simulation import OPTIONS, World, make_world, run_deterministic
from dxmodels.cost.flip_search import scan_grid
from dxmodels.cost.tornado import Tornado, rank_by_flip
from dxmodels.errors import ModelError
from dxmodels.glossary import unit_ja
from dxmodels.inputs import Case, Register, load_option
from dxmodels.money import format_amount, format_rate

Floats = npt.NDArray[np.float64]
_POINTS = 64  # points of a design run at once: what fits into the cache


@dataclass(frozen=True, eq=False)
class DecisionReading:
    """Regret over draws, the box and the tree in which ``option`` loses against ``against`` (None where it always or never does), and EVPI/EVPPI."""

    option: str
    against: str
    option_ja: str
    against_ja: str
    loses_share: float
    regret: RegretTable
    box: BoxSearch | None
    tree: ScenarioTree | None
    information: InformationValue

    def to_frame(self) -> pd.DataFrame:
        """Return the regret table by option, in yen."""
        return regret_in_yen(self.regret)

    def summary(self) -> str:
        """Return in Japanese when the option loses, in one sentence, and what to study first."""
        head = f"「{self.option_ja}」の負担が「{self.against_ja}」より重くなるのは試行の{format_rate(self.loses_share)}である。"
        if self.box is None:
            middle = "前提の範囲ではどちらが軽いかが（ほぼ）変わらないため、条件の箱は探していない。"
        else:
            middle = self.box.summary()
        return head + middle + self._information()

    def _information(self) -> str:
        value, amount = self.information, format_amount(self.information.evpi)
        top = value.by_input.iloc[0]
        if top["evppi"] <= 2 * top["evppi_standard_error"]:
            return f"どの前提を単独で調べても「{value.best_option}」という選択が変わる見込みは小さい（すべて判る場合の価値{amount}）。"
        worth = format_amount(float(top["evppi"]))
        return f"先に調べる価値が最も高いのは「{top['input']}」で最大{worth}（すべて判る場合{amount}）。"


def read_decision(
    result: SimulationResult, *, option: str, against: str, register: Register, seed: int
) -> DecisionReading:
    """Return the reading of a simulation for one option against another."""
    loses = losing_draws(result, option=option, against=against)
    benefit = result.net_benefit()
    labels = input_labels(register)
    named = result.inputs.rename(columns=labels)
    useful = 0.01 < loses.mean() < 0.99
    units = {labels[name]: unit_ja(register[name].unit) for name in DRAWN}
    payoffs = benefit.rename(columns=dict(result.titles)).T
    return DecisionReading(
        option=option,
        against=against,
        option_ja=result.titles[option],
        against_ja=result.titles[against],
        loses_share=float(loses.mean()),
        regret=regret_table(payoffs),
        box=find_boxes(named, loses, units=units) if useful else None,
        tree=grow_scenario_tree(named, loses, depth=2) if useful else None,
        information=value_of_information(benefit.rename(columns=dict(result.titles)), named, seed=seed),
    )


def losing_draws(result: SimulationResult, *, option: str, against: str) -> npt.NDArray[np.bool_]:
    """Return in which draws ``option`` costs more than ``against`` (draws,). Raises ModelError for unknown or equal options."""
    if option == against or not {option, against} <= set(result.options):
        raise ModelError(f"比べる選択肢は {'、'.join(result.options)} から異なる2つを指定してください。")
    return np.asarray(result.npv(option) > result.npv(against))


def regret_in_yen(regret: RegretTable) -> pd.DataFrame:
    """Return a regret table whose payoffs are yen, with columns that say so."""
    table = regret.to_frame().rename(columns={"option": "option_ja"})
    amounts = [name for name in map(str, table.columns) if name.startswith(("payoff", "regret"))]
    table[amounts] = table[amounts].round().astype("int64")
    return table.rename(columns={name: f"{name}_yen" for name in amounts})


def compare_scenarios(results: Mapping[str, SimulationResult]) -> RegretTable:
    """Return regret by option over named scenarios, payoffs being minus the median discounted net cost (yen)."""
    if len(results) < 2:
        raise ModelError("シナリオは2つ以上計算してから比べてください。")
    payoffs = {
        title: {result.titles[option]: -float(np.median(result.npv(option))) for option in result.options}
        for title, result in results.items()
    }
    return regret_table(pd.DataFrame(payoffs))


def flip_tornado(
    case: Case, register: Register, *, options: Sequence[str] = OPTIONS, names: Sequence[str] = DRAWN, points: int = 9
) -> Tornado:
    """Return the assumptions in the order in which they make another structure cheapest (deterministic case, ten-year net cost)."""
    fleet = build_fleet(case)
    chosen = [(patch, read_structure(patch)) for patch in map(load_option, options)]
    ranged = [name for name in names if register[name].has_range]
    known: dict[tuple[Any, ...], float] = {}

    def worlds_of(changed: Register) -> list[World]:
        key = tuple(tuple(sorted(changed[name].values.items(), key=str)) for name in CALIBRATION_ASSUMPTIONS)
        if key not in known:
            known[key] = calibrate_capacity(fleet, changed).slots_share_per_year * fleet.total_systems
        return [make_world(fleet, patch, changed, known[key], structure=structure) for patch, structure in chosen]

    scanned = _scanned(worlds_of(register), register, [n for n in ranged if n not in CALIBRATION_ASSUMPTIONS], points)

    def result_of(changed: Register) -> dict[str, float]:
        found = scanned.get(_drawn_centrals(changed))
        if found is not None:
            return found
        return {world.structure.title_ja: discounted(run_of(world)) for world in worlds_of(changed)}

    return rank_by_flip(
        result_of, ranged, register=register, best="lowest", points=points, result_ja="11年間の負担", result_unit="円"
    )


def _scanned(
    worlds: list[World], register: Register, names: list[str], points: int
) -> dict[tuple[float, ...], dict[str, float]]:
    """Return what the scan of every assumption will ask for, worked out at once: each point is computed by itself, so the bits are the same."""
    centrals = {name: register.value(name) for name in DRAWN}
    asked: list[dict[str, float]] = [centrals]
    for name in names:
        low, middle, high = register.low(name), centrals[name], register.high(name)
        asked += [centrals | {name: float(x)} for x in scan_grid(min(low, middle), middle, max(high, middle), points)]
    inputs = {name: np.array([each[name] for each in asked]) for name in DRAWN} | {OVERRUN_FACTOR: np.zeros(len(asked))}
    costs = {world.structure.title_ja: _discounted_in_parts(world, inputs) for world in worlds}
    return {
        tuple(each[name] for name in DRAWN): {title: float(values[place]) for title, values in costs.items()}
        for place, each in enumerate(asked)
    }


def _discounted_in_parts(world: World, inputs: dict[str, Floats]) -> Floats:
    count = len(next(iter(inputs.values())))
    parts = [
        _discounted_all(world, {name: values[start : start + _POINTS] for name, values in inputs.items()})
        for start in range(0, count, _POINTS)
    ]
    return np.concatenate(parts)


def _drawn_centrals(register: Register) -> tuple[float, ...]:
    return tuple(register.value(name) for name in DRAWN)


def difference_sensitivity(
    case: Case, register: Register, *, option: str, against: str, draws: int, seed: int
) -> SobolIndices:
    """Return Sobol' indices of the difference ``option`` - ``against`` over the ranges of all drawn inputs (costs as estimated)."""
    fleet = build_fleet(case)
    slots = calibrate_capacity(fleet, register).slots_share_per_year * fleet.total_systems
    worlds = [make_world(fleet, load_option(name), register, slots) for name in (option, against)]
    labels = input_labels(register)
    ranged = [name for name in DRAWN if register[name].has_range]
    bounds = {labels[name]: (register.low(name), register.high(name)) for name in ranged}

    def difference(points: Floats) -> Floats:
        found = [
            _difference(worlds, ranged, points[start : start + _POINTS]) for start in range(0, len(points), _POINTS)
        ]
        return np.concatenate(found)

    return sobol_indices(difference, bounds, draws=draws, seed=seed)


def _difference(worlds: list[World], names: list[str], points: Floats) -> Floats:
    central = {name: np.full(len(points), value[0]) for name, value in central_inputs(worlds[0].register).items()}
    inputs = central | {name: points[:, number] for number, name in enumerate(names)}
    first, second = (_discounted_all(world, inputs) for world in worlds)
    return first - second


def _discounted_all(world: World, inputs: dict[str, Floats]) -> Floats:
    yearly = run_deterministic(world, inputs=inputs).measures["net_yen"]
    factors = (1.0 + world.constants["discount_rate_standard"]) ** -np.arange(HORIZON + 1, dtype=float)
    return np.asarray((yearly * factors).sum(axis=1))


def input_labels(register: Register) -> dict[str, str]:
    """Return the Japanese label of each drawn input."""
    return {OVERRUN_FACTOR: OVERRUN_FACTOR_JA, SCALE_INPUT: SCALE_INPUT_JA} | {
        name: register[name].label_ja for name in DRAWN
    }


def run_of(world: World, inputs: dict[str, Floats] | None = None) -> tuple[Floats, float]:
    """Return the yearly net cost of the deterministic case (with other inputs where given) and the discount rate."""
    outcome = run_deterministic(world, inputs=inputs)
    return outcome.measures["net_yen"][0], world.constants["discount_rate_standard"]


def discounted(run: tuple[Floats, float]) -> float:
    """Return the discounted sum of a run."""
    yearly, rate = run
    return float((yearly * (1.0 + rate) ** -np.arange(HORIZON + 1, dtype=float)).sum())
