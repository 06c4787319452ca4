"""What does each system cost over its whole life, year by year and item by item, and what is that worth today?

Sets        i systems, y fiscal years, j ten cost items + one-off
Estimator   past: settlement, else contract, else budget (the row says which); future: ``projection``; real = nominal ÷ price index of
            the price year; present value at rate r = Σ_{y >= base year} real(y)·(1+r)^-(y - base year), at 4, 2, 1 and 0 % side by side
            (国土交通省 費用便益分析に関する技術指針: constant prices, base year not discounted). Past cost is sunk and is shown, not discounted.
Beside it   commitments from contracts (``commitments``), net local burden (``local_share``), coverage: which systems of the inventory
            the figures do not hold, and what they are said to cost a year.
What it leaves out: staff time (never added to cash), benefits, cost of leaving a vendor, systems without any spending row.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from dxmodels.cost.checks import require_range, require_tie
from dxmodels.cost.commitments import commitment_coverage, profile_commitments
from dxmodels.cost.local_share import LOCAL_SHARE_ASSUMPTIONS, split_local_share
from dxmodels.cost.prices import DOLLAR_ASSUMPTIONS, ESCALATION_ASSUMPTIONS, PRICE_ASSUMPTIONS, price_index
from dxmodels.cost.projection import KEYS, known_costs, project_modifications, project_renewals, project_running
from dxmodels.errors import ModelError
from dxmodels.fiscal import era_year, present_value
from dxmodels.inputs.schemas import ONE_OFF
from dxmodels.money import format_amount, format_rate

if TYPE_CHECKING:
    from dxmodels.inputs import Case, Register

DISCOUNT_ASSUMPTIONS: tuple[str, ...] = (
    "discount_rate_standard",
    "discount_rate_two_pct",
    "discount_rate_one_pct",
    "discount_rate_zero",
)
WHOLE_LIFE_ASSUMPTIONS: tuple[str, ...] = (
    *DISCOUNT_ASSUMPTIONS,
    *PRICE_ASSUMPTIONS,
    *ESCALATION_ASSUMPTIONS,
    *DOLLAR_ASSUMPTIONS,
    *LOCAL_SHARE_ASSUMPTIONS,
    "lease_years",
    "renewal_rebuild_share",
    "modification_ceiling_share",
)


_YEARLY_COLUMNS = (
    "fiscal_year",
    "running_yen",
    "one_off_yen",
    "gross_yen",
    "projected_yen",
    "real_yen",
    "net_local_yen",
    "net_local_share",
)


@dataclass(frozen=True)
class WholeLifeParams:
    """To which fiscal year, whose finances, and for which systems (() = all); projected one-off cost may be left out."""

    last_fy: int
    fiscal_strength_index: float
    with_one_off: bool = True
    system_ids: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse values outside their range, naming value, range and cure."""
        require_range("推計の最終年度", self.last_fy, 1990, 2100, "西暦の年度（例：2036）で指定してください。")
        require_range(
            "財政力指数", self.fiscal_strength_index, 0.0, 10.0, "公表の財政力指数（例：0.77）を指定してください。"
        )


