"""How is a report of many exhibits printed so that it is read: a body of few exhibits, and annex volumes that hold all of them?

Which exhibits the body shows is said by the plan (``body``). Nothing is made twice: body and volumes are cut from one and the same document, and
every exhibit of the body names the volume in which its whole table and its companions stand.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from dxmodels.runs.document.annexes import compact, moved_annex
from dxmodels.runs.document.assemble import Edition, plan_document
from dxmodels.runs.document.items import MARK, setting_of
from dxmodels.runs.document.model import Annex, Chapter, Document, Item, Page, Part
from dxmodels.runs.document.sheets import fitted
from dxmodels.runs.plan_file import Body, Plan

ANNEX_JA = "別冊 資料編"
_BODY_JA = "本編"
_LAST_JA = "取りまとめ・前提・実行の記録"
_CLOSING = ("closing", "前提・限界・検証", "結論がどの前提に左右され、どこが外れ得るかを示す。")
_BODY_ROWS = 12  # of a table in the body; the whole table stands in its volume
_CLOSING_ROWS = 20
_END_JA, _AT_END_JA = "巻末「", "巻末に"
_BRANCHES = "abcdefghijklmnopqrstuvwxyz"


def report_volumes(plan: Plan, pages: Sequence[Page], edition: Edition) -> dict[str, Document]:
    """Return the documents of a plan's report by the stem of their files, the report itself first; one where the plan names no body."""
    told, beside = [page for page in pages if not page.job.apart], [page for page in pages if page.job.apart]
    whole = plan_document(plan, told, edition)
    moved = moved_annex(told, beside, setting_of)
    if moved is not None:
        whole = whole.model_copy(update={"annexes": (moved, *whole.annexes)})
    if plan.body is None or not whole.items:
        return {plan.name: whole}
    names = [chapter.title_ja for chapter in plan.chapters if _holds(whole, chapter.title_ja)]
    titles = {name: f"{ANNEX_JA}{number}　{name}" for number, name in enumerate([*names, _LAST_JA], start=1)}
    stems = [plan.name, *(f"{plan.name}-annex{number}" for number in range(1, len(titles) + 1))]
    listed = tuple(zip([f"{_BODY_JA}　{whole.title}", *titles.values()], stems, strict=True))
    volumes = [_volume(whole, titles, name, listed) for name in titles]
    place = {
        item.number: title for volume, title in zip(volumes, titles.values(), strict=True) for item in volume.items
    }
    volumes[-1] = volumes[-1].model_copy(update={"annexes": (_places(whole, place), *volumes[-1].annexes)})
    return dict(zip(stems, [_body(whole, plan.body, place, listed), *volumes], strict=True))


def _holds(whole: Document, chapter: str) -> bool:
    return any(held.title == chapter for part in whole.parts for held in part.chapters)


def _volume(whole: Document, titles: Mapping[str, str], name: str, listed: tuple[tuple[str, str], ...]) -> Document:
    """Return one annex volume: the exhibits of one chapter, or (the last) those of no chapter with the lists at the end."""
    last = name == _LAST_JA
    others = set(titles) - {_LAST_JA}
    parts = _parts_with(whole, lambda chapter: chapter not in others if last else chapter == name)
    parts = tuple(_ending(part, titles[_LAST_JA]) for part in parts) if not last else parts
    return whole.model_copy(
        update={
            "title": f"{whole.title}　{titles[name]}",
            "subtitle": f"{ANNEX_JA}（図表・表の全体。要旨は本編にある）",
            "mark": _mark(parts),
            "lead": (), "abstract": (), "facts": (), "shares": (), "headlines": (),
            "parts": parts,
            "annexes": whole.annexes if last else (),
            "contents": True,
            "volumes": listed,
        }
    )  # fmt: skip


def _body(whole: Document, body: Body, place: Mapping[str, str], listed: tuple[tuple[str, str], ...]) -> Document:
    """Return the body: page 1, the exhibits the plan names, assumptions and limits, and where every exhibit stands."""
    first: dict[str, Item] = {}
    for item in whole.items:
        first.setdefault(item.number, item)

    def shown(numbers: Sequence[str], rows: int) -> dict[str, Item]:
        named = [number for number in numbers if number in first]
        return {number: _in_body(first[number], place, rows, last=listed[-1][0]) for number in named}

    closing = shown(body.closing, _CLOSING_ROWS)
    made_up = {number: item for number, item in closing.items() if item.illustrative}
    chosen = shown(body.exhibits, _BODY_ROWS) | made_up
    parts = [_chosen(part, chosen) for part in whole.parts]
    sober = tuple(item for number, item in closing.items() if number not in made_up)
    parts.append(_part(*_CLOSING, [Chapter(title="", items=sober)] if sober else []))
    kept = tuple(part for part in parts if part.count)
    return whole.model_copy(
        update={
            "mark": _mark(kept),
            "facts": whole.settings,
            "parts": kept,
            "annexes": (_by_volume(place, listed[-1][0]),),
            "contents": False,
            "volumes": listed,
            "one_page_each": True,
        }
    )


