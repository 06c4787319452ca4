"""How far does the price decomposition come on the national case with prefecture budgets and a yearly capacity of each vendor?

    python benchmarks/bundling/national.py [--bodies 1741] [--tasks 20] [--gap 0.01] [--steps 60] [--tightness 1.0]

Every milestone is printed with processor and wall seconds; at the end the independent check, the rise of the bound over the problem without
coupling rows (how tight the rows are) and the memory used.
"""

from __future__ import annotations

import argparse
import resource
import time

from instances import couple_by_block, make_instance

from dxmodels.bundling import BundleProblem, optimize_bundles, verify_plan
from dxmodels.bundling.decomposition import Milestone
from dxmodels.bundling.problem import Coupling
from dxmodels.solver import Effort


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bodies", type=int, default=1741)
    parser.add_argument("--tasks", type=int, default=20)
    parser.add_argument("--gap", type=float, default=0.01)
    parser.add_argument("--steps", type=int, default=60)
    parser.add_argument("--tightness", type=float, default=1.0)
    given = parser.parse_args()
    problem = couple_by_block(make_instance(given.bodies, given.tasks, prefecture=False), tightness=given.tightness)
    print(
        f"{problem.n_units} units, {problem.n_choices} choices, {problem.n_bundles} bundles, {len(problem.coupling)} rows"
    )
    processor, wall = time.process_time(), time.perf_counter()

    def tell(stage: Milestone) -> None:
        print(
            f"  {stage.stage:12} plan {stage.objective:14,.1f} bound {stage.bound:14,.1f} "
            f"processor {time.process_time() - processor:7.1f} s wall {time.perf_counter() - wall:7.1f} s {_memory():.2f} GB",
            flush=True,
        )

    plan = optimize_bundles(problem, effort=Effort(gap=given.gap, iterations=given.steps), progress=tell)
    spent, passed, memory = time.process_time() - processor, time.perf_counter() - wall, _memory()
    check = verify_plan(problem, plan) if plan.has_plan else None
    print(
        f"{given.bodies} × {given.tasks}: {plan.status}, gap {plan.gap:.4%}, {spent:.1f} s of processor, {passed:.1f} s by the clock, "
        f"{memory:.2f} GB; checked {check is not None and check.ok}, by prices alone {check.gap if check else 1:.4%}; "
        f"rows raise the bound by {plan.certificate.bound / _without_rows(problem) - 1:.2%}",
        flush=True,
    )


def _memory() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


def _without_rows(problem: BundleProblem) -> float:
    free = problem.with_coupling(Coupling.empty(problem.n_choices, problem.n_bundles))
    return optimize_bundles(free, effort=Effort(gap=1e-3)).bound


if __name__ == "__main__":
    main()
