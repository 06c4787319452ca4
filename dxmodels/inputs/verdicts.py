"""What did the reviewers say of each pair of services, and why was a cell refused?

A filled workbook has the sheet 判定 as ``runs.verdict_sheets.write_verdict_sheet`` makes it. Columns are found by their headings, so they may have been moved.
Each row is read on its own: an unknown or repeated id, a word that is no verdict, and pairs on which reviewers contradict each other are
refused with file, cell, what was found and how to mend it; an empty verdict is not refused but pending. Nothing is guessed.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zipfile import BadZipFile

import openpyxl
import pandas as pd

from dxmodels.errors import Fault, InputError
from dxmodels.fiscal import era_text
from dxmodels.inputs.availability import NotComputable
from dxmodels.inputs.places import data_root

if TYPE_CHECKING:
    from dxmodels.inputs.case import Case

SHEET = "判定"
REVIEWER_CELL, DATE_CELL = "B1", "E1"
HEADING_ROW = 4
LEFT, RIGHT, VERDICT, REASON = "ID（左）", "ID（右）", "判定", "理由（任意）"
SAME, DIFFERENT, UNDECIDED = "同じ", "違う", "判断できない"
VERDICTS = (SAME, DIFFERENT, UNDECIDED)
FOLDER = "verdicts"
_MEANS = {SAME: True, DIFFERENT: False, UNDECIDED: pd.NA}
_LOG = ["left", "right", "is_same", "verdict_ja", "reason_ja", "reviewer_ja", "judged_on_ja", "file_ja", "cell_ja"]
_REFUSED = ["file_ja", "sheet_ja", "cell_ja", "found_ja", "problem_ja", "cure_ja"]


@dataclass(frozen=True, eq=False)
class VerdictSheets:
    """Verdicts of all workbooks (left, right, is_same: blank = cannot tell, …), refused cells, how many pairs await an answer."""

    verdicts: pd.DataFrame
    refused: pd.DataFrame
    pending_count: int
    reviewers: tuple[str, ...] = field(default=())
    names: Mapping[str, str] = field(default_factory=dict, repr=False)

    def decided(self) -> pd.DataFrame:
        """Return left, right, is_same of the decided pairs, each once: what ``find_overlaps(verdicts=…)`` takes."""
        kept = self.verdicts.dropna(subset=["is_same"]).drop_duplicates(["left", "right"])
        table: pd.DataFrame = kept[["left", "right", "is_same"]].reset_index(drop=True)
        return table

    def to_frame(self) -> pd.DataFrame:
        """Return the log of all verdicts: both names (ids where no name is known), verdict, reason, reviewer, day."""
        log = self.verdicts
        named = {f"{side}_name_ja": [self.names.get(name, name) for name in log[side]] for side in ("left", "right")}
        return log.assign(**named)[[*named, "verdict_ja", "reason_ja", "reviewer_ja", "judged_on_ja"]]

    def log(self) -> VerdictSheets | NotComputable:
        """Return itself, or NotComputable where no workbook has come back yet."""
        if len(self.verdicts) or len(self.refused):
            return self
        reason = "判定済みの判定票がまだない。判定票（Excel）を作って担当者に配り、記入されたものを作成時に示された場所に置けば、次の実行から読み取る。"
        return NotComputable("担当者の判定", {}, reason=reason)

    def refusals_ja(self) -> list[str]:
        """Return each refused cell as one Japanese sentence: where, what was found, why and how to mend it."""
        return [
            f"受け付けなかった記入：{row.file_ja}［{row.sheet_ja}］{row.cell_ja}「{row.found_ja}」{row.problem_ja}→{row.cure_ja}"
            for row in self.refused.itertuples()
        ]

    def summary(self) -> str:
        """Return the state of the review in one Japanese sentence."""
        counts = self.verdicts["verdict_ja"].value_counts()
        said = "、".join(f"「{word}」{int(counts.get(word, 0))}組" for word in VERDICTS)
        return (
            f"判定者{len(self.reviewers)}名の判定{len(self.verdicts)}組（{said}）を読み取り、"
            f"受け付けられない記入が{len(self.refused)}か所、未記入が{self.pending_count}組あった。"
        )


def read_case_verdicts(case: Case, place: str) -> VerdictSheets:
    """Return the verdicts of all workbooks in the folder ``verdicts`` of a case (``place``: its name or absolute path); empty where there is none.

    A case without services (or a published-only run) has no verdicts either.
    """
    folder = (Path(place) if Path(place).is_absolute() else data_root() / place) / FOLDER
    if not (folder.is_dir() and case.has("services")):
        return read_verdict_sheets([], [])
    services = case.table("services")
    files = sorted(path for path in folder.glob("*.xlsx") if not path.name.startswith("~$"))
    names = dict(zip(services["service_id"].astype(str), services["name_ja"].astype(str), strict=True))
    return replace(read_verdict_sheets(files, names), names=names)


def read_verdict_sheets(files: Sequence[Path | str], service_ids: Iterable[str]) -> VerdictSheets:
    """Return what the workbooks say. Raises InputError where a file is no verdict workbook or names no reviewer."""
    known = {str(name) for name in service_ids}
    log: list[dict[str, Any]] = []
    refused: list[dict[str, str]] = []
    reviewers: list[str] = []
    pending = 0
    for file in map(Path, files):
        sheet = _sheet(file)
        reviewer = _text(sheet[REVIEWER_CELL])
        if not reviewer:
            cure = f"シート「{SHEET}」の{REVIEWER_CELL}に所属と氏名を記入してください"
            raise InputError([Fault(file.name, "判定者が空欄です", cure)])
        reviewers.append(reviewer)
        places = _headings(sheet, file)
        about = {"reviewer_ja": reviewer, "judged_on_ja": era_text(_text(sheet[DATE_CELL])), "file_ja": file.name}
        for row in sheet.iter_rows(min_row=HEADING_ROW + 1):
            pending += _read_row({name: row[place] for name, place in places.items()}, known, about, log, refused)
    return _settled(log, refused, pending, tuple(dict.fromkeys(reviewers)))


def _sheet(file: Path) -> Any:
    try:
        book = openpyxl.load_workbook(file, data_only=True)
    except (OSError, KeyError, ValueError, BadZipFile, openpyxl.utils.exceptions.InvalidFileException) as error:
        cure = "配布した判定票（.xlsx）に記入して保存したファイルを指定してください"
        raise InputError([Fault(file.name, "判定票として開けません", cure)]) from error
    if SHEET not in book.sheetnames:
        raise InputError([Fault(file.name, f"シート「{SHEET}」がありません", "シートを消さずに記入してください")])
    return book[SHEET]


def _headings(sheet: Any, file: Path) -> dict[str, int]:
    found = {_text(cell): number for number, cell in enumerate(sheet[HEADING_ROW])}
    missing = [name for name in (LEFT, RIGHT, VERDICT, REASON) if name not in found]
    if missing:
        cure = f"{HEADING_ROW}行目の見出しを配布時のまま残してください"
        raise InputError([Fault(file.name, f"見出し「{'」「'.join(missing)}」がありません", cure, row=HEADING_ROW)])
    return {name: found[name] for name in (LEFT, RIGHT, VERDICT, REASON)}


def _read_row(
    cells: dict[str, Any],
    known: set[str],
    about: dict[str, str],
    log: list[dict[str, Any]],
    refused: list[dict[str, str]],
) -> int:
    """Read one row into ``log`` or ``refused``; return 1 where its verdict is still open."""
    left, right, verdict = (_text(cells[name]) for name in (LEFT, RIGHT, VERDICT))
    if not (left or right or verdict):
        return 0
    strange = [name for name in (LEFT, RIGHT) if _text(cells[name]) not in known]
    for name in strange:
        _refuse(refused, about, cells[name], "サービス一覧にないIDです", "配布時のIDに戻してください")
    if strange:
        return 0
    if left == right:
        _refuse(refused, about, cells[RIGHT], "左右が同じIDです", "配布時のIDに戻してください")
        return 0
    if not verdict:
        return 1
    if verdict not in _MEANS:
        cure = f"{'・'.join(VERDICTS)}のいずれかを選んでください"
        _refuse(refused, about, cells[VERDICT], "判定の選択肢にない記入です", cure)
        return 0
    first, second = sorted((left, right))
    answer = {"left": first, "right": second, "is_same": _MEANS[verdict], "verdict_ja": verdict}
    log.append({**answer, "reason_ja": _text(cells[REASON]), **about, "cell_ja": cells[VERDICT].coordinate})
    return 0


def _settled(
    log: list[dict[str, Any]], refused: list[dict[str, str]], pending: int, reviewers: tuple[str, ...]
) -> VerdictSheets:
    """Take out the pairs on which decided verdicts contradict each other: somebody has to settle them first."""
    answers: dict[tuple[str, str], set[str]] = {}
    for entry in log:
        answers.setdefault((entry["left"], entry["right"]), set()).add(entry["verdict_ja"])
    clashing = {pair for pair, words in answers.items() if {SAME, DIFFERENT} <= words}
    for entry in log:
        if (entry["left"], entry["right"]) in clashing and entry["verdict_ja"] != UNDECIDED:
            found = f"{entry['left']}・{entry['right']}：{entry['verdict_ja']}（{entry['reviewer_ja']}）"
            problem, cure = (
                "同じ組に「同じ」と「違う」の判定があります",
                "判定者の間で調整し、同じ判定にそろえてください",
            )
            refused.append(
                dict(zip(_REFUSED, (entry["file_ja"], SHEET, entry["cell_ja"], found, problem, cure), strict=True))
            )
    kept = [entry for entry in log if (entry["left"], entry["right"]) not in clashing]
    table = pd.DataFrame(kept, columns=_LOG).astype({"is_same": "boolean"})
    return VerdictSheets(table, pd.DataFrame(refused, columns=_REFUSED), pending, reviewers)


def _refuse(refused: list[dict[str, str]], about: dict[str, str], cell: Any, problem: str, cure: str) -> None:
    found = _text(cell) or "空欄"
    refused.append(dict(zip(_REFUSED, (about["file_ja"], SHEET, cell.coordinate, found, problem, cure), strict=True)))


def _text(cell: Any) -> str:
    value = cell.value
    if value is None:
        return ""
    if hasattr(value, "date"):
        return str(value.date().isoformat())
    return unicodedata.normalize("NFKC", str(value)).replace("(", "（").replace(")", "）").strip()


def read_log(sheets: VerdictSheets) -> list[str]:
    """Return the readings of the log: the state of the review and every refused cell."""
    return [
        "判定者が同じ・違う・判断できないのいずれかを選んだ記録。「同じ」「違う」は候補の組と確率に反映した。",
        *sheets.refusals_ja(),
    ]
