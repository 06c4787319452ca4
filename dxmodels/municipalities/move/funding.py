"""What does the move itself cost, how much of it does the subsidy cover under its cap, and what does the body bear?

Parameters  K_m one-off cost of the move (20 tasks), s subsidy share within the cap, C_m cap, f_m fiscal strength index
            C_m = own table where given; else C_core · τ · (population_m / population_core)^e, with C_core the published mean cap of core
            cities, τ how far the fund was topped up since, e an assumed elasticity
Model       subsidy = min(s·K_m, C_m), used first for what has already moved; body's own part N_m = K_m - subsidy; with the digital bond the
            net burden of what is still to come is (1 - c·t)·N (c·t = 0 for a 不交付団体; dxmodels.cost.local_share).
            A system without an estimate gets its task's median, scaled by how dear the body's given systems are beside theirs; counted.
Source      中核市市長会（必要額18.1億円・上限3.4億円の平均）, 基金の額（1,825億円→6,988億円）.

What it leaves out: the real cap of each body (needs its notice of grant), eligibility of each expense, interest; whether the digital
bond may be used for the part above the cap is to be confirmed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from dxmodels.cost import net_one_off_share
from dxmodels.errors import ModelError
from dxmodels.money import format_rate, format_yen
from dxmodels.municipalities.move.present import MOVED_STATES

if TYPE_CHECKING:
    from dxmodels.inputs import Case, Register

FUNDING_ASSUMPTIONS: tuple[str, ...] = (
    "standardisation_subsidy_share",
    "migration_subsidy_cap_core_city",
    "move_subsidy_cap_topup_ratio",
    "move_subsidy_cap_elasticity",
    "move_core_city_population",
    "digital_bond_cover_share",
    "digital_bond_grant_share",
    "non_recipient_fiscal_strength",
)
_MILLION = 1_000_000


@dataclass(frozen=True, eq=False)
class MoveFunding:
    """One-off cost, subsidy and own burden by municipality; ``caps_are_own`` tells whether the caps were given or assumed."""

    table: pd.DataFrame
    caps_are_own: bool
    fiscal_year: int
    estimated_systems_count: int
    assumptions: tuple[str, ...] = FUNDING_ASSUMPTIONS

    def to_frame(self) -> pd.DataFrame:
        """Return one row per municipality, largest part above the cap first (all columns stand in ``table``)."""
        columns = [
            "one_off_yen",
            "cap_yen",
            "subsidy_yen",
            "above_cap_yen",
            "subsidy_to_come_yen",
            "own_to_come_yen",
            "net_to_come_yen",
        ]
        return self.table[["name_ja", *columns]].copy()

    def summary(self) -> str:
        """Return the headline sentence (Japanese)."""
        sums = self.table[["one_off_yen", "subsidy_yen", "above_cap_yen", "net_to_come_yen"]].sum()
        over = self.table[self.table["above_cap_yen"] > 0]
        text = (
            f"移行の一時経費（税込）は{format_yen(float(sums['one_off_yen']), '億円')}、国の補助は上限額の範囲で"
            f"{format_yen(float(sums['subsidy_yen']), '億円')}（{format_rate(float(sums['subsidy_yen'] / sums['one_off_yen']), decimals=0)}）。"
            f"上限を超えるのは {len(over)} 団体で計{format_yen(float(sums['above_cap_yen']), '億円')}、"
            f"これから生じる実質負担は{format_yen(float(sums['net_to_come_yen']), '億円')}。"
        )
        if not self.caps_are_own:
            text += "団体ごとの上限額は公表されておらず、中核市の平均から置いた仮の値である。"
        return text


def estimate_move_funding(
    case: Case, register: Register, *, systems: pd.DataFrame, caps: pd.DataFrame | None = None
) -> MoveFunding:
    """Return one-off cost of the move, subsidy under its cap and the body's own burden, by municipality.

    ``systems``: ``compare_before_after`` (or ``MoveCosts.systems``). ``caps`` (optional): municipality_code, cap_yen from the notices of
    grant. Needs municipal_systems with migration_cost_yen (MissingTableError otherwise).
    """
    costs = _one_off(case.table("municipal_systems", ["migration_cost_yen"]), systems)
    columns = ["name_ja", "population_people", "fiscal_strength_index"]
    places = case.table("municipalities", columns).set_index("municipality_code")[columns]
    table = places.join(_sum_by_body(costs), how="inner")
    table["cap_yen"] = _caps(table, caps, register)
    share = register.value("standardisation_subsidy_share")
    eligible = (table["one_off_yen"] * share).round().astype("int64")
    table["subsidy_yen"] = np.minimum(eligible, table["cap_yen"])
    table["above_cap_yen"] = (eligible - table["cap_yen"]).clip(lower=0)
    moved_part = (table["moved_one_off_yen"] * share).round().astype("int64")
    table["subsidy_to_come_yen"] = table["subsidy_yen"] - np.minimum(moved_part, table["subsidy_yen"])
    own = table["one_off_yen"] - table["moved_one_off_yen"] - table["subsidy_to_come_yen"]
    net = [_net_share(register, case.base_fy, index) for index in table["fiscal_strength_index"]]
    table["own_to_come_yen"] = own
    table["net_to_come_yen"] = (own * np.array(net)).round().astype("int64")
    table = table.reset_index().sort_values("above_cap_yen", ascending=False, kind="stable", ignore_index=True)
    return MoveFunding(table, caps is not None, case.base_fy, int(costs["is_estimated"].sum()))


def _one_off(systems: pd.DataFrame, before: pd.DataFrame) -> pd.DataFrame:
    """One-off cost of every system; where none is given, the task's median times how dear the body's given ones are beside theirs."""
    rows = before[["municipality_code", "task"]].merge(
        systems[["municipality_code", "task", "migration_state", "migration_cost_yen"]],
        on=["municipality_code", "task"],
    )
    given = rows["migration_cost_yen"].astype("Float64")
    usual = given.groupby(rows["task"]).transform("median")
    level = (given / usual).groupby(rows["municipality_code"]).transform("median")
    estimate = (usual * level).round()
    return rows.assign(
        has_moved=rows["migration_state"].isin(list(MOVED_STATES)).fillna(False),
        is_estimated=given.isna() & estimate.notna(),
        known_one_off_yen=given.fillna(0).astype("int64"),
        one_off_yen=given.fillna(estimate).fillna(0).astype("int64"),
    )


def _sum_by_body(costs: pd.DataFrame) -> pd.DataFrame:
    by_body = costs.groupby("municipality_code")
    moved = costs[costs["has_moved"]].groupby("municipality_code")["one_off_yen"].sum()
    sums = by_body[["known_one_off_yen", "one_off_yen"]].sum()
    sums["moved_one_off_yen"] = moved.reindex(sums.index).fillna(0).astype("int64")
    return sums[sums["one_off_yen"] > 0]


def _caps(table: pd.DataFrame, caps: pd.DataFrame | None, register: Register) -> pd.Series:
    if caps is not None:
        given = caps.set_index("municipality_code")["cap_yen"].reindex(table.index)
        if given.isna().any():
            names = "、".join(table.loc[given.isna(), "name_ja"])
            raise ModelError(
                f"補助上限額の表に {names} の行がありません。cap_yen を補ってください（補助がなければ 0）。"
            )
        return given.astype("int64")
    core = register.value("migration_subsidy_cap_core_city") * _MILLION * register.value("move_subsidy_cap_topup_ratio")
    size = table["population_people"].astype(float) / register.value("move_core_city_population")
    scaled = core * size ** register.value("move_subsidy_cap_elasticity")
    return (scaled // _MILLION * _MILLION).astype("int64")


def _net_share(register: Register, fiscal_year: int, strength: float) -> float:
    return net_one_off_share(register, fiscal_year=fiscal_year, fiscal_strength_index=float(strength))
