"""What leaves the gate for a planner: a workbook to work in and one page to read and print, both from the same parts.

A part is a question with its answer in one sentence, a table and notes; rooms make them, this file only prints.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

import pandas as pd
import xlsxwriter

from dxmodels.fiscal import era_text
from dxmodels.runs.display import cell_text, decimals_for, header_text, is_numeric
from dxmodels.runs.render.html import framed
from dxmodels.runs.tables import columns_of, rows_of

_STATE_FILLS = {"要修正": "#FBE3D6", "要確認": "#FFF6D6", "適合": "#E6F2E6"}
_WIDEST, _NARROWEST, _LINE_HEIGHT = 34, 10, 16


@dataclass(frozen=True, eq=False)
class DeskPart:
    """One question of a desk report: sheet name, title, answer in one sentence, table (None where it could not be computed) and notes."""

    sheet: str
    title: str
    lead: str
    table: pd.DataFrame | None
    notes: tuple[str, ...]


def write_gate_sheet(path: Path, parts: Sequence[DeskPart], *, title: str) -> Path:
    """Write one sheet a part to ``path`` and return it."""
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(str(path), options) as book:
        book.set_properties({"title": title, "created": dt.datetime(2026, 4, 1)})
        base = {"font_name": "Noto Sans CJK JP", "font_size": 10.5, "valign": "top"}
        styles = {
            "title": book.add_format({**base, "bold": True, "font_size": 13, "text_wrap": True}),
            "text": book.add_format({**base, "text_wrap": True}),
            "head": book.add_format({**base, "bold": True, "bg_color": "#DCEBF7", "border": 1, "text_wrap": True}),
            "cell": book.add_format({**base, "border": 1, "text_wrap": True}),
            "right": book.add_format({**base, "border": 1, "align": "right"}),
        }
        styles |= {state: book.add_format({**base, "border": 1, "bold": True, "bg_color": fill}) for state, fill in _STATE_FILLS.items()}  # fmt: skip
        for part in parts:
            _sheet(book.add_worksheet(part.sheet), styles, part)
    return path


def gate_page(parts: Sequence[DeskPart], *, title: str, subtitle: str) -> str:
    """Return one HTML page with every part, its table and its notes."""
    body = [
        f'<header class="top" role="banner"><div class="in"><p>{escape(subtitle)}</p><h1>{escape(title)}</h1></div></header><main id="main">'
    ]
    for part in parts:
        body.append(f'<article><h3>{escape(part.title)}</h3><p class="headline">{escape(part.lead)}</p>')
        body.append(_html_table(part))
        body.append("".join(f'<p class="small">{escape(note)}</p>' for note in part.notes) + "</article>")
    return framed(title, "".join(body) + "</main>")


def _texts(table: pd.DataFrame) -> tuple[list[str], list[bool], list[list[str]]]:
    columns, rows = columns_of(table), rows_of(table)
    lists = []
    for place, column in enumerate(columns):
        values = [row[place] for row in rows]
        decimals = decimals_for(column, values) if is_numeric(column) else None
        # A date leaves as 令和9年8月1日, as a letter would write it.
        lists.append([era_text(cell_text(value, column, "円", decimals=decimals)) for value in values])
    return (
        [header_text(column, "円") for column in columns],
        [is_numeric(column) for column in columns],
        [*map(list, zip(*lists, strict=True))],
    )


def _sheet(sheet: Any, styles: dict[str, Any], part: DeskPart) -> None:
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    if part.table is None:
        sheet.set_column(0, 0, 2 * _WIDEST)
        _words(sheet, styles, part, [2 * _WIDEST])
        return
    heads, right, lines = _texts(part.table)
    widths = [
        min(_WIDEST, max(_NARROWEST, 2 + 2 * max(len(text) for text in column)))
        for column in zip(heads, *lines, strict=True)
    ]
    for column, width in enumerate(widths):
        sheet.set_column(column, column, width)
    top = _words(sheet, styles, part, widths)
    for column, head in enumerate(heads):
        sheet.write_string(top, column, head, styles["head"])
    for row, line in enumerate(lines, start=top + 1):
        for column, text in enumerate(line):
            sheet.write_string(row, column, text, styles.get(text) or styles["right" if right[column] else "cell"])
        sheet.set_row(row, _height(line, widths))
    sheet.freeze_panes(top + 1, 0)
    sheet.repeat_rows(top)


def _words(sheet: Any, styles: dict[str, Any], part: DeskPart, widths: Sequence[int]) -> int:
    """Title, answer and notes over the whole width of the table; the row where the table begins."""
    texts = (part.title, part.lead, *part.notes)
    for row, text in enumerate(texts):
        style = styles["title" if row == 0 else "text"]
        if len(widths) > 1:
            sheet.merge_range(row, 0, row, len(widths) - 1, text, style)
        else:
            sheet.write_string(row, 0, text, style)
        sheet.set_row(row, _height([text], [sum(widths)]))
    return len(texts) + 1


def _height(texts: Sequence[str], widths: Sequence[int]) -> int:
    """Points for the longest cell of a row: Japanese letters are two wide."""
    return max(-(-2 * len(text) // width) for text, width in zip(texts, widths, strict=True)) * _LINE_HEIGHT + 2


def _html_table(part: DeskPart) -> str:
    if part.table is None:
        return ""
    heads, right, lines = _texts(part.table)
    head = "".join(
        f'<th scope="col" role="columnheader"{_number(is_right)}>{escape(text)}</th>'
        for text, is_right in zip(heads, right, strict=True)
    )
    body = "".join(
        '<tr role="row">'
        + "".join(
            f'<td role="cell"{_number(is_right)}>{_cell(text)}</td>' for text, is_right in zip(line, right, strict=True)
        )
        + "</tr>"
        for line in lines
    )
    return f'<div class="scroll" tabindex="0" role="region" aria-label="{escape(part.title)}"><table role="table"><thead role="rowgroup"><tr role="row">{head}</tr></thead><tbody role="rowgroup">{body}</tbody></table></div>'


def _number(is_right: bool) -> str:
    return ' class="n"' if is_right else ""


def _cell(text: str) -> str:
    shown = escape(text)
    return f"<strong>{shown}</strong>" if text in _STATE_FILLS else shown
