"""Bundles, exits and scale of the earlier rooms change the simulation in the right direction, and only where they may."""

import dataclasses

import numpy as np
import pandas as pd
import pytest

from dxmodels.bundling import BundleParams, BundlePlan, build_problem, optimize_bundles
from dxmodels.consolidation import build_fleet, plan_roadmap, simulate
from dxmodels.consolidation.result import SimulationResult
from dxmodels.consolidation.settings import read_structure
from dxmodels.cost.scale import ScaleCurve, estimate_scale
from dxmodels.errors import ModelError
from dxmodels.inputs import Case, Register, load_option
from dxmodels.lockin import ExitPlan, plan_exits
from dxmodels.solver import Effort

SMALL = {"draws": 64, "seed": 7}


@pytest.fixture(scope="module")
def plain(osaka: Case) -> SimulationResult:
    return simulate(osaka, ["status_quo", "stronger_governance", "joint_council"], **SMALL)


def plan_of(osaka: Case, register: Register, option: str) -> BundlePlan:
    params = BundleParams(register, scopes=("prefecture",), tasks=("T01", "T13"))
    return optimize_bundles(build_problem(osaka, params, option=load_option(option)), effort=Effort(gap=0.02))


def cheaper(plan: BundlePlan, factor: float) -> BundlePlan:
    """Return the plan with every joint purchase at ``factor`` of its price."""
    problem = plan.problem
    joint = (problem.bundles["size_class"].astype(int) > 1).to_numpy()
    return dataclasses.replace(
        plan,
        problem=dataclasses.replace(
            problem,
            cost=np.where(joint[problem.bundle_of], problem.cost * factor, problem.cost),
            fixed_cost=np.where(joint, problem.fixed_cost * factor, problem.fixed_cost),
        ),
    )


def curve_of(elasticity: float) -> ScaleCurve:
    draw = np.random.default_rng(3)
    people = np.exp(draw.uniform(np.log(5e3), np.log(9e5), 120))
    cost = 1e4 * people**elasticity * np.exp(draw.normal(0, 0.05, people.size))
    return estimate_scale(
        pd.DataFrame({"n": people, "c": cost}), size="n", cost="c", knot=200_000.0, resamples=9, repeats=1
    )


def exits_of(osaka: Case, *, value: float, count: int, fte: float = 0.0) -> ExitPlan:
    systems = osaka.table("systems")["system_id"].astype(str).head(count)
    rows = {"exit_fy": osaka.base_fy + 1, "value_yen": value, "switching_yen": 1e6, "exit_fte": fte, "vendor_id": "V01"}
    return plan_exits(pd.DataFrame({"system_id": systems}).assign(**rows))


def test_a_cheaper_plan_is_a_cheaper_council_and_its_saving_is_scaled_by_what_is_realised(
    osaka: Case, register: Register
) -> None:
    plan = plan_of(osaka, register, "joint_council")
    options = ["status_quo", "joint_council"]
    dear, cheap = (simulate(osaka, options, bundle_plan=each, **SMALL) for each in (plan, cheaper(plan, 0.7)))
    assert cheap.npv("joint_council").mean() < dear.npv("joint_council").mean()
    np.testing.assert_array_equal(cheap.npv("status_quo"), dear.npv("status_quo"))
    assert "共同調達の計画" in cheap.earlier.summary()


def test_who_is_in_no_joint_purchase_of_the_plan_never_moves(osaka: Case, register: Register) -> None:
    alone = simulate(osaka, ["joint_council"], bundle_plan=plan_of(osaka, register, "status_quo"), **SMALL)
    assert alone.measures["joint_council"]["members"].max() == 0
    joint = simulate(osaka, ["joint_council"], bundle_plan=plan_of(osaka, register, "joint_council"), **SMALL)
    found = joint.earlier.bundles
    assert found is not None
    assert ((found.promise >= 0) & (found.promise < 1)).all()
    assert (joint.unit_shared["joint_council"][found.cover == 0] == 0).all()


def test_stronger_scale_makes_the_council_cheaper_and_no_scale_promises_nothing(osaka: Case) -> None:
    strong, weak, none = (
        simulate(osaka, ["status_quo", "joint_council"], scale=curve_of(b), **SMALL) for b in (0.5, 0.9, 1.3)
    )
    gaps = [found.difference("joint_council").mean() for found in (strong, weak, none)]
    assert gaps == sorted(gaps)
    assert none.earlier.scale is not None
    promise = none.earlier.promise(
        {name: none.inputs[name].to_numpy() for name in none.inputs}, none.fleet.is_prefecture
    )
    assert (promise[:, ~none.fleet.is_prefecture] == 0).all()


def test_exits_save_only_where_the_option_re_tenders(osaka: Case, plain: SimulationResult) -> None:
    worth = simulate(osaka, list(plain.options), exit_plan=exits_of(osaka, value=5e8, count=10), **SMALL)
    np.testing.assert_array_equal(worth.npv("status_quo"), plain.npv("status_quo"))
    assert (worth.npv("stronger_governance") < plain.npv("stronger_governance")).all()
    richer = simulate(osaka, ["stronger_governance"], exit_plan=exits_of(osaka, value=9e8, count=10), **SMALL)
    assert (richer.npv("stronger_governance") < worth.npv("stronger_governance")).all()


def test_capacity_is_what_the_exit_plan_leaves(osaka: Case, plain: SimulationResult) -> None:
    """As many exits as there are slots in 2027: nobody else can move in that year, and the moves come later."""
    busy = simulate(osaka, list(plain.options), exit_plan=exits_of(osaka, value=1e3, count=240), **SMALL)
    year = plain.years.index(osaka.base_fy + 1)
    least = plain.calibration.slots_share_per_year * plain.fleet.total_systems - 240
    for option in ("stronger_governance", "joint_council"):
        assert busy.measures[option]["slots_used"][:, year].max() <= max(0.0, least) + 1e-6
        assert (busy.measures[option]["late_systems"] >= plain.measures[option]["late_systems"]).all()
    np.testing.assert_array_equal(busy.measures["status_quo"]["slots_used"], plain.measures["status_quo"]["slots_used"])


def test_a_plan_of_another_case_is_refused(osaka: Case) -> None:
    stranger = exits_of(osaka, value=1e6, count=3)
    stranger.years["system_id"] = ["X1", "X2", "X3"]
    with pytest.raises(ModelError, match="台帳にありません"):
        simulate(osaka, exit_plan=stranger, **SMALL)


def test_the_roadmap_keeps_to_what_the_exits_leave(osaka: Case, register: Register) -> None:
    fleet, structure = build_fleet(osaka), read_structure(load_option("joint_council"))
    plan = exits_of(osaka, value=1e6, count=150, fte=2.0)
    free, left = (
        plan_roadmap(fleet, structure, register, delays=()),
        plan_roadmap(fleet, structure, register, exit_plan=plan, delays=()),
    )
    rows = [
        found.load[(found.load["plan"] == "foresight") & (found.load["fiscal_year"] == osaka.base_fy + 1)]
        for found in (free, left)
    ]
    before, after = (part.iloc[0] for part in rows)
    assert after["slots_count"] == pytest.approx(max(0.0, before["slots_count"] - 150))
    assert after["staff_available_fte"] <= before["staff_available_fte"]
    assert after["moved_systems_count"] <= after["slots_count"] + 1e-6
    assert left.plans["gain_yen"].iloc[0] <= free.plans["gain_yen"].iloc[0] + 1e6
