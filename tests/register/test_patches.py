"""Scenarios, options and levers: the shipped ones hold together, bad ones are refused with all faults at once."""

import math
from pathlib import Path

import pytest

from dxmodels.errors import InputError, ParameterError
from dxmodels.inputs import load_option, load_register, load_scenario
from dxmodels.inputs.levers import load_levers
from dxmodels.inputs.patches import list_patches

REGISTER = load_register()
SCENARIOS = ["base", "prices_up", "staff_short", "vendors_busy", "yen_strong", "yen_weak"]
OPTIONS = ["joint_council", "shared_entity", "status_quo", "stronger_governance"]

LEVERS = """levers:
  gate:
    label_ja: 関門
    type: boolean
    default: false
    room: lockin
  staff_fte:
    label_ja: 職員数
    type: integer
    minimum: 0
    maximum: 10
    unit: FTE
    default: 0
    room: consolidation
  form:
    label_ja: 形
    type: choice
    choices: {none: なし, council: 協議会}
    default: none
    room: consolidation
  part_rate:
    label_ja: 割合
    type: share
    default: 0.0
    room: bundling
"""
OPTION = """name: mine
title_ja: 見本
source: 見本
levers:
  gate:
    value: true
    source: 見本
    as_of: "2026年度"
    grade: 推計
"""


def write_option(folder: Path, text: str = OPTION, levers: str = LEVERS) -> None:
    (folder / "levers.yml").write_text(levers, "utf-8")
    (folder / "mine.yml").write_text(text, "utf-8")


def test_the_shipped_scenarios_and_options_are_these() -> None:
    assert set(SCENARIOS) <= set(list_patches("scenarios"))
    assert set(OPTIONS) <= set(list_patches("options"))


@pytest.mark.parametrize("name", list_patches("scenarios"))
def test_every_scenario_applies_to_the_register_and_changes_only_what_it_names(name: str) -> None:
    scenario = load_scenario(name)
    after = REGISTER.patched(scenario)
    changed = {entry for entry in after if after[entry].values != REGISTER[entry].values}
    assert changed == set(scenario.changes)
    assert all(after[entry].changed_by == name for entry in changed)


@pytest.mark.parametrize("name", list_patches("options"))
def test_every_option_sets_registered_levers_only(name: str) -> None:
    option = load_option(name)
    REGISTER.patched(option)
    assert set(option.levers) <= set(load_levers())


def test_status_quo_is_the_default_of_every_lever() -> None:
    assert load_option("status_quo").lever_values() == {name: lever.default for name, lever in load_levers().items()}


def test_base_changes_nothing() -> None:
    assert REGISTER.patched(load_scenario("base")).digest == REGISTER.digest


@pytest.mark.parametrize(("name", "sign"), [("yen_weak", 1), ("yen_strong", -1)])
def test_yen_scenarios_are_three_years_of_the_published_volatility(name: str, sign: int) -> None:
    # 1.2816 standard deviations: the 90 % and 10 % points
    drift = sign * 1.2815515655 * REGISTER.value("usdjpy_annual_vol") * math.sqrt(3)
    expected = REGISTER.value("usdjpy_2026") * math.exp(drift)
    after = REGISTER.patched(load_scenario(name))
    assert after.value("usdjpy_planning", fiscal_year=2026) == pytest.approx(expected, abs=0.01)


def test_vendors_busy_is_the_share_late_for_want_of_vendors() -> None:
    after = REGISTER.patched(load_scenario("vendors_busy"))
    assert after.value("vendor_capacity_factor") == pytest.approx(1 - 3345 / 34592, abs=5e-4)


def test_prices_up_adds_the_acceleration_of_2018_to_2024() -> None:
    acceleration = (REGISTER.value("sppi_yoy_2404") - REGISTER.value("sppi_yoy_2018")) / 100
    scenario = load_scenario("prices_up")
    after = REGISTER.patched(scenario)
    for name in scenario.changes:
        assert after.value(name) == pytest.approx(REGISTER.value(name) + acceleration), name


