"""How far do the experts agree?

Kendall's coefficient of concordance over m experts and n items: W = 12 S / (m²(n³ − n) − m ΣT), S the sum of squared deviations of the items' rank sums,
T = Σ(t³ − t) over each expert's groups of ties. χ² = m(n − 1)W on n − 1 degrees of freedom (Kendall & Babington Smith 1939; ties: Siegel & Castellan 1988).
For small panels the χ² test is poor, so a permutation p-value is given beside it.

What it leaves out: agreement is not correctness, and W says nothing about how far apart the scores lie.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import chi2, rankdata

from dxmodels.errors import ModelError
from dxmodels.streams import stream


@dataclass(frozen=True, eq=False)
class Concordance:
    """Kendall's W with its tests; ``float(result)`` is W."""

    w: float
    chi_square: float
    p_value: float
    permutation_p_value: float
    experts: int
    items: int
    mean_ranks: pd.Series
    permutations: int
    seed: int

    def __float__(self) -> float:
        """Return W."""
        return self.w

    def to_frame(self) -> pd.DataFrame:
        """Return one row an item: mean rank over the experts (1 = best)."""
        return self.mean_ranks.rename("mean_rank").rename_axis("item").reset_index()

    def summary(self) -> str:
        """Return W, the number of experts and what may be said of it, in Japanese."""
        verdict = "偶然の一致とは言いにくい" if self.permutation_p_value < 0.05 else "偶然の一致と区別できない"
        return f"委員{self.experts}人の一致度は{self.w:.2f}（1が完全な一致。並べ替え検定のp値{self.permutation_p_value:.3f}）で、{verdict}。"


def kendall_w(scores: pd.DataFrame | npt.ArrayLike, *, permutations: int = 9_999, seed: int = 0) -> Concordance:
    """Return Kendall's W of ``scores`` (one row an expert, one column an item; higher scores are better; ties corrected).

    Raises ModelError with fewer than two experts or items, missing scores, or experts who tie everything.
    """
    try:
        values = np.asarray(scores, dtype=float)
    except (TypeError, ValueError) as error:
        raise ModelError("評点に数値でない値があります。委員（行）×項目（列）の数にしてください。") from error
    if values.ndim != 2 or min(values.shape) < 2:
        raise ModelError(f"評点の形 {values.shape} は、委員 2 人以上 × 項目 2 つ以上にしてください。")
    if not np.isfinite(values).all():
        raise ModelError("評点に空欄があります。欠けた委員または項目を除いてから計算してください。")
    names = [str(name) for name in scores.columns] if isinstance(scores, pd.DataFrame) else None
    ranks = rankdata(-values, axis=1)
    experts, items = ranks.shape
    scale = experts**2 * (items**3 - items) - experts * _ties(ranks)
    if scale <= 0:
        raise ModelError("すべての委員が全項目に同じ評点を付けているため、一致度を計算できません。")
    w = 12 * _spread(ranks) / scale
    statistic = experts * (items - 1) * w
    generator = stream(seed, "kendall_w")
    shuffled = [12 * _spread(generator.permuted(ranks, axis=1)) / scale for _ in range(permutations)]
    return Concordance(
        w=float(w),
        chi_square=float(statistic),
        p_value=float(chi2.sf(statistic, items - 1)),
        permutation_p_value=float((1 + np.sum(np.array(shuffled) >= w - 1e-12)) / (permutations + 1)),
        experts=experts,
        items=items,
        mean_ranks=pd.Series(ranks.mean(axis=0), index=names or [f"項目{i + 1}" for i in range(items)]),
        permutations=permutations,
        seed=seed,
    )


def _spread(ranks: npt.NDArray[np.float64]) -> float:
    sums = ranks.sum(axis=0)
    return float(((sums - sums.mean()) ** 2).sum())


def _ties(ranks: npt.NDArray[np.float64]) -> float:
    total = 0.0
    for row in ranks:
        counts = np.unique(row, return_counts=True)[1].astype(float)
        total += float((counts**3 - counts).sum())
    return total
