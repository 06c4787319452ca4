"""Which numbers did a finished run record, from what was it made, and which run came before it?"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dxmodels.errors import EXIT_OK, Fault, ParameterError
from dxmodels.runs.manifest import MANIFEST
from dxmodels.runs.model import Record
from dxmodels.runs.project import reports_root
from dxmodels.runs.recorded import results_file

Key = tuple[str, str]  # name of the quantity, variant of the notebook
_ASSUMED = ("assumptions/", "scenarios/", "options/")
_NOT_ASSUMED = {"case", "published_only"}  # parameters that say which data, not which assumptions


@dataclass(frozen=True, eq=False)
class FinishedRun:
    """A run on disk: its folder, its manifest and its recorded quantities by (name, variant of the notebook)."""

    folder: Path
    manifest: Mapping[str, Any] = field(repr=False)
    records: Mapping[Key, Record] = field(repr=False)

    @property
    def run_id(self) -> str:
        """The number of the run."""
        return str(self.manifest["run_id"])

    @property
    def finished_at(self) -> str:
        """When the run ended (ISO text; "" where an older version did not say)."""
        return str(self.manifest.get("finished_at", ""))

    @property
    def data(self) -> dict[str, Any]:
        """Hashes of the tables and of what the case says of itself."""
        return {name: text for name, text in self.manifest["inputs"].items() if not name.startswith(_ASSUMED)}

    @property
    def assumptions(self) -> dict[str, Any]:
        """Hashes of assumptions, scenarios and options, and the parameters of every notebook."""
        held = {name: text for name, text in self.manifest["inputs"].items() if name.startswith(_ASSUMED)}
        return {**held, **self.settings}

    @property
    def settings(self) -> dict[str, dict[str, Any]]:
        """The parameters of every notebook that say under which assumptions it ran."""
        return {
            key: {name: value for name, value in entry["parameters"].items() if name not in _NOT_ASSUMED}
            for key, entry in self.manifest["notebooks"].items()
        }

    @property
    def method(self) -> dict[str, Any] | None:
        """Hashes of the code that computes, the notebooks and the environment; None where the run did not keep them."""
        code = self.manifest.get("code", {})
        return {name: code[name] for name in ("results", "notebooks", "lock")} if "results" in code else None


def read_run(name: str | Path) -> FinishedRun:
    """Return a run by its number (a folder of reports/) or its folder; raises ParameterError where there is none to be read."""
    folder = Path(name) if isinstance(name, Path) or "/" in str(name) else reports_root() / str(name)
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        keys = {key: str(entry["notebook"]) for key, entry in manifest["notebooks"].items()}
        records = {
            (record.name, key.removeprefix(notebook).lstrip("-")): record
            for key, notebook in keys.items()
            for record in _records(results_file(folder, key, apart=bool(manifest["notebooks"][key].get("apart"))))
        }
    except (OSError, ValueError, KeyError, TypeError) as error:
        there = "、".join(path.parent.name for path in _manifests()) or "なし"
        cure = f"reports/ にある実行番号を指定してください（ある実行：{there}）"
        raise ParameterError([Fault("実行", "その実行の記録を読めません", cure, value=str(name))]) from error
    return FinishedRun(folder, manifest, records)


def latest_before(run_id: str, *, plan: str, case: str, published_only: bool) -> FinishedRun | None:
    """Return the latest finished run of the same plan, case and edition but other inputs; None where there is none."""
    found = []
    for path in _manifests():
        try:
            run = read_run(path.parent)
        except ParameterError:
            continue
        same = run.manifest["plan"]["name"] == plan and run.manifest["case"]["name"] == case
        if same and run.run_id != run_id and _is_published_only(run) == published_only and _ended_well(run):
            found.append((run.finished_at, path.stat().st_mtime, run))
    return max(found, key=lambda entry: entry[:2])[2] if found else None


def _is_published_only(run: FinishedRun) -> bool:
    return all(entry["parameters"].get("published_only") for entry in run.manifest["notebooks"].values())


def _ended_well(run: FinishedRun) -> bool:
    return run.manifest.get("exit_code") == EXIT_OK and run.folder.name == run.run_id


def _manifests() -> list[Path]:
    return sorted(reports_root().glob(f"[!.]*/{MANIFEST}"))


def _records(path: Path) -> list[Record]:
    return [Record.model_validate(entry) for entry in json.loads(path.read_text(encoding="utf-8"))["records"]]
