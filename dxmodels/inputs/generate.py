"""Which file under data/ is made from the schemas and the embedded case, and how is it made again?

``python -m dxmodels.inputs.generate`` writes data/README.md; a test holds it against the schemas and the case. (Templates are not
stored: ``dx template`` writes them from the same schemas when they are wanted.)
"""

from __future__ import annotations

from pathlib import Path

from dxmodels.inputs.dictionary import render_readme
from dxmodels.inputs.folders import find_case
from dxmodels.inputs.places import EMBEDDED_CASE, data_root


def readme_text() -> str:
    """Return what data/README.md should say now."""
    return render_readme(find_case(EMBEDDED_CASE).heading, case=EMBEDDED_CASE)


def write_generated(root: Path) -> None:
    """Write README.md into the data folder ``root``."""
    (root / "README.md").write_text(readme_text(), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    write_generated(data_root())
