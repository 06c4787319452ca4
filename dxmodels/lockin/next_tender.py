"""How likely is a single bid at a system's next tender, and can the history say so at all?

Events: every competitive tender of a system with a known number of bidders that had an earlier award. What was known before it: single bid last time, contractor's awards in a
row, years since the last competitive tender, last award (log yen), negotiated before, brand named before. Model: logistic regression with a quadratic penalty (C = 1 on
standardised features; scikit-learn). Judged out of sample: predictions for a system come from fits without that system (grouped folds); area under the ROC curve with a bootstrap
interval over systems, calibration in the large and slope (Cox 1958), Brier score against always saying the mean. Below the register's number of events: not computable.
Leaves out: what the office will do differently (notice days, lots, requirements); a probability describes history continued.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import rankdata
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import brier_score_loss
from sklearn.model_selection import GroupKFold

from dxmodels.errors import ModelError
from dxmodels.inputs import Case
from dxmodels.lockin.indicators.evidence import read_evidence
from dxmodels.lockin.indicators.settings import IndicatorSettings
from dxmodels.money import format_rate
from dxmodels.streams import stream

Floats = npt.NDArray[np.float64]
FEATURES = (
    "single_bid_before",
    "awards_in_a_row_count",
    "years_since_tender_years",
    "award_log",
    "negotiated_before",
    "brand_named_before",
)
_FOLDS = 5
_AUC_RESAMPLES = 500
_BINS = 5


@dataclass(frozen=True, eq=False)
class NextTenderModel:
    """Out-of-sample quality and the fitted model.

    ``predictions``: event rows with ``probability`` (out of sample). ``calibration``: predicted and observed share by fifth. ``coefficients``: effect of one standard
    deviation in log odds. ``auc`` with ``auc_interval``; ``brier`` beside ``brier_of_mean``; ``calibration_slope`` (1 is right, below 1 too extreme).
    """

    predictions: pd.DataFrame
    calibration: pd.DataFrame
    coefficients: pd.DataFrame
    auc: float
    auc_interval: tuple[float, float]
    brier: float
    brier_of_mean: float
    calibration_slope: float
    events_count: int
    systems_count: int

    def to_frame(self) -> pd.DataFrame:
        """Return the calibration table."""
        return self.calibration.copy()

    def summary(self) -> str:
        """Return in Japanese whether the model is of use, with n."""
        low, high = self.auc_interval
        useful = low > 0.5 and self.brier < self.brier_of_mean
        verdict = "平均を言うだけより当たる" if useful else "平均を言うだけと変わらない（予測には使わない）"
        slope = f"{'▲' if round(self.calibration_slope, 2) < 0 else ''}{abs(self.calibration_slope):.2f}"
        return (
            f"次の競争入札が一者応札になるかを過去の記録から予測すると、{verdict}。"
            f"学習に使っていないシステムで、当てやすさ {self.auc:.2f}（AUC：0.5 は当て推量、1 は完全。95％区間 {low:.2f}〜{high:.2f}）、"
            f"確率の誤差 {self.brier:.3f}（ブライア得点：0 が完全。平均だけなら {self.brier_of_mean:.3f}）、較正の傾き {slope}（1 が適正）。"
            f"入札 {self.events_count} 件、{self.systems_count} システムによる。全体の一者応札は {format_rate(float(self.predictions['single_bid'].mean()))}。"
        )


def list_tender_events(case: Case, settings: IndicatorSettings) -> pd.DataFrame:
    """Return one row a competitive tender with an earlier award: system_id, contract_id, contract_fy, single_bid and FEATURES (known before it)."""
    evidence = read_evidence(case, settings)
    counted = evidence.competitive_rounds().set_index("contract_id")["bids_count"]
    rows = []
    for system_id, rounds in evidence.rounds().groupby("system_id"):
        rows += _events_of(str(system_id), rounds.assign(bids_count=rounds["contract_id"].map(counted)))
    return pd.DataFrame(rows, columns=["system_id", "contract_id", "contract_fy", "single_bid", *FEATURES])


def fit_next_tender(
    events: pd.DataFrame,
    *,
    least_count: float,
    outcome: str = "single_bid",
    features: Sequence[str] = FEATURES,
    group: str = "system_id",
    seed: int = 0,
) -> NextTenderModel:
    """Return the judged model for any table of events; rows with a blank outcome are left out, blank features take the column's mean.

    Raises ModelError (算出不能) with the number found where there are fewer events than ``least_count``, or only one outcome.
    """
    table = events.dropna(subset=[outcome]).reset_index(drop=True)
    y: Floats = np.asarray(table[outcome].astype(float), dtype=np.float64)
    if len(table) < least_count:
        raise ModelError(
            f"算出不能：入札の記録が {len(table)} 件で、予測モデルに要する {least_count:.0f} 件に足りません。→ 過去の契約と応札者数を追加してください。"
        )
    if len(set(y)) < 2:
        raise ModelError("算出不能：すべての入札が同じ結果で、予測するものがありません。")
    x = table[list(features)].astype("Float64").to_numpy(dtype=float, na_value=np.nan)
    groups = table[group].astype(str).to_numpy()
    probability = np.zeros(len(y))
    for train, test in GroupKFold(n_splits=min(_FOLDS, len(set(groups)))).split(x, y, groups):
        probability[test] = _predict(x[train], y[train], x[test])
    return _judge(table, y, probability, groups, _coefficients(x, y, features), outcome, seed)


def _events_of(system_id: str, rounds: pd.DataFrame) -> list[tuple[object, ...]]:
    found: list[tuple[object, ...]] = []
    records = rounds.to_dict("records")
    for place, now in enumerate(records):
        before = records[:place]
        if not before or pd.isna(now["bids_count"]):
            continue
        tenders = [row for row in before if pd.notna(row["bids_count"])]
        last = before[-1]
        award = last["award_yen"]
        found.append(
            (
                system_id,
                now["contract_id"],
                now["contract_fy"],
                float(now["bids_count"] == 1),
                float(tenders[-1]["bids_count"] == 1) if tenders else np.nan,
                _run_length([row["vendor_id"] for row in before]),
                float(now["contract_fy"] - (tenders[-1] if tenders else before[0])["contract_fy"]),
                np.log(float(award)) if pd.notna(award) and award > 0 else np.nan,
                float(last["contract_method"] == "随意契約"),
                np.nan if pd.isna(last["names_brand"]) else float(last["names_brand"]),
            )
        )
    return found


def _run_length(vendors: list[object]) -> float:
    length = 0
    for vendor in reversed(vendors):
        if pd.isna(vendor) or vendor != vendors[-1]:  # type: ignore[call-overload]
            break
        length += 1
    return float(length)


def _standardised(x: Floats, reference: Floats) -> Floats:
    known = np.isfinite(reference)
    count = np.maximum(known.sum(axis=0), 1)
    mean = np.where(known, reference, 0.0).sum(axis=0) / count
    spread = np.sqrt((np.where(known, reference - mean, 0.0) ** 2).sum(axis=0) / count)
    return np.asarray(np.where(np.isfinite(x), (x - mean) / np.where(spread > 0, spread, 1.0), 0.0), dtype=np.float64)


def _predict(train: Floats, y: Floats, test: Floats) -> Floats:
    if len(set(y)) < 2:
        return np.full(len(test), float(y.mean()))
    model = LogisticRegression(C=1.0).fit(_standardised(train, train), y)
    return np.asarray(model.predict_proba(_standardised(test, train))[:, 1], dtype=np.float64)


def _coefficients(x: Floats, y: Floats, features: Sequence[str]) -> pd.DataFrame:
    model = LogisticRegression(C=1.0).fit(_standardised(x, x), y)
    return pd.DataFrame(
        {"feature": list(features), "log_odds_value": model.coef_[0], "known_share": np.isfinite(x).mean(axis=0)}
    )


def _judge(
    table: pd.DataFrame,
    y: Floats,
    probability: Floats,
    groups: npt.NDArray[np.object_],
    coefficients: pd.DataFrame,
    outcome: str,
    seed: int,
) -> NextTenderModel:
    order = pd.Series(probability).rank(method="first")
    fifth = np.minimum((order - 1) * _BINS // len(order), _BINS - 1).astype(int)
    bins = pd.DataFrame({"fifth_rank": fifth + 1, "predicted_share": probability, "single_observed_share": y}).groupby(
        "fifth_rank"
    )
    calibration = bins.mean().assign(events_count=bins.size()).reset_index()
    return NextTenderModel(
        predictions=table.assign(single_bid=y, probability=probability),
        calibration=calibration,
        coefficients=coefficients,
        auc=_auc(y, probability),
        auc_interval=_auc_interval(y, probability, groups, seed),
        brier=float(brier_score_loss(y, probability)),
        brier_of_mean=float(y.mean() * (1 - y.mean())),
        calibration_slope=_slope(y, probability),
        events_count=len(y),
        systems_count=len(set(groups)),
    )


def _auc_interval(y: Floats, probability: Floats, groups: npt.NDArray[np.object_], seed: int) -> tuple[float, float]:
    generator = stream(seed, "lockin.next_tender.auc")
    members = [np.flatnonzero(groups == group) for group in sorted(set(groups))]
    values = []
    for _ in range(_AUC_RESAMPLES):
        rows = np.concatenate([members[place] for place in generator.integers(0, len(members), len(members))])
        if len(set(y[rows])) == 2:
            values.append(_auc(y[rows], probability[rows]))
    low, high = np.quantile(values, [0.025, 0.975])
    return float(low), float(high)


def _auc(y: Floats, probability: Floats) -> float:
    """Chance that a single bid was given the higher probability than another tender (ties count half; Mann & Whitney 1947)."""
    ranks = rankdata(probability)
    ones = float(y.sum())
    return float((ranks[y == 1].sum() - ones * (ones + 1) / 2) / (ones * (len(y) - ones)))


def _slope(y: Floats, probability: Floats) -> float:
    clipped = np.clip(probability, 1e-6, 1 - 1e-6)
    logits = np.log(clipped / (1 - clipped))[:, None]
    if logits.std() < 1e-9:
        return float("nan")
    return float(LogisticRegression(C=np.inf).fit(logits, y).coef_[0, 0])
