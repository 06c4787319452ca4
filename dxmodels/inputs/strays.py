"""Which files and sheets of a case folder are left unread, though somebody may have meant them as a table?

A misspelt name (contrcats.csv, 契約.csv, Contracts.CSV, a sheet "contract") must not vanish silently: each gets a warning with the table it
is most like. Folders, scripts and notes beside the tables are left alone.
"""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Iterable, Mapping
from pathlib import Path

from dxmodels.errors import Fault
from dxmodels.inputs.schemas import TABLES

OTHER_SHEETS = ("case", "はじめに", "データ辞書")
_TABLE_ENDINGS = (".csv", ".xlsx")
_LIKE_TABLES = (".tsv", ".xls", ".xlsm", ".xlsb", ".ods", ".numbers", ".txt")
_CLOSE_TOLERANCE = 0.75  # similarity of names from which on one is taken for a misspelling of the other


def nearest_table(name: str) -> str:
    """Return the table whose name or Japanese title is most like ``name``, or the empty string."""
    plain = unicodedata.normalize("NFKC", name).strip().lower().replace(" ", "_").replace("-", "_")
    titles = {_plain_title(spec.title_ja): table for table, spec in TABLES.items()}
    if plain in TABLES:
        return plain
    if _plain_title(plain) in titles:
        return titles[_plain_title(plain)]
    close = difflib.get_close_matches(plain, [*TABLES, *titles], n=1, cutoff=_CLOSE_TOLERANCE)
    return titles.get(close[0], close[0]) if close else ""


def stray_warnings(folder: Path, named: Iterable[str], sheets: Mapping[Path, tuple[str, ...]]) -> list[Fault]:
    """Return a warning for every file and sheet of ``folder`` that looks like a table and is not read.

    ``named``: files case.yml names; ``sheets``: the workbooks that were opened and their sheets.
    """
    known = set(named)
    files = sorted(path for path in folder.iterdir() if path.is_file() and not path.name.startswith((".", "~$")))
    warnings = [fault for path in files if path.name not in known for fault in _file_warning(path)]
    for book, names in sheets.items():
        if book.name not in known:
            warnings += _book_warnings(book, names)
    return warnings


def _file_warning(path: Path) -> list[Fault]:
    ending, like = path.suffix, nearest_table(path.stem)
    if ending == ".csv" and path.stem not in TABLES:
        return [_unread(path.name, "表の名前ではないファイルです（読み込みません）", f"{like}.csv" if like else "")]
    if ending.lower() in _TABLE_ENDINGS and ending not in _TABLE_ENDINGS:
        cure = f"拡張子を小文字の「{ending.lower()}」に直してください"
        return [Fault(path.name, "拡張子が大文字のため読み込みません", cure)]
    if ending.lower() in _LIKE_TABLES and like:
        cure = f"「CSV UTF-8」か .xlsx で保存し直し、{like}.csv か {like}.xlsx としてください"
        return [Fault(path.name, f"この形式（{ending}）の表は読み込みません", cure)]
    return []


def _book_warnings(book: Path, names: tuple[str, ...]) -> list[Fault]:
    known = {*TABLES, *OTHER_SHEETS}
    if book.stem in TABLES and len(names) == 1:
        return []
    odd = [name for name in names if name not in known]
    warnings = [
        _unread(f"{book.name}［{name}］", "表の名前ではないシートです（読み込みません）", nearest_table(name))
        for name in odd
        if nearest_table(name)
    ]
    if not warnings and not known & set(names):
        like = nearest_table(book.stem)
        warnings.append(_unread(book.name, "表の名前のシートが一つもないブックです（読み込みません）", like))
    return warnings


def _unread(file: str, problem: str, like: str) -> Fault:
    if like:
        return Fault(file, problem, f"表として使うなら名前を直してください（もしかして：{like}）")
    cure = "表として使うなら名前を data/README.md の表名に直し、使わないなら別のフォルダに移してください"
    return Fault(file, problem, cure)


def _plain_title(title: str) -> str:
    return title.split("（")[0].strip()
