"""Which weights do pairwise comparisons imply, and were the comparisons consistent?

Matrix A with a_ij = how many times criterion i outweighs j, a_ji = 1/a_ij. Weights w by the principal eigenvector (Saaty 1980) or the row
geometric mean (Crawford & Williams 1985); both are computed, and a flag is raised where they rank the criteria differently.
Consistency ratio CR = ((λ_max − n)/(n − 1)) / RI(n), with the random index RI of Saaty 1980 (mean consistency index of random reciprocal matrices).
Saaty accepts CR ≤ 0.10 (0.05 for n = 3, 0.08 for n = 4).

What it leaves out: AHP is known for rank reversal when options are added; it is offered as one way to weights, never as the ranking itself.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from dxmodels.errors import ModelError

Method = Literal["eigenvector", "geometric_mean"]

# Saaty, The Analytic Hierarchy Process (1980), table of random consistency by order of the matrix.
RANDOM_INDEX_NAME = "Saaty 1980"
_RANDOM_INDEX = (0.0, 0.0, 0.0, 0.58, 0.90, 1.12, 1.24, 1.32, 1.41, 1.45, 1.49, 1.51, 1.48, 1.56, 1.57, 1.59)
_RECIPROCAL_TOLERANCE = 0.02
_PRINTED_TOLERANCE = 0.5e-2 + 1e-12  # a reciprocal printed with two decimals (.17 for 1/6, .13 for 1/8)
_METHOD_NAMES: dict[str, Method] = {
    **dict.fromkeys(("eigenvector", "eigen", "principal_eigenvector", "saaty", "固有ベクトル", "固有ベクトル法"), "eigenvector"),
    **dict.fromkeys(
        ("geometric_mean", "geometric", "row_geometric_mean", "geomean", "llsm", "logarithmic_least_squares", "幾何平均", "幾何平均法"),
        "geometric_mean",
    ),
}  # fmt: skip
_TIE_DIGITS = 9  # equal weights differ by rounding only, which is no difference of ranks


@dataclass(frozen=True, eq=False)
class AhpWeights:
    """Weights by the asked method, those of the other one, and the consistency of the comparisons."""

    weights: pd.Series
    other_weights: pd.Series
    method: Method
    lambda_max: float
    consistency_ratio: float
    random_index: float
    random_index_name: str = RANDOM_INDEX_NAME

    @property
    def is_consistent(self) -> bool:
        """True where CR does not exceed Saaty's limit for this size."""
        return self.consistency_ratio <= _limit(len(self.weights))

    @property
    def ranks_differ(self) -> bool:
        """True where eigenvector and geometric mean rank the criteria differently."""
        ranks = [found.round(_TIE_DIGITS).rank(ascending=False) for found in (self.weights, self.other_weights)]
        return bool((ranks[0] != ranks[1]).any())

    def to_frame(self) -> pd.DataFrame:
        """Return one row a criterion: weight by both methods and rank."""
        other = "geometric_mean" if self.method == "eigenvector" else "eigenvector"
        frame = pd.DataFrame(
            {f"weight_{self.method}_share": self.weights, f"weight_{other}_share": self.other_weights}
        ).rename_axis("criterion")
        frame["weight_rank"] = self.weights.rank(ascending=False, method="min").astype(int)
        return frame.reset_index()

    def summary(self) -> str:
        """Return the heaviest criterion and the consistency in Japanese."""
        verdict = "許容範囲内" if self.is_consistent else "許容範囲を超えるため、比較の見直しが必要"
        differ = "。固有ベクトル法と幾何平均法で順位が異なる" if self.ranks_differ else ""
        return (
            f"最も重い項目は「{self.weights.idxmax()}」（重み{self.weights.max():.3f}）。"
            f"一対比較の整合比{self.consistency_ratio:.3f}（0に近いほど首尾一貫）は{verdict}である{differ}。"
        )


