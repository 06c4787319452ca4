"""What stands on the sheets of a list kept by somebody else, cell by cell, as text?

CSV (UTF-8 or cp932), xlsx and the old xls. Nothing is required of the shape: titles above the header, merged headings, several sheets.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import openpyxl
import xlrd

from dxmodels.errors import Fault, InputError
from dxmodels.inputs.raw import MOST_LINES, cell_text
from dxmodels.inputs.text_files import decode, read_bytes
from dxmodels.inputs.workbooks import sheet_label, sheet_names

_SUFFIXES = (".csv", ".xlsx", ".xlsm", ".xls")


@dataclass(frozen=True, eq=False)
class Grid:
    """One sheet: how it is named in messages, and its lines; line i stands in spreadsheet row i + 1."""

    label: str
    lines: Sequence[Sequence[str]]


def read_grids(path: Path) -> list[Grid]:
    """Return every sheet of ``path`` that holds anything; raise InputError where the file cannot be read."""
    suffix = path.suffix.lower()
    if suffix not in _SUFFIXES:
        cure = f"{'、'.join(_SUFFIXES)} のいずれかで保存し直してください"
        raise InputError([Fault(path.name, "この種類のファイルは読めません", cure)])
    if suffix == ".csv":
        return [Grid(path.name, csv_lines(decode(read_bytes(path), file=path.name), file=path.name))]
    grids = _xls(path) if suffix == ".xls" else _xlsx(path)
    for grid in grids:
        _refuse_too_long(grid.label, grid.lines)
    return [grid for grid in grids if any(any(line) for line in grid.lines)]


def csv_lines(text: str, *, file: str) -> list[list[str]]:
    """Return the lines of a CSV text; a tab-separated one is told by its first line."""
    first = text.partition("\n")[0]
    mark = "\t" if "\t" in first and "," not in first else ","
    try:
        lines = list(csv.reader(io.StringIO(text, newline=""), delimiter=mark, strict=False))
    except csv.Error as error:
        raise InputError([Fault(file, "CSVとして読めません", f"引用符の対応を確かめてください（{error}）")]) from error
    _refuse_too_long(file, lines)
    return lines


def _refuse_too_long(label: str, lines: Sequence[Sequence[str]]) -> None:
    if len(lines) > MOST_LINES:
        raise InputError([Fault(label, f"{MOST_LINES:,} 行を超えています", f"{MOST_LINES:,} 行以内に分けてください")])


def _xlsx(path: Path) -> list[Grid]:
    names = sheet_names(path)  # refuses passwords, damage and archives that unpack to an absurd size
    book = openpyxl.load_workbook(path, read_only=True, data_only=True, keep_links=False)
    try:
        return [
            Grid(sheet_label(path, name), _sheet_lines(book[name]))
            for name in names
            if hasattr(book[name], "iter_rows")
        ]
    finally:
        book.close()


def _sheet_lines(sheet: Any) -> list[list[str]]:
    sheet.reset_dimensions()  # some programs write a wrong used range
    return [[cell_text(value) for value in line] for line in sheet.iter_rows(values_only=True)]


def _xls(path: Path) -> list[Grid]:
    try:
        book = xlrd.open_workbook(file_contents=read_bytes(path), on_demand=True)
    except (xlrd.XLRDError, xlrd.compdoc.CompDocError, AssertionError, IndexError, ValueError) as error:
        cure = "パスワードを外し、「Excelブック（.xlsx）」で保存し直してください"
        raise InputError([Fault(path.name, "旧形式のExcelブックとして開けません", cure)]) from error
    return [Grid(sheet_label(path, name), _xls_lines(book, book.sheet_by_name(name))) for name in book.sheet_names()]


def _xls_lines(book: Any, sheet: Any) -> list[list[str]]:
    return [[_xls_text(book, cell) for cell in sheet.row(index)] for index in range(sheet.nrows)]


def _xls_text(book: Any, cell: Any) -> str:
    if cell.ctype == xlrd.XL_CELL_DATE:
        try:
            return cell_text(xlrd.xldate_as_datetime(cell.value, book.datemode))
        except (ValueError, OverflowError):
            return cell_text(cell.value)
    if cell.ctype == xlrd.XL_CELL_BOOLEAN:
        return "true" if cell.value else "false"
    if cell.ctype == xlrd.XL_CELL_ERROR:
        return str(xlrd.error_text_from_code.get(cell.value, "#N/A"))
    return cell_text(cell.value)
