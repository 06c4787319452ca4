"""pyproject.toml, the locks and environment.yml say the same, and the locks name no host."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version
from ruamel.yaml import YAML

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
LOCKS = ("requirements.lock", "requirements-test.lock", "requirements-peers.lock")


def pins(lock: str) -> dict[str, Version]:
    text = (ROOT / lock).read_text(encoding="utf-8")
    found = re.findall(r"^([A-Za-z0-9._-]+)(?:\[[^]]*\])?==([^\s;\\]+)", text, flags=re.MULTILINE)
    return {canonicalize_name(name): Version(version) for name, version in found}


def names_and_pins_agree(requirements: list[str], lock: str) -> list[str]:
    locked = pins(lock)
    wrong = []
    for text in requirements:
        requirement = Requirement(text)
        version = locked.get(canonicalize_name(requirement.name))
        if version is None or version not in requirement.specifier:
            wrong.append(f"{text} against {version}")
    return wrong


def test_runtime_lock_satisfies_pyproject() -> None:
    assert names_and_pins_agree(PROJECT["project"]["dependencies"], "requirements.lock") == []


def test_test_lock_satisfies_the_extra_and_repeats_the_runtime_pins() -> None:
    assert names_and_pins_agree(PROJECT["project"]["optional-dependencies"]["test"], "requirements-test.lock") == []
    runtime, testing = pins("requirements.lock"), pins("requirements-test.lock")
    assert {name: testing.get(name) for name in runtime} == runtime


def test_test_tools_stay_out_of_the_runtime_lock() -> None:
    runtime = pins("requirements.lock")
    assert not {"hypothesis", "mypy", "ruff", "playwright", "statsforecast"} & set(runtime)


def test_environment_yml_is_a_thin_wrapper_over_the_lock() -> None:
    environment = YAML(typ="safe").load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    plain = [entry for entry in environment["dependencies"] if isinstance(entry, str)]
    assert plain == ["python=3.11", "pip"]
    assert environment["dependencies"][-1] == {"pip": ["-r requirements.lock", "-e ."]}
    assert PROJECT["project"]["requires-python"] == ">=3.11,<3.12"


@pytest.mark.parametrize("lock", LOCKS)
def test_locks_hold_hashes_and_name_no_host(lock: str) -> None:
    text = (ROOT / lock).read_text(encoding="utf-8")
    assert not re.search(r"https?:|file:|--index|--find-links|@ ", text)
    blocks = re.split(r"\n(?=[A-Za-z0-9])", text)
    without_hash = [block.split("\n")[0] for block in blocks if "==" in block and "--hash=sha256:" not in block]
    assert without_hash == []
