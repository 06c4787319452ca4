"""Which tables does this case hold, are they sound, and what is in them?

``load_case`` gives a Case or raises InputError with every fault; ``check_case`` never raises for a faulty case but reports (``dx check``).
Both read the same way: find the files, read and check each table, then the joins and rules between them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from dxmodels.errors import Fault, InputError, ParameterError, describe_faults
from dxmodels.inputs.case import Case
from dxmodels.inputs.case_file import CASE_FILE, TableEntry, nearest
from dxmodels.inputs.folders import CasePlace, TablePlace, find_case, find_strays, find_tables
from dxmodels.inputs.intake import Intake, take_in
from dxmodels.inputs.joins import joined_tables, leave_out_strangers
from dxmodels.inputs.raw import RawTable
from dxmodels.inputs.schemas import TABLES
from dxmodels.inputs.tables import check_table
from dxmodels.inputs.text_files import read_csv_table
from dxmodels.inputs.workbooks import read_sheets


@dataclass(frozen=True, eq=False)
class CheckReport:
    """What was found in a case: faults (it does not load), warnings (it does), and the rows of each table read."""

    case: str
    faults: tuple[Fault, ...]
    warnings: tuple[Fault, ...]
    counts: Mapping[str, int]

    @property
    def ok(self) -> bool:
        """Whether the case loads."""
        return not self.faults

    def to_frame(self) -> pd.DataFrame:
        """Return one row a finding: severity, file, row, column, value, problem, cure."""
        rows = [
            (severity, fault.file, fault.row, fault.column, fault.value, fault.problem, fault.cure)
            for severity, group in (("fault", self.faults), ("warning", self.warnings))
            for fault in group
        ]
        return pd.DataFrame(rows, columns=["severity", "file", "row", "column", "value", "problem", "cure"])

    def summary(self) -> str:
        """Return the finding in Japanese: the counts, then every fault, then the warnings grouped by kind."""
        held = f"ケース「{self.case}」：{len(self.counts)} 表、{sum(self.counts.values()):,} 行を検査。"
        found = "誤りはありません。" if self.ok else describe_faults(self.faults)
        looks = [f"注意 {len(self.warnings)} 件：", *_grouped(self.warnings)] if self.warnings else []
        return "\n".join([held, found, *looks])


def _grouped(warnings: tuple[Fault, ...]) -> list[str]:
    """One line a kind of warning: the first of it in full, and how many more there are and where."""
    groups: dict[tuple[str, str, str], list[Fault]] = {}
    for fault in warnings:
        groups.setdefault((fault.file, fault.column, fault.cure), []).append(fault)
    lines = []
    for first, *others in groups.values():
        rows = "、".join(str(fault.row) for fault in others[:5] if fault.row)
        more = f"（ほかに {len(others)} 件：{rows}{' …' if len(others) > 5 else ''} 行目）" if others else ""
        lines.append(f"  ・{first}{more}")
    return lines


@dataclass(frozen=True, eq=False)
class _Holding:
    """What a case has to offer: where each table stands, and its entry in case.yml (its own, or the base case's)."""

    place: CasePlace
    tables: Mapping[str, TablePlace]
    entries: Mapping[str, TableEntry]
    borrowed: frozenset[str]
    faults: tuple[Fault, ...]
    warnings: tuple[Fault, ...]

    @property
    def waiting(self) -> frozenset[str]:
        """Tables the case lists that cannot be read before it is mended (absent, or given twice): joins to them wait."""
        return frozenset(self.place.heading.tables) - frozenset(self.tables)


def load_case(name_or_path: str | Path, *, tables: Iterable[str] | None = None, published_only: bool = False) -> Case:
    """Return the case ``name_or_path`` (a slug under data/, or a path to a folder or workbook), read and checked.

    ``tables``: only these can be asked for (a notebook declares what it reads); the tables they point to are checked with them.
    ``published_only``: illustrative tables are not even read; published and own ones stay.
    Raises InputError with **all** faults, ParameterError for an unknown name.
    """
    holding = _holding_of(name_or_path)
    wanted = _wanted(holding, tables)
    left_out = _illustrative(holding) if published_only else frozenset()
    intake, _ = _take_in_files(holding, (joined_tables(set(wanted)) & set(holding.tables)) - left_out)
    faults = (*holding.faults, *intake.faults)
    if faults:
        raise InputError(faults)
    return _case(holding, intake, wanted - left_out, published_only=published_only, left_out=left_out)


def check_case(name_or_path: str | Path, *, published_only: bool = False) -> CheckReport:
    """Return everything wrong or odd about a case; a faulty case is a report, not an error (an unknown name is one)."""
    try:
        holding = _holding_of(name_or_path)
    except ParameterError:
        raise
    except InputError as error:
        return CheckReport(str(name_or_path), error.faults, (), {})
    left_out = _illustrative(holding) if published_only else frozenset()
    intake, counts = _take_in_files(holding, set(holding.tables) - left_out)
    return CheckReport(holding.place.name, (*holding.faults, *intake.faults), intake.warnings, counts)


def _holding_of(name_or_path: str | Path) -> _Holding:
    place = find_case(name_or_path)
    places, faults = find_tables(place)
    entries = {name: place.heading.tables[name] for name in places}
    if place.heading.published_from:
        base = find_case(place.heading.published_from)
        base_places, base_faults = find_tables(base)
        faults += base_faults
        for name, base_place in base_places.items():
            if base.heading.tables[name].provenance == "published" and name not in place.heading.tables:
                places[name], entries[name] = base_place, base.heading.tables[name]
    borrowed = frozenset(places) - frozenset(place.heading.tables)
    return _Holding(place, places, entries, borrowed, tuple(faults), tuple(find_strays(place)))


def _wanted(holding: _Holding, tables: Iterable[str] | None) -> frozenset[str]:
    if tables is None:
        return frozenset(holding.tables)
    names = list(tables)
    unknown = [name for name in names if name not in TABLES]
    if unknown:
        cure = "data/README.md の表名を使ってください"
        faults = [Fault("tables", f"知らない表の名前です{nearest(name, TABLES)}", cure, value=name) for name in unknown]
        raise ParameterError(faults)
    return frozenset(names) & frozenset(holding.tables)


def _illustrative(holding: _Holding) -> frozenset[str]:
    return frozenset(name for name, entry in holding.entries.items() if entry.provenance == "illustrative")


def _take_in_files(holding: _Holding, names: Iterable[str]) -> tuple[Intake, dict[str, int]]:
    """Read and check the named tables; a file that cannot be read is a fault like any other. Texts are let go table by table."""
    wanted = set(names)
    places = {name: holding.tables[name] for name in TABLES if name in wanted}
    faults: list[Fault] = []
    checked = {name: check_table(raw, TABLES[name]) for name, raw in _raw_tables(places, faults)}
    checked = leave_out_strangers(checked, borrowed=holding.borrowed)
    intake = take_in(
        checked,
        unreadable=(frozenset(places) - set(checked)) | holding.waiting,
        faults=faults,
        warnings=holding.warnings,
    )
    return intake, {name: len(table.frame) for name, table in checked.items()}


def _raw_tables(places: Mapping[str, TablePlace], faults: list[Fault]) -> Iterator[tuple[str, RawTable]]:
    """Yield each readable table in turn; unreadable files add to ``faults``. A workbook is opened once for all its sheets."""
    books: dict[Path, dict[str, RawTable]] = {}
    for name, place in places.items():
        try:
            if not place.sheet:
                yield name, read_csv_table(place.path)
                continue
            if place.path not in books:
                sheets = [other.sheet for other in places.values() if other.path == place.path]
                books[place.path] = read_sheets(place.path, sheets)
        except InputError as error:  # of a workbook: the faults of all its sheets together, so it is not opened again
            faults += error.faults
            books[place.path] = {}
        if place.sheet and place.sheet in books[place.path]:
            yield name, books[place.path].pop(place.sheet)


def _case(
    holding: _Holding, intake: Intake, names: frozenset[str], *, published_only: bool, left_out: frozenset[str]
) -> Case:
    heading = holding.place.heading
    digests = {name: _digest(holding.tables[name].path) for name in TABLES if name in names}
    return Case(
        name=holding.place.name,
        title_ja=heading.title_ja,
        base_fy=heading.base_fy,
        price_fy=heading.price_fy,
        as_of=heading.as_of,
        deadlines=heading.deadlines,
        published_only=published_only,
        digests={CASE_FILE: _digest(holding.place.heading_path), **digests},
        frames={name: intake.frames[name] for name in TABLES if name in names},
        provenances={name: holding.entries[name].provenance for name in names},
        sources={name: holding.entries[name].source for name in names},
        warnings=intake.warnings,
        stale_after_days=heading.stale_after_days,
        undeclared=frozenset(holding.tables) - names - left_out,
        left_out=left_out,
    )


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
