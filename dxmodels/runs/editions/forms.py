"""How do the forms that the rules declare public (one or two A4 pages a municipality) read in the public edition?

A row of a form whose name a rule lists (``form_rows``) shows the mark instead of its value: always, or (small counts) where the first number
of the value is below the threshold; with it go the rows of the same sheet that would tell it (``form_mates``). A note tells the ground. The forms are made from what the run recorded, not copied.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from dxmodels.runs.booklets import Booklet, FormBlock, FormPage
from dxmodels.runs.document.model import Page
from dxmodels.runs.editions.printings import plain_digits
from dxmodels.runs.editions.rules import EditionRules, Rule

_FIRST_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_BLOCKS = ("left", "right", "foot")


def public_forms(pages: Sequence[Page], rules: EditionRules, *, least_people: float) -> Iterator[tuple[str, Booklet]]:
    """Yield the sets of forms that are published, with the name of their files, as the public reads them."""
    for page in pages:
        for entry in page.results.booklets if not page.job.apart else ():
            if entry.id in rules.booklets:
                yield (
                    f"{entry.id}-{page.job.variant}" if page.job.variant else entry.id,
                    _public(entry, rules, least_people),
                )


def _public(entry: Booklet, rules: EditionRules, least: float) -> Booklet:
    used: dict[str, Rule] = {}
    pages = tuple(_page(page, rules, least, used) for page in entry.pages)
    legend = tuple(f"{rules.mark(rule)}：{rule.title_ja}（{rule.ground_ja}）。" for rule in used.values())
    return entry.model_copy(update={"pages": pages, "notes": (*entry.notes, *legend)})


def _page(page: FormPage, rules: EditionRules, least: float, used: dict[str, Rule]) -> FormPage:
    rows = [row for name in _BLOCKS for block in getattr(page, name) for row in block.rows if row]
    held: dict[str, Rule] = {}
    for rule in rules.rules:
        if any(row[0] in rule.form_rows and _speaks(rule, row[1:], least) for row in rows):
            used[rule.name] = rule
            held |= dict.fromkeys((*rule.form_rows, *rule.form_mates), rule)
    return page.model_copy(
        update={name: tuple(_block(block, rules, held) for block in getattr(page, name)) for name in _BLOCKS}
    )


def _block(block: FormBlock, rules: EditionRules, held: dict[str, Rule]) -> FormBlock:
    rows = tuple(
        (row[0], *(rules.mark(held[row[0]]) for _ in row[1:])) if row and row[0] in held else row for row in block.rows
    )
    return block.model_copy(update={"rows": rows})


def _speaks(rule: Rule, values: Sequence[str], least: float) -> bool:
    """True where the rule withholds these values; a small count is one from above zero to below the threshold."""
    if rule.when != "small":
        return bool(values)
    first = _FIRST_NUMBER.search(plain_digits(values[0])) if values else None
    return first is None or 0 < float(first[0]) < least
