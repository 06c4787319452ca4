"""What had a run rendered before it was killed? Kept by piece until the run is in place, so that nothing finished is done twice."""

from __future__ import annotations

import contextlib
import io
import shutil
import zipfile
from pathlib import Path

from dxmodels.runs.folders import write_atomically
from dxmodels.runs.render.work import Made

FOLDER = ".resume"
_MOST_RUNS = 3  # interrupted runs whose rendered pieces are kept


class KeptPages:
    """The rendered pieces of one run on disk, each there whole or not at all; None keeps nothing."""

    def __init__(self, reports: Path | None, run_id: str = "") -> None:
        self._folder = reports / FOLDER / run_id if reports is not None else None

    def read(self, ground: str) -> Made | None:
        """Return the piece made from this ground; None where there is none."""
        if self._folder is None or not (self._folder / ground).is_file():
            return None
        return _unpacked((self._folder / ground).read_bytes())

    def write(self, ground: str, made: Made) -> None:
        """Keep a piece; one that could not be made whole is not kept."""
        if self._folder is None or made.failed:
            return
        with contextlib.suppress(OSError):  # it only saves time; a full disk is told where the page itself is written
            write_atomically(self._folder / ground, _packed(made))

    def forget(self) -> None:
        """Drop the pieces of this run, which is in place now, and of runs interrupted long ago."""
        if self._folder is None:
            return
        shutil.rmtree(self._folder, ignore_errors=True)
        others = sorted(self._folder.parent.glob("*"), key=lambda path: path.stat().st_mtime, reverse=True)
        for folder in others[_MOST_RUNS:]:
            shutil.rmtree(folder, ignore_errors=True)


def _packed(made: Made) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:  # most of it is compressed already
        for name, content in made.files.items():
            archive.writestr(name, content)
    return target.getvalue()


def _unpacked(content: bytes) -> Made:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return Made({name: archive.read(name) for name in archive.namelist()})
