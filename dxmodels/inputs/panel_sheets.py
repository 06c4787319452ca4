"""What did each expert write into the scoring workbook, and why was a cell refused?

A filled workbook has five sheets (評点, 重み, 一対比較, 分位点, コメント) as ``runs.panel_sheets.write_panel_sheet`` makes them. Cells are read one by one: a
cell outside its range or empty is refused with sheet, cell, what was found and how to mend it; everything else is kept. Nothing is guessed.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import openpyxl
import pandas as pd

from dxmodels.errors import Fault, InputError

SCORES, SWINGS, PAIRS, QUANTILES, COMMENTS = "評点", "重み", "一対比較", "分位点", "コメント"
HEAVIER = ("左", "同じ", "右")
LEVELS = ("5％点", "50％点", "95％点")
EXPERT_CELL = "B1"
FIRST_ROW = 4
_MOST_POINTS = 100.0
MOST_TIMES = 9.0  # Saaty's scale
_COLUMNS: dict[str, tuple[str, ...]] = {
    "scores": ("expert_id", "option_ja", "criterion_ja", "score"),
    "swings": ("expert_id", "criterion_ja", "swing_points"),
    "pairs": ("expert_id", "criterion_ja", "other_criterion_ja", "times_ratio"),
    "quantiles": ("expert_id", "question_ja", "p05_value", "p50_value", "p95_value", "realised_value"),
    "comments": ("expert_id", "topic_ja", "comment_ja"),
    "refused": ("expert_id", "sheet_ja", "cell_ja", "found_ja", "problem_ja", "cure_ja"),
}


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


@dataclass(frozen=True, eq=False)
class PanelSheets:
    """Answers of all experts and the refused cells; ``pairs`` only of experts whose pairwise sheet is complete."""

    scores: pd.DataFrame
    swings: pd.DataFrame
    pairs: pd.DataFrame
    quantiles: pd.DataFrame
    comments: pd.DataFrame
    refused: pd.DataFrame
    experts: tuple[str, ...] = field(default=())

    def complete(self) -> PanelSheets:
        """Return only the experts without a refused score or weight; the others are named in ``refused``."""
        blocked = set(self.refused.loc[self.refused["sheet_ja"].isin([SCORES, SWINGS]), "expert_id"])
        kept = tuple(expert for expert in self.experts if expert not in blocked)

        def only(frame: pd.DataFrame) -> pd.DataFrame:
            return frame[frame["expert_id"].isin(kept)].reset_index(drop=True)

        return PanelSheets(
            only(self.scores),
            only(self.swings),
            only(self.pairs),
            only(self.quantiles),
            only(self.comments),
            self.refused,
            kept,
        )


def read_panel_sheets(files: list[Path] | list[str], form: PanelForm) -> PanelSheets:
    """Return the answers of all workbooks. Raises InputError where a file is no workbook of this form, or two have the same expert."""
    parts: dict[str, list[dict[str, Any]]] = {name: [] for name in _COLUMNS}
    experts: list[str] = []
    for file in map(Path, files):
        book = _open(file)
        expert = str(book[SCORES][EXPERT_CELL].value or "").strip()
        if not expert or expert in experts:
            problem = "委員IDが空です" if not expert else f"委員ID「{expert}」が他のファイルと重複しています"
            raise InputError(
                [Fault(file.name, problem, f"シート「{SCORES}」の{EXPERT_CELL}に委員ごとの符号を入れてください")]
            )
        experts.append(expert)
        _read_scores(book[SCORES], expert, form, parts)
        _read_swings(book[SWINGS], expert, form, parts)
        if PAIRS in book.sheetnames:
            _read_pairs(book[PAIRS], expert, form, parts)
        _read_quantiles(book[QUANTILES], expert, form, parts)
        _read_comments(book[COMMENTS], expert, parts)
    frames = {name: pd.DataFrame(rows, columns=list(_COLUMNS[name])) for name, rows in parts.items()}
    return PanelSheets(**frames, experts=tuple(experts))


def _open(file: Path) -> Any:
    try:
        book = openpyxl.load_workbook(file, data_only=True)
    except (OSError, KeyError, ValueError, BadZipFile, openpyxl.utils.exceptions.InvalidFileException) as error:
        cure = "配布した評価表（.xlsx）に記入して保存したファイルを指定してください"
        raise InputError([Fault(file.name, "評価表として開けません", cure)]) from error
    missing = [name for name in (SCORES, SWINGS, QUANTILES, COMMENTS) if name not in book.sheetnames]
    if missing:
        raise InputError(
            [Fault(file.name, f"シート {'、'.join(missing)} がありません", "シートを消さずに記入してください")]
        )
    return book


def _read_scores(sheet: Any, expert: str, form: PanelForm, parts: dict[str, list[dict[str, Any]]]) -> None:
    for row, (criterion, _) in enumerate(form.criteria, start=FIRST_ROW):
        for column, option in enumerate(form.options, start=3):
            cell = sheet.cell(row, column)
            value = _number(cell, expert, SCORES, 1.0, float(form.best_score), parts, whole=True)
            if value is not None:
                parts["scores"].append(
                    {"expert_id": expert, "option_ja": option, "criterion_ja": criterion, "score": value}
                )


def _read_swings(sheet: Any, expert: str, form: PanelForm, parts: dict[str, list[dict[str, Any]]]) -> None:
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


def _read_pairs(sheet: Any, expert: str, form: PanelForm, parts: dict[str, list[dict[str, Any]]]) -> None:
    """Read which of two criteria weighs more and how many times; the sheet may be left blank as a whole, not in part."""
    rows = list(enumerate(form.pairs, start=FIRST_ROW))
    if all(sheet.cell(row, column).value is None for row, _ in rows for column in (3, 4)):
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


def _read_quantiles(sheet: Any, expert: str, form: PanelForm, parts: dict[str, list[dict[str, Any]]]) -> None:
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


def _read_comments(sheet: Any, expert: str, parts: dict[str, list[dict[str, Any]]]) -> None:
    for topic, comment in sheet.iter_rows(min_row=FIRST_ROW, min_col=1, max_col=2, values_only=True):
        if comment is not None and str(comment).strip():
            parts["comments"].append(
                {"expert_id": expert, "topic_ja": str(topic or "全体"), "comment_ja": str(comment).strip()}
            )


def _number(
    cell: Any,
    expert: str,
    sheet: str,
    low: float,
    high: float,
    parts: dict[str, list[dict[str, Any]]],
    *,
    whole: bool = False,
) -> float | None:
    value = cell.value
    span = f"{low:g}〜{high:g}の{'整数' if whole else '数'}" if high < float("inf") else "数"
    if value is None or (isinstance(value, str) and not value.strip()):
        _refuse(parts, expert, sheet, cell.coordinate, "空欄", "記入がありません", f"{span}を入れてください")
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        _refuse(parts, expert, sheet, cell.coordinate, str(value), "数ではありません", f"{span}を半角で入れてください")
        return None
    if not low <= value <= high or (whole and value != int(value)):
        _refuse(parts, expert, sheet, cell.coordinate, f"{value:g}", "範囲の外です", f"{span}にしてください")
        return None
    return float(value)


def _refuse(
    parts: dict[str, list[dict[str, Any]]], expert: str, sheet: str, cell: str, found: str, problem: str, cure: str
) -> None:
    row = {
        "expert_id": expert,
        "sheet_ja": sheet,
        "cell_ja": cell,
        "found_ja": found,
        "problem_ja": problem,
        "cure_ja": cure,
    }
    parts["refused"].append(row)
