"""What stands in a notebook's file: its cells, its parameter cell, the tables it says it reads, how many draws it takes?"""

from __future__ import annotations

import ast
import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from dxmodels.errors import RunError
from dxmodels.runs.project import notebooks_root

_FORMAT = 4


def notebook_path(name: str) -> Path:
    """Return the notebook's file."""
    return notebooks_root() / f"{name}.ipynb"


@dataclass(frozen=True)
class Cell:
    """One cell as it stands in the file."""

    kind: str
    tags: tuple[str, ...]
    source: str
    outputs: tuple[dict[str, Any], ...] = ()
    executed: bool = False


def read_cells(path: Path) -> tuple[Cell, ...]:
    """Return the cells of a notebook; raises RunError where the file is no notebook of format 4.

    Read as plain JSON: importing nbformat takes seconds, and papermill validates the file before it runs it.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        if content["nbformat"] != _FORMAT:
            raise ValueError(f"format {content['nbformat']}")
        return tuple(_cell(cell) for cell in content["cells"])
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        cause = type(error).__name__
        raise RunError(
            f"ノートブック {path.name} を読めません（{cause}）。JupyterLab で開いて保存し直してください。"
        ) from error


def cells_of(path: Path) -> list[list[Any]]:
    """Return kind, tags and source of every cell: all of a notebook that can change its result."""
    return [[cell.kind, list(cell.tags), cell.source] for cell in read_cells(path)]


def _cell(cell: dict[str, Any]) -> Cell:
    source = cell["source"]
    text = source if isinstance(source, str) else "".join(source)
    tags = tuple(cell.get("metadata", {}).get("tags", ()))
    return Cell(cell["cell_type"], tags, text, tuple(cell.get("outputs", ())), bool(cell.get("execution_count")))


def parameter_cell(path: Path) -> dict[str, Any]:
    """Return the names and defaults of a notebook's parameter cell; raises RunError where there is none or it computes."""
    sources = [source for kind, tags, source in cells_of(path) if kind == "code" and "parameters" in tags]
    if len(sources) != 1:
        raise RunError(
            f"{path.name} に「parameters」タグの付いたセルが {len(sources)} 個あります。ちょうど1個にしてください。"
        )
    values: dict[str, Any] = {}
    try:
        for statement in ast.parse(sources[0]).body:
            name, value = _assigned(statement)
            values[name] = ast.literal_eval(value)
    except (SyntaxError, ValueError) as error:
        raise RunError(f"{path.name} のパラメータのセルは「名前 = 値」を1行に1つだけ書いてください。") from error
    return values


def _assigned(statement: ast.stmt) -> tuple[str, ast.expr]:
    if isinstance(statement, ast.Assign) and len(statement.targets) == 1 and isinstance(statement.targets[0], ast.Name):
        return statement.targets[0].id, statement.value
    if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name) and statement.value is not None:
        return statement.target.id, statement.value
    raise ValueError("not one assignment")


def declared_tables(path: Path) -> tuple[str, ...] | None:
    """Return the tables a notebook says it reads; None (= all) where it says nothing or something that is no plain list."""
    return _declared(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=256)
def _declared(path: Path, stamp: int) -> tuple[str, ...] | None:
    trees = [_tree(cell.source) for cell in read_cells(path) if cell.kind == "code"]
    lists = {name: value for tree in trees for name, value in _named_lists(tree)}
    calls = [call for tree in trees for call in _calls(tree)]
    tables: set[str] = set()
    for call in calls:
        declared = next((keyword.value for keyword in call.keywords if keyword.arg == "tables"), None)
        named = lists.get(declared.id) if isinstance(declared, ast.Name) else declared
        names = _plain_names(named)
        if names is None:
            return None
        tables |= names
    return tuple(sorted(tables)) if calls else None


def draws_taken(path: Path, *, full: bool) -> tuple[int, ...]:
    """Return how many random draws the notebook asks for, smallest first: every ``draws=`` and ``draws = `` of its cells, at that effort."""
    trees = [_tree(cell.source) for cell in read_cells(path) if cell.kind == "code"]
    asked = [value for tree in trees for node in ast.walk(tree) for value in _draws_in(node)]
    return tuple(sorted({count for value in asked if (count := _whole_number(value, full)) is not None}))


def _draws_in(node: ast.AST) -> list[ast.expr]:
    """Return what a call or an assignment gives the name ``draws``; from both branches where pairs are chosen."""
    if isinstance(node, ast.keyword) and node.arg == "draws":
        return [node.value]
    if not isinstance(node, ast.Assign):
        return []
    names = node.targets[0].elts if isinstance(node.targets[0], ast.Tuple) else node.targets
    at = next((n for n, name in enumerate(names) if isinstance(name, ast.Name) and name.id == "draws"), None)
    if at is None:
        return []
    return [_nth(node.value, at)]


def _nth(node: ast.expr, at: int) -> ast.expr:
    """Return one of several values: (a, b) if full else (c, d) becomes b if full else d."""
    if isinstance(node, ast.IfExp):
        return ast.IfExp(test=node.test, body=_nth(node.body, at), orelse=_nth(node.orelse, at))
    return node.elts[at] if isinstance(node, ast.Tuple) and at < len(node.elts) else node


def _whole_number(node: ast.expr, full: bool) -> int | None:
    if isinstance(node, ast.IfExp):
        return _whole_number(node.body if full else node.orelse, full)
    value = node.value if isinstance(node, ast.Constant) else None
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _tree(source: str) -> ast.Module:
    """Return the syntax tree of a cell, magics left out; an empty one where it is no Python."""
    lines = "\n".join("" if line.lstrip().startswith(("%", "!")) else line for line in source.splitlines())
    try:
        return ast.parse(lines)
    except SyntaxError:
        return ast.Module(body=[], type_ignores=[])


def _named_lists(tree: ast.Module) -> list[tuple[str, ast.expr]]:
    """Return the lists a cell gives a name to, as in ``tables = ["systems"]``."""
    named = [statement for statement in tree.body if isinstance(statement, ast.Assign) and len(statement.targets) == 1]
    return [
        (statement.targets[0].id, statement.value) for statement in named if isinstance(statement.targets[0], ast.Name)
    ]


def _calls(tree: ast.Module) -> list[ast.Call]:
    return [
        node for node in ast.walk(tree) if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "load_case"
    ]


def _plain_names(node: ast.expr | None) -> set[str] | None:
    if not isinstance(node, ast.List | ast.Tuple):
        return None
    names = [item.value for item in node.elts if isinstance(item, ast.Constant) and isinstance(item.value, str)]
    return set(names) if len(names) == len(node.elts) else None
