"""How is one exhibit written: tidy for machines (stored values), and as a print sheet (printed units, filter, one page wide)?"""

from __future__ import annotations

from typing import Any

from dxmodels.money import truncate_to_unit
from dxmodels.runs.display import decimals_for, display_unit, header_text, is_numeric, text_width, texts_of
from dxmodels.runs.document.items import MARK
from dxmodels.runs.document.model import Document
from dxmodels.runs.model import Cell, Column, Exhibit
from dxmodels.runs.render.xlsx.formats import Formats

_WIDEST, _NARROWEST = 48, 8
_TABLE_TOP = 5  # rows of title, headline, grade and unit above the table of a print sheet
_PAPER_A4 = 9
_WIDE_COLUMNS = 7
_NO_SEPARATOR = ("_number", "_row", "_column", "year")


def write_tidy_sheet(book: Any, formats: Formats, name: str, exhibit: Exhibit) -> None:
    """Write the table as stored: one header row (label and unit), one value a cell, nothing else."""
    sheet = book.add_worksheet(name)
    for place, column in enumerate(exhibit.columns):
        header = (
            f"{column.label}（{column.unit}）"
            if column.unit and f"（{column.unit}）" not in column.label
            else column.label
        )
        sheet.write_string(0, place, header, formats.line)
        sheet.set_column(place, place, min(_WIDEST, max(_NARROWEST, text_width(header) + 2)))
    for row_number, row in enumerate(exhibit.rows, start=1):
        for place, value in enumerate(row):
            _write_stored(sheet, row_number, place, value)


def write_print_sheet(book: Any, formats: Formats, name: str, exhibit: Exhibit, document: Document) -> None:
    """Write the table as printed, with title, headline, filter, frozen header, and a page set-up one page wide."""
    sheet = book.add_worksheet(name)
    last_row, last_column = _TABLE_TOP + len(exhibit.rows), max(0, len(exhibit.columns) - 1)
    sheet.write_string(0, 0, f"{exhibit.id}　{exhibit.title}", formats.title)
    sheet.write_string(1, 0, exhibit.headline, formats.bold)
    sheet.write_string(2, 0, f"区分：{exhibit.grade}", formats.line)
    if exhibit.illustrative:
        sheet.write_string(3, 0, MARK, formats.mark)
    for place, column in enumerate(exhibit.columns):
        sheet.write_string(_TABLE_TOP, place, header_text(column, exhibit.unit), formats.head)
        _write_column(sheet, formats, place, column, exhibit)
    for offset, (label, sentences) in enumerate(_notes(exhibit)):
        sheet.write_string(last_row + 2 + offset, 0, f"{label}：{sentences}", formats.line)
    _set_up_page(sheet, exhibit, document, last_row, last_column)


def _write_column(sheet: Any, formats: Formats, place: int, column: Column, exhibit: Exhibit) -> None:
    values = [row[place] for row in exhibit.rows]
    texts = [row[place] for row in texts_of(exhibit)]
    decimals = _decimals(column, values, exhibit.unit)
    for offset, (value, text) in enumerate(zip(values, texts, strict=True), start=_TABLE_TOP + 1):
        number = _printed_number(value, column, exhibit.unit, decimals)
        if number is None:
            sheet.write_string(offset, place, text, formats.body)
        else:
            plain = column.name.endswith(_NO_SEPARATOR)
            sheet.write_number(offset, place, number, formats.year if plain else formats.number(decimals))
    width = max((text_width(text) for text in (*texts, *_halves(header_text(column, exhibit.unit)))), default=0)
    sheet.set_column(place, place, min(_WIDEST, max(_NARROWEST, width + 2)))


def _printed_number(value: Cell, column: Column, unit: str, decimals: int) -> float | None:
    """Return the number as printed (truncated amounts, percentages), None for anything that is no number."""
    if not is_numeric(column) or value is None or isinstance(value, bool | str):
        return None
    if column.kind == "yen":
        return float(truncate_to_unit(value, display_unit(column, unit), decimals=decimals))
    if column.kind == "rate":
        return round(value * 100, decimals)
    return round(float(value), decimals)


def _decimals(column: Column, values: list[Cell], unit: str) -> int:
    if column.kind == "yen":
        return 1 if display_unit(column, unit) == "億円" else 0
    return 1 if column.kind == "rate" else decimals_for(column, values)


def _write_stored(sheet: Any, row: int, place: int, value: Cell) -> None:
    if value is None:
        return
    if isinstance(value, bool):
        sheet.write_boolean(row, place, value)
    elif isinstance(value, str):
        sheet.write_string(row, place, value)
    else:
        sheet.write_number(row, place, value)


def _notes(exhibit: Exhibit) -> list[tuple[str, str]]:
    notes = [("読み方", text) for text in exhibit.reading] + [("限界", text) for text in exhibit.limits]
    return [*notes, *(("出典", f"{source.label}　{source.detail}".strip()) for source in exhibit.sources)]


def _set_up_page(sheet: Any, exhibit: Exhibit, document: Document, last_row: int, last_column: int) -> None:
    sheet.freeze_panes(_TABLE_TOP + 1, 1)
    if exhibit.rows:
        sheet.autofilter(_TABLE_TOP, 0, last_row, last_column)
    sheet.repeat_rows(_TABLE_TOP)
    sheet.set_paper(_PAPER_A4)
    sheet.fit_to_pages(1, 0)
    sheet.set_margins(left=0.87, right=0.87, top=0.94, bottom=0.94)
    if len(exhibit.columns) > _WIDE_COLUMNS:
        sheet.set_landscape()
    mark = f"&R{MARK}" if exhibit.illustrative else ""
    sheet.set_header(f"&L{_plain(document.title)}{mark}")
    sheet.set_footer(f"&L実行 {document.run_id}&C&P / &N&R{_plain(document.as_of)} 時点")


def _plain(text: str) -> str:
    """Return text for a page header, where & starts a command; cut so that the whole stays below Excel's 255 characters."""
    return text.replace("&", "&&")[:120]


def _halves(header: str) -> tuple[str, str]:
    """Return a long header as the two lines it will wrap to."""
    return (
        (header, "")
        if text_width(header) <= 2 * _NARROWEST
        else (header[: (len(header) + 1) // 2], header[(len(header) + 1) // 2 :])
    )
