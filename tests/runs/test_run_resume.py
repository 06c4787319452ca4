"""A run that is killed, or finds the disk full, loses nothing it had finished, leaves nothing half-written and nothing running."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
from notebook_maker import FIRST_CELL, LOAD, make_project, use, write_plan

from dxmodels.errors import EXIT_ENVIRONMENT, EXIT_OK, RunError
from dxmodels.runs import folders
from dxmodels.runs.batch import RunReport, run_plan
from dxmodels.runs.casefacts import case_facts
from dxmodels.runs.execute import Task, run_task

SLOW = [LOAD.format(name="20_cost"), "import time\ntime.sleep(20 if __import__('os').environ.get('DX_SLOW') else 0)"]
QUICK = [
    LOAD.format(name="00_data"),
    'record("bodies_count", len(bodies), unit="団体", sources=["municipalities"], grade="公表値", label="団体数")',
]
TWO = """title_ja: 中断する計画
edition_ja: 試験版
parameters: {case: tiny}
chapters:
  - title_ja: 府庁DX
    notebooks: [{notebook: 00_data}, {notebook: 20_cost}]
"""
TELLS_TIMES = {"manifest.json", "log.txt"}


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    made = make_project(tmp_path / "project", notebooks={"00_data": QUICK, "20_cost": SLOW})
    write_plan(made, "two", TWO)
    use(made, monkeypatch)
    # The package may be edited while its tests run.
    monkeypatch.setattr("dxmodels.runs.fingerprint.code_digest", lambda *, pages=False: "code")
    case_facts.cache_clear()
    yield made
    case_facts.cache_clear()


RUN = "import sys, dxmodels.runs.fingerprint as f\nf.code_digest = lambda *, pages=False: 'code'\nfrom dxmodels.cli import main\nsys.exit(main())"


def start(project: Path, **environment: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", RUN, "run", "two", "--resume", "--jobs", "2"]
    held = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2]), **environment}
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=held, cwd=project)


def wait_for(happened: Callable[[], Any], seconds: float = 600) -> None:
    ends = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < ends, "it did not happen in time"
        time.sleep(0.1)


def files_of(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file() and path.name not in TELLS_TIMES}  # fmt: skip


def finished_notebooks(reports: Path) -> list[Path]:
    return [path for path in (reports / folders.CACHE).glob("*/*") if (path / "outcome.json").is_file()]


def test_a_killed_run_takes_its_kernels_down_and_its_successor_repeats_nothing(project: Path) -> None:
    reports = project / "reports"
    first = start(project, DX_SLOW="1")
    wait_for(lambda: finished_notebooks(reports))
    below = psutil.Process(first.pid).children(recursive=True)
    assert below
    first.kill()
    first.communicate()
    _, left = psutil.wait_procs(below, timeout=5)
    assert [process for process in left if process.status() != psutil.STATUS_ZOMBIE] == []
    assert not list(reports.glob("two-*"))  # nothing half-written stands where results stand

    report = run_plan("two", progress=False)
    assert (report.exit_code, report.executed, report.reused) == (EXIT_OK, ("20_cost",), ("00_data",))
    resumed = files_of(report.folder)
    undisturbed = run_plan("two", fresh=True, progress=False)
    assert files_of(undisturbed.folder) == resumed


def test_pieces_rendered_before_the_end_are_not_rendered_again(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:

        def killed(*args: object) -> None:
            raise KeyboardInterrupt

        patch.setattr("dxmodels.runs.batch.folders.put_in_place", killed)
        with pytest.raises(KeyboardInterrupt):
            run_plan("two", progress=False)
    seen: list[int] = []

    def watched(self: object, function: object, items: list[object]) -> Iterator[Any]:
        seen.append(len(items))
        yield from ()

    monkeypatch.setattr("dxmodels.runs.execute.machines.ThisMachine.each", watched)
    report = run_plan("two", progress=False)
    assert (report.exit_code, report.executed, sum(seen)) == (EXIT_OK, (), 0)
    assert (report.folder / "two.pdf").is_file()
    assert not (project / "reports" / ".resume" / report.run_id).exists()


def test_a_full_disk_is_told_in_japanese_and_the_run_resumes(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real, reports = Path.write_bytes, project / "reports"
    finished = 0
    for failing in (3, 7, 12):  # the writes of the first notebook, of the second, of the pages
        count = iter(range(1, 10_000))

        def refuses(self: Path, content: bytes, count: Iterator[int] = count, failing: int = failing) -> int:
            if next(count) >= failing:
                real(self, content[: len(content) // 2])
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            return real(self, content)

        with monkeypatch.context() as patch:
            patch.setattr(Path, "write_bytes", refuses)
            with pytest.raises(RunError, match="空き容量がありません") as caught:
                run_plan("two", progress=False)
        assert caught.value.exit_code == EXIT_ENVIRONMENT
        assert "--resume" in str(caught.value)
        assert not list(reports.glob("two-*"))
        assert not list(reports.rglob(".*.html.part"))
        assert len(finished_notebooks(reports)) >= finished
        finished = len(finished_notebooks(reports))
    assert finished
    report: RunReport = run_plan("two", progress=False)
    assert (report.exit_code, len(report.reused)) == (EXIT_OK, finished)


def test_a_disk_full_under_the_notebook_itself_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("no /dev/full on this system")
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path))
    from notebook_maker import write_notebook

    write_notebook(tmp_path / "a.ipynb", ["1"], parameters=FIRST_CELL)
    (tmp_path / "out.ipynb").symlink_to("/dev/full")
    outcome = run_task(Task("a", tmp_path / "a.ipynb", tmp_path / "out.ipynb", tmp_path, {"case": "tiny"}, {}, 60))
    assert outcome.state == "disk_full"
    assert "空き容量" in outcome.message


def test_who_comes_second_is_told_who_holds_the_folder(project: Path) -> None:
    with (
        folders.locked(project / "reports", what="計画 year_end"),
        pytest.raises(RunError, match=r"計画 year_end.*開始") as caught,
        folders.locked(project / "reports", what="計画 two", patience=0.2),
    ):
        pass
    assert caught.value.exit_code == EXIT_ENVIRONMENT


def test_a_run_whose_predecessor_is_just_ending_waits_for_it(project: Path) -> None:
    code = "import sys, time; from pathlib import Path; from dxmodels.runs.folders import locked\nwith locked(Path(sys.argv[1])):\n print('held', flush=True)\n time.sleep(1)"
    with subprocess.Popen(
        [sys.executable, "-c", code, str(project / "reports")], stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline().strip() == "held"
        with folders.locked(project / "reports", patience=20):
            assert other.wait(timeout=20) == 0
