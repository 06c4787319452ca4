"""How does ``dx run PLAN`` go from a plan to a finished folder of reports?

Check everything → run what is not in the cache → let the summary read what the others recorded → write the pages → put the folder in
place. A notebook that fails leaves the page of what it had sent so far; the rest goes on; the index and the exit code say so.
"""

from __future__ import annotations

import contextlib
import json
import shutil
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from dxmodels.errors import EXIT_NOTEBOOK_FAILED, EXIT_OK, InputError, RunError
from dxmodels.inputs import check_case, load_register
from dxmodels.inputs.places import EMBEDDED_CASE
from dxmodels.runs import folders
from dxmodels.runs.casefacts import CaseFacts, case_facts
from dxmodels.runs.compare.archive import ARCHIVE, archive_of
from dxmodels.runs.compare.bridge import bridge_runs
from dxmodels.runs.compare.finished import FinishedRun, latest_before, read_run
from dxmodels.runs.compare.reruns import reruns_between
from dxmodels.runs.document import Edition, with_file_names
from dxmodels.runs.document.plain_pages import page_in_japanese, unexplained_names
from dxmodels.runs.execute import Machines, ThisMachine
from dxmodels.runs.execution import EXECUTED, Execution, execute
from dxmodels.runs.fingerprint import run_id_of
from dxmodels.runs.kept_pages import KeptPages
from dxmodels.runs.manifest import MANIFEST, manifest_of, with_files
from dxmodels.runs.pages import write_pages
from dxmodels.runs.plans import Job, jobs_of, load_plan
from dxmodels.runs.project import reports_root

BRIDGE = "bridge.json"
INTERNAL_JA = "庁内版"  # the public edition of a run is made from its results (editions/publish.py)


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


def run_plan(
    name: str,
    *,
    overrides: Mapping[str, Any] | None = None,
    machines: Machines | None = None,
    fresh: bool = False,
    against: str = "",
    progress: bool = True,
    say: Callable[[str], None] = lambda text: None,
) -> RunReport:
    """Run a plan and return how it ended; ``fresh`` computes everything anew.

    ``against``: the number of an earlier run to tell every difference from, split by cause (what that needs is computed anew); without it
    the latest earlier run of the same plan and case, split only where no new computation is needed.

    ``machines``: where notebooks and pages are computed (this machine by default).

    Raises ParameterError or InputError before any kernel starts where the plan, a parameter or the case is faulty, and RunError
    where the run itself is impossible (locked folder, no space).
    """
    plan = load_plan(name)
    jobs = jobs_of(plan, overrides)
    case = case_facts(_one_case(jobs))
    reports = reports_root()
    with folders.locked(reports, what=f"計画 {plan.name}"), _told_in_japanese():
        folders.check_space(reports)
        run_id = run_id_of(plan, jobs)
        before = _manifest(reports / run_id)
        finished = _finished(before, reports / run_id)
        if finished and not fresh and against in ("", _compared_before(finished)[0]):
            return _again(run_id, reports, jobs)
        _check_inputs(jobs)
        staging = folders.fresh_staging(reports, run_id)
        run = Execution(plan, jobs, reports, staging, fresh, say, machines or ThisMachine())
        earlier, split = _earlier(run, case, against, _compared_before(before))
        _execute(run, case, earlier, progress, split=split)
        return _finish(run, case)


@contextlib.contextmanager
def _told_in_japanese() -> Iterator[None]:
    """Turn what the system refuses while a run writes into a message with the cure."""
    try:
        yield
    except OSError as error:
        raise RunError(
            f"書込みに失敗しました（{folders.in_japanese(error)}）。空き容量と権限を確かめてください。計算済みの結果は残っており、"
            "再実行（dx run 計画 --resume）すると続きから始まります。"
        ) from error


def _compared_before(manifest: Mapping[str, Any]) -> tuple[str, bool]:
    """Return with which run this very run was compared before ("" = none), and whether the differences were split."""
    held = manifest.get("compared_with") or {}
    return str(held.get("run", "")), bool(held.get("split"))


def _earlier(
    run: Execution, case: CaseFacts, against: str, before: tuple[str, bool]
) -> tuple[FinishedRun | None, bool]:
    """Return the run to compare with (the one named, else as this very run was compared before, else the latest other) and whether to split."""
    if against:
        return read_run(against), True
    if before[0] and (run.reports / before[0] / MANIFEST).is_file():
        return read_run(before[0]), before[1]
    latest = latest_before(run.run_id, plan=run.plan.name, case=case.name, published_only=_published_only(run.jobs))
    return latest, False


def _execute(run: Execution, case: CaseFacts, earlier: FinishedRun | None, progress: bool, *, split: bool) -> None:
    """Execute the notebooks of the plan, compare with the earlier run, then let the summary read what they recorded."""
    run.log(
        f"開始：計画「{run.plan.title_ja}」（{run.plan.name}）、実行番号 {run.run_id}、ノートブック {len(run.jobs)} 件"
    )
    execute(run, [job for job in run.jobs if not job.joins], progress=progress)
    folders.write_atomically(run.staging / ARCHIVE, archive_of(case, published_only=_published_only(run.jobs)))
    upstream = [page.results.to_json() for page in run.pages.values() if not page.job.apart]
    if earlier is not None and any(job.joins for job in run.jobs):
        upstream.append(_compare(run, case, earlier, split))
    execute(run, [job for job in run.jobs if job.joins], upstream=upstream, progress=progress)


