"""Regions tied by a few wide rows: found as they were planted, priced to a bound below the true optimum, and a plan that keeps every row."""

import numpy as np
import pandas as pd
import pytest

from dxmodels.bundling import BundleProblem, optimize_bundles, verify_plan
from dxmodels.bundling import optimize as optimize_module
from dxmodels.bundling.decomposition import Milestone, relax
from dxmodels.bundling.pricing import Pricer
from dxmodels.bundling.regions import find_regions, split_regions
from dxmodels.bundling.volume import find_prices
from dxmodels.solver import Effort

REGIONS, UNITS = 6, 5


def planted(seed: int, *, room: float = 0.7) -> BundleProblem:
    """Six regions of five units with three bundles of their own each, a budget a region, and one row over all of them."""
    draw = np.random.default_rng(seed)
    choices, bundles, rows = [], [], []
    for r in range(REGIONS):
        bundles += [(f"r{r}b{f}", float(draw.integers(5, 25))) for f in range(3)]
        budget = []
        for u in range(UNITS):
            for f in range(3):
                choices.append((f"r{r}u{u}", f"r{r}b{f}", float(draw.integers(1, 30))))
                budget.append((f"budget_{r}", "<=", 40.0, f"r{r}u{u}", f"r{r}b{f}", float(draw.integers(1, 12))))
                rows.append(("national", "<=", 0.0, f"r{r}u{u}", f"r{r}b{f}", float(draw.integers(0, 10))))
            choices.append((f"r{r}u{u}", "alone", float(draw.integers(25, 50))))
        rows += budget
    bundles.append(("alone", 0.0))
    total = sum(row[5] for row in rows if row[0] == "national") / 3
    rows = [(*row[:2], round(room * total), *row[3:]) if row[0] == "national" else row for row in rows]
    return BundleProblem.from_tables(
        pd.DataFrame(choices, columns=["unit_id", "bundle_id", "cost"]),
        pd.DataFrame(bundles, columns=["bundle_id", "fixed_cost"]),
        pd.DataFrame(rows, columns=["limit_id", "sense", "rhs", "unit_id", "bundle_id", "coefficient"]),
    )


def test_regions_are_found_as_planted() -> None:
    problem = planted(1)
    regions = find_regions(problem)
    assert regions is not None
    assert regions.count == REGIONS
    assert [name for name, wide in zip(problem.coupling.limit_ids, regions.wide, strict=True) if wide] == ["national"]
    names = pd.Series(problem.unit_ids).str[:2]
    assert (pd.Series(regions.of_unit).groupby(names).nunique() == 1).all()
    parts = split_regions(problem, regions)
    assert sum(part.problem.n_choices for part in parts) == problem.n_choices
    row = int(np.flatnonzero(regions.wide)[0])
    shares = sum(float(part.problem.coupling.rhs[part.wide].sum()) for part in parts)
    assert shares == pytest.approx(problem.coupling.rhs[row])


@pytest.mark.parametrize("seed", range(6))
def test_bound_below_the_optimum_and_plan_above_it(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    problem = planted(seed, room=0.45)
    best = optimize_bundles(problem, effort=Effort(gap=0))
    monkeypatch.setattr(optimize_module, "_MODERATE_CHOICES", 0)
    monkeypatch.setattr(optimize_module, "_NATIONAL_CHOICES", 0)
    told: list[Milestone] = []
    plan = optimize_bundles(problem, effort=Effort(gap=1e-3, iterations=20), progress=told.append)
    assert best.status == "optimal"
    assert plan.bound <= best.objective + 1e-6
    check = verify_plan(problem, plan)
    assert check.ok, check.violations
    assert check.proven_by_prices  # the bound rests on prices alone
    assert best.objective - 1e-6 <= plan.objective <= 1.1 * best.objective
    # The relaxation's own bound (column generation over the whole problem) is what the prices of the wide row must reach.
    monkeypatch.setattr(optimize_module, "_NATIONAL_CHOICES", 10**9)
    whole = optimize_bundles(problem, effort=Effort(gap=0.99))
    assert plan.certificate.bound == pytest.approx(whole.certificate.bound, rel=2e-3)
    assert {"prices", "region_plan", "plan"} <= {stage.stage for stage in told}


def test_a_run_goes_on_from_a_milestone(monkeypatch: pytest.MonkeyPatch) -> None:
    problem = planted(3, room=0.45)
    monkeypatch.setattr(optimize_module, "_MODERATE_CHOICES", 0)
    monkeypatch.setattr(optimize_module, "_NATIONAL_CHOICES", 0)
    told: list[Milestone] = []
    effort = Effort(gap=1e-2, iterations=5)
    plan = optimize_bundles(problem, effort=effort, progress=told.append)
    middle = [stage for stage in told if stage.stage == "region_plan"][2]
    again = optimize_bundles(problem, effort=effort, start=middle)
    done = np.isin(problem.unit_of, problem.unit_of[middle.taken])
    assert (again.taken[done] == middle.taken[done]).all()
    assert verify_plan(problem, again).ok
    assert again.bound == pytest.approx(plan.bound, rel=1e-2)


@pytest.mark.parametrize("seed", range(4))
def test_prices_of_the_mean_plan_come_near_the_linear_programme(seed: int) -> None:
    problem = planted(seed, room=0.45)
    exact = relax(problem, effort=Effort(gap=1e-6)).prices.bound
    found = find_prices(problem, passes=4000)
    again = Pricer(problem).price(found.prices.pi, found.prices.lam).bound
    assert found.prices.bound == pytest.approx(again)  # the bound is what its own prices prove
    assert exact * (1 - 2e-3) <= found.prices.bound <= exact * (1 + 1e-9)
    assert (found.prices.lam >= 0).all()
    served = np.bincount(problem.unit_of, found.shares, minlength=problem.n_units)
    assert np.abs(served - 1).mean() < 0.1  # the mean plan serves nearly every unit once
    warm = find_prices(problem, passes=200, start=found.prices)
    assert warm.prices.bound >= found.prices.bound


def test_an_impossible_wide_row_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    problem = planted(2)
    wide = np.array([name == "national" for name in problem.coupling.limit_ids])
    rows = problem.coupling
    impossible = type(rows)(
        rows.limit_ids, rows.on_choices, rows.on_bundles, np.where(wide, -1.0, rows.rhs), rows.signs
    )
    monkeypatch.setattr(optimize_module, "_MODERATE_CHOICES", 0)
    monkeypatch.setattr(optimize_module, "_NATIONAL_CHOICES", 0)
    assert optimize_bundles(problem.with_coupling(impossible)).status == "infeasible"
