"""Levers, forms, saved scenarios and the report button: the same numbers as the rooms', nothing overwritten, faults in Japanese."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import numpy as np
import pytest

from dxmodels.consolidation import simulate
from dxmodels.consolidation.explored import HALVES, explore_differences
from dxmodels.cost.govcloud_sensitivity import CLOUD_ASSUMPTIONS, compare_under_register
from dxmodels.errors import ModelError, ParameterError
from dxmodels.inputs import Register, load_case, load_register, load_scenario
from dxmodels.runs.parameters import SCHEMAS
from dxmodels.widgets import Workbench, save_scenario
from dxmodels.widgets.forms import ParameterForm
from dxmodels.widgets.levers import levers_of, values_of, with_values
from dxmodels.widgets.running import ReportRunner, report_arguments

SCENARIOS = Path(__file__).parents[2] / "data" / "scenarios"


@pytest.fixture(scope="module")
def register() -> Register:
    return load_register()


@pytest.fixture(scope="module")
def workbench(register: Register) -> Workbench:
    tables = ["govcloud_pilot", "joint_members", "joint_procurements", "municipalities", "municipal_systems", "systems", "vendors", "capacity", "national_series"]  # fmt: skip
    return Workbench(load_case("osaka", tables=tables), register, draws=64, seed=1)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("base", "yen_weak"):
        (tmp_path / f"{name}.yml").write_bytes((SCENARIOS / f"{name}.yml").read_bytes())
    return tmp_path


def test_levers_take_label_unit_and_range_from_the_register(register: Register) -> None:
    rate = levers_of(register, ["usdjpy_planning"])[0]
    assert (rate.low, rate.high, rate.central) == (106.74, 189.41, 158.47)
    assert "円／ドル" in rate.label_html
    assert "106.74〜189.41" in rate.label_html
    price = levers_of(register, ["joint_price_example_yen"])[0].widget()
    assert (price.min, price.max, price.value) == (5.0, 50.0, 10.0)  # 百万円
    with pytest.raises(ModelError, match="範囲がない"):
        levers_of(register, ["discount_rate_standard"])


def test_untouched_sliders_give_exactly_the_registered_values(register: Register) -> None:
    levers = levers_of(register, CLOUD_ASSUMPTIONS)
    sliders = {lever.name: lever.widget() for lever in levers}
    values = values_of(levers, sliders)
    assert values == {name: register.central(name) for name in CLOUD_ASSUMPTIONS}
    assert with_values(register, values) is register


def test_a_lever_gives_the_same_number_as_the_room(workbench: Workbench, register: Register) -> None:
    side = workbench.views[0].a
    side.sliders["usdjpy_planning"].value = 130.0
    found = compare_under_register(workbench.case.table("govcloud_pilot"), register, usdjpy_rate=130.0)
    assert side.shown is not None
    assert side.shown.headline_yen == found.difference_yen
    assert f'alt="{side.shown.sentence}"' in side.picture.value
    assert "130.00円" in side.sentence.value
    assert workbench.views[0].b.values["usdjpy_planning"] == 158.47


def test_a_and_b_are_compared_and_can_be_made_equal(workbench: Workbench) -> None:
    view = workbench.views[1]
    view.open()
    view.a.sliders["joint_equal_share_example"].value = 0.0
    view.b.sliders["joint_equal_share_example"].value = 1.0
    # Everybody the same: the smallest member pays a whole equal part of 10,000,000 yen, much more than by residents.
    assert "BはAより" in view.compared.value
    assert "多い" in view.compared.value
    view.b.set(view.a.values, {name: widget.value for name, widget in view.a.choices.items()})
    assert "BはAと同じ" in view.compared.value


def test_a_fault_takes_the_figure_away_and_says_why(workbench: Workbench) -> None:
    side = workbench.views[0].a

    def broken(values: object, choices: object) -> None:
        raise ModelError("値 3 は範囲外です。1以上2以下にしてください。")

    kept, side._draw = side._draw, broken  # type: ignore[assignment]
    side.refresh()
    assert side.picture.value == ""
    assert "範囲外です" in side.sentence.value
    side._draw = kept
    side.refresh()
    assert "<img" in side.picture.value


def test_structures_are_simulated_once_and_looked_at_many_times(workbench: Workbench) -> None:
    view = workbench.views[2]
    view.open()
    made = dict(workbench._simulated)
    view.a.choices["rate"].value = "discount_rate_zero"
    assert view.a.shown is not None
    assert "割引率0％" in view.a.shown.sentence
    assert view.a.shown.sentence.startswith("架空例：")
    assert dict(workbench._simulated) == made


def test_exploring_is_the_simulations_own_arithmetic(workbench: Workbench) -> None:
    result = workbench.simulated("base")
    found = explore_differences(result, discount_rate=0.02)
    draws = result.difference(result.options[1], rate=0.02)
    row = found.table.iloc[0]
    assert row["p50_yen"] == round(float(np.median(draws)))
    assert row["lighter_share"] == pytest.approx(float((draws < 0).mean()))
    name = next(iter(result.inputs.columns[1:]))
    low, high = (explore_differences(result, discount_rate=0.02, assumption=name, half=half) for half in HALVES[1:])
    assert low.table["draws_count"].iloc[0] + high.table["draws_count"].iloc[0] == result.draws
    with pytest.raises(ModelError, match="0以上1以下"):
        explore_differences(result, discount_rate=4.0)
    with pytest.raises(ModelError, match="別の前提"):
        explore_differences(result, discount_rate=0.04, assumption="nothing", half=HALVES[1])


def test_a_saved_scenario_runs_as_the_screen_showed(folder: Path, register: Register) -> None:
    values = {"usdjpy_planning": 140.0, "govcloud_sharing_members": register.central("govcloud_sharing_members")}
    path = save_scenario("mine", "円高", values, register=register, folder=folder)
    patch = load_scenario("mine", folder=folder)
    assert list(patch.changes) == ["usdjpy_planning"]  # what did not move is not in the file
    assert register.patched(patch).central("usdjpy_planning") == 140.0
    entry = patch.changes["usdjpy_planning"]
    assert entry.grade == "仮置き"
    assert "要確認" in entry.note
    assert not list(folder.glob(".*"))
    assert path.read_text(encoding="utf-8").startswith("name: mine")


def test_the_starting_scenario_is_carried_along(folder: Path, register: Register) -> None:
    save_scenario(
        "both", "円安と共同", {"govcloud_sharing_members": 5.0}, register=register, start="yen_weak", folder=folder
    )
    patched = register.patched(load_scenario("both", folder=folder))
    assert patched.central("usdjpy_planning") == 193.94
    assert patched.central("govcloud_sharing_members") == 5.0


@pytest.mark.parametrize(
    ("name", "title", "values", "said"),
    [
        ("yen_weak", "円安", {"usdjpy_planning": 150.0}, "既にあります"),
        ("../out", "外", {"usdjpy_planning": 150.0}, "使えない文字"),
        ("empty", " ", {"usdjpy_planning": 150.0}, "空欄です"),
        ("same", "同じ", {"usdjpy_planning": 158.47}, "つまみを動かして"),
        ("far", "遠い", {"usdjpy_planning": 500.0}, "範囲"),
    ],
)
def test_what_may_not_be_saved_leaves_nothing_behind(
    folder: Path, register: Register, name: str, title: str, values: dict[str, float], said: str
) -> None:
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    with pytest.raises(ParameterError, match=said):
        save_scenario(name, title, values, register=register, folder=folder)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


@pytest.mark.parametrize("notebook", sorted(SCHEMAS))
def test_every_notebook_has_a_form_whose_defaults_are_its_own(notebook: str) -> None:
    form = ParameterForm(notebook)
    schema = SCHEMAS[notebook]
    assert form.values() == {name: field.default for name, field in schema.model_fields.items()}
    assert form.faults() == []
    for name, widget in form.widgets.items():
        assert widget.description.startswith(schema.label_ja(name))
        assert re.search(r"[ぁ-んァ-ヶ一-龠]", widget.description)


def test_a_form_tells_its_faults_in_japanese() -> None:
    form = ParameterForm("60_municipality")
    form.widgets["municipality_code"].value = "27100"
    assert any("団体コード" in fault or "検査数字" in fault for fault in form.faults())


def test_the_report_button_runs_the_command_a_planner_would_type() -> None:
    arguments = report_arguments("smoke", {"scenario": "mine", "published_only": True, "municipality_code": None})
    assert arguments == ["run", "smoke", "--set", "scenario=mine", "--set", "published_only=true"]
    echo = [sys.executable, "-c", "import sys; print('ran', *sys.argv[1:]); sys.exit(1)"]
    runner = ReportRunner(lambda: arguments, command=echo)
    runner.run()
    assert runner.wait(30) == 1
    assert "ran run smoke --set scenario=mine" in runner.said.value
    assert "一部のノートブックが失敗" in runner.said.value
    assert not runner.start.disabled


def test_simulation_has_the_draws_that_were_asked_for(workbench: Workbench) -> None:
    assert workbench.simulated("base").draws == 64
    same = simulate(workbench.case, scenario="base", draws=64, seed=1)
    assert np.array_equal(same.npv("shared_entity"), workbench.simulated("base").npv("shared_entity"))
