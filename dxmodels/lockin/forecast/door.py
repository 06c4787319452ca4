"""What will each series cost in the coming years, and between which bounds?

Sets: series i (systems, contracts), fiscal years t. Parameters: cost_yen (≥ 0), events by year, groups.
Central path: mixture of five simple methods (and the event regression, where events are known) with weights from rolling origins pooled over the panel (combine.py).
Interval: central + difficulty × pooled conformal quantiles for each year ahead (difficulty.py, conformal.py), cut at zero. Totals: reconcile.py.
Because every interval is calibrated on errors already made in this panel, its level does not rest on a distribution; what it leaves out is a future unlike the past of
all series (a law, a merger): such changes belong in ``events`` or in a scenario. Two series or two years lean on published yearly series instead.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from dxmodels.errors import ModelError
from dxmodels.lockin.forecast.combine import combine, method_weights
from dxmodels.lockin.forecast.conformal import interval_factors, total_factors
from dxmodels.lockin.forecast.difficulty import describe_windows, difficulty_of, fit_difficulty
from dxmodels.lockin.forecast.events import EventTable, event_paths, fit_events
from dxmodels.lockin.forecast.methods import METHOD_JA, METHODS, forecast_methods
from dxmodels.lockin.forecast.reconcile import reconcile, summing_rows
from dxmodels.lockin.forecast.result import CostForecast
from dxmodels.lockin.forecast.series import Panel, read_panel
from dxmodels.lockin.forecast.windows import LEAST_HISTORY, Floats, Ints, Windows, rolling_windows, stack_histories

_MOST_YEARS = 50
_LEAST_KNOWN_SHARE = 0.5
_LEAST_FOR_TOTALS = 6  # years all members share, below which a total's own forecast says nothing its members do not
# Typical error of a published yearly series one year ahead as a share of its level, growing with the horizon: only for panels with no usable series at all.
_TYPICAL_ERROR = 0.1


def forecast_costs(
    series: pd.DataFrame,
    *,
    horizon: int,
    level: float = 0.95,
    events: pd.DataFrame | None = None,
    groups: pd.DataFrame | pd.Series | None = None,
) -> CostForecast:
    """Return central paths and ``level`` intervals for ``horizon`` years after each series' last.

    ``series``: long table id, fiscal_year, cost_yen (any yearly series ≥ 0). ``events``: id, fiscal_year and one numeric column an event, past and future years
    alike. ``groups``: id (column or index) and one column a level (department …); totals then add up. Raises ModelError naming rows, values and the cure.
    """
    _check(horizon, level)
    panel = read_panel(series)
    table = None if events is None else EventTable(events)
    engine = _calibrate(panel, horizon, level, table)
    central, difficulty = engine.central, engine.difficulty
    totals = pd.DataFrame()
    if groups is not None:
        central, totals = _add_up(panel, engine, groups)
    lower, upper = engine.bounds(central, difficulty)
    return CostForecast(
        paths=_frame(panel, central, lower, upper),
        totals=totals,
        weights=engine.weight_table(),
        backtest=_backtest(panel, horizon, level, table),
        effects=pd.DataFrame() if table is None else fit_events(panel, table).to_frame(),
        level=level,
        horizon=horizon,
        series_count=len(panel.ids),
        scores_count=engine.scores_count,
        notes=_notes(panel),
    )


@dataclass(frozen=True, eq=False)
class _Engine:
    """A calibrated panel: central paths, difficulty, interval factors, weights."""

    horizon: int
    level: float
    central: Floats
    difficulty: Floats
    lower: Floats
    upper: Floats
    weights: Floats
    scores_count: int
    errors: Floats
    error_sizes: Floats
    error_owner: Ints
    error_origin: Ints

    def bounds(self, central: Floats, difficulty: Floats) -> tuple[Floats, Floats]:
        """Interval ends; widths never shrink with the horizon, the lower end never falls below zero."""
        below = np.maximum.accumulate(-self.lower * difficulty, axis=1)
        above = np.maximum.accumulate(self.upper * difficulty, axis=1)
        return np.maximum(central - below, 0.0), central + above

    def weight_table(self) -> pd.DataFrame:
        names = [*METHODS, "events"][: self.weights.shape[1]]
        return pd.DataFrame(
            {
                "method": names,
                "method_ja": [METHOD_JA[name] for name in names],
                "weight_share": self.weights.mean(axis=0),
            }
        )


def _check(horizon: int, level: float) -> None:
    if not isinstance(horizon, int | np.integer) or not 1 <= horizon <= _MOST_YEARS:
        raise ModelError(f"予測年数 {horizon} は 1 以上 {_MOST_YEARS} 以下の整数にしてください。")
    if not 0.5 <= level < 1:
        raise ModelError(f"区間の水準 {level} は 0.5 以上 1 未満にしてください（例：0.95）。")


def _calibrate(panel: Panel, horizon: int, level: float, events: EventTable | None) -> _Engine:
    rolling, final = (
        rolling_windows(panel.histories, horizon=horizon),
        stack_histories(panel.histories, horizon=horizon),
    )
    past, ahead = _candidates(panel, rolling, events, rolling=True), _candidates(panel, final, events, rolling=False)
    weights = method_weights(rolling, past, series_count=len(panel.ids))
    path_past, path_ahead = combine(past, weights[rolling.owner]), combine(ahead, weights)
    features = describe_windows(rolling, past, path_past)
    coefficients = fit_difficulty(features, rolling.target - path_past, rolling.unit)
    errors, sizes = rolling.target - path_past, difficulty_of(features, rolling.unit, coefficients)
    scores = errors / sizes
    lower, upper = interval_factors(scores, rolling.owner, level=level)
    difficulty = difficulty_of(describe_windows(final, ahead, path_ahead), final.unit, coefficients)
    return _Engine(
        horizon,
        level,
        path_ahead,
        _with_short(final, difficulty),
        lower,
        upper,
        weights,
        int(np.isfinite(scores).sum()),
        errors,
        sizes,
        rolling.owner,
        _origin_years(panel, rolling),
    )


def _origin_years(panel: Panel, windows: Windows) -> Ints:
    """Last fiscal year each window knows."""
    first = np.array([panel.years_of(row)[0] for row in range(len(panel.ids))], dtype=np.int64)
    return (
        np.asarray(first[windows.owner] + windows.lengths - 1, dtype=np.int64) if len(windows.owner) else windows.owner
    )


def _candidates(panel: Panel, windows: Windows, events: EventTable | None, *, rolling: bool) -> Floats:
    if not len(windows.owner):
        return np.zeros((0, len(METHODS) + (events is not None), windows.target.shape[1]))
    simple = forecast_methods(windows)
    if events is None:
        return simple
    origins: dict[int, list[tuple[int, int]]] = {}
    for row, (owner, length) in enumerate(zip(windows.owner, windows.lengths, strict=True)):
        year = int(panel.years_of(int(owner))[length - 1]) if rolling else panel.last_fy[int(owner)]
        origins.setdefault(year, []).append((row, int(owner)))
    found = event_paths(panel, events, horizon=windows.target.shape[1], origins=origins, rows=len(windows.owner))
    return np.concatenate([simple, found[:, None, :]], axis=1)


def _with_short(windows: Windows, difficulty: Floats) -> Floats:
    """Series of one or two years borrow the relative difficulty of the others: their own changes say nothing yet."""
    short = windows.lengths < LEAST_HISTORY
    if not short.any():
        return difficulty
    size = np.nanmean(np.abs(windows.values), axis=1)
    usable = ~short & (size > 0)
    relative = (
        np.median(difficulty[usable] / size[usable, None], axis=0)
        if usable.any()
        else _TYPICAL_ERROR * np.arange(1, difficulty.shape[1] + 1)
    )
    out = difficulty.copy()
    out[short] = size[short, None] * relative
    return out


def _frame(panel: Panel, central: Floats, lower: Floats, upper: Floats) -> pd.DataFrame:
    horizon = central.shape[1]
    years = np.array(panel.last_fy)[:, None] + np.arange(1, horizon + 1)
    return pd.DataFrame(
        {
            "id": np.repeat(np.array(panel.ids, dtype=object), horizon),
            "fiscal_year": years.ravel(),
            "central_yen": central.ravel(),
            "lower_yen": lower.ravel(),
            "upper_yen": upper.ravel(),
        }
    )


def _add_up(panel: Panel, engine: _Engine, groups: pd.DataFrame | pd.Series) -> tuple[Floats, pd.DataFrame]:
    """Reconcile the totals' own forecasts with their members', and return the base paths and the table of totals with intervals."""
    _require_common_end(panel)
    rows = summing_rows(panel.ids, groups)
    members = [positions for _, _, positions in rows]
    last = max(panel.last_fy)
    histories = tuple(_chained(panel, positions) for positions in members)
    # The last row is the grand total; a young department borrows its spread from the others, as a short series does.
    if len(histories[-1]) >= _LEAST_FOR_TOTALS and engine.weights.shape[1] == len(METHODS):
        base, totals, lower, upper = _totals_of_their_own(panel, engine, members, histories)
    else:
        base, totals, lower, upper = _totals_of_members(engine, members)
    names = Panel(tuple(name for _, name, _ in rows), (), (last,) * len(rows), {})
    frame = _frame(names, totals, lower, upper)
    frame.insert(0, "level", np.repeat([level for level, _, _ in rows], engine.horizon))
    return base, frame


def _totals_of_their_own(
    panel: Panel, engine: _Engine, members: list[Ints], histories: tuple[Floats, ...]
) -> tuple[Floats, Floats, Floats, Floats]:
    """Totals as a panel of their own, calibrated on their own past errors: sums are smoother than members, and a trend that no single system shows still counts.

    Their errors are those of sums that were really made, so systems that move together are not averaged away.
    """
    names = tuple(str(number) for number in range(len(members)))
    own = _calibrate(Panel(names, histories, (max(panel.last_fy),) * len(members), {}), engine.horizon, engine.level, None)  # fmt: skip
    base, totals = reconcile(engine.central, own.central, members, engine.difficulty, own.difficulty)
    return base, totals, *own.bounds(totals, own.difficulty)


def _chained(panel: Panel, positions: Ints) -> Floats:
    """History of a sum whose members began in different years: the last year's sum, carried back by the growth of those known in both years (a chained index).

    Ends where the members known hold less than half of the last year's sum: further back it would speak of others.
    """
    longest = max(len(panel.histories[row]) for row in positions)
    table = np.full((len(positions), longest), np.nan)
    for place, row in enumerate(positions):
        table[place, longest - len(panel.histories[row]) :] = panel.histories[row]
    last = table[:, -1]
    sums = [float(last.sum())]
    for year in range(longest - 2, -1, -1):
        both = np.isfinite(table[:, year])
        before, after = float(table[both, year].sum()), float(table[both, year + 1].sum())
        if after <= 0 or last[both].sum() < _LEAST_KNOWN_SHARE * last.sum():
            break
        sums.append(sums[-1] * before / after)
    return np.array(sums[::-1])


def _totals_of_members(engine: _Engine, members: list[Ints]) -> tuple[Floats, Floats, Floats, Floats]:
    """Totals as sums of their members where the shared history is too short or events drive the paths; intervals from sums of past errors."""
    sums = np.array([engine.central[positions].sum(axis=0) for positions in members])
    sizes = np.array([np.sqrt((engine.difficulty[positions] ** 2).sum(axis=0)) for positions in members])
    base, totals = reconcile(engine.central, sums, members, engine.difficulty, sizes)
    low, high = total_factors(
        engine.errors, engine.error_sizes, engine.error_owner, engine.error_origin, members, level=engine.level
    )
    # As for single series, a later year is never said to be surer than an earlier one: few origins make the factors jump.
    sizes = np.maximum.accumulate(sizes, axis=1)
    lower = np.maximum(totals - np.maximum.accumulate(-low * sizes, axis=1), 0.0)
    return base, totals, lower, totals + np.maximum.accumulate(high * sizes, axis=1)


def _require_common_end(panel: Panel) -> None:
    last = max(panel.last_fy)
    early = [name for name, end in zip(panel.ids, panel.last_fy, strict=True) if end < last]
    if early:
        raise ModelError(
            f"最終年度のそろわない系列があり合計できません（{last}年度より前に終わる系列：{'、'.join(early[:5])} など {len(early)} 件）。→ 廃止した系列を除くか、年度をそろえてください。"
        )


def _backtest(panel: Panel, horizon: int, level: float, events: EventTable | None) -> pd.DataFrame:
    """Hold back the last years of every series, repeat everything without them, and compare."""
    longest = max(len(history) for history in panel.histories)
    held = min(horizon, longest - LEAST_HISTORY - 1)
    if held < 1:
        return pd.DataFrame()
    known = panel.shortened(held)
    if not known.ids:
        return pd.DataFrame()
    engine = _calibrate(known, held, level, events)
    lower, upper = engine.bounds(engine.central, engine.difficulty)
    place = {name: row for row, name in enumerate(panel.ids)}
    actual = np.array([panel.histories[place[name]][-held:] for name in known.ids])
    last = np.array([history[-1] for history in known.histories])[:, None]
    miss, naive = np.abs(actual - engine.central), np.abs(actual - last)
    size = np.abs(actual) + np.abs(engine.central)
    return pd.DataFrame(
        {
            "years_ahead": np.arange(1, held + 1),
            "observations_count": len(actual),
            "inside_share": ((actual >= lower) & (actual <= upper)).mean(axis=0),
            "smape_pct": 200 * np.where(size > 0, miss / np.maximum(size, 1e-300), 0.0).mean(axis=0),
            "mase_ratio": miss.sum(axis=0) / np.maximum(naive.sum(axis=0), 1e-300),
            "total_error_rate": np.where(
                actual.sum(axis=0) > 0, engine.central.sum(axis=0) / np.maximum(actual.sum(axis=0), 1.0), np.nan
            )
            - 1,
        }
    )


def _notes(panel: Panel) -> tuple[str, ...]:
    notes = []
    short = [name for name, history in zip(panel.ids, panel.histories, strict=True) if len(history) < LEAST_HISTORY]
    if short:
        notes.append(
            f"{LEAST_HISTORY} 年未満の系列 {len(short)} 件（{'、'.join(short[:5])} など）は前年同額に近い予測とし、幅は他の系列から借りた。"
        )
    if panel.blank_rows_count:
        notes.append(f"id・年度・金額のいずれかが空欄の {panel.blank_rows_count} 行は使っていない。")
    if panel.filled:
        notes.append(f"年度の抜けを前後から補った系列 {len(panel.filled)} 件（計 {sum(panel.filled.values())} 年分）。")
    return tuple(notes)
