"""Where is the project, and which paths may a run write to?

The root is the folder of the environment variable ``DX_ROOT``, else the nearest folder upwards from here that holds both
``pyproject.toml`` and ``notebooks``, else the folder of the package. A run writes under ``reports/`` only, under slugs only.
"""

from __future__ import annotations

import os
from pathlib import Path

from dxmodels.errors import RunError
from dxmodels.inputs.places import SLUG

PACKAGE = Path(__file__).resolve().parents[1]


def project_root() -> Path:
    """Return the project's folder; raises RunError where no notebooks folder can be found."""
    override = os.environ.get("DX_ROOT", "")
    if override:
        root = Path(override).expanduser().resolve()
        if not (root / "notebooks").is_dir():
            raise RunError(
                f"環境変数 DX_ROOT のフォルダに notebooks がありません：{root}。→ 正しいフォルダを指定してください。"
            )
        return root
    here = Path.cwd().resolve()
    for folder in (here, *here.parents, PACKAGE.parent):
        if (folder / "notebooks").is_dir() and (folder / "pyproject.toml").is_file():
            return folder
    raise RunError(
        "プロジェクトのフォルダ（notebooks と pyproject.toml）が見つかりません。→ その中で実行するか、DX_ROOT で指定してください。"
    )


def notebooks_root() -> Path:
    """Return the folder of the notebooks."""
    return project_root() / "notebooks"


def reports_root() -> Path:
    """Return the folder every run writes to (``DX_REPORTS`` overrides it); it need not exist yet."""
    override = os.environ.get("DX_REPORTS", "")
    return Path(override).expanduser().resolve() if override else project_root() / "reports"


def inside(folder: Path, name: str) -> Path:
    """Return ``folder/name`` if ``name`` is a slug (an ending such as .html may follow) and stays in ``folder``; else RunError."""
    stem = name.split(".", 1)[0]
    target = folder / name
    if not SLUG.fullmatch(stem.lower()) or target.parent != folder or (target.is_symlink()):
        raise RunError(f"出力先の名前「{name}」は使えません。英数字・「_」「-」だけの名前にしてください。")
    return target
