"""How is one exhibit printed, and into which part and chapter does it go?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence

from dxmodels.runs.document.annexes import ASSUMPTIONS_TITLE
from dxmodels.runs.document.model import Chapter, Item, Page, Part, Sheet
from dxmodels.runs.document.sheets import fitted, sheet_of
from dxmodels.runs.drawing import stamped, width_of
from dxmodels.runs.model import ILLUSTRATIVE, Exhibit, Source
from dxmodels.runs.parameters import printed_value, schema_of

MARK = "架空データを含む"
_NAMED_ASSUMPTIONS = 4  # more would bury what is said about the table
_NARROW_PT = 380.0  # a figure narrower than this is not stretched to the width of the page
_OWN = ("公表値・自前の台帳で言えること", "公表された値と自前の台帳、それらに基づく計算・推計で答えられる問いを示す。")
PARTS = (
    ("published", "公表値で言えること", "公表された値と、それに基づく計算・推計だけで答えられる問いを示す。"),
    (
        "illustrative",
        "方法の例示（架空データ）",
        "実在の台帳がないため架空データで計算した。方法と図表の形を示すもので、数値は現実の府・市町村・契約・事業者について何も述べない。",
    ),
    ("open", "答えられなかった問い", "必要な表または項目がない問いを示す。表を用意して再実行すると図表が作成される。"),
)


def parts_of(
    pages: Iterable[Page],
    chapter_of: Callable[[Page, Exhibit], str],
    *,
    chapters_in_order: Sequence[str] = (),
    stamp: str,
    most_rows: int,
    example_rows: int | None = None,
    brief: bool = False,
    own: bool = False,
) -> tuple[Part, ...]:
    """Return the parts that hold anything, each with its chapters in the order given (then of first appearance), exhibits by number.

    ``own``: the case holds tables of its owner, on which the first part then rests too.
    ``example_rows``: rows printed of an illustrative table, where fewer than ``most_rows``; ``brief``: of a question left open only what it
    lacks is said.
    """
    placed = [(page, exhibit, chapter_of(page, exhibit)) for page in pages for exhibit in page.results.exhibits]
    parts = []
    for key, title, intro in PARTS:
        named = _OWN if own and key == "published" else (title, intro)
        here = [entry for entry in placed if entry[1].part == key]
        chapters = []
        for name in dict.fromkeys([*chapters_in_order, *(entry[2] for entry in placed)]):
            items = [
                _told(item_of(page, exhibit, stamp=stamp, most_rows=_rows_of(exhibit, most_rows, example_rows)), brief)
                for page, exhibit, told in here
                if told == name
            ]
            if items:
                chapters.append(Chapter(title=name, items=tuple(sorted(items, key=lambda item: item.number))))
        if chapters:
            parts.append(Part(key=key, title=named[0], intro=named[1], chapters=tuple(chapters)))
    return tuple(parts)


def _told(item: Item, brief: bool) -> Item:
    """Return the item; in a brief report a question left open is its title and what it lacks (the headline names it)."""
    if item.computable or not brief:
        return item
    return item.model_copy(update={"sheet": None, "reading": (), "limits": (), "sources": ()})


def _rows_of(exhibit: Exhibit, most: int, examples: int | None) -> int:
    """Return how many rows of an exhibit are printed."""
    if exhibit.every_row:
        return len(exhibit.rows)
    return examples if exhibit.illustrative and examples is not None else most


def item_of(page: Page, exhibit: Exhibit, *, stamp: str, most_rows: int) -> Item:
    """Return one exhibit as printed."""
    drawing = exhibit.figure
    mark = MARK if exhibit.illustrative else ""
    return Item(
        anchor=page.stem(exhibit).lower(),
        number=exhibit.id,
        title=exhibit.title,
        setting=setting_of(page),
        grade=exhibit.grade,
        illustrative=exhibit.illustrative,
        computable=exhibit.computable,
        headline=exhibit.headline,
        svg=stamped(drawing, left=stamp, mark=mark) if drawing else "",
        alt=drawing.alt if drawing else "",
        narrow=drawing is not None and width_of(drawing) < _NARROW_PT,
        sheet=_sheet(exhibit, len(exhibit.rows) if exhibit.every_row else most_rows),
        reading=exhibit.reading,
        limits=exhibit.limits,
        sources=source_lines(exhibit.sources),
        table_file=f"{page.stem(exhibit)}.csv" if exhibit.computable else "",
    )


def setting_of(page: Page) -> str:
    """Return in words which variant of a notebook this is ("" where the plan runs it once)."""
    if not page.job.variant:
        return ""
    schema = schema_of(page.job.notebook)
    defaults = {name: field.default for name, field in schema.model_fields.items()}
    differing = [name for name, value in page.job.parameters.items() if value != defaults.get(name)]
    named = [
        f"{schema.label_ja(name)}：{printed_value(name, page.job.parameters[name])}"
        for name in differing
        if name != "case"
    ]
    return "、".join(named) or page.job.variant


def source_lines(sources: Sequence[Source]) -> tuple[str, ...]:
    """Return each source as one printed line.

    Where an assumption comes from stands in the annex, once; many of them are counted, not listed. Illustrative tables stand in one line: they
    have no source to cite.
    """
    lines, made_up, assumed = [], [], []
    for source in sources:
        if source.kind == "assumption":
            assumed.append(source)
        elif source.kind == "table" and source.grade == ILLUSTRATIVE:
            made_up.append(f"「{source.label}」")
        elif source.kind == "table":
            lines.append(f"表「{source.label}」" + (f"（{source.detail}）" if source.detail else ""))
        else:
            lines.append(source.label)
    return (*lines, *([f"架空の表{''.join(made_up)}"] if made_up else []), *_assumption_lines(assumed))


def _assumption_lines(assumed: Sequence[Source]) -> list[str]:
    """Return a few assumptions by name, many as their number by grade."""
    if len(assumed) <= _NAMED_ASSUMPTIONS:
        return [f"前提「{source.label}」［{source.grade}］" for source in assumed]
    counts = Counter(source.grade for source in assumed)
    by_grade = "、".join(f"{grade} {count} 件" for grade, count in counts.items())
    return [f"前提 {len(assumed)} 件（{by_grade}。値・幅・出典は巻末「{ASSUMPTIONS_TITLE}」のこの図表番号の行）"]


def _sheet(exhibit: Exhibit, most_rows: int) -> Sheet | None:
    if exhibit.computable:
        return sheet_of(exhibit, most_rows=most_rows) if exhibit.columns else None
    rows = [[need.label, "、".join(need.column_labels) or "表全体"] for need in exhibit.needs]
    return fitted(["必要な表", "必要な項目"], rows)
