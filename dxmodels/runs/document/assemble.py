"""How do the pages of executed notebooks become one report: page 1, two parts that are never mixed, open questions, annex?"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from dxmodels.fiscal import era_date, era_year
from dxmodels.money import ROUNDING_NOTE
from dxmodels.runs.document.abstract import abstract_of
from dxmodels.runs.document.annexes import assumptions_annex, run_annex, tables_annex
from dxmodels.runs.document.items import MARK, parts_of, setting_of
from dxmodels.runs.document.model import Document, Headline, Page, Share
from dxmodels.runs.model import GRADES, NOT_COMPUTABLE_JA, Exhibit, Record
from dxmodels.runs.notebook_files import draws_taken, notebook_path
from dxmodels.runs.parameters import printed_value, schema_of
from dxmodels.runs.plans import Plan
from dxmodels.runs.shown import range_of, value_of

_FEW_EXHIBITS = 10  # a report of no more is read without a list of contents
_EXAMPLE_ROWS = 10  # rows of an illustrative table in the report: they show the form, their values mean nothing
_REPORT_ROWS, _PAGE_ROWS = 45, 60  # the 43 municipalities fit; longer tables continue in CSV and Excel
_AUTHOR = "大阪府デジタル改革 検討チーム"
_DRAFT = "速報精度：試行回数と最適性の許容差を粗くして計算した値である。確定値は本番精度で作成する。"
_CALLED = re.compile(r"（[a-z][a-z0-9_]*）")
_PUBLISHED_ONLY = "公表値のみの実行である。架空データの表は一切読み込んでいない。"


@dataclass(frozen=True)
class Edition:
    """What every page of a run says about the run: its number, the plan's titles, the case and its date."""

    run_id: str
    title: str
    edition: str
    case_title: str
    as_of: dt.date
    base_fy: int
    own: bool = False
    embedded: bool = True

    @property
    def stamp(self) -> str:
        """The footer of every figure."""
        return f"実行番号 {self.run_id}　時点 {era_date(self.as_of)}"

    @property
    def grounds(self) -> str:
        """What the first part of a report rests on."""
        return "公表値・自前の台帳" if self.own else "公表値"

    @property
    def author(self) -> str:
        """Who the report is by."""
        return _AUTHOR if self.embedded else self.case_title

    @property
    def notes(self) -> tuple[str, ...]:
        """What every report says about amounts and grades."""
        return (
            ROUNDING_NOTE,
            "金額は特記のない限り税込、表示単位未満切捨て、▲は負数。割合は四捨五入。",
            f"区分（表の「等級」欄も同じ）：公表値＝公表された値そのもの、推計＝{self.grounds}に基づく計算・モデル、架空＝架空データの表に基づく例示、"
            "算出不能＝必要な表や項目がなく値がないもの。前提の「仮置き」＝出典のない値で所管課の確認を要するもの。区分の異なる値は合算していない。",
        )


def plan_document(plan: Plan, pages: Sequence[Page], edition: Edition) -> Document:
    """Return the report that joins all notebooks of the plan."""
    records = _headline_records(pages)
    parts = parts_of(
        pages,
        lambda page, exhibit: plan.chapter_of_exhibit(exhibit.id, page.job.chapter),
        chapters_in_order=[chapter.title_ja for chapter in plan.chapters],
        stamp=edition.stamp,
        most_rows=_REPORT_ROWS,
        example_rows=_EXAMPLE_ROWS,
        brief=True,
        own=edition.own,
    )
    exhibits = [exhibit for page in pages for exhibit in page.results.exhibits]
    settings = [*_facts(edition), *_settings(pages), ("実行番号", edition.run_id)]
    annexes = (assumptions_annex(exhibits), tables_annex(exhibits), run_annex(pages, settings))
    joined = [page for page in pages if page.job.joins]
    told = [record for page in pages for record in page.results.records]
    abstract = abstract_of(plan, told, [exhibit.id for exhibit in exhibits])
    return Document(
        **_frame(edition, edition.title, exhibits),
        subtitle=f"報告書（{edition.grounds}で言えること／方法の例示）"
        if _has_examples(exhibits)
        else f"報告書（{edition.grounds}で言えること）",
        digest=edition.run_id,
        notices=_notices(pages),
        lead=joined[0].results.lead if joined and not abstract else (),
        abstract=abstract,
        facts=() if plan.body else in_words(settings),
        settings=tuple(settings),
        shares=_shares([record for _, record in records]),
        headlines=_headlines(records),
        parts=parts,
        annexes=tuple(annex for annex in annexes if annex.sheet.rows),
        contents=len(exhibits) > _FEW_EXHIBITS,
    )


