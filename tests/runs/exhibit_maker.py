"""Exhibits and pages made in memory, for tests of wording and rendering that need no kernel."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import pandas as pd

from dxmodels.figures.style import axes_for
from dxmodels.inputs import NotComputable
from dxmodels.runs.document import Document, Edition, Page, notebook_document, plan_document, with_file_names
from dxmodels.runs.doors import build_exhibit, build_record
from dxmodels.runs.execute import Outcome
from dxmodels.runs.extract import Results
from dxmodels.runs.model import Exhibit
from dxmodels.runs.plans import Job, Plan

HOSTILE = [
    "=1+1",
    "+cmd|' /C calc'!A0",
    "-2+3",
    "@SUM(1)",
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "&lt;b&gt;",
]
TERMS: dict[str, Any] = {"title": "いくらか", "reading": "読む。", "limits": "限られる。", "sources": ["総務省の資料"]}


def costs() -> pd.DataFrame:
    """Two systems, one negative amount, one missing share."""
    return pd.DataFrame(
        {
            "system_id": ["S01", "S02", "S03"],
            "name_ja": ["住民記録", "税務", "福祉"],
            "annual_cost_yen": [123_456_789, -55_512_345, 999_999],
            "saving_rate": [0.0414, None, -0.125],
            "fiscal_year": [2026, 2019, 2027],
        }
    )


def exhibit(id: str = "E07", table: object = None, **changes: Any) -> Exhibit:
    """Return an exhibit with a bar chart, or what ``changes`` say."""

    def bars(frame: pd.DataFrame) -> Any:
        ax = axes_for(None, height_mm=50)
        ax.bar(frame["name_ja"], frame["annual_cost_yen"])
        return ax

    terms = {**TERMS, "grade": "推計", **({"figure": bars} if table is None else {}), **changes}
    return build_exhibit(id, costs() if table is None else table, **terms)


def hostile() -> Exhibit:
    """Return an exhibit whose texts would like to be formulas and scripts."""
    frame = pd.DataFrame({"name_ja": HOSTILE, "annual_cost_yen": range(len(HOSTILE))})
    return exhibit(
        "E06", frame, title="<script>alert(2)</script>は<b>太字</b>か", reading=HOSTILE[4], limits=HOSTILE[5]
    )


def illustrative() -> Exhibit:
    """Return an exhibit graded 架空."""
    return exhibit("E01", costs(), grade="架空")


def missing() -> Exhibit:
    """Return an exhibit that cannot be computed."""
    needs = {"spending": ("budget_yen",), "contracts": ()}
    return exhibit("E09", NotComputable("どれだけずれたか", needs), title="どれだけずれたか")


def long_table(rows: int = 120) -> Exhibit:
    """Return an exhibit whose table runs over several pages."""
    frame = pd.DataFrame(
        {
            "name_ja": [f"第{row}システム" for row in range(rows)],
            "annual_cost_yen": [row * 1_000_000 for row in range(rows)],
        }
    )
    return exhibit("E12", frame)


def page(
    *exhibits: Exhibit, key: str = "00_data", notebook: str = "00_data", chapter: str = "府庁DX", **changes: Any
) -> Page:
    """Return the page of a notebook that sent these exhibits and two numbers."""
    records = (
        build_record("total_yen", 4_812_345_678, unit="円", sources=["総務省の資料"], grade="公表値", label="合計額"),
        build_record(
            "change_rate",
            -0.0414,
            unit="割合（0〜1）",
            sources=["総務省の資料"],
            grade="推計",
            label="増減率",
            between=(-0.0613, 0.0021, "前提の幅"),
        ),
    )
    results = Results("費用はいくらか", ("この問いを調べる。",), tuple(exhibits), changes.get("records", records))
    outcome = changes.get("outcome", Outcome(key, "ok", 1.0))
    parameters = {"case": "tiny", "published_only": False, **changes.get("parameters", {})}
    return Page(Job(key, notebook, chapter, parameters, changes.get("variant", "")), outcome, results, "ab" * 32)


EDITION = Edition("small-0123456789ab", "小さな取りまとめ", "令和8年度版", "小さなケース", dt.date(2026, 4, 1), 2026)


def notebook_page(*exhibits: Exhibit) -> tuple[Document, list[Page]]:
    """Return the document of one notebook and its page."""
    pages = with_file_names([page(*exhibits)])
    return notebook_document(pages[0], EDITION), pages


def report(pages: Sequence[Page], *, chapters: Sequence[dict[str, Any]] = ()) -> tuple[Document, list[Page]]:
    """Return the report of a plan over these pages."""
    told = list(chapters) or [{"title_ja": "府庁DX", "notebooks": [{"notebook": "00_data"}]}]
    plan = Plan.model_validate(
        {"name": "small", "title_ja": EDITION.title, "edition_ja": EDITION.edition, "chapters": told}
    )
    named = with_file_names(list(pages))
    return plan_document(plan, named, EDITION), named
