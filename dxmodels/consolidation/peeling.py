"""How are draws peeled and pasted until a box remains? (the search behind ``discovery.find_boxes``)

From all draws a share is cut off at the side where density (marked among all inside) rises most per draw given up; the sequence of such boxes is the
trajectory. A chosen step is relaxed (limits that do not matter are opened) and pasted (sides widened while density does not fall).
Held out: the search is done again on either half of the draws, its box of the same mass counted in the other half; a box that was only searched for
shows the base rate there. P(Binomial(n inside, base rate) ≥ marked inside) over both halves together is the chance of that.
What it leaves out: patience beyond the share peeled: two regions at opposite ends of one input hide each other.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import binom

from dxmodels.streams import stream

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Found:
    """One box by axis: limits (−inf or inf where a side is open) and quasi-p of the restricted axes; coverage, density, mass."""

    limits: dict[int, tuple[float, float]]
    coverage: float
    density: float
    mass: float
    quasi_p: dict[int, float]


def chance_out_of_sample(points: Floats, marks: Mask, *, peel: float, mass: float) -> float:
    """Return the chance that a box of ``mass`` (share of the draws) searched on one half holds as many marks in the other by luck alone."""
    first = stream(0, "find_boxes halves").permutation(len(marks)) < len(marks) // 2
    inside, marked = 0, 0
    for half in (first, ~first):
        search = PeelingSearch(points, marks, half)
        search.peel(peel, mass / 2.0)  # half of the draws
        low, high, _ = search.steps[-1]
        held = np.all((points >= low) & (points <= high), axis=1) & ~half
        inside, marked = inside + int(held.sum()), marked + int(marks[held].sum())
    return float(binom.sf(marked - 1, inside, float(marks.mean())))


class PeelingSearch:
    """One PRIM search over the draws that earlier boxes left."""

    def __init__(self, points: Floats, marks: Mask, allowed: Mask) -> None:
        """Take the points (draws, axes) and marks (draws,) of the draws that are ``allowed``."""
        self.points, self.marks = points[allowed], marks[allowed]
        self.all_draws = len(marks)
        self.steps: list[tuple[Floats, Floats, Mask]] = []

    def peel(self, share: float, minimum_mass: float) -> pd.DataFrame:
        """Return the trajectory: coverage, density and mass (of all draws) of each step, down to ``minimum_mass`` or to nothing but marks."""
        low = np.full(self.points.shape[1], -np.inf)
        high = np.full(self.points.shape[1], np.inf)
        inside: Mask = np.ones(len(self.marks), dtype=bool)
        self.steps.append((low.copy(), high.copy(), inside.copy()))
        while True:
            best = self._best_peel(inside, share)
            if best is None or best[3].sum() < max(1.0, minimum_mass * self.all_draws):
                break
            axis, is_upper, limit = best[:3]
            inside = best[3]
            (high if is_upper else low)[axis] = limit
            self.steps.append((low.copy(), high.copy(), inside.copy()))
            if self.marks[inside].all():
                break
        return pd.DataFrame([self._describe(number) for number in range(len(self.steps))])

    def _best_peel(self, inside: Mask, share: float) -> tuple[int, bool, float, Mask] | None:
        best: tuple[float, int, bool, float, Mask] | None = None
        count = int(inside.sum())
        for axis in range(self.points.shape[1]):
            values = self.points[inside, axis]
            for is_upper in (False, True):
                limit = float(np.quantile(values, 1 - share if is_upper else share))
                column = self.points[:, axis]
                keep = inside & ((column < limit) if is_upper else (column > limit))
                kept = int(keep.sum())
                if kept == 0 or kept == count:
                    continue
                # Density gained per draw given up: ties on discrete inputs peel whole values, which must not be favoured.
                gain = (self.marks[keep].mean() - self.marks[inside].mean()) / (count - kept)
                edge = float(column[keep].max() if is_upper else column[keep].min())
                if best is None or gain > best[0]:
                    best = (gain, axis, is_upper, edge, keep)
        return None if best is None or best[0] < 0 else best[1:]

    def _describe(self, number: int) -> dict[str, float]:
        low, high, inside = self.steps[number]
        return {
            "step_number": number,
            "coverage_share": float(self.marks[inside].sum() / self.marks.sum()),
            "density_share": float(self.marks[inside].mean()),
            "mass_share": float(inside.sum() / self.all_draws),
            "restricted_count": int((np.isfinite(low) | np.isfinite(high)).sum()),
        }

    def choose(self, settings: dict[str, float], all_marked: int, most_inputs: int) -> Found | None:
        """Return the box of the best balance (harmonic mean of coverage and density) among those that meet the minima, or None."""
        best: tuple[float, Found] | None = None
        for low, high, _ in self.steps[1:]:
            box = self._box(*self._relaxed(low, high, settings, most_inputs), all_marked)
            enough = box.coverage >= settings["minimum_coverage"] * self.marks.sum() / all_marked
            if not (enough and box.density >= settings["minimum_density"] and box.limits):
                continue
            if max(box.quasi_p.values()) >= settings["quasi_p"]:
                continue
            balance = 2 * box.coverage * box.density / (box.coverage + box.density)
            if best is None or balance > best[0]:
                best = (balance, box)
        return None if best is None else best[1]

    def _relaxed(
        self, low: Floats, high: Floats, settings: dict[str, float], most_inputs: int
    ) -> tuple[Floats, Floats]:
        """Open what did not matter (quasi-p too high) and what is beyond the asked number, then paste: widen a side while density does not fall."""
        low, high = low.copy(), high.copy()
        while (np.isfinite(low) | np.isfinite(high)).any():
            p = self._quasi_p(low, high)
            worst = max(p, key=lambda axis: p[axis])
            if p[worst] < settings["quasi_p"] and len(p) <= most_inputs:
                break
            low[worst], high[worst] = -np.inf, np.inf
        return self._pasted(low, high, settings["paste"])

    def _pasted(self, low: Floats, high: Floats, share: float) -> tuple[Floats, Floats]:
        improved = True
        while improved:
            improved = False
            for axis in np.flatnonzero(np.isfinite(low) | np.isfinite(high)):
                for side in (low, high):
                    inside = self._inside(low, high)
                    wider = self._wider(low, high, int(axis), side is high, max(1, int(share * inside.sum())))
                    if wider is None:
                        continue
                    old = side[axis]
                    side[axis] = wider
                    if self.marks[self._inside(low, high)].mean() >= self.marks[inside].mean():
                        improved = True
                    else:
                        side[axis] = old
        return low, high

    def _wider(self, low: Floats, high: Floats, axis: int, is_upper: bool, count: int) -> float | None:
        side = high if is_upper else low
        if not np.isfinite(side[axis]):
            return None
        open_low, open_high = low.copy(), high.copy()
        (open_high if is_upper else open_low)[axis] = np.inf if is_upper else -np.inf
        column = self.points[self._inside(open_low, open_high), axis]
        beyond = np.sort(column[column > side[axis]]) if is_upper else np.sort(column[column < side[axis]])[::-1]
        return float(beyond[min(count, len(beyond)) - 1]) if len(beyond) else None

    def _inside(self, low: Floats, high: Floats) -> Mask:
        return np.asarray(np.all((self.points >= low) & (self.points <= high), axis=1), dtype=np.bool_)

    def _quasi_p(self, low: Floats, high: Floats) -> dict[int, float]:
        inside = self._inside(low, high)
        found: dict[int, float] = {}
        for axis in np.flatnonzero(np.isfinite(low) | np.isfinite(high)):
            without_low, without_high = low.copy(), high.copy()
            without_low[axis], without_high[axis] = -np.inf, np.inf
            density = float(self.marks[self._inside(without_low, without_high)].mean())
            found[int(axis)] = float(binom.sf(int(self.marks[inside].sum()) - 1, int(inside.sum()), density))
        return found

    def _box(self, low: Floats, high: Floats, all_marked: int) -> Found:
        inside = self._inside(low, high)
        p = self._quasi_p(low, high)
        return Found(
            limits={axis: (float(low[axis]), float(high[axis])) for axis in p},
            coverage=float(self.marks[inside].sum() / all_marked),
            density=float(self.marks[inside].mean()) if inside.any() else 0.0,
            mass=float(inside.sum() / self.all_draws),
            quasi_p=p,
        )
