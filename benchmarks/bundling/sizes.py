"""What size is reached in which processor time: uncoupled 43, 200, 500, 1,741 bodies × 20 tasks, and the tight 43 × 20 over search steps.

python benchmarks/bundling/sizes.py [43 200 ...] [--coupled STEPS]
"""

from __future__ import annotations

import argparse
import resource
import time

from instances import couple, make_instance

from dxmodels.bundling import BundleProblem, optimize_bundles, verify_plan
from dxmodels.bundling.decomposition import Milestone
from dxmodels.solver import Effort


def report(name: str, problem: BundleProblem, effort: Effort) -> None:
    began, wall = time.process_time(), time.perf_counter()

    def tell(stage: Milestone) -> None:
        gap = 1 - stage.bound / stage.objective
        spent, passed = time.process_time() - began, time.perf_counter() - wall
        print(
            f"  {stage.stage:10} {gap:.4%} after {spent:6.1f} s of processor, {passed:6.1f} s by the clock", flush=True
        )

    plan = optimize_bundles(problem, effort=effort, progress=tell if len(problem.coupling) else None)
    seconds = time.process_time() - began
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    check = verify_plan(plan.problem, plan)
    print(
        f"{name}: {seconds:.1f} s of processor, gap {plan.gap:.4%}, by prices alone {check.gap:.4%}, {memory:.2f} GB, checked {check.ok}",
        flush=True,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("bodies", nargs="*", type=int, default=[43, 200])
    parser.add_argument("--coupled", type=int, default=None)
    given = parser.parse_args()
    for bodies in given.bodies:
        problem = make_instance(bodies, 20)
        print(f"{bodies} × 20: {problem.n_choices} choices, {problem.n_bundles} bundles")
        if given.coupled is None:
            report(f"{bodies} × 20 uncoupled", problem, Effort(gap=1e-3))
        else:
            report(
                f"{bodies} × 20 coupled, {given.coupled} steps",
                couple(problem),
                Effort(gap=1e-3, iterations=given.coupled or None),
            )


if __name__ == "__main__":
    main()
