"""What happens to the outcome in the years before and after an event (a re-tender, an exit)?

Estimator: y_it = α_i + λ_t + Σ_{k≠-1} β_k 1[t - E_i = k] + γ'x_it + ε_it, k clipped to the window's ends; unit and year effects by dummies, errors clustered by unit
(cluster bootstrap-t, see regression). The headline is the mean of β_0 … β_K weighted by how many unit-years each rests on. β_k before -1 are the placebo:
their joint test should not reject. Because two-way fixed effects mix unlike effects when events are staggered (Goodman-Bacon 2021), the imputation estimator
(Borusyak, Jaravel & Spiess 2024: fixed effects from untreated unit-years only) is printed beside it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from dxmodels.errors import ModelError
from dxmodels.lockin.premium.columns import Floats, logged, numeric, require_columns
from dxmodels.lockin.premium.design import Design, independent_columns
from dxmodels.lockin.premium.regression import Linear, estimate_linear

_REFERENCE = -1


@dataclass(frozen=True, eq=False)
class EventStudy:
    """Mean effect after the event, the coefficient of each relative year, the pre-trend test and the imputation estimate."""

    linear: Linear
    design: Design
    path: pd.DataFrame
    pre_trend_p: float
    imputation: float


def estimate_event_study(
    table: pd.DataFrame,
    *,
    outcome: str,
    unit: str,
    time: str,
    event: str,
    controls: Sequence[str],
    window: tuple[int, int],
    log_outcome: bool,
    level: float,
    draws: int,
    seed: int,
) -> EventStudy:
    """Return the event study; ``event`` holds the unit's event year (blank = never), or True/1 in the event's row."""
    require_columns(table, [outcome, unit, time, event, *controls])
    rows = _prepare(table, outcome, unit, time, event, controls, window, log_outcome)
    relative = sorted(k for k in rows["relative"].dropna().unique() if k != _REFERENCE)
    post = [k for k in relative if k >= 0]
    if not post or not (rows["relative"].dropna() < 0).any():
        raise ModelError("イベントの前と後の両方の年が必要です。→ イベント年の前後を含む表にしてください。")
    base = np.column_stack([_fixed_effects(rows, unit, time), *(numeric(rows[name], name) for name in controls)])
    dummies = {k: (rows["relative"] == k).to_numpy(dtype=float) for k in relative}
    counts = np.array([dummies[k].sum() for k in post])
    linear, design = _mean_of(rows, base, dummies, post, counts / counts.sum(), unit, level, draws, seed)
    path = _path(rows, base, dummies, unit, level, draws, seed)
    return EventStudy(linear, design, path, _pre_trend(path), _impute(rows, base))


def _prepare(
    table: pd.DataFrame,
    outcome: str,
    unit: str,
    time: str,
    event: str,
    controls: Sequence[str],
    window: tuple[int, int],
    log_outcome: bool,
) -> pd.DataFrame:
    _check_window(window)
    rows = table.dropna(subset=[outcome, unit, time, *controls]).reset_index(drop=True)
    y = numeric(rows[outcome], outcome)
    rows["y"] = logged(y, outcome) if log_outcome else y
    if pd.api.types.is_datetime64_any_dtype(rows[time].dtype):
        raise ModelError(f"列 {time} は日付です。→ 年度の整数（例：2026）にしてください。")
    rows[time] = _whole(numeric(rows[time], time), time)
    twice = rows[rows.duplicated([unit, time])]
    if len(twice):
        raise ModelError(f"単位 {twice[unit].iloc[0]} の {twice[time].iloc[0]:.0f} 年が2行以上あります（{len(twice)} 行）。→ 単位と年の組ごとに1行にしてください。")  # fmt: skip
    years = _event_years(rows, unit, time, event)
    if years.nunique() == 1 and rows[unit].isin(years.index).all():
        raise ModelError("すべての単位でイベントが同じ年に起きており、その年の変化とイベントの効果を区別できません。→ イベントのない単位か、年の異なる単位を加えてください。")  # fmt: skip
    first = rows[unit].map(years).astype(float)
    rows["relative"] = (rows[time] - first).clip(*window)
    return rows


def _check_window(window: tuple[int, int]) -> None:
    """The window reaches from before the event (-1 is the reference year) to the event or later."""
    numbers = isinstance(window, tuple | list) and len(window) == 2 and all(isinstance(end, int | np.integer) for end in window)  # fmt: skip
    if not numbers or not window[0] <= _REFERENCE or not window[1] >= 0:
        raise ModelError(f"期間 window の値 {window} は (-3, 3) のように、-1 以下と 0 以上の2つの整数にしてください。")


def _whole(years: Floats, name: str) -> Floats:
    if len(years) and (years % 1 != 0).any():
        raise ModelError(f"列 {name} の値 {years[years % 1 != 0][0]:g} は整数の年度にしてください（例：2026）。")
    return years


def _event_years(rows: pd.DataFrame, unit: str, time: str, event: str) -> pd.Series:
    values = rows[event]
    if pd.api.types.is_datetime64_any_dtype(values.dtype):
        raise ModelError(f"列 {event} は日付です。→ イベントの年度の整数（例：2026）か 0/1 にしてください。")
    flag = pd.api.types.is_bool_dtype(values) or set(values.dropna().unique()) <= {0, 1}
    marked = rows[(values.astype("boolean") if flag else values.notna()).fillna(False).astype(bool)]
    years = marked.groupby(unit)[time if flag else event]
    found = pd.to_numeric(years.min(), errors="coerce")
    if found.isna().any():
        raise ModelError(f"イベントの列 {event} の値「{years.min()[found.isna()].iloc[0]}」は年ではありません。→ イベントの年（整数）か 0/1 にしてください。")  # fmt: skip
    _whole(found.to_numpy(dtype=float), event)
    several = years.nunique()
    if not flag and (several > 1).any():
        raise ModelError(f"単位 {several.idxmax()} のイベントの年（列 {event}）が {int(several.max())} 通りあります。→ 単位ごとに1つの年にしてください（2回目以降は別の表で）。")  # fmt: skip
    return found


def _fixed_effects(rows: pd.DataFrame, unit: str, time: str) -> Floats:
    # One dummy a unit and no constant: a unit never seen untreated then shows as a column of its own (see _impute).
    units = pd.get_dummies(rows[unit].astype(str), dtype=float)
    years = pd.get_dummies(rows[time].astype(int), drop_first=True, dtype=float)
    return np.column_stack([units, years])


def _mean_of(
    rows: pd.DataFrame, base: Floats, dummies: dict[float, Floats], targets: list[float], weights: Floats, unit: str,
    level: float, draws: int, seed: int,
) -> tuple[Linear, Design]:  # fmt: skip
    """Reparametrise so that one coefficient is the weighted mean of ``targets``: β_1 = (mean - Σ_{j>1} w_j β_j) / w_1."""
    lead = dummies[targets[0]] / weights[0]
    others = [dummies[k] - lead * weight for k, weight in zip(targets[1:], weights[1:], strict=True)]
    rest = [column for k, column in dummies.items() if k not in targets]
    controls = np.column_stack([base, *others, *rest])
    controls = controls[:, independent_columns(controls)]
    groups = np.unique(rows[unit].astype(str), return_inverse=True)[1]
    design = Design(rows["y"].to_numpy(float), lead, controls, controls[:, :1], groups, {}, rows.index, 0, ())
    return estimate_linear(design, level=level, draws=draws, seed=seed), design


def _path(
    rows: pd.DataFrame, base: Floats, dummies: dict[float, Floats], unit: str, level: float, draws: int, seed: int
) -> pd.DataFrame:
    records = [(_REFERENCE, 0.0, 0.0, 0.0, 0.0, int((rows["relative"] == _REFERENCE).sum()))]
    for k, column in dummies.items():
        fit, _ = _mean_of(rows, base, dummies, [k], np.ones(1), unit, level, draws, seed)
        half = fit.critical * fit.standard_error
        records.append(
            (int(k), fit.estimate, fit.standard_error, fit.estimate - half, fit.estimate + half, int(column.sum()))
        )
    names = ["relative_years", "estimate", "standard_error", "lower", "upper", "rows_count"]
    return pd.DataFrame(sorted(records), columns=names)


def _pre_trend(path: pd.DataFrame) -> float:
    """Smallest p-value of the coefficients before the event, Bonferroni-corrected (1 where there are none)."""
    before = path[(path["relative_years"] < _REFERENCE) & (path["standard_error"] > 0)]
    if before.empty:
        return 1.0
    p = 2 * stats.norm.sf(np.abs(before["estimate"] / before["standard_error"]))
    return float(min(1.0, p.min() * len(p)))


def _impute(rows: pd.DataFrame, base: Floats) -> float:
    """Mean of y - ŷ(0) after the event, ŷ(0) from fixed effects fitted on unit-years before the event and on units without one."""
    after = (rows["relative"] >= 0).to_numpy()
    keep = independent_columns(base[~after])
    beta = np.linalg.lstsq(base[~after][:, keep], rows["y"].to_numpy(float)[~after], rcond=None)[0]
    # A unit or year never seen untreated has no imputed value: its column is missing from ``keep`` and its rows are left out.
    unseen = np.abs(np.delete(base, keep, axis=1)).sum(axis=1) > 0
    usable = after & ~unseen
    if not usable.any():
        return float("nan")
    return float((rows["y"].to_numpy(float)[usable] - base[usable][:, keep] @ beta).mean())
