"""How many people does each municipality need for its systems and their move, how many does it hold, and what if one leaves?

Sets        m municipalities, y fiscal years of the wave plan
Parameters  h_m IT staff held (latest year, own + external), r_m run effort per system (fte, grows with size), S_m systems, w_my staff
            years the moves need (wave plan: staff + shared experts), q yearly share of IT staff who leave (pooled)
Model       need_my = r_m·S_m + w_my; held_my = h_m; gap = max(0, need - held). What the moves need beyond what is free for them (capacity
            table, bodies with moves): uncovered = max(0, w_my - free_my), which shared experts carry in the wave plan.
            One-person IT: own staff ≤ threshold. Bus factor: own staff in whole persons; chance that all of them change within a year =
            q^persons (independent departures).
            q: leavers ÷ staff pooled over bodies and years with both known, 95 % interval by Wilson (1927) on the pooled counts.
Source      tables staff and capacity; 総務省 自治体DX・情報化推進概要 (bodies with at most one person) beside it.

What it leaves out: departures are not independent where one reform moves a whole section (the chance is then larger); skill; that the
same person also answers the telephone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy import stats

from dxmodels.errors import ModelError
from dxmodels.fiscal import era_year
from dxmodels.money import format_rate
from dxmodels.municipalities.waves import WavePlan
from dxmodels.municipalities.waves.problem import STAFF

if TYPE_CHECKING:
    from dxmodels.inputs import Case, Register

STAFF_ASSUMPTIONS: tuple[str, ...] = (
    "staff_run_fte_per_system",
    "wave_staff_elasticity",
    "wave_staff_reference_people",
    "staff_one_person_fte",
    "muni_le1_dx_staff",
    "muni_dx_staff_total",
)


@dataclass(frozen=True, eq=False)
class StaffNeed:
    """Staff needed and held by municipality and year (``by_year``), and how thin each body is (``bodies``).

    ``leaving_share`` with its 95 % interval is pooled over all bodies; ``staff_fy`` is the year the staff held stands for.
    """

    by_year: pd.DataFrame
    bodies: pd.DataFrame
    leaving_share: float
    leaving_interval: tuple[float, float]
    staff_fy: int
    one_person_fte: float
    assumptions: tuple[str, ...] = STAFF_ASSUMPTIONS

    @property
    def table(self) -> pd.DataFrame:
        """The bodies, thinnest first."""
        return self.bodies

    def totals(self) -> pd.DataFrame:
        """Return sums over all municipalities by fiscal year: need for running, for moving, held, free, experts, gap."""
        names = ["run_need_fte", "move_need_fte", "held_fte", "free_fte", "expert_fte", "gap_fte", "uncovered_fte"]
        return self.by_year.groupby("fiscal_year")[names].sum().reset_index()

    def to_frame(self) -> pd.DataFrame:
        """Return one row per municipality, thinnest first (all columns stand in ``bodies``)."""
        columns = [
            "name_ja",
            "own_fte",
            "external_fte",
            "run_need_fte",
            "largest_gap_fte",
            "is_one_person",
            "bus_factor_people",
            "all_change_share",
        ]
        return self.bodies[columns].round({"run_need_fte": 1, "largest_gap_fte": 1})

    def summary(self) -> str:
        """Return the headline sentences (Japanese)."""
        one = self.bodies[self.bodies["is_one_person"]]
        totals = self.totals()
        peak = totals.iloc[int(totals["move_need_fte"].to_numpy(dtype=float).argmax())]
        short = self.by_year[self.by_year["gap_fte"] > 0]["municipality_code"].nunique()
        return (
            f"情報担当の職員が {self.one_person_fte:g} 人以下の団体は {len(self.bodies)} 団体のうち {len(one)} 団体"
            f"（{'・'.join(one['name_ja'].head(6))}{'ほか' if len(one) > 6 else ''}）。担当職員は年に {format_rate(self.leaving_share)}が入れ替わり、"
            f"この割合なら 1 人の団体で担当が 1 年のうちに不在となる見込みは同じく {format_rate(self.leaving_share)}、2 人とも替わる見込みは"
            f" {format_rate(self.leaving_share**2)}。移行の作業は{era_year(int(peak['fiscal_year']))}に最も多く"
            f" {peak['move_need_fte']:.1f} 人分で、運用と合わせた必要数が保有数を上回る年がある団体は {short}。"
        )


def plan_staff_need(case: Case, register: Register, *, waves: WavePlan) -> StaffNeed:
    """Return staff needed against staff held by municipality and year of the wave plan, one-person IT and bus factor.

    Needs staff (it_staff_fte) and municipal_systems (MissingTableError otherwise). ``waves`` gives the effort of the moves.
    """
    staff = case.table("staff", ["it_staff_fte"])
    newest = int(staff.loc[staff["it_staff_fte"].notna(), "fiscal_year"].max())
    bodies = _held(staff, newest, case, register)
    share, interval = pool_leaving(staff)
    bodies = _thinness(bodies, share, register.value("staff_one_person_fte"))
    by_year = _by_year(bodies, waves)
    worst = by_year.groupby("municipality_code")["gap_fte"].max().rename("largest_gap_fte")
    bodies = bodies.join(worst, on="municipality_code").sort_values(["own_fte", "municipality_code"], ignore_index=True)
    return StaffNeed(by_year, bodies, share, interval, newest, register.value("staff_one_person_fte"))


def pool_leaving(staff: pd.DataFrame) -> tuple[float, tuple[float, float]]:
    """Return the yearly share of IT staff who leave, pooled over bodies and years, and its 95 % Wilson interval."""
    known = staff[staff["leavers_people"].notna() & (staff["it_staff_fte"] > 0)]
    if known.empty:
        raise ModelError(
            "異動・退職の人数（staff.leavers_people）が一つもありません。わかる団体だけでも記入してください。"
        )
    leavers, held = float(known["leavers_people"].sum()), float(known["it_staff_fte"].sum())
    persons = max(round(held), round(leavers))
    interval = stats.binomtest(round(leavers), persons).proportion_ci(0.95, method="wilson")
    return leavers / held, (float(interval.low), float(interval.high))


def _held(staff: pd.DataFrame, year: int, case: Case, register: Register) -> pd.DataFrame:
    rows = staff[staff["fiscal_year"] == year].set_index("municipality_code")
    places = case.table("municipalities", ["population_people"]).set_index("municipality_code")
    systems = case.table("municipal_systems").groupby("municipality_code").size()
    table = places[["name_ja", "population_people"]].join(rows[["it_staff_fte", "external_fte"]], how="inner")
    table = table[table["it_staff_fte"].notna()].copy()
    size = (table["population_people"].astype(float) / register.value("wave_staff_reference_people")) ** register.value(
        "wave_staff_elasticity"
    )
    table["own_fte"] = table["it_staff_fte"].astype(float)
    table["external_fte"] = table["external_fte"].fillna(0.0).astype(float)
    table["held_fte"] = table["own_fte"] + table["external_fte"]
    table["systems_count"] = systems.reindex(table.index).fillna(0).astype(int)
    table["run_need_fte"] = table["systems_count"] * register.value("staff_run_fte_per_system") * size
    return table.drop(columns="it_staff_fte").reset_index()


def _thinness(bodies: pd.DataFrame, leaving: float, one_person: float) -> pd.DataFrame:
    persons = np.maximum(1, np.floor(bodies["own_fte"] + 1e-9)).astype(int)
    chance = np.power(leaving, persons)
    return bodies.assign(
        is_one_person=bodies["own_fte"] <= one_person,
        bus_factor_people=persons,
        all_change_share=chance,
    )


def _by_year(bodies: pd.DataFrame, waves: WavePlan) -> pd.DataFrame:
    load = waves.load[waves.load["capacity_kind"] == STAFF]
    index = pd.MultiIndex.from_product(
        [bodies["municipality_code"], list(waves.rules.years)], names=["municipality_code", "fiscal_year"]
    )
    own = load.set_index(["holder_id", "fiscal_year"])[["used_fte", "capacity_fte"]]
    own.index.names = index.names
    experts = waves.experts.groupby(["municipality_code", "fiscal_year"])["expert_fte"].sum()
    table = pd.DataFrame(index=index).join(own).join(experts).fillna({"used_fte": 0.0, "expert_fte": 0.0}).reset_index()
    held = bodies.set_index("municipality_code")[["name_ja", "run_need_fte", "held_fte"]]
    table = table.join(held, on="municipality_code")
    table["free_fte"] = table.pop("capacity_fte").fillna(0.0)
    table["move_need_fte"] = table.pop("used_fte") + table["expert_fte"]
    table["need_fte"] = table["run_need_fte"] + table["move_need_fte"]
    table["gap_fte"] = (table["need_fte"] - table["held_fte"]).clip(lower=0.0)
    table["uncovered_fte"] = (table["move_need_fte"] - table["free_fte"]).clip(lower=0.0)
    return table
