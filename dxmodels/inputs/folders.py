"""Where does each table of a case stand: which folder, which file, which sheet?

A case is named by a slug (a folder under data/), or given as a path to a folder, or to one workbook. In a folder each table is
``<table>.csv``, ``<table>.xlsx``, the file case.yml names, or a sheet named like the table in any workbook of the folder; exactly one of these.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from dxmodels.errors import Fault, InputError, ParameterError
from dxmodels.inputs.case_file import CASE_FILE, CaseFile, checked_case_file, nearest, read_case_file
from dxmodels.inputs.places import checked_slug, data_root
from dxmodels.inputs.schemas import TABLES
from dxmodels.inputs.strays import nearest_table, stray_warnings
from dxmodels.inputs.workbooks import has_rows, read_sheets, sheet_names

CASE_SHEET = "case"
_PATH_CURE = "フォルダの場所を確かめてください（data/ のケースは名前だけで指定できます。例：osaka）"


@dataclass(frozen=True)
class TablePlace:
    """One table's file, and its sheet where the file is a workbook."""

    path: Path
    sheet: str = ""


@dataclass(frozen=True, eq=False)
class CasePlace:
    """One case on disk: its name, what it says about itself, the file it says it in, and its workbooks' sheets."""

    name: str
    folder: Path
    heading: CaseFile
    heading_path: Path
    sheets: Mapping[Path, tuple[str, ...]]


def find_case(name_or_path: str | Path) -> CasePlace:
    """Return where a case lies; raise ParameterError for a bad or unknown name, InputError for a faulty case.yml."""
    folder = _folder_of(name_or_path)
    books = (
        [folder]
        if folder.is_file()
        else sorted(path for path in folder.glob("*.xlsx") if not path.name.startswith("~$"))
    )
    sheets = {path: sheet_names(path) for path in books}
    home = folder.parent if folder.is_file() else folder
    if folder.is_dir() and (folder / CASE_FILE).is_file():
        return CasePlace(folder.name, home, read_case_file(folder / CASE_FILE), folder / CASE_FILE, sheets)
    with_heading = [path for path, names in sheets.items() if CASE_SHEET in names]
    if len(with_heading) != 1:
        raise InputError([Fault(folder.name, "ケースの説明がありません", _heading_cure(folder, len(with_heading)))])
    heading = _heading_in_sheet(with_heading[0])
    return CasePlace(folder.stem if folder.is_file() else folder.name, home, heading, with_heading[0], sheets)


def find_tables(case: CasePlace) -> tuple[dict[str, TablePlace], list[Fault]]:
    """Return the place of every table case.yml lists, and a fault for each absent, doubled or unlisted one."""
    places: dict[str, TablePlace] = {}
    faults: list[Fault] = []
    for table in TABLES:
        candidates = _candidates(case, table)
        entry = case.heading.tables.get(table)
        if entry is None:
            faults += [_unlisted(case, table, place) for place in candidates if _has_rows(place)]
        elif len(candidates) == 1:
            places[table] = candidates[0]
        else:
            faults.append(_not_one(case, table, candidates))
    return places, faults


def find_strays(case: CasePlace) -> list[Fault]:
    """Return a warning for every file and sheet beside the tables that looks like one and is not read."""
    if case.folder in case.sheets or not case.heading_path.is_file() or case.heading_path.parent != case.folder:
        return []
    named = [entry.file for entry in case.heading.tables.values() if entry.file]
    alone = case.heading_path.suffix == ".xlsx" and len(case.sheets) == 1 and case.name == case.heading_path.stem
    return [] if alone else stray_warnings(case.folder, named, case.sheets)


def known_cases() -> list[str]:
    """Return the names of the cases under data/."""
    written = {path.parent.name for path in data_root().glob(f"*/{CASE_FILE}")}
    in_workbook = {path.parent.name for path in data_root().glob("*/*.xlsx") if CASE_SHEET in sheet_names(path)}
    return sorted(written | in_workbook)


def _folder_of(name_or_path: str | Path) -> Path:
    if isinstance(name_or_path, Path) or (set(name_or_path) & {"/", "\\"} and ".." not in Path(name_or_path).parts):
        path = Path(name_or_path)
        if path.is_dir() or (path.is_file() and path.suffix.lower() == ".xlsx"):
            return path.resolve()
        raise ParameterError(
            [Fault("ケース", "そのフォルダ（または.xlsx）がありません", _PATH_CURE, value=str(name_or_path))]
        )
    name = checked_slug(name_or_path, what="ケース")
    if name not in known_cases():
        cure = f"次のいずれかにしてください：{'、'.join(known_cases())}{nearest(name, known_cases())}"
        raise ParameterError([Fault("ケース", "そのケースは data/ にありません", cure, value=name)])
    return data_root() / name


