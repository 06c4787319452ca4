"""A plan runs from a folder elsewhere to a whole folder of reports; failures are told, finished work is kept, bytes repeat."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from notebook_maker import EXHIBIT, LOAD, make_project, use, write_plan

from dxmodels.errors import EXIT_BAD_INPUT, EXIT_NOTEBOOK_FAILED, EXIT_OK, InputError, ParameterError
from dxmodels.runs.batch import RunReport, run_plan
from dxmodels.runs.casefacts import case_facts

BUGGY = [LOAD.format(name="00_data"), EXHIBIT, "1 / 0"]
DYING = [LOAD.format(name="20_cost"), "import os\nos._exit(9)"]
ROUGH = """title_ja: 荒れた計画
edition_ja: 試験版
parameters: {case: tiny}
chapters:
  - title_ja: 府庁DX
    notebooks: [{notebook: 00_data}, {notebook: 20_cost}]
"""


@pytest.fixture(scope="module")
def patch() -> Iterator[pytest.MonkeyPatch]:
    with pytest.MonkeyPatch.context() as made:
        # The package may be edited while its tests run; what a change of code does is tested with the fingerprints.
        made.setattr("dxmodels.runs.fingerprint.code_digest", lambda *, pages=False: "code")
        yield made
    case_facts.cache_clear()


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory, patch: pytest.MonkeyPatch) -> tuple[Path, RunReport]:
    """The plan ``small``, run once."""
    project = make_project(tmp_path_factory.mktemp("run") / "project")
    use(project, patch)
    case_facts.cache_clear()
    return project, run_plan("small", progress=False)


@pytest.fixture(scope="module")
def folder(finished: tuple[Path, RunReport]) -> Path:
    return finished[1].folder


def test_everything_is_there_and_latest_is_a_plain_copy(finished: tuple[Path, RunReport], folder: Path) -> None:
    project, report = finished
    assert (report.exit_code, report.failed) == (EXIT_OK, {})
    for name in (
        "index.html", "small.html", "small.pdf", "small.xlsx", "manifest.json", "log.txt", "tables/E01.csv", "tables/E12.csv",
        "tables/people/E12.csv", "figures/E12.svg", "notebooks/00_data.html", "notebooks/00_data.pdf", "notebooks/00_data.xlsx",
        "results/00_data.json",
    ):  # fmt: skip
        assert (folder / name).stat().st_size > 0, name
    latest = project / "reports" / "latest"
    assert not latest.is_symlink()
    assert sorted(path.name for path in latest.iterdir()) == sorted(path.name for path in folder.iterdir())
    assert not list(folder.rglob(".*"))


def test_the_summary_reads_what_the_others_recorded(folder: Path) -> None:
    results = json.loads((folder / "results" / "90_final_summary.json").read_text(encoding="utf-8"))
    total = next(
        line.split(",")
        for line in (folder / "tables" / "E33.csv").read_text(encoding="utf-8").splitlines()
        if "E01" in line
    )
    assert total[1] == "illustrative"
    first = json.loads((folder / "results" / "00_data.json").read_text(encoding="utf-8"))
    assert results["records"][0]["value"] == 2 * first["records"][0]["value"]


def test_the_report_joins_the_notebooks_in_parts(folder: Path) -> None:
    page = (folder / "small.html").read_text(encoding="utf-8")
    places = [page.index(text) for text in ('id="part-published"', 'id="e12"', 'id="part-illustrative"', 'id="e01"')]
    assert places == sorted(places)
    assert "最初の段落である。" in page


def test_the_manifest_says_from_what_it_was_made(finished: tuple[Path, RunReport], folder: Path) -> None:
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["run_id"] == finished[1].run_id == folder.name
    assert manifest["inputs"]["tiny/municipalities.csv"]
    assert manifest["assumptions"]["usdjpy_2025"][0]["value"] == pytest.approx(149.66)
    assert manifest["seeds"] == [7]
    assert manifest["case"]["illustrative_tables"] == ["departments", "systems"]
    assert manifest["versions"]["pandas"]
    assert manifest["notebooks"]["20_cost"]["state"] == "ok"
    assert set(manifest["code"]) >= {"commit", "dirty", "package", "lock"}
    assert all((folder / name).is_file() for name in manifest["files"])


def test_nothing_changed_nothing_is_executed(finished: tuple[Path, RunReport]) -> None:
    again = run_plan("small", progress=False)
    assert (again.run_id, again.executed) == (finished[1].run_id, ())
    assert again.exit_code == EXIT_OK


def test_two_fresh_runs_give_the_same_bytes(finished: tuple[Path, RunReport], tmp_path: Path) -> None:
    before = {
        path.relative_to(finished[1].folder): path.read_bytes()
        for path in finished[1].folder.rglob("*")
        if path.is_file()
    }
    again = run_plan("small", fresh=True, progress=False)
    assert len(again.executed) == 3
    after = {path.relative_to(again.folder): path.read_bytes() for path in again.folder.rglob("*") if path.is_file()}
    assert set(before) == set(after)
    different = {str(name) for name, content in before.items() if after[name] != content}
    assert different <= {"manifest.json", "log.txt"}


def test_what_was_finished_is_taken_from_the_cache(finished: tuple[Path, RunReport]) -> None:
    shutil.rmtree(finished[1].folder)
    again = run_plan("small", progress=False)
    assert (again.executed, len(again.reused)) == ((), 3)
    assert (again.folder / "small.pdf").is_file()


def test_wrong_parameters_stop_before_any_kernel(
    finished: tuple[Path, RunReport], monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*args: object, **kwargs: object) -> object:
        raise AssertionError("a kernel was started")

    monkeypatch.setattr("dxmodels.runs.execution.run_tasks", never)
    with pytest.raises(ParameterError) as caught:
        run_plan("small", overrides={"seed": "x", "fiscal_year": 1900}, progress=False)
    told = [str(fault) for fault in caught.value.faults]
    assert len(told) == 2  # the seed once, though two notebooks have it, and the year
    assert any("「seed」（20_cost、90_final_summary）" in line for line in told)
    assert caught.value.exit_code == EXIT_BAD_INPUT


def test_a_faulty_case_stops_before_any_kernel_with_all_its_faults(finished: tuple[Path, RunReport]) -> None:
    table = finished[0] / "data" / "tiny" / "municipalities.csv"
    whole = table.read_text(encoding="utf-8")
    table.write_text(whole.replace("271004", "271005").replace("272027", "272028"), encoding="utf-8")
    try:
        with pytest.raises(InputError) as caught:
            run_plan("small", progress=False)
    finally:
        table.write_text(whole, encoding="utf-8")
    assert len(caught.value.faults) == 2
    assert "272027" in str(caught.value)


@pytest.fixture(scope="module")
def rough(tmp_path_factory: pytest.TempPathFactory, patch: pytest.MonkeyPatch) -> RunReport:
    """A plan whose notebooks meet a bug after an exhibit was sent, and a dead kernel."""
    project = make_project(tmp_path_factory.mktemp("rough") / "project", notebooks={"00_data": BUGGY, "20_cost": DYING})
    write_plan(project, "rough", ROUGH)
    use(project, patch)
    case_facts.cache_clear()
    return run_plan("rough", progress=False)


def test_failures_are_told_and_the_rest_goes_on(rough: RunReport) -> None:
    assert rough.exit_code == EXIT_NOTEBOOK_FAILED
    assert set(rough.failed) == {"00_data", "20_cost"}
    assert "ZeroDivisionError" in rough.failed["00_data"]
    assert "カーネルが停止" in rough.failed["20_cost"]
    index = (rough.folder / "index.html").read_text(encoding="utf-8")
    assert "2 件が最後まで作成できませんでした" in index
    log = (rough.folder / "log.txt").read_text(encoding="utf-8")
    assert "00_data：失敗" in log
    assert "2 件を作成できなかった" in log
    assert "Traceback" not in log
    assert "Traceback" in (rough.folder / "traceback.txt").read_text(encoding="utf-8")
    assert "traceback.txt" in index


def test_a_failed_notebook_leaves_a_readable_page_of_what_it_had_sent(rough: RunReport) -> None:
    page = (rough.folder / "notebooks" / "00_data.html").read_text(encoding="utf-8")
    assert "最後まで実行できなかった" in page
    assert "E12　人口はどう分布するか" in page
    assert "Traceback" not in page
    assert (rough.folder / "tables" / "E12.csv").is_file()
    assert (rough.folder / "rough.pdf").is_file()


def test_failures_are_not_taken_from_the_cache(rough: RunReport) -> None:
    manifest = json.loads((rough.folder / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["exit_code"] == EXIT_NOTEBOOK_FAILED
    assert not (rough.folder.parent / ".cache").exists()


READER = [
    LOAD.format(name="20_cost"),
    """from dxmodels.inputs import load_register
