"""Where does work run? In processes of this machine, or (cluster.py) on many.

Whatever is done side by side, notebooks and pages alike, is a plain function over a list of items, so that the two places are exchangeable. A process
of the pool ends with the one that started it, even where that one is killed: nothing goes on writing behind the back of the next run.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.context import BaseContext
from typing import Any, Protocol, TypeVar

from dxmodels.runs.execute.notebook import Outcome, Task, run_task
from dxmodels.runs.execute.parent import end_with_parent

_MOST_WORKERS = 8
_ITEM = TypeVar("_ITEM")
_ANSWER = TypeVar("_ANSWER")


class WorkersLost(Exception):  # noqa: N818 - an event, not a fault of the caller
    """A worker was killed from outside; what it had not finished can be run again."""


class Machines(Protocol):
    """A place where functions run side by side."""

    def each(self, function: Callable[[_ITEM], _ANSWER], items: Sequence[_ITEM]) -> Iterator[tuple[int, _ANSWER]]:
        """Yield (place in ``items``, answer) as each ends; raises WorkersLost."""
        ...

    def notebooks(self, tasks: Sequence[Task]) -> Iterator[Outcome]:
        """Execute notebooks and yield how each ended, its files in place; raises WorkersLost."""
        ...


class ThisMachine:
    """A process pool sized to the machine: 0 workers = as many as there are processors (at most 8)."""

    def __init__(self, workers: int = 0) -> None:
        self.workers = workers

    def count(self, items: int) -> int:
        """Return the number of worker processes for so many items."""
        wanted = self.workers or min(_MOST_WORKERS, os.cpu_count() or 1)
        return max(1, min(wanted, items))

    def each(self, function: Callable[[_ITEM], _ANSWER], items: Sequence[_ITEM]) -> Iterator[tuple[int, _ANSWER]]:
        """Run the function over the items in a pool of processes."""
        parent = os.getpid()
        pool = ProcessPoolExecutor(self.count(len(items)), _context(), end_with_parent, (parent,))
        try:
            places = {pool.submit(function, item): place for place, item in enumerate(items)}
            for future in as_completed(places):
                yield places[future], future.result()
        except BrokenProcessPool as error:
            raise WorkersLost from error
        finally:
            pool.shutdown(wait=True, cancel_futures=True)

    def notebooks(self, tasks: Sequence[Task]) -> Iterator[Outcome]:
        """Execute notebooks, some at a time."""
        for _, outcome in self.each(run_task, tasks):
            yield outcome


def _context() -> BaseContext:
    """Fork where the parent is still single-threaded and fork exists (no second import of papermill), else spawn."""
    compiling: Any = sys.modules.get("dxmodels.runs.render.compiling")
    threaded = compiling is not None and compiling.has_compiled()  # the compiler of the PDFs keeps threads of its own
    if sys.platform.startswith("linux") and not threaded:
        import papermill  # noqa: F401 - imported before the fork so that the workers have it

        return multiprocessing.get_context("fork")
    return multiprocessing.get_context("spawn")
