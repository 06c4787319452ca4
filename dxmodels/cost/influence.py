"""Which assumptions matter most for the answer, where do they come from, and how sure are they?

E35: the register's entries with value, range, unit, source, date and grade, those that can turn the decision first (order of the
tornado: smallest relative move to the switching value), then those that only move it, then the rest by topic.

What it leaves out: interactions (each assumption is moved alone) and assumptions no model of the tornado reads.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from dxmodels.cost.naming import format_in_unit
from dxmodels.cost.tornado import Tornado
from dxmodels.glossary import unit_ja
from dxmodels.inputs import Register
from dxmodels.money import format_rate


@dataclass(frozen=True, eq=False)
class RankedRegister:
    """Every assumption with its influence rank (missing where the tornado does not move it)."""

    table: pd.DataFrame
    turning_count: int

    def to_frame(self) -> pd.DataFrame:
        """Return the assumptions that move the decision, most influential first (all of them stand in ``table``)."""
        moved = self.table[self.table["influence_rank"].notna()].rename(columns={"label": "assumption_ja"})
        return moved[
            ["influence_rank", "assumption_ja", "central_ja", "range_ja", "grade", "as_of", "source"]
        ].reset_index(drop=True)

    def summary(self) -> str:
        """Return the headline sentence (Japanese)."""
        names = self.table.drop_duplicates("assumption")
        counts = names["grade"].value_counts()
        parts = "、".join(f"{grade}{int(counts.get(grade, 0))}件" for grade in ("公表値", "推計", "仮置き"))
        weak = format_rate(float((names["grade"] == "仮置き").mean()), decimals=0)
        return (
            f"前提は{len(names)}件（{parts}）。ガバメントクラウドの比較の答えを調べた範囲の中で逆転させるものは{self.turning_count}件。"
            f"仮置き（{weak}）は所管課の確認を要する。"
        )


def rank_register(register: Register, tornado: Tornado) -> RankedRegister:
    """Return the register ordered by influence on the decision of ``tornado``."""
    frame = register.to_frame()
    ranks = tornado.table.set_index("assumption")["flip_rank"]
    states = tornado.table.set_index("assumption")["state"]
    table = pd.DataFrame(
        {
            "influence_rank": frame["name"].map(ranks).astype("Int64"),
            "assumption": frame["name"],
            "label": frame["label"],
            "fiscal_year": frame["fiscal_year"],
            "central_ja": [format_in_unit(*row) for row in zip(frame["value"], frame["unit"], strict=True)],
            "range_ja": [_range_ja(*row) for row in zip(*_ends(frame), frame["unit"], strict=True)],
            "central_value": frame["value"],
            "low_value": frame["low"],
            "high_value": frame["high"],
            "unit": frame["unit"].map(unit_ja),
            "grade": frame["grade"],
            "as_of": frame["as_of"],
            "source": frame["source"],
            "topic": frame["topic"],
        }
    )
    table = table.sort_values(
        ["influence_rank", "topic", "assumption", "fiscal_year"], na_position="last", ignore_index=True
    )
    return RankedRegister(table, int((states == "turns").sum()))


def _ends(frame: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """Return low and high; an assumption without a range stands at its value."""
    value = frame["value"].astype("float64")
    return frame["low"].astype("float64").fillna(value), frame["high"].astype("float64").fillna(value)


def _range_ja(low: float, high: float, unit: str) -> str:
    first, last = (format_in_unit(value, unit) for value in (low, high))
    return first if first == last else f"{first}〜{last}"
