"""Wrong parameters are refused before any kernel starts, every fault at once, in Japanese, with the cure."""

from __future__ import annotations

import types
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from dxmodels.errors import ParameterError
from dxmodels.runs import context
from dxmodels.runs.notebook_files import parameter_cell
from dxmodels.runs.parameters import SCHEMAS, check_parameters, faults_of, printed_value
from dxmodels.runs.parameters.text import parse_setting

# notebook, parameters as YAML 1.2 reads them, what the message must say
WRONG: list[tuple[str, str, str]] = [
    ("60_municipality", "municipality_code: 27100", "数値として読まれています"),
    ("60_municipality", "municipality_code: 271004", "引用符で囲んだ文字列"),
    ("60_municipality", "municipality_code: 0o1100", "8進数"),
    ("60_municipality", "municipality_code: 576", "8進数"),
    ("60_municipality", 'municipality_code: "271005"', "271004"),
    ("60_municipality", 'municipality_code: "27100"', "271004"),
    ("60_municipality", 'municipality_code: "1100"', "011002"),
    ("60_municipality", 'municipality_code: "２７１００４"', "6桁"),
    ("60_municipality", 'municipality_code: "990001"', "01〜47"),
    ("60_municipality", 'municipality_code: "131016"', "その名前は登録されていません"),
    ("60_municipality", 'municipality_code: ""', "6桁"),
    ("60_municipality", "municipality_code: [27100, 27140]", "文字列を1つだけ"),
    ("20_cost", "scenario: false", "真偽値として読まれています"),
    ("20_cost", "scenario: ../base", "使えない文字"),
    ("20_cost", "scenario: base.yml", "使えない文字"),
    ("20_cost", "scenario: BASE", "使えない文字"),
    ("20_cost", "scenario: bese", "base"),
    ("20_cost", "scenario: 1", "文字列ではありません"),
    ("20_cost", "scenario: [base, yen_weak]", "文字列を1つだけ"),
    ("20_cost", "case: ../osaka", "使えない文字"),
    ("20_cost", "case: ../tmp", "使えない文字"),
    ("20_cost", "case: /no/such/folder", "フォルダ（または.xlsx）がありません"),
    ("20_cost", "case: tinny", "tiny"),
    ("20_cost", f"case: {'a' * 65}", "64字以内"),
    ("20_cost", "case: ", "文字列ではありません"),
    ("20_cost", "fiscal_year: 1989", "1990 以上"),
    ("20_cost", "fiscal_year: 20260", "2100 以下"),
    ("20_cost", "fiscal_year: '2026'", "整数ではありません"),
    ("20_cost", "fiscal_year: 2026.5", "整数ではありません"),
    ("20_cost", "fiscal_year: 令和8年度", "整数ではありません"),
    ("20_cost", "fiscal_year: true", "整数ではありません"),
    ("20_cost", "seed: -1", "0 以上"),
    ("20_cost", "seed: 9223372036854775808", "以下にしてください"),
    ("20_cost", "seed: 1e3", "整数ではありません"),
    ("20_cost", "effort: fast", "draft"),
    ("20_cost", "effort: no", "draft"),
    ("20_cost", "published_only: yes", "真偽値ではありません"),
    ("20_cost", "published_only: 1", "真偽値ではありません"),
    ("20_cost", "senario: base", "scenario"),
    ("20_cost", "option: status_quo", "知らないパラメータ"),
    ("40_bundles", "option: ../../status_quo", "使えない文字"),
    ("40_bundles", "option: levers", "status_quo"),
    ("10_karte", "system_id: S/01", "使えない文字"),
    ("10_karte", "system_id: S99", "S01"),
    ("10_karte", "system_id: 7", "数値として読まれています"),
]


