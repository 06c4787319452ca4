"""What did the earlier notebooks of this run record? The final summary reads it here and recomputes nothing.

In a batch the results lie in one file a notebook in the run's folder; in an interactive session the newest finished run of
reports/latest stands in, so that the summary can be worked on by hand.
"""

from __future__ import annotations

import difflib
import json
from functools import lru_cache
from pathlib import Path
from typing import Any

import pandas as pd

from dxmodels.errors import Fault, MissingTableError, ParameterError, RunError
from dxmodels.runs import context
from dxmodels.runs.model import Exhibit, Record
from dxmodels.runs.project import reports_root
from dxmodels.runs.shown import value_of

RESULTS_FOLDER = "results"
FORMS_FOLDER = "forms"  # below it: the forms a notebook sent, from which the public edition makes its own
APART_FOLDER = "apart"  # below it: runs under other conditions, which the summary does not read


def results_file(run: Path, key: str, *, apart: bool = False) -> Path:
    """Return where the results of one notebook of a run lie."""
    folder = run / RESULTS_FOLDER
    return (folder / APART_FOLDER if apart else folder) / f"{key}.json"


def forms_file(run: Path, key: str) -> Path:
    """Return where the forms that one notebook of a run sent lie."""
    return run / RESULTS_FOLDER / FORMS_FOLDER / f"{key}.json"


def recorded(name: str, **parameters: object) -> Record:
    """Return the quantity an earlier notebook recorded as ``name``; ``parameters`` pick one where several runs recorded it.

    Raises ParameterError (nearest names) for an unknown name or an ambiguous choice.
    """
    found = [entry for entry in _records() if entry.name == name and _matches(entry.parameters, parameters)]
    if len(found) == 1:
        return found[0]
    if not found:
        near = difflib.get_close_matches(name, recorded_names(), n=3, cutoff=0.5)
        cure = (
            f"次のどれかではありませんか：{'、'.join(near)}"
            if near
            else "先に実行されるノートブックで record してください"
        )
        raise ParameterError([Fault("記録された値", "その名前の記録がありません", cure, value=name)])
    differing = sorted(
        {key for one in found for key in one.parameters if len({str(e.parameters.get(key)) for e in found}) > 1}
    )
    cure = f'recorded("{name}", {differing[0] if differing else "notebook"}=…) のように1つに絞ってください'
    raise ParameterError([Fault("記録された値", f"{len(found)} 個の実行が同じ名前で記録しています", cure, value=name)])


def recorded_names() -> list[str]:
    """Return the names of all quantities recorded so far, sorted."""
    return sorted({entry.name for entry in _records()})


def recorded_exhibits() -> pd.DataFrame:
    """Return one row an exhibit of the earlier notebooks and of this one so far: exhibit_id, title, state, grade, headline, notebook."""
    rows = [(entry.id, entry.title, entry.state, entry.grade, entry.headline, entry.notebook) for entry in _exhibits()]
    names = ["exhibit_id", "title", "state", "grade", "headline", "notebook"]
    return pd.DataFrame(rows, columns=names, dtype="string").sort_values("exhibit_id", ignore_index=True)


def recorded_states() -> dict[str, str]:
    """Return exhibit id → full, illustrative or not_computable: what the trace of the plan's needs asks for.

    Where several runs made the same exhibit the best state counts.
    """
    order = ("not_computable", "illustrative", "full")
    states: dict[str, str] = {}
    for entry in _exhibits():
        state = entry.state if not entry.computable else ("illustrative" if entry.illustrative else "full")
        states[entry.id] = max(states.get(entry.id, state), state, key=order.index)
    return dict(sorted(states.items()))


def recorded_table() -> pd.DataFrame:
    """Return one row a recorded quantity: record_name, label, printed_value, unit, grade, notebook, parameters."""
    rows = [
        (entry.name, entry.label, value_of(entry), entry.unit, entry.grade, entry.notebook, _settings(entry.parameters))
        for entry in _records()
    ]
    names = ["record_name", "label", "printed_value", "unit", "grade", "notebook", "parameters"]
    return pd.DataFrame(rows, columns=names, dtype="string")


def recorded_material() -> tuple[dict[str, Exhibit], tuple[Record, ...], tuple[str, ...]]:
    """Return the exhibits of the report recorded so far by a name of their own, all recorded quantities, and the titles and leads of the notebooks."""
    exhibits: dict[str, Exhibit] = {}
    for exhibit in _exhibits():
        exhibits[exhibit.id if exhibit.id not in exhibits else f"{exhibit.id}-{len(exhibits)}"] = exhibit
    leads = tuple(text for result in _results() for text in (result.get("title", ""), *result.get("lead", ())))
    return exhibits, tuple(_records()), leads


def _records() -> list[Record]:
    return [Record.model_validate(entry) for result in _results() for entry in result["records"]]


def _exhibits() -> list[Exhibit]:
    """Exhibits of the earlier notebooks and those this notebook has sent itself so far."""
    sent = context.current().sent
    earlier = [Exhibit.model_validate(entry) for result in _results() for entry in result["exhibits"]]
    return [entry for entry in earlier if entry.notebook != context.current().notebook] + list(sent.values())


def _results() -> list[dict[str, Any]]:
    folder = context.records_folder() or reports_root() / "latest" / RESULTS_FOLDER
    if not folder.is_dir():
        raise MissingTableError("results", reason="（先に実行したノートブックの記録）がありません")
    return [_read(path, path.stat().st_mtime_ns) for path in sorted(folder.glob("*.json"))]


@lru_cache(maxsize=512)
def _read(path: Path, stamp: int) -> dict[str, Any]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise RunError(f"記録 {path.name} を読めません。dx run で作り直してください。") from error
    return dict(content)


def _matches(held: dict[str, Any], wanted: dict[str, object]) -> bool:
    return all(held.get(key) == value for key, value in wanted.items())


def _settings(parameters: dict[str, Any]) -> str:
    return "、".join(f"{key}={value}" for key, value in sorted(parameters.items()))
