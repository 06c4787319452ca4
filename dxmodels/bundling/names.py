"""What are the codes of a case called, and which codes does a planner mean by a name?

A rule or group may name a municipality by code or name; where it shares a system with others (an existing shared cloud), the whole cloud is
meant, because its members bought together and move together.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from dxmodels.bundling.params import Group
from dxmodels.bundling.texts import RuleText, Texts
from dxmodels.errors import Fault, ParameterError

if TYPE_CHECKING:
    from dxmodels.inputs import Case, Patch

_NAMED = (
    ("tasks", "task"),
    ("vendors", "vendor_id"),
    ("municipalities", "municipality_code"),
    ("departments", "department_id"),
)
CAPACITY_TEXTS = {
    "vendor": RuleText("事業者の移行能力", "件"),
    "municipality_staff": RuleText("市町村の職員の労力", "人年"),
    "prefecture_staff": RuleText("府の職員の労力", "人年"),
}


def texts_of_case(case: Case, units: pd.DataFrame) -> Texts:
    """Return names, capacity titles and what a planner may write for each owner, task and vendor, from the tables the case holds."""
    names: dict[str, str] = {}
    for table, column in _NAMED:
        if table in case.tables:
            frame = case.table(table)
            names |= dict(zip(frame[column].astype(str), frame["name_ja"].astype(str), strict=True))
    names |= {owner: name for owner, name in _owners(units) if owner not in names}
    aliases = {name: code for code, name in reversed(names.items())}
    return Texts(names, dict(CAPACITY_TEXTS), aliases | _members_of_clouds(case))


def groups_of_option(option: Patch | None, texts: Texts, units: pd.DataFrame) -> tuple[Group, ...]:
    """Return the option's named groups with owners as codes; raises ParameterError naming every member that is unknown."""
    if option is None:
        return ()
    known, groups = set(units["owner"]), []
    faults = []
    for entry in option.groups.values():
        codes = tuple(dict.fromkeys(texts.code(name) for name in entry.members))
        faults += [
            Fault(f"組「{entry.title_ja}」", "知らない団体です", "団体コードか団体名を確かめてください", value=name)
            for name in entry.members
            if texts.code(name) not in known
        ]
        lead = texts.code(entry.lead) if entry.lead else ""
        groups.append(Group(entry.title_ja, codes, lead, tuple(map(texts.code, entry.tasks))))
    if faults:
        raise ParameterError(faults)
    return tuple(groups)


def _owners(units: pd.DataFrame) -> list[tuple[str, str]]:
    """Owner codes with their names; a department's unit is named after its system, which is not the owner's name."""
    towns = units[units["region_block"] != "府庁"]
    return list(zip(towns["owner"].astype(str), towns["owner_name_ja"].astype(str), strict=True))


def _members_of_clouds(case: Case) -> dict[str, str]:
    """Code and name of every municipality in an existing shared system → the owner its units stand under."""
    if not {"municipal_systems", "municipalities"} <= set(case.tables):
        return {}
    systems = case.table("municipal_systems")
    shared = systems.dropna(subset=["shared_group"]).drop_duplicates("municipality_code")
    group = dict(zip(shared["municipality_code"].astype(str), shared["shared_group"].astype(str), strict=True))
    towns = case.table("municipalities").set_index("municipality_code")["name_ja"]
    return group | {str(towns[code]): owner for code, owner in group.items() if code in towns}
