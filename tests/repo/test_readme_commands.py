"""Do both READMEs list exactly the commands, actions, options and plans that there are?"""

from __future__ import annotations

import argparse
import re
from pathlib import Path

import pytest

from dxmodels.cli import _parser

ROOT = Path(__file__).parents[2]
READMES = ("README.md", "README.ja.md")


def rows(name: str) -> list[str]:
    """The first cell of every row of the table of commands."""
    text = (ROOT / name).read_text(encoding="utf-8")
    return re.findall(r"^\| `(dx [^`]+)` \|", text, re.MULTILINE)


def offered() -> dict[str, argparse.ArgumentParser]:
    """Every command by its name, its actions taken apart: "panel out"."""
    groups = next(one for one in _parser()._actions if isinstance(one, argparse._SubParsersAction))
    return dict(groups.choices)


def actions_of(parser: argparse.ArgumentParser) -> list[str]:
    """The words of the first place of a command, where only some are taken."""
    first = next((one for one in parser._actions if not one.option_strings), None)
    return [str(word) for word in first.choices] if first is not None and first.choices else []


def options_of(parser: argparse.ArgumentParser) -> set[str]:
    return {one.option_strings[-1] for one in parser._actions if one.option_strings} - {"--help"}


@pytest.mark.parametrize("name", READMES)
def test_every_command_stands_in_the_table_and_nothing_else_does(name: str) -> None:
    listed = {row.split()[1] for row in rows(name)}
    assert listed == {*offered(), "--version"}


@pytest.mark.parametrize("name", READMES)
@pytest.mark.parametrize("command", sorted(offered()))
def test_the_rows_of_a_command_name_its_actions_and_options(name: str, command: str) -> None:
    parser, text = offered()[command], (ROOT / name).read_text(encoding="utf-8")
    told = [line for line in text.splitlines() if re.match(rf"\| `dx {command}\b", line)]
    named = set(re.findall(r"--[a-z-]+", " ".join(row for row in rows(name) if row.split()[1] == command)))
    assert named == options_of(parser)
    assert [word for word in actions_of(parser) if not re.search(rf"\b{word}\b", " ".join(told))] == []


def test_both_tables_show_the_same_lines() -> None:
    assert rows("README.md") == rows("README.ja.md")


@pytest.mark.parametrize("name", READMES)
def test_every_plan_is_named(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    line = next(line for line in text.splitlines() if line.startswith("| `dx run PLAN"))
    there = {path.stem for path in (ROOT / "data" / "plans").glob("*.yml")}
    assert there <= set(re.findall(r"`([a-z_]+)`", line))
