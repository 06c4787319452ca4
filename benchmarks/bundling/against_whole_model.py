"""How much sooner does the decomposition reach a proven gap than the same model given whole to HiGHS and CBC through PuLP?

    python benchmarks/bundling/against_whole_model.py [--tasks 20] [--limit 300] [--cbc]

Everything runs in one process, one after the other, and is stated as a ratio of processor seconds; "> n" where the whole model never got
to 0.5 % within the limit. Without --limit raised, the whole coupled model is expected to end at its limit.
"""

from __future__ import annotations

import argparse
import time

import pulp
from instances import couple, make_instance

from dxmodels.bundling import BundleProblem, optimize_bundles, verify_plan
from dxmodels.bundling.strong import strong_arrays, strong_model
from dxmodels.solver import Effort, solve_arrays

TARGET = 5e-3


def ours(problem: BundleProblem, gap: float, steps: int) -> tuple[float, float]:
    began = time.process_time()
    plan = optimize_bundles(problem, effort=Effort(gap=gap, iterations=steps or None))
    seconds = time.process_time() - began
    check = verify_plan(problem, plan)
    print(f"  decomposition      {seconds:8.1f} s  gap {plan.gap:.3%}  checked {check.ok}  by prices {check.gap:.3%}")
    return seconds, plan.gap


def whole_highs(problem: BundleProblem, limit: float) -> tuple[float, float]:
    began = time.process_time()
    report = solve_arrays(strong_arrays(problem), effort=Effort(gap=TARGET, seconds=limit))
    seconds = time.process_time() - began
    print(f"  whole, HiGHS       {seconds:8.1f} s  gap {report.gap:.3%}  {report.status}")
    return seconds, report.gap


def whole_cbc(problem: BundleProblem, limit: float) -> tuple[float, float]:
    began = time.perf_counter()
    model = strong_model(problem)
    model.solve(pulp.PULP_CBC_CMD(msg=False, timeLimit=limit, gapRel=TARGET, threads=1))
    seconds = time.perf_counter() - began
    found = model.sol_status in (pulp.LpSolutionOptimal, pulp.LpSolutionIntegerFeasible)
    value = pulp.value(model.objective) if found else float("inf")
    print(f"  whole, CBC (wall)  {seconds:8.1f} s  objective {value:,.1f}  {pulp.LpSolution[model.sol_status]}")
    proven = model.sol_status == pulp.LpSolutionOptimal
    return seconds, TARGET if proven else float("inf")


def compare(name: str, problem: BundleProblem, gap: float, steps: int, limit: float, cbc: bool) -> None:
    print(
        f"{name}: {problem.n_units} units, {problem.n_bundles} bundles, {problem.n_choices} choices, {len(problem.coupling)} rows"
    )
    own, _ = ours(problem, gap, steps)
    rivals = [("HiGHS", whole_highs)] + ([("CBC", whole_cbc)] if cbc else [])
    for label, rival in rivals:
        seconds, reached = rival(problem, limit)
        sign = "" if reached <= TARGET else "> "
        print(f"  ratio to {label}: {sign}{seconds / own:.0f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bodies", type=int, default=43)
    parser.add_argument("--tasks", type=int, default=20)
    parser.add_argument("--limit", type=float, default=300.0)
    parser.add_argument("--steps", type=int, default=0)
    parser.add_argument("--cbc", action="store_true")
    given = parser.parse_args()
    free = make_instance(given.bodies, given.tasks)
    compare("uncoupled", free, 1e-3, given.steps, given.limit, given.cbc)
    compare("coupled", couple(free), TARGET, given.steps, given.limit, given.cbc)


if __name__ == "__main__":
    main()
