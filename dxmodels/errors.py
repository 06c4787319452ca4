"""What can go wrong, and what does the planner do about it?

Every error a planner may see is a ``DxError``: its text is Japanese, gives the value found, what was expected
and the cure, and it knows the exit code the command line ends with. Faults of input are collected and shown
together, never one at a time.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

EXIT_OK = 0
EXIT_NOTEBOOK_FAILED = 1
EXIT_BAD_INPUT = 2
EXIT_INFEASIBLE = 3
EXIT_ENVIRONMENT = 4

_SHOWN_FAULTS = 200


class DxError(Exception):
    """The base of every error raised on purpose; its message is for planners, in Japanese."""

    exit_code: int = EXIT_BAD_INPUT


@dataclass(frozen=True)
class Fault:
    """One fault of one input: where it is, what stands there, what is wrong and how to mend it.

    ``row`` is the line of the file as a spreadsheet shows it (header = 1); 0 where the fault is the whole file.
    """

    file: str
    problem: str
    cure: str
    row: int = 0
    column: str = ""
    value: str = ""

    def __str__(self) -> str:
        """Return the fault as one Japanese line."""
        where = [self.file]
        if self.row:
            where.append(f"{self.row}行目")
        if self.column:
            where.append(f"列「{self.column}」")
        value = f" 値「{_shorten(self.value)}」" if self.value != "" else ""
        return f"{' '.join(where)}：{self.problem}{value} → {self.cure}"


class InputError(DxError):
    """One or more inputs are faulty; ``faults`` holds all of them."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults: tuple[Fault, ...] = tuple(faults)
        super().__init__(describe_faults(self.faults))


class ParameterError(InputError):
    """A parameter of a notebook, plan, scenario or option is unknown, of the wrong type or out of range."""


class MissingTableError(DxError):
    """A question needs a table (or columns of it) that this case does not hold: 算出不能."""

    def __init__(self, table: str, columns: Sequence[str] = (), *, reason: str = "表がありません") -> None:
        self.table = table
        self.columns: tuple[str, ...] = tuple(columns)
        fields = f"（必要な項目：{'、'.join(self.columns)}）" if self.columns else ""
        super().__init__(f"算出不能：表「{table}」{reason}{fields}。→ data/<ケース>/{table}.csv を用意してください。")


class InfeasibleError(DxError):
    """No plan satisfies every rule; ``conflict`` names the clashing rules where they are known."""

    exit_code = EXIT_INFEASIBLE

    def __init__(self, message: str, conflict: Sequence[str] = ()) -> None:
        self.conflict: tuple[str, ...] = tuple(conflict)
        super().__init__(message)


class ModelError(DxError):
    """A model was called with data or settings it cannot answer for (value, range and cure in the text)."""


class UsageError(ModelError):
    """The workbench itself was called wrongly (an undeclared table, a misspelt column): to be mended in the code, never told as 算出不能."""


class TieError(ModelError):
    """Figures that must agree to the yen do not (the message names both and the difference): the run stops, it is never told as 算出不能."""


class RunError(DxError):
    """A batch run could not start or finish (locked folder, missing plan, no space …)."""

    exit_code = EXIT_ENVIRONMENT


def describe_faults(faults: Sequence[Fault]) -> str:
    """Return all faults as one Japanese text: a count, then a line each (at most 200 lines are listed)."""
    lines = [f"入力に {len(faults)} 件の誤りがあります。"]
    lines += [f"  {number}. {fault}" for number, fault in enumerate(faults[:_SHOWN_FAULTS], start=1)]
    if len(faults) > _SHOWN_FAULTS:
        lines.append(f"  … ほか {len(faults) - _SHOWN_FAULTS} 件")
    return "\n".join(lines)


def _shorten(value: str, limit: int = 60) -> str:
    return value if len(value) <= limit else value[: limit - 1] + "…"
