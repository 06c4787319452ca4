"""Which Python runs a notebook? Always the one that runs ``dx``: never another kernel of the same name on this machine.

A kernelspec called python3 in the user's folder would otherwise win over the environment's. Kernels are forked from a warm server where
the system has one (warm.py); ``DX_PLAIN_KERNELS=1`` starts plain ones.
"""

from __future__ import annotations

import sys
from typing import Any

from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning.factory import KernelProvisionerFactory

from dxmodels.runs.execute.warm import PROVISIONER, may_fork

KERNEL_NAME = "python3"


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
    """A kernel manager that starts this environment's Python whatever kernelspecs the machine holds."""

    @property
    def kernel_spec(self) -> Any:
        """The specification of this environment's kernel."""
        return own_kernel_spec()
