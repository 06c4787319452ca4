"""Nothing is half-written, two runs at once do not clash, nothing leaves the reports folder."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from dxmodels.errors import RunError
from dxmodels.runs import folders
from dxmodels.runs.project import inside, project_root, reports_root


def test_a_second_run_is_refused_while_the_first_holds_the_folder(tmp_path: Path) -> None:
    code = "import sys; from pathlib import Path; from dxmodels.runs.folders import locked\nwith locked(Path(sys.argv[1])): print('held')"
    command = [sys.executable, "-c", code, str(tmp_path)]
    with folders.locked(tmp_path):
        second = subprocess.run(command, capture_output=True, text=True, check=False)
    assert second.returncode != 0
    assert "別の実行が進行中" in second.stderr
    third = subprocess.run(command, capture_output=True, text=True, check=True)
    assert third.stdout.strip() == "held"


def test_a_finished_folder_takes_the_place_of_an_older_one_whole(tmp_path: Path) -> None:
    target = tmp_path / "small-1"
    target.mkdir()
    (target / "old.txt").write_text("old")
    built = folders.fresh_staging(tmp_path, "small-1")
    (built / "new.txt").write_text("new")
    folders.put_in_place(built, target)
    assert [path.name for path in target.iterdir()] == ["new.txt"]
    folders.copy_latest(target, tmp_path)
    assert (tmp_path / "latest" / "new.txt").read_text() == "new"
    assert not (tmp_path / "latest").is_symlink()


def test_what_a_killed_run_left_in_staging_is_removed(tmp_path: Path) -> None:
    left = folders.fresh_staging(tmp_path, "a") / "half.html"
    left.write_text("half")
    folders.fresh_staging(tmp_path, "b")
    assert not left.exists()


def test_a_linked_target_is_refused(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (tmp_path / "small-1").symlink_to(elsewhere, target_is_directory=True)
    built = folders.fresh_staging(tmp_path, "x")
    with pytest.raises(RunError, match="シンボリックリンク"):
        folders.put_in_place(built, tmp_path / "small-1")


def test_a_file_is_written_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "a.html"
    folders.write_atomically(target, b"first")

    def fails(self: Path, content: bytes) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", fails)
    with pytest.raises(OSError, match="No space"):
        folders.write_atomically(target, b"second")
    assert target.read_bytes() == b"first"


def test_only_whole_entries_of_the_cache_count(tmp_path: Path) -> None:
    source = tmp_path / "x.ipynb"
    source.write_text("{}")
    assert folders.cached(tmp_path, "ground") == []
    texts = {"outcome.json": b"{}", "reads.json": b"{}"}
    kept = [folders.keep(tmp_path, "ground", print_, source, texts) for print_ in ("first", "second")]
    assert set(folders.cached(tmp_path, "ground")) == set(kept)  # one for each state of what was read
    assert folders.cached(tmp_path, "other") == []
    (kept[0] / "reads.json").unlink()
    assert folders.cached(tmp_path, "ground") == [kept[1]]


@pytest.mark.parametrize(
    "name", ["../x.html", "a/b.html", "/etc/passwd", "", ".hidden", "x y.html", "..", "a" * 70 + ".html"]
)
def test_names_that_could_leave_the_folder_are_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(RunError):
        inside(tmp_path, name)


def test_good_names_stay_in_the_folder(tmp_path: Path) -> None:
    for name in ("E07.csv", "20_cost-base.html", "final_summary.pdf", "E12-271004.svg"):
        assert inside(tmp_path, name).parent == tmp_path


def test_the_project_is_found_from_below_and_by_its_variable(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert project_root() == project
    assert reports_root() == project / "reports"
    monkeypatch.delenv("DX_ROOT")
    monkeypatch.chdir(project / "data" / "tiny")
    assert project_root() == project
    monkeypatch.setenv("DX_ROOT", str(project / "data"))
    with pytest.raises(RunError, match="notebooks がありません"):
        project_root()


def test_a_full_disk_is_told_before_anything_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folders.shutil, "disk_usage", lambda path: type("Usage", (), {"free": 5_000_000})())
    with pytest.raises(RunError, match="5 MB"):
        folders.check_space(tmp_path)
