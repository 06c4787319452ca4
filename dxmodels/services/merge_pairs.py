"""Which service of a group stays, which go into it, and what does a service of unknown cost stand for?

Kept is the service with most users, then the dearest. A blank yearly cost is never zero: it takes the 25 %, 50 % or 75 % quantile of the known
costs of its channel (low, central, high), or of all services where the channel has too few.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from dxmodels.errors import ModelError
from dxmodels.services.overlaps import OverlapGroups

_MASKED_QUANTILE = {"low": 0.25, "central": 0.5, "high": 0.75}
_FEWEST_KNOWN = 4  # below that the quantiles of the channel say nothing, and those of all services stand in


def filled_costs(services: pd.DataFrame, level: str) -> pd.Series[float]:
    """Return yearly costs by service_id [yen]; a blank one takes the channel's quantile of that level. ModelError where no cost is known."""
    costs = services.set_index("service_id")["annual_cost_yen"].astype("Float64")
    known = costs.dropna()
    if known.empty:
        raise ModelError("年間経費が1件も分からないため、統合の効果を計算できません。経費を1件以上記入してください。")
    channel = services.set_index("service_id").get("channel", pd.Series("", index=costs.index)).astype("string")
    share = _MASKED_QUANTILE[level]
    of_channel: Mapping[str, float] = {
        str(name): float(part.quantile(share))
        for name, part in known.groupby(channel.loc[known.index])
        if len(part) >= _FEWEST_KNOWN
    }
    instead = channel.map(lambda name: of_channel.get(str(name), float(known.quantile(share))))
    filled: pd.Series[float] = costs.fillna(instead.astype("Float64")).astype(float)
    return filled


def retired_pairs(found: OverlapGroups, excluded: set[str]) -> pd.DataFrame:
    """Return one row a service to retire (never one of ``excluded``) with the service it goes into and the probability that both do the same."""
    services = found.services
    rows = []
    for number, members in enumerate(found.members(), start=1):
        kept = _kept(services.loc[list(members)])
        for place in members:
            if place == kept or services["service_id"].iloc[place] in excluded:
                continue
            rows.append(
                {
                    "overlap_number": number,
                    "service_id": services["service_id"].iloc[place],
                    "kept_id": services["service_id"].iloc[kept],
                    "probability_share": float(found.probability[place, kept]) if found.probability is not None else np.nan,
                    "exit_cost_yen": services["exit_cost_yen"].iloc[place] if "exit_cost_yen" in services else pd.NA,
                    "is_masked": bool(pd.isna(services["annual_cost_yen"].iloc[place])),
                }
            )  # fmt: skip
    names = ["overlap_number", "service_id", "kept_id", "probability_share", "exit_cost_yen", "is_masked"]
    return pd.DataFrame(rows, columns=names).astype({"exit_cost_yen": "Float64", "is_masked": bool})


def _kept(members: pd.DataFrame) -> int:
    sizes = pd.DataFrame(
        {name: members[name].astype("Float64").fillna(-1) if name in members else -1 for name in ("users_people", "annual_cost_yen")}
    )  # fmt: skip
    return int(sizes.sort_values(["users_people", "annual_cost_yen"], ascending=False, kind="stable").index[0])
