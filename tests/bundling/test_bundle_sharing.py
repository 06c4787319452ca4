"""Cost sharing against published answers, another program, arithmetic by hand, and the axioms each rule promises."""

import csv
import itertools
from pathlib import Path

import coopgame
import numpy as np
import pandas as pd
import pytest
from coopgame import Game
from hypothesis import given, settings
from hypothesis import strategies as st

from dxmodels.bundling import BundleProblem, CostGame, check_stability, optimize_bundles, share_costs
from dxmodels.bundling.shapley import shapley_sampled
from dxmodels.bundling.sharing import RULES, largest_equal_share, net_of_relief
from dxmodels.errors import ModelError


def talmud(estate: float) -> CostGame:
    """Claims 100, 200, 300 on an estate; the dual c(S) = min(estate, claims of S) shares the estate as awards."""
    claims = {"a": 100, "b": 200, "c": 300}
    return CostGame.from_function("abc", lambda group: min(estate, sum(claims[i] for i in group)))


@pytest.mark.parametrize(("estate", "awards"), [(100, [100 / 3] * 3), (200, [50, 75, 75]), (300, [50, 100, 150])])
def test_talmud_estates(estate: float, awards: list[float]) -> None:
    # Aumann & Maschler (1985), J. Econ. Theory 36: the division of the Mishnah is the nucleolus.
    assert share_costs(talmud(estate), rule="nucleolus").shares == pytest.approx(awards)


def test_airport_game() -> None:
    # Littlechild & Owen (1973); figures for runways of 1, 2, 3, 4.
    game = CostGame.from_function("abcd", lambda group: max({"a": 1, "b": 2, "c": 3, "d": 4}[i] for i in group))
    assert share_costs(game, rule="shapley").shares == pytest.approx([0.25, 7 / 12, 13 / 12, 25 / 12])
    assert share_costs(game, rule="nucleolus").shares == pytest.approx([0.5, 0.75, 0.875, 1.875])
    # By hand: separable cost of the last runway is 1, of the others 0; benefits 1, 2, 3, 3 share the remaining 3.
    assert share_costs(game, rule="scrb").shares == pytest.approx([1 / 3, 2 / 3, 1, 2])


def random_costs(seed: int, n: int) -> dict[frozenset[str], float]:
    draw = np.random.default_rng(seed)
    size = draw.uniform(1, 10, n)
    groups = [c for k in range(1, n + 1) for c in itertools.combinations(range(n), k)]
    return {frozenset(f"p{i}" for i in c): float(size[list(c)].sum() ** 0.7 * draw.uniform(0.85, 1.15)) for c in groups}


def in_coopgame(costs: dict[frozenset[str], float], n: int) -> Game:
    """The savings game Σ c({i}) − c(S) in the other program's binary order."""
    names = [f"p{i}" for i in range(n)]
    values = []
    for mask in range(1, 1 << n):
        group = [names[i] for i in range(n) if mask >> i & 1]
        values.append(sum(costs[frozenset([name])] for name in group) - costs[frozenset(group)])
    return Game(values)


@pytest.mark.parametrize("seed", range(6))
def test_agreement_with_another_program(seed: int) -> None:
    n = 5 + seed % 3
    costs = random_costs(seed, n)
    game = CostGame.from_table(costs)
    alone = game.alone
    theirs = in_coopgame(costs, n)

    assert share_costs(game, rule="shapley").shares == pytest.approx(
        alone - np.array(coopgame.shapley(theirs), dtype=float)
    )
    reference = coopgame.nucleolus(theirs) if alone.sum() >= game.total else coopgame.prenucleolus(theirs)
    assert share_costs(game, rule="nucleolus").shares == pytest.approx(
        alone - np.array(reference["allocation"], dtype=float), abs=1e-6
    )


def test_ties_do_not_stop_the_nucleolus_early() -> None:
    # Three equal towns and one large: every stage has ties; by symmetry the three must pay the same and the sum must be exact.
    cost = {1: 10.0, 2: 14.0, 3: 16.0}
    game = CostGame.from_function(
        "abcz",
        lambda s: (
            cost.get(len(s - {"z"}), 0.0) + (12.0 if "z" in s else 0.0) - (3.0 if "z" in s and len(s) > 1 else 0.0)
        ),
    )
    shares = share_costs(game, rule="nucleolus").shares
    assert shares[:3] == pytest.approx([shares[0]] * 3)
    assert shares.sum() == pytest.approx(game.total)
    # The excess vector of the nucleolus is lexicographically no worse than that of any other division tried.
    table = game.table()
    members = ((np.arange(1, 15)[:, None] >> np.arange(4)) & 1).astype(float)
    ours = np.sort(table[1:15] - members @ shares)
    draw = np.random.default_rng(0)
    for _ in range(300):
        step = draw.normal(0, 0.5, 4)
        other = np.sort(table[1:15] - members @ (shares + step - step.mean()))
        first = np.flatnonzero(np.abs(ours - other) > 1e-7)
        assert not len(first) or ours[first[0]] > other[first[0]]


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 9999), n=st.integers(2, 6))
def test_every_rule_shares_exactly_the_cost(seed: int, n: int) -> None:
    game = CostGame.from_table(random_costs(seed, n))
    weights = {name: float(k + 1) for k, name in enumerate(game.players)}
    for rule in RULES:
        shares = share_costs(game, rule=rule, weights=weights, equal_share=0.4)
        assert shares.total == pytest.approx(game.total)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 9999), n=st.integers(2, 5))
