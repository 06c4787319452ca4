"""How are the notebooks of a plan executed, taken from the cache where they can be, and their results kept?

A notebook is reused where its ground and all it read are the same (fingerprint.py). Whatever happens to one, the others go on; what it
had sent before remains.
"""

from __future__ import annotations

import datetime as dt
import errno
import json
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from dxmodels.inputs.places import data_root
from dxmodels.runs import folders
from dxmodels.runs.context import VARIABLE
from dxmodels.runs.document import STATES, Page
from dxmodels.runs.execute import Machines, Outcome, Task, ThisMachine, run_tasks
from dxmodels.runs.extract import Results, read_results
from dxmodels.runs.fingerprint import digests_of_reads, ground_of, hash_of, same_reads
from dxmodels.runs.manifest import LOG, TRACEBACK
from dxmodels.runs.notebook_files import notebook_path
from dxmodels.runs.plans import Job, Plan
from dxmodels.runs.project import notebooks_root, project_root
from dxmodels.runs.reading import reads_of
from dxmodels.runs.recorded import RESULTS_FOLDER, forms_file, results_file

EXECUTED = ".executed"
# One thread a kernel: results must not depend on the machine, and the batch runs kernels side by side.
_QUIET = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "PYTHONHASHSEED": "0",
    "PYTHONUTF8": "1",
}


@dataclass
class Execution:
    """Notebooks being executed into a folder: what has come of each so far, and where it is told."""

    plan: Plan
    jobs: list[Job]
    reports: Path
    staging: Path
    fresh: bool = False
    say: Callable[[str], None] = lambda text: None
    machines: Machines = field(default_factory=ThisMachine)
    told: dict[str, str] = field(default_factory=dict)
    compared_with: dict[str, object] = field(default_factory=dict)
    pages: dict[str, Page] = field(default_factory=dict)
    begun: float = field(default_factory=time.monotonic)

    @property
    def run_id(self) -> str:
        """The number of the run: the name of the folder it is built in."""
        return self.staging.name

    def log(self, text: str, *, details: str = "") -> None:
        """Add a line to log.txt (what happened, in Japanese); ``details`` go to traceback.txt, for whoever mends the program."""
        stamp = dt.datetime.now(dt.UTC).astimezone().isoformat(timespec="seconds")
        for name, line in ((LOG, text), (TRACEBACK, details)):
            if line:
                with (self.staging / name).open("a", encoding="utf-8") as target:
                    target.write(f"{stamp} {line}\n")


def execute(run: Execution, jobs: Sequence[Job], *, upstream: Sequence[str] = (), progress: bool = False) -> None:
    """Take from the cache what is there and execute the rest, some at a time; ``upstream``: what the jobs read of others."""
    (run.staging / RESULTS_FOLDER).mkdir(parents=True, exist_ok=True)
    grounds = {job.key: ground_of(job, upstream=upstream) for job in jobs}
    waiting = {job.key: job for job in jobs if run.fresh or not _reuse(run, job, grounds[job.key])}
    if jobs and len(waiting) < len(jobs):
        run.say(f"計算済み {len(jobs) - len(waiting)} 件を使い、残り {len(waiting)} 件を計算します")

    def finished(outcome: Outcome) -> None:
        _keep(run, waiting[outcome.key], grounds[outcome.key], outcome)

    tasks = [_task(run, job) for job in waiting.values()]
    run_tasks(tasks, machines=run.machines, finished=finished, progress=progress)


def _task(run: Execution, job: Job) -> Task:
    context = {
        "records": str(run.staging / RESULTS_FOLDER),
        "notebook": job.notebook,
        "reads": str(_reads_file(run, job)),
        **run.told,
    }
    environment = {**_QUIET, VARIABLE: json.dumps(context), "DX_ROOT": str(project_root()), "DX_DATA": str(data_root())}
    target = run.staging / EXECUTED / f"{job.key}.ipynb"
    target.parent.mkdir(exist_ok=True)
    seconds = run.plan.minutes_per_notebook * 60
    return Task(
        job.key, notebook_path(job.notebook), target, notebooks_root(), dict(job.parameters), environment, seconds
    )


def _reads_file(run: Execution, job: Job) -> Path:
    return run.staging / EXECUTED / f"{job.key}.reads.json"


def _keep(run: Execution, job: Job, ground: str, outcome: Outcome) -> None:
    """Take in a notebook that has just ended: its results, its place in the cache, a line in the log."""
    if outcome.state == "disk_full":  # the rest would fail the same way; what is finished is in the cache
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    executed = run.staging / EXECUTED / f"{job.key}.ipynb"
    reads = digests_of_reads(job, reads_of(_reads_file(run, job)))
    fingerprint = hash_of([ground, reads])
    if outcome.ok:
        texts = {"outcome.json": asdict(outcome), "reads.json": reads}
        kept = {name: json.dumps(content, ensure_ascii=False).encode("utf-8") for name, content in texts.items()}
        folders.keep(run.reports, ground, fingerprint, executed, kept)
    _add_page(run, Page(job, outcome, _results(executed, job), fingerprint, reads=reads))
    told = f"{job.key}：{STATES[outcome.state]}（{outcome.seconds:.1f}秒）{outcome.message}"
    run.log(told, details=f"{job.key}\n{outcome.details}" if outcome.details else "")
    run.say(f"{'完了' if outcome.ok else '失敗'} {job.key}（{outcome.seconds:.1f}秒）{outcome.message}")


def _reuse(run: Execution, job: Job, ground: str) -> bool:
    """Take a notebook from the cache; False where there is none that read what stands there now."""
    for folder in folders.cached(run.reports, ground):
        reads = json.loads((folder / "reads.json").read_text(encoding="utf-8"))
        if not same_reads(job, reads):
            continue
        outcome = Outcome(**json.loads((folder / "outcome.json").read_text(encoding="utf-8")))
        page = Page(job, outcome, _results(folder / "executed.ipynb", job), folder.name, cached=True, reads=reads)
        _add_page(run, page)
        run.log(f"{job.key}：読み込む入力に変更がないため、前回の結果（{folder.name[:12]}）を使った")
        return True
    return False


def _results(executed: Path, job: Job) -> Results:
    return read_results(executed, fallback_title=job.notebook)


def _add_page(run: Execution, page: Page) -> None:
    run.pages[page.job.key] = page
    target = results_file(run.staging, page.job.key, apart=page.job.apart)
    folders.write_atomically(target, page.results.to_json().encode("utf-8"))
    if page.results.booklets and run.plan.booklets and not page.job.apart:
        forms = forms_file(run.staging, page.job.key)
        forms.parent.mkdir(parents=True, exist_ok=True)
        folders.write_atomically(forms, page.results.forms_json().encode("utf-8"))
