"""Who should buy together, when, from which offer, and who pays?"""

from dxmodels.bundling.certificate import Verification, verify_plan
from dxmodels.bundling.optimize import optimize_bundles
from dxmodels.bundling.plan import BundlePlan, Certificate
from dxmodels.bundling.problem import BundleProblem, Coupling

__all__ = [
    "BundlePlan",
    "BundleProblem",
    "Certificate",
    "Coupling",
    "Verification",
    "optimize_bundles",
    "verify_plan",
]
