"""What does a case say about itself (title, date, which tables are illustrative), and which files does a table come from?

Only the heading is read, not the tables: the doors need the provenance of a table, a run needs the files to hash.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from dxmodels.inputs.case_file import TableEntry
from dxmodels.inputs.folders import CasePlace, find_case, find_tables
from dxmodels.inputs.joins import joined_tables

ILLUSTRATIVE = "illustrative"
_DATA_ENDINGS = {".csv", ".xlsx", ".yml", ".json"}
_NOT_READ = {"illustrative", "truth"}  # what made the tables, and what the tests know of them


@dataclass(frozen=True, eq=False)
class CaseFacts:
    """The heading of one case: every table it holds with provenance and source, and where the files lie."""

    name: str
    title_ja: str
    base_fy: int
    as_of: dt.date
    entries: Mapping[str, TableEntry]
    paths: Mapping[str, Path]
    heading_paths: tuple[Path, ...]

    def has(self, table: str) -> bool:
        """True where the case holds the table."""
        return table in self.entries

    def provenance(self, table: str) -> str:
        """Return published, illustrative or own."""
        return self.entries[table].provenance

    def source(self, table: str) -> str:
        """Return what the table rests on."""
        return self.entries[table].source

    @property
    def illustrative_tables(self) -> tuple[str, ...]:
        """Names of the tables marked 架空."""
        return tuple(name for name, entry in self.entries.items() if entry.provenance == ILLUSTRATIVE)

    @property
    def own(self) -> bool:
        """True where the case holds tables of its owner (自前の台帳)."""
        return any(entry.provenance == "own" for entry in self.entries.values())

    def files(self, tables: Iterable[str] | None, *, published_only: bool = False) -> list[Path]:
        """Return the files behind these tables and those they point to (None = all), with the heading; sorted."""
        wanted = set(self.paths) if tables is None else joined_tables(set(tables)) & set(self.paths)
        wanted -= set(self.illustrative_tables) if published_only else set()
        return sorted({*self.heading_paths, *(self.paths[name] for name in wanted)})

    def other_files(self) -> list[Path]:
        """Return data files that lie with the case but are no table of it (verdicts, sheets); not the scripts that made the tables."""
        known = set(self.paths.values())
        found = {
            path
            for folder in self.folders
            for path in folder.rglob("*")
            if path.suffix in _DATA_ENDINGS and path.is_file()
        }
        return sorted(path for path in found - known if not _NOT_READ & set(path.parts))

    @property
    def folders(self) -> tuple[Path, ...]:
        """The folders the case and its base case lie in."""
        return tuple(dict.fromkeys(path.parent for path in self.heading_paths))


@lru_cache(maxsize=8)
def case_facts(name: str) -> CaseFacts:
    """Return the facts of a case; raises ParameterError or InputError as loading it would."""
    place = find_case(name)
    entries, paths, headings = _own(place)
    base_name = place.heading.published_from
    if base_name:
        base_entries, base_paths, base_headings = _own(find_case(base_name))
        for table, entry in base_entries.items():
            if entry.provenance == "published" and table not in entries and table in base_paths:
                entries[table], paths[table] = entry, base_paths[table]
        headings += base_headings
    heading = place.heading
    return CaseFacts(place.name, heading.title_ja, heading.base_fy, heading.as_of, entries, paths, tuple(headings))


def _own(place: CasePlace) -> tuple[dict[str, TableEntry], dict[str, Path], list[Path]]:
    places, _ = find_tables(place)  # faults are reported where the case is loaded
    return dict(place.heading.tables), {name: found.path for name, found in places.items()}, [place.heading_path]
