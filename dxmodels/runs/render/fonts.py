"""Where do the fonts of the wheels lie? The same two files set figures and PDF text on every machine."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pathlib import Path

from matplotlib.ft2font import FT2Font

from dxmodels.errors import RunError

_MISSING_SORT = "〓"
_LAYOUT = "\n\t\u200b"  # line break, tab, break opportunity
_TWINS = {"≒": "≈"}  # the one character of JIS X 0208 that these fonts lack
_WHEELS = ("noto_cjk_sans_jp_regular", "noto_cjk_sans_jp_bold")


@cache
def font_folders() -> tuple[Path, ...]:
    """Return the folders that hold the fonts; raises RunError where a wheel is missing."""
    return tuple(sorted({path.parent for path in font_files()}))


@cache
def font_files() -> tuple[Path, ...]:
    """Return the font files of the wheels."""
    files: list[Path] = []
    for wheel in _WHEELS:
        try:
            folder = Path(str(import_module(wheel).__file__)).parent
        except ImportError as error:
            raise RunError(
                f"フォント（{wheel}）が入っていません。make report か pip install で環境を作り直してください。"
            ) from error
        files += sorted(folder.glob("*.otf"))
    return tuple(files)


@cache
def known_characters() -> frozenset[int]:
    """Return the code points that every font of the wheels can print."""
    held = [frozenset(FT2Font(str(path)).get_charmap()) for path in font_files()]
    return frozenset.intersection(*held)


def with_known_characters(text: str) -> str:
    """Return text with every character the fonts lack replaced: by its near twin, else by 〓 (the printers' mark for a missing sort)."""
    known = known_characters()
    foreign = {character for character in set(text) if ord(character) not in known and character not in _LAYOUT}
    return text.translate({ord(character): _twin(character) for character in foreign})


def _twin(character: str) -> str:
    return _TWINS.get(character, _MISSING_SORT) if character.isprintable() else ""
