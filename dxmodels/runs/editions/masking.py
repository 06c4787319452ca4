"""How does the public edition of a run come about, from the recorded results and nothing else?

Rules say which cells are withheld first; what could be worked out is protected by further ones; an exhibit that has lost its sense becomes a
sentence. Where a cell of an exhibit is withheld its figure is left out (its shapes tell the numbers), and of its headline and reading
only sentences stay whose every number stands in the public table. Any other text that tells a withheld number is left out, too.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from dxmodels.inputs import Register
from dxmodels.runs.display import texts_of
from dxmodels.runs.document.model import Page
from dxmodels.runs.editions.ledger import Published
from dxmodels.runs.editions.places import Place, Withheld, first_withheld, omitted
from dxmodels.runs.editions.printings import all_numbers, numbers_in
from dxmodels.runs.editions.rules import EditionRules, Rule
from dxmodels.runs.editions.secrets import Secrets, index_secrets
from dxmodels.runs.editions.suppression import protect
from dxmodels.runs.extract import Results
from dxmodels.runs.model import NUMERIC_KINDS, Column, Exhibit, Record
from dxmodels.runs.shown import value_of

LIST_ID = "E37"
_TOTAL_ROW = re.compile(r"^(?:総?合?計|全体|総額|全国)")
# Sentences that explain a picture are left out with it.
_OF_FIGURE = re.compile(r"^.{0,8}(?:図|棒|線|点|地図|帯|曲線|丸|◆|色)(?:は|が|の|を)")


@dataclass(frozen=True, eq=False)
class Masking:
    """What the public edition withholds: cells with their rules, whole exhibits, recorded quantities, and cells that an earlier edition has told."""

    rules: EditionRules
    exhibits: Mapping[str, Exhibit]
    withheld: Withheld
    left_out: Mapping[str, Rule]
    records: Mapping[str, Rule]
    told_before: tuple[Place, ...]
    secrets: Secrets

    def count(self, rule: Rule) -> int:
        """Return how many cells a rule withholds."""
        return sum(1 for one in self.withheld.values() if one.name == rule.name)

    @property
    def touched(self) -> frozenset[str]:
        """Stems of the exhibits with a withheld cell or left out whole."""
        return frozenset({place.stem for place in self.withheld} | set(self.left_out))


@dataclass(frozen=True, eq=False)
class Material:
    """What the results of a run hold: exhibits by the stem of their files, recorded quantities, and the sentences that lead into the notebooks."""

    exhibits: Mapping[str, Exhibit]
    records: tuple[Record, ...] = ()
    leads: tuple[str, ...] = ()


@dataclass(frozen=True)
class Earlier:
    """Public editions already out: their tables (true values) and the cells withheld in them."""

    exhibits: Mapping[str, Exhibit] = field(default_factory=dict)
    withheld: frozenset[Place] = frozenset()


def material_of(pages: Sequence[Page]) -> Material:
    """Return what pages hold; the pages of a chapter that stands apart give quantities only, their tables are not published."""
    return Material(
        {page.stem(exhibit): exhibit for page in pages if not page.job.apart for exhibit in page.results.exhibits},
        tuple(record for page in pages for record in page.results.records),
        tuple(text for page in pages for text in (page.results.title, *page.results.lead)),
    )


def plan_masking(
    material: Material, rules: EditionRules, register: Register, *, earlier: Earlier | None = None
) -> Masking:
    """Return what to withhold of a run, so that nothing can be worked out from it and from the editions already out."""
    exhibits, before = material.exhibits, earlier or Earlier()
    sense = register.value("edition_sense_share")
    held = first_withheld(exhibits, rules, least_people=register.value("edition_small_cell_people"))
    whole = _without_sense(exhibits, held, rules, sense) | omitted(exhibits, rules)
    made = protect(
        {**exhibits, **before.exhibits}, {*held, *before.withheld}, _published(material, held, whole, rules, before),
        margin=register.value("edition_recovery_margin_share"), unread=_unread(exhibits, whole),
    )  # fmt: skip
    added = [place for place in made.added if place.stem in exhibits and place not in held]
    held |= dict.fromkeys(added, rules.secondary)
    whole = _without_sense(exhibits, held, rules, sense) | whole
    secrets = index_secrets(exhibits, held, frozenset(whole))
    held |= _telling_texts(exhibits, held, whole, secrets)
    told_before = tuple(place for place in made.audit.exposed if place.stem in exhibits)
    return Masking(rules, exhibits, held, whole, dict(_records(material, held, secrets)), told_before, secrets)


def _published(
    material: Material, held: Withheld, whole: Mapping[str, Rule], rules: EditionRules, before: Earlier
) -> Published:
    """Return what a reader has besides the tables."""
    secrets = index_secrets(material.exhibits, held, frozenset(whole))
    return Published(
        told=frozenset(
            number for text in _texts(material, held, whole, secrets) for number in numbers_in(text) if len(number) > 2
        ),
        recorded=tuple((record.value, _column_of(record)) for record in material.records),
        fixed=frozenset(before.exhibits),
        open=frozenset(rules.open),
    )


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


def _without_sense(
    exhibits: Mapping[str, Exhibit], held: Withheld, rules: EditionRules, share: float
) -> dict[str, Rule]:
    """Return the exhibits in which so many numbers are withheld that the rest answers nothing."""
    found: dict[str, Rule] = {}
    by_stem: dict[str, list[Place]] = {}
    for place in held:
        by_stem.setdefault(place.stem, []).append(place)
    for stem, places in by_stem.items():
        exhibit = exhibits[stem]
        telling = _telling_cells(stem, exhibit)
        if telling and len(telling & set(places)) >= share * len(telling):
            first = sorted(
                places, key=lambda place: (held[place].name == rules.secondary.name, place.row, place.column)
            )[0]
            found[stem] = held[first]
    return found


def _telling_cells(stem: str, exhibit: Exhibit) -> set[Place]:
    """Return the cells that answer the question: numbers (not ranks and serial numbers); words, too, where few columns hold numbers."""
    numbers = [
        at
        for at, column in enumerate(exhibit.columns)
        if column.kind in NUMERIC_KINDS and not column.name.endswith(("_rank", "_number"))
    ]
    places = numbers if 2 * len(numbers) >= len(exhibit.columns) - 1 else range(1, len(exhibit.columns))
    return {
        Place(stem, row, at) for at in places for row in range(len(exhibit.rows)) if exhibit.rows[row][at] is not None
    }


def _unread(exhibits: Mapping[str, Exhibit], whole: Mapping[str, Rule]) -> frozenset[Place]:
    return frozenset(
        Place(stem, row, at)
        for stem in whole
        for at in range(len(exhibits[stem].columns))
        for row in range(len(exhibits[stem].rows))
    )


def _texts(material: Material, held: Withheld, whole: Mapping[str, Rule], secrets: Secrets) -> list[str]:
    """Return every text that the public may read so far."""
    texts = [*material.leads, *(value_of(record) for record in material.records)]
    touched = {place.stem for place in held}
    for stem, exhibit in material.exhibits.items():
        if stem in whole or not exhibit.computable:
            continue
        texts += [exhibit.title, *exhibit.limits]
        texts += [] if stem in touched else [exhibit.headline, *exhibit.reading]
        texts += [str(value) for row in exhibit.rows for value in row if isinstance(value, str)]
    return [text for text in texts if not secrets.told_by(text)]


def _telling_texts(
    exhibits: Mapping[str, Exhibit], held: Withheld, whole: Mapping[str, Rule], secrets: Secrets
) -> Withheld:
    """Return cells of text that tell a withheld number, under that number's rule."""
    found: Withheld = {}
    for stem, exhibit in exhibits.items():
        if stem in whole or not exhibit.computable:
            continue
        for number, row in enumerate(exhibit.rows):
            for at, value in enumerate(row):
                place = Place(stem, number, at)
                told = secrets.told_by(value) if isinstance(value, str) and place not in held else []
                if told:
                    found[place] = held[told[0][1]]
    return found


def _column_of(record: Record) -> Column:
    return Column(name=record.name, label=record.label, unit=record.unit, kind=record.kind)


def _records(material: Material, held: Withheld, secrets: Secrets) -> Iterator[tuple[str, Rule]]:
    """Yield the recorded quantities that tell a withheld number."""
    for record in material.records:
        told = secrets.told_by(f"{value_of(record)}、{record.value}、{record.label}")
        if told:
            yield record.name, held[told[0][1]]
