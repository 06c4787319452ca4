"""What happens, year by year, under each promotion structure, and how sure can we be?"""

from __future__ import annotations

from dxmodels.consolidation.discovery import Box, BoxSearch, find_boxes
from dxmodels.consolidation.information import InformationValue, value_of_information
from dxmodels.consolidation.regret import RegretTable, regret_table
from dxmodels.consolidation.scenario_tree import ScenarioTree, grow_scenario_tree
from dxmodels.consolidation.sensitivity import SobolIndices, sobol_indices

__all__ = [
    "Box",
    "BoxSearch",
    "InformationValue",
    "RegretTable",
    "ScenarioTree",
    "SobolIndices",
    "find_boxes",
    "grow_scenario_tree",
    "regret_table",
    "sobol_indices",
    "value_of_information",
]
