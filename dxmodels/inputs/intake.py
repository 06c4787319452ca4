"""Are these tables, taken together, fit to calculate with?

Each table is checked for itself, then the joins between them, then the rules within a row; amounts stated without tax are made
tax-inclusive. Everything found is kept: faults (the case does not load) and warnings (it loads and says so).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from dxmodels.errors import Fault, InputError
from dxmodels.inputs.case_file import nearest
from dxmodels.inputs.columns import read_column, typed_array
from dxmodels.inputs.crosschecks import disagreements
from dxmodels.inputs.joins import join_faults
from dxmodels.inputs.raw import RawTable, raw_from_frame
from dxmodels.inputs.rules import rule_faults
from dxmodels.inputs.schemas import TABLES, TableSpec
from dxmodels.inputs.tables import CheckedTable, check_table
from dxmodels.inputs.tax import with_tax


@dataclass(frozen=True, eq=False)
class Intake:
    """The typed tables by name, with all faults and warnings of them together."""

    frames: Mapping[str, pd.DataFrame]
    faults: tuple[Fault, ...]
    warnings: tuple[Fault, ...]


def take_in(
    tables: Mapping[str, CheckedTable],
    *,
    unreadable: frozenset[str] = frozenset(),
    faults: Sequence[Fault] = (),
    warnings: Sequence[Fault] = (),
) -> Intake:
    """Return the frames of checked tables, with the faults of tables, joins and rules; tax is added where it is not in yet.

    ``unreadable`` names tables whose files could not be read (their ``faults`` are given): joins to them wait for the mending.
    ``warnings`` found before (files left unread) stand first.
    """
    joins, join_warnings = join_faults(tables, waiting=unreadable)
    rules, rule_warnings = rule_faults(tables)
    faults = [*faults, *(fault for table in tables.values() for fault in table.faults), *joins, *rules]
    warnings = [
        *warnings,
        *(warning for table in tables.values() for warning in table.warnings),
        *join_warnings,
        *rule_warnings,
        *disagreements(tables),
    ]
    frames = {name: table.frame for name, table in tables.items()}
    if not faults and "contracts" in frames:
        frames["contracts"], tax_warnings = with_tax(frames["contracts"], tables["contracts"])
        warnings += tax_warnings
    warnings += _no_rows([table.file for table in tables.values() if table.frame.empty and not table.faults])
    return Intake(frames, tuple(faults), tuple(warnings))


def take_in_frames(frames: Mapping[str, pd.DataFrame], *, checked: bool) -> Intake:
    """Return tables held in memory as if read from files; unchecked, they are only typed (unreadable cells are still faults)."""
    unknown = [name for name in frames if name not in TABLES]
    if unknown:
        cure = "data/README.md の表名を使ってください"
        raise InputError([Fault(name, f"知らない表の名前です{nearest(name, TABLES)}", cure) for name in unknown])
    raws = {name: raw_from_frame(frame, file=name) for name, frame in frames.items()}
    if checked:
        return take_in({name: check_table(raw, TABLES[name]) for name, raw in raws.items()})
    faults: list[Fault] = []
    typed = {name: _typed(raw, TABLES[name], faults) for name, raw in raws.items()}
    return Intake(typed, tuple(faults), ())


def _typed(raw: RawTable, spec: TableSpec, faults: list[Fault]) -> pd.DataFrame:
    blank = np.zeros(len(raw.rows), dtype=np.intp)
    arrays = {}
    for name, facts in spec.facts.items():
        if name in raw.header:
            arrays[name], found, _ = read_column(raw.cells[raw.header.index(name)], raw.rows, facts, file=raw.file)
            faults += found
        else:
            arrays[name] = typed_array([None], facts.kind, blank)
    for name in set(raw.header) - set(spec.columns):
        cure = f"列名を直してください{nearest(name, spec.columns)}"
        faults.append(Fault(raw.file, f"表「{spec.name}」にない列です", cure, row=1, column=name))
    return pd.DataFrame(arrays)


def _no_rows(files: list[str]) -> list[Fault]:
    if not files:
        return []
    cure = "これらの表を要る問いは「算出不能」になります。必要なら行を入れてください"
    return [Fault("、".join(files), "列名だけでデータの行がありません", cure)]
