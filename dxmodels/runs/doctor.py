"""Is this machine ready to run a plan: Python, packages against the lock, fonts, kernel, write access, memory, disk, data?

Every check says what was found and, where it fails, what to do; none of them changes anything.
"""

from __future__ import annotations

import platform
import shutil
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import psutil
from packaging.requirements import InvalidRequirement, Requirement

from dxmodels.errors import DxError
from dxmodels.inputs.folders import known_cases
from dxmodels.runs.project import PACKAGE, project_root, reports_root
from dxmodels.runs.render.fonts import font_files

_LEAST_MEMORY_BYTES = 2_000_000_000
_LEAST_DISK_BYTES = 1_000_000_000
_KERNEL_SECONDS = 90


@dataclass(frozen=True)
class Check:
    """One finding; ``cure`` stands where it is not well."""

    name: str
    ok: bool
    found: str
    cure: str = ""

    def __str__(self) -> str:
        """Return the finding as one line."""
        return f"{'○' if self.ok else '×'} {self.name}：{self.found}" + ("" if self.ok else f" → {self.cure}")


def examine(*, start_kernel: bool = True) -> list[Check]:
    """Return all findings; ``start_kernel=False`` leaves out the one that takes seconds."""
    checks: list[Callable[[], Check]] = [_python, _packages, _fonts, _project, _data, _writing, _memory, _disk]
    if start_kernel:
        checks.append(_kernel)
    return [_safely(check) for check in checks]


def _safely(check: Callable[[], Check]) -> Check:
    try:
        return check()
    except DxError as error:
        return Check(_NAMES[check.__name__], False, str(error), "上の指示に従ってください")


def _python() -> Check:
    found = f"{platform.python_version()}（{sys.executable}）"
    return Check(
        "Python", sys.version_info[:2] == (3, 11), found, "Python 3.11 で環境を作り直してください（make report）"
    )


def _packages() -> Check:
    lock = PACKAGE.parent / "requirements.lock"
    if not lock.is_file():
        return Check("パッケージ", False, "requirements.lock がありません", "プロジェクトのフォルダで実行してください")
    pins = _pins(lock)
    wrong = [
        f"{name} {_installed(name) or 'なし'}（{wanted} が必要）" for name, wanted in pins if _installed(name) != wanted
    ]
    found = (
        f"{len(pins)} 件すべて固定版と一致" if not wrong else f"{len(wrong)} 件が固定版と不一致：{'、'.join(wrong[:5])}"
    )
    return Check("パッケージ", not wrong, found, "pip install --require-hashes -r requirements.lock を実行してください")


def _pins(lock: Path) -> list[tuple[str, str]]:
    """Return (name, version) of every pin that applies to this machine."""
    pins = []
    for line in lock.read_text(encoding="utf-8").splitlines():
        if not line or line[0] in " #":
            continue
        try:
            requirement = Requirement(line.rstrip("\\ "))
        except InvalidRequirement:
            continue
        if requirement.marker is None or requirement.marker.evaluate():
            pins.append((requirement.name, next(iter(requirement.specifier)).version))
    return pins


def _installed(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""


def _fonts() -> Check:
    files = [path.name for path in font_files()]
    return Check(
        "フォント", len(files) >= 2, "、".join(files) or "なし", "requirements.lock から環境を作り直してください"
    )


def _project() -> Check:
    root = project_root()
    count = len(list((root / "notebooks").glob("*.ipynb")))
    return Check(
        "プロジェクト", count > 0, f"{root}（ノートブック {count} 件）", "リポジトリのフォルダの中で実行してください"
    )


def _data() -> Check:
    cases = known_cases()
    return Check("ケース", bool(cases), "、".join(cases) or "なし", "data/ の下にケースのフォルダを置いてください")


def _writing() -> Check:
    reports = reports_root()
    try:
        reports.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=reports):
            pass
    except OSError as error:
        return Check("書込み", False, f"{reports}（{error.strerror}）", "フォルダの書込み権限を確かめてください")
    return Check("書込み", True, str(reports))


def _memory() -> Check:
    free = psutil.virtual_memory().available
    cure = "他のプログラムを閉じるか、--jobs 1 で実行してください"
    return Check("メモリ", free >= _LEAST_MEMORY_BYTES, f"空き {free / 1e9:.1f} GB（2 GB 以上が目安）", cure)


def _disk() -> Check:
    reports = reports_root()
    free = shutil.disk_usage(reports if reports.exists() else reports.parent).free
    return Check(
        "空き容量",
        free >= _LEAST_DISK_BYTES,
        f"空き {free / 1e9:.1f} GB（1 GB 以上が目安）",
        "不要なファイルを消してください",
    )


def _kernel() -> Check:
    from jupyter_client.blocking.client import BlockingKernelClient
    from jupyter_client.manager import KernelManager

    from dxmodels.runs.execute.kernel import own_kernel_spec

    manager = KernelManager()
    manager._kernel_spec = own_kernel_spec()
    try:
        manager.start_kernel()
        client = manager.client()
        assert isinstance(client, BlockingKernelClient)
        client.start_channels()
        client.wait_for_ready(timeout=_KERNEL_SECONDS)
        client.stop_channels()
    except (OSError, RuntimeError) as error:
        return Check(
            "カーネル",
            False,
            f"起動できません（{error}）",
            "pip install --require-hashes -r requirements.lock を実行してください",
        )
    finally:
        manager.shutdown_kernel(now=True)
    return Check("カーネル", True, "起動しました")


_NAMES = {
    "_python": "Python",
    "_packages": "パッケージ",
    "_fonts": "フォント",
    "_project": "プロジェクト",
    "_data": "ケース",
    "_writing": "書込み",
    "_memory": "メモリ",
    "_disk": "空き容量",
    "_kernel": "カーネル",
}
