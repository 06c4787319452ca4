"""Which files does a run consist of? Index, report, a page a notebook, tables and figures.

reports/<run-id>/{index.html, <plan>.html/.pdf/.xlsx, <plan>-annex1.html/.pdf, notebooks/<name>.*, tables/E07.csv, tables/people/E07.csv,
figures/E07.svg, booklets/E05.pdf, booklets/E05.html, booklets/E05/P001.pdf}. Pieces are rendered side by side; what a killed run had rendered is
not rendered again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dxmodels.fiscal import era_date
from dxmodels.runs.booklets import Booklet
from dxmodels.runs.document import STATES, Document, Edition, Page, report_volumes
from dxmodels.runs.document.items import setting_of
from dxmodels.runs.execute import Machines
from dxmodels.runs.execute.machines import WorkersLost
from dxmodels.runs.fingerprint import hash_of
from dxmodels.runs.folders import write_atomically
from dxmodels.runs.kept_pages import KeptPages
from dxmodels.runs.plans import Plan
from dxmodels.runs.project import inside
from dxmodels.runs.render.html import forms_html, index_html
from dxmodels.runs.render.work import Made, NotebookWork, VolumeWork, Work, booklet_work, render

BOOKLETS = "booklets"


@dataclass(frozen=True)
class Bound:
    """One set of forms as the list of a run's files shows it: its PDF, and the list of its single forms ("" where there is one only)."""

    file: str
    title: str
    sheets: int
    forms: str


def write_pages(
    folder: Path,
    plan: Plan,
    pages: Sequence[Page],
    edition: Edition,
    *,
    machines: Machines,
    kept: KeptPages | None = None,
    say: Callable[[str], None],
) -> dict[str, str]:
    """Write every file of a run into ``folder``; return what could not be made, by name, with the reason."""
    volumes = report_volumes(plan, pages, edition)
    work = list(_pieces(plan, pages, edition, volumes))
    say(f"報告書と帳票（HTML・PDF・Excel）を作成しています（{len(work)} 組）")
    failed: dict[str, str] = {}
    for made in _rendered(work, [_ground(piece, pages) for piece in work], machines, kept or KeptPages(None)):
        failed |= made.failed
        for name, content in made.files.items():
            _write(folder, name, content)
    failed = dict(sorted(failed.items()))
    bound = list(_bind(folder, plan, pages, edition, volumes[plan.name].settings))
    stopped = {page.job.key: page.outcome.message for page in pages if page.failed} | failed
    _write(folder, "index.html", index_html(_index(plan, pages, volumes, edition, stopped, bound)).encode("utf-8"))
    return failed


def _pieces(plan: Plan, pages: Sequence[Page], edition: Edition, volumes: Mapping[str, Document]) -> Iterator[Work]:
    """Yield all there is to render, the longest first."""
    told = tuple(page for page in pages if not page.job.apart)
    for stem, document in volumes.items():
        yield VolumeWork(stem, document, None, printed=True)
    for stem, document in volumes.items():
        # One workbook holds the tables of the whole report.
        yield VolumeWork(stem, document, told if stem == plan.name else None, printed=False)
    for page, entry in _booklets(plan, pages):
        yield from booklet_work(entry, _stem(page, entry), run_id=edition.run_id, as_of=edition.as_of)
    for page in pages:
        yield NotebookWork(page, edition)


def _ground(piece: Work, pages: Sequence[Page]) -> str:
    """Return the hash of what a piece of this run is made from: the notebooks it tells of, as they ended."""
    facts = [[page.digest, page.outcome.state, page.outcome.message, sorted(page.stems.items())] for page in pages]
    return hash_of([piece.name, facts])


def _rendered(work: Sequence[Work], grounds: Sequence[str], machines: Machines, kept: KeptPages) -> Iterator[Made]:
    """Yield what each piece made: taken from what a killed run has left, or rendered now and kept until this run is in place."""
    held = {place: made for place, ground in enumerate(grounds) if (made := kept.read(ground)) is not None}
    yield from held.values()
    waiting = [place for place in range(len(work)) if place not in held]
    done: set[int] = set()
    try:
        for nth, made in machines.each(render, [work[place] for place in waiting]) if waiting else ():
            kept.write(grounds[waiting[nth]], made)
            done.add(waiting[nth])
            yield made
    except WorkersLost:  # the rest is rendered here
        for place in waiting:
            if place not in done:
                yield render(work[place])


