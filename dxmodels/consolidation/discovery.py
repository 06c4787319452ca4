"""Under which combination of circumstances does the outcome of interest occur: is there a box that says it in one sentence?

Data: draws x (inputs) and a mark y in {0, 1} (the option loses, the deadline is missed …). A box is a set of intervals on a few inputs.
Coverage = marked draws inside / all marked draws; density = marked draws inside / all draws inside; mass = draws inside / all draws.
PRIM (Friedman & Fisher 1999, Statistics and Computing 9, 123-143): peel a share ``peel`` of the draws off the side that raises density most,
step after step, then paste back what did not hurt. For scenario discovery as in Bryant & Lempert 2010 (Technological Forecasting &
Social Change 77, 34-49): the whole peeling trajectory is kept, and each restricted input gets a quasi-p, the chance of so
dense a box had that input not mattered, P(Binomial(n in box, density without it) ≥ marked in box).

Held out (``peeling``): the search on either half of the draws must hold in the other half, else what was found is the luck of the search.

What it leaves out: boxes are parallel to the axes; correlated inputs hide each other; the quasi-p ignores that the box was searched for (hence "quasi").
"No useful box" is an answer: it is given when no box of the trajectory reaches the asked coverage and density with every quasi-p below the level, or
when the box does not hold out.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from dxmodels.consolidation.peeling import Found, PeelingSearch, chance_out_of_sample
from dxmodels.consolidation.table_doors import CATEGORY_SIGN, open_categories
from dxmodels.errors import ModelError
from dxmodels.money import format_rate

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]


_MINIMUM_MASS = 0.05


@dataclass(frozen=True, eq=False)
class Box:
    """One box: limits by restricted input (−inf or inf where a side is open), coverage, density, mass, quasi-p, and the chance that it is the
    luck of the search (from halves of the draws held out). A category of a categorical input is an input of its own, "name＝category", 0 or 1.
    """

    limits: dict[str, tuple[float, float]]
    coverage: float
    density: float
    mass: float
    quasi_p: dict[str, float]
    held_out_p: float = 0.0

    def contains(self, inputs: pd.DataFrame) -> Mask:
        """Return which rows of ``inputs`` lie in the box."""
        if not set(self.limits) <= set(map(str, inputs.columns)):
            inputs = open_categories(inputs, what="入力の表", column="入力")
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
        if CATEGORY_SIGN in name:
            given, category = name.split(CATEGORY_SIGN, 1)
            return f"「{given}」が「{category}」" + ("" if np.isfinite(low) else "以外")
        unit = self.units.get(name, "")
        if np.isfinite(low) and np.isfinite(high):
            return f"「{name}」が{low:.4g}{unit}以上{high:.4g}{unit}以下"
        return f"「{name}」が{low:.4g}{unit}以上" if np.isfinite(low) else f"「{name}」が{high:.4g}{unit}以下"


def find_boxes(
    inputs: pd.DataFrame | npt.ArrayLike,
    is_of_interest: Sequence[bool] | pd.Series | Mask | Callable[[Any], Any],
    *,
    peel: float = 0.05,
    paste: float = 0.01,
    minimum_mass: float | None = None,
    minimum_coverage: float = 0.5,
    minimum_density: float = 0.7,
    quasi_p: float = 0.05,
    boxes: int = 1,
    most_inputs: int | None = None,
    units: dict[str, str] | None = None,
) -> BoxSearch:
    """Return the boxes in which the marked outcome occurs, with the trajectory of the first search.

    ``inputs``: one row a draw; a column of words is a categorical input; ``is_of_interest``: one mark a row, or a function that
    gives it for ``inputs``. From each trajectory the box with
    the best balance (harmonic mean of coverage and density) among those that meet the asked minima is taken; further boxes are sought in the
    draws that the earlier ones leave; ``minimum_coverage`` is asked of all ``boxes`` together, so each of two must explain half of it. ``most_inputs`` limits
    how many inputs a box may name: those whose limits matter least (highest quasi-p) are opened until so few are left, then the minima are asked. ``minimum_mass`` (share of the draws) is 5 %, or less where so few draws are marked that a box of the
    asked coverage could not be as large. Raises ModelError on bad settings, words among numbers, or marks that are all alike.
    """
    opened = open_categories(inputs, what="入力の表", column="入力")
    points, marks = checked_marks(opened, is_of_interest(inputs) if callable(is_of_interest) else is_of_interest)
    minimum_coverage = minimum_coverage / max(1, boxes)
    mass = min(_MINIMUM_MASS, minimum_coverage * float(marks.mean())) if minimum_mass is None else minimum_mass
    settings = {
        "peel": peel, "paste": paste, "minimum_mass": mass, "minimum_coverage": minimum_coverage,
        "minimum_density": minimum_density, "quasi_p": quasi_p,
    }  # fmt: skip
    _check_settings(settings)
    if most_inputs is not None and most_inputs < 1:
        raise ModelError(f"箱に用いる入力の数 {most_inputs} は 1 以上にしてください。")
    names = [str(name) for name in opened.columns]
    remaining: Mask = np.ones(len(marks), dtype=np.bool_)
    found: list[Box] = []
    first: pd.DataFrame | None = None
    while len(found) < boxes and marks[remaining].any() and not marks[remaining].all():
        search = PeelingSearch(points, marks, remaining)
        trajectory = search.peel(peel, mass)
        first = trajectory if first is None else first
        chosen = search.choose(settings, marks.sum(), most_inputs or points.shape[1])
        if chosen is None:
            break
        held = chance_out_of_sample(points[remaining], marks[remaining], peel=peel, mass=chosen.mass / remaining.mean())
        if held >= quasi_p:
            break
        found.append(_named(chosen, names, held))
        remaining = remaining & ~found[-1].contains(opened)
    assert first is not None  # marks differ (checked), so at least one search ran
    return BoxSearch(first, tuple(found), float(marks.mean()), len(marks), settings, units or {})


def _named(found: Found, names: list[str], held_out_p: float) -> Box:
    limits = {names[axis]: limit for axis, limit in found.limits.items()}
    quasi_p = {names[axis]: value for axis, value in found.quasi_p.items()}
    return Box(limits, found.coverage, found.density, found.mass, quasi_p, held_out_p)


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
