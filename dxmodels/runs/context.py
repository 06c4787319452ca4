"""In which run and which notebook are we?

A batch passes its context to the kernels in the environment variable ``DX_RUN`` (one JSON object); without it the notebook is being
run by hand (対話実行). The run's number is not passed: it is stamped when a report is published, so that an executed notebook can
be reused by a later run whose inputs it shares.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

VARIABLE = "DX_RUN"
INTERACTIVE = "対話実行"


@dataclass
class Context:
    """The notebook now running, its checked parameters, and the exhibits it has sent so far."""

    notebook: str = ""
    parameters: dict[str, Any] = field(default_factory=dict)
    sent: dict[str, Any] = field(default_factory=dict, repr=False)

    @property
    def case(self) -> str:
        """Name of the case, "" where the notebook has none."""
        return str(self.parameters.get("case", ""))

    @property
    def published_only(self) -> bool:
        """True where illustrative tables are left out."""
        return bool(self.parameters.get("published_only", False))


_current = Context()


def enter(notebook: str, parameters: dict[str, Any]) -> None:
    """Make this notebook and its parameters the current ones."""
    _current.notebook, _current.parameters = notebook, dict(parameters)
    _current.sent.clear()


def current() -> Context:
    """Return the current notebook's context (empty outside a checked notebook)."""
    return _current


def batch() -> dict[str, Any]:
    """Return what the batch run says about itself; {} in an interactive session."""
    text = os.environ.get(VARIABLE, "")
    return dict(json.loads(text)) if text else {}


def in_batch() -> bool:
    """True inside a kernel started by ``dx run``."""
    return bool(os.environ.get(VARIABLE))


def records_folder() -> Path | None:
    """Return where the results of earlier notebooks of this batch lie; None in an interactive session."""
    folder = batch().get("records", "")
    return Path(folder) if folder else None
