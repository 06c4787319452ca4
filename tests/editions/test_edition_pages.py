"""Pages of the public edition open on any line: none above the limit without figures, nothing lost, every page leads to the others."""

from __future__ import annotations

import pandas as pd
from edition_maker import page
from test_edition_leaks import EDITION

from dxmodels.runs.document import notebook_document, with_file_names
from dxmodels.runs.doors import build_exhibit
from dxmodels.runs.editions import page_sizes
from dxmodels.runs.render.html import document_html


def long_document(exhibits: int = 22):  # type: ignore[no-untyped-def]
    made = []
    for number in range(exhibits):
        rows = {"name_ja": [f"団体{row}" for row in range(60)], "cost_yen": [row * 1_234_567 for row in range(60)]}
        rows |= {f"y{k}_yen": [row * 7_654_321 for row in range(60)] for k in range(4)}
        made.append(
            build_exhibit(
                f"E{number + 10}",
                pd.DataFrame(rows),
                title="いくらか",
                grade="推計",
                sources=["資料"],
                reading="読む。",
                limits="限る。",
            )
        )
    return notebook_document(with_file_names([page(made)])[0], EDITION)


def test_a_long_volume_becomes_pages_below_the_limit_and_loses_nothing() -> None:
    document = long_document()
    assert page_sizes.size_without_figures(document_html(document)) > page_sizes.MOST_BYTES
    made = page_sizes.pages_of_volumes({"plan": document})
    assert list(made)[:2] == ["plan", "plan-2"]
    assert all(page_sizes.size_without_figures(document_html(one)) <= page_sizes.MOST_BYTES for one in made.values())
    assert [item.number for one in made.values() for item in one.items] == [item.number for item in document.items]
    assert [annex.title for one in made.values() for annex in one.annexes] == [
        annex.title for annex in document.annexes
    ]
    assert all([stem for _, stem in one.volumes] == list(made) for one in made.values())


def test_a_short_volume_stays_whole() -> None:
    document = long_document(2)
    assert page_sizes.pages_of_volumes({"plan": document}) == {"plan": document}
