"""What did this notebook read, and how does the batch get to know?

Inside a kernel of ``dx run`` the reads are written to the file the batch named, after every cell, so that the file is there however the
kernel ends. A batch that finds no file takes it that everything was read.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

from dxmodels.inputs.reads import ALL_READ, Reads, read_so_far
from dxmodels.runs import context


def follow() -> None:
    """Write what is read to the batch's file from now on; nothing in an interactive session."""
    target = context.batch().get("reads", "")
    if not target:
        return
    from IPython.core.getipython import get_ipython

    shell = get_ipython()
    if shell is not None:
        shell.events.register("post_run_cell", lambda result: write_reads(Path(target)))


def write_reads(target: Path) -> None:
    """Write the names read so far, whole or not at all."""
    reads = read_so_far()
    text = json.dumps({"tables": sorted(reads.tables), "assumptions": sorted(reads.assumptions)})
    beside = target.with_suffix(".part")
    beside.write_text(text, encoding="utf-8")
    os.replace(beside, target)


def reads_of(path: Path) -> Reads:
    """Return what a finished notebook read; everything, where it left no (readable) file."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        return Reads(frozenset(content["tables"]), frozenset(content["assumptions"]))
    except (OSError, ValueError, KeyError, TypeError):
        return ALL_READ
