"""Which notebooks does a plan run, with which parameters, and where does each stand in the report?

What a plan file may say stands in plan_file.py. Everything is checked before any kernel starts, and every fault is named at once.
"""

from __future__ import annotations

import hashlib
import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from dxmodels.errors import Fault, ParameterError, RunError
from dxmodels.inputs.yaml_files import unknown_name
from dxmodels.runs.notebook_files import notebook_path, parameter_cell
from dxmodels.runs.parameters import SCHEMAS, faults_of
from dxmodels.runs.plan_file import ABSTRACT_NAME, Batch, Chapter, Plan, Setting, load_plan

__all__ = ["ABSTRACT_NAME", "SUMMARY_CHAPTER", "Batch", "Chapter", "Job", "Plan", "jobs_of", "load_plan"]

SUMMARY_CHAPTER = "取りまとめ"
_MOST_JOBS = 5_000
_LONGEST_VARIANT = 36
_ANY_JOB = "\0"  # stands for the notebook while faults are compared


@dataclass(frozen=True)
class Job:
    """One run of one notebook: ``key`` names its files, ``parameters`` are complete and checked.

    ``joins``: it reads what the others recorded; ``apart``: it stands beside the report (plan_file.Chapter).
    """

    key: str
    notebook: str
    chapter: str
    parameters: Mapping[str, Any]
    variant: str = ""
    joins: bool = False
    apart: bool = False


def jobs_of(plan: Plan, overrides: Mapping[str, Any] | None = None) -> list[Job]:
    """Return every run of the plan in order, the summary last; ``overrides`` (from the command line) win over the plan.

    Raises ParameterError with the faults of all runs together.
    """
    given = dict(overrides or {})
    faults = _structure_faults(plan, given)
    jobs: list[Job] = []
    for chapter in plan.chapters:
        for batch in chapter.notebooks:
            if batch.notebook in SCHEMAS:
                jobs += _expand(plan, batch, chapter, given)
    if plan.summary in SCHEMAS:
        last = Chapter(title_ja=SUMMARY_CHAPTER)
        jobs += _expand(plan, Batch(notebook=str(plan.summary)), last, given, joins=True)
    if len(jobs) > _MOST_JOBS:
        faults.append(
            Fault(f"計画 {plan.name}", f"実行が {len(jobs):,} 件になります", f"{_MOST_JOBS:,} 件以下に減らしてください")
        )
    else:
        faults += _told_once(jobs)
    if faults:
        raise ParameterError(_without_repeats(faults))
    return _completed(jobs)


def _expand(
    plan: Plan, batch: Batch, chapter: Chapter, overrides: Mapping[str, Any], *, joins: bool = False
) -> list[Job]:
    """Return one job for every combination of the listed values."""
    known = SCHEMAS[batch.notebook].model_fields
    shared = {name: value for name, value in plan.parameters.items() if name in known}
    settings = {**shared, **batch.parameters, **{name: value for name, value in overrides.items() if name in known}}
    fewest = 0 if chapter.apart else 1  # beside the report every stated condition names the run, a single one too
    varied = [name for name, value in settings.items() if isinstance(value, list) and len(value) > fewest]
    jobs = []
    for values in _combinations(settings):
        variant = _short("-".join(_part_of_key(values[name]) for name in varied))
        key = f"{batch.notebook}-{variant}" if variant else batch.notebook
        jobs.append(Job(key, batch.notebook, chapter.title_ja, values, variant, joins, chapter.apart))
    return jobs


def _combinations(settings: Mapping[str, Setting]) -> Iterator[dict[str, Any]]:
    lists = [value if isinstance(value, list) else [value] for value in settings.values()]
    for values in itertools.product(*lists):
        yield dict(zip(settings, values, strict=True))


def _part_of_key(value: object) -> str:
    return re.sub(r"[^a-z0-9_]+", "_", str(value).lower())[:40] or "x"


def _short(variant: str) -> str:
    """Return a variant that leaves room for notebook and exhibit in a file name; a long one is cut and told apart by its hash."""
    if len(variant) <= _LONGEST_VARIANT:
        return variant
    digest = hashlib.sha256(variant.encode("utf-8")).hexdigest()[:8]
    return f"{variant[: _LONGEST_VARIANT - 9]}-{digest}"


