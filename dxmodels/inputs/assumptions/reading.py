"""How is one topic file of data/assumptions read, with every fault told at once?"""

from __future__ import annotations

from typing import Any

from dxmodels.glossary import is_unit, nearest_units, units
from dxmodels.inputs.assumptions.entry import GRADES, TO_CONFIRM, Assumption
from dxmodels.inputs.assumptions.quantiles import DISTRIBUTIONS, INTERVALS, Levels, default_interval, inconsistencies
from dxmodels.inputs.yaml_files import Document, KeyPath

FIRST_FISCAL_YEAR, LAST_FISCAL_YEAR = 1989, 2100
_REQUIRED = ("label_ja", "unit", "distribution", "source", "as_of", "grade")
_OPTIONAL = ("value", "values", "interval", "range_ja", "carry_forward", "note")


def read_levels(document: Document, path: KeyPath, value: object) -> Levels | None:
    """Return the mapping {central, low, high} at ``path``; None and faults where it is not one."""
    fields = document.fields(path, value, required=("central",), optional=("low", "high"))
    numbers = {
        key: document.number_at((*path, key), fields[key])
        for key in ("central", "low", "high")
        if fields.get(key) is not None
    }
    central = numbers.get("central")
    return None if central is None else Levels(central, numbers.get("low"), numbers.get("high"))


def read_values(document: Document, path: KeyPath, fields: dict[str, Any]) -> dict[int | None, Levels]:
    """Return the levels of an entry: of ``value`` under None, or of ``values`` by fiscal year (exactly one of the two)."""
    if ("value" in fields) == ("values" in fields):
        document.blame(
            path, "value と values のどちらか一方が要ります", "全年度共通なら value、年度別なら values を書いてください"
        )
        return {}
    if "value" in fields:
        levels = read_levels(document, (*path, "value"), fields["value"])
        return {} if levels is None else {None: levels}
    found: dict[int | None, Levels] = {}
    by_year = fields["values"]
    if not isinstance(by_year, dict) or not by_year:
        document.blame(
            (*path, "values"), "年度ごとの値になっていません", "「2026: {central: …}」のように書いてください", by_year
        )
        return {}
    for year, value in by_year.items():
        if isinstance(year, bool) or not isinstance(year, int) or not FIRST_FISCAL_YEAR <= year <= LAST_FISCAL_YEAR:
            cure = f"{FIRST_FISCAL_YEAR}〜{LAST_FISCAL_YEAR} の西暦の年度（引用符なし）にしてください"
            document.blame((*path, "values", year), "年度ではありません", cure, year)
            continue
        levels = read_levels(document, (*path, "values", year), value)
        if levels is not None:
            found[year] = levels
    return found


def read_source(document: Document, path: KeyPath, fields: dict[str, Any]) -> dict[str, str]:
    """Return source, as_of, grade and note of an entry; 仮置き without 要確認 in its note is a fault."""
    texts = {key: document.text_at((*path, key), fields.get(key)) for key in ("source", "as_of")}
    texts["grade"] = document.choice_at((*path, "grade"), fields.get("grade"), GRADES)
    texts["note"] = document.text_at((*path, "note"), fields["note"]) if "note" in fields else ""
    if texts["grade"] == GRADES[-1] and TO_CONFIRM not in texts["note"]:
        cure = f"note に「{TO_CONFIRM}」と、だれが何で確かめるかを書いてください"
        document.blame((*path, "note"), f"等級「{GRADES[-1]}」には確認の注が要ります", cure)
    return texts


def read_topic(document: Document, stem: str) -> list[Assumption]:
    """Return the entries of one topic file that could be read; its faults are noted in the document."""
    top = document.fields((), document.content, required=("topic", "title_ja", "assumptions"))
    if top.get("topic") is not None and document.text_at(("topic",), top["topic"]) not in ("", stem):
        document.blame(("topic",), "topic がファイル名と違います", f"topic: {stem} にしてください", top["topic"])
    if top.get("title_ja") is not None:
        document.text_at(("title_ja",), top["title_ja"])
    if top.get("assumptions") is None:
        return []
    entries = document.entries(("assumptions",), top["assumptions"])
    read = [_read_entry(document, ("assumptions", name), name, entry, stem) for name, entry in entries.items()]
    return [entry for entry in read if entry is not None]


def _read_entry(document: Document, path: KeyPath, name: str, entry: object, topic: str) -> Assumption | None:
    before = len(document.faults)
    fields = document.fields(path, entry, required=_REQUIRED, optional=_OPTIONAL)
    if not fields:
        return None
    texts = {key: document.text_at((*path, key), fields.get(key)) for key in ("label_ja", "unit")}
    distribution = document.choice_at((*path, "distribution"), fields.get("distribution"), DISTRIBUTIONS)
    interval = default_interval(distribution)
    if "interval" in fields:
        interval = document.choice_at((*path, "interval"), fields["interval"], INTERVALS) or interval
    range_ja = document.text_at((*path, "range_ja"), fields["range_ja"]) if "range_ja" in fields else ""
    carry = document.flag_at((*path, "carry_forward"), fields["carry_forward"]) if "carry_forward" in fields else False
    values = read_values(document, path, fields)
    source = read_source(document, path, fields)
    _check_unit(document, path, texts["unit"], values)
    for year, levels in values.items():
        for problem, cure in inconsistencies(levels, distribution, interval) if distribution else []:
            document.blame((*path, "value") if year is None else (*path, "values", year), problem, cure)
    if len(document.faults) > before:
        return None
    return Assumption(
        name, texts["label_ja"], texts["unit"], values, distribution, source["source"], source["as_of"], source["grade"],
        source["note"], topic=topic, interval=interval, range_ja=range_ja, carry_forward=carry,
    )  # fmt: skip


def _check_unit(document: Document, path: KeyPath, unit: str, values: dict[int | None, Levels]) -> None:
    if not unit:
        return
    if not is_unit(unit):
        near = "、".join(nearest_units(unit))
        cure = f"{f'近いもの：{near}。' if near else ''}新しい単位は dxmodels/glossary/units.csv に足してください"
        document.blame((*path, "unit"), "知らない単位です", cure, unit)
        return
    known = units()[unit]
    for year, levels in values.items():
        for level in ("low", "central", "high"):
            number = getattr(levels, level)
            below = number is not None and known.minimum is not None and number < known.minimum
            above = number is not None and known.maximum is not None and number > known.maximum
            if below or above:
                where = (*path, "value", level) if year is None else (*path, "values", year, level)
                problem = f"単位「{unit}」（{known.ja}）の範囲 {_bound(known.minimum)}〜{_bound(known.maximum)} を外れています"
                document.blame(where, problem, "値か単位を直してください", number)


def _bound(value: float | None) -> str:
    return "" if value is None else f"{value:g}"
