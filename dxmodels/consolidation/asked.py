"""The questions of the consolidation notebook, each answered from a case or from a simulation, or 算出不能."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import numpy as np
import pandas as pd

from dxmodels.consolidation.calibration import CapacityCalibration
from dxmodels.consolidation.entity import EntityCase, project_entity
from dxmodels.consolidation.fleet import build_fleet
from dxmodels.consolidation.reading import compare_scenarios, regret_in_yen
from dxmodels.consolidation.result import SimulationResult
from dxmodels.consolidation.roadmap import Roadmap, plan_roadmap
from dxmodels.consolidation.settings import read_structure
from dxmodels.consolidation.simulation import simulate
from dxmodels.inputs import Case, NotComputable, Register, load_option, load_scenario

R = TypeVar("R")
SCENARIOS = ("base", "prices_up", "staff_short", "vendors_busy", "yen_strong", "yen_weak")


def of_result(found: Any, function: Callable[..., R], *arguments: Any, **settings: Any) -> R | NotComputable:
    """Return ``function(found, …)``, or the NotComputable that ``found`` already is."""
    return found if isinstance(found, NotComputable) else function(found, *arguments, **settings)


def fan_of(result: SimulationResult, measure: str) -> pd.DataFrame:
    """Return the fan chart of one measure for all options."""
    return result.fan(measure)


def bands_of(result: SimulationResult) -> pd.DataFrame:
    """Return the differences to the first option with the error band of every statistic."""
    table = result.totals(difference=True)
    return table[table["option"] != result.reference].drop(columns="option").reset_index(drop=True)


def bodies_of(result: SimulationResult, option: str) -> pd.DataFrame:
    """Return who wins and who loses under one option, by body."""
    return result.by_body(option).drop(columns="municipality_code")


def vendors_of(result: SimulationResult, option: str, *, count: int = 15) -> pd.DataFrame:
    """Return the incumbent vendors with the most revenue put up for joint bidding."""
    return result.by_vendor(option).head(count)


def calibration_of(result: SimulationResult) -> CapacityCalibration:
    """Return the calibrated capacity and its back-test."""
    return result.calibration


def scenario_regret(case: Case, *, scenarios: Sequence[str] = SCENARIOS, draws: int, seed: int) -> pd.DataFrame:
    """Return regret by option over the named scenarios (medians), each simulated with the same draws."""
    runs = {load_scenario(name).title_ja: simulate(case, scenario=name, draws=draws, seed=seed) for name in scenarios}
    return regret_in_yen(compare_scenarios(runs))


def roadmap_of(case: Case, register: Register, *, option: str = "joint_council") -> Roadmap:
    """Return the roadmap of the bodies that may join under one option."""
    return plan_roadmap(build_fleet(case), read_structure(load_option(option)), register)


def headline_of(calibration: CapacityCalibration) -> str:
    """Return the sentence of the calibration."""
    return calibration.summary()


def loads_of(roadmap: Roadmap) -> pd.DataFrame:
    """Return vendor and staff load by year of both plans."""
    table = roadmap.load[roadmap.load["plan"].isin(["foresight", "myopic"])]
    return table.assign(plan_ja=table["plan"].map({"foresight": "先を見通す", "myopic": "年ごとに判断"})).drop(
        columns="plan"
    )[["plan_ja", "fiscal_year", "moved_systems_count", "slots_count", "staff_need_fte", "staff_available_fte"]]


def entity_of(result: SimulationResult, register: Register, *, option: str = "shared_entity") -> EntityCase:
    """Return the entity's accounts for the simulated median membership from its start on."""
    structure = read_structure(load_option(option))
    first = structure.entity_start_fy - result.fleet.base_fy
    members = np.median(result.measures[option]["members"], axis=0)[first:]
    return project_entity(result.fleet, structure, register, members)
