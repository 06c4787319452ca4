"""Has anything this notebook depends on changed since it was last run?

A fingerprint is the SHA-256 of the notebook's source, its complete parameters, the content of the inputs it declares
(``load_case(name, tables=[…])``), the assumptions, scenario and option, the code of the package and the lock of the environment.
Same fingerprint, same result: the run is taken from reports/.cache. The run's own number is the hash of the plan and all of these.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from dxmodels.inputs.places import data_root
from dxmodels.runs.casefacts import case_facts
from dxmodels.runs.notebook_files import cells_of, declared_tables, notebook_path
from dxmodels.runs.plans import Job, Plan
from dxmodels.runs.project import PACKAGE

_LENGTH = 12
_SHARED = ("assumptions", "scenarios", "options")
# What only turns executed notebooks into pages cannot change a result: editing it must not rerun the notebooks.
_PAGES_ONLY = (
    "cli.py", "runs/render", "runs/templates", "runs/document", "runs/plans.py", "runs/execute", "runs/publish.py", "runs/manifest.py",
    "runs/batch.py", "runs/doctor.py", "runs/fingerprint.py", "runs/extract.py", "runs/notebook_files.py", "runs/pages.py", "runs/folders.py", "runs/parameters/text.py",
)  # fmt: skip


def fingerprint_of(job: Job, *, upstream: Iterable[str] = ()) -> str:
    """Return the fingerprint of one run; ``upstream`` are digests of the results it reads (the summary only)."""
    parts = {
        "notebook": cells_of(notebook_path(job.notebook)),
        "parameters": canonical(job.parameters),
        "inputs": input_digests(job),
        "code": code_digest(),
        "environment": environment_digest(),
        "upstream": sorted(upstream),
    }
    return _hash(canonical(parts))


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
    # Any scenario or option may be compared with the chosen one, so all of them count.
    files = [path for folder in _SHARED for path in sorted((root / folder).glob("*.yml"))]
    case = job.parameters.get("case")
    if case:
        facts = case_facts(str(case))
        published_only = bool(job.parameters.get("published_only"))
        declared = declared_tables(notebook_path(job.notebook))
        files += facts.files(declared, published_only=published_only) + facts.other_files()
    return {_label(path, root): file_digest(path) for path in files if path.is_file()}


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
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def canonical(value: Mapping[str, Any] | Sequence[Any]) -> str:
    """Return the one JSON text of a value, whatever the order of its keys."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=str)


def _label(path: Path, root: Path) -> str:
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else f"{path.parent.name}/{path.name}"


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8")).hexdigest()
