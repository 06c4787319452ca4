"""Which steps would lift the lowest municipalities most?

A step on a yes/no indicator is "do it"; on a share it is "reach the middle of those compared" (the median), for those below it.
Gain of a step for a municipality = weight × distance; gains of two steps add up because the index is a weighted sum. A pair is
judged by the mean gain of the lowest group: under equal treatment of the domains, and its smallest and largest value over all
sensible weights (exact, ``weights.largest_value``); ``best_share`` is how often it is the best pair among random weights.

What it leaves out: what a step costs and whether it changes anything for residents. A box ticked on a dashboard is not an outcome;
read it together with the outcome indicators (E41).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import numpy.typing as npt
import pandas as pd

from dxmodels.errors import ModelError
from dxmodels.money import format_rate
from dxmodels.municipalities.divide.scores import Scores
from dxmodels.municipalities.divide.weights import WeightRegion, central_weights, draw_weights, largest_value

FloatArray = npt.NDArray[np.float64]
_SETS_SHOWN = 15
_DECIMALS_SHOWN = 3


@dataclass(frozen=True, eq=False)
class ActionGains:
    """Gains of every set of steps for the lowest group, largest first; ``needs`` tells who would have to take which step."""

    table: pd.DataFrame
    needs: pd.DataFrame
    group_names: tuple[str, ...]
    steps_count: int

    def to_frame(self) -> pd.DataFrame:
        """Return the sets of steps with the largest gains, one row each (all of them stand in ``table``)."""
        gains = [str(name) for name in self.table if str(name).endswith("_gain_score")]
        return self.table.head(_SETS_SHOWN).round(dict.fromkeys(gains, _DECIMALS_SHOWN))

    def summary(self) -> str:
        """Return the headline sentence (Japanese)."""
        row = self.table.iloc[0]
        ties = self.table[self.table["central_gain_score"] >= row["central_gain_score"] - 1e-9]
        head = f"下位{len(self.group_names)}団体（{'・'.join(self.group_names)}）の指数を最も引き上げる{self.steps_count}つの取組は、"
        gain = (
            f"指数（0〜1）の上昇は平均{_signed(row['central_gain_score'])}（認めた重みの全体では{_signed(ties['low_gain_score'].min())}〜"
            f"{_signed(ties['high_gain_score'].max())}）"
        )
        if len(ties) == 1:
            return f"{head}「{row['steps_ja']}」。{gain}で、試した重みの{format_rate(float(row['best_share']), decimals=0)}で最大。"
        steps = "・".join(dict.fromkeys(step for text in ties["steps_ja"] for step in text.split("＋")))
        return (
            f"{head}{steps}のうちの{self.steps_count}つ（{len(ties)}組が同点）。{gain}。"
            f"どの組が最大かは重みで変わり、最も多く最大となった組でも試した重みの{format_rate(float(self.table['best_share'].max()), decimals=0)}にとどまる。"
        )


def _signed(gain: float) -> str:
    return f"{gain:+.2f}".replace("+", "＋").replace("-", "▲")


def rank_actions(
    scores: Scores, group: Sequence[str], *, steps: int, region: WeightRegion, draws: int, seed: int
) -> ActionGains:
    """Return the gain of every set of ``steps`` steps for the municipalities in ``group`` (codes)."""
    unknown = [code for code in group if code not in scores.values.index]
    if unknown or not group:
        raise ModelError(
            f"対象団体 {unknown or 'なし'} は比較の対象にありません。6桁の団体コードを1つ以上指定してください。"
        )
    if not 1 <= steps <= len(scores.indicators):
        raise ModelError(f"取組の数 {steps} は 1 以上、指標数 {len(scores.indicators)} 以下にしてください。")
    domains = [str(name) for name in scores.indicators["domain"]]
    distances = _distances(scores).loc[list(group)]
    sets = list(combinations(range(len(domains)), steps))
    masks = np.zeros((len(sets), len(domains)))
    for place, members in enumerate(sets):
        masks[place, list(members)] = 1.0
    gains = masks * distances.mean(axis=0).to_numpy()
    sampled = draw_weights(domains, region, draws=draws, seed=seed) @ gains.T
    names = scores.indicators["name_ja"].to_numpy()
    table = pd.DataFrame(
        {
            "steps_ja": ["＋".join(names[list(members)]) for members in sets],
            "central_gain_score": gains @ central_weights(domains),
            "low_gain_score": -largest_value(-gains, domains, region),
            "high_gain_score": largest_value(gains, domains, region),
            "best_share": np.bincount(sampled.argmax(axis=1), minlength=len(sets)) / draws,
            "bodies_to_act_count": [int((distances.iloc[:, list(members)] > 0).any(axis=1).sum()) for members in sets],
        }
    ).sort_values(["central_gain_score", "best_share", "steps_ja"], ascending=[False, False, True], ignore_index=True)
    return ActionGains(table, _needs(scores, distances), tuple(scores.places.loc[list(group), "name_ja"]), steps)


def _distances(scores: Scores) -> pd.DataFrame:
    """How far each municipality is from having taken each step (0 where it has)."""
    targets = {
        name: 1.0 if set(np.unique(column)) <= {0.0, 1.0} else float(np.median(column))
        for name, column in scores.values.items()
    }
    return (pd.Series(targets) - scores.values).clip(lower=0.0)


def _needs(scores: Scores, distances: pd.DataFrame) -> pd.DataFrame:
    long = distances.rename_axis(index="municipality_code").reset_index()
    rows = long.melt("municipality_code", var_name="indicator_id", value_name="distance_score")
    rows = rows[rows["distance_score"] > 0].reset_index(drop=True)
    rows["name_ja"] = rows["municipality_code"].map(scores.places["name_ja"])
    rows["step_ja"] = rows["indicator_id"].map(scores.indicators.set_index("indicator_id")["name_ja"])
    return rows[["municipality_code", "name_ja", "step_ja", "distance_score"]]
