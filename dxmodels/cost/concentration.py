"""How few systems hold how much of the cost, and does the plan's own statement agree with the inventory?

E02: Lorenz curve, Gini index, share of the largest n systems, fewest systems that hold a share.
Gini G = Σ_i (2i − n − 1) c_(i) / (n Σ c) for costs in ascending order (Gini 1912; Sen 1973, On Economic Inequality, §2.2).
Where m costs are missing, the share S_n = (sum of the n largest) / (total) is only known up to an interval: every completion
with missing costs in [0, largest known cost] is admitted (partial identification; Manski 2003). S_n is quasi-convex in the
missing costs (a convex function over a positive linear one) and symmetric, hence its maximum lies at a corner (k of them at
the upper end, the rest at 0) and its minimum at one common value, and on pieces between known costs it is monotone: both
are found exactly by listing corners and known costs.

What it leaves out: whether the systems that hold the money are locked in (lockin/): that a few systems hold half of the budget says
nothing about why.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from dxmodels.errors import ModelError
from dxmodels.inputs import Case, Register
from dxmodels.money import format_rate

FloatArray = npt.NDArray[np.float64]
CONSISTENT, INCONSISTENT, UNDECIDED = "矛盾しない", "合わない", "判定できない"
NOT_VERIFIABLE = "検証不能：府の台帳が必要"


@dataclass(frozen=True, eq=False)
class Concentration:
    """Concentration of yearly cost; ``*_low``/``*_high`` are exact limits over all admitted completions of missing costs."""

    table: pd.DataFrame
    systems_count: int
    missing_count: int
    total_yen: int
    gini_index: float
    top_count: int
    top_share: float
    top_share_low: float
    top_share_high: float
    target_share: float
    holders_count: int
    holders_low_count: int
    holders_high_count: int

    @property
    def top_share_between(self) -> tuple[float, float, str]:
        """Limits of the share of the largest, and what the range is of."""
        return self.top_share_low, self.top_share_high, "経費の記載がないシステムの分"

    def to_frame(self) -> pd.DataFrame:
        """Return one row per system, largest first: cost, cumulative cost and shares; by name where the inventory gives one."""
        return self.table.drop(columns="system_id") if "name_ja" in self.table else self.table.copy()

    def compare_with_statement(self, *, low_share: float, high_share: float, is_illustrative: bool) -> str:
        """Return 矛盾しない / 合わない / 判定できない: does the top share lie inside, outside or across the stated range?

        On an illustrative inventory the question is about the real prefecture: 検証不能.
        """
        if is_illustrative:
            return NOT_VERIFIABLE
        if self.top_share_low >= low_share and self.top_share_high <= high_share:
            return CONSISTENT
        if self.top_share_high < low_share or self.top_share_low > high_share:
            return INCONSISTENT
        return UNDECIDED

    def summary(self) -> str:
        """Return the headline sentence (Japanese)."""
        text = (
            f"上位{self.top_count}システムが年間運用経費の{format_rate(self.top_share)}を占め、"
            f"経費の{format_rate(self.target_share, decimals=0)}は上位{self.holders_count}システムに集中している"
            f"（ジニ係数（0が均等、1が1件に集中）は{self.gini_index:.2f}、{self.systems_count - self.missing_count}システム）。"
        )
        if self.missing_count:
            text += (
                f"経費の記載がない{self.missing_count}システムが0円〜既知の最大額のどの値であっても、上位{self.top_count}システムの割合は"
                f"{format_rate(self.top_share_low)}〜{format_rate(self.top_share_high)}、{format_rate(self.target_share, decimals=0)}を占める数は"
                f"{self.holders_low_count}〜{self.holders_high_count}システムの間にある。"
            )
        return text


def measure_concentration(costs: pd.Series, *, top: int, target_share: float) -> Concentration:
    """Return how concentrated ``costs`` are (yen a year, indexed by system; missing = unknown, not zero).

    ``top``: how many of the largest to add up; ``target_share`` (0..1): how many systems hold that share. Raises ModelError
    where no cost is known, a cost is negative, or ``top``/``target_share`` is out of range.
    """
    known = costs.dropna().astype(float).sort_values(ascending=False, kind="stable")
    amounts = np.asarray(known, dtype=np.float64)
    missing = int(costs.isna().sum())
    _check_concentration(known, len(costs), top, target_share)
    lows, highs = _top_share_limits(amounts, missing)
    shares: FloatArray = np.cumsum(amounts) / amounts.sum()
    return Concentration(
        table=_lorenz_table(known, shares),
        systems_count=len(costs),
        missing_count=missing,
        total_yen=round(known.sum()),
        gini_index=_gini(amounts),
        top_count=top,
        top_share=float(shares[min(top, len(known)) - 1]),
        top_share_low=float(lows[top - 1]),
        top_share_high=float(highs[top - 1]),
        target_share=target_share,
        holders_count=_first_at_least(shares, target_share),
        holders_low_count=_first_at_least(highs, target_share),
        holders_high_count=_first_at_least(lows, target_share),
    )


def measure_inventory_concentration(case: Case, *, top: int, target_share: float) -> Concentration:
    """Return the concentration of yearly running cost over the inventory of a case (table ``systems``; of fewer than ``top``, all count)."""
    systems = case.table("systems", ["annual_cost_yen"]).set_index("system_id")
    found = measure_concentration(
        systems["annual_cost_yen"], top=min(top, max(1, len(systems))), target_share=target_share
    )
    table = found.table.copy()
    table.insert(1, "name_ja", table["system_id"].map(systems["name_ja"]))
    return replace(found, table=table)


def read_statement(result: Concentration, *, register: Register, grade: str) -> list[str]:
    """Return the sentences that set the plan's statement (about 40 systems, about half) against the inventory.

    ``grade``: the exhibit's own; on illustrative tables (架空) the statement is about the real prefecture and cannot be verified.
    """
    share, width = register.value("plan_lockin_budget_share"), register.value("plan_lockin_about_share")
    verdict = result.compare_with_statement(
        low_share=share - width, high_share=share + width, is_illustrative=grade == "架空"
    )
    if result.top_count < round(register.value("plan_lockin_systems")):
        verdict = f"{UNDECIDED}（台帳のシステムが{result.top_count}件しかない）"
    return [
        f"計画の記述（約{register.value('plan_lockin_systems'):.0f}システムが予算の半分程度）との照合：{verdict}。",
        f"「半分程度」は{format_rate(share - width, decimals=0)}〜{format_rate(share + width, decimals=0)}と読み、台帳の割合の幅が"
        "その中に収まれば「矛盾しない」、外れれば「合わない」、またがれば「判定できない」とする。",
        "曲線が左上に張り付くほど、少数のシステムに経費が集中している。",
    ]


measure_inventory_concentration.question_ja = "経費の集中度"  # type: ignore[attr-defined]


def _check_concentration(known: pd.Series, count: int, top: int, target_share: float) -> None:
    if known.empty or known.sum() <= 0:
        raise ModelError(
            "経費の記載があるシステムがないため、集中度を計算できません。annual_cost_yen を記入してください。"
        )
    if (known < 0).any():
        raise ModelError(
            f"経費が負のシステムがあります：{known.idxmin()}（{known.min():,.0f} 円）。0 以上にしてください。"
        )
    if not 1 <= top <= count:
        raise ModelError(f"上位の数 {top} は 1 以上、システム数 {count} 以下にしてください。")
    if not 0.0 < target_share < 1.0:
        raise ModelError(f"割合 {target_share} は 0 より大きく 1 より小さい値にしてください（例：0.5）。")


def _top_share_limits(known: FloatArray, missing: int) -> tuple[FloatArray, FloatArray]:
    """Exact limits of S_n for n = 1..(known + missing) over missing costs in [0, largest known cost]."""
    largest = known[0]
    corners = [np.concatenate([np.full(k, largest), np.zeros(missing - k)]) for k in range(missing + 1)]
    commons = [np.full(missing, value) for value in np.unique(np.append(known, 0.0))]
    high = np.max([_top_shares(np.concatenate([known, fill])) for fill in corners], axis=0)
    low = np.min([_top_shares(np.concatenate([known, fill])) for fill in commons], axis=0)
    return low, high


def _top_shares(costs: FloatArray) -> FloatArray:
    ordered = np.sort(costs)[::-1]
    shares: FloatArray = np.cumsum(ordered) / ordered.sum()
    return shares


def _gini(costs: FloatArray) -> float:
    ascending = np.sort(costs)
    count = len(ascending)
    weights = 2 * np.arange(1, count + 1) - count - 1
    return float((weights * ascending).sum() / (count * ascending.sum()))


def _first_at_least(shares: FloatArray, target: float) -> int:
    # Cumulative sums of floats end a hair below 1; the tolerance is numerical, not a judgement.
    return int(np.argmax(shares >= target - 1e-12)) + 1


def _lorenz_table(known: pd.Series, shares: FloatArray) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "cost_rank": np.arange(1, len(known) + 1),
            "system_id": known.index.astype("string"),
            "annual_cost_yen": known.round().astype("int64").to_numpy(),
            "cumulative_cost_yen": known.cumsum().round().astype("int64").to_numpy(),
            "cumulative_cost_share": shares,
            "cumulative_systems_share": np.arange(1, len(known) + 1) / len(known),
        }
    )
