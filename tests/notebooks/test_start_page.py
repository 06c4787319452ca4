"""The page that ``make lab`` opens: its links lead somewhere."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
START = ROOT / "notebooks" / "start" / "start.ipynb"


def test_links_lead_to_notebooks_below_the_folder_that_jupyterlab_opens() -> None:
    links = re.findall(r"\]\((\.\./[^)\\]+\.ipynb)\)", START.read_text(encoding="utf-8"))
    opened = re.search(r"--ServerApp\.root_dir=\$\(CURDIR\)/(\S+)", (ROOT / "Makefile").read_text(encoding="utf-8"))
    assert links
    assert opened is not None
    for link in links:
        found = (START.parent / link).resolve()
        assert found.is_file()
        assert found.is_relative_to((ROOT / opened[1]).resolve())
