"""The questions about the divide, put to a case with the settings of the register: what a notebook calls.

Each function collects the scores anew: it takes milliseconds and keeps every answer complete in itself.
"""

from __future__ import annotations

from dxmodels.inputs import Case, Register
from dxmodels.municipalities.divide.actions import ActionGains, rank_actions
from dxmodels.municipalities.divide.gap import GapMeasures, SizePattern, describe_size_pattern, measure_gap
from dxmodels.municipalities.divide.ranks import RankIntervals, find_rank_intervals
from dxmodels.municipalities.divide.scores import Scores, collect_scores, read_size_classing
from dxmodels.municipalities.divide.weights import read_weight_region

# Assumptions the answers rest on, for the sources of an exhibit.
RANK_ASSUMPTIONS = ("divide_domain_floor_share", "divide_domain_cap_share", "divide_tilt_ratio", "divide_lowest_count")
ACTION_ASSUMPTIONS = (*RANK_ASSUMPTIONS, "divide_steps_count")
PATTERN_ASSUMPTIONS = ("size_class_city_split_people", "report_confidence_share")


def rank_municipalities(case: Case, register: Register, *, seed: int) -> RankIntervals:
    """Return rank intervals of all municipalities under every sensible weighting (E27)."""
    return find_rank_intervals(
        _scores(case, register),
        region=read_weight_region(register),
        lowest_count=round(register.value("divide_lowest_count")),
        draws=round(register.value("divide_weight_draws_count")),
        seed=seed,
    )


def lift_lowest(case: Case, register: Register, *, seed: int) -> ActionGains:
    """Return which steps lift the lowest municipalities most (E27)."""
    return rank_actions(
        _scores(case, register),
        list(rank_municipalities(case, register, seed=seed).lowest["municipality_code"]),
        steps=round(register.value("divide_steps_count")),
        region=read_weight_region(register),
        draws=round(register.value("divide_weight_draws_count")),
        seed=seed,
    )


def describe_pattern(case: Case, register: Register) -> SizePattern:
    """Return which indicators go with size (E27)."""
    return describe_size_pattern(_scores(case, register), confidence_share=register.value("report_confidence_share"))


def compare_gap(case: Case, register: Register) -> GapMeasures:
    """Return gap measures of every indicator (E27)."""
    return measure_gap(_scores(case, register))


def _scores(case: Case, register: Register) -> Scores:
    return collect_scores(case, sizes=read_size_classing(register))


rank_municipalities.question_ja = "デジタル格差の順位"  # type: ignore[attr-defined]
lift_lowest.question_ja = "下位団体を引き上げる取組"  # type: ignore[attr-defined]
describe_pattern.question_ja = "規模と指標の関係"  # type: ignore[attr-defined]
compare_gap.question_ja = "指標ごとの格差の大きさ"  # type: ignore[attr-defined]
