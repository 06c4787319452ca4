"""From a run to its public edition: made of the recorded results, handed out as it is, silent about what is withheld and about the machine."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from notebook_maker import EXHIBIT, LOAD, make_project, use

from dxmodels.cli import main
from dxmodels.errors import ParameterError, RunError
from dxmodels.runs.batch import RunReport, run_plan
from dxmodels.runs.casefacts import case_facts
from dxmodels.runs.editions import files as public_files
from dxmodels.runs.editions.leaks import search_leaks
from dxmodels.runs.editions.publish import PublicEdition, publish_run
from dxmodels.runs.editions.rules import load_rules

RATE = 1_187_300
PRICES = f"""import pandas as pd
from dxmodels.figures.style import axes_for
prices = pd.DataFrame({{"quoted_work_ja": ["監視", "点検", "窓口"], "engineer_role_ja": ["SE", "PG", "SE"], "members_count": [4, 5, 6], "other_count": [7, 8, 9],
    "rate_yen": [{RATE}, 812_600, 995_400]}})
ax = axes_for(None)
ax.bar(prices["quoted_work_ja"], prices["rate_yen"])
exhibit("E11b", prices, figure=ax, title="単価はいくらか", reading=["最も高いのは1,187,300円である。", "職種ごとに並べた。"], limits="架空である。", grade="架空", sources=["systems"], unit="円")
record("highest_rate_yen", {RATE}, unit="円", sources=["systems"], grade="架空", label="最も高い単価")"""
REAL = Path(__file__).parents[2] / "data"


@pytest.fixture(scope="module")
def patch() -> Iterator[pytest.MonkeyPatch]:
    with pytest.MonkeyPatch.context() as made:
        made.setattr("dxmodels.runs.fingerprint.code_digest", lambda *, pages=False: "code")
        yield made
    case_facts.cache_clear()


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory, patch: pytest.MonkeyPatch) -> RunReport:
    """A plan with a vendor's unit prices, run once."""
    cells = {"00_data": [LOAD.format(name="00_data"), EXHIBIT], "20_cost": [LOAD.format(name="20_cost"), PRICES]}
    project = make_project(tmp_path_factory.mktemp("run") / "project", notebooks=cells)
    for name in ("editions/public.yml", "assumptions/editions.yml"):
        (project / "data" / name).parent.mkdir(exist_ok=True)
        shutil.copyfile(REAL / name, project / "data" / name)
    use(project, patch)
    case_facts.cache_clear()
    return run_plan("small", progress=False)


@pytest.fixture(scope="module")
def public(finished: RunReport) -> PublicEdition:
    return publish_run(finished.run_id)


def test_the_public_edition_is_whole_and_tells_nothing(public: PublicEdition) -> None:
    names = {path.relative_to(public.folder).as_posix() for path in public.folder.rglob("*") if path.is_file()}
    assert {
        "index.html",
        "small.html",
        "small.pdf",
        "small.xlsx",
        "manifest.json",
        "tables/E12.csv",
        "tables/E37.csv",
    } <= names
    assert not names & {"inputs.zip", "log.txt", "traceback.txt"}
    assert not any(name.startswith(("results/", "notebooks/", "figures/")) for name in names)
    assert search_leaks(public.folder, public.masking, printed=True) == []


def test_the_mark_stands_where_the_price_stood(public: PublicEdition) -> None:
    rows = (public.folder / "tables/E11b.csv").read_text(encoding="utf-8").splitlines()
    assert all(row.endswith("非公表［1］") for row in rows[1:])
    page = (public.folder / "small.html").read_text(encoding="utf-8")
    assert "非公表［1］" in page
    assert "職種ごとに並べた。" in page
    assert "最も高い単価" not in page  # the recorded quantity is left out with its value


def test_both_editions_say_which_they_are(finished: RunReport, public: PublicEdition) -> None:
    assert "試験版　庁内版" in (finished.folder / "small.html").read_text(encoding="utf-8")
    assert "試験版　公表版" in (public.folder / "small.html").read_text(encoding="utf-8")
    assert "庁内版" not in (public.folder / "index.html").read_text(encoding="utf-8")


def test_every_link_of_the_public_pages_leads_to_a_public_file(public: PublicEdition) -> None:
    import re

    for path in public.folder.rglob("*.html"):
        for link in re.findall(r'href="([^"#]+)', path.read_text(encoding="utf-8")):
            assert (path.parent / link).is_file(), (path.name, link)


def test_nothing_of_the_machine_is_told(public: PublicEdition, finished: RunReport) -> None:
    words = [str(finished.folder.parents[1]), str(Path.home()), "/tmp/", "DX_DATA"]
    for path in public.folder.rglob("*"):
        if path.suffix in {".html", ".json", ".csv"}:
            text = path.read_text(encoding="utf-8")
            assert [word for word in words if word in text] == [], path.name


def test_the_manifest_counts_what_is_withheld_and_hashes_every_file(public: PublicEdition) -> None:
    told = json.loads((public.folder / "manifest.json").read_text(encoding="utf-8"))
    assert told["withheld_cells"] == {"事業者の単価と見積の内訳": 3}
    files = {path.relative_to(public.folder).as_posix() for path in public.folder.rglob("*") if path.is_file()}
    assert set(told["files"]) == files - {"manifest.json"}


def test_the_same_run_gives_the_same_public_files(finished: RunReport, public: PublicEdition) -> None:
    before = (public.folder / "manifest.json").read_bytes()
    again = publish_run(finished.run_id, after=finished.run_id)  # its own earlier edition tells nothing more
    assert again.masking.told_before == ()
    assert (again.folder / "manifest.json").read_bytes() == before


def test_an_edition_that_would_tell_a_value_is_not_put_in_place(
    finished: RunReport, public: PublicEdition, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = (public.folder / "manifest.json").stat().st_mtime_ns
    whole = public_files.public_index_html
    monkeypatch.setattr(public_files, "public_index_html", lambda index: whole(index) + "<!-- 1,187千円 -->")
    with pytest.raises(RunError, match="伏せた値が 1 か所") as caught:
        publish_run(finished.run_id)
    assert "1,187" not in str(caught.value)
    assert (public.folder / "manifest.json").stat().st_mtime_ns == before


@pytest.mark.parametrize("name", ["../small", "/etc", "nothing", "", "latest/../x"])
def test_only_a_run_of_the_reports_folder_is_taken(finished: RunReport, name: str) -> None:
    with pytest.raises(ParameterError):
        publish_run(name)


def test_the_command_makes_it(finished: RunReport, public: PublicEdition, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["edition", finished.run_id]) == 0
    assert "3欄を非公表とする" in capsys.readouterr().out
    assert main(["run", "small", "--edition", "both", "--quiet"]) == 0
    assert "伏せた値はない" in capsys.readouterr().out


def test_the_rules_of_this_project_are_read_without_a_fault() -> None:
    rules = load_rules(REAL / "editions" / "public.yml")
    assert [rule.number for rule in rules.all_rules] == list(range(1, len(rules.all_rules) + 1))
    assert all("要確認" in rule.confirm_ja for rule in rules.rules)
    assert all("条例" in rule.ground_ja for rule in rules.rules)
