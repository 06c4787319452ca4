"""What does one indicator say about one subject: flagged, not flagged, or not computable?

A blank field never becomes "not flagged". Thresholds are fixed (from the register) or Tukey fences of the user's own values: Q1 - k·IQR below, Q3 + k·IQR above
(Tukey 1977, k from the register), computed over the computable values and printed with every finding.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from dxmodels.fiscal import era_date
from dxmodels.glossary import label_ja
from dxmodels.inputs.schemas.choices import choice_label_ja
from dxmodels.money import format_yen

FLAGGED, NOT_FLAGGED, NOT_COMPUTABLE = "flagged", "not_flagged", "not_computable"
STATE_JA = {FLAGGED: "該当", NOT_FLAGGED: "非該当", NOT_COMPUTABLE: "算出不能"}
FIXED_JA, FENCE_JA, FACT_JA = "固定（前提台帳）", "自データの外れ値境界", "事実の有無"
COLUMNS = (
    "indicator", "subject_kind", "subject_id", "state", "found_value", "threshold_value", "threshold_basis_ja", "evidence_ja", "reason_ja",
)  # fmt: skip
_LEAST_FOR_FENCE = 8  # quartiles of fewer values say nothing


@dataclass(frozen=True)
class Threshold:
    """The limit a value was held against, and where it comes from (NaN where the flag is a fact, not a comparison)."""

    value: float
    basis_ja: str


FACT = Threshold(float("nan"), FACT_JA)


def fixed(value: float) -> Threshold:
    """Return a limit taken from the register."""
    return Threshold(value, FIXED_JA)


def upper_fence(values: pd.Series, multiple: float) -> Threshold:
    """Return Q3 + k·IQR of the known values; NaN (nothing can be flagged) below eight of them."""
    return _fence(values, multiple, upper=True)


def lower_fence(values: pd.Series, multiple: float) -> Threshold:
    """Return Q1 - k·IQR of the known values; NaN below eight of them."""
    return _fence(values, multiple, upper=False)


def report(
    indicator: str,
    subject_kind: str,
    values: pd.Series,
    flags: pd.Series,
    *,
    threshold: Threshold = FACT,
    evidence: pd.Series | None = None,
    reason_ja: str = "必要な項目が空欄",
) -> pd.DataFrame:
    """Return the findings of one indicator; index of ``values`` = subject ids, ``flags`` True, False or blank (= not computable).

    ``values`` is the number behind the flag, ``evidence`` the fields it was read from, ``reason_ja`` why a blank could not be computed.
    """
    known = flags.notna() & values.notna()
    hit = flags.where(known, other=False).astype(bool)
    state = np.where(~known, NOT_COMPUTABLE, np.where(hit, FLAGGED, NOT_FLAGGED))
    return pd.DataFrame(
        {
            "indicator": indicator,
            "subject_kind": subject_kind,
            "subject_id": values.index.astype(str),
            "state": state,
            "found_value": values.astype("Float64").to_numpy(dtype=float, na_value=np.nan),
            "threshold_value": threshold.value,
            "threshold_basis_ja": threshold.basis_ja,
            "evidence_ja": "" if evidence is None else evidence.reindex(values.index).fillna("").astype(str).to_numpy(),
            "reason_ja": np.where(known, "", reason_ja),
        },
        columns=list(COLUMNS),
    )


def stated(column: str, values: pd.Series) -> pd.Series:
    """Return a field as a planner reads it (連携仕様書の有無：いいえ); missing where the field is blank."""
    label = label_ja(column)
    return values.map(lambda value: pd.NA if pd.isna(value) else f"{label}：{_shown(column, value)}").astype("string")


def _shown(column: str, value: object) -> str:
    if isinstance(value, bool | np.bool_):
        return "はい" if value else "いいえ"
    if isinstance(value, pd.Timestamp):
        return era_date(value.date())
    if column.endswith("_yen"):
        return format_yen(float(str(value)))
    return choice_label_ja(column, str(value))


def compared(values: pd.Series, threshold: Threshold, *, above: bool) -> pd.Series:
    """Return whether each value lies beyond the limit (at it counts for fixed limits), blank where either is unknown."""
    if np.isnan(threshold.value):
        return pd.Series(pd.NA, index=values.index, dtype="boolean")
    number = values.astype("Float64")
    if threshold.basis_ja == FENCE_JA:
        return (number > threshold.value) if above else (number < threshold.value)
    return (number >= threshold.value) if above else (number <= threshold.value)


def _fence(values: pd.Series, multiple: float, *, upper: bool) -> Threshold:
    known = values.dropna().astype(float)
    if len(known) < _LEAST_FOR_FENCE:
        return Threshold(float("nan"), FENCE_JA)
    low, high = float(known.quantile(0.25)), float(known.quantile(0.75))
    return Threshold(high + multiple * (high - low) if upper else low - multiple * (high - low), FENCE_JA)
