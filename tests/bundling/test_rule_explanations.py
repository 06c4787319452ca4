"""Prices of rules and clashes of rules on random cases: against brute force, and by what a proof must satisfy."""

import dataclasses
import itertools

import numpy as np
import pandas as pd
import pytest
from bundle_cases import brute_force, random_tables
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from dxmodels.bundling import BundleProblem, explain_infeasibility, optimize_bundles, plan_without_losers, price_rules
from dxmodels.bundling.bundle_game import cost_alone
from dxmodels.bundling.nobody_loses import losing_choices
from dxmodels.bundling.rules import rule_ids, without_rules
from dxmodels.solver import Effort


def tight_tables(seed: int) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """A random case with three or four rules that often clash: a budget, vendors wanted, a body that must join, a body kept out."""
    choices, bundles, limits = random_tables(seed)
    assert limits is not None
    draw = np.random.default_rng(seed + 1)
    joins = [("joins", ">=", 1.0, 0, name, 1.0) for name in bundles["bundle_id"] if name.startswith("B")]
    out = [("out", "<=", 0.0, unit, f"B{draw.integers(0, 3)}", 1.0) for unit in (0, 1)]
    few = [("few", "<=", 1.0, None, name, 1.0) for name in bundles["bundle_id"] if draw.random() < 0.6]
    more = pd.DataFrame([*joins, *out, *few], columns=limits.columns)
    held = set(zip(choices["unit_id"], choices["bundle_id"], strict=True))
    known = [pd.isna(row.unit_id) or (row.unit_id, row.bundle_id) in held for row in more.itertuples()]
    limits = limits.assign(rhs=limits["rhs"].where(limits["limit_id"] != "budget", float(draw.integers(4, 40))))
    return choices, bundles, pd.concat([limits, more[known]], ignore_index=True)


def limits_without(limits: pd.DataFrame, dropped: set[str]) -> pd.DataFrame | None:
    left = limits[~limits["limit_id"].isin(dropped)]
    return left if len(left) else None


@settings(max_examples=12, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_a_conflict_is_minimal_and_its_easing_makes_a_plan_possible(seed: int) -> None:
    choices, bundles, limits = tight_tables(seed)
    names = set(limits["limit_id"])
    problem = BundleProblem.from_tables(choices, bundles, limits)
    conflict = explain_infeasibility(problem)
    if np.isfinite(brute_force(choices, bundles, limits)):
        assert conflict is None
        return
    assert conflict is not None
    assert not conflict.structural  # going alone is always possible without rules
    # The clashing rules alone admit no plan; without any one of them there is one.
    only = limits_without(limits, names - set(conflict.rules))
    assert np.isinf(brute_force(choices, bundles, only))
    for rule in conflict.rules:
        assert np.isfinite(
            brute_force(choices, bundles, limits_without(limits, (names - set(conflict.rules)) | {rule}))
        )
    assert conflict.options
    for option in conflict.options:
        eased = limits.copy()
        for row in option.table.itertuples():
            slack = 1e-6 if (eased.loc[eased["limit_id"] == row.limit_id, "sense"] == "<=").all() else -1e-6
            eased.loc[eased["limit_id"] == row.limit_id, "rhs"] = row.eased_limit + slack
        assert np.isfinite(brute_force(choices, bundles, eased))
        assert option.bound <= option.total * (1 + 1e-6) + 1e-6
        if option.is_least and len(option.table) == 1 and option.total > 0.05:
            # One row gives: nine tenths of it are not enough.
            row = option.table.iloc[0]
            less = limits.copy()
            less.loc[less["limit_id"] == row["limit_id"], "rhs"] = row["limit"] + 0.9 * (
                row["eased_limit"] - row["limit"]
            )
            assert np.isinf(brute_force(choices, bundles, less))


@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 10_000), relaxed=st.booleans())
def test_prices_of_rules_lie_in_their_proven_range(seed: int, relaxed: bool) -> None:
    choices, bundles, limits = random_tables(seed)
    assert limits is not None
    full = brute_force(choices, bundles, limits)
    assume(np.isfinite(full))
    problem = BundleProblem.from_tables(choices, bundles, limits)
    plan = optimize_bundles(problem)
    prices = price_rules(problem, years=1, relaxed=relaxed, plan=plan)
    for row in prices.table.itertuples():
        true = full - brute_force(choices, bundles, limits_without(limits, {str(row.rule_id)}))
        assert row.price_floor - 1e-6 <= true <= row.price_ceiling + 1e-6
        if not relaxed:
            assert row.price_alone == pytest.approx(true, abs=1e-3)
    # What all rules cost together is shared out without rest.
    if not relaxed and len(prices.table):
        assert prices.table["price_joint"].sum() == pytest.approx(prices.with_rules - prices.without_rules, abs=1e-6)


