"""What does page 1 say in full sentences? Only what notebooks have recorded, by name; nothing is computed here.

The sentences stand in the plan with the names of recorded quantities in braces::

    {break_even_usdjpy}                       the value as printed, with its unit
    {pilot_difference_yen:size}               the same without its sign
    {pilot_difference_yen|安い|高い}            a word by the sign: below zero, above zero

A sentence may hold no digit of its own. Where a quantity is 算出不能, was not recorded, or rests on illustrative data, the sentence's
``otherwise`` is printed, or nothing: figures of illustrative data say nothing about the real prefecture and never stand in the summary.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from dxmodels.runs.model import ILLUSTRATIVE, NOT_COMPUTABLE_JA, Record
from dxmodels.runs.plans import ABSTRACT_NAME, Plan
from dxmodels.runs.shown import value_of

_FOLD = re.compile(r"(?<=[\u3000-\u9fff\uff00-\uffef])\s+")  # where a long sentence of the plan file is folded
_NO_GROUND = (ILLUSTRATIVE, NOT_COMPUTABLE_JA)


def abstract_of(plan: Plan, records: Iterable[Record], made: Sequence[str]) -> tuple[str, ...]:
    """Return the sentences of page 1; ``made`` are the exhibits of this run, of which each sentence names its own."""
    known: dict[str, Record] = {}
    for record in records:
        known.setdefault(record.name, record)
    told = []
    for sentence in plan.abstract:
        text = _filled(sentence.text, known)
        numbers = [number for number in sentence.exhibits if number in made] if text else []
        if text or sentence.otherwise:
            told.append(
                _FOLD.sub("", text or sentence.otherwise) + (f"（図表 {'・'.join(numbers)}）" if numbers else "")
            )
    return tuple(told)


def _filled(text: str, known: Mapping[str, Record]) -> str:
    names = {found[1] for found in ABSTRACT_NAME.finditer(text)}
    if not all(name in known and known[name].grade not in _NO_GROUND for name in names):
        return ""
    return ABSTRACT_NAME.sub(lambda found: _printed(found, known[found[1]]), text)


def _printed(found: re.Match[str], record: Record) -> str:
    if found["below"] is not None:
        return found["below"] if float(record.value or 0) < 0 else found["above"]
    if found["size"] and isinstance(record.value, int | float):
        record = record.model_copy(update={"value": abs(record.value)})
    return value_of(record)
