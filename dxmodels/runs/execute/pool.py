"""How do several notebooks run side by side, with a progress bar, without one failure stopping the rest?

A process pool sized to the machine. A worker that is killed breaks the pool: the notebooks it had not finished are run again in a
fresh one, once; what breaks a pool twice is reported as failed.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from multiprocessing.context import BaseContext

from tqdm import tqdm

from dxmodels.runs.execute.notebook import Outcome, Task, run_task

_MOST_WORKERS = 8
_POOLS = 2
_KILLED = "実行中のプロセスが外部から停止されました。メモリの空きを確かめて再実行してください。"


@dataclass(frozen=True)
class Limits:
    """How many notebooks at a time; 0 = as many as there are processors (at most 8)."""

    workers: int = 0

    def count(self, tasks: int) -> int:
        """Return the number of worker processes for so many tasks."""
        wanted = self.workers or min(_MOST_WORKERS, os.cpu_count() or 1)
        return max(1, min(wanted, tasks))


def run_tasks(
    tasks: Sequence[Task], *, limits: Limits, finished: Callable[[Outcome], None], progress: bool = True
) -> dict[str, Outcome]:
    """Execute all tasks and return their outcomes by key; ``finished`` is called for each as soon as it ends."""
    outcomes: dict[str, Outcome] = {}
    tqdm.monitor_interval = 0  # its watching thread must not exist when the pool forks
    bar = tqdm(total=len(tasks), desc="ノートブック", unit="件", disable=None if progress else True, leave=False)

    def keep(outcome: Outcome) -> None:
        outcomes[outcome.key] = outcome
        finished(outcome)
        bar.update()

    with bar:
        for _ in range(_POOLS):
            waiting = [task for task in tasks if task.key not in outcomes]
            if waiting and not _run_in_pool(waiting, limits, keep):
                continue
            break
    for task in tasks:
        if task.key not in outcomes:
            keep(Outcome(task.key, "kernel_died", 0.0, _KILLED))
    return outcomes


def _run_in_pool(tasks: Sequence[Task], limits: Limits, keep: Callable[[Outcome], None]) -> bool:
    """Run the tasks in one pool; False where a worker was killed and some are left."""
    try:
        with ProcessPoolExecutor(limits.count(len(tasks)), mp_context=_context()) as pool:
            for future in as_completed([pool.submit(run_task, task) for task in tasks]):
                keep(future.result())
    except BrokenProcessPool:
        return False
    return True


def _context() -> BaseContext:
    """Fork where the parent is still single-threaded and fork exists (no second import of papermill), else spawn."""
    if sys.platform.startswith("linux"):
        import papermill  # noqa: F401 - imported before the fork so that the workers have it

        return multiprocessing.get_context("fork")
    return multiprocessing.get_context("spawn")
