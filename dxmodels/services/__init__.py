"""Which digital services are duplicated across departments, and does the data-linkage platform pay?"""

from __future__ import annotations

from dxmodels.services.calibration import Calibration, calibrate, labelled_calibration
from dxmodels.services.embedders import Embedder, choose_embedder
from dxmodels.services.evaluation import OverlapEvaluation, evaluate_overlaps
from dxmodels.services.evidence import explain_pairs
from dxmodels.services.overlaps import OverlapGroups, find_overlaps

__all__ = [
    "Calibration",
    "Embedder",
    "OverlapEvaluation",
    "OverlapGroups",
    "calibrate",
    "choose_embedder",
    "evaluate_overlaps",
    "explain_pairs",
    "find_overlaps",
    "labelled_calibration",
]
