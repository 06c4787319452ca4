"""A plan says which notebooks run with which parameters; every fault of it is told before anything starts."""

from __future__ import annotations

from pathlib import Path

import pytest
from notebook_maker import COST_CELL, PLAN, write_notebook, write_plan

from dxmodels.errors import InputError, ParameterError, RunError
from dxmodels.runs.fingerprint import fingerprint_of, input_digests, run_id_of
from dxmodels.runs.notebook_files import declared_tables, notebook_path, parameter_cell
from dxmodels.runs.plans import jobs_of, load_plan

PROJECT = Path(__file__).parents[2]


def test_jobs_stand_in_order_with_complete_parameters_and_the_summary_last(project: Path) -> None:
    jobs = jobs_of(load_plan("small"))
    assert [job.key for job in jobs] == ["00_data", "20_cost", "90_final_summary"]
    assert [job.joins for job in jobs] == [False, False, True]
    assert jobs[1].parameters == {
        "case": "tiny",
        "scenario": "base",
        "fiscal_year": 2026,
        "seed": 7,
        "effort": "draft",
        "published_only": False,
    }
    assert "seed" not in jobs[0].parameters


def test_lists_become_one_run_each_and_combine(project: Path) -> None:
    listed = "      - notebook: 20_cost\n        parameters: {scenario: [base, yen_weak], fiscal_year: [2026, 2027]}\n"
    write_plan(project, "many", PLAN.replace("      - notebook: 20_cost\n", listed))
    keys = [job.key for job in jobs_of(load_plan("many")) if job.notebook == "20_cost"]
    assert keys == ["20_cost-base-2026", "20_cost-base-2027", "20_cost-yen_weak-2026", "20_cost-yen_weak-2027"]


def test_names_of_many_varied_parameters_stay_short_and_apart(project: Path) -> None:
    listed = "      - {notebook: 90_final_summary, parameters: {scenario: [base, yen_weak], seed: [1000000000000000001, 1000000000000000002], published_only: [true, false]}}\n"
    write_plan(
        project, "wide", PLAN.replace("      - notebook: 20_cost\n", listed).replace("summary: 90_final_summary\n", "")
    )
    keys = [job.key for job in jobs_of(load_plan("wide")) if job.notebook == "90_final_summary"]
    assert len(set(keys)) == 8
    assert max(len(f"E12-{key}") for key in keys) <= 64


def test_the_command_line_wins_over_the_plan(project: Path) -> None:
    jobs = jobs_of(load_plan("small"), {"seed": 99, "published_only": True})
    assert [job.parameters.get("seed") for job in jobs] == [None, 99, 99]
    assert all(job.parameters["published_only"] for job in jobs)


def test_the_same_run_named_twice_runs_once_and_a_different_one_gets_its_own_name(project: Path) -> None:
    twice = PLAN.replace("      - notebook: 20_cost\n", "      - notebook: 20_cost\n      - notebook: 20_cost\n")
    write_plan(project, "twice", twice)
    assert [job.key for job in jobs_of(load_plan("twice"))].count("20_cost") == 1
    other = "      - notebook: 20_cost\n      - {notebook: 20_cost, parameters: {scenario: yen_weak}}\n"
    write_plan(project, "other", PLAN.replace("      - notebook: 20_cost\n", other))
    assert [job.key for job in jobs_of(load_plan("other"))] == ["00_data", "20_cost", "20_cost-2", "90_final_summary"]


def test_an_exhibit_is_told_in_the_chapter_that_claims_it(project: Path) -> None:
    write_plan(project, "told", PLAN.replace("summary:", "  - title_ja: 市町村DX\n    exhibits: [E12]\nsummary:"))
    plan = load_plan("told")
    assert plan.chapter_of_exhibit("E12", "府庁DX") == "市町村DX"
    assert plan.chapter_of_exhibit("E01", "府庁DX") == "府庁DX"


