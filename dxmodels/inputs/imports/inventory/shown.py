"""How is a proposed mapping shown to the planner before anything is read into the case?"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from dxmodels.inputs.imports.inventory.layout import Block
from dxmodels.inputs.imports.inventory.mapping import LEFT_OUT, OPEN, TAXES, Agreement, ColumnRule, unit_word
from dxmodels.inputs.schemas import TABLES

_WIDEST = 30
_ARROW = " → "


def describe_agreement(agreement: Agreement, blocks: Sequence[Block]) -> str:
    """Return the mapping in Japanese: per table its rows and, per heading, the column, unit, tax, reason and one example."""
    lines: list[str] = []
    for block in blocks:
        rows = f"見出し {block.start + 1}〜{block.first} 行目、データ {block.first + 1}〜{block.end} 行目"
        why = agreement.sheets[block.sheet.name].why
        lines.append(f"■ {block.sheet.label} → {TABLES[block.table].title_ja}（{rows}）{'　' + why if why else ''}")
        facts = TABLES[block.table].facts
        for title, value in agreement.sheets[block.sheet.name].constants.items():
            if title in facts:  # a sheet may hold a second table, with other columns
                lines.append(f"  （空欄に入れる値）{_ARROW}{facts[title].title_ja}＝{value}")
        for position, heading in enumerate(block.headings):
            rule = agreement.columns.get((block.table, heading))
            if heading and rule is not None:
                lines.append(_line(block, position, heading, rule))
    shown = {block.sheet.name for block in blocks}
    left = [f"「{name}」{'（' + rule.why + '）' if rule.why else ''}" for name, rule in agreement.sheets.items() if not rule.table and name not in shown]  # fmt: skip
    return "\n".join([*lines, *([f"{LEFT_OUT}シート：{'、'.join(left)}"] if left else [])])


def _line(block: Block, position: int, heading: str, rule: ColumnRule) -> str:
    hidden = "（隠れた列）" if position in block.sheet.hidden_columns else ""
    if not rule.column:
        return f"  {_padded(heading + hidden)}{_ARROW}{LEFT_OUT}{'　' + rule.why if rule.why else ''}"
    facts = TABLES[block.table].facts[rule.column]
    extra = [unit_word(rule, facts)] if unit_word(rule, facts) else []
    if facts.kind == "yen":
        extra.append(next((word for word, tax in TAXES.items() if tax == rule.tax), f"税は{OPEN}"))
    example = next((line[position].strip() for line in block.sheet.lines[block.first : block.end]
                    if position < len(line) and line[position].strip()), "")  # fmt: skip
    parts = [facts.title_ja, f"［{'・'.join(extra)}］" if extra else "", f"　例：{' '.join(example.split())[:20]}", f"　{rule.why}" if rule.why else ""]  # fmt: skip
    return f"  {_padded(heading + hidden)}{_ARROW}{''.join(parts)}"


def _padded(text: str) -> str:
    width = sum(2 if unicodedata.east_asian_width(letter) in "WFA" else 1 for letter in text)
    return text + " " * max(0, _WIDEST - width)
