"""What does the relaxed problem cost when only the choices worth looking at are in it, and what do its prices prove?

Column-and-row generation of the strong relaxation. The restricted master holds some choices with their bundles, links and limits; a
whole bundle is priced at once (pricing.py), its paying choices enter together with their rows, and coupling rows enter only once they
are violated. A restricted master's value is no bound: the bound is the Lagrangian value at the best prices seen, which an independent
checker recomputes (certificate.py). Prices are smoothed towards the best ones seen (Wentges 1997), which halves the rounds.
Source: Barahona & Jensen (1998), Plant location with minimum inventory; Muter, Birbil & Bülbül (2013), Simultaneous column-and-row generation.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from dxmodels.bundling.pricing import Priced, Pricer
from dxmodels.bundling.problem import BundleProblem, Flags, Floats, Ints
from dxmodels.bundling.strong import needs_of
from dxmodels.errors import ModelError
from dxmodels.solver import Effort, GrowingLp, SolveReport

_LEFT_OUT = 1e-7  # sum of artificials below which every unit is served
_RAISE, _RAISES = (
    30.0,
    2,
)  # a small unit may be worth a detour of a large one: its penalty is raised before it stays unserved


@dataclass(frozen=True, eq=False)
class Prices:
    """Prices of the units (π) and of the coupling rows (λ ≥ 0) with the bound they prove."""

    pi: Floats
    lam: Floats
    bound: float


@dataclass(frozen=True, eq=False)
class Relaxation:
    """The end of a column generation: best prices, the master's value and its choices, rounds used, and the shortfall left.

    ``shortfall`` > 0 means that even in fractions not every unit could be served within the rows (infeasible, or too few columns).
    """

    prices: Prices
    value: float
    shares: Floats
    columns: Flags
    rounds: int
    shortfall: float
    reduced: Floats
    opened: Floats


def _penalties(problem: BundleProblem) -> Floats:
    """What an unserved unit costs in the master: well above its dearest choice, yet of its own size, so that prices stay sane."""
    dearest = np.zeros(problem.n_units)
    np.maximum.at(dearest, problem.unit_of, np.abs(problem.cost) + np.abs(problem.fixed_cost[problem.bundle_of]))
    return 2.0 * dearest + 1e-6 + 0.01 * float(dearest.max(initial=0.0))


class Master:
    """The restricted master of one problem; ``add`` choices, ``run`` until the bound meets the value."""

    def __init__(self, problem: BundleProblem, *, effort: Effort | None = None, most_added: int = 4000) -> None:
        self.problem = problem
        self._most_added = most_added
        self.pricer = Pricer(problem)
        self.inside = np.zeros(problem.n_choices, dtype=bool)
        self._needs = needs_of(problem)
        self._lp = GrowingLp(effort=effort)
        self._column = np.full(problem.n_choices, -1)
        self._opening = np.full(problem.n_bundles, -1)
        self._limit_row = {name: np.full(problem.n_bundles, -1) for name in ("capacity", "most", "fewest")}
        self._coupling_row = np.full(len(problem.coupling), -1)
        self._holds = np.ones(len(problem.coupling), dtype=bool)
        self._choices_csc = problem.coupling.on_choices.tocsc()
        self._bundles_csc = problem.coupling.on_bundles.tocsc()
        self._penalty = _penalties(problem)
        self._relief: list[int] = []
        self._raised = 0
        self._add_artificials()

    def add(self, choices: Ints) -> int:
        """Bring choices (positions) into the master with their bundles, links and limits; returns how many were new."""
        new = choices[~self.inside[choices]]
        if not len(new):
            return 0
        self._open(np.unique(self.problem.bundle_of[new]))
        self.inside[new] = True
        first = self._lp.add_columns(self._choice_columns(new), self.problem.cost[new], np.full(len(new), np.inf))
        self._column[new] = first + np.arange(len(new))
        self._link(new)
        return len(new)

    def let_hold(self, holds: Flags) -> None:
        """Keep only the marked coupling rows in force; columns, rows and basis stay for the next ``run``."""
        present = np.flatnonzero((self._coupling_row >= 0) & (holds != self._holds))
        limit = np.where(holds[present], self.problem.coupling.rhs[present], np.inf)
        self._lp.set_row_upper(self._coupling_row[present], limit)
        self._holds = holds.copy()

    def run(self, *, gap: float, rounds: int, smoothing: float = 0.5) -> Relaxation:
        """Solve, price and grow until (value − bound) / value ≤ gap, nothing more pays, or the rounds are used up."""
        best: Prices | None = None
        for turn in range(1, rounds + 1):  # noqa: B007 -- the rounds used are told after the loop
            report = self._solve_with_rows()
            (shares, opened), columns = self._spread(report.values), self.inside.copy()
            added, best = self._grow(self._prices_of(report), best, smoothing)
            value = report.objective
            ended = added == 0 or value - best.bound <= gap * abs(value)
            if ended and not self._raise_penalties(report.values):
                break
        shortfall = float(report.values[: self.problem.n_units].sum())
        assert best is not None  # at least one round ran
        reduced = self.pricer.price(best.pi, best.lam).reduced
        return Relaxation(best, value, shares, columns, turn, shortfall, reduced, opened)

    def _raise_penalties(self, values: Floats) -> bool:
        """Make leaving units out dearer where that still seems to pay; False where nothing is left out, or it is dear beyond reason."""
        artificial = np.concatenate([np.arange(self.problem.n_units), np.array(self._relief, dtype=np.int64)])
        if values[artificial].sum() <= _LEFT_OUT or self._raised >= _RAISES:
            return False
        self._raised += 1
        self._penalty = self._penalty * _RAISE
        relief = np.full(len(self._relief), self._penalty.max())
        self._lp.set_costs(artificial, np.concatenate([self._penalty, relief]))
        return True

    def _add_artificials(self) -> None:
        n = self.problem.n_units
        self._lp.add_rows(sparse.csr_matrix((n, 0)), np.ones(n), np.ones(n))
        self._lp.add_columns(sparse.identity(n, format="csc"), self._penalty, np.full(n, np.inf))

    def _open(self, bundles: Ints) -> None:
        """Add the opening column and the limit rows of bundles seen for the first time."""
        fresh = bundles[(self._opening[bundles] < 0) & self._needs.opening[bundles]]
        if len(fresh):
            matrix = self._on_present_rows(self._bundles_csc[:, fresh])
            first = self._lp.add_columns(matrix, self.problem.fixed_cost[fresh], np.ones(len(fresh)))
            self._opening[fresh] = first + np.arange(len(fresh))
        for name, wanted, limit, sign in self._limits():
            rows = self._limit_row[name]
            unseen = bundles[wanted[bundles] & (rows[bundles] < 0)]
            if len(unseen):
                self._add_limit_rows(rows, unseen, limit, sign)

    def _limits(self) -> list[tuple[str, Flags, Floats, float]]:
        p, needs = self.problem, self._needs
        return [
            ("capacity", needs.capacity, p.capacity, 1.0),
            ("most", needs.most, p.max_units, 1.0),
            ("fewest", needs.fewest, p.min_units, -1.0),
        ]

    def _add_limit_rows(self, rows: Ints, bundles: Ints, limit: Floats, sign: float) -> None:
        has_y = self._opening[bundles] >= 0
        at = np.flatnonzero(has_y)
        values = -sign * limit[bundles[has_y]]
        matrix = sparse.csr_matrix(
            (values, (at, self._opening[bundles[has_y]])), shape=(len(bundles), self._lp.n_columns)
        )
        upper = np.where(has_y, 0.0, sign * limit[bundles])
        first = self._lp.add_rows(matrix, np.full(len(bundles), -np.inf), upper)
        rows[bundles] = first + np.arange(len(bundles))

    def _choice_columns(self, new: Ints) -> sparse.csc_matrix:
        p = self.problem
        rows, columns, values = [p.unit_of[new]], [np.arange(len(new))], [np.ones(len(new))]
        bundle = p.bundle_of[new]
        for name, weight in (("capacity", p.load[new]), ("most", np.ones(len(new))), ("fewest", -np.ones(len(new)))):
            row = self._limit_row[name][bundle]
            at = np.flatnonzero(row >= 0)
            rows.append(row[at])
            columns.append(at)
            values.append(weight[at])
        own = sparse.csc_matrix(
            (np.concatenate(values), (np.concatenate(rows), np.concatenate(columns))), shape=(self._lp.n_rows, len(new))
        )
        return sparse.csc_matrix(own + self._on_present_rows(self._choices_csc[:, new]))

    def _on_present_rows(self, part: sparse.csc_matrix) -> sparse.csc_matrix:
        """Coupling coefficients moved to the master's row numbers; rows not in the master are left out."""
        entries = part.tocoo()
        row = self._coupling_row[entries.row]
        there = row >= 0
        return sparse.csc_matrix(
            (entries.data[there], (row[there], entries.col[there])), shape=(self._lp.n_rows, part.shape[1])
        )

    def _link(self, new: Ints) -> None:
        linked = new[self._opening[self.problem.bundle_of[new]] >= 0]
        n = len(linked)
        if not n:
            return
        rows = np.concatenate([np.arange(n), np.arange(n)])
        columns = np.concatenate([self._column[linked], self._opening[self.problem.bundle_of[linked]]])
        matrix = sparse.csr_matrix((np.repeat([1.0, -1.0], n), (rows, columns)), shape=(n, self._lp.n_columns))
        self._lp.add_rows(matrix, np.full(n, -np.inf), np.zeros(n))

    def _solve_with_rows(self) -> SolveReport:
        """Solve, add every coupling row that the solution breaks, and repeat until none is broken."""
        while True:
            report = self._lp.solve()
            if not report.has_solution:
                raise ModelError(
                    "金額の桁が開きすぎて連続緩和を解けません。金額の単位を大きくして（円を百万円に）やり直してください。"
                )
            broken = self._broken(report.values)
            if not len(broken):
                return report
            self._activate(broken)

    def _broken(self, values: Floats) -> Ints:
        rows = self.problem.coupling
        if not len(rows):
            return np.zeros(0, dtype=np.int64)
        x, y = self._spread(values)
        excess = rows.on_choices @ x + rows.on_bundles @ y - rows.rhs
        return np.flatnonzero((excess > 1e-7 * (1.0 + np.abs(rows.rhs))) & (self._coupling_row < 0) & self._holds)

    def _spread(self, values: Floats) -> tuple[Floats, Floats]:
        x, y = np.zeros(self.problem.n_choices), np.zeros(self.problem.n_bundles)
        x[self.inside] = values[self._column[self.inside]]
        seen = self._opening >= 0
        y[seen] = values[self._opening[seen]]
        return x, y

    def _activate(self, rows: Ints) -> None:
        """Add coupling rows over the columns present, each with an artificial so that the master stays feasible."""
        coupling = self.problem.coupling
        parts = []
        for matrix, position in ((coupling.on_choices, self._column), (coupling.on_bundles, self._opening)):
            entries = matrix[rows].tocoo()
            column = position[entries.col]
            there = column >= 0
            parts.append(
                sparse.csr_matrix(
                    (entries.data[there], (entries.row[there], column[there])), shape=(len(rows), self._lp.n_columns)
                )
            )
        first = self._lp.add_rows(parts[0] + parts[1], np.full(len(rows), -np.inf), coupling.rhs[rows])
        self._coupling_row[rows] = first + np.arange(len(rows))
        size = np.maximum(1.0, abs(coupling.on_choices[rows]).max(axis=1).toarray().ravel())
        relief = sparse.csc_matrix(
            (-size, (first + np.arange(len(rows)), np.arange(len(rows)))), shape=(self._lp.n_rows, len(rows))
        )
        at = self._lp.add_columns(relief, np.full(len(rows), self._penalty.max()), np.full(len(rows), np.inf))
        self._relief += range(at, at + len(rows))

    def _prices_of(self, report: SolveReport) -> Prices:
        lam = np.zeros(len(self.problem.coupling))
        there = self._coupling_row >= 0
        lam[there] = np.maximum(0.0, -report.row_duals[self._coupling_row[there]])
        return Prices(report.row_duals[: self.problem.n_units], lam, -np.inf)

    def _grow(self, here: Prices, best: Prices | None, smoothing: float) -> tuple[int, Prices]:
        """Price at the smoothed point, then at the master's own; add what pays; keep the best bound seen."""
        points = [here]
        if best is not None and smoothing > 0:
            mixed = Prices(
                smoothing * best.pi + (1 - smoothing) * here.pi,
                smoothing * best.lam + (1 - smoothing) * here.lam,
                -np.inf,
            )
            points.insert(0, mixed)
        for point in points:
            priced = self.pricer.price(point.pi, point.lam)
            if best is None or priced.bound > best.bound:
                best = Prices(point.pi, point.lam, priced.bound)
            added = self.add(self._most_promising(priced))
            if added:
                break
        assert best is not None
        return added, best

    def _most_promising(self, priced: Priced) -> Ints:
        """The paying choices not yet inside; of too many, those of the bundles that promise most."""
        found = np.flatnonzero(priced.taken & ~self.inside)
        if len(found) <= self._most_added:
            return found
        worth = priced.worth[self.problem.bundle_of[found]]
        best: Ints = found[worth <= np.partition(worth, self._most_added)[self._most_added]]
        return best
