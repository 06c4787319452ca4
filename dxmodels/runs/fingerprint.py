"""Has anything this notebook depends on changed since it was last run?

What could matter before it has run is hashed as its *ground*: the notebook's source, its complete parameters, the code of the package,
the lock of the environment, case.yml, scenarios and options. What it read while it ran is known afterwards (dxmodels/inputs/reads.py):
every table, with those it points to, and every assumption, each with its own hash. A finished notebook of the same ground is reused
where all it read is still the same. The run's own number is the hash of the plan and of all inputs the notebooks declare, read or not.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from functools import lru_cache
from pathlib import Path
from typing import Any

from dxmodels.inputs import Assumption, Register, load_register
from dxmodels.inputs.places import data_root
from dxmodels.inputs.reads import EVERYTHING, NAMES, Reads
from dxmodels.runs.casefacts import CaseFacts, case_facts
from dxmodels.runs.notebook_files import cells_of, declared_tables, notebook_path
from dxmodels.runs.plans import Job, Plan
from dxmodels.runs.project import PACKAGE

_LENGTH = 12
# Any scenario or option may be compared with the chosen one, so all of them count.
_PATCHES = ("scenarios", "options")
_SHARED = ("assumptions", *_PATCHES)
# What only turns executed notebooks into pages cannot change a result: editing it must not rerun the notebooks.
_PAGES_ONLY = (
    "cli/", "runs/render", "runs/templates", "runs/document", "runs/plans.py", "runs/plan_file.py", "runs/execute", "runs/publish.py", "runs/manifest.py",
    "runs/batch.py", "runs/doctor.py", "runs/fingerprint.py", "runs/extract.py", "runs/notebook_files.py", "runs/pages.py", "runs/kept_pages.py", "runs/folders.py", "runs/execution.py", "runs/compare/archive.py", "runs/compare/finished.py", "runs/compare/reruns.py", "runs/parameters/text.py",
)  # fmt: skip


def fingerprint_of(job: Job, *, upstream: Iterable[str] = ()) -> str:
    """Return the hash of all a run could read; ``upstream`` are the results it reads (the summary only)."""
    parts = {
        "notebook": cells_of(notebook_path(job.notebook)),
        "parameters": canonical(job.parameters),
        "inputs": input_digests(job),
        "code": code_digest(),
        "environment": environment_digest(),
        "upstream": sorted(upstream),
    }
    return _hash(canonical(parts))


def ground_of(job: Job, *, upstream: Iterable[str] = ()) -> str:
    """Return the hash of everything a run rests on but the tables and assumptions it reads."""
    facts = _facts_of(job)
    beside = [*facts.heading_paths, *facts.other_files()] if facts else []
    parts = {
        "notebook": cells_of(notebook_path(job.notebook)),
        "parameters": canonical(job.parameters),
        "patches": _digests([path for folder in _PATCHES for path in sorted((data_root() / folder).glob("*.yml"))]),
        "beside": _digests(beside),
        "code": code_digest(),
        "environment": environment_digest(),
        "upstream": sorted(upstream),
    }
    return _hash(canonical(parts))


def digests_of_reads(job: Job, reads: Reads) -> dict[str, dict[str, str]]:
    """Return the hash of every table and assumption read, as they stand now; "" for one that is not there."""
    facts, published_only = _facts_of(job), bool(job.parameters.get("published_only"))
    tables = {name: _table_digest(facts, name, published_only) for name in sorted(reads.tables)} if facts else {}
    known = assumption_digests(load_register())
    return {"tables": tables, "assumptions": {name: known.get(name, "") for name in sorted(reads.assumptions)}}


def same_reads(job: Job, held: Mapping[str, Mapping[str, str]]) -> bool:
    """True where all that a finished notebook read is still the same."""
    reads = Reads(frozenset(held["tables"]), frozenset(held["assumptions"]))
    return digests_of_reads(job, reads) == {"tables": dict(held["tables"]), "assumptions": dict(held["assumptions"])}


def assumption_digests(register: Register) -> dict[str, str]:
    """Return the hash of every entry of the register, of the list of names, and of all together."""
    found = {name: _hash(_entry_text(register[name])) for name in register}
    return {**found, NAMES: _hash(canonical(sorted(found))), EVERYTHING: _hash(canonical(found))}


def _entry_text(entry: Assumption) -> str:
    facts = {part.name: str(getattr(entry, part.name)) for part in fields(entry) if part.name != "values"}
    return canonical({**facts, "values": {str(year): str(levels) for year, levels in entry.values.items()}})


def _table_digest(facts: CaseFacts, name: str, published_only: bool) -> str:
    names = None if name == EVERYTHING else [name]
    paths = set(facts.files(names, published_only=published_only)) - set(facts.heading_paths)
    return _hash(canonical(_digests(sorted(paths)))) if paths else ""


def _facts_of(job: Job) -> CaseFacts | None:
    case = job.parameters.get("case")
    return case_facts(str(case)) if case else None


def _digests(paths: Iterable[Path]) -> dict[str, str]:
    return {_label(path, data_root()): file_digest(path) for path in paths if path.is_file()}


def run_id_of(plan: Plan, jobs: Sequence[Job]) -> str:
    """Return the number of a run: the plan's name and the hash of the plan and all its inputs."""
    parts = {
        "plan": plan.model_dump(mode="json"),
        "jobs": {job.key: fingerprint_of(job) for job in jobs},
        "pages": code_digest(pages=True),
    }
    return f"{plan.name}-{_hash(canonical(parts))[:_LENGTH]}"