def _structure_faults(plan: Plan, overrides: Mapping[str, Any]) -> list[Fault]:
    """Return unknown notebooks, missing files, plan parameters no notebook has, and runs that would share a name."""
    where = f"計画 {plan.name}"
    named = [batch.notebook for chapter in plan.chapters for batch in chapter.notebooks]
    named += [plan.summary] if plan.summary else []
    faults = [unknown_name(f"{where} のノートブック", name, SCHEMAS) for name in named if name not in SCHEMAS]
    faults += [fault for name in dict.fromkeys(named) if name in SCHEMAS for fault in _file_faults(where, name)]
    of_plan = {field for name in named if name in SCHEMAS for field in SCHEMAS[name].names()}
    anywhere = {field for schema in SCHEMAS.values() for field in schema.names()}
    # A plan may state a parameter for notebooks it will get later; on the command line it is meant to change something now.
    for given, known in ((plan.parameters, anywhere), (overrides, of_plan)):
        faults += [
            _unknown_parameter(f"{where} のパラメータ", name, known, anywhere) for name in given if name not in known
        ]
    if not named:
        faults.append(Fault(where, "ノートブックが1つもありません", "chapters の下に notebooks を書いてください"))
    return faults


def _unknown_parameter(where: str, name: str, known: set[str], anywhere: set[str]) -> Fault:
    """Return the fault of a parameter that nothing has, or that no notebook of this plan has."""
    if name not in anywhere:
        return unknown_name(where, name, sorted(known))
    cure = f"省くか、この計画で使えるものを指定してください：{'、'.join(sorted(known))}"
    return Fault(where, "この計画のノートブックが使わないパラメータです", cure, value=name)


def _file_faults(where: str, name: str) -> list[Fault]:
    """Return what is wrong with a notebook's file: absent, or a parameter cell that does not list the schema's names."""
    path = notebook_path(name)
    if not path.is_file():
        cure = f"notebooks/{name}.ipynb を用意してください"
        return [Fault(where, "ノートブックのファイルがありません", cure, value=name)]
    try:
        listed = set(parameter_cell(path))
    except RunError as error:
        return [Fault(where, str(error), "ノートブックを直してください", value=name)]
    wanted = set(SCHEMAS[name].names())
    if listed == wanted:
        return []
    cure = f"parameters のセルに {'、'.join(SCHEMAS[name].names())} を1行に1つずつ書いてください"
    return [
        Fault(
            f"notebooks/{name}.ipynb",
            "パラメータのセルの名前が定義と違います",
            cure,
            value="、".join(sorted(listed ^ wanted)),
        )
    ]


def _completed(jobs: Sequence[Job]) -> list[Job]:
    """Fill in defaults, so that a run is known by all its parameters; runs that came out the same are kept once."""
    complete: list[Job] = []
    seen: set[str] = set()
    for job in jobs:
        values = SCHEMAS[job.notebook].model_validate(dict(job.parameters)).model_dump()
        key = job.key
        same = any(job.notebook == other.notebook and values == other.parameters for other in complete)
        if same and (job.apart or key in seen):
            continue
        if key in seen:
            key = next(name for number in itertools.count(2) if (name := f"{job.key}-{number}") not in seen)
        seen.add(key)
        variant = key.removeprefix(job.notebook).lstrip("-")
        complete.append(replace(job, key=key, parameters=values, variant=variant))
    return complete


def _told_once(jobs: Sequence[Job]) -> list[Fault]:
    """Return the faults of all runs; one that several notebooks share is told once, with the notebooks it stops."""
    stopped: dict[Fault, list[str]] = {}
    for job in jobs:
        for fault in faults_of(job.notebook, job.parameters, where=_ANY_JOB):
            stopped.setdefault(fault, []).append(job.key)
    return [
        replace(fault, file=fault.file.replace(f"{_ANY_JOB} の", "").replace(_ANY_JOB, "") + f"（{'、'.join(keys)}）")
        for fault, keys in stopped.items()
    ]


def _without_repeats(faults: Sequence[Fault]) -> list[Fault]:
    return list(dict.fromkeys(faults))