register = load_register()
record("rate_yen_per_dollar", register.value("usdjpy_2025"), unit="円/ドル", sources=["usdjpy_2025"], grade="公表値", label="為替")""",
]
SYSTEMS = [
    """from dxmodels.inputs import load_case
from dxmodels.runs import check_parameters, record
params = check_parameters("00_data", locals())
systems = load_case(params.case, published_only=params.published_only).table("systems")
record("systems_count", len(systems), unit="件", sources=["systems"], grade="架空", label="システム数")"""
]
READERS = """title_ja: 読むものが違う計画
edition_ja: 試験版
parameters: {case: tiny}
chapters:
  - title_ja: 府庁DX
    notebooks: [{notebook: 00_data}, {notebook: 20_cost}]
"""


@pytest.fixture
def readers(tmp_path: Path, patch: pytest.MonkeyPatch) -> Iterator[Path]:
    """00_data reads the systems and no assumption; 20_cost reads the municipalities and one assumption."""
    project = make_project(tmp_path / "project", notebooks={"00_data": SYSTEMS, "20_cost": READER})
    write_plan(project, "readers", READERS)
    use(project, patch)
    case_facts.cache_clear()
    yield project
    case_facts.cache_clear()


def test_a_change_reruns_only_what_reads_it(readers: Path) -> None:
    first = run_plan("readers", progress=False)
    assert set(first.executed) == {"00_data", "20_cost"}
    manifest = json.loads((first.folder / "manifest.json").read_text(encoding="utf-8"))
    reads = {key: entry["reads"] for key, entry in manifest["notebooks"].items()}
    assert set(reads["00_data"]["tables"]) == {"systems"}
    assert "usdjpy_2025" in reads["20_cost"]["assumptions"]
    assert "usdjpy_2025" not in reads["00_data"]["assumptions"]

    rate = readers / "data" / "assumptions" / "exchange_rate.yml"
    rate.write_text(rate.read_text(encoding="utf-8").replace("149.66", "149.67"), encoding="utf-8")
    second = run_plan("readers", progress=False)
    assert (second.executed, second.reused) == (("20_cost",), ("00_data",))
    assert second.run_id != first.run_id
    kept = json.loads((second.folder / "results" / "20_cost.json").read_text(encoding="utf-8"))
    assert kept["records"][0]["value"] == pytest.approx(149.67)

    systems = readers / "data" / "tiny" / "systems.csv"
    systems.write_text(systems.read_text(encoding="utf-8") + "S02,乙,D01,GIS\n", encoding="utf-8")
    case_facts.cache_clear()
    third = run_plan("readers", progress=False)
    assert (third.executed, third.reused) == (("00_data",), ("20_cost",))

    rate.write_text(rate.read_text(encoding="utf-8").replace("149.67", "149.66"), encoding="utf-8")
    systems.write_text(systems.read_text(encoding="utf-8").replace("S02,乙,D01,GIS\n", ""), encoding="utf-8")
    shutil.rmtree(first.folder)
    back = run_plan("readers", progress=False)
    assert (back.run_id, back.executed) == (first.run_id, ())


def test_what_a_table_points_to_counts_as_read(readers: Path) -> None:
    run_plan("readers", progress=False)
    departments = readers / "data" / "tiny" / "departments.csv"
    departments.write_text(departments.read_text(encoding="utf-8").replace("総務部", "総務課"), encoding="utf-8")
    assert run_plan("readers", progress=False).executed == ("00_data",)
