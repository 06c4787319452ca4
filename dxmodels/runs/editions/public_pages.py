"""How does an exhibit read once its withheld cells are marked?

Where a cell is withheld the figure is left out (its shapes tell the numbers), and of headline and reading only sentences stay whose every number
stands in the public table. Rows that a withheld number ranks stand in the order of their words. Any other text that tells a withheld number is left out.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace

from dxmodels.runs.display import texts_of
from dxmodels.runs.document.model import Page
from dxmodels.runs.editions.material import LIST_ID, Masking
from dxmodels.runs.editions.places import Place, Withheld
from dxmodels.runs.editions.printings import all_numbers
from dxmodels.runs.editions.rules import EditionRules, Rule
from dxmodels.runs.editions.secrets import Secrets
from dxmodels.runs.extract import Results
from dxmodels.runs.model import NUMERIC_KINDS, Exhibit

_TOTAL_ROW = re.compile(r"^(?:総?合?計|全体|総額|全国)")
# Sentences that explain a picture are left out with it.
_OF_FIGURE = re.compile(r"^.{0,8}(?:図|棒|線|点|地図|帯|曲線|丸|◆|色)(?:は|が|の|を)")


def public_pages(pages: Sequence[Page], masking: Masking) -> list[Page]:
    """Return the pages as the public reads them."""
    return [replace(page, results=_public_results(page, masking)) for page in pages]


def _public_results(page: Page, masking: Masking) -> Results:
    results = page.results
    return replace(
        results,
        lead=tuple(text for text in results.lead if not masking.secrets.told_by(text)),
        exhibits=tuple(public_exhibit(page.stem(one), one, masking) for one in results.exhibits)
        if not page.job.apart
        else (),
        records=tuple(record for record in results.records if record.name not in masking.records),
        booklets=(),
    )


def public_exhibit(stem: str, exhibit: Exhibit, masking: Masking) -> Exhibit:
    """Return one exhibit as the public reads it."""
    if not exhibit.computable:
        return exhibit
    if stem in masking.left_out:
        return _left_out(exhibit, masking.left_out[stem], masking)
    held = {place: rule for place, rule in masking.withheld.items() if place.stem == stem}
    if not held:
        return _untouched(exhibit, masking)
    rows = tuple(
        tuple(
            masking.rules.mark(held[place]) if (place := Place(stem, number, at)) in held else value
            for at, value in enumerate(exhibit.rows[number])
        )
        for number in public_order(exhibit, list(held))
    )
    shown = exhibit.model_copy(update={"rows": rows})
    fits = _fitting(exhibit, shown, held, masking.secrets)
    of_figure = [text for text in exhibit.reading if exhibit.figure is not None and _OF_FIGURE.match(text)]
    readings = tuple(text for text in exhibit.reading if fits(text) and text not in of_figure)
    limits = tuple(text for text in exhibit.limits if not masking.secrets.told_by(text))
    dropped = len(exhibit.reading) + len(exhibit.limits) - len(readings) - len(limits) - len(of_figure)
    legend = _legend(Counter(rule.number for rule in held.values()), masking.rules, exhibit, dropped)
    headline = exhibit.headline if fits(exhibit.headline) else _short(held, masking.rules)
    return shown.model_copy(
        update={"headline": headline, "reading": readings, "limits": (*legend, *limits), "figure": None}
    )


def public_order(exhibit: Exhibit, held: Sequence[Place]) -> list[int]:
    """Return the rows in the order the public reads them: by their words where the order as it is ranks withheld numbers."""
    hidden = {place.column for place in held}
    for at in hidden:
        values = [float(value) for row in exhibit.rows if isinstance(value := row[at], int | float)]
        if len(values) > 1 and (values == sorted(values) or values == sorted(values, reverse=True)):
            return sorted(range(len(exhibit.rows)), key=lambda row: _place_in_order(exhibit, row, hidden))
    return list(range(len(exhibit.rows)))


def _place_in_order(exhibit: Exhibit, row: int, hidden: set[int]) -> tuple[bool, tuple[str, ...]]:
    """Return where a row stands by the words that the public may read, totals last."""
    cells = enumerate(zip(exhibit.columns, exhibit.rows[row], strict=True))
    words = tuple(str(value) for at, (column, value) in cells if at not in hidden and column.kind not in NUMERIC_KINDS)
    return bool(words and _TOTAL_ROW.match(words[0])), words


def _untouched(exhibit: Exhibit, masking: Masking) -> Exhibit:
    """Return an exhibit of which no cell is withheld, without what tells of other exhibits' withheld cells or shows more than its table."""
    secrets = masking.secrets
    figure = exhibit.figure
    hides = next((rule for rule in masking.rules.rules if rule.hides_figure(exhibit)), None)
    if figure and (hides or secrets.told_by(_words_of(figure.svg)) or secrets.told_by(figure.alt)):
        figure = None
    words = {
        name: tuple(text for text in getattr(exhibit, name) if not secrets.told_by(text))
        for name in ("reading", "limits")
    }
    if exhibit.figure and figure is None:
        ground = f"（{hides.title_ja}を示すため。{hides.ground_ja}）" if hides else ""
        words["limits"] = (f"公表版では、図を省いた{ground}。", *words["limits"])
    headline = (
        exhibit.headline if not secrets.told_by(exhibit.headline) else "見出しの文は、非公表とした値を含むため省いた。"
    )
    return exhibit.model_copy(update={**words, "headline": headline, "figure": figure})


