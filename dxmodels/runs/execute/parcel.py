"""What does another machine need to execute a notebook of this run, and what comes back? Everything as bytes: no shared folder.

Out: the data folder, the notebooks, and what earlier notebooks recorded, packed once for all notebooks that start together. Back: the executed
notebook and what it read. The code is not sent: it must be installed there, and be the same (its hash is compared before anything runs).
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
import tempfile
import threading
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from dxmodels.errors import RunError
from dxmodels.inputs.places import data_root
from dxmodels.runs.context import VARIABLE
from dxmodels.runs.execute.notebook import Outcome, Task, run_task
from dxmodels.runs.project import notebooks_root

_FIXED_TIME = (2000, 1, 1, 0, 0, 0)  # the same files make the same parcel
_LEFT_OUT = {".ipynb_checkpoints", "__pycache__"}
_RECORDS, _BRIDGE, _READS = "records", "bridge", "reads"
_ONE_AT_A_TIME = threading.Lock()  # a notebook's environment is that of its process


@dataclass(frozen=True)
class Parcel:
    """Packed files and the state of the code that is to run on them."""

    content: bytes
    code: str
    versions: tuple[tuple[str, str], ...]

    @property
    def digest(self) -> str:
        """The hash of the files."""
        return hashlib.sha256(self.content).hexdigest()


@dataclass(frozen=True)
class Returned:
    """How a notebook ended elsewhere, with the files it left ("" content where it left none)."""

    outcome: Outcome
    executed: bytes
    reads: bytes


def pack(tasks: Iterable[Task], *, code: str, versions: tuple[tuple[str, str], ...]) -> Parcel:
    """Return what these notebooks need; raises RunError where a case lies outside the data folder, where only this machine finds it."""
    listed = list(tasks)
    for task in listed:
        if Path(str(task.parameters.get("case", ""))).is_absolute():
            raise RunError(
                f"クラスタでは、ケースを data フォルダの中に置いてください（指定：{task.parameters['case']}）。フォルダを data の下に移し、名前で指定してください。"
            )
    told = _told(listed[0]) if listed else {}
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for folder, root in (("data", data_root()), ("notebooks", notebooks_root()), (_RECORDS, _path(told, _RECORDS))):
            for path in _files(root, deep=folder != _RECORDS):
                _add(archive, f"{folder}/{path.relative_to(root).as_posix()}" if root else path.name, path)
        if _BRIDGE in told:
            _add(archive, f"{_BRIDGE}.json", Path(str(told[_BRIDGE])))
    return Parcel(target.getvalue(), code, versions)


def run_elsewhere(task: Task, parcel: Parcel, code: str, versions: tuple[tuple[str, str], ...]) -> Returned:
    """Execute one notebook on this machine from a parcel; ``code`` and ``versions`` are this machine's own."""
    if code != parcel.code or versions != parcel.versions:
        return Returned(Outcome(task.key, "failed", 0.0, _other_version(parcel, versions)), b"", b"")
    with _ONE_AT_A_TIME, tempfile.TemporaryDirectory(prefix="dx-away-") as place:
        root, here = Path(_unpacked(parcel)), Path(place)
        target, reads = here / task.target.name, here / f"{_READS}.json"
        outcome = run_task(_moved(task, root, target, reads))
        return Returned(outcome, *(path.read_bytes() if path.is_file() else b"" for path in (target, reads)))


def receive(task: Task, returned: Returned) -> Outcome:
    """Put what came back where a notebook executed here would have left it."""
    places = ((task.target, returned.executed), (_path(_told(task), _READS), returned.reads))
    for path, content in places:
        if content and path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
    return returned.outcome


def _moved(task: Task, root: Path, target: Path, reads: Path) -> Task:
    """Return the task with every path of the machine that sent it replaced by one of this machine."""
    told = {**_told(task), _RECORDS: str(root / _RECORDS), _READS: str(reads)}
    if _BRIDGE in told:
        told[_BRIDGE] = str(root / f"{_BRIDGE}.json")
    environment = {**task.environment, VARIABLE: json.dumps(told), "DX_ROOT": str(root), "DX_DATA": str(root / "data")}
    notebooks = root / "notebooks"
    return replace(task, source=notebooks / task.source.name, target=target, folder=notebooks, environment=environment)


def _told(task: Task) -> dict[str, Any]:
    return dict(json.loads(task.environment.get(VARIABLE, "{}")))


def _path(told: dict[str, Any], name: str) -> Path | None:
    return Path(str(told[name])) if told.get(name) else None


def _files(root: Path | None, *, deep: bool) -> Iterator[Path]:
    if root is None or not root.is_dir():
        return
    for path in sorted(root.rglob("*") if deep else root.glob("*")):
        if path.is_file() and not _LEFT_OUT & set(path.parts):
            yield path


def _add(archive: zipfile.ZipFile, name: str, path: Path) -> None:
    entry = zipfile.ZipInfo(name, _FIXED_TIME)
    entry.compress_type = zipfile.ZIP_DEFLATED
    archive.writestr(entry, path.read_bytes())


@lru_cache(maxsize=4)
def _unpacked(parcel: Parcel) -> str:
    """Return the folder a parcel is unpacked in, once a process; it is there whole or not at all."""
    target = Path(tempfile.gettempdir()) / f"dx-parcel-{os.getpid()}-{parcel.digest}"
    building = target.with_suffix(".part")
    shutil.rmtree(building, ignore_errors=True)
    with zipfile.ZipFile(io.BytesIO(parcel.content)) as archive:
        archive.extractall(building)
    (building / _RECORDS).mkdir(exist_ok=True)
    shutil.rmtree(target, ignore_errors=True)
    building.rename(target)
    return str(target)


def _other_version(parcel: Parcel, versions: tuple[tuple[str, str], ...]) -> str:
    here = dict(versions)
    differing = [
        f"{name} {wanted}（そこでは {here.get(name) or 'なし'}）"
        for name, wanted in parcel.versions
        if here.get(name) != wanted
    ]
    what = "、".join(differing[:3]) or "プログラム"
    return f"ワーカーの版がこの機械と違います：{what}。同じ版を入れてから再実行してください（docs/cluster.md）。"
