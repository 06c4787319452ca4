"""How is the panel drawn: who agrees, which option is first under which weights, does one member decide, what do comparisons weigh?"""

from __future__ import annotations

import textwrap

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from dxmodels.consolidation.told import Told
from dxmodels.figures import style
from dxmodels.panel.earned import EarnedJudgement
from dxmodels.panel.judgement import PanelJudgement
from dxmodels.panel.pairwise import PairwiseWeights
from dxmodels.panel.smaa import Acceptability

_WIDTH = 14


def plot_rank_chart(told: Told, *, ax: Axes | None = None) -> Axes:
    """Draw the rank of every option for the whole panel and with each member left out."""
    table: pd.DataFrame = told.drawn_from
    cases = list(table["excluded_ja"].drop_duplicates())
    ax = style.axes_for(ax, height_mm=70.0)
    names, lasts, colours = [], [], []
    whole = table[table["excluded_ja"] == cases[0]].sort_values("panel_rank", kind="stable")
    for number, option in enumerate(whole["option_ja"]):
        ranks = (
            table[table["option_ja"] == option]
            .set_index("excluded_ja")["panel_rank"]
            .reindex(cases)
            .to_numpy(dtype=float)
        )
        colour = style.CYCLE[number % len(style.CYCLE)]
        ax.plot(range(len(cases)), ranks, "o-", color=colour, markersize=6)
        names.append(str(option))
        lasts.append(float(ranks[-1]))
        colours.append(colour)
    ax.axvline(0.5, color=style.MUTED, linewidth=0.8, linestyle="--")
    ax.set_xticks(range(len(cases)), ["\n".join(textwrap.wrap(case, _WIDTH)) for case in cases], fontsize=7.5)
    ax.set_xlim(-0.3, len(cases) - 1 + 0.30 * len(cases))
    ax.set_ylim(len(names) + 0.4, 0.6)
    ax.set_yticks(range(1, len(names) + 1), [f"{rank}位" for rank in range(1, len(names) + 1)])
    ax.set_xlabel("左端は全員、右は1人ずつ除いた場合")
    style.name_at_right(ax, names, lasts, colours, x=0.80)
    return style.finish(ax)


def plot_acceptability(result: Acceptability, *, ax: Axes | None = None) -> Axes:
    """Draw the share of weight draws at each rank, one bar an option, the most often first on top."""
    shares = result.acceptability
    table = shares.loc[shares[1].sort_values().index]
    ax = style.axes_for(ax, height_mm=30.0 + 10.0 * len(table))
    base = np.zeros(len(table))
    for number, rank in enumerate(table.columns):
        values = 100.0 * table[rank].to_numpy(dtype=float)
        face = style.STACK[number % len(style.STACK)]
        ax.barh(range(len(table)), values, left=base, height=0.62, color=face, edgecolor="white", label=f"{rank}位")
        for place, (value, start) in enumerate(zip(values, base, strict=True)):
            if value >= 8:
                ax.text(
                    start + value / 2,
                    place,
                    f"{value:.0f}",
                    ha="center",
                    va="center",
                    fontsize=7.5,
                    color=style.text_colour_on(face),
                )
        base += values
    ax.set_yticks(range(len(table)), [str(name) for name in table.index])
    ax.set_xlim(0, 100)
    ax.set_xlabel("重みの組合せのうちその順位になる割合（％）")
    ax.legend(loc="upper center", bbox_to_anchor=(0.5, 1.20), ncols=len(table.columns))
    return style.finish(ax, grid="none")


def plot_agreement(told: Told, *, ax: Axes | None = None) -> Axes:
    """Draw every member's value of every option and the panel's mean."""
    judgement: PanelJudgement = told.drawn_from
    order = judgement.individual.mean().sort_values(ascending=True).index
    ax = style.axes_for(ax, height_mm=30.0 + 10.0 * len(order))
    for place, option in enumerate(order):
        values = judgement.individual[option].to_numpy(dtype=float)
        ax.hlines(place, values.min(), values.max(), color=style.MUTED, linewidth=1.0)
        ax.plot(
            values,
            np.full(len(values), place),
            "o",
            color=style.PALETTE["blue"],
            markersize=5,
            alpha=0.6,
            label="委員ごと" if place == 0 else None,
        )
        ax.plot(
            values.mean(),
            place,
            "D",
            color=style.PALETTE["vermillion"],
            markersize=6,
            label="平均" if place == 0 else None,
        )
    ax.set_yticks(range(len(order)), [str(name) for name in order])
    ax.set_xlim(0, 1)
    ax.set_xlabel("委員の評価（0＝すべての項目で最低、1＝すべてで最高）")
    ax.legend(loc="upper center", bbox_to_anchor=(0.5, 1.20), ncols=2)
    return style.finish(ax, grid="x")


def plot_pair_weights(result: PairwiseWeights, *, ax: Axes | None = None) -> Axes:
    """Draw the weights by eigenvector, geometric mean and swings side by side."""
    table = result.table.iloc[::-1]
    ax = style.axes_for(ax, height_mm=30.0 + 11.0 * len(table))
    places = np.arange(len(table))
    columns = (
        ("weight_eigenvector_share", "固有ベクトル法"),
        ("weight_geometric_mean_share", "幾何平均法"),
        ("swing_share", "スイング法"),
    )
    for number, (name, label) in enumerate(columns):
        ax.barh(
            places + 0.26 * (1 - number),
            100.0 * table[name].astype(float),
            height=0.25,
            color=style.STACK[number],
            label=label,
        )
    ax.set_yticks(places, list(table["criterion_ja"]))
    ax.set_xlabel("重み（％）")
    ax.legend(loc="upper center", bbox_to_anchor=(0.5, 1.18), ncols=3)
    return style.finish(ax, grid="x")


def plot_earned(result: EarnedJudgement, *, ax: Axes | None = None) -> Axes:
    """Draw each member's earned weight beside the equal one."""
    table = result.table.iloc[::-1]
    ax = style.axes_for(ax, height_mm=28.0 + 7.0 * len(table))
    ax.barh(
        list(table["expert_id"].astype(str)),
        100.0 * table["weight_share"].astype(float),
        height=0.6,
        color=style.PALETTE["blue"],
        label="成績による重み",
    )
    ax.axvline(100.0 / len(table), color=style.INK, linestyle="--", linewidth=0.9, label="同じ重み")
    ax.set_xlim(left=0.0)
    ax.set_xlabel("重み（％）")
    ax.legend(loc="lower right")
    return style.finish(ax, grid="x")
