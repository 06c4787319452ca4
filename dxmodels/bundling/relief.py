"""What part of a body's migration outlay does 交付税 give back, so that shares can be looked at net of it?

A subsidy (the option's migration_subsidy_rate) has lowered the outlays already. The local bond for digital investment covers part of a one-off
outlay and part of its repayment counts in the allocation tax (地方交付税): net local share 1 − cover × grant of the year in which the new
system starts, 1 where the measure has ended or the body receives no allocation tax (cost.local_share). A shared cloud of several bodies
counts with the mean fiscal strength of its members; running costs get nothing.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from dxmodels.bundling.problem import BundleProblem, Floats
from dxmodels.cost.local_share import LOCAL_SHARE_ASSUMPTIONS, net_one_off_share

if TYPE_CHECKING:
    from dxmodels.inputs import Register

RELIEF_ASSUMPTIONS = LOCAL_SHARE_ASSUMPTIONS


def relief_of_choices(problem: BundleProblem, municipalities: pd.DataFrame, register: Register) -> Floats:
    """Return what allocation tax gives back of each choice's migration outlay, in yen (nothing for the departments' systems)."""
    strength = _strength(municipalities).reindex(problem.units["owner"].astype(str)).to_numpy(dtype=float)
    start = problem.bundles["start_fy"].to_numpy(dtype=np.int64)[problem.bundle_of]
    outlay = problem.choice_labels["cash_yen"].astype(float)
    known = np.isfinite(strength)[problem.unit_of] & (outlay > 0)
    keys = pd.DataFrame({"year": start[known], "strength": strength[problem.unit_of[known]]})
    rates = {
        (year, index): 1.0 - net_one_off_share(register, fiscal_year=int(year), fiscal_strength_index=float(index))
        for year, index in keys.drop_duplicates().itertuples(index=False)
    }
    relief = np.zeros(problem.n_choices)
    relief[known] = outlay[known] * np.array([rates[key] for key in keys.itertuples(index=False, name=None)])
    return relief


def net_problem(problem: BundleProblem, relief: Floats) -> BundleProblem:
    """Return the problem at costs net of relief: what leaving or staying really costs each body."""
    return replace(problem, cost=problem.cost - relief)


def _strength(municipalities: pd.DataFrame) -> pd.Series[float]:
    own = municipalities.set_index(municipalities["municipality_code"].astype(str))["fiscal_strength_index"].astype(
        float
    )
    clouds = municipalities.dropna(subset=["shared_cloud_group"])
    shared = clouds.groupby(clouds["shared_cloud_group"].astype(str))["fiscal_strength_index"].mean().astype(float)
    return pd.concat([own, shared])
