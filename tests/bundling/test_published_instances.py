"""Published location instances reach their known optima through the neutral door (sources: tests/bundling/published/README.md)."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from dxmodels.bundling import BundleProblem, optimize_bundles, verify_plan
from dxmodels.bundling import optimize as optimize_module

PUBLISHED = Path(__file__).parent / "published"


def tables(costs: np.ndarray, fixed: np.ndarray, demand: np.ndarray, capacity: np.ndarray | None):
    """``costs`` is sites × customers."""
    sites, customers = costs.shape
    choices = pd.DataFrame(
        {
            "unit_id": np.tile(np.arange(customers), sites),
            "bundle_id": np.repeat(np.arange(sites), customers),
            "cost": costs.ravel(),
            "load": np.tile(demand, sites),
        }
    )
    bundles = pd.DataFrame({"bundle_id": np.arange(sites), "fixed_cost": fixed})
    return choices, bundles if capacity is None else bundles.assign(capacity=capacity)


def cap71():
    numbers = np.array((PUBLISHED / "orlib_cap71.txt").read_text().split(), dtype=float)
    sites, customers = int(numbers[0]), int(numbers[1])
    heads = numbers[2 : 2 + 2 * sites].reshape(sites, 2)
    rows = numbers[2 + 2 * sites :].reshape(customers, sites + 1)
    return tables(rows[:, 1:].T, heads[:, 1], rows[:, 0], heads[:, 0])


def holmberg_p1():
    numbers = np.array((PUBLISHED / "holmberg_p1.txt").read_text().split(), dtype=float)
    sites, customers = int(numbers[0]), int(numbers[1])
    heads = numbers[2 : 2 + 2 * sites].reshape(sites, 2)
    rest = numbers[2 + 2 * sites :]
    return tables(rest[customers:].reshape(sites, customers), heads[:, 1], rest[:customers], heads[:, 0])


def warehouses():
    # CSPLib problem 034 (from the OPL book): capacity counts stores, so it is a most-members limit; optimum 383.
    costs = np.array(
        [
            [20, 24, 11, 25, 30], [28, 27, 82, 83, 74], [74, 97, 71, 96, 70], [2, 55, 73, 69, 61], [46, 96, 59, 83, 4],
            [42, 22, 29, 67, 59], [1, 5, 73, 59, 56], [10, 73, 13, 43, 96], [93, 35, 63, 85, 46], [47, 65, 55, 71, 95],
        ]
    )  # fmt: skip
    choices, bundles = tables(costs.T, np.full(5, 30.0), np.ones(10), None)
    return choices, bundles.assign(max_units=[1, 4, 2, 1, 3])


@pytest.mark.parametrize("whole", [True, False])
@pytest.mark.parametrize(
    ("instance", "optimum"),
    [(cap71, 932615.750), (holmberg_p1, 8848.0), (warehouses, 383.0)],
    ids=lambda x: getattr(x, "__name__", None),
)
def test_known_optima_by_both_routes(instance, optimum, whole, monkeypatch) -> None:
    if not whole:
        monkeypatch.setattr(optimize_module, "_MODERATE_CHOICES", 0)
    problem = BundleProblem.from_tables(*instance())
    plan = optimize_bundles(problem)
    assert plan.objective == pytest.approx(optimum, abs=1e-3)
    assert plan.status == "optimal"
    check = verify_plan(problem, plan)
    assert check.ok, check.violations
