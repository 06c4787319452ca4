"""Published joint procurements: who joined, how fast, and shares of a price that add up to the yen."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from dxmodels.bundling.price_shares import (
    compare_equal_limits,
    largest_equal_share,
    share_joint_price,
    share_price,
)
from dxmodels.bundling.uptake import JOINED, LATER, NOT_FIRST, UNKNOWN, map_members, measure_uptake
from dxmodels.errors import DxError
from dxmodels.glossary import missing_terms
from dxmodels.inputs import Case, load_case


@pytest.fixture(scope="module")
def osaka() -> Case:
    return load_case("osaka", published_only=True)


def test_named_members_are_those_published(osaka: Case) -> None:
    found = map_members(*(osaka.table(name) for name in ("municipalities", "joint_procurements", "joint_members")))
    states = found.states.set_index("name_ja")
    assert (states["JP01"] == JOINED).sum() == 22  # press release of the chat purchase
    assert (states["JP04"] == JOINED).sum() == 13  # press release of the e-contract purchase
    assert states.loc["大阪市", "JP01"] == NOT_FIRST
    assert (states["JP03"] == UNKNOWN).all()  # three members, names unpublished: nobody is called a non-member
    assert states.loc["島本町", "JC01"] == LATER
    assert (states["JO01"] == JOINED).all()  # the body of all municipalities
    frame = found.to_frame()
    assert frame["joined_count"].max() == found.joined_counts().max() <= int(found.procurements["is_named"].sum())
    assert missing_terms([*frame, *found.procurements]) == []


def test_an_incomplete_name_list_makes_the_rest_unknown(osaka: Case) -> None:
    members = osaka.table("joint_members")
    shorter = members[(members["joint_id"] == "JP04")].iloc[:5]
    states = map_members(osaka.table("municipalities"), osaka.table("joint_procurements"), shorter).states
    assert (states["JP04"] == UNKNOWN).sum() == 38


def test_uptake_by_hand_and_interval_by_another_formula(osaka: Case) -> None:
    table = measure_uptake(osaka.table("joint_uptake"), confidence_share=0.95).table.set_index("uptake_id")
    row = table.loc["e_application"]
    # 11 → 35 of 43: 24 of 32 joined in 730 days; yearly share 1 − (8/32)^(1/t)
    years = 730 / 365.25
    assert row["joining_yearly_share"] == pytest.approx(1 - (8 / 32) ** (1 / years))
    low = stats.beta.ppf(0.025, 24, 9)
    high = stats.beta.ppf(0.975, 25, 8)
    assert row["low_joining_yearly_share"] == pytest.approx(1 - (1 - low) ** (1 / years))
    assert row["high_joining_yearly_share"] == pytest.approx(1 - (1 - high) ** (1 / years))
    assert table.loc["e_contract", ["joining_yearly_share"]].isna().all()  # one date: no speed
    assert table.loc["town_cloud", "joining_yearly_share"] < 0.02 < table.loc["chat", "joining_yearly_share"]
    assert missing_terms(table.reset_index().columns) == []


def test_a_planted_rate_of_joining_is_recovered_with_nominal_coverage() -> None:
    numbers, yearly, years, outside = np.random.default_rng(11), 0.4, 2.0, 32
    joined = numbers.binomial(outside, 1 - (1 - yearly) ** years, size=400)
    covered = 0
    for k in joined:
        series = pd.DataFrame(
            {
                "uptake_id": "u",
                "service_ja": "試験",
                "service_class": "light_saas",
                "as_of_date": pd.to_datetime(["2020-01-01", "2022-01-01"]),
                "members_count": [11, 11 + int(k)],
                "eligible_count": 43,
            }
        )
        row = measure_uptake(series, confidence_share=0.95).table.iloc[0]
        covered += row["low_joining_yearly_share"] <= yearly <= row["high_joining_yearly_share"]
    assert covered / len(joined) >= 0.94  # the exact interval covers at least its level


TOWNS = pd.DataFrame(
    {
        "municipality_code": ["271004", "271403", "272027"],
        "name_ja": ["大阪市", "堺市", "岸和田市"],
        "population_people": [60, 30, 10],
    }
)


def test_shares_by_hand() -> None:
    # price 100: equal 33⅓ each → 34/33/33 by code; population 60/30/10; half and half 46⅔/31⅔/21⅔ → 47/32/21 (ties by code)
    found = share_price(TOWNS, price_yen=100, equal_share=0.5).table
    assert found["equal_yen"].tolist() == [34, 33, 33]
    assert found["population_yen"].tolist() == [60, 30, 10]
    assert found["mixed_yen"].tolist() == [47, 32, 21]
    assert found["mixed_per_resident"].tolist() == pytest.approx([47 / 60, 32 / 30, 2.1])


@settings(max_examples=60, deadline=None)
@given(
    people=st.lists(st.integers(1, 3_000_000), min_size=1, max_size=43),
    price=st.integers(43, 10**12),
    equal=st.floats(0, 1),
)
def test_every_rule_adds_up_to_the_price_to_the_yen(people: list[int], price: int, equal: float) -> None:
    members = pd.DataFrame(
        {
            "municipality_code": [f"{i:06d}" for i in range(len(people))],
            "name_ja": "町",
            "population_people": people,
        }
    )
    table = share_price(members, price_yen=price, equal_share=equal).table
    for rule in ("equal_yen", "population_yen", "mixed_yen"):
        assert table[rule].sum() == price
        assert table[rule].min() >= 0
    # a smaller member never pays more than a larger one
    assert (table["mixed_yen"].diff().dropna() <= 1).all()


def test_largest_equal_share_by_brute_force(osaka: Case) -> None:
    people = osaka.table("municipalities")["population_people"]
    for elasticity in (0.51, 0.65, 0.8):
        limit = largest_equal_share(people, elasticity=elasticity)
        p = people.to_numpy(dtype=float)
        alone, together = p**elasticity, p.sum() ** elasticity
        for equal, all_gain in ((limit - 1e-6, True), (limit + 1e-3, False)):
            share = together * (equal / len(p) + (1 - equal) * p / p.sum())
            assert bool((share <= alone + 1e-9).all()) is all_gain


def test_stronger_scale_economies_allow_a_larger_equal_share(osaka: Case) -> None:
    people = osaka.table("municipalities")["population_people"]
    limits = [largest_equal_share(people, elasticity=b) for b in (0.4, 0.51, 0.65, 0.8, 0.9)]
    assert limits == sorted(limits, reverse=True)
    assert largest_equal_share(pd.Series([5, 5, 5]), elasticity=0.9) == 1.0  # equal members: any mixture is the same


@pytest.mark.parametrize(
    ("members", "price", "equal", "words"),
    [
        (TOWNS.iloc[:0], 100, 0.5, "参加団体"),
        (TOWNS, 2, 0.5, "価格 2 円"),
        (TOWNS, 100, 1.5, "均等割の割合 1.5"),
    ],
)
def test_shares_refuse_bad_input(members: pd.DataFrame, price: int, equal: float, words: str) -> None:
    with pytest.raises(DxError, match=words):
        share_price(members, price_yen=price, equal_share=equal)


def test_share_columns_have_japanese_names() -> None:
    assert missing_terms(share_price(TOWNS, price_yen=100, equal_share=0.5).to_frame().columns) == []


def test_shares_and_limits_of_named_members(osaka: Case) -> None:
    held = (osaka.table("joint_members"), osaka.table("municipalities"))
    shares = share_joint_price(*held, joint_id="JP01", price_yen=10_000_000.0, equal_share=0.3)
    assert len(shares.table) == 22
    assert shares.table["mixed_yen"].sum() == 10_000_000
    limits = compare_equal_limits(
        *held, osaka.table("joint_procurements"), joint_ids=["JP01", "JP04"], elasticities={"下限": 0.48, "上限": 0.59}
    ).table
    assert limits["members_count"].tolist() == [22, 22, 13, 13, 43, 43]
    assert limits["equal_limit_share"].between(0, 1).all()
    assert missing_terms(limits.columns) == []
    with pytest.raises(DxError, match="JP01"):
        share_joint_price(*held, joint_id="JP03", price_yen=1e6, equal_share=0.3)
