"""Which files does a run consist of? Index, report, a page a notebook, tables and figures.

reports/<run-id>/{index.html, <plan>.html/.pdf/.xlsx, notebooks/<name>.*, tables/E07.csv, tables/people/E07.csv, figures/E07.svg, booklets/E05.pdf}
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from dxmodels.errors import RunError
from dxmodels.fiscal import era_date
from dxmodels.runs.document import Document, Edition, Page, notebook_document, plan_document
from dxmodels.runs.document.annexes import STATES
from dxmodels.runs.document.model import Item
from dxmodels.runs.folders import write_atomically
from dxmodels.runs.plans import Plan
from dxmodels.runs.project import inside
from dxmodels.runs.render.booklet import Bound, write_booklets
from dxmodels.runs.render.csv import machine_csv, people_csv
from dxmodels.runs.render.html import document_html, index_html
from dxmodels.runs.render.pdf import document_pdf
from dxmodels.runs.render.xlsx import document_xlsx


def write_pages(
    folder: Path, plan: Plan, pages: Sequence[Page], edition: Edition, *, say: Callable[[str], None]
) -> dict[str, str]:
    """Write every file of a run into ``folder``; return what could not be made, by name, with the reason."""
    failed: dict[str, str] = {}
    bound: list[Bound] = []
    for page in pages:
        document = notebook_document(page, edition)
        failed |= _write_document(folder / "notebooks", page.job.key, document, [page], base="../")
        _write_exhibits(folder, page, document)
        if plan.booklets:
            failed |= write_booklets(folder, page, run_id=edition.run_id, as_of=edition.as_of, made=bound)
    say("報告書（HTML・PDF・Excel）を作成しています")
    report = plan_document(plan, pages, edition)
    failed |= _write_document(folder, plan.name, report, pages, base="")
    told = {page.job.key: page.outcome.message for page in pages if page.failed} | failed
    write_atomically(
        folder / "index.html", index_html(_index(plan, pages, report, edition, told, bound)).encode("utf-8")
    )
    return failed


def _write_document(folder: Path, name: str, document: Document, pages: Sequence[Page], *, base: str) -> dict[str, str]:
    """Write one document in three forms; a PDF the compiler refuses is reported and does not stop the rest."""
    folder.mkdir(parents=True, exist_ok=True)
    write_atomically(inside(folder, f"{name}.html"), document_html(document, base=base).encode("utf-8"))
    write_atomically(inside(folder, f"{name}.xlsx"), document_xlsx(document, pages))
    try:
        write_atomically(inside(folder, f"{name}.pdf"), document_pdf(document))
    except RunError as error:
        return {f"{name}.pdf": str(error)}
    return {}


def _write_exhibits(folder: Path, page: Page, document: Document) -> None:
    """Write the tables (machine and people) and figures of one notebook."""
    for name in ("tables", "tables/people", "figures"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    drawn = {item.anchor: item.svg for item in document.items if item.svg}
    for exhibit in page.results.exhibits:
        stem = page.stem(exhibit)
        if exhibit.computable:
            write_atomically(inside(folder / "tables", f"{stem}.csv"), machine_csv(exhibit))
            write_atomically(inside(folder / "tables" / "people", f"{stem}.csv"), people_csv(exhibit))
        if stem.lower() in drawn:
            write_atomically(inside(folder / "figures", f"{stem}.svg"), drawn[stem.lower()].encode("utf-8"))


def _index(
    plan: Plan,
    pages: Sequence[Page],
    report: Document,
    edition: Edition,
    failed: Mapping[str, str],
    bound: Sequence[Bound],
) -> dict[str, Any]:
    """Return what the list of a run's files says."""
    stems = {page.stem(exhibit).lower(): page.stem(exhibit) for page in pages for exhibit in page.results.exhibits}
    return {
        "title": edition.title,
        "edition": edition.edition,
        "case_title": edition.case_title,
        "as_of": era_date(edition.as_of),
        "run_id": edition.run_id,
        "mark": report.mark,
        "report": plan.name,
        "failed": list(failed.items()),
        "traceback": any(page.outcome.details for page in pages),
        "booklets": bound,
        "pages": [_page_row(page) for page in pages],
        "exhibits": [_exhibit_row(item, stems) for item in sorted(report.items, key=lambda item: item.anchor)],
    }


def _page_row(page: Page) -> dict[str, Any]:
    state, exhibits = STATES[page.outcome.state], len(page.results.exhibits)
    return {"key": page.job.key, "title": page.results.title, "state": state, "exhibits": exhibits}


def _exhibit_row(item: Item, stems: Mapping[str, str]) -> dict[str, Any]:
    stem = stems[item.anchor] if item.computable else ""
    named = {"number": item.number, "title": item.title, "setting": item.setting, "grade": item.grade}
    return {**named, "stem": stem, "figure": bool(item.svg)}
