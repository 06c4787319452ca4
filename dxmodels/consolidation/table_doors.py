"""How does somebody else's table (DataFrame, array, lists, a mapping of columns) become one that the generic doors read?

Used by ``regret_table``, ``value_of_information`` and ``find_boxes``: rows and columns keep their names where they have some and are numbered otherwise.
A column of words only is a categorical input: one 0/1 column a word (``open_categories``). A word among numbers is a slip of the pen and is refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from dxmodels.errors import ModelError

CATEGORY_SIGN = "＝"
MOST_CATEGORIES = 12


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
    # Thousands of draws may be columns: where all are plain numbers there is nothing to convert one by one.
    if all(isinstance(kind, np.dtype) and kind.kind in "iuf" for kind in values.dtypes):
        return pd.DataFrame(values.to_numpy(dtype=float), index=values.index, columns=pd.Index(names))
    numbers = {name: pd.to_numeric(values.iloc[:, place], errors="coerce") for place, name in enumerate(names)}
    for place, name in enumerate(names):
        wrong = (numbers[name].isna() & values.iloc[:, place].notna()).to_numpy()
        if wrong.any():
            first = int(np.flatnonzero(wrong)[0])
            raise ModelError(
                f"{what}の列「{name}」の{first + 1}行目「{values.iloc[first, place]}」は数値ではありません。"
            )
    return pd.DataFrame({name: column.astype(float) for name, column in numbers.items()}, index=values.index)


def open_categories(values: Any, *, what: str, column: str) -> pd.DataFrame:
    """Return ``values`` as a table of numbers in which each categorical column has become one 0/1 column a category (name＝category)."""
    if not isinstance(values, pd.DataFrame):
        plain = isinstance(values, Mapping)
        values = _from_plain(values, what=what, column=column, row=None) if plain or np.ndim(values) > 1 else values
    if not isinstance(values, pd.DataFrame):
        return frame_of(values, what=what, column=column)
    parts: list[pd.DataFrame] = []
    for place, name in enumerate(map(str, values.columns)):
        cells = values.iloc[:, [place]]
        words = cells.iloc[:, 0]
        if not _is_categorical(words):
            parts.append(cells)
            continue
        categories = sorted(words.dropna().astype(str).unique())
        if len(categories) > MOST_CATEGORIES:
            raise ModelError(
                f"{what}の列「{name}」に区分が{len(categories)}種類あります。{MOST_CATEGORIES}種類以下にまとめるか、列を除いてください。"
            )
        if words.isna().any():
            raise ModelError(f"{what}の列「{name}」に空欄があります。区分を入れるか、行を除いてください。")
        marks = {f"{name}{CATEGORY_SIGN}{category}": (words.astype(str) == category) for category in categories}
        parts.append(pd.DataFrame(marks, index=values.index).astype(float))
    return frame_of(pd.concat(parts, axis=1) if parts else values, what=what, column=column)


def category_code(words: pd.Series) -> pd.Series:
    """Return a categorical column as whole numbers, one a category; other columns as they are."""
    return pd.Series(pd.factorize(words.astype(str))[0], index=words.index) if _is_categorical(words) else words


def _is_categorical(words: pd.Series) -> bool:
    return bool(words.notna().any() and pd.to_numeric(words, errors="coerce").isna().all())


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
