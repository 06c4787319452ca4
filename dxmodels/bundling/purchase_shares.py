"""One purchase under every sharing rule: who pays what, who loses alone, and which groups would gain by leaving together?

Rules side by side: equal, by residents, by use, Shapley, nucleolus (sharing.py says what each is); stability by counting every group of
members (stability.py). Where no use is recorded the running cost of today's system stands for it, and the page says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from dxmodels.bundling.game import CostGame
from dxmodels.bundling.labels import purchase_names
from dxmodels.bundling.offer_game import Floats
from dxmodels.bundling.plan import BundlePlan
from dxmodels.bundling.relief import net_problem
from dxmodels.bundling.sharing import RULES_JA, CostShares, largest_equal_share, share_costs
from dxmodels.bundling.stability import Stability, check_stability
from dxmodels.errors import ModelError
from dxmodels.money import format_rate, format_yen

COMPARED = ("equal", "population", "usage", "shapley", "nucleolus")


@dataclass(frozen=True, eq=False)
class PurchaseShares:
    """Shares of one purchase by rule, their stability, and the largest equal part at which nobody loses (NaN: none)."""

    bundle_id: object
    title_ja: str
    shares: dict[str, CostShares] = field(repr=False)
    stability: dict[str, Stability] = field(repr=False)
    equal_limit: float
    net_stability: dict[str, Stability] = field(default_factory=dict, repr=False)
    relief: Mapping[str, float] = field(default_factory=dict, repr=False)

    def to_frame(self) -> pd.DataFrame:
        """Return one row a member, the largest first: alone and its share under every rule."""
        first = self.shares[COMPARED[0]]
        table = pd.DataFrame({"owner_name_ja": first.players, "stand_alone_cost_yen": first.alone})
        for rule, shares in self.shares.items():
            table[f"{rule}_share_yen"] = shares.shares
        if self.relief:
            table["relief_yen"] = [self.relief[name] for name in first.players]
        return table.sort_values("stand_alone_cost_yen", ascending=False, ignore_index=True)

    def stability_frame(self) -> pd.DataFrame:
        """Return one row a rule: losers, groups that would gain by leaving, the one that gains most and what holds it."""
        rows = []
        for rule, found in self.stability.items():
            row = (RULES_JA[rule], *_verdict(found), found.holding_subsidy)
            net = self.net_stability.get(rule)
            rows.append(row if net is None else (*row, *_verdict(net)))
        columns = [
            "sharing_rule_ja", "losers_ja", "leaving_groups_count", "leaving_group", "amount_to_hold_yen", "holding_subsidy_yen",
            "net_losers_ja", "net_leaving_groups_count", "net_leaving_group", "net_amount_to_hold_yen",
        ]  # fmt: skip
        return pd.DataFrame(rows, columns=columns[: len(rows[0])])

    def summary(self) -> str:
        """Return who loses under which rule, and how far an equal split can go, as Japanese sentences."""
        lost = [f"{RULES_JA[rule]}では{'・'.join(s.losers)}" for rule, s in self.shares.items() if s.losers]
        first = f"単独より高くなるのは、{'、'.join(lost)}" if lost else "どの分け方でも単独より高くなる団体はない"
        limit = (
            "均等割と人口割をどう組み合わせても損をする団体が残る"
            if np.isnan(self.equal_limit)
            else f"人口割と併用する場合、だれも損をしない均等割は{format_rate(self.equal_limit, decimals=0)}まで"
        )
        saved = float(self.shares[COMPARED[0]].alone.sum()) - self.shares[COMPARED[0]].total
        return f"{self.title_ja}（評価期間で{format_yen(saved, '億円')}の削減）を分けると、{first}。{limit}。"


@dataclass(frozen=True, eq=False)
class PurchaseStability:
    """The stability of one purchase's shares as an exhibit of its own."""

    shares: PurchaseShares = field(repr=False)

    def to_frame(self) -> pd.DataFrame:
        """Return one row a rule (see PurchaseShares.stability_frame)."""
        return self.shares.stability_frame()

    def summary(self) -> str:
        """Return which rules hold and which would be left, as one Japanese sentence."""
        stable = [RULES_JA[rule] for rule, found in self.shares.stability.items() if found.stable]
        broken = [RULES_JA[rule] for rule, found in self.shares.stability.items() if not found.stable]
        held = f"抜けて得をする組がないのは{'・'.join(stable)}" if stable else "どの分け方にも抜けて得をする組がある"
        said = (
            f"{held}。{'・'.join(broken)}では、まとまって抜ければ得をする組がある。"
            if broken and stable
            else f"{held}。"
        )
        return said + self._net_ja(set(stable))

    def _net_ja(self, stable: set[str]) -> str:
        """Whether subsidy and allocation tax change the verdict on any rule."""
        if not self.shares.net_stability:
            return ""
        net = {RULES_JA[rule] for rule, found in self.shares.net_stability.items() if found.stable}
        if net == stable:
            return "補助と交付税措置を除いた実質の負担で見ても、この結論は変わらない。"
        gained, lost = sorted(net - stable), sorted(stable - net)
        parts = [f"{'・'.join(gained)}でも抜けて得をする組がなくなる"] if gained else []
        parts += [f"{'・'.join(lost)}でも抜けて得をする組が出る"] if lost else []
        return f"補助と交付税措置を除いた実質の負担で見ると、{'、'.join(parts)}。"


