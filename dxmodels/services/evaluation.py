"""How well does the search find what a person would call the same, and how many checks does it cost?

Data       labels: which services belong together (group_id, blank = without a twin); a pair is "same" when both carry one group.
Measures   average precision over all pairs (area under precision-recall, scikit-learn); precision and recall of "similarity at least t";
           recall at k = share of the truly same pairs among the k most alike (k = what a reviewer can check).
Interval   5–95 % of the Bayesian bootstrap over *services* (Rubin 1981): pairs sharing a service are not independent, so whole services
           are reweighted, a pair weighing the product of its two.
What it leaves out: labels are taken as true; an other person may label otherwise.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.metrics import average_precision_score

from dxmodels.errors import ModelError
from dxmodels.money import format_rate
from dxmodels.services.embedders import EMBEDDER_JA
from dxmodels.services.overlaps import OverlapGroups
from dxmodels.streams import stream

_THRESHOLDS_SHOWN = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6)
_BOOTSTRAP_DRAWS = 200
_ENDS = (0.05, 0.95)


@dataclass(frozen=True, eq=False)
class OverlapEvaluation:
    """Average precision with interval, precision and recall by threshold, recall within a reviewer's checks."""

    table: pd.DataFrame = field(repr=False)
    average_precision: float
    average_precision_low: float
    average_precision_high: float
    recall_at_checks: float
    checks_count: int
    services_count: int
    same_pairs_count: int
    pairs_count: int
    embedder: str

    @property
    def chance_precision(self) -> float:
        """Average precision of a search that guesses: the share of same pairs."""
        return self.same_pairs_count / self.pairs_count

    def to_frame(self) -> pd.DataFrame:
        """Return one row a threshold: pairs above it, precision and recall."""
        return self.table.copy()

    def summary(self) -> str:
        """Return the accuracy in one Japanese sentence."""
        return (
            f"標識付き{self.services_count}件（同じ{self.same_pairs_count}組／全{self.pairs_count:,}組）での平均適合率は{self.average_precision:.2f}"
            f"（5〜95％区間 {self.average_precision_low:.2f}〜{self.average_precision_high:.2f}、当て推量なら{self.chance_precision:.2f}）。"
            f"似ている順に{self.checks_count}組を確認すれば、同じ組の{format_rate(self.recall_at_checks, decimals=0)}が見つかる"
            f"（方法：{EMBEDDER_JA.get(self.embedder, self.embedder)}）。"
        )


def evaluate_overlaps(
    found: OverlapGroups, labels: pd.DataFrame, *, checks: int = 50, seed: int = 0
) -> OverlapEvaluation:
    """Return how well the similarities of ``found`` agree with ``labels`` (service_id, group_id; blank = no twin).

    Raises ModelError where a service has no label row, or no two services carry the same group.
    """
    group = _groups_of(found, labels)
    rows, columns = np.triu_indices(len(group), 1)
    same = (group[rows] == group[columns]) & (group[rows] != "")
    if not same.any():
        raise ModelError("標識に同じ組が1つもないため、精度を計算できません。2件以上に同じ組の番号を付けてください。")
    likeness = found.similarity[rows, columns]
    low, high = _interval(likeness, same, rows, columns, len(group), seed)
    ranked = same[np.argsort(-likeness, kind="stable")]
    return OverlapEvaluation(
        table=_by_threshold(likeness, same, found.threshold),
        average_precision=float(average_precision_score(same, likeness)),
        average_precision_low=low,
        average_precision_high=high,
        recall_at_checks=float(ranked[:checks].sum() / same.sum()),
        checks_count=checks,
        services_count=len(group),
        same_pairs_count=int(same.sum()),
        pairs_count=len(same),
        embedder=found.embedder,
    )


def _groups_of(found: OverlapGroups, labels: pd.DataFrame) -> npt.NDArray[np.object_]:
    known = dict(zip(labels["service_id"].astype(str), labels["group_id"].astype("string").fillna(""), strict=True))
    missing = [name for name in found.services["service_id"] if str(name) not in known]
    if missing:
        raise ModelError(
            f"標識のないサービスが {len(missing)} 件あります（例：{missing[0]}）。単独のサービスも空欄の行として加えてください。"
        )
    return np.array([str(known[str(name)]).strip() for name in found.services["service_id"]], dtype=object)


def _by_threshold(likeness: npt.NDArray[np.float64], same: npt.NDArray[np.bool_], used: float) -> pd.DataFrame:
    rows = []
    for limit in sorted({*_THRESHOLDS_SHOWN, round(used, 3)}):
        taken = likeness >= limit
        hits = int((taken & same).sum())
        rows.append(
            {
                "similarity_threshold": limit,
                "pairs_count": int(taken.sum()),
                "same_pairs_count": hits,
                "precision_share": hits / taken.sum() if taken.any() else np.nan,
                "recall_share": hits / same.sum(),
            }
        )
    return pd.DataFrame(rows)


def _interval(
    likeness: npt.NDArray[np.float64],
    same: npt.NDArray[np.bool_],
    rows: npt.NDArray[np.intp],
    columns: npt.NDArray[np.intp],
    count: int,
    seed: int,
) -> tuple[float, float]:
    weights = stream(seed, "overlap evaluation").exponential(size=(_BOOTSTRAP_DRAWS, count))
    scores = [average_precision_score(same, likeness, sample_weight=one[rows] * one[columns]) for one in weights]
    low, high = np.quantile(scores, _ENDS)
    return float(low), float(high)
