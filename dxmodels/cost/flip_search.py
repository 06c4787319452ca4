"""Where does a decision turn as one assumption moves? The search behind ``switching_value``.

A decision is a signed margin g(x): positive or negative on either side of a turn. Scan, bracket, close (Brent 1973), and look for
touching pairs in same-sign dips. A margin that jumps over zero (integer models) is closed to the jump and named so.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import optimize

from dxmodels.errors import DxError

if TYPE_CHECKING:
    from dxmodels.inputs import Register

Floats = npt.NDArray[np.float64]
Outcome = float | Mapping[str, float] | pd.Series
ResultOf = Callable[["Register"], Outcome]
Best = Literal["lowest", "highest"]
Root = tuple[float, str]  # value, "crossing" | "jump" | "touch"

_GEOMETRIC_FACTOR = 20.0
_RELATIVE_XTOL = 1e-12
_JUMP_RESIDUAL = 1e-6
_LOOK_AHEAD = (1e-9, 1e-7, 1e-5, 1e-4, 1e-3)  # shares of the range


class Decision:
    """The result of the real model as a function of one assumption, evaluated once a value."""

    def __init__(
        self, result_of: ResultOf, patched: Callable[[float], Register], central: float, *, target: float, best: Best
    ) -> None:
        self._result_of, self._patched = result_of, patched
        self._target, self._best = target, best
        self.seen: dict[float, float | dict[str, float] | None] = {}
        base = self.outcome(central)
        self.winner = self._leader(base) if isinstance(base, dict) else ""

    def outcome(self, x: float) -> float | dict[str, float] | None:
        """Return the model's answer at x: a number, option → number, or None where the model refuses x."""
        if x not in self.seen:
            self.seen[x] = self._evaluate(x)
        return self.seen[x]

    def margin(self, x: float) -> float:
        """Return g(x): result less target, or the lead of today's best option; NaN where the model refuses x."""
        outcome = self.outcome(x)
        if outcome is None:
            return math.nan
        if not isinstance(outcome, dict):
            return outcome - self._target
        sign = 1.0 if self._best == "lowest" else -1.0
        rivals = [sign * value for name, value in outcome.items() if name != self.winner]
        return min(rivals) - sign * outcome[self.winner] if rivals and self.winner in outcome else math.nan

    def shown(self, x: float) -> float:
        """Return the number a table shows at x: the result itself, or the lead of today's best option."""
        return self.margin(x) + (0.0 if self.winner else self._target)

    def leader_beyond(self, x: float, central: float, span: float) -> str:
        """Return the option that leads just past x seen from the central value ("" where the result is a number).

        Amounts rounded to yen may tie for a while past x, so the look-ahead widens until another option leads.
        """
        if not self.winner:
            return ""
        way = math.copysign(span, x - central if x != central else 1.0)
        for step in _LOOK_AHEAD:
            beyond = self.outcome(x + way * step)
            if isinstance(beyond, dict) and self._leader(beyond) != self.winner:
                return self._leader(beyond)
        return self.winner

    def _evaluate(self, x: float) -> float | dict[str, float] | None:
        try:
            outcome = self._result_of(self._patched(x))
        except DxError:
            return None
        if isinstance(outcome, (Mapping, pd.Series)):
            values = {str(name): float(value) for name, value in outcome.items()}
            return values if values and all(math.isfinite(value) for value in values.values()) else None
        return float(outcome) if math.isfinite(float(outcome)) else None

    def _leader(self, outcome: dict[str, float]) -> str:
        return (min if self._best == "lowest" else max)(outcome, key=lambda name: outcome[name])


def scan_grid(low: float, central: float, high: float, points: int) -> Floats:
    """Return the values to evaluate: even steps, geometric where the range spans more than a factor of twenty."""
    if low == high:
        return np.array([central])
    wide = low > 0 and high / low > _GEOMETRIC_FACTOR
    nodes = np.geomspace(low, high, points) if wide else np.linspace(low, high, points)
    nodes[0], nodes[-1] = low, high
    return np.unique(np.append(nodes, central))


def find_turns(margin: Callable[[float], float], grid: Floats, margins: Floats) -> list[Root]:
    """Return every value at which the margin changes sign on the grid, with its kind, in rising order."""
    scale = float(np.nanmax(np.abs(margins))) if np.isfinite(margins).any() else 0.0
    turns: list[Root] = []
    for index in range(len(grid)):
        if margins[index] == 0.0 and scale > 0.0:
            turns.append((float(grid[index]), _kind_at_node(margins, index)))
        elif index + 1 < len(grid) and margins[index] * margins[index + 1] < 0.0:
            turns.append(_close(margin, float(grid[index]), float(grid[index + 1]), scale))
    for left, middle, right in _dips(grid, margins):
        turns += _touching_pair(margin, left, middle, right, scale)
    return sorted(set(turns))


def _kind_at_node(margins: Floats, index: int) -> str:
    left = margins[index - 1] if index else math.nan
    right = margins[index + 1] if index + 1 < len(margins) else math.nan
    return "touch" if left * right > 0 else "crossing"


def _close(margin: Callable[[float], float], left: float, right: float, scale: float) -> Root:
    xtol = max(_RELATIVE_XTOL * max(abs(left), abs(right)), 1e-300)
    # A refusal (NaN) inside a bracket would stop Brent's method: it is read as the sign of the left end.
    start = margin(left)
    root = float(
        optimize.brentq(lambda x: start if math.isnan(value := margin(float(x))) else value, left, right, xtol=xtol)
    )
    return root, "jump" if abs(margin(root)) > _JUMP_RESIDUAL * scale else "crossing"


def _dips(grid: Floats, margins: Floats) -> list[tuple[float, float, float]]:
    triples = []
    for index in range(1, len(grid) - 1):
        three = margins[index - 1 : index + 2]
        same_sign = bool(np.all(three > 0) or np.all(three < 0))
        if same_sign and abs(three[1]) < min(abs(three[0]), abs(three[2])):
            triples.append((float(grid[index - 1]), float(grid[index]), float(grid[index + 1])))
    return triples


def _touching_pair(
    margin: Callable[[float], float], left: float, middle: float, right: float, scale: float
) -> list[Root]:
    sign = math.copysign(1.0, margin(middle))

    def height(x: float) -> float:
        value = sign * margin(float(x))
        return scale if math.isnan(value) else value

    bottom = optimize.minimize_scalar(
        height, bounds=(left, right), method="bounded", options={"xatol": 1e-6 * (right - left)}
    )
    if bottom.fun >= 0.0:
        return []
    at = float(bottom.x)
    return [_close(margin, left, at, scale), _close(margin, at, right, scale)]
