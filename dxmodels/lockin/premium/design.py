"""Which rows and columns of a table enter an estimate, and as which arrays?

Rows with a blank in any used column are left out and counted. Text and boolean controls become indicator columns (first level dropped); a column that adds nothing
to the ones before it (constant, or collinear) is dropped and named, so that no standard error comes from a singular matrix.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from dxmodels.errors import ModelError
from dxmodels.lockin.premium.arms import treatment_column
from dxmodels.lockin.premium.columns import Floats, logged, numeric, require_columns

_COLLINEAR = 1e-6  # a column of which less than a millionth is its own adds only rounding errors
_CONSTANT = 1e-9
_LEAST_CLUSTERS = 3


@dataclass(frozen=True, eq=False)
class Design:
    """The arrays of one estimate: outcome, treatment, controls with a constant first, and what each control became.

    ``selection`` is the matrix of the propensity model; ``groups`` numbers the clusters from 0 (one each row where none are asked for).
    """

    outcome: Floats
    treatment: Floats
    controls: Floats
    selection: Floats
    groups: npt.NDArray[np.int64]
    positions: dict[str, tuple[int, ...]]
    rows: pd.Index
    dropped_rows_count: int
    dropped_columns: tuple[str, ...]

    @property
    def clusters_count(self) -> int:
        """Number of distinct clusters."""
        return int(self.groups.max()) + 1

    def take(self, rows: npt.NDArray[np.int64]) -> Design:
        """Return the design of the chosen rows (repetitions allowed), clusters renumbered in the order given."""
        return Design(
            self.outcome[rows],
            self.treatment[rows],
            self.controls[rows],
            self.selection[rows],
            np.unique(self.groups[rows], return_inverse=True)[1],
            self.positions,
            self.rows[rows],
            self.dropped_rows_count,
            self.dropped_columns,
        )


def build_design(
    table: pd.DataFrame,
    *,
    outcome: str,
    treatment: str,
    controls: Sequence[str],
    treatment_controls: Sequence[str],
    cluster: str | None,
    log_outcome: bool,
    treated: object | None = None,
) -> Design:
    """Return the arrays for ``outcome`` on ``treatment`` given ``controls``; raises ModelError naming what is wrong with the table."""
    require_columns(table, [name for name in (outcome, treatment, *controls, *treatment_controls, cluster) if name])
    _refuse_circles(outcome, treatment, (*controls, *treatment_controls))
    used = list(dict.fromkeys([outcome, treatment, *controls, *treatment_controls, *([cluster] if cluster else [])]))
    complete = table[used].dropna()
    if complete.empty:
        raise ModelError(f"空欄のない行がありません（使った列：{'、'.join(used)}）。→ 空欄の多い列を外してください。")
    y = numeric(complete[outcome], outcome)
    if log_outcome:
        y = logged(y, outcome)
    if np.ptp(y) <= _CONSTANT * max(float(np.abs(y).max()), 1e-300):
        raise ModelError(f"結果の列 {outcome} は全 {len(y)} 行が同じ値で、比べるものがありません。→ 列と行の選び方を確認してください。")  # fmt: skip
    d = treatment_column(complete[treatment], treatment, treated)
    x, positions, dropped = _encode(complete, controls)
    z, _, dropped_selection = _encode(complete, treatment_controls)
    groups = (
        np.arange(len(complete))
        if cluster is None
        else np.unique(complete[cluster].astype(str), return_inverse=True)[1]
    )
    if cluster is not None and len(np.unique(groups)) < _LEAST_CLUSTERS:
        raise ModelError(f"クラスタの列 {cluster} は {len(np.unique(groups))} 個しかなく、標準誤差を推定できません。→ {_LEAST_CLUSTERS} 個以上にするか、cluster を外してください。")  # fmt: skip
    return Design(
        y, d, x, z, groups, positions, complete.index, len(table) - len(complete), tuple(dict.fromkeys(dropped + dropped_selection))
    )  # fmt: skip


def _refuse_circles(outcome: str, treatment: str, controls: Sequence[str]) -> None:
    """A column may play one part: an outcome or treatment among the controls explains everything and says nothing."""
    for name, part in ((outcome, "結果"), (treatment, "処置")):
        if name in controls:
            raise ModelError(f"列 {name} は{part}の列なので、統制変数に入れられません。→ 統制変数から外してください。")
    if outcome == treatment:
        raise ModelError(f"結果と処置が同じ列 {outcome} です。→ 別の列を指定してください。")


def _encode(table: pd.DataFrame, names: Sequence[str]) -> tuple[Floats, dict[str, tuple[int, ...]], list[str]]:
    columns, owners, labels = [np.ones(len(table))], [""], [""]
    for name in names:
        for label, values in _columns_of(table[name], name):
            columns.append(values)
            owners.append(name)
            labels.append(label)
    matrix = np.column_stack(columns)
    keep = independent_columns(matrix)
    positions = {
        name: tuple(place for place, index in enumerate(keep) if owners[index] == name) for name in names
    }  # fmt: skip
    return matrix[:, keep], positions, [labels[index] for index in range(len(labels)) if index not in keep]


def _columns_of(values: pd.Series, name: str) -> list[tuple[str, Floats]]:
    values = values.infer_objects()  # numbers kept as objects are numbers; digits kept as text stay codes
    if pd.api.types.is_datetime64_any_dtype(values.dtype):
        raise ModelError(f"列 {name} は日付です。→ 統制変数には、経過年数などの数値か分類を入れてください。")
    if pd.api.types.is_numeric_dtype(values) or pd.api.types.is_bool_dtype(values):
        found = numeric(values, name)
        # Around its mean: a date or a number of 10^8 with a small spread would else be taken for the constant. No estimate moves by it.
        return [(name, found - found.mean())]
    levels = sorted(values.astype(str).unique())
    return [(f"{name}={level}", (values.astype(str) == level).to_numpy(dtype=float)) for level in levels[1:]]


def independent_columns(matrix: Floats) -> list[int]:
    """Return the indices of columns that add to the span of those before them, in order (scaled first, so units do not matter)."""
    scale = np.sqrt((matrix**2).sum(axis=0))
    scaled = matrix / np.where(scale > 0, scale, 1.0)
    keep: list[int] = []
    basis = np.zeros((len(matrix), 0))
    for index in range(scaled.shape[1]):
        rest = scaled[:, index]
        for _ in range(2):  # twice, because one pass of Gram-Schmidt loses orthogonality
            rest = rest - basis @ (basis.T @ rest)
        length = float(np.sqrt(rest @ rest))
        if length > _COLLINEAR:
            keep.append(index)
            basis = np.column_stack([basis, rest / length])
    return keep
