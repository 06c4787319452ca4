"""What stands in a file before anything is understood: a header and columns of text, each line knowing its spreadsheet row.

Limits (declared here, refused with a cure beyond them): 1 GB a file, 3,000,000 lines a table.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from dxmodels.errors import Fault, InputError

MOST_BYTES = 1_000_000_000
MOST_LINES = 3_000_000
_HEADER_ROW = 1


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


def raw_from_lines(file: str, lines: list[Sequence[str]], rows: Sequence[int]) -> RawTable:
    """Return the table whose first line is the header; blank lines are left out, odd lines become faults."""
    kept = [index for index, line in enumerate(lines) if any(line) and not all(not cell.strip() for cell in line)]
    if not kept:
        raise InputError([Fault(file, "ファイルが空です", "1行目に列名、2行目からデータを入れてください")])
    if rows[kept[0]] != _HEADER_ROW:
        raise InputError([Fault(file, "1行目が空行です", "1行目を列名の行にしてください", row=1)])
    if len(kept) - 1 > MOST_LINES:
        cure = f"{MOST_LINES:,} 行以内に分けてください"
        raise InputError([Fault(file, f"{len(kept) - 1:,} 行あり多すぎます", cure)])
    header = _without_empty_tail(lines[kept[0]])
    width = len(header)
    straight = [index for index in kept[1:] if len(lines[index]) == width or _fits(lines[index], width)]
    faults = tuple(_odd_line(file, lines[i], rows[i], width) for i in sorted(set(kept[1:]) - set(straight)))
    body = [line if len(line) == width else line[:width] for line in (lines[index] for index in straight)]
    columns: tuple[Sequence[str], ...] = tuple(zip(*body, strict=True)) if body else tuple(() for _ in header)
    return RawTable(file, header, columns, np.asarray([rows[index] for index in straight], dtype=np.int64), faults)


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


def _without_empty_tail(header: Sequence[str]) -> tuple[str, ...]:
    """Excel often writes empty columns after the last one; they end the header."""
    width = max(index + 1 for index, cell in enumerate(header) if cell.strip())
    return tuple(header[:width])


def _fits(line: Sequence[str], width: int) -> bool:
    return len(line) > width and not any(cell.strip() for cell in line[width:])


def _odd_line(file: str, line: Sequence[str], row: int, width: int) -> Fault:
    problem = f"列の数が {len(line)} で、見出しの {width} と合いません"
    cure = '値の中の「,」や改行を「"」で囲むか、行の区切りを直してください'
    return Fault(file, problem, cure, row=int(row), value=",".join(line))
