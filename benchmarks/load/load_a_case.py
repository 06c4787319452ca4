"""How long does loading take, and how much memory: the embedded case, a national one, and a table of a million rows?

    python benchmarks/load/load_a_case.py            all three
    python benchmarks/load/load_a_case.py osaka      one of osaka, national, million

Each measure runs in a process of its own, so that its peak memory is its own. The national case is 1,741 municipalities × 20 tasks by the
same script that makes the embedded case. Targets: osaka ≤ 3 s, national ≤ 20 s and ≤ 1.5 GB.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
MEASURES = ("osaka", "national", "million")


def main(names: list[str]) -> None:
    for name in names or list(MEASURES):
        with tempfile.TemporaryDirectory() as folder:
            case = _prepare(name, Path(folder))
            subprocess.run([sys.executable, __file__, "--measure", str(case)], check=True)


def _prepare(name: str, folder: Path) -> str | Path:
    if name == "osaka":
        return name
    if name == "national":
        script = ROOT / "data" / "osaka" / "make_illustrative.py"
        subprocess.run([sys.executable, str(script), "--municipalities", "1741", "--out", str(folder)], check=True)
        return folder
    return _million(folder)


def _million(folder: Path) -> Path:
    """A table of a million spending rows: 9,091 systems × 10 years × 11 cost items."""
    from dxmodels.inputs.schemas import TABLES

    items = TABLES["spending"].facts["cost_item"].choices
    heading = (
        "title_ja: 百万行\nbase_fy: 2026\nprice_fy: 2026\nas_of: 2026-10-31\ndeadlines: {standardisation: 2026-03-31}\n"
    )
    (folder / "case.yml").write_text(
        heading + "tables: {spending: {provenance: own, source: 計測用}}\n", encoding="utf-8"
    )
    with (folder / "spending.csv").open("w", encoding="utf-8") as file:
        file.write("system_id,fiscal_year,cost_item,budget_yen,supplement_yen,contract_yen,settled_yen\n")
        for row in range(1_000_000):
            system, rest = divmod(row, 10 * len(items))
            year, item = divmod(rest, len(items))
            amount = 1_000_000 + row * 7919 % 90_000_000
            file.write(f"S{system:05d},{2017 + year},{items[item]},{amount},0,{amount - 5},{amount - row % 11}\n")
    return folder


def _measure(case: str) -> None:
    from dxmodels.inputs import load_case

    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    started, cpu = time.perf_counter(), time.process_time()
    loaded = load_case(Path(case) if "/" in case else case)
    seconds, cpu = time.perf_counter() - started, time.process_time() - cpu
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    rows = sum(len(loaded.frames[name]) for name in loaded.tables)
    print(
        f"{loaded.name}: {len(loaded.tables)} tables, {rows:,} rows, {seconds:.2f} s ({cpu:.2f} s of processor), "
        f"peak {peak / 1e6:.2f} GB ({before / 1e6:.2f} GB before loading)"
    )


if __name__ == "__main__":
    if sys.argv[1:2] == ["--measure"]:
        _measure(sys.argv[2])
    else:
        main(sys.argv[1:])
