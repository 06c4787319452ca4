"""Joint operation, entity accounts, roadmap, servers and the reading of a simulation: by hand, by property, by another formula."""

import math

import numpy as np
import pytest

from dxmodels.consolidation import (
    build_fleet,
    consolidate_servers,
    evaluate_joint_operation,
    plan_roadmap,
    project_entity,
    read_decision,
    simulate,
)
from dxmodels.consolidation.joint_operation import desks_needed, waiting_share
from dxmodels.consolidation.settings import read_structure
from dxmodels.consolidation.told_entity import _verdict
from dxmodels.errors import ModelError
from dxmodels.inputs import Case, Register, load_option


def test_erlang_c_equals_its_textbook_sum() -> None:
    for load, desks in ((0.8, 1), (2.0, 3), (8.5, 10)):
        top = load**desks / math.factorial(desks) * desks / (desks - load)
        whole = sum(load**k / math.factorial(k) for k in range(desks)) + top
        assert waiting_share(load, desks) == pytest.approx(top / whole)
    assert waiting_share(2.0, 3) == pytest.approx(4 / 9)  # the classic table value
    assert waiting_share(3.0, 3) == 1.0
    assert desks_needed(2.0, 0.8) == 4


def test_joint_operation_pays_once_the_fixed_cost_is_gone(osaka: Case, register: Register) -> None:
    free = register.replace("op_shared_fixed_yen", central=0.0, low=0.0, high=1.0)
    free = free.replace("op_member_cost_yen", central=0.0, low=0.0, high=1.0)
    assert evaluate_joint_operation(osaka, free).break_even_members is not None
    costly = register.replace("op_shared_fixed_yen", central=1e12, low=0.0, high=1e12)
    found = evaluate_joint_operation(osaka, costly)
    assert found.break_even_members is None
    assert "下回ることはない" in found.summary()
    assert (found.table["no_wait_share"] >= 0.8).all()


def test_entity_accounts_add_up_and_the_needed_grant_is_enough(osaka: Case, register: Register) -> None:
    fleet, structure = build_fleet(osaka), read_structure(load_option("shared_entity"))
    found = project_entity(fleet, structure, register, np.full(9, 10.0))
    table = found.table
    income = table["fee_income_yen"] + table["grant_income_yen"]
    spent = table["staff_cost_yen"] + table["overhead_yen"] + table["setup_yen"] + table["tax_yen"]
    np.testing.assert_allclose(table["surplus_yen"], income - spent, atol=3)
    opening = register.value("entity_opening_capital_yen")
    np.testing.assert_allclose(table["entity_cash_yen"], opening + table["surplus_yen"].cumsum(), atol=20)
    grant = found.grant_needed_yen
    helped = register.replace("entity_prefecture_grant_yen", central=grant + 1.0, low=0.0, high=grant + 2.0)
    untaxed = helped.replace("entity_tax_rate", central=0.0)
    assert project_entity(fleet, structure, untaxed, np.full(9, 10.0)).insolvent_fy is None
    with pytest.raises(ModelError, match="新事業体"):
        project_entity(fleet, read_structure(load_option("joint_council")), register, np.ones(3))


def test_more_grant_never_needs_more_members(osaka: Case, register: Register) -> None:
    fleet, structure = build_fleet(osaka), read_structure(load_option("shared_entity"))
    needed = []
    for grant in (1.0e9, 1.6e9, 3.0e9):
        rich = register.replace("entity_prefecture_grant_yen", central=grant, low=0.0, high=4e9)
        found = project_entity(fleet, structure, rich, np.full(9, 5.0)).break_even_members
        needed.append(math.inf if found is None else found)
    assert needed == sorted(needed, reverse=True)
    assert needed[-1] == 0


def test_foresight_never_does_worse_and_starting_late_never_helps(osaka: Case, register: Register) -> None:
    found = plan_roadmap(build_fleet(osaka), read_structure(load_option("joint_council")), register)
    gain = found.plans.set_index("plan")["gain_yen"]
    tolerance = 2e-3 * abs(gain["foresight"])
    assert gain["foresight"] >= gain["myopic"] - tolerance
    assert gain["foresight"] >= gain["delay1"] - tolerance >= gain["delay2"] - 2 * tolerance
    assert (found.load["staff_need_fte"] <= found.load["staff_available_fte"] + 1e-6).all()
    assert (found.load["moved_systems_count"] <= found.load["slots_count"] + 1e-6).all()


def test_servers_by_peak_need_more_than_by_mean(osaka: Case, register: Register) -> None:
    found = consolidate_servers(osaka, register)
    assert (found.table["servers_needed_count"] >= found.table["servers_by_mean_count"]).all()
    rows = osaka.table("systems")
    assert (
        found.measured_systems + found.unmeasured_systems == rows["hosting"].isin(["own_server", "shared_server"]).sum()
    )


def test_reading_names_the_loser_and_refuses_nonsense(osaka: Case, register: Register) -> None:
    result = simulate(osaka, draws=256, seed=4)
    reading = read_decision(result, option="shared_entity", against="status_quo", register=register, seed=1)
    assert reading.loses_share > 0.9
    assert (reading.regret.by_option["regret_max"] >= 0).all()
    assert reading.information.evpi >= 0
    assert "新事業体" in reading.summary()
    with pytest.raises(ModelError, match="異なる2つ"):
        read_decision(result, option="shared_entity", against="shared_entity", register=register, seed=1)


def test_the_entity_s_assumptions_are_held_against_the_hardest_precedent(register: Register) -> None:
    # delay 1.5 of 6 years, overrun 56 of 65 %, realised 50 of 8.4 %, joining 36 of 2/26: all milder, all inside the range
    said = _verdict(register)
    assert "4項目すべて" in said
    assert "計算の幅の内" in said
    harder = register.replace("sim_entity_delay_years", central=6.0).replace("sim_realised_share", central=0.5, low=0.3)
    said = _verdict(harder)
    assert "4項目のうち3項目" in said
    assert "約束した節約のうち実現する割合は計算の幅も先例に届かない" in said
