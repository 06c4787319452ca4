"""How probable is it that two services this much alike do the same thing?

Estimator  logistic curve of the similarity (Platt 1999) on reviewed candidate pairs; from 1,000 verdicts on an isotonic step curve
           (Niculescu-Mizil & Caruana 2005, section 4: below that it overfits).
Start      before any verdict the curve is the one of the labelled descriptions (register: overlap_intercept_…, overlap_slope_…), and says so.
           Verdicts are added to it: the starting curve counts as much as a stated number of verdicts (overlap_prior_verdicts),
           spread over the candidates' own similarities, so that three answers do not overturn it and a hundred do.
What it leaves out: reviewers may err; pairs nobody would review (not among the nearest neighbours) lie outside the curve's support.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from scipy.special import expit
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression

from dxmodels.errors import ModelError

if TYPE_CHECKING:
    from dxmodels.inputs import Register

Floats = npt.NDArray[np.float64]
Truths = npt.NDArray[np.bool_]

_ISOTONIC_FROM = 1000
_UNPENALISED = 1e6  # scikit-learn's C: the penalty vanishes


@dataclass(frozen=True, eq=False)
class Calibration:
    """A curve from similarity to the probability of "same", and what it rests on (``basis_ja``, ``verdicts_count``)."""

    intercept: float
    slope: float
    basis_ja: str
    verdicts_count: int = 0
    weight_verdicts: float = 0.0
    steps: IsotonicRegression | None = field(default=None, repr=False)
    assumptions: tuple[str, ...] = ()

    def probability(self, similarity: npt.ArrayLike) -> Floats:
        """Return the probability (0..1) of each similarity, in its shape."""
        values = np.asarray(similarity, dtype=float)
        if self.steps is not None:
            return np.asarray(self.steps.predict(values.ravel()), dtype=float).reshape(values.shape)
        return np.asarray(expit(self.intercept + self.slope * values), dtype=float)


def labelled_calibration(register: Register, embedder: str) -> Calibration:
    """Return the curve of the labelled descriptions for one embedder, from the register."""
    names = (f"overlap_intercept_{embedder}", f"overlap_slope_{embedder}", "overlap_prior_verdicts")
    intercept, slope, weight = (register.value(name) for name in names)
    return Calibration(intercept, slope, "標識付きの記述（作成例）", weight_verdicts=weight, assumptions=names)


def calibrate(
    similarity: Floats, same: Truths, *, prior: Calibration | None, candidates: Floats | None = None
) -> Calibration | None:
    """Return the curve after these verdicts; the prior itself where there are none, None where nothing can be said.

    ``similarity`` and ``same`` are of the judged pairs; ``candidates`` are the similarities over which the prior's weight is spread.
    Raises ModelError where the two arrays differ in length.
    """
    if len(similarity) != len(same):
        raise ModelError(
            f"類似度 {len(similarity)} 件と判定 {len(same)} 件の数が合いません。同じ組の順に並べてください。"
        )
    if len(same) >= _ISOTONIC_FROM and same.any() and not same.all():
        return _isotonic(similarity, same)
    if prior is None:
        both = bool(same.any() and not same.all())
        return (
            _platt(similarity, same.astype(float), np.ones(len(same)), f"判定 {len(same)} 件", penalty=1.0)
            if both
            else None
        )
    if not len(same):
        return prior
    spread = similarity if candidates is None or not len(candidates) else candidates
    believed = prior.probability(spread)
    weight = np.full(len(spread), prior.weight_verdicts / len(spread))
    basis = f"{prior.basis_ja}（判定{prior.weight_verdicts:.0f}件分の重み）と判定 {len(same)} 件"
    found = _platt(
        np.concatenate([similarity, spread]), np.concatenate([same.astype(float), believed]),
        np.concatenate([np.ones(len(same)), weight]), basis,
    )  # fmt: skip
    return Calibration(found.intercept, found.slope, basis, len(same), prior.weight_verdicts, None, prior.assumptions)


def _platt(
    similarity: Floats, share: Floats, weight: Floats, basis: str, *, penalty: float = 1.0 / _UNPENALISED
) -> Calibration:
    """Logistic regression on soft answers: each pair counts as "same" with ``share`` and as "different" with the rest."""
    model = LogisticRegression(C=1.0 / penalty)
    model.fit(
        np.tile(similarity, 2)[:, None],
        np.repeat([True, False], len(similarity)),
        sample_weight=np.concatenate([weight * share, weight * (1.0 - share)]),
    )
    return Calibration(float(model.intercept_[0]), float(model.coef_[0, 0]), basis, len(similarity))


def _isotonic(similarity: Floats, same: Truths) -> Calibration:
    steps = IsotonicRegression(y_min=0.0, y_max=1.0, out_of_bounds="clip").fit(similarity, same.astype(float))
    return Calibration(np.nan, np.nan, f"判定 {len(same)} 件（単調な階段曲線）", len(same), 0.0, steps)
