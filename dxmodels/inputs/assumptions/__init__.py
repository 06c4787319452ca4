"""Which numbers does the workbench assume, and where does each come from?

The register of data/assumptions: ``load_register()`` gives a ``Register`` of ``Assumption`` entries (value by fiscal year, low,
central and high, distribution, unit, source, as-of date, grade).
"""

from __future__ import annotations

from dxmodels.inputs.assumptions.entry import GRADES, Assumption
from dxmodels.inputs.assumptions.loading import load_register
from dxmodels.inputs.assumptions.quantiles import DISTRIBUTIONS, INTERVALS, Levels
from dxmodels.inputs.assumptions.register import Register

__all__ = ["DISTRIBUTIONS", "GRADES", "INTERVALS", "Assumption", "Levels", "Register", "load_register"]
