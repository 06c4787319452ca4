"""Tiny notebooks and a project folder to run them in: what the tests of runs/ execute instead of the real ones."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

import nbformat
import pytest

FIRST_CELL = 'case = "tiny"\npublished_only = False'
COST_CELL = (
    'case = "tiny"\nscenario = "base"\nfiscal_year = 2026\nseed = 2026\neffort = "draft"\npublished_only = False'
)
SUMMARY_CELL = 'case = "tiny"\nscenario = "base"\noption = "status_quo"\nseed = 2026\npublished_only = False'

LOAD = """from dxmodels.inputs import load_case
from dxmodels.runs import check_parameters, exhibit, record, recorded, recorded_states
params = check_parameters("{name}", locals())
bodies = load_case(params.case, tables=["municipalities"], published_only=params.published_only).table("municipalities")"""

EXHIBIT = """from dxmodels.figures.style import axes_for
ax = axes_for(None)
ax.bar(bodies["name_ja"], bodies["population_people"])
ax.set_title("人口 <b>&</b>")
exhibit("E12", bodies[["municipality_code", "name_ja", "population_people"]], figure=ax, title="人口はどう分布するか",
        reading="棒が長いほど人口が多い。", limits="国勢調査の時点の値である。", grade="公表値", sources=["municipalities"])
record("total_population_people", int(bodies["population_people"].sum()), unit="人", sources=["municipalities"], grade="公表値")"""

ILLUSTRATIVE = """import pandas as pd
money = pd.DataFrame({"system_id": ["S01", "S02"], "name_ja": ["=1+1", "<script>alert(1)</script>"], "annual_cost_yen": [123_456_789, -55_512_345]})
exhibit("E01", money, title="いくらかかるか", reading="一覧である。", limits="架空である。", grade="架空", sources=["systems"])"""

SUMMARY = """total = recorded("total_population_people")
import pandas as pd
states = recorded_states()
exhibit("E33", pd.DataFrame({"exhibit_id": list(states), "state": list(states.values())}), title="何に答えたか", reading="一覧である。",
        limits="記録された図表に限る。", grade="公表値", sources=["municipalities"])
record("twice_population_people", 2 * total.value, unit="人", sources=["municipalities"], grade="推計")"""


def write_notebook(
    path: Path, cells: Sequence[str], *, title: str = "問いは何か", parameters: str = FIRST_CELL
) -> None:
    """Write a notebook: a heading, the parameter cell, and code cells."""
    book = nbformat.v4.new_notebook(
        metadata={"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    )
    heading = nbformat.v4.new_markdown_cell(f"# {title}\n\n最初の**段落**である。\n\n- 項目一\n- 項目二")
    first = nbformat.v4.new_code_cell(parameters, metadata={"tags": ["parameters"]})
    book.cells = [heading, first, *(nbformat.v4.new_code_cell(cell) for cell in cells)]
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(book, path)


def write_plan(root: Path, name: str, text: str) -> None:
    """Write a plan file of the project."""
    path = root / "data" / "plans" / f"{name}.yml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


PLAN = """title_ja: 小さな取りまとめ
edition_ja: 試験版
parameters: {case: tiny, seed: 7}
chapters:
  - title_ja: 府庁DX
    notebooks:
      - notebook: 00_data
      - notebook: 20_cost
summary: 90_final_summary
"""


_SHARED = (
    "assumptions/exchange_rate.yml",
    "assumptions/cost.yml",
    "scenarios/base.yml",
    "scenarios/yen_weak.yml",
    "options/status_quo.yml",
    "options/levers.yml",
)


def make_project(root: Path, *, notebooks: Mapping[str, Sequence[str]] | None = None) -> Path:
    """Make a project with one tiny case, some of the real assumptions, scenarios and options, three notebooks and the plan ``small``."""
    real = Path(__file__).parents[2] / "data"
    data = root / "data"
    for name in _SHARED:
        (data / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(real / name, data / name)
    _write_case(data / "tiny", real / "osaka")
    (root / "pyproject.toml").write_text("", encoding="utf-8")
    load = {name: LOAD.format(name=name) for name in ("00_data", "20_cost", "90_final_summary")}
    bodies = {
        "00_data": [load["00_data"], EXHIBIT],
        "20_cost": [load["20_cost"], ILLUSTRATIVE],
        "90_final_summary": [load["90_final_summary"], SUMMARY],
    }
    cells = {"00_data": FIRST_CELL, "20_cost": COST_CELL, "90_final_summary": SUMMARY_CELL}
    for name, body in {**bodies, **(notebooks or {})}.items():
        write_notebook(root / "notebooks" / f"{name}.ipynb", body, title=f"{name} の問い", parameters=cells[name])
    write_plan(root, "small", PLAN)
    return root


def _write_case(folder: Path, real: Path) -> None:
    """Write a case with the first municipalities of the embedded one and an illustrative table of systems."""
    folder.mkdir(parents=True)
    lines = (real / "municipalities.csv").read_text(encoding="utf-8").splitlines()[:6]
    (folder / "municipalities.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (folder / "departments.csv").write_text("department_id,name_ja\nD01,総務部\n", encoding="utf-8")
    systems = "system_id,name_ja,department_id,system_kind\nS01,甲,D01,CMS\n"
    (folder / "systems.csv").write_text(systems, encoding="utf-8")
    (folder / "case.yml").write_text(
        """title_ja: 小さなケース
base_fy: 2026
price_fy: 2026
as_of: 2026-04-01
deadlines: {standardisation: 2026-03-31}
tables:
  municipalities: {provenance: published, source: 国勢調査}
  departments: {provenance: illustrative, source: 試験用}
  systems: {provenance: illustrative, source: 試験用}
""",
        encoding="utf-8",
    )


def use(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make ``project`` the one that is run, from a folder elsewhere."""
    elsewhere = project / "elsewhere"
    elsewhere.mkdir(exist_ok=True)
    monkeypatch.chdir(elsewhere)
    monkeypatch.setenv("DX_ROOT", str(project))
    monkeypatch.setenv("DX_DATA", str(project / "data"))
    monkeypatch.delenv("DX_REPORTS", raising=False)
    monkeypatch.delenv("DX_RUN", raising=False)
