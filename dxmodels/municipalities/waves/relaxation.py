"""What is the cheapest way to loosen the limits so that everything moves?

Variables   x as in ``model`` with the calendar prolonged by as many years as it has (capacity of its last year); s_vt ∈ {0,1,2,…} more
            parallel moves of a vendor, s_mt ≥ 0 more staff years, s_et ≥ 0 more years of shared experts
Objective   Σ price · s + price of a system-year past the end of the calendar (or past its deadline where no delay is allowed)
Answers     the cheapest mix, then each kind alone; a kind that cannot do it alone says so. Every answer has bound and gap.

What it leaves out: whether a vendor has more people to give (the price is an assumption), and prices that rise with the quantity.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

import pandas as pd
import pulp

from dxmodels.fiscal import era_year
from dxmodels.money import format_rate, format_yen
from dxmodels.municipalities.waves.model import Option, capacity_rows, expert_variables, option_variables
from dxmodels.municipalities.waves.problem import EXPERT, POOL, STAFF, VENDOR, Unit, WaveProblem, name_ja
from dxmodels.solver import Effort, SolveReport, solve

FINISH = "finish"
KINDS_JA = {
    VENDOR: "事業者の並行移行数を増やす",
    STAFF: "市町村の職員を増やす",
    EXPERT: "共同人材を増やす",
    FINISH: "期間・期限を延ばす（期間は2倍まで）",
}
_MILLION = 1_000_000
_SMALLEST_TOLERANCE = 1e-6
_TENTH = 10


@dataclass(frozen=True, eq=False)
class Relaxation:
    """What one kind (or a mix) of loosening needs: rows of capacity_kind, holder_id, fiscal_year, added_fte; price, bound and gap."""

    name_ja: str
    table: pd.DataFrame
    price_yen: float
    gap: float
    is_enough: bool

    def short(self) -> str:
        """Return price and amount in a few words (Japanese)."""
        if not self.is_enough:
            return "解けない"
        return f"{format_yen(self.price_yen)}（{len(self.table)} か所、ギャップ {format_rate(self.gap)}）"

    def words(self, shown: int, names: Mapping[str, str]) -> str:
        """Return the first rows in words (Japanese); ``names`` of the municipalities by code."""
        rows = self.table.head(shown).to_dict("records")
        parts = [_row_ja({str(name): value for name, value in row.items()}, names) for row in rows]
        return "、".join(parts) + (f"ほか計{len(self.table)}か所" if len(self.table) > shown else "")


def find_relaxations(problem: WaveProblem) -> tuple[Relaxation, ...]:
    """Return the cheapest mix, then every kind of relaxation on its own."""
    used = {resource[0] for unit in problem.units for resource, _, _ in unit.loads}
    kinds = [kind for kind in KINDS_JA if kind in (FINISH, EXPERT) or kind in used]
    kinds = [kind for kind in kinds if kind == FINISH or any(resource[0] == kind for resource, _ in problem.capacity)]
    mix = _relax(problem, tuple(kinds), "すべての種類の組合せ")
    return (mix, *(_relax(problem, (kind,), KINDS_JA[kind]) for kind in kinds))


def _relax(problem: WaveProblem, kinds: tuple[str, ...], name: str) -> Relaxation:
    longer = _prolonged(problem) if FINISH in kinds else problem
    model = pulp.LpProblem("relaxation", pulp.LpMinimize)
    goes_live, experts = option_variables(longer), expert_variables(longer)
    rows = capacity_rows(longer, goes_live, experts)
    more = _slack(longer, rows, kinds)
    for number, unit in enumerate(longer.units):
        model += pulp.LpAffineExpression([(goes_live[number, year], 1) for year in unit.options]) == 1, f"unit_{number}"
    for place, (row, side) in enumerate(rows.items()):
        model += (side - more[row] if row in more else side) <= longer.capacity[row], f"capacity_{place}"
    beyond = _beyond(problem, longer, goes_live)
    prices = {
        VENDOR: longer.rules.vendor_slot_yen,
        STAFF: longer.rules.staff_fte_yen,
        EXPERT: longer.rules.expert_fte_yen,
    }
    terms = [(variable, prices[row[0][0]] / _MILLION) for row, variable in more.items()]
    terms += [
        (goes_live[option], years * longer.rules.late_system_year_yen / _MILLION) for option, years in beyond.items()
    ]
    model.setObjective(pulp.LpAffineExpression(terms))
    report = solve(model, effort=Effort(gap=longer.rules.gap, nodes=longer.rules.nodes, seconds=longer.rules.seconds))
    return _answer(name, report, more, beyond, longer, goes_live)


def _prolonged(problem: WaveProblem) -> WaveProblem:
    """The calendar at twice its length, the later years with the capacity of the last one."""
    rules, last = problem.rules, problem.rules.years[-1]
    longest = max(unit.earliest_fy for unit in problem.units)
    extra = max(rules.years_count, longest - last)
    later = range(last + 1, last + 1 + extra)
    units = tuple(replace(unit, options=tuple(range(unit.earliest_fy, later[-1] + 1))) for unit in problem.units)
    capacity = dict(problem.capacity)
    for resource in {resource for resource, _ in problem.capacity}:
        capacity |= {(resource, year): problem.capacity[resource, last] for year in later}
    return replace(
        problem,
        units=units,
        capacity=capacity,
        rules=replace(rules, years_count=rules.years_count + extra, allow_late=True),
    )


def _slack(
    problem: WaveProblem, rows: dict[tuple[tuple[str, str], int], pulp.LpAffineExpression], kinds: tuple[str, ...]
) -> dict[tuple[tuple[str, str], int], pulp.LpVariable]:
    """More of a resource in a year; whole moves for vendors."""
    return {
        row: pulp.LpVariable(f"s_{place}", lowBound=0, cat=pulp.LpInteger if row[0][0] == VENDOR else pulp.LpContinuous)
        for place, row in enumerate(rows)
        if row[0][0] in kinds
    }


def _beyond(problem: WaveProblem, longer: WaveProblem, goes_live: dict[Option, pulp.LpVariable]) -> dict[Option, int]:
    """System-years past the limit that is loosened: the end of the calendar, or each deadline where no delay is allowed."""
    last, strict = problem.rules.years[-1], not problem.rules.allow_late

    def years(unit: Unit, year: int) -> int:
        limits = [min(deadline, last) if strict else last for deadline in unit.deadlines]
        return sum(max(0, year - limit) for limit in limits)

    found = {option: years(longer.units[option[0]], option[1]) for option in goes_live}
    return {option: count for option, count in found.items() if count}


def _answer(
    name: str,
    report: SolveReport,
    more: dict[tuple[tuple[str, str], int], pulp.LpVariable],
    beyond: dict[Option, int],
    problem: WaveProblem,
    goes_live: dict[Option, pulp.LpVariable],
) -> Relaxation:
    columns = ["capacity_kind", "holder_id", "fiscal_year", "added_fte"]
    if not report.has_solution:
        return Relaxation(name, pd.DataFrame(columns=columns), math.nan, math.nan, is_enough=False)
    rows = [(*row[0], row[1], float(variable.varValue)) for row, variable in more.items()]
    late: dict[int, int] = {}
    for option, count in beyond.items():
        if goes_live[option].varValue > 0.5:
            late[option[1]] = late.get(option[1], 0) + count
    rows += [(FINISH, POOL, year, float(count)) for year, count in sorted(late.items())]
    table = pd.DataFrame(rows, columns=columns)
    table = table[table["added_fte"] > _SMALLEST_TOLERANCE]
    staff = table["capacity_kind"].isin([STAFF, EXPERT])
    table["added_fte"] = table["added_fte"].where(
        ~staff, (table["added_fte"] * _TENTH - _SMALLEST_TOLERANCE).map(math.ceil) / _TENTH
    )
    table = table.sort_values(["capacity_kind", "fiscal_year"], kind="stable", ignore_index=True)
    return Relaxation(name, table, report.objective * _MILLION, report.gap, is_enough=True)


def _row_ja(row: dict[str, object], names: Mapping[str, str]) -> str:
    kind, year, amount = str(row["capacity_kind"]), int(str(row["fiscal_year"])), float(str(row["added_fte"]))
    if kind == FINISH:
        return f"{era_year(year)}に終えるものを認める（期限超過のべ{amount:.0f}システム・年）"
    held = name_ja((kind, str(row["holder_id"])), names)
    unit = "件" if kind == VENDOR else "人"
    number = f"{amount:.0f}" if kind == VENDOR else f"{amount:.1f}"
    return f"{held}を{era_year(year)}に{number}{unit}増やす"
