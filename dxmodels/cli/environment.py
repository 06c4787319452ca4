"""``dx doctor``: is this machine fit to run it?"""

from __future__ import annotations

import argparse
from typing import Any

from dxmodels.errors import EXIT_ENVIRONMENT, EXIT_OK


def add_doctor(commands: Any) -> None:
    """Declare ``dx doctor``."""
    doctor = commands.add_parser("doctor", help="環境（Python・パッケージ・フォント・カーネル・容量）を点検する")
    doctor.set_defaults(answer=_doctor)


def _doctor(options: argparse.Namespace) -> int:
    from dxmodels.runs.doctor import examine

    checks = examine()
    for check in checks:
        print(check)
    return EXIT_OK if all(check.ok for check in checks) else EXIT_ENVIRONMENT
