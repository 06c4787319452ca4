"""How is each answer of the lock-in notebook drawn? Each picture is that of the result behind the answer. (E04, E18-E21, E40)"""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from dxmodels.figures import lockin, lockin_forecast, style
from dxmodels.fiscal import era_year
from dxmodels.lockin.answers import Answer
from dxmodels.lockin.answers.contracts import ClauseCounts
from dxmodels.lockin.answers.exits import ExitPicture, plan_of
from dxmodels.lockin.forecast import FrozenBacktest
from dxmodels.money import format_rate

_BLUE, _RED, _ORANGE, _SKY = (style.PALETTE[name] for name in ("blue", "vermillion", "orange", "sky"))
_SHOWN_EXITS = 20
_MILLION, _HUNDRED_MILLION = 1e6, 1e8


def plot_quadrants(answer: Answer, *, ax: Axes | None = None) -> Axes:
    """Draw the quadrants of E04."""
    return lockin.plot_quadrants(answer.subject, ax=ax)


def plot_coverage(answer: Answer, *, ax: Axes | None = None) -> Axes:
    """Draw for each indicator what is flagged, not flagged and not computable."""
    return lockin.plot_coverage(answer.subject, ax=ax)


def plot_ranks(answer: Answer, *, ax: Axes | None = None) -> Axes:
    """Draw the ranks of the most suspected systems with their intervals."""
    return lockin.plot_lockin_ranks(answer.subject, ax=ax)


def plot_tenders(answer: Answer, *, ax: Axes | None = None) -> Axes:
    """Draw the share of single bids by competitive method with its interval."""
    table = answer.table
    ax = style.axes_for(ax, height_mm=55.0)
    values = table["single_bid_share"].to_numpy(dtype=float)
    below, above = values - table["low_share"].to_numpy(float), table["high_share"].to_numpy(float) - values
    ax.bar(range(len(table)), values, color=_SKY, width=0.5)
    ax.errorbar(range(len(table)), values, yerr=[below, above], fmt="none", ecolor=style.INK, capsize=3)
    labels = [
        f"{row.contract_method}\n{row.single_bids_count:,}／{row.contracts_count:,}件" for row in table.itertuples()
    ]
    ax.set_xticks(range(len(table)), labels)
    ax.set_ylim(0, 1.0)
    style.percent_axis(ax, label="一者応札の割合")
    ax.set_xlabel("線は95％区間。下の数は 一者応札／競争入札")
    return style.finish(ax)


def plot_statement(answer: Answer, *, ax: Axes | None = None) -> Axes:
    """Draw the range the inventory allows for the share of cost against the range of the statement."""
    check = answer.subject
    ax = style.axes_for(ax, height_mm=46.0)
    if not np.isnan(check.share_low):
        ax.plot([check.share_low, check.share_high], [1, 1], color=_BLUE, linewidth=7, solid_capstyle="butt")
    stated = check.statement
    ax.plot([stated.budget_low_share, stated.budget_high_share], [0, 0], color=_ORANGE, linewidth=7, solid_capstyle="butt")  # fmt: skip
    ax.set_yticks([0, 1], ["主張の幅", "台帳から\n分かる範囲"])
    ax.set_ylim(-0.6, 1.6)
    ax.set_xlim(0, 1)
    style.percent_axis(ax, "x")
    ax.set_xlabel("疑いが強いシステムが年間経費に占める割合")
    return style.finish(ax, grid="x")


def plot_calibration(answer: Answer, *, ax: Axes | None = None) -> Axes:
    """Draw predicted against observed shares of single bids by fifth; useful predictions lie along the diagonal."""
    table = answer.table
    ax = style.axes_for(ax, width_mm=90.0, height_mm=75.0)
    ax.plot([0, 1], [0, 1], color=style.MUTED, linewidth=0.9, linestyle="--", label="予測どおり")
    ax.plot(table["predicted_share"], table["single_observed_share"], marker="o", color=_BLUE, label="五分位ごとの実際")
    ax.set_xlim(0, 1)
    ax.set_ylim(0, 1)
    style.percent_axis(ax, "x")
    style.percent_axis(ax, label="実際の一者応札の割合")
    ax.set_xlabel("予測した一者応札の割合")
    ax.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncol=2, frameon=False)
    return style.finish(ax)


