"""How is the exit problem solved, in units of today's switching cost?

Between two dates log V moves by an exact normal step. The value just after a date is max(wait, migrate, re-tender): smooth between the points where the best action changes.
Expectations are Gauss-Legendre sums over panels cut at those points, the waiting value is a cubic spline on a grid of log V; so the only error is that of the spline.
The continuous limit extrapolates three numbers of dates (errors in 1/n and n^(-3/2): Richardson): the value as it is, the triggers once moved by exp(0.5826 σ√dt)
(Broadie, Glasserman & Kou 1997), which takes their error in n^(-1/2) away.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from scipy.interpolate import CubicSpline
from scipy.optimize import brentq

from dxmodels.errors import ModelError

Floats = npt.NDArray[np.float64]
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(44)
_REACH = 7.5  # standard deviations kept on each side: the rest weighs less than 1e-13
_GRID = 700
_GRID_REACH = 5.0  # of the whole horizon's spread: from further out no path decides anything
_WIDEST = 6.0  # log V beyond e^±6 switching costs decides nothing
_LIMIT_DATES = (96, 192, 384)
_BARRIER_SHIFT = 0.5825971579390107  # -ζ(1/2)/√(2π)


@dataclass(frozen=True)
class Terms:
    """The problem per unit of switching cost; rates per year, fee and tender as shares of today's switching cost."""

    volatility: float
    drift: float
    discount: float
    horizon: int
    growth: float
    yearly: bool
    fee: float | None
    p_incumbent: float | None
    tender: float
    cut: float
    earliest: int = 0

    def allows_break(self, time: float) -> bool:
        """True where leaving in mid-contract is agreed and there has been time to prepare it."""
        return self.fee is not None and time >= self.earliest

    def slope(self, time: float) -> float:
        """What one yen of ``premium`` is worth if left at ``time``: 1, or the years to the horizon capitalised."""
        if not self.yearly:
            return 1.0
        payout, left = self.discount - self.drift, self.horizon - time
        return left if abs(payout) < 1e-12 else (1 - math.exp(-payout * left)) / payout

    def cost(self, time: float) -> float:
        """Switching cost at ``time`` (today = 1)."""
        return math.exp(self.growth * time)

    def check(self) -> None:
        """Refuse values outside their range, naming value, range and cure."""
        ranges = {
            "変動率 volatility": (self.volatility, 0.0, 2.0),
            "割引率 discount": (self.discount, 1e-9, 1.0),
            "期間 horizon（年）": (self.horizon, 1, 500),
            "既存事業者の再落札確率 p_incumbent_wins": (self.p_incumbent or 0.0, 0.0, 1.0),
            "割増の低下割合 premium_cut_share": (self.cut, 0.0, 1.0),
            "中途解約の費用 break_fee（切替費用比）": (self.fee or 0.0, 0.0, 1e6),
            "再調達の費用 retender_cost（切替費用比）": (self.tender, 0.0, 1e6),
            "切替費用の伸び switching_growth": (self.growth, -0.5, 0.5),
            "最も早い脱却の年数 earliest_years": (self.earliest, 0, 500),
            "割増の伸び drift": (self.drift, -1.0, self.discount if not self.yearly else 1.0),
        }
        for name, (value, low, high) in ranges.items():
            if not low <= value <= high:
                raise ModelError(f"{name} の値 {value} は {low} 以上 {high} 以下にしてください。")


@dataclass(frozen=True, eq=False)
class Lattice:
    """Value today, triggers by year and levels from which to re-tender (inf / NaN where not open), in units of switching cost."""

    value: float
    triggers: Floats
    retender: Floats


@dataclass(frozen=True, eq=False)
class _Date:
    """One decision date: time, whether migration and re-tender are open, and what migration costs there."""

    time: float
    migrate: bool
    tender: bool
    cost: float


def solve_limit(terms: Terms, start: float) -> Lattice:
    """Return the solution with exit open at every moment: Richardson over three numbers of dates, trigger shifted to the limit."""
    values, levels_of = [], []
    for count in _LIMIT_DATES:
        step = terms.horizon / count
        dates = [_Date(index * step, True, False, terms.cost(index * step)) for index in range(count + 1)]
        value, levels, _ = _backward(terms, dates, start)
        values.append(value)
        shift = math.exp(_BARRIER_SHIFT * terms.volatility * math.sqrt(step))
        # at the horizon itself there is nothing left to wait for: no shift
        levels_of.append(
            np.interp(np.arange(terms.horizon + 1), [date.time for date in dates], [*levels[:-1] * shift, levels[-1]])
        )
    value = float(_extrapolated([np.array(value) for value in values]))
    now = terms.slope(0.0) * start - 1.0
    return Lattice(max(value, now), _extrapolated(levels_of), np.full(terms.horizon + 1, np.nan))


