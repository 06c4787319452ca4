"""What did each expert write into the scoring workbook, and why was a cell refused?

A filled workbook has five sheets (評点, 重み, 一対比較, 分位点, コメント) as ``runs.panel_sheets.write_panel_sheet`` makes them. Cells are read one by one: a
cell outside its range or empty, and a row or column whose heading is not the one sent out (moved, sorted, renamed), is refused with file, sheet, cell,
what was found and how to mend it; everything else is kept. Nothing is guessed.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import openpyxl
import pandas as pd

from dxmodels.errors import Fault, InputError
from dxmodels.inputs.panel_cells import (
    COMMENTS,
    EXPERT_CELL,
    PAIRS,
    QUANTILES,
    SCORES,
    SWINGS,
    PanelForm,
    Parts,
    read_comments,
    read_pairs,
    read_quantiles,
    read_scores,
    read_swings,
)

_COLUMNS: dict[str, tuple[str, ...]] = {
    "scores": ("expert_id", "option_ja", "criterion_ja", "score"),
    "swings": ("expert_id", "criterion_ja", "swing_points"),
    "pairs": ("expert_id", "criterion_ja", "other_criterion_ja", "times_ratio"),
    "quantiles": ("expert_id", "question_ja", "p05_value", "p50_value", "p95_value", "realised_value"),
    "comments": ("expert_id", "topic_ja", "comment_ja"),
    "refused": ("file_ja", "expert_id", "sheet_ja", "cell_ja", "found_ja", "problem_ja", "cure_ja"),
}


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

    def refusals_ja(self) -> list[str]:
        """Return each refused cell as one Japanese sentence: where, what was found, why and how to mend it."""
        return [
            f"受け付けなかった記入：{row.file_ja}［{row.sheet_ja}］{row.cell_ja}「{row.found_ja}」{row.problem_ja}→{row.cure_ja}"
            for row in self.refused.itertuples()
        ]

    def summary(self) -> str:
        """Return whose sheets can be used, and how many cells were refused, in Japanese."""
        kept = self.complete().experts
        waiting = [expert for expert in self.experts if expert not in kept]
        found = f"が{len(self.refused)}か所あった" if len(self.refused) else "はなかった"
        text = f"評価表{len(self.experts)}人分を読み取り、受け付けられない記入{found}。評価に使うのは{len(kept)}人"
        return text + (f"で、{'、'.join(waiting)}は評点と重みの訂正を待つ。" if waiting else "。")


def read_panel_sheets(files: Iterable[Path | str], form: PanelForm) -> PanelSheets:
    """Return the answers of all workbooks. Raises InputError with every file that is no workbook of this form, names no expert or one named before."""
    parts: Parts = {name: [] for name in _COLUMNS}
    faults: list[Fault] = []
    experts: dict[str, str] = {}
    for file in map(Path, files):
        try:
            book = _open(file)
            expert = _expert(book, file, experts)
        except InputError as error:
            faults += error.faults
            continue
        experts[expert] = file.name
        before = len(parts["refused"])
        read_scores(book[SCORES], expert, form, parts)
        read_swings(book[SWINGS], expert, form, parts)
        if PAIRS in book.sheetnames:
            read_pairs(book[PAIRS], expert, form, parts)
        read_quantiles(book[QUANTILES], expert, form, parts)
        read_comments(book[COMMENTS], expert, parts)
        for row in parts["refused"][before:]:
            row["file_ja"] = file.name
    if faults:
        raise InputError(faults)
    frames = {name: pd.DataFrame(rows, columns=list(_COLUMNS[name])) for name, rows in parts.items()}
    return PanelSheets(**frames, experts=tuple(experts))


def _expert(book: Any, file: Path, known: dict[str, str]) -> str:
    expert = str(book[SCORES][EXPERT_CELL].value or "").strip()
    if expert and expert not in known:
        return expert
    problem = f"委員ID「{expert}」が{known[expert]}と重複しています" if expert else "委員IDが空です"
    cure = f"シート「{SCORES}」の{EXPERT_CELL}に委員ごとの符号を入れてください"
    raise InputError([Fault(file.name, problem, cure)])


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
