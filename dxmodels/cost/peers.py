"""Is a unit's cost per head out of line with its peers, by two different ideas of a peer?

Sets        i units (municipalities, systems), t components (tasks), P(i) peers: same published group, or the k nearest in ln(size)
Comparison  only over the components whose cost i knows, so that a blank is never a saving; a peer's own blanks are filled with the
            peers' median of that component: x_i = ln Σ_t c_it/s_i, and the same for each peer
Judgement   robust prediction interval: median(x_P) ± t(1-α/2, n-1)·1.4826·MAD(x_P)·√(1 + 1/n); outside = above or below; with fewer than
            the minimum of peers, or no spread among them, the answer is "not judged"
Source      類似団体別の比較（総務省 類似団体別市町村財政指数表 の考え方）; MAD: Rousseeuw & Croux 1993 (JASA 88).
What it leaves out: quality and scope of service; being out of line is a reason to ask, never a verdict.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats

from dxmodels.cost.checks import require_range

Floats = npt.NDArray[np.float64]
Rows = npt.NDArray[np.intp]

ABOVE, BELOW, WITHIN, NOT_JUDGED = "above", "below", "within", "not_judged"
_MAD_TO_SD = 1.4826


@dataclass(frozen=True)
class PeerParams:
    """How many neighbours, how wide the interval, and how few peers are too few (register: peer_*)."""

    neighbours: int
    level: float
    minimum_peers: int

    def __post_init__(self) -> None:
        """Refuse values outside their range, naming value, range and cure."""
        require_range("近傍団体の数", self.neighbours, 3, 1000, "3以上で指定してください（例：8）。")
        require_range("判定の水準", self.level, 0.5, 0.999, "0.5以上0.999以下で指定してください（例：0.95）。")
        require_range("判定に要する比較先の数", self.minimum_peers, 3, 1000, "3以上で指定してください（例：5）。")


def judge_by_group(costs: pd.DataFrame, size: pd.Series, group: pd.Series, params: PeerParams) -> pd.DataFrame:
    """Return the judgement of each unit against the others of its group (類似団体).

    ``costs``: units × components (yen, NaN = unknown), same index as ``size`` and ``group``. A unit without a group has no peers.
    """
    labels = group.astype("string").reindex(costs.index)
    peers = [np.flatnonzero((labels == labels.iloc[i]).fillna(False).to_numpy(dtype=bool)) for i in range(len(costs))]
    return _judge(costs, size, [rows[rows != i] for i, rows in enumerate(peers)], params)


def judge_by_neighbours(costs: pd.DataFrame, size: pd.Series, params: PeerParams) -> pd.DataFrame:
    """Return the judgement of each unit against its nearest neighbours in the logarithm of size."""
    logs = np.log(size.reindex(costs.index).to_numpy(dtype=float))
    peers = []
    for i in range(len(costs)):
        order = np.argsort(np.abs(logs - logs[i]), kind="stable")
        peers.append(order[order != i][: params.neighbours])
    return _judge(costs, size, peers, params)


def excess_by_component(costs: pd.DataFrame, size: pd.Series, peers: Rows, position: int) -> pd.Series:
    """Return, for one unit, its cost less the peers' median per head times its own size, by component (NaN = unknown)."""
    per_head = costs.div(size, axis=0)
    expected = per_head.iloc[peers].median(axis=0) * float(size.iloc[position])
    return costs.iloc[position] - expected


def _judge(costs: pd.DataFrame, size: pd.Series, peers: list[Rows], params: PeerParams) -> pd.DataFrame:
    per_head = costs.div(size.reindex(costs.index), axis=0).to_numpy(dtype=float)
    rows = [_judge_one(per_head, i, peers[i], params) for i in range(len(costs))]
    table = pd.DataFrame(rows, index=costs.index)
    names: list[object] = [list(costs.index[rows]) for rows in peers]
    return table.assign(peers=pd.Series(names, index=costs.index, dtype=object))


def _judge_one(per_head: Floats, i: int, peers: Rows, params: PeerParams) -> dict[str, object]:
    known = np.isfinite(per_head[i])
    totals = _comparable_totals(per_head[peers][:, known])
    n = len(totals)
    own = math.log(per_head[i, known].sum()) if known.any() and per_head[i, known].sum() > 0 else math.nan
    blank = {
        "peers_count": n,
        "peer_median_yen": math.nan,
        "ratio_to_peers": math.nan,
        "low_yen": math.nan,
        "high_yen": math.nan,
    }
    if n < params.minimum_peers or math.isnan(own):
        return {**blank, "state": NOT_JUDGED}
    logs = np.log(totals)
    centre = float(np.median(logs))
    spread = _MAD_TO_SD * float(np.median(np.abs(logs - centre)))
    half = float(stats.t.ppf(0.5 + params.level / 2, n - 1)) * spread * math.sqrt(1.0 + 1.0 / n)
    found = {"peers_count": n, "peer_median_yen": math.exp(centre), "ratio_to_peers": math.exp(own - centre)}
    found |= {"low_yen": math.exp(centre - half), "high_yen": math.exp(centre + half)}
    if spread == 0.0:
        return {**found, "state": NOT_JUDGED}
    return {**found, "state": ABOVE if own > centre + half else BELOW if own < centre - half else WITHIN}


def _comparable_totals(peers: Floats) -> Floats:
    """Return the peers' totals over the same components; peers that know none of them are left out."""
    if peers.size == 0:
        return np.empty(0)
    useful = peers[np.isfinite(peers).any(axis=1)]
    if useful.size == 0:
        return np.empty(0)
    counted = np.isfinite(useful).any(axis=0)
    useful = useful[:, counted]
    totals = np.where(np.isfinite(useful), useful, np.nanmedian(useful, axis=0)).sum(axis=1)
    return np.asarray(totals[totals > 0])
