"""How does a plan of notebooks become a report, and what is kept of every run?

Inside a notebook: ``check_parameters`` first, then ``exhibit`` and ``record`` as the only ways out; ``recorded`` and
``recorded_exhibits`` read what earlier notebooks of the same run sent. Outside: ``dx run PLAN`` (dxmodels/cli.py).
"""

from __future__ import annotations

from dxmodels.runs.booklets import booklet
from dxmodels.runs.compare.told import recorded_bridge
from dxmodels.runs.doors import exhibit, record
from dxmodels.runs.parameters import check_parameters
from dxmodels.runs.recorded import recorded, recorded_exhibits, recorded_names, recorded_states, recorded_table

__all__ = [
    "booklet",
    "check_parameters",
    "exhibit",
    "record",
    "recorded",
    "recorded_bridge",
    "recorded_exhibits",
    "recorded_names",
    "recorded_states",
    "recorded_table",
]
