"""The difference of two runs is told number by number and split by cause: by hand, by property, and through real notebooks."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from notebook_maker import LOAD, make_project, use, write_plan

from dxmodels import cli
from dxmodels.cli import main
from dxmodels.errors import EXIT_BAD_INPUT, EXIT_OK, ParameterError
from dxmodels.inputs import load_register
from dxmodels.runs.batch import run_plan
from dxmodels.runs.casefacts import case_facts
from dxmodels.runs.compare.archive import ARCHIVE, archive_of, lay_out
from dxmodels.runs.compare.bridge import CHANGED, GONE, NEW, UNCHANGED, Bridge, Change, bridge_runs
from dxmodels.runs.compare.finished import FinishedRun
from dxmodels.runs.compare.reruns import compare_runs
from dxmodels.runs.model import Record

KEY = ("total_cost_yen", "")


def record(value: float | None, *, name: str = KEY[0], grade: Any = "推計", unit: str = "円") -> Record:
    return Record(name=name, label="総額", value=value, kind="yen", unit=unit, grade=grade, sources=())


def run(value: float | None, data: str, assumed: str, method: str, *others: Record) -> FinishedRun:
    """A finished run as the manifest tells it, with one recorded number (and others)."""
    manifest = {
        "run_id": f"small-{data}{assumed}{method}",
        "finished_at": "2026-04-01T00:00:00+09:00",
        "inputs": {"tiny/systems.csv": data, "assumptions/cost.yml": assumed},
        "notebooks": {"20_cost": {"notebook": "20_cost", "parameters": {"case": "tiny", "scenario": "base"}}},
        "code": {"results": method, "notebooks": {}, "lock": "l"},
    }
    records = {(entry.name, ""): entry for entry in others}
    return FinishedRun(Path("nowhere"), manifest, {KEY: record(value), **records})


def the_change(bridge: Bridge) -> Change:
    return next(change for change in bridge.changes if change.name == KEY[0])


amounts = st.floats(-1e9, 1e9, allow_nan=False)


@given(*[amounts] * 6)
def test_three_parts_are_the_effects_and_add_up(
    d0: float, d1: float, a0: float, a1: float, m0: float, m1: float
) -> None:
    """f = D + A + M: each part is the difference of its own term, whatever the order; and f = D·A + M splits the product evenly."""
    for combine in (lambda d, a, m: d + a + m, lambda d, a, m: d * a / 1e9 + m):
        data, assumed = {"old": d0, "new": d1}, {"old": a0, "new": a1}
        old, new = run(combine(d0, a0, m0), "d0", "a0", "m0"), run(combine(d1, a1, m1), "d1", "a1", "m1")
        mixed = {
            (of_data, of_assumptions): {KEY: combine(data[of_data], assumed[of_assumptions], m1)}
            for of_data in data
            for of_assumptions in assumed
        }
        found = the_change(bridge_runs(old, new, rerun=mixed.__getitem__))
        if found.state == UNCHANGED:
            continue
        assert None not in (found.old, found.new, found.data, found.assumptions, found.method)
        scale = max(map(abs, (d0, d1, a0, a1, m0, m1)))
        total = sum(part for part in (found.data, found.assumptions, found.method) if part is not None)
        assert total == pytest.approx(combine(d1, a1, m1) - combine(d0, a0, m0), abs=1e-9 * scale)
        assert found.method == pytest.approx(m1 - m0, abs=1e-9 * scale)
        even = (combine(d1, a0, 0) - combine(d0, a0, 0) + combine(d1, a1, 0) - combine(d0, a1, 0)) / 2
        assert found.data == pytest.approx(even, abs=1e-8 * scale)


@pytest.mark.parametrize(
    ("later", "cause", "parts"),
    [
        (("d1", "a0", "m0"), "データ", (50.0, 0.0, 0.0)),
        (("d0", "a1", "m0"), "前提", (0.0, 50.0, 0.0)),
        (("d0", "a0", "m1"), "計算方法", (0.0, 0.0, 50.0)),
    ],
)
def test_a_single_cause_needs_no_new_computation(
    later: tuple[str, str, str], cause: str, parts: tuple[float, float, float]
) -> None:
    bridge = bridge_runs(run(100.0, "d0", "a0", "m0"), run(150.0, *later))
    found = the_change(bridge)
    assert "（令和8年4月1日作成）" in bridge.summary()
    assert bridge.causes == (cause,)
    assert (found.data, found.assumptions, found.method) == parts


def test_several_causes_without_a_new_computation_are_not_told_apart() -> None:
    bridge = bridge_runs(run(100.0, "d0", "a0", "m0"), run(150.0, "d1", "a1", "m0"))
    found = the_change(bridge)
    assert (bridge.split, found.state, found.change_ja, found.data) == (False, CHANGED, "＋50円", None)


def test_numbers_that_come_go_stay_or_cannot_be_computed() -> None:
    old = run(100.0, "d0", "a0", "m0", record(1.0, name="gone_yen"), record(None, name="open_yen", grade="算出不能"))
    new = run(100.0 + 1e-12, "d1", "a0", "m0", record(2.0, name="came_yen", grade="架空"), record(5.0, name="open_yen"))
    bridge = bridge_runs(old, new)
    states = {change.name: change.state for change in bridge.changes}
    assert states == {KEY[0]: UNCHANGED, "gone_yen": GONE, "came_yen": NEW, "open_yen": CHANGED}
    assert bridge_runs(old, new, tolerance=0).count(CHANGED) == 2
    assert list(bridge.to_frame(illustrative=True)["current_ja"]) == ["2円"]
    assert list(bridge.to_frame(illustrative=False)["previous_ja"]) == ["算出不能", "1円"]
    assert Bridge.from_json(json.loads(json.dumps(bridge.to_json()))) == bridge


SPEND = [
    LOAD.format(name="20_cost"),
    """from dxmodels.inputs import load_register
