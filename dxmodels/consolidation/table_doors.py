"""How does somebody else's table (DataFrame, array, lists, a mapping of columns) become one that the generic doors read?

Used by ``regret_table``, ``value_of_information`` and ``find_boxes``: rows and columns keep their names where they have some and are numbered otherwise.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from dxmodels.errors import ModelError


def frame_of(values: Any, *, what: str, column: str, row: str | None = None) -> pd.DataFrame:
    """Return ``values`` as a table of numbers.

    ``what`` names the table in a message, ``column`` and ``row`` name what has no name ("選択肢" → 選択肢1, 選択肢2 …). Raises ModelError for what is no
    table of numbers, names the first cell that is none, and refuses repeated columns.
    """
    if isinstance(values, pd.Series):
        values = values.to_frame()
    if not isinstance(values, pd.DataFrame):
        values = _from_plain(values, what=what, column=column, row=row)
    names = [str(name) for name in values.columns]
    repeated = sorted({name for name in names if names.count(name) > 1})
    if repeated:
        raise ModelError(f"{what}の列名「{'、'.join(repeated)}」が重複しています。列名を1つずつ変えてください。")
    numbers = {name: pd.to_numeric(values.iloc[:, place], errors="coerce") for place, name in enumerate(names)}
    for place, name in enumerate(names):
        wrong = (numbers[name].isna() & values.iloc[:, place].notna()).to_numpy()
        if wrong.any():
            first = int(np.flatnonzero(wrong)[0])
            raise ModelError(
                f"{what}の列「{name}」の{first + 1}行目「{values.iloc[first, place]}」は数値ではありません。"
            )
    return pd.DataFrame({name: column.astype(float) for name, column in numbers.items()}, index=values.index)


def _from_plain(values: Any, *, what: str, column: str, row: str | None) -> pd.DataFrame:
    try:
        frame = pd.DataFrame(dict(values)) if isinstance(values, Mapping) else pd.DataFrame(np.asarray(values))
    except (ValueError, TypeError) as error:
        raise ModelError(
            f"{what}を表として読めません。行と列のそろった表（DataFrame、2次元の配列、列の辞書）にしてください。"
        ) from error
    if not isinstance(values, Mapping):
        frame.columns = pd.Index([f"{column}{number + 1}" for number in range(frame.shape[1])])
    if row is not None:
        frame.index = pd.Index([f"{row}{number + 1}" for number in range(len(frame))])
    return frame
