"""How much sooner do the notebook tests (nbval) end with warm kernels than with stock ones?

    python benchmarks/batch/notebook_tests.py [ROUNDS] [NOTEBOOKS]      one round over all notebooks; NOTEBOOKS: the first so many only

Three ways take turns: stock kernels and warm ones, one worker each, and warm ones with the two workers of ``make test``; wall seconds (warm kernels end with
their server, so that their processor seconds cannot be read here). The aim is a ratio of four. What warm kernels save is a kernel's start (its imports); what
the notebooks compute is the same for all.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


def main(rounds: int, count: int) -> None:
    chosen = [str(path) for path in NOTEBOOKS[:count]]
    spent: dict[str, list[float]] = {"stock": [], "warm": [], "make test": []}
    for _ in range(rounds):
        for kind, seconds in spent.items():
            seconds.append(_run(kind, chosen))
            print(f"{kind}: {seconds[-1]:.1f} s", flush=True)
    stock, warm, called = (statistics.median(seconds) for seconds in spent.values())
    print(
        f"stock / warm = {stock / warm:.2f}, stock / make test = {stock / called:.2f} ({len(chosen)} notebooks, median of {rounds} rounds; aim 4)"
    )


def _run(kind: str, notebooks: list[str]) -> float:
    environment = os.environ | {"JUPYTER_PATH": str(ROOT / "dxmodels/runs/execute/jupyter"), "OMP_NUM_THREADS": "1"}
    if kind == "stock":
        environment |= {"DX_PLAIN_KERNELS": "1"}
    started = time.perf_counter()
    tests = [sys.executable, "-m", "pytest", "--nbval-lax", *notebooks, "-q", "-p", "no:cacheprovider"]
    tests += ["-n", "2", "--dist", "loadscope"] if kind == "make test" else []
    done = subprocess.run(tests, cwd=ROOT, env=environment, capture_output=True, text=True)
    if done.returncode:
        sys.exit(done.stdout[-3000:])
    return time.perf_counter() - started


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1, int(sys.argv[2]) if len(sys.argv) > 2 else len(NOTEBOOKS))
