"""How do the forms of a notebook become one PDF with all pages and single pages?

``booklets/<exhibit>.pdf`` and ``booklets/<exhibit>/<key>.pdf``, compiled in process from one fixed Typst template, tagged (PDF/UA-1) and byte-stable. The type shrinks until a page
fits; one that does not fit on a sheet even at the smallest type is an error, never a second sheet.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

from dxmodels.errors import RunError
from dxmodels.fiscal import era_date
from dxmodels.runs.booklets import Booklet
from dxmodels.runs.document.items import MARK
from dxmodels.runs.document.model import Page
from dxmodels.runs.folders import write_atomically
from dxmodels.runs.model import ILLUSTRATIVE
from dxmodels.runs.project import inside
from dxmodels.runs.render.compiling import compiled_pdf

FOLDER = "booklets"


@dataclass(frozen=True)
class Bound:
    """One booklet as the list of a run's files shows it."""

    file: str
    title: str
    sheets: int
    folder: str


def write_booklets(folder: Path, page: Page, *, run_id: str, as_of: dt.date, made: list[Bound]) -> dict[str, str]:
    """Write every booklet of one notebook and add it to ``made``; return by file name what could not be made, with the reason."""
    failed = {}
    for entry in page.results.booklets:
        stem = f"{entry.id}-{page.job.variant}" if page.job.variant else entry.id
        name, many = f"{FOLDER}/{stem}.pdf", len(entry.pages) > 1
        try:
            write_atomically(inside(folder / FOLDER, f"{stem}.pdf"), booklet_pdf(entry, run_id=run_id, as_of=as_of))
            for file in dict.fromkeys(page.file or page.key for page in entry.pages) if many else ():
                alone = entry.model_copy(
                    update={"pages": tuple(page for page in entry.pages if (page.file or page.key) == file)}
                )
                target = inside(folder / FOLDER / stem, f"{file}.pdf")
                write_atomically(target, booklet_pdf(alone, run_id=run_id, as_of=as_of))
        except RunError as error:
            failed[name] = str(error)
            continue
        made.append(Bound(name, f"{entry.id}　{entry.title}", len(entry.pages), f"{FOLDER}/{stem}" if many else ""))
    return failed


def booklet_pdf(entry: Booklet, *, run_id: str, as_of: dt.date) -> bytes:
    """Return the pages as PDF/UA-1, one sheet a page; RunError where Typst refuses or a page runs over."""
    mark = MARK if entry.grade == ILLUSTRATIVE else ""
    content = {**entry.model_dump(mode="json"), "run_id": run_id, "as_of": era_date(as_of), "mark": mark}
    what = f"帳票のPDFを作成できません（{entry.title}）"
    return compiled_pdf("booklet.typ", "booklet", content, as_of=as_of, what=what)
