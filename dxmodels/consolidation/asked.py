"""The questions of the consolidation notebook, each answered from a case or from a simulation, or 算出不能."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import numpy as np

from dxmodels.consolidation.calibration import CapacityCalibration
from dxmodels.consolidation.entity import EntityCase, project_entity
from dxmodels.consolidation.fleet import build_fleet
from dxmodels.consolidation.result import SimulationResult
from dxmodels.consolidation.roadmap import Roadmap, plan_roadmap
from dxmodels.consolidation.settings import read_structure
from dxmodels.consolidation.simulation import simulate
from dxmodels.consolidation.staff_profile import StaffProfile, profile_staff
from dxmodels.consolidation.told import Told, short_ja
from dxmodels.consolidation.told_answers import ThreeAnswers, tell_answers
from dxmodels.consolidation.told_causes import tell_boxes, tell_information, tell_sensitivity, tell_tree
from dxmodels.consolidation.told_plans import tell_branches, tell_earlier
from dxmodels.consolidation.told_robustness import robust_and_rival, tell_scenario_regret, tell_structures
from dxmodels.inputs import Case, NotComputable, Register, load_option, load_scenario

R = TypeVar("R")
SCENARIOS = ("base", "prices_up", "staff_short", "vendors_busy", "yen_strong", "yen_weak")
AS_REGISTERED_JA = "前提値台帳の値のまま"


def of_result(found: Any, function: Callable[..., R], *arguments: Any, **settings: Any) -> R | NotComputable:
    """Return ``function(found, …)``, or the NotComputable that ``found`` already is."""
    return found if isinstance(found, NotComputable) else function(found, *arguments, **settings)


def pair_of(result: SimulationResult, option: str) -> tuple[str, str]:
    """Return the structure whose losses are sought and its rival: the robust one, or ``option`` where it is not the reference."""
    robust, rival = robust_and_rival(result)
    if option in (result.reference, robust):
        return robust, rival
    return option, robust


def chosen_of(result: SimulationResult, option: str) -> str:
    """Return the structure whose losses are sought."""
    return pair_of(result, option)[0]


def robust_name_of(result: SimulationResult) -> str:
    """Return the title of the structure of the smallest largest regret."""
    return short_ja(result.titles[robust_and_rival(result)[0]])


def compared_of(result: SimulationResult, option: str) -> str:
    """Return the structure whose winners and losers among municipalities are shown: of the pair, the one that bundles core systems."""
    pair = pair_of(result, option)
    return next((name for name in pair if read_structure(load_option(name)).bundles_core), pair[0])


def boxes_of(result: SimulationResult, register: Register, option: str) -> Told:
    """Return when the robust structure (or ``option``) loses against its rival."""
    first, second = pair_of(result, option)
    return tell_boxes(result, register, option=first, against=second)


def tree_of(result: SimulationResult, register: Register, option: str) -> Told:
    """Return the second opinion of a small tree."""
    first, second = pair_of(result, option)
    return tell_tree(result, register, option=first, against=second)


def information_of(result: SimulationResult, register: Register, seed: int) -> Told:
    """Return which uncertainty to study first."""
    return tell_information(result, register, seed=seed)


def drivers_of(result: SimulationResult, case: Case, register: Register, option: str, *, draws: int, seed: int) -> Told:
    """Return what drives the difference between the pair (Sobol' indices)."""
    first, second = pair_of(result, option)
    return tell_sensitivity(
        case, register, option=first, against=second, draws=draws, seed=seed, titles=dict(result.titles)
    )


def branches_of(result: SimulationResult, register: Register) -> Told:
    """Return the entity's delay and stop branches; late means later than the published first delay of the register."""
    return tell_branches(result, late_years=register.value("sim_entity_delay_years"))


def answers_of(
    result: SimulationResult, case: Case, register: Register, option: str, *, draws: int, seed: int
) -> ThreeAnswers:
    """Return the three answers of the chapter: robust structure, when it loses, what to study first."""
    return tell_answers(
        tell_structures(result),
        boxes_of(result, register, option),
        tree_of(result, register, option),
        information_of(result, register, seed),
        drivers_of(result, case, register, option, draws=draws, seed=seed),
    )


def staff_of(entity: EntityCase, register: Register) -> StaffProfile:
    """Return the roles of the new body with pay gap and training."""
    return profile_staff(entity, register)


def loses_when_of(answers: ThreeAnswers) -> str:
    """Return when the robust structure loses, in the words of the first page."""
    return answers.loses_when


def study_first_of(answers: ThreeAnswers) -> str:
    """Return the assumption to study first."""
    return answers.study_first


def calibration_of(result: SimulationResult) -> CapacityCalibration:
    """Return the calibrated capacity and its back-test."""
    return result.calibration


def scenario_regret(
    case: Case, *, scenarios: Sequence[str] = SCENARIOS, register: Register | None = None, draws: int, seed: int
) -> Told:
    """Return regret by option over the named scenarios (medians), each simulated with the same draws over ``register`` (no scenario laid over it)."""
    runs = {
        load_scenario(name).title_ja: simulate(case, scenario=name, draws=draws, seed=seed, register=register)
        for name in scenarios
    }
    return tell_scenario_regret(runs)


def with_earlier(
    case: Case,
    scenario: str,
    plans: dict[str, dict[str, Any]],
    *,
    register: Register | None = None,
    draws: int,
    seed: int,
) -> Told:
    """Return the comparison with each set of earlier rooms' Results laid in: name → arguments of ``simulate``.

    A set with a Result that is not computable is left out and named in the sentence.
    """
    sets = {AS_REGISTERED_JA: {}, **plans}
    lacking = [name for name, plan in sets.items() if any(isinstance(each, NotComputable) for each in plan.values())]
    told = tell_earlier(
        {
            name: simulate(case, scenario=scenario, draws=draws, seed=seed, register=register, **plan)
            for name, plan in sets.items()
            if name not in lacking
        }
    )
    return (
        Told(told.table, told.sentence + f"（算出不能のため除いたもの：{'、'.join(lacking)}）", told.drawn_from)
        if lacking
        else told
    )


def subject_of(answer: Any) -> Any:
    """Return the Result behind an earlier room's answer."""
    return answer.subject


def roadmap_of(case: Case, register: Register, *, option: str = "joint_council") -> Roadmap:
    """Return the roadmap of the bodies that may join under one option."""
    return plan_roadmap(build_fleet(case), read_structure(load_option(option)), register)


def entity_of(result: SimulationResult, register: Register, *, option: str = "shared_entity") -> EntityCase:
    """Return the entity's accounts for the simulated median membership from its start on."""
    structure = read_structure(load_option(option))
    first = structure.entity_start_fy - result.fleet.base_fy
    members = np.median(result.measures[option]["members"], axis=0)[first:]
    return project_entity(result.fleet, structure, register, members)


def headline_of(calibration: CapacityCalibration) -> str:
    """Return the sentence of the calibration."""
    return calibration.summary()
