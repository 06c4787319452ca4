"""The same plan on a Dask cluster: the same files as on this machine, though a worker is killed in the middle of a notebook."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from notebook_maker import LOAD, make_project, use, write_plan

from dxmodels.cli import main
from dxmodels.errors import EXIT_ENVIRONMENT, EXIT_OK, RunError
from dxmodels.inputs import load_register
from dxmodels.runs.batch import RunReport, run_plan
from dxmodels.runs.casefacts import case_facts
from dxmodels.runs.execute import Task, cluster, parcel
from dxmodels.runs.execute.cluster import Cluster

distributed = pytest.importorskip("distributed")
# The package may be edited while its tests run.
SAME_CODE = "import dxmodels.runs.fingerprint as f, dxmodels.runs.execute.cluster as c\nf.code_digest = c.code_digest = lambda *, pages=False: 'code'\n"
# The first start of this notebook leaves its worker's number and waits to be killed; the second one goes on.
SEEN = (
    "import os, psutil, time\nfrom pathlib import Path\nmark = Path(os.environ['DX_MARK'])\nkernel = psutil.Process()"
)
WAITS = """if os.environ.get('DX_AWAY') and not mark.exists():
    mark.write_text(str(os.getppid()))
    time.sleep(60)"""
MONEY = 'record("bodies_count", len(bodies), unit="団体", sources=["municipalities"], grade="公表値", label="団体数")'
PLAN = """title_ja: 離れた計画
edition_ja: 試験版
parameters: {case: tiny, seed: 7}
chapters:
  - title_ja: 府庁DX
    notebooks: [{notebook: 20_cost}]
summary: 90_final_summary
"""
SUMMARY = [
    LOAD.format(name="90_final_summary"),
    'record("twice_count", 2 * recorded("bodies_count").value, unit="団体", sources=["municipalities"], grade="推計", label="二倍")',
]
TELLS_TIMES = {"manifest.json", "log.txt"}


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    cells = {"20_cost": [LOAD.format(name="20_cost"), SEEN, WAITS, MONEY], "90_final_summary": SUMMARY}
    made = make_project(tmp_path / "project", notebooks=cells)
    write_plan(made, "away", PLAN)
    use(made, monkeypatch)
    monkeypatch.setenv("DX_MARK", str(tmp_path / "mark"))
    for name in ("dxmodels.runs.fingerprint.code_digest", "dxmodels.runs.execute.cluster.code_digest"):
        monkeypatch.setattr(name, lambda *, pages=False: "code")
    case_facts.cache_clear()
    yield made
    case_facts.cache_clear()


def files_of(report: RunReport) -> dict[str, bytes]:
    return {path.relative_to(report.folder).as_posix(): path.read_bytes() for path in report.folder.rglob("*") if path.is_file() and path.name not in TELLS_TIMES}  # fmt: skip


def _kill_the_worker(mark: Path, killed: list[int]) -> None:
    """Kill the process that runs the notebook's kernel: a worker of the cluster."""
    ends = time.monotonic() + 90
    while time.monotonic() < ends:
        if mark.exists() and mark.read_text():
            killed.append(int(mark.read_text()))
            os.kill(killed[0], signal.SIGKILL)
            return
        time.sleep(0.1)


@pytest.mark.slow
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="kills a process by its number")
def test_a_cluster_gives_the_same_files_though_a_worker_is_killed(
    project: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    import dask

    monkeypatch.setenv("DX_AWAY", "1")
    monkeypatch.setenv("DX_PLAIN_KERNELS", "1")  # the kernel's parent is the worker itself
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[2]))
    preload = {"distributed.worker.preload": [SAME_CODE], "distributed.worker.daemon": False}
    killed: list[int] = []
    with dask.config.set(preload), distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None, silence_logs=50
    ) as local:  # fmt: skip
        killer = threading.Thread(target=_kill_the_worker, args=(tmp_path / "mark", killed))
        killer.start()
        with Cluster(local.scheduler_address) as machines:
            away = run_plan("away", machines=machines, progress=False)
        killer.join()
    assert killed
    assert (away.exit_code, away.failed, len(away.executed)) == (EXIT_OK, {}, 2)
    there = files_of(away)
    monkeypatch.delenv("DX_AWAY")
    assert files_of(run_plan("away", fresh=True, progress=False)) == there


def test_a_cluster_that_is_not_there_is_told(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster, "_CONNECT_SECONDS", 1)
    assert main(["run", "smoke", "--cluster", "tcp://127.0.0.1:1"]) == EXIT_ENVIRONMENT
    assert "接続できません" in capsys.readouterr().err


def task(project: Path, **parameters: Any) -> Task:
    return Task("a", project / "notebooks" / "a.ipynb", project / "out.ipynb", project, parameters, {}, 60)


def test_a_case_only_this_machine_finds_is_refused(project: Path) -> None:
    with pytest.raises(RunError, match="data フォルダの中"):
        parcel.pack([task(project, case=str(project / "elsewhere"))], code="", versions=())


def test_the_same_files_make_the_same_parcel(project: Path) -> None:
    first, second = (parcel.pack([task(project, case="tiny")], code="", versions=()).digest for _ in range(2))
    assert first == second
    (project / "data" / "tiny" / "systems.csv").write_text("system_id\n", encoding="utf-8")
    assert parcel.pack([task(project, case="tiny")], code="", versions=()).digest != first


def test_a_worker_of_another_version_computes_nothing(project: Path) -> None:
    assert len(load_register())  # the project's own register is there
    sent = parcel.pack([task(project, case="tiny")], code="new", versions=(("pandas", "9.9"),))
    back = parcel.run_elsewhere(task(project, case="tiny"), sent, "new", (("pandas", "3.1"),))
    assert back.outcome.state == "failed"
    assert "pandas 9.9（そこでは 3.1）" in back.outcome.message
    assert not back.executed
