"""Into which form does a planner write the tables: an Excel workbook or CSV files, blank or with sample rows?

The workbook: はじめに (how to), データ辞書 (labels, units, choices), case (what case.yml would say), then one sheet a table with the machine
names in row 1. Codes are text cells, dates are dates, choices have a drop-down list. A filled sample loads again with ``load_case``.
Nothing in it is a formula or a link, whatever a name looks like.
"""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import xlsxwriter

from dxmodels.inputs.case import Case
from dxmodels.inputs.case_file import CASE_FILE
from dxmodels.inputs.dictionary import describe_columns, need_of
from dxmodels.inputs.folders import CASE_SHEET, find_case
from dxmodels.inputs.places import EMBEDDED_CASE
from dxmodels.inputs.raw import cell_text
from dxmodels.inputs.sampling import sample_rows
from dxmodels.inputs.schemas import HOLDINGS, TABLES, ColumnFacts, TableSpec, choice_label_ja

TEMPLATE_TABLES: tuple[str, ...] = ("municipalities", *(spec.name for spec in HOLDINGS))
SAMPLE_ROWS = 12
BORROWED_TABLE = "municipalities"
_BORROWED_JA = f"市町村の表を自前で記入したときだけ書く（書かなければ {EMBEDDED_CASE} の公表値を借りる）"
_HOW_TO = (
    "Osaka DX Workbench 入力ひな型",
    "1. 「case」シートに表題・基準年度・基準日・期限と、記入した表の由来（own＝自前の台帳）・出典を書きます。",
    "2. 各表のシートの1行目（列名）は変えずに、2行目から記入します。使わない表は空のままで構いません。",
    "3. 列の意味・単位・選択肢は「データ辞書」シートと、列名のメモに書いてあります。濃い見出しはキー、中間は必須、淡いものは任意です。",
    "4. 金額は円・税込、割合は0〜1、コードは文字列です。分からない値は空欄にします（0 とは区別します）。",
    "5. このブックをフォルダに置き、「dx check フォルダ」で検査します。",
)
_DICTIONARY_HEAD = {
    "table": "表", "table_title": "表の名称", "column": "列", "label": "名称", "label_en": "英語", "kind": "種類", "unit": "単位",
    "tax": "税", "need": "要否", "span": "範囲", "choices": "選択肢（機械名=日本語）", "reference": "参照先",
}  # fmt: skip
_COLOURS = {"キー": "#1F4E79", "必須": "#2E75B6", "任意": "#BDD7EE"}
_LIST_LIMIT = 255  # Excel's limit for a list written into the cell rule
_LAST_LISTED_ROW = 5000


def write_template(
    path: Path, *, sample_from: Case | None = None, tables: Sequence[str] = TEMPLATE_TABLES, rows: int = SAMPLE_ROWS
) -> None:
    """Write the Excel template to ``path``; with ``sample_from``, filled with ``rows`` rows a table and all they point to."""
    frames = sample_rows(sample_from, tables, rows=rows) if sample_from else {}
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(str(path), options) as book:
        book.set_properties({"title": _HOW_TO[0], "created": dt.datetime(2026, 4, 1)})
        formats = _formats(book)
        _write_lines(book.add_worksheet("はじめに"), [[line] for line in _HOW_TO], formats, widths=[110])
        dictionary = describe_columns(tables).rename(columns=_DICTIONARY_HEAD)
        lines = [list(dictionary.columns), *dictionary.values.tolist()]
        sheet = book.add_worksheet("データ辞書")
        _write_lines(sheet, lines, formats, widths=[18, 26, 26, 30, 34, 12, 12, 10, 6, 10, 60, 40])
        sheet.freeze_panes(1, 0)
        heading = [["key", "value", "説明"], *_heading_lines(sample_from, frames, tables)]
        _write_lines(book.add_worksheet(CASE_SHEET), heading, formats, widths=[36, 50, 60])
        for name in tables:
            _write_table(book.add_worksheet(name), TABLES[name], frames.get(name), formats)


