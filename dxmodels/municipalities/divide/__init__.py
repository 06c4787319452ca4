"""How large is the digital divide between the municipalities, who is behind whatever the weights, and what would lift them most?

Letter by letter: ``scores`` (what is compared, on which scale), ``weights`` (which weightings are sensible), ``ranks`` (index and
exact rank intervals under all of them), ``gap`` (Gini, Theil, pattern by size), ``actions`` (which two steps lift the lowest most).
"""

from dxmodels.municipalities.divide.actions import ActionGains, rank_actions
from dxmodels.municipalities.divide.from_case import (
    ACTION_ASSUMPTIONS,
    PATTERN_ASSUMPTIONS,
    RANK_ASSUMPTIONS,
    compare_gap,
    describe_pattern,
    lift_lowest,
    rank_municipalities,
)
from dxmodels.municipalities.divide.gap import (
    GapMeasures,
    SizePattern,
    describe_size_pattern,
    measure_gap,
    read_pattern,
)
from dxmodels.municipalities.divide.ranks import RankIntervals, find_rank_intervals
from dxmodels.municipalities.divide.scores import Scores, SizeClassing, collect_scores, read_size_classing
from dxmodels.municipalities.divide.weights import WeightRegion, read_weight_region

__all__ = [
    "ACTION_ASSUMPTIONS",
    "PATTERN_ASSUMPTIONS",
    "RANK_ASSUMPTIONS",
    "ActionGains",
    "GapMeasures",
    "RankIntervals",
    "Scores",
    "SizeClassing",
    "SizePattern",
    "WeightRegion",
    "collect_scores",
    "compare_gap",
    "describe_pattern",
    "describe_size_pattern",
    "find_rank_intervals",
    "lift_lowest",
    "measure_gap",
    "rank_actions",
    "rank_municipalities",
    "read_pattern",
    "read_size_classing",
    "read_weight_region",
]
