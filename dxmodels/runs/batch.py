"""How does ``dx run PLAN`` go from a plan to a finished folder of reports?

Check everything → run what is not in the cache → let the summary read what the others recorded → write the pages → put the folder in
place. A notebook that fails leaves the page of what it had sent so far; the rest goes on; the index and the exit code say so.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from dxmodels.errors import EXIT_NOTEBOOK_FAILED, EXIT_OK, InputError, RunError
from dxmodels.inputs import check_case, load_register
from dxmodels.inputs.places import data_root
from dxmodels.runs import folders
from dxmodels.runs.casefacts import CaseFacts, case_facts
from dxmodels.runs.context import VARIABLE
from dxmodels.runs.document import STATES, Edition, Page, with_file_names
from dxmodels.runs.execute import Limits, Outcome, Task, run_tasks
from dxmodels.runs.extract import Results, read_results
from dxmodels.runs.fingerprint import digests_of_reads, ground_of, hash_of, run_id_of, same_reads
from dxmodels.runs.manifest import LOG, MANIFEST, TRACEBACK, manifest_of, with_files
from dxmodels.runs.notebook_files import notebook_path
from dxmodels.runs.pages import write_pages
from dxmodels.runs.plans import Job, Plan, jobs_of, load_plan
from dxmodels.runs.project import notebooks_root, project_root, reports_root
from dxmodels.runs.reading import reads_of
from dxmodels.runs.recorded import RESULTS_FOLDER

# One thread a kernel: results must not depend on the machine, and the batch runs kernels side by side.
_QUIET = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "PYTHONHASHSEED": "0",
    "PYTHONUTF8": "1",
}


@dataclass(frozen=True)
class RunReport:
    """How a run ended: its number and folder, what was executed, what came from the cache, what failed."""

    run_id: str
    folder: Path
    executed: tuple[str, ...]
    reused: tuple[str, ...]
    failed: Mapping[str, str]
    seconds: float

    @property
    def exit_code(self) -> int:
        """0 where every notebook ran to its end."""
        return EXIT_NOTEBOOK_FAILED if self.failed else EXIT_OK

    def summary(self) -> str:
        """Return the end of a run in Japanese."""
        lines = [
            f"実行 {self.run_id}：計算 {len(self.executed)} 件、再利用 {len(self.reused)} 件、失敗 {len(self.failed)} 件（{self.seconds:.0f} 秒）"
        ]
        lines += [f"  失敗 {key}：{message}" for key, message in self.failed.items()]
        return "\n".join([*lines, f"結果：{self.folder / 'index.html'}"])


@dataclass
class _Run:
    """One run while it is being built."""

    plan: Plan
    jobs: list[Job]
    run_id: str
    reports: Path
    staging: Path
    fresh: bool
    say: Callable[[str], None]
    pages: dict[str, Page] = field(default_factory=dict)
    begun: float = field(default_factory=time.monotonic)

    def log(self, text: str, *, details: str = "") -> None:
        """Add a line to log.txt (what happened, in Japanese); ``details`` go to traceback.txt, for whoever mends the program."""
        stamp = dt.datetime.now(dt.UTC).astimezone().isoformat(timespec="seconds")
        for name, line in ((LOG, text), (TRACEBACK, details)):
            if line:
                with (self.staging / name).open("a", encoding="utf-8") as target:
                    target.write(f"{stamp} {line}\n")


def run_plan(
    name: str,
    *,
    overrides: Mapping[str, Any] | None = None,
    workers: int = 0,
    fresh: bool = False,
    progress: bool = True,
    say: Callable[[str], None] = lambda text: None,
) -> RunReport:
    """Run a plan and return how it ended; ``fresh`` computes everything anew.

    Raises ParameterError or InputError before any kernel starts where the plan, a parameter or the case is faulty, and RunError
    where the run itself is impossible (locked folder, no space).
    """
    plan = load_plan(name)
    jobs = jobs_of(plan, overrides)
    case = case_facts(_one_case(jobs))
    reports = reports_root()
    with folders.locked(reports):
        folders.check_space(reports)
        run_id = run_id_of(plan, jobs)
        finished = None if fresh else _finished(reports / run_id)
        if finished is not None:
            return _again(finished, run_id, reports, jobs)
        _check_inputs(case.name, jobs)
        run = _Run(plan, jobs, run_id, reports, folders.fresh_staging(reports, run_id), fresh, say)
        try:
            _execute(run, workers, progress)
            return _finish(run, case)
        except OSError as error:
            raise RunError(
                f"書込みに失敗しました（{error.strerror}）。空き容量と権限を確かめてください。計算済みの結果は残っており、再実行すると続きから始まります。"
            ) from error


def _execute(run: _Run, workers: int, progress: bool) -> None:
    """Execute the notebooks of the plan, then the summary that reads what they recorded."""
    run.log(
        f"開始：計画「{run.plan.title_ja}」（{run.plan.name}）、実行番号 {run.run_id}、ノートブック {len(run.jobs)} 件"
    )
    results = run.staging / RESULTS_FOLDER
    results.mkdir()
    _stage(run, [job for job in run.jobs if not job.joins], (), workers, progress)
    upstream = [page.results.to_json() for page in run.pages.values()]
    _stage(run, [job for job in run.jobs if job.joins], upstream, workers, progress)


def _stage(run: _Run, jobs: Sequence[Job], upstream: Sequence[str], workers: int, progress: bool) -> None:
    """Take from the cache what is there and execute the rest, some at a time."""
    grounds = {job.key: ground_of(job, upstream=upstream) for job in jobs}
    waiting = {job.key: job for job in jobs if run.fresh or not _reuse(run, job, grounds[job.key])}

    def finished(outcome: Outcome) -> None:
        _keep(run, waiting[outcome.key], grounds[outcome.key], outcome)

    run_tasks(
        [_task(run, job) for job in waiting.values()], limits=Limits(workers), finished=finished, progress=progress
    )


def _task(run: _Run, job: Job) -> Task:
    context = {
        "records": str(run.staging / RESULTS_FOLDER),
        "notebook": job.notebook,
        "reads": str(_reads_file(run, job)),
    }
    environment = {**_QUIET, VARIABLE: json.dumps(context), "DX_ROOT": str(project_root()), "DX_DATA": str(data_root())}
    target = run.staging / ".executed" / f"{job.key}.ipynb"
    target.parent.mkdir(exist_ok=True)
    seconds = run.plan.minutes_per_notebook * 60
    return Task(
        job.key, notebook_path(job.notebook), target, notebooks_root(), dict(job.parameters), environment, seconds
    )


def _reads_file(run: _Run, job: Job) -> Path:
    return run.staging / ".executed" / f"{job.key}.reads.json"


def _keep(run: _Run, job: Job, ground: str, outcome: Outcome) -> None:
    """Take in a notebook that has just ended: its results, its place in the cache, a line in the log."""
    executed = run.staging / ".executed" / f"{job.key}.ipynb"
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


def _reuse(run: _Run, job: Job, ground: str) -> bool:
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


def _add_page(run: _Run, page: Page) -> None:
    run.pages[page.job.key] = page
    target = run.staging / RESULTS_FOLDER / f"{page.job.key}.json"
    folders.write_atomically(target, page.results.to_json().encode("utf-8"))


def _finish(run: _Run, case: CaseFacts) -> RunReport:
    """Write the pages, the manifest and the log; put the folder in place."""
    pages = with_file_names([run.pages[job.key] for job in run.jobs])
    edition = Edition(run.run_id, run.plan.title_ja, run.plan.edition_ja, case.title_ja, case.as_of, case.base_fy)
    unmade = write_pages(run.staging, run.plan, pages, edition, say=run.say)
    failed = {page.job.key: page.outcome.message for page in pages if page.failed} | unmade
    seconds = time.monotonic() - run.begun
    exit_code = EXIT_NOTEBOOK_FAILED if failed else EXIT_OK
    for name, message in unmade.items():
        run.log(f"{name}：作成できなかった。{message}")
    ending = "すべて作成した" if exit_code == EXIT_OK else f"{len(failed)} 件を作成できなかった"
    run.log(f"終了：{ending}（{seconds:.1f}秒、終了コード {exit_code}）")
    _remove(run.staging / ".executed")
    manifest = manifest_of(run.plan, run.run_id, case, pages, seconds=seconds, exit_code=exit_code)
    folders.write_atomically(run.staging / MANIFEST, with_files(manifest, run.staging))
    folders.put_in_place(run.staging, run.reports / run.run_id)
    folders.copy_latest(run.reports / run.run_id, run.reports)
    folders.forget_oldest(run.reports)
    executed = tuple(page.job.key for page in pages if not page.cached)
    reused = tuple(page.job.key for page in pages if page.cached)
    return RunReport(run.run_id, run.reports / run.run_id, executed, reused, failed, seconds)


def _finished(folder: Path) -> dict[str, Any] | None:
    """Return the manifest of a run that ended well, None where there is none or a file of it is gone."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    whole = manifest.get("exit_code") == EXIT_OK and all(
        (folder / name).is_file() for name in manifest.get("files", {})
    )
    return manifest if whole else None