def write_csv_templates(
    folder: Path, *, sample_from: Case | None = None, tables: Sequence[str] = TEMPLATE_TABLES, rows: int = SAMPLE_ROWS
) -> None:
    """Write ``<table>.csv`` (header, and sample rows if asked for; UTF-8 with BOM for Excel) and case.yml into ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    frames = sample_rows(sample_from, tables, rows=rows) if sample_from else {}
    for name in tables:
        frame = frames.get(name, pd.DataFrame(columns=list(TABLES[name].columns)))
        text = frame.map(cell_text).to_csv(index=False, lineterminator="\n")
        (folder / f"{name}.csv").write_text(text, encoding="utf-8-sig", newline="\n")
    lines = _heading_lines(sample_from, frames, tables)
    (folder / CASE_FILE).write_text(_as_yaml(lines), encoding="utf-8", newline="\n")


def _heading_lines(case: Case | None, frames: dict[str, pd.DataFrame], tables: Sequence[str]) -> list[list[str]]:
    """The rows key, value, explanation of the case sheet; a blank template names every table as the user's own."""
    about = case or find_case(EMBEDDED_CASE).heading
    title = about.title_ja if case else "（団体名）の情報システム"
    lines = [
        ["title_ja", title, "ページに印字する表題"],
        ["base_fy", str(about.base_fy), "基準（評価）年度"],
        ["price_fy", str(about.price_fy), "金額がどの年度の価格か"],
        ["as_of", about.as_of.isoformat(), "台帳の基準日"],
        *([f"deadlines.{name}", day.isoformat(), "期限"] for name, day in about.deadlines.items()),
    ]
    borrowed = EMBEDDED_CASE if case is None or case.name == EMBEDDED_CASE else ""
    if borrowed:
        lines.append(["published_from", borrowed, "持っていない公表値の表を借りるケース（消すと借りません）"])
    if case is None:
        own = _table_lines({name: ("own", "自団体の台帳") for name in tables if name != BORROWED_TABLE})
        lent = [[key, "", _BORROWED_JA] for key, _, _ in _table_lines({BORROWED_TABLE: ("", "")})]
        return lines + own + (lent if BORROWED_TABLE in tables else [])
    return lines + _table_lines({name: (case.provenance(name), case.source(name)) for name in frames})


def _table_lines(tables: Mapping[str, tuple[str, str]]) -> list[list[str]]:
    lines = []
    for name, (provenance, source) in tables.items():
        title = TABLES[name].title_ja
        lines.append([f"tables.{name}.provenance", provenance, f"{title}：published／illustrative／own"])
        lines.append([f"tables.{name}.source", source, f"{title}：出典"])
    return lines


def _as_yaml(lines: list[list[str]]) -> str:
    text = ["# 書式の説明は dxmodels/inputs/case_file.py。使わない表は tables から消してください。"]
    opened: list[str] = []
    blank = {key.rsplit(".", 1)[0] for key, value, _ in lines if not value}
    for key, value, _ in lines:
        if not value:
            continue
        *parents, last = key.split(".")
        for depth, parent in enumerate(parents):
            if opened[depth : depth + 1] != [parent]:
                opened = [*opened[:depth], parent]
                text.append(f"{'  ' * depth}{parent}:")
        opened = opened[: len(parents)]
        plain = value.isdigit() or last in {"as_of", "provenance", "published_from"} or parents == ["deadlines"]
        text.append(f"{'  ' * len(parents)}{last}: {value if plain else _quoted(value)}")
    for key in sorted(blank):  # what may be filled in later stands as a comment, ready to be uncommented
        name = key.split(".")[-1]
        text += [f"  # {_BORROWED_JA}", f"  # {name}:", "  #   provenance: own", '  #   source: "自団体の台帳"']
    return "\n".join(text) + "\n"


