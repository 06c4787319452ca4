"""Invariants of the simulation: what must hold whatever the assumptions are."""

import dataclasses
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dxmodels.consolidation.calibration import elapsed_share, late_share
from dxmodels.consolidation.capacity import grant
from dxmodels.consolidation.fleet import HORIZON, Fleet, build_fleet
from dxmodels.consolidation.result import SimulationResult
from dxmodels.consolidation.settings import read_constants, read_structure
from dxmodels.consolidation.simulation import World, make_world, run_deterministic, simulate
from dxmodels.consolidation.uniforms import global_uniforms, hashed_uniforms
from dxmodels.errors import MissingTableError, ModelError
from dxmodels.inputs import Case, Register, load_case, load_option

SMALL = {"draws": 64, "seed": 7}
PLENTY = 1e9


@pytest.fixture(scope="module")
def fleet(osaka: Case) -> Fleet:
    return build_fleet(osaka)


@pytest.fixture(scope="module")
def small(osaka: Case) -> SimulationResult:
    return simulate(osaka, **SMALL)


def world_of(fleet: Fleet, register: Register, option: str, *, slots: float = PLENTY, **levers: object) -> World:
    world = make_world(fleet, load_option(option), register, slots)
    return dataclasses.replace(world, structure=dataclasses.replace(world.structure, **levers))


def test_fleet_keeps_every_system_and_yen(osaka: Case, fleet: Fleet) -> None:
    rows = osaka.table("municipal_systems")
    assert fleet.total_systems == len(rows)
    late = rows["migration_state"].isin(["legacy", "migrating"])
    assert fleet.systems[fleet.is_late].sum() == late.sum()
    known = (
        rows["annual_cost_yen"].astype("float64").sum()
        + osaka.table("systems")["annual_cost_yen"].astype("float64").sum()
    )
    assert fleet.annual_yen.sum() > known  # known amounts plus the filled gaps
    assert fleet.filled["annual_cost_yen"] == rows["annual_cost_yen"].isna().sum()


def test_zero_uncertainty_is_the_closed_form(fleet: Fleet, register: Register) -> None:
    """Status quo, nobody late, yen only: annual cost on the price path, and a set-up share at every renewal."""
    calm = register.replace("govcloud_fx_exposed_share", central=0.0, low=0.0, high=1.0)
    settled = dataclasses.replace(fleet, is_late=np.zeros_like(fleet.is_late))
    out = run_deterministic(world_of(settled, calm, "status_quo")).measures
    price = (1 + register.value("service_price_change_outlook")) ** np.arange(HORIZON + 1)
    expected = settled.annual_yen.sum() * price
    for year in range(HORIZON + 1):
        due = (year >= settled.renewal) & ((year - settled.renewal) % 5 == 0)
        expected[year] += register.value("sim_renewal_share") * settled.migration_yen[due].sum() * price[year]
    np.testing.assert_allclose(out["net_yen"][0], expected, rtol=1e-12)
    assert out["one_off_yen"].sum() == 0.0


@pytest.mark.parametrize("option", ["status_quo", "joint_council", "shared_entity"])
def test_full_subsidy_leaves_no_local_one_off(fleet: Fleet, register: Register, option: str) -> None:
    out = run_deterministic(world_of(fleet, register, option, subsidy_rate=1.0)).measures
    assert out["one_off_yen"].sum() > 0
    assert (out["local_one_off_yen"] == 0.0).all()


def test_infinite_capacity_moves_everything_at_renewal(fleet: Fleet, register: Register) -> None:
    rich = dataclasses.replace(fleet, staff_fte=fleet.staff_fte + PLENTY)
    out = run_deterministic(world_of(rich, register, "status_quo")).measures
    pressed = int(register.value("std_extended_deadline_fy")) - fleet.base_fy - 1
    for year in range(HORIZON + 1):
        waiting = fleet.is_late & (fleet.renewal > year) & (year < pressed)
        assert out["late_systems"][0, year] == fleet.systems[waiting].sum()


@pytest.mark.parametrize("option", ["joint_council", "shared_entity"])
def test_zero_capacity_is_the_status_quo(fleet: Fleet, register: Register, option: str) -> None:
    """Without vendor slots nothing moves: municipal cost equals the status quo's, only the structure's own cost is left."""
    quo = run_deterministic(world_of(fleet, register, "status_quo", slots=0.0))
    plan = run_deterministic(world_of(fleet, register, option, slots=0.0))
    assert (plan.measures["late_systems"] == quo.measures["late_systems"]).all()
    assert (plan.measures["members"] == 0).all()
    assert (plan.measures["one_off_yen"] == 0).all()
    np.testing.assert_array_equal(plan.body_npv[:, :-1], quo.body_npv[:, :-1])


