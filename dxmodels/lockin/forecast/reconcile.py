"""How do forecasts of systems, departments and the prefecture add up?

Method: weighted-least-squares reconciliation, ỹ = S (S' W⁻¹ S)⁻¹ S' W⁻¹ ŷ, W diagonal with each series' squared difficulty (MinT with a diagonal error covariance:
Wickramasuriya, Athanasopoulos & Hyndman 2019). Totals are forecast as series of their own, so a trend visible only in the total still counts.
Bottom values that would turn negative are set to zero and totals re-added. Intervals do not add up and are not meant to.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from dxmodels.errors import ModelError
from dxmodels.lockin.forecast.series import id_texts
from dxmodels.lockin.forecast.windows import Floats

TOTAL = "合計"


def summing_rows(ids: Sequence[str], groups: pd.DataFrame | pd.Series) -> list[tuple[str, str, np.ndarray]]:
    """Return (level, name, member positions) of every group and of the grand total; raises ModelError for ids without a group."""
    if not isinstance(groups, pd.DataFrame | pd.Series):
        raise ModelError(
            f"groups は表（DataFrame）か系列（Series）で渡してください（{type(groups).__name__} が渡されました）。"
        )
    table = groups.to_frame() if isinstance(groups, pd.Series) else groups
    if "id" in table.columns:
        table = table.set_index("id")
    table = table.copy()
    table.index = pd.Index(id_texts(table.index.to_series()))
    lost = [name for name in ids if name not in table.index]
    if lost:
        raise ModelError(
            f"集計先の分からない系列が {len(lost)} 件あります（{'、'.join(lost[:5])} など）。→ groups に加えてください。"
        )
    if table.index.has_duplicates:
        raise ModelError("groups の id に重複があります。→ 1系列1行にしてください。")
    place = {name: position for position, name in enumerate(ids)}
    rows: list[tuple[str, str, np.ndarray]] = []
    for level in table.columns:
        for name, members in table.loc[list(ids)].groupby(level, sort=True, dropna=False).groups.items():
            rows.append((str(level), str(name), np.array([place[member] for member in members])))
    rows.append(("total", TOTAL, np.arange(len(ids))))
    return rows


def reconcile(
    base: Floats, totals: Floats, members: Sequence[np.ndarray], difficulty: Floats, total_difficulty: Floats
) -> tuple[Floats, Floats]:
    """Return base (series × horizon) and totals (groups × horizon) that add up exactly; arguments are the unreconciled forecasts and their difficulty."""
    count = len(base)
    sums = np.zeros((len(members), count))
    for row, positions in enumerate(members):
        sums[row, positions] = 1.0
    out = np.zeros_like(base)
    for year in range(base.shape[1]):
        inverse = 1.0 / np.maximum(difficulty[:, year], 1e-12) ** 2
        upper = 1.0 / np.maximum(total_difficulty[:, year], 1e-12) ** 2
        # Least squares around the base forecast: correct the base by what the totals say differently.
        gap = totals[:, year] - sums @ base[:, year]
        spread = (sums / inverse) @ sums.T + np.diag(1.0 / upper)
        out[:, year] = base[:, year] + (sums / inverse).T @ np.linalg.solve(spread, gap)
    out = np.maximum(out, 0.0)
    return out, sums @ out
