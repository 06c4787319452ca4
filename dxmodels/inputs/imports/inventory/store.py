"""Where do the rows of an inventory go, and what is kept beside them so that nothing is lost?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from dxmodels.errors import Fault, InputError
from dxmodels.inputs.case_file import CASE_FILE
from dxmodels.inputs.folders import find_case, find_tables
from dxmodels.inputs.imports.aliases import plain
from dxmodels.inputs.imports.cells import company_key
from dxmodels.inputs.imports.findings import Ledger
from dxmodels.inputs.imports.inventory.hand import BROUGHT, rows_brought, rows_by_key, with_hand_work
from dxmodels.inputs.imports.inventory.records import Harvest
from dxmodels.inputs.imports.inventory.resolve import Names, Resolved
from dxmodels.inputs.imports.inventory.words import TARGETS
from dxmodels.inputs.imports.target import FOLDER, Target, own_table, write_case_file, write_table
from dxmodels.inputs.loading import check_case
from dxmodels.inputs.places import EMBEDDED_CASE
from dxmodels.inputs.schemas import TABLES
from dxmodels.inputs.text_files import read_csv_table
from dxmodels.inputs.workbooks import read_sheets

_KEYS, _SOURCE = "inventory_keys", "inventory_source"
_NEW_TITLE, _OTHER_TITLE = "取り込んだ情報システム台帳", "取り込んだ契約・入札"
_ASIDE = ("file", "row", "name_ja", "column", "value")
_IDLE = ("file", "row", "line", "problem")
_MOST_SOURCE_CHARACTERS = 1_900


def known_names(target: Target) -> Names:
    """Return what the case knows by name; municipalities and tasks come from the embedded case where it holds none of its own."""
    home = find_case(target.folder) if target.exists else None

    def pairs(table: str, key: str, *, embedded: bool = False) -> dict[str, str] | None:
        case = (
            home
            if home is not None and table in home.heading.tables
            else find_case(EMBEDDED_CASE)
            if embedded
            else None
        )
        place = find_tables(case)[0].get(table) if case is not None else None
        if place is None:
            return None
        raw = read_sheets(place.path, [place.sheet])[place.sheet] if place.sheet else read_csv_table(place.path)
        if not {"name_ja", key} <= set(raw.header):
            return None
        names, keys = (raw.cells[raw.header.index(name)] for name in ("name_ja", key))
        return {plain(name): code.strip() for name, code in zip(names, keys, strict=True)}

    vendors = pairs("vendors", "vendor_id")
    return Names(
        pairs("departments", "department_id") or {},
        None if vendors is None else {company_key(name): key for name, key in vendors.items()},
        pairs("municipalities", "municipality_code", embedded=True) or {},
        pairs("tasks", "task", embedded=True) or {},
    )


def keys_elsewhere(target: Target, account: Path) -> dict[str, set[str]]:
    """Return, by table, the keys of rows that this import did not bring itself."""
    mine = _keys_before(account)
    taken = {}
    for table in TARGETS:
        own = own_table(target, table)
        if own is not None and set(TABLES[table].key) <= set(own.columns):
            taken[table] = {key for key in _keys(own, table) if (table, key) not in mine}
    return taken


def put_into_case(
    resolved: Resolved, target: Target, stage: Path, account: Path, *, digest: str, ledger: Ledger
) -> None:
    """Write the tables into the staged folder in place of what this file brought before; raise InputError where they would not load.

    What was written by hand into rows of this file stays, and what is no longer in the file goes; both are told in ``ledger``.
    """
    mine = _keys_before(target.imports / account.name)
    keys = []
    for table, rows in resolved.frames.items():
        own = own_table(target, table)
        columns = list(TABLES[table].columns)
        others = (
            pd.DataFrame(columns=columns, dtype=object)
            if own is None
            else own.reindex(columns=columns).astype(object).fillna("")
        )
        left = [(table, key) not in mine for key in _keys(others, table)]
        current = {key: row for key, row in rows_by_key(others, table).items() if (table, key) in mine}
        whole, kept = with_hand_work(rows, table, current, rows_brought(target.imports / account.name, table))
        write_table(stage, table, pd.concat([others[left], whole], ignore_index=True).astype(object))
        write_table(account, f"{BROUGHT}{table}", rows)
        _tell_hand_work(
            ledger, table, kept, [row for key, row in current.items() if key not in set(_keys(rows, table))]
        )
        keys += [(table, key) for key in _keys(rows, table)]
    _add_departments(resolved.departments, target, stage)
    write_table(account, _KEYS, pd.DataFrame(keys, columns=["table", "key"], dtype=object))
    write_table(account, _SOURCE, pd.DataFrame([{"file": ledger.file, "sha256": digest}]))
    names = [*resolved.frames, *(["departments"] if resolved.departments else [])]
    write_case_file(stage, dict.fromkeys(names, _source_text(stage)))
    if not target.exists:
        heading = stage / CASE_FILE
        text = heading.read_text(encoding="utf-8").replace(_OTHER_TITLE, _NEW_TITLE)
        heading.write_text(text, encoding="utf-8")
    _refuse_unsound(stage, names)


def _tell_hand_work(
    ledger: Ledger, table: str, kept: Sequence[tuple[str, str, str]], gone: Sequence[Mapping[str, str]]
) -> None:
    facts = TABLES[table].facts
    for _, column, value in kept:
        cure = "台帳の値に戻すには、ケースの表の値を消して取り込み直してください"
        ledger.find(
            Fault(ledger.file, "手で書いた値を残しました", cure, column=facts[column].title_ja, value=value), "note"
        )
    for row in gone:
        cure = "廃止でなければ台帳に戻して取り込み直してください"
        name = row.get("name_ja") or row[TABLES[table].key[0]]
        ledger.find(
            Fault(ledger.file, "前回の取込みにあった行が今の台帳にないため、ケースから除きました", cure, value=name),
            "note",
        )


def write_account(account: Path, harvest: Harvest, resolved: Resolved) -> None:
    """Keep what was not understood, refused rows as they were written, the totals, and every cell of a column left out."""
    ledger = harvest.ledger
    write_table(account, "not_understood", ledger.report(), for_people=True)
    write_table(account, "refused_rows", ledger.refused_rows(), for_people=True)
    idle = pd.DataFrame(harvest.idle, columns=list(_IDLE), dtype=object)
    write_table(account, "idle_rows", idle, for_people=True)
    write_table(account, "totals", ledger.totals(), for_people=True)
    write_table(
        account, "unmapped_cells", pd.DataFrame(harvest.aside, columns=list(_ASIDE), dtype=object), for_people=True
    )
    vendors = pd.DataFrame(
        {"vendor_id": "", "name_ja": list(resolved.new_vendors), "is_local_sme": "", "references_count": ""}
    )
    write_table(account, "vendors_to_add", vendors, for_people=True)


def _keys(frame: pd.DataFrame, table: str) -> list[str]:
    columns = [frame[name].astype(str) for name in TABLES[table].key]
    return ["|".join(parts) for parts in zip(*columns, strict=True)]


def _keys_before(account: Path) -> set[tuple[str, str]]:
    path = account / f"{_KEYS}.csv"
    if not path.is_file():
        return set()
    frame = pd.read_csv(path, dtype=str, keep_default_na=False)
    return set(zip(frame["table"], frame["key"], strict=True))


def _add_departments(departments: Mapping[str, str], target: Target, stage: Path) -> None:
    if not departments:
        return
    columns = list(TABLES["departments"].columns)
    own = own_table(target, "departments")
    old = (
        pd.DataFrame(columns=columns, dtype=object)
        if own is None
        else own.reindex(columns=columns).astype(object).fillna("")
    )
    new = pd.DataFrame({"department_id": list(departments), "name_ja": list(departments.values()), "staff_people": ""})
    write_table(stage, "departments", pd.concat([old, new], ignore_index=True).astype(object))


def _source_text(stage: Path) -> str:
    rows = [pd.read_csv(path, dtype=str).iloc[0] for path in sorted((stage / FOLDER).glob(f"*/{_SOURCE}.csv"))]
    text = "dx import excel による取込み：" + "、".join(
        f"{row['file']}（SHA-256 {row['sha256'][:12]}）" for row in rows
    )
    return text if len(text) <= _MOST_SOURCE_CHARACTERS else f"dx import excel による取込み {len(rows)} ファイル"


def _refuse_unsound(stage: Path, names: list[str]) -> None:
    files = (*(f"{name}." for name in names), CASE_FILE)
    faults = [fault for fault in check_case(stage).faults if fault.file.startswith(files)]
    if faults:
        raise InputError(faults)