@dataclass(frozen=True, eq=False)
class WholeLifeCost:
    """Whole-life cost with everything a reader needs to check it.

    ``costs``: system_id, fiscal_year, cost_item, amount_basis, nominal_yen, real_yen (integer yen). ``finance``: one row a fiscal year.
    ``present_values``: one row a discount rate. ``commitments``: contract × year. ``coverage``: measure, value.
    """

    costs: pd.DataFrame
    finance: pd.DataFrame
    present_values: pd.DataFrame
    commitments: pd.DataFrame
    coverage: Mapping[str, int]
    not_covered: pd.DataFrame
    base_fy: int
    price_fy: int
    params: WholeLifeParams
    assumptions: tuple[str, ...] = WHOLE_LIFE_ASSUMPTIONS

    @property
    def total_nominal_yen(self) -> int:
        """Nominal cost of all years, past and projected."""
        return int(self.costs["nominal_yen"].sum())

    def present_value_yen(self, rate: float) -> int:
        """Return the present value at one of the rates of ``present_values``."""
        found = self.present_values.loc[
            (self.present_values["discount_rate"] - rate).abs() < 1e-12, "present_value_yen"
        ]
        if found.empty:
            shown = "・".join(format_rate(value) for value in self.present_values["discount_rate"])
            raise ModelError(f"割引率 {rate} の現在価値はありません。{shown}のいずれかを指定してください。")
        return int(found.iloc[0])

    def by_year(self) -> pd.DataFrame:
        """Return nominal and real cost by fiscal year and cost item."""
        return self.costs.groupby(["fiscal_year", "cost_item"], as_index=False)[["nominal_yen", "real_yen"]].sum()

    def by_system(self) -> pd.DataFrame:
        """Return each system's past, future and total nominal cost, dearest first."""
        past = self.costs["fiscal_year"] < self.base_fy
        frame = pd.DataFrame(
            {
                "past_yen": self.costs[past].groupby("system_id")["nominal_yen"].sum(),
                "future_yen": self.costs[~past].groupby("system_id")["nominal_yen"].sum(),
            }
        )
        frame = frame.fillna(0).astype("int64").assign(nominal_yen=lambda table: table.sum(axis=1))
        return frame.sort_values("nominal_yen", ascending=False, kind="stable").rename_axis("system_id").reset_index()

    def commitment_profile(self) -> pd.DataFrame:
        """Return what contracts already bind, by fiscal year after the base year."""
        later = self.commitments[self.commitments["is_committed"]]
        grouped = later.groupby("fiscal_year", as_index=False).agg(
            amount_yen=("amount_yen", "sum"), contracts_count=("contract_id", "nunique")
        )
        return grouped.astype({"amount_yen": "int64"})

    def to_frame(self) -> pd.DataFrame:
        """Return the yearly table: running, one-off, gross, projected part, real, net local burden (``finance`` also has the bond)."""
        return self.finance[list(_YEARLY_COLUMNS)]

    def summary(self) -> str:
        """Return the result as Japanese sentences."""
        years = self.finance["fiscal_year"]
        future = int(self.finance.loc[years >= self.base_fy, "gross_yen"].sum())
        rates, amounts = self.present_values["discount_rate"], self.present_values["present_value_yen"]
        values = "、".join(
            f"割引率{format_rate(float(rate), decimals=0)}で{format_amount(int(amount))}"
            for rate, amount in zip(rates, amounts, strict=True)
        )
        return (
            f"府の情報システムは、{era_year(self.base_fy)}から{era_year(int(years.max()))}までに{format_amount(future)}（名目・税込、推計）を要する。"
            f"{era_year(int(years.min()))}からの実績を含む総費用は{format_amount(self.total_nominal_yen)}"
            f"（台帳{self.coverage['systems_count']}件のうち{self.coverage['covered_systems_count']}件）。"
            f"今後の費用の現在価値は、{era_year(self.price_fy)}価格で{values}。"
        )


def estimate_whole_life(case: Case, register: Register, params: WholeLifeParams) -> WholeLifeCost:
    """Return the whole-life cost of the prefecture's systems from tables spending, systems and (where held) contracts.

    Raises MissingTableError without spending or systems, ModelError where ``last_fy`` lies before the base year or no system is left.
    """
    systems, spending = _chosen(case, params)
    known = known_costs(spending)
    running = project_running(
        known, systems.set_index("system_id")["hosting"], register, base_fy=case.base_fy, last_fy=params.last_fy
    )
    parts = [known, running]
    if params.with_one_off:
        live = systems[systems["system_id"].isin(running["system_id"])]
        parts.append(project_modifications(known, pd.Index(live["system_id"]), register, last_fy=params.last_fy))
        parts.append(project_renewals(live, register, known=known, base_fy=case.base_fy, last_fy=params.last_fy))
    costs = _cost_table(pd.concat([part for part in parts if len(part)], ignore_index=True), register, case.price_fy)
    costs = costs[costs["fiscal_year"] <= params.last_fy]
    finance = split_local_share(_yearly(costs), register, fiscal_strength_index=params.fiscal_strength_index)
    contracts = _own_contracts(case, systems)
    return WholeLifeCost(
        costs=costs,
        finance=finance,
        present_values=_present_values(finance, register, case.base_fy),
        commitments=profile_commitments(contracts, base_fy=case.base_fy),
        coverage=_coverage(systems, spending, known, running) | commitment_coverage(contracts),
        not_covered=_not_covered(systems, known),
        base_fy=case.base_fy,
        price_fy=case.price_fy,
        params=params,
    )


