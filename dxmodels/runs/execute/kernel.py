"""Which Python runs a notebook? Always the one that runs ``dx``: never another kernel of the same name on this machine.

A kernelspec called python3 in the user's folder would otherwise win over the environment's. This is also the door through which
warm kernels can be put in later: papermill only asks for a kernel manager class.
"""

from __future__ import annotations

import sys
from typing import Any

from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager

KERNEL_NAME = "python3"


def own_kernel_spec() -> KernelSpec:
    """Return the specification of a kernel in this very environment, without the user's IPython profile or history."""
    argv = [sys.executable, "-Xfrozen_modules=off", "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    argv += ["--HistoryManager.enabled=False", "--IPKernelApp.log_level=50"]
    return KernelSpec(
        argv=argv, display_name="Python 3", language="python", env={"PYDEVD_DISABLE_FILE_VALIDATION": "1"}
    )


class OwnKernelManager(AsyncKernelManager):  # type: ignore[misc]
    """A kernel manager that starts this environment's Python whatever kernelspecs the machine holds."""

    @property
    def kernel_spec(self) -> Any:
        """The specification of this environment's kernel."""
        return own_kernel_spec()
