"""What would the numbers be with the data of one run and the assumptions of another, under today's method?

The kept inputs of the runs are laid out in a folder of their own and the notebooks are executed there by the very code that runs a plan,
cache included: a notebook that reads nothing of what differs is not executed again. Nothing of this is written into a report folder.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from dxmodels.errors import DxError
from dxmodels.runs import folders
from dxmodels.runs.casefacts import case_facts
from dxmodels.runs.compare.archive import lay_out
from dxmodels.runs.compare.bridge import TOLERANCE, Bridge, Case, Values, bridge_runs
from dxmodels.runs.compare.finished import FinishedRun, read_run
from dxmodels.runs.execute import Machines, ThisMachine
from dxmodels.runs.execution import Execution, execute
from dxmodels.runs.plans import Job, Plan, jobs_of, load_plan
from dxmodels.runs.project import reports_root

_WHOSE = {"old": "前回", "new": "今回"}


def compare_runs(
    earlier: str, later: str, *, tolerance: float = TOLERANCE, rerun: bool = True, say: Callable[[str], None] = print
) -> Bridge:
    """Return the bridge between two finished runs; ``rerun=False`` computes nothing anew.

    Raises ParameterError for a run that cannot be read, RunError where the reports folder is in use.
    """
    old, new = read_run(earlier), read_run(later)
    reports = reports_root()
    with folders.locked(reports):
        counted = reruns_between(old, new, reports=reports, machines=ThisMachine(), say=say) if rerun else None
        return bridge_runs(old, new, rerun=counted, tolerance=tolerance)


def reruns_between(
    old: FinishedRun, new: FinishedRun, *, reports: Path, machines: Machines, say: Callable[[str], None]
) -> Callable[[Case], Values]:
    """Return the function that computes the numbers of one mixture; what cannot be computed is left out, and said."""
    sides = {"old": old, "new": new}

    def numbers(case: Case) -> Values:
        data, assumed = (sides[whose] for whose in case)
        say(f"要因に分けるため計算し直しています（データ：{_WHOSE[case[0]]}、前提：{_WHOSE[case[1]]}）")
        try:
            return _numbers(data, assumed, new, reports, machines)
        except DxError as error:
            say(f"計算し直せないため、差を要因に分けません：{error}")
            return {}

    return numbers


def _numbers(data: FinishedRun, assumed: FinishedRun, new: FinishedRun, reports: Path, machines: Machines) -> Values:
    plan = load_plan(str(new.manifest["plan"]["name"]))
    with tempfile.TemporaryDirectory(prefix="dx-compare-") as place:
        root = Path(place) / "data"
        lay_out(root, data_from=data.folder, assumptions_from=assumed.folder, completed_from=new.folder)
        with _data_of(root):
            jobs = _jobs(plan, assumed.settings, root / str(data.manifest["case"]["name"]), new)
            run = Execution(plan, jobs, reports, Path(place) / "run", machines=machines)
            execute(run, [job for job in jobs if not job.joins])
    found: dict[tuple[str, str], float | None] = {}
    for page in run.pages.values():
        for record in page.results.records:
            plain = isinstance(record.value, int | float) and not isinstance(record.value, bool)
            found[record.name, page.job.variant] = float(record.value) if plain and record.value is not None else None
    return found


def _jobs(plan: Plan, settings: Mapping[str, Mapping[str, Any]], case: Path, new: FinishedRun) -> list[Job]:
    """Return today's runs of the plan with the settings one of the runs had, on the case laid out."""
    only = all(entry["parameters"].get("published_only") for entry in new.manifest["notebooks"].values())
    named = case.name if case.parent.joinpath(case.name, "case.yml").is_file() else str(case)
    jobs = []
    for job in jobs_of(plan, {"case": named, "published_only": only}):
        held = {name: value for name, value in settings.get(job.key, {}).items() if name in job.parameters}
        jobs.append(replace(job, parameters={**job.parameters, **held}))
    return jobs


@contextmanager
def _data_of(root: Path) -> Iterator[None]:
    """Make ``root`` the data folder of this process and of the kernels it starts."""
    before = os.environ.get("DX_DATA")
    os.environ["DX_DATA"] = str(root)
    case_facts.cache_clear()
    try:
        yield
    finally:
        case_facts.cache_clear()
        if before is None:
            del os.environ["DX_DATA"]
        else:
            os.environ["DX_DATA"] = before
