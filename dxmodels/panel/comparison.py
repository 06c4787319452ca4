"""Do two other well-known rankings agree with the additive one? Shown only as comparison, with every setting printed.

TOPSIS (Hwang & Yoon 1981): columns divided by their Euclidean norm, weighted; distance to the best and to the worst value of each criterion;
closeness = d⁻ / (d⁺ + d⁻). The norm is fixed to the published one (vector), because other defaults change ranks.
PROMETHEE II (Brans & Vincke 1985, Management Science 31(6)): preference P_j(d) of the difference d per criterion: "usual" 1 for d > 0, "linear" with
indifference q and preference p: clip((d - q)/(p - q), 0, 1); net flow = mean over the others of (π(a, b) - π(b, a)).

What it leaves out: both are relative: adding or dropping an option may change the order of the others, and no scale says "good".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from dxmodels.consolidation.table_doors import frame_of
from dxmodels.errors import ModelError

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class ComparisonRanking:
    """Score and rank of each option under one method, and the settings that were used."""

    table: pd.DataFrame
    method_ja: str
    settings_ja: str

    @property
    def scores(self) -> pd.Series:
        """Score by option, higher is better."""
        return self.table.set_index("option_ja")["comparison_score"]

    def to_frame(self) -> pd.DataFrame:
        """Return one row an option, the best first."""
        return self.table.copy()

    def summary(self) -> str:
        """Return the first option and the settings, in Japanese."""
        return f"{self.method_ja}（{self.settings_ja}）で1位は「{self.table['option_ja'].iloc[0]}」。比較のために示すもので、選定には用いない。"


def topsis(
    values: pd.DataFrame | npt.ArrayLike, weights: Mapping[str, float] | Sequence[float], *, cost_criteria: Sequence[str] = ()
) -> ComparisonRanking:  # fmt: skip
    """Return TOPSIS closeness of options (rows) over criteria (columns); ``cost_criteria``: less is better. Vector normalisation.

    Arrays and lists are read as tables (選択肢1 …, 項目1 …); ``weights`` by criterion or in their order. Raises ModelError on what cannot be read.
    """
    values, weights = _tables(values, weights)
    matrix, shares, signs = _checked(values, weights, cost_criteria)
    norms = np.sqrt((matrix**2).sum(axis=0))
    if (norms == 0).any():
        raise ModelError("すべての選択肢の値が0の評価項目があります。その項目を除いてください。")
    weighted = matrix / norms * shares
    directed = weighted * signs
    best, worst = directed.max(axis=0), directed.min(axis=0)
    to_best = np.sqrt(((directed - best) ** 2).sum(axis=1))
    to_worst = np.sqrt(((directed - worst) ** 2).sum(axis=1))
    whole = to_best + to_worst
    closeness = np.where(whole > 0, to_worst / np.where(whole > 0, whole, 1.0), 1.0)
    return _ranking(
        values, closeness, "TOPSIS", _settings("正規化＝ベクトル（ユークリッドノルム）", weights, cost_criteria)
    )


def promethee(
    values: pd.DataFrame | npt.ArrayLike,
    weights: Mapping[str, float] | Sequence[float],
    *,
    cost_criteria: Sequence[str] = (),
    indifference: Mapping[str, float] | None = None,
    preference: Mapping[str, float] | None = None,
) -> ComparisonRanking:
    """Return PROMETHEE II net flows; "usual" preference where no ``preference`` threshold is given for a criterion, else linear.

    Tables and weights are read as by ``topsis``. Raises ModelError on what cannot be read.
    """
    values, weights = _tables(values, weights)
    matrix, shares, signs = _checked(values, weights, cost_criteria)
    low, high = indifference or {}, preference or {}
    flows = np.zeros(len(matrix))
    for number, name in enumerate(values.columns):
        gaps = signs[number] * (matrix[:, None, number] - matrix[None, :, number])
        if name in high:
            q, p = float(low.get(name, 0.0)), float(high[name])
            if not 0 <= q < p:
                raise ModelError(f"「{name}」の無差別の幅 {q:g} は0以上、選好の幅 {p:g} より小さくしてください。")
            degree = np.clip((gaps - q) / (p - q), 0.0, 1.0)
        else:
            degree = (gaps > 0).astype(float)
        flows += shares[number] * (degree - degree.T).sum(axis=1) / (len(matrix) - 1)
    kinds = "、".join(f"{name}＝{'線形' if name in high else '通常'}" for name in values.columns)
    return _ranking(values, flows, "PROMETHEE II", _settings(f"選好関数：{kinds}", weights, cost_criteria))


def _tables(
    values: pd.DataFrame | npt.ArrayLike, weights: Mapping[str, float] | Sequence[float]
) -> tuple[pd.DataFrame, dict[str, float]]:
    table = frame_of(values, what="評価の表", column="項目", row=None if isinstance(values, pd.DataFrame) else "選択肢")
    if isinstance(weights, Mapping | pd.Series):
        return table, {str(name): float(value) for name, value in weights.items()}
    if len(weights) != table.shape[1]:
        raise ModelError(f"重みが{len(weights)}個、評価項目が{table.shape[1]}個です。同じ数にしてください。")
    return table, dict(zip(table.columns, map(float, weights), strict=True))


def _checked(values: pd.DataFrame, weights: Mapping[str, float], costs: Sequence[str]) -> tuple[Floats, Floats, Floats]:
    matrix = values.to_numpy(dtype=float, na_value=np.nan)
    if len(matrix) < 2 or not np.isfinite(matrix).all():
        raise ModelError("評価の表は、選択肢2つ以上で空欄なしにしてください。")
    unknown = [name for name in (*weights, *costs) if name not in values.columns]
    if unknown or set(weights) != set(values.columns):
        raise ModelError(f"重みと評価項目が一致しません（項目：{'、'.join(map(str, values.columns))}）。")
    shares = np.array([float(weights[name]) for name in values.columns])
    if (shares < 0).any() or shares.sum() <= 0:
        raise ModelError("重みは0以上で、合計を正にしてください。")
    signs = np.array([-1.0 if name in costs else 1.0 for name in values.columns])
    return matrix, shares / shares.sum(), signs


def _settings(first: str, weights: Mapping[str, float], costs: Sequence[str]) -> str:
    total = sum(weights.values())
    shares = "、".join(f"{name} {value / total:.3f}" for name, value in weights.items())
    return f"{first}、重み：{shares}" + (f"、小さいほど良い項目：{'、'.join(costs)}" if costs else "")


def _ranking(values: pd.DataFrame, scores: Floats, method: str, settings: str) -> ComparisonRanking:
    table = pd.DataFrame({"option_ja": values.index.astype(str), "comparison_score": scores})
    table["comparison_rank"] = table["comparison_score"].rank(ascending=False, method="min").astype(int)
    return ComparisonRanking(table.sort_values("comparison_rank", kind="stable", ignore_index=True), method, settings)
