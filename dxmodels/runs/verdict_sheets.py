"""The workbook that goes out to the reviewers of duplicate services: how to judge, and one row a pair with its evidence."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import xlsxwriter

from dxmodels.errors import ModelError
from dxmodels.inputs.verdicts import (
    DATE_CELL,
    DIFFERENT,
    HEADING_ROW,
    LEFT,
    REASON,
    REVIEWER_CELL,
    RIGHT,
    SAME,
    SHEET,
    UNDECIDED,
    VERDICT,
    VERDICTS,
)

GUIDE = "記入方法"
_GUIDE_LINES = (
    ("何を判定するか", "左右のサービスが「同じ利用者に、同じ種類の用を足すもの」で、一つにまとめても利用者が困らないかを判定してください。"),
    (f"「{SAME}」", "一つにまとめても用が足りる。名称や画面の違い、所管の違いは問いません。"),
    (f"「{DIFFERENT}」", "法令・対象者・扱う情報が異なる、または一つにまとめると用が足りなくなる。理由の欄に一言お書きください。"),
    (f"「{UNDECIDED}」", "概要だけでは分からない。空欄のままでも構いません（未記入として数えます）。"),
    ("判定の使い道", "「同じ」は統合の検討の候補に、「違う」は候補から外します。判定は確率の推定にも使います。廃止の決定ではありません。"),
    ("触れないでください", "色の付いた欄だけに記入してください。IDと見出しを変えると読み取れません。行の並べ替え・絞り込みは構いません。"),
    ("返送", "ファイル名を変えても読み取れます。判定者の欄（所属・氏名）は必ず記入してください。"),
)  # fmt: skip
_COLUMNS = (
    ("番号", "", 5), (LEFT, "left", 7), ("名称（左）", "left_name_ja", 14), ("概要（左）", "left_text_ja", 24),
    (RIGHT, "right", 7), ("名称（右）", "right_name_ja", 14), ("概要（右）", "right_text_ja", 24), ("同じ確率（推計）", "probability_share", 8),
    ("共通する語", "shared_words_ja", 12), ("共通する主題", "shared_topics_ja", 12), ("種別", "channel_match_ja", 9),
    ("対象者", "audience_match_ja", 10), ("部局", "department_match_ja", 9), (VERDICT, "", 11), (REASON, "", 14),
)  # fmt: skip  # together a width that stays readable on A4 landscape
_GUIDE_WIDTHS = (22, 72)
_LINE_HEIGHT = 16
_ENTRIES = (VERDICT, REASON)


def write_verdict_sheet(path: str | Path, pairs: pd.DataFrame, *, reviewer: str = "", most: int = 200) -> Path:
    """Write the first ``most`` pairs (from ``services.explain_pairs``) to a workbook that can be mailed, and return its path.

    Raises ModelError where the pairs carry no evidence columns or there are none.
    """
    missing = [name for _, name, _ in _COLUMNS if name and name not in pairs.columns and name != "probability_share"]
    if missing or pairs.empty:
        raise ModelError(
            "判定票に載せる組がないか、根拠の列がありません。候補の組に根拠を付けてから書き出してください。"
        )
    target = Path(path)
    book = xlsxwriter.Workbook(str(target), {"strings_to_formulas": False, "strings_to_urls": False})
    _guide(book)
    _verdicts(book, pairs.head(most), reviewer)
    book.close()
    return target


def _guide(book: Any) -> None:
    sheet = book.add_worksheet(GUIDE)
    title = book.add_format({"bold": True, "font_size": 14})
    head = book.add_format({"bold": True, "valign": "top", "text_wrap": True, "bg_color": "#DCEBF7", "border": 1})
    text = book.add_format({"valign": "top", "text_wrap": True, "border": 1})
    sheet.write("A1", "重複サービスの判定票　記入方法", title)
    for row, (name, line) in enumerate(_GUIDE_LINES, start=2):
        sheet.write(row, 0, name, head)
        sheet.write(row, 1, line, text)
        sheet.set_row(row, _height((name, line), _GUIDE_WIDTHS))
    for place, width in enumerate(_GUIDE_WIDTHS):
        sheet.set_column(place, place, width)
    sheet.hide_gridlines(2)
    _page(sheet, landscape=False)


def _verdicts(book: Any, pairs: pd.DataFrame, reviewer: str) -> None:
    sheet = book.add_worksheet(SHEET)
    head = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bg_color": "#DCEBF7", "border": 1})
    entry = book.add_format({"border": 1, "bg_color": "#FFFBE6", "locked": False, "text_wrap": True, "valign": "top"})
    text = book.add_format({"text_wrap": True, "valign": "top", "border": 1})
    share = book.add_format({"valign": "top", "border": 1, "num_format": "0%"})
    sheet.write("A1", "判定者", head)
    sheet.merge_range(
        f"{REVIEWER_CELL}:C1", reviewer, entry
    )  # the reader finds what is written in the first of the joined cells
    sheet.write("D1", "判定日", head)
    sheet.merge_range(f"{DATE_CELL}:F1", "", entry)
    sheet.set_row(0, 2 * _LINE_HEIGHT)
    sheet.write(
        "A2",
        f"色の付いた欄に記入してください（判定は {'・'.join(VERDICTS)} から選択）。記入方法のシートもご覧ください。",
    )
    widths = [width for _, _, width in _COLUMNS]
    sheet.write_row(HEADING_ROW - 1, 0, [name for name, _, _ in _COLUMNS], head)
    sheet.set_row(HEADING_ROW - 1, _height([name for name, _, _ in _COLUMNS], widths))
    for row, (_, pair) in enumerate(pairs.iterrows(), start=HEADING_ROW):
        _row(sheet, row, row - HEADING_ROW + 1, pair, {"text": text, "entry": entry, "share": share})
        texts = [str(pair[name]) if name and name != "probability_share" else "" for _, name, _ in _COLUMNS]
        sheet.set_row(row, _height(texts, widths))
    _protect(sheet, HEADING_ROW, HEADING_ROW + len(pairs) - 1)
    for place, (_, _, width) in enumerate(_COLUMNS):
        sheet.set_column(place, place, width)
    sheet.freeze_panes(HEADING_ROW, 3)
    sheet.repeat_rows(HEADING_ROW - 1)
    _page(sheet, landscape=True)
    sheet.activate()


def _row(sheet: Any, row: int, number: int, pair: pd.Series[Any], formats: dict[str, Any]) -> None:
    for place, (heading, name, _) in enumerate(_COLUMNS):
        if heading in _ENTRIES:
            sheet.write_blank(row, place, None, formats["entry"])
        elif name == "probability_share":
            value = pair.get(name)
            sheet.write(row, place, "" if value is None or pd.isna(value) else float(value), formats["share"])
        else:
            sheet.write(row, place, str(pair[name]) if name else number, formats["text"])


def _height(texts: Sequence[str], widths: Sequence[int]) -> int:
    """Points for the longest cell of a row (a Japanese letter is two wide): programs do not fit the height of a file they did not write."""
    return max(-(-2 * len(text) // width) for text, width in zip(texts, widths, strict=True)) * _LINE_HEIGHT + 2


def _protect(sheet: Any, first: int, last: int) -> None:
    """Only the coloured cells can be written, the verdict only from its list; sorting and filtering stay allowed."""
    place = [name for name, _, _ in _COLUMNS].index(VERDICT)
    sheet.data_validation(
        first, place, last, place,
        {
            "validate": "list", "source": list(VERDICTS), "input_title": "判定", "input_message": "一覧から選んでください",
            "error_title": "選択肢にない記入です", "error_message": f"{'・'.join(VERDICTS)} のいずれかを選んでください",
        },
    )  # fmt: skip
    sheet.autofilter(first - 1, 0, last, len(_COLUMNS) - 1)
    sheet.protect("", {"sort": True, "autofilter": True, "format_columns": True, "format_rows": True})


def _page(sheet: Any, *, landscape: bool) -> None:
    """Set A4 paper, one page wide, so that a printout can be filled by hand."""
    if landscape:
        sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.set_footer("&C&P / &N")
