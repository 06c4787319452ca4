"""Can this question be answered with the tables at hand, and if not, what is missing?

A missing table is an answer (算出不能), not a crash: ``attempt`` turns it into a value that an exhibit prints with the table and the
fields needed. Every other error goes through untouched.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ParamSpec, TypeVar

import pandas as pd

from dxmodels.errors import MissingTableError, ModelError, TieError, UsageError
from dxmodels.inputs.schemas import TABLES

P = ParamSpec("P")
R = TypeVar("R")


class MissingTablesError(MissingTableError):
    """Several tables or columns are missing at once; ``needs`` maps each table to the columns missing from it."""

    def __init__(self, needs: Mapping[str, Sequence[str]]) -> None:
        self.needs: dict[str, tuple[str, ...]] = {table: tuple(columns) for table, columns in needs.items()}
        first = next(iter(self.needs))
        super().__init__(first, self.needs[first])
        self.args = (f"算出不能：{_needs_in_words(self.needs)}",)


@dataclass(frozen=True)
class NotComputable:
    """A question this case cannot answer: ``needs`` maps each table to the columns it lacks, or ``reason`` says why the data do not carry the model."""

    question: str
    needs: Mapping[str, tuple[str, ...]]
    reason: str = ""

    @property
    def message(self) -> str:
        """The Japanese sentence an exhibit prints instead of a number."""
        subject = f"「{self.question}」には" if self.question else ""
        return f"算出不能：{subject}{self.reason or _needs_in_words(self.needs)}"

    def summary(self) -> str:
        """Return the message, so that a notebook can print it where it would print a result's summary."""
        return self.message

    def to_frame(self) -> pd.DataFrame:
        """Return one row a needed field: table, table_title, column, label (column blank where the whole table is missing)."""
        rows = [_need(table, column) for table, columns in self.needs.items() for column in (*columns,) or ("",)]
        return pd.DataFrame(rows, columns=["table", "table_title", "column", "label"], dtype="string")


def attempt(function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R | NotComputable:
    """Return ``function(*args, **kwargs)``, or NotComputable where it asks for a table or column the case does not hold.

    Caught are a missing table and a ModelError (too few rows, a setting outside the data): its text becomes the reason. A failed tie
    (TieError) goes through: figures that do not agree stop the run. An argument that is itself NotComputable is the answer, so that
    questions can be asked about results of others. The question is the function's ``question_ja`` attribute, or blank where it has none.
    """
    lacking = next((value for value in (*args, *kwargs.values()) if isinstance(value, NotComputable)), None)
    if lacking is not None:
        return lacking
    try:
        return function(*args, **kwargs)
    except MissingTableError as error:
        needs = error.needs if isinstance(error, MissingTablesError) else {error.table: error.columns}
        return NotComputable(_question_of(function), needs)
    except (UsageError, TieError):
        raise  # a fault of the code, or figures that contradict each other, are no lack of data
    except ModelError as error:
        return NotComputable(_question_of(function), {}, reason=str(error))


def _question_of(function: Callable[..., Any]) -> str:
    inner = function.func if isinstance(function, functools.partial) else function
    return str(getattr(inner, "question_ja", ""))


def _need(table: str, column: str) -> tuple[str, str, str, str]:
    spec = TABLES.get(table)
    title = spec.title_ja if spec else table
    facts = spec.facts.get(column) if spec else None
    return table, title, column, facts.title_ja if facts else (column or title)


def _needs_in_words(needs: Mapping[str, Sequence[str]]) -> str:
    parts = []
    for table, columns in needs.items():
        _, title, _, _ = _need(table, "")
        labels = "・".join(_need(table, column)[3] for column in columns)
        file = f"（{table}）" if title != table else ""
        parts.append(f"表「{title}」{file}" + (f"の項目「{labels}」" if labels else ""))
    return f"{'、'.join(parts)}が必要です。"
