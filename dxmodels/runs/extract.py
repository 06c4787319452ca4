"""What did an executed notebook send through the doors, and what does it say in its own words?

Read back from the notebook's outputs; markdown becomes plain sentences, never markup.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dxmodels.errors import RunError
from dxmodels.runs.booklets import BOOKLET_MIME, Booklet
from dxmodels.runs.model import EXHIBIT_MIME, RECORD_MIME, Exhibit, Record
from dxmodels.runs.notebook_files import Cell, read_cells

_HEADING = re.compile(r"^#\s+(.+)$", re.MULTILINE)
_LINK = re.compile(r"!?\[([^\]]*)\]\([^)]*\)")
_MARKS = re.compile(r"\*\*|__|`|<[^>]*>")


@dataclass(frozen=True)
class Results:
    """Title (the question), introduction, exhibits and recorded quantities of one executed notebook."""

    title: str
    lead: tuple[str, ...] = ()
    exhibits: tuple[Exhibit, ...] = field(default=(), repr=False)
    records: tuple[Record, ...] = field(default=(), repr=False)
    booklets: tuple[Booklet, ...] = field(default=(), repr=False)

    def to_json(self) -> str:
        """Return the results as canonical JSON: what the summary reads and two runs are compared by."""
        content = {
            "title": self.title,
            "lead": list(self.lead),
            "exhibits": [entry.model_dump(mode="json") for entry in self.exhibits],
            "records": [entry.model_dump(mode="json") for entry in self.records],
        }
        return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":")) + "\n"

    def forms_json(self) -> str:
        """Return the forms of the notebook as canonical JSON."""
        content = [entry.model_dump(mode="json") for entry in self.booklets]
        return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":")) + "\n"


def read_results(path: Path, *, fallback_title: str) -> Results:
    """Return what an executed (or partly executed) notebook holds; an exhibit sent twice counts as sent last."""
    if not path.is_file():
        return Results(fallback_title)
    cells = read_cells(path)
    exhibits: dict[str, Exhibit] = {}
    records: dict[str, Record] = {}
    booklets: dict[str, Booklet] = {}
    for data in _bundles(cells):
        if EXHIBIT_MIME in data:
            made = Exhibit.model_validate(_object(data[EXHIBIT_MIME], path))
            exhibits[made.id] = made
        if RECORD_MIME in data:
            kept = Record.model_validate(_object(data[RECORD_MIME], path))
            records[kept.name] = kept
        if BOOKLET_MIME in data:
            bound = Booklet.model_validate(_object(data[BOOKLET_MIME], path))
            booklets[bound.id] = bound
    title, lead = introduction(cells, fallback_title)
    return Results(title, lead, tuple(exhibits.values()), tuple(records.values()), tuple(booklets.values()))


def introduction(cells: Iterable[Cell], fallback_title: str) -> tuple[str, tuple[str, ...]]:
    """Return the first heading of the notebook and the sentences below it in the same cell, as plain text."""
    for cell in cells:
        found = _HEADING.search(cell.source) if cell.kind == "markdown" else None
        if found:
            below = re.split(r"\n\s*\n|\n(?=[-*] )", cell.source[found.end() :].strip())
            return plain(found[1]), tuple(text for text in (plain(part) for part in below) if text)
    return fallback_title, ()


def plain(markdown: str) -> str:
    """Return markdown as plain text on one line: links keep their words, emphasis and tags go."""
    text = _MARKS.sub("", _LINK.sub(r"\1", markdown))
    lines = [re.sub(r"^\s*(?:#+|[-*+]|>|\d+\.)\s+", "", line).strip() for line in text.splitlines()]
    return "".join(line for line in lines if line)


def _bundles(cells: Iterable[Cell]) -> Iterator[dict[str, Any]]:
    for cell in cells:
        for output in cell.outputs:
            if output.get("output_type") in {"display_data", "execute_result"}:
                yield output.get("data", {})


def _object(value: Any, path: Path) -> dict[str, Any]:
    content = json.loads(value) if isinstance(value, str) else value
    if not isinstance(content, dict):
        raise RunError(f"{path.name} の図表データの形が正しくありません。dx run で作り直してください。")
    return content
