"""Which digital services are duplicated across departments, and does the data-linkage platform pay?"""

from __future__ import annotations

from dxmodels.services.calibration import Calibration, calibrate, labelled_calibration
from dxmodels.services.departments import SystemOverlaps, find_system_overlaps, list_twice_listed
from dxmodels.services.embedders import Embedder, choose_embedder
from dxmodels.services.evaluation import OverlapEvaluation, evaluate_overlaps
from dxmodels.services.evidence import explain_pairs
from dxmodels.services.merging import MergeSaving, merge_saving
from dxmodels.services.overlaps import OverlapGroups, find_overlaps
from dxmodels.services.platform import PlatformAccount, evaluate_platform
from dxmodels.services.platform_facts import read_published_platform, switching_values
from dxmodels.services.platform_uptake import estimate_uptake_rates
from dxmodels.services.use_cases import EXAMPLE_USE_CASES, UseCase, check_claims

__all__ = [
    "EXAMPLE_USE_CASES",
    "Calibration",
    "Embedder",
    "MergeSaving",
    "OverlapEvaluation",
    "OverlapGroups",
    "PlatformAccount",
    "SystemOverlaps",
    "UseCase",
    "calibrate",
    "check_claims",
    "choose_embedder",
    "estimate_uptake_rates",
    "evaluate_overlaps",
    "evaluate_platform",
    "explain_pairs",
    "find_overlaps",
    "find_system_overlaps",
    "labelled_calibration",
    "list_twice_listed",
    "merge_saving",
    "read_published_platform",
    "switching_values",
]
