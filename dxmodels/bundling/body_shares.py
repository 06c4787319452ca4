"""Over a whole plan, what does each body pay under simple rules, who loses, and what is left of the saving once losers have gone?

Rules: equal part λ of each purchase split equally, the rest by residents (λ = 1 均等割, λ = 0 人口割). A body that would pay more in a purchase
than alone is expected to leave it; ``left_yen`` is the saving of a plan made of groups in which nobody loses (nobody_loses.py).
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from dxmodels.bundling.bundle_game import cost_alone
from dxmodels.bundling.nobody_loses import FairPlan, losing_choices, people_of, plan_without_losers
from dxmodels.bundling.plan import BundlePlan
from dxmodels.bundling.problem import Floats
from dxmodels.money import format_rate, format_yen

EQUAL, POPULATION = 1.0, 0.0
_SHOWN = 8


@dataclass(frozen=True, eq=False)
class BodyShares:
    """What every body pays in total under one λ (``equal_part``) beside 均等割 and 人口割, who loses, and what is left when losers leave."""

    table: pd.DataFrame = field(repr=False)
    equal_part: float
    saving_yen: float
    fair: FairPlan = field(repr=False)

    @property
    def losers(self) -> tuple[str, ...]:
        """Bodies that pay more over all purchases than alone, under the rule chosen."""
        return tuple(self.table.loc[self.table["loses"], "owner_name_ja"])

    @property
    def leavers(self) -> tuple[str, ...]:
        """Bodies that pay more than alone in at least one purchase and would leave it."""
        return tuple(self.table.loc[self.table["losing_purchases_count"] > 0, "owner_name_ja"])

    @property
    def left_yen(self) -> float:
        """Saving left when nobody stays in a purchase in which it loses."""
        return self.saving_yen - self.fair.price

    @property
    def rule_ja(self) -> str:
        """The rule in words."""
        if self.equal_part in (EQUAL, POPULATION):
            return "均等割" if self.equal_part == EQUAL else "人口割"
        return f"均等割{format_rate(self.equal_part, decimals=0)}・人口割{format_rate(1 - self.equal_part, decimals=0)}"

    def to_frame(self) -> pd.DataFrame:
        """Return one row a body, the greatest loss first."""
        return self.table.copy()

    def summary(self) -> str:
        """Return losers, leavers and what is left as Japanese sentences."""
        lost = f"全体で損をするのは{_some(self.losers)}" if self.losers else "全体で損をする団体はない"
        leave = (
            f"損をする調達から抜けるとみられるのは{_some(self.leavers)}"
            if self.leavers
            else "抜けるとみられる団体もない"
        )
        return (
            f"{self.rule_ja}で分けると、{lost}。{leave}。だれも損をしない組だけで組み直すと、評価期間の削減額は"
            f"{format_yen(self.saving_yen, '億円')}から{format_yen(self.left_yen, '億円')}に縮む。"
        )

    @property
    def note_ja(self) -> str:
        """What is proven of the plan that is left, and what is not."""
        over = self.fair.plan.gap
        said = (
            f"組み直した計画は、だれも損をしない組{self.fair.groups_count:,}通りから選んだ、見つかった中で最も安いもの。"
            f"調整金を自由に動かせるとした場合の下界（これより安い計画はないと証明された額）より{format_rate(over)}高く、この方法で分ける計画として最良とまでは証明していない。"
        )
        if self.fair.obeys_rules:
            return said
        return f"{said}参加の義務などの規則をすべて守ってだれも損をしない計画は見つからず、損をする団体が規則に反して抜けるものとした。"


def share_among_bodies(plan: BundlePlan, *, equal_part: float, seed: int = 0) -> BodyShares:
    """Return what each body pays under λ = ``equal_part``, 均等割 and 人口割, with losers and what is left when they leave."""
    problem = plan.problem
    alone = cost_alone(problem)
    names = pd.Series(problem.units["owner_name_ja"].astype(str).to_numpy())
    paid = {part: unit_shares(plan, part) for part in dict.fromkeys((equal_part, EQUAL, POPULATION))}
    losing = losing_choices(problem, plan.taken, alone, equal_part)
    losses = pd.Series(1, index=problem.unit_of[losing]).reindex(range(problem.n_units), fill_value=0)
    units = pd.DataFrame(
        {
            "owner_name_ja": names,
            "stand_alone_cost_yen": alone,
            "share_yen": paid[equal_part],
            "equal_share_yen": paid[EQUAL],
            "population_share_yen": paid[POPULATION],
            "losing_purchases_count": losses.to_numpy(),
        }
    )
    table = units.groupby("owner_name_ja", as_index=False).sum()
    saving = table["stand_alone_cost_yen"] - table["share_yen"]
    table.insert(3, "saving_yen", saving)
    table.insert(4, "loses", saving < -1e-9 * table["stand_alone_cost_yen"])
    table = table.sort_values("saving_yen", kind="stable", ignore_index=True)
    fair = plan_without_losers(problem, equal_part=equal_part, seed=seed, first=plan)
    return BodyShares(table, equal_part, float(alone.sum()) - plan.objective, fair)


def unit_shares(plan: BundlePlan, equal_part: float) -> Floats:
    """Return what each unit pays: its part of its purchase's whole cost under λ."""
    problem, chosen = plan.problem, np.flatnonzero(plan.taken)
    bundle, unit = problem.bundle_of[chosen], problem.unit_of[chosen]
    members = np.bincount(bundle, minlength=problem.n_bundles)
    total = problem.fixed_cost + np.bincount(bundle, problem.cost[chosen], minlength=problem.n_bundles)
    people = people_of(problem)[unit]
    crowd = np.bincount(bundle, people, minlength=problem.n_bundles)
    paid = np.zeros(problem.n_units)
    paid[unit] = total[bundle] * (
        equal_part / members[bundle] + (1.0 - equal_part) * people / np.maximum(crowd[bundle], 1e-12)
    )
    return paid


def _some(names: tuple[str, ...]) -> str:
    shown = "・".join(names[:_SHOWN])
    return f"{shown}{'など' if len(names) > _SHOWN else 'の'}{len(names)}者"
