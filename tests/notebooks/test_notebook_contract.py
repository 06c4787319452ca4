"""Notebooks are thin: parameters first, load, choose, call, exhibit; no logic, no files, nothing stored but one headline."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import nbformat
import pytest

from dxmodels.runs.parameters import SCHEMAS

FOLDER = Path(__file__).parents[2] / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))
MOST_LINES, MOST_PARAMETERS = 60, 6
ALLOWED_IMPORTS = ("dxmodels", "functools")
# Frames are handled in rooms; a notebook only passes them on.
PANDAS_VERBS = {
    "merge", "groupby", "pivot", "pivot_table", "apply", "assign", "query", "melt", "stack", "unstack", "join", "loc", "iloc",
    "sort_values", "set_index", "reset_index", "drop", "dropna", "fillna", "astype", "map", "concat", "to_csv", "to_excel", "read_csv",
}  # fmt: skip
FILE_CALLS = {"open", "Path", "read_csv", "read_excel", "to_csv", "to_excel", "savefig"}
pytestmark = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


def cells(path: Path) -> list[nbformat.NotebookNode]:
    return [cell for cell in nbformat.read(path, 4).cells if cell.cell_type == "code"]


def tags(cell: nbformat.NotebookNode) -> list[str]:
    return list(cell.metadata.get("tags", []))


def body(path: Path) -> list[nbformat.NotebookNode]:
    return [cell for cell in cells(path) if "parameters" not in tags(cell)]


def nodes(path: Path) -> list[ast.AST]:
    return [node for cell in cells(path) for node in ast.walk(ast.parse(cell.source))]


def test_first_code_cell_holds_at_most_six_plain_parameters_one_a_line(path: Path) -> None:
    first = cells(path)[0]
    assert tags(first) == ["parameters"]
    statements = ast.parse(first.source).body
    assert 1 <= len(statements) <= MOST_PARAMETERS
    assert len(first.source.strip().splitlines()) == len(statements)
    for statement in statements:
        assert isinstance(statement, ast.Assign)
        assert isinstance(statement.value, ast.Constant)
        assert re.fullmatch(r"[a-z][a-z_]*", statement.targets[0].id)


def test_parameters_are_checked_before_anything_is_loaded(path: Path) -> None:
    source = body(path)[0].source
    assert f'params = check_parameters("{path.stem}", locals())' in source
    assert source.index("check_parameters(") < source.index("load_case(")
    assert path.stem in SCHEMAS


def test_no_functions_classes_or_lambdas(path: Path) -> None:
    banned = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda, ast.Try, ast.While, ast.Global)
    assert [type(node).__name__ for node in nodes(path) if isinstance(node, banned)] == []


def test_at_most_sixty_code_lines(path: Path) -> None:
    lines = [line for cell in body(path) for line in cell.source.splitlines()]
    assert len([line for line in lines if line.strip() and not line.strip().startswith("#")]) <= MOST_LINES


def test_only_the_package_is_imported(path: Path) -> None:
    found = []
    for node in nodes(path):
        if isinstance(node, ast.Import):
            found += [name.name for name in node.names]
        if isinstance(node, ast.ImportFrom):
            found.append(node.module or "")
    assert [name for name in found if name.split(".")[0] not in ALLOWED_IMPORTS] == []


def test_no_frame_surgery_and_no_files(path: Path) -> None:
    calls = [node.func for node in nodes(path) if isinstance(node, ast.Call)]
    methods = {call.attr for call in calls if isinstance(call, ast.Attribute)}
    names = {call.id for call in calls if isinstance(call, ast.Name)}
    attributes = {node.attr for node in nodes(path) if isinstance(node, ast.Attribute)}
    assert methods & (PANDAS_VERBS | FILE_CALLS) == set()
    assert names & FILE_CALLS == set()
    assert attributes & {"loc", "iloc"} == set()


def test_no_file_path_is_written(path: Path) -> None:
    texts = [node.value for node in nodes(path) if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    assert [text for text in texts if re.search(r"(^|[\s(])(/|\.\./|[A-Za-z]:\\)\S", text)] == []


def test_stored_without_outputs_but_for_the_one_headline_cell(path: Path) -> None:
    kept = [cell for cell in cells(path) if "keep_output" in tags(cell)]
    assert len(kept) == 1
    assert kept[0].source.startswith("# NBVAL_CHECK_OUTPUT")
    assert [output.output_type for output in kept[0].outputs] == ["stream"]
    assert kept[0].outputs[0].text.strip()
    others = [cell for cell in cells(path) if cell.id != kept[0].id]
    assert [cell.source for cell in others if cell.outputs or cell.execution_count] == []
    assert kept[0].execution_count == 1  # nbval compares only what looks as if it had run


def test_kernel_and_question(path: Path) -> None:
    notebook = nbformat.read(path, 4)
    assert notebook.metadata.kernelspec.name == "python3"
    first = notebook.cells[0]
    assert first.cell_type == "markdown"
    assert first.source.startswith(f"# {path.stem[:2]}　")
    assert "**問い**" in first.source


def test_every_exhibit_has_title_reading_limits_grade_and_sources(path: Path) -> None:
    exhibits = [
        node for node in nodes(path) if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "exhibit"
    ]
    assert exhibits
    for call in exhibits:
        assert {keyword.arg for keyword in call.keywords} >= {"title", "reading", "limits", "grade", "sources"}


def test_exhibit_numbers_are_used_once(path: Path) -> None:
    numbers = [
        node.args[0].value
        for node in nodes(path)
        if isinstance(node, ast.Call)
        and getattr(node.func, "id", "") == "exhibit"
        and isinstance(node.args[0], ast.Constant)
    ]
    assert len(numbers) == len(set(numbers))
    others = {
        number
        for other in NOTEBOOKS
        if other != path
        for node in nodes(other)
        if isinstance(node, ast.Call)
        and getattr(node.func, "id", "") == "exhibit"
        and isinstance(node.args[0], ast.Constant)
        for number in [node.args[0].value]
    }
    assert set(numbers) & others == set()
