"""What did a run read, kept so that a later run can compute with it again?

``inputs.zip`` in the run's folder: the files of the case (and of the case it borrows from), assumptions, scenarios and options. The same
inputs give the same bytes. Of illustrative tables a published-only run keeps the header line alone: it read nothing else.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from dxmodels.errors import RunError
from dxmodels.inputs.places import data_root
from dxmodels.runs.casefacts import CaseFacts

ARCHIVE = "inputs.zip"
ASSUMED = ("assumptions", "scenarios", "options")
_CASES = "cases"
_EPOCH = (1980, 1, 1, 0, 0, 0)


def archive_of(case: CaseFacts, *, published_only: bool) -> bytes:
    """Return the archive of all a run of this case could read."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in sorted(_files(case, published_only)):
            archive.writestr(zipfile.ZipInfo(name, _EPOCH), content, zipfile.ZIP_DEFLATED)
    return target.getvalue()


def _files(case: CaseFacts, published_only: bool) -> Iterator[tuple[str, bytes]]:
    for kind in ASSUMED:
        for path in sorted((data_root() / kind).glob("*.yml")):
            yield f"{kind}/{path.name}", path.read_bytes()
    emptied = {case.paths[name] for name in case.illustrative_tables if name in case.paths} if published_only else set()
    for path in {*case.heading_paths, *case.paths.values(), *case.other_files()}:
        folder = next(folder for folder in case.folders if path.is_relative_to(folder))
        content = path.read_bytes()
        if path in emptied and path.suffix == ".csv":
            content = content.splitlines(keepends=True)[0]
        yield f"{_CASES}/{folder.name}/{path.relative_to(folder).as_posix()}", content


def lay_out(target: Path, *, data_from: Path, assumptions_from: Path, completed_from: Path) -> None:
    """Lay out a data folder with the cases of one run and the assumptions of another.

    The method of today may ask for assumptions that did not exist then: what ``assumptions_from`` lacks is taken from
    ``completed_from``. Raises RunError where an archive is missing.
    """
    for name, content in _contents(data_from, (_CASES,)):
        _write(target / Path(name).relative_to(_CASES), content)
    held = dict(_contents(completed_from, ASSUMED))
    older = dict(_contents(assumptions_from, ASSUMED))
    for name, content in {**held, **{name: text for name, text in older.items() if name in held}}.items():
        _write(target / name, content)
    if assumptions_from != completed_from:
        _put_back(target / "assumptions", held, older)


def _put_back(folder: Path, held: Mapping[str, bytes], older: Mapping[str, bytes]) -> None:
    """Write the topic files of today with every entry that existed then as it was then."""
    then: dict[str, Any] = {}
    for name, content in older.items():
        if name.startswith("assumptions/"):
            then |= _parsed(content).get("assumptions", {})
    for name, content in held.items():
        if name.startswith("assumptions/"):
            topic = _parsed(content)
            topic["assumptions"] = {key: then.get(key, entry) for key, entry in topic["assumptions"].items()}
            _write(folder / Path(name).name, _dumped(topic))


def _parsed(content: bytes) -> dict[str, Any]:
    return dict(YAML(typ="safe", pure=True).load(content.decode("utf-8-sig")))


def _dumped(topic: dict[str, Any]) -> bytes:
    target = io.StringIO()
    YAML(typ="safe", pure=True).dump(topic, target)
    return target.getvalue().encode("utf-8")


def _contents(run: Path, kinds: tuple[str, ...]) -> Iterator[tuple[str, bytes]]:
    try:
        with zipfile.ZipFile(run / ARCHIVE) as archive:
            for name in archive.namelist():
                if name.split("/", 1)[0] in kinds and ".." not in Path(name).parts:
                    yield name, archive.read(name)
    except (OSError, zipfile.BadZipFile) as error:
        raise RunError(
            f"実行 {run.name} に入力の控え（{ARCHIVE}）がないため、差を要因に分けられません。同じ入力でもう一度実行してください。"
        ) from error


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