def test_dummy_and_symmetry(seed: int, n: int) -> None:
    draw = np.random.default_rng(seed)
    by_size = np.cumsum(draw.uniform(1, 5, n))
    own = float(draw.uniform(1, 9))
    names = [f"s{i}" for i in range(n)] + ["dummy"]
    game = CostGame.from_function(
        names, lambda s: (by_size[len(s - {"dummy"}) - 1] if s - {"dummy"} else 0.0) + (own if "dummy" in s else 0.0)
    )
    for rule in ("shapley", "nucleolus"):
        shares = share_costs(game, rule=rule).as_dict()
        assert shares["dummy"] == pytest.approx(own)
        assert [shares[f"s{i}"] for i in range(n)] == pytest.approx([shares["s0"]] * n)


def populations() -> dict[str, float]:
    path = Path(__file__).parents[2] / "data" / "osaka" / "municipalities.csv"
    with path.open(encoding="utf-8-sig") as file:
        return {row["name_ja"]: float(row["population_people"]) for row in csv.DictReader(file)}


@pytest.mark.parametrize(("power", "share"), [(0.51, 0.93), (0.65, 0.30), (0.80, 0.08), (0.90, 0.03)])
def test_largest_equal_share_over_the_43(power: float, share: float) -> None:
    # Design figures for cost = population^b; found there on a grid, here in closed form, hence the width of 1.5 points.
    people = populations()
    game = CostGame.from_volumes(people, lambda volume: volume**power)
    largest = largest_equal_share(game, people)
    assert largest == pytest.approx(share, abs=0.015)
    assert not share_costs(game, rule="mixture", weights=people, equal_share=largest - 1e-6).losers
    assert share_costs(game, rule="mixture", weights=people, equal_share=largest + 1e-3).losers


def test_nobody_loses_alone_yet_groups_would_leave() -> None:
    people = populations()
    game = CostGame.from_volumes(people, lambda volume: volume**0.65)
    shares = share_costs(game, rule="mixture", weights=people, equal_share=0.30)
    stability = check_stability(game, shares)
    assert not shares.losers
    assert stability.groups_count > 10
    assert not stability.stable
    # The cost is concave in volume, so the core is not empty and no subsidy is needed once the division changes.
    assert stability.holding_subsidy == 0
    core = share_costs(game, rule="least_core")
    assert core.worst_saving > 0
    assert check_stability(game, core).stable


def test_ratio_oracle_finds_the_best_group_of_all() -> None:
    draw = np.random.default_rng(3)
    people = {f"t{i}": float(v) for i, v in enumerate(draw.uniform(1, 50, 9))}
    game = CostGame.from_volumes(people, lambda volume: 3 + volume**0.6)
    for _ in range(20):
        shares = draw.uniform(0, 6, 9)
        assert game.oracle is not None
        gain = game.oracle(shares)[1][0]
        members = ((np.arange(1, 511)[:, None] >> np.arange(9)) & 1).astype(float)
        assert gain == pytest.approx((members @ shares - game.table()[1:511]).max())


def test_cost_of_stability_by_hand() -> None:
    # Three players, any pair costs 4, all three 9, alone 5: pairs allow at most 3·4/2 = 6 in total, so 3 must come from outside.
    game = CostGame.from_function("abc", lambda s: {1: 5.0, 2: 4.0, 3: 9.0}[len(s)])
    stability = check_stability(game, share_costs(game, rule="equal"))
    assert stability.holding_subsidy == pytest.approx(3.0, abs=1e-6)
    assert stability.groups_count == 3
    assert "3組" in stability.summary()


def test_sampled_shapley_covers_the_exact_value() -> None:
    game = CostGame.from_table(random_costs(1, 7))
    exact = share_costs(game, rule="shapley").shares
    sampled, errors = shapley_sampled(game, samples=2000, seed=3)
    assert (np.abs(sampled - exact) < 4.5 * errors + 1e-12).all()
    again, _ = shapley_sampled(game, samples=2000, seed=3)
    assert (again == sampled).all()


def test_losers_are_named_and_relief_can_turn_the_sign() -> None:
    game = CostGame.from_function(["大市", "小町"], lambda s: {1: 30.0 if "大市" in s else 8.0, 2: 32.0}[len(s)])
    shares = share_costs(game, rule="equal")
    assert shares.losers == ("小町",)
    assert "小町" in shares.summary()
    net = net_of_relief(shares, joint_relief_rate={"小町": 0.6}, alone_relief_rate={}).set_index("player")
    # 16 × 0.4 = 6.4 against 8 alone
    assert net.loc["小町", "net_saving"] == pytest.approx(1.6)
    assert not net["loses_net"].any()


