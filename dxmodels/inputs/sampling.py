"""Which few rows of a case make a sample that still loads: every key that a row points to comes along?"""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from dxmodels.inputs.case import Case
from dxmodels.inputs.joins import joins_of


def sample_rows(case: Case, tables: Sequence[str], *, rows: int) -> dict[str, pd.DataFrame]:
    """Return the first ``rows`` rows of each table the case holds, and every further row they point to (closed under all joins)."""
    frames = {name: case.table(name) for name in tables if name in case.tables}
    chosen = {name: set(frame.index[:rows]) for name, frame in frames.items()}
    grew = True
    while grew:
        grew = False
        for name, frame in frames.items():
            for join in joins_of(name):
                if join.target not in frames:
                    continue
                pointers = join.pointers(frame.loc[sorted(chosen[name])])
                target = frames[join.target]
                needed = set(target.index[target[join.target_column].isin(pointers)])
                if join.target_column == "system_kind":  # any one system of the kind will do
                    needed = set(target[target.index.isin(needed)].drop_duplicates(join.target_column).index)
                grew = grew or not needed <= chosen[join.target]
                chosen[join.target] |= needed
    return {name: frame.loc[sorted(chosen[name])].reset_index(drop=True) for name, frame in frames.items()}
