"""How do prices, cost items and the dollar move from one fiscal year to another?

Price index  I(y): I(price year) = 1, I(y)/I(y-1) = 1 + change of service prices (published to the last year the register has, its
             outlook after that); real = nominal ÷ I(y)
Escalation   e_j(y) of cost item j from its last known year b: (1 + g_j)^(y - b); cloud usage also × (s·fx(y)/fx(b) + 1 - s)
             with s the share linked to the dollar and fx the yearly mean published, the planning rate after that
Source       assumptions service_price_change_past, service_price_change_outlook, escalation_<item>, usdjpy_<year>, usdjpy_planning.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from dxmodels.inputs.schemas import COST_ITEMS, ONE_OFF

if TYPE_CHECKING:
    from dxmodels.inputs import Register

Floats = npt.NDArray[np.float64]

DOLLAR_LINKED_HOSTING = ("government_cloud", "public_cloud")
PRICE_ASSUMPTIONS: tuple[str, ...] = ("service_price_change_past", "service_price_change_outlook")
ESCALATION_ASSUMPTIONS: tuple[str, ...] = tuple(f"escalation_{item}" for item in (*COST_ITEMS, ONE_OFF))
DOLLAR_ASSUMPTIONS: tuple[str, ...] = ("usdjpy_planning", "cloud_dollar_share_government", "cloud_dollar_share_other")


def price_index(register: Register, fiscal_years: Iterable[int], *, price_fy: int) -> dict[int, float]:
    """Return the index of service prices by fiscal year, 1 in ``price_fy``.

    Raises ParameterError where a year lies before the first published change.
    """
    wanted = sorted({*fiscal_years, price_fy})
    last_published = register["service_price_change_past"].fiscal_years[-1]
    index = {wanted[0]: 1.0}
    for year in range(wanted[0] + 1, wanted[-1] + 1):
        name = PRICE_ASSUMPTIONS[0] if year <= last_published else PRICE_ASSUMPTIONS[1]
        index[year] = index[year - 1] * (1.0 + register.value(name, fiscal_year=year))
    return {year: index[year] / index[price_fy] for year in wanted}


def escalation_rates(register: Register) -> dict[str, float]:
    """Return the yearly rise of the unit price of every cost item, one-off cost included."""
    return {item: register.value(f"escalation_{item}") for item in (*COST_ITEMS, ONE_OFF)}


def exchange_rates(register: Register, fiscal_years: Iterable[int]) -> dict[int, float]:
    """Return yen per dollar by year: the published yearly mean where there is one, else the planning rate.

    The latest published year stands at the planning rate too, because plans are made at that rate from the base year on.
    """
    planning = register.value("usdjpy_planning")
    published = {int(name.removeprefix("usdjpy_")): name for name in register if name.removeprefix("usdjpy_").isdigit()}
    last = max(published, default=0)
    return {
        year: register.value(published[year]) if year in published and year < last else planning
        for year in fiscal_years
    }


def dollar_shares(register: Register, hosting: npt.NDArray[np.str_]) -> Floats:
    """Return the share of cloud usage that moves with the dollar, for each hosting form."""
    linked = np.isin(hosting, DOLLAR_LINKED_HOSTING)
    return np.where(linked, register.value("cloud_dollar_share_government"), register.value("cloud_dollar_share_other"))
