"""What stands at the end: every assumption and table the exhibits rest on, and the record of the run?"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence

from dxmodels.runs.document.model import Annex, Page
from dxmodels.runs.document.sheets import fitted
from dxmodels.runs.model import Exhibit, Source
from dxmodels.runs.shown import value_of

ASSUMPTIONS_TITLE = "用いた前提"
_JOINTS = re.compile(r"(?<=[/?&=._-])(?=[A-Za-z0-9])")
_BREAK = "\u200b"  # a place where a line may break, without a sign
STATES = {
    "ok": "正常",
    "failed": "失敗",
    "timed_out": "時間切れ",
    "kernel_died": "カーネル停止",
    "not_started": "起動失敗",
    "disk_full": "空き容量不足",
}


def assumptions_annex(exhibits: Iterable[Exhibit]) -> Annex:
    """Return every assumption used, its grade and source, and the exhibits that use it."""
    rows = [
        [source.label, source.value, source.range, source.grade, _breakable(source.detail), compact(numbers)]
        for source, numbers in _used(exhibits, "assumption")
    ]
    return Annex(
        title=ASSUMPTIONS_TITLE,
        intro="図表が用いた前提の値（この取りまとめで選んだシナリオと選択肢のもとでの値）、幅、区分、出典と時点。仮置きは出典のない値で、所管課の確認を要する。",
        sheet=fitted(["前提", "値", "幅", "区分", "出典（時点）", "図表"], rows),
    )


def tables_annex(exhibits: Iterable[Exhibit]) -> Annex:
    """Return every table and citation used and the exhibits that use it."""
    rows = [
        [source.label, _breakable(source.detail) or "－", compact(numbers)]
        for source, numbers in _used(exhibits, "table")
    ]
    rows += [[_breakable(source.label), "文献", compact(numbers)] for source, numbers in _used(exhibits, "citation")]
    return Annex(
        title="用いた表と文献",
        intro="図表が用いたケースの表（公表値・架空・自前の台帳の別と出典）と文献。",
        sheet=fitted(["表・文献", "由来と出典", "図表"], rows),
    )


def moved_annex(told: Sequence[Page], beside: Sequence[Page], setting_of: Callable[[Page], str]) -> Annex | None:
    """Return which recorded numbers another scenario or option moves, and how far; None where no notebook ran under other conditions."""
    if not beside:
        return None
    base = {
        (page.job.notebook, record.name): value_of(record)
        for page in reversed(told)  # the first run of a notebook is the one compared with
        for record in page.results.records
    }
    compared = [
        (record, setting_of(page), value_of(record), base.get((page.job.notebook, record.name), ""))
        for page in beside
        for record in page.results.records
    ]
    rows = [
        [record.label, setting, here, there, record.grade] for record, setting, here, there in compared if here != there
    ]
    still = len(compared) - len(rows)
    return Annex(
        title="シナリオ・選択肢で動く数値",
        intro=f"シナリオと選択肢を一つずつ替えて計算し直した {len(beside)} 件のうち、この取りまとめの条件と値が異なる数値を示す。"
        f"記録した数値のうち {still} 個は動かない。図表は条件ごとのページ（実行結果の一覧）にある。",
        sheet=fitted(["数値", "替えた条件", "その条件での値", "本編の値", "区分"], rows),
    )


def run_annex(pages: Sequence[Page], settings: Sequence[tuple[str, str]]) -> Annex:
    """Return the settings of the run, and one row a notebook: its exhibits, how it ended and by which hash it is known."""
    rows = [[label, value, "", ""] for label, value in settings]
    rows += [
        [
            page.results.title,
            compact([exhibit.id for exhibit in page.results.exhibits]) or "－",
            STATES[page.outcome.state],
            f"{page.job.key}\u3000{page.digest[:12]}",
        ]
        for page in pages
    ]
    return Annex(
        title="実行の記録",
        intro="この取りまとめを作成した条件と、計算を行ったノートブックの一覧。同じ入力と条件からは同じ結果が得られる。入力・版・所要時間の全体は実行フォルダの manifest.json に記録した。",
        sheet=fitted(["条件・問い", "値・図表", "結果", "ノートブックと識別値"], rows),
    )


def _used(exhibits: Iterable[Exhibit], kind: str) -> list[tuple[Source, list[str]]]:
    found: dict[str, tuple[Source, list[str]]] = {}
    for exhibit in exhibits:
        for source in exhibit.sources:
            if source.kind == kind:
                numbers = found.setdefault(source.name, (source, []))[1]
                if exhibit.id not in numbers:
                    numbers.append(exhibit.id)
    return sorted(found.values(), key=lambda entry: (entry[1][0], entry[0].name))


def compact(numbers: Sequence[str]) -> str:
    """Return exhibit numbers in few characters: E24、E24a〜E24k、E31a."""
    groups: dict[str, list[str]] = {}
    for number in sorted(numbers):
        groups.setdefault(number[:3], []).append(number)
    return "、".join(_of_one(group) for group in groups.values())


def _of_one(group: Sequence[str]) -> str:
    """Return the numbers of one exhibit and its branches, runs of three and more as first〜last."""
    runs: list[list[str]] = []
    for number in group:
        follows = runs and len(runs[-1][-1]) == len(number) and ord(number[-1]) == ord(runs[-1][-1][-1]) + 1
        if follows and len(number) > 3:
            runs[-1].append(number)
        else:
            runs.append([number])
    texts = [f"{run[0]}〜{run[-1]}" if len(run) > 2 else "、".join(run) for run in runs]
    return "、".join(texts)


def _breakable(text: str) -> str:
    """Return a text whose addresses and long names may be broken at their joints, so that no column is overrun."""
    return _JOINTS.sub(_BREAK, text)
