"""How does a planner move a lever and see its figure at once, compare A with B, keep the setting as a scenario, and run the report with it?

Forms come from the parameter schema and the assumptions register; the arithmetic is the rooms' own. Used by notebooks/start/start.ipynb
(``make lab``).
"""

from __future__ import annotations

from dxmodels.widgets.saving import save_scenario
from dxmodels.widgets.start import Workbench, open_workbench

__all__ = ["Workbench", "open_workbench", "save_scenario"]
