"""Where are shared experts and advisers stationed in each year, and whom do they visit?

``rules``: working days, travel, gaps; ``model``: the integer programme of one year or several; ``stages``: the objectives in turn, year by
year, then all years joined by restationing; ``result``: the placement and what is said of it.
"""

from dxmodels.municipalities.placement.door import place_experts
from dxmodels.municipalities.placement.result import Placement
from dxmodels.municipalities.placement.rules import PLACEMENT_ASSUMPTIONS, PlacementRules, read_placement_rules

__all__ = ["PLACEMENT_ASSUMPTIONS", "Placement", "PlacementRules", "place_experts", "read_placement_rules"]
