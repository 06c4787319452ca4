"""What became of every row and every cell of an inventory's tables?

A row becomes a record, or is idle (a subtotal, a repeated heading, a note, a banner, a hidden row left out), or is refused and kept whole. Cells of
columns that the mapping leaves out are kept aside. Departments written once hold for the blank rows below, up to a subtotal or the next banner; a
merged area of an amount counts once, in its first row.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from dxmodels.errors import Fault
from dxmodels.inputs.imports.findings import Ledger
from dxmodels.inputs.imports.inventory.layout import Block, banner_of, is_marked, is_note, is_total, repeats_heading
from dxmodels.inputs.imports.inventory.mapping import Agreement, ColumnRule, first_of_each
from dxmodels.inputs.imports.inventory.values import DITTO, read_value, says_nothing
from dxmodels.inputs.imports.inventory.words import plain
from dxmodels.inputs.schemas import TABLES, ColumnFacts

NAMES = {"systems": "name_ja", "services": "name_ja", "municipal_systems": "task"}
MONEY = {"systems": "annual_cost_yen", "services": "annual_cost_yen", "municipal_systems": "annual_cost_yen"}
_FOREIGN = frozenset({"department_id", "vendor_id", "municipality_code", "task"})  # names here, IDs once resolved


@dataclass
class Record:
    """One row that may enter the case: where it stands, how it was written, its amount as written, and texts by column."""

    table: str
    label: str
    row: int
    line: str
    yen: int | None
    texts: dict[str, str]
    headings: Mapping[str, str]


@dataclass(eq=False)
class Harvest:
    """All records of a file, the cells left aside, and how often each unreadable word of a choice column stood there."""

    ledger: Ledger
    records: list[Record] = field(default_factory=list)
    aside: list[tuple[str, int, str, str, str]] = field(default_factory=list)
    idle: list[tuple[str, int, str, str]] = field(default_factory=list)
    open_words: Counter[tuple[str, str, str]] = field(default_factory=Counter)


@dataclass(eq=False)
class _Walk:
    """What is remembered while walking down one table: values to fill in, the banner, and sums since the last subtotal."""

    block: Block
    rules: Mapping[int, ColumnRule]
    constants: Mapping[str, str]
    places: Mapping[str, int]
    above: dict[str, str] = field(default_factory=dict)
    row_above: dict[int, str] = field(default_factory=dict)
    banner: str = ""
    since_total: list[int] = field(default_factory=list)
    all_rows: list[int] = field(default_factory=list)


def read_block(block: Block, agreement: Agreement, harvest: Harvest) -> None:
    """Read every line of one table into ``harvest``."""
    rules = {
        position: rule
        for position, heading in enumerate(block.headings)
        if heading and (rule := agreement.columns.get((block.table, heading))) is not None and rule.column
    }
    rules = first_of_each(rules)
    places = {rule.column: position for position, rule in rules.items()}
    facts = TABLES[block.table].facts  # a sheet may hold a second table, with other columns
    constants = {name: value for name, value in agreement.sheets[block.sheet.name].constants.items() if name in facts}
    walk = _Walk(block, rules, constants, places)
    for index in range(block.first, block.end):
        cells = block.sheet.lines[index]
        if any(cell.strip() for cell in cells):
            _read_line(walk, index, cells, agreement, harvest)


def _read_line(walk: _Walk, index: int, cells: Sequence[str], agreement: Agreement, harvest: Harvest) -> None:
    block, ledger, row = walk.block, harvest.ledger, index + 1
    yen = _yen_of(walk, index, cells)
    ledger.read(yen)
    if is_total(cells):
        _check_total(walk, row, cells, yen, ledger)
        _begin_anew(walk)
        reason = "小計・合計"
    elif is_note(cells):
        reason = "注記"
    elif repeats_heading(cells, block):
        reason = "見出しの繰返し"
    elif banner := _banner(walk, index, cells):
        walk.banner, reason = banner, "部局の見出し"
        _begin_anew(walk)
    else:
        _read_row(walk, index, cells, yen, agreement, harvest)
        return
    harvest.idle.append((block.sheet.label, row, "\t".join(cells), reason))
    ledger.settle("idle", yen)


def _begin_anew(walk: _Walk) -> None:
    """What follows a subtotal or the heading of a department takes nothing from above it."""
    walk.above.clear()
    walk.row_above.clear()


def _banner(walk: _Walk, index: int, cells: Sequence[str]) -> str:
    """A lone unmarked text in the column of names is a name (防災センター), not the heading of a department."""
    place = walk.places.get(NAMES[walk.block.table], -1)
    lone = _text(walk, cells, NAMES[walk.block.table])
    joined = any((index, position) in walk.block.sheet.joined for position in range(len(cells)))
    if lone and not is_marked(lone) and not joined and [cell for cell in cells if cell.strip()] == [cells[place]]:
        return ""
    return banner_of(cells)


def _read_row(
    walk: _Walk, index: int, cells: Sequence[str], yen: int | None, agreement: Agreement, harvest: Harvest
) -> None:
    sheet, ledger = walk.block.sheet, harvest.ledger
    label, row, line = sheet.label, index + 1, "\t".join(cells)
    if index in sheet.hidden_rows:
        if not agreement.keeps_hidden_rows:
            ledger.find(Fault(label, "隠れた行なので取り込みませんでした", "要る行なら再表示してください", row, value=_seen(cells)), "note")  # fmt: skip
            ledger.settle("idle", yen)
            harvest.idle.append((label, row, line, "隠れた行"))
            return
        ledger.find(Fault(label, "隠れた行も取り込みました", "要らない行なら台帳から消すか、設定の「隠れた行」を直してください", row, value=_seen(cells)), "note")  # fmt: skip
    if index in sheet.struck_rows:
        ledger.find(Fault(label, "取り消し線のある行を取り込みました", "廃止済みなら台帳から消してください", row, value=_seen(cells)), "note")  # fmt: skip
    record = Record(walk.block.table, label, row, line, yen, dict(walk.constants), {})
    problem = _name_problem(walk, index, cells)
    if problem:
        ledger.refuse(Fault(label, problem[0], problem[1], row, value=_seen(cells)), line, yen)
    else:
        headings: dict[str, str] = {}
        for position, rule in walk.rules.items():
            heading = walk.block.headings[position]
            headings[rule.column] = heading
            text = _as_above(
                walk, (index, position), heading, cells[position] if position < len(cells) else "", harvest
            )
            _read_cell(walk, (index, position), rule, heading, text, record, agreement, harvest)
        record.headings = headings
        _fill_in(walk, record, agreement)
        harvest.records.append(record)
    _keep_aside(walk, index, cells, _text(walk, cells, NAMES[walk.block.table]), harvest)
    walk.since_total.append(yen or 0)
    walk.all_rows.append(yen or 0)


def _as_above(walk: _Walk, place: tuple[int, int], heading: str, text: str, harvest: Harvest) -> str:
    """Return the cell's text; 〃 and 同上 stand for the cell of the record above, and a note says what was taken."""
    ditto = plain(text) in DITTO
    taken = walk.row_above.get(place[1], "") if ditto else text
    walk.row_above[place[1]] = taken
    if ditto:
        said = (
            f"「{text.strip()}」を上の行の「{taken.strip()}」と読みました"
            if taken
            else f"「{text.strip()}」の上に値がないため空欄にしました"
        )
        fault = Fault(
            walk.block.sheet.label, said, "違う場合は台帳に値を書いてください", place[0] + 1, heading, text.strip()
        )
        harvest.ledger.find(fault, "note" if taken else "value_blank")
    return taken