WRONG_PLANS = [
    ("title_ja: x\n", "chapters"),
    (PLAN + "colour: red\n", "colour"),
    (PLAN.replace("title_ja: 小さな取りまとめ", "title_ja: 5"), "title_ja"),
    (PLAN.replace("notebook: 20_cost", "notebook: 20_costs"), "20_cost"),
    (PLAN.replace("notebook: 20_cost", "notebook: ../20_cost"), "その名前は登録されていません"),
    (PLAN.replace("notebook: 20_cost", "notebook: 30_lockin"), "ファイルがありません"),
    (PLAN.replace("seed: 7", "sead: 7"), "seed"),
    (PLAN.replace("seed: 7", "seed: -7"), "0 以上"),
    (PLAN.replace("case: tiny", "case: 1"), "文字列ではありません"),
    (PLAN.replace("case: tiny", "case: ../tiny"), "使えない文字"),
    (PLAN + "minutes_per_notebook: 0\n", "時間の上限"),
    (PLAN.replace("summary: 90_final_summary", "summary: 91_x"), "90_final_summary"),
    (PLAN.replace("- title_ja: 府庁DX", "- title_ja: 府庁DX\n    exhibits: [e7]"), "E07"),
    (
        PLAN.replace("      - notebook: 20_cost\n", "      - notebook: 20_cost\n        parameters: {seed: [1, x]}\n"),
        "整数ではありません",
    ),
    (PLAN.replace("seed: 7", "seed: 7, seed: 8"), "同じキー"),
    ("- a\n- b\n", "対応表"),
    ("title_ja: [", "YAML"),
]


@pytest.mark.parametrize(("text", "said"), WRONG_PLANS)
def test_wrong_plans_are_refused_with_the_cure(project: Path, text: str, said: str) -> None:
    write_plan(project, "wrong", text)
    with pytest.raises(InputError) as caught:
        jobs_of(load_plan("wrong"))
    assert said in str(caught.value)


@pytest.mark.parametrize("name", ["smal", "../small", "Small", "small.yml", ""])
def test_unknown_plans_are_refused(project: Path, name: str) -> None:
    with pytest.raises(ParameterError):
        load_plan(name)


def test_a_notebook_whose_parameter_cell_is_not_the_schema_is_refused(project: Path) -> None:
    write_notebook(notebook_path("20_cost"), ["1"], parameters='case = "tiny"\nyear = 2026')
    with pytest.raises(ParameterError, match="fiscal_year"):
        jobs_of(load_plan("small"))
    write_notebook(notebook_path("20_cost"), ["1"], parameters="case = input()")
    with pytest.raises(ParameterError, match="名前 = 値"):
        jobs_of(load_plan("small"))


def test_parameter_cells_are_read_without_running_them(project: Path) -> None:
    assert parameter_cell(notebook_path("00_data")) == {"case": "tiny", "published_only": False}
    (project / "notebooks" / "00_data.ipynb").write_text("{", encoding="utf-8")
    with pytest.raises(RunError, match="00_data"):
        parameter_cell(notebook_path("00_data"))


def test_declared_tables_are_read_off_the_notebook(project: Path) -> None:
    path = project / "notebooks" / "10_karte.ipynb"
    for cells, declared in [
        (['case = load_case("tiny", tables=["systems", "vendors"])'], ("systems", "vendors")),
        (
            ["%matplotlib inline\na = load_case(x, tables=['tasks'])", "b = load_case(x, tables=['bids'])"],
            ("bids", "tasks"),
        ),
        (['load_case("tiny")'], None),
        (['names = ["bids"]', 'load_case("tiny", tables=names)'], ("bids",)),
        (['load_case("tiny", tables=names)'], None),
        (["names = sorted(x)", 'load_case("tiny", tables=names)'], None),
        (["1 + 1"], None),
    ]:
        write_notebook(path, cells)
        path.touch()
        declared_tables.__globals__["_declared"].cache_clear()
        assert declared_tables(path) == declared


