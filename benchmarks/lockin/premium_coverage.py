"""How often do the premium's intervals hold the planted truth? 1,000 seeds a cell; run: python benchmarks/lockin/premium_coverage.py [seeds].

Planted: log cost = 0.8 log size + 0.02 age + 0.4 customisation + task effect + 0.16 locked-in + noise growing with size; locked-in is likelier with size and
customisation, so the naive difference is biased. Pooled cells add a municipality effect common to its rows, and lock-in is decided per municipality.
"""

from __future__ import annotations

import sys

import numpy as np
import pandas as pd

from dxmodels.lockin.premium import estimate_premium
from dxmodels.streams import stream

TRUTH = 0.16
CONTROLS = ["log_size", "age", "customisation", "task"]


def draw_systems(seed: int, rows: int, clusters: int | None = None) -> pd.DataFrame:
    rng = stream(seed, f"bench.premium.{rows}.{clusters}")
    size, age = rng.normal(0, 1, rows), rng.integers(1, 20, rows).astype(float)
    task, custom = rng.integers(0, 4, rows), rng.uniform(0, 1, rows)
    town = np.arange(rows) if clusters is None else rng.integers(0, clusters, rows)
    common = rng.normal(0, 0.25, town.max() + 1)[town] if clusters else np.zeros(rows)
    lean = 0.5 * size + 1.5 * (custom - 0.5)
    if clusters:
        lean = (
            np.bincount(town, lean, minlength=town.max() + 1)[town] / np.bincount(town, minlength=town.max() + 1)[town]
            + rng.normal(0, 0.3, town.max() + 1)[town]
        )
    locked = (
        (rng.logistic(0, 1, town.max() + 1)[town] < lean)
        if clusters
        else rng.uniform(size=rows) < 1 / (1 + np.exp(-lean))
    )
    noise = rng.normal(0, 1, rows) * 0.3 * np.exp(0.15 * size)
    cost = 0.8 * size + 0.02 * age + 0.4 * custom + 0.1 * task + TRUTH * locked + common + noise
    return pd.DataFrame(
        {
            "log_cost": cost,
            "log_size": size,
            "age": age,
            "customisation": custom,
            "task": [f"T{t}" for t in task],
            "locked": locked,
            "town": town,
        }
    )


def coverage(
    seeds: int, rows: int, method: str, clusters: int | None = None, draws: int = 0
) -> tuple[float, float, float, int]:
    hits, width, naive, failed = 0, [], [], 0
    for seed in range(seeds):
        table = draw_systems(seed, rows, clusters)
        try:
            found = estimate_premium(
                table,
                outcome="log_cost",
                treatment="locked",
                controls=CONTROLS,
                method=method,
                cluster="town" if clusters else None,
                draws=draws,
                seed=seed,
            )
        except Exception as error:  # counted, shown, never hidden
            failed += 1
            last = error
            continue
        hits += found.interval[0] <= TRUTH <= found.interval[1]
        width.append(found.interval[1] - found.interval[0])
        naive.append(table.loc[table.locked, "log_cost"].mean() - table.loc[~table.locked, "log_cost"].mean() - TRUTH)
    if failed:
        print("  failed:", failed, str(last)[:80])
    return 100 * hits / (seeds - failed), float(np.mean(width)), float(np.mean(naive)), failed


def main(seeds: int) -> None:
    cells = [("ols", 40, None, 0), ("ols", 240, None, 0), ("ols", 240, 43, 999), ("ols", 40, 12, 999)]
    cells += [("aipw", 40, None, 199), ("aipw", 240, None, 199), ("att", 240, None, 199), ("aipw", 240, 43, 199)]
    print("method rows clusters coverage% mean_width naive_bias failed")
    for method, rows, clusters, draws in cells:
        count = seeds if method == "ols" else max(1, seeds // 4)
        print(
            method,
            rows,
            clusters,
            *(f"{value:.3f}" for value in coverage(count, rows, method, clusters, draws)),
            flush=True,
        )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1000)
