"""The sheet that goes back to the vendor: a letter, the questions with room for the answers, and the lines they are about.

It holds what the vendor wrote and what is asked, never a threshold of ours or a price of anybody else.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pandas as pd
import xlsxwriter

from dxmodels.glossary import label_ja
from dxmodels.inputs.raw import cell_text
from dxmodels.inputs.schemas import choice_label_ja

LETTER, QUESTIONS, LINES = "照会", "質問票", "見積明細"
_QUESTION_COLUMNS = ("question_number", "line_ja", "written_ja", "quotation_question_ja")
_ANSWERS = ("ご回答", "修正後の金額（円、該当する場合）")
_LINE_COLUMNS = ("quotation_line_number", "line_kind", "cost_item", "quoted_work_ja", "engineer_role_ja", "people_fte", "term_months", "quantity_value", "quantity_unit_ja", "unit_price_yen", "quoted_yen")  # fmt: skip
_QUESTION_WIDTHS, _LINE_WIDTHS = (6, 8, 34, 70, 50, 22), (6, 10, 22, 36, 8, 8, 12, 10, 10, 14, 16)
_LINE_HEIGHT, _LETTERS_A_LINE = 15, 34


def write_quotation_questions(path: str | Path, questions: pd.DataFrame, lines: pd.DataFrame, *, title: str) -> Path:
    """Write the workbook to ``path`` and return it; ``questions`` and ``lines`` as the review and the table quotations hold them."""
    target = Path(path)
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(str(target), options) as book:
        book.set_properties({"title": f"見積内容の照会（{title}）", "created": dt.datetime(2026, 4, 1)})
        base = {"font_name": "Noto Sans CJK JP", "font_size": 10.5, "valign": "top", "text_wrap": True}
        styles = {
            "text": book.add_format({**base, "border": 1}),
            "head": book.add_format({**base, "bold": True, "bg_color": "#DCEBF7", "border": 1}),
            "entry": book.add_format({**base, "bg_color": "#FFFBE6", "border": 1}),
            "money": book.add_format({**base, "border": 1, "num_format": '#,##0;[Red]"▲"#,##0'}),
            "letter": book.add_format(base),
        }
        _letter(book.add_worksheet(LETTER), styles, title, len(questions))
        _questions(book.add_worksheet(QUESTIONS), styles, questions)
        _lines(book.add_worksheet(LINES), styles, lines)
    return target


def _letter(sheet: Any, styles: dict[str, Any], title: str, count: int) -> None:
    sheet.set_column(0, 0, 100)
    sheet.set_paper(9)
    paragraphs = (
        "（事業者名）　御中",
        f"「{title}」のお見積について（照会）",
        "平素より大変お世話になっております。",
        f"ご提出いただきました標記のお見積について、内容を確認いたしましたところ、お尋ねしたい点が{count}件ございます。"
        "お手数をおかけしますが、別シート「質問票」の「ご回答」欄にご記入のうえ、ご返送くださいますようお願い申し上げます。",
        "金額の修正を要する場合は、「修正後の金額」欄にご記入いただくか、見積書の再提出をお願いいたします。",
        "この照会は内容の確認を目的とするものであり、契約を約するものではありません。",
        "回答期限：令和　　年　　月　　日（　）",
        "担当：（部局・課・氏名・連絡先）",
    )
    for row, text in enumerate(paragraphs):
        sheet.write_string(row * 2, 0, text, styles["letter"])


def _questions(sheet: Any, styles: dict[str, Any], questions: pd.DataFrame) -> None:
    heads = [*(label_ja(name) for name in _QUESTION_COLUMNS), *_ANSWERS]
    _head(sheet, styles, heads, _QUESTION_WIDTHS)
    for row, record in enumerate(questions.to_dict("records"), start=1):
        for column, name in enumerate(_QUESTION_COLUMNS):
            value = record[name]
            if name == "question_number":
                sheet.write_number(row, column, int(value), styles["text"])
            else:
                sheet.write_string(row, column, str(value), styles["text"])
        sheet.write_blank(row, len(_QUESTION_COLUMNS), None, styles["entry"])
        sheet.write_blank(row, len(_QUESTION_COLUMNS) + 1, None, styles["money"])
        height = (
            1 + max(len(str(record["quotation_question_ja"])), 2 * len(str(record["written_ja"]))) // _LETTERS_A_LINE
        )
        sheet.set_row(row, max(2, height) * _LINE_HEIGHT)


def _lines(sheet: Any, styles: dict[str, Any], lines: pd.DataFrame) -> None:
    _head(sheet, styles, [label_ja(name) for name in _LINE_COLUMNS], _LINE_WIDTHS)
    for row, record in enumerate(lines.to_dict("records"), start=1):
        for column, name in enumerate(_LINE_COLUMNS):
            value = record.get(name)
            if value is None or pd.isna(value):
                sheet.write_blank(row, column, None, styles["text"])
            elif isinstance(value, str):
                sheet.write_string(row, column, choice_label_ja(name, value), styles["text"])
            else:
                style = styles["money"] if name.endswith("_yen") else styles["text"]
                sheet.write_number(row, column, float(cell_text(value)), style)


def _head(sheet: Any, styles: dict[str, Any], heads: list[str], widths: tuple[int, ...]) -> None:
    for column, (text, width) in enumerate(zip(heads, widths, strict=True)):
        sheet.set_column(column, column, width)
        sheet.write_string(0, column, text, styles["head"])
    sheet.freeze_panes(1, 0)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
