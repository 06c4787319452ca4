"""What values does a column of text hold, and which of its cells cannot be read?

Each distinct text is read once and its value handed to every row that holds it: a column of a million cells costs little more than
its distinct texts.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from dxmodels.errors import Fault
from dxmodels.inputs.cells import MOST_DIGITS, CellError, cell_reader
from dxmodels.inputs.schemas import DTYPES, ColumnFacts, Kind

# Beyond this many faults of one kind in one column, one more fault counts the rest: a message of a million lines helps nobody.
MOST_FAULTS_OF_A_KIND = 500
_WHOLE_NUMBERS = frozenset[Kind]({"integer", "yen"})


def read_column(
    cells: Sequence[str], rows: npt.NDArray[np.int64], facts: ColumnFacts, *, file: str
) -> tuple[Any, list[Fault], npt.NDArray[np.bool_]]:
    """Return the column as a pandas array of its kind, the faults, and a mask of the cells that could not be read."""
    places, found = pd.factorize(np.asarray(cells, dtype=object))
    distinct: list[str] = found.tolist()
    if facts.kind in _WHOLE_NUMBERS and _all_digits(distinct):
        numbers = [int(text) if text else None for text in distinct]
        return typed_array(numbers, facts.kind, places), [], np.zeros(len(cells), dtype=bool)
    values, problems = _read_each(distinct, cell_reader(facts))
    faults: list[Fault] = []
    for index, error in problems.items():
        hit = rows[places == index]
        texts = [distinct[index]] * min(len(hit), MOST_FAULTS_OF_A_KIND)
        faults += faults_at(hit, texts, file=file, column=facts.name, problem=error.problem, cure=error.cure)
    unread = np.zeros(len(distinct), dtype=bool)
    unread[list(problems)] = True
    return typed_array(values, facts.kind, places), faults, unread[places]


def _all_digits(texts: Sequence[str]) -> bool:
    """Whether every text is plain digits or blank: what almost every column of amounts is, told in one pass."""
    joined = "".join(texts)
    return joined.isascii() and (joined.isdigit() or not joined) and max(map(len, texts), default=0) <= MOST_DIGITS


def _read_each(texts: Sequence[str], read: Callable[[str], object]) -> tuple[list[object], dict[int, CellError]]:
    values: list[object] = []
    problems: dict[int, CellError] = {}
    for index, text in enumerate(texts):
        try:
            values.append(read(text))
        except CellError as error:
            values.append(None)
            problems[index] = error
    return values, problems


def typed_array(values: Sequence[object], kind: Kind, places: npt.NDArray[np.intp]) -> Any:
    """Return ``values`` (None = missing) laid out by ``places`` as the pandas array of a kind."""
    if kind == "date":
        days = np.array([np.datetime64("NaT") if day is None else np.datetime64(str(day)) for day in values], "M8[ns]")
        return pd.array(days[places], dtype="datetime64[ns]")
    blank = np.array([value is None for value in values], dtype=bool)
    if DTYPES[kind] == "string":
        texts = np.empty(len(values), dtype=object)
        texts[:] = [pd.NA if value is None else value for value in values]
        return pd.array(texts[places], dtype="string")
    plain: dict[str, tuple[Any, Any]] = {
        "Int64": (np.int64, pd.arrays.IntegerArray),
        "Float64": (np.float64, pd.arrays.FloatingArray),
        "boolean": (np.bool_, pd.arrays.BooleanArray),
    }
    number_type, array_type = plain[DTYPES[kind]]
    numbers = np.array([0 if value is None else value for value in values], dtype=number_type)
    return array_type(numbers[places], blank[places])


def faults_at(
    rows: npt.NDArray[np.int64], values: Sequence[str], *, file: str, column: str, problem: str, cure: str
) -> list[Fault]:
    """Return one fault a row, up to the declared number, then one that counts the rest."""
    shown = zip(rows[:MOST_FAULTS_OF_A_KIND], values, strict=False)
    faults = [Fault(file, problem, cure, row=int(row), column=column, value=value) for row, value in shown]
    rest = len(rows) - MOST_FAULTS_OF_A_KIND
    if rest > 0:
        faults.append(Fault(file, f"{problem}（同じ誤りがほかに {rest:,} 件）", cure, column=column))
    return faults
