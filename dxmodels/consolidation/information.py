"""What would it be worth to know an uncertain input before deciding?

Net benefit b(o, d) of option o in draw d; today's choice is the option of the highest mean.
EVPI  = E[max_o b] − max_o E[b]: the value of knowing everything.
EVPPI_i = E[max_o E[b(o) | x_i]] − max_o E[b(o)]: the value of knowing input i alone (in the unit of the net benefit).
Estimator of E[b(o) | x_i]: the mean within each value where x_i takes few values (exact for a discrete input); else a cubic regression
spline (Strong, Oakley & Brennan 2014, Medical Decision Making 34, 311-326; splines instead of a GAM package). A maximum over fitted means is
biased upward, so the choice for a draw is made by a fit to the other folds and valued by the draw itself (cross-fitting): the value of a
rule one could really follow, with its standard error over draws.

What it leaves out: the cost and the time of finding out, and that a study seldom tells everything; EVPPI is an upper limit of what a study is worth.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.linear_model import LinearRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import SplineTransformer

from dxmodels.consolidation.table_doors import category_code, frame_of
from dxmodels.errors import ModelError
from dxmodels.streams import stream

Floats = npt.NDArray[np.float64]

_FEW_VALUES = 12  # a discrete input: conditional means are exact within each value
_DRAWS_PER_KNOT = 40
_MOST_KNOTS = 8
_FOLDS = 10


@dataclass(frozen=True, eq=False)
class InformationValue:
    """EVPI, EVPPI by input with standard error, and today's best option."""

    evpi: float
    by_input: pd.DataFrame
    best_option: str
    expected: pd.Series
    draws: int
    seed: int

    @property
    def evppi(self) -> pd.Series:
        """Value of perfect information about each input alone."""
        return self.by_input.set_index("input")["evppi"]

    def to_frame(self) -> pd.DataFrame:
        """Return one row an input, the most valuable first."""
        return self.by_input.copy()

    def summary(self) -> str:
        """Return in Japanese which uncertainty to study first, or that none would change the choice."""
        if self.by_input.empty:
            return f"今の情報で最もよいのは「{self.best_option}」で、すべてが判る場合の価値は{self.evpi:,.4g}である。"
        top = self.by_input.iloc[0]
        if self.evpi <= 0 or top["evppi"] <= 2 * top["evppi_standard_error"]:
            return f"どの入力を単独で調べても「{self.best_option}」という選択が変わる見込みは小さい（EVPI {self.evpi:,.4g}）。"
        return (
            f"先に調べる価値が最も高いのは「{top['input']}」で、その価値は最大{top['evppi']:,.4g}"
            f"（標準誤差{top['evppi_standard_error']:,.2g}）、全てが判る場合は{self.evpi:,.4g}である。"
        )


def value_of_information(
    net_benefit: pd.DataFrame | npt.ArrayLike, inputs: pd.DataFrame | npt.ArrayLike | None = None, *, seed: int = 0, weights: npt.ArrayLike | None = None
) -> InformationValue:  # fmt: skip
    """Return EVPI and EVPPI by input; ``net_benefit`` has one column an option, one row a draw, ``inputs`` one column an input.

    Arrays are read as tables too (選択肢1 …, 入力1 …); a one-dimensional ``inputs`` is one input, a column of words one with that many values. A table that has
    its draws as columns (options × draws) is turned where the number of rows of ``inputs`` (or of ``weights``) says so.

    ``weights`` (optional) are probabilities of the draws. Unit: that of the net benefit. Raises ModelError on fewer than two options, different
    numbers of rows, or values that are not finite.
    """
    if isinstance(inputs, pd.DataFrame):
        inputs = inputs.apply(category_code)
    known = None if inputs is None else frame_of(inputs, what="入力の表", column="入力")
    draws = len(known) if known is not None else None if weights is None else int(np.size(weights))
    net_benefit = frame_of(_draws_as_rows(net_benefit, draws), what="便益の表", column="選択肢")
    benefit, columns = _checked(net_benefit, known)
    probability = np.full(len(benefit), 1.0 / len(benefit)) if weights is None else _normalised(weights, len(benefit))
    expected = probability @ benefit
    evpi = float(probability @ benefit.max(axis=1) - expected.max())
    rows = []
    for name, values in columns.items():
        estimate, error = _partial_value(benefit, values, probability, stream(seed, f"evppi:{name}"))
        rows.append({"input": name, "evppi": min(estimate, evpi), "evppi_standard_error": error})
    by_input = pd.DataFrame(rows, columns=["input", "evppi", "evppi_standard_error"])
    by_input["evppi_evpi_share"] = by_input["evppi"] / evpi if evpi > 0 else 0.0
    by_input = by_input.sort_values("evppi", ascending=False, kind="stable", ignore_index=True)
    means = pd.Series(expected, index=net_benefit.columns.astype(str))
    return InformationValue(evpi, by_input, str(means.idxmax()), means, len(benefit), seed)


