"""How does a kernel start without importing the same libraries again? By forking from a server that has imported them once.

A Jupyter kernel provisioner over the fork server of Python's own multiprocessing: the server is a clean single-threaded process that holds the
libraries and nothing else; each kernel is a fresh fork of it with its own session, folder and environment, so notebooks stay isolated from one
another. Where there is no fork (Windows), or where the server does not start, a plain kernel runs instead: same results, a few seconds later.
Named ``dxmodels-warm`` in the entry points, so that papermill, nbval and JupyterLab find it through a kernelspec.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from jupyter_client.provisioning.local_provisioner import LocalProvisioner

PROVISIONER = "dxmodels-warm"
# What nearly every notebook imports. Rooms are left out: they cost little once these are there.
_PRELOADED = (
    "ipykernel.kernelapp",
    "ipykernel.ipkernel",
    "matplotlib.pyplot",
    "numpy",
    "pandas",
    "pandera.pandas",
    "pulp",
    "highspy",
    "scipy.optimize",
    "scipy.stats",
    "sklearn.linear_model",
    "statsmodels.api",
    "dxmodels.inputs",
    "dxmodels.runs",
)


def can_fork() -> bool:
    """Whether this system has a fork server."""
    return sys.platform.startswith("linux") and "forkserver" in multiprocessing.get_all_start_methods()


class WarmProvisioner(LocalProvisioner):  # type: ignore[misc]
    """Starts the kernel as a fork of a server that holds the libraries; as a plain process where that fails."""

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> Any:
        """Start the kernel the command line describes; returns its connection information."""
        forked = _fork_kernel(cmd, kwargs) if can_fork() else None
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
    except (OSError, EOFError):
        return None
    return _Forked(process)


def _run_kernel(arguments: list[str], environment: dict[str, str], folder: str | None) -> None:
    """Be a kernel: own session, environment and folder; ends when the server ends."""
    os.setsid()
    os.environ.clear()
    os.environ.update(environment, JPY_PARENT_PID=str(os.getppid()))
    if folder:
        os.chdir(folder)
        sys.path.insert(0, "")
    signal.signal(signal.SIGINT, signal.default_int_handler)
    from ipykernel.kernelapp import IPKernelApp

    IPKernelApp.launch_instance(argv=arguments)
