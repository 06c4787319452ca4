"""How does a kernel start without importing the same libraries again? By forking from a server that has imported them once.

A Jupyter kernel provisioner over the fork server of Python's own multiprocessing: the server is a clean single-threaded process that holds the
libraries and nothing else; each kernel is a fresh fork of it with its own session, folder and environment, so notebooks stay isolated from one
another. Where there is no fork (Windows), or where the server does not start, a plain kernel runs instead: same results, a few seconds later.
Named ``dxmodels-warm`` in the entry points, so that papermill, nbval and JupyterLab find it through the kernelspec beside this file.
``DX_PLAIN_KERNELS=1`` starts plain kernels.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from multiprocessing import forkserver
from pathlib import Path
from typing import Any

from jupyter_client.provisioning.local_provisioner import LocalProvisioner

from dxmodels.runs.execute.parent import end_with_parent

PROVISIONER = "dxmodels-warm"
# The libraries the notebooks import. The project's own code is left out: it costs little once these are there, and a kernel restarted in
# JupyterLab must see what was changed in it since.
_PRELOADED = (
    "ipykernel.kernelapp",
    "ipykernel.ipkernel",
    "matplotlib.pyplot",
    "openpyxl",
    "pandas",
    "pandera.pandas",
    "pulp",
    "highspy",
    "ruamel.yaml",
    "SALib.analyze.sobol",
    "scipy.optimize",
    "scipy.stats",
    "sklearn.cluster",
    "sklearn.linear_model",
    "sklearn.tree",
    "statsmodels.api",
    "sudachipy",
)
# Put in front of JUPYTER_PATH, this folder makes papermill, nbval and JupyterLab start warm kernels for notebooks that ask for "python3".
KERNELSPECS = Path(__file__).with_name("jupyter")


def may_fork() -> bool:
    """Whether this system has a fork server and nobody forbade its use."""
    able = sys.platform.startswith("linux") and "forkserver" in multiprocessing.get_all_start_methods()
    return able and not os.environ.get("DX_PLAIN_KERNELS")


class WarmProvisioner(LocalProvisioner):  # type: ignore[misc]
    """Starts the kernel as a fork of a server that holds the libraries; as a plain process where that fails."""

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> Any:
        """Start the kernel the command line describes; returns its connection information."""
        forked = _fork_kernel(cmd, kwargs) if may_fork() else None
        if forked is None:
            return await super().launch_kernel(cmd, **kwargs)
        self.process, self.pid, self.pgid = (
            forked,
            forked.pid,
            None,
        )  # no process group: the server's is not the kernel's
        return self.connection_info


class _Forked:
    """A forked kernel as the parent class expects a process (the methods of subprocess.Popen that it calls)."""

    stdin = stdout = stderr = None

    def __init__(self, process: Any) -> None:
        self._process = process
        self.pid: int = process.pid

    def poll(self) -> int | None:
        """Return the exit code, None while it runs."""
        code: int | None = self._process.exitcode
        return code

    def wait(self) -> int | None:
        """Wait for the end and return the exit code."""
        self._process.join()
        return self.poll()

    def send_signal(self, signum: int) -> None:
        """Send a signal, if it still runs."""
        if self.poll() is None:
            os.kill(self.pid, signum)

    def terminate(self) -> None:
        """Ask it to end."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End it at once."""
        self.send_signal(signal.SIGKILL)


def _fork_kernel(cmd: Sequence[str], kwargs: Mapping[str, Any]) -> _Forked | None:
    """Return the kernel as a fork of the server, None where the server cannot be had."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(list(_PRELOADED))
    arguments = list(cmd[list(cmd).index("-m") + 2 :])
    environment = {str(name): str(value) for name, value in (kwargs.get("env") or os.environ).items()}
    process = context.Process(target=_run_kernel, args=(arguments, environment, kwargs.get("cwd")))
    try:
        process.start()
    except (
        OSError,
        EOFError,
        AssertionError,
    ):  # a daemonic worker (of a cluster) may start no process of its own this way
        return None
    return _Forked(process)


def _run_kernel(arguments: list[str], environment: dict[str, str], folder: str | None) -> None:
    """Be a kernel: own session, environment and folder; ends when the server ends."""
    os.setsid()
    _let_the_server_end()
    end_with_parent(os.getppid())
    os.environ.clear()
    os.environ.update(environment, JPY_PARENT_PID=str(os.getppid()))
    # ipykernel reads that variable once, when it is imported, and here that was in the server: it is told again.
    arguments = [*arguments, f"--IPKernelApp.parent_handle={os.getppid()}"]
    if folder:
        os.chdir(folder)
        sys.path.insert(0, "")
    signal.signal(signal.SIGINT, signal.default_int_handler)
    from ipykernel.kernelapp import IPKernelApp

    IPKernelApp.launch_instance(argv=arguments)


def _let_the_server_end() -> None:
    """Give back the end of the pipe that keeps the server up, so that it ends, and this kernel with it, when the process that asked is killed."""
    server: Any = forkserver._forkserver
    held, server._forkserver_alive_fd = server._forkserver_alive_fd, None
    if held is not None:
        os.close(held)
