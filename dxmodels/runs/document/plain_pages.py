"""How is a whole page told with Japanese names only, and which names of the program are left on it?"""

from __future__ import annotations

from dataclasses import replace

from dxmodels.runs.document.model import Page
from dxmodels.runs.model import Exhibit, Record, Source
from dxmodels.runs.plain_words import in_japanese, names_left, source_in_japanese


def unexplained_names(page: Page) -> list[tuple[str, list[str]]]:
    """Return, exhibit by exhibit, what still looks like a name of the program where it is printed."""
    found = []
    for exhibit in page.results.exhibits:
        if not exhibit.computable:
            continue  # of its needs only the labels are printed
        texts = [exhibit.title, exhibit.headline, *exhibit.reading, *exhibit.limits]
        texts += [source.label for source in exhibit.sources]
        texts += [cell for row in exhibit.rows for cell in row if isinstance(cell, str)]
        names = {name for text in texts for name in names_left(text)}
        if names:
            found.append((exhibit.id, sorted(names)))
    return found


def page_in_japanese(page: Page) -> Page:
    """Return a page whose printed sentences hold Japanese names only; its tables stay as stored."""
    results = page.results
    told = replace(
        results,
        title=in_japanese(results.title),
        lead=tuple(in_japanese(text) for text in results.lead),
        exhibits=tuple(_exhibit(exhibit) for exhibit in results.exhibits),
        records=tuple(_record(record) for record in results.records),
    )
    return replace(page, results=told)


def _exhibit(exhibit: Exhibit) -> Exhibit:
    words = {name: tuple(in_japanese(text) for text in getattr(exhibit, name)) for name in ("reading", "limits")}
    figure = exhibit.figure
    return exhibit.model_copy(
        update={
            "title": in_japanese(exhibit.title),
            "headline": in_japanese(exhibit.headline),
            "sources": tuple(_source(source) for source in exhibit.sources),
            "figure": figure.model_copy(update={"alt": in_japanese(figure.alt)}) if figure else None,
            **words,
        }
    )


def _record(record: Record) -> Record:
    return record.model_copy(update={"sources": tuple(_source(source) for source in record.sources)})


def _source(source: Source) -> Source:
    return source.model_copy(
        update={"label": source_in_japanese(source.label), "detail": source_in_japanese(source.detail)}
    )
