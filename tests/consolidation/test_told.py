"""What the exhibits tell ties with the simulation: sums, names, sentences; dependencies by hand."""

import io
import re
import warnings

import numpy as np
import pandas as pd
import pytest

from dxmodels.consolidation import asked, simulate, told_causes, told_entity, told_plans, told_robustness, told_who
from dxmodels.consolidation.dependencies import trace_dependencies
from dxmodels.consolidation.result import SimulationResult
from dxmodels.consolidation.told import Told, short_ja
from dxmodels.errors import ModelError
from dxmodels.figures import consolidation as figures
from dxmodels.figures import consolidation_causes as causes
from dxmodels.glossary import missing_terms
from dxmodels.inputs import Case, Register


@pytest.fixture(scope="module")
def result(osaka: Case) -> SimulationResult:
    return simulate(osaka, draws=1024, seed=2026)


@pytest.fixture(scope="module")
def told(osaka: Case, register: Register, result: SimulationResult) -> dict[str, Told]:
    roadmap = asked.roadmap_of(osaka, register)
    return {
        "structures": told_robustness.tell_structures(result),
        "bands": told_robustness.tell_bands(result),
        "fan": told_robustness.tell_fan(result),
        "regret": told_robustness.tell_regret(result),
        "box": asked.boxes_of(result, register, "status_quo"),
        "other_box": told_causes.tell_boxes(result, register, option="joint_council", against="status_quo"),
        "tree": asked.tree_of(result, register, "status_quo"),
        "information": asked.information_of(result, register, 1),
        "drivers": asked.drivers_of(result, osaka, register, "status_quo", draws=16, seed=1),
        "bodies": told_who.tell_bodies(result, "joint_council"),
        "departments": told_who.tell_departments(result, "stronger_governance"),
        "vendors": told_who.tell_vendors(result, "joint_council"),
        "firms": told_who.tell_local_firms(result, "joint_council"),
        "loads": told_plans.tell_loads(roadmap),
        "plans": told_plans.tell_plans(roadmap),
        "branches": asked.branches_of(result, register),
        "beside": told_entity.tell_entity_beside(asked.entity_of(result, register), register),
        "staff": told_entity.tell_staff(osaka, register),
    }


def test_every_column_has_a_name_and_nothing_internal_is_said(told: dict[str, Told], result: SimulationResult) -> None:
    for name, each in told.items():
        assert missing_terms(each.to_frame().columns) == [], name
        said = each.summary() + " ".join(str(cell) for cell in each.to_frame().astype(str).to_numpy().ravel())
        assert not [word for word in (*result.options, "sim_", "_yen", "None") if word in said], name
        assert each.summary().endswith("。"), name


def test_no_amount_is_hidden_below_its_unit_and_per_cent_are_full_width(told: dict[str, Told]) -> None:
    for number, found in told.items():
        assert not re.search(r"(?<!\d)0\.0億円|%", found.sentence), (number, found.sentence)
        assert not [cell for cell in found.table.astype(str).to_numpy().ravel() if "%" in str(cell)], number


def test_the_robust_structure_has_the_smallest_largest_regret(result: SimulationResult, told: dict[str, Told]) -> None:
    cost = np.column_stack([result.npv(option) for option in result.options])
    worst = (cost - cost.min(axis=1, keepdims=True)).max(axis=0)
    robust = result.options[int(worst.argmin())]
    assert told_robustness.robust_and_rival(result)[0] == robust
    assert f"最も頑健なのは「{short_ja(result.titles[robust])}」" in told["structures"].summary()


def test_departments_add_up_to_the_prefecture(result: SimulationResult) -> None:
    own = result.fleet.holdings.own  # type: ignore[union-attr]
    assert own["annual_yen"].sum() == pytest.approx(result.fleet.annual_yen[result.fleet.is_prefecture].sum())
    for option in result.options:
        np.testing.assert_allclose(result.own_npv[option].sum(axis=1), result.body_npv[option][:, -1], rtol=1e-12)
    gap = result.own_npv["stronger_governance"] - result.own_npv["status_quo"]
    table = told_who.tell_departments(result, "stronger_governance").table
    assert table["systems_count"].sum() == len(own)
    assert table["difference_p50_yen"].sum() == pytest.approx(float(np.median(gap.sum(axis=1))), rel=0.05)


def test_vendors_hold_what_the_case_holds(result: SimulationResult) -> None:
    table = told_who._vendor_table(result, "joint_council")
    assert table["annual_cost_yen"].sum() == pytest.approx(result.fleet.annual_yen.sum(), rel=1e-6)
    assert (table["exposed_share"] <= 1 + 1e-9).all()
    quo = told_who._vendor_table(result, "status_quo")
    assert quo[["joint_exposed_yen", "retender_exposed_yen"]].to_numpy().sum() == 0


def test_branches_share_out_all_draws(told: dict[str, Told]) -> None:
    assert told["branches"].table["draws_share"].sum() == pytest.approx(1.0)


def test_a_box_that_is_told_is_what_the_rows_say(
    result: SimulationResult, register: Register, told: dict[str, Told]
) -> None:
    search, inputs = told["other_box"].drawn_from
    assert search.box is not None
    inside = search.box.contains(inputs)
    loses = result.npv("joint_council") > result.npv("status_quo")
    assert told["other_box"].table["density_share"].iloc[0] == pytest.approx(loses[inside].mean())
    with pytest.raises(ModelError, match="異なる2つ"):
        told_causes.tell_boxes(result, register, option="joint_council", against="joint_council")


def test_dependencies_by_hand() -> None:
    """A–B (database), B–C (api), D–E (manual), F alone: groups of 3 and 2; B ends a year after A and C."""
    systems = pd.DataFrame(
        {
            "system_id": list("ABCDEF"),
            "name_ja": [f"システム{letter}" for letter in "ＡＢＣＤＥＦ"],
            "contract_end_date": pd.to_datetime(["2028-03-31", "2029-03-31", "2028-03-31", "2030-03-31", None, None]),
        }
    )
    links = pd.DataFrame(
        {"from_system_id": list("ABD"), "to_system_id": list("BCE"), "link_kind": ["database", "api", "manual"]}
    )
    found = trace_dependencies(
        Case.from_frames({"systems": systems, "system_links": links}, base_fy=2026, validate=False)
    )
    assert (found.links, found.apart, found.groups, found.largest_group, found.unlinked) == (3, 2, 2, 3, 1)
    first = found.table.iloc[0]
    assert (first["name_ja"], first["links_count"], first["hard_links_count"], first["contract_end_fy"]) == (
        "システムＢ",
        2,
        1,
        2028,
    )


def test_every_picture_draws_without_a_missing_glyph(told: dict[str, Told]) -> None:
    drawn = {
        "structures": figures.plot_differences, "fan": figures.plot_fan, "bodies": figures.plot_bodies, "departments": figures.plot_departments,
        "loads": figures.plot_loads, "box": causes.plot_box, "other_box": causes.plot_box, "drivers": causes.plot_drivers,
        "information": causes.plot_information,
    }  # fmt: skip
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for name, plot in drawn.items():
            ax = plot(told[name])
            ax.figure.savefig(io.BytesIO(), format="png", dpi=40)
            assert ax.get_xlabel() or ax.get_ylabel(), name
