"""Which option would we regret least, whatever the outside world turns out to be?

Payoff u(o, s) of option o in state s (higher is better). Regret r(o, s) = max_o' u(o', s) − u(o, s) ≥ 0; of costs c(o, s) − min_o' c(o', s).
Reported per option: largest regret (Savage 1951), its 95th percentile and mean over the states, the share of states in which it is best,
the worst payoff (Wald) and, where states carry probabilities, the expected payoff.

What it leaves out: regret depends on which options are on the list (adding one can change the order of the others); drop options and look again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from dxmodels.consolidation.table_doors import frame_of
from dxmodels.errors import ModelError
from dxmodels.money import format_rate


@dataclass(frozen=True, eq=False)
class RegretTable:
    """Regret of each option in each state, and the summary by option."""

    regret: pd.DataFrame
    by_option: pd.DataFrame

    @property
    def least_regret(self) -> str:
        """The option whose largest regret is smallest (minimax regret)."""
        return str(self.by_option["regret_max"].idxmin())

    def to_frame(self) -> pd.DataFrame:
        """Return one row an option."""
        return self.by_option.rename_axis("option").reset_index()

    def summary(self) -> str:
        """Return the minimax-regret option in one Japanese sentence."""
        best = self.least_regret
        row = self.by_option.loc[best]
        return (
            f"最大の後悔が最も小さいのは「{best}」（最大{row['regret_max']:,.4g}）で、"
            f"{self.regret.shape[1]}通りの状態のうち{format_rate(float(self.by_option['best_share'][best]), decimals=0)}で最善である。"
        )


def regret_table(
    payoffs: pd.DataFrame | npt.ArrayLike, *, probabilities: Mapping[str, float] | Sequence[float] | None = None, higher_is_better: bool = True
) -> RegretTable:  # fmt: skip
    """Return regret by option (rows of ``payoffs``) and state (columns); payoffs in any one unit, higher is better.

    An array or lists are read as a table too (選択肢1 …, 状態1 …). ``higher_is_better=False``: the table holds costs; regret is then the cost above the
    cheapest option, the worst payoff the largest cost, and expected and worst are shown in the sign of the table.

    ``probabilities`` by state (or in the order of the states) default to equal weights (used for the mean regret and the expected payoff only).
    Ties for best are shared equally. Raises ModelError on missing values or probabilities that do not add up to one.
    """
    payoffs = frame_of(payoffs, what="利得表", column="状態", row="選択肢")
    values = payoffs.to_numpy()
    if values.size == 0 or not np.isfinite(values).all():
        raise ModelError("利得表に空欄または有限でない値があります。すべての選択肢×状態に数値を入れてください。")
    weights = _weights(payoffs.columns, probabilities)
    regret = values.max(axis=0) - values if higher_is_better else values - values.min(axis=0)
    is_best = np.isclose(regret, 0.0, atol=1e-12 * max(1.0, float(np.abs(values).max())))
    by_option = pd.DataFrame(
        {
            "payoff_expected": values @ weights,
            "payoff_worst": values.min(axis=1) if higher_is_better else values.max(axis=1),
            "regret_max": regret.max(axis=1),
            "regret_p95": np.quantile(regret, 0.95, axis=1),
            "regret_mean": regret @ weights,
            "best_share": (is_best / is_best.sum(axis=0)) @ weights,
        },
        index=payoffs.index.astype(str),
    )
    return RegretTable(pd.DataFrame(regret, index=payoffs.index.astype(str), columns=payoffs.columns), by_option)


def _weights(states: pd.Index, probabilities: Mapping[str, float] | Sequence[float] | None) -> np.ndarray:
    if probabilities is None:
        return np.full(len(states), 1.0 / len(states))
    if not isinstance(probabilities, Mapping | pd.Series):
        if len(probabilities) != len(states):
            raise ModelError(f"確率が {len(probabilities)} 個、状態が {len(states)} 個です。同じ数にしてください。")
        probabilities = dict(zip(states, probabilities, strict=True))
    probabilities = {
        str(state): float(chance) for state, chance in probabilities.items()
    }  # the table's states are words too
    missing = [state for state in states if str(state) not in probabilities]
    if missing:
        raise ModelError(f"状態 {missing} の確率がありません。すべての状態に確率を与えてください。")
    weights = np.array([probabilities[str(state)] for state in states])
    if (weights < 0).any() or not np.isclose(weights.sum(), 1.0):
        raise ModelError(f"状態の確率の合計が {weights.sum():.6g} です。0 以上で合計 1 にしてください。")
    return weights
