"""Who pays how much of a joint purchase, by which rule, and who would lose?

Rules (c = cost of a group, N = all, n members, w = weights)
equal          c(N) / n (均等割)
population     c(N) · w_i / Σw, w = residents (人口割);  usage the same with w = measured use
proportional   c(N) · c({i}) / Σ c({j})
scrb           separable cost c(N) − c(N∖i), the rest in proportion to c({i}) − separable (James & Lee 1971, Economics of Water Resources
               Planning; remaining benefits below zero count as zero)
shapley        average added cost over all orders of joining (Shapley 1953); exact to 18 players, beyond by antithetic random orders with
               standard errors
least_core, nucleolus   see nucleolus.py
mixture        λ·equal + (1−λ)·population, the usual local-government rule (均等割・人口割); without λ the largest one with no loser is used
No rule caps a share by itself: ``losers`` names everyone who would pay more than alone (the stand-alone test of every rule).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from dxmodels.bundling.game import CostGame
from dxmodels.bundling.nucleolus import least_core, nucleolus
from dxmodels.bundling.offer_game import Floats
from dxmodels.bundling.shapley import SHAPLEY_EXACT_PLAYERS, shapley_exact, shapley_sampled
from dxmodels.errors import ModelError
from dxmodels.money import format_rate

RULES = ("equal", "population", "usage", "proportional", "scrb", "shapley", "least_core", "nucleolus", "mixture")
RULES_JA = {
    "equal": "均等割",
    "population": "人口割",
    "usage": "利用量割",
    "proportional": "単独費用比例",
    "scrb": "分離費用・残余便益法",
    "shapley": "シャープレイ値",
    "least_core": "最小コア",
    "nucleolus": "仁",
    "mixture": "均等割・人口割の併用",
}
_ROUNDING = 1e-9
_SAME_TOLERANCE = 1e-7  # of the total: below it the solver's rounding, as in stability.py


@dataclass(frozen=True, eq=False)
class CostShares:
    """What each member pays under one rule, beside what it would pay alone; amounts in the game's money.

    ``standard_errors`` are zero for exact rules; ``equal_share`` is λ of a mixture, ``worst_saving`` what the least content group saves
    under a least core or nucleolus (else NaN); ``proven`` is False where groups were only searched for (see nucleolus.Division).
    """

    players: tuple[str, ...]
    rule: str
    shares: Floats = field(repr=False)
    alone: Floats = field(repr=False)
    standard_errors: Floats = field(repr=False)
    equal_share: float = float("nan")
    worst_saving: float = float("nan")
    proven: bool = True

    @property
    def total(self) -> float:
        """Sum of all shares."""
        return float(self.shares.sum())

    @property
    def losers(self) -> tuple[str, ...]:
        """Members who would pay more than alone, by name."""
        loses = self.shares > self.alone + _ROUNDING * (1.0 + np.abs(self.alone))
        return tuple(name for name, flag in zip(self.players, loses, strict=True) if flag)

    def as_dict(self) -> dict[str, float]:
        """Return share by member."""
        return dict(zip(self.players, self.shares.tolist(), strict=True))

    def to_frame(self) -> pd.DataFrame:
        """Return one row a member: player, sharing_rule, share, stand_alone_cost, saving, saving_rate, loses, standard_error."""
        saving = self.alone - self.shares
        return pd.DataFrame(
            {
                "player": list(self.players),
                "sharing_rule": self.rule,
                "share": self.shares,
                "stand_alone_cost": self.alone,
                "saving": saving,
                "saving_rate": np.divide(saving, self.alone, out=np.zeros_like(saving), where=self.alone != 0),
                "loses": [name in set(self.losers) for name in self.players],
                "standard_error": self.standard_errors,
            }
        )

    def summary(self) -> str:
        """Return total, saving and losers as one Japanese sentence."""
        saved = float(self.alone.sum()) - self.total
        rate = saved / float(self.alone.sum()) if self.alone.sum() else 0.0
        loss = (
            f"単独より負担が増えるのは{'、'.join(map(str, self.losers))}の{len(self.losers)}者"
            if self.losers
            else "単独より負担が増える者はいない"
        )
        extra = f"（均等割の割合 {format_rate(self.equal_share)}）" if np.isfinite(self.equal_share) else ""
        loss += self._least_content_ja()
        return f"{RULES_JA[self.rule]}{extra}：総額 {self.total:,.2f} を{len(self.players)}者で分担し、単独の合計より {saved:,.2f}（{format_rate(rate)}）少ない。{loss}。"

    def _least_content_ja(self) -> str:
        """What the least content group saves, and whether all groups were looked at, for the rules that are made of it."""
        if not np.isfinite(self.worst_saving):
            return ""
        if abs(self.worst_saving) <= _SAME_TOLERANCE * (1.0 + abs(self.total)):
            said = "。最も不満な組にとっては、まとまって抜けても負担は同じ"
        else:
            than = "少なく" if self.worst_saving > 0 else "多く"
            said = f"。最も不満な組でも、まとまって抜けるより {abs(self.worst_saving):,.2f} {than}払う"
        return said + ("（すべての組について証明済み）" if self.proven else "（調べた組の中での値で、証明ではない）")


def share_costs(
    game: CostGame,
    *,
    rule: str,
    weights: Mapping[str, float] | None = None,
    equal_share: float | None = None,
    samples: int = 4096,
    seed: int = 0,
) -> CostShares:
    """Divide c(N) among the players by one rule: equal, population, usage, proportional, scrb, shapley, least_core, nucleolus or mixture.

    ``weights``: residents or use by player, needed by population, usage and mixture. ``equal_share``: λ of the mixture in 0..1; without
    it the largest at which nobody loses. Read the shares by ``as_dict()`` or ``to_frame()``.
    ``samples``, ``seed``: random orders of the sampled Shapley value. Raises ModelError for an unknown rule or unusable weights.
    """
    if rule not in RULES:
        raise ModelError(f"分担方法「{rule}」はありません。{'、'.join(RULES)} のいずれかにしてください。")
    none = np.zeros(game.n)
    if rule == "shapley":
        values, errors = (
            shapley_exact(game)
            if game.n <= SHAPLEY_EXACT_PLAYERS
            else shapley_sampled(game, samples=samples, seed=seed)
        )
        return CostShares(game.players, rule, values, game.alone, errors)
    if rule in ("least_core", "nucleolus"):
        found = least_core(game) if rule == "least_core" else nucleolus(game)
        saving = found.worst_saving if game.n > 1 else float("nan")
        return CostShares(
            game.players, rule, found.shares + 0.0, game.alone, none, worst_saving=saving, proven=found.proven
        )
    if rule == "mixture":
        weight = _weights(game, weights, rule)
        part = largest_equal_share(game, weights) if equal_share is None else equal_share
        return CostShares(game.players, rule, _mixture(game, weight, part), game.alone, none, equal_share=part)
    return CostShares(game.players, rule, _simple_rule(game, rule, weights), game.alone, none)


def largest_equal_share(game: CostGame, weights: Mapping[str, float] | None) -> float:
    """Return the largest λ in 0..1 at which nobody pays more than alone under λ·equal + (1−λ)·weights.

    Raises ModelError, naming them, where some member loses at every λ: then no such mixture is acceptable.
    """
    weight = _weights(game, weights, "mixture")
    total, alone = game.total, game.alone
    start, slope = total * weight, total * (1.0 / game.n - weight)  # share = start + λ·slope
    room = alone + _ROUNDING * (1.0 + np.abs(alone)) - start
    rising, falling = slope > 0, slope < 0
    upper = min(1.0, float(np.min(room[rising] / slope[rising], initial=1.0)))
    lower = max(0.0, float(np.max(room[falling] / slope[falling], initial=0.0)))
    level = (slope == 0) & (room < 0)
    if upper < lower or level.any():
        names = CostShares(
            game.players, "mixture", start + max(0.0, min(upper, 1.0)) * slope, alone, np.zeros(game.n)
        ).losers
        raise ModelError(
            f"均等割・人口割をどう組み合わせても単独より高くなる者がいます（{'、'.join(map(str, names)) or '複数'}）。別の分担方法を検討してください。"
        )
    return float(upper)


def net_of_relief(
    shares: CostShares, *, joint_relief_rate: Mapping[str, float], alone_relief_rate: Mapping[str, float]
) -> pd.DataFrame:
    """Return what is left to pay after subsidies and 交付税: gross and net share, gross and net stand-alone cost, net saving, loses_net.

    The rates (0..1) are the part of the cost that others bear, by player, when buying together and when alone; missing = 0.
    """
    frame = shares.to_frame()[["player", "share", "stand_alone_cost"]]
    joint = np.array([joint_relief_rate.get(name, 0.0) for name in shares.players])
    alone = np.array([alone_relief_rate.get(name, 0.0) for name in shares.players])
    if ((joint < 0) | (joint > 1) | (alone < 0) | (alone > 1)).any():
        raise ModelError("補助・交付税の割合は0〜1にしてください。")
    net_share, net_alone = shares.shares * (1 - joint), shares.alone * (1 - alone)
    loses = net_share > net_alone + _ROUNDING * (1 + np.abs(net_alone))
    return frame.assign(
        net_share=net_share, net_stand_alone_cost=net_alone, net_saving=net_alone - net_share, loses_net=loses
    )


def _simple_rule(game: CostGame, rule: str, weights: Mapping[str, float] | None) -> Floats:
    if rule == "equal":
        return np.full(game.n, game.total / game.n)
    if rule in ("population", "usage"):
        return game.total * _weights(game, weights, rule)
    if rule == "proportional":
        return _in_proportion(game.total, game.alone)
    return _separable_cost_remaining_benefit(game)


def _separable_cost_remaining_benefit(game: CostGame) -> Floats:
    everyone = np.ones(game.n, dtype=bool)
    separable = np.empty(game.n)
    for i in range(game.n):
        others = everyone.copy()
        others[i] = False
        separable[i] = game.total - game.cost(others)
    remaining = np.maximum(0.0, game.alone - separable)
    return separable + _in_proportion(game.total - float(separable.sum()), remaining)


def _in_proportion(amount: float, key: Floats) -> Floats:
    total = float(key.sum())
    return np.full(len(key), amount / len(key)) if total <= 0 else amount * key / total


def _mixture(game: CostGame, weight: Floats, part: float) -> Floats:
    if not 0.0 <= part <= 1.0:
        raise ModelError(f"均等割の割合 {part} は0〜1にしてください。")
    return game.total * (part / game.n + (1.0 - part) * weight)


def _weights(game: CostGame, weights: Mapping[str, float] | None, rule: str) -> Floats:
    """Weights as shares of one, in the order of players."""
    given = {
        str(name): weight for name, weight in (weights or {}).items()
    }  # members of a bundle go by the text of their id
    missing = [name for name in game.players if str(name) not in given]
    if missing:
        raise ModelError(
            f"{RULES_JA[rule]}には全参加者の重み（人口・利用量）が必要です。ないもの：{'、'.join(map(str, missing[:10]))}"
        )
    values = np.array([float(given[str(name)]) for name in game.players])
    if not np.isfinite(values).all() or (values < 0).any() or values.sum() <= 0:
        raise ModelError("重みは0以上の有限の数で、合計が正になるようにしてください。")
    shares: Floats = values / values.sum()
    return shares
