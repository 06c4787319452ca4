"""Least core and nucleolus beyond enumeration: the oracle route against enumeration, another program, and closed forms for 43 members."""

import coopgame
import numpy as np
import pandas as pd
import pytest
from coopgame import Game
from hypothesis import given, settings
from hypothesis import strategies as st

from dxmodels.bundling import BundleProblem, CostGame, check_stability, optimize_bundles, share_costs
from dxmodels.bundling import game as game_module
from dxmodels.bundling import nucleolus as nucleolus_module
from dxmodels.bundling.offer_game import OfferGame
from dxmodels.bundling.oracles import best_by_ratio
from dxmodels.bundling.spans import Span

NAMES_43 = [f"団体{k:02d}" for k in range(43)]


def random_offers(seed: int, n: int, *, fewest: bool) -> OfferGame:
    """Six purchases beside going alone, as a bundle of a plan gives them; some with a least number of members."""
    draw = np.random.default_rng(seed)
    alone = draw.integers(12, 25, n).astype(float)
    cost = np.vstack([alone, np.minimum(alone, draw.integers(1, 20, (6, n)))]).astype(float)
    least = np.concatenate([[0], draw.integers(0, 4, 6) if fewest else np.zeros(6)]).astype(float)
    fixed = np.concatenate([[0], draw.integers(5, 30, 6)]).astype(float)
    return OfferGame(fixed, cost, (cost < alone).astype(float), least)


def by_oracle(offers: OfferGame, rule: str) -> np.ndarray:
    """The same game without its table, sent down the route of large games."""
    with pytest.MonkeyPatch.context() as patch:
        for module in (game_module, nucleolus_module):
            patch.setattr(module, "EXACT_PLAYERS", 1)
        game = CostGame.of_offers(tuple(f"p{k}" for k in range(offers.n)), offers)
        found = share_costs(game, rule=rule)
        assert found.proven
        return np.append(found.shares, found.worst_saving)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 9999), n=st.integers(2, 9), fewest=st.booleans())
def test_oracle_route_agrees_with_enumeration(seed: int, n: int, fewest: bool) -> None:
    offers = random_offers(seed, n, fewest=fewest)
    game = CostGame.of_offers(tuple(f"p{k}" for k in range(n)), offers)
    nucleolus = share_costs(game, rule="nucleolus")
    assert by_oracle(offers, "nucleolus")[:-1] == pytest.approx(nucleolus.shares, abs=1e-5)
    assert by_oracle(offers, "least_core")[-1] == pytest.approx(
        share_costs(game, rule="least_core").worst_saving, abs=1e-4
    )
    # The nucleolus lies in the least core.
    assert nucleolus.worst_saving == pytest.approx(by_oracle(offers, "least_core")[-1], abs=1e-4)


@pytest.mark.parametrize("seed", range(3))
def test_oracle_route_agrees_with_another_program(seed: int) -> None:
    n = 5 + seed
    offers = random_offers(seed, n, fewest=True)
    costs = offers.table()
    alone = costs[1 << np.arange(n)]
    savings = [float(alone[[k for k in range(n) if mask >> k & 1]].sum() - costs[mask]) for mask in range(1, 1 << n)]
    theirs = coopgame.nucleolus(Game(savings))["allocation"]
    assert by_oracle(offers, "nucleolus")[:-1] == pytest.approx(alone - np.array(theirs, dtype=float), abs=1e-6)


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 9999), fewest=st.booleans(), concave=st.booleans())
def test_best_group_outside_a_span_by_brute_force(seed: int, fewest: bool, concave: bool) -> None:
    draw, n = np.random.default_rng(seed), 6
    span = Span(n)
    for _ in range(draw.integers(0, 4)):
        span.add(draw.integers(0, 2, n).tolist())
    if span.rank == n:
        return
    nulls, shares = span.nulls(), draw.uniform(-2, 12, n)
    groups = ((np.arange(1 << n)[:, None] >> np.arange(n)) & 1).astype(bool)
    outside = (groups @ nulls.T).any(axis=1)
    if concave:
        volume = draw.uniform(0.1, 9, n)
        gains = groups @ shares - (1.0 + (groups @ volume) ** 0.6)
        found = best_by_ratio(shares, volume, lambda v: float(1.0 + v**0.6), nulls)
    else:
        offers = random_offers(seed, n, fewest=fewest)
        gains = groups @ shares - offers.table()
        found = offers.best_groups(shares, nulls)
    assert found[1][0] == pytest.approx(gains[outside].max())
    assert (found[0] @ nulls.T).any(axis=1).all()


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 9999), n=st.integers(2, 8))
def test_a_span_knows_its_groups_exactly(seed: int, n: int) -> None:
    draw = np.random.default_rng(seed)
    rows = [np.ones(n)]
    span = Span(n)
    for _ in range(n):
        group = draw.integers(0, 2, n)
        grown = np.linalg.matrix_rank(np.vstack([*rows, group])) > np.linalg.matrix_rank(np.vstack(rows))
        assert span.add(group.tolist()) == grown
        rows.append(group)
        nulls = span.nulls()
        assert nulls.shape == (n - span.rank, n)
        assert not (np.vstack(rows) @ nulls.T).any()
        if len(nulls):
            assert np.linalg.matrix_rank(nulls) == n - span.rank


