"""Which numbers written in code could a planner question? They belong in data/assumptions, with their source.

Every numeric literal of the package is looked at, also those hidden in ``Decimal("0.3")``. Let through are structural numbers, unit
conversions, tolerances, years, and numbers in places where they cannot be a figure of the field (exponents, indices, probabilities
of a quantile, decimals to print, calendar days). Everything else needs a line with a reason in allowed_numbers*.yml beside this
file. Figures and runs hold layout; there only numbers drawn as reference lines are looked at.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from ruamel.yaml import YAML

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
LAYOUT = ("figures", "runs", "widgets", "cli")
STRUCTURAL = {0, 1, 2, 12, 100}  # none, one, pair or square, months, per cent
SMALLEST_FIGURE = 1e-3  # a positive number up to here is a tolerance
YEARS = range(1868, 2201)
# Calls whose plain numbers are probabilities, calendar days, limits of a range check, positions, or how much is shown.
HARMLESS_CALLS = {
    "quantile", "nanquantile", "percentile", "ppf", "isf", "ndtri", "cvar", "round", "date", "datetime", "Timestamp",
    "require_range", "insert", "head", "tail", "nlargest", "nsmallest",
}  # fmt: skip
TEXT_NUMBER_CALLS = {"Decimal", "Fraction", "float", "int"}
REFERENCE_LINES = {"axhline", "axvline", "axhspan", "axvspan", "hlines", "vlines"}
# Arguments (and parameters with a default) of this name are settings of a method, not figures of the field.
TECHNICAL_ARGUMENTS = {
    "axis", "ddof", "decimals", "places", "digits", "ndigits", "indent", "maxsize", "stacklevel", "cutoff", "limit", "maxiter",
    "max_iter", "tol", "xtol", "ftol", "gtol", "rtol", "atol", "gap", "draws", "scrambles", "resamples", "replications", "rounds",
    "points", "chunk", "level", "levels", "degree", "n_knots", "n_splits", "n_jobs", "count", "depth", "widths", "n",
}  # fmt: skip
# A module constant is technical where its own name says so: _ROOT_TOLERANCE, MOST_ITERATIONS.
TECHNICAL_WORDS = (
    "TOLERANCE", "EPSILON", "TINY", "ITERATIONS", "DRAWS", "SCRAMBLES", "CHUNK", "QUANTILE", "LEVEL", "DECIMALS", "BYTES",
    "ROUNDS", "REPLICATIONS", "RESAMPLES", "SHOWN", "GRID", "EXIT",
)  # fmt: skip


@dataclass(frozen=True)
class Literal:
    """One number in code that is neither structural nor in a harmless place."""

    file: str
    line: int
    value: float
    text: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.value:g}   | {self.text}"


def questionable(source: str, *, file: str, layout: bool = False) -> list[Literal]:
    """Return the numbers of ``source`` that a planner may question, in order of lines."""
    tree = ast.parse(source)
    lines = source.splitlines()
    visitor = _Reference() if layout else _Numbers()
    visitor.visit(tree)
    return [Literal(file, line, value, lines[line - 1].strip()) for line, value in sorted(visitor.found)]


def package_literals(root: Path = ROOT) -> Iterator[Literal]:
    """Yield the questionable numbers of every module of the package."""
    for path in sorted((root / "dxmodels").rglob("*.py")):
        parts = path.relative_to(root / "dxmodels").parts
        file = path.relative_to(root).as_posix()
        yield from questionable(path.read_text(encoding="utf-8"), file=file, layout=parts[0] in LAYOUT)


@cache
def exceptions() -> list[tuple[str, list[float] | str, str]]:
    """Return (file, numbers or "all", why) from every allowed_numbers*.yml: ``file: [{numbers: […], why: …}, …]``."""
    found = []
    for path in sorted(HERE.glob("allowed_numbers*.yml")):
        for file, entries in (YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8")) or {}).items():
            found += [(str(file), entry["numbers"], str(entry["why"])) for entry in entries]
    return found


def is_allowed(literal: Literal) -> bool:
    """True where an exception names the literal's file and number."""
    return any(
        file == literal.file and (numbers == "all" or literal.value in numbers) for file, numbers, _ in exceptions()
    )