def _extrapolated(found: list[Floats]) -> Floats:
    """The limit of three answers, each with twice as many dates; where no exit is open (infinite) the last one stands."""
    with np.errstate(invalid="ignore"):
        first = [2 * fine - coarse for coarse, fine in pairwise(found)]
        power = 2**1.5
        limit = (power * first[1] - first[0]) / (power - 1)
    return np.where(np.isfinite(limit), limit, found[-1])


def solve_dates(terms: Terms, free: tuple[int, ...], start: float) -> Lattice:
    """Return the solution with decisions at year ends: free (and re-tender) in the ``free`` years, against the fee in the others."""
    dates = [
        _Date(
            float(year),
            year in free or terms.allows_break(year),
            year in free and terms.p_incumbent is not None,
            terms.cost(year) + (0.0 if year in free else terms.fee or 0.0),
        )
        for year in range(terms.horizon + 1)
    ]
    value, triggers, retender = _backward(terms, dates, start)
    return Lattice(value, triggers, retender)


def solve_certain(terms: Terms, free: tuple[int, ...], start: float, *, continuous: bool) -> Lattice:
    """Return the solution without uncertainty: the best date is known today, and a trigger is where no later date is better."""
    times = np.linspace(0, terms.horizon, 400 * terms.horizon + 1) if continuous else np.arange(terms.horizon + 1.0)
    is_open = np.array([continuous or int(time) in free or terms.allows_break(float(time)) for time in times])
    fees = np.array([0.0 if continuous or int(time) in free else terms.fee or 0.0 for time in times])
    gain = np.array([terms.slope(time) * math.exp((terms.drift - terms.discount) * time) for time in times])
    pain = np.array(
        [math.exp(-terms.discount * time) * (terms.cost(time) + fee) for time, fee in zip(times, fees, strict=True)]
    )
    value = max(0.0, float(np.where(is_open, gain * start - pain, 0.0).max()))
    triggers = np.full(terms.horizon + 1, np.inf)
    for year in range(terms.horizon + 1):
        at = int(np.argmin(np.abs(times - year)))
        if not is_open[at] or gain[at] <= 0:
            continue
        later = is_open & (np.arange(len(times)) > at)
        # leaving now beats leaving at s: V (g_t - g_s) >= c_t - c_s, and it must beat never leaving
        better, worse = gain[at] - gain[later], pain[at] - pain[later]
        needed = np.where(better > 0, worse / np.where(better > 0, better, 1.0), np.where(worse > 0, np.inf, 0.0))
        level = max(pain[at] / gain[at], float(needed.max()) if len(needed) else 0.0)
        triggers[year] = level * math.exp(terms.drift * year)  # the level was found in terms of today's V
    return Lattice(value, triggers, np.full(terms.horizon + 1, np.nan))


def _backward(terms: Terms, dates: list[_Date], start: float) -> tuple[float, Floats, Floats]:
    step = dates[1].time - dates[0].time
    half = min(
        _GRID_REACH * terms.volatility * math.sqrt(terms.horizon) + abs(terms.drift) * terms.horizon + 0.5, _WIDEST
    )
    slopes = [terms.slope(date.time) for date in dates]
    centre = -math.log(max(slopes[0], 1e-12))
    low, high = min(centre - half, math.log(start) - 0.5), max(centre + half, math.log(start) + 0.5)
    grid = np.linspace(low, high, _GRID)
    triggers, retender = np.full(len(dates), np.inf), np.full(len(dates), np.nan)
    wait: CubicSpline | None = None
    for index in range(len(dates) - 1, -1, -1):
        if index < len(dates) - 1:
            after = _After(
                terms, dates[index + 1], slopes[index + 1], wait, grid, (triggers[index + 1], retender[index + 1])
            )
            wait = CubicSpline(grid, _expected(terms, after, grid, step))
        triggers[index], retender[index] = _switch_points(terms, dates[index], slopes[index], wait, grid)
    today = _After(terms, dates[0], slopes[0], wait, grid, (triggers[0], retender[0]))
    return float(today.value(np.array([math.log(start)]))[0]), triggers, retender


