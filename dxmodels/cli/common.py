"""What several commands share: how a case is named, and how progress is told."""

from __future__ import annotations

import sys
from pathlib import Path


def case_named(text: str) -> str | Path:
    """Return a case as given: a name, or a path where it is written as one."""
    return Path(text) if is_path(text) else text


def is_path(text: str) -> bool:
    """Whether a case is written as a path."""
    return any(sign in text for sign in "/\\.")


def say(text: str) -> None:
    """Print a line on stderr without breaking a progress bar."""
    from tqdm import tqdm

    tqdm.write(text, file=sys.stderr)
