"""Who holds which single system behind the units of the simulation?

The simulation sums systems into units; who wins and who loses (department, vendor, local SME) and the plans of earlier rooms (by system and by
task) need the single ones back. Each row carries the number of its unit in the fleet.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from dxmodels.errors import UsageError

if TYPE_CHECKING:
    from dxmodels.inputs import Case

UNKNOWN_JA = "不明"


@dataclass(frozen=True, eq=False)
class Holdings:
    """``cells``: municipality_code, task, unit_number, shared_group, vendor_id, annual_yen; ``own`` (prefecture): system_id, department_ja,
    vendor_id, unit_number, annual_yen; ``vendors``: vendor_id, vendor_ja, is_local_sme (missing where the case does not say).
    """

    cells: pd.DataFrame
    own: pd.DataFrame
    vendors: pd.DataFrame


def hold(case: Case, cells: pd.DataFrame, own: pd.DataFrame) -> Holdings:
    """Return the single systems with the names the case knows; ``cells`` and ``own`` carry their unit already."""
    names = case.table("departments").set_index("department_id")["name_ja"] if _holds(case, "departments") else None
    department = own["department_id"].astype("string")
    named = department if names is None else department.map(names)
    shown = own.assign(department_ja=named.fillna(UNKNOWN_JA), vendor_id=own["vendor_id"].fillna(UNKNOWN_JA))
    return Holdings(cells, shown.drop(columns="department_id"), _vendors(case))


def _vendors(case: Case) -> pd.DataFrame:
    if not _holds(case, "vendors"):
        return pd.DataFrame(columns=["vendor_id", "vendor_ja", "is_local_sme"])
    table = case.table("vendors")[["vendor_id", "name_ja", "is_local_sme"]]
    return table.rename(columns={"name_ja": "vendor_ja"})


def _holds(case: Case, table: str) -> bool:
    """Return whether the case has the table and the caller declared it: names are a help, not a need of the simulation."""
    try:
        return case.has(table)
    except UsageError:
        return False
