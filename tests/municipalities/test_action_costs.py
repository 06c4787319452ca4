"""Gain per yen of two steps: by hand on four towns, and what the published case says."""

import numpy as np
import pandas as pd
import pytest

from dxmodels import glossary
from dxmodels.inputs import Case, load_register
from dxmodels.municipalities.action_costs import _efficient, _per_yen, lift_lowest_per_yen
from dxmodels.municipalities.divide import lift_lowest

REGISTER = load_register()


def test_per_yen_counts_only_what_money_adds_to_the_free_set() -> None:
    # free set lifts .10; 5 yen lift .15 (+.05: .01 a yen); 20 yen lift .30 (+.20: .01 a yen); 1 yen lifts .09 (less than the free one)
    gain, cost = np.array([[0.10, 0.15, 0.30, 0.09]]), np.array([[0.0, 5.0, 20.0, 1.0]])
    assert _per_yen(gain, cost, cost[0])[0].tolist() == pytest.approx([-np.inf, 0.01, 0.01, -0.01])


def test_a_set_is_efficient_where_nothing_lifts_as_much_for_less() -> None:
    gain, cost = np.array([0.1, 0.2, 0.2, 0.3, 0.1]), np.array([0.0, 5.0, 6.0, 9.0, 0.0])
    assert _efficient(gain, cost).tolist() == [True, True, False, True, True]


def test_published_case_by_hand(osaka: Case) -> None:
    found = lift_lowest_per_yen(osaka, REGISTER, seed=2026)
    costs = found.costs.set_index("step_ja")
    # policy: four of the five lowest have none, 5 million yen each
    assert costs.loc["DX推進の全体方針", "cost_yen"] == 4 * 5_000_000
    # online procedures: shares missing to the median times the procedures each body is in charge of, half a million yen each
    series = osaka.table("municipality_series").query("indicator_id == 'dx_online_32_denominator'")
    owned = series.set_index("municipality_code")["indicator_value"].astype(float)
    needs = lift_lowest(osaka, REGISTER, seed=2026).needs.query("step_ja == 'よく使う32手続のオンライン化'")
    by_hand = sum(row.distance_score * owned[row.municipality_code] * 500_000 for row in needs.itertuples())
    assert costs.loc["よく使う32手続のオンライン化", "cost_yen"] == pytest.approx(by_hand, abs=1)
    # gains are those of the divide, cost of a pair is the sum of its steps
    gains = lift_lowest(osaka, REGISTER, seed=2026).table.set_index("steps_ja")["central_gain_score"]
    table = found.table.set_index("steps_ja")
    pd.testing.assert_series_equal(table["central_gain_score"], gains.reindex(table.index), check_exact=False)
    pair = table.loc["全庁的な推進体制＋DX人材の育成"]
    assert pair["cost_yen"] == 4 * 2_500_000
    free = table.loc["CIOの任命＋全庁的な推進体制", "central_gain_score"]
    assert pair["gain_per_100m_yen_score"] == pytest.approx((pair["central_gain_score"] - free) / 10e6 * 1e8)
    assert found.best.name == 0
    assert found.best["steps_ja"] in found.summary()


def test_a_dearer_step_is_no_longer_best(osaka: Case) -> None:
    first = lift_lowest_per_yen(osaka, REGISTER, seed=2026).best["steps_ja"]
    assert "DX人材の育成" in first
    dear = REGISTER.replace("action_cost_dx_training", central=50_000_000, low=40_000_000, high=60_000_000)
    assert "DX人材の育成" not in lift_lowest_per_yen(osaka, dear, seed=2026).best["steps_ja"]


def test_every_column_has_a_label(osaka: Case) -> None:
    found = lift_lowest_per_yen(osaka, REGISTER, seed=1)
    assert glossary.missing_terms(dict.fromkeys([*found.table, *found.costs])) == []
    assert found.table["best_share"].sum() == pytest.approx(1.0)
