"""Under which combination of circumstances does the outcome of interest occur: is there a box that says it in one sentence?

Data: draws x (inputs) and a mark y in {0, 1} (the option loses, the deadline is missed …). A box is a set of intervals on a few inputs.
Coverage = marked draws inside / all marked draws; density = marked draws inside / all draws inside; mass = draws inside / all draws.
PRIM (Friedman & Fisher 1999, Statistics and Computing 9, 123-143): peel a share ``peel`` of the draws off the side that raises density most,
step after step, then paste back what did not hurt. For scenario discovery as in Bryant & Lempert 2010 (Technological Forecasting &
Social Change 77, 34-49): the whole peeling trajectory is kept, and each restricted input gets a quasi-p, the chance of so
dense a box had that input not mattered, P(Binomial(n in box, density without it) ≥ marked in box).

What it leaves out: boxes are parallel to the axes; correlated inputs hide each other; the quasi-p ignores that the box was searched for (hence "quasi").
"No useful box" is an answer: it is given when no box of the trajectory reaches the asked coverage and density with every quasi-p below the level.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import binom

from dxmodels.consolidation.table_doors import frame_of
from dxmodels.errors import ModelError
from dxmodels.money import format_rate

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Box:
    """One box: limits by restricted input (−inf or inf where a side is open), coverage, density, mass and quasi-p."""

    limits: dict[str, tuple[float, float]]
    coverage: float
    density: float
    mass: float
    quasi_p: dict[str, float]

    def contains(self, inputs: pd.DataFrame) -> Mask:
        """Return which rows of ``inputs`` lie in the box."""
        inside = np.ones(len(inputs), dtype=bool)
        for name, (low, high) in self.limits.items():
            values = inputs[name].to_numpy(dtype=float)
            inside &= (values >= low) & (values <= high)
        return inside


@dataclass(frozen=True, eq=False)
class BoxSearch:
    """The peeling trajectory, the chosen boxes (none where no box is useful) and the settings used."""

    trajectory: pd.DataFrame
    boxes: tuple[Box, ...]
    base_rate: float
    draws: int
    settings: dict[str, float]
    units: dict[str, str] = field(default_factory=dict)

    @property
    def box(self) -> Box | None:
        """The first box, or None: no useful box."""
        return self.boxes[0] if self.boxes else None

    @property
    def is_useful(self) -> bool:
        """True where at least one box reached the asked coverage and density."""
        return bool(self.boxes)

    def to_frame(self) -> pd.DataFrame:
        """Return one row a restricted input of each box, with its limits and quasi-p."""
        rows = [
            {
                "box_number": number,
                "input": name,
                "low_value": low,
                "high_value": high,
                "quasi_p": box.quasi_p[name],
                "coverage_share": box.coverage,
                "density_share": box.density,
                "mass_share": box.mass,
            }
            for number, box in enumerate(self.boxes, start=1)
            for name, (low, high) in box.limits.items()
        ]
        names = ["box_number", "input", "low_value", "high_value", "quasi_p", "coverage_share", "density_share"]
        return pd.DataFrame(rows, columns=[*names, "mass_share"])

    def summary(self) -> str:
        """Return the first box as one Japanese sentence, or say that no box is useful."""
        if self.box is None:
            return (
                f"対象となる結果（全体の{format_rate(self.base_rate)}）を少数の条件で言い表せる有用な箱は見つからなかった"
                f"（試行{self.draws:,}回）。"
            )
        conditions = "、かつ".join(self._condition(name, *limits) for name, limits in self.box.limits.items())
        return (
            f"{conditions}のとき、対象となる結果が{format_rate(self.box.density)}の割合で生じる"
            f"（該当する結果の{format_rate(self.box.coverage)}を説明、全体での割合は{format_rate(self.base_rate)}）。"
        )

    def _condition(self, name: str, low: float, high: float) -> str:
        unit = self.units.get(name, "")
        if np.isfinite(low) and np.isfinite(high):
            return f"「{name}」が{low:.4g}{unit}以上{high:.4g}{unit}以下"
        return f"「{name}」が{low:.4g}{unit}以上" if np.isfinite(low) else f"「{name}」が{high:.4g}{unit}以下"


def find_boxes(
    inputs: pd.DataFrame | npt.ArrayLike,
    is_of_interest: Sequence[bool] | pd.Series | Mask,
    *,
    peel: float = 0.05,
    paste: float = 0.01,
    minimum_mass: float = 0.05,
    minimum_coverage: float = 0.5,
    minimum_density: float = 0.7,
    quasi_p: float = 0.05,
    boxes: int = 1,
    units: dict[str, str] | None = None,
) -> BoxSearch:
    """Return the boxes in which the marked outcome occurs, with the trajectory of the first search.

    ``inputs``: one row a draw, numeric columns; ``is_of_interest``: one mark a row. From each trajectory the box with the best balance (harmonic
    mean of coverage and density) among those that meet the asked minima is taken; further boxes are sought in the
    draws that the earlier ones leave. Raises ModelError on bad settings, non-numeric inputs, or marks that are all alike.
    """
    inputs = frame_of(inputs, what="入力の表", column="入力")
    points, marks = checked_marks(inputs, is_of_interest)
    settings = {
        "peel": peel, "paste": paste, "minimum_mass": minimum_mass, "minimum_coverage": minimum_coverage,
        "minimum_density": minimum_density, "quasi_p": quasi_p,
    }  # fmt: skip
    _check_settings(settings)
    names = [str(name) for name in inputs.columns]
    remaining: Mask = np.ones(len(marks), dtype=np.bool_)
    found: list[Box] = []
    first: pd.DataFrame | None = None
    while len(found) < boxes and marks[remaining].any() and not marks[remaining].all():
        search = _Search(points, marks, remaining, names)
        trajectory = search.peel(peel, minimum_mass)
        first = trajectory if first is None else first
        box = search.choose(settings, marks.sum())
        if box is None:
            break
        found.append(box)
        remaining = remaining & ~box.contains(pd.DataFrame(points, columns=names))
    assert first is not None  # marks differ (checked), so at least one search ran
    return BoxSearch(first, tuple(found), float(marks.mean()), len(marks), settings, units or {})


class _Search:
    """One PRIM search over the draws that earlier boxes left."""

    def __init__(self, points: Floats, marks: Mask, allowed: Mask, names: list[str]) -> None:
        self.points, self.marks, self.names = points[allowed], marks[allowed], names
        self.all_draws = len(marks)
        self.steps: list[tuple[Floats, Floats, Mask]] = []

    def peel(self, share: float, minimum_mass: float) -> pd.DataFrame:
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

    def choose(self, settings: dict[str, float], all_marked: int) -> Box | None:
        best: tuple[float, Box] | None = None
        for low, high, _ in self.steps[1:]:
            box = self._box(*self._relaxed(low, high, settings), all_marked)
            enough = box.coverage >= settings["minimum_coverage"] * self.marks.sum() / all_marked
            if not (enough and box.density >= settings["minimum_density"] and box.limits):
                continue
            if max(box.quasi_p.values()) >= settings["quasi_p"]:
                continue
            balance = 2 * box.coverage * box.density / (box.coverage + box.density)
            if best is None or balance > best[0]:
                best = (balance, box)
        return None if best is None else best[1]

    def _relaxed(self, low: Floats, high: Floats, settings: dict[str, float]) -> tuple[Floats, Floats]:
        """Open what did not matter (quasi-p too high), then paste: widen a side while density does not fall."""
        low, high = low.copy(), high.copy()
        while (np.isfinite(low) | np.isfinite(high)).any():
            p = self._quasi_p(low, high)
            worst = max(p, key=lambda axis: p[axis])
            if p[worst] < settings["quasi_p"]:
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

    def _box(self, low: Floats, high: Floats, all_marked: int) -> Box:
        inside = self._inside(low, high)
        p = self._quasi_p(low, high)
        return Box(
            limits={self.names[axis]: (float(low[axis]), float(high[axis])) for axis in p},
            coverage=float(self.marks[inside].sum() / all_marked),
            density=float(self.marks[inside].mean()) if inside.any() else 0.0,
            mass=float(inside.sum() / self.all_draws),
            quasi_p={self.names[axis]: value for axis, value in p.items()},
        )


def checked_marks(inputs: pd.DataFrame, is_of_interest: Sequence[bool] | pd.Series | Mask) -> tuple[Floats, Mask]:
    """Return inputs and marks as arrays; raises ModelError where they are not numeric, not finite, not matched or all alike."""
    try:
        points = inputs.to_numpy(dtype=float, na_value=np.nan)
    except (TypeError, ValueError) as error:
        raise ModelError("入力の列に数値でないものがあります。区分は 0/1 の列に展開してください。") from error
    marks = _marks(is_of_interest)
    if len(marks) != len(points):
        raise ModelError(f"入力 {len(points)} 行に対し、対象の印が {len(marks)} 個です。同じ数にしてください。")
    if not np.isfinite(points).all():
        raise ModelError("入力に空欄または有限でない値があります。")
    if not marks.any() or marks.all():
        raise ModelError("対象の印がすべて同じです。該当・非該当の両方が必要です（しきい値を見直してください）。")
    return points, marks


def _marks(is_of_interest: Sequence[bool] | pd.Series | Mask) -> Mask:
    """Return the marks as true or false; only 0/1 and true/false are marks (a score or a word is not)."""
    given = pd.Series(np.asarray(is_of_interest).reshape(-1))
    if given.isna().any() or not given.isin([0, 1, True, False]).all():
        wrong = given[given.isna() | ~given.isin([0, 1, True, False])].iloc[0]
        raise ModelError(
            f"対象の印「{wrong}」は真偽（True/False または 1/0）にしてください。しきい値と比べてから渡してください。"
        )
    return given.astype(bool).to_numpy()


def _check_settings(settings: dict[str, float]) -> None:
    for name, value in settings.items():
        if not 0.0 < value < 1.0 and not (name.startswith("minimum") and 0.0 <= value <= 1.0):
            raise ModelError(f"設定 {name}={value} は 0 と 1 の間にしてください。")
