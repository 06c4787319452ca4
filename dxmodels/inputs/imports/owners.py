"""Whose contract is it, and is every row fit to stand in the case?

A list of bids names no system. The user's file ``owners.csv`` (words in title and agency → system or municipality; first line that fits wins), or one
municipality for the whole file, says it. Every row is then held against the very checks of ``dx check``: what would stop the case from loading waits
in a file of its own with the reason, together with its bids (half a contract's bids would look like fewer bidders).
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from dxmodels.errors import Fault, InputError
from dxmodels.inputs.case_file import nearest
from dxmodels.inputs.imports.aliases import plain
from dxmodels.inputs.imports.cells import company_key
from dxmodels.inputs.raw import raw_from_frame
from dxmodels.inputs.rules import rule_faults
from dxmodels.inputs.schemas import TABLES
from dxmodels.inputs.tables import check_table
from dxmodels.inputs.text_files import decode, read_bytes

OWNERS_FILE = "owners.csv"
OWNER_COLUMNS = ("title_has", "agency_has", "system_id", "municipality_code", "note")
_VENDOR_CURE = "imports の vendors_to_add.csv を見て vendors に行を加え、もう一度取り込んでください"


@dataclass(frozen=True)
class Known:
    """What the case already knows: vendor IDs by name key, system IDs, municipality codes; None where it holds no such table."""

    vendors: Mapping[str, str] | None = None
    systems: frozenset[str] | None = None
    municipalities: frozenset[str] | None = None


@dataclass(frozen=True, eq=False)
class Assigned:
    """The rows fit for the case, the rows that wait (with problem and cure), and vendor names the case does not know."""

    contracts: pd.DataFrame
    bids: pd.DataFrame
    waiting_contracts: pd.DataFrame
    waiting_bids: pd.DataFrame
    new_vendors: tuple[str, ...]


def assign(contracts: pd.DataFrame, bids: pd.DataFrame, *, owners: Path, municipality: str, known: Known) -> Assigned:
    """Return rows with owner and vendor ID, divided into those fit for the case and those that wait."""
    owned = _with_owner(contracts.copy(), _owner_lines(owners, known), municipality)
    new_vendors = _translate_vendors(owned, bids := bids.copy(), known)
    problems = {**_faulty("contracts", owned), **_strange_vendors(owned, bids, known)}
    for row, (problem, cure) in _faulty("bids", bids).items():
        problems.setdefault(row, (problem, cure))
    waits = owned["contract_id"].isin(list(problems)) if len(owned) else pd.Series(dtype=bool)
    waiting = owned[waits].assign(
        problem=[problems[key][0] for key in owned.loc[waits, "contract_id"]],
        cure=[problems[key][1] for key in owned.loc[waits, "contract_id"]],
    )
    held = bids["contract_id"].isin(list(problems)) if len(bids) else pd.Series(dtype=bool)
    return Assigned(owned[~waits], bids[~held], waiting, bids[held], new_vendors)


def _owner_lines(path: Path, known: Known) -> list[dict[str, str]]:
    if not path.is_file():
        return []
    reader = csv.DictReader(decode(read_bytes(path), file=path.name).splitlines())
    if tuple(reader.fieldnames or ())[: len(OWNER_COLUMNS) - 1] != OWNER_COLUMNS[:-1]:
        cure = f"1行目を {','.join(OWNER_COLUMNS)} にしてください"
        raise InputError([Fault(path.name, "列名が違います", cure, 1)])
    lines = [{name: (line[name] or "").strip() for name in OWNER_COLUMNS[:-1]} for line in reader]
    faults = [fault for row, line in enumerate(lines, start=2) for fault in _owner_faults(path.name, row, line, known)]
    if faults:
        raise InputError(faults)
    return [line for line in lines if line["system_id"] or line["municipality_code"]]


def _owner_faults(file: str, row: int, line: dict[str, str], known: Known) -> list[Fault]:
    faults = []
    if bool(line["system_id"]) == bool(line["municipality_code"]) and any(line.values()):
        cure = "system_id か municipality_code のどちらか一方を書いてください"
        faults.append(Fault(file, "割当先が1つに決まりません", cure, row))
    if any(line.values()) and not (line["title_has"] or line["agency_has"]):
        faults.append(Fault(file, "条件の語がありません", "title_has か agency_has に語を書いてください", row))
    for name, ids in (("system_id", known.systems), ("municipality_code", known.municipalities)):
        if line[name] and ids is not None and line[name] not in ids:
            cure = f"ケースの表にある値にしてください{nearest(line[name], sorted(ids))}"
            faults.append(Fault(file, "ケースの表にない値です", cure, row, name, line[name]))
    return faults


def _with_owner(contracts: pd.DataFrame, lines: list[dict[str, str]], municipality: str) -> pd.DataFrame:
    owners = [_owner_of(plain(str(title)), plain(str(agency)), lines) for title, agency in
              zip(contracts.get("title_ja", ()), contracts.get("agency_ja", ()), strict=True)]  # fmt: skip
    contracts["system_id"] = [line["system_id"] if line else "" for line in owners]
    contracts["municipality_code"] = [line["municipality_code"] if line else municipality for line in owners]
    frame = contracts.reindex(columns=[*TABLES["contracts"].columns, "agency_ja", "source_file", "source_row"])
    return frame.astype(object).where(frame.notna(), "")


def _owner_of(title: str, agency: str, lines: list[dict[str, str]]) -> dict[str, str] | None:
    return next(
        (line for line in lines if plain(line["title_has"]) in title and plain(line["agency_has"]) in agency), None
    )


def _translate_vendors(contracts: pd.DataFrame, bids: pd.DataFrame, known: Known) -> tuple[str, ...]:
    """Give vendors the IDs of the case's own table; without such a table the name (in one writing) is the ID."""
    names = sorted({str(name) for frame in (contracts, bids) if len(frame) for name in frame["vendor_id"] if name})
    if known.vendors is None:
        return tuple(names)
    ids = dict(known.vendors)
    for frame in (contracts, bids):
        if len(frame):
            frame["vendor_id"] = [ids.get(company_key(str(name)), name) for name in frame["vendor_id"]]
    return tuple(name for name in names if company_key(name) not in ids)