def _words_of(svg: str) -> str:
    """Return the words of a picture (its shapes hold no printed number)."""
    return "\n".join(re.findall(r">([^<]+)<", svg))


def _left_out(exhibit: Exhibit, rule: Rule, masking: Masking) -> Exhibit:
    told = f"この図表は、{rule.title_ja}を示すため、公表版では省いた。"
    return exhibit.model_copy(
        update={
            "columns": (), "rows": (), "headline": told, "reading": (), "figure": None,
            "limits": (f"根拠：{rule.ground_ja}。全体の一覧は図表{LIST_ID}に示す。",),
        }
    )  # fmt: skip


def _legend(counts: Counter[int], rules: EditionRules, exhibit: Exhibit, dropped: int) -> tuple[str, ...]:
    """Return what the marks of an exhibit mean, with ground and count, and what else is left out."""
    named = {rule.number: rule for rule in rules.all_rules}
    marks = "、".join(
        f"［{number}］{named[number].title_ja}（{named[number].ground_ja}）{count}欄"
        for number, count in sorted(counts.items())
    )
    legend = [f"{rules.mark_ja}とした値：{marks}。"]
    if exhibit.figure is not None:
        legend.append("図は、伏せた値を形で示すため、公表版では省いた。")
    if dropped:
        legend.append(f"伏せた値に触れる文{dropped}件を、公表版では省いた。")
    return tuple(legend)


def _short(held: Withheld, rules: EditionRules) -> str:
    titles = dict.fromkeys(rule.title_ja for rule in held.values() if rule.name != rules.secondary.name)
    return f"公表版では、{'、'.join(titles) or rules.secondary.title_ja}の計{len(held)}欄を非公表とした。"


def _fitting(exhibit: Exhibit, shown: Exhibit, held: Withheld, secrets: Secrets) -> Callable[[str], bool]:
    """Return a test of sentences: every number stands in the public table or the title, and no withheld word does."""
    allowed = {number for row in texts_of(shown) for text in row for number in all_numbers(text)}
    allowed |= all_numbers(exhibit.title)
    hidden = {
        str(value)
        for place in held
        if isinstance(value := exhibit.rows[place.row][place.column], str) and len(value) > 1
    }

    def fits(text: str) -> bool:
        told = secrets.told_by(text) or any(word in text for word in hidden)
        return not told and all_numbers(text) <= allowed

    return fits
