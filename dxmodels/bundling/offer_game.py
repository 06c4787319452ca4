"""What does any group pay if it may open one purchase out of a list, and which group would gain most by leaving — exactly, at any size?

Sets        players i, purchases f
Parameters  F_f fixed cost, m_fi what i pays in f (its own cost alone where that is less; +inf where f does not serve it), b_fi units that i
            brings to f, k_f fewest units of f
Cost        c(S) = min over f with Σ_S b_fi ≥ k_f of F_f + Σ_S m_fi
Oracle      max over groups S of Σ_S x − c(S) is, purchase by purchase, the sum of all gains g_i = x_i − m_fi above zero (the least losses
            fill it up to k_f). A nucleolus asks for the best group *outside* a linear span (groups already settled). If the best group of f
            lies inside, the best outside it differs by one step that leaves the span: one player in or out, or where the fewest units bind
            one player for another. Proof: groups with Σ b ≥ k (b = 0 or 1) are a generalised matroid, so the difference between two groups
            divides into such steps, each allowed by itself and none of them a gain; if all stayed inside the span, so would the sum.
Source      row generation for the nucleolus: Göthe-Lundgren, Jörnsten & Värbrand (1996), Mathematical Programming 72; generalised
            matroids: Frank & Tardos (1988), Mathematical Programming 42. The closed form of the step is our own.
Leaves out  players that bring two units or more to a purchase with a least number: there the search is not exact and ``exact`` says so.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]


def proper_nulls(n: int) -> Ints:
    """Return rows e_i − e_0: a group is neither empty nor everybody just where one of these rows is not zero on it."""
    return np.hstack([-np.ones((n - 1, 1), dtype=np.int64), np.eye(n - 1, dtype=np.int64)])


class OfferGame:
    """Costs of all groups over a list of purchases that a group may open (row 0 … B − 1)."""

    def __init__(
        self, fixed: Floats, cost: Floats, joining: Floats, fewest: Floats, total: float | None = None
    ) -> None:
        self.fixed, self.cost = fixed, cost
        self.joining, self.fewest = joining, np.where(fewest <= 1, 0.0, fewest)
        self.n = cost.shape[1]
        self.total = self._cheapest(np.ones(self.n, dtype=bool)) if total is None else total
        self.exact = bool((np.isin(joining, (0.0, 1.0)).all(axis=1) | (self.fewest == 0)).all())

    def cost_of(self, members: Flags) -> float:
        """Return c(S); everybody together pay what was agreed (``total``)."""
        return self.total if members.all() else self._cheapest(members)

    def table(self) -> Floats:
        """Return all 2^n costs by bit mask: sums by doubling, one purchase at a time."""
        best = np.full(1 << self.n, np.inf)
        for fixed, cost, joining, fewest in zip(self.fixed, self.cost, self.joining, self.fewest, strict=True):
            sums, count = np.zeros(1), np.zeros(1)
            for value, brings in zip(cost, joining, strict=True):
                sums, count = np.concatenate([sums, sums + value]), np.concatenate([count, count + brings])
            np.minimum(best, np.where(count >= fewest, sums + fixed, np.inf), out=best)
        best[0], best[-1] = 0.0, self.total
        return best

    def best_groups(self, shares: Floats, nulls: Ints | None = None) -> tuple[Flags, Floats]:
        """Return each purchase's best group on which some row of ``nulls`` is not zero, the overall best first, with Σ shares − cost there.

        ``nulls``: a basis of what vanishes on the settled groups (default: on nobody and everybody).
        """
        if nulls is None:
            nulls = proper_nulls(self.n)
        gain = shares - self.cost
        joins = gain > 0
        for row in np.flatnonzero((joins * self.joining).sum(axis=1) < self.fewest):
            self._fill_up(joins[row], gain[row], self.joining[row], self.fewest[row])
        value = np.where(joins, gain, 0.0).sum(axis=1) - self.fixed
        value[(joins * self.joining).sum(axis=1) < self.fewest] = -np.inf
        inside = np.isfinite(value) & ~(joins @ nulls.T).any(axis=1)
        self._step_out(joins, value, gain, inside, nulls)
        first = np.argsort(-value, kind="stable")[: 4 * self.n]
        first = first[np.isfinite(value[first])]
        return joins[first], value[first]

    def _cheapest(self, members: Flags) -> float:
        open_to_them = self.joining[:, members].sum(axis=1) >= self.fewest
        return float((self.fixed + self.cost[:, members].sum(axis=1))[open_to_them].min())

    def _step_out(self, joins: Flags, value: Floats, gain: Floats, inside: Flags, nulls: Ints) -> None:
        """Change each group inside the span by its cheapest step that leaves it (in place)."""
        movable = nulls.any(axis=0)
        count = (joins * self.joining).sum(axis=1)
        step = np.where(joins, -gain, gain)
        step[joins & (count[:, None] - self.joining < self.fewest[:, None])] = -np.inf  # would leave too few
        step[:, ~movable] = -np.inf
        for row in np.flatnonzero(inside):
            player = int(step[row].argmax())
            change, moved = float(step[row, player]), [player]
            if self.fewest[row] and count[row] - 1 < self.fewest[row]:
                swap, pair = self._best_swap(joins[row], gain[row], self.joining[row] > 0, nulls)
                change, moved = (swap, pair) if swap > change else (change, moved)
            value[row] += change
            if np.isfinite(change):
                joins[row, moved] ^= True

    @staticmethod
    def _best_swap(joins: Flags, gain: Floats, joinable: Flags, nulls: Ints) -> tuple[float, list[int]]:
        """The best exchange of one member for one other, both counted, whose columns of ``nulls`` differ."""
        out, into = np.flatnonzero(joins & joinable), np.flatnonzero(~joins & joinable)
        if not len(out) or not len(into):
            return -np.inf, []
        differ = (nulls[:, out][:, :, None] != nulls[:, into][:, None, :]).any(axis=0)
        change = np.where(differ, gain[into][None, :] - gain[out][:, None], -np.inf)
        a, b = np.unravel_index(int(change.argmax()), change.shape)
        return float(change[a, b]), [int(out[a]), int(into[b])]

    @staticmethod
    def _fill_up(joins: Flags, gain: Floats, brings: Floats, fewest: float) -> None:
        """Take in the players who lose least until the purchase has its fewest members."""
        count = float(brings[joins].sum())
        for player in np.argsort(-gain, kind="stable"):
            if count >= fewest:
                return
            if not joins[player] and brings[player] > 0 and np.isfinite(gain[player]):
                joins[player] = True
                count += float(brings[player])
