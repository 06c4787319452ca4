"""Which further cells are withheld, so that none of the withheld ones can be worked out, and as little as possible is lost?

Sets: entries i of a part of the ledger, exposed entries p, directions d ∈ {up, down}.
Variables: x_i ∈ {0,1} withhold entry i;  y_{p,d,i} how far entry i moves in a table that a reader cannot tell from the true one.
min Σ w_i x_i  s.t.  A y_{p,d} = 0;  y_{p,up,p} ≥ margin·|v_p|,  y_{p,down,p} ≤ −margin·|v_p|;  −(v_i − l_i)·x_i ≤ y_i ≤ U_i·x_i;
x_i = 1 where already withheld, y_i = 0 where published and not to be changed. w_i = 1 + share of the value in the sum of all: few cells, and
rather small ones than totals. Products are taken at first order. Where no answer exists all that could be withheld in the equations of p is.
After each round the edition is audited again. Source: complementary cell suppression, Fischetti and Salazar (2001); Fischetti and Salazar-
González (1999), Mathematical Programming 84, 283-312.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse

from dxmodels.runs.editions.audit import Audit, Part, audit_ledger, parts_of, scaled, scales_from
from dxmodels.runs.editions.ledger import Ledger, Published, Row, build_ledger
from dxmodels.runs.editions.places import Place
from dxmodels.runs.model import Exhibit
from dxmodels.solver import Effort, LinearProblem, solve_arrays

Floats = npt.NDArray[np.float64]
_REACH = 8.0  # how many times the needed distance any other entry may move
_MOST_ROUNDS = 25
_MOST_JOINT = 6  # exposed entries protected by one program
_MOST_STEPS, _MOST_ENTRIES = 4, 150
_GAP = 1e-3
_NODES = 200


@dataclass(frozen=True)
class Protection:
    """The cells withheld to protect others, and the audit of the edition with them withheld."""

    added: tuple[Place, ...]
    audit: Audit


def protect(
    exhibits: Mapping[str, Exhibit],
    held: Iterable[Place],
    published: Published,
    *,
    margin: float,
    unread: frozenset[Place] = frozenset(),
) -> Protection:
    """Return which further cells to withhold so that the audit passes (or nothing more can be done, see its ``exposed``).

    ``unread``: cells that are not published, though nothing forbids it (of exhibits left out whole).
    """
    first = frozenset(held)
    withheld = set(first)
    for _ in range(_MOST_ROUNDS):
        ledger = build_ledger(exhibits, withheld | unread, published)
        audit = audit_ledger(ledger, withheld, margin=margin)
        wanted = _cells_to_add(ledger, audit, margin) - withheld - unread if audit.exposed else set()
        if not wanted:
            break
        withheld |= wanted
    return Protection(tuple(sorted(withheld - first, key=_order)), audit)


def _cells_to_add(ledger: Ledger, audit: Audit, margin: float) -> set[Place]:
    places: set[Place] = set()
    exposed = set(audit.exposed_entries)
    for number in exposed:
        if ledger.known[number] and ledger.candidate[number]:
            places |= set(ledger.places[number])
    for part in parts_of(ledger, _first_order(ledger)):
        inside = sorted(number for number in exposed if number in part.entries and not ledger.known[number])
        for start in range(0, len(inside), _MOST_JOINT):
            group = inside[start : start + _MOST_JOINT]
            chosen = _cheapest(ledger, part, group, margin)
            for number in chosen if chosen is not None else _neighbours(ledger, part, group):
                places |= set(ledger.places[number])
    return places


def _first_order(ledger: Ledger) -> list[Row]:
    """Return the sums, and how the three numbers of a product move together."""
    rows = list(ledger.rows)
    for whole, factor, other in ledger.products:
        row: Row = {whole: 1.0}
        row[factor] = row.get(factor, 0.0) - ledger.values[other]
        row[other] = row.get(other, 0.0) - ledger.values[factor]
        rows.append({entry: share for entry, share in row.items() if share})
    return [row for row in rows if any(not ledger.known[entry] for entry in row)]


def _neighbours(ledger: Ledger, part: Part, group: list[int]) -> list[int]:
    """Return everything that could be withheld in the equations of these entries."""
    near = {entry for row in part.rows if any(number in row for number in group) for entry in row}
    return [entry for entry in sorted(near) if ledger.candidate[entry]]


def _cheapest(ledger: Ledger, part: Part, group: list[int], margin: float) -> list[int] | None:
    """Return the entries to withhold by the program above; None where it has no answer."""
    near = _near(part, group)
    free = [entry for entry in near if not ledger.known[entry] or ledger.candidate[entry]]
    asked = [entry for entry in free if ledger.known[entry]]
    at = {entry: place for place, entry in enumerate(free)}
    blocks = [(number, sign) for number in group for sign in (1.0, -1.0)]
    n_x, n_y = len(asked), len(free)
    total = sum(abs(ledger.values[entry]) for entry in free) or 1.0
    cost = np.concatenate([[1.0 + abs(ledger.values[e]) / total for e in asked], np.zeros(n_y * len(blocks))])
    lower, upper = np.zeros(len(cost)), np.ones(len(cost))
    equations, links, limits = [], [], []
    for place, (number, sign) in enumerate(blocks):
        scale = scales_from(ledger, part, number, free)
        start = n_x + place * n_y
        matrix = scaled(part.rows, at, scale)
        equations.append(_shifted(matrix, start, len(cost)))
        low, high = _reach(ledger, free, scale, margin)
        lower[start : start + n_y], upper[start : start + n_y] = low, high
        own = start + at[number]
        needed = margin * abs(ledger.values[number]) / scale[at[number]]
        lower[own], upper[own] = (needed, max(high[at[number]], needed)) if sign > 0 else (low[at[number]], -needed)
        for column, entry in enumerate(asked):
            y = start + at[entry]
            links += [_pair(y, column, -upper[y], len(cost)), _pair(y, column, -lower[y], len(cost))]
            limits += [(-np.inf, 0.0), (0.0, np.inf)]
    matrix = sparse.vstack([*equations, *links]).tocsr()
    n_equal = sum(block.shape[0] for block in equations)
    row_lower = np.concatenate([np.zeros(n_equal), [low for low, _ in limits]])
    row_upper = np.concatenate([np.zeros(n_equal), [high for _, high in limits]])
    integer = np.arange(len(cost)) < n_x
    report = solve_arrays(
        LinearProblem(cost, matrix, row_lower, row_upper, lower, upper, integer), effort=Effort(gap=_GAP, nodes=_NODES)
    )
    if not report.has_solution:
        return None
    chosen = [entry for column, entry in enumerate(asked) if report.values[column] > 0.5]
    return chosen or None


def _near(part: Part, group: list[int]) -> list[int]:
    """Return the entries a few equations away from the group; those farther off stay where they are."""
    found = list(group)
    for _ in range(_MOST_STEPS):
        held = set(found)
        found += sorted({entry for row in part.rows if held & row.keys() for entry in row} - held)
        if len(found) >= _MOST_ENTRIES:
            break
    return found


def _reach(ledger: Ledger, free: list[int], scale: Floats, margin: float) -> tuple[Floats, Floats]:
    """Return how far each entry may move down and up, in its unit."""
    down = np.array([ledger.values[entry] - ledger.lower[entry] for entry in free]) / scale
    return -np.minimum(down, _REACH * margin), np.full(len(free), _REACH * margin)


def _shifted(matrix: sparse.csr_matrix, start: int, width: int) -> sparse.csr_matrix:
    return sparse.hstack(
        [
            sparse.csr_matrix((matrix.shape[0], start)),
            matrix,
            sparse.csr_matrix((matrix.shape[0], width - start - matrix.shape[1])),
        ]
    ).tocsr()


def _pair(y: int, x: int, bound: float, width: int) -> sparse.csr_matrix:
    return sparse.csr_matrix(([1.0, bound], ([0, 0], [y, x])), shape=(1, width))


def _order(place: Place) -> tuple[str, int, int]:
    return place.stem, place.row, place.column
