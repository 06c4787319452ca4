"""If it is uncertain who joins, what does a joint purchase still save, how few members are enough — and how fast do members come?

Sets, parameters  members i of one purchase with gain g_i = cost alone − own cost in it, fixed cost F, probability p_i of joining
Expected saving   E[max(0, Σ J_i g_i − F)] with independent J_i ~ Bernoulli(p_i): the purchase is called off where it would not pay; by
                  quasi-random draws of one stream, so that two purchases see the same luck
Smallest group    fewest members whose gains cover F (largest gains first), and how many are needed if the smallest gains come first
Uptake            non-members join at a constant yearly rate h: m(t) = N − (N − m₀)·(1 − h)^t. Back-test: each real series is predicted with
                  the mean rate of the others and compared with what happened.
Leaves out        members joining because others do (the back-test shows how far off that leaves us)
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from dxmodels.bundling.bundle_game import cost_alone
from dxmodels.bundling.plan import BundlePlan
from dxmodels.bundling.problem import Floats
from dxmodels.errors import ModelError
from dxmodels.money import format_rate, format_yen
from dxmodels.streams import stream

if TYPE_CHECKING:
    from dxmodels.inputs import Case


@dataclass(frozen=True, eq=False)
class Participation:
    """One purchase under uncertain participation: what it saves if all join, what may be expected, how few members are enough."""

    bundle_id: str
    members: pd.DataFrame = field(repr=False)
    fixed_cost: float
    saving_if_all: float
    expected_saving: float
    standard_error: float
    pays_probability: float
    fewest_members: int
    fewest_if_least_first: int

    def to_frame(self) -> pd.DataFrame:
        """Return one row a member, largest gain first: member, member_gain_yen, join_probability, cumulative_gain_yen, covers_fixed_cost."""
        return self.members.rename(columns={"gain": "member_gain_yen", "cumulative_gain": "cumulative_gain_yen"})

    def summary(self) -> str:
        """Return the answer as one Japanese sentence."""
        return (
            f"固定費を賄って得になるには、削減の大きい順なら{self.fewest_members}者、小さい順なら{self.fewest_if_least_first}者の参加が要る。"
            f"全{len(self.members)}者が参加すれば{format_yen(self.saving_if_all, '億円')}、参加が不確実なら期待値で"
            f"{format_yen(self.expected_saving, '億円')}の削減で、成り立つ確率は{format_rate(self.pays_probability)}。"
        )


@dataclass(frozen=True, eq=False)
class UptakeTest:
    """Each real series predicted with the mean rate of the others, beside what happened."""

    table: pd.DataFrame = field(repr=False)

    def to_frame(self) -> pd.DataFrame:
        """Return one row a series without its internal id."""
        return self.table.drop(columns="uptake_id")

    def summary(self) -> str:
        """Return how far the predictions were off, as Japanese sentences."""
        parts = [
            f"{row.service_ja}は実績{row.members_from}→{row.members_to}団体に対し予測{row.predicted_members:.0f}団体"
            for row in self.table.itertuples()
        ]
        worst = float(self.table["error_members"].abs().max())
        return f"他の調達の速さから予測すると、{'、'.join(parts)}。外れは最大{worst:.0f}団体で、参加の速さは予測できるとは言えない。"


def judge_uptake(case: Case) -> UptakeTest:
    """Return the back-test of the uptake rate as a result to be shown."""
    return UptakeTest(backtest_uptake(case))


def participation_of(
    plan: BundlePlan,
    bundle_id: object,
    join_probability: Mapping[str, float] | float,
    *,
    draws: int = 8192,
    seed: int = 0,
) -> Participation:
    """Return what one purchase of a plan saves when each member joins with its own probability (by unit id, or one for all).

    Raises ModelError where the bundle is not bought or a probability is outside 0..1.
    """
    problem = plan.problem
    inside = np.flatnonzero(plan.taken & (problem.bundle_ids[problem.bundle_of] == bundle_id))
    if not len(inside):
        raise ModelError(f"束「{bundle_id}」はこの計画で調達されていません。")
    units = problem.unit_of[inside]
    gain = cost_alone(problem)[units] - problem.cost[inside]
    fixed = float(problem.fixed_cost[problem.bundle_of[inside[0]]])
    named = "owner_name_ja" if "owner_name_ja" in problem.units else "unit_id"
    ids, names = (
        [str(name) for name in problem.unit_ids[units]],
        [str(name) for name in problem.units[named].iloc[units]],
    )
    chance = np.array(
        [
            join_probability if isinstance(join_probability, float | int) else join_probability.get(name, np.nan)
            for name in ids
        ],
        dtype=float,
    )
    if not ((chance >= 0) & (chance <= 1)).all():
        raise ModelError("参加確率は全参加者について0〜1の数で与えてください。")
    joins = stream(seed, "bundling.participation").random((draws, len(names))) < chance
    saving = np.maximum(0.0, joins @ gain - fixed)
    return Participation(
        bundle_id=str(bundle_id),
        members=_members_table(names, gain, chance, fixed),
        fixed_cost=fixed,
        saving_if_all=float(gain.sum()) - fixed,
        expected_saving=float(saving.mean()),
        standard_error=float(saving.std(ddof=1) / np.sqrt(draws)),
        pays_probability=float((saving > 0).mean()),
        fewest_members=_enough(np.sort(gain)[::-1], fixed),
        fewest_if_least_first=_enough(np.sort(gain), fixed),
    )


def backtest_uptake(case: Case) -> pd.DataFrame:
    """Return the back-test of the uptake rate on the real series of light services (joint_uptake): one row a series.

    Columns: uptake_id, service_ja, years, members_from, members_to, yearly_rate, predicted_members, error_members.
    """
    table = case.table("joint_uptake")
    light = table[table["service_class"] == "light_saas"].sort_values("as_of_date")
    rows = []
    for uptake_id, part in light.groupby("uptake_id", sort=True):
        if len(part) >= 2:
            first, last = part.iloc[0], part.iloc[-1]
            years = (last["as_of_date"] - first["as_of_date"]).days / 365.25
            rows.append(
                (
                    uptake_id,
                    first["service_ja"],
                    years,
                    int(first["members_count"]),
                    int(last["members_count"]),
                    int(first["eligible_count"]),
                )
            )
    frame = pd.DataFrame(rows, columns=["uptake_id", "service_ja", "years", "members_from", "members_to", "eligible"])
    return _with_predictions(frame)


def project_uptake(members: float, eligible: float, yearly_rate: float, years: int) -> Floats:
    """Return expected members after 0..years when each non-member joins with ``yearly_rate`` a year."""
    if not 0 <= yearly_rate <= 1:
        raise ModelError(f"年間の新規参加率 {yearly_rate} は0〜1にしてください。")
    return np.asarray(eligible - (eligible - members) * (1 - yearly_rate) ** np.arange(years + 1))


def _with_predictions(frame: pd.DataFrame) -> pd.DataFrame:
    left = (frame["eligible"] - frame["members_to"]) / (frame["eligible"] - frame["members_from"])
    rate = 1 - left ** (1 / frame["years"])
    # Mean of the other series' log survival, weighted by their member-years at risk: the constant-hazard estimate without this one.
    risk = (frame["eligible"] - frame["members_from"]) * frame["years"]
    hazard = -np.log(1 - rate) * risk
    others = (hazard.sum() - hazard) / (risk.sum() - risk)
    predicted = frame["eligible"] - (frame["eligible"] - frame["members_from"]) * np.exp(-others * frame["years"])
    return frame.assign(
        yearly_rate=rate, predicted_members=predicted, error_members=predicted - frame["members_to"]
    ).drop(columns="eligible")


def _members_table(names: list[str], gain: Floats, chance: Floats, fixed: float) -> pd.DataFrame:
    frame = pd.DataFrame({"member": names, "gain": gain, "join_probability": chance}).sort_values(
        "gain", ascending=False, ignore_index=True
    )
    total = frame["gain"].cumsum()
    return frame.assign(cumulative_gain=total, covers_fixed_cost=total >= fixed)


def _enough(gains: Floats, fixed: float) -> int:
    """How many in this order cover the fixed cost; one more than all where even all do not."""
    covered = np.flatnonzero(np.cumsum(gains) >= fixed - 1e-9)
    return int(covered[0]) + 1 if len(covered) else len(gains) + 1
