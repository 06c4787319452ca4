"""How are the notebooks of a plan executed: where, how many at a time, how long, and what if one fails?"""

from __future__ import annotations

from dxmodels.runs.execute.machines import Machines, ThisMachine
from dxmodels.runs.execute.notebook import Outcome, Task, run_task
from dxmodels.runs.execute.pool import run_tasks

__all__ = ["Machines", "Outcome", "Task", "ThisMachine", "run_task", "run_tasks"]
