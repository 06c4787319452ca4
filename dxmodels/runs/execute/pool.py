"""How do several notebooks run side by side, with a progress bar, without one failure stopping the rest?

A worker that is killed breaks the pool: the notebooks it had not finished are run again in a fresh one, once; what breaks a pool twice is
reported as failed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tqdm import tqdm

from dxmodels.runs.execute.machines import Machines, WorkersLost
from dxmodels.runs.execute.notebook import Outcome, Task

_POOLS = 2
_KILLED = "実行中のプロセスが外部から停止されました。メモリの空きを確かめて再実行してください。"


def run_tasks(
    tasks: Sequence[Task], *, machines: Machines, finished: Callable[[Outcome], None], progress: bool = True
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
            if waiting and not _all_ran(waiting, machines, keep):
                continue
            break
    for task in tasks:
        if task.key not in outcomes:
            keep(Outcome(task.key, "kernel_died", 0.0, _KILLED))
    return outcomes


def _all_ran(tasks: Sequence[Task], machines: Machines, keep: Callable[[Outcome], None]) -> bool:
    """Run the tasks; False where a worker was killed and some are left."""
    try:
        for outcome in machines.notebooks(tasks):
            keep(outcome)
    except WorkersLost:
        return False
    return True
