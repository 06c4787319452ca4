"""The cost questions as a report asks them: tools of this room with the settings of the register, each answer with its own sentence."""

from dxmodels.cost.asked.exchange import (
    EXCHANGE_SERIES,
    ConditionComparison,
    RateComparison,
    compare_at_observed_rates,
    compare_conditions,
    compare_published_pilot,
)
from dxmodels.cost.asked.overruns import (
    CAP_ASSUMPTIONS,
    CapComparison,
    ReplacementTail,
    TailCarriers,
    compare_overrun_caps,
    evaluate_replacement_tail,
    read_replacement_tail,
)
from dxmodels.cost.asked.sizes import (
    ScaleWithBands,
    compare_scale_with_bands,
)

__all__ = [
    "CAP_ASSUMPTIONS",
    "EXCHANGE_SERIES",
    "CapComparison",
    "ConditionComparison",
    "RateComparison",
    "ReplacementTail",
    "ScaleWithBands",
    "TailCarriers",
    "compare_at_observed_rates",
    "compare_conditions",
    "compare_overrun_caps",
    "compare_published_pilot",
    "compare_scale_with_bands",
    "evaluate_replacement_tail",
    "read_replacement_tail",
]
