"""Which tables and assumptions has this process read so far?

A notebook runs in a process of its own, so what its process has read is what its results rest on: a run reuses a notebook unless one of
these has changed (dxmodels/runs/fingerprint.py). The note is taken where a value is handed out (``Case.table``, ``Register[name]``), so
that no room can forget it; asking whether something is there counts as reading it. Nothing computed depends on the notes.
"""

from __future__ import annotations

from dataclasses import dataclass

EVERYTHING = "*"  # all of them
NAMES = "#names"  # which assumptions there are, without their values


@dataclass(frozen=True)
class Reads:
    """Names of the tables and assumptions read; ``EVERYTHING`` among them stands for all there are."""

    tables: frozenset[str] = frozenset()
    assumptions: frozenset[str] = frozenset()


ALL_READ = Reads(frozenset({EVERYTHING}), frozenset({EVERYTHING}))
_tables: set[str] = set()
_assumptions: set[str] = set()


def note_table(name: str) -> None:
    """Note that a table (or whether it is there) was asked for."""
    _tables.add(name)


def note_assumption(name: str) -> None:
    """Note that an assumption (or whether it is there) was asked for."""
    _assumptions.add(name)


def read_so_far() -> Reads:
    """Return what has been read since the process began."""
    return Reads(frozenset(_tables), frozenset(_assumptions))
