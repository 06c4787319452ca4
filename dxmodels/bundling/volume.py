"""Which prices of units and rows prove a good bound, and which choices look worth taking, without solving one large linear programme?

Bound       L(π, λ) of pricing.py, for any π and λ ≥ 0: one pass over all choices.
Direction   the volume algorithm (Barahona & Anbil 2000): a running mean x̄ of the priced plans takes the place of a subgradient; unit u is
            moved by 1 − Σ_f x̄_uf, row w by g_w·x̄ − b_w, always from the best prices seen. x̄ comes near the relaxation's own fractions.
Step        t = f (T − L) / ‖direction‖² in a norm scaled by the cost of each unit and of a row's typical use, T a few per cent above the
            best bound; f grows while steps gain and shrinks after a run that gains nothing.
Source      Barahona & Anbil (2000), Mathematical Programming 87; for facility location Barahona & Chudak (2005), Discrete Optimization 2.
Leaves out  the exact optimum of the relaxation: the bound stops some hundredths of a per cent short of it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from dxmodels.bundling.master import Prices, Relaxation
from dxmodels.bundling.pricing import Pricer
from dxmodels.bundling.problem import BundleProblem, Floats

_TARGET, _NEAR = 0.05, 0.5  # T above the best bound, and how much of that distance may be covered before T moves on
_STEP_FIRST, _STEP_MOST, _STEP_LEAST, _STEP_UP, _STEP_DOWN = 0.2, 2.0, 1e-4, 1.1, 0.66
_PATIENCE = 20  # passes without gain before the step shrinks
_MEAN_FIRST, _MEAN_LEAST, _MEAN_DOWN, _MEAN_EVERY = (
    0.1,
    1e-3,
    0.85,
    100,
)  # weight of the newest plan in the running mean
_SHARE_SEEN = 0.02  # below this a choice of the mean plan is noise of the search, no candidate
_STILL_PASSES, _STILL_GAIN = 200, 1e-5  # ends when so many passes gained less than this share


@dataclass(frozen=True, eq=False)
class VolumeEnd:
    """Best prices with the bound they prove, the mean priced plan (shares of choices, opening of bundles), and the passes made."""

    prices: Prices
    shares: Floats
    opened: Floats
    passes: int

    def as_relaxation(self, problem: BundleProblem) -> Relaxation:
        """Return prices and mean plan in the form of a relaxation's end; shares too small to mean anything are left out."""
        shares = np.where(self.shares > _SHARE_SEEN, self.shares, 0.0)
        reduced = Pricer(problem).price(self.prices.pi, self.prices.lam).reduced
        return Relaxation(self.prices, self.prices.bound, shares, shares > 0, self.passes, 0.0, reduced, self.opened)


def find_prices(
    problem: BundleProblem,
    *,
    passes: int,
    start: Prices | None = None,
    note: Callable[[Prices], None] = lambda best: None,
    over: Callable[[Prices], bool] = lambda best: False,
) -> VolumeEnd:
    """Return prices whose bound is near the relaxation's; ``note`` is told the best now and then, ``over`` may end the search."""
    return _Search(problem, start).run(passes, note, over)


