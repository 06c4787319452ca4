"""Which division of the cost makes the least content group as content as it can be — and then the next, and the next?

Sets        groups S ⊂ N, proper and non-empty; F = groups whose contentment is already settled
Variables   x_i share of player i, ε contentment (what the worst-off open group saves against going alone)
Least core  max ε  s.t.  Σ_N x = c(N),  Σ_S x + ε ≤ c(S) for every S
Nucleolus   the same again and again: groups whose row has a positive dual are tight in every optimal solution, their Σ_S x is settled,
            groups that settled ones determine (linear span, spans.py) leave the problem, until n independent groups are settled.
Stop        only when the settled groups span all n players, never when ε stops moving: ties make ε repeat from stage to stage, and a
            published six-town water case stopped too early that way.
Rows        are generated: all 2^n groups are checked by one matrix product (≤ 20 players), or the most discontent open group is asked of
            the game's oracle (any number). A game of more players without an oracle is searched; its answer is marked as not proven.
Source      Schmeidler (1969), SIAM J. Appl. Math. 17; Maschler, Peleg & Shapley (1979), Math. Oper. Res. 4; Kopelowitz (1967) for the LPs.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from scipy import sparse

from dxmodels.bundling.game import EXACT_PLAYERS, CostGame
from dxmodels.bundling.offer_game import Flags, Floats, Ints, proper_nulls
from dxmodels.bundling.spans import Span
from dxmodels.errors import ModelError
from dxmodels.solver import LinearProblem, SolveReport, solve_arrays

_TIGHT = 1e-7
_ROUNDS = 2000
_NEAR = 1e-5  # of the stand-alone cost


@dataclass(frozen=True, eq=False)
class Division:
    """One division of c(N): shares, what the least content group saves at them, and whether every group stands behind that number.

    ``proven`` is False where groups were only searched for (more than 20 players without an exact oracle): then some group may save less.
    """

    shares: Floats = field(repr=False)
    worst_saving: float
    proven: bool


def least_core(game: CostGame) -> Division:
    """Return one least-core division and ε, the saving of the worst-off group (negative: the core is empty, −ε buys stability).

    Of the least-core divisions the one closest to the stand-alone proportions (smallest largest relative deviation) is returned.
    """
    if game.n == 1:
        return Division(np.array([game.total]), 0.0, True)
    rows = _Rows(game)
    shares = rows.nearest_to_proportional(rows.solve_stage({}))
    return rows.division(shares)


def nucleolus(game: CostGame) -> Division:
    """Return the nucleolus (individually rational where Σ c({i}) ≥ c(N), else the prenucleolus)."""
    if game.n == 1:
        return Division(np.array([game.total]), 0.0, True)
    rows = _Rows(game)
    settled: dict[int, float] = {}
    while rows.span.rank < game.n:
        rows.settle(rows.solve_stage(settled), settled)
    shares = rows.point_of(settled)
    return rows.division(shares)


def largest_stable_total(game: CostGame) -> float:
    """Return the most the members can pay in total while no group, nor all together, pays more than its own cost."""
    rows = _Rows(game)
    return rows.stable_total() * rows.money


class _Stage:
    """One solved stage: ε, shares, and the groups whose rows had a positive dual."""

    def __init__(self, report: SolveReport, groups: list[int], n: int, settled: int) -> None:
        self.shares = report.values[:n]
        self.epsilon = float(report.values[n])
        duals = np.abs(report.row_duals[1 + settled : 1 + settled + len(groups)])
        self.binding = [mask for mask, dual in zip(groups, duals, strict=True) if dual > 1e-9]


class _Rows:
    """The groups written down so far, and the way to find the next one."""

    def __init__(self, game: CostGame) -> None:
        self.game = game
        self.n = game.n
        self.enumerated = game.n <= EXACT_PLAYERS
        self.span = Span(game.n)
        self.nulls: Ints = proper_nulls(game.n)
        # One unit of money is what a player costs alone on average: with 10^10 yen a solver's tolerances are below rounding.
        self.money = max(1e-12, abs(game.total), float(np.abs(game.alone).max())) / game.n
        self.alone, self.total = game.alone / self.money, game.total / self.money
        self.scale = float(game.n)
        self.rational = float(self.alone.sum()) >= self.total - 1e-9 * self.scale
        whole = (1 << self.n) - 1
        self.groups = sorted({1 << i for i in range(self.n)} | {whole ^ (1 << i) for i in range(self.n)} - {0, whole})
        self._cost: dict[int, float] = {}
        if self.enumerated:
            self.costs = game.table() / self.money
            self.members = ((np.arange(1 << self.n)[:, None] >> np.arange(self.n)) & 1).astype(np.float64)
            self.open = np.ones(1 << self.n, dtype=bool)
            self.open[[0, whole]] = False

    def solve_stage(self, settled: dict[int, float]) -> _Stage:
        """Maximise ε over the open groups with the settled sums held, generating rows until no open group is less content."""
        for _ in range(_ROUNDS):
            groups = list(self.groups)
            report = solve_arrays(self._problem(groups, settled))
            if not report.has_solution:
                raise ModelError(
                    "費用分担の線形計画が解けません。費用表に NaN や極端に桁の異なる値がないか確認してください。"
                )
            stage = _Stage(report, groups, self.n, len(settled))
            new = self._less_content(stage)
            if not new:
                return stage
            self.groups += new
        raise ModelError(f"行生成が{_ROUNDS}回で収束しませんでした。参加者を減らすか、費用の桁をそろえてください。")

    def settle(self, stage: _Stage, settled: dict[int, float]) -> None:
        """Fix the sums of binding groups that earlier ones do not determine; close every group in their span."""
        rank = self.span.rank
        for mask in stage.binding:
            if self.span.add(self._flags(mask).astype(int).tolist()):
                settled[mask] = self._cost_of(mask) - stage.epsilon
        if self.span.rank == rank:
            raise ModelError("仁の計算が進みません。費用の桁をそろえてください（極端に小さい差は丸めてください）。")
        self.nulls = self.span.nulls()
        self.groups = [mask for mask in self.groups if (self.nulls @ self._flags(mask)).any()]
        if self.enumerated:
            still = np.zeros(len(self.open), dtype=bool)
            for row in self.nulls:
                still |= self.members @ row != 0
            self.open &= still

    def point_of(self, settled: dict[int, float]) -> Floats:
        """The only division left once n independent sums are settled."""
        rows = np.vstack([np.ones(self.n), *[self._flags(mask) for mask in settled]])
        right = np.array([self.total, *settled.values()])
        return np.asarray(np.linalg.lstsq(rows, right, rcond=None)[0], dtype=np.float64)

    def stable_total(self) -> float:
        """max Σ_N x subject to Σ_S x ≤ c(S) for every proper group and for N, generating rows."""
        for _ in range(_ROUNDS):
            body = np.array([np.ones(self.n), *[self._flags(mask) for mask in self.groups]])
            right = np.array([self.total, *[self._cost_of(mask) for mask in self.groups]])
            free = np.full(self.n, np.inf)
            rows, low, whole = sparse.csr_matrix(body), np.full(len(right), -np.inf), np.zeros(self.n, dtype=bool)
            report = solve_arrays(LinearProblem(-np.ones(self.n), rows, low, right, -free, free, whole))
            known = set(self.groups)
            limit = -_TIGHT * self.scale
            found = self._worst(report.values)
            new = [mask for mask in found if mask not in known and self._content(report.values, mask) < limit]
            if not new:
                return -report.objective
            self.groups += new
        raise ModelError("安定に要する補助額が求まりませんでした。費用の桁をそろえてください。")

    def nearest_to_proportional(self, inside: _Stage) -> Floats:
        """The least-core division with the smallest largest relative distance to the stand-alone proportions.

        Groups are asked for half-way between the master's answer and the nearest division known to be inside (in-out separation, Ben-Ameur &
        Neto 2007): at the master's own corners so many groups are discontent that the rows would not end.
        """
        size = np.maximum(np.abs(self.alone), 1e-9 * self.scale)
        target = self.total * size / size.sum()
        held, epsilon = inside.shares, inside.epsilon
        limit = epsilon - _TIGHT * self.scale
        for _ in range(_ROUNDS):
            report = solve_arrays(self._nearest_problem(epsilon, target, size))
            corner, known = report.values[: self.n], set(self.groups)
            if np.max(np.abs(held - target) / size) - report.objective <= _NEAR:
                return np.asarray(held)
            for asked in (0.5 * (held + corner), corner):
                content = {mask: self._content(asked, mask) for mask in self._worst(asked)}
                new = [mask for mask, saved in content.items() if saved < limit and mask not in known]
                if new:
                    self.groups += new
                    break
                held = asked
        raise ModelError("最小コアの代表点が求まりませんでした。費用の桁をそろえてください。")

    def _problem(self, groups: list[int], settled: dict[int, float]) -> LinearProblem:
        """Columns x_1..x_n, ε; rows: efficiency, settled sums, open groups."""
        n = self.n
        top = np.array([1.0] * n + [0.0])
        body = [
            top,
            *[np.append(self._flags(mask), 0.0) for mask in settled],
            *[np.append(self._flags(mask), 1.0) for mask in groups],
        ]
        right = [self.total, *settled.values(), *[self._cost_of(mask) for mask in groups]]
        equal = 1 + len(settled)
        low = np.array(right[:equal] + [-np.inf] * len(groups))
        upper = np.append(self.alone + 1e-10 if self.rational else np.full(n, np.inf), np.inf)
        return LinearProblem(
            cost=np.append(np.zeros(n), -1.0),
            matrix=sparse.csr_matrix(np.array(body)),
            row_lower=low,
            row_upper=np.array(right),
            lower=np.full(n + 1, -np.inf),
            upper=upper,
            integer=np.zeros(n + 1, dtype=bool),
        )

    def _nearest_problem(self, epsilon: float, target: Floats, size: Floats) -> LinearProblem:
        """Columns x, t; min t with |x_i − target_i| ≤ t·size_i inside the least core."""
        n = self.n
        eye = np.eye(n)
        groups = np.array([np.append(self._flags(mask), 0.0) for mask in self.groups])
        body = np.vstack(
            [np.append(np.ones(n), 0.0), groups, np.column_stack([eye, -size]), np.column_stack([-eye, -size])]
        )
        room = np.array([self._cost_of(mask) for mask in self.groups]) - epsilon + 1e-9 * self.scale
        right = np.concatenate([[self.total], room, target, -target])
        low = np.full(len(right), -np.inf)
        low[0] = self.total
        free = np.full(n + 1, np.inf)
        return LinearProblem(
            np.append(np.zeros(n), 1.0), sparse.csr_matrix(body), low, right, -free, free, np.zeros(n + 1, dtype=bool)
        )

    def _less_content(self, stage: _Stage) -> list[int]:
        known = set(self.groups)
        limit = stage.epsilon - _TIGHT * self.scale
        return [
            mask
            for mask in self._worst(stage.shares)
            if mask not in known and self._content(stage.shares, mask) < limit
        ]

    def division(self, shares: Floats) -> Division:
        """The answer in the game's own money."""
        return Division(shares * self.money, self.least_content(shares) * self.money, self.game.is_provable)

    def least_content(self, shares: Floats) -> float:
        """What the least content proper group saves at these shares: of all groups, or of those found where there is only a search."""
        if self.enumerated:
            return float((self.costs - self.members @ shares)[1:-1].min())
        return -float(self.game.best_groups(shares * self.money)[1][0]) / self.money

    def _worst(self, shares: Floats) -> list[int]:
        """The least content open groups at these shares: some dozens by enumeration, a few by the oracle."""
        if self.enumerated:
            content = np.where(self.open, self.costs - self.members @ shares, np.inf)
            many = min(4 * self.n, len(content) - 1)
            return [int(mask) for mask in np.argpartition(content, many)[:many] if np.isfinite(content[mask])]
        groups, _ = self.game.best_groups(shares * self.money, self.nulls)
        return list(dict.fromkeys(_mask(flags) for flags in groups))

    def _content(self, shares: Floats, mask: int) -> float:
        return self._cost_of(mask) - float(self._flags(mask) @ shares)

    def _flags(self, mask: int) -> Floats:
        return np.array([mask >> i & 1 for i in range(self.n)], dtype=np.float64)

    def _cost_of(self, mask: int) -> float:
        if self.enumerated:
            return float(self.costs[mask])
        if mask not in self._cost:
            self._cost[mask] = self.game.cost(self._flags(mask).astype(bool)) / self.money
        return self._cost[mask]


def _mask(flags: Flags) -> int:
    return sum(1 << int(i) for i in np.flatnonzero(flags))