@pytest.mark.usefixtures("project")
@pytest.mark.parametrize(("notebook", "text", "said"), WRONG)
def test_wrong_parameters_are_refused_with_the_cure(notebook: str, text: str, said: str) -> None:
    values = {"case": "tiny", **YAML(typ="safe").load(text)}
    with pytest.raises(ParameterError) as caught:
        check_parameters(notebook, values)
    assert said in str(caught.value)
    assert "→" in str(caught.value)


def test_the_table_of_wrong_parameters_is_long_enough() -> None:
    assert len(WRONG) >= 30


@pytest.mark.usefixtures("project")
def test_all_faults_are_told_at_once() -> None:
    values = {"case": "nowhere", "scenario": "../x", "fiscal_year": "2026", "seed": -1, "effort": "fast", "sead": 1}
    with pytest.raises(ParameterError) as caught:
        check_parameters("20_cost", values)
    told = " ".join(fault.file for fault in caught.value.faults)
    assert all(f"「{name}」" in told for name in values)
    assert len(caught.value.faults) == len(values)


def test_an_unknown_notebook_names_the_nearest() -> None:
    with pytest.raises(ParameterError, match="20_cost"):
        check_parameters("20_costs", {})


@pytest.mark.usefixtures("project")
def test_a_notebooks_locals_are_read_without_what_is_no_parameter() -> None:
    found = {
        "case": "tiny",
        "In": [],
        "Out": {},
        "_": 1,
        "_i1": "",
        "exit": 1,
        "types": types,
        "open": open,
        "published_only": True,
    }
    made = check_parameters("00_data", found)
    assert made.model_dump() == {"case": "tiny", "published_only": True}
    assert (context.current().notebook, context.current().published_only) == ("00_data", True)


@pytest.mark.usefixtures("project")
def test_a_right_code_with_its_check_digit_is_taken() -> None:
    assert faults_of("60_municipality", {"case": "tiny", "municipality_code": "271004"}) == []
    assert faults_of("60_municipality", {"case": "tiny", "municipality_code": None}) == []


@pytest.mark.parametrize("schema", SCHEMAS.values(), ids=SCHEMAS)
def test_every_notebook_has_at_most_six_parameters_each_with_its_facts(schema: Any) -> None:
    assert 1 <= len(schema.names()) <= 6
    for name in schema.names():
        field = schema.model_fields[name]
        assert field.title
        assert field.description
        assert schema.facts(name)["en"]
        assert not field.is_required()


@pytest.mark.parametrize(
    ("setting", "expected"),
    [
        ("scenario=yen_weak", ("scenario", "yen_weak")),
        ("fiscal_year = 2027", ("fiscal_year", 2027)),
        ("municipality_code=011002", ("municipality_code", "011002")),
        ("system_id=0123", ("system_id", "0123")),
        ("published_only=true", ("published_only", True)),
        ("published_only=FALSE", ("published_only", False)),
        ("seed=-5", ("seed", -5)),
    ],
)
def test_settings_of_the_command_line_take_the_parameters_type(setting: str, expected: tuple[str, object]) -> None:
    name, value = parse_setting(setting)
    assert (name, value) == expected
    assert type(value) is type(expected[1])


@pytest.mark.parametrize(
    "setting", ["scenario", "=base", "sead=1", "fiscal_year=2026.5", "seed=２", "published_only=maybe", "seed="]
)
def test_settings_that_are_none_are_refused(setting: str) -> None:
    with pytest.raises(ParameterError):
        parse_setting(setting)


def test_values_are_printed_with_their_title() -> None:
    assert printed_value("scenario", "base").endswith("（base）")
    assert printed_value("fiscal_year", 2026) == "令和8年度（2026年度）"
    assert printed_value("effort", "draft") == "速報精度（draft）"
    assert printed_value("municipality_code", None) == "指定なし"


def test_parameter_cells_of_the_projects_notebooks_are_the_schemas() -> None:
    for path in sorted((Path(__file__).parents[2] / "notebooks").glob("*.ipynb")):
        schema = SCHEMAS[path.stem]
        assert parameter_cell(path) == {name: field.default for name, field in schema.model_fields.items()}, path.name
