"""Where does an import go, and how is nothing half-written?

A case of the user's own (a folder), or a new one that borrows the published tables of the embedded case. The folder is built again beside the old
one (files that do not change are linked, not copied), checked as ``dx check`` does, and only then takes the old one's place. Tables of other provenance than
``own`` are never touched. Every import keeps its account in ``imports/<kind>-<file>/``; importing the same file again replaces what came of it before.
"""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
from ruamel.yaml import YAML

from dxmodels.errors import Fault, InputError, RunError
from dxmodels.inputs.case_file import CASE_FILE
from dxmodels.inputs.folders import find_case, find_tables
from dxmodels.inputs.imports.cells import company_key
from dxmodels.inputs.imports.owners import OWNER_COLUMNS, OWNERS_FILE, Known
from dxmodels.inputs.imports.payments import RULE_COLUMNS, RULES_FILE
from dxmodels.inputs.loading import check_case
from dxmodels.inputs.places import EMBEDDED_CASE, checked_slug, data_root
from dxmodels.inputs.text_files import read_csv_table
from dxmodels.inputs.workbooks import read_sheets

FOLDER = "imports"
_EMBEDDED_CURE = "--into に自分のケースの名前（例：mycase）を指定してください。なければ新しく作ります"
_RISKY = re.compile(r"^[=+@\t]")


@dataclass(frozen=True)
class Target:
    """The folder of the case an import goes to, and whether it is there already."""

    folder: Path
    exists: bool

    @property
    def imports(self) -> Path:
        """The folder of the accounts of all imports, and of the user's own mapping files."""
        return self.folder / FOLDER


def find_target(into: str | Path, tables: tuple[str, ...]) -> Target:
    """Return where ``into`` (slug or path) lies; raise InputError with everything that forbids writing ``tables`` there."""
    is_path = isinstance(into, Path) or any(sign in into for sign in "/\\.")
    folder = Path(into).resolve() if is_path else data_root() / checked_slug(str(into), what="ケース")
    if folder == (data_root() / EMBEDDED_CASE).resolve() or folder.name == EMBEDDED_CASE:
        raise InputError(
            [Fault(EMBEDDED_CASE, "埋込みケースには取り込めません（公表値と架空の表があります）", _EMBEDDED_CURE)]
        )
    _recover(folder)
    if folder.is_dir() and (folder / CASE_FILE).is_file():
        _refuse_foreign_tables(folder, tables)
        return Target(folder, True)
    if folder.exists() and (not folder.is_dir() or any(place.name != FOLDER for place in folder.iterdir())):
        cure = f"{CASE_FILE} のあるケースのフォルダか、まだない名前を指定してください"
        if folder.is_dir() and any(folder.glob("*.xlsx")):
            cure = "Excelのひな型で作ったケースには書き込めません。まだない名前を指定して取り込み、要る表をひな型に写してください"
        raise InputError([Fault(folder.name, "ケースのフォルダではありません", cure)])
    return Target(folder, False)


def _refuse_foreign_tables(folder: Path, tables: tuple[str, ...]) -> None:
    heading = find_case(folder).heading
    faults = []
    for name in tables:
        entry = heading.tables.get(name)
        if entry is not None and entry.provenance != "own":
            cure = f"別のケースに取り込むか、{CASE_FILE} と表を自前（own）のものに替えてください"
            faults.append(
                Fault(CASE_FILE, f"表 {name} は {entry.provenance} なので上書きしません", cure, column=f"tables.{name}")
            )
        elif entry is not None and not (folder / (entry.file or f"{name}.csv")).with_suffix(".csv").is_file():
            cure = f"{name}.csv に保存し直してから取り込んでください"
            faults.append(Fault(CASE_FILE, f"表 {name} がCSVではありません", cure, column=f"tables.{name}"))
    if faults:
        raise InputError(faults)


def known_to(target: Target) -> Known:
    """Return the vendors, systems and municipalities the case knows."""
    if not target.exists:
        return Known()
    vendors = _columns(target, "vendors", ("name_ja", "vendor_id"))
    systems, places = (
        _columns(target, "systems", ("system_id",)),
        _columns(target, "municipalities", ("municipality_code",)),
    )
    return Known(
        None if vendors is None else {company_key(name): key for name, key in vendors},
        None if systems is None else frozenset(key for (key,) in systems),
        None if places is None else frozenset(key for (key,) in places),
    )


def _columns(target: Target, table: str, names: tuple[str, ...]) -> list[tuple[str, ...]] | None:
    place = find_tables(find_case(target.folder))[0].get(table)
    if place is None:
        return None
    raw = read_sheets(place.path, [place.sheet])[place.sheet] if place.sheet else read_csv_table(place.path)
    if any(name not in raw.header for name in names):
        return None
    return [*zip(*(map(str.strip, raw.cells[raw.header.index(name)]) for name in names), strict=True)]


