"""The brief of one municipality against its peers, and the case-level doors with the register's settings."""

from __future__ import annotations

import numpy as np
import pytest

from dxmodels.errors import DxError
from dxmodels.glossary import missing_terms
from dxmodels.inputs import Case, NotComputable, attempt, load_register
from dxmodels.municipalities.divide import (
    collect_scores,
    describe_pattern,
    find_rank_intervals,
    lift_lowest,
    rank_municipalities,
    read_size_classing,
    read_weight_region,
)
from dxmodels.municipalities.profile import HIGHER, LOWER, compare_with_peers


def test_position_by_hand(osaka: Case) -> None:
    found = compare_with_peers(
        osaka, load_register(), municipality_code="273619"
    )  # 熊取町: 47 % online, among ten towns
    row = found.table.set_index("name_ja").loc["よく使う32手続のオンライン化"]
    # the other nine: 島本 53, 豊能 18, 能勢 22, 忠岡 30, 田尻 11, 岬 23, 太子 57, 河南 14, 千早赤阪 40
    others = [0.53, 0.18, 0.22, 0.30, 0.11, 0.23, 0.57, 0.14, 0.40]
    assert found.peers_count == 9
    assert row["own_value"] == pytest.approx(0.47)
    assert row["peer_median_value"] == pytest.approx(np.median(others))
    assert (row["peer_low_value"], row["peer_high_value"]) == pytest.approx((0.11, 0.57))
    assert row["position_ja"] == HIGHER  # above the upper quartile 0.40
    assert "熊取町" in found.summary()


def test_a_yes_or_no_is_judged_by_what_most_peers_do(osaka: Case) -> None:
    table = compare_with_peers(osaka, load_register(), municipality_code="273830").table  # 千早赤阪村
    answers = table[table["unit"] == "有無"]
    for own, share, position in zip(
        answers["own_value"], answers["peer_mean_value"], answers["position_ja"], strict=True
    ):
        expected = HIGHER if own > share and share < 0.5 else LOWER if own < share and share > 0.5 else "同じ規模なみ"
        assert position == expected
    assert {HIGHER, LOWER} <= set(answers["position_ja"])


def test_context_is_shown_but_not_judged(osaka: Case) -> None:
    table = compare_with_peers(osaka, load_register(), municipality_code="273830").table
    context = table[table["domain_ja"] == "背景"]
    assert len(context) == 5
    assert (context["position_ja"] == "").all()
    outlook = context.set_index("name_ja").loc["人口の見通し（2045年÷2020年）", "own_value"]
    assert outlook == pytest.approx(2425 / 4909)  # 社人研 2045 over census 2020


def test_the_last_of_all_is_low_on_every_count_it_differs_in(osaka: Case) -> None:
    table = compare_with_peers(osaka, load_register(), municipality_code="273627").table  # 田尻町
    assert LOWER in set(table["position_ja"])
    assert missing_terms(table.columns) == []


def test_unknown_municipality_is_refused(osaka: Case) -> None:
    with pytest.raises(DxError, match="999999"):
        compare_with_peers(osaka, load_register(), municipality_code="999999")


def test_case_doors_use_the_settings_of_the_register(osaka: Case) -> None:
    register = load_register()
    ranks = rank_municipalities(osaka, register, seed=3)
    scores = collect_scores(osaka, sizes=read_size_classing(register))
    direct = find_rank_intervals(scores, region=read_weight_region(register), lowest_count=5, draws=4096, seed=3)
    assert ranks.table.equals(direct.table)
    wider = rank_municipalities(osaka, register.replace("divide_domain_cap_share", central=1.0), seed=3)
    spread, wide = ((r.table["worst_rank"] - r.table["best_rank"]).sum() for r in (ranks, wider))
    assert wide > spread
    assert len(lift_lowest(osaka, register, seed=3).group_names) == 5
    assert describe_pattern(osaka, register).municipalities_count == 43


def test_doors_answer_not_computable_without_the_dashboard() -> None:
    empty = Case.from_frames({}, base_fy=2026, validate=False)
    missing = attempt(rank_municipalities, empty, load_register(), seed=1)
    assert isinstance(missing, NotComputable)
    assert "デジタル格差の順位" in missing.message
