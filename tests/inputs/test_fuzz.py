"""Whatever stands in a table or a YAML file: it loads, or every fault is told as a DxError; never a bare traceback, never markup in a page."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from dxmodels.errors import DxError, Fault, InputError
from dxmodels.inputs import check_case, load_case, load_register
from dxmodels.inputs.schemas import TABLES
from dxmodels.inputs.yaml_text import read_yaml
from dxmodels.runs.parameters import SCHEMAS, faults_of
from dxmodels.runs.parameters.text import parse_setting

HEADING = """title_ja: でたらめなケース
base_fy: 2026
price_fy: 2026
as_of: 2026-04-01
deadlines: {{standardisation: 2026-03-31}}
tables:
  {name}: {{provenance: own, source: 試験}}
"""
HOSTILE = [
    "=1+1", "+cmd|' /C calc'!A0", "@SUM(1)", "\t=1", "<script>alert(1)</script>", "../../etc/passwd", "\x00", "\x1b[31m", "－", "▲１２",
    "令和99年", "令和元年13月40日", "1e999", "-0", "NaN", "inf", "9" * 400, "０１２３", "12百万円", "TRUE", "'", '"', "，", "\u202e", "\ud83d\ude00"[:0] + "😀", "\ufeff",
]  # fmt: skip
CELLS = st.one_of(
    st.sampled_from(HOSTILE),
    st.text(max_size=12),
    st.integers(-(10**20), 10**20).map(str),
    st.floats(allow_nan=True).map(str),
)
FEW = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def told(error: DxError) -> None:
    """Every fault names its place and its cure, in Japanese."""
    assert any("\u3040" <= sign <= "\u9fff" for sign in str(error))
    for fault in getattr(error, "faults", ()):
        assert isinstance(fault, Fault)
        assert fault.problem
        assert fault.cure


def case_with(name: str, content: bytes) -> None:
    """Check and load a case with one table of this content."""
    with TemporaryDirectory() as place:
        folder = Path(place) / "fuzzed"
        folder.mkdir()
        (folder / "case.yml").write_text(HEADING.format(name=name), encoding="utf-8")
        (folder / f"{name}.csv").write_bytes(content)
        try:
            report = check_case(folder)
            assert isinstance(report.summary(), str)
            if report.ok:
                load_case(folder).table(name)
        except DxError as error:
            told(error)


@st.composite
def tables(draw: st.DrawFn) -> tuple[str, bytes]:
    name = draw(st.sampled_from(sorted(TABLES)))
    columns = list(TABLES[name].columns)
    chosen = draw(st.lists(st.sampled_from(columns), min_size=1, max_size=len(columns), unique=True))
    rows = draw(st.lists(st.lists(CELLS, min_size=len(chosen), max_size=len(chosen)), max_size=6))
    target = io.StringIO()
    csv.writer(target).writerows([chosen, *rows])
    return name, target.getvalue().encode(draw(st.sampled_from(["utf-8", "utf-8-sig"])), "surrogatepass")


@FEW
@given(tables())
@example(("systems", b"system_id,name_ja\r\nP001,=1+1\r\n"))
@example(("systems", b"system_id\nP001\nP001\n"))
def test_any_cells_load_or_are_faults(table: tuple[str, bytes]) -> None:
    case_with(*table)


@FEW
@given(st.sampled_from(["systems", "contracts", "municipalities"]), st.binary(max_size=300))
@example("systems", b"")
@example("systems", b"\xff\xfe\x00")
@example("systems", b"\n\n\n")
@example("systems", b'"unclosed\n')
@example("systems", b"system_id\n" + b"x" * 200_000)
def test_any_bytes_load_or_are_faults(name: str, content: bytes) -> None:
    case_with(name, content)


KEYS = st.sampled_from(
    ["topic", "title_ja", "assumptions", "value", "central", "unit", "source", "grade", "as_of", "distribution", "x"]
)
PLAIN = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.sampled_from(HOSTILE), st.text(max_size=8))
TREES = st.recursive(
    PLAIN, lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(KEYS, inner, max_size=4)), max_leaves=12
)


def registered(folder: Path, text: str) -> None:
    (folder / "fuzz.yml").write_text(text, encoding="utf-8", errors="replace")
    try:
        load_register(folder)
    except DxError as error:
        told(error)


@FEW
@given(st.dictionaries(KEYS, TREES, max_size=5))
def test_any_tree_in_an_assumption_file_is_read_or_a_fault(tree: dict[str, Any]) -> None:
    from ruamel.yaml import YAML

    target = io.StringIO()
    YAML(typ="safe", pure=True).dump(tree, target)
    with TemporaryDirectory() as place:
        registered(Path(place), target.getvalue())


@FEW
@given(st.text(max_size=200))
@example("a: &x [*x]")
@example("!!python/object/apply:os.system ['true']")
@example("a: 1\na: 2")
@example("\t- x")
@example("{" * 60)
def test_any_text_as_yaml_is_a_mapping_or_a_fault(text: str) -> None:
    with TemporaryDirectory() as place:
        path = Path(place) / "fuzz.yml"
        path.write_text(text, encoding="utf-8", errors="replace")
        try:
            assert isinstance(read_yaml(path).content, dict)
        except InputError as error:
            told(error)
        registered(Path(place), text)


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(sorted(SCHEMAS)),
    st.dictionaries(st.sampled_from([*sorted(SCHEMAS["20_cost"].names()), "colour", "../x"]), TREES, max_size=4),
)
def test_any_parameters_are_taken_or_all_their_faults_told(notebook: str, values: dict[str, Any]) -> None:
    for fault in faults_of(notebook, values):
        assert fault.problem
        assert fault.cure


@settings(max_examples=150, deadline=None)
@given(st.one_of(st.text(max_size=30), CELLS.map(lambda cell: f"case={cell}")))
def test_any_setting_of_the_command_line_is_read_or_a_fault(text: str) -> None:
    try:
        name, _ = parse_setting(text)
        assert isinstance(name, str)
    except DxError as error:
        told(error)


@pytest.mark.parametrize(
    "name", ["../osaka", "/etc", "a/../../b", "osaka\x00", "OSAKA", "ｏｓａｋａ", "", "." * 300, "..", "con:1"]
)
def test_no_name_leaves_the_data_folder(name: str) -> None:
    for notebook in ("20_cost", "40_bundles"):
        assert faults_of(notebook, {"scenario": name})
        assert faults_of(notebook, {"option": name}) or "option" not in SCHEMAS[notebook].names()


def test_the_fuzzed_case_and_register_are_really_read(tmp_path: Path) -> None:
    (tmp_path / "fuzzed").mkdir()
    (tmp_path / "fuzzed" / "case.yml").write_text(HEADING.format(name="departments"), encoding="utf-8")
    (tmp_path / "fuzzed" / "departments.csv").write_text("department_id,name_ja\nD01,総務部\n", encoding="utf-8")
    assert load_case(tmp_path / "fuzzed").table("departments")["name_ja"].tolist() == ["総務部"]
    (tmp_path / "assumptions").mkdir()
    entry = "label_ja: 甲\n    unit: share\n    value: {central: 0.5}\n    distribution: fixed\n    source: 資料\n    as_of: '2026'\n    grade: 推計\n"
    (tmp_path / "assumptions" / "fuzz.yml").write_text(
        f"topic: fuzz\ntitle_ja: 試験\nassumptions:\n  one_share:\n    {entry}", encoding="utf-8"
    )
    assert load_register(tmp_path / "assumptions").value("one_share") == 0.5
