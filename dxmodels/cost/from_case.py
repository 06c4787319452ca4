"""Which tables of a case do the generic cost tools need, ready to call from a notebook?

The tools of this room take any tidy table; these doors join the case's own tables for them and say what was left out.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from dxmodels.cost.checks import require_columns
from dxmodels.cost.govcloud_sensitivity import CLOUD_ASSUMPTIONS, government_cloud_difference
from dxmodels.cost.scale import ScaleCurve, estimate_scale
from dxmodels.cost.tornado import Tornado, rank_by_flip
from dxmodels.money import truncate_to_unit

if TYPE_CHECKING:
    from dxmodels.inputs import Case, Register

ALL_BODIES = "all"  # band_id of the row of the whole country
CLOUD_RESULT_JA = "5年間の運用経費の比較"
CLOUD_VERDICTS_JA = ("ガバメントクラウドが割高", "ガバメントクラウドが割安")


@dataclass(frozen=True, eq=False)
class ReplacementEstimates:
    """Estimates to replace the prefecture's systems (``amounts``, with ``names`` and ``vendors``), and how many systems there are."""

    amounts: pd.Series
    vendors: pd.Series
    names: pd.Series
    systems_count: int

    def summary(self) -> str:
        """Return the coverage as a Japanese sentence."""
        return f"更新・移行の見積額があるのは台帳{self.systems_count}件のうち{len(self.amounts)}件で、ないものは計算に含まれない。"


@dataclass(frozen=True, eq=False)
class PublishedBands:
    """Published cost by population band, the whole country (``ALL_BODIES``) in a row of its own."""

    table: pd.DataFrame

    @property
    def bands(self) -> pd.DataFrame:
        """The bands with a published cost per resident, without the row of the whole country."""
        rows = self.table[(self.table["band_id"] != ALL_BODIES) & self.table["cost_per_person_yen"].notna()]
        return rows.reset_index(drop=True)

    @property
    def average_yen(self) -> float:
        """Published mean cost per resident of all bodies; NaN where it is not published."""
        rows = self.table.loc[self.table["band_id"] == ALL_BODIES, "cost_per_person_yen"].dropna()
        return float(rows.iloc[0]) if len(rows) else math.nan

    def to_frame(self) -> pd.DataFrame:
        """Return the bands as a planner reads them (E12): yen a resident, totals and costs a body in 億円."""
        shown = self.table[["name_ja", "bodies_count", "cost_per_person_yen", "published_index"]].copy()
        for name in ("cost_total", "cost_per_body"):
            shown[f"{name}_oku"] = [_oku(amount) for amount in self.table[f"{name}_yen"].astype("float64")]
        return shown.assign(published_index=shown["published_index"].astype("Float64").round(2))

    def summary(self) -> str:
        """Return the headline sentence (Japanese): dearest and cheapest band, and the mean of all."""
        ordered = self.bands.sort_values("cost_per_person_yen")
        low, high = ordered.iloc[0], ordered.iloc[-1]
        text = (
            f"住民1人当たりの情報システム経費は、{high['name_ja']}の団体で{float(high['cost_per_person_yen']):,.0f}円と、"
            f"{low['name_ja']}の団体（{float(low['cost_per_person_yen']):,.0f}円）の{float(high['published_index']):.1f}倍。"
        )
        return text + (f"全国平均は{self.average_yen:,.0f}円。" if math.isfinite(self.average_yen) else "")


def replacement_estimates(case: Case) -> ReplacementEstimates:
    """Return the estimates to replace by system_id (yen) with the incumbent vendor of each, for ``evaluate_portfolio_tail``."""
    systems = case.table("systems", ["replacement_cost_yen"]).set_index("system_id")
    known = systems[systems["replacement_cost_yen"].notna() & (systems["replacement_cost_yen"] > 0)]
    amounts = known["replacement_cost_yen"].astype("float64")
    return ReplacementEstimates(amounts, known["vendor_id"], known["name_ja"], len(systems))


def estimate_municipal_scale(
    case: Case, *, knot: float | str | None = "search", level: float = 0.95, seed: int = 0
) -> ScaleCurve:
    """Return the curve of each municipality's yearly running cost by task against its population (random body effect, task levels)."""
    tables = case.require({"municipal_systems": ["annual_cost_yen"], "municipalities": ["population_people"]})
    sizes = tables["municipalities"][["municipality_code", "population_people"]]
    rows = tables["municipal_systems"].merge(sizes, on="municipality_code")
    return estimate_scale(
        rows,
        size="population_people",
        cost="annual_cost_yen",
        knot=knot,
        body="municipality_code",
        controls=["task"],
        level=level,
        seed=seed,
    )


def estimate_system_scale(
    case: Case, *, knot: float | str | None = None, level: float = 0.95, seed: int = 0
) -> ScaleCurve:
    """Return the curve of each prefectural system's yearly cost against its users, within departments (fixed effect)."""
    systems = case.table("systems", ["annual_cost_yen", "users_people", "department_id"])
    return estimate_scale(
        systems,
        size="users_people",
        cost="annual_cost_yen",
        knot=knot,
        body="department_id",
        body_effect="fixed",
        level=level,
        seed=seed,
    )


def _oku(amount_yen: float) -> float:
    return float(truncate_to_unit(amount_yen, "億円", decimals=1)) if math.isfinite(amount_yen) else math.nan


def turn_cloud_comparison(pilot: pd.DataFrame, register: Register) -> Tornado:
    """Return every assumption of the Government Cloud comparison with the value at which the cheaper side changes (E08)."""
    return rank_by_flip(
        lambda changed: government_cloud_difference(pilot, changed),
        CLOUD_ASSUMPTIONS,
        register=register,
        result_ja=CLOUD_RESULT_JA,
        result_unit="円",
        verdicts_ja=CLOUD_VERDICTS_JA,
    )


def summarize_bands(bands: pd.DataFrame) -> PublishedBands:
    """Return the published cost by population band with the cost per body and the index (lowest cost per resident = 1)."""
    require_columns(
        bands, ("band_id", "name_ja", "bodies_count", "cost_per_person_yen", "cost_total_yen"), "人口段階別の経費"
    )
    per_person = bands["cost_per_person_yen"].astype("Float64")
    table = bands[["band_id", "name_ja", "bodies_count", "cost_per_person_yen", "cost_total_yen"]].copy()
    per_body = (bands["cost_total_yen"].astype("Float64") / bands["bodies_count"].astype("Float64")).astype("float64")
    table = table.assign(cost_per_body_yen=np.trunc(per_body), published_index=per_person / per_person.min())
    return PublishedBands(table)