def stability_of(shares: PurchaseShares) -> PurchaseStability:
    """Return the stability of a purchase's shares."""
    return PurchaseStability(shares)


def compare_shares(
    plan: BundlePlan, bundle_id: object, game: CostGame, people: Mapping[str, float], *, relief: Floats | None = None
) -> PurchaseShares:
    """Return one purchase's shares under every compared rule with their stability; ``people``: residents by player.

    ``relief``: what allocation tax gives back of each choice (relief.py); with it stability is looked at net of it as well.
    """
    weights = {"population": {name: people[name] for name in game.players}, "usage": _use(plan, bundle_id)}
    shares = {rule: share_costs(game, rule=rule, weights=weights.get(rule)) for rule in COMPARED}
    stability = {rule: check_stability(game, found) for rule, found in shares.items()}
    try:
        limit = largest_equal_share(game, weights["population"])
    except ModelError:
        limit = float("nan")
    names = dict(zip(plan.problem.bundle_ids.tolist(), purchase_names(plan.problem), strict=True))
    found = PurchaseShares(bundle_id, names[bundle_id], shares, stability, limit)
    return found if relief is None else _with_net(found, plan, relief)


def _verdict(found: Stability) -> tuple[str, int, str, float]:
    """Losers, groups that would leave, the one that gains most, and what holds it."""
    losers = "・".join(found.losers) or "なし"
    if not found.groups_count:
        return losers, 0, "なし", 0.0
    worst = found.blocking.iloc[0]
    return losers, found.groups_count, str(worst["leaving_group"]), float(worst["amount_to_hold"])


def _with_net(found: PurchaseShares, plan: BundlePlan, relief: Floats) -> PurchaseShares:
    """The same shares less each member's own relief, judged in the game of net costs (whoever leaves gets relief too)."""
    net_plan = replace(plan, problem=net_problem(plan.problem, relief))
    game = CostGame.from_bundle(net_plan, found.bundle_id, owner="owner_name_ja")
    inside = plan.taken & (plan.problem.bundle_ids[plan.problem.bundle_of] == found.bundle_id)
    owner = plan.problem.units["owner_name_ja"].astype(str).to_numpy()[plan.problem.unit_of[inside]]
    given = pd.Series(relief[inside]).groupby(owner).sum()
    less = np.array([float(given[name]) for name in game.players])
    stability = {
        rule: check_stability(game, replace(shares, shares=shares.shares - less, alone=game.alone))
        for rule, shares in found.shares.items()
    }
    return replace(found, net_stability=stability, relief=dict(zip(game.players, less.tolist(), strict=True)))


def _use(plan: BundlePlan, bundle_id: object) -> dict[str, float]:
    """Today's running cost of each member's system, which stands for its use where none is recorded."""
    members = plan.to_frame()
    inside = members[members["bundle_id"] == bundle_id]
    return dict(zip(inside["owner_name_ja"].astype(str), inside["annual_cost_yen"].astype(float), strict=True))