def _quoted(value: str) -> str:
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _formats(book: Any) -> dict[str, Any]:
    wide = {"font_name": "Noto Sans CJK JP", "font_size": 10, "valign": "top"}
    heads = {
        need: book.add_format(
            {**wide, "bold": True, "bg_color": colour, "font_color": "#000000" if need == "任意" else "#FFFFFF"}
        )
        for need, colour in _COLOURS.items()
    }
    return {
        **heads,
        "plain": book.add_format({**wide, "text_wrap": True}),
        "text": book.add_format({**wide, "num_format": "@"}),
        "date": book.add_format({**wide, "num_format": "yyyy-mm-dd"}),
        "yen": book.add_format({**wide, "num_format": '#,##0;[Red]"▲"#,##0'}),
        "number": book.add_format({**wide, "num_format": "General"}),
    }


def _write_lines(sheet: Any, lines: list[list[str]], formats: dict[str, Any], *, widths: list[int]) -> None:
    for position, width in enumerate(widths):
        sheet.set_column(position, position, width)
    for row, line in enumerate(lines):
        for position, value in enumerate(line):
            sheet.write_string(row, position, str(value), formats["キー" if row == 0 else "plain"])


def _write_table(sheet: Any, spec: TableSpec, frame: pd.DataFrame | None, formats: dict[str, Any]) -> None:
    for position, facts in enumerate(spec.facts.values()):
        sheet.write_string(0, position, facts.name, formats[need_of(spec, facts)])
        sheet.write_comment(0, position, _note(spec, facts), {"x_scale": 2, "y_scale": 1.6})
        sheet.set_column(position, position, _width(facts), formats[_format_of(facts)])
        _add_list(sheet, position, facts)
    sheet.freeze_panes(1, len(spec.key) if len(spec.key) < len(spec.columns) else 1)
    sheet.autofilter(0, 0, max(1, 0 if frame is None else len(frame)), len(spec.columns) - 1)
    if frame is None:
        return
    for position, facts in enumerate(spec.facts.values()):
        for row, value in enumerate(frame[facts.name], start=1):
            if not pd.isna(value):
                _write_cell(sheet, row, position, value, facts, formats[_format_of(facts)])


def _write_cell(sheet: Any, row: int, position: int, value: Any, facts: ColumnFacts, style: Any) -> None:
    if facts.kind in {"integer", "number", "yen", "fiscal_year"}:
        sheet.write_number(row, position, value, style)
    elif facts.kind == "date":
        sheet.write_datetime(row, position, pd.Timestamp(value).to_pydatetime(), style)
    elif facts.kind == "boolean":
        sheet.write_boolean(row, position, bool(value), style)
    else:
        sheet.write_string(row, position, str(value), style)


def _format_of(facts: ColumnFacts) -> str:
    if facts.kind in {"code", "text", "choice"}:
        return "text"
    return {"yen": "yen", "date": "date"}.get(facts.kind, "number")


def _note(spec: TableSpec, facts: ColumnFacts) -> str:
    choices = "、".join(f"{value}={choice_label_ja(facts.name, value)}" for value in facts.choices)
    lines = [facts.title_ja, f"要否：{need_of(spec, facts)}", f"単位：{facts.unit}" if facts.unit else "", choices]
    return "\n".join(line for line in lines if line)


def _width(facts: ColumnFacts) -> int:
    """Wide enough for the name; full-width characters count double in the title a reader may put below."""
    title = sum(2 if unicodedata.east_asian_width(letter) in "WFA" else 1 for letter in facts.title_ja)
    return min(36, max(10, len(facts.name) + 3, title if facts.kind == "text" else 0))


def _add_list(sheet: Any, position: int, facts: ColumnFacts) -> None:
    values = list(facts.choices) if facts.choices else (["TRUE", "FALSE"] if facts.kind == "boolean" else [])
    if values and len(",".join(values)) <= _LIST_LIMIT:
        sheet.data_validation(1, position, _LAST_LISTED_ROW, position, {"validate": "list", "source": values})
