"""How much sooner does the decomposition reach a proven gap than the same model given whole to HiGHS and CBC through PuLP?

    python benchmarks/bundling/against_whole_model.py [--bodies 43] [--tasks 20] [--limit 300] [--cbc]

One after the other in one run. Times are processor seconds, so that other work on the machine does not count, and so is the limit: each rival
runs in a process of its own that the system stops when it has used up ``--limit``. The ratio is time to a proven 0.5 % against ours;
"> n" where the rival never got there within the limit.
"""

from __future__ import annotations

import argparse
import multiprocessing
import resource
import time
from collections.abc import Callable

import pulp
from instances import couple, make_instance

from dxmodels.bundling import BundleProblem, optimize_bundles, verify_plan
from dxmodels.bundling.strong import strong_arrays, strong_model
from dxmodels.solver import OPTIMAL, Effort, solve_arrays

TARGET = 5e-3


def ours(problem: BundleProblem, steps: int) -> float:
    began = time.process_time()
    plan = optimize_bundles(problem, effort=Effort(gap=TARGET, iterations=steps))
    seconds = time.process_time() - began
    check = verify_plan(problem, plan)
    print(
        f"  decomposition      {seconds:8.1f} s  gap {plan.gap:.3%}  checked {check.ok}  by prices {check.gap:.3%}",
        flush=True,
    )
    return seconds


def whole_highs(problem: BundleProblem) -> bool:
    return solve_arrays(strong_arrays(problem), effort=Effort(gap=TARGET)).status == OPTIMAL


def whole_cbc(problem: BundleProblem) -> bool:
    model = strong_model(problem)
    try:
        model.solve(pulp.PULP_CBC_CMD(msg=False, gapRel=TARGET, threads=1))
    except pulp.PulpSolverError:  # stopped by the system at its limit
        return False
    return bool(model.sol_status == pulp.LpSolutionOptimal)


def within(limit: float, rival: Callable[[BundleProblem], bool], problem: BundleProblem) -> tuple[float, bool]:
    """Processor seconds of the rival with its own children, and whether it proved the target before the limit."""
    context = multiprocessing.get_context("fork")
    proven = context.Value("b", 0)

    def work() -> None:
        resource.setrlimit(resource.RLIMIT_CPU, (int(limit), int(limit)))
        proven.value = rival(problem)

    def used() -> float:
        usage = resource.getrusage(resource.RUSAGE_CHILDREN)
        return usage.ru_utime + usage.ru_stime

    before, process = used(), context.Process(target=work)
    process.start()
    process.join()
    return used() - before, bool(proven.value)


def compare(name: str, problem: BundleProblem, steps: int, limit: float, cbc: bool) -> None:
    size = f"{problem.n_units} units, {problem.n_bundles} bundles, {problem.n_choices} choices, {len(problem.coupling)} rows"
    print(f"{name}: {size}", flush=True)
    own = ours(problem, steps)
    for label, rival in [("HiGHS", whole_highs)] + ([("CBC", whole_cbc)] if cbc else []):
        seconds, proven = within(limit, rival, problem)
        sign = "" if proven else "> "
        print(f"  whole, {label:11} {sign:2}{seconds:6.1f} s  ratio {sign}{seconds / own:.1f}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bodies", type=int, default=43)
    parser.add_argument("--tasks", type=int, default=20)
    parser.add_argument("--limit", type=float, default=300.0)
    parser.add_argument("--steps", type=int, default=200)
    parser.add_argument("--cbc", action="store_true")
    given = parser.parse_args()
    free = make_instance(given.bodies, given.tasks)
    compare("coupled", couple(free), given.steps, given.limit, given.cbc)
    compare("uncoupled", free, given.steps, given.limit, given.cbc)


if __name__ == "__main__":
    main()
