"""What does one exhibit, one recorded number and one report consist of?

The same frozen objects are written by the doors into a notebook's output (as JSON), read back after the run, and rendered. They
hold data only: no markup, no display rounding, nothing that differs between two runs of the same inputs.
"""

from __future__ import annotations

from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict

EXHIBIT_MIME = "application/vnd.dx.exhibit+json"
RECORD_MIME = "application/vnd.dx.record+json"

PUBLISHED, ESTIMATED, ILLUSTRATIVE = "公表値", "推計", "架空"
GRADES: tuple[str, ...] = (PUBLISHED, ESTIMATED, ILLUSTRATIVE)
NOT_COMPUTABLE_JA: Final = "算出不能"

Kind = Literal["text", "code", "choice", "integer", "number", "yen", "rate", "fiscal_year", "date", "boolean"]
# What could not be computed carries no grade of evidence: nothing was published, estimated or made up.
Grade = Literal["公表値", "推計", "架空", "算出不能"]
Cell = str | int | float | bool | None

NUMERIC_KINDS: frozenset[str] = frozenset({"integer", "number", "yen", "rate"})


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Column(_Frozen):
    """One column: machine name, Japanese label, unit of the stored values, and what kind of value they are."""

    name: str
    label: str
    unit: str
    kind: Kind


class Source(_Frozen):
    """One thing an exhibit rests on: a table of the case, an assumption of the register (with value and range as printed), or a citation."""

    kind: Literal["table", "assumption", "citation"]
    name: str
    label: str
    detail: str = ""
    grade: str = ""
    value: str = ""
    range: str = ""


class Need(_Frozen):
    """What a question that cannot be computed lacks: one table and the fields of it."""

    table: str
    label: str
    columns: tuple[str, ...] = ()
    column_labels: tuple[str, ...] = ()


class Drawing(_Frozen):
    """One figure as SVG text (without the run's stamp) and what it shows in words."""

    svg: str
    alt: str


class Exhibit(_Frozen):
    """One table with its figure, the sentences about it, its grade and sources; ``rows`` hold stored (not displayed) values.

    ``every_row``: the report prints all rows, however many (a list that must be read whole).
    """

    id: str
    title: str
    state: Literal["full", "not_computable"]
    grade: Grade
    unit: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    headline: str
    reading: tuple[str, ...]
    limits: tuple[str, ...]
    sources: tuple[Source, ...]
    figure: Drawing | None = None
    needs: tuple[Need, ...] = ()
    every_row: bool = False
    notebook: str = ""
    parameters: dict[str, Any] = {}

    @property
    def computable(self) -> bool:
        """False where a table or field is missing (算出不能)."""
        return self.state == "full"

    @property
    def illustrative(self) -> bool:
        """True where any number in it touches an illustrative table."""
        return self.computable and self.grade == ILLUSTRATIVE

    @property
    def part(self) -> Literal["published", "illustrative", "open"]:
        """Which part of a report it belongs to: 公表値で言えること, 方法の例示, or the questions left open."""
        if not self.computable:
            return "open"
        return "illustrative" if self.illustrative else "published"


class Record(_Frozen):
    """One named quantity: the value a later notebook, the summary or a comparison of runs reads by name.

    ``low`` and ``high`` limit it where it is uncertain; ``range_of`` says what the range is of (95％区間, 為替の前提の幅).
    """

    name: str
    label: str
    value: Cell
    kind: Kind
    unit: str
    grade: Grade
    sources: tuple[Source, ...]
    headline: bool = True
    needs: tuple[Need, ...] = ()
    low: float | None = None
    high: float | None = None
    range_of: str = ""
    notebook: str = ""
    parameters: dict[str, Any] = {}

    @property
    def computable(self) -> bool:
        """False where the value could not be computed."""
        return self.value is not None