@settings(max_examples=6, deadline=None)
@given(factor=st.floats(0.1, 50.0))
def test_scale_linearity(fleet: Fleet, register: Register, factor: float) -> None:
    """Every amount of money times k makes every result in money times k, and moves nothing else."""
    scaled = dataclasses.replace(
        fleet, annual_yen=fleet.annual_yen * factor, migration_yen=fleet.migration_yen * factor
    )
    money = register
    for name in ("sim_staff_cost_yen", "sim_expert_cost_yen", "sim_entity_setup_yen"):
        money = money.replace(name, central=register.value(name) * factor)
    base = run_deterministic(world_of(fleet, register, "shared_entity")).measures
    large = run_deterministic(world_of(scaled, money, "shared_entity")).measures
    np.testing.assert_allclose(large["net_yen"], base["net_yen"] * factor, rtol=1e-9)
    np.testing.assert_allclose(large["late_systems"], base["late_systems"], atol=1e-9)


def test_an_option_minus_itself_is_exactly_zero(small: SimulationResult) -> None:
    assert (small.difference(small.reference) == 0.0).all()
    assert len(set(small.uniforms_digest.values())) == 1


def test_bits_do_not_depend_on_chunk_executor_or_company(osaka: Case, small: SimulationResult) -> None:
    for chunk in (1, 7, 64):
        again = simulate(osaka, ["joint_council", "shared_entity"], chunk=chunk, **SMALL)
        for option in again.options:
            for name, values in again.measures[option].items():
                assert np.array_equal(values, small.measures[option][name]), (chunk, name)
            assert np.array_equal(again.body_npv[option], small.body_npv[option])
            assert np.array_equal(again.unit_shared[option], small.unit_shared[option])
    with ThreadPoolExecutor(2) as pool:
        threaded = simulate(osaka, ["joint_council"], executor=pool, **SMALL)
    assert np.array_equal(threaded.npv("joint_council"), small.npv("joint_council"))


def test_accounts_add_up(small: SimulationResult) -> None:
    for option in small.options:
        found = small.measures[option]
        bodies = small.body_npv[option].sum(axis=1)
        factors = (1 + small.discount_rate) ** -np.arange(HORIZON + 1.0)
        organisation = (found["organisation_yen"] * factors).sum(axis=1)
        np.testing.assert_allclose(bodies + organisation, small.npv(option), rtol=1e-12)
        assert (found["net_yen"] <= found["running_yen"] + found["one_off_yen"] + found["organisation_yen"] + 1).all()
    assert small.measures["status_quo"]["organisation_yen"].sum() == 0


def test_late_systems_never_increase_and_members_need_a_council(small: SimulationResult) -> None:
    for option in small.options:
        assert (np.diff(small.measures[option]["late_systems"], axis=1) <= 0).all()
    assert (small.measures["stronger_governance"]["members"] == 0).all()
    assert small.measures["shared_entity"]["members"].max() > 0


def test_nobody_leaves_where_leaving_is_not_allowed(fleet: Fleet, register: Register) -> None:
    world = world_of(fleet, register, "joint_council", members_may_leave=False)
    assert (np.diff(run_deterministic(world).measures["shared_systems"][0]) >= 0).all()


def test_unfinished_work_is_carried_over_and_blocks_nobody() -> None:
    two = Fleet(
        2026, ("a", "b"), ("甲", "乙"), np.array([1.0, 1.0]), np.array([0, 1]), ("tax", "tax"), np.array([True, True]),
        np.zeros(2), np.ones(2), np.ones(2), np.ones(2), np.zeros(2, dtype=np.int64), np.ones((2, 11)), np.zeros(11), {}, None,
    )  # type: ignore[arg-type]  # fmt: skip
    need, ones = np.array([2.5, 0.5]), np.ones(1)
    first = grant(np.ones((1, 2), bool), np.ones(2), need, local=np.ones((1, 2)), slots=ones * 9, pool=ones * 0.4, fleet=two, order=np.array([0, 1]))  # fmt: skip
    assert first.units.tolist() == [[False, True]]  # 1.5 short, the pool holds 0.4
    assert first.carried.tolist() == [[1.0, 0.0]]
    third = grant(np.array([[True, False]]), np.ones(2), need, local=np.array([[2.1, 1.0]]), slots=ones * 9, pool=ones * 0.4, fleet=two, order=np.array([0, 1]))  # fmt: skip
    assert third.units.tolist() == [[True, False]]  # two years' carried work and a pool of exactly what is missing


