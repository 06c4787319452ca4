"""How do prices, the exchange rate, wages and the cloud bill move over the years?

Price level  P_t = (1 + π)^t                        (services; also one-off work)
Cloud bill   Q_t = (f / f_0) · (1 + γ)^t  for t ≥ 1  (dollar-linked part; f drawn rate, f_0 rate of the base year's prices)
Wages        W_t = (1 + w)^t
Discount     D_t = (1 + r)^-t
A unit on Government Cloud with dollar share δ costs annual · ((1 - δ)·P_t + δ·Q_t).
What it leaves out: year-to-year swings of the rate (only its level over the horizon is drawn), and rates that follow each other.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dxmodels.consolidation.fleet import HORIZON
from dxmodels.consolidation.settings import Constants

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Paths:
    """Exogenous paths (draws, years) and the discount factor (years,)."""

    price: Floats
    cloud: Floats
    wage: Floats
    discount: Floats


def make_paths(inputs: dict[str, Floats], constants: Constants) -> Paths:
    """Return the paths of a chunk of draws."""
    years = np.arange(HORIZON + 1)
    price = (1.0 + inputs["service_price_change_outlook"])[:, None] ** years
    cloud = (1.0 + inputs["escalation_cloud_usage"])[:, None] ** years
    rate = inputs["usdjpy_planning"] / constants["usdjpy_2026"]
    cloud[:, 1:] *= rate[:, None]
    wage = (1.0 + inputs["sim_staff_wage_change"])[:, None] ** years
    return Paths(price, cloud, wage, (1.0 + constants["discount_rate_standard"]) ** -years.astype(float))
