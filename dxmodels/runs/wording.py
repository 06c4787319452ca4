"""What does the table say in one sentence, and what does the figure show to somebody who cannot see it?

Both are made from the exhibit's own table, so that they cannot contradict it; an alternative text written by hand is accepted
only if every number in it stands in the table.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from dxmodels.errors import ModelError
from dxmodels.money import UNITS_YEN, format_yen
from dxmodels.runs.display import cell_text, decimals_for, display_unit
from dxmodels.runs.model import NUMERIC_KINDS, Cell, Column

_NUMBER = re.compile(r"▲?\d[\d,]*(?:\.\d+)?")
_JAPANESE = r"[\u3001-\u30ff\u4e00-\u9fff\uff01-\uff9f]"
_WORD = r"[\u3041-\u30ff\u4e00-\u9fff％]"
# A number is closed up with what it counts; one that stands alone (2018年 102.2、除いた行 98、) keeps its space.
_SPACED = re.compile(rf"(?<={_JAPANESE}) (?=[▲＋－]?\d[\d,.〜]* ?{_WORD})|(?<=[\d％]) (?={_JAPANESE})")
_PREFERRED = ("yen", "rate", "number", "integer")
_LARGEST_LISTED = 3
Rows = Sequence[Sequence[Cell]]


def closed_up(text: str) -> str:
    """Return a sentence without spaces between Japanese and a number, as official documents write it (43 団体 → 43団体)."""
    return _SPACED.sub("", text)


def headline_of(columns: Sequence[Column], rows: Rows, unit: str) -> str:
    """Return one sentence about the table: its values (one row), first to last (years), or largest and smallest."""
    if not rows:
        return "該当する行はない。"
    value = _main_value(columns)
    if value is None:
        return f"{len(rows)}件を一覧にした。"
    if len(rows) == 1:
        return _one_row(columns, rows[0], unit)
    place = columns.index(value)
    known = [row for row in rows if row[place] is not None]
    if not known:
        return f"{value.label}は{len(rows)}件すべて不明である。"
    labels = _label_columns(columns)
    if labels and labels[0].kind in {"fiscal_year", "date"} and len(labels) == 1:
        return _first_to_last(columns, known, labels[0], value, unit)
    return _largest_and_smallest(columns, known, labels, value, unit)


def alternative_text(title: str, headline: str, columns: Sequence[Column], rows: Rows) -> str:
    """Return the alternative text of a figure: what it is about, what it says, and where its numbers stand."""
    shown = "、".join(column.label for column in columns if column.kind in NUMERIC_KINDS)
    return f"「{title}」の図。{headline}図の値（{shown or '件数'}、{len(rows)}行）は同じ番号の表にすべて示す。"


def check_alternative(alt: str, columns: Sequence[Column], rows: Rows, title: str) -> str:
    """Return ``alt`` if every number in it stands in the table or title (in any display unit); else raise ModelError."""
    allowed = _numbers_of(columns, rows) | set(_NUMBER.findall(title))
    strange = [number for number in _NUMBER.findall(alt) if number not in allowed]
    if strange:
        raise ModelError(
            f"代替テキストの数値 {'、'.join(strange)} が図表の表にありません。表と同じ値にするか、alt を省いて自動生成してください。"
        )
    return alt


def _numbers_of(columns: Sequence[Column], rows: Rows) -> set[str]:
    found = {str(len(rows)), str(len(columns))}
    for place, column in enumerate(columns):
        values = [row[place] for row in rows]
        decimals = decimals_for(column, values)
        for value in values:
            units = UNITS_YEN if column.kind == "yen" else ("",)
            for unit in units:
                found.update(_NUMBER.findall(cell_text(value, column, unit, decimals=decimals)))
    return found | {number.replace(",", "") for number in found}


def _main_value(columns: Sequence[Column]) -> Column | None:
    for kind in _PREFERRED:
        found = next((column for column in columns if column.kind == kind and not column.name.endswith("_rank")), None)
        if found is not None:
            return found
    return None


def _label_columns(columns: Sequence[Column]) -> list[Column]:
    """Columns that name a row; a code is left out where a name stands beside it."""
    words = [column for column in columns if column.kind in {"text", "choice", "fiscal_year", "date"}]
    codes = [column for column in columns if column.kind == "code"]
    return words or codes


def _row_name(columns: Sequence[Column], row: Sequence[Cell], labels: Sequence[Column]) -> str:
    parts = [cell_text(row[columns.index(label)], label, "") for label in labels[:2]]
    return "・".join(part for part in parts if part != "－") or "（名称なし）"


def _printed(columns: Sequence[Column], row: Sequence[Cell], column: Column, unit: str) -> str:
    value = row[columns.index(column)]
    if column.kind == "yen" and isinstance(value, int | float):
        return format_yen(value, display_unit(column, unit))
    shown = "％" if column.kind == "rate" else column.unit
    return cell_text(value, column, unit) + (shown if value is not None else "")


def _one_row(columns: Sequence[Column], row: Sequence[Cell], unit: str) -> str:
    values = [column for column in columns if column.kind in NUMERIC_KINDS][:_LARGEST_LISTED]
    return "、".join(f"{column.label}は{_printed(columns, row, column, unit)}" for column in values) + "である。"


def _first_to_last(columns: Sequence[Column], rows: Rows, time: Column, value: Column, unit: str) -> str:
    ordered = sorted(rows, key=lambda row: str(row[columns.index(time)]))
    first, last = ordered[0], ordered[-1]
    return (
        f"{value.label}は、{cell_text(first[columns.index(time)], time, unit)}の{_printed(columns, first, value, unit)}から"
        f"{cell_text(last[columns.index(time)], time, unit)}の{_printed(columns, last, value, unit)}となる。"
    )


def _largest_and_smallest(
    columns: Sequence[Column], rows: Rows, labels: Sequence[Column], value: Column, unit: str
) -> str:
    place = columns.index(value)
    ordered = sorted(rows, key=lambda row: float(row[place] or 0))
    low, high = ordered[0], ordered[-1]
    if not labels:
        return f"{value.label}は{_printed(columns, low, value, unit)}から{_printed(columns, high, value, unit)}である（{len(rows)}件）。"
    return (
        f"{value.label}は、{len(rows)}件のうち「{_row_name(columns, high, labels)}」が{_printed(columns, high, value, unit)}で最も大きく、"
        f"「{_row_name(columns, low, labels)}」が{_printed(columns, low, value, unit)}で最も小さい。"
    )