people = int(bodies["population_people"].sum())
record("spend_yen", people * load_register().value("usdjpy_2025"), unit="円", sources=["municipalities"], grade="推計", label="総額")""",
]
TELL = [
    """from dxmodels.inputs import load_case
from dxmodels.runs import check_parameters, exhibit, record, recorded_bridge
params = check_parameters("90_final_summary", locals())
case = load_case(params.case, tables=["municipalities"])
for part in recorded_bridge():
    exhibit(part.id, part.result, title=part.title, reading=part.reading, limits="限界。", grade=part.grade, sources=["記録"])
record("told_count", 1, unit="件", sources=["記録"], grade="推計", label="取りまとめの件数")"""
]
YEARLY = """title_ja: 年次
edition_ja: 試験版
parameters: {case: tiny}
chapters:
  - title_ja: 府庁DX
    notebooks: [{notebook: 20_cost}]
summary: 90_final_summary
"""


@pytest.fixture
def yearly(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A project whose one number is people × exchange rate, told by the summary."""
    project = make_project(tmp_path / "project", notebooks={"20_cost": SPEND, "90_final_summary": TELL})
    write_plan(project, "yearly", YEARLY)
    use(project, monkeypatch)
    monkeypatch.setattr("dxmodels.runs.fingerprint.code_digest", lambda *, pages=False: "code")
    case_facts.cache_clear()
    yield project
    case_facts.cache_clear()


def spend(folder: Path) -> float:
    records = json.loads((folder / "results" / "20_cost.json").read_text(encoding="utf-8"))["records"]
    return float(records[0]["value"])


def people(project: Path) -> int:
    with (project / "data" / "tiny" / "municipalities.csv").open(encoding="utf-8") as rows:
        return sum(int(row["population_people"]) for row in csv.DictReader(rows))


