"""How do the pages of executed notebooks become one report: page 1, two parts that are never mixed, open questions, annex?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from dxmodels.fiscal import era_date, era_year
from dxmodels.money import ROUNDING_NOTE
from dxmodels.runs.document.annexes import assumptions_annex, run_annex, tables_annex
from dxmodels.runs.document.items import MARK, parts_of, setting_of
from dxmodels.runs.document.model import Document, Headline, Page, Share
from dxmodels.runs.model import GRADES, NOT_COMPUTABLE_JA, Exhibit, Record
from dxmodels.runs.parameters import printed_value, schema_of
from dxmodels.runs.plans import Plan
from dxmodels.runs.shown import value_of

_REPORT_ROWS, _PAGE_ROWS = 45, 60  # the 43 municipalities fit; longer tables continue in CSV and Excel
_REPORT_KIND = "報告書（公表値で言えること／方法の例示）"
_AUTHOR = "大阪府デジタル改革 検討チーム"
_DRAFT = (
    "速報精度で計算した（試行回数・最適性の許容差を粗くしている）。確定値には本番精度（effort=full）で再実行すること。"
)
_PUBLISHED_ONLY = "公表値のみの実行である。架空データの表は一切読み込んでいない。"
_NOTES = (
    ROUNDING_NOTE,
    "金額は特記のない限り税込、表示単位未満切捨て、▲は負数。割合は四捨五入。",
    "区分：公表値＝公表された値そのもの、推計＝公表値に基づく計算・モデル、架空＝架空データの表に基づく例示。区分の異なる値は合算していない。",
)


@dataclass(frozen=True)
class Edition:
    """What every page of a run says about the run: its number, the plan's titles, the case and its date."""

    run_id: str
    title: str
    edition: str
    case_title: str
    as_of: dt.date
    base_fy: int

    @property
    def stamp(self) -> str:
        """The footer of every figure."""
        return f"実行 {self.run_id}　時点 {era_date(self.as_of)}"


def plan_document(plan: Plan, pages: Sequence[Page], edition: Edition) -> Document:
    """Return the report that joins all notebooks of the plan."""
    records = _headline_records(pages)
    parts = parts_of(
        pages,
        lambda page, exhibit: plan.chapter_of_exhibit(exhibit.id, page.job.chapter),
        stamp=edition.stamp,
        most_rows=_REPORT_ROWS,
    )
    exhibits = [exhibit for page in pages for exhibit in page.results.exhibits]
    annexes = (assumptions_annex(exhibits), tables_annex(exhibits), run_annex(pages, edition.run_id))
    joined = [page for page in pages if page.job.joins]
    return Document(
        **_frame(edition, edition.title, exhibits),
        subtitle=_REPORT_KIND,
        digest=edition.run_id,
        notices=_notices(pages),
        lead=joined[0].results.lead if joined else (),
        facts=_facts(pages, edition),
        shares=_shares([record for _, record in records]),
        headlines=_headlines(records),
        parts=parts,
        annexes=tuple(annex for annex in annexes if annex.sheet.rows),
    )


def notebook_document(page: Page, edition: Edition) -> Document:
    """Return the page of one notebook."""
    records = _headline_records([page])
    exhibits = page.results.exhibits
    annexes = (assumptions_annex(exhibits), tables_annex(exhibits))
    setting = setting_of(page)
    return Document(
        **_frame(edition, page.results.title, exhibits),
        subtitle=f"{edition.title}　ノートブック {page.job.notebook}" + (f"（{setting}）" if setting else ""),
        digest=page.digest[:12],
        notices=_notices([page]),
        lead=page.results.lead,
        facts=_facts([page], edition),
        shares=_shares([record for _, record in records]),
        headlines=_headlines(records),
        parts=parts_of([page], lambda page, exhibit: "", stamp=edition.stamp, most_rows=_PAGE_ROWS),
        annexes=tuple(annex for annex in annexes if annex.sheet.rows),
    )


def _frame(edition: Edition, title: str, exhibits: Iterable[Exhibit]) -> dict[str, object]:
    return {
        "title": title,
        "edition": edition.edition,
        "author": _AUTHOR,
        "run_id": edition.run_id,
        "as_of": era_date(edition.as_of),
        "as_of_iso": edition.as_of.isoformat(),
        "case_title": edition.case_title,
        "mark": MARK if any(exhibit.illustrative for exhibit in exhibits) else "",
        "notes": _NOTES,
    }


def _notices(pages: Sequence[Page]) -> tuple[str, ...]:
    """Return what a reader must know first: failures, draft effort, published values only."""
    failed = [page for page in pages if page.failed]
    notices = [f"ノートブック {page.job.key} は最後まで実行できなかった：{page.outcome.message}" for page in failed]
    parameters = [page.job.parameters for page in pages]
    if any(values.get("effort") == "draft" for values in parameters):
        notices.append(_DRAFT)
    if parameters and all(values.get("published_only") for values in parameters):
        notices.append(_PUBLISHED_ONLY)
    return tuple(notices)


def _facts(pages: Sequence[Page], edition: Edition) -> tuple[tuple[str, str], ...]:
    """Return the cover facts: case, date, base year, and every parameter with the values it took."""
    facts = [
        ("ケース", edition.case_title),
        ("時点", era_date(edition.as_of)),
        ("基準年度", f"{era_year(edition.base_fy)}（{edition.base_fy}年度）"),
    ]
    taken: dict[str, list[str]] = {}
    for page in pages:
        schema = schema_of(page.job.notebook)
        for name, value in page.job.parameters.items():
            shown = printed_value(name, value)
            if name != "case" and shown not in taken.setdefault(schema.label_ja(name), []):
                taken[schema.label_ja(name)].append(shown)
    facts += [(label, "、".join(values)) for label, values in taken.items()]
    return (*facts, ("実行番号", edition.run_id))


def _headline_records(pages: Iterable[Page]) -> list[tuple[Page, Record]]:
    """Return the recorded quantities for page 1; one that the summary repeats from a notebook is told once."""
    found: dict[tuple[str, str], tuple[Page, Record]] = {}
    for page in pages:
        for record in page.results.records:
            if record.headline:
                found.setdefault((record.name, "" if page.job.joins else page.job.variant), (page, record))
    return list(found.values())


def _headlines(records: Iterable[tuple[Page, Record]]) -> tuple[Headline, ...]:
    order = {grade: place for place, grade in enumerate((*GRADES, NOT_COMPUTABLE_JA))}
    made = []
    for page, record in records:
        setting = setting_of(page)
        basis = record.sources[0].label if record.sources else ""
        made.append(
            Headline(
                label=record.label + (f"（{setting}）" if setting else ""),
                value=value_of(record),
                grade=record.grade,
                basis=basis + (f" ほか{len(record.sources) - 1}件" if len(record.sources) > 1 else ""),
                notebook=page.job.notebook,
            )
        )
    return tuple(sorted(made, key=lambda headline: order[headline.grade]))


def _shares(records: Sequence[Record]) -> tuple[Share, ...]:
    """Return how many headline numbers carry each grade, with the percentage (rounded)."""
    if not records:
        return ()
    grades: list[str] = [record.grade for record in records]
    return tuple(
        Share(grade=grade, count=grades.count(grade), percent=f"{100 * grades.count(grade) / len(grades):.0f}％")
        for grade in (*GRADES, NOT_COMPUTABLE_JA)
        if grade in grades or grade in GRADES
    )
