"""The state's contracts: published values come through, intervals agree with another program, money gets no binomial interval."""

from __future__ import annotations

import pytest
from statsmodels.stats.proportion import proportion_confint

from dxmodels.errors import MissingTableError
from dxmodels.glossary import missing_terms
from dxmodels.inputs import Case, load_case
from dxmodels.lockin.national import compare_award_rates, compare_national_contracts


@pytest.fixture(scope="module")
def osaka() -> Case:
    return load_case("osaka", published_only=True)


def test_published_values_come_through(osaka: Case) -> None:
    table = osaka.table("national_contracts")
    found, awards = compare_national_contracts(table), compare_award_rates(table)
    assert found.single_bid_share == pytest.approx(0.749)
    assert awards.table["mean_award_rate"].tolist() == pytest.approx([0.952, 0.851, 0.736])
    assert awards.table["observations_count"].tolist() == [113, 21, 8]
    assert awards.effects["statistic_value"].tolist() == pytest.approx([-0.156, 0.155])
    assert "74.9％" in found.summary()
    assert "8 件しかなく" in awards.summary()


def test_intervals_agree_with_statsmodels(osaka: Case) -> None:
    rows = compare_national_contracts(osaka.table("national_contracts")).shares
    for row in rows[rows["low_share"].notna()].itertuples():
        # the published share is rounded: the same rounded share enters both programs
        low, high = proportion_confint(
            row.contracts_share * row.observations_count, row.observations_count, method="wilson"
        )
        assert (row.low_share, row.high_share) == pytest.approx((low, high))


def test_shares_of_money_carry_no_interval(osaka: Case) -> None:
    rows = compare_national_contracts(osaka.table("national_contracts")).shares.set_index("statistic_id")
    assert rows.loc[["single_bid_share_by_value", "negotiated_share_by_value"], "low_share"].isna().all()


def test_missing_statistics_are_named(osaka: Case) -> None:
    rows = osaka.table("national_contracts")
    with pytest.raises(MissingTableError) as caught:
        compare_award_rates(rows[rows["statistic_id"] != "award_rate_2"])
    assert caught.value.columns == ("award_rate_2",)


def test_columns_have_japanese_names(osaka: Case) -> None:
    table = osaka.table("national_contracts")
    awards = compare_award_rates(table)
    assert missing_terms([*compare_national_contracts(table).shares, *awards.table, *awards.effects]) == []
