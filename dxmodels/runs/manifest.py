"""From what was this run made? Commit, inputs, assumption values, seed, versions, notebooks, files: enough to make it again."""

from __future__ import annotations

import datetime as dt
import json
import platform
import subprocess
from collections.abc import Mapping, Sequence
from importlib.metadata import distributions
from pathlib import Path
from typing import Any

from dxmodels.inputs import Register, load_option, load_register, load_scenario
from dxmodels.runs.casefacts import CaseFacts
from dxmodels.runs.document import Page
from dxmodels.runs.fingerprint import code_digest, environment_digest, file_digest, hash_of, input_digests
from dxmodels.runs.notebook_files import cells_of, notebook_path
from dxmodels.runs.plans import Job, Plan
from dxmodels.runs.project import PACKAGE

MANIFEST, LOG, TRACEBACK = "manifest.json", "log.txt", "traceback.txt"
_NOT_HASHED = {MANIFEST, LOG, TRACEBACK}  # they tell times, which differ between two runs of the same inputs
_GIT_SECONDS = 10


def manifest_of(
    plan: Plan,
    run_id: str,
    case: CaseFacts,
    pages: Sequence[Page],
    *,
    seconds: float,
    exit_code: int,
    compared_with: Mapping[str, object] | None = None,
) -> dict[str, Any]:
    """Return everything a run was made from and how it ended."""
    jobs = [page.job for page in pages]
    return {
        "run_id": run_id,
        "plan": plan.model_dump(mode="json"),
        "exit_code": exit_code,
        "finished_at": dt.datetime.now(dt.UTC).astimezone().isoformat(timespec="seconds"),
        "compared_with": dict(compared_with or {}),
        "case": {
            "name": case.name,
            "title": case.title_ja,
            "as_of": case.as_of.isoformat(),
            "illustrative_tables": list(case.illustrative_tables),
        },
        "code": {
            **commit(),
            "package": code_digest(pages=True),
            "results": code_digest(),
            "notebooks": {job.notebook: hash_of(cells_of(notebook_path(job.notebook))) for job in jobs},
            "lock": environment_digest(),
        },
        "inputs": _inputs(jobs),
        "assumptions": assumption_values(load_register()),
        "changes": _changes(jobs),
        "seeds": sorted({int(job.parameters["seed"]) for job in jobs if "seed" in job.parameters}),
        "versions": versions(),
        "notebooks": {page.job.key: page.json_facts() for page in pages},
        "seconds": round(seconds, 1),
        "log": LOG,
    }


def with_files(manifest: Mapping[str, Any], folder: Path) -> bytes:
    """Return the manifest as JSON with the hash of every file of the run added."""
    paths = [path for path in sorted(folder.rglob("*")) if path.is_file() and path.name not in _NOT_HASHED]
    files = {path.relative_to(folder).as_posix(): file_digest(path) for path in paths}
    text = json.dumps({**manifest, "files": files}, ensure_ascii=False, indent=1, sort_keys=True, default=str)
    return (text + "\n").encode("utf-8")


def assumption_values(register: Register) -> dict[str, list[dict[str, Any]]]:
    """Return every assumption with its values by fiscal year, range, unit and grade."""
    kept = ("fiscal_year", "value", "low", "high", "unit", "grade")
    values: dict[str, list[dict[str, Any]]] = {}
    for row in register.to_frame().astype(object).to_dict("records"):
        entry = {
            key: row[key] for key in kept if row[key] is not None and row[key] == row[key] and str(row[key]) != "<NA>"
        }
        values.setdefault(str(row["name"]), []).append(entry)
    return values


def commit() -> dict[str, Any]:
    """Return the commit and whether the tree differs from it; empty where this is no git checkout."""
    head = _git("rev-parse", "HEAD")
    if head is None:
        return {"commit": "", "dirty": None}
    return {"commit": head, "dirty": bool(_git("status", "--porcelain", "--untracked-files=no"))}


def versions() -> dict[str, str]:
    """Return the version of Python, the system and every installed package."""
    packages = {entry.metadata["Name"]: entry.version for entry in distributions() if entry.metadata["Name"]}
    return {
        "python": platform.python_version(),
        "system": platform.platform(terse=True),
        **dict(sorted(packages.items())),
    }


def _inputs(jobs: Sequence[Job]) -> dict[str, str]:
    digests: dict[str, str] = {}
    for job in jobs:
        digests.update(input_digests(job))
    return digests


def _changes(jobs: Sequence[Job]) -> dict[str, Any]:
    """Return what each scenario and option of the run changes: the assumptions it moves and the levers it sets."""
    register = load_register()
    changes: dict[str, Any] = {}
    for kind, load in (("scenario", load_scenario), ("option", load_option)):
        for name in sorted({str(job.parameters[kind]) for job in jobs if job.parameters.get(kind)}):
            patch = load(name)
            changed = {
                key: entry for key, entry in assumption_values(register.patched(patch)).items() if key in patch.changes
            }
            levers = dict(patch.lever_values()) if kind == "option" else {}
            changes[f"{kind}:{name}"] = {"title": patch.title_ja, "assumptions": changed, "levers": levers}
    return changes


def _git(*arguments: str) -> str | None:
    try:
        done = subprocess.run(
            ["git", *arguments], cwd=PACKAGE.parent, capture_output=True, text=True, timeout=_GIT_SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() if done.returncode == 0 else None
