"""What stands in a notebook's file: its cells, its parameter cell, the tables it says it reads?"""

from __future__ import annotations

import ast
from functools import lru_cache
from pathlib import Path
from typing import Any

import nbformat

from dxmodels.errors import RunError
from dxmodels.runs.project import notebooks_root


def notebook_path(name: str) -> Path:
    """Return the notebook's file."""
    return notebooks_root() / f"{name}.ipynb"


def cells_of(path: Path) -> list[list[Any]]:
    """Return kind, tags and source of every cell: all of a notebook that can change its result."""
    return [[cell.cell_type, list(cell.metadata.get("tags", [])), cell.source] for cell in read_notebook(path).cells]


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


def read_notebook(path: Path) -> Any:
    """Return the notebook; raises RunError where the file is none."""
    try:
        return nbformat.read(path, as_version=4)
    except Exception as error:  # nbformat raises whatever its JSON and schema layers raise
        raise RunError(
            f"ノートブック {path.name} を読めません（{type(error).__name__}）。JupyterLab で開いて保存し直してください。"
        ) from error


def declared_tables(path: Path) -> tuple[str, ...] | None:
    """Return the tables a notebook says it reads; None (= all) where it says nothing or something that is no plain list."""
    return _declared(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=256)
def _declared(path: Path, stamp: int) -> tuple[str, ...] | None:
    tables: set[str] = set()
    loads = 0
    for cell in read_notebook(path).cells:
        for call in _calls(cell.source if cell.cell_type == "code" else ""):
            loads += 1
            declared = next((keyword.value for keyword in call.keywords if keyword.arg == "tables"), None)
            names = _plain_names(declared)
            if names is None:
                return None
            tables |= names
    return tuple(sorted(tables)) if loads else None


def _calls(source: str) -> list[ast.Call]:
    """Return the calls of ``load_case`` in a cell; a cell with magics is read without them."""
    lines = "\n".join("" if line.lstrip().startswith(("%", "!")) else line for line in source.splitlines())
    try:
        tree = ast.parse(lines)
    except SyntaxError:
        return []
    return [
        node for node in ast.walk(tree) if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "load_case"
    ]


def _plain_names(node: ast.expr | None) -> set[str] | None:
    if not isinstance(node, ast.List | ast.Tuple):
        return None
    names = [item.value for item in node.elts if isinstance(item, ast.Constant) and isinstance(item.value, str)]
    return set(names) if len(names) == len(node.elts) else None
