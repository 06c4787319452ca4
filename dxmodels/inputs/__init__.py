"""What comes in: the tables of a case, the assumptions register, scenarios and options, and how good they are?

The doors of this folder; everything else in it is private to it.
"""

from __future__ import annotations

from dxmodels.inputs.assumptions import Assumption, Register, load_register
from dxmodels.inputs.availability import MissingTablesError, NotComputable, attempt
from dxmodels.inputs.case import Case
from dxmodels.inputs.loading import CheckReport, check_case, load_case
from dxmodels.inputs.patches import Patch, load_option, load_scenario
from dxmodels.inputs.schemas import TABLES, choice_label_ja

__all__ = [
    "TABLES",
    "Assumption",
    "Case",
    "CheckReport",
    "MissingTablesError",
    "NotComputable",
    "Patch",
    "Register",
    "attempt",
    "check_case",
    "choice_label_ja",
    "load_case",
    "load_option",
    "load_register",
    "load_scenario",
]
