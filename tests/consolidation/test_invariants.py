"""What must hold of the simulation whatever the world draws: closed form, subsidy, capacity, own difference, bits, common random numbers."""

import dataclasses

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dxmodels.consolidation.fleet import HORIZON, Fleet, build_fleet
from dxmodels.consolidation.kernel import Outcome
from dxmodels.consolidation.settings import DIMENSIONS, draw_inputs
from dxmodels.consolidation.simulation import OPTIONS, make_world, run_deterministic, simulate
from dxmodels.inputs import Case, Register, load_option

PLENTY = 1e9
FEW = settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
worlds = st.integers(0, 2**31 - 1)
options = st.sampled_from(OPTIONS)


@pytest.fixture(scope="module")
def fleet(osaka: Case) -> Fleet:
    return build_fleet(osaka)


def drawn(register: Register, seed: int, points: int = 3) -> dict[str, np.ndarray]:
    """Return inputs of some worlds, drawn over the whole of every range."""
    return draw_inputs(register, np.random.default_rng(seed).uniform(1e-6, 1 - 1e-6, (points, len(DIMENSIONS))))


def run(
    fleet: Fleet,
    register: Register,
    option: str,
    inputs: dict[str, np.ndarray],
    *,
    slots: float = PLENTY,
    **levers: object,
) -> Outcome:
    world = make_world(fleet, load_option(option), register, slots)
    return run_deterministic(
        dataclasses.replace(world, structure=dataclasses.replace(world.structure, **levers)), inputs=inputs
    )


@FEW
@given(seed=worlds)
def test_nobody_late_and_yen_only_is_the_closed_form_in_every_world(
    fleet: Fleet, register: Register, seed: int
) -> None:
    calm = register.replace("govcloud_fx_exposed_share", central=0.0, low=0.0, high=1.0)
    settled = dataclasses.replace(fleet, is_late=np.zeros_like(fleet.is_late))
    inputs = drawn(calm, seed)
    price = (1 + inputs["service_price_change_outlook"])[:, None] ** np.arange(HORIZON + 1)
    expected = settled.annual_yen.sum() * price
    cycle = int(register.value("long_term_contract_years"))
    for year in range(HORIZON + 1):
        due = (year >= settled.renewal) & ((year - settled.renewal) % cycle == 0)
        expected[:, year] += inputs["sim_renewal_share"] * settled.migration_yen[due].sum() * price[:, year]
    found = run(settled, calm, "status_quo", inputs).measures
    np.testing.assert_allclose(found["net_yen"], expected, rtol=1e-11)


@FEW
@given(seed=worlds, option=options)
def test_full_subsidy_leaves_no_local_one_off_in_any_world(
    fleet: Fleet, register: Register, seed: int, option: str
) -> None:
    found = run(fleet, register, option, drawn(register, seed), subsidy_rate=1.0).measures
    assert (found["local_one_off_yen"] == 0.0).all()
    assert (found["one_off_yen"].sum(axis=1) > 0).all()


@pytest.mark.parametrize("option", ["stronger_governance", "joint_council"])
def test_a_subsidy_moves_the_burden_to_the_prefecture_and_leaves_the_total(
    fleet: Fleet, register: Register, option: str
) -> None:
    inputs = drawn(register, 5)
    without, paid = (run(fleet, register, option, inputs, subsidy_rate=rate) for rate in (0.0, 0.5))
    np.testing.assert_allclose(paid.body_npv.sum(axis=1), without.body_npv.sum(axis=1), rtol=1e-12)
    np.testing.assert_array_equal(paid.measures["net_yen"], without.measures["net_yen"])
    municipal = fleet.population > 0
    assert (paid.body_npv[:, municipal] <= without.body_npv[:, municipal]).all()
    half = without.measures["local_one_off_yen"] * 0.5
    np.testing.assert_allclose(paid.measures["local_one_off_yen"], half, rtol=1e-12)
    assert (paid.body_npv[:, ~municipal] > without.body_npv[:, ~municipal]).all()


@FEW
@given(seed=worlds, option=options)
def test_with_infinite_capacity_nobody_is_late_after_renewal(
    fleet: Fleet, register: Register, seed: int, option: str
) -> None:
    rich = dataclasses.replace(fleet, staff_fte=fleet.staff_fte + PLENTY)
    late = run(rich, register, option, drawn(register, seed)).measures["late_systems"]
    pressed = int(register.value("std_extended_deadline_fy")) - fleet.base_fy - 1
    for year in range(HORIZON + 1):
        waiting = fleet.is_late & (fleet.renewal > year) & (year < pressed)
        assert (late[:, year] <= fleet.systems[waiting].sum()).all()
        assert option != "status_quo" or (late[:, year] == fleet.systems[waiting].sum()).all()


@FEW
@given(seed=worlds, option=options)
def test_without_vendors_every_structure_leaves_the_municipalities_as_they_are(
    fleet: Fleet, register: Register, seed: int, option: str
) -> None:
    inputs = drawn(register, seed)
    quo, plan = (run(fleet, register, name, inputs, slots=0.0) for name in ("status_quo", option))
    np.testing.assert_array_equal(plan.body_npv[:, :-1], quo.body_npv[:, :-1])
    assert (plan.measures["late_systems"] == quo.measures["late_systems"]).all()
    assert (plan.measures["one_off_yen"] == 0.0).all()


@FEW
@given(seed=worlds, option=options, factor=st.floats(0.05, 200.0))
def test_money_times_k_is_every_result_times_k_in_any_world(
    fleet: Fleet, register: Register, seed: int, option: str, factor: float
) -> None:
    scaled = dataclasses.replace(
        fleet, annual_yen=fleet.annual_yen * factor, migration_yen=fleet.migration_yen * factor
    )
    money = register
    for name in ("sim_staff_cost_yen", "sim_expert_cost_yen", "sim_entity_setup_yen"):
        money = money.replace(name, central=register.value(name) * factor)
    inputs = drawn(register, seed)
    base, large = run(fleet, register, option, inputs).measures, run(scaled, money, option, inputs).measures
    for name in ("net_yen", "one_off_yen", "organisation_yen"):
        np.testing.assert_allclose(large[name], base[name] * factor, rtol=1e-9, atol=1e-3)


@pytest.mark.parametrize(("seed", "chunk", "order"), [(3, 1, (2, 0)), (11, 5, (3, 1)), (71, 40, (1, 2))])
def test_any_chunk_and_any_company_gives_the_same_bits_and_a_difference_to_itself_of_nought(
    osaka: Case, register: Register, seed: int, chunk: int, order: tuple[int, int]
) -> None:
    whole = simulate(osaka, OPTIONS, draws=32, seed=seed, register=register)
    again = simulate(osaka, [OPTIONS[place] for place in order], draws=32, seed=seed, register=register, chunk=chunk)
    assert len(set(whole.uniforms_digest.values())) == len(set(again.uniforms_digest.values())) == 1
    for option in again.options:
        np.testing.assert_array_equal(again.npv(option), whole.npv(option))
    assert (again.difference(again.reference) == 0.0).all()
    other = simulate(osaka, OPTIONS[:1], draws=32, seed=seed + 1, register=register)
    assert set(other.uniforms_digest.values()) != set(whole.uniforms_digest.values())
