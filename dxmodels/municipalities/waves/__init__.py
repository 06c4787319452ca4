"""Which municipal system moves when, under vendor and staff capacity, and what if that is impossible?

``problem`` (the neutral tables), ``rules``, ``model`` (the mathematics), ``plan`` (the door), ``conflict`` and ``relaxation`` (no calendar:
which limits clash, what loosening costs), ``from_case`` (the tables made from a case).
"""

from dxmodels.municipalities.waves.conflict import WaveConflict, WaveInfeasibleError
from dxmodels.municipalities.waves.from_case import WAVE_ASSUMPTIONS, WaveTables, list_moves
from dxmodels.municipalities.waves.plan import WavePlan, plan_waves, plan_waves_or_explain
from dxmodels.municipalities.waves.rules import WaveRules, read_wave_rules

__all__ = [
    "WAVE_ASSUMPTIONS",
    "WaveConflict",
    "WaveInfeasibleError",
    "WavePlan",
    "WaveRules",
    "WaveTables",
    "list_moves",
    "plan_waves",
    "plan_waves_or_explain",
    "read_wave_rules",
]