class TestFingerprints:
    """What a notebook depends on changes its fingerprint; nothing else does."""

    def prints(self) -> dict[str, str]:
        from dxmodels.runs.casefacts import case_facts

        case_facts.cache_clear()
        return {job.key: fingerprint_of(job) for job in jobs_of(load_plan("small"))}

    def changed(self, before: dict[str, str]) -> set[str]:
        return {key for key, value in self.prints().items() if before[key] != value}

    def test_a_table_changes_only_the_notebooks_that_read_it(self, project: Path) -> None:
        before = self.prints()
        table = project / "data" / "tiny" / "systems.csv"
        table.write_text(table.read_text(encoding="utf-8") + "S02,乙,D01,GIS\n", encoding="utf-8")
        assert self.changed(before) == set()  # none of the three declares systems
        table = project / "data" / "tiny" / "municipalities.csv"
        table.write_text(table.read_text(encoding="utf-8").replace("大阪市", "大阪", 1), encoding="utf-8")
        assert self.changed(before) == set(before)

    def test_the_source_counts_and_the_outputs_do_not(self, project: Path) -> None:
        before = self.prints()
        path = notebook_path("20_cost")
        text = path.read_text(encoding="utf-8")
        path.write_text(text.replace('"execution_count": null', '"execution_count": 3'), encoding="utf-8")
        assert self.changed(before) == set()
        path.write_text(text.replace("いくらかかるか", "いくらかかったか"), encoding="utf-8")
        assert self.changed(before) == {"20_cost"}

    def test_parameters_and_what_was_recorded_before_count(self, project: Path) -> None:
        plan = load_plan("small")
        jobs, other = jobs_of(plan), jobs_of(plan, {"seed": 8})
        assert [fingerprint_of(a) == fingerprint_of(b) for a, b in zip(jobs, other, strict=True)] == [
            True,
            False,
            False,
        ]
        assert fingerprint_of(jobs[2], upstream=["a"]) != fingerprint_of(jobs[2], upstream=["b"])
        assert run_id_of(plan, jobs) != run_id_of(plan, other)
        assert run_id_of(plan, jobs).startswith("small-")

    def test_code_counts_but_not_what_only_makes_the_pages(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from dxmodels.runs import fingerprint

        for name in ("cost/model.py", "runs/templates/style.css"):
            (tmp_path / name).parent.mkdir(parents=True)
            (tmp_path / name).write_text("1")
        monkeypatch.setattr(fingerprint, "PACKAGE", tmp_path)
        results, everything = fingerprint.code_digest(), fingerprint.code_digest(pages=True)
        (tmp_path / "runs/templates/style.css").write_text("22")
        assert fingerprint.code_digest() == results
        assert fingerprint.code_digest(pages=True) != everything
        (tmp_path / "cost/model.py").write_text("22")
        assert fingerprint.code_digest() != results

    def test_inputs_are_named_by_their_place_under_data(self, project: Path) -> None:
        names = set(input_digests(jobs_of(load_plan("small"))[1]))
        assert {
            "tiny/case.yml",
            "tiny/municipalities.csv",
            "scenarios/base.yml",
            "assumptions/exchange_rate.yml",
        } <= names
        assert "tiny/systems.csv" not in names

    def test_published_only_runs_hash_no_illustrative_file(self, project: Path) -> None:
        write_notebook(notebook_path("20_cost"), ['load_case("tiny")'], parameters=COST_CELL)
        plan = load_plan("small")
        both = {only: set(input_digests(jobs_of(plan, {"published_only": only})[1])) for only in (False, True)}
        assert both[False] - both[True] == {"tiny/systems.csv", "tiny/departments.csv"}

    def test_files_beside_the_tables_and_other_scenarios_count(self, project: Path) -> None:
        before = self.prints()
        (project / "data" / "tiny" / "verdicts.csv").write_text("a\n1\n", encoding="utf-8")
        assert self.changed(before) == set(before)
        before = self.prints()
        (project / "data" / "tiny" / "truth").mkdir()
        (project / "data" / "tiny" / "truth" / "planted.csv").write_text("a\n1\n", encoding="utf-8")
        assert self.changed(before) == set()
        (project / "data" / "scenarios" / "other.yml").write_text("name: other\n", encoding="utf-8")
        assert self.changed(before) == set(before)


def test_the_projects_own_plans_are_sound_where_their_notebooks_exist() -> None:
    for path in sorted((PROJECT / "data" / "plans").glob("*.yml")):
        plan = load_plan(path.stem)
        named = [batch.notebook for chapter in plan.chapters for batch in chapter.notebooks] + [
            plan.summary or "00_data"
        ]
        if all((PROJECT / "notebooks" / f"{name}.ipynb").is_file() for name in named):
            assert jobs_of(plan)
