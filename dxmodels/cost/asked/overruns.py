"""How far may projects exceed their estimates: one of them, and all replacements together?

E10 ``compare_overrun_caps`` (one project, by declared cap) and ``evaluate_replacement_tail`` (all replacements). The maths stands in overrun.py and portfolio_tail.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import pandas as pd

from dxmodels.cost.from_case import ReplacementEstimates, replacement_estimates
from dxmodels.cost.overrun import OverrunParams, compare_caps, fit_overruns
from dxmodels.cost.portfolio_tail import PortfolioTail, evaluate_portfolio_tail
from dxmodels.inputs import Case, Register
from dxmodels.money import format_rate

CAP_ASSUMPTIONS = ("overrun_cap_low_ratio", "overrun_cap_ratio", "overrun_cap_high_ratio", "overrun_cap_extreme_ratio")


@dataclass(frozen=True, eq=False)
class CapComparison:
    """Quantiles of one project's cost ratio under each declared cap; ``params`` holds the models drawn, by label."""

    table: pd.DataFrame
    params: Mapping[str, OverrunParams] = field(repr=False)
    declared_cap_ratio: float

    @property
    def p80_ratio(self) -> float:
        """Cost over estimate that four projects of five do not exceed, under the declared cap."""
        return float(self.table.loc[self.table["cap_ratio"] == self.declared_cap_ratio, "p80_ratio"].iloc[0])

    @property
    def p80_between(self) -> tuple[float, float, str]:
        """The ratios that half of the projects and nineteen of twenty do not exceed, under the declared cap, and what the range is of."""
        row = self.table[self.table["cap_ratio"] == self.declared_cap_ratio].iloc[0]
        return float(row["p50_ratio"]), float(row["p95_ratio"]), "P50〜P95"

    def to_frame(self) -> pd.DataFrame:
        """Return one row per cap, lowest first."""
        return self.table.round(2)

    def summary(self) -> str:
        """Return the headline sentence (Japanese)."""
        row = self.table[self.table["cap_ratio"] == self.declared_cap_ratio].iloc[0]
        low, high = self.table["mean_ratio"].min(), self.table["mean_ratio"].max()
        return (
            f"情報システムの事業は、半数が見積の{row['p50_ratio']:.2f}倍以内（P50）に収まるが、5件に1件は{row['p80_ratio']:.2f}倍（P80）、"
            f"20件に1件は{row['p95_ratio']:.2f}倍（P95）を超える（超過の上限を{self.declared_cap_ratio:g}倍と宣言した場合）。"
            f"平均は上限の置き方だけで{low:.2f}〜{high:.2f}倍に動くため、平均では判断しない。"
        )


@dataclass(frozen=True, eq=False)
class ReplacementTail:
    """The tail of all replacements together (``tail``) and how many systems hold an estimate (``estimates``)."""

    tail: PortfolioTail
    estimates: ReplacementEstimates

    @property
    def p80_yen(self) -> int:
        """Cost that is not exceeded in four cases of five."""
        return self.tail.value_yen("p80")

    def to_frame(self) -> pd.DataFrame:
        """Return the quantiles."""
        return self.tail.to_frame()

    def summary(self) -> str:
        """Return the headline sentences (Japanese)."""
        return self.tail.summary() + self.estimates.summary()

    def carriers(self, count: int) -> TailCarriers:
        """Return the ``count`` systems that carry most of the tail, by name."""
        table = self.tail.contributors.head(count)
        names = table["system_id"].map(self.estimates.names)
        return TailCarriers(table.assign(name_ja=names), self.tail)


@dataclass(frozen=True, eq=False)
class TailCarriers:
    """The systems that carry most of the tail of all replacements together, largest share first."""

    table: pd.DataFrame
    tail: PortfolioTail = field(repr=False)

    def to_frame(self) -> pd.DataFrame:
        """Return one row per system, by name."""
        columns = [
            "name_ja",
            "estimate_yen",
            "estimate_share",
            "tail_excess_yen",
            "tail_share",
            "cumulative_tail_share",
        ]
        return self.table[columns]

    def summary(self) -> str:
        """Return who carries the tail (Japanese), the worst systems by name."""
        worst = self.table.head(len(self.tail.worst_systems))
        return (
            f"更新費用が大きく上振れする場合の超過額は、{'・'.join(worst['name_ja'])}の{len(worst)}件が"
            f"{format_rate(self.tail.worst_share)}を占める（見積額では{format_rate(float(worst['estimate_share'].sum()))}）。"
        )


def compare_overrun_caps(register: Register) -> CapComparison:
    """Return one project's P50, P80, P95 and mean under each declared cap of the register (E10, published reference class)."""
    caps = tuple(dict.fromkeys(register.value(name) for name in CAP_ASSUMPTIONS))
    base = fit_overruns(register)
    params = {f"上限{cap:g}倍": replace(base, cap_ratio=cap) for cap in caps}
    return CapComparison(compare_caps(register, caps), params, register.value("overrun_cap_ratio"))


def evaluate_replacement_tail(case: Case, register: Register, *, seed: int, draws: int) -> ReplacementTail:
    """Return P50, P80, P95 of replacing all systems that hold an estimate, and who carries the tail (E10)."""
    estimates = replacement_estimates(case)
    tail = evaluate_portfolio_tail(estimates.amounts, params=fit_overruns(register), seed=seed, draws=draws)
    return ReplacementTail(tail, estimates)


def read_replacement_tail(result: ReplacementTail) -> list[str]:
    """Return how to read the tail and with which settings it was drawn (Japanese)."""
    return [
        "曲線は、更新費用の合計がその額を超える確率。赤い点がP50・P80・P95（それぞれ50％、80％、95％の確率で収まる額）。",
        result.tail.settings_ja(),
    ]


evaluate_replacement_tail.question_ja = "更新費用の上振れ"  # type: ignore[attr-defined]
