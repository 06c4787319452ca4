"""How does one notebook run to its end, and what is left when it does not get there?

papermill executes it in a fresh kernel. Whatever happens, a notebook file with everything sent so far remains, and an ``Outcome``
says in Japanese what happened. A kernel that fails to *start* is tried again (a machine short of memory, ports where TCP is used); a notebook
that fails while *running* is not: the same inputs would fail again.
"""

from __future__ import annotations

import errno
import os
import tempfile
import time
import traceback
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from dxmodels.runs.execute.kernel import KERNEL_NAME, OwnKernelManager
from dxmodels.runs.notebook_files import read_cells

State = Literal["ok", "failed", "timed_out", "kernel_died", "not_started", "disk_full"]
_STARTS = 3
_START_SECONDS = 120
_ERROR_LINES = 40
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_NO_SPACE = f"[Errno {errno.ENOSPC}]"


@dataclass(frozen=True)
class Task:
    """One notebook to execute: from where, to where, with which parameters, environment and time limit."""

    key: str
    source: Path
    target: Path
    folder: Path
    parameters: Mapping[str, Any]
    environment: Mapping[str, str]
    seconds: float


@dataclass(frozen=True)
class Outcome:
    """How the execution of one notebook ended; ``message`` is for planners, ``details`` (a traceback) for traceback.txt."""

    key: str
    state: State
    seconds: float
    message: str = ""
    details: str = ""
    starts: int = 1

    @property
    def ok(self) -> bool:
        """True where every cell ran."""
        return self.state == "ok"


def run_task(task: Task) -> Outcome:
    """Execute one notebook; never raises for what the notebook does."""
    begun = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="dx-ipython-") as profile:
        os.environ.update({**task.environment, "IPYTHONDIR": profile})
        for start in range(1, _STARTS + 1):
            outcome = _attempt(task, begun, start)
            if outcome.state != "not_started":
                break
            time.sleep(0.5 * start)
    return outcome


def _attempt(task: Task, begun: float, start: int) -> Outcome:
    state: State = "ok"
    message = details = ""
    try:
        _execute(task)
    except Exception as error:  # whatever a notebook, its kernel or papermill raises ends up in the outcome
        state, message = _explain(error, task)
        details = "".join(traceback.format_exception(error)[-_ERROR_LINES:])
    return Outcome(task.key, state, round(time.monotonic() - begun, 2), message, details, start)


def _execute(task: Task) -> None:
    import papermill

    ends = time.monotonic() + task.seconds
    papermill.execute_notebook(
        str(task.source),
        str(task.target),
        parameters=dict(task.parameters),
        kernel_name=KERNEL_NAME,
        language="python",
        cwd=str(task.folder),
        progress_bar=False,
        log_output=False,
        start_timeout=_START_SECONDS,
        kernel_manager_class=OwnKernelManager,
        # The limit is of the notebook, not of a cell: each cell gets what is left.
        timeout_func=lambda cell: max(1, int(ends - time.monotonic())),
    )


def _explain(error: Exception, task: Task) -> tuple[State, str]:
    """Return (state, Japanese message) of what went wrong."""
    from nbclient.exceptions import CellTimeoutError, DeadKernelError
    from papermill.exceptions import PapermillExecutionError

    if _is_full(error) or (isinstance(error, PapermillExecutionError) and _NO_SPACE in str(error.evalue)):
        return "disk_full", "空き容量がないため、計算の途中で書き込めなくなりました。"
    if isinstance(error, PapermillExecutionError):
        return "failed", _of_cell(error)
    if isinstance(error, CellTimeoutError):
        return (
            "timed_out",
            f"制限時間（{task.seconds / 60:g} 分）を超えたため打ち切りました。計画の minutes_per_notebook を見直してください。",
        )
    if not _began(task.target):
        return (
            "not_started",
            f"計算エンジン（カーネル）を起動できませんでした（{type(error).__name__}）。dx doctor で環境を確かめてください。",
        )
    if isinstance(error, DeadKernelError):
        return (
            "kernel_died",
            "計算の途中でカーネルが停止しました。メモリ不足の可能性があります（--jobs 1 で再実行してください）。",
        )
    return (
        "failed",
        f"実行の途中で予期しない誤りが起きました（{type(error).__name__}）。技術的な詳細は traceback.txt にあります。",
    )


def _is_full(error: BaseException) -> bool:
    """True where the disk (or one's share of it) is full."""
    return isinstance(error, OSError) and error.errno in FULL


def _of_cell(error: Any) -> str:
    """Return the message of a failed cell: our own errors speak Japanese already, any other is a bug and named as one."""
    value = str(error.evalue).strip()
    if any("\u3040" <= character <= "\u30ff" for character in value):
        return value
    return f"プログラムの誤り（{error.ename}）で止まりました。技術的な詳細は traceback.txt にあります。"


def _began(target: Path) -> bool:
    """True where at least one cell was executed before the end."""
    if not target.is_file():
        return False
    return any(cell.executed for cell in read_cells(target))