def _draws_as_rows(net_benefit: pd.DataFrame | npt.ArrayLike, draws: int | None) -> pd.DataFrame | npt.ArrayLike:
    if isinstance(net_benefit, Mapping) or draws is None:
        return net_benefit
    table = net_benefit if isinstance(net_benefit, pd.DataFrame) else np.asarray(net_benefit)
    return table.T if table.ndim == 2 and table.shape[0] != draws == table.shape[1] else table


def _partial_value(
    benefit: Floats, values: Floats, probability: Floats, generator: np.random.Generator
) -> tuple[float, float]:
    today = int(np.argmax(probability @ benefit))
    if len(np.unique(values)) <= _FEW_VALUES:
        chosen = _means_by_level(benefit, values, probability).argmax(axis=1)
    else:
        chosen = _cross_fitted_choice(benefit, values, probability, generator)
    gained = benefit[np.arange(len(benefit)), chosen] - benefit[:, today]
    gain = float(probability @ gained)
    error = float(np.sqrt(probability**2 @ (gained - gain) ** 2))
    return max(0.0, gain), error


def _means_by_level(benefit: Floats, values: Floats, probability: Floats) -> Floats:
    _, position = np.unique(values, return_inverse=True)
    mass = np.bincount(position, weights=probability)
    sums = np.column_stack([np.bincount(position, weights=probability * column) for column in benefit.T])
    means: Floats = (sums / np.where(mass > 0, mass, 1.0)[:, None])[position]
    return means


def _cross_fitted_choice(
    benefit: Floats, values: Floats, probability: Floats, generator: np.random.Generator
) -> npt.NDArray[np.intp]:
    knots = int(np.clip(len(values) // _DRAWS_PER_KNOT, 3, _MOST_KNOTS))
    # Ranks instead of values: knots lie where the draws are, and a heavy tail does not rule the fit.
    ranks = ((np.argsort(np.argsort(values, kind="stable"), kind="stable") + 0.5) / len(values))[:, None]
    fold = generator.permutation(np.arange(len(values)) % _FOLDS)
    chosen = np.zeros(len(values), dtype=np.intp)
    for number in range(_FOLDS):
        held = fold == number
        model = make_pipeline(SplineTransformer(n_knots=knots, degree=3, include_bias=False), LinearRegression())
        model.fit(ranks[~held], benefit[~held], linearregression__sample_weight=probability[~held])
        predicted: Floats = np.asarray(model.predict(ranks[held]), dtype=float)
        chosen[held] = predicted.argmax(axis=1)
    return chosen


def _checked(net_benefit: pd.DataFrame, inputs: pd.DataFrame | None) -> tuple[Floats, dict[str, Floats]]:
    benefit = net_benefit.to_numpy(dtype=float, na_value=np.nan)
    if benefit.ndim != 2 or benefit.shape[1] < 2 or len(benefit) < 2:
        raise ModelError("便益の表には 2 つ以上の選択肢（列）と 2 つ以上の試行（行）が必要です。")
    if not np.isfinite(benefit).all():
        raise ModelError("便益の表に空欄または有限でない値があります。")
    if inputs is None:
        return benefit, {}
    if len(inputs) != len(benefit):
        raise ModelError(f"入力の行数 {len(inputs)} が便益の行数 {len(benefit)} と一致しません。")
    columns = {str(name): inputs[name].to_numpy(dtype=float, na_value=np.nan) for name in inputs.columns}
    bad = [name for name, values in columns.items() if not np.isfinite(values).all()]
    if bad:
        raise ModelError(f"入力 {bad} に空欄または有限でない値があります。")
    return benefit, columns


def _normalised(weights: npt.ArrayLike, length: int) -> Floats:
    values = np.asarray(weights, dtype=float)
    if values.shape != (length,) or (values < 0).any() or not values.sum() > 0:
        raise ModelError(f"試行の重みは {length} 個の 0 以上の数（合計は正）にしてください。")
    shares: Floats = values / values.sum()
    return shares
