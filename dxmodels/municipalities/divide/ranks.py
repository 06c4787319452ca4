"""Which rank does each municipality hold, under every sensible weighting at once?

One index with one weight set is an opinion. Here the best and the worst rank a municipality can hold over the whole region of
weights (``weights``) are found exactly, one small mixed-integer problem each:

Sets: municipalities j ≠ i. Variables: w (weights in the region), b_j in {0, 1}.
Best rank of i  = 1 + min Σ b_j  with Σ_k (x_jk − x_ik) w_k ≤ U_ij b_j           (b_j = 0 only if j is not ahead)
Worst rank of i = 1 + max Σ b_j  with Σ_k (x_jk − x_ik) w_k ≥ −U_ji (1 − b_j)    (b_j = 1 only if j is not behind)
U_ij = max over the region of Σ_k (x_jk − x_ik) w_k: the tightest constant, from ``largest_value``. A tie counts for i in the best
rank and against i in the worst. Method: rank intervals of robust ordinal analysis (Salo & Punkka 2011, Management Science 57,
"Ranking intervals and dominance relations for ratio-based efficiency analysis"; here for a weighted sum). Random weights alone
miss the ends (by several places in trials with thousands of draws); they only tell how often a rank occurs.

What it leaves out: errors in the published values themselves, and indicators nobody publishes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import pulp

from dxmodels.errors import ModelError
from dxmodels.municipalities.divide.scores import Scores
from dxmodels.municipalities.divide.weights import WeightRegion, central_weights, draw_weights, largest_value
from dxmodels.solver import OPTIMAL, Effort, solve

FloatArray = npt.NDArray[np.float64]
_SMALL = 1e-9  # scores are 0..1: differences below this are ties


@dataclass(frozen=True, eq=False)
class RankIntervals:
    """Index and rank interval of every municipality; ``lowest_count`` is the group called lowest, ``draws`` the random weightings."""

    table: pd.DataFrame
    lowest_count: int
    draws: int
    proven: bool
    left_out: tuple[str, ...]

    @property
    def lowest(self) -> pd.DataFrame:
        """The lowest municipalities under equal treatment of the domains."""
        return self.table.nlargest(self.lowest_count, "central_rank")

    def of(self, municipality_code: str) -> pd.Series:
        """Return the row of one municipality; raises ModelError where it is not ranked."""
        rows = self.table[self.table["municipality_code"] == municipality_code]
        if rows.empty:
            raise ModelError(
                f"団体コード {municipality_code} は順位の対象にありません（値の欠け、またはコードの誤り）。"
            )
        return rows.iloc[0]

    def to_frame(self) -> pd.DataFrame:
        """Return one row per municipality, best central rank first (``table`` also has codes and size classes)."""
        ranks = ["central_rank", "p10_rank", "p90_rank", "best_rank", "worst_rank"]
        return self.table[["name_ja", "divide_index", *ranks, "lowest_share"]].round({"divide_index": 2})

    def summary(self) -> str:
        """Return the headline sentence (Japanese)."""
        always = self.table[self.table["best_rank"] > len(self.table) - self.lowest_count]
        widest = int((self.table["worst_rank"] - self.table["best_rank"]).median())
        names = "・".join(self.lowest["name_ja"])
        certain = (
            f"認めた重みのどれを用いても下位{self.lowest_count}に入るのは{'・'.join(always['name_ja'])}。"
            if len(always)
            else ""
        )
        text = f"領域を等しく扱うと、遅れている下位{self.lowest_count}団体は{names}。{certain}"
        return text + f"ほかの団体の順位は重みの置き方で動き、その幅は中央の団体で{widest}位分ある。"

    def reading_for(self, municipality_code: str | None = None) -> list[str]:
        """Return how to read the intervals, first of all where the municipality asked for stands (None: none is asked for)."""
        general = [
            "点は領域を等しく扱ったときの順位、細線は認めた重みのすべてでとり得る順位（厳密に求めた）、太線は試した重みの中央80％。",
            "線が重なる団体どうしの優劣は、重みの選び方で入れ替わる。",
        ]
        return [self.sentence_for(municipality_code), *general] if municipality_code else general

    def sentence_for(self, municipality_code: str) -> str:
        """Return where one municipality stands (Japanese)."""
        row = self.of(municipality_code)
        return (
            f"{row['name_ja']}は{len(self.table)}団体中{int(row['central_rank'])}位"
            f"（認めた重みの全体では{int(row['best_rank'])}〜{int(row['worst_rank'])}位のどれにもなり得る）。"
        )


def find_rank_intervals(
    scores: Scores, *, region: WeightRegion, lowest_count: int, draws: int, seed: int
) -> RankIntervals:
    """Return index, central rank, exact best and worst rank, and rank quantiles over random weights for each municipality."""
    if not 1 <= lowest_count <= len(scores.values):
        raise ModelError(f"下位の数 {lowest_count} は 1 以上、団体数 {len(scores.values)} 以下にしてください。")
    values, domains = scores.values.to_numpy(), [str(name) for name in scores.indicators["domain"]]
    ahead = largest_value(values[None, :, :] - values[:, None, :], domains, region)
    ends = [_rank_ends(place, values, domains, region, ahead) for place in range(len(values))]
    sampled = _ranks(draw_weights(domains, region, draws=draws, seed=seed) @ values.T)
    central = values @ central_weights(domains)
    table = pd.DataFrame(
        {
            "municipality_code": scores.values.index.astype("string"),
            "name_ja": scores.places["name_ja"].to_numpy(),
            "size_class_ja": scores.places["size_class_ja"].to_numpy(),
            "divide_index": central,
            "central_rank": _ranks(central[None, :])[0],
            "best_rank": [best for best, _, _ in ends],
            "worst_rank": [worst for _, worst, _ in ends],
            "p10_rank": np.quantile(sampled, 0.1, axis=0, method="inverted_cdf"),
            "p90_rank": np.quantile(sampled, 0.9, axis=0, method="inverted_cdf"),
            "lowest_share": (sampled > len(values) - lowest_count).mean(axis=0),
        }
    ).sort_values(["central_rank", "municipality_code"], ignore_index=True)
    return RankIntervals(table, lowest_count, draws, all(proven for _, _, proven in ends), scores.left_out)


def _ranks(indices: FloatArray) -> npt.NDArray[np.int64]:
    """Competition ranks (1 = largest), one row a weighting; ties share the better rank."""
    return np.array([1 + (row[None, :] > row[:, None] + _SMALL).sum(axis=1) for row in indices], dtype=np.int64)


def _rank_ends(
    place: int, values: FloatArray, domains: list[str], region: WeightRegion, ahead: FloatArray
) -> tuple[int, int, bool]:
    """Best and worst rank of one municipality and whether both are proven; pairs decided beforehand need no variable."""
    others = [j for j in range(len(values)) if j != place]
    always = [j for j in others if ahead[j, place] < -_SMALL]  # j leads under every weighting
    open_pairs = [j for j in others if ahead[place, j] >= -_SMALL and ahead[j, place] >= -_SMALL]
    if not open_pairs:
        return 1 + len(always), 1 + len(always), True
    ends = []
    for sense in (pulp.LpMinimize, pulp.LpMaximize):
        problem = _rank_problem(place, open_pairs, values, domains, region, ahead, sense)
        report = solve(problem, effort=Effort(gap=0.0))
        ends.append((1 + len(always) + round(report.objective), report.status == OPTIMAL))
    return ends[0][0], ends[1][0], ends[0][1] and ends[1][1]


def _rank_problem(
    place: int,
    rivals: list[int],
    values: FloatArray,
    domains: list[str],
    region: WeightRegion,
    ahead: FloatArray,
    sense: int,
) -> pulp.LpProblem:
    problem = pulp.LpProblem("rank", sense)
    weights = _region_variables(problem, domains, region)
    counted = {j: problem.add_variable(f"ahead_{j}", cat="Binary") for j in rivals}
    problem += pulp.lpSum(counted.values())
    for j, flag in counted.items():
        lead = pulp.lpSum(
            float(values[j, k] - values[place, k]) * weight
            for k, weight in enumerate(weights)
            if values[j, k] != values[place, k]
        )
        if sense == pulp.LpMinimize:
            problem += lead <= float(max(ahead[place, j], 0.0)) * flag
        else:
            problem += lead >= -float(max(ahead[j, place], 0.0)) * (1 - flag)
    return problem


def _region_variables(problem: pulp.LpProblem, domains: list[str], region: WeightRegion) -> list[pulp.LpVariable]:
    weights = [problem.add_variable(f"weight_{k}", 0.0, 1.0) for k in range(len(domains))]
    totals = []
    for name in dict.fromkeys(domains):
        members = [weights[k] for k, domain in enumerate(domains) if domain == name]
        total = problem.add_variable(f"domain_{name}", region.domain_floor_share, region.domain_cap_share)
        totals.append(total)
        problem += pulp.lpSum(members) == total
        for weight in members:
            problem += len(members) * region.tilt * weight >= total
            problem += len(members) * weight <= region.tilt * total
    problem += pulp.lpSum(totals) == 1
    return weights
