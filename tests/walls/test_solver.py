"""The one adapter to the solver: same answers as PuLP's own route, limits never called optimal, signs of maximisation and duals."""

import numpy as np
import pulp
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from dxmodels.errors import ModelError
from dxmodels.solver import INFEASIBLE, UNBOUNDED, Effort, GrowingLp, LinearProblem, relative_gap, solve, solve_arrays


def random_model(seed: int, *, integer: bool, sense: int) -> pulp.LpProblem:
    """A bounded random problem: 6 variables, 4 rows of mixed sense through a known feasible point."""
    draw = np.random.default_rng(seed)
    model = pulp.LpProblem("random", sense)
    category = "Integer" if integer else "Continuous"
    x = [pulp.LpVariable(f"x{i}", 0, 9, category) for i in range(6)]
    model += pulp.lpSum(float(c) * v for c, v in zip(draw.integers(-9, 10, 6), x, strict=True)) + 7.5
    inside = draw.integers(0, 6, 6)
    for r in range(4):
        weight = draw.integers(-5, 6, 6)
        left, right = pulp.lpSum(float(a) * v for a, v in zip(weight, x, strict=True)), float(weight @ inside)
        model += (left <= right + 3, f"r{r}") if r % 2 else (left >= right - 2, f"r{r}")
    return model


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 9999), integer=st.booleans(), sense=st.sampled_from([pulp.LpMinimize, pulp.LpMaximize]))
def test_same_optimum_as_the_plain_route(seed: int, integer: bool, sense: int) -> None:
    ours, plain = (random_model(seed, integer=integer, sense=sense) for _ in range(2))
    report = solve(ours, effort=Effort(gap=0))
    plain.solve(pulp.HiGHS(msg=False, gapRel=0))
    assert report.objective == pytest.approx(pulp.value(plain.objective), abs=1e-6)
    assert pulp.value(ours.objective) == pytest.approx(report.objective, abs=1e-6)
    assert report.status == "optimal"
    assert report.gap <= 1e-9


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 9999), sense=st.sampled_from([pulp.LpMinimize, pulp.LpMaximize]))
def test_duals_are_the_change_of_the_objective_per_unit_of_right_hand_side(seed: int, sense: int) -> None:
    model = random_model(seed, integer=False, sense=sense)
    base = solve(model)
    duals = {name: row.pi for name, row in model.constraints.items()}
    for name, dual in duals.items():
        steps = []
        for step in (1e-5, -1e-5):
            moved = random_model(seed, integer=False, sense=sense)
            moved.constraints[name].changeRHS(-moved.constraints[name].constant + step)
            steps.append((solve(moved).objective - base.objective) / step)
        # At a kink the dual lies between the two one-sided slopes.
        assert min(steps) - 1e-4 <= dual <= max(steps) + 1e-4


def hard_knapsack() -> pulp.LpProblem:
    """Equal-sum halves of odd numbers with an odd gap: trivial to state, thousands of nodes to prove."""
    draw = np.random.default_rng(5)
    model = pulp.LpProblem("hard", pulp.LpMaximize)
    x = [[pulp.LpVariable(f"x{i}_{j}", cat="Binary") for j in range(5)] for i in range(40)]
    weight = draw.integers(20, 100, (40, 5))
    value = weight + draw.integers(-2, 3, (40, 5))
    model += pulp.lpSum(float(value[i, j]) * x[i][j] for i in range(40) for j in range(5))
    for i in range(40):
        model += pulp.lpSum(x[i]) <= 1
    for j in range(5):
        model += pulp.lpSum(float(weight[i, j]) * x[i][j] for i in range(40)) <= 251.5
    return model


@pytest.mark.parametrize("effort", [Effort(gap=0.0, nodes=1), Effort(gap=0.0, seconds=0.05)])
def test_a_limit_is_never_reported_as_optimal(effort: Effort) -> None:
    report = solve(hard_knapsack(), effort=effort)
    if report.status == "optimal":
        assert report.gap == pytest.approx(0, abs=1e-9)
    else:
        assert report.status in ("feasible", "no_solution")
        assert report.bound >= report.objective or not report.has_solution


def test_maximisation_is_reported_in_its_own_sense() -> None:
    model = pulp.LpProblem("m", pulp.LpMaximize)
    x = pulp.LpVariable("x", 0, 4)
    model += 3 * x + 1
    model += x <= 2, "cap"
    report = solve(model)
    assert (report.objective, report.bound, x.varValue) == (7, 7, 2)
    assert model.constraints["cap"].pi == pytest.approx(3)


def test_infeasible_and_unbounded_are_told_apart() -> None:
    x = pulp.LpVariable("x", 0)
    empty = pulp.LpProblem("a", pulp.LpMinimize)
    empty += x
    empty += x <= -1
    assert solve(empty).status == INFEASIBLE
    endless = pulp.LpProblem("b", pulp.LpMaximize)
    endless += x
    endless += x >= 1
    assert solve(endless).status in (UNBOUNDED, INFEASIBLE)


def test_a_growing_lp_ends_where_the_whole_lp_ends() -> None:
    draw = np.random.default_rng(2)
    matrix, cost = draw.uniform(0, 1, (6, 30)), draw.uniform(1, 2, 30)
    whole = solve_arrays(
        LinearProblem(
            cost,
            sparse.csr_matrix(matrix),
            np.ones(6),
            np.full(6, np.inf),
            np.zeros(30),
            np.full(30, np.inf),
            np.zeros(30, dtype=bool),
        )
    )
    grown = GrowingLp()
    grown.add_rows(sparse.csr_matrix((5, 0)), np.ones(5), np.full(5, np.inf))
    grown.add_columns(sparse.csc_matrix(matrix[:5, :15]), cost[:15], np.full(15, np.inf))
    grown.solve()
    grown.add_columns(sparse.csc_matrix(matrix[:5, 15:]), cost[15:], np.full(15, np.inf))
    assert grown.add_rows(sparse.csr_matrix(matrix[5:]), np.ones(1), np.full(1, np.inf)) == 5
    report = grown.solve()
    assert report.objective == pytest.approx(whole.objective)
    assert report.row_duals.sum() == pytest.approx(whole.objective)  # strong duality: every right-hand side is 1


def test_effort_refuses_impossible_values_and_gap_is_relative() -> None:
    for wrong in ({"gap": 1.0}, {"nodes": 0}, {"seconds": -1.0}, {"threads": 0}):
        with pytest.raises(ModelError):
            Effort(**wrong)  # type: ignore[arg-type]
    assert relative_gap(200.0, 198.0) == pytest.approx(0.01)
    assert relative_gap(float("inf"), 1.0) == float("inf")
