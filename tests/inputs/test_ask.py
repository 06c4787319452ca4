"""Asking tables of a case: handed over in order, or named where missing."""

from __future__ import annotations

import pandas as pd

from dxmodels.inputs import Case, NotComputable
from dxmodels.inputs.ask import ask

DEPARTMENTS = pd.DataFrame({"department_id": ["D1"], "name_ja": ["総務部"]})
SYSTEMS = pd.DataFrame({"system_id": ["S1", "S2"], "department_id": ["D1", "D1"]})


def count(first: pd.DataFrame, second: pd.DataFrame, *, weight: int) -> tuple[int, int]:
    return len(first) * weight, len(second) * weight


def test_tables_are_handed_over_in_the_order_named() -> None:
    case = Case.from_frames({"systems": SYSTEMS, "departments": DEPARTMENTS}, base_fy=2026, validate=False)
    assert ask(case, ["systems", "departments"], count, weight=10) == (20, 10)
    assert ask(case, ["departments", "systems"], count, weight=10) == (10, 20)
    assert ask(case, "systems", len) == 2


def test_every_missing_table_is_named() -> None:
    case = Case.from_frames({"departments": DEPARTMENTS}, base_fy=2026, validate=False)
    missing = ask(case, ["systems", "departments", "spending"], count, weight=1)
    assert isinstance(missing, NotComputable)
    assert set(missing.needs) == {"systems", "spending"}
