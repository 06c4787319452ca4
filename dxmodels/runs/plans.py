"""Which notebooks does a plan run, with which parameters, and where does each stand in the report?

A plan is a file of data/plans (YAML 1.2, safe loader, unknown keys refused)::

    title_ja: 大阪府デジタル改革 最終取りまとめ      # printed on every page
    edition_ja: 令和8年度                          # edition, in the header
    parameters: {case: osaka, seed: 2026}         # for every notebook that has them
    chapters:                                     # 府庁DX / 市町村DX / 制度・あり方
      - title_ja: 府庁DX
        notebooks:
          - notebook: 00_data
          - notebook: 20_cost
            parameters: {scenario: [base, yen_weak]}   # a list = one run each; several lists = every combination
        exhibits: [E09]                           # optional: exhibits told here though their notebook stands elsewhere
    summary: 90_final_summary                     # optional: reads what the others recorded, so it runs last
    minutes_per_notebook: 15                      # optional time limit
    booklets: false                               # optional: leave out the forms a notebook binds (one page a system)
    own_title_ja: デジタル改革 最終取りまとめ         # optional: title after the name of a case that is not the embedded one
    abstract:                                     # optional: sentences of page 1 (dxmodels/runs/document/abstract.py)
      - text: 損得の分かれ目は{break_even_usdjpy}である。
        exhibits: [E08a]

Everything is checked before any kernel starts, and every fault is named at once.
"""

from __future__ import annotations

import hashlib
import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from dxmodels.errors import Fault, ParameterError, RunError
from dxmodels.inputs.places import checked_slug, data_root
from dxmodels.inputs.yaml_files import unknown_name
from dxmodels.inputs.yaml_text import YamlText, read_yaml
from dxmodels.runs.notebook_files import notebook_path, parameter_cell
from dxmodels.runs.parameters import SCHEMAS, faults_of

SUMMARY_CHAPTER = "取りまとめ"
_BRANCHES = "abcdefghijklmnopqrstuvwxyz"
_MOST_JOBS = 5_000
_LONGEST_VARIANT = 36
_ANY_JOB = "\0"  # stands for the notebook while faults are compared
_Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120)]
_ExhibitId = Annotated[str, StringConstraints(pattern=r"^[A-Z]\d{2}[a-z]?$")]
ABSTRACT_NAME = re.compile(r"\{([a-z][a-z0-9_]*)(?P<size>:size)?(?:\|(?P<below>[^|{}]*)\|(?P<above>[^|{}]*))?\}")
_DIGIT = re.compile(r"[0-9０-９]")
_Sentence = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=600)]
_Setting = str | int | float | bool | None | list[str | int | float | bool | None]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Batch(_Part):
    """One notebook and the parameters it runs with; a list means one run each."""

    notebook: str
    parameters: dict[str, _Setting] = {}


class Chapter(_Part):
    """One chapter of the report: its notebooks, and exhibits told here although their notebook stands elsewhere."""

    title_ja: _Text
    notebooks: Annotated[tuple[Batch, ...], Field(strict=False)] = ()
    exhibits: Annotated[tuple[_ExhibitId, ...], Field(strict=False)] = ()


def _without_digits(text: str) -> str:
    """Refuse a sentence of page 1 with a number of its own, or with braces that name no quantity."""
    rest = ABSTRACT_NAME.sub("", text)
    if _DIGIT.search(rest) or "{" in rest or "}" in rest:
        raise ValueError(text)
    return text


class AbstractSentence(_Part):
    """One sentence of page 1: names of recorded quantities in braces, the exhibits behind it, and what to say without them."""

    text: Annotated[_Sentence, AfterValidator(_without_digits)]
    otherwise: Annotated[str, AfterValidator(_without_digits)] = ""
    exhibits: Annotated[tuple[_ExhibitId, ...], Field(strict=False)] = ()


class Plan(_Part):
    """The checked content of one plan file."""

    name: str
    title_ja: _Text
    edition_ja: _Text
    parameters: dict[str, _Setting] = {}
    chapters: Annotated[tuple[Chapter, ...], Field(strict=False, min_length=1)]
    summary: str | None = None
    own_title_ja: _Text | None = None
    abstract: Annotated[tuple[AbstractSentence, ...], Field(strict=False)] = ()
    minutes_per_notebook: Annotated[float, Field(gt=0, le=24 * 60, strict=False)] = 15.0
    booklets: bool = True

    def chapter_of_exhibit(self, exhibit_id: str, notebook_chapter: str) -> str:
        """Return the chapter an exhibit is told in: the one that claims it, else its notebook's."""
        for name in (exhibit_id, exhibit_id.rstrip(_BRANCHES)):  # a branch is told beside its exhibit
            for chapter in self.chapters:
                if name in chapter.exhibits:
                    return chapter.title_ja
        return notebook_chapter


