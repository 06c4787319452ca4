"""Does every key that a table points to exist in the table it points to?

The references stand in the schemas (``references``); two more depend on another column of the row: whose capacity it is, and
whether an offer is for a municipal task or a kind of the prefecture's systems. A blank points nowhere. Where the table pointed to is not
in the case, or is empty, the join cannot be checked, which is a warning; where that table is itself faulty in its key, its joins wait for the mending.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import pandas as pd

from dxmodels.errors import Fault
from dxmodels.inputs.case_file import nearest
from dxmodels.inputs.columns import MOST_FAULTS_OF_A_KIND
from dxmodels.inputs.schemas import TABLES
from dxmodels.inputs.tables import CheckedTable

_HINTS_LOOKED_AT = 20_000  # nearest names are looked for among so many keys at most


@dataclass(frozen=True)
class Join:
    """``table.column`` points to ``target.target_column``, for the rows whose ``switch`` column holds ``case`` (if given)."""

    table: str
    column: str
    target: str
    target_column: str
    switch: str = ""
    case: str = ""

    def pointers(self, frame: pd.DataFrame) -> pd.Series:
        """Return the filled cells of the pointing column, by row."""
        rows = frame if not self.switch else frame.loc[(frame[self.switch] == self.case).fillna(False)]
        return rows[self.column].dropna()


_SWITCHED = (
    Join("capacity", "holder_id", "vendors", "vendor_id", "capacity_kind", "vendor"),
    Join("capacity", "holder_id", "municipalities", "municipality_code", "capacity_kind", "municipality_staff"),
    Join("offers", "unit_key", "tasks", "task", "unit_kind", "task"),
    Join("offers", "unit_key", "systems", "system_kind", "unit_kind", "system_kind"),
)


def joins_of(table: str) -> tuple[Join, ...]:
    """Return every join that starts from ``table``."""
    plain = tuple(
        Join(table, column, *place.split(".", maxsplit=1)) for column, place in TABLES[table].references.items()
    )
    return plain + tuple(join for join in _SWITCHED if join.table == table)


def joined_tables(names: set[str]) -> set[str]:
    """Return ``names`` and every table they point to, directly or through others."""
    known = set(names)
    waiting = list(names)
    while waiting:
        for join in joins_of(waiting.pop()):
            if join.target not in known:
                known.add(join.target)
                waiting.append(join.target)
    return known


def leave_out_strangers(tables: Mapping[str, CheckedTable], *, borrowed: frozenset[str]) -> dict[str, CheckedTable]:
    """Return ``tables`` with the borrowed ones cut to the rows that speak of this case's own municipalities, tasks and so on.

    A borrowed row that points to nothing in a table the case holds itself is about somebody else, and no fault.
    """
    kept = dict(tables)
    for name in borrowed & set(tables):
        for join in joins_of(name):
            if join.target in tables and join.target not in borrowed:
                pointers = join.pointers(kept[name].frame)
                strangers = pointers.index[~pointers.isin(tables[join.target].frame[join.target_column])]
                kept[name] = _without(kept[name], strangers)
    return kept


def _without(table: CheckedTable, lines: pd.Index) -> CheckedTable:
    stays = ~table.frame.index.isin(lines)
    return replace(table, frame=table.frame[stays].reset_index(drop=True), rows=table.rows[stays])


def join_faults(
    tables: Mapping[str, CheckedTable], *, waiting: frozenset[str] = frozenset()
) -> tuple[list[Fault], list[Fault]]:
    """Return (faults, warnings) of all joins between the given tables; joins to the ``waiting`` tables are left for later."""
    faults: list[Fault] = []
    warnings: list[Fault] = []
    for name, table in tables.items():
        for join in joins_of(name):
            if join.target in waiting:
                continue
            target = tables.get(join.target)
            if target is None or (target.frame.empty and not target.faults):
                warnings += _uncheckable(table, join)
            elif join.target_column not in target.faulty_columns:
                faults += _orphans(table, join, target)
    return faults, warnings


def _uncheckable(table: CheckedTable, join: Join) -> list[Fault]:
    if join.pointers(table.frame).empty:
        return []
    problem = f"参照先の表「{join.target}」がない（または空の）ため照合できません"
    return [Fault(table.file, problem, f"表「{join.target}」をケースに加えると照合します", column=join.column)]


def _orphans(table: CheckedTable, join: Join, target: CheckedTable) -> list[Fault]:
    pointers = join.pointers(table.frame)
    known = target.frame[join.target_column].dropna().unique()
    lost = pointers[~pointers.isin(known)]
    if lost.empty:
        return []
    problem = f"表「{join.target}」にない値です"
    hints = {
        value: _cure(str(value), join, list(known[:_HINTS_LOOKED_AT]))
        for value in lost.unique()[:MOST_FAULTS_OF_A_KIND]
    }
    faults = [
        Fault(table.file, problem, hints[value], int(row), join.column, str(value))
        for row, value in zip(table.rows[lost.index], lost.iloc[:MOST_FAULTS_OF_A_KIND], strict=False)
    ]
    rest = len(lost) - len(faults)
    if rest > 0:
        cure = f"{join.target}.{join.target_column} にある値に直してください"
        faults.append(Fault(table.file, f"{problem}（同じ誤りがほかに {rest:,} 件）", cure, column=join.column))
    return faults


def _cure(value: str, join: Join, known: list[str]) -> str:
    hint = nearest(value, known)
    return f"値を直すか、{join.target}.{join.target_column} に行を加えてください{hint}"
