"""What stands in each table: names, units, tax basis, what may be left blank, where it comes from and as of when?

One row a column, made from the schemas; data/README.md and the dictionary sheet of the Excel template print the same rows.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd

from dxmodels.inputs.case_file import CaseFile
from dxmodels.inputs.dictionary_text import ACCEPTED_FORMS, INTRODUCTION, LIMITS
from dxmodels.inputs.joins import joins_of
from dxmodels.inputs.schemas import TABLES, ColumnFacts, TableSpec, choice_label_ja

KIND_WORDS = {
    "text": "文字",
    "code": "コード（文字）",
    "integer": "整数",
    "number": "数値",
    "yen": "金額（整数）",
    "fiscal_year": "年度",
    "date": "日付",
    "boolean": "はい／いいえ",
    "choice": "選択",
}
PROVENANCE_WORDS = {"published": "公表値", "illustrative": "架空", "own": "利用者の台帳"}


@dataclass(frozen=True)
class Entry:
    """One column of one table in words; the field names are those of the dictionary sheet."""

    table: str
    table_title: str
    column: str
    label: str
    label_en: str
    kind: str
    unit: str
    tax: str
    need: str
    span: str
    choices: str
    reference: str


def describe_columns(tables: Iterable[str] = tuple(TABLES)) -> pd.DataFrame:
    """Return the dictionary as a table: one row a column, in file order; the columns are the fields of ``Entry``."""
    return pd.DataFrame([_entry(TABLES[name], facts) for name in tables for facts in TABLES[name].facts.values()])


def render_readme(heading: CaseFile, *, case: str) -> str:
    """Return the text of data/README.md: how to put in one's own tables, then every table with its source in ``case``."""
    parts = [INTRODUCTION, ACCEPTED_FORMS, LIMITS, _contents(heading, case)]
    parts += [_section(spec, heading) for spec in TABLES.values()]
    return "\n\n".join(parts) + "\n"


def need_of(spec: TableSpec, facts: ColumnFacts) -> str:
    """Return キー, 必須 or 任意: whether a column may be left blank."""
    if facts.name in spec.key:
        return "キー"
    return "任意" if facts.nullable else "必須"


def tax_basis(facts: ColumnFacts) -> str:
    """Return the tax basis of an amount, read off its title; blank where the column is no amount."""
    if facts.unit != "円":
        return ""
    return "税込" if "税込" in facts.title_ja else "出典のとおり"


def as_of_words(spec: TableSpec, heading: CaseFile) -> str:
    """Return as of when a table's rows are true."""
    own = [name for name in ("as_of_date", "as_of", "date_text", "year_text", "survey_fy") if name in spec.facts]
    if own:
        return f"行ごと（列 {own[0]}）"
    if heading.tables[spec.name].provenance == "published":
        return "出典・列名に記した時点"
    return f"{heading.as_of.isoformat()}（ケースの基準日）"


def _entry(spec: TableSpec, facts: ColumnFacts) -> Entry:
    return Entry(
        table=spec.name,
        table_title=spec.title_ja,
        column=facts.name,
        label=facts.title_ja,
        label_en=facts.title_en,
        kind=KIND_WORDS[facts.kind],
        unit=facts.unit,
        tax=tax_basis(facts),
        need=need_of(spec, facts),
        span=_span(facts),
        choices="；".join(_choice(facts.name, value) for value in facts.choices),
        reference="；".join(_targets(spec, facts)),
    )


def _span(facts: ColumnFacts) -> str:
    low = "" if facts.minimum is None else f"{facts.minimum:g}"
    high = "" if facts.maximum is None else f"{facts.maximum:g}"
    return f"{low}〜{high}" if low or high else ""


def _choice(column: str, value: str) -> str:
    word = choice_label_ja(column, value)
    return value if word == value else f"{value}={word}"


def _targets(spec: TableSpec, facts: ColumnFacts) -> list[str]:
    joins = [join for join in joins_of(spec.name) if join.column == facts.name]
    return [
        f"{join.target}.{join.target_column}" + (f"（{join.switch}={join.case} のとき）" if join.switch else "")
        for join in joins
    ]


def _contents(heading: CaseFile, case: str) -> str:
    lines = [
        f"## 表の一覧（ケース `{case}`：{heading.title_ja}、基準年度 {heading.base_fy}、価格年度 {heading.price_fy}、"
        f"基準日 {heading.as_of.isoformat()}）",
        "",
        "| 表 | 名称 | 由来 | キー |",
        "|---|---|---|---|",
    ]
    for spec in TABLES.values():
        entry = heading.tables.get(spec.name)
        origin = PROVENANCE_WORDS[entry.provenance] if entry else "（収録なし）"
        lines.append(f"| [{spec.name}](#{spec.name}) | {spec.title_ja} | {origin} | {', '.join(spec.key)} |")
    return "\n".join(lines)


def _section(spec: TableSpec, heading: CaseFile) -> str:
    entry = heading.tables.get(spec.name)
    lines = [f"## {spec.name}", "", f"{spec.title_ja} / {spec.title_en}", ""]
    if entry:
        lines += [
            f"由来：{PROVENANCE_WORDS[entry.provenance]}　時点：{as_of_words(spec, heading)}　出典：{entry.source}",
            "",
        ]
    lines += ["| 列 | 名称 | 種類 | 単位 | 税 | 要否 | 範囲 | 選択肢・参照先 |", "|---|---|---|---|---|---|---|---|"]
    for facts in spec.facts.values():
        row = _entry(spec, facts)
        last = row.choices or (f"→ {row.reference}" if row.reference else "")
        cells = (
            f"`{row.column}`",
            f"{row.label}<br>{row.label_en}",
            row.kind,
            row.unit,
            row.tax,
            row.need,
            row.span,
            last,
        )
        lines.append("| " + " | ".join(cell.replace("|", "／") for cell in cells) + " |")
    return "\n".join(lines)
