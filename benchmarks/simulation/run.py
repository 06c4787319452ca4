"""Ratios of the simulation against other programs: one interleaved process, CPU time, equal results.

    python benchmarks/simulation/run.py [--peers FOLDER] [--rounds 3]

The same ten-year 43 × 20 cash-flow model five ways: the workbench (cells; cohorts; cells compiled by the extra "fast"), ema_workbench 2.5 sequential with a competent
NumPy-per-draw version (site-packages of its environment by --peers: requirements-peers.lock), and a plain-Python loop.
Then the full simulation: seconds for 8,192 draws × 4 options, error bands, and memory growth at 131,072 draws.
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import sys
import time
from collections.abc import Callable

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np

from dxmodels.consolidation.cash_flow import DRAW_COLUMNS, MovePlan, net_present_cost
from dxmodels.consolidation.simulation import simulate
from dxmodels.errors import ModelError
from dxmodels.inputs import load_case

YEARS, BODIES, TASKS = 10, 43, 20
LOW = np.array([0.8, 0.0, 0.00, 0.05, 0.0, 0.4, 0.0, 0.01])
HIGH = np.array([2.5, 3.0, 0.04, 0.40, 1.0, 1.0, 0.5, 0.04])


def make_plan(seed: int = 0) -> MovePlan:
    """Return 43 × 20 cells with costs growing less than population, planned over six years, half of them locked in."""
    draw = np.random.default_rng(seed)
    annual = np.outer(np.exp(draw.normal(0, 1.1, BODIES)) ** 0.7, draw.uniform(0.2, 2.0, TASKS)).ravel()
    move = annual * draw.uniform(0.8, 2.0, annual.size)
    locked = annual * (draw.random(annual.size) < 0.5)
    return MovePlan(annual, move, locked, draw.integers(0, 6, annual.size), YEARS)


def numpy_per_draw(plan: MovePlan) -> Callable[..., float]:
    """Return what a careful user of another workbench writes: one draw, all years and cells at once."""
    years, planned = np.arange(YEARS)[:, None], plan.planned_year[None, :].astype(float)

    def model(overrun, delay, inflation, saving, exit_fee, take_up, subsidy, discount):  # type: ignore[no-untyped-def]
        since = years - (planned + delay)
        done = np.clip(since, 0, 1)
        moving = done - np.clip(since - 1, 0, 1)
        weight = plan.move_yen * (overrun * (1 - subsidy) * take_up) + plan.locked_yen * exit_fee
        yearly = (plan.annual_yen * (1 - saving * take_up * done) + moving * weight).sum(1)
        return float((yearly * ((1 + inflation) / (1 + discount)) ** np.arange(YEARS)).sum())

    return model


def plain_python(plan: MovePlan) -> Callable[..., float]:
    """Return the same model as nested loops over float64 numbers."""
    cells = list(zip(plan.annual_yen.tolist(), plan.move_yen.tolist(), plan.locked_yen.tolist(), plan.planned_year.tolist(), strict=True))  # fmt: skip

    def model(overrun, delay, inflation, saving, exit_fee, take_up, subsidy, discount):  # type: ignore[no-untyped-def]
        total = 0.0
        for year in range(YEARS):
            amount = 0.0
            for annual, move, locked, planned in cells:
                since = year - planned - delay
                done = 0.0 if since < 0 else (1.0 if since >= 1 else since)
                before = 0.0 if since - 1 < 0 else (1.0 if since - 1 >= 1 else since - 1)
                amount += annual * (1 - saving * take_up * done)
                amount += (done - before) * (move * overrun * (1 - subsidy) * take_up + locked * exit_fee)
            total += amount * ((1 + inflation) / (1 + discount)) ** year
        return total

    return model


def ema_runner(plan: MovePlan, rows: np.ndarray) -> Callable[[], np.ndarray] | None:
    """Return a sequential ema_workbench run over exactly these draws, or None where it is not installed."""
    try:
        from ema_workbench import Model, RealParameter, ScalarOutcome, SequentialEvaluator, ema_logging  # type: ignore[import-not-found, unused-ignore]
        from ema_workbench.em_framework import points  # type: ignore[import-not-found, unused-ignore]
    except ImportError as error:
        print("ema_workbench:", error)
        return None
    ema_logging.log_to_stderr(40)  # errors only
    function = numpy_per_draw(plan)
    model = Model("plan", function=lambda **inputs: {"cost": function(**inputs)})
    model.uncertainties = [RealParameter(n, lo, hi) for n, lo, hi in zip(DRAW_COLUMNS, LOW, HIGH, strict=True)]
    model.outcomes = [ScalarOutcome("cost")]
    kind = getattr(points, "Sample", None) or points.Scenario
    made = [kind(str(i), **dict(zip(DRAW_COLUMNS, row.tolist(), strict=True))) for i, row in enumerate(rows)]

    def run() -> np.ndarray:
        with SequentialEvaluator(model) as evaluator:
            experiments, outcomes = evaluator.perform_experiments(scenarios=made)
        frame = experiments[list(DRAW_COLUMNS)].to_numpy(float)
        assert np.allclose(frame, rows)
        return np.asarray(outcomes["cost"])

    return run


def cpu(function: Callable[[], np.ndarray]) -> tuple[float, np.ndarray]:
    """Return CPU seconds and the values."""
    start = time.process_time()
    values = function()
    return time.process_time() - start, values


def compare(rounds: int) -> None:
    """Print draws a CPU second and ratios, interleaved over the rounds."""
    plan = make_plan()
    cohorts = plan.collapse()
    rows = LOW + np.random.default_rng(1).random((20_000, len(LOW))) * (HIGH - LOW)
    few, fewer = rows[:2_000], rows[:60]
    ema, loop = ema_runner(plan, few), plain_python(plan)
    runs: dict[str, tuple[int, Callable[[], np.ndarray]]] = {
        "cells": (len(rows), lambda: net_present_cost(plan, rows)),
        "cohorts": (len(rows), lambda: net_present_cost(cohorts, rows, chunk=1024)),
        "compiled": (len(rows), lambda: net_present_cost(plan, rows, engine="numba")),
        "python": (len(fewer), lambda: np.array([loop(*row) for row in fewer.tolist()])),
    }
    if ema is not None:
        runs["ema"] = (len(few), ema)
    speeds: dict[str, list[float]] = {name: [] for name in runs}
    truth = net_present_cost(plan, rows)
    try:
        net_present_cost(plan, rows[:2], engine="numba")  # compiled once, outside the clock
    except ModelError as error:
        print(error)
        del runs["compiled"]
        del speeds["compiled"]
    for _ in range(rounds):
        for name, (count, run) in runs.items():
            seconds, values = cpu(run)
            assert np.allclose(values, truth[:count], rtol=1e-10, atol=0), name
            speeds[name].append(count / seconds)
    middle = {name: statistics.median(values) for name, values in speeds.items()}
    for name, speed in middle.items():
        ratios = "   ".join(
            f"{own} ×{middle[own] / speed:8.1f}" for own in ("cells", "cohorts", "compiled") if own in middle
        )
        print(f"{name:8s} {speed:12,.0f} draws/s   {ratios}")


def full_simulation() -> None:
    """Print CPU seconds, error bands and memory growth of ``simulate``."""
    case = load_case("osaka")
    simulate(case, draws=64, seed=1)
    start = time.process_time()
    result = simulate(case, draws=8192, seed=2026)
    print(f"8,192 draws × 4 options: {time.process_time() - start:.1f} CPU seconds (target 20)")
    table = result.totals().query("statistic_ja in ['P5', 'P50', 'P95']")
    print(table.groupby("statistic_ja")["error_rate"].max().map("{:.3%}".format).to_string())
    del result
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    simulate(case, ["joint_council"], draws=131_072, seed=2026)
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    print(f"131,072 draws × 1 option: memory growth {grown:,.0f} MB (target 300 for 100,000 draws)")


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--peers", default="", help="site-packages of the environment of requirements-peers.lock")
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    if asked.peers:
        sys.path.append(asked.peers)
    compare(asked.rounds)
    full_simulation()
