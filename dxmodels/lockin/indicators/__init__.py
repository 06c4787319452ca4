"""Which signals of lock-in and weak competition does a case show, and which can be computed at all?"""

from dxmodels.lockin.indicators.catalogue import CATALOGUE, GROUP_JA, LEVEL_JA
from dxmodels.lockin.indicators.findings import FLAGGED, NOT_COMPUTABLE, NOT_FLAGGED, STATE_JA
from dxmodels.lockin.indicators.settings import IndicatorSettings
from dxmodels.lockin.indicators.table import IndicatorTable, evaluate_indicators

__all__ = [
    "CATALOGUE",
    "FLAGGED",
    "GROUP_JA",
    "LEVEL_JA",
    "NOT_COMPUTABLE",
    "NOT_FLAGGED",
    "STATE_JA",
    "IndicatorSettings",
    "IndicatorTable",
    "evaluate_indicators",
]
