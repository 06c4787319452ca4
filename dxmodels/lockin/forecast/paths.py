"""What would the same systems cost along another path: stay locked in, re-tender openly, migrate?

Estimator: the pooled event regression (events.py) fitted once on what has happened; each path is a table of the events it would bring. Cost of system i in year t along path p:
c_i0 exp(Σ a + b'x_pit), plus its one-off costs. The difference between two paths does not contain the systems' own noise, which is the same along both, only the
uncertainty of the effects: drawn from their clustered normal distribution with common draws. Leaves out that effects measured on past re-tenders need not hold for systems
never re-tendered (selection): the premium's robustness value belongs beside it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from dxmodels.errors import ModelError
from dxmodels.lockin.forecast.events import EventFit, EventTable, fit_events, path_of
from dxmodels.lockin.forecast.series import Panel, read_panel
from dxmodels.lockin.forecast.windows import Floats
from dxmodels.money import format_rate, format_yen
from dxmodels.streams import stream


@dataclass(frozen=True, eq=False)
class PathComparison:
    """Yearly totals of each path and their difference to the first one (positive = the path is cheaper).

    ``table``: path, fiscal_year, cost_yen, saved_yen, saved_lower_yen, saved_upper_yen (cumulated over years in ``headline``). Unit of the input, not discounted.
    """

    table: pd.DataFrame
    headline: pd.DataFrame
    effects: pd.DataFrame
    level: float

    def to_frame(self) -> pd.DataFrame:
        """Return path, fiscal_year, cost_yen, saved_yen with interval."""
        return self.table.copy()

    def summary(self) -> str:
        """Return in Japanese what each path saves over the horizon against the first."""
        first = self.headline["path"].iloc[0]
        amounts = self.headline[["saved_yen", "saved_lower_yen", "saved_upper_yen"]].to_numpy(dtype=float)
        parts = [
            f"「{name}」は「{first}」より {format_yen(saving)}（{format_yen(low)}〜{format_yen(high)}）少ない"
            for name, (saving, low, high) in zip(self.headline["path"].iloc[1:], amounts[1:], strict=True)
        ]
        return (
            f"期間累計（割引前、{format_rate(self.level, decimals=0)}区間は効果の推定誤差のみ、▲は増加）："
            + "、".join(parts)
            + "。"
        )


def compare_paths(
    series: pd.DataFrame,
    *,
    events: pd.DataFrame,
    paths: Mapping[str, pd.DataFrame],
    horizon: int,
    level: float = 0.95,
    one_off: Mapping[str, pd.DataFrame] | None = None,
    draws: int = 2000,
    seed: int = 0,
    only: Collection[str] | None = None,
) -> PathComparison:
    """Return totals of each path; ``events`` is what has happened, each of ``paths`` (id, fiscal_year, the same event columns) what would.

    ``one_off`` adds id, fiscal_year, cost_yen to a path (switching cost). The first path is the reference.
    ``only`` totals some of the series (effects are still learnt on all). Raises ModelError where a path has other columns.
    """
    if len(paths) < 2:
        raise ModelError(f"比べる経路が {len(paths)} 本です。→ 基準となる経路を先頭に、2本以上を渡してください。")
    panel, history = read_panel(series), EventTable(events)
    fit = fit_events(panel, history)
    chosen = panel if only is None else panel.only(only)
    tables = {name: _future_events(name, frame, history.names) for name, frame in paths.items()}
    effects = stream(seed, "lockin.forecast.paths").multivariate_normal(
        fit.effects, fit.covariance, size=draws, method="eigh"
    )
    sampled = [fit, *(EventFit(fit.names, drawn, fit.covariance, fit.rows_count) for drawn in effects)]
    extras = {name: _one_off_by_year(chosen, (one_off or {}).get(name), horizon) for name in paths}
    totals = {
        name: np.array([_total(chosen, table, one, horizon) for one in sampled]) + extras[name]
        for name, table in tables.items()
    }
    return _compare(chosen, totals, horizon, level, fit)


def _future_events(name: str, frame: pd.DataFrame, wanted: tuple[str, ...]) -> EventTable:
    table = EventTable(frame)
    if set(table.names) != set(wanted):
        raise ModelError(
            f"経路「{name}」の列 {'、'.join(table.names)} が履歴のイベント {'、'.join(wanted)} と一致しません。→ 同じ列にしてください。"
        )
    return EventTable(frame[["id", "fiscal_year", *wanted]])


def _total(panel: Panel, events: EventTable, fit: EventFit, horizon: int) -> Floats:
    rows = [
        path_of(fit, events, name, history[-1], last, horizon)
        for name, history, last in zip(panel.ids, panel.histories, panel.last_fy, strict=True)
    ]
    return np.asarray(np.sum(rows, axis=0), dtype=np.float64)


def _one_off_by_year(panel: Panel, frame: pd.DataFrame | None, horizon: int) -> Floats:
    extra = np.zeros(horizon)
    if frame is None:
        return extra
    first = max(panel.last_fy) + 1
    for year, amount in zip(frame["fiscal_year"].astype(int), frame["cost_yen"].astype(float), strict=True):
        if 0 <= year - first < horizon:
            extra[year - first] += amount
    return extra


def _compare(panel: Panel, totals: dict[str, Floats], horizon: int, level: float, fit: EventFit) -> PathComparison:
    reference = next(iter(totals.values()))
    years = max(panel.last_fy) + np.arange(1, horizon + 1)
    rows, heads = [], []
    for name, total in totals.items():
        saving = reference - total
        low, high = np.quantile(saving[1:], [(1 - level) / 2, (1 + level) / 2], axis=0)
        whole = np.quantile(saving[1:].sum(axis=1), [(1 - level) / 2, (1 + level) / 2])
        rows += [(name, int(year), total[0, at], saving[0, at], low[at], high[at]) for at, year in enumerate(years)]
        heads.append((name, total[0].sum(), saving[0].sum(), whole[0], whole[1]))
    amounts = ["cost_yen", "saved_yen", "saved_lower_yen", "saved_upper_yen"]
    return PathComparison(
        pd.DataFrame(rows, columns=["path", "fiscal_year", *amounts]), pd.DataFrame(heads, columns=["path", *amounts]), fit.to_frame(), level
    )  # fmt: skip
