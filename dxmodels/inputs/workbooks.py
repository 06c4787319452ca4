"""What stands in an Excel workbook: one table a sheet, named like the table?

Values are read as a person sees them after calculation. Refused with a cure: the old .xls format, a password, merged cells, formulas
whose results were never saved (they would read as blanks), and archives that unpack to an absurd size.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import openpyxl

from dxmodels.errors import Fault, InputError
from dxmodels.inputs.raw import MOST_BYTES, RawTable, cell_text, raw_from_lines
from dxmodels.inputs.text_files import read_bytes

_OLE_HEADER = b"\xd0\xcf\x11\xe0"
_FORMULA = re.compile(rb"<(?:x:)?f[ >/]")
_MERGE = re.compile(rb"<(?:x:)?mergeCell ")
_SHEET_FILE = re.compile(r"xl/worksheets/[^/]+\.xml")


def sheet_names(path: Path) -> tuple[str, ...]:
    """Return the names of the sheets of ``path``; raise InputError where it is no readable workbook."""
    book = _open(path)
    try:
        return tuple(book.sheetnames)
    finally:
        book.close()


def read_sheets(path: Path, sheets: Sequence[str]) -> dict[str, RawTable]:
    """Return the header and columns of the named sheets as text; raise InputError with every fault of all of them."""
    values = _lines_of(path, sheets, data_only=True)
    faults = _merged_cells(path, sheets)
    if _mentions(path, _FORMULA):
        faults += _unsaved_results(path, values)
    tables: dict[str, RawTable] = {}
    for sheet, lines in values.items():
        try:
            tables[sheet] = raw_from_lines(sheet_label(path, sheet), lines)
        except InputError as error:
            faults += error.faults
    if faults:
        raise InputError(faults)
    return tables


def has_rows(path: Path, sheet: str) -> bool:
    """Return whether anything stands below the first line of a sheet."""
    book = _open(path)
    try:
        return any(
            cell_text(value).strip() for line in book[sheet].iter_rows(min_row=2, values_only=True) for value in line
        )
    finally:
        book.close()


def sheet_label(path: Path, sheet: str) -> str:
    """Return how a sheet is named in messages."""
    return f"{path.name}［{sheet}］"


def _open(path: Path, *, data_only: bool = True) -> Any:
    data = read_bytes(path)[:8]
    if data.startswith(_OLE_HEADER):
        cure = "パスワードを外し、「Excelブック（.xlsx）」で保存し直してください"
        raise InputError([Fault(path.name, "パスワード付き、または旧形式（.xls）のファイルです", cure)])
    try:
        with zipfile.ZipFile(path) as archive:
            unpacked = sum(entry.file_size for entry in archive.infolist())
        if unpacked > MOST_BYTES:
            raise InputError([Fault(path.name, f"展開すると {unpacked:,} バイトになります", "表を分けてください")])
        return openpyxl.load_workbook(path, read_only=True, data_only=data_only, keep_links=False)
    except (zipfile.BadZipFile, KeyError, ValueError, OSError, SyntaxError) as error:
        raise InputError(
            [Fault(path.name, "Excelブックとして開けません", "Excelで開いて.xlsxで保存し直してください")]
        ) from error


def _lines_of(path: Path, sheets: Sequence[str], *, data_only: bool) -> dict[str, list[Sequence[str]]]:
    book = _open(path, data_only=data_only)
    try:
        return {sheet: _straight([*map(_texts, book[sheet].iter_rows(values_only=True))]) for sheet in sheets}
    finally:
        book.close()


def _texts(line: Sequence[object]) -> list[str]:
    return [cell_text(value) for value in line]


def _straight(lines: list[list[str]]) -> list[Sequence[str]]:
    """Give all lines the width of the widest filled one: Excel's used range is often wider or ragged."""
    width = max((index + 1 for line in lines for index, cell in enumerate(line) if cell.strip()), default=0)
    return [[*line[:width], *[""] * (width - len(line))] for line in lines]


def _unsaved_results(path: Path, values: dict[str, list[Sequence[str]]]) -> list[Fault]:
    """A workbook written by a program may hold formulas without their results: those cells would read as blanks."""
    cure = "Excelで開いて保存し直すか、値だけを貼り付けてください"
    return [
        Fault(sheet_label(path, sheet), "数式の計算結果が保存されていません", cure, row=row, value=cell)
        for sheet, lines in _lines_of(path, list(values), data_only=False).items()
        for row, (line, seen) in enumerate(zip(lines, values[sheet], strict=False), start=1)
        for position, cell in enumerate(line)
        if cell.startswith("=") and not (position < len(seen) and seen[position])
    ]


def _merged_cells(path: Path, sheets: Sequence[str]) -> list[Fault]:
    """Merged cells hide values: only the first keeps one."""
    if not _mentions(path, _MERGE):
        return []
    book = openpyxl.load_workbook(path)
    cure = "結合を解除し、1つの値を1つのセルに入れてください"
    return [
        Fault(sheet_label(path, sheet), f"結合セルがあります（{area.coord}）", cure, row=area.min_row)
        for sheet in sheets
        for area in sorted(book[sheet].merged_cells.ranges, key=lambda area: (area.min_row, area.min_col))
    ]


def _mentions(path: Path, mark: re.Pattern[bytes]) -> bool:
    with zipfile.ZipFile(path) as archive:
        sheets = [name for name in archive.namelist() if _SHEET_FILE.fullmatch(name)]
        return any(mark.search(archive.read(name)) for name in sheets)
