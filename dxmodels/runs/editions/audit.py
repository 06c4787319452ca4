"""Can a withheld number be worked out from everything that is published? The least and the largest value it can have, by linear programming.

For each withheld number x_p:  min and max x_p  subject to  A x = b (every equation of the ledger),  x_i = its value where published,
x_i ≥ 0 where the column holds no negative number. It is safe where both ends lie at least ``margin`` × |value| away from it, so that no
reader can state it to within that share. Source: attacker's problem of cell suppression, Fischetti and Salazar (2001), Management Science
47(7), 1008-1027; p % rule, Hundepool et al. (2012), Statistical Disclosure Control, chapter 4.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from dxmodels.errors import ModelError
from dxmodels.runs.editions.ledger import Ledger, Row
from dxmodels.runs.editions.places import Place
from dxmodels.solver import OPTIMAL, UNBOUNDED, LinearProblem, solve_arrays

Floats = npt.NDArray[np.float64]
_TOLERANCE = 1e-6


@dataclass(frozen=True)
class Range:
    """What a reader can say of one withheld number: its least and largest value."""

    entry: int
    value: float
    least: float
    largest: float

    def is_safe(self, margin: float) -> bool:
        """True where both ends are at least ``margin`` × |value| away (for 0: where it is not certain)."""
        needed = margin * abs(self.value)
        slack = _TOLERANCE * max(1.0, abs(self.value))
        if needed == 0:
            return self.largest - self.least > slack
        return self.least <= self.value - needed + slack and self.largest >= self.value + needed - slack


@dataclass(frozen=True)
class Audit:
    """Every withheld number with what can be said of it; ``exposed`` are the cells that can be worked out to within the margin."""

    ranges: tuple[Range, ...]
    exposed: tuple[Place, ...]
    exposed_entries: tuple[int, ...]
    programs: int

    @property
    def passes(self) -> bool:
        """True where no withheld number can be worked out."""
        return not self.exposed


def audit_ledger(ledger: Ledger, held: Iterable[Place], *, margin: float) -> Audit:
    """Return what a reader can say of every withheld number that stands in an equation; the rest is free and safe."""
    if not 0 < margin < 1:
        raise ModelError(f"割り出されてはならない幅 {margin} は 0 より大きく 1 より小さくしてください（例：0.2）。")
    wanted = frozenset(held)
    rows = ledger.linear()
    ranges, programs = [], 0
    entries = [number for number, places in enumerate(ledger.places) if any(place in wanted for place in places)]
    for number in entries:
        if ledger.known[number]:  # it stands somewhere else in plain sight
            ranges.append(Range(number, ledger.values[number], ledger.values[number], ledger.values[number]))
    for part in parts_of(ledger, rows):
        inside = [number for number in entries if number in part.entries and not ledger.known[number]]
        for number in inside:
            ranges.append(_range(ledger, part, number))
            programs += 2
    exposed = [found.entry for found in ranges if not found.is_safe(margin)]
    cells = tuple(place for number in exposed for place in ledger.places[number] if place in wanted)
    return Audit(tuple(ranges), cells, tuple(exposed), programs)


@dataclass(frozen=True, eq=False)
class Part:
    """Equations that share unknown numbers, and all entries that stand in them."""

    rows: tuple[Row, ...]
    entries: tuple[int, ...]


def parts_of(ledger: Ledger, rows: list[Row]) -> list[Part]:
    """Return the equations in parts that have no unknown number in common."""
    if not rows:
        return []
    pairs = [(at, entry) for at, row in enumerate(rows) for entry in row if not ledger.known[entry]]
    size = len(rows) + len(ledger.values)
    left, right = [at for at, _ in pairs], [len(rows) + entry for _, entry in pairs]
    graph = sparse.csr_matrix((np.ones(len(pairs)), (left, right)), shape=(size, size))
    _, label = connected_components(graph, directed=False)
    groups: dict[int, list[Row]] = {}
    for at, row in enumerate(rows):
        groups.setdefault(int(label[at]), []).append(row)
    return [Part(tuple(group), tuple(sorted({entry for row in group for entry in row}))) for group in groups.values()]


def _range(ledger: Ledger, part: Part, entry: int) -> Range:
    value = ledger.values[entry]
    return Range(entry, value, _extreme(ledger, part, entry, 1.0), _extreme(ledger, part, entry, -1.0))


def _extreme(ledger: Ledger, part: Part, entry: int, sign: float) -> float:
    """Return the least (sign 1) or largest (sign −1) value; published numbers are put in, the rest is counted in units of this one."""
    unknown = [number for number in part.entries if not ledger.known[number]]
    at = {number: place for place, number in enumerate(unknown)}
    scale = scales_from(ledger, part, entry, unknown)
    values = np.array([ledger.values[number] for number in unknown])
    matrix = scaled(part.rows, at, scale)
    right = matrix @ (values / scale)
    cost = np.zeros(len(unknown))
    cost[at[entry]] = sign
    problem = LinearProblem(
        cost=cost, matrix=matrix, row_lower=right, row_upper=right,
        lower=np.array([ledger.lower[number] for number in unknown]) / scale, upper=np.full(len(unknown), np.inf),
        integer=np.zeros(len(unknown), dtype=bool),
    )  # fmt: skip
    report = solve_arrays(problem)
    if report.status == UNBOUNDED:
        return -sign * np.inf
    if report.status != OPTIMAL:
        raise ModelError("公表版の点検で線形計画が解けません。係数の大きさを確かめてください。")
    return float(sign * report.objective * scale[at[entry]])


def scaled(rows: tuple[Row, ...], at: dict[int, int], scale: Floats) -> sparse.csr_matrix:
    """Return the equations over the entries of ``at``, these counted in units of ``scale``, each equation with its largest coefficient 1."""
    cells = [(n, at[e], share * scale[at[e]]) for n, row in enumerate(rows) for e, share in row.items() if e in at]
    numbers, columns, shares = zip(*cells, strict=True)
    matrix = sparse.csr_matrix((shares, (numbers, columns)), shape=(len(rows), len(at)))
    heaviest = abs(matrix).max(axis=1).toarray().ravel()
    return sparse.csr_matrix(sparse.diags(1.0 / np.where(heaviest > 0, heaviest, 1.0)) @ matrix)


def scales_from(ledger: Ledger, part: Part, entry: int, entries: list[int]) -> Floats:
    """Return in which unit each entry is counted: how much it moves where this one moves by its own size (so that no tolerance hides a small number beside a large one)."""
    own = abs(ledger.values[entry]) or 1.0
    found = {entry: own}
    waiting = [entry]
    by_entry: dict[int, list[Row]] = {}
    for row in part.rows:
        for one in row:
            by_entry.setdefault(one, []).append(row)
    while waiting:
        one = waiting.pop(0)
        for row in by_entry.get(one, ()):
            for other, share in row.items():
                if other not in found:
                    found[other] = found[one] * abs(row[one] / share) if share else own
                    waiting.append(other)
    return np.array([found.get(number, own) for number in entries])
