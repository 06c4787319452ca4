"""A project of tiny notebooks, run once for all tests that look at what a run leaves."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from notebook_maker import make_project, use

from dxmodels.runs import context
from dxmodels.runs.casefacts import case_facts


@pytest.fixture(autouse=True)
def _no_notebook_left_over() -> Iterator[None]:
    """Leave no notebook's context to the next test."""
    yield
    context.enter("", {})


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A fresh project, made the current one."""
    made = make_project(tmp_path / "project")
    use(made, monkeypatch)
    case_facts.cache_clear()
    yield made
    case_facts.cache_clear()


@pytest.fixture
def in_tiny_case(project: Path) -> Path:
    """Inside the notebook 00_data of the tiny case, as after its check cell."""
    context.enter("00_data", {"case": "tiny", "published_only": False})
    return project