def test_two_years_are_told_apart_through_the_notebooks(
    yearly: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    first = run_plan("yearly", progress=False)
    told = (first.folder / "yearly.html").read_text(encoding="utf-8")
    assert "比較できる前回の取りまとめが保存されていません" in told
    with zipfile.ZipFile(first.folder / ARCHIVE) as archive:
        assert {"cases/tiny/case.yml", "cases/tiny/municipalities.csv", "assumptions/exchange_rate.yml"} <= set(
            archive.namelist()
        )

    before = people(yearly)
    table = yearly / "data" / "tiny" / "municipalities.csv"
    lines = table.read_text(encoding="utf-8").splitlines()
    table.write_text("\n".join(lines[:-1]) + "\n", encoding="utf-8")  # one town less
    after = people(yearly)
    rate = yearly / "data" / "assumptions" / "exchange_rate.yml"
    rate.write_text(rate.read_text(encoding="utf-8").replace("149.66", "151.66"), encoding="utf-8")
    path = yearly / "notebooks" / "20_cost.ipynb"
    path.write_text(path.read_text(encoding="utf-8").replace("people * load", "1000 + people * load"), encoding="utf-8")
    case_facts.cache_clear()
    second = run_plan("yearly", against=first.run_id, progress=False)

    assert spend(second.folder) == pytest.approx(1000 + after * 151.66)
    bridge = compare_runs(first.run_id, second.run_id, say=lambda text: None)
    found = next(change for change in bridge.changes if change.name == "spend_yen")
    assert bridge.causes == ("データ", "前提", "計算方法")
    assert found.data == pytest.approx((after - before) * (149.66 + 151.66) / 2)
    assert found.assumptions == pytest.approx(2.0 * (after + before) / 2)
    assert found.method == pytest.approx(1000)
    told = (second.folder / "tables" / "E34.csv").read_text(encoding="utf-8")
    assert found.data_ja in told
    assert found.method_ja in told
    assert "取りまとめの件数" not in told  # what the summary itself recorded is not compared before it has run

    target = tmp_path / "all.csv"
    assert cli.main(["compare", first.run_id, second.run_id, "--csv", str(target)]) == EXIT_OK
    assert "総額［推計］" in capsys.readouterr().out
    assert target.read_text(encoding="utf-8").startswith("record_name,state,old,new")
    assert {path.name for path in (yearly / "reports").glob("yearly*")} == {first.run_id, second.run_id}

    again = run_plan(
        "yearly", fresh=True, progress=False
    )  # the same inputs: compared with the same earlier run as before
    assert (again.folder / "tables" / "E34.csv").read_text(encoding="utf-8") == told


def test_what_the_method_of_today_asks_for_is_added_to_the_old_assumptions(yearly: Path, tmp_path: Path) -> None:
    def keep(name: str) -> Path:
        (tmp_path / name).mkdir()
        (tmp_path / name / ARCHIVE).write_bytes(archive_of(case_facts("tiny"), published_only=False))
        return tmp_path / name

    first = keep("first")
    rate = yearly / "data" / "assumptions" / "exchange_rate.yml"
    new = rate.read_text(encoding="utf-8").replace("149.66", "151.66")
    rate.write_text(new.replace("usdjpy_2024:", "usdjpy_1924:"), encoding="utf-8")  # one entry is new, one is gone
    second = keep("second")
    lay_out(tmp_path / "data", data_from=first, assumptions_from=first, completed_from=second)
    register = load_register(tmp_path / "data" / "assumptions")
    assert register.value("usdjpy_2025") == pytest.approx(149.66)
    assert "usdjpy_1924" in register
    assert "usdjpy_2024" not in register
    assert (second / ARCHIVE).read_bytes() == keep("third").joinpath(ARCHIVE).read_bytes()


def test_of_illustrative_tables_a_published_only_run_keeps_the_heading_alone(yearly: Path) -> None:
    whole, only = (
        zipfile.ZipFile(io.BytesIO(archive_of(case_facts("tiny"), published_only=flag))) for flag in (False, True)
    )
    assert whole.read("cases/tiny/systems.csv").count(b"\n") == 2
    assert only.read("cases/tiny/systems.csv").count(b"\n") == 1
    assert only.read("cases/tiny/municipalities.csv") == whole.read("cases/tiny/municipalities.csv")


@pytest.mark.usefixtures("yearly")
def test_a_run_that_cannot_be_read_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["compare", "yearly-000000000000", "yearly-111111111111"]) == EXIT_BAD_INPUT
    assert "実行の記録を読めません" in capsys.readouterr().err
    with pytest.raises(ParameterError):
        run_plan("yearly", against="../x", progress=False)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["compare", "a", "b", "--tolerance", "-1"], "--tolerance"),
        (["compare", "a", "b", "--tolerance", "nan"], "--tolerance"),
        (["compare", "a", "b", "--csv", "no_such_folder/x.csv"], "--csv"),
        (["gate", "spec.txt", "--out", "no_such_folder/x.xlsx"], "--out"),
    ],
)
def test_what_could_not_be_compared_or_written_is_refused_at_once(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 2
    assert said in capsys.readouterr().err