def _heading_cure(folder: Path, headings: int) -> str:
    if headings > 1:
        return f"「{CASE_SHEET}」シートを持つブックが{headings}つあります。1つだけを残してください"
    stem = Path(CASE_FILE).stem
    near = (
        sorted(path.name for path in folder.glob("*") if path.stem.lower() == stem and path.suffix)
        if folder.is_dir()
        else []
    )
    if near:
        return f"「{near[0]}」の名前を「{CASE_FILE}」に直してください"
    return (
        f"{CASE_FILE}（書式は data/README.md）か、「{CASE_SHEET}」シートを持つブックを1つ置いてください"
        "（「dx template フォルダ」で記入用のひな型を作れます）"
    )


def _heading_in_sheet(path: Path) -> CaseFile:
    """Read the ``case`` sheet: rows of key (dotted path) and value, checked exactly like case.yml."""
    raw = read_sheets(path, [CASE_SHEET])[CASE_SHEET]
    if raw.header[:2] != ("key", "value"):
        cure = "1行目を key, value にしてください（ひな型の case シートを参照）"
        raise InputError([Fault(raw.file, "列名が正しくありません", cure, row=1, value=",".join(raw.header))])
    content: dict[str, object] = {}
    lines: dict[str, int] = {}
    for key, value, row in zip(raw.cells[0], raw.cells[1], raw.rows, strict=True):
        lines[key.strip()] = int(row)
        if not value.strip():  # a line of the template not filled in
            continue
        *parents, last = key.strip().split(".")
        node = content
        for parent in parents:
            inner = node.setdefault(parent, {})
            node = inner if isinstance(inner, dict) else {}
        node[last] = value.strip()
    return checked_case_file(content, file=raw.file, line_of=lambda *keys: lines.get(".".join(map(str, keys)), 0))


def _candidates(case: CasePlace, table: str) -> list[TablePlace]:
    entry = case.heading.tables.get(table)
    if entry is not None and entry.file:
        path = case.folder / entry.file
        sheet = _sheet_for(case.sheets.get(path, ()), table, named_after=True)
        there = path.is_file() and (path.suffix == ".csv" or bool(sheet))
        return [TablePlace(path, sheet)] if there else []
    found = [
        TablePlace(path) for path in [case.folder / f"{table}.csv"] if path.is_file() and case.folder not in case.sheets
    ]
    for path, sheets in case.sheets.items():
        sheet = _sheet_for(sheets, table, named_after=path.stem == table)
        found += [TablePlace(path, sheet)] if sheet else []
    return found


def _sheet_for(sheets: tuple[str, ...], table: str, *, named_after: bool) -> str:
    """The sheet named like the table; in a file named after the table its only sheet may have any name."""
    if table in sheets:
        return table
    return sheets[0] if named_after and len(sheets) == 1 else ""


def _has_rows(place: TablePlace) -> bool:
    """An unlisted table without rows is a template not filled in, and no fault."""
    if place.sheet:
        return has_rows(place.path, place.sheet)
    with place.path.open("rb") as file:
        return sum(1 for line in islice(file, 100) if line.strip(b"\xef\xbb\xbf, \t\r\n")) > 1


def _unlisted(case: CasePlace, table: str, place: TablePlace) -> Fault:
    cure = (
        f"{case.heading_path.name} の tables に {table}（provenance と source）を書き加えるか、ファイルを移してください"
    )
    shown = f"{place.path.name}［{place.sheet}］" if place.sheet else place.path.name
    return Fault(shown, "由来（provenance）が書かれていない表です", cure)


def _not_one(case: CasePlace, table: str, candidates: list[TablePlace]) -> Fault:
    column = f"tables.{table}"
    if not candidates:
        close = [path.name for path in case.folder.glob("*.*") if nearest_table(path.stem) == table]
        hint = f"（もしかして：{'、'.join(sorted(close))}）" if close else ""
        cure = f"{table}.csv を置くか、{column} の行を消してください{hint}"
        return Fault(case.heading_path.name, "書かれている表のファイルがありません", cure, column=column)
    names = "、".join(sorted({place.path.name for place in candidates}))
    return Fault(
        case.heading_path.name, f"同じ表が2か所以上にあります（{names}）", "1つだけを残してください", column=column
    )
