"""What is a purchase, a unit or a vendor called on a page a planner reads?"""

from __future__ import annotations

import numpy as np

from dxmodels.bundling.params import SCOPES_JA
from dxmodels.bundling.problem import BundleProblem


def purchase_names(problem: BundleProblem) -> list[str]:
    """Return one name a bundle: task, who may take part, vendor and start year; the bundle's id where it has no such labels."""
    table = problem.bundles
    if not {"scope", "scope_name", "vendor_id", "start_fy"} <= set(table.columns) or "unit_key" not in problem.units:
        return [str(name) for name in problem.bundle_ids]
    key = np.full(problem.n_bundles, "", dtype=object)
    key[problem.bundle_of] = np.asarray(problem.units["unit_key"], dtype=object)[problem.unit_of]
    text = problem.texts.name
    return [
        f"{text(task)}・{SCOPES_JA['own'] if scope == 'own' else place}・{text(vendor)}・{start}年度開始"
        for task, scope, place, vendor, start in zip(
            key, table["scope"], table["scope_name"], table["vendor_id"], table["start_fy"], strict=True
        )
    ]
