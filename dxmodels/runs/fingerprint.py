"""Has anything this notebook depends on changed since it was last run?

A fingerprint is the SHA-256 of the notebook's source, its complete parameters, the content of the inputs it declares
(``load_case(name, tables=[…])``), the assumptions, scenario and option, the code of the package and the lock of the environment.
Same fingerprint, same result: the run is taken from reports/.cache. The run's own number is the hash of the plan and all of these.
"""

from __future__ import annotations

import ast
import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import nbformat

from dxmodels.errors import RunError
from dxmodels.inputs.places import data_root
from dxmodels.runs.casefacts import case_facts
from dxmodels.runs.plans import Job, Plan
from dxmodels.runs.project import PACKAGE, notebooks_root

_LENGTH = 12
# What only turns executed notebooks into pages cannot change a result: editing it must not rerun the notebooks.
_PAGES_ONLY = (
    "cli.py", "runs/render", "runs/templates", "runs/document", "runs/plans.py", "runs/execute", "runs/publish.py", "runs/manifest.py",
    "runs/batch.py", "runs/doctor.py", "runs/fingerprint.py", "runs/extract.py", "runs/parameters/text.py",
)  # fmt: skip


def fingerprint_of(job: Job, *, upstream: Iterable[str] = ()) -> str:
    """Return the fingerprint of one run; ``upstream`` are digests of the results it reads (the summary only)."""
    parts = {
        "notebook": source_digest(notebook_path(job.notebook)),
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


def notebook_path(name: str) -> Path:
    """Return the notebook's file."""
    return notebooks_root() / f"{name}.ipynb"


def source_digest(path: Path) -> str:
    """Return the hash of a notebook's cells (kind, tags and source); outputs and other metadata do not count."""
    cells = [[cell.cell_type, list(cell.metadata.get("tags", [])), cell.source] for cell in read_notebook(path).cells]
    return _hash(canonical(cells))


def read_notebook(path: Path) -> Any:
    """Return the notebook; raises RunError where the file is none."""
    try:
        return nbformat.read(path, as_version=4)
    except Exception as error:  # nbformat raises whatever its JSON and schema layers raise
        raise RunError(
            f"ノートブック {path.name} を読めません（{type(error).__name__}）。JupyterLab で開いて保存し直してください。"
        ) from error


def input_digests(job: Job) -> dict[str, str]:
    """Return the hash of every file the run reads, by its path under data/ (or its name, elsewhere)."""
    root = data_root()
    files = [*sorted((root / "assumptions").glob("*.yml")), root / "options" / "levers.yml"]
    for kind, folder in (("scenario", "scenarios"), ("option", "options")):
        name = job.parameters.get(kind)
        files += [root / folder / f"{name}.yml"] if name else []
    case = job.parameters.get("case")
    if case:
        files += case_facts(str(case)).files(declared_tables(notebook_path(job.notebook)))
    return {_label(path, root): file_digest(path) for path in files if path.is_file()}


def declared_tables(path: Path) -> tuple[str, ...] | None:
    """Return the tables a notebook says it reads; None (= all) where it says nothing or something that is no plain list."""
    return _declared(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=256)
def _declared(path: Path, stamp: int) -> tuple[str, ...] | None:
    tables: set[str] = set()
    loads = 0
    for cell in read_notebook(path).cells:
        for call in _calls(cell.source if cell.cell_type == "code" else ""):
            loads += 1
            declared = next((keyword.value for keyword in call.keywords if keyword.arg == "tables"), None)
            names = _plain_names(declared)
            if names is None:
                return None
            tables |= names
    return tuple(sorted(tables)) if loads else None


def _calls(source: str) -> list[ast.Call]:
    """Return the calls of ``load_case`` in a cell; a cell with magics is read without them."""
    lines = "\n".join("" if line.lstrip().startswith(("%", "!")) else line for line in source.splitlines())
    try:
        tree = ast.parse(lines)
    except SyntaxError:
        return []
    return [
        node for node in ast.walk(tree) if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "load_case"
    ]


def _plain_names(node: ast.expr | None) -> set[str] | None:
    if not isinstance(node, ast.List | ast.Tuple):
        return None
    names = [item.value for item in node.elts if isinstance(item, ast.Constant) and isinstance(item.value, str)]
    return set(names) if len(names) == len(node.elts) else None


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
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else path.name


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8")).hexdigest()
