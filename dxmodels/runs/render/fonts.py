"""Where do the fonts of the wheels lie? The same two files set figures and PDF text on every machine."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pathlib import Path

from dxmodels.errors import RunError

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
