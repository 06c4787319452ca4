"""The scoring workbook that goes out to the panel: scores with rubric, swing weights, pairwise comparisons, quantile questions, comments."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pandas as pd
import xlsxwriter

from dxmodels.inputs.panel_cells import (
    COMMENTS,
    EXPERT_CELL,
    FIRST_ROW,
    HEAVIER,
    LEVELS,
    MOST_TIMES,
    PAIRS,
    QUANTILES,
    SCORES,
    SWINGS,
    PanelForm,
)

_WIDTH_NAME, _WIDTH_RUBRIC, _WIDTH_COMMENT, _WIDTH_SCORE = 24, 44, 90, 16
_COMMENT_ROWS = 20
_INSTRUCTION_HEIGHT = 34
_A4_PAPER = 9
_LINE_HEIGHT = 16
REPLIES = "これまでの意見と回答"


def write_panel_sheet(
    path: str | Path, form: PanelForm, *, expert_id: str = "", earlier: pd.DataFrame | None = None
) -> Path:
    """Write one expert's workbook to ``path`` and return it; cells accept only values within their range.

    ``earlier``: the comments of the editions before with their replies and changes, shown to the panel on a sheet of its own.
    """
    target = Path(path)
    book = xlsxwriter.Workbook(str(target), {"strings_to_formulas": False, "strings_to_urls": False})
    head = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bg_color": "#DCEBF7", "border": 1})
    entry = book.add_format({"border": 1, "bg_color": "#FFFBE6"})
    text = book.add_format({"text_wrap": True, "valign": "top", "border": 1})
    _scores(book, form, expert_id, head, entry, text)
    _swings(book, form, head, entry, text)
    _pairs(book, form, head, entry, text)
    _quantiles(book, form, head, entry, text)
    _comments(book, form, head, entry, text)
    if earlier is not None and len(earlier):
        _replies(book, earlier, head, text)
    for sheet in book.worksheets():  # printed by members who write by hand: landscape A4, one page wide
        sheet.set_landscape()
        sheet.set_paper(_A4_PAPER)
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(FIRST_ROW - 2)
        sheet.set_footer(f"&L委員 {expert_id}&C&A&R&P / &N")
    book.close()
    return target


def _instruct(book: Any, sheet: Any, row: int, last_column: int, words: str) -> None:
    """Write what the member is asked over the whole width, so that no word is cut on paper."""
    sheet.merge_range(row, 0, row, last_column, words, book.add_format({"text_wrap": True, "valign": "vcenter"}))
    sheet.set_row(row, _INSTRUCTION_HEIGHT)


def _height(words: str, width: int) -> float:
    """Return the height of a row (points) whose ``words`` wrap in a column of ``width``: a Japanese character takes two places."""
    return _LINE_HEIGHT * max(1, math.ceil(2 * len(words) / width))


def _scores(book: Any, form: PanelForm, expert_id: str, head: Any, entry: Any, text: Any) -> None:
    sheet = book.add_worksheet(SCORES)
    sheet.write("A1", "委員ID", head)
    sheet.write(EXPERT_CELL, expert_id, entry)
    _instruct(
        book,
        sheet,
        1,
        1 + len(form.options),
        f"各選択肢を、評価項目の目安に照らして1（最低）〜{form.best_score}（最高）の整数で評価してください。",
    )
    sheet.write_row(FIRST_ROW - 2, 0, ["評価項目", "目安", *form.options], head)
    for row, (criterion, rubric) in enumerate(form.criteria, start=FIRST_ROW - 1):
        sheet.write_row(row, 0, [criterion, rubric], text)
        sheet.set_row(row, _height(rubric, _WIDTH_RUBRIC))
        for column in range(2, 2 + len(form.options)):
            sheet.write_blank(row, column, None, entry)
    last = FIRST_ROW - 2 + len(form.criteria)
    rule = {"validate": "integer", "criteria": "between", "minimum": 1, "maximum": form.best_score, "error_title": "範囲の外です", "error_message": f"1〜{form.best_score}の整数"}  # fmt: skip
    sheet.data_validation(FIRST_ROW - 1, 2, last, 1 + len(form.options), rule)
    sheet.set_column(0, 0, _WIDTH_NAME)
    sheet.set_column(1, 1, _WIDTH_RUBRIC)
    sheet.set_column(2, 1 + len(form.options), _WIDTH_SCORE)


def _swings(book: Any, form: PanelForm, head: Any, entry: Any, text: Any) -> None:
    sheet = book.add_worksheet(SWINGS)
    _instruct(
        book,
        sheet,
        0,
        2,
        "すべてが最低の状態から一つだけ最高にできるなら、どれを選びますか。その項目を100とし、ほかは比べて0〜100の点を付けてください。",
    )
    sheet.write_row(FIRST_ROW - 2, 0, ["評価項目", "点（0〜100）"], head)
    for row, (criterion, _) in enumerate(form.criteria, start=FIRST_ROW - 1):
        sheet.write(row, 0, criterion, text)
        sheet.write_blank(row, 1, None, entry)
    rule = {"validate": "decimal", "criteria": "between", "minimum": 0, "maximum": 100, "error_title": "範囲の外です", "error_message": "0〜100の数"}  # fmt: skip
    sheet.data_validation(FIRST_ROW - 1, 1, FIRST_ROW - 2 + len(form.criteria), 1, rule)
    sheet.set_column(0, 2, _WIDTH_NAME)


def _pairs(book: Any, form: PanelForm, head: Any, entry: Any, text: Any) -> None:
    sheet = book.add_worksheet(PAIRS)
    _instruct(
        book,
        sheet,
        0,
        3,
        "左右の項目のどちらがどれだけ大切かを、倍率1（同じ）〜9（極めて大切）で入れてください。比べにくい場合は、このシート全体を空けてください。",
    )
    sheet.write_row(
        FIRST_ROW - 2,
        0,
        ["左の項目", "右の項目", f"大切な側（{'・'.join(HEAVIER)}）", f"倍率（1〜{MOST_TIMES:g}）"],
        head,
    )
    for row, pair in enumerate(form.pairs, start=FIRST_ROW - 1):
        sheet.write_row(row, 0, pair, text)
        sheet.write_blank(row, 2, None, entry)
        sheet.write_blank(row, 3, None, entry)
    last = FIRST_ROW - 2 + max(1, len(form.pairs))
    sheet.data_validation(FIRST_ROW - 1, 2, last, 2, {"validate": "list", "source": list(HEAVIER)})
    rule = {"validate": "decimal", "criteria": "between", "minimum": 1, "maximum": MOST_TIMES, "error_title": "範囲の外です", "error_message": f"1〜{MOST_TIMES:g}の数"}  # fmt: skip
    sheet.data_validation(FIRST_ROW - 1, 3, last, 3, rule)
    sheet.set_column(0, 3, _WIDTH_NAME)


def _quantiles(book: Any, form: PanelForm, head: Any, entry: Any, text: Any) -> None:
    sheet = book.add_worksheet(QUANTILES)
    _instruct(
        book,
        sheet,
        0,
        4,
        "実際の値がこれより小さい可能性が5％・50％・95％となる値を入れてください。資料や報告書を見ずにお答えください。分からない問いは3つとも空けてください。",
    )
    sheet.write_row(FIRST_ROW - 2, 0, ["問い", "単位", *LEVELS], head)
    for row, (question, unit, _) in enumerate(form.questions, start=FIRST_ROW - 1):
        sheet.write_row(row, 0, [question, unit], text)
        for column in (2, 3, 4):
            sheet.write_blank(row, column, None, entry)
    sheet.set_column(0, 0, _WIDTH_COMMENT)


def _comments(book: Any, form: PanelForm, head: Any, entry: Any, text: Any) -> None:
    sheet = book.add_worksheet(COMMENTS)
    _instruct(
        book, sheet, 0, 1, "評価の理由、加えるべき選択肢・項目、数値への疑問をお書きください。次の版で回答します。"
    )
    sheet.write_row(FIRST_ROW - 2, 0, ["対象", "意見"], head)
    topics = [*form.options, *(name for name, _ in form.criteria)]
    for row in range(FIRST_ROW - 1, FIRST_ROW - 1 + max(_COMMENT_ROWS, len(topics))):
        number = row - FIRST_ROW + 1
        sheet.write(row, 0, topics[number] if number < len(topics) else "", text)
        sheet.write_blank(row, 1, None, entry)
    sheet.set_column(0, 0, _WIDTH_NAME)
    sheet.set_column(1, 1, _WIDTH_COMMENT)


def _replies(book: Any, earlier: pd.DataFrame, head: Any, text: Any) -> None:
    sheet = book.add_worksheet(REPLIES)
    _instruct(book, sheet, 0, 4, "これまでの意見と、その回答・変更した箇所です。このシートへの記入は不要です。")
    sheet.write_row(FIRST_ROW - 2, 0, ["初出の版", "対象", "意見", "回答", "変更した箇所"], head)
    columns = ["first_edition", "topic_ja", "comment_ja", "reply_ja", "change_ja"]
    for row, line in enumerate(earlier[columns].fillna("").astype(str).to_numpy().tolist(), start=FIRST_ROW - 1):
        sheet.write_row(row, 0, line, text)
        sheet.set_row(row, max(_height(words, _WIDTH_RUBRIC) for words in line[2:]))
    sheet.set_column(0, 1, _WIDTH_NAME)
    sheet.set_column(2, 4, _WIDTH_RUBRIC)
