"""Which Python runs a notebook? Always the one that runs ``dx``: never another kernel of the same name on this machine.

A kernelspec called python3 in the user's folder would otherwise win over the environment's. Kernels are forked from a warm server where
the system has one (warm.py); ``DX_PLAIN_KERNELS=1`` starts plain ones.
"""

from __future__ import annotations

import os
import sys
import tempfile
import uuid
from pathlib import Path
from typing import Any

from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning.factory import KernelProvisionerFactory
from traitlets import default

from dxmodels.runs.execute.warm import PROVISIONER, may_fork

KERNEL_NAME = "python3"
_LONGEST_SOCKET = 100  # a socket's path holds 107 bytes on Linux, 103 on macOS


def own_kernel_spec() -> KernelSpec:
    """Return the specification of a kernel in this very environment, without the user's IPython profile or history."""
    argv = [sys.executable, "-Xfrozen_modules=off", "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    argv += ["--HistoryManager.enabled=False", "--IPKernelApp.log_level=50"]
    return KernelSpec(
        argv=argv,
        display_name="Python 3",
        language="python",
        env={"PYDEVD_DISABLE_FILE_VALIDATION": "1"},
        metadata={"kernel_provisioner": {"provisioner_name": PROVISIONER}} if _warm() else {},
    )


def _warm() -> bool:
    """Whether kernels may be forked: this installation names the provisioner, the system can, and nobody forbade it."""
    named = PROVISIONER in KernelProvisionerFactory.instance().provisioners or any(
        entry.name == PROVISIONER for entry in KernelProvisionerFactory._get_all_provisioners()
    )
    return named and may_fork()


class OwnKernelManager(AsyncKernelManager):  # type: ignore[misc]
    """A kernel manager that starts this environment's Python whatever kernelspecs the machine holds.

    It talks to the kernel over sockets in a folder of its own (``IPYTHONDIR``, or the temporary folder): two runs at once once took the same
    TCP port. Where sockets are no files (Windows), or their path would be too long, TCP remains.
    """

    @default("connection_file")
    def _own_connection_file(self) -> str:
        folder = os.environ.get("IPYTHONDIR") or tempfile.gettempdir()
        return str(Path(folder).resolve() / f"kernel-{uuid.uuid4().hex[:12]}.json")

    @default("transport")
    def _own_transport(self) -> str:
        fits = len(os.fsencode(self.connection_file)) < _LONGEST_SOCKET
        return "ipc" if fits and not sys.platform.startswith("win") else "tcp"

    @property
    def kernel_spec(self) -> Any:
        """The specification of this environment's kernel."""
        return own_kernel_spec()
