"""What would staying, an open re-tender, or migration at the end of each contract cost over the coming years?

Paths of the suspected systems with a cost history and a contract end: at every contract end within the horizon the renewal is negotiated (stay) or competed (open re-tender,
migration). Migration adds the switching cost in the year of the first end. The effect of a competed renewal is estimated on the case's own renewals (events.py); its error is the
interval. Leaves out that effects seen on past re-tenders need not hold for systems never re-tendered (selection).
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from dxmodels.errors import ModelError
from dxmodels.lockin.forecast import PathComparison, compare_paths
from dxmodels.lockin.from_case import EVENTS, ExitAssumptions, ExitFields

STAY, OPEN, MOVE = (
    "今の契約を続ける（随意契約で更新）",
    "契約終了時に競争に付す",
    "契約終了時に移行する（切替費用を含む）",
)
_NEGOTIATED, _COMPETED = "renewal_negotiated", "renewal_competed"


def compare_exit_paths(
    series: pd.DataFrame,
    *,
    events: pd.DataFrame,
    fields: ExitFields,
    base_fy: int,
    assumptions: ExitAssumptions,
    draws: int,
    seed: int,
) -> PathComparison:
    """Return the yearly total of each path over the horizon; ModelError where no suspected system has both a history and the exit fields."""
    ids = [name for name in fields.table["system_id"] if name in set(series["id"])]
    if not ids:
        raise ModelError("算出不能：疑いの強いシステムに、経費の履歴と契約終了日・更新見積額がそろったものがありません。→ 経費の表と台帳の空欄を埋めてください。")  # fmt: skip
    table = fields.table.set_index("system_id").loc[ids]
    last = int(series["fiscal_year"].max())
    horizon = base_fy + assumptions.horizon_years - last
    ends = {name: range(int(first), last + horizon, assumptions.contract_years) for name, first in table["contract_end_fy"].items()}  # fmt: skip
    paths = {STAY: _renewals(ends, _NEGOTIATED), OPEN: _renewals(ends, _COMPETED), MOVE: _renewals(ends, _COMPETED)}
    switching = pd.DataFrame({"id": ids, "fiscal_year": table["contract_end_fy"].to_numpy(), "cost_yen": table["switching_yen"].to_numpy()})  # fmt: skip
    # Effects are learnt on every system's renewals; totals are those of the suspected systems alone.
    return compare_paths(
        series, events=events, paths=paths, horizon=horizon, one_off={MOVE: switching}, draws=draws, seed=seed, only=ids
    )


def _renewals(ends: dict[object, range], kind: str) -> pd.DataFrame:
    rows = [(str(name), year + 1, *(float(event == kind) for event in EVENTS)) for name, years in ends.items() for year in years]  # fmt: skip
    frame = pd.DataFrame(rows, columns=["id", "fiscal_year", *EVENTS])
    if frame.empty:
        return pd.DataFrame({"id": pd.Series(dtype=str), "fiscal_year": pd.Series(dtype=int), **{event: np.zeros(0) for event in EVENTS}})  # fmt: skip
    return frame
