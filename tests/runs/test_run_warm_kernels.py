"""Warm kernels: the same outputs as plain ones, isolated from one another, a death is told, nothing is left running."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import psutil
import pytest
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import start_new_kernel
from notebook_maker import write_notebook

from dxmodels.runs.execute import Outcome, Task, run_task
from dxmodels.runs.execute.kernel import OwnKernelManager, own_kernel_spec
from dxmodels.runs.execute.warm import KERNELSPECS, PROVISIONER

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="no fork server on this system")
PLACE = "import os, sys\nprint(os.getcwd(), sorted(sys.modules)[0] != '', os.environ.get('DX_MARK', ''), case)"


def execute(folder: Path, key: str, cells: list[str], environment: dict[str, str] | None = None) -> Outcome:
    source = folder / f"{key}.ipynb"
    write_notebook(source, cells)
    (folder / "out").mkdir(exist_ok=True)
    target = folder / "out" / f"{key}.ipynb"
    return run_task(Task(key, source, target, folder, {"case": "tiny"}, environment or {}, 120))


def printed(folder: Path, key: str) -> list[Any]:
    book = json.loads((folder / "out" / f"{key}.ipynb").read_text(encoding="utf-8"))
    return [cell["outputs"] for cell in book["cells"] if cell["cell_type"] == "code"]


def text_of(folder: Path, key: str) -> str:
    return "".join("".join(output.get("text", "")) for outputs in printed(folder, key) for output in outputs)


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path))
    monkeypatch.delenv("DX_PLAIN_KERNELS", raising=False)


def test_this_installation_names_the_provisioner() -> None:
    assert own_kernel_spec().metadata["kernel_provisioner"]["provisioner_name"] == PROVISIONER


def test_kernels_are_reached_over_files_of_their_own_and_over_tcp_only_where_the_path_is_too_long(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("IPYTHONDIR", "/tmp")
    first, second = OwnKernelManager(), OwnKernelManager()
    assert (first.transport, second.transport) == ("ipc", "ipc")
    assert first.ip != second.ip
    assert first.ip.startswith("/tmp/")
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / ("long" * 30)))
    assert OwnKernelManager().transport == "tcp"


def test_outputs_equal_those_of_a_plain_kernel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DX_MARK", "seen")
    cells = [
        PLACE,
        "import pandas as pd\npd.DataFrame({'値': [1, 2]})",
        "import numpy as np\nnp.random.default_rng(1).random()",
    ]
    assert execute(tmp_path, "warm", cells).ok
    monkeypatch.setenv("DX_PLAIN_KERNELS", "1")
    assert own_kernel_spec().metadata == {}
    assert execute(tmp_path, "plain", cells).ok
    assert text_of(tmp_path, "warm").split() == [str(tmp_path), "True", "seen", "tiny"]
    assert printed(tmp_path, "warm") == printed(tmp_path, "plain")


def test_nothing_passes_from_one_notebook_to_the_next(tmp_path: Path) -> None:
    leave = "import os, json\nos.environ['DX_LEFT'] = '1'\njson.left = 1\nos.chdir('/')\nleft = 1"
    look = "import os, json\nprint('DX_LEFT' in os.environ, hasattr(json, 'left'), 'left' in dir(), os.getcwd())"
    assert execute(tmp_path, "first", [leave]).ok
    assert execute(tmp_path, "second", [look]).ok
    assert text_of(tmp_path, "second").split() == ["False", "False", "False", str(tmp_path)]


def test_a_kernel_that_dies_is_told_and_the_next_one_starts(tmp_path: Path) -> None:
    outcome = execute(tmp_path, "dies", ["print(1)", "import os\nos._exit(3)"])
    assert outcome.state == "kernel_died"
    assert execute(tmp_path, "lives", ["print(2)"]).ok


def test_no_kernel_is_left_running(tmp_path: Path) -> None:
    assert execute(tmp_path, "gone", ["import os\nprint(os.getpid())"]).ok
    number = int(text_of(tmp_path, "gone"))
    assert number != os.getpid()
    assert not psutil.pid_exists(number) or psutil.Process(number).status() == psutil.STATUS_ZOMBIE


def test_the_kernelspec_for_nbval_and_jupyterlab_asks_for_the_warm_kernel() -> None:
    spec = KernelSpecManager(kernel_dirs=[str(KERNELSPECS / "kernels")]).get_kernel_spec("python3")
    assert spec.metadata["kernel_provisioner"]["provisioner_name"] == PROVISIONER
    assert (
        next(part for part in spec.argv if not part.startswith("-")) == "python"
    )  # replaced by the running interpreter


def test_a_warm_kernel_can_be_interrupted_and_restarted_as_in_jupyterlab(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JUPYTER_PATH", str(KERNELSPECS))
    manager, client = start_new_kernel(kernel_name="python3")
    try:
        assert answer(client, "import sys; mark = 1; sys.executable") == repr(sys.executable)
        client.execute("import time; print('begun', flush=True); time.sleep(60)")
        while client.get_iopub_msg(timeout=30)["msg_type"] != "stream":
            pass
        manager.interrupt_kernel()
        assert client.get_shell_msg(timeout=30)["content"]["ename"] == "KeyboardInterrupt"
        manager.restart_kernel(now=True)
        client.wait_for_ready(timeout=60)
        assert answer(client, "'mark' in globals()") == "False"
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


STARTS_ONE = """
import os, sys, time
from jupyter_client.manager import start_new_kernel
if __name__ == "__main__":
    manager, client = start_new_kernel(kernel_name="python3")
    print(manager.provisioner.pid, flush=True)
    time.sleep(60)
"""


def test_a_kernel_ends_when_the_process_that_started_it_is_killed(tmp_path: Path) -> None:
    script = tmp_path / "starts_one.py"
    script.write_text(STARTS_ONE, encoding="utf-8")
    environment = os.environ | {"JUPYTER_PATH": str(KERNELSPECS)}
    started = subprocess.Popen([sys.executable, str(script)], stdout=subprocess.PIPE, env=environment, text=True)
    assert started.stdout is not None
    kernel = psutil.Process(int(started.stdout.readline()))
    assert kernel.is_running()
    started.kill()
    started.wait()
    gone, alive = psutil.wait_procs([kernel], timeout=30)
    assert gone
    assert not alive


def answer(client: Any, code: str) -> str:
    before, _, last = code.rpartition("; ")
    asked = client.execute(before, user_expressions={"answer": last})
    while True:
        reply = client.get_shell_msg(timeout=60)
        if reply["parent_header"]["msg_id"] == asked:
            return str(reply["content"]["user_expressions"]["answer"]["data"]["text/plain"])
