"""Which parts of the whole-life cost does a report show, each as a table with its own sentence? (E09b–E09e)

All four read one ``WholeLifeCost`` and add nothing to it: cost by item (``LifeByItem``), present value by discount rate
(``PresentValues``), what contracts already bind (``CommitmentProfile``), and whether contracts, spending and the model agree to the yen
(``CaseTies``). What it leaves out is what the tools behind it leave out (``whole_life``, ``commitments``, ``contract_tie``).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from dxmodels.cost.checks import require_tie
from dxmodels.cost.contract_tie import ContractTie, tie_contracts_to_spending
from dxmodels.cost.naming import COST_ITEM_JA
from dxmodels.cost.whole_life import WholeLifeCost, WholeLifeParams, estimate_whole_life
from dxmodels.errors import TieError
from dxmodels.fiscal import era_year
from dxmodels.money import format_amount, format_rate, format_yen

if TYPE_CHECKING:
    from dxmodels.inputs import Case, Register

LIFE_ASSUMPTIONS: tuple[str, ...] = ("planning_horizon_years", "prefecture_fiscal_strength")
_FAILURES_SHOWN = 5  # as many as a sentence can carry; the table of the result holds all of them


@dataclass(frozen=True, eq=False)
class LifeByItem:
    """Whole-life cost by cost item: past and coming years in nominal yen, coming years also in prices of the price year."""

    table: pd.DataFrame
    base_fy: int

    def to_frame(self) -> pd.DataFrame:
        """Return one row per cost item, dearest in the coming years first, with a last row of totals."""
        return self.table.drop(columns="cost_item")

    def summary(self) -> str:
        """Return which items hold most of the coming cost (Japanese)."""
        first, second = self.table.iloc[0], self.table.iloc[1]
        return (
            f"{era_year(self.base_fy)}以降の費用は、{first['cost_item_ja']}（{format_rate(float(first['future_share']))}）と"
            f"{second['cost_item_ja']}（{format_rate(float(second['future_share']))}）が最も多い。"
        )


@dataclass(frozen=True, eq=False)
class PresentValues:
    """Present value of the coming real cost at each discount rate."""

    table: pd.DataFrame
    base_fy: int
    last_fy: int

    def to_frame(self) -> pd.DataFrame:
        """Return one row per discount rate, the standard one first."""
        return self.table.copy()

    def summary(self) -> str:
        """Return the present value at the standard rate and without discounting (Japanese)."""
        first, last = self.table.iloc[0], self.table.iloc[-1]
        return (
            f"{era_year(self.base_fy)}から{era_year(self.last_fy)}までの費用の現在価値は、割引率{format_rate(float(first['discount_rate']), decimals=0)}で"
            f"{format_amount(int(first['present_value_yen']))}、割り引かなければ{format_amount(int(last['present_value_yen']))}。"
        )


@dataclass(frozen=True, eq=False)
class CommitmentProfile:
    """What contracts already bind in each fiscal year after the base year, beside the cost expected in that year."""

    table: pd.DataFrame

    def to_frame(self) -> pd.DataFrame:
        """Return one row per fiscal year."""
        return self.table.copy()

    def summary(self) -> str:
        """Return how much of the coming years is bound already (Japanese)."""
        if self.table.empty:
            return "基準年度より後に及ぶ契約はない。"
        first = self.table.iloc[0]
        return (
            f"契約済みの後年度負担は{format_amount(int(self.table['amount_yen'].sum()))}。"
            f"{era_year(int(first['fiscal_year']))}は見込まれる費用の{format_rate(float(first['committed_share']))}が契約で決まっている。"
        )


@dataclass(frozen=True, eq=False)
class CaseTies:
    """Contract register against spending, and spending against the model, by fiscal year; failures name system and year."""

    table: pd.DataFrame
    contracts: ContractTie
    names: pd.Series

    @property
    def failures(self) -> list[str]:
        """Return every failed tie in words, largest difference first (Japanese)."""
        named = [
            f"{self.names.get(system_id, system_id)}の{era_year(year)}（契約台帳と経費の差{format_yen(gap, '円')}）"
            for system_id, year, gap in _rows(self.contracts.differences, "system_id", "fiscal_year", "difference_yen")
        ]
        off = self.table[self.table["model_difference_yen"] != 0]
        return named + [
            f"{era_year(year)}の決算額（モデルとの差{format_yen(gap, '円')}）"
            for year, gap in _rows(off, "fiscal_year", "model_difference_yen")
        ]

    def to_frame(self) -> pd.DataFrame:
        """Return one row per fiscal year."""
        return self.table.copy()

    def summary(self) -> str:
        """Return whether all ties hold, else which fail (Japanese)."""
        count, failures = len(self.contracts.table), self.failures
        if not failures:
            return f"契約台帳・経費の表・モデルの金額は、{count:,}件（システム×年度）のすべてで円単位で一致した。"
        shown = "、".join(failures[:_FAILURES_SHOWN])
        more = f"ほか{len(failures) - _FAILURES_SHOWN}件。" if len(failures) > _FAILURES_SHOWN else ""
        return f"{count:,}件（システム×年度）の照合で、{len(failures)}件が一致しない：{shown}。{more}"

    def require(self) -> None:
        """Raise TieError where a tie fails: figures that do not agree must not reach a report unnoticed."""
        if self.failures:
            raise TieError(f"{self.summary()}変更契約の記入漏れと、税込・税抜の別を確かめてください。")


def estimate_prefecture_life(case: Case, register: Register) -> WholeLifeCost:
    """Return the whole-life cost of all systems over the planning horizon of the register (E09b)."""
    params = WholeLifeParams(
        last_fy=case.base_fy + round(register.value("planning_horizon_years")) - 1,
        fiscal_strength_index=register.value("prefecture_fiscal_strength"),
    )
    return estimate_whole_life(case, register, params)


def split_by_item(life: WholeLifeCost) -> LifeByItem:
    """Return past and coming cost by cost item (E09c); the parts add up to the whole to the yen."""
    is_past = life.costs["fiscal_year"] < life.base_fy
    sums = pd.DataFrame(
        {
            "past_yen": life.costs[is_past].groupby("cost_item")["nominal_yen"].sum(),
            "future_yen": life.costs[~is_past].groupby("cost_item")["nominal_yen"].sum(),
            "future_real_yen": life.costs[~is_past].groupby("cost_item")["real_yen"].sum(),
        }
    )
    sums = sums.fillna(0).astype("int64").sort_values("future_yen", ascending=False, kind="stable").reset_index()
    parts = int(sums["past_yen"].sum() + sums["future_yen"].sum())
    require_tie("経費項目別の総費用", {"経費項目別の合計": parts, "総費用": life.total_nominal_yen})
    total = {"cost_item": "total", **{name: sums[name].sum() for name in ("past_yen", "future_yen", "future_real_yen")}}
    table = pd.concat([sums, pd.DataFrame([total])], ignore_index=True)
    share = table["future_yen"] / max(int(sums["future_yen"].sum()), 1)
    words = table["cost_item"].map(COST_ITEM_JA).fillna("合計")
    return LifeByItem(table.assign(cost_item_ja=words, future_share=share)[_ITEM_COLUMNS], life.base_fy)


def list_present_values(life: WholeLifeCost, register: Register) -> PresentValues:
    """Return the present value at each discount rate with the name of the rate (E09d)."""
    rows = life.present_values
    names = [register[str(name)].label_ja for name in rows["assumption"]]
    table = pd.DataFrame({"assumption_ja": names, "discount_rate": rows["discount_rate"]})
    return PresentValues(table.assign(present_value_yen=rows["present_value_yen"]), life.base_fy, life.params.last_fy)


def list_commitments(life: WholeLifeCost) -> CommitmentProfile:
    """Return the commitments by fiscal year beside the cost expected in that year (E09e)."""
    profile = life.commitment_profile()
    expected = life.finance.set_index("fiscal_year")["gross_yen"].reindex(profile["fiscal_year"]).to_numpy()
    table = profile[["fiscal_year", "contracts_count", "amount_yen"]].assign(gross_yen=expected)
    table["gross_yen"] = table["gross_yen"].astype("Int64")
    return CommitmentProfile(table.assign(committed_share=(table["amount_yen"] / table["gross_yen"]).astype("Float64")))


def tie_case(case: Case, life: WholeLifeCost) -> CaseTies:
    """Return contracts against spending and spending against the model by fiscal year (E09f).

    Raises MissingTableError without spending or contracts; a failed tie is in the result (``CaseTies.require`` raises it).
    """
    contracts = tie_contracts_to_spending(case, strict=False)
    settled = case.table("spending").groupby("fiscal_year")["settled_yen"].sum(min_count=1)
    used = life.costs[life.costs["amount_basis"] == "決算"].groupby("fiscal_year")["nominal_yen"].sum()
    table = contracts.to_frame().drop(columns="systems_count")
    years = table["fiscal_year"]
    table["settled_yen"] = years.map(settled).astype("Int64")
    table["model_settled_yen"] = years.map(used).astype("Int64")
    gap = table["model_settled_yen"].fillna(0) - table["settled_yen"].fillna(0)
    names = case.table("systems").set_index("system_id")["name_ja"]
    return CaseTies(table.assign(model_difference_yen=gap), contracts, names)


def _rows(table: pd.DataFrame, *columns: str) -> list[tuple[Any, ...]]:
    return list(zip(*(table[column].tolist() for column in columns), strict=True))


_ITEM_COLUMNS = ["cost_item", "cost_item_ja", "past_yen", "future_yen", "future_share", "future_real_yen"]

estimate_prefecture_life.question_ja = "情報システムの生涯費用"  # type: ignore[attr-defined]
tie_case.question_ja = "契約・経費・モデルの照合"  # type: ignore[attr-defined]