def plot_premium_ladder(answer: Answer, *, ax: Axes | None = None) -> Axes:
    """Draw the estimates of the premium by method."""
    return lockin.plot_premium_ladder(answer.subject, ax=ax)


def plot_paths(answer: Answer, *, ax: Axes | None = None) -> Axes:
    """Draw the yearly total along each path."""
    return lockin_forecast.plot_paths(answer.subject, ax=ax)


def plot_forecast(answer: Answer, *, ax: Axes | None = None) -> Axes:
    """Draw history and forecast of the total."""
    return lockin_forecast.plot_forecast_total(answer.subject.forecast, history=answer.subject.history, ax=ax)


def plot_forecast_backtest(answer: Answer, *, ax: Axes | None = None) -> Axes:
    """Draw by years ahead the share of held-back costs inside the interval."""
    return lockin_forecast.plot_backtest(answer.subject, ax=ax)


def plot_exits(answer: Answer, *, ax: Axes | None = None) -> Axes:
    """Draw today's premium against the level from which to leave, for the systems with the most to gain."""
    picture: ExitPicture = answer.subject
    table = picture.exits.table.assign(label=picture.labels)
    table = table[np.isfinite(table["trigger_yen"].astype(float))].head(_SHOWN_EXITS).iloc[::-1].reset_index(drop=True)
    ax = style.axes_for(ax, height_mm=4.8 * len(table) + 28)
    ys = np.arange(len(table))
    now, level = table["premium_yen"] / _MILLION, table["trigger_yen"] / _MILLION
    reached = (now >= level).to_numpy()
    ax.hlines(ys, np.minimum(now, level), np.maximum(now, level), color=style.MUTED, linewidth=1.0)
    ax.scatter(level, ys, marker="D", s=22, color=_RED, zorder=3, label="脱却してよい割増の水準")
    ax.scatter(now[reached], ys[reached], s=26, color=_BLUE, zorder=3, label="現在の割増（水準に達している）")
    ax.scatter(now[~reached], ys[~reached], s=26, facecolors="white", edgecolors=_BLUE, zorder=3, label="現在の割増（達していない）")  # fmt: skip
    ax.set_yticks(ys, list(table["label"]))
    ax.set_xlim(0, None)
    ax.set_xlabel("割増（年額、百万円）")
    ax.legend(loc="lower center", bbox_to_anchor=(0.3, 1.0), ncol=2, frameon=False)
    return style.finish(ax, grid="x")


def plot_exit_plan(answer: Answer, *, ax: Axes | None = None) -> Axes:
    """Draw exits and staff used by year against the staff's capacity."""
    capacity = plan_of(answer).capacity
    rows = capacity[capacity["resource"].str.startswith("職員")].sort_values("fiscal_year")
    ax = style.axes_for(ax, height_mm=62.0)
    xs = np.arange(len(rows))
    ax.bar(xs, rows["capacity_value"], color=style.MISSING_FACE, edgecolor=style.MUTED, linewidth=0.6, width=0.6, label="府の職員の能力")  # fmt: skip
    ax.bar(xs, rows["used_value"], color=_BLUE, width=0.6, label="脱却に使う職員")
    exits = plan_of(answer).years.dropna(subset=["exit_fy"])["exit_fy"].value_counts()
    for x, year, used in zip(range(len(rows)), rows["fiscal_year"], rows["used_value"].tolist(), strict=True):
        ax.text(x, float(used), f"{int(exits.get(year, 0))}件", ha="center", va="bottom", fontsize=8)
    ax.set_xticks(xs, [era_year(int(year)) for year in rows["fiscal_year"]])
    ax.set_ylabel("職員（人）")
    ax.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncol=2, frameon=False)
    return style.finish(ax)


