"""Who should buy together, when, from which offer, and who pays?"""

from dxmodels.bundling.certificate import Verification, verify_plan
from dxmodels.bundling.game import CostGame
from dxmodels.bundling.optimize import optimize_bundles
from dxmodels.bundling.plan import BundlePlan, Certificate
from dxmodels.bundling.problem import BundleProblem, Coupling
from dxmodels.bundling.sharing import CostShares, largest_equal_share, net_of_relief, share_costs
from dxmodels.bundling.stability import Stability, check_stability

__all__ = [
    "BundlePlan",
    "BundleProblem",
    "Certificate",
    "CostGame",
    "CostShares",
    "Coupling",
    "Stability",
    "Verification",
    "check_stability",
    "largest_equal_share",
    "net_of_relief",
    "optimize_bundles",
    "share_costs",
    "verify_plan",
]
