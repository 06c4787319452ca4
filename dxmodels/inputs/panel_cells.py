"""What does the panel's form ask, and what stands in each of its cells?

One reader a sheet. Every cell is read by its place, so that a heading that is not the one sent out (moved, sorted, renamed) stops the sheet; a cell outside its
range or empty is refused with what was found and how to mend it. Nothing is guessed.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from dxmodels.errors import Fault, InputError

SCORES, SWINGS, PAIRS, QUANTILES, COMMENTS = "評点", "重み", "一対比較", "分位点", "コメント"
HEAVIER = ("左", "同じ", "右")
LEVELS = ("5％点", "50％点", "95％点")
EXPERT_CELL = "B1"
FIRST_ROW = 4
_MOST_POINTS = 100.0
MOST_TIMES = 9.0  # Saaty's scale
_WRITTEN_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?")

Parts = dict[str, list[dict[str, Any]]]


@dataclass(frozen=True)
class PanelForm:
    """What the panel is asked: options, criteria with their rubric, quantile questions (seed questions have a known answer), best score."""

    options: tuple[str, ...]
    criteria: tuple[tuple[str, str], ...]
    questions: tuple[tuple[str, str, float | None], ...]
    best_score: int

    @property
    def pairs(self) -> tuple[tuple[str, str], ...]:
        """Every pair of criteria, in the order of the pairwise sheet."""
        return tuple(combinations((name for name, _ in self.criteria), 2))

    def __post_init__(self) -> None:
        """Refuse forms without options, criteria or a scale."""
        names = [name for name, _ in self.criteria]
        if len(self.options) < 2 or not names or len(set(names)) != len(names) or self.best_score < 2:
            raise InputError(
                [
                    Fault(
                        "評価表",
                        "選択肢・評価項目・最高点が足りません",
                        "選択肢は2つ以上、項目は重複なく、最高点は2以上にしてください",
                    )
                ]
            )


def read_scores(sheet: Any, expert: str, form: PanelForm, parts: Parts) -> None:
    """Read whole scores by criterion (rows) and option (columns)."""
    heads = [(FIRST_ROW - 1, column, option) for column, option in enumerate(form.options, start=3)]
    heads += [(row, 1, criterion) for row, (criterion, _) in enumerate(form.criteria, start=FIRST_ROW)]
    if _moved(sheet, heads, expert, SCORES, parts):
        return
    for row, (criterion, _) in enumerate(form.criteria, start=FIRST_ROW):
        for column, option in enumerate(form.options, start=3):
            cell = sheet.cell(row, column)
            value = _number(cell, expert, SCORES, 1.0, float(form.best_score), parts, whole=True)
            if value is not None:
                parts["scores"].append(
                    {"expert_id": expert, "option_ja": option, "criterion_ja": criterion, "score": value}
                )


def read_swings(sheet: Any, expert: str, form: PanelForm, parts: Parts) -> None:
    """Read swing points; the most important criterion has 100, and not all are 0."""
    heads = [(row, 1, criterion) for row, (criterion, _) in enumerate(form.criteria, start=FIRST_ROW)]
    if _moved(sheet, heads, expert, SWINGS, parts):
        return
    found: list[dict[str, Any]] = []
    points: list[float] = []
    for row, (criterion, _) in enumerate(form.criteria, start=FIRST_ROW):
        value = _number(sheet.cell(row, 2), expert, SWINGS, 0.0, _MOST_POINTS, parts)
        if value is not None:
            points.append(value)
            found.append({"expert_id": expert, "criterion_ja": criterion, "swing_points": value})
    if len(found) == len(form.criteria) and max(points) <= 0:
        _refuse(
            parts,
            expert,
            SWINGS,
            f"B{FIRST_ROW}",
            "すべて0",
            "最も大切な項目に点がありません",
            "最も大切な項目を100としてください",
        )
        return
    parts["swings"].extend(found)


def read_pairs(sheet: Any, expert: str, form: PanelForm, parts: Parts) -> None:
    """Read which of two criteria weighs more and how many times; the sheet may be left blank as a whole, not in part."""
    rows = list(enumerate(form.pairs, start=FIRST_ROW))
    if all(sheet.cell(row, column).value is None for row, _ in rows for column in (3, 4)):
        return
    if _moved(
        sheet,
        [(row, place, name) for row, pair in rows for place, name in enumerate(pair, start=1)],
        expert,
        PAIRS,
        parts,
    ):
        return
    found: list[dict[str, Any]] = []
    for row, (first, second) in rows:
        side, times = sheet.cell(row, 3), _number(sheet.cell(row, 4), expert, PAIRS, 1.0, MOST_TIMES, parts)
        word = str(side.value or "").strip()
        if word not in HEAVIER:
            cure = f"{'・'.join(HEAVIER)}のいずれかを入れてください"
            problem = "どちらが大切かの記入がありません" if not word else "選べない言葉です"
            _refuse(parts, expert, PAIRS, side.coordinate, word or "空欄", problem, cure)
            continue
        if times is not None and (word == HEAVIER[1]) != (times == 1.0):
            problem, cure = "「同じ」と倍率が食い違っています", "同じなら1、そうでなければ1より大きい数にしてください"
            _refuse(parts, expert, PAIRS, f"C{row}:D{row}", f"{word}・{times:g}", problem, cure)
            continue
        if times is not None:
            ratio = 1.0 / times if word == HEAVIER[2] else times
            found.append(
                {"expert_id": expert, "criterion_ja": first, "other_criterion_ja": second, "times_ratio": ratio}
            )
    if len(found) == len(rows):
        parts["pairs"].extend(found)


def read_quantiles(sheet: Any, expert: str, form: PanelForm, parts: Parts) -> None:
    """Read three quantiles a question; a question may be left open as a whole."""
    heads = [(row, 1, question) for row, (question, _, _) in enumerate(form.questions, start=FIRST_ROW)]
    if _moved(sheet, heads, expert, QUANTILES, parts):
        return
    for row, (question, _, realised) in enumerate(form.questions, start=FIRST_ROW):
        cells = [sheet.cell(row, column) for column in (3, 4, 5)]
        if all(cell.value is None for cell in cells):
            continue  # a question may be left open as a whole
        values = [_number(cell, expert, QUANTILES, float("-inf"), float("inf"), parts) for cell in cells]
        if any(value is None for value in values):
            continue
        low, middle, high = (float(value) for value in values if value is not None)
        if not low < middle < high:
            text = f"{low:g}・{middle:g}・{high:g}"
            _refuse(
                parts,
                expert,
                QUANTILES,
                f"C{row}:E{row}",
                text,
                "5％点＜50％点＜95％点になっていません",
                "小さい順に入れ直してください",
            )
            continue
        answer = {"p05_value": low, "p50_value": middle, "p95_value": high, "realised_value": realised}
        parts["quantiles"].append({"expert_id": expert, "question_ja": question, **answer})


def read_comments(sheet: Any, expert: str, parts: Parts) -> None:
    """Read comments; empty ones are none."""
    for topic, comment in sheet.iter_rows(min_row=FIRST_ROW, min_col=1, max_col=2, values_only=True):
        if comment is not None and str(comment).strip():
            parts["comments"].append(
                {"expert_id": expert, "topic_ja": str(topic or "全体"), "comment_ja": str(comment).strip()}
            )


def _moved(sheet: Any, heads: list[tuple[int, int, str]], expert: str, name: str, parts: Parts) -> bool:
    """Refuse every heading (row, column, words sent out) that is another one now; return whether there was any: the sheet is then not read."""
    wrong = False
    for row, column, expected in heads:
        cell = sheet.cell(row, column)
        found = str(cell.value or "").strip()
        if found != expected:
            wrong = True
            cure = f"「{expected}」に戻し、行や列の並びを配布時のままにしてください"
            _refuse(parts, expert, name, cell.coordinate, found or "空欄", "見出しが配布時と違います", cure)
    return wrong


def _number(
    cell: Any,
    expert: str,
    sheet: str,
    low: float,
    high: float,
    parts: Parts,
    *,
    whole: bool = False,
) -> float | None:
    value = _read_number(cell.value)
    span = f"{low:g}〜{high:g}の{'整数' if whole else '数'}" if high < float("inf") else "数"
    if value is None or (isinstance(value, str) and not value.strip()):
        _refuse(parts, expert, sheet, cell.coordinate, "空欄", "記入がありません", f"{span}を入れてください")
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        _refuse(parts, expert, sheet, cell.coordinate, str(value), "数ではありません", f"{span}を半角で入れてください")
        return None
    outside = not low <= value <= high
    if outside or (whole and value != int(value)):
        problem = "範囲の外です" if outside else "整数ではありません"
        _refuse(parts, expert, sheet, cell.coordinate, f"{value:g}", problem, f"{span}にしてください")
        return None
    return float(value)


def _read_number(value: Any) -> Any:
    """Return a number that was typed as text (full-width digits, thousands signs, blanks around it) as a number; anything else as it stands."""
    if not isinstance(value, str):
        return value
    written = unicodedata.normalize("NFKC", value).strip().replace(",", "")
    return float(written) if _WRITTEN_NUMBER.fullmatch(written) else value


def _refuse(parts: Parts, expert: str, sheet: str, cell: str, found: str, problem: str, cure: str) -> None:
    row = {
        "file_ja": "",
        "expert_id": expert,
        "sheet_ja": sheet,
        "cell_ja": cell,
        "found_ja": found,
        "problem_ja": problem,
        "cure_ja": cure,
    }
    parts["refused"].append(row)
