"""Which rows are the treated ones, however the column says so?

Numbers and truth values stand for themselves. A column of two words is read where the words say which is which (あり/なし, yes/no, locked/open, smoker/nonsmoker …);
any other pair needs ``treated``, because a sign guessed wrong would turn a premium into a discount.
"""

from __future__ import annotations

import unicodedata

import numpy as np
import pandas as pd

from dxmodels.errors import ModelError
from dxmodels.lockin.premium.columns import Floats, numeric

_YES = {"1", "1.0", "true", "t", "yes", "y", "treated", "treatment", "exposed", "locked", "はい", "有", "有り", "あり", "対象", "該当", "○", "〇", "●", "真"}  # fmt: skip
_NO = {"0", "0.0", "false", "f", "no", "n", "untreated", "control", "comparison", "unexposed", "open", "いいえ", "無", "無し", "なし", "対象外", "非該当", "×", "✕", "偽"}  # fmt: skip
_NOT = ("non-", "non ", "non", "not ", "no ", "un", "非", "未", "不")
_SHOWN = 5


def treatment_column(values: pd.Series, name: str, treated: object | None) -> Floats:
    """Return the treatment as numbers; ``treated`` names the value that counts as 1. Raises ModelError naming the values found and the cure."""
    if treated is not None:
        is_treated = (values == treated) | (values.astype(str) == str(treated))
        if not is_treated.any() or is_treated.all():
            raise ModelError(
                f"列 {name} に、対象の値 {treated!r} とそれ以外の値の両方が必要です。見つかった値：{_listed(values)}。"
            )
        return np.asarray(is_treated, dtype=np.float64)
    try:
        return numeric(values, name)
    except ModelError:
        found = _read_words(values)
        if found is None:
            raise ModelError(
                f'列 {name} の値（{_listed(values)}）から、どれが対象か読み取れません。→ 0/1 に直すか、treated="対象の値" を指定してください。'
            ) from None
        return found


def _read_words(values: pd.Series) -> Floats | None:
    words = values.astype(str).map(lambda text: unicodedata.normalize("NFKC", text).strip().lower())
    pair = sorted(words.unique())
    if len(pair) > 2:
        return None
    for yes, no in ((pair[0], pair[-1]), (pair[-1], pair[0])):
        negated = any(no == prefix + yes for prefix in _NOT)
        if negated or (yes in _YES and (no in _NO or no == yes)) or (no in _NO and yes not in _NO and yes != no):
            return np.asarray(words == yes, dtype=np.float64)
    return None


def _listed(values: pd.Series) -> str:
    found = [str(value) for value in pd.unique(values)]
    return "、".join(found[:_SHOWN]) + (" など" if len(found) > _SHOWN else "")
