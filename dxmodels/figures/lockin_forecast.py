"""How are cost forecasts and alternative paths drawn? (E20)"""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from dxmodels.figures import style
from dxmodels.fiscal import era_year
from dxmodels.lockin.forecast import CostForecast, PathComparison

_COLOURS = ("blue", "vermillion", "green", "orange")
_HUNDRED_MILLION = 1e8


def plot_forecast_total(result: CostForecast, *, history: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Draw the total of the prefecture: history (id, fiscal_year, cost_yen) and the reconciled forecast with its interval.

    Without totals (no ``groups`` given) the sum of central paths is drawn alone, because intervals of systems do not add up.
    """
    ax = style.axes_for(ax, height_mm=75.0)
    past = history.groupby("fiscal_year")["cost_yen"].sum() / _HUNDRED_MILLION
    ax.plot(past.index, past.to_numpy(), color=style.INK, marker="o", markersize=3, label="実績")
    years = list(past.index)
    if len(result.totals):
        total = result.totals[result.totals["level"] == "total"]
        ahead = total["fiscal_year"].tolist()
        ax.fill_between(
            ahead,
            total["lower_yen"] / _HUNDRED_MILLION,
            total["upper_yen"] / _HUNDRED_MILLION,
            color=style.PALETTE["blue"],
            alpha=0.2,
            linewidth=0,
            label=f"{result.level:.0%}区間".replace("%", "％"),
        )
        central = total["central_yen"].to_numpy() / _HUNDRED_MILLION
    else:
        sums = result.paths.groupby("fiscal_year")["central_yen"].sum()
        ahead, central = list(sums.index), sums.to_numpy() / _HUNDRED_MILLION
    ax.plot(ahead, central, color=style.PALETTE["blue"], marker="o", markersize=3, label="予測（中央）")
    _years(ax, [*years, *ahead])
    ax.set_ylim(0, None)
    ax.set_ylabel("運用経費（億円・税込）")
    ax.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncol=3, frameon=False)
    return style.finish(ax)


def plot_backtest(result: CostForecast, *, ax: Axes | None = None) -> Axes:
    """Draw by years ahead the share of held-back observations inside the interval, against the promised level."""
    ax = style.axes_for(ax, height_mm=60.0)
    table = result.backtest
    ax.bar(table["years_ahead"], table["inside_share"], color=style.PALETTE["blue"], width=0.6)
    for year, share, count in zip(
        table["years_ahead"], table["inside_share"], table["observations_count"], strict=True
    ):
        ax.text(
            year,
            share - 0.03,
            f"{share:.1%}\n{count}件".replace("%", "％"),
            ha="center",
            va="top",
            fontsize=7,
            color="white",
        )
    ax.axhline(
        result.level,
        color=style.PALETTE["vermillion"],
        linewidth=1.0,
        label=f"約束した水準（{result.level:.0%}）".replace("%", "％"),
    )
    ax.set_ylim(0, 1.15)
    ax.set_xticks(list(table["years_ahead"]))
    style.percent_axis(ax, label="区間に入った割合")
    ax.set_xlabel("何年先か（直近を伏せた検証）")
    ax.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), frameon=False)
    return style.finish(ax)


def plot_paths(result: PathComparison, *, ax: Axes | None = None) -> Axes:
    """Draw the yearly total along each path."""
    ax = style.axes_for(ax, height_mm=70.0)
    names = list(result.headline["path"])
    for name, colour in zip(names, _COLOURS * (1 + len(names) // len(_COLOURS)), strict=False):
        rows = result.table[result.table["path"] == name]
        ax.plot(
            rows["fiscal_year"],
            rows["cost_yen"] / _HUNDRED_MILLION,
            marker="o",
            markersize=3,
            color=style.PALETTE[colour],
            label=name,
        )
    _years(ax, sorted(set(result.table["fiscal_year"])))
    ax.set_ylim(0, None)
    ax.set_ylabel("経費（億円・税込）")
    ax.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncol=3, frameon=False)
    return style.finish(ax)


def _years(ax: Axes, years: list[int]) -> None:
    shown = sorted({int(year) for year in np.asarray(years)})
    ax.set_xticks(shown, [era_year(year, suffix="") for year in shown], rotation=90)
    ax.set_xlabel("年度")
