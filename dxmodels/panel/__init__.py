"""What do the experts say, how far do they agree, and does the ranking hold?"""

from __future__ import annotations

from dxmodels.panel.agreement import Concordance, kendall_w
from dxmodels.panel.ahp import AhpWeights, ahp_weights
from dxmodels.panel.cooke import CookeWeights, combine_quantiles, cooke_weights
from dxmodels.panel.smaa import Acceptability, smaa

__all__ = [
    "Acceptability",
    "AhpWeights",
    "Concordance",
    "CookeWeights",
    "ahp_weights",
    "combine_quantiles",
    "cooke_weights",
    "kendall_w",
    "smaa",
]