class _Search:
    """The state of one search: best prices, running mean of priced plans, step."""

    def __init__(self, problem: BundleProblem, start: Prices | None) -> None:
        self.problem = problem
        self._pricer = Pricer(problem)
        self._rows = problem.coupling
        pi, lam = (_first_prices(problem), np.zeros(len(self._rows))) if start is None else (start.pi, start.lam)
        self._unit_scale, self._row_scale = _scales(problem)
        self._worth = float(self._unit_scale.sum())
        self._best = Prices(pi, lam, -np.inf)
        bound, self.shares, self.opened = self._price(pi, lam)
        self._best = Prices(pi, lam, bound)
        self._target = bound + _TARGET * self._worth
        self._step, self._weight, self._waited = _STEP_FIRST, _MEAN_FIRST, 0

    def run(self, passes: int, note: Callable[[Prices], None], over: Callable[[Prices], bool]) -> VolumeEnd:
        reached = self._best.bound
        for turn in range(1, passes + 1):
            self._pass()
            if turn % _MEAN_EVERY == 0:
                self._weight = max(_MEAN_DOWN * self._weight, _MEAN_LEAST)
            if turn % _STILL_PASSES == 0:
                note(self._best)
                if over(self._best) or self._best.bound - reached < _STILL_GAIN * self._worth:
                    break
                reached = self._best.bound
        return VolumeEnd(self._best, self.shares, self.opened, turn)

    def _pass(self) -> None:
        """Move from the best prices along the running mean, price there, take the new plan into the mean."""
        units, rows = self._left_over(self.shares, self.opened)
        rows = np.where((self._best.lam <= 0) & (rows < 0), 0.0, rows)
        size = float((self._unit_scale * units**2).sum() + (self._row_scale * rows**2).sum())
        length = self._step * (self._target - self._best.bound) / max(size, 1e-12 * self._worth)
        pi = self._best.pi + length * self._unit_scale * units
        lam = np.maximum(0.0, self._best.lam + length * self._row_scale * rows)
        bound, shares, opened = self._price(pi, lam)
        new_units, new_rows = self._left_over(shares, opened)
        weight = self._mean_weight(units, rows, new_units, np.where(rows == 0, 0.0, new_rows))
        self.shares += weight * (shares - self.shares)
        self.opened += weight * (opened - self.opened)
        onward = (self._unit_scale * units * new_units).sum() + (self._row_scale * rows * new_rows).sum() >= 0
        self._judge(Prices(pi, lam, bound), bool(onward))

    def _judge(self, here: Prices, onward: bool) -> None:
        if here.bound > self._best.bound + 1e-9 * self._worth:
            self._best, self._waited = here, 0
            self._step = min(_STEP_MOST, _STEP_UP * self._step) if onward else self._step
        else:
            self._waited += 1
            if self._waited >= _PATIENCE:
                self._step, self._waited = max(_STEP_LEAST, _STEP_DOWN * self._step), 0
        if self._target - self._best.bound < _NEAR * _TARGET * self._worth:
            self._target = self._best.bound + _TARGET * self._worth

    def _price(self, pi: Floats, lam: Floats) -> tuple[float, Floats, Floats]:
        priced = self._pricer.price(pi, lam)
        return priced.bound, priced.taken.astype(float), (priced.worth < 0).astype(float)

    def _left_over(self, shares: Floats, opened: Floats) -> tuple[Floats, Floats]:
        served = np.bincount(self.problem.unit_of, shares, minlength=self.problem.n_units)
        units: Floats = np.asarray(1.0 - served, dtype=np.float64)
        rows: Floats = self._rows.on_choices @ shares + self._rows.on_bundles @ opened - self._rows.rhs
        return units, rows

    def _mean_weight(self, units: Floats, rows: Floats, new_units: Floats, new_rows: Floats) -> float:
        """The weight between the two that makes the mean's own violation smallest, within limits."""
        step_u, step_r = new_units - units, new_rows - rows
        bend = float((self._unit_scale * step_u**2).sum() + (self._row_scale * step_r**2).sum())
        slope = -float((self._unit_scale * units * step_u).sum() + (self._row_scale * rows * step_r).sum())
        return float(np.clip(slope / bend if bend > 0 else self._weight, self._weight / 10, self._weight))


def _first_prices(problem: BundleProblem) -> Floats:
    """Each unit's cheapest choice when the fixed cost is split among all who could join."""
    shared = problem.fixed_cost / np.maximum(1, np.minimum(problem.members_possible, problem.max_units))
    prices = np.full(problem.n_units, np.inf)
    np.minimum.at(prices, problem.unit_of, problem.cost + np.maximum(0.0, shared)[problem.bundle_of])
    return prices


def _scales(problem: BundleProblem) -> tuple[Floats, Floats]:
    """How far a price may move a pass: for a unit its mean cost, for a row the mean cost a unit of its use, by its right-hand side."""
    count = np.bincount(problem.unit_of, minlength=problem.n_units)
    unit = np.bincount(problem.unit_of, np.abs(problem.cost), minlength=problem.n_units) / count
    unit = np.maximum(unit, 1e-6 * max(unit.max(initial=0.0), 1e-12))
    rows = problem.coupling
    size = np.asarray(abs(rows.on_choices).sum(axis=1)).ravel()
    cost = abs(rows.on_choices).astype(bool) @ unit[problem.unit_of]
    a_unit_of_use = np.where(size > 0, cost, unit.mean()) / np.where(size > 0, size, 1.0)
    return unit, a_unit_of_use / np.maximum(np.abs(rows.rhs), 1.0)
