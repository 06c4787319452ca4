"""The command line: Japanese messages, its own exit codes, no traceback for a mistake of the user."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from dxmodels import cli
from dxmodels.errors import EXIT_BAD_INPUT, EXIT_ENVIRONMENT, EXIT_NOTEBOOK_FAILED, EXIT_OK, RunError
from dxmodels.runs import doctor
from dxmodels.runs.batch import RunReport


def run(*arguments: str) -> int:
    try:
        return cli.main(list(arguments))
    except SystemExit as end:
        return int(end.code or 0)


def test_version_and_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--version") == EXIT_OK
    assert capsys.readouterr().out.startswith("dx 0.")
    assert run("--help") == EXIT_OK
    assert "計画を実行し、報告書を作る" in capsys.readouterr().out
    assert run() == EXIT_BAD_INPUT


@pytest.mark.usefixtures("project")
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["run", "smal"], "small"),
        (["run", "../small"], "英小文字"),
        (["run", "small", "--set", "sead=1"], "seed"),
        (["run", "small", "--set", "fiscal_year=x"], "整数ではありません"),
        (["run", "small", "--set", "fiscal_year"], "名前=値"),
        (["run", "small", "--seed", "abc"], "整数ではありません"),
        (["run", "small", "--case", "../tiny"], "フォルダ（または.xlsx）がありません"),
        (["run", "small", "--set", "case=no/such/folder"], "フォルダ（または.xlsx）がありません"),
        (["run", "small", "--set", "scenario=yen_weaker"], "yen_weak"),
        (["run", "small", "--set", "municipality_code=27100"], "使わないパラメータ"),
        (["run", "small", "--jobs", "x"], "整数で指定"),
        (["run", "small", "--frsh"], "知らない引数"),
        (["run"], "必要な引数"),
        (["rum", "small"], "知らないコマンド"),
        (["run", "small", "--edition", "secret"], "--edition に 'secret' は指定できません"),
        (["panel", "burn"], "知らない操作"),
        (["check", "nowhere"], "tiny"),
        (["check", "../tiny"], ""),
    ],
)
def test_mistakes_end_with_their_own_code_and_no_traceback(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(*arguments) == EXIT_BAD_INPUT
    told = capsys.readouterr().err
    assert said in told
    assert "Traceback" not in told


@pytest.mark.parametrize("jobs", ["0", "-1", "100000"])
@pytest.mark.usefixtures("project")
def test_a_number_of_jobs_that_cannot_be_is_refused(jobs: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("run", "small", f"--jobs={jobs}") == EXIT_BAD_INPUT
    assert "--jobs" in capsys.readouterr().err


@pytest.mark.usefixtures("project")
def test_all_faults_of_the_command_line_are_told_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("run", "small", "--seed", "x", "--set", "sead=1", "--set", "fiscal_year=y") == EXIT_BAD_INPUT
    assert "3 件の誤り" in capsys.readouterr().err


def test_check_tells_what_is_wrong_with_a_case(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("check", "tiny") == EXIT_OK
    assert "誤りはありません" in capsys.readouterr().out
    table = project / "data" / "tiny" / "municipalities.csv"
    table.write_text(table.read_text(encoding="utf-8").replace("271004", "271005", 1), encoding="utf-8")
    assert run("check", "tiny") == EXIT_BAD_INPUT
    assert "271004" in capsys.readouterr().out


def test_run_passes_settings_on_and_ends_with_the_runs_code(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    seen: dict[str, Any] = {}

    def ran(name: str, **options: object) -> RunReport:
        seen.update(options, name=name)
        return RunReport("small-1", Path("reports/small-1"), ("00_data",), (), {"20_cost": "予算額がありません。"}, 3.0)

    monkeypatch.setattr("dxmodels.runs.batch.run_plan", ran)
    arguments = [
        "run",
        "small",
        "--published-only",
        "--seed",
        "5",
        "--set",
        "scenario=yen_weak",
        "--jobs",
        "1",
        "--fresh",
        "--quiet",
    ]
    assert run(*arguments) == EXIT_NOTEBOOK_FAILED
    assert seen["overrides"] == {"seed": 5, "published_only": True, "scenario": "yen_weak"}
    assert (seen["name"], seen["machines"].count(9), seen["fresh"], seen["progress"]) == ("small", 1, True, False)
    assert "失敗 20_cost：予算額がありません。" in capsys.readouterr().out


def test_a_bug_of_ours_goes_to_the_log_and_one_japanese_line(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def breaks(name: str, **options: object) -> RunReport:
        raise KeyError("seat of the bug")

    monkeypatch.setattr("dxmodels.runs.batch.run_plan", breaks)
    assert run("run", "small") == 5
    told = capsys.readouterr().err.strip()
    assert len(told.splitlines()) == 1
    assert "KeyError" in told
    assert "seat of the bug" in (project / "reports" / "dx-error.log").read_text(encoding="utf-8")


def test_an_impossible_run_and_an_interrupted_one_have_their_codes(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for error, code in ((RunError("別の実行が進行中です。"), EXIT_ENVIRONMENT), (KeyboardInterrupt(), 130)):

        def ends(name: str, error: BaseException = error, **options: object) -> RunReport:
            raise error

        monkeypatch.setattr("dxmodels.runs.batch.run_plan", ends)
        assert run("run", "small") == code
    assert "計算済みのノートブックは残っており" in capsys.readouterr().err


def test_template_writes_blank_and_filled_and_never_over_another(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "mine"
    assert run("template", str(target)) == EXIT_OK
    assert {path.name for path in target.iterdir()} == {"template.xlsx", "sample.xlsx", "csv"}
    assert run("template", str(target)) == EXIT_ENVIRONMENT
    assert "既にあります" in capsys.readouterr().err


class TestDoctor:
    """Each finding says what was found and, where it is not well, what to do."""

    def test_a_sound_machine_passes(self, project: Path) -> None:
        checks = {check.name: check for check in doctor.examine(start_kernel=False)}
        assert set(checks) == {
            "Python",
            "パッケージ",
            "フォント",
            "プロジェクト",
            "ケース",
            "書込み",
            "メモリ",
            "空き容量",
        }
        for name in ("Python", "フォント", "プロジェクト", "ケース", "書込み"):
            assert checks[name].ok, str(checks[name])

    def test_faults_are_told_with_a_cure(self, project: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("x")
        monkeypatch.setenv("DX_REPORTS", str(tmp_path / "file" / "below"))
        monkeypatch.setattr(doctor, "_pins", lambda lock: [("pandas", "0.1"), ("no-such-package", "1")])
        monkeypatch.setenv("DX_DATA", str(tmp_path))
        checks = {check.name: check for check in doctor.examine(start_kernel=False)}
        for name in ("パッケージ", "書込み", "ケース"):
            assert not checks[name].ok
            assert "→" in str(checks[name])
        assert "no-such-package なし" in checks["パッケージ"].found

    def test_the_command_ends_with_the_code_of_the_environment(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setattr(
            doctor, "examine", lambda: [doctor.Check("Python", True, "3.11"), doctor.Check("書込み", False, "x", "y")]
        )
        assert run("doctor") == EXIT_ENVIRONMENT
        assert capsys.readouterr().out.splitlines() == ["○ Python：3.11", "× 書込み：x → y"]
