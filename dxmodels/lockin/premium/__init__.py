"""How much dearer is it to be locked in, and how fragile is that figure?"""

from dxmodels.lockin.premium.door import METHODS, estimate_premium
from dxmodels.lockin.premium.result import PremiumEstimate
from dxmodels.lockin.premium.sensitivity import adjusted_estimate, bound_strength, robustness_value

__all__ = ["METHODS", "PremiumEstimate", "adjusted_estimate", "bound_strength", "estimate_premium", "robustness_value"]
