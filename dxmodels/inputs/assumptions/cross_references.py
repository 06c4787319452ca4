"""How does a source that names another assumption or a column read to a planner?

In the YAML files a source or note refers to other entries by their registered name (``usdjpy_2026``), which an engineer can search for.
A reader of a report is shown the Japanese label of what is meant. Names that nothing is registered under stay as they are.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from dxmodels.glossary import label_ja
from dxmodels.inputs.assumptions.entry import Assumption

# A name with at least one underscore that is not part of an address, a file name or a longer word.
_NAME = re.compile(r"(?<![A-Za-z0-9_./])[a-z][a-z0-9]*(?:_[a-z0-9]+)+(?![A-Za-z0-9_/]|\.[a-z])")


def in_words(text: str, labels: Mapping[str, str]) -> str:
    """Return ``text`` with every registered name in it replaced by its label in brackets 「」, without blanks around it."""

    def said(match: re.Match[str]) -> str:
        label = labels.get(match[0]) or label_ja(match[0])
        return match[0] if label == match[0] else f"「{label}」"

    return re.sub(r" ?(「[^」]*」) ?", r"\1", _NAME.sub(said, text)) if _NAME.search(text) else text


def with_words(entries: Mapping[str, Assumption]) -> list[Assumption]:
    """Return the entries with their sources, notes and grounds of ranges in words."""
    labels = {name: entry.label_ja for name, entry in entries.items()}
    return [
        replace(
            entry,
            source=in_words(entry.source, labels),
            note=in_words(entry.note, labels),
            range_ja=in_words(entry.range_ja, labels),
        )
        for entry in entries.values()
    ]
