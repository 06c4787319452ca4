"""What do the earlier rooms decide that the simulation must take as given: bundles, exits, scale?

Exit plan (lock-in room)      in options that re-tender: in its exit year a system takes one vendor slot and its staff work, first from the prefecture's own
                              staff, the rest from the shared pool; it pays its switching cost x overrun; afterwards it saves s a year, s such
                              that value = s·Σ D_y - switching·D_exit over the years left of the horizon. Of s and what
                              competition would save on these systems the larger counts.
Bundle plan (bundling room)   only units with a task in a joint purchase may go shared, not before its first year. Promise of a unit =
                              Σ (cost alone - share of the purchase) / Σ cost alone over its joint tasks; cover = their part of the unit's cost.
                              A purchase's fixed cost is spread by the members' cost alone. The realised share is drawn as before.
Scale (cost room)             promise of body m = 1 - (n_m / n*)^(1 - β), n* the smaller of the knot and the population of all who may join, β the elasticity below
                              the knot, normal with its standard error, drawn with the uniform of the planned saving rate; who may join: below the knot.
One scale effect only: a bundle plan's prices already carry scale, so with both the plan decides and the curve is not laid over it.
What it leaves out: exits of systems unknown to the case (refused), cost sharing rules (nothing changes in the sum), a second plan per draw.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import special

from dxmodels.bundling.bundle_game import cost_alone
from dxmodels.consolidation.fleet import HORIZON, Fleet
from dxmodels.consolidation.holdings import Holdings
from dxmodels.errors import ModelError
from dxmodels.money import format_yen

if TYPE_CHECKING:
    from dxmodels.bundling import BundlePlan
    from dxmodels.cost.scale import ScaleCurve
    from dxmodels.lockin import ExitPlan

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]

SCALE_INPUT = "scale_elasticity"
SCALE_INPUT_JA = "費用の規模弾力性（折れ点より小さい側）"


@dataclass(frozen=True, eq=False)
class Exits:
    """Exits by year: systems and staff work (years,); by unit (U, years), yen: switching cost, yearly saving, yearly cost of what has left."""

    systems: Floats
    staff_fte: Floats
    switching_yen: Floats
    saving_yen: Floats
    left_yen: Floats

    def beyond(self, reduction: Floats, level: Floats, year: int) -> Floats:
        """Return what the exits save beyond the reduction their systems get anyway (draws, U), in yen; ``level`` is cost over today's cost."""
        return np.asarray(np.maximum(0.0, self.saving_yen[:, year] - reduction * self.left_yen[:, year] * level))


@dataclass(frozen=True, eq=False)
class Bundles:
    """By unit (U,): part of its cost that the plan buys jointly, promised saving on that part, first year (HORIZON + 1: never)."""

    cover: Floats
    promise: Floats
    first_year: Ints


@dataclass(frozen=True, eq=False)
class Scale:
    """Elasticity below the knot with its standard error; by unit (U,) own size over size reached (1 where nothing is gained); who may join (H,)."""

    elasticity: float
    standard_error: float
    size_ratio: Floats
    may_join: Flags

    def draw(self, uniforms: Floats) -> Floats:
        """Return the elasticity (draws,): a high uniform is a high saving, thus a low elasticity."""
        return np.asarray(self.elasticity - self.standard_error * special.ndtri(uniforms))


@dataclass(frozen=True, eq=False)
class EarlierResults:
    """What earlier rooms decided; None where the register's own numbers stand."""

    exits: Exits | None = None
    bundles: Bundles | None = None
    scale: Scale | None = None

    def summary(self) -> str:
        """Return in Japanese which results of earlier chapters entered."""
        parts = []
        if self.exits is not None:
            saved = format_yen(float(self.exits.saving_yen[:, -1].sum()), "億円")
            parts.append(f"脱却計画（{self.exits.systems.sum():.0f}システム、最終年度の節約 年{saved}）")
        if self.bundles is not None:
            parts.append(f"共同調達の計画（{int((self.bundles.cover > 0).sum())}単位）")
        if self.scale is not None:
            parts.append(
                f"規模の曲線（弾力性{self.scale.elasticity:.2f}、加わりうる団体{int(self.scale.may_join.sum())}）"
            )
        return "、".join(parts) + "を反映した。" if parts else "前の章の結果は用いず、前提値台帳の値による。"

    def promise(self, inputs: dict[str, Floats], is_prefecture: Flags) -> Floats:
        """Return the promised saving: (draws, 1) from the register, else (draws, U)."""
        drawn = inputs["sim_joint_saving_promise"][:, None]
        if self.bundles is not None:
            return np.asarray(np.where(is_prefecture[None, :], drawn, self.bundles.promise[None, :]))
        if self.scale is not None:
            power = np.maximum(0.0, 1.0 - inputs[SCALE_INPUT])[:, None]
            return np.asarray(np.where(is_prefecture[None, :], drawn, 1.0 - self.scale.size_ratio[None, :] ** power))
        return drawn


NOTHING_EARLIER = EarlierResults()


def take_earlier(
    fleet: Fleet, *, bundle_plan: BundlePlan | None, exit_plan: ExitPlan | None, scale: ScaleCurve | None,
    discount_rate: float, most_people: float,
) -> EarlierResults:  # fmt: skip
    """Return the earlier rooms' results in the units of the fleet; ``most_people`` is the register's ceiling of who may join.

    Raises ModelError for a plan that is not one, or one that knows none of the fleet's systems.
    """
    return EarlierResults(
        None if exit_plan is None else _exits(fleet, exit_plan, discount_rate),
        None if bundle_plan is None else _bundles(fleet, bundle_plan),
        None if scale is None or bundle_plan is not None else _scale(fleet, scale, most_people),
    )


