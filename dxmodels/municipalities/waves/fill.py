"""Which systems left over still find room, as the calendar stands?

A greedy pass (smallest staff need first, cheapest year first) that puts units without a year into years with capacity left, so that
the next objective starts from a calendar in which nothing that fits is left out. It changes values of variables only; what is claimed
about the result is the solver's bound.
"""

from __future__ import annotations

from collections import defaultdict

from dxmodels.municipalities.waves.model import WaveModel
from dxmodels.municipalities.waves.problem import EXPERT, POOL, STAFF, Resource, WaveProblem

_ROOM_TOLERANCE = 1e-7
_CHOSEN = 0.5

Left = dict[tuple[Resource, int], float]


def fill_room(problem: WaveProblem, model: WaveModel) -> None:
    """Give every unit that still fits somewhere a year of go-live, in the variables' present values."""
    left = _left(problem, model)
    waiting = [number for number, unit in enumerate(problem.units) if not _is_placed(number, unit.options, model)]
    for number in sorted(waiting, key=lambda place: sum(amount for _, _, amount in problem.units[place].loads)):
        options = sorted(problem.units[number].options, key=lambda year: problem.costs[number, year])
        place = next((year for year in options if _fits(problem, number, year, left)), None)
        if place is not None:
            model.goes_live[number, place].varValue = 1.0
            _take(problem, model, number, place, left)


def _is_placed(number: int, options: tuple[int, ...], model: WaveModel) -> bool:
    return any((model.goes_live[number, year].varValue or 0.0) > _CHOSEN for year in options)


def _left(problem: WaveProblem, model: WaveModel) -> Left:
    left: Left = defaultdict(float, problem.capacity)
    for resource, year, unit, option, amount in problem.usage():
        if (model.goes_live[unit, option].varValue or 0.0) > _CHOSEN:
            left[resource, year] -= amount
    for (place, year), variable in model.experts.items():
        help_given = variable.varValue or 0.0
        left[(STAFF, place), year] += help_given
        left[(EXPERT, POOL), year] -= help_given
    return left


def _loads(problem: WaveProblem, number: int, year: int, left: Left) -> list[tuple[Resource, int, float]]:
    loads = problem.units[number].loads
    return [(resource, year - back, amount) for resource, back, amount in loads if (resource, year - back) in left]


def _fits(problem: WaveProblem, number: int, year: int, left: Left) -> bool:
    help_needed: dict[int, float] = defaultdict(float)
    for resource, at, amount in _loads(problem, number, year, left):
        short = amount - max(0.0, left[resource, at])
        if short <= _ROOM_TOLERANCE:
            continue
        if resource[0] != STAFF or ((EXPERT, POOL), at) not in left:
            return False
        help_needed[at] += short
    return all(amount <= left[(EXPERT, POOL), at] + _ROOM_TOLERANCE for at, amount in help_needed.items())


def _take(problem: WaveProblem, model: WaveModel, number: int, year: int, left: Left) -> None:
    for resource, at, amount in _loads(problem, number, year, left):
        left[resource, at] -= amount
        if resource[0] == STAFF and left[resource, at] < 0:
            help_given = -left[resource, at]
            left[resource, at] = 0.0
            left[(EXPERT, POOL), at] -= help_given
            variable = model.experts[resource[1], at]
            variable.varValue = (variable.varValue or 0.0) + help_given
