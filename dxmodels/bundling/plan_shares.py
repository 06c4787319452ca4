"""Under one sharing rule applied to every joint purchase of a plan, who pays what in total and who loses?

Each joint purchase is a cost game of its members (bundle_game.py) and is divided by the same rule; what an owner buys alone it pays
itself. "Nobody worse off under a named rule" cannot be written as a row before the members are known, so it is checked here, with the
rule itself: losers are named purchase by purchase and over all purchases together, where a loss in one may be made good in another.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from dxmodels.bundling.bundle_game import cost_alone
from dxmodels.bundling.game import CostGame
from dxmodels.bundling.plan import BundlePlan
from dxmodels.bundling.sharing import RULES_JA, share_costs


@dataclass(frozen=True, eq=False)
class PlanShares:
    """What every owner pays over a whole plan under one rule: by purchase (``table``) and in total (``totals``)."""

    rule: str
    table: pd.DataFrame = field(repr=False)
    totals: pd.DataFrame = field(repr=False)

    @property
    def losers(self) -> tuple[str, ...]:
        """Owners who pay more in total than if everybody bought alone."""
        return tuple(self.totals.loc[self.totals["loses"], "player"])

    def to_frame(self) -> pd.DataFrame:
        """Return one row an owner: player, share, stand_alone_cost, saving, saving_rate, loses, purchases_count, losing_purchases_count."""
        return self.totals.copy()

    def summary(self) -> str:
        """Return the losers as one Japanese sentence."""
        parts = int(self.table["loses"].sum())
        lost = (
            f"全体で損をするのは{'、'.join(self.losers)}の{len(self.losers)}者"
            if self.losers
            else "全体で損をする者はいない"
        )
        return f"{RULES_JA[self.rule]}で分けると{lost}（個々の調達で単独より高くなる組合せは{parts}件）。"


def share_plan(
    plan: BundlePlan,
    *,
    rule: str,
    owner: str = "owner_name_ja",
    weights: Mapping[str, float] | None = None,
    equal_share: float | None = None,
) -> PlanShares:
    """Divide every joint purchase of a plan by one rule and add up what each owner pays, its own purchases included."""
    frames = []
    bundles = plan.bundles_frame()
    for bundle_id in bundles.loc[bundles["members_count"] > 1, "bundle_id"]:
        shares = share_costs(
            CostGame.from_bundle(plan, bundle_id, owner=owner), rule=rule, weights=weights, equal_share=equal_share
        )
        frames.append(shares.to_frame().assign(bundle_id=bundle_id))
    columns = [
        "player",
        "sharing_rule",
        "share",
        "stand_alone_cost",
        "saving",
        "saving_rate",
        "loses",
        "standard_error",
        "bundle_id",
    ]
    table = pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=columns)
    return PlanShares(rule, table, _totals(plan, table, owner))


def _totals(plan: BundlePlan, table: pd.DataFrame, owner: str) -> pd.DataFrame:
    """Joint shares plus what each owner buys alone, against everything alone."""
    problem = plan.problem
    names = problem.units[owner].astype(str)
    alone = pd.Series(cost_alone(problem)).groupby(names.to_numpy()).sum()
    chosen = np.flatnonzero(plan.taken)
    members = np.bincount(problem.bundle_of[chosen], minlength=problem.n_bundles)
    single = chosen[members[problem.bundle_of[chosen]] == 1]
    own = pd.Series(problem.cost[single] + problem.fixed_cost[problem.bundle_of[single]])
    paid = own.groupby(names.to_numpy()[problem.unit_of[single]]).sum().reindex(alone.index, fill_value=0.0)
    by = table.groupby("player")
    paid = paid + by["share"].sum().reindex(alone.index, fill_value=0.0).astype(float)
    saving = alone - paid
    frame = pd.DataFrame(
        {
            "player": alone.index,
            "share": paid.to_numpy(),
            "stand_alone_cost": alone.to_numpy(),
            "saving": saving.to_numpy(),
        }
    )
    return frame.assign(
        saving_rate=frame["saving"] / frame["stand_alone_cost"],
        loses=frame["saving"] < -1e-9 * frame["stand_alone_cost"],
        purchases_count=by.size().reindex(alone.index, fill_value=0).to_numpy(),
        losing_purchases_count=by["loses"].sum().reindex(alone.index, fill_value=0).astype(int).to_numpy(),
    )