def _holdings(fleet: Fleet) -> Holdings:
    if fleet.holdings is None:
        raise ModelError("この事例の単位には個々のシステムの内訳がありません。build_fleet で作り直してください。")
    return fleet.holdings


def _exits(fleet: Fleet, plan: ExitPlan, rate: float) -> Exits:
    own = _holdings(fleet).own.set_index("system_id")
    rows = plan.years.dropna(subset=["exit_fy"])
    unknown = sorted(set(rows["system_id"]) - set(own.index))
    if unknown:
        raise ModelError(
            f"脱却計画のシステム {'、'.join(unknown[:5])} が台帳にありません。同じ事例の計画を渡してください。"
        )
    years = HORIZON + 1
    by_unit = (len(fleet.holder), years)
    found = Exits(np.zeros(years), np.zeros(years), np.zeros(by_unit), np.zeros(by_unit), np.zeros(by_unit))
    factor = (1.0 + rate) ** -np.arange(years, dtype=float)
    for row in rows.to_dict("records"):
        year, unit = int(row["exit_fy"]) - fleet.base_fy, int(own["unit_number"][row["system_id"]])
        if not 0 <= year < years:
            continue
        found.systems[year] += 1.0
        found.staff_fte[year] += float(row["exit_fte"])
        found.switching_yen[unit, year] += float(row["switching_yen"])
        found.left_yen[unit, year + 1 :] += float(own["annual_yen"][row["system_id"]])
        left = factor[year + 1 :].sum()
        if left > 0:
            found.saving_yen[unit, year + 1 :] += (
                float(row["value_yen"]) + float(row["switching_yen"]) * factor[year]
            ) / left
    return found


def _bundles(fleet: Fleet, plan: BundlePlan) -> Bundles:
    if not plan.has_plan:
        raise ModelError(
            f"共同調達の計画がありません（{plan.status_ja}）。条件を見直して計画を求めてから渡してください。"
        )
    tasks = _joint_tasks(plan)
    cells = _holdings(fleet).cells
    owner = cells["shared_group"].astype("string").fillna(cells["municipality_code"])
    found = cells.assign(unit_id=owner + ":" + cells["task"]).merge(tasks, on="unit_id", how="left")
    if not found["alone"].notna().any():
        raise ModelError("共同調達の計画に、この事例の団体と業務がありません。同じ事例の計画を渡してください。")
    joint = found["is_joint"].fillna(False).to_numpy(dtype=bool)
    annual, unit = found["annual_yen"].to_numpy(dtype=float), found["unit_number"].to_numpy(dtype=np.int64)
    size = len(fleet.holder)
    whole = np.bincount(unit, annual, minlength=size)
    part = np.bincount(unit, annual * joint, minlength=size)
    saved = np.bincount(unit, annual * joint * found["saving_rate"].fillna(0.0).to_numpy(dtype=float), minlength=size)
    first = np.full(size, HORIZON + 1, dtype=np.int64)
    np.minimum.at(first, unit[joint], found.loc[joint, "start_fy"].to_numpy(dtype=np.int64) - fleet.base_fy)
    return Bundles(part / np.where(whole > 0, whole, 1.0), saved / np.where(part > 0, part, 1.0), first)


def _joint_tasks(plan: BundlePlan) -> pd.DataFrame:
    """Return unit_id, is_joint, start_fy, alone and the saving rate against going alone, the fixed cost spread by the cost alone."""
    rows = plan.to_frame()
    alone = pd.Series(cost_alone(plan.problem), index=plan.problem.unit_ids.astype(str))
    rows = rows.assign(unit_id=rows["unit_id"].astype(str))
    rows["alone"] = rows["unit_id"].map(alone).astype(float)
    bundles = plan.bundles_frame().set_index("bundle_id")
    part = rows["alone"] / rows.groupby("bundle_id")["alone"].transform("sum")
    pays = rows["cost"] + part * rows["bundle_id"].map(bundles["fixed_cost"])
    rows["saving_rate"] = (1.0 - pays / rows["alone"]).clip(lower=0.0, upper=1.0)
    rows["is_joint"] = rows["bundle_id"].map(bundles["members_count"]) > 1
    if "start_fy" not in rows:
        raise ModelError("共同調達の計画に開始年度（start_fy）がありません。事例から作った計画を渡してください。")
    return rows[["unit_id", "is_joint", "start_fy", "alone", "saving_rate"]]


def _scale(fleet: Fleet, curve: ScaleCurve, most_people: float) -> Scale:
    below, low, high = curve.elasticity("below")
    error = (high - low) / 2.0 / float(special.ndtri(0.5 + curve.level / 2.0))
    ceiling = curve.knot if np.isfinite(curve.knot) else most_people
    people = fleet.population
    may_join = (people > 0) & (people < ceiling)
    reached = min(ceiling, float(people[may_join].sum())) if may_join.any() else 1.0
    ratio = np.where(may_join, np.minimum(1.0, people / reached), 1.0)
    return Scale(below, max(0.0, float(error)), ratio[fleet.holder], may_join)
