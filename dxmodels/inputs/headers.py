"""Which column of a file is which column of the schema?

A header holds the machine names, in any order; the Japanese titles of the dictionary are accepted too. Unknown and double columns are
faults with the nearest known name, and so is the lack of a column that may not be blank. A column that may be blank may also be left
out: it counts as blank throughout, and the case says so (an inventory is rarely complete, and a misspelt name is never taken for an
absent one, because unknown names are refused).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from dxmodels.errors import Fault
from dxmodels.inputs.case_file import nearest
from dxmodels.inputs.cells import normalised
from dxmodels.inputs.raw import RawTable
from dxmodels.inputs.schemas import TableSpec

_TITLE_ROWS_LOOKED_AT = 10


@dataclass(frozen=True, eq=False)
class Header:
    """Where each known column stands in the file, what is wrong with the header, and what is merely absent."""

    places: Mapping[str, int]
    faults: tuple[Fault, ...]
    warnings: tuple[Fault, ...] = ()


def match_header(raw: RawTable, spec: TableSpec) -> Header:
    """Return the columns found in the header of ``raw``, and its faults."""
    names = {**{_plain(facts.title_ja): name for name, facts in spec.facts.items()}, **{n: n for n in spec.columns}}
    places: dict[str, int] = {}
    unknown: list[int] = []
    faults: list[Fault] = []
    for position, cell in enumerate(raw.header):
        name = names.get(_plain(cell)) or names.get(_plain(cell).lower())
        if name is None:
            unknown.append(position)
        elif name in places:
            cure = "どちらか一方の列を消してください"
            faults.append(Fault(raw.file, "同じ列が2度あります", cure, row=1, column=name, value=cell))
        else:
            places[name] = position
    if not places:
        return Header({}, (_no_header(raw, spec, names),))
    absent = [name for name in spec.columns if name not in places]
    faults += [_unknown(raw, spec, position, absent) for position in unknown if _holds_something(raw, position)]
    faults += [_missing(raw, spec, name) for name in absent if not spec.facts[name].nullable]
    optional = [name for name in absent if name in spec.required_columns and spec.facts[name].nullable]
    return Header(places, tuple(faults), (_left_out(raw, spec, optional),) if optional else ())


def _plain(cell: str) -> str:
    return normalised(cell).replace("\n", "")


def _holds_something(raw: RawTable, position: int) -> bool:
    """A column without a name is ignored where nothing stands in it (Excel leaves such columns behind)."""
    return bool(raw.header[position].strip()) or any(cell.strip() for cell in raw.cells[position])


def _no_header(raw: RawTable, spec: TableSpec, names: Mapping[str, str]) -> Fault:
    """Nothing in row 1 is known: say where the header really stands, if it stands lower down."""
    lines = [
        (int(row), [column[index] for column in raw.cells])
        for index, row in enumerate(raw.rows[:_TITLE_ROWS_LOOKED_AT])
    ]
    lines += [(fault.row, fault.value.split(",")) for fault in raw.faults[:_TITLE_ROWS_LOOKED_AT]]
    for row, cells in sorted(lines):
        if sum(_plain(cell) in names for cell in cells) >= min(2, len(spec.columns)):
            return Fault(
                raw.file, f"列名の行が {row} 行目にあります", "表題などの行を消して、列名を1行目にしてください", row=row
            )
    shown = "、".join(spec.required_columns[:6])
    cure = f"1行目に列名を書いてください（{shown} …。一覧は data/README.md）"
    return Fault(raw.file, "1行目に知っている列名がありません", cure, row=1, value=",".join(raw.header))


def _unknown(raw: RawTable, spec: TableSpec, position: int, missing: list[str]) -> Fault:
    name = raw.header[position]
    if not name.strip():
        return Fault(raw.file, f"{position + 1} 列目に列名がありません", "列名を書くか、列ごと消してください", row=1)
    known = missing if nearest(name, missing) else list(spec.columns)
    cure = f"列名を直すか、列ごと消してください{nearest(name, known)}"
    return Fault(raw.file, f"表「{spec.name}」にない列です", cure, row=1, column=name)


def _missing(raw: RawTable, spec: TableSpec, name: str) -> Fault:
    cure = f"列「{name}」（{spec.facts[name].title_ja}）を加えてください"
    return Fault(raw.file, "必要な列がありません", cure, row=1, column=name)


def _left_out(raw: RawTable, spec: TableSpec, names: list[str]) -> Fault:
    words = "、".join(f"{name}（{spec.facts[name].title_ja}）" for name in names)
    return Fault(
        raw.file, f"{len(names)} 列がなく、空欄として扱います", f"分かる範囲で列を加えてください：{words}", row=1
    )
