"""How long does the search take on 2,000 services, against comparing every pair by difflib (what a script would do)?

    python benchmarks/overlaps/two_thousand.py [embedder]

Descriptions are drawn from the labelled sets with a serial word, so that no two are equal. Target: 2,000 services within 5 minutes.
The naive way is timed on 200 services in the same run and scaled by the square of the size.
"""

from __future__ import annotations

import difflib
import itertools
import resource
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd

from dxmodels.services import explain_pairs, find_overlaps

ROOT = Path(__file__).resolve().parents[2]
SIZE, SMALL = 2000, 200


def main(embedder: str) -> None:
    tables = [pd.read_csv(path, dtype=str) for path in sorted((ROOT / "tests/services/labelled").glob("*.csv"))]
    pool = pd.concat(tables)["description"].to_numpy()
    random = np.random.default_rng(1)
    drawn = [f"{pool[number % len(pool)]}（{random.choice(pool)[:8]}）" for number in range(SIZE)]
    services = pd.DataFrame({"service_id": [f"N{number:04d}" for number in range(SIZE)], "description": drawn})
    start = time.perf_counter()
    found = find_overlaps(services, embedder=embedder)
    searched = time.perf_counter() - start
    explain_pairs(found)
    explained = time.perf_counter() - start - searched
    start = time.perf_counter()
    for one, other in itertools.combinations(drawn[:SMALL], 2):
        difflib.SequenceMatcher(None, one, other).ratio()
    naive = (time.perf_counter() - start) * (SIZE / SMALL) ** 2
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"{SIZE} services, {embedder}: search {searched:.1f} s, evidence of all candidates {explained:.1f} s, peak {peak:.0f} MB; every pair by difflib {naive / searched:.1f} times the search"
    )


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "sudachi")