def _seen(cells: Sequence[str]) -> str:
    """The row as a message shows it: its filled cells."""
    return "｜".join(" ".join(cell.split()) for cell in cells if cell.strip())


def _name_problem(walk: _Walk, index: int, cells: Sequence[str]) -> tuple[str, str] | None:
    """A row without its own name is no record: a system spread over merged rows must be put into one row by its owner."""
    column = NAMES[walk.block.table]
    title = TABLES[walk.block.table].facts[column].title_ja
    position = walk.places.get(column)
    if position is None or position >= len(cells) or not cells[position].strip():
        return None if column in walk.constants else (f"{title}が空欄です", f"{title}を書いてください（取り込まれなかった行は記録に残ります）")  # fmt: skip
    if plain(cells[position]) in DITTO:
        return (
            f"{title}が「{cells[position].strip()}」です",
            "名称を書いてください（上の行の続きなら1行にまとめてください）",
        )
    if walk.block.sheet.joined.get((index, position), (index, 0))[0] != index:
        return f"{title}が上の行と結合されています（1件が複数行）", "1件を1行にまとめてください"
    return None


def _read_cell(
    walk: _Walk, place: tuple[int, int], rule: ColumnRule, heading: str, text: str,
    record: Record, agreement: Agreement, harvest: Harvest,
) -> None:  # fmt: skip
    block, facts = walk.block, TABLES[walk.block.table].facts[rule.column]
    where = {"row": place[0] + 1, "column": heading, "value": text.strip()}
    joined = block.sheet.joined.get(place)
    if joined is not None and (joined[0] == place[0] or facts.kind in {"yen", "integer", "number"}):
        if text.strip() and joined[0] != place[0]:
            cure = "行ごとの値に分けてください（分けるまでは先頭の行だけに入ります）"
            harvest.ledger.find(Fault(block.sheet.label, "結合セルの数値は先頭の行にだけ入れました", cure, **where), "note")  # type: ignore[arg-type]  # fmt: skip
        return
    if not text.strip():
        return
    if facts.kind in {"choice", "boolean"}:
        _read_word(block, facts, where, text, record, agreement, harvest)
        return
    if rule.column in _FOREIGN and says_nothing(text):
        cure = "値があれば台帳に書いてください"
        harvest.ledger.find(Fault(block.sheet.label, "値がないとみなして空欄にしました", cure, **where), "note")  # type: ignore[arg-type]
        return
    if rule.column in _FOREIGN:
        record.texts[rule.column] = " ".join(text.split())
        return
    reading = read_value(text, facts, rule.scale)
    if reading.problem:
        harvest.ledger.find(Fault(block.sheet.label, reading.problem, reading.cure, **where), "value_blank")  # type: ignore[arg-type]
    elif reading.note:
        harvest.ledger.find(Fault(block.sheet.label, reading.note, "違う場合は台帳の値を直してください", **where), "note")  # type: ignore[arg-type]  # fmt: skip
    if place in block.sheet.rescaled and reading.text and rule.scale not in {1, 100}:
        note = "表示形式が千単位のため、セルの値を円として読みました"
        harvest.ledger.find(Fault(block.sheet.label, note, "セルの値そのものが千円なら表示形式を直してください", **where), "note")  # type: ignore[arg-type]  # fmt: skip
    if reading.text:
        record.texts[rule.column] = reading.text


