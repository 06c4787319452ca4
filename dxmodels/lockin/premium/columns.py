"""Is a column there, and is it numbers?"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from dxmodels.errors import ModelError

Floats = npt.NDArray[np.float64]


def require_columns(table: pd.DataFrame, columns: Sequence[str]) -> None:
    """Raise ModelError naming every column that the table lacks, or holds twice."""
    wrong = [name for name in columns if isinstance(name, list | set | dict)]
    if wrong:
        raise ModelError(f"列名 {wrong[0]} は1つの名前で指定してください（並びではなく）。")
    missing = [name for name in columns if name not in table.columns]
    if missing:
        raise ModelError(
            f"列 {'、'.join(map(str, missing))} が表にありません。→ 列名を確認してください（表の列：{'、'.join(map(str, table.columns))}）。"
        )

    twice = [name for name in dict.fromkeys(columns) if table.columns.tolist().count(name) > 1]
    if twice:
        raise ModelError(
            f"列 {'、'.join(map(str, twice))} が表に2つ以上あります。→ 列名を1つずつ違う名前にしてください。"
        )


def numeric(values: pd.Series, name: str) -> Floats:
    """Return a column as floats (True = 1); raises ModelError where it is not numeric or not finite."""
    try:
        array: Floats = np.asarray(values.astype(float), dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise ModelError(f"列 {name} は数値にしてください（文字列は数値に直してください）。") from error
    if not np.isfinite(array).all():
        raise ModelError(f"列 {name} に無限大の値があります。→ 有限の数にしてください。")
    return array


def logged(values: Floats, name: str) -> Floats:
    """Return natural logarithms; raises ModelError with the smallest value where one is not positive."""
    if (values <= 0).any():
        raise ModelError(
            f"列 {name} の最小値 {values.min():g} は対数をとれません。→ 正の値の行に限るか log_outcome=False にしてください。"
        )
    return np.asarray(np.log(values), dtype=np.float64)
