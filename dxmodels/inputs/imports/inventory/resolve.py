"""Which keys do the names of an inventory stand for, and which rows are fit to stand in the case?

Departments that the case does not know are added under a new ID. Vendors are looked up in the case's table, or go by their name in one writing where
it holds none (whether a firm is a local SME is not in an inventory and is not guessed). Municipalities and tasks are looked up by code or name.
A system without a number gets a key made from department and name, the same every year. A row that would stop the case from loading
is refused, or its one contradicting value left blank, with the reason.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from dxmodels.errors import Fault
from dxmodels.inputs.case_file import nearest
from dxmodels.inputs.codes import is_municipality_code
from dxmodels.inputs.imports.aliases import plain
from dxmodels.inputs.imports.cells import company_key
from dxmodels.inputs.imports.findings import Ledger
from dxmodels.inputs.imports.inventory.records import Harvest, Record
from dxmodels.inputs.raw import RawTable
from dxmodels.inputs.rules import rule_faults
from dxmodels.inputs.schemas import TABLES
from dxmodels.inputs.tables import CheckedTable, check_table
from dxmodels.money import tax_inclusive_yen

MADE_KEYS = {"systems": ("system_id", "S"), "services": ("service_id", "V")}
_DIGEST_SHOWN = 8
_MOST_LOOKS = 4


@dataclass(frozen=True, eq=False)
class Names:
    """What the case knows by name: IDs of departments, vendors (None = no table), municipalities and tasks."""

    departments: Mapping[str, str] = field(default_factory=dict)
    vendors: Mapping[str, str] | None = None
    municipalities: Mapping[str, str] = field(default_factory=dict)
    tasks: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Resolved:
    """Rows by table ready for the case (text), new departments (ID → name), and vendors the case does not know."""

    frames: Mapping[str, pd.DataFrame]
    departments: Mapping[str, str]
    new_vendors: tuple[str, ...]


def resolve(harvest: Harvest, names: Names, *, taken: Mapping[str, set[str]], tax_rate: float,
            net_columns: frozenset[tuple[str, str]]) -> Resolved:  # fmt: skip
    """Return the rows fit for the case; all others are settled in the ledger.

    ``taken`` holds keys by table that another source has already put there (the row is then left as it is, and said so);
    ``net_columns`` are (table, heading) of amounts stated without tax.
    """
    ledger = harvest.ledger
    departments, strangers = _Departments(names.departments), dict[str, None]()
    kept: list[Record] = []
    for record in harvest.records:
        problem = _put_ids(record, names, departments, strangers, ledger)
        if problem:
            _refuse(ledger, record, *problem)
            continue
        _add_tax(record, net_columns, tax_rate)
        kept.append(record)
    kept = _without_doubles(kept, taken, ledger)
    fit = {table: _fit([record for record in kept if record.table == table], table, ledger) for table in
           dict.fromkeys(record.table for record in kept)}  # fmt: skip
    used = {text for rows in fit.values() for record in rows if (text := record.texts.get("department_id"))}
    frames = {table: pd.DataFrame([record.texts for record in rows], dtype=object).reindex(columns=list(TABLES[table].columns)).astype(object).fillna("")
              for table, rows in fit.items()}  # fmt: skip
    added = {key: name for key, name in departments.added.items() if key in used}
    return Resolved(frames, added, tuple(strangers))


class _Departments:
    """IDs of departments by name: known ones stay, new ones are numbered on."""

    def __init__(self, known: Mapping[str, str]) -> None:
        self.ids = {plain(name): key for name, key in known.items()}
        self.keys = set(known.values())
        self.added: dict[str, str] = {}

    def key(self, name: str) -> str:
        if name in self.keys:
            return name
        if plain(name) not in self.ids:
            number = 1 + max((int(found[1]) for key in self.keys if (found := re.fullmatch(r"D(\d+)", key))), default=0)
            new = f"D{number:02d}"
            self.ids[plain(name)] = new
            self.keys.add(new)
            self.added[new] = name
        return self.ids[plain(name)]


def _put_ids(
    record: Record, names: Names, departments: _Departments, strangers: dict[str, None], ledger: Ledger
) -> tuple[str, str] | None:
    texts = record.texts
    if record.table in MADE_KEYS:
        if not texts.get("department_id"):
            return "所管部局が分かりません", "部局を書くか、取込みの設定の「空欄に入れる値」に書いてください"
        name = texts["department_id"]
        texts["department_id"] = departments.key(name)
        column, letter = MADE_KEYS[record.table]
        texts[column] = texts.get(column) or _made_key(letter, name, texts.get("name_ja", ""))
    for column, known, what in (("municipality_code", names.municipalities, "市町村"), ("task", names.tasks, "業務")):
        if column not in TABLES[record.table].facts:
            continue
        found = _looked_up(texts.get(column, ""), known)
        if found is None:
            return f"{what}「{texts.get(column, '')}」が分かりません", f"正式な名称かコードを書いてください{nearest(texts.get(column, ''), list(known))}"  # fmt: skip
        texts[column] = found
    if texts.get("vendor_id"):
        _put_vendor(record, names.vendors, strangers, ledger)
    return None


def _made_key(letter: str, department: str, name: str) -> str:
    digest = hashlib.sha256(f"{plain(department)}|{plain(name)}".encode()).hexdigest()
    return f"{letter}-{digest[:_DIGEST_SHOWN]}"


def _looked_up(text: str, known: Mapping[str, str]) -> str | None:
    whole = plain(text)
    if whole in known.values() or is_municipality_code(whole):
        return whole
    return known.get(whole) or next((key for name, key in known.items() if whole and whole in {f"大阪府{name}", f"{name}役所", f"{name}役場"}), None)  # fmt: skip


def _put_vendor(record: Record, vendors: Mapping[str, str] | None, strangers: dict[str, None], ledger: Ledger) -> None:
    name = record.texts["vendor_id"]
    key = company_key(name)
    if vendors is None or name in vendors.values():
        record.texts["vendor_id"] = name if vendors and name in vendors.values() else key
        return
    if key in vendors:
        record.texts["vendor_id"] = vendors[key]
        return
    strangers[name] = None
    record.texts["vendor_id"] = ""
    cure = "vendors_to_add.csv を見て事業者の表に加え、取り込み直してください"
    heading = record.headings.get("vendor_id", "")
    ledger.find(Fault(record.label, "事業者の表にない事業者です", cure, record.row, heading, name), "value_blank")


def _add_tax(record: Record, net: frozenset[tuple[str, str]], tax_rate: float) -> None:
    for column, heading in record.headings.items():
        if (record.table, heading) in net and record.texts.get(column):
            record.texts[column] = str(
                tax_inclusive_yen(int(record.texts[column]), tax_included=False, tax_rate=tax_rate)
            )


def _without_doubles(records: Sequence[Record], taken: Mapping[str, set[str]], ledger: Ledger) -> list[Record]:
    """Refuse the second row of one key; a key of another source stays as that source has it."""
    first: dict[tuple[str, ...], Record] = {}
    kept = []
    for record in records:
        key = (record.table, *(record.texts.get(name, "") for name in TABLES[record.table].key))
        if key in first:
            seen = first[key]
            where = f"{seen.label} の " if seen.label != record.label else ""
            problem = f"{where}{seen.row} 行目と同じもの（部局と名称、または番号が同じ）です"
            _refuse(ledger, record, problem, "二重なら消し、別のものなら名称か番号を分けてください")
            continue
        first[key] = record
        if "|".join(key[1:]) in taken.get(record.table, set()):
            _refuse(ledger, record, "別のファイルから取込み済みか、手で入れた行があります（元のまま残しました）", "替えるなら元の行を消して取り込み直してください")  # fmt: skip
            continue
        kept.append(record)
    return kept


def _refuse(ledger: Ledger, record: Record, problem: str, cure: str) -> None:
    ledger.refuse(
        Fault(record.label, problem, cure, record.row, value="｜".join(record.line.split())), record.line, record.yen
    )


def _fit(records: list[Record], table: str, ledger: Ledger) -> list[Record]:
    """Hold the rows against the checks of ``dx check``: a faulty optional value is left blank, a row without a needed one refused."""
    for _ in range(_MOST_LOOKS):
        faults = _faults(records, table)
        if not faults:
            break
        refused: set[int] = set()
        for place, column, problem, cure in faults:
            record, facts = records[place], TABLES[table].facts[column]
            if facts.nullable and record.texts.get(column):
                value = record.texts.pop(column)
                heading = record.headings.get(column, facts.title_ja)
                ledger.find(Fault(record.label, problem, cure, record.row, heading, value), "value_blank")
            elif place not in refused and not facts.nullable:
                refused.add(place)
                _refuse(ledger, record, f"{facts.title_ja}：{problem}", cure)
        records = [record for place, record in enumerate(records) if place not in refused]
    for record in records:
        ledger.settle("used", record.yen)
    return records


def _faults(records: Sequence[Record], table: str) -> list[tuple[int, str, str, str]]:
    """Return (place, column, problem, cure) of every row that ``dx check`` would refuse."""
    checked = _checked(records, table)
    faults = [*checked.faults, *rule_faults({table: checked})[0]]
    lines = {int(row): place for place, row in enumerate(checked.rows)}
    found = []
    for fault in faults:
        if fault.row in lines and fault.column in TABLES[table].facts:
            found.append((lines[fault.row], fault.column, fault.problem, fault.cure))
    return found


def _checked(records: Sequence[Record], table: str) -> CheckedTable:
    spec = TABLES[table]
    cells = tuple([record.texts.get(name, "") for record in records] for name in spec.columns)
    rows = np.arange(2, len(records) + 2, dtype=np.int64)
    return check_table(RawTable(table, spec.columns, cells, rows), spec)
