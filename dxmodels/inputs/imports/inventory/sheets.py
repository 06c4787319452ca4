"""What stands on each sheet of an inventory as people keep it: texts, merged areas, what is hidden, what is struck through?

Nothing is required of the shape. A merged area says its text in every cell of it (``joined`` tells which cells only repeat), a number that
Excel shows divided by a thousand (display format ``#,##0,``) comes out with its true unit written behind it, a number shown as a percentage
with its ％, and a formula whose result was never saved as the formula itself, marked as unsaved: it must not pass for a value.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import openpyxl
import xlrd

from dxmodels.errors import Fault, InputError
from dxmodels.inputs.imports.grids import csv_lines
from dxmodels.inputs.raw import MOST_LINES, cell_text
from dxmodels.inputs.text_files import decode, read_bytes
from dxmodels.inputs.workbooks import sheet_label, sheet_names

_SUFFIXES = (".xlsx", ".xlsm", ".xls", ".csv")
_FORMULA = re.compile(rb"<(?:x:)?f[ >/]")
_SHEET_FILE = re.compile(r"xl/worksheets/[^/]+\.xml")
_QUOTED = re.compile(r'"[^"]*"|\[[^\]]*\]|\\.|_.')
_THOUSANDS = re.compile(r"[0#?](,+)(?![0#?])")
_LOOKED_AT_FOR_STRIKE = 4
Place = tuple[int, int]


@dataclass(frozen=True, eq=False)
class Sheet:
    """One sheet as text: line i stands in spreadsheet row i + 1; places are (line, column), both from 0."""

    label: str
    name: str
    lines: Sequence[Sequence[str]]
    joined: Mapping[Place, Place] = field(default_factory=dict)
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()
    struck_rows: frozenset[int] = frozenset()
    rescaled: frozenset[Place] = frozenset()
    unsaved: frozenset[Place] = frozenset()
    is_hidden: bool = False


def read_inventory_sheets(path: Path) -> list[Sheet]:
    """Return every sheet of ``path`` that holds anything; raise InputError where the file cannot be read."""
    suffix = path.suffix.lower()
    if suffix not in _SUFFIXES:
        cure = f"{'、'.join(_SUFFIXES)} のいずれかで保存し直してください"
        raise InputError([Fault(path.name, "この種類のファイルは読めません", cure)])
    if suffix == ".csv":
        sheets = [Sheet(path.name, path.stem, csv_lines(decode(read_bytes(path), file=path.name), file=path.name))]
    else:
        sheets = _xls(path) if suffix == ".xls" else _xlsx(path)
    filled = [sheet for sheet in sheets if any(any(cell.strip() for cell in line) for line in sheet.lines)]
    if not filled:
        raise InputError([Fault(path.name, "どのシートも空です", "台帳の入ったファイルを指定してください")])
    long = [sheet.label for sheet in filled if len(sheet.lines) > MOST_LINES]
    if long:
        cure = f"{MOST_LINES:,} 行以内に分けてください"
        raise InputError([Fault(label, f"{MOST_LINES:,} 行を超えています", cure) for label in long])
    return filled


def _xlsx(path: Path) -> list[Sheet]:
    sheet_names(path)  # refuses passwords, damage and archives that unpack to an absurd size
    book = openpyxl.load_workbook(path, data_only=True, keep_links=False)
    formulas = openpyxl.load_workbook(path, keep_links=False) if _holds_formulas(path) else None
    return [
        _sheet_of(path, sheet, formulas[sheet.title] if formulas is not None else None) for sheet in book.worksheets
    ]


def _holds_formulas(path: Path) -> bool:
    with zipfile.ZipFile(path) as archive:
        names = [name for name in archive.namelist() if _SHEET_FILE.fullmatch(name)]
        return any(_FORMULA.search(archive.read(name)) for name in names)


def _sheet_of(path: Path, sheet: Any, formulas: Any) -> Sheet:
    lines: list[list[str]] = []
    struck: set[int] = set()
    rescaled: set[Place] = set()
    for index, row in enumerate(sheet.iter_rows()):
        texts = []
        for cell in row:
            text, is_rescaled = _text_of(cell)
            texts.append(text)
            if is_rescaled:
                rescaled.add((index, len(texts) - 1))
        lines.append(texts)
        if _is_struck(row):
            struck.add(index)
    unsaved = _unsaved(lines, formulas)
    joined = _spread(lines, [area.bounds for area in sheet.merged_cells.ranges])
    return Sheet(
        sheet_label(path, sheet.title), sheet.title, lines, joined,
        frozenset(number - 1 for number, facts in sheet.row_dimensions.items() if facts.hidden),
        _hidden_columns(sheet), frozenset(struck), frozenset(rescaled), unsaved, sheet.sheet_state != "visible",
    )  # fmt: skip


def _text_of(cell: Any) -> tuple[str, bool]:
    """Return the text of a cell, and whether its display hides a factor of thousands that the text now states."""
    value = cell.value
    text = cell_text(value)
    if isinstance(value, (int, float)) and not isinstance(value, bool) and cell.has_style:
        shape = _QUOTED.sub("", str(cell.number_format).partition(";")[0])
        if "%" in shape:
            return f"{cell_text(round(value * 100, 10))}%", False
        if _THOUSANDS.search(shape):
            return f"{text}円", True
    return text, False


def _is_struck(row: Sequence[Any]) -> bool:
    filled = [cell for cell in row[:_LOOKED_AT_FOR_STRIKE] if cell.value is not None]
    return any(cell.has_style and cell.font.strike for cell in filled)


def _hidden_columns(sheet: Any) -> frozenset[int]:
    hidden: set[int] = set()
    for facts in sheet.column_dimensions.values():
        if facts.hidden:
            hidden.update(range((facts.min or 1) - 1, facts.max or facts.min or 1))
    return frozenset(hidden)


def _unsaved(lines: list[list[str]], formulas: Any) -> frozenset[Place]:
    """Put the formula where its result was never saved, and say where."""
    if formulas is None:
        return frozenset()
    found: set[Place] = set()
    for index, row in enumerate(formulas.iter_rows(values_only=True)):
        for position, value in enumerate(row):
            if isinstance(value, str) and value.startswith("=") and not lines[index][position]:
                lines[index][position] = value
                found.add((index, position))
    return frozenset(found)


def _spread(lines: list[list[str]], areas: Sequence[tuple[int, int, int, int]]) -> dict[Place, Place]:
    """Write the text of each merged area (first column, first row, last column, last row; from 1) into all its cells."""
    joined: dict[Place, Place] = {}
    for left, top, right, bottom in areas:
        origin = (top - 1, left - 1)
        for index in range(top - 1, min(bottom, len(lines))):
            for position in range(left - 1, min(right, len(lines[index]))):
                if (index, position) != origin:
                    lines[index][position] = lines[origin[0]][origin[1]]
                    joined[index, position] = origin
    return joined


def _xls(path: Path) -> list[Sheet]:
    try:
        book = xlrd.open_workbook(file_contents=read_bytes(path), formatting_info=True)
    except (xlrd.XLRDError, xlrd.compdoc.CompDocError, AssertionError, IndexError, ValueError) as error:
        cure = "パスワードを外し、「Excelブック（.xlsx）」で保存し直してください"
        raise InputError([Fault(path.name, "旧形式のExcelブックとして開けません", cure)]) from error
    return [_old_sheet(path, book, sheet) for sheet in book.sheets()]


def _old_sheet(path: Path, book: Any, sheet: Any) -> Sheet:
    lines = [[_old_text(book, sheet.cell(row, column)) for column in range(sheet.ncols)] for row in range(sheet.nrows)]
    areas = [(left + 1, top + 1, right, bottom) for top, bottom, left, right in sheet.merged_cells]
    return Sheet(
        sheet_label(path, sheet.name), sheet.name, lines, _spread(lines, areas),
        frozenset(row for row, facts in sheet.rowinfo_map.items() if facts.hidden),
        frozenset(column for column, facts in sheet.colinfo_map.items() if facts.hidden),
        is_hidden=bool(sheet.visibility),
    )  # fmt: skip


def _old_text(book: Any, cell: Any) -> str:
    if cell.ctype == xlrd.XL_CELL_DATE:
        try:
            return cell_text(xlrd.xldate_as_datetime(cell.value, book.datemode))
        except (ValueError, OverflowError):
            return cell_text(cell.value)
    if cell.ctype == xlrd.XL_CELL_ERROR:
        return str(xlrd.error_text_from_code.get(cell.value, "#N/A"))
    return cell_text(bool(cell.value) if cell.ctype == xlrd.XL_CELL_BOOLEAN else cell.value)