def _compare(run: Execution, case: CaseFacts, earlier: FinishedRun, split: bool) -> str:
    """Write the bridge from the earlier run for the summary to tell, and return it as text."""
    run.compared_with = {"run": earlier.run_id, "split": split}
    pages = list(run.pages.values())
    manifest = manifest_of(run.plan, run.run_id, case, pages, seconds=0.0, exit_code=EXIT_OK)
    records = {(record.name, page.job.variant): record for page in pages for record in page.results.records}
    new = FinishedRun(run.staging, manifest, records)
    # The summary has not run yet: what it recorded the last time has no counterpart here.
    of_others = {key: record for key, record in earlier.records.items() if record.notebook != run.plan.summary}
    earlier = replace(earlier, records=of_others)
    rerun = reruns_between(earlier, new, reports=run.reports, machines=run.machines, say=run.say) if split else None
    text = json.dumps(bridge_runs(earlier, new, rerun=rerun).to_json(), ensure_ascii=False, sort_keys=True)
    folders.write_atomically(run.staging / BRIDGE, text.encode("utf-8"))
    run.told["bridge"] = str(run.staging / BRIDGE)
    run.log(f"前回の実行 {earlier.run_id} と比べた")
    return text


def _finish(run: Execution, case: CaseFacts) -> RunReport:
    """Write the pages, the manifest and the log; put the folder in place."""
    pages = [page_in_japanese(page) for page in with_file_names([run.pages[job.key] for job in run.jobs])]
    embedded = case.name == EMBEDDED_CASE
    title = run.plan.title_ja if embedded else f"{case.title_ja} {run.plan.own_title_ja or run.plan.title_ja}"
    edition = Edition(
        run.run_id,
        title,
        f"{run.plan.edition_ja}　{INTERNAL_JA}",
        case.title_ja,
        case.as_of,
        case.base_fy,
        own=case.own,
        embedded=embedded,
    )
    for page in pages:
        for exhibit_id, names in unexplained_names(page):
            run.log(f"{exhibit_id} に内部の名前が残っている：{'、'.join(names)}")
    kept = KeptPages(run.reports, run.run_id)
    unmade = write_pages(run.staging, run.plan, pages, edition, machines=run.machines, kept=kept, say=run.say)
    failed = {page.job.key: page.outcome.message for page in pages if page.failed} | unmade
    seconds = time.monotonic() - run.begun
    exit_code = EXIT_NOTEBOOK_FAILED if failed else EXIT_OK
    for name, message in unmade.items():
        run.log(f"{name}：作成できなかった。{message}")
    ending = "すべて作成した" if exit_code == EXIT_OK else f"{len(failed)} 件を作成できなかった"
    run.log(f"終了：{ending}（{seconds:.1f}秒、終了コード {exit_code}）")
    shutil.rmtree(run.staging / EXECUTED, ignore_errors=True)
    manifest = manifest_of(
        run.plan, run.run_id, case, pages, seconds=seconds, exit_code=exit_code, compared_with=run.compared_with
    )
    folders.write_atomically(run.staging / MANIFEST, with_files(manifest, run.staging))
    folders.put_in_place(run.staging, run.reports / run.run_id)
    kept.forget()
    folders.copy_latest(run.reports / run.run_id, run.reports)
    folders.forget_oldest(run.reports)
    executed = tuple(page.job.key for page in pages if not page.cached)
    reused = tuple(page.job.key for page in pages if page.cached)
    return RunReport(run.run_id, run.reports / run.run_id, executed, reused, failed, seconds)


def _manifest(folder: Path) -> dict[str, Any]:
    try:
        return dict(json.loads((folder / MANIFEST).read_text(encoding="utf-8")))
    except (OSError, ValueError):
        return {}


def _finished(manifest: dict[str, Any], folder: Path) -> dict[str, Any] | None:
    """Return the manifest of a run that ended well, None where there is none or a file of it is gone."""
    whole = manifest.get("exit_code") == EXIT_OK and all(
        (folder / name).is_file() for name in manifest.get("files", {})
    )
    return manifest if whole else None


def _again(run_id: str, reports: Path, jobs: Sequence[Job]) -> RunReport:
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


def _published_only(jobs: Iterable[Job]) -> bool:
    return all(job.parameters.get("published_only") for job in jobs)


def _check_inputs(jobs: Sequence[Job]) -> None:
    """Raise InputError with all faults of the case and the register once, instead of one failure a notebook."""
    load_register()
    report = check_case(_one_case(jobs), published_only=_published_only(jobs))
    if not report.ok:
        raise InputError(report.faults)
