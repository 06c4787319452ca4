"""What stands in a file before anything is understood: a header and columns of text, each line knowing its spreadsheet row.

Limits (declared here, refused with a cure beyond them): 1 GB a file, 3,000,000 lines a table.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np
import numpy.typing as npt
import pandas as pd

from dxmodels.errors import Fault, InputError

MOST_BYTES = 1_000_000_000
MOST_LINES = 3_000_000
_HEADER_ROW = 1
_BATCH = 500  # fewer than the 700 new containers after which Python looks for garbage among all the old ones


@dataclass(frozen=True, eq=False)
class RawTable:
    """One table as text: ``cells[i]`` is the column under ``header[i]``; ``rows`` are the lines' spreadsheet rows (header = 1).

    ``faults`` holds lines that could not be laid under the header (too long or too short); they are not among the cells.
    """

    file: str
    header: tuple[str, ...]
    cells: tuple[Sequence[str], ...]
    rows: npt.NDArray[np.int64]
    faults: tuple[Fault, ...] = ()


def raw_from_lines(file: str, lines: Iterable[Sequence[str]]) -> RawTable:
    """Return the table whose first line is the header; blank lines are left out, lines of another length become faults.

    Lines are taken in batches and laid into columns at once, so that a million of them never exist side by side.
    """
    source = iter(lines)
    header = _header(file, next(source, []))
    width = len(header)
    columns: list[list[str]] = [[] for _ in header]
    rows: list[int] = []
    faults: list[Fault] = []
    first = _HEADER_ROW + 1
    while batch := list(islice(source, _BATCH)):
        kept = [index for index, line in enumerate(batch) if (line and line[0].strip()) or "".join(line).strip()]
        straight = [index for index in kept if len(batch[index]) == width or _fits(batch[index], width)]
        if len(straight) < len(kept):
            odd = sorted(set(kept) - set(straight))
            faults += [_odd_line(file, batch[index], first + index, width) for index in odd]
        for column, cells in zip(columns, zip(*(batch[index] for index in straight), strict=False), strict=False):
            column.extend(cells)
        rows.extend(first + index for index in straight)
        first += len(batch)
        if len(rows) > MOST_LINES:
            raise InputError(
                [Fault(file, f"{MOST_LINES:,} 行を超えています", f"{MOST_LINES:,} 行以内に分けてください")]
            )
    return RawTable(file, header, tuple(columns), np.asarray(rows, dtype=np.int64), tuple(faults))


def raw_from_frame(frame: pd.DataFrame, *, file: str) -> RawTable:
    """Return a table held in memory as if it had been read from a file: its first row counts as row 2."""
    cells = tuple([cell_text(value) for value in frame[name].array] for name in frame.columns)
    rows = np.arange(2, len(frame) + 2, dtype=np.int64)
    return RawTable(file, tuple(str(name) for name in frame.columns), cells, rows)


def cell_text(value: object) -> str:
    """Return a value of a spreadsheet cell or a frame as the text a CSV file would hold; missing values are blank."""
    if isinstance(value, str):
        return value
    if value is None or value is pd.NA or value is pd.NaT:
        return ""
    if isinstance(value, (bool, np.bool_)):
        return "true" if value else "false"
    if isinstance(value, (float, np.floating)):
        return _float_text(float(value))
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if value.time() == dt.time() else value.isoformat(sep=" ")
    if isinstance(value, np.datetime64):
        return "" if np.isnat(value) else cell_text(pd.Timestamp(value).to_pydatetime())
    return str(value)


def digest_of_frame(frame: pd.DataFrame) -> str:
    """Return the SHA-256 of a frame's content as CSV text."""
    return hashlib.sha256(frame.to_csv(index=False, lineterminator="\n").encode("utf-8")).hexdigest()


def _float_text(value: float) -> str:
    if value != value:
        return ""
    return str(int(value)) if value.is_integer() and abs(value) < 1e16 else repr(value)


def _header(file: str, line: Sequence[str]) -> tuple[str, ...]:
    if not "".join(line).strip():
        raise InputError([Fault(file, "1行目が空行です", "1行目に列名を書いてください", row=_HEADER_ROW)])
    return tuple(line)


def _fits(line: Sequence[str], width: int) -> bool:
    """A line may be longer than the header only by empty cells."""
    return len(line) > width and not "".join(line[width:]).strip()


def _odd_line(file: str, line: Sequence[str], row: int, width: int) -> Fault:
    problem = f"列の数が {len(line)} で、見出しの {width} と合いません"
    cure = '値の中の「,」や改行を「"」で囲むか、行の区切りを直してください'
    return Fault(file, problem, cure, row=int(row), value=",".join(line))