def _write(folder: Path, name: str, content: bytes) -> None:
    place = Path(name)
    (folder / place.parent).mkdir(parents=True, exist_ok=True)
    write_atomically(inside(folder / place.parent, place.name), content)


def _booklets(plan: Plan, pages: Sequence[Page]) -> Iterator[tuple[Page, Booklet]]:
    for page in pages if plan.booklets else ():
        for entry in page.results.booklets:
            yield page, entry


def _stem(page: Page, entry: Booklet) -> str:
    return f"{BOOKLETS}/{entry.id}-{page.job.variant}" if page.job.variant else f"{BOOKLETS}/{entry.id}"


def _bind(
    folder: Path, plan: Plan, pages: Sequence[Page], edition: Edition, settings: Sequence[tuple[str, str]]
) -> Iterator[Bound]:
    """Yield each set of forms that could be made, with a page that leads to its single forms."""
    for page, entry in _booklets(plan, pages):
        stem = _stem(page, entry)
        if not (folder / f"{stem}.pdf").is_file():
            continue
        titles: dict[str, str] = {}
        for form in entry.pages if len(entry.pages) > 1 else ():
            titles.setdefault(f"{Path(stem).name}/{form.file or form.key}.pdf", form.title)
        there = {file: title for file, title in titles.items() if (folder / BOOKLETS / file).is_file()}
        title = f"{entry.id}　{entry.title}"
        if there:
            _write(folder, f"{stem}.html", forms_html(title, edition, settings, there).encode("utf-8"))
        yield Bound(f"{stem}.pdf", title, len(entry.pages), f"{stem}.html" if there else "")


def _index(
    plan: Plan,
    pages: Sequence[Page],
    volumes: Mapping[str, Document],
    edition: Edition,
    failed: Mapping[str, str],
    bound: Sequence[Bound],
) -> dict[str, Any]:
    """Return what the list of a run's files says."""
    told, beside = [page for page in pages if not page.job.apart], [page for page in pages if page.job.apart]
    return {
        "title": edition.title,
        "edition": edition.edition,
        "case_title": edition.case_title,
        "as_of": era_date(edition.as_of),
        "run_id": edition.run_id,
        "mark": volumes[plan.name].mark,
        "settings": _conditions(volumes[plan.name], beside),
        "report": plan.name,
        "annexes": [(document.title, stem) for stem, document in volumes.items() if stem != plan.name],
        "failed": list(failed.items()),
        "traceback": any(page.outcome.details for page in pages),
        "booklets": bound,
        "groups": [(name, [_page_row(page) for page in group]) for name, group in (("問いごと", told), ("条件を替えた計算", beside)) if group],
        "exhibits": sorted((row for page in told for row in _exhibit_rows(page)), key=lambda row: str(row["stem"])),
    }  # fmt: skip


def _conditions(report: Document, beside: Sequence[Page]) -> list[tuple[str, str]]:
    """Return under which conditions the run was made, and how many computations stand beside it under others."""
    others = [("条件を替えた計算", f"{len(beside)}件（下の一覧に条件ごとのページがある）")] if beside else []
    return [*report.settings, *others]


def _page_row(page: Page) -> dict[str, Any]:
    state, exhibits = STATES[page.outcome.state], len(page.results.exhibits)
    setting = setting_of(page) if page.job.apart else ""
    return {"key": page.job.key, "title": page.results.title, "setting": setting, "state": state, "exhibits": exhibits}


def _exhibit_rows(page: Page) -> Iterator[dict[str, Any]]:
    for exhibit in page.results.exhibits:
        told = {"number": exhibit.id, "title": exhibit.title, "setting": setting_of(page), "grade": exhibit.grade}
        yield {**told, "stem": page.stem(exhibit), "file": exhibit.computable, "figure": exhibit.figure is not None}
