"""How much do known events (renewals by procurement type, wage index, tax, scope) move yearly cost?

Estimator: pooled first differences, Δlog cost_it = a + Σ_k b_k x_kit + e_it over all series and years, ordinary least squares with a small ridge (so an event that never
happened has effect 0, not an error); covariance clustered by series. The path ahead is last cost × exp(cumulated a + b'x) with the events known for those years.
Zero amounts have no logarithm and are left out. Source of the idea: known events beat extrapolation where contracts, not drift, make the steps.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from dxmodels.errors import ModelError
from dxmodels.lockin.forecast.series import Panel, id_texts, plain_numbers, whole_years
from dxmodels.lockin.forecast.windows import Floats

_RIDGE = 1e-2
_LARGEST_STEP = 3.0  # a cumulated change beyond e³ = 20 times is a fault of the fit, not a forecast


@dataclass(frozen=True, eq=False)
class EventFit:
    """Effects in log points by event (first: the yearly drift a), their clustered covariance, rows and series used."""

    names: tuple[str, ...]
    effects: Floats
    covariance: Floats
    rows_count: int

    def to_frame(self) -> pd.DataFrame:
        """Return event, effect as a share of cost (0.1 = +10 %), its 95 % interval and the rows it rests on."""
        error = np.sqrt(np.diag(self.covariance))
        return pd.DataFrame(
            {
                "event": self.names,
                "effect_rate": np.expm1(self.effects),
                "lower_rate": np.expm1(self.effects - 1.96 * error),
                "upper_rate": np.expm1(self.effects + 1.96 * error),
                "rows_count": self.rows_count,
            }
        )


class EventTable:
    """Event indicators by (id, fiscal year); years without a row have no event."""

    def __init__(self, events: pd.DataFrame, known_ids: Collection[str] = ()) -> None:
        """Raise ModelError for missing columns, words, repeated years, or (with ``known_ids``) events of which none belongs to a series."""
        if not isinstance(events, pd.DataFrame):
            raise ModelError(f"イベントは表（DataFrame）で渡してください（{type(events).__name__} が渡されました）。")
        missing = [name for name in ("id", "fiscal_year") if name not in events.columns]
        if missing:
            raise ModelError(
                f"イベントの表に列 {'、'.join(missing)} がありません。→ id、fiscal_year と、イベントごとの数値列にしてください。"
            )
        self.names = tuple(str(name) for name in events.columns if name not in ("id", "fiscal_year"))
        if not self.names:
            raise ModelError(
                "イベントの表に id・fiscal_year 以外の列がありません。→ イベントごとに数値列（0/1 や変化率）を置いてください。"
            )
        values = np.column_stack([plain_numbers(events[name], f"イベント {name}").fillna(0.0) for name in self.names])
        blank = events[["id", "fiscal_year"]].isna().any(axis=1)
        if blank.any():
            raise ModelError(f"イベントの表に id か年度の空欄が {int(blank.sum())} 行あります。→ 値を入れるか、その行を除いてください。")  # fmt: skip
        ids = id_texts(events["id"])
        if known_ids and len(ids) and not ids.isin(set(known_ids)).any():
            raise ModelError(f"イベントの id（{ids.iloc[0]} など）が、どれも経費の表にありません。→ 両方の表の id をそろえてください。")  # fmt: skip
        keys = zip(ids, whole_years(events["fiscal_year"]), strict=True)
        self._rows: dict[tuple[str, int], Floats] = {}
        for key, row in zip(keys, values, strict=True):
            if key in self._rows:
                raise ModelError(f"イベントの表に {key[0]} の {key[1]} 年度が2行あります。→ 1行にまとめてください。")
            self._rows[key] = row
        self._none = np.zeros(len(self.names))

    def of(self, name: str, years: np.ndarray) -> Floats:
        """Indicators of one series, shape (years, events)."""
        return np.array([self._rows.get((name, int(year)), self._none) for year in years]).reshape(
            len(years), len(self.names)
        )


def fit_events(panel: Panel, events: EventTable, *, until_fy: int | None = None) -> EventFit:
    """Return the pooled effects using changes up to ``until_fy`` (all where None)."""
    rows, changes, owners = _differences(panel, events, until_fy)
    x = np.column_stack([np.ones(len(changes)), rows]) if len(changes) else np.zeros((0, len(events.names) + 1))
    inverse = np.linalg.inv(x.T @ x + _RIDGE * np.eye(x.shape[1]))
    effects = inverse @ x.T @ changes
    scores = np.zeros((len(panel.ids), x.shape[1]))
    np.add.at(scores, owners, x * (changes - x @ effects)[:, None])
    groups = max(len(np.unique(owners)), 2)
    covariance = inverse @ scores.T @ scores @ inverse * groups / (groups - 1)
    return EventFit(("（毎年の変化）", *events.names), effects, covariance, len(changes))


def event_paths(
    panel: Panel, events: EventTable, *, horizon: int, origins: Mapping[int, list[tuple[int, int]]], rows: int
) -> Floats:
    """Return event-regression forecasts for rolling windows: ``origins`` maps an origin year to (row, series) pairs; shape (rows, horizon)."""
    paths = np.zeros((rows, horizon))
    for year, members in origins.items():
        fit = fit_events(panel, events, until_fy=year)
        for row, series in members:
            last = panel.histories[series][year - panel.last_fy[series] - 1]
            paths[row] = path_of(fit, events, panel.ids[series], last, year, horizon)
    return paths


def path_of(fit: EventFit, events: EventTable, name: str, last: float, origin: int, horizon: int) -> Floats:
    """Return one series' path for the years after ``origin``."""
    steps = fit.effects[0] + events.of(name, np.arange(origin + 1, origin + horizon + 1)) @ fit.effects[1:]
    return np.asarray(last * np.exp(np.clip(np.cumsum(steps), -_LARGEST_STEP, _LARGEST_STEP)), dtype=np.float64)


def _differences(panel: Panel, events: EventTable, until_fy: int | None) -> tuple[Floats, Floats, np.ndarray]:
    rows, changes, owners = [], [], []
    for series, (name, history) in enumerate(zip(panel.ids, panel.histories, strict=True)):
        years = panel.years_of(series)[1:]
        use = (history[1:] > 0) & (history[:-1] > 0)
        if until_fy is not None:
            use &= years <= until_fy
        if use.any():
            rows.append(events.of(name, years[use]))
            changes.append(np.log(history[1:][use] / history[:-1][use]))
            owners.append(np.full(int(use.sum()), series))
    if not rows:
        return np.zeros((0, len(events.names))), np.zeros(0), np.zeros(0, dtype=int)
    return np.concatenate(rows), np.concatenate(changes), np.concatenate(owners)
