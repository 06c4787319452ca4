"""What is one printed document made of? Texts as printed, in order; the renderers add layout only.

The same object goes to HTML (Jinja), PDF (Typst, as JSON) and Excel, so the three cannot say different things.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from pydantic import BaseModel, ConfigDict

from dxmodels.runs.execute import Outcome
from dxmodels.runs.extract import Results
from dxmodels.runs.model import Exhibit
from dxmodels.runs.plans import Job


class _Printed(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Piece(_Printed):
    """Columns of a table that stand together on an upright A4 page, with their widths in millimetres and the type size."""

    columns: tuple[int, ...]
    widths_mm: tuple[float, ...]
    font_pt: float = 8.5


class Sheet(_Printed):
    """One printed table: headers with units, texts, which columns stand right, and how it is laid out on A4.

    A table too wide for the page is printed as several pieces, one below the other, each beginning with the columns that name the rows.
    """

    headers: tuple[str, ...]
    numeric: tuple[bool, ...]
    rows: tuple[tuple[str, ...], ...]
    pieces: tuple[Piece, ...] = ()
    hidden_rows: int = 0


class Item(_Printed):
    """One exhibit as printed; ``pointer`` says in which other volume more of it stands."""

    anchor: str
    number: str
    title: str
    setting: str
    grade: str
    illustrative: bool
    computable: bool
    headline: str
    svg: str
    alt: str
    narrow: bool
    sheet: Sheet | None
    reading: tuple[str, ...]
    limits: tuple[str, ...]
    sources: tuple[str, ...]
    table_file: str
    pointer: str = ""


class Chapter(_Printed):
    """One chapter of a part; the title is empty where a document has no chapters."""

    title: str
    items: tuple[Item, ...]


class Part(_Printed):
    """Exhibits that may stand together: those on published values, those on illustrative data, or the open questions."""

    key: str
    title: str
    intro: str
    chapters: tuple[Chapter, ...]

    @property
    def count(self) -> int:
        """Number of exhibits."""
        return sum(len(chapter.items) for chapter in self.chapters)


class Headline(_Printed):
    """One recorded quantity on page 1; ``spread`` is its range as printed, empty where it has none."""

    label: str
    value: str
    spread: str
    grade: str
    basis: str


class Share(_Printed):
    """How many of the headline numbers carry a grade."""

    grade: str
    count: int
    percent: str


class Annex(_Printed):
    """One table at the end: assumptions used, tables used, the record of the run."""

    title: str
    intro: str
    sheet: Sheet


class Document(_Printed):
    """One report or notebook page, complete; ``volumes``: title and file stem of every volume of the same report, this one included.

    ``one_page_each``: on paper an exhibit keeps to one page: its figure is drawn smaller, then fewer rows of its table are printed.
    """

    title: str
    edition: str
    subtitle: str
    author: str
    run_id: str
    as_of: str
    as_of_iso: str
    case_title: str
    digest: str
    mark: str
    notices: tuple[str, ...]
    lead: tuple[str, ...]
    abstract: tuple[str, ...]
    facts: tuple[tuple[str, str], ...]
    settings: tuple[tuple[str, str], ...]
    shares: tuple[Share, ...]
    headlines: tuple[Headline, ...]
    parts: tuple[Part, ...]
    annexes: tuple[Annex, ...]
    contents: bool
    notes: tuple[str, ...]
    volumes: tuple[tuple[str, str], ...] = ()
    one_page_each: bool = False

    @property
    def items(self) -> tuple[Item, ...]:
        """All exhibits in order."""
        return tuple(item for part in self.parts for chapter in part.chapters for item in chapter.items)


@dataclass(frozen=True)
class Page:
    """One executed notebook: its job, how it ended, what it sent, its fingerprint, and the hashes of what it read."""

    job: Job
    outcome: Outcome
    results: Results
    digest: str
    cached: bool = False
    stems: Mapping[str, str] = field(default_factory=dict, repr=False)
    reads: Mapping[str, Mapping[str, str]] = field(default_factory=dict, repr=False)

    @property
    def failed(self) -> bool:
        """True where the notebook did not run to its end."""
        return not self.outcome.ok

    def stem(self, exhibit: Exhibit) -> str:
        """Return the name of an exhibit's files in this run."""
        return self.stems.get(exhibit.id, exhibit.id)

    def json_facts(self) -> dict[str, Any]:
        """Return what the manifest says of this notebook."""
        return {
            "notebook": self.job.notebook,
            "parameters": dict(self.job.parameters),
            "fingerprint": self.digest,
            "state": self.outcome.state,
            "chapter": self.job.chapter,
            "variant": self.job.variant,
            "joins": self.job.joins,
            "apart": self.job.apart,
            "from_cache": self.cached,
            "seconds": self.outcome.seconds,
            "message": self.outcome.message,
            "reads": {kind: dict(names) for kind, names in self.reads.items()},
            "exhibits": [entry.id for entry in self.results.exhibits],
            "records": [entry.name for entry in self.results.records],
        }


def with_file_names(pages: Sequence[Page]) -> list[Page]:
    """Return the pages with a name for every exhibit's files, unique in the run.

    An exhibit is named by its number; by number and variant where the plan runs the notebook several times; with the notebook's
    name added where another notebook made the same number first.
    """
    taken: set[str] = set()
    named = []
    for page in pages:
        stems = {}
        for exhibit in page.results.exhibits:
            stem = f"{exhibit.id}-{page.job.variant}" if page.job.variant else exhibit.id
            stem = f"{exhibit.id}-{page.job.key}" if stem in taken else stem
            taken.add(stem)
            stems[exhibit.id] = stem
        named.append(replace(page, stems=stems))
    return named