def test_calibration_hits_the_published_late_share(small: SimulationResult, register: Register) -> None:
    found = small.calibration
    assert found.model_late_share == pytest.approx(register.value("std_late_system_share_2507"), abs=1e-9)
    assert late_share(0.2, [1.0], window=3)[0] == pytest.approx(1 - 3 * 0.2)  # by hand: three full years
    assert late_share(0.5, [1.0], window=3)[0] == 0.0
    assert found.back_test["published_bodies_count"].tolist() == [171, 643, 743, 935]


def test_the_back_test_by_hand(small: SimulationResult) -> None:
    """July 2025 is 28 of 36 months into the window; five packages, each late with about 28/36 of 10.9 %: 1 - (1 - .0848)^5 = .358."""
    assert [
        elapsed_share(day, base_fy=2026, window=3) for day in ("2024年3月", "2025-07", "2026年3月")
    ] == pytest.approx([1 / 3, 28 / 36, 1])
    table = small.calibration.back_test
    assert table["model_package_share"].iloc[1] == pytest.approx(1 - (1 - 28 / 36 * 0.109) ** 5, abs=0.01)
    between = (table["model_package_share"] <= table["model_independent_share"]) & (table["model_package_share"] > 0)
    assert between.all()
    assert (table["model_error_share"] == table["model_package_share"] - table["published_share"]).all()
    with pytest.raises(ModelError, match="年月"):
        elapsed_share("昨年", base_fy=2026, window=3)


def test_hashed_uniforms_are_uniform_and_pinned() -> None:
    whole = hashed_uniforms(5, "x", ("a", "b"), start=0, stop=4096)
    assert np.array_equal(whole[100:200], hashed_uniforms(5, "x", ("a", "b"), start=100, stop=200))
    assert np.array_equal(whole[:, [1]], hashed_uniforms(5, "x", ("b",), start=0, stop=4096))
    assert (whole > 0).all()
    assert (whole < 1).all()
    counts = np.histogram(whole[:, 0], bins=16, range=(0, 1))[0]
    assert ((counts - 256) ** 2 / 256).sum() < 37.7  # chi-square, 15 degrees of freedom, 0.1 %
    assert abs(np.corrcoef(whole.T)[0, 1]) < 4 / 64
    assert global_uniforms(5, ("a", "b"), draws=64, scrambles=8).shape == (64, 2)


def test_error_band_covers_a_much_larger_run(osaka: Case) -> None:
    few = simulate(osaka, ["status_quo", "joint_council"], draws=256, seed=1).totals()
    many = simulate(osaka, ["status_quo", "joint_council"], draws=2048, seed=2).totals()
    inside = (few["value_yen"] - many["value_yen"]).abs() <= 2 * (few["halfwidth_yen"] + many["halfwidth_yen"])
    assert inside.mean() >= 0.9


@pytest.mark.parametrize(
    "wrong", [{"draws": 100}, {"draws": 96}, {"scrambles": 4}, {"chunk": 0}, {"options": ["status_quo", "status_quo"]}]
)
def test_wrong_settings_are_refused_in_japanese(osaka: Case, wrong: dict[str, object]) -> None:
    with pytest.raises(ModelError, match=r"[ぁ-ん]"):
        simulate(osaka, **{"seed": 1, "draws": 64, **wrong})


def test_published_only_is_not_computable() -> None:
    with pytest.raises(MissingTableError):
        simulate(load_case("osaka", published_only=True), draws=64, seed=1)


def test_structures_read_the_levers(register: Register) -> None:
    entity = read_structure(load_option("shared_entity"))
    assert entity.has_entity
    assert entity.leaves_early
    assert entity.entity_staff_fte == 70
    quo = read_structure(load_option("status_quo"))
    assert not (quo.has_council)
    assert not (quo.has_gate)
    assert not (quo.bundles_core)
    assert read_constants(register)["sim_staff_cost_yen"] > 0
