"""How is a sentence that names a table, a column or an assumption as the program does printed for a planner?

Rooms and sources speak of ``govcloud_pilot_members`` or 表「市町村」（municipalities）; a report prints the Japanese names only. Machine files (CSV,
manifest) keep the names as they are.
"""

from __future__ import annotations

import re
from functools import lru_cache

from dxmodels.errors import DxError
from dxmodels.glossary import label_ja
from dxmodels.inputs import load_register
from dxmodels.inputs.schemas import TABLES
from dxmodels.inputs.schemas.choices import CHOICE_LABELS

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


def names_left(text: str) -> list[str]:
    """Return what still looks like a name of the program once ``text`` is told in Japanese."""
    return _SNAKE.findall(_ADDRESS.sub("", in_japanese(text)))


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
