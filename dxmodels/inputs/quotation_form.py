"""Into which form does a vendor write a quotation so that it can be checked, and what does the filled form say?

One sheet: the head (number, title, vendor, system, date, fiscal year, tax) and one row a line, totals included as the vendor states them. Amounts are
read as people write them (full-width digits, ▲, 千円). Unreadable cells are faults with cell, value and cure; all are shown at once.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
import openpyxl
import pandas as pd
import xlsxwriter

from dxmodels.errors import Fault, InputError
from dxmodels.inputs.imports.aliases import plain
from dxmodels.inputs.imports.inventory.values import read_value
from dxmodels.inputs.raw import RawTable, cell_text
from dxmodels.inputs.schemas import TABLES, choice_label_ja
from dxmodels.inputs.schemas.choices import choice_value
from dxmodels.inputs.schemas.quotations import LINE_KINDS
from dxmodels.inputs.tables import check_table

SHEET = "見積書"
_SPEC = TABLES["quotations"]
_HEAD = (
    ("見積番号", "quotation_id"), ("件名", "title_ja"), ("見積事業者（IDまたは名称）", "vendor_id"), ("システムID", "system_id"),
    ("見積日", "quoted_date"), ("対象年度", "fiscal_year"), ("金額の税の別", "tax_included"),
)  # fmt: skip
_LINES = (
    ("行の種類", "line_kind"), ("経費項目", "cost_item"), ("作業・品目", "quoted_work_ja"), ("職種", "engineer_role_ja"), ("人数", "people_fte"),
    ("期間（月）", "term_months"), ("数量", "quantity_value"), ("単位", "quantity_unit_ja"), ("単価（円）", "unit_price_yen"), ("金額（円）", "quoted_yen"),
)  # fmt: skip
_WIDTHS = (12, 24, 40, 10, 8, 10, 10, 8, 14, 16)
_HEADER_ROW = len(_HEAD) + 2
_HOW_TO = (
    "記入のお願い：1行に1つの作業・品目をお書きください。人件費に当たる行は、職種・人数・期間・数量（人月）・人月単価をお示しください。"
    "「一式」は内訳をお示しできない場合に限ります。諸経費・値引き・小計・消費税・合計も行としてお書きください（値引きは負の数）。"
)
_TAX = {"税抜": "false", "税込": "true"}
_BLANK_LINES = 200
_SAYS_SOMETHING = (_LINES.index(("作業・品目", "quoted_work_ja")) + 1, _LINES.index(("金額（円）", "quoted_yen")) + 1)


def write_quotation_form(path: Path) -> None:
    """Write the blank form, with lists for the kinds of line, cost items and tax."""
    options = {"strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(str(path), options) as book:
        book.set_properties({"title": "見積書様式", "created": dt.datetime(2026, 4, 1)})
        base = {"font_name": "Noto Sans CJK JP", "font_size": 10, "valign": "top"}
        head = book.add_format({**base, "bold": True, "bg_color": "#DCEBF7", "border": 1})
        entry = book.add_format({**base, "bg_color": "#FFFBE6", "border": 1})
        money = book.add_format({**base, "bg_color": "#FFFBE6", "border": 1, "num_format": '#,##0;[Red]"▲"#,##0'})
        sheet = book.add_worksheet(SHEET)
        for row, (title, name) in enumerate(_HEAD):
            sheet.write_string(row, 0, title, head)
            sheet.write_blank(row, 1, None, entry)
            if name == "tax_included":
                sheet.data_validation(row, 1, row, 1, {"validate": "list", "source": list(_TAX)})
        sheet.write_string(0, 2, _HOW_TO, book.add_format({**base, "text_wrap": True}))
        for column, ((title, name), width) in enumerate(zip(_LINES, _WIDTHS, strict=True)):
            style = money if name.endswith("_yen") else entry
            sheet.set_column(column, column, width)
            sheet.write_string(_HEADER_ROW - 1, column, title, head)
            for row in range(_HEADER_ROW, _HEADER_ROW + _BLANK_LINES):
                sheet.write_blank(row, column, None, style)
        last = _HEADER_ROW + _BLANK_LINES - 1
        kinds = [choice_label_ja("line_kind", kind) for kind in LINE_KINDS]
        items = [choice_label_ja("cost_item", item) for item in _SPEC.facts["cost_item"].choices]
        sheet.data_validation(_HEADER_ROW, 0, last, 0, {"validate": "list", "source": kinds})
        sheet.data_validation(_HEADER_ROW, 1, last, 1, {"validate": "list", "source": items})
        sheet.freeze_panes(_HEADER_ROW, 0)


def read_quotation_form(path: str | Path) -> pd.DataFrame:
    """Return a filled form as rows of the table quotations; raise InputError with every fault of it."""
    file = Path(path)
    sheet = _open(file)
    faults: list[Fault] = []
    head = {name: _read_head(file, sheet, row, title, name, faults) for row, (title, name) in enumerate(_HEAD, start=1)}
    lines = [
        row
        for row in range(_HEADER_ROW + 1, sheet.max_row + 1)
        if any(_text(sheet, row, column) for column in _SAYS_SOMETHING)
    ]
    if not lines:
        cure = f"{_HEADER_ROW + 1} 行目から、1行に1つの作業・品目を書いてください"
        faults.append(Fault(file.name, "明細がありません", cure, _HEADER_ROW + 1))
    records = [
        {**head, "quotation_line_number": str(place), **_read_line(file, sheet, row, faults)}
        for place, row in enumerate(lines, start=1)
    ]
    cells = tuple([str(record.get(name, "")) for record in records] for name in _SPEC.columns)
    checked = check_table(RawTable(file.name, _SPEC.columns, cells, np.asarray(lines, dtype=np.int64)), _SPEC)
    faults += [] if faults else list(checked.faults)
    if faults:
        raise InputError(faults)
    return checked.frame


def _open(file: Path) -> Any:
    try:
        book = openpyxl.load_workbook(file, data_only=True)
    except (OSError, KeyError, ValueError, BadZipFile, openpyxl.utils.exceptions.InvalidFileException) as error:
        cure = "見積書様式（dx quotation blank で作成）に記入した .xlsx を指定してください"
        raise InputError([Fault(file.name, "見積書として開けません", cure)]) from error
    if SHEET not in book.sheetnames:
        raise InputError(
            [Fault(file.name, f"シート「{SHEET}」がありません", "見積書様式のシート名を変えないでください")]
        )
    sheet = book[SHEET]
    titles = [_text(sheet, _HEADER_ROW, column) for column in range(1, len(_LINES) + 1)]
    if titles != [title for title, _ in _LINES]:
        cure = f"{_HEADER_ROW} 行目の見出しを様式のとおりにしてください：{'、'.join(title for title, _ in _LINES)}"
        raise InputError([Fault(file.name, "見出しが様式と違います", cure, _HEADER_ROW)])
    return sheet


def _text(sheet: Any, row: int, column: int) -> str:
    return cell_text(sheet.cell(row, column).value).strip()


def _read_head(file: Path, sheet: Any, row: int, title: str, name: str, faults: list[Fault]) -> str:
    text = _text(sheet, row, 2)
    if name == "tax_included":
        if text and text not in _TAX:
            faults.append(
                Fault(file.name, "税の別が選択肢にありません", "税抜 か 税込 にしてください", row, title, text)
            )
        return _TAX.get(text, "")
    if not text and not _SPEC.facts[name].nullable:
        faults.append(Fault(file.name, "空欄です", f"{title}を書いてください", row, title))
    return _read(file, row, title, name, text, faults)


def _read_line(file: Path, sheet: Any, row: int, faults: list[Fault]) -> dict[str, str]:
    found = {}
    for column, (title, name) in enumerate(_LINES, start=1):
        text = _text(sheet, row, column)
        if name == "line_kind":
            kind = choice_value("line_kind", text) if text else "work"
            if kind is None:
                labels = "、".join(choice_label_ja("line_kind", known) for known in LINE_KINDS)
                faults.append(
                    Fault(file.name, "行の種類が選択肢にありません", f"{labels} のいずれか", row, title, text)
                )
            found[name] = kind or ""
        elif name == "cost_item":
            item = choice_value("cost_item", text) if text else ""
            if item is None:
                faults.append(
                    Fault(file.name, "経費項目が選択肢にありません", "様式の一覧から選んでください", row, title, text)
                )
            found[name] = item or ""
        else:
            found[name] = _read(file, row, title, name, text, faults)
    if found["line_kind"] == "total":
        found["tax_included"] = "true"
    return found


def _read(file: Path, row: int, title: str, name: str, text: str, faults: list[Fault]) -> str:
    facts = _SPEC.facts[name]
    if facts.kind == "text":
        return plain(text) if name == "quantity_unit_ja" else text
    reading = read_value(text, facts, 1)
    if reading.problem:
        faults.append(Fault(file.name, reading.problem, reading.cure, row, title, text))
    return reading.text
