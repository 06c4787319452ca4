"""What does running cost become after the move, what would bring it back to today's level, and who pays for the move itself?

``present`` (what each system cost before and costs after, in one year's prices), ``running`` (after the move by cost item against the
published reference lines, break-even by municipality), ``negotiation`` (what must be negotiated, item by item), ``funding`` (one-off
cost, subsidy and its cap, what the body bears).
"""

from dxmodels.municipalities.move.funding import FUNDING_ASSUMPTIONS, MoveFunding, estimate_move_funding
from dxmodels.municipalities.move.negotiation import Negotiation, list_negotiation
from dxmodels.municipalities.move.present import compare_before_after
from dxmodels.municipalities.move.running import MOVE_ASSUMPTIONS, MoveCosts, estimate_move_costs

__all__ = [
    "FUNDING_ASSUMPTIONS",
    "MOVE_ASSUMPTIONS",
    "MoveCosts",
    "MoveFunding",
    "Negotiation",
    "compare_before_after",
    "estimate_move_costs",
    "estimate_move_funding",
    "list_negotiation",
]
