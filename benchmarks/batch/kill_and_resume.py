"""Is anything lost, repeated or left running when a run is killed at any moment?

    python benchmarks/batch/kill_and_resume.py                       50 kills over the plan smoke
    python benchmarks/batch/kill_and_resume.py smoke --kills 5
    python benchmarks/batch/kill_and_resume.py year_end --kills 1

Each trial starts the plan in a reports folder of its own, kills the process (SIGKILL, the process alone, not its group) at a random moment of an
undisturbed run's length, looks whether anything it had started still runs, and runs ``dx run PLAN --resume``. Demanded: every file equal to the undisturbed
run's byte for byte (but manifest.json and log.txt, which tell times), and no notebook executed that was in the cache when the run was killed.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil

TELLS_TIMES = {"manifest.json", "log.txt"}
LEFT_SECONDS = 60  # within which all that a killed run had started must be gone (a server of libraries ends when its imports are done)


def main() -> None:
    reader = argparse.ArgumentParser()
    reader.add_argument("plan", nargs="?", default="smoke")
    reader.add_argument("--kills", type=int, default=50)
    reader.add_argument("--seed", type=int, default=2026)
    options = reader.parse_args()
    draw = random.Random(options.seed)
    with tempfile.TemporaryDirectory(prefix="dx-kill-") as place:
        whole = Path(place) / "undisturbed"
        started = time.perf_counter()
        _finish(options.plan, whole)
        length = time.perf_counter() - started
        wanted = _files(_run_folder(whole, options.plan))
        print(f"undisturbed: {length:.1f} s, {len(wanted)} files", flush=True)
        faults = 0
        for trial in range(1, options.kills + 1):
            at = draw.uniform(0, length)
            told = _trial(options.plan, Path(place) / f"trial{trial}", at, wanted)
            faults += bool(told)
            print(f"kill {trial} at {at:.1f} s: {'; '.join(told) or 'well'}", flush=True)
        print(f"{options.kills} kills, {faults} with a fault")
        sys.exit(bool(faults))


def _trial(plan: str, reports: Path, at: float, wanted: dict[str, bytes]) -> list[str]:
    """Return what was wrong with one killed and resumed run."""
    process = _start(plan, reports)
    time.sleep(at)
    below = psutil.Process(process.pid).children(recursive=True) if process.poll() is None else []
    process.kill()
    process.wait()
    _, left = psutil.wait_procs(below, timeout=LEFT_SECONDS)
    told = [f"still running: {len(running)}"] if (running := [one for one in left if _runs(one)]) else []
    for one in running:
        one.kill()
    finished = {path.name for path in (reports / ".cache").glob("*/*") if (path / "outcome.json").is_file()}
    stood = _run_folder(reports, plan) is not None
    _finish(plan, reports)
    folder = _run_folder(reports, plan)
    found = _files(folder)
    if found != wanted:
        differing = sorted(name for name in {*found, *wanted} if found.get(name) != wanted.get(name))
        told.append(f"{len(differing)} files differ, first {differing[:3]}")
    notebooks = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["notebooks"] if folder else {}
    repeated = [key for key, entry in notebooks.items() if entry["fingerprint"] in finished and not entry["from_cache"]]
    told += [f"repeated: {repeated}"] if repeated and not stood else []
    shutil.rmtree(reports, ignore_errors=True)
    return told


def _runs(process: psutil.Process) -> bool:
    try:
        return bool(process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def _start(plan: str, reports: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "dxmodels.cli", "run", plan, "--resume", "--quiet"]
    return subprocess.Popen(command, env={**os.environ, "DX_REPORTS": str(reports)}, stdout=subprocess.DEVNULL)


def _finish(plan: str, reports: Path) -> None:
    if code := _start(plan, reports).wait():
        sys.exit(f"the run ended with exit code {code}")


def _run_folder(reports: Path, plan: str) -> Path | None:
    found = [path.parent for path in reports.glob(f"{plan}-*/manifest.json")]
    return found[0] if found else None


def _files(folder: Path | None) -> dict[str, bytes]:
    paths = folder.rglob("*") if folder else ()
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in paths
        if path.is_file() and path.name not in TELLS_TIMES
    }  # type: ignore[arg-type]


if __name__ == "__main__":
    main()
