"""Would anybody, alone or together with others, be better off by leaving — and what would hold them?

A division of the cost is stable (in the core) if no group S pays more in total than c(S). Individual acceptability is not stability:
nobody may lose alone while several groups would gain by leaving. The amount that holds a group is Σ_S shares − c(S); the amount that
holds everybody at once, whatever the division, is the cost of stability: min Δ s.t. Σ_N x = c(N) − Δ, Σ_S x ≤ c(S) (Bachrach et al. 2009,
The Cost of Stability in Coalitional Games, SAGT). Groups are found by enumeration (≤ 20 players) or by the game's exact oracle; without
either, groups are searched for and the answer is marked as not exhaustive.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
import pandas as pd

from dxmodels.bundling.game import EXACT_PLAYERS, CostGame
from dxmodels.bundling.nucleolus import largest_stable_total, least_core
from dxmodels.bundling.offer_game import Flags, Floats
from dxmodels.bundling.sharing import CostShares
from dxmodels.errors import ModelError

_ROUNDING = 1e-7


@dataclass(frozen=True, eq=False)
class Stability:
    """Who loses alone, which groups would gain by leaving (dearest first), and what holds them.

    ``exhaustive`` is true where absence of a blocking group is proven; ``groups_count`` counts all found, ``blocking`` lists the first.
    ``holding_subsidy`` is the smallest outside amount with which some division is stable; NaN where it could not be computed.
    """

    players: tuple[str, ...]
    losers: tuple[str, ...]
    blocking: pd.DataFrame = field(repr=False)
    groups_count: int
    exhaustive: bool
    holding_subsidy: float

    @property
    def stable(self) -> bool:
        """True where no group at all gains by leaving, and that was proven."""
        return self.groups_count == 0 and self.exhaustive

    def to_frame(self) -> pd.DataFrame:
        """Return one row a blocking group: leaving_group, members_count, share_total, leaving_cost, amount_to_hold."""
        return self.blocking.copy()

    def summary(self) -> str:
        """Return the verdict as Japanese sentences."""
        lost = (
            f"単独より負担が増えるのは{'、'.join(map(str, self.losers))}。"
            if self.losers
            else "単独より負担が増える者はいない。"
        )
        if self.stable:
            return lost + "まとまって抜けても得をする組はなく、この分担は安定している（コアに属する）。"
        if not self.groups_count:
            return lost + "調べた範囲では抜けて得をする組は見つからなかった（網羅的な確認ではない）。"
        first = self.blocking.iloc[0]
        hold = (
            f"どの分担でも安定させるのに要る外部からの補助は最小 {self.holding_subsidy:,.2f}。"
            if self.holding_subsidy > 0
            else "分担を変えれば補助なしで安定させられる。"
        )
        count = (
            f"{self.groups_count}組"
            if self.exhaustive and len(self.players) <= EXACT_PLAYERS
            else f"少なくとも{self.groups_count}組"
        )
        return (
            f"{lost}抜けた方が得になる組が{count}ある。最大は{first['leaving_group']}（{first['members_count']}者）で、"
            f"引き留めるには {first['amount_to_hold']:,.2f} を要する。"
            + ("" if np.isnan(self.holding_subsidy) else hold)
        )


def check_stability(game: CostGame, shares: CostShares, *, listed: int = 50) -> Stability:
    """Return individual losers and the groups that would gain by leaving, at most ``listed`` of them in the table.

    Raises ModelError where the shares belong to other players.
    """
    if shares.players != game.players:
        raise ModelError("分担結果の参加者がゲームの参加者と一致しません。同じゲームから計算した分担を渡してください。")
    groups, gains, exhaustive = _groups(game, shares.shares)
    room = _ROUNDING * (1.0 + abs(game.total))
    blocks = gains > room
    groups, gains = groups[blocks], gains[blocks]
    order = np.argsort(-gains, kind="stable")
    table = pd.DataFrame([_row(game, shares, groups[k], gains[k]) for k in order[:listed]], columns=_COLUMNS)
    return Stability(game.players, shares.losers, table, len(gains), exhaustive, _holding_subsidy(game, exhaustive))


_COLUMNS = ["leaving_group", "members_count", "share_total", "leaving_cost", "amount_to_hold"]


def _row(game: CostGame, shares: CostShares, flags: Flags, gain: float) -> tuple[str, int, float, float, float]:
    names = [name for name, flag in zip(game.players, flags, strict=True) if flag]
    paid = float(shares.shares[flags].sum())
    return "・".join(map(str, names)), len(names), paid, paid - float(gain), float(gain)


def _groups(game: CostGame, shares: Floats) -> tuple[Flags, Floats, bool]:
    """Proper groups with what each would gain, and whether all that matter were looked at."""
    n = game.n
    if n == 1:
        return np.zeros((0, 1), dtype=bool), np.zeros(0), True
    if n <= EXACT_PLAYERS:
        members = ((np.arange(1, (1 << n) - 1)[:, None] >> np.arange(n)) & 1).astype(bool)
        return members, members @ shares - game.table()[1:-1], True
    groups, gains = game.best_groups(shares)
    unique = np.unique(groups, axis=0, return_index=True)[1]
    return groups[unique], gains[unique], game.is_provable


@lru_cache(maxsize=4)
def _holding_subsidy(game: CostGame, exhaustive: bool) -> float:
    """The smallest Δ with a stable division of c(N) − Δ; zero where the least core already has no unhappy group.

    It is the game's, whatever the division looked at, hence remembered.
    """
    if not exhaustive or game.n == 1:
        return 0.0 if game.n == 1 else float("nan")
    if least_core(game).worst_saving >= -_ROUNDING * (1.0 + abs(game.total)):
        return 0.0
    return max(0.0, float(game.total - largest_stable_total(game)))
