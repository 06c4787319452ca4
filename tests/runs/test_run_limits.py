"""A hung notebook, a kernel that does not start, a killed worker: each ends with a message, none stops the rest."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import pytest
from notebook_maker import write_notebook

from dxmodels.runs.execute import Outcome, Task, ThisMachine, run_task, run_tasks
from dxmodels.runs.execute import notebook as executing
from dxmodels.runs.execute.kernel import OwnKernelManager, own_kernel_spec


def task(folder: Path, key: str, cells: list[str], *, seconds: float = 120) -> Task:
    source = folder / f"{key}.ipynb"
    write_notebook(source, cells)
    return Task(key, source, folder / "out" / f"{key}.ipynb", folder, {"case": "tiny"}, {}, seconds)


def _die_once(given: Task) -> Outcome:
    killed = given.folder / "killed"
    if given.key == "b" and not killed.exists():
        killed.touch()
        os._exit(9)
    return Outcome(given.key, "ok", 0.0)


def _die_always(given: Task) -> Outcome:
    os._exit(9)


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path))
    (tmp_path / "out").mkdir()


def test_a_hung_notebook_is_stopped_at_its_limit(tmp_path: Path) -> None:
    outcome = run_task(task(tmp_path, "slow", ["print(1)", "import time\ntime.sleep(300)"], seconds=3))
    assert outcome.state == "timed_out"
    assert "制限時間" in outcome.message
    assert (tmp_path / "out" / "slow.ipynb").is_file()


def test_parameters_arrive_and_the_kernel_is_this_environments(tmp_path: Path) -> None:
    code = "import sys\nassert case == 'tiny'\nassert sys.prefix == " + repr(sys.prefix)
    assert run_task(task(tmp_path, "good", [code])).ok


def test_a_kernel_that_fails_to_start_is_tried_again_and_one_that_fails_to_run_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    starts: list[str] = []

    def refuses(given: Any) -> None:
        starts.append(given.key)
        raise RuntimeError("Kernel died before replying to kernel_info")

    monkeypatch.setattr(executing, "_execute", refuses)
    monkeypatch.setattr(executing.time, "sleep", lambda seconds: None)
    outcome = run_task(task(tmp_path, "never", ["1"]))
    assert (outcome.state, outcome.starts, len(starts)) == ("not_started", 3, 3)
    assert "起動できませんでした" in outcome.message


def test_a_killed_worker_costs_nothing_but_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dxmodels.runs.execute.machines.run_task", _die_once)
    tasks = [Task(key, tmp_path, tmp_path, tmp_path, {}, {}, 1.0) for key in "abc"]
    told: list[str] = []
    outcomes = run_tasks(
        tasks, machines=ThisMachine(1), finished=lambda outcome: told.append(outcome.key), progress=False
    )
    assert {key: outcome.state for key, outcome in outcomes.items()} == dict.fromkeys("abc", "ok")
    assert sorted(told) == ["a", "b", "c"]


def test_what_kills_its_worker_every_time_is_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dxmodels.runs.execute.machines.run_task", _die_always)
    outcomes = run_tasks(
        [Task("a", tmp_path, tmp_path, tmp_path, {}, {}, 1.0)],
        machines=ThisMachine(1),
        finished=lambda _: None,
        progress=False,
    )
    assert outcomes["a"].state == "kernel_died"


@pytest.mark.parametrize(("wanted", "tasks", "expected"), [(3, 10, 3), (3, 2, 2), (-1, 5, 1), (1, 0, 1)])
def test_workers_are_never_more_than_notebooks(wanted: int, tasks: int, expected: int) -> None:
    assert ThisMachine(wanted).count(tasks) == expected


def test_the_kernel_leaves_the_users_profile_alone() -> None:
    spec = own_kernel_spec()
    assert spec.argv[0] == sys.executable
    assert "--HistoryManager.enabled=False" in spec.argv
    assert OwnKernelManager().kernel_spec.argv == spec.argv


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("MissingTableError", "算出不能：表「vendors」がありません。", "算出不能：表「vendors」がありません。"),
        (
            "ZeroDivisionError",
            "division by zero",
            "プログラムの誤り（ZeroDivisionError）で止まりました。技術的な詳細は traceback.txt にあります。",
        ),
    ],
)
def test_a_failed_cell_is_explained_to_a_planner(name: str, value: str, said: str) -> None:
    from papermill.exceptions import PapermillExecutionError

    error = PapermillExecutionError(1, 1, "1 / 0", name, value, [])
    assert executing._of_cell(error) == said
