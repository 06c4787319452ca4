"""One scramble of a portfolio: totals of all draws, their quantiles, and each system's part in the worst five per cent."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from dxmodels.cost.overrun import OverrunParams, draw_overruns
from dxmodels.errors import ModelError

Floats = npt.NDArray[np.float64]

LEVELS: tuple[tuple[str, float], ...] = (("p50", 0.50), ("p80", 0.80), ("p95", 0.95))
TAIL_LEVEL = 0.95
WORST = 3
# Where the exceedance curve is kept: coarse in the middle, fine in the tail.
CURVE: Floats = np.concatenate([np.arange(0.005, 0.95, 0.005), np.arange(0.95, 0.9991, 0.001)])


@dataclass(frozen=True, eq=False)
class Scramble:
    """Results of one randomisation of the Sobol' points, in yen."""

    measures: dict[str, float]
    contribution: Floats
    worst_in_draw_share: float
    curve: Floats


def run_scramble(
    amounts: Floats, params: OverrunParams, *, draws: int, seed: int, name: str, groups: npt.NDArray[np.int64] | None
) -> Scramble:
    """Return one scramble for estimates ``amounts`` (yen, one a system)."""
    ratios = draw_overruns(draws, params=params, systems=len(amounts), seed=seed, groups=groups, name=name)
    totals = ratios @ amounts
    tail = np.argsort(totals, kind="stable")[math.ceil(TAIL_LEVEL * draws) :]
    excess = (ratios[tail] - 1.0) * amounts
    largest = -np.sort(-excess, axis=1)[:, :WORST]
    measures = {key: float(np.quantile(totals, level)) for key, level in LEVELS}
    return Scramble(
        measures=measures | {"cvar95": float(totals[tail].mean()), "mean": float(totals.mean())},
        contribution=excess.mean(axis=0),
        worst_in_draw_share=float(largest.sum() / excess.sum()),
        curve=np.asarray(np.quantile(totals, CURVE)),
    )


def valid_costs(costs: pd.Series) -> pd.Series:
    """Return the positive estimates as floats; raises ModelError for duplicates, gaps, negatives or nothing at all."""
    if costs.index.has_duplicates:
        raise ModelError("見積額の表でシステムが重複しています。1システム1行にしてください。")
    amounts = costs.astype("Float64").astype("float64")
    bad = amounts[~np.isfinite(amounts) | (amounts < 0)]
    if len(bad):
        raise ModelError(
            f"見積額が欠測または負のシステムが {len(bad)} 件あります（例：{bad.index[0]}）。除くか補ってください。"
        )
    amounts = amounts[amounts > 0]
    if amounts.empty:
        raise ModelError("見積額が正のシステムがありません。1円以上の見積額を1件以上与えてください。")
    return amounts


def group_codes(groups: pd.Series, systems: pd.Index) -> npt.NDArray[np.int64]:
    """Return the group number of each system; a system without a group moves on a factor of its own."""
    labels = groups.reindex(systems).astype("string")
    alone = pd.Series([f"\0{name}" for name in systems], index=systems, dtype="string")
    return np.asarray(pd.factorize(labels.fillna(alone), sort=True)[0], dtype=np.int64)
