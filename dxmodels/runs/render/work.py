"""What is rendered by itself, so that several processes (or machines) do it at the same time?

A piece of work holds all it needs, touches no file, and answers with the files it makes as bytes by their place in the run's folder. Whoever asked
for it writes them; so it does not matter where it was done.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from dxmodels.errors import RunError
from dxmodels.runs.booklets import Booklet
from dxmodels.runs.document import Document, Edition, Page, notebook_document
from dxmodels.runs.render.booklet import booklet_pdf
from dxmodels.runs.render.csv import machine_csv, people_csv
from dxmodels.runs.render.html import document_html
from dxmodels.runs.render.pdf import document_pdf
from dxmodels.runs.render.xlsx import document_xlsx

_FORMS_AT_A_TIME = 12  # single forms compiled in one piece of work
_AT_ROOT, _BELOW = "", "../"


@dataclass(frozen=True)
class Made:
    """Files by their place in the run's folder, and by file what could not be made, with the reason (Japanese)."""

    files: dict[str, bytes] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)


class Work(Protocol):
    """One piece of rendering; ``name`` tells it from the others of the run."""

    @property
    def name(self) -> str:
        """The piece's own name."""
        ...

    def render(self) -> Made:
        """Make the files."""
        ...


def render(work: Work) -> Made:
    """Do one piece of work (a plain function, which every pool of processes can call)."""
    return work.render()


@dataclass(frozen=True)
class NotebookWork:
    """The page of one notebook (HTML, PDF, Excel), its tables for machines and for people, and its figures."""

    page: Page
    edition: Edition

    @property
    def name(self) -> str:
        """The notebook's key."""
        return f"notebook {self.page.job.key}"

    def render(self) -> Made:
        """Make the files."""
        document = notebook_document(self.page, self.edition)
        made = _document_files(f"notebooks/{self.page.job.key}", document, [self.page], base=_BELOW)
        drawn = {item.anchor: item.svg for item in document.items if item.svg}
        for exhibit in self.page.results.exhibits:
            stem = self.page.stem(exhibit)
            if exhibit.computable:
                made.files[f"tables/{stem}.csv"] = machine_csv(exhibit)
                made.files[f"tables/people/{stem}.csv"] = people_csv(exhibit)
            if stem.lower() in drawn:
                made.files[f"figures/{stem}.svg"] = drawn[stem.lower()].encode("utf-8")
        return made


@dataclass(frozen=True)
class VolumeWork:
    """One volume of the report in one form: PDF, or page and (where it has ``pages``) workbook."""

    stem: str
    document: Document
    pages: tuple[Page, ...] | None
    printed: bool

    @property
    def name(self) -> str:
        """The stem of the volume's files and the form."""
        return f"volume {self.stem} {'pdf' if self.printed else 'page'}"

    def render(self) -> Made:
        """Make the files."""
        if self.printed:
            return _pdf(f"{self.stem}.pdf", lambda: document_pdf(self.document))
        made = Made({f"{self.stem}.html": document_html(self.document, base=_AT_ROOT).encode("utf-8")})
        if self.pages is not None:
            made.files[f"{self.stem}.xlsx"] = document_xlsx(self.document, self.pages)
        return made


@dataclass(frozen=True)
class BookletWork:
    """Some files of one set of forms: each a file with the pages it holds."""

    files: tuple[tuple[str, Booklet], ...]
    run_id: str
    as_of: dt.date

    @property
    def name(self) -> str:
        """The first file of the piece."""
        return f"booklet {self.files[0][0]}"

    def render(self) -> Made:
        """Make the files."""
        made = Made()
        for file, pages in self.files:
            one = _pdf(file, lambda pages=pages: booklet_pdf(pages, run_id=self.run_id, as_of=self.as_of))  # type: ignore[misc]
            made.files.update(one.files)
            made.failed.update(one.failed)
        return made


def booklet_work(entry: Booklet, stem: str, *, run_id: str, as_of: dt.date) -> list[BookletWork]:
    """Return the work on one set of forms: all pages in one PDF, and (where there are several) each file by itself, some at a time."""
    whole = (f"{stem}.pdf", entry)
    names = list(dict.fromkeys(page.file or page.key for page in entry.pages)) if len(entry.pages) > 1 else []
    alone = [(f"{stem}/{name}.pdf", _of_file(entry, name)) for name in names]
    groups = [alone[start : start + _FORMS_AT_A_TIME] for start in range(0, len(alone), _FORMS_AT_A_TIME)]
    return [BookletWork(tuple(group), run_id, as_of) for group in ([whole], *groups)]


def _of_file(entry: Booklet, name: str) -> Booklet:
    return entry.model_copy(update={"pages": tuple(page for page in entry.pages if (page.file or page.key) == name)})


def _document_files(stem: str, document: Document, pages: Sequence[Page], *, base: str) -> Made:
    """Return one document in three forms; a PDF the compiler refuses is reported and does not stop the rest."""
    made = _pdf(f"{stem}.pdf", lambda: document_pdf(document))
    made.files[f"{stem}.html"] = document_html(document, base=base).encode("utf-8")
    made.files[f"{stem}.xlsx"] = document_xlsx(document, pages)
    return made


def _pdf(file: str, compiled: Callable[[], bytes]) -> Made:
    try:
        return Made({file: compiled()})
    except RunError as error:
        return Made({}, {file: str(error)})