def _strange_vendors(contracts: pd.DataFrame, bids: pd.DataFrame, known: Known) -> dict[str, tuple[str, str]]:
    if known.vendors is None:
        return {}
    ids = {*known.vendors.values(), ""}
    pairs = [(key, name) for frame in (contracts, bids) if len(frame) for key, name in
             zip(frame["contract_id"], frame["vendor_id"], strict=True)]  # fmt: skip
    return {key: (f"事業者「{name}」が vendors にありません", _VENDOR_CURE) for key, name in pairs if name not in ids}


def _faulty(table: str, rows: pd.DataFrame) -> dict[str, tuple[str, str]]:
    """Return contract_id → (problem, cure) of every row that ``dx check`` would refuse; long lists of faults are cut, so halve and look again."""
    if rows.empty:
        return {}
    spec = TABLES[table]
    checked = check_table(raw_from_frame(rows.reindex(columns=list(spec.columns)), file=table), spec)
    faults = [*checked.faults, *rule_faults({table: checked})[0]]
    if any(not fault.row for fault in faults) and len(rows) > 1:
        middle = len(rows) // 2
        return {**_faulty(table, rows.iloc[:middle]), **_faulty(table, rows.iloc[middle:])}
    ids = rows["contract_id"].tolist()
    found: dict[str, tuple[str, str]] = {}
    for fault in faults:
        shown = f"{fault.column}「{fault.value}」：" if fault.value else ""
        found.setdefault(str(ids[max(fault.row - 2, 0)]), (f"{shown}{fault.problem}", fault.cure))
    return found
