"""What does a run hold that could be published, what is already out, and what does the public edition withhold of it?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from dxmodels.runs.document.model import Page
from dxmodels.runs.editions.places import Place, Withheld
from dxmodels.runs.editions.rules import EditionRules, Rule
from dxmodels.runs.editions.secrets import Secrets
from dxmodels.runs.model import Exhibit, Record

LIST_ID = "E37"


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
