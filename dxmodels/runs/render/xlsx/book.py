"""How does a document become a workbook: cover, one tidy and one print sheet an exhibit, data dictionary?

Tidy sheets follow 総務省「統計表における機械判読可能なデータの表記方法の統一ルール」: one value a cell, numbers as numbers, no merged
cell, one header row with the unit, code and name in columns of their own, nothing above or below the table. Texts are written as
texts: no formula and no link is ever made of a value.
"""

from __future__ import annotations

import datetime as dt
import io
import itertools
from collections.abc import Sequence

import xlsxwriter

from dxmodels.runs.document.model import Document, Page
from dxmodels.runs.model import Exhibit
from dxmodels.runs.render.xlsx.cover import write_cover
from dxmodels.runs.render.xlsx.dictionary import write_dictionary
from dxmodels.runs.render.xlsx.formats import Formats
from dxmodels.runs.render.xlsx.sheets import write_print_sheet, write_tidy_sheet

_SHEET_NAME_LIMIT = 31
Named = list[tuple[str, Exhibit]]


def document_xlsx(document: Document, pages: Sequence[Page]) -> bytes:
    """Return the workbook of a document; the same document gives the same bytes."""
    target = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(target, options)
    day = dt.datetime.combine(dt.date.fromisoformat(document.as_of_iso), dt.time())
    book.set_properties(
        {"title": document.title, "author": document.author, "comments": document.run_id, "created": day}
    )
    formats = Formats(book)
    named = _named(pages)
    write_cover(book, formats, document, named)
    for name, exhibit in named:
        if exhibit.computable:
            write_print_sheet(book, formats, name, exhibit, document)
            write_tidy_sheet(book, formats, f"{name}_data", exhibit)
    write_dictionary(book, formats, named)
    book.close()
    return target.getvalue()


def _named(pages: Sequence[Page]) -> Named:
    """Return every exhibit with the name of its sheets, unique and within Excel's limit."""
    named: Named = []
    taken: set[str] = set()
    longest = _SHEET_NAME_LIMIT - len("_data")
    for page in pages:
        for exhibit in page.results.exhibits:
            stem = page.stem(exhibit)
            endings = (f"~{number}" for number in itertools.count(2))
            name = stem[:longest]
            while name.lower() in taken:
                ending = next(endings)
                name = stem[: longest - len(ending)] + ending
            taken.add(name.lower())
            named.append((name, exhibit))
    return sorted(named, key=lambda entry: entry[0])
