"""Cost, joint-procurement bundles, lock-in and consolidation of public IT under one register of sourced assumptions.

The public names below are loaded when first asked for, so that ``import dxmodels`` stays quick. ARCHITECTURE.md maps the rooms.
"""

from __future__ import annotations

import importlib
from typing import Any

_HOME: dict[str, str] = {
    "load_case": "dxmodels.inputs",
    "load_register": "dxmodels.inputs",
    "compare_government_cloud": "dxmodels.cost",
    "estimate_scale": "dxmodels.cost",
    "switching_value": "dxmodels.cost",
    "estimate_premium": "dxmodels.lockin",
    "evaluate_indicators": "dxmodels.lockin",
    "forecast_costs": "dxmodels.lockin",
    "optimal_exit": "dxmodels.lockin",
    "find_overlaps": "dxmodels.services",
    "BundleProblem": "dxmodels.bundling",
    "CostGame": "dxmodels.bundling",
    "check_stability": "dxmodels.bundling",
    "optimize_bundles": "dxmodels.bundling",
    "share_costs": "dxmodels.bundling",
    "verify_plan": "dxmodels.bundling",
    "find_boxes": "dxmodels.consolidation",
    "regret_table": "dxmodels.consolidation",
    "simulate": "dxmodels.consolidation",
    "sobol_indices": "dxmodels.consolidation",
    "value_of_information": "dxmodels.consolidation",
    "ahp_weights": "dxmodels.panel",
    "cooke_weights": "dxmodels.panel",
    "kendall_w": "dxmodels.panel",
    "smaa": "dxmodels.panel",
}

__all__ = sorted(_HOME)


def __getattr__(name: str) -> Any:
    """Return a public name from the room it lives in."""
    if name in _HOME:
        return getattr(importlib.import_module(_HOME[name]), name)
    raise AttributeError(f"module 'dxmodels' has no attribute {name!r}")


def __dir__() -> list[str]:
    """Return the public names."""
    return list(_HOME)
