"""How does a run write so that nothing is ever half-written, and two runs at once do not clash?

Everything is built in reports/.staging and put in place by renaming. A lock on the reports folder, released by the system even when
a process is killed, keeps a second run out. Finished notebooks go to reports/.cache at once, so that nothing finished is lost.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import errno
import os
import shutil
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TextIO

from dxmodels.errors import RunError

STAGING, CACHE, LATEST, LOCK = ".staging", ".cache", "latest", ".lock"
KEPT = ("executed.ipynb", "outcome.json", "reads.json")  # what a place in the cache consists of
_LEAST_FREE_BYTES = 200_000_000
_MOST_CACHED = 1_000
_PATIENCE_SECONDS = 3.0
_LOOK_SECONDS = 0.1
_REFUSALS = {
    errno.ENOSPC: "空き容量がありません",
    errno.EDQUOT: "割当て容量を使い切りました",
    errno.EFBIG: "ファイルの大きさの上限を超えました",
    errno.EACCES: "書込み権限がありません",
    errno.EPERM: "書込み権限がありません",
    errno.EROFS: "読取り専用です",
}


@contextlib.contextmanager
def locked(reports: Path, *, what: str = "", patience: float = _PATIENCE_SECONDS) -> Iterator[None]:
    """Hold the reports folder alone; ``what`` (the plan) is told to whoever comes meanwhile.

    Raises RunError where another run holds it (after ``patience`` seconds: what a killed run had started ends at once, but not in no time) or the
    folder cannot be written.
    """
    try:
        reports.mkdir(parents=True, exist_ok=True)
        handle = (reports / LOCK).open("a+", encoding="utf-8")
    except OSError as error:
        raise RunError(
            f"出力先 {reports} に書き込めません（{in_japanese(error)}）。書込み権限を確かめてください。"
        ) from error
    with handle:
        ends = time.monotonic() + patience
        while not _take(handle.fileno()):
            if time.monotonic() > ends:
                raise RunError(
                    f"別の実行が進行中です{_holder(handle)}。終わってから再実行してください（同じ reports フォルダへの同時実行はできません）。"
                )
            time.sleep(_LOOK_SECONDS)
        _sign(handle, what)
        yield


def _sign(handle: TextIO, what: str) -> None:
    """Write who holds the folder into the lock; a full disk is told where results are written, not here."""
    since = dt.datetime.now(dt.UTC).astimezone().strftime("%H:%M")
    with contextlib.suppress(OSError):
        handle.truncate(0)
        handle.write(f"{what}、{since} 開始、プロセス {os.getpid()}" if what else "")
        handle.flush()


def _holder(handle: TextIO) -> str:
    handle.seek(0)
    told = handle.read().strip()
    return f"（{told}）" if told else ""


def in_japanese(error: OSError) -> str:
    """Return why the system refused to write, in Japanese."""
    return _REFUSALS.get(error.errno or 0, error.strerror or type(error).__name__)


def check_space(reports: Path) -> None:
    """Raise RunError where the disk is nearly full."""
    free = shutil.disk_usage(reports).free
    if free < _LEAST_FREE_BYTES:
        raise RunError(
            f"空き容量が {free // 1_000_000} MB しかありません。{_LEAST_FREE_BYTES // 1_000_000} MB 以上空けてください。"
        )


def fresh_staging(reports: Path, name: str) -> Path:
    """Return an empty folder to build in; what a killed run left there is removed."""
    folder = reports / STAGING
    shutil.rmtree(folder, ignore_errors=True)
    target = folder / name
    target.mkdir(parents=True)
    return target


def put_in_place(built: Path, target: Path) -> None:
    """Rename a finished folder to its place; an older one of the same name is replaced whole."""
    if target.is_symlink():
        raise RunError(f"出力先 {target.name} がシンボリックリンクです。通常のフォルダに直してください。")
    old = built.parent / f"{target.name}.old"
    shutil.rmtree(old, ignore_errors=True)
    if target.exists():
        target.rename(old)
    built.rename(target)
    shutil.rmtree(old, ignore_errors=True)


def copy_latest(run: Path, reports: Path) -> None:
    """Make reports/latest a plain copy of a finished run."""
    copy = reports / STAGING / LATEST
    shutil.rmtree(copy, ignore_errors=True)
    copy.parent.mkdir(exist_ok=True)
    shutil.copytree(run, copy)
    put_in_place(copy, reports / LATEST)


def write_atomically(path: Path, content: bytes) -> None:
    """Write a file whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.part")
    try:
        beside.write_bytes(content)
        os.replace(beside, path)
    except OSError:
        with contextlib.suppress(OSError):  # the space it took may be what the next run lacks
            beside.unlink()
        raise


def cached(reports: Path, ground: str) -> list[Path]:
    """Return the folders of finished notebooks of this ground, one for each state of what they read, newest first."""
    found = [path for path in (reports / CACHE / ground).glob("*") if all((path / name).is_file() for name in KEPT)]
    return sorted(found, key=lambda path: path.stat().st_mtime, reverse=True)


def keep(reports: Path, ground: str, fingerprint: str, executed: Path, texts: Mapping[str, bytes]) -> Path:
    """Put a finished notebook into the cache (by renaming, so that it is there whole or not at all)."""
    building = reports / CACHE / f".{fingerprint}.part"
    shutil.rmtree(building, ignore_errors=True)
    building.mkdir(parents=True)
    shutil.copyfile(executed, building / "executed.ipynb")
    for name, content in texts.items():
        (building / name).write_bytes(content)
    target = reports / CACHE / ground / fingerprint
    target.parent.mkdir(exist_ok=True)
    shutil.rmtree(target, ignore_errors=True)
    building.rename(target)
    return target


def forget_oldest(reports: Path) -> None:
    """Keep the newest thousand finished notebooks; the rest can be computed again."""
    folders = sorted((reports / CACHE).glob("*/*"), key=lambda path: path.stat().st_mtime, reverse=True)
    for folder in folders[_MOST_CACHED:]:
        shutil.rmtree(folder, ignore_errors=True)


def _take(descriptor: int) -> bool:
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