def input_digests(job: Job) -> dict[str, str]:
    """Return the hash of every file the run reads, by its path under data/ (or folder and name, elsewhere)."""
    root = data_root()
    files = [path for folder in _SHARED for path in sorted((root / folder).glob("*.yml"))]
    case = job.parameters.get("case")
    if case:
        facts = case_facts(str(case))
        published_only = bool(job.parameters.get("published_only"))
        declared = declared_tables(notebook_path(job.notebook))
        files += facts.files(declared, published_only=published_only) + facts.other_files()
    return _digests(files)


def code_digest(*, pages: bool = False) -> str:
    """Return the hash of the package's code and data files; ``pages`` includes what only makes the pages."""
    return _code(pages, tuple((path, path.stat().st_mtime_ns) for path in _code_files(pages)))


def _code_files(pages: bool) -> list[Path]:
    found = [path for path in sorted(PACKAGE.rglob("*")) if path.is_file() and "__pycache__" not in path.parts]
    return [path for path in found if pages or not path.relative_to(PACKAGE).as_posix().startswith(_PAGES_ONLY)]


@lru_cache(maxsize=4)
def _code(pages: bool, stamps: tuple[tuple[Path, int], ...]) -> str:
    return _hash(canonical({path.relative_to(PACKAGE).as_posix(): file_digest(path) for path, _ in stamps}))


def environment_digest() -> str:
    """Return the hash of the lock file (of nothing, where the package is used outside its project)."""
    lock = PACKAGE.parent / "requirements.lock"
    return file_digest(lock) if lock.is_file() else ""


def file_digest(path: Path) -> str:
    """Return the SHA-256 of a file's content."""
    state = path.stat()
    return _digest_of(path, state.st_mtime_ns, state.st_size)


@lru_cache(maxsize=4096)
def _digest_of(path: Path, stamp: int, size: int) -> str:
    """Each notebook names the same tables again: a file that has not been touched since is not read twice."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def canonical(value: Mapping[str, Any] | Sequence[Any]) -> str:
    """Return the one JSON text of a value, whatever the order of its keys."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=str)


def hash_of(value: Mapping[str, Any] | Sequence[Any]) -> str:
    """Return the hash of plain data."""
    return _hash(canonical(value))


def _label(path: Path, root: Path) -> str:
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else f"{path.parent.name}/{path.name}"


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8")).hexdigest()
