"""The real pattern: online procedures, AI and RPA fall steadily with the size class; external talent and policy do not."""

import pandas as pd
import pytest

from dxmodels.inputs import Case, load_register
from dxmodels.municipalities.divide import describe_pattern, read_pattern

STEADY, NOT_STEADY = ("dx_online_32", "dx_ai", "dx_rpa"), ("dx_external_talent", "dx_policy")
LARGE_TO_SMALL = ["政令指定都市", "中核市", "その他の市（10万人以上）", "その他の市（10万人未満）", "町村"]


@pytest.fixture(scope="module")
def means(osaka: Case) -> pd.DataFrame:
    long = describe_pattern(osaka, load_register()).class_means
    return long.pivot(index="size_class_ja", columns="indicator_id", values="mean_score").loc[LARGE_TO_SMALL]


@pytest.mark.parametrize("indicator", STEADY)
def test_falls_from_every_size_class_to_the_next(means: pd.DataFrame, indicator: str) -> None:
    assert means[indicator].is_monotonic_decreasing
    assert means[indicator].iloc[0] - means[indicator].iloc[-1] > 0.4


@pytest.mark.parametrize("indicator", NOT_STEADY)
def test_rises_somewhere_on_the_way_down(means: pd.DataFrame, indicator: str) -> None:
    assert not means[indicator].is_monotonic_decreasing


def test_the_reading_says_the_same(osaka: Case) -> None:
    pattern = describe_pattern(osaka, load_register())
    names = pattern.table.set_index("indicator_id")["name_ja"]
    falling = pattern.steadily_falling()
    assert {names[indicator] for indicator in STEADY} <= set(falling)
    assert not {names[indicator] for indicator in NOT_STEADY} & set(falling)
    first = read_pattern(pattern)[0]
    assert names["dx_rpa"] in first.split("。")[0]
    assert names["dx_external_talent"] in first.split("。")[1]  # rises with residents over all, not from class to class


def test_the_means_are_those_of_the_published_tables(osaka: Case, means: pd.DataFrame) -> None:
    """Counted again from the tables as they are, without the room."""
    towns = osaka.table("municipalities").set_index("municipality_code")
    series = osaka.table("municipality_series")
    small = towns.index[towns["kind"].isin(["town", "village"])]
    core = towns.index[towns["peer_type"] == "中核市"]
    for indicator, scale in (("dx_online_32", 100.0), ("dx_ai", 1.0), ("dx_policy", 1.0)):
        values = series[series["indicator_id"] == indicator].set_index("municipality_code")["indicator_value"] / scale
        assert means.loc["町村", indicator] == pytest.approx(float(values[small].mean()))
        assert means.loc["中核市", indicator] == pytest.approx(float(values[core].mean()))
