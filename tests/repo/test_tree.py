"""The tree is the one ARCHITECTURE.md draws, and it holds nothing that belongs to one machine."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MAP = ROOT / "ARCHITECTURE.md"
# Written by machines (locks, generated tables) or about paths on purpose (this file).
NOT_PROSE = {"requirements.lock", "requirements-test.lock", "requirements-peers.lock"}


def tracked() -> list[str]:
    listing = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listing.returncode:
        pytest.skip("not a git checkout")
    return [name for name in listing.stdout.splitlines() if (ROOT / name).is_file()]


def mapped_paths() -> set[str]:
    """Every path named in the tables of the map: `path` in the first cell of a row."""
    return set(re.findall(r"^\| `([^`]+)` \|", MAP.read_text(encoding="utf-8"), flags=re.MULTILINE))


def test_every_top_level_entry_is_on_the_map() -> None:
    top = {name.split("/")[0] + ("/" if "/" in name else "") for name in tracked()}
    assert top - mapped_paths() == set()


def test_every_place_on_the_map_exists() -> None:
    missing = {path for path in mapped_paths() if not (ROOT / path).exists()}
    assert missing == set()


def test_every_module_of_the_package_is_on_the_map() -> None:
    modules = {"/".join(name.split("/")[:2]) for name in tracked() if name.startswith("dxmodels/")}
    modules = {name + "/" if (ROOT / name).is_dir() else name for name in modules} - {"dxmodels/py.typed"}
    assert modules - mapped_paths() == set()


@pytest.mark.parametrize(
    ("pattern", "why"),
    [
        (r"(?<![\w.])/(?:work|root|home/\w+)/\w+", "a path of one machine"),
        (r"^<{7} |^>{7} ", "a merge left unfinished"),
    ],
)
def test_no_tracked_file_holds(pattern: str, why: str) -> None:
    hits = []
    for name in tracked():
        path = ROOT / name
        if name in NOT_PROSE or path == Path(__file__) or path.suffix in {".png", ".pdf", ".xlsx", ".zip"}:
            continue
        text = path.read_text(encoding="utf-8", errors="ignore")
        hits += [f"{name}: {match[0]}" for match in re.finditer(pattern, text, flags=re.MULTILINE)]
    assert hits == [], why


def test_notebooks_reports_and_data_stand_where_the_agreement_says() -> None:
    for name in ("notebooks", "dxmodels", "data", "reports", "tests", "environment.yml", "README.md"):
        assert (ROOT / name).exists(), name
