"""How much of a cost does the body itself bear, after bonds and the share of their repayment that local allocation tax covers?

Parameters  c_y cover share of デジタル活用推進事業債 (90 %), t_y share of its repayment counted in 地方交付税 (50 %), by fiscal year; no
            value for a year = the measure does not exist in that year; f fiscal strength index of the body
Model       one-off cost K: bond = c·K, allocation tax = c·t·K for a receiving body (f < 1), 0 for a 不交付団体; net = K - allocation
            tax (55 % under the present rules, 100 % for a 不交付団体). Running cost is borne in full.
Source      総務省 地方財政対策（デジタル活用推進事業債）; 地方交付税法第10条.
What it leaves out: interest, the years in which repayment and allocation tax fall (amounts stand in the year of the cost, nominal),
whether an expense is eligible, subsidies.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from dxmodels.cost.checks import require_range
from dxmodels.errors import ParameterError

if TYPE_CHECKING:
    from dxmodels.inputs import Register

LOCAL_SHARE_ASSUMPTIONS: tuple[str, ...] = (
    "digital_bond_cover_share",
    "digital_bond_grant_share",
    "non_recipient_fiscal_strength",
)


def net_one_off_share(register: Register, *, fiscal_year: int, fiscal_strength_index: float) -> float:
    """Return the share of one-off cost that the body bears in the end (1.0 = all), by the rules of ``fiscal_year``."""
    _, grant = _shares(register, fiscal_year, fiscal_strength_index)
    return 1.0 - grant


def split_local_share(yearly: pd.DataFrame, register: Register, *, fiscal_strength_index: float) -> pd.DataFrame:
    """Return bond, allocation tax and net local burden by fiscal year.

    ``yearly``: fiscal_year, running_yen, one_off_yen (integer yen). Adds bond_yen, allocation_tax_yen, net_local_yen and
    net_local_share; net + allocation tax = gross to the yen.
    """
    shares = [_shares(register, int(year), fiscal_strength_index) for year in yearly["fiscal_year"]]
    one_off = yearly["one_off_yen"].astype("int64")
    bond = pd.Series(
        [round(int(amount) * cover) for amount, (cover, _) in zip(one_off, shares, strict=True)], index=yearly.index
    )
    grant = pd.Series(
        [round(int(amount) * share) for amount, (_, share) in zip(one_off, shares, strict=True)], index=yearly.index
    )
    gross = yearly["running_yen"].astype("int64") + one_off
    net = gross - grant
    return yearly.assign(
        gross_yen=gross,
        bond_yen=bond.astype("int64"),
        allocation_tax_yen=grant.astype("int64"),
        net_local_yen=net,
        net_local_share=(net / gross.where(gross > 0)).astype("float64"),
    )


def _shares(register: Register, fiscal_year: int, fiscal_strength_index: float) -> tuple[float, float]:
    """Return (bond ÷ one-off cost, allocation tax ÷ one-off cost) of a fiscal year."""
    require_range("財政力指数", fiscal_strength_index, 0.0, 10.0, "公表の財政力指数（例：0.77）を指定してください。")
    try:
        cover = register.value("digital_bond_cover_share", fiscal_year=fiscal_year)
        grant = register.value("digital_bond_grant_share", fiscal_year=fiscal_year)
    except ParameterError:  # no value for the year: the measure does not reach it
        return 0.0, 0.0
    receives = fiscal_strength_index < register.value("non_recipient_fiscal_strength")
    return cover, cover * grant if receives else 0.0
