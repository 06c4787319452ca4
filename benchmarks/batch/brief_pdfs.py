"""How long do the PDFs of the 43 municipality briefs take, and how large are they?

    python benchmarks/batch/brief_pdfs.py [WORKERS]

The plan is run once for the forms; then the 43 files are compiled from them again in a fresh pool of processes (2), its start-up included. Asked: 15 seconds,
150 KB each. The joined file of all 43 is timed apart.
"""

from __future__ import annotations

import datetime as dt
import os
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from briefs import MIME, ROOT, sent_by

from dxmodels.runs.booklets import Booklet
from dxmodels.runs.render.work import BookletWork, booklet_work, render

_AS_OF = dt.date(2026, 10, 31)


def main(workers: int) -> None:
    whole, *single = booklet_work(_forms(), "E27g", run_id="benchmark", as_of=_AS_OF)
    files, seconds = _compiled(single, workers)
    sizes = [len(content) for content in files.values()]
    print(
        f"{len(files)} PDFs in {seconds:.1f} s ({workers} processes), the largest {max(sizes) / 1024:.0f} KiB (asked: 15 s, 150 KiB)"
    )
    files, seconds = _compiled([whole], 1)
    print(f"the joined file in {seconds:.1f} s, {len(next(iter(files.values()))) / 1024:.0f} KiB")


def _forms() -> Booklet:
    with tempfile.TemporaryDirectory(prefix="dx-briefs-") as place:
        command = [sys.executable, "-m", "dxmodels.cli", "run", "municipality_briefs", "--quiet"]
        environment = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": str(ROOT), "DX_REPORTS": place}
        subprocess.run(command, env=environment, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
        return next(
            Booklet.model_validate(sent)
            for path in Path(place).glob(".cache/*/*/executed.ipynb")
            for sent in sent_by(path, MIME)
        )


def _compiled(work: list[BookletWork], workers: int) -> tuple[dict[str, bytes], float]:
    started = time.perf_counter()
    with ProcessPoolExecutor(workers) as pool:
        made = list(pool.map(render, work))
    failed = {file: why for one in made for file, why in one.failed.items()}
    if failed:
        sys.exit(str(failed))
    return {file: content for one in made for file, content in one.files.items()}, time.perf_counter() - started


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 2)
