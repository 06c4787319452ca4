"""How is a sentence that names a table, a column or an assumption as the program does printed for a planner?

Rooms and sources speak of ``govcloud_pilot_members`` or 表「市町村」（municipalities）; a report prints the Japanese names only. Machine files (CSV,
manifest) keep the names as they are.
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

from dxmodels.errors import DxError
from dxmodels.glossary import label_ja
from dxmodels.inputs import load_register
from dxmodels.inputs.schemas import TABLES
from dxmodels.inputs.schemas.choices import CHOICE_LABELS
from dxmodels.runs.model import Exhibit, Record, Source

if TYPE_CHECKING:
    from dxmodels.runs.document.model import Page

_FILES = {
    "make_illustrative.py": "架空データの作成プログラム",
    "case.yml": "ケースの定義",
    "data/assumptions": "前提値台帳",
    "manifest.json": "実行の記録",
}
_PHRASES = (
    (re.compile(r"\s*quoted in (https?://\S+)"), r"（\1 に引用）"),
    (re.compile(r"\s*via (https?://\S+) and (https?://\S+)"), r"（\1 と \2 による）"),
    (re.compile(r"\s*via (https?://\S+)"), r"（\1 による）"),
    (re.compile(r"\s+\(([^()]*[\u3040-\u9fff][^()]*)\)\s*"), r"（\1）"),
)
_ADDRESS = re.compile(r"https?://\S+")
_SNAKE = re.compile(r"(?<![A-Za-z0-9_/.-])[a-z][a-z0-9]*(?:_[a-z0-9]+)+(?![A-Za-z0-9_/-])")
_WORD = re.compile(
    r"(?<![A-Za-z0-9_/. -])(?:" + "|".join(sorted(TABLES, key=len, reverse=True)) + r")(?![A-Za-z0-9_/. -])"
)
_NAMED = re.compile(r"「([^」]+)」（([a-z][a-z0-9_]*)）")


def in_japanese(text: str) -> str:
    """Return ``text`` with every internal name known here replaced by its Japanese name; addresses stay as they are."""
    if not re.search(r"[a-z]{3}", text):
        return text
    kept: list[str] = []

    def keep(found: re.Match[str]) -> str:
        kept.append(found[0])
        return f"\0{len(kept) - 1}\0"

    text = _ADDRESS.sub(keep, text)
    text = _NAMED.sub(lambda found: f"「{found[1]}」" if _name(found[2]) == found[1] else found[0], text)
    for file, japanese in _FILES.items():
        text = text.replace(file, japanese)
    text = _SNAKE.sub(lambda found: _quoted(found[0]), text)
    text = _WORD.sub(lambda found: _quoted(found[0]), text)
    return re.sub("\0(\\d+)\0", lambda found: kept[int(found[1])], text)


def source_in_japanese(text: str) -> str:
    """Return what a number rests on as printed: English joints between a title and its addresses said in Japanese too."""
    for pattern, japanese in _PHRASES:
        text = pattern.sub(japanese, text)
    return in_japanese(text)


def unexplained_names(page: Page) -> list[tuple[str, list[str]]]:
    """Return, exhibit by exhibit, what still looks like a name of the program where it is printed."""
    found = []
    for exhibit in page.results.exhibits:
        if not exhibit.computable:
            continue  # of its needs only the labels are printed
        texts = [exhibit.title, exhibit.headline, *exhibit.reading, *exhibit.limits]
        texts += [source.label for source in exhibit.sources]
        texts += [cell for row in exhibit.rows for cell in row if isinstance(cell, str)]
        names = {name for text in texts for name in _SNAKE.findall(_ADDRESS.sub("", in_japanese(text)))}
        if names:
            found.append((exhibit.id, sorted(names)))
    return found


def _quoted(name: str) -> str:
    japanese = _name(name)
    return name if japanese == name else f"「{japanese}」"


@lru_cache(maxsize=4096)
def _name(name: str) -> str:
    if name in TABLES:
        return TABLES[name].title_ja
    try:
        register = load_register()
        if name in register:
            return register[name].label_ja
    except DxError:
        pass  # the register's own faults are told where it is loaded
    choices = next((labels[name] for labels in CHOICE_LABELS.values() if name in labels), None)
    return choices or label_ja(name)


def page_in_japanese(page: Page) -> Page:
    """Return a page whose printed sentences hold Japanese names only; its tables stay as stored."""
    results = page.results
    told = replace(
        results,
        title=in_japanese(results.title),
        lead=tuple(in_japanese(text) for text in results.lead),
        exhibits=tuple(_exhibit(exhibit) for exhibit in results.exhibits),
        records=tuple(_record(record) for record in results.records),
    )
    return replace(page, results=told)


def _exhibit(exhibit: Exhibit) -> Exhibit:
    words = {name: tuple(in_japanese(text) for text in getattr(exhibit, name)) for name in ("reading", "limits")}
    figure = exhibit.figure
    return exhibit.model_copy(
        update={
            "title": in_japanese(exhibit.title),
            "headline": in_japanese(exhibit.headline),
            "sources": tuple(_source(source) for source in exhibit.sources),
            "figure": figure.model_copy(update={"alt": in_japanese(figure.alt)}) if figure else None,
            **words,
        }
    )


def _record(record: Record) -> Record:
    return record.model_copy(update={"sources": tuple(_source(source) for source in record.sources)})


def _source(source: Source) -> Source:
    return source.model_copy(
        update={"label": source_in_japanese(source.label), "detail": source_in_japanese(source.detail)}
    )
