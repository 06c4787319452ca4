"""Which mapping fits this workbook, given what the planner agreed to before?

What is remembered stands; what is new is proposed with its reason: the heading's own words, the year it names (of several years the latest
becomes the yearly cost), unit and tax from the heading, else from the notes. What cannot be told (the tax of an amount, the meaning of a
foreign word) is proposed as 未定 and must be filled in or stays blank.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from dxmodels.inputs.imports.aliases import plain, tax_of, unit_of
from dxmodels.inputs.imports.inventory.layout import Block, find_blocks
from dxmodels.inputs.imports.inventory.mapping import Agreement, ColumnRule, SheetRule
from dxmodels.inputs.imports.inventory.records import NAMES
from dxmodels.inputs.imports.inventory.sheets import Sheet
from dxmodels.inputs.imports.inventory.words import LIKELY, MAYBE, SURE, column_of, year_in
from dxmodels.inputs.schemas import TABLES

UNSORTED = "未分類"
_WHY = {SURE: "見出しが一致", LIKELY: "見出しの下段が一致", MAYBE: "要確認：似た見出しから推定"}
_RANK = {SURE: 0, LIKELY: 1, MAYBE: 2, "": 3}


def propose(sheets: Sequence[Sheet], remembered: Agreement) -> tuple[Agreement, list[Block]]:
    """Return the mapping that covers every sheet and heading, and the tables found."""
    agreement, blocks = remembered, []
    for sheet in sheets:
        rule = agreement.sheets.get(sheet.name)
        found = [] if rule is not None and not rule.table else _blocks(sheet, rule, agreement)
        for block in found:
            agreement = _with_columns(agreement, block)
        if rule is None:
            agreement = replace(
                agreement, sheets={**agreement.sheets, sheet.name: _sheet_rule(sheet, found, agreement)}
            )
        if agreement.sheets[sheet.name].table:
            blocks += found
    return agreement, blocks


def _blocks(sheet: Sheet, rule: SheetRule | None, agreement: Agreement) -> list[Block]:
    known = {(table, heading) for (table, heading), kept in agreement.columns.items() if kept.column}
    found = find_blocks(
        sheet, table=rule.table if rule else "", heading_rows=rule.heading_rows if rule else None,
        knows=lambda table, heading: (table, heading) in known,
    )  # fmt: skip
    return [block for block in found if rule is not None or _has_name(block, known)]


def _has_name(block: Block, known: set[tuple[str, str]]) -> bool:
    """A table of which no column is the name of a system (or the task) is something else: a legend, a list of codes."""
    return any(column_of(block.table, words)[0] == NAMES[block.table] for words in block.words if words) or any(
        (block.table, heading) in known for heading in block.headings
    )


def _sheet_rule(sheet: Sheet, blocks: Sequence[Block], agreement: Agreement) -> SheetRule:
    if not blocks:
        return SheetRule("", why="台帳の見出しが見つからない")
    table = blocks[0].table
    if sheet.is_hidden:
        return SheetRule("", why=f"非表示のシート。取り込むなら「{TABLES[table].title_ja}」と書く")
    mapped = {rule.column for (name, _), rule in agreement.columns.items() if name == table and _in(blocks, _)}
    constants: dict[str, str] = {}
    notes = []
    facts = TABLES[table].facts
    if "department_id" in facts and "department_id" not in mapped:
        constants["department_id"] = sheet.name
        notes.append("部局の列がないためシート名を部局とした")
    if "system_kind" in facts:
        constants["system_kind"] = UNSORTED
        notes += [] if "system_kind" in mapped else [f"種類の列がないため「{UNSORTED}」とした"]
    return SheetRule(table, constants, why="要確認：" + "、".join(notes) if notes else "見出しから判定")


def _in(blocks: Sequence[Block], heading: str) -> bool:
    return any(heading in block.headings for block in blocks)


def _with_columns(agreement: Agreement, block: Block) -> Agreement:
    """Add a rule for every heading not met before; of several headings for one column the surest, then the latest year wins."""
    remembered = {agreement.columns[block.table, text].column for text in block.headings if (block.table, text) in agreement.columns}  # fmt: skip
    fresh = [
        (text, *column_of(block.table, words))
        for text, words in zip(block.headings, block.words, strict=True)
        if text and (block.table, text) not in agreement.columns
    ]
    order = sorted(range(len(fresh)), key=lambda place: (_RANK[fresh[place][2]], -year_in(fresh[place][0]), place))
    winners: dict[str, int] = {}
    for place in order:
        column = fresh[place][1]
        if column and column not in remembered:
            winners.setdefault(column, place)
    added = {
        (block.table, text): _rule(
            block, text, column, sure, is_winner=bool(column) and winners.get(str(column)) == place
        )
        for place, (text, column, sure) in enumerate(fresh)
    }
    return replace(agreement, columns={**agreement.columns, **added})


def _rule(block: Block, heading: str, column: str | None, sure: str, *, is_winner: bool) -> ColumnRule:
    if column is None:
        return ColumnRule("", why="対応する項目が見つからない")
    if not column:
        return ColumnRule("", why="通し番号・備考など")
    title = TABLES[block.table].facts[column].title_ja
    if not is_winner:
        return ColumnRule("", why=f"「{title}」には別の列を使う")
    facts = TABLES[block.table].facts[column]
    if facts.kind == "yen":
        scale, unit_why = _scale(block, heading)
        tax, tax_why = _tax(block, heading)
        return ColumnRule(column, scale, tax, "、".join(part for part in (_WHY[sure], unit_why, tax_why) if part))
    if facts.unit.startswith("割合") and any(sign in plain(heading) for sign in ("(%)", "(単位:%)")):
        return ColumnRule(column, 100, why=_WHY[sure])
    return ColumnRule(column, why=_WHY[sure])


def _scale(block: Block, heading: str) -> tuple[int, str]:
    own = unit_of(heading) if any(sign in plain(heading) for sign in ("円", "単位")) else 0
    if own:
        return own, ""
    if block.unit:
        return block.unit, f"単位は{block.unit_from}から"
    return 1, "要確認：単位の記載がなく円とした"


def _tax(block: Block, heading: str) -> tuple[str, str]:
    own = tax_of(heading)
    if own:
        return own, ""
    return (block.tax, f"税は{block.tax_from}から") if block.tax else ("", "要確認：税込・税抜の記載がない")
