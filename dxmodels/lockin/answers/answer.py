"""What does one exhibit of the room show: the table in a planner's words, the answer in one sentence, how to read it, what it cannot say, and what is drawn?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

_NAME_SHOWN = 18


@dataclass(frozen=True, eq=False)
class Answer:
    """``table`` holds no machine words; ``subject`` is the result behind it, which the figure draws; ``between`` the range of its count and what it is of."""

    table: pd.DataFrame
    sentence: str
    reading: tuple[str, ...]
    limits: tuple[str, ...]
    subject: Any = None
    between: tuple[float, float, str] | None = None

    def to_frame(self) -> pd.DataFrame:
        """Return the table."""
        return self.table.copy()

    def summary(self) -> str:
        """Return the answer in one sentence."""
        return self.sentence

    @property
    def late_count(self) -> int:
        """Rows whose last safe decision date has passed (calendar)."""
        return int((self.table["left_days"] < 0).sum())

    @property
    def leaving_count(self) -> int:
        """Systems with an exit year (plan)."""
        return int(self.table["exit_fy"].notna().sum())


def reading_of(answer: Answer) -> Sequence[str]:
    """Return how the exhibit is read."""
    return answer.reading


def limits_of(answer: Answer) -> Sequence[str]:
    """Return what the exhibit cannot say."""
    return answer.limits


def with_names(ids: pd.Series, names: pd.Series) -> pd.Series:
    """Return what figures call the systems: their names, cut to a label's length; the id only where a name is blank or two systems share it."""
    known = ids.astype(str).map(names).fillna("").astype(str)
    cut = known.where(known.str.len() <= _NAME_SHOWN, known.str.slice(0, _NAME_SHOWN - 1) + "…")
    shared = cut.map(cut.groupby(cut).apply(lambda same: ids[same.index].nunique() > 1)).astype(bool)
    return cut.where(~shared, cut + "（" + ids.astype(str) + "）").where(known != "", ids.astype(str))