def _chosen(case: Case, params: WholeLifeParams) -> tuple[pd.DataFrame, pd.DataFrame]:
    if params.last_fy < case.base_fy:
        raise ModelError(f"推計の最終年度 {params.last_fy} は基準年度 {case.base_fy} 以降にしてください。")
    tables = case.require({"spending": ["fiscal_year", "cost_item"], "systems": ["system_id"]})
    systems, spending = tables["systems"], tables["spending"]
    if params.system_ids:
        unknown = sorted(set(params.system_ids) - set(systems["system_id"]))
        if unknown:
            raise ModelError(
                f"システムID「{unknown[0]}」は台帳にありません（ほか{len(unknown) - 1}件）。台帳のIDを指定してください。"
            )
        systems = systems[systems["system_id"].isin(params.system_ids)]
        spending = spending[spending["system_id"].isin(params.system_ids)]
    if spending.empty:
        raise ModelError("対象のシステムに経費の行がありません。システムIDまたは経費の表を確かめてください。")
    return systems, spending


def _cost_table(costs: pd.DataFrame, register: Register, price_fy: int) -> pd.DataFrame:
    index = price_index(register, (int(year) for year in costs["fiscal_year"].unique()), price_fy=price_fy)
    nominal = costs["nominal_yen"].round().astype("int64")
    # Known amounts are integers already; projected ones are rounded once, here, so that every later sum ties.
    real = (nominal / costs["fiscal_year"].map(index)).round().astype("int64")
    table = costs[[*KEYS, "amount_basis"]].assign(nominal_yen=nominal, real_yen=real)
    # A modification and a rebuild may fall in the same year of a system.
    table = table.groupby([*KEYS, "amount_basis"], as_index=False)[["nominal_yen", "real_yen"]].sum()
    return table.sort_values(KEYS, kind="stable", ignore_index=True)


def _yearly(costs: pd.DataFrame) -> pd.DataFrame:
    is_one_off = costs["cost_item"] == ONE_OFF
    grouped = costs.assign(
        running_yen=costs["nominal_yen"].where(~is_one_off, 0),
        one_off_yen=costs["nominal_yen"].where(is_one_off, 0),
        projected_yen=costs["nominal_yen"].where(costs["amount_basis"] == "推計", 0),
    ).groupby("fiscal_year", as_index=False)[["running_yen", "one_off_yen", "projected_yen", "real_yen"]]
    yearly = grouped.sum().astype("int64")
    total = int(yearly["running_yen"].sum() + yearly["one_off_yen"].sum())
    require_tie("総費用", {"明細の合計": int(costs["nominal_yen"].sum()), "年度別の合計": total})
    return yearly


def _present_values(finance: pd.DataFrame, register: Register, base_fy: int) -> pd.DataFrame:
    future = finance[finance["fiscal_year"] >= base_fy]
    real = {int(year): float(amount) for year, amount in zip(future["fiscal_year"], future["real_yen"], strict=True)}
    rows = [
        (name, rate := register.value(name), round(present_value(real, base_fy=base_fy, rate=rate)))
        for name in DISCOUNT_ASSUMPTIONS
    ]
    return pd.DataFrame(rows, columns=["assumption", "discount_rate", "present_value_yen"])


def _own_contracts(case: Case, systems: pd.DataFrame) -> pd.DataFrame:
    if not case.has("contracts"):
        columns = {name: pd.Series(dtype="string") for name in ("contract_id", "system_id")}
        columns |= {name: pd.Series(dtype="datetime64[ns]") for name in ("start_date", "end_date")}
        return pd.DataFrame({**columns, "award_yen": pd.Series(dtype="Int64")})
    contracts = case.table("contracts")
    return contracts[contracts["system_id"].isin(systems["system_id"])]


def _coverage(
    systems: pd.DataFrame, spending: pd.DataFrame, known: pd.DataFrame, running: pd.DataFrame
) -> dict[str, int]:
    renewable = systems["replacement_cost_yen"].notna() & systems["contract_end_date"].notna()
    return {
        "systems_count": len(systems),
        "covered_systems_count": int(known["system_id"].nunique()),
        "projected_systems_count": int(running["system_id"].nunique()),
        "renewal_estimate_count": int(renewable.sum()),
        "spending_rows_count": len(spending),
        "blank_rows_count": len(spending) - len(known),
    }


def _not_covered(systems: pd.DataFrame, known: pd.DataFrame) -> pd.DataFrame:
    missing = systems[~systems["system_id"].isin(known["system_id"])]
    return missing[["system_id", "name_ja", "department_id", "annual_cost_yen"]].reset_index(drop=True)