@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_never_worse_than_alone_and_order_do_not_depend_on_rules(seed: int) -> None:
    """With rules that going alone obeys, no plan costs more than everybody alone; shuffled rows of all three tables change nothing."""
    choices, bundles, limits = random_tables(seed)
    assert limits is not None
    alone = choices[choices["bundle_id"].str.startswith("A")]
    budget = limits[limits["limit_id"] == "budget"]
    used = budget.merge(alone[["unit_id", "bundle_id"]], on=["unit_id", "bundle_id"])["coefficient"].sum()
    limits = limits[limits["limit_id"] == "budget"].assign(rhs=max(float(used), float(budget["rhs"].iloc[0])))
    plan = optimize_bundles(BundleProblem.from_tables(choices, bundles, limits))
    assert plan.objective <= alone["cost"].sum() + 1e-9
    draw = np.random.default_rng(seed)
    mixed = [table.iloc[draw.permutation(len(table))] for table in (choices, bundles, limits)]
    again = optimize_bundles(BundleProblem.from_tables(*mixed))
    pd.testing.assert_frame_equal(again.to_frame(), plan.to_frame())


@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 10_000), factor=st.sampled_from([1e-3, 7.0, 1e6]))
def test_costs_times_k_are_plans_times_k_under_rules_too(seed: int, factor: float) -> None:
    choices, bundles, limits = random_tables(seed)
    plain = optimize_bundles(BundleProblem.from_tables(choices, bundles, limits))
    assume(plain.has_plan)
    scaled = optimize_bundles(
        BundleProblem.from_tables(
            choices.assign(cost=choices["cost"] * factor),
            bundles.assign(fixed_cost=bundles["fixed_cost"] * factor),
            limits,
        )
    )
    assert scaled.objective == pytest.approx(plain.objective * factor)
    assert scaled.bound <= scaled.objective * (1 + 1e-12)


@settings(max_examples=6, deadline=None)
@given(seed=st.integers(0, 10_000), nodes=st.sampled_from([1, 2, None]))
def test_a_limit_is_never_reported_as_a_proof(seed: int, nodes: int | None) -> None:
    tables = random_tables(seed)
    effort = Effort(gap=0.0, nodes=nodes, seconds=None if nodes else 0.05)
    plan = optimize_bundles(BundleProblem.from_tables(*tables), effort=effort)
    best = brute_force(*tables)
    assert plan.bound <= best + 1e-6
    if plan.status == "optimal":
        assert plan.objective == pytest.approx(best, abs=1e-6)
    elif plan.status == "infeasible":
        assert np.isinf(best)
    assert set(rule_ids(plan.problem)) >= set(rule_ids(without_rules(plan.problem, ["budget"])))


def cheapest_where_nobody_loses(problem: BundleProblem, equal_part: float) -> float:
    """The cheapest plan of all in which nobody pays more than alone under the rule, by trying every assignment."""
    alone, best = cost_alone(problem), np.inf
    options = [np.flatnonzero(problem.unit_of == unit) for unit in range(problem.n_units)]
    for chosen in itertools.product(*options):
        taken = np.zeros(problem.n_choices, dtype=bool)
        taken[list(chosen)] = True
        members = np.bincount(problem.bundle_of[taken], minlength=problem.n_bundles)
        opened = members > 0
        fits = (members[opened] >= problem.min_units[opened]).all() and (members <= problem.max_units).all()
        fits = (
            fits
            and (
                np.bincount(problem.bundle_of[taken], problem.load[taken], minlength=problem.n_bundles)
                <= problem.capacity
            ).all()
        )
        if fits and not len(losing_choices(problem, taken, alone, equal_part)):
            best = min(best, problem.value(taken))
    return best


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10_000), equal_part=st.sampled_from([0.0, 0.3, 1.0]))
def test_nobody_loses_in_the_plan_and_its_bound_holds(seed: int, equal_part: float) -> None:
    choices, bundles, _ = random_tables(seed, limits=False)
    problem = BundleProblem.from_tables(choices, bundles)
    people = np.random.default_rng(seed).integers(1, 50, problem.n_units) * 1000.0
    problem = dataclasses.replace(problem, units=problem.units.assign(population_people=people))
    fair = plan_without_losers(problem, equal_part=equal_part)
    assert fair.obeys_rules
    assert not len(losing_choices(problem, fair.plan.taken, cost_alone(problem), equal_part))
    best = cheapest_where_nobody_loses(problem, equal_part)
    assert fair.plan.bound - 1e-6 <= best <= fair.plan.objective + 1e-6
    # Not proven best, but never dearer than everybody in a purchase of its own.
    assert fair.plan.objective <= choices.loc[choices["bundle_id"].str.startswith("A"), "cost"].sum() + 1e-6