def _read_word(
    block: Block, facts: ColumnFacts, where: Mapping[str, object], text: str,
    record: Record, agreement: Agreement, harvest: Harvest,
) -> None:  # fmt: skip
    meaning = agreement.word(block.table, facts, text)
    if meaning is not None:
        record.texts[facts.name] = meaning
        return
    reading = read_value(text, facts, 1)
    if reading.text or not (reading.problem or reading.note):
        record.texts[facts.name] = reading.text
        return
    dash = bool(reading.note)
    problem = reading.note or "選択肢にない語です"
    cure = "違う場合は台帳の値を直してください" if dash else "取込みの設定の「値」に読み替えを書いてください"
    harvest.ledger.find(Fault(block.sheet.label, problem, cure, **where), "note" if dash else "value_blank")  # type: ignore[arg-type]
    if not dash:
        harvest.open_words[block.table, facts.name, plain(text)] += 1


def _fill_in(walk: _Walk, record: Record, agreement: Agreement) -> None:
    """Take what the row leaves blank from the row above, for the columns agreed upon; else from the banner above the rows."""
    for column in agreement.fill_down & set(TABLES[record.table].facts):
        if record.texts.get(column) and column not in walk.constants:
            walk.above[column] = record.texts[column]
        elif column in walk.above:
            record.texts[column] = walk.above[column]
    if walk.banner and "department_id" in TABLES[record.table].facts and not record.texts.get("department_id"):
        record.texts["department_id"] = walk.banner


def _keep_aside(walk: _Walk, index: int, cells: Sequence[str], name: str, harvest: Harvest) -> None:
    label = walk.block.sheet.label
    for position, cell in enumerate(cells):
        if cell.strip() and position not in walk.rules and (index, position) not in walk.block.sheet.joined:
            heading = walk.block.headings[position] if position < len(walk.block.headings) else ""
            harvest.aside.append((label, index + 1, name, heading, cell))


def _text(walk: _Walk, cells: Sequence[str], column: str) -> str:
    position = walk.places.get(column)
    return cells[position].strip() if position is not None and position < len(cells) else ""


def _yen_of(walk: _Walk, index: int, cells: Sequence[str]) -> int | None:
    """Return the row's amount as written, in yen; the lower cells of a merged amount only repeat it."""
    column = MONEY[walk.block.table]
    position = walk.places.get(column)
    if position is None or position >= len(cells) or (index, position) in walk.block.sheet.joined:
        return None
    return read_value(cells[position], TABLES[walk.block.table].facts[column], walk.rules[position].scale).yen


def _check_total(walk: _Walk, row: int, cells: Sequence[str], yen: int | None, ledger: Ledger) -> None:
    """A subtotal that differs from its rows by more than rounding is worth a look: a row may be missing."""
    column = MONEY[walk.block.table]
    scale = next((rule.scale for rule in walk.rules.values() if rule.column == column), 1)
    is_part = any("小計" in plain(cell) or plain(cell).endswith(("部計", "局計", "課計")) for cell in cells)
    rows = walk.since_total if is_part else walk.all_rows
    found = sum(rows)
    is_mean = any(plain(cell).strip("()") == "平均" for cell in cells)
    if not is_mean and yen is not None and rows and abs(yen - found) >= max(len(rows), 1) * scale:
        problem = f"{'小計' if is_part else '合計'} {yen:,} 円が、その明細の合計 {found:,} 円と合いません"
        ledger.find(Fault(walk.block.sheet.label, problem, "行の漏れ・二重・単位を確かめてください", row, value=cells[0]), "note")  # fmt: skip
    walk.since_total.clear()
