"""Do about 40 systems, locked in, hold about half of the budget? The inventory answers, or says what it lacks.

Limits of the number of locked-in systems N and of their share of yearly cost S over every completion of what is unknown: unknown states either way, blank costs anywhere in
[0, largest known cost] (partial identification; Manski 2003). S = a/(a + b) rises in every locked-in cost and falls in every other, so both ends are exact.
Verdict: supported where both limits lie inside the stated ranges; not supported where either lies wholly outside; otherwise not computable, with how much is missing.
On an illustrative inventory the question is about the real prefecture: 検証不能. Leaves out: errors of the diagnosis itself (precision and recall).
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from dxmodels.errors import ModelError
from dxmodels.lockin.diagnosis import LOCKED, UNKNOWN
from dxmodels.money import format_rate

SUPPORTED, NOT_SUPPORTED, NOT_COMPUTABLE, NOT_VERIFIABLE = (
    "supported",
    "not_supported",
    "not_computable",
    "not_verifiable",
)
VERDICT_JA = {
    SUPPORTED: "台帳と矛盾しない",
    NOT_SUPPORTED: "台帳に合わない",
    NOT_COMPUTABLE: "算出不能",
    NOT_VERIFIABLE: "検証不能",
}


@dataclass(frozen=True)
class Statement:
    """The planners' sentence as ranges: number of systems, share of the budget (0..1)."""

    systems_count: float
    systems_low_count: float
    systems_high_count: float
    budget_share: float
    budget_low_share: float
    budget_high_share: float

    def __post_init__(self) -> None:
        """Refuse ranges that are empty or do not hold the stated value."""
        for name, low, middle, high in (
            ("システム数", self.systems_low_count, self.systems_count, self.systems_high_count),
            ("予算の割合", self.budget_low_share, self.budget_share, self.budget_high_share),
        ):
            if not 0 <= low <= middle <= high:
                raise ModelError(f"主張の{name} {low}〜{middle}〜{high} は小さい順にしてください。")


@dataclass(frozen=True, eq=False)
class StatementCheck:
    """Verdict with the limits it rests on; ``needs``: table, column, blanks and for how many systems."""

    verdict: str
    statement: Statement
    systems_count: int
    locked_low_count: int
    locked_high_count: int
    share_low: float
    share_high: float
    needs: pd.DataFrame

    def to_frame(self) -> pd.DataFrame:
        """Return one row a quantity: stated range, found limits."""
        return pd.DataFrame(
            {
                "quantity_ja": ["ロックインの疑いが強いシステム数", "その年間運用経費の割合"],
                "stated_value": [self.statement.systems_count, self.statement.budget_share],
                "stated_low_value": [self.statement.systems_low_count, self.statement.budget_low_share],
                "stated_high_value": [self.statement.systems_high_count, self.statement.budget_high_share],
                "found_low_value": [float(self.locked_low_count), self.share_low],
                "found_high_value": [float(self.locked_high_count), self.share_high],
                "verdict_ja": VERDICT_JA[self.verdict],
            }
        )

    def summary(self) -> str:
        """Return the answer in Japanese with the numbers it rests on."""
        claim = f"「約{self.statement.systems_count:.0f}システムで全体予算の約{format_rate(self.statement.budget_share, decimals=0)}」"
        if self.verdict == NOT_VERIFIABLE:
            return f"{claim}は検証不能：架空の台帳からは府の実態は分からない。府の台帳（{self._fields()}）が要る。"
        if pd.isna(self.share_low):
            return f"{claim}は算出不能：{self._fields()} が要る。"
        count = (
            f"{self.locked_low_count}"
            if self.locked_low_count == self.locked_high_count
            else f"{self.locked_low_count}〜{self.locked_high_count}"
        )
        share = format_rate(self.share_low)
        if format_rate(self.share_high) != share:
            share = f"{share}〜{format_rate(self.share_high)}"
        found = f"{self.systems_count} システムのうち疑いが強いのは {count}、経費の {share} を占める"
        if self.verdict == NOT_COMPUTABLE:
            return f"{claim}は算出不能：{found}という範囲までしか分からない。{self._fields()} が要る。"
        return f"{claim}は{VERDICT_JA[self.verdict]}：{found}。"

    def _fields(self) -> str:
        return "、".join(
            f"{row[0]}（{row[1]} システム）"
            for row in self.needs[["field_ja", "systems_count"]].itertuples(index=False)
        )


def check_statement(
    systems: pd.DataFrame, states: pd.Series, *, statement: Statement, is_illustrative: bool
) -> StatementCheck:
    """Return the verdict for an inventory (system_id, annual_cost_yen) and its lock-in states by system (see diagnosis).

    Systems without a state count as unknown. Never raises for blanks: they widen the limits.
    """
    table = systems.drop_duplicates("system_id").set_index("system_id")
    cost = (
        table["annual_cost_yen"].astype("Float64")
        if "annual_cost_yen" in table.columns
        else pd.Series(pd.NA, index=table.index, dtype="Float64")
    )
    state = states.reindex(table.index).fillna(UNKNOWN)
    needs = _needs(cost, state)
    nothing = cost.isna().all() or state.eq(UNKNOWN).all() or table.empty
    low, high = (float("nan"), float("nan")) if nothing else _share_limits(cost, state)
    counts = (int(state.eq(LOCKED).sum()), int(state.isin([LOCKED, UNKNOWN]).sum()))
    verdict = (
        NOT_VERIFIABLE if is_illustrative else NOT_COMPUTABLE if nothing else _verdict(counts, (low, high), statement)
    )
    return StatementCheck(verdict, statement, len(table), *counts, low, high, needs)


def _share_limits(cost: pd.Series, state: pd.Series) -> tuple[float, float]:
    largest = float(cost.max())
    lowest = _share(cost, state.eq(LOCKED), inside=0.0, outside=largest)
    highest = _share(cost, state.isin([LOCKED, UNKNOWN]), inside=largest, outside=0.0)
    return lowest, highest


def _share(cost: pd.Series, locked: pd.Series, *, inside: float, outside: float) -> float:
    held = float(cost[locked].fillna(inside).sum())
    rest = float(cost[~locked].fillna(outside).sum())
    return held / (held + rest) if held + rest > 0 else 0.0


def _verdict(counts: tuple[int, int], shares: tuple[float, float], statement: Statement) -> str:
    ranges = (
        (counts, (statement.systems_low_count, statement.systems_high_count)),
        (shares, (statement.budget_low_share, statement.budget_high_share)),
    )
    if any(found[1] < stated[0] or found[0] > stated[1] for found, stated in ranges):
        return NOT_SUPPORTED
    if all(found[0] >= stated[0] and found[1] <= stated[1] for found, stated in ranges):
        return SUPPORTED
    return NOT_COMPUTABLE


def _needs(cost: pd.Series, state: pd.Series) -> pd.DataFrame:
    blank_cost, blank_state = int(cost.isna().sum()), int(state.eq(UNKNOWN).sum())
    rows = [("systems", "annual_cost_yen", "年間運用経費", blank_cost)] if blank_cost else []
    if blank_state:
        rows.append(
            (
                "systems",
                "own_staff_can_explain …",
                "ロックイン指標の項目（権利・条項・連携仕様書・職員の理解など）",
                blank_state,
            )
        )
    return pd.DataFrame(
        rows or [("systems", "", "府の全システムの経費と指標の項目", len(cost))],
        columns=["table", "column", "field_ja", "systems_count"],
    )