@dataclass(frozen=True)
class Job:
    """One run of one notebook: ``key`` names its files, ``parameters`` are complete and checked."""

    key: str
    notebook: str
    chapter: str
    parameters: Mapping[str, Any]
    variant: str = ""
    joins: bool = False


def load_plan(name: str) -> Plan:
    """Return the plan ``data/plans/<name>.yml``; raises ParameterError (unknown name) or InputError (faults of the file)."""
    checked_slug(name, what="計画の名前")
    folder = data_root() / "plans"
    there = sorted(path.stem for path in folder.glob("*.yml"))
    if name not in there:
        raise ParameterError([unknown_name("計画", name, there)])
    text = read_yaml(folder / f"{name}.yml")
    try:
        return Plan.model_validate({**text.content, "name": name})
    except ValidationError as error:
        raise ParameterError([_fault(text, problem) for problem in error.errors()]) from error


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
                jobs += _expand(plan, batch, chapter.title_ja, given)
    if plan.summary in SCHEMAS:
        jobs += _expand(plan, Batch(notebook=str(plan.summary)), SUMMARY_CHAPTER, given, joins=True)
    if len(jobs) > _MOST_JOBS:
        faults.append(
            Fault(f"計画 {plan.name}", f"実行が {len(jobs):,} 件になります", f"{_MOST_JOBS:,} 件以下に減らしてください")
        )
    else:
        faults += _told_once(jobs)
    if faults:
        raise ParameterError(_without_repeats(faults))
    return _completed(jobs)


def _expand(plan: Plan, batch: Batch, chapter: str, overrides: Mapping[str, Any], *, joins: bool = False) -> list[Job]:
    """Return one job for every combination of the listed values."""
    known = SCHEMAS[batch.notebook].model_fields
    shared = {name: value for name, value in plan.parameters.items() if name in known}
    settings = {**shared, **batch.parameters, **{name: value for name, value in overrides.items() if name in known}}
    varied = [name for name, value in settings.items() if isinstance(value, list) and len(value) > 1]
    jobs = []
    for values in _combinations(settings):
        variant = _short("-".join(_part_of_key(values[name]) for name in varied))
        key = f"{batch.notebook}-{variant}" if variant else batch.notebook
        jobs.append(Job(key, batch.notebook, chapter, values, variant, joins))
    return jobs


def _combinations(settings: Mapping[str, _Setting]) -> Iterator[dict[str, Any]]:
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
        faults += [unknown_name(f"{where} のパラメータ", name, sorted(known)) for name in given if name not in known]
    if not named:
        faults.append(Fault(where, "ノートブックが1つもありません", "chapters の下に notebooks を書いてください"))
    return faults


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
        if key in seen:
            if any(job.notebook == other.notebook and values == other.parameters for other in complete):
                continue
            key = next(name for number in itertools.count(2) if (name := f"{job.key}-{number}") not in seen)
        seen.add(key)
        complete.append(
            Job(key, job.notebook, job.chapter, values, key.removeprefix(job.notebook).lstrip("-"), job.joins)
        )
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


def _fault(text: YamlText, problem: Any) -> Fault:
    keys = [key for key in problem["loc"] if isinstance(key, str | int)]
    where = ".".join(str(key) for key in keys)
    value = problem.get("input")
    shown = str(value) if isinstance(value, str | int | float | bool) else ""
    return Fault(f"data/plans/{text.file}", *_in_japanese(problem), row=text.line(*keys), column=where, value=shown)


def _in_japanese(problem: Any) -> tuple[str, str]:
    kind = problem["type"]
    if kind == "missing":
        return "必須の項目がありません", f"「{problem['loc'][-1]}:」を書いてください"
    if kind == "extra_forbidden":
        return "知らない項目です", "計画の書式（dxmodels/runs/plans.py の冒頭）にある項目だけを使ってください"
    if kind in {"string_type", "string_pattern_mismatch"}:
        return "文字列の形が正しくありません", "引用符で囲み、図表番号は E07 の形にしてください"
    if kind == "value_error":
        return (
            "要旨の文に数字か、名前でない波括弧があります",
            "数値は {記録名}、{記録名:size}、{記録名|負の言葉|正の言葉} の形で、記録された値から引いてください",
        )
    if kind in {"greater_than", "less_than_equal"}:
        return "時間の上限が範囲外です", "0 より大きく 1440 分以下にしてください"
    return "形が正しくありません", "計画の書式（dxmodels/runs/plans.py の冒頭）の例に合わせてください"
