"""Peers and outliers: a planted outlier is found, a blank is no saving, few peers are no verdict."""

import numpy as np
import pandas as pd
import pytest

from dxmodels.cost import PeerParams, find_cost_outliers, read_peer_params
from dxmodels.cost.peers import judge_by_group, judge_by_neighbours
from dxmodels.errors import MissingTableError, ModelError
from dxmodels.inputs import Case, Register

PARAMS = PeerParams(neighbours=8, level=0.95, minimum_peers=5)
N = 24


def with_check_digit(code: str) -> str:
    weighted = sum(int(digit) * weight for digit, weight in zip(code, range(6, 1, -1), strict=True))
    return code + str((11 - weighted % 11) % 10)


def case(costs: np.ndarray, **columns: object) -> Case:
    """A case of 24 cities and three tasks; ``costs`` per resident, shape (24, 3)."""
    codes = [with_check_digit(f"27{index + 900}") for index in range(N)]
    sizes = np.round(np.exp(np.linspace(np.log(20_000), np.log(200_000), N))).astype(int)
    bodies = pd.DataFrame(
        {
            "municipality_code": codes,
            "name_ja": [f"架空市{index}" for index in range(N)],
            "kind": "city",
            "peer_type": ["甲"] * 20 + ["乙"] * 4,
            "region_block": "北",
            "population_people": sizes,
            "source": "架空",
        }
    )
    rows = pd.DataFrame(
        {
            "municipality_code": np.repeat(codes, 3),
            "task": ["T01", "T02", "T03"] * N,
            "annual_cost_yen": np.round((costs * sizes[:, None]).ravel()),
        }
    )
    rows = rows.assign(**{"hosting": "public_cloud", "customisation_rate": 0.1, "shared_group": None} | columns)
    return Case.from_frames({"municipalities": bodies, "municipal_systems": rows}, base_fy=2026, validate=False)


def level(seed: int = 1) -> np.ndarray:
    return 1000 * np.exp(np.random.default_rng(seed).normal(0, 0.1, (N, 3)))


def test_a_planted_outlier_is_found_by_both_comparisons_and_the_task_is_named() -> None:
    costs = level()
    costs[10, 0] *= 5
    found = find_cost_outliers(case(costs), params=PARAMS)
    row = found.table.iloc[10]
    assert row["verdict"] == "high"
    assert "one_task" in row["reason_codes"].split(";")
    assert found.outliers["name_ja"].iloc[0] == "架空市10"
    assert "架空市10" in found.summary()
    assert "無駄を意味しない" in found.summary()


def test_a_cheap_body_is_low_and_ordinary_ones_are_within() -> None:
    costs = level()
    costs[12] *= 0.3
    table = find_cost_outliers(case(costs), params=PARAMS).table
    assert table["verdict"].iloc[12] == "low"
    assert (table["verdict"].drop(12) == "within").mean() > 0.8


def test_false_alarms_are_about_as_rare_as_the_level_says() -> None:
    flagged = [
        (find_cost_outliers(case(level(seed)), params=PARAMS).table["near_state"].isin(["above", "below"])).mean()
        for seed in range(12)
    ]
    # a robust spread from eight peers is noisy: the rate stays below three times the nominal 5 %
    assert np.mean(flagged) < 0.15


def test_a_blank_cost_is_neither_a_saving_nor_hidden() -> None:
    costs = level()
    costs[10, 1] = np.nan
    row = find_cost_outliers(case(costs), params=PARAMS).table.iloc[10]
    # were the blank read as zero, the body would stand at two thirds of its peers
    assert row["near_ratio_to_peers"] == pytest.approx(1.0, abs=0.2)
    assert row["known_tasks_count"] == 2
    assert "incomplete" in row["reason_codes"]


def test_few_peers_are_no_verdict() -> None:
    costs = level()
    costs[22] *= 4
    row = find_cost_outliers(case(costs), params=PARAMS).table.iloc[22]
    assert row["group_state"] == "not_judged"
    assert row["group_peers_count"] == 3
    assert row["verdict"] == "high_one"
    assert "few_peers" in row["reason_codes"]


def test_reasons_name_observable_differences_only() -> None:
    costs = level()
    costs[10] *= 3
    hosting = np.array(["public_cloud"] * (3 * N))
    hosting[30:33] = "own_server"
    customised = np.full(3 * N, 0.1)
    customised[30:33] = 0.6
    shared = np.array(["組"] * (3 * N), dtype=object)
    shared[30:33] = None
    found = find_cost_outliers(
        case(costs, hosting=hosting, customisation_rate=customised, shared_group=shared), params=PARAMS
    )
    codes = set(found.table["reason_codes"].iloc[10].split(";"))
    assert codes == {"own_server", "customised", "not_shared"}


def test_the_comparison_by_hand() -> None:
    # five peers at 100, 110, 90, 120, 80 a head: median 100, MAD of logs by hand; own 300 is above
    sizes = pd.Series(10.0, index=list("abcdef"))
    costs = pd.DataFrame({"t": [1000, 1100, 900, 1200, 800, 3000]}, index=sizes.index, dtype=float)
    judged = judge_by_group(costs, sizes, pd.Series("g", index=sizes.index), PARAMS).loc["f"]
    logs = np.log([100, 110, 90, 120, 80])
    spread = 1.4826 * np.median(np.abs(logs - np.log(100)))
    half = 2.776445 * spread * np.sqrt(1.2)  # t(0.975, 4)
    assert judged["peer_median_yen"] == pytest.approx(100)
    assert judged["high_yen"] == pytest.approx(np.exp(np.log(100) + half), rel=1e-5)
    assert judged["ratio_to_peers"] == pytest.approx(3.0)
    assert judged["state"] == "above"


def test_neighbours_are_the_nearest_in_log_size() -> None:
    sizes = pd.Series([1.0, 10.0, 100.0, 1000.0, 10_000.0], index=list("abcde"))
    costs = pd.DataFrame({"t": sizes * 5})
    peers = judge_by_neighbours(costs, sizes, PeerParams(neighbours=3, level=0.95, minimum_peers=3))["peers"]
    assert set(peers["b"]) == {"a", "c", "d"}
    assert set(peers["e"]) == {"d", "c", "b"}


def test_missing_tables_are_not_computable_and_parameters_are_checked(register: Register) -> None:
    bare = Case.from_frames({}, base_fy=2026, validate=False)
    with pytest.raises(MissingTableError):
        find_cost_outliers(bare, params=PARAMS)
    with pytest.raises(ModelError, match="近傍"):
        PeerParams(neighbours=1, level=0.95, minimum_peers=5)
    assert read_peer_params(register).neighbours == 8