@pytest.mark.parametrize("name", ["../x", "..", "yen_weak.yml", "a/b", "", "Ａ", "x" * 65, "/etc/passwd"])
def test_names_that_could_leave_the_folder_are_refused(name: str) -> None:
    with pytest.raises(ParameterError, match="名前"):
        load_scenario(name)


def test_unknown_names_are_answered_with_the_nearest() -> None:
    with pytest.raises(ParameterError, match="yen_weak"):
        load_scenario("yen_week")
    with pytest.raises(ParameterError, match="levers"):
        load_option("levers")


def test_a_lever_not_set_stands_at_its_default(tmp_path: Path) -> None:
    write_option(tmp_path)
    option = load_option("mine", folder=tmp_path)
    levers = load_levers(tmp_path / "levers.yml")
    assert option.lever_values(levers=levers) == {"gate": True, "staff_fte": 0, "form": "none", "part_rate": 0.0}
    assert option.lever("gate", levers=levers) is True
    with pytest.raises(ParameterError, match="staff_fte"):
        option.lever("staff", levers=levers)


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ("gate:\n    value: 1", "true / false"),
        ("staff_fte:\n    value: 2.5", "整数ではありません"),
        ("staff_fte:\n    value: 11", "0〜10"),
        ("staff_fte:\n    value: '5'", "数値ではありません"),
        ("form:\n    value: company", "council"),
        ("part_rate:\n    value: 1.2", "0〜1"),
        ("gaet:\n    value: true", "gate"),
        ("gate:\n    setting: true", "知らないキー"),
    ],
)
def test_impossible_settings_are_refused(tmp_path: Path, setting: str, said: str) -> None:
    write_option(tmp_path, OPTION.replace("gate:\n    value: true", setting))
    with pytest.raises(InputError, match=said):
        load_option("mine", folder=tmp_path)


def test_a_setting_needs_its_source_and_all_faults_come_at_once(tmp_path: Path) -> None:
    write_option(tmp_path, OPTION.replace("    source: 見本\n", "").replace("grade: 推計", "grade: 仮置き"))
    with pytest.raises(InputError) as caught:
        load_option("mine", folder=tmp_path)
    assert {fault.column for fault in caught.value.faults} == {"levers.gate.source", "levers.gate.note"}
    assert all(fault.file == "options/mine.yml" and fault.row > 0 for fault in caught.value.faults)


def test_a_scenario_has_no_levers(tmp_path: Path) -> None:
    write_option(tmp_path)
    with pytest.raises(InputError, match="知らないキー"):
        load_scenario("mine", folder=tmp_path)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("type: integer\n    minimum: 0\n    maximum: 10", "type: integer", "範囲が要ります"),
        ("default: none", "default: company", "選択肢にありません"),
        ("choices: {none: なし, council: 協議会}", "choices: [none]", "選択肢が書かれていません"),
        ("room: bundling", "room: finance", "選択肢：cost"),
        ("unit: FTE", "unit: persons", "知らない単位"),
        ("type: share", "type: percent", "選択肢にありません"),
    ],
)
def test_the_lever_registry_is_checked_too(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert old in LEVERS
    write_option(tmp_path, levers=LEVERS.replace(old, new))
    with pytest.raises(InputError, match=said):
        load_option("mine", folder=tmp_path)


def test_name_must_be_the_file_name(tmp_path: Path) -> None:
    write_option(tmp_path, OPTION.replace("name: mine", "name: yours"))
    with pytest.raises(InputError, match="ファイル名"):
        load_option("mine", folder=tmp_path)


def test_a_change_outside_the_range_must_state_the_new_range(tmp_path: Path) -> None:
    text = "name: mine\ntitle_ja: 見本\nsource: 見本\nchanges:\n  usdjpy_planning:\n    value: {central: 999}\n"
    text += "    source: 見本\n    as_of: '2026年'\n    grade: 推計\n"
    (tmp_path / "mine.yml").write_text(text, "utf-8")
    with pytest.raises(ParameterError, match="low と high を一緒に"):
        REGISTER.patched(load_scenario("mine", folder=tmp_path))
