"""Which parameters has a notebook, and are these right?"""

from __future__ import annotations

from dxmodels.runs.parameters.check import check_parameters, faults_of, schema_of
from dxmodels.runs.parameters.kinds import Parameters
from dxmodels.runs.parameters.names import printed_value
from dxmodels.runs.parameters.notebooks import SCHEMAS

__all__ = ["SCHEMAS", "Parameters", "check_parameters", "faults_of", "printed_value", "schema_of"]
