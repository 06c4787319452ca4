"""Which digital services are duplicated across departments, and does the data-linkage platform pay?"""

from __future__ import annotations

from dxmodels.services.calibration import Calibration, calibrate, labelled_calibration
from dxmodels.services.departments import SystemOverlaps, find_system_overlaps, list_twice_listed
from dxmodels.services.embedders import Embedder, choose_embedder
from dxmodels.services.evaluation import OverlapEvaluation, evaluate_overlaps
from dxmodels.services.evidence import explain_pairs
from dxmodels.services.merging import MergeSaving, merge_saving
from dxmodels.services.overlaps import OverlapGroups, find_overlaps

__all__ = [
    "Calibration",
    "Embedder",
    "MergeSaving",
    "OverlapEvaluation",
    "OverlapGroups",
    "SystemOverlaps",
    "calibrate",
    "choose_embedder",
    "evaluate_overlaps",
    "explain_pairs",
    "find_overlaps",
    "find_system_overlaps",
    "labelled_calibration",
    "list_twice_listed",
    "merge_saving",
]
