"""Which uncertain input moves the result most, alone and together with the others?

Inputs x = (x_1 … x_k), independent and uniform on their bounds; result y = f(x).
First-order index  S_i  = Var(E[y | x_i]) / Var(y): the share of variance x_i explains alone.
Total-order index  ST_i = 1 − Var(E[y | x_~i]) / Var(y): with all its interactions.
Estimator: Saltelli (2010) and Jansen (1999) on scrambled Sobol' points, as implemented in SALib (Herman & Usher 2017, JOSS 2(9) 97);
intervals by bootstrap over the base sample.

What it leaves out: dependent inputs (the decomposition is then not unique), and anything but the variance: an input may flip a decision and
still explain little variance, so read this beside the tornado sorted by decision flip.
"""

from __future__ import annotations

import inspect
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from SALib.analyze import sobol as sobol_analysis
from SALib.sample import sobol as sobol_sample

from dxmodels.errors import ModelError

Floats = npt.NDArray[np.float64]
Bounds = Mapping[str, tuple[float, float]] | Sequence[tuple[float, float]] | pd.DataFrame | npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class SobolIndices:
    """First- and total-order indices by input, with 95 % intervals, the number of model runs and the seed."""

    table: pd.DataFrame
    draws: int
    evaluations: int
    seed: int
    variance: float

    @property
    def first(self) -> pd.Series:
        """First-order index by input."""
        return self.table.set_index("input")["first_order_share"]

    @property
    def total(self) -> pd.Series:
        """Total-order index by input."""
        return self.table.set_index("input")["total_order_share"]

    def to_frame(self) -> pd.DataFrame:
        """Return one row an input: both indices and their 95 % half-widths."""
        return self.table.copy()

    def summary(self) -> str:
        """Return the ranking in one Japanese sentence."""
        ranked = self.table.sort_values("total_order_share", ascending=False)
        head = "、".join(f"{row.input}（全効果{row.total_order_share:.2f}）" for row in ranked.head(3).itertuples())
        return (
            f"結果のばらつきを最も左右するのは{head}である（モデル評価{self.evaluations:,}回、乱数の種{self.seed}）。"
        )


def sobol_indices(
    function: Callable[[Any], Any], bounds: Bounds, *, draws: int, seed: int, confidence_resamples: int = 200
) -> SobolIndices:
    """Return Sobol' sensitivity indices of ``function`` over independent uniform inputs.

    ``function`` takes an array (n, k) and returns n values; a function of one row (k,) is run row by row, and one that asks for its inputs by name
    (``x["rate"]``, or one argument an input) gets the columns by name. ``bounds`` maps input names to (low, high), lists the pairs (inputs are then
    x1, x2 …), or is a table of one row an input. ``draws`` is the base sample, raised to the next power of two (Sobol' points are balanced only there;
    ``SobolIndices.draws`` says how many were used); the model runs draws × (k + 2) times. Raises ModelError on bad bounds, non-finite results or a
    constant result.
    """
    names, limits = _named_bounds(bounds)
    if draws < 2:
        raise ModelError(f"試行回数 {draws} は 2 以上にしてください（例：1024）。")
    draws = 1 << (int(draws) - 1).bit_length()
    problem = {"num_vars": len(names), "names": names, "bounds": limits.tolist()}
    points = np.asarray(sobol_sample.sample(problem, draws, calc_second_order=False, scramble=True, seed=seed))
    values = evaluate_rows(_reading_arrays(function, names, limits.mean(axis=1)), points)
    spread = float(np.var(values))
    if spread <= 0.0:
        raise ModelError("結果が一定のため、感度を計算できません。範囲（bounds）を広げてください。")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # SALib warns about bootstrap variance of inputs without any effect
        found = sobol_analysis.analyze(
            problem, values, calc_second_order=False, num_resamples=confidence_resamples, seed=seed
        )
    table = pd.DataFrame(
        {
            "input": names,
            "first_order_share": np.asarray(found["S1"], dtype=float),
            "first_order_halfwidth_share": np.asarray(found["S1_conf"], dtype=float),
            "total_order_share": np.asarray(found["ST"], dtype=float),
            "total_order_halfwidth_share": np.asarray(found["ST_conf"], dtype=float),
        }
    )
    return SobolIndices(table, draws, len(points), seed, spread)


def _reading_arrays(function: Callable[..., Any], names: list[str], middle: Floats) -> Callable[[Any], Any]:
    """Return ``function`` so that it takes an array (…, k), also where it was written for inputs by name or for one argument an input."""
    if _arguments(function) == len(names) > 1:
        return lambda x: function(*np.moveaxis(np.asarray(x), -1, 0))
    for point in (middle[None, :], middle):
        try:
            function(point)
        except (IndexError, KeyError, TypeError, ValueError, AttributeError):
            continue
        return function
    return lambda x: function(pd.DataFrame(x, columns=names) if np.ndim(x) > 1 else pd.Series(x, index=names))


def _arguments(function: Callable[..., Any]) -> int:
    """Return how many arguments ``function`` must be given (1 where that cannot be known, as for NumPy's own functions)."""
    try:
        asked = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return 1
    kinds = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    return sum(part.kind in kinds and part.default is inspect.Parameter.empty for part in asked)


def evaluate_rows(function: Callable[[Any], Any], points: Floats) -> Floats:
    """Return one finite value a row of ``points``; tries the whole array at once, then row by row."""
    values: Floats | None = None
    try:
        whole = np.asarray(function(points), dtype=float)
        values = whole.reshape(-1) if whole.shape in ((len(points),), (len(points), 1)) else None
    except (TypeError, ValueError, IndexError):
        values = None  # a function of one row: run it row by row below, where its own errors do show
    if values is None:
        values = np.array([float(np.asarray(function(row)).reshape(())) for row in points])
    if not np.isfinite(values).all():
        first = int(np.flatnonzero(~np.isfinite(values))[0])
        raise ModelError(
            f"入力 {points[first].tolist()} で結果が有限の数になりません。範囲（bounds）を見直してください。"
        )
    return values


def _named_bounds(bounds: Bounds) -> tuple[list[str], Floats]:
    if isinstance(bounds, pd.DataFrame):  # one row an input, its two columns the ends
        bounds = {str(name): tuple(row) for name, row in zip(bounds.index, bounds.to_numpy().tolist(), strict=True)}
    if isinstance(bounds, Mapping) and {"names", "bounds"} <= set(bounds):  # the problem as SALib writes it
        bounds = dict(zip(bounds["names"], bounds["bounds"], strict=True))  # type: ignore[arg-type]
    pairs = list(bounds.values()) if isinstance(bounds, Mapping) else list(bounds)
    names = [str(name) for name in bounds] if isinstance(bounds, Mapping) else [f"x{i + 1}" for i in range(len(pairs))]
    try:
        limits = np.asarray(pairs, dtype=float)
    except (TypeError, ValueError) as error:
        raise ModelError("範囲（bounds）は入力ごとに（下限, 上限）の数の組で指定してください。") from error
    if limits.ndim != 2 or limits.shape[1] != 2 or not len(limits):
        raise ModelError("範囲（bounds）は入力ごとに（下限, 上限）の組で指定してください。")
    for name, (low, high) in zip(names, limits, strict=True):
        if not (np.isfinite([low, high]).all() and low < high):
            raise ModelError(f"入力「{name}」の範囲（{low}, {high}）は、有限で下限＜上限にしてください。")
    return names, limits
