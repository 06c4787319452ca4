"""How long do the sharing rules take: nucleolus of 15, Shapley of 18, least core and nucleolus of a purchase of 43 members by oracle?

python benchmarks/bundling/sharing.py
"""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
import pandas as pd

from dxmodels.bundling import BundleProblem, CostGame, CostShares, check_stability, optimize_bundles, share_costs


def timed(name: str, answer: Callable[[], CostShares]) -> CostShares:
    began = time.process_time()
    found = answer()
    proof = (
        f", least content group saves {found.worst_saving:.4f}, proven {found.proven}"
        if "core" in name or "nucl" in name
        else ""
    )
    print(f"{name}: {time.process_time() - began:.2f} s of processor{proof}", flush=True)
    return found


def purchase(members: int, offers: int, seed: int = 5) -> CostGame:
    """The game of one purchase that all buy in, beside many others they could leave for (some with a least number of members)."""
    draw = np.random.default_rng(seed)
    size = draw.lognormal(1.0, 1.0, members)
    rows = [
        (u, f"J{f:04d}", float(size[u] * draw.uniform(0.4, 0.7) * (0.7 if f == 0 else 1.0) + 0.3))
        for f in range(offers)
        for u in range(members)
    ]
    rows += [(u, f"A{u:02d}", float(size[u] + 0.6)) for u in range(members)]
    heads = [(f"J{f:04d}", float(draw.uniform(9, 16)), int(draw.integers(1, 8))) for f in range(offers)]
    heads += [(f"A{u:02d}", 0.0, 1) for u in range(members)]
    problem = BundleProblem.from_tables(
        pd.DataFrame(rows, columns=["unit_id", "bundle_id", "cost"]),
        pd.DataFrame(heads, columns=["bundle_id", "fixed_cost", "min_units"]),
    )
    plan = optimize_bundles(problem)
    return CostGame.from_bundle(plan, plan.bundles_frame().sort_values("members_count")["bundle_id"].iloc[-1])


def main() -> None:
    small = purchase(15, 60)
    small.table()
    timed(f"nucleolus, {small.n} members, all groups", lambda: share_costs(small, rule="nucleolus"))
    middle = purchase(18, 60)
    timed(f"Shapley value, {middle.n} members, exact", lambda: share_costs(middle, rule="shapley"))
    large = purchase(43, 400)
    print(f"a purchase of {large.n} members beside 400 others")
    timed("least core by oracle", lambda: share_costs(large, rule="least_core"))
    nucleolus = timed("nucleolus by oracle", lambda: share_costs(large, rule="nucleolus"))
    began = time.process_time()
    print(f"stability: {check_stability(large, nucleolus).summary()} ({time.process_time() - began:.2f} s)")
    people = dict(zip([f"t{k}" for k in range(43)], np.random.default_rng(1).lognormal(11.5, 1.0, 43), strict=True))
    concave = CostGame.from_volumes(people, lambda volume: volume**0.65)
    timed("least core of 43, concave in volume", lambda: share_costs(concave, rule="least_core"))
    timed("nucleolus of 43, concave in volume", lambda: share_costs(concave, rule="nucleolus"))


if __name__ == "__main__":
    main()
