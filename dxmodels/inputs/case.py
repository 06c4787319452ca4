"""What does this case hold, and how far can each of its tables be trusted?

A case is a set of typed, checked tables with one word of provenance each (published, illustrative, own), seen from one day in one base
fiscal year. It is frozen: ``table`` hands out copies. A table that is absent, empty, or lacks what a question rests on answers with
MissingTableError (算出不能), never with an empty result.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

import pandas as pd

from dxmodels.errors import Fault, InputError, MissingTableError, UsageError
from dxmodels.fiscal import fiscal_year_start
from dxmodels.inputs.availability import MissingTablesError
from dxmodels.inputs.case_file import Provenance, nearest
from dxmodels.inputs.intake import take_in_frames
from dxmodels.inputs.raw import digest_of_frame
from dxmodels.inputs.reads import EVERYTHING, note_table
from dxmodels.inputs.schemas import TABLES

GRADES = ("公表値", "推計", "架空")
_LEFT_OUT = "は架空データのため、公表値のみの実行では使いません"


@dataclass(frozen=True, eq=False)
class Case:
    """One loaded case; made by ``load_case`` or ``Case.from_frames``, never by hand.

    ``digests`` maps each table (and ``case.yml``) to the SHA-256 of the file it came from. ``warnings`` are findings that do not stop
    the case from loading. ``stale_after_days`` names the assumption for staleness, where case.yml gives one. ``undeclared`` are tables
    the case holds but ``load_case(tables=…)`` did not ask for; ``left_out`` are illustrative tables a published-only run leaves out.
    """

    name: str
    title_ja: str
    base_fy: int
    price_fy: int
    as_of: dt.date
    deadlines: Mapping[str, dt.date]
    published_only: bool
    digests: Mapping[str, str]
    frames: Mapping[str, pd.DataFrame] = field(repr=False)
    provenances: Mapping[str, Provenance] = field(repr=False)
    sources: Mapping[str, str] = field(repr=False)
    warnings: tuple[Fault, ...] = field(default=(), repr=False)
    stale_after_days: str | None = None
    undeclared: frozenset[str] = frozenset()
    left_out: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        """Freeze the mappings."""
        for name in ("deadlines", "digests", "frames", "provenances", "sources"):
            object.__setattr__(self, name, MappingProxyType(dict(getattr(self, name))))

    @property
    def tables(self) -> tuple[str, ...]:
        """Names of the tables that can be asked for and have at least one row, in the order of the schemas."""
        note_table(EVERYTHING)
        return tuple(name for name in TABLES if len(self.frames.get(name, ())) > 0)

    def has(self, name: str) -> bool:
        """Return whether the case holds the table with at least one row."""
        note_table(name)
        if name in self.undeclared:
            raise _undeclared(name)
        return name in self.frames and len(self.frames[name]) > 0

    def table(self, name: str, columns: Sequence[str] = ()) -> pd.DataFrame:
        """Return a fresh copy of a table with all its columns (dtypes: ``schemas.DTYPES``; index 0..n-1).

        ``columns`` are those the question rests on: MissingTableError where the table is absent or empty, or one of them is
        entirely blank. ModelError for a name no schema knows.
        """
        _refuse_unknown(name, columns)
        if not self.has(name):
            raise MissingTableError(name, columns, reason=self._why_missing(name))
        frame = self.frames[name]
        blank = [column for column in columns if bool(frame[column].isna().all())]
        if blank:
            raise MissingTableError(name, blank, reason="の必要な列がすべて空欄です")
        return frame.copy()

    def require(self, needs: Mapping[str, Sequence[str]]) -> dict[str, pd.DataFrame]:
        """Return several tables at once; MissingTablesError names everything missing, not only the first.

        ``needs`` maps each table to the columns the question rests on, e.g. ``{"systems": ["annual_cost_yen"], "spending": []}``.
        """
        found: dict[str, pd.DataFrame] = {}
        missing: dict[str, Sequence[str]] = {}
        for name, columns in needs.items():
            try:
                found[name] = self.table(name, columns)
            except MissingTableError as error:
                missing[name] = error.columns
        if missing:
            raise MissingTablesError(missing)
        return found

    def provenance(self, name: str) -> Provenance:
        """Return published, illustrative or own; MissingTableError where the case does not hold the table."""
        _refuse_unknown(name)
        note_table(name)
        if name in self.undeclared:
            raise _undeclared(name)
        if name not in self.provenances:
            raise MissingTableError(name, reason=self._why_missing(name))
        return self.provenances[name]

    def source(self, name: str) -> str:
        """Return what the table rests on, as case.yml states it."""
        self.provenance(name)
        return self.sources[name]

    def grade(self, *names: str, computed: bool = True) -> str:
        """Return 架空 if any named table is illustrative; else 推計 if computed or any is the user's own; else 公表値."""
        kinds = {self.provenance(name) for name in names}
        if "illustrative" in kinds:
            return GRADES[2]
        return GRADES[1] if computed or "own" in kinds else GRADES[0]

    @classmethod
    def from_frames(
        cls,
        frames: Mapping[str, pd.DataFrame],
        *,
        base_fy: int,
        price_fy: int | None = None,
        as_of: dt.date | None = None,
        name: str = "test",
        title_ja: str = "試験用ケース",
        deadlines: Mapping[str, dt.date] | None = None,
        provenance: Provenance | Mapping[str, Provenance] = "own",
        sources: Mapping[str, str] | None = None,
        published_only: bool = False,
        validate: bool = True,
    ) -> Case:
        """Return a case of tables held in memory, read and checked as if they came from files (values may be text or typed).

        Columns a frame lacks are added blank; with ``validate`` a lacking required column, as every other fault, raises InputError.
        ``validate=False`` types the columns but checks nothing else: for small tests of one formula.
        """
        intake = take_in_frames(frames, checked=validate)
        if intake.faults:
            raise InputError(intake.faults)
        given = provenance if isinstance(provenance, Mapping) else dict.fromkeys(frames, provenance)
        kinds = {table: given.get(table, "own") for table in frames}
        left_out = frozenset(table for table, kind in kinds.items() if published_only and kind == "illustrative")
        kept = [table for table in frames if table not in left_out]
        return cls(
            name=name,
            title_ja=title_ja,
            base_fy=base_fy,
            price_fy=base_fy if price_fy is None else price_fy,
            as_of=fiscal_year_start(base_fy) if as_of is None else as_of,
            deadlines=deadlines or {},
            published_only=published_only,
            digests={table: digest_of_frame(intake.frames[table]) for table in kept},
            frames={table: intake.frames[table] for table in kept},
            provenances={table: kinds[table] for table in kept},
            sources={table: (sources or {}).get(table, "メモリ上の表") for table in kept},
            warnings=intake.warnings,
            left_out=left_out,
        )

    def _why_missing(self, name: str) -> str:
        if name in self.left_out:
            return _LEFT_OUT
        return "に行がありません" if name in self.frames else "がありません"


def _undeclared(name: str) -> UsageError:
    return UsageError(
        f"表「{name}」はケースにありますが、load_case(tables=[…]) で宣言されていません。→ tables に「{name}」を加えてください。"
    )


def _refuse_unknown(name: str, columns: Sequence[str] = ()) -> None:
    if name not in TABLES:
        raise UsageError(
            f"表「{name}」という名前の表は定義されていません{nearest(name, TABLES)}。→ data/README.md の表名を使ってください。"
        )
    for column in columns:
        if column not in TABLES[name].facts:
            hint = nearest(column, TABLES[name].columns)
            raise UsageError(
                f"表「{name}」に列「{column}」は定義されていません{hint}。→ data/README.md の列名を使ってください。"
            )
