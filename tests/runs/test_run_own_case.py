"""README's way to one's own tables works as it is written, and the report speaks of the owner's case, not of Osaka."""

from __future__ import annotations

import json
import re
import shlex
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from openpyxl import load_workbook
from pypdf import PdfReader

from dxmodels import cli
from dxmodels.errors import EXIT_OK
from dxmodels.runs.casefacts import case_facts

PROJECT = Path(__file__).parents[2]
README = (PROJECT / "README.md").read_text(encoding="utf-8")
# The same plan in short: the notebook on the inventory and the summary.
SHORT = """title_ja: 大阪府デジタル改革 最終取りまとめ
edition_ja: 令和8年度 年度末版
own_title_ja: デジタル改革 最終取りまとめ
parameters: {case: osaka}
abstract:
  - text: 台帳の{inventory_systems_count}の年間運用経費は{inventory_cost_yen}である。
    exhibits: [E01]
chapters:
  - title_ja: 府庁DX
    notebooks: [{notebook: 00_data}]
summary: 90_final_summary
"""
SYSTEMS = [
    ("S01", "人事給与", "D01", "人事給与", 12_000_000),
    ("S02", "文書管理", "D01", "文書管理", "３，０００，０００"),
    ("S03", "福祉総合", "D02", "福祉", None),
]


def readme_lines() -> list[str]:
    """The commands under "Your own tables", without their comments."""
    section = README.split("## Your own tables", 1)[1].split("```", 2)[1]
    return [line.split("#")[0].strip() for line in section.strip().splitlines()]


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A copy of the project's data and notebooks, in which README's lines are typed."""
    root = tmp_path_factory.mktemp("own") / "project"
    shutil.copytree(PROJECT / "data", root / "data")
    (root / "data" / "plans" / "final_summary.yml").write_text(SHORT, encoding="utf-8")
    (root / "notebooks").mkdir()
    for name in ("00_data", "90_final_summary"):
        shutil.copyfile(PROJECT / "notebooks" / f"{name}.ipynb", root / "notebooks" / f"{name}.ipynb")
    (root / "pyproject.toml").write_text("", encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(root)
        for name in ("DX_ROOT", "DX_DATA", "DX_REPORTS", "DX_RUN"):
            patch.delenv(name, raising=False)
        patch.setenv("DX_DATA", str(root / "data"))
        case_facts.cache_clear()
        yield root
        case_facts.cache_clear()


def typed(line: str) -> int:
    """Do what the line says in the shell: a few file commands, and dx."""
    words = shlex.split(line)
    if words[0] == "mkdir":
        Path(words[1]).mkdir()
        return 0
    if words[0] == "cp":
        shutil.copy(words[1], words[2])
        return 0
    assert words[0] == ".venv/bin/dx"
    return cli.main([*words[1:], *(["--quiet"] if words[1] == "run" else [])])


def filled(book: Path) -> None:
    """Fill a few rows of the template, as its owner would."""
    made = load_workbook(book)
    for row in made["case"].iter_rows():
        if row[0].value == "title_ja":
            row[1].value = "みどり県"
    for row in (("D01", "総務部"), ("D02", "福祉部")):
        made["departments"].append(row)
    heads = [cell.value for cell in made["systems"][1]]
    places = [heads.index(name) for name in ("system_id", "name_ja", "department_id", "system_kind", "annual_cost_yen")]
    for line in SYSTEMS:
        cells = [None] * len(heads)
        for place, value in zip(places, line, strict=True):
            cells[place] = value  # type: ignore[call-overload]
        made["systems"].append(cells)
    made.save(book)


@pytest.fixture(scope="module")
def folder(project: Path) -> Path:
    """The report of the owner's case, made by README's lines."""
    lines = readme_lines()
    assert [line.split()[0] for line in lines] == [".venv/bin/dx", "mkdir", "cp", ".venv/bin/dx", ".venv/bin/dx"]
    for line in lines:
        assert typed(line) == EXIT_OK, line
        if line.startswith("cp"):
            filled(project / "data" / "my_case" / "template.xlsx")
    return project / "reports" / "latest"


def test_title_headings_and_parts_speak_of_the_owners_case(folder: Path) -> None:
    page = (folder / "final_summary.html").read_text(encoding="utf-8")
    text = re.sub(r"<[^>]+>", "", page.split("<main", 1)[0].split("</style>")[1])
    assert "みどり県 デジタル改革 最終取りまとめ" in text
    assert "報告書（公表値・自前の台帳で言えること）" in text
    assert "大阪" not in text
    assert "公表値・自前の台帳で言えること</h2>" in page
    assert "架空データを含む" not in page
    assert "台帳の3件の年間運用経費は15百万円である。" in page
    reader = PdfReader(folder / "final_summary.pdf")
    assert reader.metadata is not None
    assert reader.metadata.title == "みどり県 デジタル改革 最終取りまとめ"
    assert reader.metadata.author == "みどり県"


def test_what_the_owner_has_is_answered_and_the_rest_says_what_is_missing(folder: Path) -> None:
    results = json.loads((folder / "results" / "00_data.json").read_text(encoding="utf-8"))
    states = {entry["id"]: (entry["state"], entry["grade"]) for entry in results["exhibits"]}
    assert states["E01"] == ("full", "推計")
    records = {entry["name"]: entry["value"] for entry in results["records"]}
    assert (records["inventory_systems_count"], records["inventory_cost_yen"]) == (3, 15_000_000)
    assert records["top_systems_cost_share"] == 1.0  # fewer systems than the statement speaks of: all of them


def test_a_cost_that_is_not_recorded_is_never_printed_as_0(folder: Path) -> None:
    rows = (folder / "tables" / "E01.csv").read_text(encoding="utf-8").splitlines()
    welfare = next(line for line in rows if line.startswith("福祉部"))
    assert welfare.split(",")[:4] == ["福祉部", "1", "0", ""]
    printed = (folder / "tables" / "people" / "E01.csv").read_text(encoding="utf-8-sig").splitlines()
    assert next(line for line in printed if line.startswith("福祉部")).split(",")[3] == "－"


def test_the_case_may_be_given_as_a_path(project: Path, folder: Path) -> None:
    assert cli.main(["run", "final_summary", "--quiet", "--set", "case=data/my_case"]) == EXIT_OK
    again = json.loads((project / "reports" / "latest" / "results" / "00_data.json").read_text(encoding="utf-8"))
    first = {entry["name"]: entry["value"] for entry in again["records"]}
    assert first["inventory_cost_yen"] == 15_000_000
    assert "みどり県" in (project / "reports" / "latest" / "final_summary.html").read_text(encoding="utf-8")