class _Numbers(ast.NodeVisitor):
    def __init__(self) -> None:
        self.found: list[tuple[int, float]] = []

    def visit_Constant(self, node: ast.Constant) -> None:
        if isinstance(node.value, int | float) and not isinstance(node.value, bool) and not _structural(node.value):
            self.found.append((node.lineno, float(node.value)))

    def visit_BinOp(self, node: ast.BinOp) -> None:
        if isinstance(node.op, ast.Pow):
            # 10**6, x**0.5: neither a base of ten nor an exponent is a figure of the field
            if not (isinstance(node.left, ast.Constant) and node.left.value == 10):
                self.visit(node.left)
            if not isinstance(node.right, ast.Constant):
                self.visit(node.right)
        elif not _two_sided(node):
            self.generic_visit(node)

    def visit_Subscript(self, node: ast.Subscript) -> None:
        self.visit(node.value)
        if not _only_integers(node.slice):
            self.visit(node.slice)

    def visit_Call(self, node: ast.Call) -> None:
        name = _called(node)
        if name in TEXT_NUMBER_CALLS:
            self._number_in_text(node)
        self.visit(node.func)
        for argument in node.args:
            if not (name in HARMLESS_CALLS and _only_numbers(argument)):
                self.visit(argument)
        for keyword in node.keywords:
            if keyword.arg not in TECHNICAL_ARGUMENTS:
                self.visit(keyword.value)

    def visit_arguments(self, node: ast.arguments) -> None:
        positional = [*node.posonlyargs, *node.args]
        with_default = positional[len(positional) - len(node.defaults) :]
        pairs = [*zip(with_default, node.defaults, strict=True), *zip(node.kwonlyargs, node.kw_defaults, strict=True)]
        for argument, default in pairs:
            if default is not None and argument.arg not in TECHNICAL_ARGUMENTS:
                self.visit(default)

    def visit_Compare(self, node: ast.Compare) -> None:
        parts = [node.left, *node.comparators]
        # len(rows) < 3, cube.ndim != 3: how many observations; day.month >= 4: the fiscal year begins in April
        harmless = any(_counts(part) for part in parts)
        for part in parts:
            if not (harmless and isinstance(part, ast.Constant)):
                self.visit(part)

    def visit_Assign(self, node: ast.Assign) -> None:
        names = [target.id for target in node.targets if isinstance(target, ast.Name)]
        if not any(_technical(name) for name in names):
            self.visit(node.value)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        if node.value is not None and not (isinstance(node.target, ast.Name) and _technical(node.target.id)):
            self.visit(node.value)

    def _number_in_text(self, node: ast.Call) -> None:
        for argument in node.args:
            if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                try:
                    value = float(argument.value)
                except ValueError:
                    continue
                if value == value and abs(value) != float("inf") and not _structural(value):
                    self.found.append((node.lineno, value))


class _Reference(ast.NodeVisitor):
    def __init__(self) -> None:
        self.found: list[tuple[int, float]] = []

    def visit_Call(self, node: ast.Call) -> None:
        if _called(node) in REFERENCE_LINES:
            for argument in node.args:
                value = getattr(argument, "value", None)
                if isinstance(value, int | float) and not isinstance(value, bool) and not _structural(value):
                    self.found.append((node.lineno, float(value)))
        self.generic_visit(node)


def _structural(value: float) -> bool:
    whole = float(value).is_integer()
    year = whole and isinstance(value, int) and int(value) in YEARS
    power_of_ten = whole and value >= 1_000 and str(int(value)).strip("0") == "1"
    power_of_two = whole and value >= 64 and int(value) & (int(value) - 1) == 0
    return value in STRUCTURAL or 0 < value <= SMALLEST_FIGURE or year or power_of_ten or power_of_two


def _technical(name: str) -> bool:
    return name.isupper() and any(word in name for word in TECHNICAL_WORDS)


def _called(node: ast.Call) -> str:
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def _counts(node: ast.expr) -> bool:
    if isinstance(node, ast.Subscript):
        node = node.value
    return (isinstance(node, ast.Attribute) and node.attr in {"month", "ndim", "size", "shape"}) or (
        isinstance(node, ast.Call) and _called(node) == "len"
    )


def _two_sided(node: ast.BinOp) -> bool:
    """0.5 + level / 2: the upper probability of a two-sided interval."""
    return (
        isinstance(node.op, ast.Add | ast.Sub)
        and isinstance(node.left, ast.Constant)
        and node.left.value == 0.5
        and isinstance(node.right, ast.BinOp)
        and isinstance(node.right.op, ast.Div)
    )


def _only_integers(node: ast.expr) -> bool:
    return all(isinstance(part.value, int) for part in ast.walk(node) if isinstance(part, ast.Constant))


def _only_numbers(node: ast.expr) -> bool:
    inner = [part for part in ast.walk(node) if isinstance(part, ast.Name | ast.Attribute | ast.Call)]
    return not inner
