"""What one exhibit tells: a table, the sentence a governor could quote, and the result behind it for the figure.

Every sentence is made from the numbers of its own table. Names of structures are shortened to what stands before the first bracket.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pandas as pd


@dataclass(frozen=True, eq=False)
class Told:
    """A table as a planner reads it, its headline, and what the figure is drawn from."""

    table: pd.DataFrame
    sentence: str
    drawn_from: Any = field(default=None, repr=False)

    def to_frame(self) -> pd.DataFrame:
        """Return the table."""
        return self.table.copy()

    def summary(self) -> str:
        """Return the headline."""
        return self.sentence


def short_ja(title: str) -> str:
    """Return a structure's title without its explanation in brackets."""
    return title.split("（")[0]
