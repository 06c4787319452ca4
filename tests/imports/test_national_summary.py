"""The national figures: by hand on made-up contracts, and to the digit on the ministries' own file where it is at hand."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from dxmodels.errors import MissingTableError
from dxmodels.inputs.imports import read_review
from dxmodels.lockin.national_summary import describe_summary, summarize_information_contracts

ROOT = Path(__file__).parents[2]
NAME = "gyosei_jigyo_review_2024_5-4.zip"
PUBLISHED = ROOT / "data" / "osaka" / "national_contracts.csv"
# statistic_id of the published table → (name, column) of the computed one
SAME = {
    "it_contracts": ("it_contracts", "value"),
    "it_value": ("it_value_bn_yen", "value"),
    "negotiated_share": ("negotiated_share_by_number", "value"),
    "negotiated_share_by_value": ("negotiated_share_by_value", "value"),
    "single_bid_share": ("single_bid_share", "value"),
    "single_bid_share_by_value": ("single_bid_share_by_value", "value"),
    "single_bid_share_lowest_price": ("single_bid_share 一般競争契約（最低価格）", "value"),
    "single_bid_share_comprehensive": ("single_bid_share 一般競争契約（総合評価）", "value"),
    "single_bid_share_other_contracts": ("single_bid_share_other_contracts", "value"),
    **{f"award_rate_{a}": (f"award_rate bidders {b}", "value") for a, b in (("1", "1"), ("2", "2"), ("3plus", "3+"))},
    **{
        f"award_rate_{a}_p{q}": (f"award_rate bidders {b}", f"p{q}")
        for a, b in (("1", "1"), ("2", "2"), ("3plus", "3+"))
        for q in (10, 25, 50, 75, 90)
    },
    **{
        f"award_rate_value_weighted_{a}": (f"award_rate_value_weighted bidders {b}", "value")
        for a, b in (("1", "1"), ("2", "2"), ("3plus", "3+"))
    },
    "bidder_elasticity": ("bidder_elasticity", "value"),
    "single_bid_premium_log": ("single_bid_premium_log", "value"),
    "vendor_hhi": ("vendor_hhi", "value"),
    "vendor_top5_share": ("vendor_top5_share", "value"),
    "contract_value_median": ("contract_value_median_m_yen", "value"),
    **{f"contract_value_p{q}": ("contract_value_median_m_yen", f"p{q}") for q in (10, 25, 75, 90)},
}


def sample() -> Path:
    places = [Path(os.environ.get("DX_SAMPLES", "")), ROOT.parent / "shared" / "samples", ROOT / "samples"]
    path = next((place / NAME for place in places if (place / NAME).is_file()), None)
    if path is None:
        pytest.skip(f"{NAME} is not at hand (set DX_SAMPLES to its folder)")
    return path


def test_the_real_file_gives_the_published_figures_to_the_digit() -> None:
    reading = read_review(sample(), kind="review54")
    assert reading.ledger.rows["used"] == 4_136
    summary = summarize_information_contracts(reading.keeping["review_contracts"]).set_index("name")
    published = pd.read_csv(PUBLISHED).set_index("statistic_id")
    assert set(SAME) == set(published.index)
    for statistic, (name, column) in SAME.items():
        assert summary.at[name, column] == published.at[statistic, "statistic_value"], statistic
    for name in ("bidder_elasticity", "single_bid_premium_log"):
        assert (
            summary.loc[name, ["low95", "high95", "n"]].tolist()
            == published.loc[name, ["low95_value", "high95_value", "observations_count"]].tolist()
        )


def contracts(rows: list[tuple[str, str, str, float, str, float | None, float | None]]) -> pd.DataFrame:
    columns = [
        "office_ja",
        "vendor_name_ja",
        "title_ja",
        "award_yen",
        "contract_method_ja",
        "bidders_count",
        "award_rate_pct",
    ]
    return pd.DataFrame(rows, columns=columns)


def test_shares_by_hand() -> None:
    table = contracts(
        [
            ("甲省", "A", "給与システム", 100, "一般競争契約（最低価格）", 1, 99.0),
            ("甲省", "B", "文書システム", 300, "一般競争契約（総合評価）", 2, 80.0),
            ("甲省", "A", "認証システム", 600, "随意契約（公募）", 1, 100.0),  # negotiated: no bid to count
            ("防衛省", "C", "給与システム", 900, "一般競争契約（最低価格）", 1, 99.0),  # office left out
            ("甲省", "D", "空調システム", 900, "一般競争契約（最低価格）", 4, 70.0),  # title left out
            ("甲省", "", "無名システム", 900, "一般競争契約（最低価格）", 1, 99.0),  # no vendor: no contract
        ]
    )
    value = summarize_information_contracts(table).set_index("name")["value"]
    assert value["it_contracts"] == 3
    assert value["negotiated_share_by_number"] == pytest.approx(1 / 3, abs=5e-4)
    assert value["negotiated_share_by_value"] == 0.6
    assert value["single_bid_share"] == 0.5
    assert value["single_bid_share_by_value"] == 0.25
    assert value["single_bid_share_other_contracts"] == 0.5
    assert value["vendor_hhi"] == pytest.approx(0.7**2 + 0.3**2, abs=5e-5)
    assert "bidder_elasticity" not in value.index  # two contracts estimate nothing


def test_a_planted_elasticity_is_found() -> None:
    draw = np.random.default_rng(4)
    bidders = draw.integers(1, 6, 2_000)
    rates = 90.0 * bidders**-0.2 * np.exp(draw.normal(0, 0.02, 2_000))
    rows = [("省", "v", "システム", float(yen), "一般競争契約", int(b), float(r))
            for yen, b, r in zip(draw.lognormal(18, 1, 2_000), bidders, rates, strict=True)]  # fmt: skip
    row = summarize_information_contracts(contracts(rows)).set_index("name").loc["bidder_elasticity"]
    assert row["low95"] <= -0.2 <= row["high95"]
    assert row["value"] == pytest.approx(-0.2, abs=0.005)


def test_without_information_systems_it_is_not_computable() -> None:
    with pytest.raises(MissingTableError, match="算出不能"):
        summarize_information_contracts(contracts([("省", "v", "道路", 1, "一般競争契約", 1, 90.0)]))


def test_the_sentence_carries_the_numbers_of_the_table() -> None:
    table = contracts(
        [("省", "v", "システム", 1, "一般競争契約", 1, 90.0), ("省", "w", "システム", 1, "一般競争契約", 2, 70.0)]
    )
    sentence = describe_summary(summarize_information_contracts(table))
    assert "2 件（全 2 件）" in sentence
    assert "50.0％（2 件）" in sentence
    assert "3者以上" not in sentence