def _again(manifest: Mapping[str, Any], run_id: str, reports: Path, jobs: Sequence[Job]) -> RunReport:
    """Nothing has changed: the run stands already; only reports/latest is renewed."""
    begun = time.monotonic()
    (reports / folders.STAGING).mkdir(exist_ok=True)
    folders.copy_latest(reports / run_id, reports)
    return RunReport(run_id, reports / run_id, (), tuple(job.key for job in jobs), {}, time.monotonic() - begun)


def _one_case(jobs: Iterable[Job]) -> str:
    """Return the case of a run; a run tells of one case only."""
    names = {str(job.parameters["case"]) for job in jobs if job.parameters.get("case")}
    if len(names) != 1:
        raise RunError(
            f"1つの実行では1つのケースだけを扱います（指定：{'、'.join(sorted(names)) or 'なし'}）。計画の case を1つにしてください。"
        )
    return names.pop()


def _check_inputs(case: str, jobs: Sequence[Job]) -> None:
    """Raise InputError with all faults of the case and the register once, instead of one failure a notebook."""
    load_register()
    published_only = all(job.parameters.get("published_only") for job in jobs)
    report = check_case(case, published_only=published_only)
    if not report.ok:
        raise InputError(report.faults)


def _remove(folder: Path) -> None:
    for path in sorted(folder.glob("*")) if folder.is_dir() else []:
        path.unlink()
    if folder.is_dir():
        os.rmdir(folder)