def plot_calendar(answer: Answer, *, ax: Axes | None = None) -> Axes:
    """Draw the way from the last safe decision to go-live for the next systems."""
    return lockin.plot_exit_calendar(answer.subject, ax=ax)


def plot_published_backtests(answer: Answer, *, ax: Axes | None = None) -> Axes:
    """Draw for the first series what came against what had been forecast one step ahead at each earlier date."""
    label, found, shown = answer.subject[0]
    first: FrozenBacktest = found
    table = first.table[first.table["fiscal_year"] == first.table["frozen_fy"] + 1]
    ax = style.axes_for(ax, height_mm=68.0)
    middle = table["central_yen"].to_numpy(float)
    spread = [middle - table["lower_yen"].to_numpy(float), table["upper_yen"].to_numpy(float) - middle]
    ax.errorbar(table["fiscal_year"], middle, yerr=spread, fmt="s", color=_SKY, ecolor=_SKY, capsize=3, label="1年前の予測と95％区間")  # fmt: skip
    inside = table["is_inside"].to_numpy(bool)
    for hit, colour, words in ((inside, style.INK, "実績（区間内）"), (~inside, _RED, "実績（区間外）")):
        if hit.any():
            ax.scatter(table["fiscal_year"][hit], table["actual_yen"][hit], color=colour, s=26, zorder=3, label=words)
    ax.set_xticks(list(table["fiscal_year"]), [f"{shown[int(year)]}年" for year in table["fiscal_year"]])
    ax.set_ylabel(label)
    ax.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncol=3, frameon=False)
    return style.finish(ax)


def plot_own_backtest(answer: Answer, *, ax: Axes | None = None) -> Axes:
    """Draw forecast and actual totals of the years held back."""
    table: pd.DataFrame = answer.table
    ax = style.axes_for(ax, height_mm=55.0)
    xs = np.arange(len(table))
    ax.bar(xs - 0.2, table["central_yen"] / _HUNDRED_MILLION, width=0.36, color=_SKY, label="予測（中央の合計）")
    ax.bar(xs + 0.2, table["actual_yen"] / _HUNDRED_MILLION, width=0.36, color=_BLUE, label="実績")
    tops = table[["central_yen", "actual_yen"]].max(axis=1).to_numpy(float) / _HUNDRED_MILLION
    for x, top, share in zip(range(len(table)), tops, table["inside_share"].tolist(), strict=True):
        ax.text(x, float(top), f"区間内 {format_rate(float(share))}", ha="center", va="bottom", fontsize=8)
    ax.set_xticks(xs, [era_year(int(year)) for year in table["fiscal_year"]])
    ax.set_ylim(0, float(tops.max()) * 1.15)
    ax.set_ylabel("運用経費（億円・税込）")
    ax.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncol=2, frameon=False)
    return style.finish(ax)


def plot_clauses(answer: Answer, *, ax: Axes | None = None) -> Axes:
    """Draw for each clause how many systems require it, must check it, or take it as standing."""
    counts: ClauseCounts = answer.subject
    table = counts.table.iloc[::-1].reset_index(drop=True)
    ax = style.axes_for(ax, height_mm=5.6 * len(table) + 24)
    left = np.zeros(len(table))
    for name, colour, label in (("required_count", _ORANGE, "必須"), ("check_count", style.MISSING_FACE, "要確認"), ("standing_count", _SKY, "標準")):  # fmt: skip
        values = table[name].to_numpy(float)
        ax.barh(range(len(table)), values, left=left, color=colour, label=label, edgecolor=style.MUTED, linewidth=0.3)
        left += values
    ax.set_yticks(range(len(table)), list(table["clause_ja"]))
    ax.set_xlabel("システム数")
    ax.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncol=3, frameon=False)
    return style.finish(ax, grid="x")


def plot_gate_load(answer: Answer, *, ax: Axes | None = None) -> Axes:
    """Draw review hours needed and available by month, and what waits."""
    return lockin.plot_gate_load(answer.subject, ax=ax)
