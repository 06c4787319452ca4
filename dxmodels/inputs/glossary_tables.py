"""Which names must the glossary know, and what does docs/glossary.md say?

The glossary is a wall and cannot see the schemas; so ``dxmodels/glossary/columns.csv`` is made here from the table schemas, and
docs/glossary.md from all glossary files. ``python -m dxmodels.inputs.glossary_tables`` writes both; tests compare them.
A column that means something slightly different in each table (``name_ja``) gets its neutral label in ``common.csv``.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from pathlib import Path

from dxmodels import glossary
from dxmodels.inputs.schemas import TABLES, UNIT_SUFFIXES

_ROOM_TITLES = {
    "common": "共通",
    "columns": "ケースの表の列",
    "cost": "費用",
    "lockin": "囲い込み",
    "services": "デジタルサービス",
    "bundling": "共同調達",
    "municipalities": "市町村",
    "consolidation": "推進体制",
    "panel": "専門家評価",
    "portfolio": "府の情報システムと経費",
    "joint_procurement": "共同調達の実績",
    "national_contracts": "国の情報システム契約",
    "plan_trace": "計画との対応",
    "references": "比較対象の実績",
}


def column_terms() -> list[tuple[str, str, str, str]]:
    """Return (name, ja, en, unit) of every column of every table, once, in schema order; the first table's label is kept."""
    found: dict[str, tuple[str, str, str, str]] = {}
    for spec in TABLES.values():
        for name, column in spec.schema.columns.items():
            unit = (column.metadata or {}).get("unit") or _unit_by_suffix(name)
            found.setdefault(name, (name, str(column.title), str(column.description), unit))
    return list(found.values())


def ambiguous_columns() -> set[str]:
    """Return the column names whose Japanese label differs between tables: these need a neutral row in common.csv."""
    labels: dict[str, set[str]] = {}
    for spec in TABLES.values():
        for name, column in spec.schema.columns.items():
            labels.setdefault(name, set()).add(str(column.title))
    return {name for name, titles in labels.items() if len(titles) > 1}


def columns_csv() -> str:
    """Return the text of dxmodels/glossary/columns.csv."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(glossary.TERM_FIELDS)
    writer.writerows(column_terms())
    return text.getvalue()


def glossary_markdown() -> str:
    """Return the text of docs/glossary.md: words with their meaning, column names by room, units."""
    lines = [
        "# 用語集 / Glossary",
        "",
        "この頁は `python -m dxmodels.inputs.glossary_tables` が作る。直すときは dxmodels/glossary/ の CSV を直す。",
        "",
    ]
    lines += ["## 用語 / Words", ""]
    words = glossary.words().values()
    lines += _table(("日本語", "English", "意味"), ((word.ja, word.en, word.meaning_ja) for word in words))
    topics = list(dict.fromkeys(term.topic for term in glossary.terms()))
    for topic in topics:
        rows = ((f"`{term.name}`", term.ja, term.en, term.unit) for term in glossary.terms() if term.topic == topic)
        lines += [f"## 列名：{_ROOM_TITLES.get(topic, topic)} / Columns: {topic}", ""]
        lines += _table(("列", "日本語", "English", "単位"), rows)
    lines += ["## 前提値台帳の単位 / Units of the register", ""]
    lines += _table(("単位", "日本語"), ((f"`{unit.unit}`", unit.ja) for unit in glossary.units().values()))
    return "\n".join(lines).rstrip() + "\n"


def write_glossary(root: Path) -> None:
    """Write dxmodels/glossary/columns.csv and docs/glossary.md under the project's ``root``."""
    (root / "dxmodels" / "glossary" / "columns.csv").write_text(columns_csv(), encoding="utf-8")
    glossary.terms.cache_clear()
    page = root / "docs" / "glossary.md"
    page.parent.mkdir(exist_ok=True)
    page.write_text(glossary_markdown(), encoding="utf-8")


def _unit_by_suffix(name: str) -> str:
    return next((unit for suffix, unit in UNIT_SUFFIXES.items() if name.endswith(suffix)), "")


def _table(header: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> list[str]:
    lines = [f"| {' | '.join(header)} |", f"|{'---|' * len(header)}"]
    lines += [f"| {' | '.join(cell.replace('|', '／') for cell in row)} |" for row in rows]
    return [*lines, ""]


if __name__ == "__main__":
    write_glossary(Path(__file__).resolve().parents[2])