def airport_nucleolus(lengths: np.ndarray) -> np.ndarray:
    """Littlechild (1974), Int. J. Game Theory 3: the cheapest average addition first, each group of runways paying it equally."""
    cost, shares, first, paid = np.concatenate([[0.0], lengths]), np.zeros(len(lengths)), 0, 0.0
    while first < len(lengths):
        each = [((cost[k] - paid) / (k - first + (k < len(lengths))), k) for k in range(first + 1, len(lengths) + 1)]
        least = min(value for value, _ in each)
        last = max(k for value, k in each if value <= least + 1e-12)
        shares[first:last] = least
        paid, first = paid + least * (last - first), last
    return shares


def test_airport_of_43_runways_has_its_closed_form() -> None:
    assert airport_nucleolus(np.array([1.0, 2.0, 3.0, 4.0])) == pytest.approx([0.5, 0.75, 0.875, 1.875])
    lengths = np.cumsum(np.random.default_rng(1).uniform(0.2, 2, 43))
    offers = [dict.fromkeys(NAMES_43[: k + 1], 0.0) for k in range(43)]
    game = CostGame.from_offers(NAMES_43, lengths, offers)
    found = share_costs(game, rule="nucleolus")
    assert found.shares == pytest.approx(airport_nucleolus(lengths))
    assert found.proven
    assert "証明済み" in found.summary()
    assert check_stability(game, found).stable


def test_43_alike_pay_alike_and_a_dummy_pays_its_own() -> None:
    names = [*NAMES_43[:-1], "独立"]
    game = CostGame.from_offers(
        names, [0.0, 100.0], [dict.fromkeys(names, 10.0), dict.fromkeys(names, 5.0) | {"独立": 10.0}]
    )
    # 42 towns pay 100 + 42·5 = 310 together instead of 420; the last gains from nobody and pays its 10.
    shares = share_costs(game, rule="nucleolus").as_dict()
    assert shares["独立"] == pytest.approx(10.0)
    assert [shares[name] for name in names[:-1]] == pytest.approx([310 / 42] * 42)


def test_a_purchase_of_43_from_a_plan_is_shared_and_held_to_the_end() -> None:
    draw = np.random.default_rng(5)
    size = draw.lognormal(1.0, 1.0, 43)
    rows = [(u, f"J{f}", float(size[u] * draw.uniform(0.4, 0.7) + 0.3)) for f in range(30) for u in range(43)]
    rows += [(u, f"A{u:02d}", float(size[u] + 0.6)) for u in range(43)]
    heads = [(f"J{f}", float(draw.uniform(9, 16)), int(draw.integers(1, 6))) for f in range(30)]
    heads += [(f"A{u:02d}", 0.0, 1) for u in range(43)]
    choices = pd.DataFrame(rows, columns=["unit_id", "bundle_id", "cost"])
    # J0 serves all; the plan is made to put everybody into it.
    choices.loc[choices["bundle_id"] == "J0", "cost"] *= 0.7
    bundles = pd.DataFrame(heads, columns=["bundle_id", "fixed_cost", "min_units"])
    plan = optimize_bundles(BundleProblem.from_tables(choices, bundles.assign(fixed_cost=bundles["fixed_cost"])))
    largest = plan.bundles_frame().sort_values("members_count")["bundle_id"].iloc[-1]
    game = CostGame.from_bundle(plan, largest)
    assert game.n > 38
    core, nucleolus = (share_costs(game, rule=rule) for rule in ("least_core", "nucleolus"))
    assert core.proven
    assert nucleolus.worst_saving == pytest.approx(core.worst_saving, abs=1e-5 * game.total)
    # A proof by the oracle of another division: nobody is more discontent than said, and no random division does better.
    assert game.oracle is not None
    assert -game.oracle(nucleolus.shares)[1][0] == pytest.approx(nucleolus.worst_saving)
    for _ in range(100):
        other = nucleolus.shares + draw.normal(0, 0.2, game.n)
        other += (game.total - other.sum()) / game.n
        assert -game.oracle(other)[1][0] <= core.worst_saving + 1e-6


def test_a_plain_function_of_43_members_is_answered_without_a_claim() -> None:
    size = {name: float(k % 7 + 1) for k, name in enumerate(NAMES_43)}
    game = CostGame.from_function(NAMES_43, lambda group: 6.0 + sum(size[name] for name in sorted(group)))
    found = share_costs(game, rule="nucleolus")
    # Everybody saves the same part of the shared 6: own size + 6/43, whatever the group.
    assert found.shares == pytest.approx([size[name] + 6 / 43 for name in NAMES_43])
    assert not found.proven
    assert "証明ではない" in found.summary()
    stability = check_stability(game, found)
    assert not stability.exhaustive
    assert "網羅的な確認ではない" in stability.summary()


@pytest.mark.parametrize("seed", range(4))
def test_yen_and_millions_of_yen_are_shared_alike(seed: int) -> None:
    offers = random_offers(seed, 8, fewest=True)
    dear = OfferGame(offers.fixed * 1e9, offers.cost * 1e9, offers.joining, offers.fewest)
    names = tuple(f"p{k}" for k in range(8))
    for rule in ("least_core", "nucleolus"):
        small, large = (share_costs(CostGame.of_offers(names, game), rule=rule) for game in (offers, dear))
        assert large.worst_saving == pytest.approx(small.worst_saving * 1e9, rel=1e-6, abs=1e2)
        if rule == "nucleolus":
            assert large.shares == pytest.approx(small.shares * 1e9, rel=1e-6)
