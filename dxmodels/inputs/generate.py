"""Which files under data/ are made from the schemas and the embedded case, and how are they made again?

``python -m dxmodels.inputs.generate`` writes data/README.md and data/templates/; a test holds them against the schemas.
"""

from __future__ import annotations

from pathlib import Path

from dxmodels.inputs.dictionary import render_readme
from dxmodels.inputs.folders import find_case
from dxmodels.inputs.loading import load_case
from dxmodels.inputs.places import EMBEDDED_CASE, data_root
from dxmodels.inputs.template import TEMPLATE_TABLES, write_csv_templates, write_template


def readme_text() -> str:
    """Return what data/README.md should say now."""
    return render_readme(find_case(EMBEDDED_CASE).heading, case=EMBEDDED_CASE)


def write_generated(root: Path) -> None:
    """Write README.md and templates/ (blank workbook, filled sample, CSV headers) into the data folder ``root``."""
    (root / "README.md").write_text(readme_text(), encoding="utf-8", newline="\n")
    templates = root / "templates"
    templates.mkdir(exist_ok=True)
    write_template(templates / "template.xlsx")
    write_template(templates / "sample.xlsx", sample_from=load_case(EMBEDDED_CASE), tables=TEMPLATE_TABLES)
    write_csv_templates(templates / "csv")


if __name__ == "__main__":
    write_generated(data_root())
