"""What does one check say: whether to ask, on which evidence, against which threshold, and what is the question?"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

FLAGGED, NOT_FLAGGED, NOT_COMPUTABLE = "該当", "非該当", "算出不能"
STATES = (FLAGGED, NOT_FLAGGED, NOT_COMPUTABLE)


@dataclass(frozen=True)
class Question:
    """One polite question to the vendor; ``line_number`` 0 is the quotation as a whole. It never tells another vendor's price."""

    line_number: int
    text_ja: str


@dataclass(frozen=True)
class Finding:
    """One check: ``subject_yen`` is the amount of the lines concerned (not a saving; lines of several checks overlap)."""

    check_ja: str
    state_ja: str
    evidence_ja: str
    threshold_ja: str
    ground_ja: str
    lines: tuple[int, ...] = ()
    subject_yen: int | None = None
    questions: tuple[Question, ...] = ()

    @property
    def lines_ja(self) -> str:
        """The line numbers as one text."""
        return "、".join(map(str, self.lines)) or "－"


def judge(
    check_ja: str, *, flagged: bool, evidence: str, threshold: str, ground: str, lines: Iterable[int] = (),
    subject_yen: int | None = None, questions: Iterable[Question] = (),
) -> Finding:  # fmt: skip
    """Return the finding of a check that could be run; questions are kept only where it is flagged."""
    state = FLAGGED if flagged else NOT_FLAGGED
    kept = tuple(questions) if flagged else ()
    return Finding(check_ja, state, evidence, threshold, ground, tuple(lines) if flagged else (), subject_yen if flagged else None, kept)  # fmt: skip


def cannot(check_ja: str, *, missing: str, threshold: str, ground: str, questions: Iterable[Question] = ()) -> Finding:
    """Return the finding of a check that could not be run, with what is missing."""
    return Finding(check_ja, NOT_COMPUTABLE, missing, threshold, ground, questions=tuple(questions))
