"""No calendar satisfies every limit: which limits clash, and what is the cheapest way to loosen them?

Clashing limits: irreducible sets found by the deletion filter (Chinneck & Dravnieks 1991, ORSA Journal on Computing 3) on the LP
relaxation, begun from the limits whose dual values are not zero when the total excess is minimised (Farkas' lemma): with any one of a
set dropped, the others can be met. A limit is one holder's capacity over all years; every set also holds "all moves within the years".
After one set is found its holders are dropped and the search goes on, so that independent clashes are all named.
Cheapest relaxation: in ``relaxation``.

A year in which one move alone needs more than there is counts as closed. What it leaves out: other clashes that come from whole
systems only (the LP relaxation is feasible): then the limits named are those the cheapest relaxation loosens, and the result says so.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pandas as pd
import pulp

from dxmodels.errors import InfeasibleError
from dxmodels.fiscal import era_year
from dxmodels.money import format_yen
from dxmodels.municipalities.waves.model import capacity_rows, expert_variables, option_variables
from dxmodels.municipalities.waves.problem import EXPERT, POOL, STAFF, Resource, WaveProblem, name_ja
from dxmodels.municipalities.waves.relaxation import FINISH, Relaxation, find_relaxations
from dxmodels.solver import solve

_EXCESS_TOLERANCE = 1e-6
_NAMED_SHOWN = 5


@dataclass(frozen=True, eq=False)
class WaveConflict:
    """Sets of clashing limits (``clashes``), systems that cannot meet their own dates (``impossible``), and what loosening costs.

    ``relaxations``: the cheapest mix first, then one kind at a time; each holds its rows, price, bound and gap.
    """

    clashes: tuple[tuple[Resource, ...], ...]
    is_whole_only: bool
    needs: pd.DataFrame
    impossible: tuple[str, ...]
    relaxations: tuple[Relaxation, ...]
    first_fy: int
    last_fy: int
    names: Mapping[str, str]

    @property
    def cheapest(self) -> Relaxation:
        """The least-price mix of all kinds of relaxation."""
        return self.relaxations[0]

    @property
    def limits_ja(self) -> tuple[str, ...]:
        """Names of the clashing limits, without repeats."""
        named = [name_ja(resource, self.names) for clash in self.clashes for resource in clash]
        return tuple(dict.fromkeys([*named, self._finish_ja()]))

    def to_frame(self) -> pd.DataFrame:
        """Return what to loosen, one row a holder and year, for every relaxation."""
        parts = [each.table.assign(relaxation_ja=each.name_ja, price_yen=each.price_yen) for each in self.relaxations]
        return pd.concat(parts, ignore_index=True)

    def summary(self) -> str:
        """Return the clash and its cheapest cure (Japanese)."""
        text = f"{self._finish_ja()}計画はない。"
        if self.impossible:
            text += f"最も早い年度が期限より後のシステム：{_listed(self.impossible)}。"
        if self.is_whole_only:
            text += "能力の合計は足りるが、システムを年度で割れないために収まらない。"
        for clash in self.clashes[:_NAMED_SHOWN]:
            text += f"同時に満たせない制限：{self._clash_ja(clash)}。"
        text += f"最も安い緩和（概算{format_yen(self.cheapest.price_yen)}）：{self.cheapest.words(_NAMED_SHOWN, self.names)}。"
        alone = [f"{each.name_ja}なら{each.short()}" for each in self.relaxations[1:]]
        return text + f"一種類だけで解くには、{'、'.join(alone)}。"

    def _finish_ja(self) -> str:
        return f"{era_year(self.first_fy)}から{era_year(self.last_fy)}までにすべてを移す"

    def _clash_ja(self, clash: tuple[Resource, ...]) -> str:
        """The holders of one clash, those that lack most first, with what they need and have over all years."""
        columns = (self.needs[name].to_list() for name in ("capacity_kind", "holder_id", "needed_fte", "available_fte"))
        needs = {(kind, holder): (float(need), float(has)) for kind, holder, need, has in zip(*columns, strict=True)}
        order = sorted(clash, key=lambda held: needs[held][1] - needs[held][0])
        words = [self._with_need(held, *needs[held]) for held in order[:_NAMED_SHOWN]]
        return "、".join(words) + (f"ほか計{len(clash)}者" if len(clash) > _NAMED_SHOWN else "")

    def _with_need(self, resource: Resource, needed: float, available: float) -> str:
        if resource[1] == POOL:
            return f"{name_ja(resource)}（期間の計 {available:,.1f}）"
        return f"{name_ja(resource, self.names)}：必要 {needed:,.1f} に対し {available:,.1f}（期間の計）"


class WaveInfeasibleError(InfeasibleError):
    """No calendar satisfies every limit; ``explained`` holds the clashing limits and the relaxations as tables."""

    def __init__(self, explained: WaveConflict) -> None:
        self.explained = explained
        super().__init__(explained.summary(), explained.limits_ja)


def find_conflict(problem: WaveProblem) -> WaveConflict:
    """Return the clashing limits of an infeasible problem and the cheapest relaxations."""
    relaxations = find_relaxations(problem)
    clashes = tuple(_clashes(problem))
    impossible = tuple(unit.name for unit in problem.units if not unit.options)
    is_whole_only = not clashes and not impossible
    return WaveConflict(
        clashes=_loosened(relaxations[0]) if is_whole_only else clashes,
        is_whole_only=is_whole_only,
        needs=_needs(problem),
        impossible=impossible,
        relaxations=relaxations,
        first_fy=problem.rules.first_fy,
        last_fy=problem.rules.years[-1],
        names=problem.names,
    )


def _loosened(relaxation: Relaxation) -> tuple[tuple[Resource, ...], ...]:
    """The holders the cheapest mix loosens, as one set."""
    rows = relaxation.table[relaxation.table["capacity_kind"] != FINISH]
    held = tuple(dict.fromkeys(zip(rows["capacity_kind"].astype(str), rows["holder_id"].astype(str), strict=True)))
    return (held,) if held else ()


def _clashes(problem: WaveProblem) -> Iterator[tuple[Resource, ...]]:
    """Yield irreducible sets until the limits left can be met."""
    active = {resource for resource, _ in problem.capacity}
    while True:
        excess, suspects = _excess(problem, active)
        if excess <= _EXCESS_TOLERANCE:
            return
        clash = _filtered(problem, suspects)
        yield clash
        active -= set(clash)


def _filtered(problem: WaveProblem, suspects: set[Resource]) -> tuple[Resource, ...]:
    kept = sorted(suspects)
    for resource in list(kept):
        if _excess(problem, set(kept) - {resource})[0] > _EXCESS_TOLERANCE:
            kept.remove(resource)
    return tuple(kept)


def _excess(problem: WaveProblem, active: set[Resource]) -> tuple[float, set[Resource]]:
    """Least number of units (with any year at all) that cannot move within the ``active`` limits (LP), and the limits holding them up."""
    model = pulp.LpProblem("excess", pulp.LpMinimize)
    part, experts = option_variables(problem, pulp.LpContinuous), expert_variables(problem)
    blocked = _blocked(problem, active)
    for option in blocked:
        part[option].upBound = 0
    left = {
        number: pulp.LpVariable(f"z_{number}", lowBound=0) for number, unit in enumerate(problem.units) if unit.options
    }
    model.setObjective(pulp.LpAffineExpression([(variable, 1) for variable in left.values()]))
    for number, variable in left.items():
        terms = [(part[number, year], 1) for year in problem.units[number].options]
        model += pulp.LpAffineExpression([*terms, (variable, 1)]) == 1, f"unit_{number}"
    rows = {row: side for row, side in capacity_rows(problem, part, experts).items() if row[0] in active}
    for place, (row, side) in enumerate(rows.items()):
        model += side <= problem.capacity[row], f"capacity_{place}"
    report = solve(model, relax=True)
    duals = [model.constraints[f"capacity_{place}"].pi for place in range(len(rows))]
    holding = {row[0] for row, dual in zip(rows, duals, strict=True) if abs(dual) > _EXCESS_TOLERANCE}
    stuck = {number for number, variable in left.items() if variable.varValue > _EXCESS_TOLERANCE}
    return report.objective, holding | {held for (number, _), held in blocked.items() if number in stuck}


def _blocked(problem: WaveProblem, active: set[Resource]) -> dict[tuple[int, int], Resource]:
    """Options that one unit alone cannot take, because a limit is smaller than what it needs (experts counted where they are limited)."""
    found: dict[tuple[int, int], Resource] = {}
    pool, has_pool = (EXPERT, POOL), any(resource == (EXPERT, POOL) for resource, _ in problem.capacity)
    for resource, year, unit, option, amount in problem.usage():
        helped = resource[0] == STAFF and has_pool
        if resource not in active or (helped and pool not in active):
            continue
        room = problem.capacity[resource, year] + (problem.capacity[pool, year] if helped else 0.0)
        if amount > room + _EXCESS_TOLERANCE:
            found[unit, option] = resource
    return found


def _needs(problem: WaveProblem) -> pd.DataFrame:
    """What moving everything uses of each limited resource, and what it has over all years."""
    needed = {resource: 0.0 for resource, _ in problem.capacity}
    for unit in problem.units:
        for resource, _, amount in unit.loads:
            if resource in needed:
                needed[resource] += amount
    has = dict.fromkeys(needed, 0.0)
    for (resource, _), value in problem.capacity.items():
        has[resource] += value
    rows = [(*resource, needed[resource], has[resource]) for resource in needed]
    return pd.DataFrame(rows, columns=["capacity_kind", "holder_id", "needed_fte", "available_fte"])


def _listed(names: tuple[str, ...]) -> str:
    shown = "、".join(names[:_NAMED_SHOWN])
    return f"{shown}ほか計{len(names)}件" if len(names) > _NAMED_SHOWN else shown