@dataclass(frozen=True, eq=False)
class _After:
    """The value at one date, before anything is decided, as a function of log V."""

    terms: Terms
    date: _Date
    slope: float
    wait: CubicSpline | None
    grid: Floats
    levels: tuple[float, float]

    def value(self, points: Floats) -> Floats:
        best = _waiting(self.wait, self.grid, points)
        if self.date.migrate:
            best = np.maximum(best, self.slope * np.exp(points) - self.date.cost)
        if self.date.tender:
            best = np.maximum(best, _tendering(self.terms, self.date, self.slope, self.wait, self.grid, points))
        return best

    def cuts(self) -> list[float]:
        return sorted(math.log(level) for level in self.levels if math.isfinite(level) and level > 0)


def _waiting(wait: CubicSpline | None, grid: Floats, points: Floats) -> Floats:
    if wait is None:
        return np.zeros_like(points)
    return np.asarray(wait(np.clip(points, grid[0], grid[-1])), dtype=np.float64)


def _tendering(
    terms: Terms, date: _Date, slope: float, wait: CubicSpline | None, grid: Floats, points: Floats
) -> Floats:
    won = terms.p_incumbent or 0.0
    stays = terms.cut * slope * np.exp(points)
    if terms.cut < 1:
        stays = stays + _waiting(wait, grid, points + math.log(1 - terms.cut))
    leaves = slope * np.exp(points) - terms.cost(date.time)
    return np.asarray(-terms.tender + (1 - won) * leaves + won * stays, dtype=np.float64)


def _expected(terms: Terms, after: _After, grid: Floats, step: float) -> Floats:
    spread = terms.volatility * math.sqrt(step)
    middle = grid + (terms.drift - terms.volatility**2 / 2) * step
    low, high = middle - _REACH * spread, middle + _REACH * spread
    total = np.zeros_like(grid)
    edges = [
        np.full_like(grid, -np.inf),
        *(np.full_like(grid, cut) for cut in after.cuts()),
        np.full_like(grid, np.inf),
    ]
    for left, right in pairwise(edges):
        begin, end = np.clip(left, low, high), np.clip(right, low, high)
        half = (end - begin) / 2
        use = half > 0
        if not use.any():
            continue
        points = ((begin + end) / 2)[use, None] + half[use, None] * _NODES
        density = np.exp(-0.5 * ((points - middle[use, None]) / spread) ** 2) / (spread * math.sqrt(2 * math.pi))
        total[use] += half[use] * ((density * after.value(points.ravel()).reshape(points.shape)) @ _WEIGHTS)
    return np.asarray(math.exp(-terms.discount * step) * total, dtype=np.float64)


def _switch_points(
    terms: Terms, date: _Date, slope: float, wait: CubicSpline | None, grid: Floats
) -> tuple[float, float]:
    """Level from which migrating is best, and level from which re-tendering beats waiting (inf / NaN where never)."""
    if not date.migrate or slope <= 0:
        return math.inf, math.nan

    def stay(points: Floats) -> Floats:
        best = _waiting(wait, grid, points)
        return np.maximum(best, _tendering(terms, date, slope, wait, grid, points)) if date.tender else best

    def migrate(points: Floats) -> Floats:
        return np.asarray(slope * np.exp(points) - date.cost, dtype=np.float64)

    leave = _crossing(lambda points: migrate(points) - stay(points), grid)
    tender = math.nan
    if date.tender:
        tender = _crossing(
            lambda points: _tendering(terms, date, slope, wait, grid, points) - _waiting(wait, grid, points), grid
        )
        tender = tender if tender < leave else math.nan
    return leave, tender


def _crossing(difference: Callable[[Floats], Floats], grid: Floats) -> float:
    """Smallest V from which ``difference`` (of log V) stays positive; inf where it never is."""
    values = difference(grid)
    if values[-1] <= 0:
        return math.inf
    below = np.flatnonzero(values <= 0)
    if not len(below):
        return float(math.exp(grid[0]))
    at = int(below[-1])
    return math.exp(brentq(lambda point: float(difference(np.array([point]))[0]), grid[at], grid[at + 1], xtol=1e-13))