def _chosen(part: Part, items: Mapping[str, Item]) -> Part:
    """Return a part with the exhibits of the body in its chapters, in the order of the plan's list."""
    order = list(items)
    chapters = []
    for chapter in part.chapters:
        anchors = {item.anchor for item in chapter.items}
        held = sorted(
            (item for item in items.values() if item.anchor in anchors), key=lambda item: order.index(item.number)
        )
        chapters += [Chapter(title=chapter.title, items=tuple(held))] if held else []
    return _part(part.key, part.title, part.intro, chapters)


def _in_body(item: Item, place: Mapping[str, str], rows: int, *, last: str) -> Item:
    """Return an exhibit as the body shows it: a table of few rows, and where the rest stands."""
    sheet = item.sheet
    cut = sheet is not None and len(sheet.rows) > rows
    if sheet is not None and cut:
        sheet = sheet.model_copy(
            update={"rows": sheet.rows[:rows], "hidden_rows": sheet.hidden_rows + len(sheet.rows) - rows}
        )
    family = [
        number
        for number in place
        if number.rstrip(_BRANCHES) == item.number.rstrip(_BRANCHES) and number != item.number
    ]
    told = ["表の全行"] if cut else []
    told += [f"関連する図表 {compact(family)}"] if family else []
    pointer = f"{'と'.join(told)}は{place[item.number]}にある。" if told else ""
    return item.model_copy(
        update={
            "sheet": sheet,
            "pointer": pointer,
            "sources": _at_end(item.sources, last),
            "reading": _at_end(item.reading, last),
        }
    )


def _by_volume(place: Mapping[str, str], last: str) -> Annex:
    """Return which exhibits each volume holds, by number."""
    held: dict[str, list[str]] = {}
    for number, title in place.items():
        held.setdefault(title, []).append(number)
    rows = [[title, compact(numbers), f"{len(numbers)}点"] for title, numbers in held.items()]
    return Annex(
        title="図表の所在",
        intro=f"本編に掲げた図表の表の全体と、そのほかの図表は別冊にある。題名の一覧は{last}に、すべての値は表（CSV・Excel）にある。",
        sheet=fitted(["別冊", "図表の番号", "点数"], rows),
    )


def _places(whole: Document, place: Mapping[str, str]) -> Annex:
    """Return where each exhibit stands: number, question, grade, volume."""
    rows = [[item.number, item.title, item.grade, place[item.number].split("　")[0]] for item in whole.items]
    rows.sort(key=lambda row: row[0])
    return Annex(
        title="図表の一覧",
        intro="すべての図表の問いと区分、掲げた別冊を示す。どの図表の値も表（CSV・Excel）に収録した。",
        sheet=fitted(["番号", "問い", "区分", "掲載"], [list(row) for row in dict.fromkeys(map(tuple, rows))]),
    )


def _parts_with(whole: Document, wanted: Callable[[str], bool]) -> tuple[Part, ...]:
    kept = [
        _part(part.key, part.title, part.intro, [held for held in part.chapters if wanted(held.title)])
        for part in whole.parts
    ]
    return tuple(part for part in kept if part.count)


def _ending(part: Part, last: str) -> Part:
    """Return a part whose texts name the volume that holds the lists at the end of the report."""
    chapters = [
        Chapter(
            title=chapter.title,
            items=tuple(
                item.model_copy(update={"sources": _at_end(item.sources, last), "reading": _at_end(item.reading, last)})
                for item in chapter.items
            ),
        )
        for chapter in part.chapters
    ]
    return _part(part.key, part.title, part.intro, chapters)


def _at_end(texts: Sequence[str], last: str) -> tuple[str, ...]:
    return tuple(text.replace(_END_JA, f"{last}「").replace(_AT_END_JA, f"{ANNEX_JA}に") for text in texts)


def _part(key: str, title: str, intro: str, chapters: Sequence[Chapter]) -> Part:
    return Part(key=key, title=title, intro=intro, chapters=tuple(chapters))


def _mark(parts: Sequence[Part]) -> str:
    made_up = any(item.illustrative for part in parts for chapter in part.chapters for item in chapter.items)
    return MARK if made_up else ""