def test_game_of_a_bundle_from_a_plan() -> None:
    # Two towns and a city: joint purchase costs 10 + 1 + 2 + 9 = 22, alone 7 + 8 + 12 = 27; each pair's joint cost by hand below.
    choices = pd.DataFrame(
        [("a", "J", 1.0), ("b", "J", 2.0), ("c", "J", 9.0), ("a", "A", 7.0), ("b", "B", 8.0), ("c", "C", 12.0)],
        columns=["unit_id", "bundle_id", "cost"],
    )
    bundles = pd.DataFrame({"bundle_id": ["J", "A", "B", "C"], "fixed_cost": [10.0, 0, 0, 0]})
    plan = optimize_bundles(BundleProblem.from_tables(choices, bundles))
    game = CostGame.from_bundle(plan, "J")
    assert game.total == 22
    assert list(game.alone) == [7, 8, 12]
    assert game.cost(["a", "b"]) == 13
    assert game.cost(["b", "c"]) == 20  # apart: 8 + 12, cheaper than 10 + 2 + 9
    equal = share_costs(game, rule="equal")
    assert equal.losers == ("a",)
    assert not check_stability(game, share_costs(game, rule="nucleolus")).groups_count
    table_costs = [game.table()[mask] for mask in range(8)]
    assert table_costs == pytest.approx(
        [game.cost(np.array([mask >> i & 1 for i in range(3)], dtype=bool)) for mask in range(8)]
    )
    with pytest.raises(ModelError, match="調達されていません"):
        CostGame.from_bundle(plan, "A")


def test_faults_are_told_in_words() -> None:
    with pytest.raises(ModelError, match="費用のない組合せが1件"):
        CostGame.from_table({frozenset("a"): 1.0, frozenset("b"): 1.0})
    game = CostGame.from_function("ab", lambda s: float(len(s)))
    with pytest.raises(ModelError, match="ありません"):
        share_costs(game, rule="fair")
    with pytest.raises(ModelError, match="重み"):
        share_costs(game, rule="population", weights={"a": 1.0})
    dear = CostGame.from_function("ab", lambda s: {1: 1.0, 2: 9.0}[len(s)])
    with pytest.raises(ModelError, match="どう組み合わせても"):
        largest_equal_share(dear, {"a": 1.0, "b": 3.0})


def test_oracle_of_a_bundle_agrees_with_enumeration_when_purchases_need_members() -> None:
    draw = np.random.default_rng(4)
    rows = [(f"u{u}", f"J{f}", float(draw.integers(2, 14))) for u in range(7) for f in range(4)]
    rows += [(f"u{u}", f"A{u}", float(draw.integers(9, 16))) for u in range(7)]
    choices = pd.DataFrame(rows, columns=["unit_id", "bundle_id", "cost"])
    heads = [(f"J{f}", float(draw.integers(5, 16)), int(draw.integers(2, 5))) for f in range(4)] + [
        (f"A{u}", 0.0, 1) for u in range(7)
    ]
    bundles = pd.DataFrame(heads, columns=["bundle_id", "fixed_cost", "min_units"])
    plan = optimize_bundles(BundleProblem.from_tables(choices, bundles))
    largest = plan.bundles_frame().sort_values("members_count")["bundle_id"].iloc[-1]
    game = CostGame.from_bundle(plan, largest)
    assert game.n >= 3
    masks = np.arange(1, (1 << game.n) - 1)
    members = ((masks[:, None] >> np.arange(game.n)) & 1).astype(float)
    for _ in range(30):
        shares = draw.dirichlet(np.ones(game.n)) * game.total
        assert game.oracle is not None
        _, gains = game.oracle(shares)
        assert gains[0] == pytest.approx((members @ shares - game.table()[1:-1]).max())


def test_a_group_without_a_finite_cost_is_named() -> None:
    with pytest.raises(ModelError, match=r"\{a、b\} の費用「nan」"):
        share_costs(CostGame.from_function("ab", lambda group: float("nan") if len(group) == 2 else 1.0), rule="equal")
    with pytest.raises(ModelError, match=r"\{a\} の費用「None」"):
        share_costs(CostGame.from_function("ab", lambda group: 1.0 if "b" in group else None), rule="shapley")
    with pytest.raises(ModelError, match=r"1件あります：\{b\}"):
        CostGame.from_table({frozenset("a"): 1.0, frozenset("b"): None, frozenset("ab"): 2.0})


def test_a_division_at_the_edge_of_the_core_is_not_said_to_lose() -> None:
    # two left gloves, one right: the only core division gives the right glove everything, and some pairs just break even
    left, right = {"l1", "l2"}, {"r"}
    game = CostGame.from_function(["l1", "l2", "r"], lambda group: -float(min(len(group & left), len(group & right))))
    shares = share_costs(game, rule="nucleolus")
    assert shares.as_dict() == pytest.approx({"l1": 0.0, "l2": 0.0, "r": -1.0}, abs=1e-7)
    assert "まとまって抜けても負担は同じ" in shares.summary()
    assert check_stability(game, shares).stable