def own_table(target: Target, table: str) -> pd.DataFrame | None:
    """Return the case's own table as text, or None where it holds none."""
    path = target.folder / f"{table}.csv"
    if not (target.exists and path.is_file()):
        return None
    raw = read_csv_table(path)
    if raw.faults:
        raise InputError(raw.faults)
    return pd.DataFrame(dict(zip(raw.header, raw.cells, strict=True)), dtype=object)


@contextmanager
def staged(target: Target) -> Iterator[Path]:
    """Yield a folder to write to; on leaving without an error it is checked and takes the place of the case's folder."""
    try:
        target.folder.parent.mkdir(parents=True, exist_ok=True)
        stage = Path(tempfile.mkdtemp(prefix=f".{target.folder.name}.", dir=target.folder.parent))
    except OSError as error:
        raise RunError(
            f"{target.folder.parent} に書き込めません（{error.strerror}）。書込みできる場所を指定してください。"
        ) from error
    try:
        if target.exists:
            shutil.copytree(target.folder, stage, copy_function=_link, dirs_exist_ok=True, symlinks=True)
        yield stage
        _refuse_unsound(stage)
        _swap(stage, target.folder)
    except OSError as error:
        raise RunError(
            f"書き込みに失敗しました（{error.strerror}）。ケースは元のままです。空き容量とファイルを開いている人がいないか確かめてください。"
        ) from error
    finally:
        shutil.rmtree(stage, ignore_errors=True)


def _link(source: str, copy: str) -> str:
    try:
        os.link(source, copy)
    except OSError:  # another file system, or one without links
        shutil.copy2(source, copy)
    return copy


def _refuse_unsound(stage: Path) -> None:
    """The tables an import writes must load; faults that stood in the case's other tables before are not the import's."""
    faults = [fault for fault in check_case(stage).faults if fault.file.startswith(("contracts.", "bids.", CASE_FILE))]
    if faults:
        raise InputError(faults)


def _before(folder: Path) -> Path:
    return folder.with_name(f".{folder.name}.before-import")


def _swap(stage: Path, folder: Path) -> None:
    stage.chmod(0o755)
    if folder.is_dir():
        os.rename(folder, _before(folder))
    try:
        os.rename(stage, folder)
    except OSError:
        _recover(folder)
        raise
    shutil.rmtree(_before(folder), ignore_errors=True)


def _recover(folder: Path) -> None:
    """Put back a folder that an earlier import moved aside and could not replace (power cut between two renames)."""
    before = _before(folder)
    if before.is_dir():
        if folder.is_dir():
            shutil.rmtree(before, ignore_errors=True)
        else:
            os.rename(before, folder)


def write_table(folder: Path, name: str, frame: pd.DataFrame, *, for_people: bool = False) -> None:
    """Write a CSV as a new file put in place of the old one (never into a linked one); reports carry a BOM and no live formulas."""
    shown = frame.map(_neutral) if for_people and len(frame) else frame
    folder.mkdir(parents=True, exist_ok=True)
    part = folder / f".{name}.part"
    shown.to_csv(part, index=False, encoding="utf-8-sig" if for_people else "utf-8", lineterminator="\n")
    os.replace(part, folder / f"{name}.csv")


def _neutral(value: Any) -> Any:
    """A spreadsheet runs a cell that begins with =, + or @: an apostrophe makes it text."""
    return f"'{value}" if isinstance(value, str) and _RISKY.match(value) else value


def write_user_files(imports: Path) -> None:
    """Lay out the mapping files a user fills in, where they are not there yet."""
    for name, columns in ((OWNERS_FILE, OWNER_COLUMNS), (RULES_FILE, RULE_COLUMNS)):
        if not (imports / name).exists():
            write_table(imports, name.removesuffix(".csv"), pd.DataFrame(columns=list(columns)), for_people=True)


def write_case_file(stage: Path, tables: Mapping[str, str]) -> None:
    """State ``tables`` (name → source) as own in case.yml; a new case takes its years from the embedded one. Comments stay."""
    yaml = YAML()
    yaml.preserve_quotes = True
    yaml.width = 10_000
    path = stage / CASE_FILE
    content = yaml.load(path.read_text(encoding="utf-8")) if path.is_file() else _new_case()
    for name, source in tables.items():
        content["tables"][name] = {"provenance": "own", "source": source}
    part = stage / f".{CASE_FILE}.part"
    with part.open("w", encoding="utf-8") as file:
        yaml.dump(content, file)
    os.replace(part, path)


def _new_case() -> dict[str, Any]:
    heading = find_case(EMBEDDED_CASE).heading
    return {
        "title_ja": "取り込んだ契約・入札",
        "base_fy": heading.base_fy,
        "price_fy": heading.price_fy,
        "as_of": heading.as_of,
        "deadlines": dict(heading.deadlines),
        "published_from": EMBEDDED_CASE,
        "tables": {},
    }
