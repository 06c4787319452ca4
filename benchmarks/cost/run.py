"""Measured claims of the cost room: coverage of its intervals, what scrambled Sobol' points save, what search costs.

Ratios and rates only (machines differ); runs in about two minutes on one thread.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from dxmodels.cost import draw_overruns, estimate_optimism_bias, estimate_scale, fit_overruns, switching_value
from dxmodels.inputs import Register, load_register

SIZES = np.exp(np.linspace(np.log(5_000), np.log(2_700_000), 43))
KNOT, BELOW, ABOVE = 150_000.0, 0.53, 1.10


def main() -> None:
    for claim in (coverage_of_elasticities, coverage_of_bias, sobol_against_plain, evaluations_of_a_search):
        print(f"\n== {claim.__doc__}")
        claim()


def coverage_of_elasticities(rounds: int = 1_000) -> None:
    """Coverage of nominal 95 % intervals of both elasticities, 43 bodies, planted 0.53 and 1.10."""
    for label, tasks, body in (("one row a body, HC3 and t", 1, None), ("20 rows a body, random body, CV3 and t", 20, "body"),
                               ("20 rows a body pooled as if independent", 20, None)):  # fmt: skip
        hits = np.zeros(2)
        for seed in range(rounds):
            curve = estimate_scale(
                _planted(seed, tasks), size="people", cost="cost", knot=KNOT, body=body, folds=2, repeats=1
            )
            for side, (name, truth) in enumerate((("below", BELOW), ("above", ABOVE))):
                _, low, high = curve.elasticity(name)
                hits[side] += low <= truth <= high
        print(f"{label:45s} below {hits[0] / rounds:.3f}   above {hits[1] / rounds:.3f}")


def coverage_of_bias(rounds: int = 300) -> None:
    """Coverage of the optimism bias (true ratio e^0.15), systems of five years each: t interval and bootstrap by system."""
    for systems in (5, 10, 20, 40):
        generator, hits = np.random.default_rng(systems), np.zeros(2)
        for _ in range(rounds):
            own = np.repeat(generator.normal(0.15, 0.3, systems), 5)
            ratios = np.exp(own + generator.normal(0, 0.05, systems * 5))
            table = pd.DataFrame({"system_id": np.repeat([f"S{i}" for i in range(systems)], 5),
                                  "fiscal_year": np.tile(range(2021, 2026), systems), "cost_item": "operation_work",
                                  "budget_yen": 10**9, "settled_yen": np.round(ratios * 10**9).astype(int)})  # fmt: skip
            row = (
                estimate_optimism_bias(table, seed=1, small_n=10, resamples=400)
                .table.set_index("cost_class")
                .loc["running"]
            )
            truth = np.exp(0.15)
            hits += [
                row["low_ratio"] <= truth <= row["high_ratio"],
                row["bootstrap_low_ratio"] <= truth <= row["bootstrap_high_ratio"],
            ]
        print(f"n = {systems:2d} systems   t {hits[0] / rounds:.3f}   bootstrap {hits[1] / rounds:.3f}")


def sobol_against_plain(repeats: int = 24) -> None:
    """Relative sd of the portfolio's quantiles over repeats: plain draws against scrambled Sobol' points, same number of draws."""
    params = fit_overruns(load_register())
    for systems in (1, 20, 145):
        amounts = np.exp(np.random.default_rng(5).normal(17, 1.2, systems))
        for draws in (2_048, 8_192):
            spread = {}
            for quasi in (False, True):
                totals = [
                    draw_overruns(draws, params=params, systems=systems, seed=seed, quasi=quasi) @ amounts
                    for seed in range(repeats)
                ]
                spread[quasi] = np.array([np.std([np.quantile(t, q) for t in totals], ddof=1) / np.mean([np.quantile(t, q) for t in totals]) for q in (0.5, 0.8, 0.95)])  # fmt: skip
            print(f"{systems:3d} systems {draws:5d} draws   Sobol' rel. sd P50/P80/P95 {np.round(spread[True] * 100, 2)} %   plain ÷ Sobol' {np.round(spread[False] / spread[True], 1)}")  # fmt: skip


def evaluations_of_a_search() -> None:
    """Model evaluations of one switching value by number of scan points (a cubic with three crossings)."""
    register = Register.of(x=(0.0, 5.0, 10.0))
    for points in (9, 25, 49):
        found = switching_value(lambda changed: (changed.value("x") - 1) * (changed.value("x") - 4) * (changed.value("x") - 9), "x", register=register, points=points)  # fmt: skip
        print(f"{points:2d} points: {found.evaluations} evaluations, {len(found.crossings)} crossings")


def _planted(seed: int, tasks: int) -> pd.DataFrame:
    generator, logs, edge = np.random.default_rng(seed), np.log(SIZES), np.log(KNOT)
    curve = 9 + BELOW * np.minimum(logs, edge) + ABOVE * np.maximum(logs - edge, 0) + generator.normal(0, 0.16, 43)
    rows = [
        pd.DataFrame({"body": range(43), "people": SIZES, "cost": np.exp(curve + generator.normal(0, 0.22, 43))})
        for _ in range(tasks)
    ]
    return pd.concat(rows, ignore_index=True)


if __name__ == "__main__":
    main()
