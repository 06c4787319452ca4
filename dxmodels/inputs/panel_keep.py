"""Where do the panel's filled workbooks and the replies to its comments lie, so that the next edition finds them?

In the folder ``panel`` of a case: one workbook an expert as it came back (individual judgements are kept, never averaged away), and the table of comments
with replies and changes, which planners fill in and which is carried from edition to edition. A workbook of the same expert replaces the earlier one.
"""

from __future__ import annotations

import hashlib
import re
import shutil
from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from dxmodels.errors import Fault, InputError
from dxmodels.inputs.imports.target import find_target, staged, write_case_file, write_table
from dxmodels.inputs.panel_cells import PanelForm
from dxmodels.inputs.panel_sheets import PanelSheets, read_panel_sheets
from dxmodels.inputs.places import data_root
from dxmodels.inputs.text_files import read_csv_table

FOLDER = "panel"
COMMENT_TABLE = "iken"
_PREFIX = "hyoka-"
_PLAIN = re.compile(r"[\w-]{1,40}")
_HEADINGS = {
    "comment_id": "意見番号",
    "first_edition": "初出の版",
    "expert_id": "委員",
    "topic_ja": "対象",
    "comment_ja": "意見",
    "reply_ja": "回答",
    "change_ja": "変更した箇所",
    "reply_state_ja": "状態",
}


def read_case_panel(place: str | Path, form: PanelForm) -> PanelSheets:
    """Return the workbooks kept with a case (its name or folder); nothing where none has come back."""
    folder = panel_folder(place)
    files = sorted(folder.glob(f"{_PREFIX}*.xlsx")) if folder.is_dir() else []
    return read_panel_sheets(files, form)


def read_comment_table(place: str | Path) -> pd.DataFrame | None:
    """Return the comments with their replies as planners left them, or None; raises InputError where a heading is gone."""
    path = panel_folder(place) / f"{COMMENT_TABLE}.csv"
    if not path.is_file():
        return None
    raw = read_csv_table(path)
    missing = [heading for heading in _HEADINGS.values() if heading not in raw.header]
    if raw.faults or missing:
        cure = "見出しを作成時のまま残してください（消した場合は前の版から戻してください）"
        raise InputError(raw.faults or [Fault(path.name, f"見出し「{'」「'.join(missing)}」がありません", cure)])
    cells = {name: [*raw.cells[raw.header.index(heading)]] for name, heading in _HEADINGS.items()}
    return pd.DataFrame(cells, dtype=object)


def keep_panel_sheets(
    files: Iterable[str | Path], form: PanelForm, *, into: str | Path
) -> tuple[PanelSheets, PanelSheets]:
    """Keep the filled workbooks with the case ``into`` (a slug or folder; made if it is not there); return what they say, and what all kept ones say.

    Every file must be a workbook of this form (else InputError with every fault, and nothing is kept); refused cells do not hinder keeping.
    """
    given = [Path(file) for file in files]
    sheets = read_panel_sheets(given, form)
    target = find_target(into, ())
    with staged(target) as stage:
        folder = stage / FOLDER
        folder.mkdir(exist_ok=True)
        for expert, file in zip(sheets.experts, given, strict=True):
            kept = folder / f"{_PREFIX}{_file_name(expert)}.xlsx"
            kept.unlink(missing_ok=True)  # the staged file may be a link to the one in use
            shutil.copyfile(file, kept)
        write_case_file(stage, {})
    return sheets, read_case_panel(target.folder, form)


def keep_comment_table(table: pd.DataFrame, *, into: str | Path) -> Path:
    """Write the comments with replies and changes beside the workbooks and return the file."""
    target = find_target(into, ())
    with staged(target) as stage:
        shown = table[list(_HEADINGS)].fillna("").rename(columns=_HEADINGS)
        write_table(stage / FOLDER, COMMENT_TABLE, shown, for_people=True)
    return target.folder / FOLDER / f"{COMMENT_TABLE}.csv"


def panel_folder(place: str | Path) -> Path:
    """Return the folder of the panel's sheets of a case given by name or folder."""
    path = Path(place)
    is_folder = path.is_absolute() or any(sign in str(place) for sign in "/\\.")
    return (path if is_folder else data_root() / str(place)) / FOLDER


def _file_name(expert: str) -> str:
    return expert if _PLAIN.fullmatch(expert) else hashlib.sha256(expert.encode()).hexdigest()[:12]