def notebook_document(page: Page, edition: Edition) -> Document:
    """Return the page of one notebook."""
    records = _headline_records([page])
    exhibits = page.results.exhibits
    annexes = (assumptions_annex(exhibits), tables_annex(exhibits))
    setting = setting_of(page)
    facts = (*_facts(edition), *_settings([page]), ("実行番号", edition.run_id))
    return Document(
        **_frame(edition, page.results.title, exhibits),
        subtitle=f"{edition.title}　ノートブック {page.job.notebook}" + (f"（{setting}）" if setting else ""),
        digest=page.digest[:12],
        notices=_notices([page]),
        lead=page.results.lead,
        abstract=(),
        facts=facts,
        settings=facts,
        shares=_shares([record for _, record in records]),
        headlines=_headlines(records),
        parts=parts_of([page], lambda page, exhibit: "", stamp=edition.stamp, most_rows=_PAGE_ROWS, own=edition.own),
        annexes=tuple(annex for annex in annexes if annex.sheet.rows),
        contents=False,
    )


def _frame(edition: Edition, title: str, exhibits: Iterable[Exhibit]) -> dict[str, object]:
    return {
        "title": title,
        "edition": edition.edition,
        "author": edition.author,
        "run_id": edition.run_id,
        "as_of": era_date(edition.as_of),
        "as_of_iso": edition.as_of.isoformat(),
        "case_title": edition.case_title,
        "mark": MARK if any(exhibit.illustrative for exhibit in exhibits) else "",
        "notes": edition.notes,
    }


def _notices(pages: Sequence[Page]) -> tuple[str, ...]:
    """Return what a reader must know first: failures, draft effort, published values only."""
    failed = [page for page in pages if page.failed]
    notices = [
        f"「{page.results.title}」（{page.job.key}）は最後まで実行できなかった：{page.outcome.message}"
        for page in failed
    ]
    parameters = [page.job.parameters for page in pages]
    if any(values.get("effort") == "draft" for values in parameters):
        notices.append(_DRAFT)
    if parameters and all(values.get("published_only") for values in parameters):
        notices.append(_PUBLISHED_ONLY)
    return tuple(notices)


def _has_examples(exhibits: Iterable[Exhibit]) -> bool:
    return any(exhibit.illustrative for exhibit in exhibits)


def _facts(edition: Edition) -> tuple[tuple[str, str], ...]:
    """Return the cover facts: what the report is about, as of when, and its base year."""
    return (
        ("対象", edition.case_title),
        ("時点", era_date(edition.as_of)),
        ("基準年度", f"{era_year(edition.base_fy)}（{edition.base_fy}年度）"),
    )


def _settings(pages: Sequence[Page]) -> tuple[tuple[str, str], ...]:
    """Return every parameter of the notebooks with the values it took."""
    taken: dict[str, list[str]] = {}
    for page in pages:
        schema = schema_of(page.job.notebook)
        for name, value in page.job.parameters.items():
            shown = printed_value(name, value)
            if name != "case" and shown not in taken.setdefault(schema.label_ja(name), []):
                taken[schema.label_ja(name)].append(shown)
    told = tuple((label, "、".join(values)) for label, values in taken.items())
    return (*told, *_draws(pages))


def in_words(settings: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """Return the conditions of a run without the names by which scenarios and efforts are called in files."""
    return tuple((label, _CALLED.sub("", value)) for label, value in settings)


def _draws(pages: Sequence[Page]) -> tuple[tuple[str, str], ...]:
    """Return how many draws the notebooks took, from the fewest to the most; nothing where none draws."""
    counts: set[int] = set()
    for page in pages:
        path = notebook_path(page.job.notebook)
        if path.is_file():
            counts.update(draws_taken(path, full=page.job.parameters.get("effort") == "full"))
    if not counts:
        return ()
    least, most = min(counts), max(counts)
    spread = f"{least:,}回" if least == most else f"{least:,}〜{most:,}回（計算による）"
    return (("試行回数", spread),)


def _headline_records(pages: Iterable[Page]) -> list[tuple[Page, Record]]:
    """Return the recorded quantities for page 1; one that several notebooks record is told once, unless they disagree: then each is told with its notebook."""
    found: dict[tuple[str, str], dict[str, tuple[Page, Record]]] = {}
    for page in pages:
        for record in page.results.records:
            if record.headline:
                said = found.setdefault((record.name, "" if page.job.joins else page.job.variant), {})
                said.setdefault(value_of(record), (page, record))
    return [
        (
            page,
            record if len(said) == 1 else record.model_copy(update={"label": f"{record.label}（{page.job.notebook}）"}),
        )
        for said in found.values()
        for page, record in said.values()
    ]


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
                spread=range_of(record),
                grade=record.grade,
                basis=basis + (f" ほか{len(record.sources) - 1}件" if len(record.sources) > 1 else ""),
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
