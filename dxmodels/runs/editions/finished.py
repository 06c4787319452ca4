"""Which finished run is meant, and what did it record?"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from dxmodels.errors import Fault, ParameterError, RunError
from dxmodels.runs import folders
from dxmodels.runs.booklets import Booklet
from dxmodels.runs.document import Page, with_file_names
from dxmodels.runs.document.plain_pages import page_in_japanese
from dxmodels.runs.execute import Outcome
from dxmodels.runs.extract import Results
from dxmodels.runs.manifest import MANIFEST
from dxmodels.runs.model import Exhibit, Record
from dxmodels.runs.plans import Job
from dxmodels.runs.recorded import forms_file, results_file


def folder_of(name: str, reports: Path) -> Path:
    """Return the folder of a run of reports/; only a plain name is taken, anything else is a ParameterError."""
    there = sorted(path.parent.name for path in reports.glob(f"[!.]*/{MANIFEST}"))
    if name not in there:
        cure = f"reports/ にある実行番号を指定してください（ある実行：{'、'.join(there) or 'なし'}）"
        raise ParameterError([Fault("実行", "その実行がありません", cure, value=name)])
    manifest = manifest_of(reports / name)
    return reports / str(manifest["run_id"]) if name == folders.LATEST else reports / name


def manifest_of(folder: Path) -> dict[str, Any]:
    """Return the manifest of a finished run; raises RunError where it cannot be read."""
    try:
        return dict(json.loads((folder / MANIFEST).read_text(encoding="utf-8")))
    except (OSError, ValueError) as error:
        raise RunError(f"実行 {folder.name} の記録を読めません。dx run で作り直してください。") from error


def is_latest(folder: Path, reports: Path) -> bool:
    """True where reports/latest is a copy of that run."""
    latest = reports / folders.LATEST
    return (latest / MANIFEST).is_file() and manifest_of(latest).get("run_id") == folder.name


def pages_of_run(folder: Path, manifest: Mapping[str, Any]) -> list[Page]:
    """Return the pages of a finished run as they were recorded, in Japanese words, with the names of their files."""
    try:
        pages = [_page_of(folder, key, facts) for key, facts in manifest["notebooks"].items()]
    except (OSError, ValueError, KeyError) as error:
        raise RunError(f"実行 {folder.name} の記録から公表版を作れません。dx run で作り直してください。") from error
    return [page_in_japanese(page) for page in with_file_names(pages)]


def _page_of(folder: Path, key: str, facts: Mapping[str, Any]) -> Page:
    content = json.loads(results_file(folder, key, apart=bool(facts.get("apart"))).read_text(encoding="utf-8"))
    results = Results(
        content["title"], tuple(content["lead"]),
        tuple(Exhibit.model_validate(entry) for entry in content["exhibits"]),
        tuple(Record.model_validate(entry) for entry in content["records"]),
        _forms_of(folder, key),
    )  # fmt: skip
    job = Job(
        key, facts["notebook"], facts["chapter"], facts["parameters"], facts["variant"], facts["joins"], bool(facts.get("apart"))
    )  # fmt: skip
    # Why a notebook failed is told inside; it may name folders of this machine.
    return Page(job, Outcome(key, facts["state"], 0.0), results, facts["fingerprint"])


def _forms_of(folder: Path, key: str) -> tuple[Booklet, ...]:
    path = forms_file(folder, key)
    held = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else []
    return tuple(Booklet.model_validate(entry) for entry in held)
