"""How is the agreement about an inventory written down for the planner, and what does the edited file say?

``imports/inventory_mapping.yml`` is Japanese from end to end; machine names are accepted as well as Japanese titles. All faults of an edited
file are shown at once, with line, value and cure.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap

from dxmodels.errors import Fault, InputError
from dxmodels.inputs.case_file import nearest
from dxmodels.inputs.imports.aliases import plain
from dxmodels.inputs.imports.inventory.mapping import (
    LEFT_OUT,
    OPEN,
    TAXES,
    UNITS,
    Agreement,
    ColumnRule,
    SheetRule,
    unit_word,
)
from dxmodels.inputs.imports.inventory.words import TARGETS, value_of
from dxmodels.inputs.schemas import TABLES, ColumnFacts, choice_label_ja
from dxmodels.inputs.yaml_text import YamlText, read_yaml

_SHARES = {"割合": 1, "％": 100, "%": 100}
_TOP = {"シート", "列", "値", "空欄を上の値で補う", "隠れた行"}
_HEADER = (
    "台帳の取込み設定。提案されたものを確かめ、直してから dx import excel … --write で取り込みます。\n"
    "「列」は見出しごと、「シート」はシートごと、「値」は選択肢にない語の読み替えです。次の年の台帳にも使われます。\n"
    "取り込まない列・シートは「取り込まない」と書きます（取り込まない列の値も、取込みの記録に残ります）。"
)


def read_agreement(path: Path) -> Agreement:
    """Return the mapping in ``path``; raise InputError with every fault of it (line, value, cure)."""
    text = read_yaml(path)
    faults: list[Fault] = [
        Fault(text.file, "知らない項目です", f"{'、'.join(sorted(_TOP))} だけが使えます{nearest(str(key), sorted(_TOP))}", text.line(key), str(key))
        for key in text.content
        if key not in _TOP
    ]  # fmt: skip
    sheets = _sheets(text, faults)
    columns = _columns(text, faults)
    values = _values(text, faults)
    fill = _fill_down(text, faults)
    hidden = str(text.content.get("隠れた行") or "取り込む")
    if hidden not in {"取り込む", LEFT_OUT}:
        faults.append(Fault(text.file, "選択肢にない値です", f"取り込む か {LEFT_OUT} にしてください", text.line("隠れた行"), "隠れた行", hidden))  # fmt: skip
    if faults:
        raise InputError(faults)
    return Agreement(sheets, columns, values, fill, hidden == "取り込む")


def write_agreement(path: Path, agreement: Agreement, *, counts: Mapping[tuple[str, str, str], int]) -> None:
    """Write the mapping in Japanese, with the reason of each proposal beside it (a new file put in place of the old one)."""
    content = CommentedMap()
    content.yaml_set_start_comment(_HEADER)
    content["シート"] = _sheets_out(agreement)
    content["列"] = _columns_out(agreement)
    if agreement.values or counts:
        content["値"] = _values_out(agreement, counts)
    titles = sorted({_title(table, name) for table in TARGETS for name in agreement.fill_down if name in TABLES[table].facts})  # fmt: skip
    content["空欄を上の値で補う"] = titles
    content["隠れた行"] = "取り込む" if agreement.keeps_hidden_rows else LEFT_OUT
    yaml = YAML()
    yaml.width, yaml.allow_unicode = 10_000, True
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.part")
    with part.open("w", encoding="utf-8") as file:
        yaml.dump(content, file)
    os.replace(part, path)


def _title(table: str, column: str) -> str:
    return TABLES[table].facts[column].title_ja


def _sheets_out(agreement: Agreement) -> CommentedMap:
    out = CommentedMap()
    for name, rule in agreement.sheets.items():
        entry = CommentedMap({"表": TABLES[rule.table].title_ja if rule.table else LEFT_OUT})
        if rule.heading_rows:
            entry["見出しの行"] = f"{rule.heading_rows[0]}-{rule.heading_rows[1]}"
        if rule.constants:
            entry["空欄に入れる値"] = {_title(rule.table, column): value for column, value in rule.constants.items()}
        if rule.why:
            entry.yaml_add_eol_comment(rule.why, "表")
        out[name] = entry
    return out


def _columns_out(agreement: Agreement) -> CommentedMap:
    out = CommentedMap()
    for (table, heading), rule in agreement.columns.items():
        group = out.setdefault(TABLES[table].title_ja, CommentedMap())
        entry = CommentedMap({"項目": _title(table, rule.column) if rule.column else LEFT_OUT})
        if rule.column:
            facts = TABLES[table].facts[rule.column]
            unit = unit_word(rule, facts)
            entry.update({"単位": unit} if unit else {})
            if facts.kind == "yen":
                entry["税"] = next((word for word, tax in TAXES.items() if tax == rule.tax), OPEN)
        if rule.why:
            entry.yaml_add_eol_comment(rule.why, "項目")
        group[heading] = entry
    return out


def _values_out(agreement: Agreement, counts: Mapping[tuple[str, str, str], int]) -> CommentedMap:
    out = CommentedMap()
    for key in [*agreement.values, *(key for key in counts if key not in agreement.values)]:
        table, column, word = key
        facts = TABLES[table].facts[column]
        group = out.setdefault(TABLES[table].title_ja, CommentedMap()).setdefault(facts.title_ja, CommentedMap())
        group[word] = _value_label(facts, agreement.values.get(key, "")) or OPEN
        if not agreement.values.get(key):
            choices = "、".join(_value_label(facts, value) for value in _choices(facts))
            group.yaml_add_eol_comment(f"{counts.get(key, 0):,} 行。{choices} のいずれか", word)
    return out


def _choices(facts: ColumnFacts) -> tuple[str, ...]:
    return ("true", "false") if facts.kind == "boolean" else facts.choices


def _value_label(facts: ColumnFacts, value: str) -> str:
    if facts.kind == "boolean":
        return {"true": "有", "false": "無"}.get(value, value)
    return choice_label_ja(facts.name, value)


def _group(text: YamlText, name: str, faults: list[Fault]) -> dict[str, Any]:
    found = text.content.get(name) or {}
    if isinstance(found, dict):
        return {str(key): value for key, value in found.items()}
    faults.append(Fault(text.file, "「名前: 値」の形になっていません", "提案された形に戻してください", text.line(name), name))  # fmt: skip
    return {}


def _table_named(word: str) -> str | None:
    return next((name for name in TARGETS if word in {name, TABLES[name].title_ja}), None)


def _column_named(table: str, word: str) -> str | None:
    return next((name for name, facts in TABLES[table].facts.items() if word in {name, facts.title_ja}), None)


def _sheets(text: YamlText, faults: list[Fault]) -> dict[str, SheetRule]:
    rules: dict[str, SheetRule] = {}
    for name, entry in _group(text, "シート", faults).items():
        entry = entry if isinstance(entry, dict) else {"表": entry}
        word = str(entry.get("表") or LEFT_OUT)
        table = "" if word == LEFT_OUT else _table_named(word)
        line = text.line("シート", name)
        if table is None:
            cure = f"{'、'.join(TABLES[known].title_ja for known in TARGETS)}、{LEFT_OUT} のいずれかにしてください"
            faults.append(Fault(text.file, "知らない表です", cure, line, name, word))
            continue
        rows = _heading_rows(text, name, entry, line, faults)
        rules[name] = SheetRule(table, _constants(text, name, table, entry, faults), rows)
    return rules


def _heading_rows(
    text: YamlText, name: str, entry: dict[str, Any], line: int, faults: list[Fault]
) -> tuple[int, int] | None:
    said = str(entry.get("見出しの行") or "")
    if not said:
        return None
    found = re.fullmatch(r"(\d{1,6})(?:-(\d{1,6}))?", plain(said))
    first, last = (int(found[1]), int(found[2] or found[1])) if found else (0, 0)
    if first < 1 or last < first:
        faults.append(Fault(text.file, "行の範囲として読めません", "「4-5」のように書いてください", line, name, said))
        return None
    return first, last


def _constants(text: YamlText, name: str, table: str, entry: dict[str, Any], faults: list[Fault]) -> dict[str, str]:
    found: dict[str, str] = {}
    for title, value in (entry.get("空欄に入れる値") or {}).items():
        column = _column_named(table, str(title)) if table else None
        if column is None:
            cure = f"データ辞書の項目名にしてください{nearest(str(title), _titles(table)) if table else ''}"
            faults.append(Fault(text.file, "知らない項目です", cure, text.line("シート", name), str(title), str(value)))
        elif value is not None and str(value).strip():
            found[column] = str(value).strip()
    return found


def _titles(table: str) -> list[str]:
    return [facts.title_ja for facts in TABLES[table].facts.values()]


def _columns(text: YamlText, faults: list[Fault]) -> dict[tuple[str, str], ColumnRule]:
    rules: dict[tuple[str, str], ColumnRule] = {}
    for word, group in _group(text, "列", faults).items():
        table = _table_named(word)
        if table is None or not isinstance(group, dict):
            cure = f"{'、'.join(TABLES[known].title_ja for known in TARGETS)} のいずれかにしてください"
            faults.append(Fault(text.file, "知らない表です", cure, text.line("列", word), "列", word))
            continue
        for heading, entry in group.items():
            rule = _column_rule(text, table, (word, str(heading)), entry, faults)
            if rule is not None:
                rules[table, str(heading)] = rule
    return rules


def _column_rule(
    text: YamlText, table: str, place: tuple[str, str], entry: Any, faults: list[Fault]
) -> ColumnRule | None:
    entry = entry if isinstance(entry, dict) else {"項目": entry}
    line, word = text.line("列", *place), str(entry.get("項目") or LEFT_OUT)
    column = "" if word == LEFT_OUT else _column_named(table, word)
    if column is None:
        cure = f"データ辞書の項目名か「{LEFT_OUT}」にしてください{nearest(word, _titles(table))}"
        faults.append(Fault(text.file, "知らない項目です", cure, line, place[1], word))
        return None
    unit, tax = str(entry.get("単位") or ""), str(entry.get("税") or OPEN)
    scales = {"": 1, **UNITS, **_SHARES}
    if unit not in scales:
        faults.append(Fault(text.file, "知らない単位です", f"{'、'.join([*UNITS, '割合', '％'])} のいずれかにしてください", line, place[1], unit))  # fmt: skip
    if tax not in {*TAXES, OPEN}:
        faults.append(Fault(text.file, "税の別が選択肢にありません", "税込 か 税抜 にしてください", line, place[1], tax))  # fmt: skip
    return ColumnRule(column, scales.get(unit, 1), TAXES.get(tax, ""))


def _values(text: YamlText, faults: list[Fault]) -> dict[tuple[str, str, str], str]:
    found: dict[tuple[str, str, str], str] = {}
    for word, group in _group(text, "値", faults).items():
        table = _table_named(word)
        for title, words in (group or {}).items() if isinstance(group, dict) else ():
            column = _column_named(table, str(title)) if table else None
            if table is None or column is None or not isinstance(words, dict):
                cure = "データ辞書の項目名と「語: 値」の形にしてください"
                faults.append(Fault(text.file, "知らない項目です", cure, text.line("値", word, title), str(title)))
                continue
            facts = TABLES[table].facts[column]
            for said, value in words.items():
                meaning = _meaning(text, facts, (word, title, said), value, faults)
                if meaning is not None:
                    found[table, column, plain(str(said))] = meaning
    return found


def _meaning(
    text: YamlText, facts: ColumnFacts, place: tuple[Any, Any, Any], value: Any, faults: list[Fault]
) -> str | None:
    if value is None or str(value).strip() in {"", OPEN}:
        return ""
    plain_value = ("true" if value else "false") if isinstance(value, bool) else str(value)
    meaning = plain_value if plain_value in _choices(facts) else value_of(plain_value, facts)
    if meaning is None:
        cure = (
            f"{'、'.join(_value_label(facts, choice) for choice in _choices(facts))}、{OPEN} のいずれかにしてください"
        )
        faults.append(Fault(text.file, "選択肢にない値です", cure, text.line("値", *place), facts.title_ja, str(value)))
    return meaning


def _fill_down(text: YamlText, faults: list[Fault]) -> frozenset[str]:
    found: set[str] = set()
    for title in text.content.get("空欄を上の値で補う") or []:
        names = {name for table in TARGETS if (name := _column_named(table, str(title)))}
        if not names:
            faults.append(Fault(text.file, "知らない項目です", "データ辞書の項目名にしてください", text.line("空欄を上の値で補う"), value=str(title)))  # fmt: skip
        found |= names
    return frozenset(found)
