"""How does a notebook put a question to tables of a case without handling frames or missing tables itself?

``ask(case, tables, function, **settings)`` hands the named tables to ``function`` in that order. Where one is missing the answer is
NotComputable, naming all that are missing, exactly as ``attempt`` gives it for functions that take the case itself.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from dxmodels.inputs.availability import NotComputable, attempt
from dxmodels.inputs.case import Case

R = TypeVar("R")


def ask(case: Case, tables: str | Sequence[str], function: Callable[..., R], **settings: Any) -> R | NotComputable:
    """Return ``function(table, table …, **settings)`` on tables of ``case``, or NotComputable where one of them is missing."""
    names = [tables] if isinstance(tables, str) else list(tables)

    def answer() -> R:
        held = case.require(dict.fromkeys(names, ()))
        return function(*(held[name] for name in names), **settings)

    answer.question_ja = getattr(function, "question_ja", "")  # type: ignore[attr-defined]
    return attempt(answer)
