"""Which cells, exhibits and recorded quantities does the public edition of a run withhold?

Rules say which cells are withheld first; what could be worked out is protected by further ones; an exhibit that has lost its sense becomes a
sentence. Made from the recorded results and nothing else. What is left is worded in public_pages.py.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from dxmodels.inputs import Register
from dxmodels.runs.editions.ledger import Published
from dxmodels.runs.editions.material import Earlier, Masking, Material
from dxmodels.runs.editions.places import Place, Withheld, first_withheld, omitted
from dxmodels.runs.editions.printings import numbers_in
from dxmodels.runs.editions.rules import EditionRules, Rule
from dxmodels.runs.editions.secrets import Secrets, index_secrets
from dxmodels.runs.editions.suppression import protect
from dxmodels.runs.model import NUMERIC_KINDS, Column, Exhibit, Record
from dxmodels.runs.shown import range_of, value_of


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
    texts = [*material.leads, *(f"{value_of(record)}、{range_of(record)}" for record in material.records)]
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
        told = secrets.told_by(
            f"{value_of(record)}、{range_of(record)}、{record.value}、{record.low}、{record.high}、{record.label}"
        )
        if told:
            yield record.name, held[told[0][1]]
