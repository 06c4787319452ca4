"""How does a quotation that came in become a peer of the next one: into the case's own table ``quotations``, wholly or not at all?"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from dxmodels.errors import InputError
from dxmodels.inputs.case_file import CASE_FILE
from dxmodels.inputs.imports.target import find_target, own_table, staged, write_case_file, write_table
from dxmodels.inputs.loading import check_case
from dxmodels.inputs.quotation_form import read_quotation_form
from dxmodels.inputs.raw import cell_text
from dxmodels.inputs.schemas import TABLES

_TABLE = "quotations"
_SOURCE = "事業者から受け取った見積書（dx quotation keep による取込み）"


def keep_quotation(path: str | Path, *, into: str | Path) -> tuple[str, int]:
    """Put the filled form ``path`` into the case ``into`` (a slug or folder; made if it is not there); return its number and lines.

    A quotation of the same number is replaced. Raises InputError with every fault, also where the table would not load; nothing is written then.
    """
    lines = read_quotation_form(path)
    number = str(lines["quotation_id"].iloc[0])
    target = find_target(into, (_TABLE,))
    columns = list(TABLES[_TABLE].columns)
    own = own_table(target, _TABLE)
    old = pd.DataFrame(columns=columns, dtype=object) if own is None else own.reindex(columns=columns).astype(object)
    new = lines.map(cell_text).astype(object)
    with staged(target) as stage:
        write_table(stage, _TABLE, pd.concat([old[old["quotation_id"] != number], new], ignore_index=True).fillna(""))
        write_case_file(stage, {_TABLE: _SOURCE})
        faults = [fault for fault in check_case(stage).faults if fault.file.startswith((f"{_TABLE}.", CASE_FILE))]
        if faults:
            raise InputError(faults)
    return number, len(lines)