def ahp_weights(matrix: pd.DataFrame | npt.ArrayLike, *, method: Method | str = "eigenvector") -> AhpWeights:
    """Return the weights implied by a reciprocal comparison matrix (n × n, positive, ones on the diagonal), adding up to one.

    A DataFrame keeps its row names; fractions may be written as text ("1/3"). A single criterion has the whole weight. ``method``: "eigenvector" or
    "geometric_mean" (also as "geometric mean", "llsm", "固有ベクトル法" …). Raises ModelError where the matrix is not complete, square, positive and
    reciprocal (printed values are rounded, so a_ij·a_ji may differ from 1 by 2 %, or a_ji from 1/a_ij by half of the second decimal), or has more
    rows than the index table.
    """
    method = _method(method)
    names = None
    if isinstance(matrix, pd.DataFrame):
        names = [str(name) for name in matrix.index]
        columns = [str(name) for name in matrix.columns]
        if set(columns) == set(names) and columns != names:
            matrix = matrix.set_axis(columns, axis=1)[names]  # columns in another order than rows
    try:
        values = np.asarray(_numbers(matrix), dtype=float)
    except (TypeError, ValueError, ZeroDivisionError) as error:
        raise ModelError("一対比較行列に数値でない値があります。数か、1/3 のような分数で入れてください。") from error
    _check(values)
    names = names or [f"C{number}" for number in range(1, len(values) + 1)]
    eigen, lambda_max = _principal(values)
    geometric = np.exp(np.log(values).mean(axis=1))
    by_method = {"eigenvector": eigen / eigen.sum(), "geometric_mean": geometric / geometric.sum()}
    other: Method = "geometric_mean" if method == "eigenvector" else "eigenvector"
    size = len(values)
    index = _RANDOM_INDEX[size]
    ratio = ((lambda_max - size) / (size - 1)) / index if index > 0 else 0.0
    return AhpWeights(
        weights=pd.Series(by_method[method], index=names),
        other_weights=pd.Series(by_method[other], index=names),
        method=method,
        lambda_max=lambda_max,
        consistency_ratio=max(0.0, ratio),
        random_index=index,
    )


def _method(name: str) -> Method:
    written = re.sub(r"[\s_-]+", "_", unicodedata.normalize("NFKC", str(name)).strip().lower())
    if written not in _METHOD_NAMES:
        raise ModelError(f"方法「{name}」は使えません。eigenvector か geometric_mean を指定してください。")
    return _METHOD_NAMES[written]


def _numbers(matrix: pd.DataFrame | npt.ArrayLike) -> npt.ArrayLike:
    """Return the matrix with fractions written as text (full-width ones too) made numbers, and empty cells NaN."""
    cells = np.asarray(matrix)
    return (
        np.array([_number(cell) for cell in cells.ravel()]).reshape(cells.shape) if cells.dtype.kind in "OU" else cells
    )


def _number(cell: object) -> float:
    if isinstance(cell, str):
        written = unicodedata.normalize("NFKC", cell).replace(" ", "")
        return float(Fraction(written)) if written else np.nan
    return np.nan if cell is None or cell is pd.NA else float(cell)  # type: ignore[arg-type]


def _principal(values: npt.NDArray[np.float64]) -> tuple[npt.NDArray[np.float64], float]:
    roots, vectors = np.linalg.eig(values)
    largest = int(np.argmax(roots.real))
    return np.abs(vectors[:, largest].real), float(roots[largest].real)


def _limit(size: int) -> float:
    return {3: 0.05, 4: 0.08}.get(size, 0.10)


def _check(values: npt.NDArray[np.float64]) -> None:
    if values.ndim != 2 or values.shape[0] != values.shape[1] or not len(values):
        raise ModelError(f"一対比較行列の形 {values.shape} は正方（行と列が同じ数）にしてください。")
    if len(values) >= len(_RANDOM_INDEX):
        raise ModelError(f"項目が {len(values)} 個あります。{len(_RANDOM_INDEX) - 1} 個以下にまとめてください。")
    if not np.isfinite(values).all() or (values <= 0).any():
        row, column = (int(part) for part in np.argwhere(~(np.isfinite(values) & (values > 0)))[0])
        given = "空欄" if np.isnan(values[row, column]) else f"{values[row, column]:g}"
        raise ModelError(
            f"一対比較行列には正の数だけを入れてください（空欄・0・負は不可）。{row + 1}行{column + 1}列が{given}です。"
        )
    small = np.minimum(values, values.T)
    rounded = np.abs(small - 1.0 / np.maximum(values, values.T)) <= _PRINTED_TOLERANCE
    np.fill_diagonal(rounded, False)
    wrong = np.argwhere((np.abs(values * values.T - 1.0) > _RECIPROCAL_TOLERANCE) & ~rounded)
    if len(wrong):
        row, column = (int(part) for part in wrong[0])
        if row == column:
            raise ModelError(
                f"{row + 1}行{column + 1}列（同じ項目どうし）の値が {values[row, column]:g} です。1 にしてください。"
            )
        raise ModelError(
            f"{row + 1}行{column + 1}列の値 {values[row, column]:g} と {column + 1}行{row + 1}列の値 "
            f"{values[column, row]:g} が逆数になっていません。片方を {1 / values[row, column]:.4g} にしてください。"
        )
