"""How much sooner are the 43 municipality briefs there than by running papermill once a municipality?

    python benchmarks/batch/briefs.py [SAMPLE] [ROUNDS]

Three ways take turns: ``dx run municipality_briefs`` (all 43, with their PDFs, start-up included), a loop of the ``papermill`` command, and a loop of
``papermill.execute_notebook`` in one process. The two loops are timed over SAMPLE municipalities (4) and scaled to 43: per notebook for the command,
whose start-up comes with each; the rest's start-up counted once for the other. They make no PDF. Equal outputs: the pages of the sampled
municipalities, as sent by the notebooks, are compared with those of the one run. Aims: 10 times the command loop, 5 times the other; PDFs in 15 s,
each at most 150 KB.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOK = ROOT / "notebooks" / "61_brief.ipynb"
AIMS = {"papermill command": 10, "execute_notebook": 5}
MIME = "application/vnd.dx.booklet+json"
LOOP = """
import json, sys, time
import papermill
started = time.perf_counter()
times = []
for source, target, code in json.loads(sys.argv[1]):
    papermill.execute_notebook(source, target, parameters={"municipality_code": code}, kernel_name="python3", progress_bar=False, cwd="notebooks")
    times.append(time.perf_counter() - started)
print(json.dumps(times))
"""


def main(sample: int, rounds: int) -> None:
    with tempfile.TemporaryDirectory(prefix="dx-briefs-") as place:
        spent: dict[str, list[float]] = {"dx run": [], "papermill command": [], "execute_notebook": []}
        for turn in range(rounds):
            folder = Path(place) / f"round{turn}"
            folder.mkdir()
            seconds, pages = _all_at_once(folder)
            codes = sorted({page["file"] or page["key"] for page in pages})
            chosen = codes[:: max(1, len(codes) // sample)][:sample]
            spent["dx run"].append(seconds)
            spent["papermill command"].append(_commands(folder, chosen) * len(codes) / len(chosen))
            spent["execute_notebook"].append(_loop(folder, chosen, len(codes)))
            for code in chosen:
                expected = [page for page in pages if (page["file"] or page["key"]) == code]
                for kind in ("command", "loop"):
                    if _pages(folder / f"{kind}-{code}.ipynb") != expected:
                        sys.exit(f"the pages of {code} differ ({kind})")
            print({kind: round(times[-1], 1) for kind, times in spent.items()}, f"seconds for {len(codes)}", flush=True)
        ours = statistics.median(spent.pop("dx run"))
        for kind, times in spent.items():
            aim = AIMS[kind]
            print(
                f"{kind} / dx run = {statistics.median(times) / ours:.1f} (sampled {sample}, scaled to 43; median of {rounds} rounds; aim {aim})"
            )


def _all_at_once(folder: Path) -> tuple[float, list[dict[str, object]]]:
    """Run the plan; return seconds and the pages its notebook sent."""
    started = time.perf_counter()
    command = [sys.executable, "-m", "dxmodels.cli", "run", "municipality_briefs", "--quiet"]
    subprocess.run(
        command, env=_environment(DX_REPORTS=str(folder / "reports")), cwd=ROOT, check=True, stdout=subprocess.DEVNULL
    )
    seconds = time.perf_counter() - started
    sizes = [path.stat().st_size for path in (folder / "reports" / "latest" / "booklets" / "E27g").glob("*.pdf")]
    print(f"{len(sizes)} PDFs, the largest {max(sizes) / 1000:.0f} KB")
    executed = next(path for path in (folder / "reports" / ".cache").glob("*/*/executed.ipynb") if _pages(path))
    return seconds, _pages(executed)


def _commands(folder: Path, codes: list[str]) -> float:
    """Run the papermill command once a municipality; return seconds."""
    started = time.perf_counter()
    for code in codes:
        target = folder / f"command-{code}.ipynb"
        # -y: a code given by -r stays text; papermill's -p would turn it into a number
        command = [
            sys.executable,
            "-m",
            "papermill",
            str(NOTEBOOK),
            str(target),
            "-r",
            "municipality_code",
            code,
            "-k",
            "python3",
            "--no-progress-bar",
        ]
        subprocess.run(command, env=_environment(), cwd=ROOT / "notebooks", check=True, capture_output=True)
    return time.perf_counter() - started


def _loop(folder: Path, codes: list[str], count: int) -> float:
    """Run execute_notebook in one process; return the seconds ``count`` notebooks would take, start-up included."""
    work = json.dumps([[str(NOTEBOOK), str(folder / f"loop-{code}.ipynb"), code] for code in codes])
    started = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", LOOP, work], env=_environment(), cwd=ROOT, check=True, capture_output=True, text=True
    )
    seconds = time.perf_counter() - started
    notebooks = json.loads(done.stdout.splitlines()[-1])[-1]
    return seconds - notebooks + notebooks * count / len(codes)


def sent_by(path: Path, mime: str) -> list[dict[str, Any]]:
    """Return what an executed notebook sent under ``mime``."""
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return [
        output["data"][mime] for cell in cells for output in cell.get("outputs", ()) if mime in output.get("data", {})
    ]


def _pages(path: Path) -> list[dict[str, object]]:
    return [page for one in sent_by(path, MIME) for page in one["pages"]]


def _environment(**more: str) -> dict[str, str]:
    return {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": str(ROOT), **more}


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 4, int(sys.argv[2]) if len(sys.argv) > 2 else 1)
