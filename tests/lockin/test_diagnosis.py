"""Diagnosis, the planners' statement and the next tender: by hand, by recovery of the planted truth, by made inventories."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from dxmodels.errors import ModelError
from dxmodels.inputs import load_case, load_register
from dxmodels.lockin.diagnosis import LOCKED, OPEN, UNKNOWN, DiagnosisRule, diagnose_systems
from dxmodels.lockin.indicators import CATALOGUE, IndicatorSettings, evaluate_indicators
from dxmodels.lockin.indicators.table import IndicatorTable
from dxmodels.lockin.next_tender import FEATURES, fit_next_tender, list_tender_events
from dxmodels.lockin.statement import (
    NOT_COMPUTABLE,
    NOT_SUPPORTED,
    NOT_VERIFIABLE,
    SUPPORTED,
    Statement,
    check_statement,
)
from dxmodels.streams import stream

RULE = DiagnosisRule(level_share=0.5, locked_levels_count=2, value_cut_score=3, fit_cut_score=3)
SAID = Statement(40, 30, 50, 0.5, 0.4, 0.6)
TRUTH = Path(__file__).parents[2] / "data" / "osaka" / "truth" / "planted_systems.csv"
BY_LEVEL = {
    level: [
        e.name for e in CATALOGUE if e.level == level and e.group != "general" and "systems" in (*e.tables, "systems")
    ]
    for level in ("technical", "contractual", "knowledge")
}


def table_of(states: dict[str, dict[str, str]]) -> IndicatorTable:
    rows = [(name, "system", system, state) for system, flags in states.items() for name, state in flags.items()]
    findings = pd.DataFrame(rows, columns=["indicator", "subject_kind", "subject_id", "state"])
    return IndicatorTable(findings, pd.DataFrame(), pd.DataFrame(), ())


def systems_of(ids, value=4.0, fit=2.0) -> pd.DataFrame:
    return pd.DataFrame({"system_id": list(ids), "business_value_score": value, "technical_fit_score": fit})


TECHNICAL = ("customisation_high", "interface_documents_missing")
CONTRACTUAL = ("break_clause_missing", "source_closed")
KNOWLEDGE = ("staff_cannot_explain",)


def flags(technical: str, contractual: str, knowledge: str) -> dict[str, str]:
    words = {"f": "flagged", "n": "not_flagged", "?": "not_computable"}
    names = zip((*TECHNICAL, *CONTRACTUAL, *KNOWLEDGE), technical + contractual + knowledge, strict=True)
    return {name: words[mark] for name, mark in names}


@pytest.mark.parametrize(
    ("marks", "expected"),
    [
        (("ff", "ff", "n"), LOCKED),  # two levels of three
        (("fn", "fn", "n"), LOCKED),  # half of each is enough
        (("nn", "ff", "n"), OPEN),  # one level
        (("nn", "ff", "?"), UNKNOWN),  # knowledge would decide
        (("nn", "nn", "?"), OPEN),  # whatever knowledge says, one level at most
        (("ff", "ff", "?"), LOCKED),  # whatever knowledge says
        (("??", "ff", "f"), LOCKED),
        (("??", "ff", "n"), UNKNOWN),
        (("??", "??", "?"), UNKNOWN),
    ],
)
def test_the_rule_by_hand(marks, expected):
    found = diagnose_systems(table_of({"A": flags(*marks)}), systems_of("A"), rule=RULE)
    assert found.states()["A"] == expected


@pytest.mark.parametrize(
    ("value", "fit", "expected"),
    [(4, 4, "invest"), (3, 2.9, "migrate"), (2, 3, "tolerate"), (1, 1, "eliminate"), (None, 4, UNKNOWN)],
)
def test_quadrants_by_hand(value, fit, expected):
    systems = systems_of("A", value, fit).astype({"business_value_score": "Float64"})
    found = diagnose_systems(table_of({"A": flags("ff", "ff", "f")}), systems, rule=RULE)
    assert found.table["treatment"].tolist() == [expected]
    assert "3 点" in found.summary()


def test_rank_interval_is_a_point_only_where_every_weight_agrees():
    found = diagnose_systems(
        table_of(
            {
                "A": flags("ff", "ff", "f"),
                "B": flags("fn", "nf", "f"),
                "C": flags("nf", "fn", "f"),
                "D": flags("nn", "nn", "n"),
            }
        ),
        systems_of("ABCD"),
        rule=RULE,
    ).table.set_index("system_id")
    assert found.loc["A", ["rank_low", "rank_high"]].tolist() == [1, 1]
    assert found.loc["D", ["rank_low", "rank_high"]].tolist() == [4, 4]
    assert found.loc["B", ["rank_low", "rank_high"]].tolist() == [2, 3]  # B and C change places with the weights


def test_the_planted_lock_in_is_found_with_stated_precision():
    case, register = load_case("osaka"), load_register()
    found = diagnose_systems(
        evaluate_indicators(case, IndicatorSettings.from_register(register)),
        case.table("systems"),
        rule=DiagnosisRule.from_register(register),
    )
    truth = pd.read_csv(TRUTH).set_index("system_id")["locked_in"]
    states = found.states()
    suspected = truth.reindex(states.index[states == LOCKED])
    open_ones = truth.reindex(states.index[states == OPEN])
    assert suspected.mean() > 2.5 * truth.mean()  # precision against the base rate of 45 in 240
    assert open_ones.mean() < 0.1  # few locked-in systems are called open
    ranks = found.table.set_index("system_id")["lockin_rank"]
    below = (ranks[truth[truth].index].to_numpy()[:, None] < ranks[truth[~truth].index].to_numpy()[None, :]).mean()
    assert below > 0.8  # area under the curve of the rank


def inventory(locked: int, share: float) -> tuple[pd.DataFrame, pd.Series]:
    """240 systems of which the first ``locked`` hold exactly ``share`` of the cost."""
    cost = np.r_[np.full(locked, share / locked), np.full(240 - locked, (1 - share) / (240 - locked))] * 24e9
    ids = [f"S{i}" for i in range(240)]
    return pd.DataFrame({"system_id": ids, "annual_cost_yen": cost.round()}), pd.Series(
        [LOCKED] * locked + [OPEN] * (240 - locked), index=ids
    )


def test_forty_systems_with_half_of_the_budget_support_the_statement():
    found = check_statement(*inventory(40, 0.52), statement=SAID, is_illustrative=False)
    assert found.verdict == SUPPORTED
    assert "矛盾しない" in found.summary()
    assert "40、経費の 52.0％" in found.summary()


def test_twelve_systems_with_nine_per_cent_do_not():
    found = check_statement(*inventory(12, 0.09), statement=SAID, is_illustrative=False)
    assert found.verdict == NOT_SUPPORTED
    assert "合わない" in found.summary()
    assert "12、経費の 9.0％" in found.summary()


def test_a_third_of_the_fields_blank_gives_limits_and_names_the_fields():
    systems, states = inventory(40, 0.52)
    rng = stream(1, "test.statement")
    systems["annual_cost_yen"] = systems["annual_cost_yen"].astype("Float64").mask(rng.uniform(size=240) < 1 / 3)
    states = states.mask(rng.uniform(size=240) < 1 / 3, UNKNOWN)
    found = check_statement(systems, states, statement=SAID, is_illustrative=False)
    assert found.verdict == NOT_COMPUTABLE
    assert found.share_low < 0.52 < found.share_high
    assert found.locked_low_count < 40 < found.locked_high_count
    assert "算出不能" in found.summary()
    assert "年間運用経費" in found.summary()
    # a few blanks do not hide a clear answer
    systems, states = inventory(12, 0.09)
    assert (
        check_statement(
            systems, states.mask(states.index.isin(["S0", "S100"]), UNKNOWN), statement=SAID, is_illustrative=False
        ).verdict
        == NOT_SUPPORTED
    )


def test_without_the_key_fields_nothing_is_claimed():
    systems, states = inventory(40, 0.52)
    for table, known in (
        (systems.drop(columns="annual_cost_yen"), states),
        (systems, pd.Series(UNKNOWN, index=states.index)),
    ):
        found = check_statement(table, known, statement=SAID, is_illustrative=False)
        assert found.verdict == NOT_COMPUTABLE
        assert "算出不能" in found.summary()
        assert "％を占める" not in found.summary()


def test_an_illustrative_inventory_says_nothing_about_the_prefecture():
    found = check_statement(*inventory(40, 0.52), statement=SAID, is_illustrative=True)
    assert found.verdict == NOT_VERIFIABLE
    assert "検証不能" in found.summary()
    assert "52" not in found.summary()


def test_limits_are_exact_on_four_systems():
    # costs 10, 20, 30, blank (at most 30); locked: first yes, second unknown, third no, fourth no
    systems = pd.DataFrame(
        {"system_id": list("ABCD"), "annual_cost_yen": pd.array([10, 20, 30, None], dtype="Float64")}
    )
    states = pd.Series([LOCKED, UNKNOWN, OPEN, OPEN], index=list("ABCD"))
    found = check_statement(systems, states, statement=SAID, is_illustrative=False)
    assert found.share_low == pytest.approx(10 / 90)
    assert found.share_high == pytest.approx(30 / 60)


def made_events(count: int, strength: float) -> pd.DataFrame:
    rng = stream(2, "test.next_tender")
    before = rng.integers(0, 2, count).astype(float)
    table = pd.DataFrame({name: rng.normal(size=count) for name in FEATURES}).assign(single_bid_before=before)
    table["single_bid"] = (rng.uniform(size=count) < 1 / (1 + np.exp(-(strength * (before - 0.5))))).astype(float)
    table["system_id"] = [f"S{i // 3}" for i in range(count)]
    return table


def test_a_planted_dependence_is_found_and_noise_is_called_useless():
    strong = fit_next_tender(made_events(400, 4.0), least_count=100)
    assert strong.auc_interval[0] > 0.7
    assert 0.6 < strong.calibration_slope < 1.5
    assert strong.coefficients.set_index("feature")["log_odds_value"].idxmax() == "single_bid_before"
    noise = fit_next_tender(made_events(400, 0.0), least_count=100)
    assert noise.auc_interval[0] < 0.5 + 0.05
    assert "使わない" in noise.summary()
    assert "使わない" not in strong.summary()
    # noise calibrates badly; a negative slope carries the sign used everywhere, and AUC is told in words
    assert "-" not in noise.summary()
    assert f"当てやすさ {noise.auc:.2f}（AUC：0.5 は当て推量" in noise.summary()


def test_too_few_events_or_one_outcome_are_refused_with_the_number():
    with pytest.raises(ModelError, match="60 件"):
        fit_next_tender(made_events(60, 1.0), least_count=100)
    with pytest.raises(ModelError, match="同じ結果"):
        fit_next_tender(made_events(200, 1.0).assign(single_bid=1.0), least_count=100)


def test_events_hold_only_what_was_known_before():
    case = load_case("osaka", tables=["contracts", "systems", "bids", "vendors", "municipal_systems"])
    settings = IndicatorSettings.from_register(load_register())
    events = list_tender_events(case, settings)
    contracts = case.table("contracts")
    one = events.iloc[0]
    earlier = contracts[
        (contracts["system_id"] == one["system_id"])
        & (contracts["contract_fy"] < one["contract_fy"])
        & (contracts["contract_kind"] != "change")
    ]
    assert len(earlier) >= 1
    assert events["single_bid"].isin([0.0, 1.0]).all()
    assert events.groupby("system_id")["contract_fy"].apply(lambda s: s.is_monotonic_increasing).all()
