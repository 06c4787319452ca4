"""What stands on the first sheet: title, date, scenario and parameters with units, hashes, caveats, list of exhibits?"""

from __future__ import annotations

from typing import Any

from dxmodels.runs.document.model import Document
from dxmodels.runs.model import NOT_COMPUTABLE_JA, Exhibit
from dxmodels.runs.render.xlsx.formats import Formats


def write_cover(book: Any, formats: Formats, document: Document, named: list[tuple[str, Exhibit]]) -> None:
    """Write the cover sheet."""
    sheet = book.add_worksheet("表紙")
    sheet.set_column(0, 0, 26)
    sheet.set_column(1, 1, 66)
    sheet.set_column(2, 3, 14)
    row = _write_title(sheet, formats, document)
    for label, value in document.settings:
        row = _write_pair(sheet, formats, row, label, value)
    for notice in document.notices:
        row = _write_pair(sheet, formats, row, "注意", notice)
    for sentence in document.abstract:
        row = _write_pair(sheet, formats, row, "要旨", sentence)
    for share in document.shares:
        row = _write_pair(sheet, formats, row, f"見出しの数値（{share.grade}）", f"{share.count}個（{share.percent}）")
    for headline in document.headlines:
        spread = f"　幅：{headline.spread}" if headline.spread else ""
        row = _write_pair(sheet, formats, row, headline.label, f"{headline.value}［{headline.grade}］{spread}")
    for note in document.notes:
        row = _write_pair(sheet, formats, row, "注記", note)
    _write_contents(sheet, formats, row + 1, named)
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)


def _write_title(sheet: Any, formats: Formats, document: Document) -> int:
    sheet.write_string(0, 0, document.title, formats.title)
    sheet.write_string(1, 0, document.subtitle, formats.line)
    if document.mark:
        sheet.write_string(2, 0, document.mark, formats.mark)
    return 4


def _write_pair(sheet: Any, formats: Formats, row: int, label: str, value: str) -> int:
    sheet.write_string(row, 0, label, formats.label)
    sheet.write_string(row, 1, value, formats.text)
    return row + 1


def _write_contents(sheet: Any, formats: Formats, row: int, named: list[tuple[str, Exhibit]]) -> None:
    for place, title in enumerate(("シート", "題名", "区分", "データ")):
        sheet.write_string(row, place, title, formats.head)
    for offset, (name, exhibit) in enumerate(named, start=row + 1):
        sheet.write_string(offset, 0, name if exhibit.computable else exhibit.id, formats.body)
        sheet.write_string(offset, 1, exhibit.title, formats.body)
        sheet.write_string(offset, 2, exhibit.grade if exhibit.computable else NOT_COMPUTABLE_JA, formats.body)
        sheet.write_string(offset, 3, f"{name}_data" if exhibit.computable else "－", formats.body)
